//! Random numbers, whose streams equal those of the `default_rng` of NumPy 2.5 bit for bit.
//!
//! * [`SeedSequence`] turns a seed into the state of a generator, and derives further seeds.
//! * [`Pcg64`] makes random bits.
//! * [`Generator`] makes numbers of them, and orders, choices and permutations.
//!
//! The algorithms are those of NumPy's `numpy.random.Generator`, step by step, since another one
//! that is just as good would give other numbers. What comes out is a result of additions,
//! multiplications, divisions and square roots, which every machine rounds alike, but where a
//! logarithm, a power or an exponential function of the platform's library takes part: there a last
//! bit may differ between machines, as it does with NumPy.
//!
//! Of NumPy's distributions these are missing: `hypergeometric`, `multivariate_hypergeometric` and
//! `multivariate_normal`.

mod continuous;
mod discrete;
pub mod distributions;
mod integers;
mod parameter;
mod pcg;
mod precise;
mod seed;
mod selection;
mod shares;
mod ziggurat;

pub use distributions::*;
pub use integers::Integer;
pub use parameter::{Invalid, Result, Rule};
use pcg::{FEW, Words};
pub use pcg::{Pcg64, Source, State};
pub use seed::{POOL_SIZE, SeedSequence, words};
pub use selection::Choice;
pub use ziggurat::Real;

/// Draws numbers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Generator {
    bits: Pcg64,
}

impl Generator {
    /// A generator that draws from these bits.
    pub fn new(bits: Pcg64) -> Generator {
        Generator { bits }
    }

    /// A generator from a seed.
    pub fn from_seed(seed: &SeedSequence) -> Generator {
        Generator::new(Pcg64::new(seed))
    }

    /// What it draws from.
    pub fn bits(&self) -> &Pcg64 {
        &self.bits
    }

    /// What it draws from, to be drawn from otherwise.
    pub fn bits_mut(&mut self) -> &mut Pcg64 {
        &mut self.bits
    }

    /// Fills a slice with numbers that have their own way of it.
    #[inline(always)]
    fn fill_quickly<T>(
        &mut self,
        out: &mut [T],
        one: impl Fn(&mut Pcg64) -> T,
        all: impl Fn(&mut Words, &mut [T]),
    ) {
        if out.len() < FEW {
            let mut bits = self.bits.clone();
            out.iter_mut().for_each(|value| *value = one(&mut bits));
            self.bits = bits;
        } else {
            all(&mut Words::new(&mut self.bits), out);
        }
    }

    /// Numbers at least 0 and below 1.
    pub fn fill_random<T: Real>(&mut self, out: &mut [T]) {
        self.fill_quickly(out, T::unit, T::fill_unit);
    }

    /// Normal numbers of mean 0 and deviation 1.
    pub fn fill_standard_normal<T: Real>(&mut self, out: &mut [T]) {
        self.fill_quickly(out, T::normal, T::fill_normal);
    }

    /// Exponential numbers of mean 1.
    pub fn fill_standard_exponential<T: Real>(&mut self, out: &mut [T]) {
        self.fill_quickly(out, T::exponential, T::fill_exponential);
    }

    /// Gamma numbers of scale 1.
    ///
    /// # Errors
    /// The shape is negative.
    pub fn fill_standard_gamma<T: Real>(&mut self, shape: T, out: &mut [T]) -> Result<()> {
        Rule::NotNegative.check("shape", shape.wide())?;
        let one = |source: &mut Pcg64| T::standard_gamma(source, shape);
        self.fill_quickly(out, one, |words, out| {
            out.iter_mut().for_each(|value| *value = T::standard_gamma(words, shape));
        });
        Ok(())
    }
}
