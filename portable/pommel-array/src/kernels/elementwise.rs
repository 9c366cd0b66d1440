//! The kernels of the element-wise functions, made from the table.
//!
//! A kernel reads as many elements from each parameter as it writes, all without gaps.

use crate::dtype::DType;
use crate::for_each_function;
use crate::function::{Function, Rule};
use crate::kernels::Loop;
use crate::kernels::isa::{Isa, versions};
use crate::kernels::lane::{Lane, Truth};
use crate::kernels::math::{self, complex};
use crate::kernels::scalar::{self, Float, Integer, Neighbour};
use core::mem::MaybeUninit;
use half::f16;

/// A function for elements of one type.
#[derive(Clone, Copy)]
pub struct Kernel {
    /// The kernel by instruction set.
    pub versions: [Loop; 3],
    /// The types of the parameters, as many as there are.
    pub inputs: [DType; 3],
    /// The type of the result.
    pub output: DType,
    /// What it computes.
    pub meaning: Meaning,
}

/// What a kernel computes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Meaning {
    /// A function of the table.
    Function(Function),
    /// The second parameter where the first is true, else the third.
    Choice,
    /// Its parameter in another type.
    Conversion,
}

/// The type of a row's result for parameters of type `$lane`.
macro_rules! result {
    (same $lane:ty) => {
        $lane
    };
    (quotient $lane:ty) => {
        $lane
    };
    (truth $lane:ty) => {
        Truth
    };
    (real $lane:ty) => {
        <$lane as RealPart>::Part
    };
}

/// What a complex number is made of; any other number is its own real part.
trait RealPart: Lane {
    type Part: Lane;
}
macro_rules! real_parts {
    ($($ty:ty => $part:ty;)*) => { $(impl RealPart for $ty { type Part = $part; })* };
}
real_parts! {
    Truth => Truth;
    i8 => i8;
    i16 => i16;
    i32 => i32;
    i64 => i64;
    u8 => u8;
    u16 => u16;
    u32 => u32;
    u64 => u64;
    f16 => f16;
    f32 => f32;
    f64 => f64;
    num_complex::Complex<f32> => f32;
    num_complex::Complex<f64> => f64;
}

/// The slice of a parameter or result.
///
/// # Safety
/// `n` elements lie from `start` on.
#[inline(always)]
unsafe fn elements<'a, T>(start: *const u8, n: usize) -> &'a [T] {
    // SAFETY: the caller's.
    unsafe { core::slice::from_raw_parts(start.cast(), n) }
}

#[inline(always)]
fn map1<A: Lane, R: Lane>(a: &[A], out: &mut [MaybeUninit<R>], f: impl Fn(A::Work) -> R::Work) {
    for (a, out) in a.iter().zip(out) {
        out.write(R::down(f(a.up())));
    }
}

#[inline(always)]
fn map2<A: Lane, R: Lane>(
    a: &[A],
    b: &[A],
    out: &mut [MaybeUninit<R>],
    f: impl Fn(A::Work, A::Work) -> R::Work,
) {
    for ((a, b), out) in a.iter().zip(b).zip(out) {
        out.write(R::down(f(a.up(), b.up())));
    }
}

