//! Plans of transforms, kept for the next one of their length.

use crate::dtype::Element;
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
}

impl<R: FftNum> Plans<R> {
    fn new() -> Plans<R> {
        let (complex, real) = (FftPlanner::new(), RealFftPlanner::new());
        Plans { complex, real, lengths: HashSet::new() }
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

fn with_plans<R: Real, P>(n: usize, ask: impl FnOnce(&mut Plans<R>) -> P) -> P {
    let mut plans = R::plans().lock().unwrap_or_else(PoisonError::into_inner);
    let plans = plans.get_or_insert_with(Plans::new);
    plans.remember(n);
    ask(plans)
}

/// The plan of a transform of complex numbers.
pub(super) fn complex<R: Real>(n: usize, inverse: bool) -> Arc<dyn Fft<R>> {
    let direction = if inverse { FftDirection::Inverse } else { FftDirection::Forward };
    with_plans(n, |plans: &mut Plans<R>| plans.complex.plan_fft(n, direction))
}

/// The plan of a transform of `n` real numbers.
pub(super) fn real<R: Real>(n: usize) -> Arc<dyn RealToComplex<R>> {
    with_plans(n, |plans: &mut Plans<R>| plans.real.plan_fft_forward(n))
}

/// The plan of a transform that gives `n` real numbers.
pub(super) fn to_real<R: Real>(n: usize) -> Arc<dyn ComplexToReal<R>> {
    with_plans(n, |plans: &mut Plans<R>| plans.real.plan_fft_inverse(n))
}

/// Zero.
pub(super) fn zero<R: Real>() -> Complex<R> {
    Complex::new(R::zero(), R::zero())
}
