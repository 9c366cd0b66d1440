//! What the bodies of element-wise functions need beyond the methods of numbers.

use crate::kernels::lane::Lane;
use half::f16;
use num_complex::Complex;

/// Integers: what Python and NumPy mean by the operators, where the machine means something else.
pub(crate) trait Integer: Copy {
    /// The quotient rounded down; 0 where the divisor is 0.
    fn floor_quotient(self, divisor: Self) -> Self;
    /// What is left then, with the divisor's sign; 0 where the divisor is 0.
    fn floor_remainder(self, divisor: Self) -> Self;
    /// What is left of the quotient rounded towards zero; 0 where the divisor is 0.
    fn remainder(self, divisor: Self) -> Self;
    /// The power, modulo the range. A negative exponent has been refused.
    fn power(self, exponent: Self) -> Self;
    /// The bits moved left; none is left if they are moved by more than there are.
    fn shifted_left(self, bits: Self) -> Self;
    /// The bits moved right; only signs are left if they are moved by more than there are.
    fn shifted_right(self, bits: Self) -> Self;
    /// The greatest common divisor, not below zero.
    fn gcd(self, other: Self) -> Self;
    /// The least common multiple, not below zero.
    fn lcm(self, other: Self) -> Self;
    /// The distance from zero, modulo the range.
    fn distance(self) -> Self;
    /// -1, 0 or 1.
    fn sign(self) -> Self;
    /// One divided by it, towards zero.
    fn reciprocal(self) -> Self;
    /// Whether it is negative.
    fn is_below_zero(self) -> bool;
}

macro_rules! integers {
    ($($ty:ident $unsigned:ident $signed:literal;)*) => {$(
        impl Integer for $ty {
            #[inline(always)]
            fn floor_quotient(self, divisor: Self) -> Self {
                if divisor == 0 {
                    return 0;
                }
                let quotient = self.wrapping_div(divisor);
                let left = self.wrapping_rem(divisor);
                let down = $signed && left != 0 && (left < 0 as $ty) != (divisor < 0 as $ty);
                quotient.wrapping_sub(down as $ty)
            }
            #[inline(always)]
            fn floor_remainder(self, divisor: Self) -> Self {
                if divisor == 0 {
                    return 0;
                }
                let left = self.wrapping_rem(divisor);
                let down = $signed && left != 0 && (left < 0 as $ty) != (divisor < 0 as $ty);
                if down { left.wrapping_add(divisor) } else { left }
            }
            #[inline(always)]
            fn remainder(self, divisor: Self) -> Self {
                if divisor == 0 { 0 } else { self.wrapping_rem(divisor) }
            }
            #[inline(always)]
            fn power(self, exponent: Self) -> Self {
                let (mut base, mut rest, mut power) = (self, exponent as $unsigned, 1 as $ty);
                while rest != 0 {
                    if rest & 1 != 0 {
                        power = power.wrapping_mul(base);
                    }
                    base = base.wrapping_mul(base);
                    rest >>= 1;
                }
                power
            }
            #[inline(always)]
            fn shifted_left(self, bits: Self) -> Self {
                let fits = (bits as $unsigned) < <$ty>::BITS as $unsigned;
                if fits { self << (bits as u32 & (<$ty>::BITS - 1)) } else { 0 }
            }
            #[inline(always)]
            fn shifted_right(self, bits: Self) -> Self {
                let fits = (bits as $unsigned) < <$ty>::BITS as $unsigned;
                self >> if fits { bits as u32 & (<$ty>::BITS - 1) } else { <$ty>::BITS - 1 }
                    & if fits || $signed { !0 } else { 0 }
            }
            #[inline(always)]
            fn gcd(self, other: Self) -> Self {
                let (mut a, mut b) = (self.distance() as $unsigned, other.distance() as $unsigned);
                while b != 0 {
                    (a, b) = (b, a % b);
                }
                a as $ty
            }
            #[inline(always)]
            fn lcm(self, other: Self) -> Self {
                let divisor = self.gcd(other);
                if divisor == 0 {
                    return 0;
                }
                self.distance().wrapping_div(divisor).wrapping_mul(other.distance())
            }
            #[inline(always)]
            fn distance(self) -> Self {
                if self.is_below_zero() { self.wrapping_neg() } else { self }
            }
            #[inline(always)]
            fn sign(self) -> Self {
                if self.is_below_zero() { (0 as $ty).wrapping_sub(1) } else { (self != 0) as $ty }
            }
            #[inline(always)]
            fn reciprocal(self) -> Self {
                if self == 0 { 0 } else { (1 as $ty).wrapping_div(self) }
            }
            #[inline(always)]
            #[allow(unused_comparisons, reason = "some types have no negative numbers")]
            fn is_below_zero(self) -> bool {
                self < 0
            }
        }
    )*};
}
integers! {
    i8 u8 true;
    i16 u16 true;
    i32 u32 true;
    i64 u64 true;
    u8 u8 false;
    u16 u16 false;
    u32 u32 false;
    u64 u64 false;
}

/// Floating-point numbers: as [`Integer`].
pub(crate) trait Float: Copy {
    /// The quotient rounded down.
    fn floor_quotient(self, divisor: Self) -> Self;
    /// What is left then, with the divisor's sign.
    fn floor_remainder(self, divisor: Self) -> Self;
}

