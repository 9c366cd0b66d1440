//! Where a generator's bits come from.

use super::mt19937::Mt19937;
use super::others::Other;
use super::pcg::{Pcg64, Source};

/// A generator of random bits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Bits {
    /// That of `default_rng`.
    Pcg64(Pcg64),
    /// That of the functions that are older.
    Mt19937(Mt19937),
    /// One that is asked for by name.
    Other(Other),
}

impl Bits {
    /// The generator, if it is that of `default_rng`.
    pub fn pcg64(&self) -> Option<&Pcg64> {
        match self {
            Bits::Pcg64(bits) => Some(bits),
            Bits::Mt19937(_) | Bits::Other(_) => None,
        }
    }
}

impl From<Pcg64> for Bits {
    fn from(bits: Pcg64) -> Bits {
        Bits::Pcg64(bits)
    }
}

impl From<Other> for Bits {
    fn from(bits: Other) -> Bits {
        Bits::Other(bits)
    }
}

impl From<Mt19937> for Bits {
    fn from(bits: Mt19937) -> Bits {
        Bits::Mt19937(bits)
    }
}

macro_rules! delegated {
    ($($name:ident $ty:ty;)*) => {
        impl Source for Bits {
            $(#[inline(always)]
            fn $name(&mut self) -> $ty {
                match self {
                    Bits::Pcg64(bits) => bits.$name(),
                    Bits::Mt19937(bits) => bits.$name(),
                    Bits::Other(bits) => bits.$name(),
                }
            })*
        }
    };
}
delegated! {
    next_u64 u64;
    next_u32 u32;
    next_f64 f64;
    next_f32 f32;
}

/// An expression for each kind of bits, with the source that is the quickest for so many numbers.
macro_rules! with_source {
    ($bits:expr, $count:expr, |$source:ident| $body:expr) => {
        match $bits {
            $crate::random::Bits::Pcg64(bits) if $count < $crate::random::pcg::FEW => {
                let $source = bits;
                $body
            }
            $crate::random::Bits::Pcg64(bits) => {
                let $source = &mut $crate::random::pcg::Words::new(bits);
                $body
            }
            $crate::random::Bits::Mt19937(bits) => {
                let $source = bits;
                $body
            }
            $crate::random::Bits::Other(bits) => {
                let $source = bits;
                $body
            }
        }
    };
}
pub(super) use with_source;
