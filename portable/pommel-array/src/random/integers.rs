//! Integers between bounds, each as likely as another: D. Lemire's method ("Fast Random Integer
//! Generation in an Interval", 2019), which multiplies a random word with the number of integers and
//! takes the upper half, with words of the width of the type.
//!
//! Types of 8 and 16 bits and truth values take their words from 32 random bits, which last until
//! the end of a call, as in NumPy.

use super::Generator;
use super::bits::{Bits, with_source};
use super::parameter::{Invalid, Result};
use super::pcg::Source;
use core::fmt::Display;

/// Random bits that are used up piece by piece within a call.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pieces {
    bits: u32,
    left: u32,
}

impl Pieces {
    /// The lowest bits of what is left, of which the next piece is `width` bits further.
    #[inline(always)]
    fn next<S: Source>(&mut self, source: &mut S, width: u32) -> u32 {
        if self.left == 0 {
            self.bits = source.next_u32();
            self.left = 32 / width - 1;
        } else {
            self.bits >>= width;
            self.left -= 1;
        }
        self.bits
    }
}

/// A type of integers, or of truth values, that can be drawn.
pub trait Integer: Copy + Default + PartialOrd + Display + 'static {
    /// A value from `low` to `high`, both included.
    fn between<S: Source>(source: &mut S, pieces: &mut Pieces, low: Self, high: Self) -> Self;

    /// The same, with words of as many bits as are needed, of which those too large are refused: how
    /// NumPy's older functions draw.
    fn masked_between<S: Source>(
        source: &mut S,
        pieces: &mut Pieces,
        low: Self,
        high: Self,
    ) -> Self;
}

/// Lemire's method for a width: `$word` from `$next`, products in `$product`.
macro_rules! define_bounded {
    ($name:ident $word:ident $product:ident) => {
        /// A number from 0 to `span`, which is not the largest of all, and a function for words.
        #[inline(always)]
        fn $name(span: $word, mut next: impl FnMut() -> $word) -> $word {
            let count = $product::from(span) + 1;
            let mut product = $product::from(next()) * count;
            if $product::from(product as $word) < count {
                // So many of the lower halves must be refused for all results to be as likely.
                let refused = ($word::MAX - span) % (span + 1);
                while (product as $word) < refused {
                    product = $product::from(next()) * count;
                }
            }
            (product >> $word::BITS) as $word
        }
    };
}
define_bounded!(bounded_u8 u8 u32);
define_bounded!(bounded_u16 u16 u32);
define_bounded!(bounded_u32 u32 u64);
define_bounded!(bounded_u64 u64 u128);

/// An integer from 0 to `span`.
#[inline(always)]
fn up_to_u8<S: Source>(source: &mut S, pieces: &mut Pieces, span: u8) -> u8 {
    match span {
        0 => 0,
        u8::MAX => pieces.next(source, 8) as u8,
        _ => bounded_u8(span, || pieces.next(source, 8) as u8),
    }
}

/// An integer from 0 to `span`.
#[inline(always)]
fn up_to_u16<S: Source>(source: &mut S, pieces: &mut Pieces, span: u16) -> u16 {
    match span {
        0 => 0,
        u16::MAX => pieces.next(source, 16) as u16,
        _ => bounded_u16(span, || pieces.next(source, 16) as u16),
    }
}

/// An integer from 0 to `span`.
#[inline(always)]
fn up_to_u32<S: Source>(source: &mut S, _: &mut Pieces, span: u32) -> u32 {
    match span {
        0 => 0,
        u32::MAX => source.next_u32(),
        _ => bounded_u32(span, || source.next_u32()),
    }
}

/// An integer from 0 to `span`; half a word does where the span has no more bits.
#[inline(always)]
pub fn up_to_u64<S: Source>(source: &mut S, pieces: &mut Pieces, span: u64) -> u64 {
    match span {
        u64::MAX => source.next_u64(),
        0..=0xffff_ffff => u64::from(up_to_u32(source, pieces, span as u32)),
        _ => bounded_u64(span, || source.next_u64()),
    }
}

/// An integer from 0 to `most`, by refusing those above of as many bits as it has: how NumPy
/// shuffles.
#[inline(always)]
pub fn masked_up_to<S: Source>(source: &mut S, most: u64) -> u64 {
    if most == 0 {
        return 0;
    }
    let mask = u64::MAX >> most.leading_zeros();
    loop {
        let value = if most <= u64::from(u32::MAX) {
            u64::from(source.next_u32()) & mask
        } else {
            source.next_u64() & mask
        };
        if value <= most {
            return value;
        }
    }
}

/// An integer from 0 to `span`, by refusing pieces above.
#[inline(always)]
fn masked_piece<S: Source>(source: &mut S, pieces: &mut Pieces, width: u32, span: u32) -> u32 {
    if span == 0 {
        return 0;
    }
    let mask = u32::MAX >> span.leading_zeros();
    loop {
        let value = pieces.next(source, width) & mask;
        if value <= span {
            return value;
        }
    }
}