macro_rules! floats {
    ($($ty:ident)*) => {$(
        impl Float for $ty {
            // Python's `float.__divmod__`: the remainder is exact, and the quotient follows from it.
            // Infinities are as the array API standard has them, not NumPy: what is infinite stays
            // so, and a number divided by an infinity is a zero.
            #[inline(always)]
            fn floor_quotient(self, divisor: Self) -> Self {
                let quotient = self / divisor;
                if divisor == 0.0 || !self.is_finite() || divisor.is_infinite() {
                    return quotient;
                }
                let left = self % divisor;
                let mut exact = (self - left) / divisor;
                if left != 0.0 && (left < 0.0) != (divisor < 0.0) {
                    exact -= 1.0;
                }
                if exact == 0.0 {
                    return (0.0 as $ty).copysign(quotient);
                }
                let down = exact.floor();
                if exact - down > 0.5 { down + 1.0 } else { down }
            }
            #[inline(always)]
            fn floor_remainder(self, divisor: Self) -> Self {
                let left = self % divisor;
                if left == 0.0 {
                    return left.copysign(divisor);
                }
                if (left < 0.0) != (divisor < 0.0) { left + divisor } else { left }
            }
        }
    )*};
}
floats!(f32 f64);

/// The next number in a direction, in the precision of the element itself.
pub(crate) trait Neighbour: Copy {
    /// The next number after this one in the direction of `to`; `to` if both are equal.
    fn next_after(self, to: Self) -> Self;
}

macro_rules! neighbours {
    ($($ty:ident $bits:ident;)*) => {$(
        impl Neighbour for $ty {
            #[inline(always)]
            fn next_after(self, to: Self) -> Self {
                let zero = <$ty>::from_bits(0);
                if self.is_nan() || to.is_nan() {
                    return <$ty>::NAN;
                }
                if self == to {
                    return to;
                }
                if self == zero {
                    return <$ty>::from_bits(1).copysign(to);
                }
                let away = (self < to) == (self > zero);
                let bits = self.to_bits();
                <$ty>::from_bits(if away { bits + 1 } else { bits - 1 } as $bits)
            }
        }
    )*};
}
neighbours! {
    f16 u16;
    f32 u32;
    f64 u64;
}

/// The next number of half precision, of numbers of it that are held in single precision.
#[inline(always)]
pub(crate) fn next_half_after(a: f32, b: f32) -> f32 {
    f16::from_f32(a).next_after(f16::from_f32(b)).to_f32()
}

/// Real numbers that complex ones are made of.
pub(crate) trait Real: num_traits::Float + Lane {}
impl Real for f32 {}
impl Real for f64 {}

/// A function of complex numbers that is computed in double precision.
#[inline(always)]
pub(crate) fn through<T: Real>(a: Complex<T>, f: fn(Complex<f64>) -> Complex<f64>) -> Complex<T> {
    narrow(f(wide(a)))
}

/// The same for two parameters.
#[inline(always)]
pub(crate) fn through2<T: Real>(
    a: Complex<T>,
    b: Complex<T>,
    f: fn(Complex<f64>, Complex<f64>) -> Complex<f64>,
) -> Complex<T> {
    narrow(f(wide(a), wide(b)))
}

/// The distance of a complex number from zero.
#[inline(always)]
pub(crate) fn length<T: Real>(a: Complex<T>) -> T {
    T::from(crate::kernels::math::complex::abs(wide(a))).unwrap_or_else(T::nan)
}

#[inline(always)]
fn wide<T: Real>(a: Complex<T>) -> Complex<f64> {
    let part = |part: T| part.to_f64().unwrap_or(f64::NAN);
    Complex::new(part(a.re), part(a.im))
}

#[inline(always)]
fn narrow<T: Real>(a: Complex<f64>) -> Complex<T> {
    let part = |part: f64| T::from(part).unwrap_or_else(T::nan);
    Complex::new(part(a.re), part(a.im))
}

#[inline(always)]
pub(crate) fn complex_product<T: Real>(a: Complex<T>, b: Complex<T>) -> Complex<T> {
    Complex::new(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re)
}

/// Smith's algorithm (R. L. Smith, 1962), as NumPy divides: the larger part of the divisor is
/// divided out first, so that its square does not leave the range.
///
/// The call keeps compilers from making vectors of it: these would compute what does not count, too, the
/// branch not taken and elements that are not there, and note what goes wrong in that.
#[inline(always)]
pub(crate) fn complex_quotient<T: Real>(a: Complex<T>, b: Complex<T>) -> Complex<T> {
    let (re, im) = (b.re.abs(), b.im.abs());
    if re >= im {
        if re == T::zero() && im == T::zero() {
            return Complex::new(by_zero(a.re, re), by_zero(a.im, re));
        }
        let ratio = b.im / b.re;
        let scale = T::one() / (b.re + b.im * ratio);
        Complex::new((a.re + a.im * ratio) * scale, (a.im - a.re * ratio) * scale)
    } else {
        let ratio = b.re / b.im;
        let scale = T::one() / (b.im + b.re * ratio);
        Complex::new((a.re * ratio + a.im) * scale, (a.im * ratio - a.re) * scale)
    }
}

/// A quotient, and what goes wrong with it.
#[cold]
#[inline(never)]
fn by_zero<T: Real>(part: T, zero: T) -> T {
    part / zero
}

#[inline(always)]
pub(crate) fn complex_is_nan<T: Real>(a: Complex<T>) -> bool {
    a.re.is_nan() | a.im.is_nan()
}

#[inline(always)]
pub(crate) fn complex_is_true<T: Real>(a: Complex<T>) -> bool {
    (a.re != T::zero()) | (a.im != T::zero())
}

/// NumPy's order of complex numbers: by the real part, then by the imaginary one.
#[inline(always)]
pub(crate) fn complex_less<T: Real>(a: Complex<T>, b: Complex<T>) -> bool {
    a.re < b.re && !a.im.is_nan() && !b.im.is_nan() || a.re == b.re && a.im < b.im
}
