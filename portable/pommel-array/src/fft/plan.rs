//! Plans of transforms, kept for the next one of their length.

use crate::dtype::Element;
use crate::error::Result;
use crate::raw::memory::check_room;
use num_complex::Complex;
use num_traits::Float;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use rustfft::{Fft, FftDirection, FftNum, FftPlanner};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Plans of so many lengths are kept; then they are forgotten, and made anew when needed.
const KEPT: usize = 64;

/// What has been planned for numbers of a size.
pub(super) struct Plans<R: FftNum> {
    complex: FftPlanner<R>,
    real: RealFftPlanner<R>,
    lengths: HashSet<usize>,
    /// What there is room for: lengths, each with what it was planned for.
    made: HashSet<(usize, Purpose)>,
}

/// What is planned.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
enum Purpose {
    Forward,
    Inverse,
    Real,
    ToReal,
}

impl<R: FftNum> Plans<R> {
    fn new() -> Plans<R> {
        let (complex, real) = (FftPlanner::new(), RealFftPlanner::new());
        Plans { complex, real, lengths: HashSet::new(), made: HashSet::new() }
    }

    /// Makes room for the plans of a length.
    fn remember(&mut self, n: usize) {
        if self.lengths.len() >= KEPT && !self.lengths.contains(&n) {
            *self = Plans::new();
        }
        self.lengths.insert(n);
    }
}

/// Real numbers that are transformed.
pub(super) trait Real: Element + FftNum + Float {
    /// Where the plans for them are.
    fn plans() -> &'static Mutex<Option<Plans<Self>>>;

    /// From a factor.
    fn of(factor: f64) -> Self;
}

macro_rules! reals {
    ($($ty:ident)*) => {$(
        impl Real for $ty {
            fn plans() -> &'static Mutex<Option<Plans<$ty>>> {
                static PLANS: Mutex<Option<Plans<$ty>>> = Mutex::new(None);
                &PLANS
            }

            fn of(factor: f64) -> $ty {
                factor as $ty
            }
        }
    )*};
}
reals!(f32 f64);

fn with_plans<R: Real, P>(
    n: usize,
    purpose: Purpose,
    ask: impl FnOnce(&mut Plans<R>) -> P,
) -> Result<P> {
    let mut plans = R::plans().lock().unwrap_or_else(PoisonError::into_inner);
    let plans = plans.get_or_insert_with(Plans::new);
    plans.remember(n);
    if !plans.made.contains(&(n, purpose)) {
        check_room(planned(n).saturating_mul(size_of::<Complex<R>>()))?;
        plans.made.insert((n, purpose));
    }
    Ok(ask(plans))
}

/// About how many numbers a new plan has at most: factors of the steps, and for a length with a large
/// prime factor those of a transform of another length, up to four times as long.
fn planned(n: usize) -> usize {
    let mut rest = n;
    for factor in 2..=31 {
        while rest > 1 && rest.is_multiple_of(factor) {
            rest /= factor;
        }
    }
    n.saturating_mul(if rest == 1 { 4 } else { 16 })
}

/// The plan of a transform of complex numbers.
pub(super) fn complex<R: Real>(n: usize, inverse: bool) -> Result<Arc<dyn Fft<R>>> {
    let (direction, purpose) = match inverse {
        true => (FftDirection::Inverse, Purpose::Inverse),
        false => (FftDirection::Forward, Purpose::Forward),
    };
    with_plans(n, purpose, |plans: &mut Plans<R>| plans.complex.plan_fft(n, direction))
}

/// The plan of a transform of `n` real numbers.
pub(super) fn real<R: Real>(n: usize) -> Result<Arc<dyn RealToComplex<R>>> {
    with_plans(n, Purpose::Real, |plans: &mut Plans<R>| plans.real.plan_fft_forward(n))
}

/// The plan of a transform that gives `n` real numbers.
pub(super) fn to_real<R: Real>(n: usize) -> Result<Arc<dyn ComplexToReal<R>>> {
    with_plans(n, Purpose::ToReal, |plans: &mut Plans<R>| plans.real.plan_fft_inverse(n))
}
