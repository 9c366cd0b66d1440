//! The sine and the cosine of the same numbers, which share most of their work.

use super::run::{Baseline, CHUNK};
use super::trig::{cos_large, large, sin_cos, sin_large};
use super::{arith::Arith, arith::Fused};
use crate::kernels::isa::Isa;

/// A loop over a slice with two results: `sin[i] = sine(src[i])` and `cos[i] = cosine(src[i])`.
///
/// It panics unless all have one length.
pub type BothLoop = fn(&[f64], &mut [f64], &mut [f64]);

#[inline(always)]
fn both_loop<A: Arith>(src: &[f64], sin: &mut [f64], cos: &mut [f64]) {
    assert_eq!(src.len(), sin.len(), "source and first destination have one length");
    assert_eq!(src.len(), cos.len(), "source and second destination have one length");
    let parts = src.chunks(CHUNK).zip(sin.chunks_mut(CHUNK)).zip(cos.chunks_mut(CHUNK));
    for ((src, sin), cos) in parts {
        for ((sin, cos), &x) in sin.iter_mut().zip(cos.iter_mut()).zip(src) {
            (*sin, *cos) = sin_cos::<A>(x);
        }
        if src.iter().fold(false, |any, &x| any | large(x)) {
            both_large(src, sin, cos);
        }
    }
}

#[cold]
#[inline(never)]
fn both_large(src: &[f64], sin: &mut [f64], cos: &mut [f64]) {
    for ((sin, cos), &x) in sin.iter_mut().zip(cos).zip(src) {
        if large(x) {
            (*sin, *cos) = (sin_large(x), cos_large(x));
        }
    }
}

fn both_baseline(src: &[f64], sin: &mut [f64], cos: &mut [f64]) {
    both_loop::<Baseline>(src, sin, cos);
}

macro_rules! compiled {
    ($name:ident, $features:literal) => {
        #[cfg(target_arch = "x86_64")]
        fn $name(src: &[f64], sin: &mut [f64], cos: &mut [f64]) {
            #[target_feature(enable = $features)]
            fn inner(src: &[f64], sin: &mut [f64], cos: &mut [f64]) {
                both_loop::<Fused>(src, sin, cos);
            }
            // SAFETY: `sin_cos_for` gives this function away only where the processor has the
            // features.
            unsafe { inner(src, sin, cos) }
        }
    };
}
compiled!(both_avx2, "avx2,fma");
compiled!(both_avx512, "avx2,fma,avx512f,avx512dq,avx512vl,avx512bw");

/// Sine and cosine compiled for `set`, or for the baseline where the processor lacks that. The
/// results are those of the two functions.
pub fn sin_cos_for(set: Isa) -> BothLoop {
    match set {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 if set.is_available() => both_avx512,
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 if set.is_available() => both_avx2,
        _ => both_baseline,
    }
}
