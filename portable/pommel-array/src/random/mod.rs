//! Random numbers, whose streams equal those of NumPy 2.5 bit for bit.
//!
//! * [`SeedSequence`] turns a seed into the state of a generator, and derives further seeds.
//! * [`Pcg64`], [`Mt19937`] and [`Other`] make random bits.
//! * [`Generator`] makes numbers of them, and orders, choices and permutations.
//! * [`Legacy`] makes numbers as NumPy's older functions do, those of `RandomState`.
//!
//! The algorithms are those of NumPy's `numpy.random.Generator`, step by step, since another one
//! that is just as good would give other numbers. What comes out is a result of additions,
//! multiplications, divisions and square roots, which every machine rounds alike, but where a
//! logarithm, a power or an exponential function of the platform's library takes part: there a last
//! bit may differ between machines, as it does with NumPy.

mod bits;
mod continuous;
mod discrete;
pub mod distributions;
mod hypergeometric;
mod integers;
mod legacy;
mod mt19937;
mod others;
mod parameter;
mod pcg;
mod precise;
mod seed;
mod selection;
mod shares;
mod ziggurat;

pub use bits::Bits;
use bits::with_source;
pub use distributions::*;
pub use hypergeometric::Way as ColorsWay;
pub use integers::Integer;
pub use legacy::Legacy;
pub use mt19937::{Mt19937, WORDS as MT19937_WORDS};
pub use others::{Engine, Other};
pub use parameter::{Invalid, Result, Rule};
use pcg::{FEW, Words};
pub use pcg::{Pcg64, Source, State};
pub use seed::{POOL_SIZE, SeedSequence, words};
pub use selection::Choice;
pub use ziggurat::Real;

/// Draws numbers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Generator {
    bits: Bits,
}

/// Numbers that have their own way of filling a slice from the words of a [`Pcg64`].
macro_rules! define_fills {
    ($($(#[doc = $doc:literal])* $name:ident $one:ident $all:ident;)*) => {$(
        $(#[doc = $doc])*
        pub fn $name<T: Real>(&mut self, out: &mut [T]) {
            match &mut self.bits {
                Bits::Pcg64(bits) if out.len() >= FEW => T::$all(&mut Words::new(bits), out),
                Bits::Pcg64(bits) => each(bits, out, T::$one),
                Bits::Mt19937(bits) => each(bits, out, T::$one),
                Bits::Other(bits) => each(bits, out, T::$one),
            }
        }
    )*};
}

/// Fills a slice number by number.
#[inline(always)]
fn each<T, S: Source>(source: &mut S, out: &mut [T], one: impl Fn(&mut S) -> T) {
    out.iter_mut().for_each(|value| *value = one(source));
}

impl Generator {
    /// A generator that draws from these bits.
    pub fn new(bits: impl Into<Bits>) -> Generator {
        Generator { bits: bits.into() }
    }

    /// A generator from a seed.
    pub fn from_seed(seed: &SeedSequence) -> Generator {
        Generator::new(Pcg64::new(seed))
    }

    /// What it draws from.
    pub fn bits(&self) -> &Bits {
        &self.bits
    }

    /// What it draws from, to be drawn from otherwise.
    pub fn bits_mut(&mut self) -> &mut Bits {
        &mut self.bits
    }

    define_fills! {
        /// Numbers at least 0 and below 1.
        fill_random unit fill_unit;
        /// Normal numbers of mean 0 and deviation 1.
        fill_standard_normal normal fill_normal;
        /// Exponential numbers of mean 1.
        fill_standard_exponential exponential fill_exponential;
    }

    /// Exponential numbers of mean 1, as the logarithms of others.
    pub fn fill_exponential_by_inversion<T: Real>(&mut self, out: &mut [T]) {
        with_source!(&mut self.bits, out.len(), |source| each(source, out, T::logarithm));
    }

    /// Gamma numbers of scale 1.
    ///
    /// # Errors
    /// The shape is negative.
    pub fn fill_standard_gamma<T: Real>(&mut self, shape: T, out: &mut [T]) -> Result<()> {
        Rule::NotNegative.check("shape", shape.wide())?;
        with_source!(&mut self.bits, out.len(), |source| {
            each(source, out, |source| T::standard_gamma(source, shape));
        });
        Ok(())
    }
}
