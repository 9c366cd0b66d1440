//! Loops over slices, and the choice of an instruction set.
//!
//! A kernel is branchless code for one element; compiled inside a loop for an instruction set, it
//! becomes vector code. Operands that such code does not serve are found a chunk at a time and
//! done again by rare code.

use super::arith::{Arith, Fused, Split};
use crate::kernels::isa::Isa;

/// A function of one operand. Single precision is computed in double: `x` and the result of
/// `single` are numbers of single precision that were widened and will be rounded.
pub(super) trait UnaryKernel {
    fn double<A: Arith>(x: f64) -> f64;
    fn single<A: Arith>(x: f64) -> f64;
    fn is_rare(x: f64) -> bool;
    fn is_rare_single(x: f64) -> bool;
    fn rare(x: f64) -> f64;
}

/// A function of two operands, as [`UnaryKernel`].
pub(super) trait BinaryKernel {
    fn double<A: Arith>(x: f64, y: f64) -> f64;
    fn single<A: Arith>(x: f64, y: f64) -> f64;
    fn is_rare(x: f64, y: f64) -> bool;
    fn is_rare_single(x: f64, y: f64) -> bool;
    fn rare(x: f64, y: f64) -> f64;
}

/// Elements between two tests for rare operands.
pub(super) const CHUNK: usize = 256;

/// The arithmetic of the baseline.
#[cfg(target_arch = "aarch64")]
pub(super) type Baseline = Fused;
#[cfg(not(target_arch = "aarch64"))]
pub(super) type Baseline = Split;

/// The loops over one type of elements, for every instruction set.
macro_rules! loops {
    ($element:ident, $module:ident, $method:ident, $is_rare:ident) => {
        pub(super) mod $module {
            use super::{Arith, Baseline, BinaryKernel, CHUNK, Fused, Isa, UnaryKernel};

            #[inline(always)]
            fn unary_loop<A: Arith, K: UnaryKernel>(src: &[$element], dst: &mut [$element]) {
                assert_eq!(src.len(), dst.len(), "source and destination have one length");
                for (src, dst) in src.chunks(CHUNK).zip(dst.chunks_mut(CHUNK)) {
                    for (result, &x) in dst.iter_mut().zip(src) {
                        *result = K::$method::<A>(f64::from(x)) as $element;
                    }
                    let rare = src.iter().fold(false, |any, &x| any | K::$is_rare(f64::from(x)));
                    if rare {
                        unary_rare::<K>(src, dst);
                    }
                }
            }

            #[cold]
            #[inline(never)]
            fn unary_rare<K: UnaryKernel>(src: &[$element], dst: &mut [$element]) {
                for (result, &x) in dst.iter_mut().zip(src) {
                    if K::$is_rare(f64::from(x)) {
                        *result = K::rare(f64::from(x)) as $element;
                    }
                }
            }

            #[inline(always)]
            fn binary_loop<A: Arith, K: BinaryKernel>(
                x: &[$element],
                y: &[$element],
                dst: &mut [$element],
            ) {
                assert_eq!(x.len(), dst.len(), "first source and destination have one length");
                assert_eq!(y.len(), dst.len(), "second source and destination have one length");
                for ((x, y), dst) in x.chunks(CHUNK).zip(y.chunks(CHUNK)).zip(dst.chunks_mut(CHUNK))
                {
                    for ((result, &x), &y) in dst.iter_mut().zip(x).zip(y) {
                        *result = K::$method::<A>(f64::from(x), f64::from(y)) as $element;
                    }
                    let pairs = x.iter().zip(y);
                    let rare = pairs
                        .fold(false, |any, (&x, &y)| any | K::$is_rare(f64::from(x), f64::from(y)));
                    if rare {
                        binary_rare::<K>(x, y, dst);
                    }
                }
            }

            #[cold]
            #[inline(never)]
            fn binary_rare<K: BinaryKernel>(x: &[$element], y: &[$element], dst: &mut [$element]) {
                for ((result, &x), &y) in dst.iter_mut().zip(x).zip(y) {
                    if K::$is_rare(f64::from(x), f64::from(y)) {
                        *result = K::rare(f64::from(x), f64::from(y)) as $element;
                    }
                }
            }

            fn unary_baseline<K: UnaryKernel>(src: &[$element], dst: &mut [$element]) {
                unary_loop::<Baseline, K>(src, dst);
            }

            fn binary_baseline<K: BinaryKernel>(
                x: &[$element],
                y: &[$element],
                dst: &mut [$element],
            ) {
                binary_loop::<Baseline, K>(x, y, dst);
            }

            /// The loops compiled for one instruction set, behind ordinary functions.
            macro_rules! compiled {
                ($unary:ident, $binary:ident, $features:literal) => {
                    #[cfg(target_arch = "x86_64")]
                    fn $unary<K: UnaryKernel>(src: &[$element], dst: &mut [$element]) {
                        #[target_feature(enable = $features)]
                        fn inner<K: UnaryKernel>(src: &[$element], dst: &mut [$element]) {
                            unary_loop::<Fused, K>(src, dst);
                        }
                        // SAFETY: `unary` gives this function away only where the processor has
                        // the features.
                        unsafe { inner::<K>(src, dst) }
                    }

                    #[cfg(target_arch = "x86_64")]
                    fn $binary<K: BinaryKernel>(
                        x: &[$element],
                        y: &[$element],
                        dst: &mut [$element],
                    ) {
                        #[target_feature(enable = $features)]
                        fn inner<K: BinaryKernel>(
                            x: &[$element],
                            y: &[$element],
                            dst: &mut [$element],
                        ) {
                            binary_loop::<Fused, K>(x, y, dst);
                        }
                        // SAFETY: `binary` gives this function away only where the processor has
                        // the features.
                        unsafe { inner::<K>(x, y, dst) }
                    }
                };
            }

            compiled!(unary_avx2, binary_avx2, "avx2,fma");
            compiled!(unary_avx512, binary_avx512, "avx2,fma,avx512f,avx512dq,avx512vl,avx512bw");

            /// The loop for an instruction set, or for the baseline where the processor lacks it.
            pub(in super::super) fn unary<K: UnaryKernel>(
                set: Isa,
            ) -> super::super::UnaryLoop<$element> {
                match set {
                    #[cfg(target_arch = "x86_64")]
                    Isa::Avx512 if set.is_available() => unary_avx512::<K>,
                    #[cfg(target_arch = "x86_64")]
                    Isa::Avx2 if set.is_available() => unary_avx2::<K>,
                    _ => unary_baseline::<K>,
                }
            }

            /// As [`unary`], for two operands.
            pub(in super::super) fn binary<K: BinaryKernel>(
                set: Isa,
            ) -> super::super::BinaryLoop<$element> {
                match set {
                    #[cfg(target_arch = "x86_64")]
                    Isa::Avx512 if set.is_available() => binary_avx512::<K>,
                    #[cfg(target_arch = "x86_64")]
                    Isa::Avx2 if set.is_available() => binary_avx2::<K>,
                    _ => binary_baseline::<K>,
                }
            }
        }
    };
}

loops!(f64, double, double, is_rare);
loops!(f32, single, single, is_rare_single);

/// Rare code of functions that have none.
pub(super) mod rare {
    #[inline(always)]
    pub(in super::super) fn never(_: f64) -> bool {
        false
    }

    pub(in super::super) fn none(x: f64) -> f64 {
        x
    }

    #[inline(always)]
    pub(in super::super) fn never2(_: f64, _: f64) -> bool {
        false
    }

    pub(in super::super) fn none2(x: f64, _: f64) -> f64 {
        x
    }
}