/// A kernel of a row for parameters of one type.
macro_rules! kernel {
    ($variant:ident, $rule:ident, $lane:ty, ($($p:ident),+) $body:expr) => {
        Some(Kernel {
            // SAFETY (of the body): the contract of `Loop`: as many parameters as the row has, `n`
            // elements each, and memory for `n` results that no parameter shares.
            versions: versions!(fn(inputs: *const *const u8, out: *mut u8, n: usize) {
                type Out = result!($rule $lane);
                // SAFETY: as above.
                let out = unsafe {
                    core::slice::from_raw_parts_mut(out.cast::<MaybeUninit<Out>>(), n)
                };
                // SAFETY: as above.
                unsafe { kernel!(@call $lane, inputs, n, out, ($($p),+) $body) }
            }),
            inputs: [<$lane as Lane>::DTYPE; 3],
            output: <result!($rule $lane) as Lane>::DTYPE,
            meaning: Meaning::Function(Function::$variant),
        })
    };
    (@call $lane:ty, $inputs:ident, $n:ident, $out:ident, ($a:ident) $body:expr) => {
        map1(elements::<$lane>(*$inputs, $n), $out, #[inline(always)] |$a| $body)
    };
    (@call $lane:ty, $inputs:ident, $n:ident, $out:ident, ($a:ident, $b:ident) $body:expr) => {
        map2(
            elements::<$lane>(*$inputs, $n),
            elements::<$lane>(*$inputs.add(1), $n),
            $out,
            #[inline(always)] |$a, $b| $body,
        )
    };
}

/// A kernel of vector math.
macro_rules! vector {
    ($variant:ident, $p:tt, $lane:ident, $which:expr) => {{
        unsafe fn version<const ISA: usize>(inputs: *const *const u8, out: *mut u8, n: usize) {
            // SAFETY: the contract of `Loop`. Results are written before they are read: the loops of
            // `math` assign every element.
            unsafe { vector!(@call $p, $lane, $which, Isa::ALL[ISA], inputs, out, n) }
        }
        Kernel {
            versions: [version::<0>, version::<1>, version::<2>],
            inputs: [<$lane as Lane>::DTYPE; 3],
            output: <$lane as Lane>::DTYPE,
            meaning: Meaning::Function(Function::$variant),
        }
    }};
    (@call ($a:ident), f16, $which:expr, $isa:expr, $inputs:ident, $out:ident, $n:ident) => {
        halves::unary(math::unary_f32_for($which, $isa), elements(*$inputs, $n), results($out, $n))
    };
    (@call ($a:ident), f32, $which:expr, $isa:expr, $inputs:ident, $out:ident, $n:ident) => {
        math::unary_f32_for($which, $isa)(elements(*$inputs, $n), results($out, $n))
    };
    (@call ($a:ident), f64, $which:expr, $isa:expr, $inputs:ident, $out:ident, $n:ident) => {
        math::unary_f64_for($which, $isa)(elements(*$inputs, $n), results($out, $n))
    };
    (@call ($a:ident, $b:ident), f16, $which:expr, $isa:expr, $inputs:ident, $out:ident, $n:ident) => {
        halves::binary(
            math::binary_f32_for($which, $isa),
            elements(*$inputs, $n),
            elements(*$inputs.add(1), $n),
            results($out, $n),
        )
    };
    (@call ($a:ident, $b:ident), f32, $which:expr, $isa:expr, $inputs:ident, $out:ident, $n:ident) => {
        math::binary_f32_for($which, $isa)(
            elements(*$inputs, $n),
            elements(*$inputs.add(1), $n),
            results($out, $n),
        )
    };
    (@call ($a:ident, $b:ident), f64, $which:expr, $isa:expr, $inputs:ident, $out:ident, $n:ident) => {
        math::binary_f64_for($which, $isa)(
            elements(*$inputs, $n),
            elements(*$inputs.add(1), $n),
            results($out, $n),
        )
    };
}

/// Vector math of `float16`, through single precision.
mod halves {
    use crate::kernels::math::{BinaryLoop, UnaryLoop};
    use half::f16;

    /// Elements at a time.
    const PART: usize = 128;

    pub(super) fn unary(function: UnaryLoop<f32>, a: &[f16], out: &mut [f16]) {
        let (mut x, mut y) = ([0f32; PART], [0f32; PART]);
        for (a, out) in a.chunks(PART).zip(out.chunks_mut(PART)) {
            let n = a.len();
            widen(a, &mut x);
            function(&x[..n], &mut y[..n]);
            narrow(&y, out);
        }
    }

    pub(super) fn binary(function: BinaryLoop<f32>, a: &[f16], b: &[f16], out: &mut [f16]) {
        let (mut x, mut y, mut z) = ([0f32; PART], [0f32; PART], [0f32; PART]);
        for ((a, b), out) in a.chunks(PART).zip(b.chunks(PART)).zip(out.chunks_mut(PART)) {
            let n = a.len();
            widen(a, &mut x);
            widen(b, &mut y);
            function(&x[..n], &y[..n], &mut z[..n]);
            narrow(&z, out);
        }
    }

    fn widen(from: &[f16], to: &mut [f32]) {
        for (from, to) in from.iter().zip(to) {
            *to = from.to_f32();
        }
    }

    fn narrow(from: &[f32], to: &mut [f16]) {
        for (from, to) in from.iter().zip(to) {
            *to = f16::from_f32(*from);
        }
    }
}

/// The slice of a result.
///
/// # Safety
/// There is memory for `n` results from `start` on, and nobody reads one before it is written.
#[inline(always)]
unsafe fn results<'a, T>(start: *mut u8, n: usize) -> &'a mut [T] {
    // SAFETY: the caller's.
    unsafe { core::slice::from_raw_parts_mut(start.cast(), n) }
}

/// The kernels of a class of a row, by element type.
macro_rules! class {
    ($variant:ident, $dtype:ident, $rule:ident, $p:tt, bool $($body:tt)+) => {
        class!(@match $variant, $dtype, $rule, $p, { $($body)+ }, Bool Truth)
    };
    ($variant:ident, $dtype:ident, $rule:ident, $p:tt, int $($body:tt)+) => {
        class!(@match $variant, $dtype, $rule, $p, { $($body)+ }, Int8 i8, Int16 i16, Int32 i32, Int64 i64,
            UInt8 u8, UInt16 u16, UInt32 u32, UInt64 u64)
    };
    ($variant:ident, $dtype:ident, $rule:ident, $p:tt, float $($body:tt)+) => {
        class!(@match $variant, $dtype, $rule, $p, { $($body)+ }, Float16 f16, Float32 f32, Float64 f64)
    };
    ($variant:ident, $dtype:ident, $rule:ident, $p:tt, vector $which:expr) => {
        match $dtype {
            DType::Float16 => Some(vector!($variant, $p, f16, $which)),
            DType::Float32 => Some(vector!($variant, $p, f32, $which)),
            DType::Float64 => Some(vector!($variant, $p, f64, $which)),
            _ => None,
        }
    };
    ($variant:ident, $dtype:ident, $rule:ident, $p:tt, short $($body:tt)+) => {
        class!(@match $variant, $dtype, $rule, $p, { $($body)+ }, Float16 f16)
    };
    ($variant:ident, $dtype:ident, $rule:ident, $p:tt, half $($body:tt)+) => {
        // In the precision of the element itself.
        class!(@match $variant, $dtype, $rule, $p, { $($body)+ }, Float32 f32, Float64 f64)
    };
    ($variant:ident, $dtype:ident, $rule:ident, $p:tt, complex $($body:tt)+) => {
        class!(@match $variant, $dtype, $rule, $p, { $($body)+ },
            Complex64 num_complex::Complex<f32>, Complex128 num_complex::Complex<f64>)
    };
    (@match $name:ident, $dtype:ident, $rule:ident, $p:tt, $body:expr, $($variant:ident $lane:ty),+) => {
        match $dtype {
            $(DType::$variant => class!(@kernel $name, $rule, $lane, $p $body),)+
            _ => None,
        }
    };
    (@kernel $variant:ident, $rule:ident, $lane:ty, ($($p:ident),+) $body:expr) => {
        kernel!($variant, $rule, $lane, ($($p),+) $body)
    };
}

macro_rules! define_kernels {
    ($(#[doc = $doc:literal] $variant:ident $name:literal $parameters:tt $rule:ident
        $note:ident $([$($class:tt)*])*;)*) => {$(
        #[allow(non_snake_case, reason = "the row's name")]
        #[allow(clippy::all, reason = "bodies are written for several types at once")]
        fn $variant(dtype: DType) -> Option<Kernel> {
            $(if let Some(kernel) = class!($variant, dtype, $rule, $parameters, $($class)*) {
                return Some(kernel);
            })*
            None
        }
    )*

    impl Function {
        /// The kernel for parameters of a type, if there is one.
        pub fn kernel(self, dtype: DType) -> Option<Kernel> {
            match self { $(Function::$variant => $variant(dtype),)* }
        }
    }};
}
for_each_function!(define_kernels);

impl Function {
    /// The kernel for parameters that meet in a type: that of the type, or of the first in the order
    /// of the table that holds its values.
    pub fn kernel_for(self, common: DType) -> Option<Kernel> {
        if self.rule() == Rule::Quotient && (common == DType::Bool || common.is_integer()) {
            return self.kernel(DType::Float64);
        }
        // NumPy refuses to subtract truth values and to ask for their sign, where a number may be
        // meant or a set.
        if common == DType::Bool
            && matches!(
                self,
                Function::Subtract | Function::Negative | Function::Positive | Function::Sign
            )
        {
            return None;
        }
        self.kernel(common).or_else(|| {
            let mut wider = DType::ALL.iter().filter(|&&to| common.promote(to) == to);
            wider.find_map(|&dtype| self.kernel(dtype))
        })
    }
}