macro_rules! impl_integers {
    ($($ty:ident $unsigned:ident $up_to:ident;)*) => {
        $(impl Integer for $ty {
            #[inline(always)]
            fn between<S: Source>(
                source: &mut S,
                pieces: &mut Pieces,
                low: $ty,
                high: $ty,
            ) -> $ty {
                let span = high.wrapping_sub(low) as $unsigned;
                low.wrapping_add($up_to(source, pieces, span) as $ty)
            }

            #[inline(always)]
            fn masked_between<S: Source>(
                source: &mut S,
                pieces: &mut Pieces,
                low: $ty,
                high: $ty,
            ) -> $ty {
                let span = high.wrapping_sub(low) as $unsigned;
                let more = if $unsigned::BITS < 32 {
                    masked_piece(source, pieces, $unsigned::BITS, span as u32) as $ty
                } else {
                    masked_up_to(source, u64::from(span)) as $ty
                };
                low.wrapping_add(more)
            }
        })*
    };
}
impl_integers! {
    i8 u8 up_to_u8;
    i16 u16 up_to_u16;
    i32 u32 up_to_u32;
    i64 u64 up_to_u64;
    u8 u8 up_to_u8;
    u16 u16 up_to_u16;
    u32 u32 up_to_u32;
    u64 u64 up_to_u64;
}

impl Integer for bool {
    #[inline(always)]
    fn between<S: Source>(source: &mut S, pieces: &mut Pieces, low: bool, high: bool) -> bool {
        if low == high { low } else { pieces.next(source, 1) & 1 == 1 }
    }

    #[inline(always)]
    fn masked_between<S: Source>(
        source: &mut S,
        pieces: &mut Pieces,
        low: bool,
        high: bool,
    ) -> bool {
        bool::between(source, pieces, low, high)
    }
}

/// An error if there is nothing between two bounds.
fn check_bounds<T: Integer>(low: T, high: T) -> Result<()> {
    if low > high {
        return Err(Invalid::new("high", high, format!("it must be at least low, which is {low}")));
    }
    Ok(())
}

/// Fills a slice from a source.
#[inline(always)]
fn fill<T: Integer, S: Source>(source: &mut S, low: T, high: T, out: &mut [T]) {
    let mut pieces = Pieces::default();
    out.iter_mut().for_each(|value| *value = T::between(source, &mut pieces, low, high));
}

impl Generator {
    /// Integers, or truth values, from `low` to `high`, both included.
    ///
    /// # Errors
    /// `low` is above `high`.
    pub fn integers<T: Integer>(&mut self, low: T, high: T, out: &mut [T]) -> Result<()> {
        check_bounds(low, high)?;
        with_source!(&mut self.bits, out.len(), |source| fill(source, low, high, out));
        Ok(())
    }

    /// An integer for each pair of bounds, both included.
    ///
    /// # Errors
    /// A bound is above its other one.
    ///
    /// # Panics
    /// If there are not as many bounds of either kind as values.
    pub fn integers_between<T: Integer>(
        &mut self,
        low: &[T],
        high: &[T],
        out: &mut [T],
    ) -> Result<()> {
        self.between(low, high, out, T::between)
    }

    /// The same as NumPy's older functions draw them, which refuse words that are too large.
    ///
    /// # Errors
    /// A bound is above its other one.
    ///
    /// # Panics
    /// If there are not as many bounds of either kind as values.
    pub fn masked_integers_between<T: Integer>(
        &mut self,
        low: &[T],
        high: &[T],
        out: &mut [T],
    ) -> Result<()> {
        self.between(low, high, out, T::masked_between)
    }

    #[inline(always)]
    fn between<T: Integer>(
        &mut self,
        low: &[T],
        high: &[T],
        out: &mut [T],
        one: impl Fn(&mut Bits, &mut Pieces, T, T) -> T,
    ) -> Result<()> {
        assert!(low.len() == out.len() && high.len() == out.len(), "two bounds for each value");
        low.iter().zip(high).try_for_each(|(&low, &high)| check_bounds(low, high))?;
        let mut pieces = Pieces::default();
        for ((value, &low), &high) in out.iter_mut().zip(low).zip(high) {
            *value = one(&mut self.bits, &mut pieces, low, high);
        }
        Ok(())
    }

    /// Integers, or truth values, from `low` to `high`, both included, as NumPy's older functions draw
    /// them.
    ///
    /// # Errors
    /// `low` is above `high`.
    pub fn masked_integers<T: Integer>(&mut self, low: T, high: T, out: &mut [T]) -> Result<()> {
        check_bounds(low, high)?;
        let mut pieces = Pieces::default();
        with_source!(&mut self.bits, out.len(), |source| {
            out.iter_mut().for_each(|value| {
                *value = T::masked_between(source, &mut pieces, low, high);
            });
        });
        Ok(())
    }

    /// Random bytes.
    pub fn bytes(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(4) {
            let word = self.bits.next_u32().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}
