//! Fourier transforms: the functions of the array API standard (2025.12), with NumPy's conventions.
//!
//! A transform of `n` elements is `sum(x[m] * exp(-2j * pi * k * m / n))`; the inverse one has the other
//! sign and is divided by `n` ([`Norm`]). `float32`, `complex64` and `float16` are transformed in
//! `float32`, others in `float64`. Lines along an axis may lie anywhere; they are shared among threads.
//! The transforms themselves are those of the crates `rustfft` and `realfft`.

mod lines;
mod plan;
mod shift;

pub use shift::{fftfreq, fftshift, ifftshift, rfftfreq};

use crate::array::Array;
use crate::dtype::{Casting, DType, Kind};
use crate::elementwise::apply;
use crate::error::{Error, Result};
use crate::function::Function;
use crate::layout::normal_axis;
use lines::Transform;

/// Which of the two directions is divided by the number of elements.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Norm {
    /// The inverse one.
    #[default]
    Backward,
    /// Both, by its square root.
    Ortho,
    /// The forward one.
    Forward,
}

impl Norm {
    /// The same with the directions exchanged.
    fn swapped(self) -> Norm {
        match self {
            Norm::Backward => Norm::Forward,
            Norm::Ortho => Norm::Ortho,
            Norm::Forward => Norm::Backward,
        }
    }

    /// What results of a direction are multiplied by.
    fn factor(self, inverse: bool, n: usize) -> f64 {
        match (self, inverse) {
            (Norm::Ortho, _) => 1.0 / (n as f64).sqrt(),
            (Norm::Backward, true) | (Norm::Forward, false) => 1.0 / n as f64,
            _ => 1.0,
        }
    }
}

/// The elements as those of a transform: of one of two sizes, complex if that is asked for or they are.
fn prepared(array: &Array, complex: bool) -> Result<Array> {
    let single = matches!(array.dtype(), DType::Float16 | DType::Float32 | DType::Complex64);
    let complex = complex || array.dtype().kind() == Kind::Complex;
    let dtype = match (complex, single) {
        (true, true) => DType::Complex64,
        (true, false) => DType::Complex128,
        (false, true) => DType::Float32,
        (false, false) => DType::Float64,
    };
    array.cast(dtype, Casting::Unsafe)
}

/// Refuses complex elements.
fn check_real(function: &'static str, array: &Array) -> Result<()> {
    if array.dtype().kind() == Kind::Complex {
        let wanted = "real numbers (fft takes complex ones)";
        return Err(Error::Unsupported { function, dtype: array.dtype(), wanted });
    }
    Ok(())
}

/// A length that was asked for, or the usual one.
fn length(n: Option<isize>, usual: isize) -> Result<usize> {
    let n = n.unwrap_or(usual);
    if n < 1 {
        return Err(Error::Argument {
            name: "n",
            value: n.to_string(),
            wanted: "at least 1 (the number of elements to transform)",
        });
    }
    Ok(n as usize)
}

/// The transforms of lines along an axis, cut off or filled with zeros to `n` elements.
///
/// # Errors
/// The axis does not exist, `n` is below 1, or there is not enough memory.
pub fn fft(array: &Array, n: Option<isize>, axis: isize, norm: Norm) -> Result<Array> {
    complex(array, n, axis, norm, false)
}

/// The inverse transforms of lines along an axis, cut off or filled with zeros to `n` elements.
///
/// # Errors
/// As [`fft`].
pub fn ifft(array: &Array, n: Option<isize>, axis: isize, norm: Norm) -> Result<Array> {
    complex(array, n, axis, norm, true)
}

fn complex(
    array: &Array,
    n: Option<isize>,
    axis: isize,
    norm: Norm,
    inverse: bool,
) -> Result<Array> {
    let axis = normal_axis(axis, array.ndim())?;
    let n = length(n, array.shape()[axis])?;
    let array = prepared(array, false)?;
    lines::transformed(&array, axis, n, Transform::Complex { inverse }, norm.factor(inverse, n))
}

/// The transforms of lines of real numbers: the `n // 2 + 1` elements that determine the others.
///
/// # Errors
/// As [`fft`], or the numbers are complex.
pub fn rfft(array: &Array, n: Option<isize>, axis: isize, norm: Norm) -> Result<Array> {
    check_real("rfft", array)?;
    let axis = normal_axis(axis, array.ndim())?;
    let n = length(n, array.shape()[axis])?;
    let array = prepared(array, false)?;
    lines::transformed(&array, axis, n, Transform::Real, norm.factor(false, n))
}

/// The lines of `n` real numbers whose transforms begin as given; without `n`, of `2 * (m - 1)` numbers
/// for lines of `m`.
///
/// # Errors
/// As [`fft`].
pub fn irfft(array: &Array, n: Option<isize>, axis: isize, norm: Norm) -> Result<Array> {
    let axis = normal_axis(axis, array.ndim())?;
    let n = length(n, 2 * (array.shape()[axis] - 1))?;
    let array = prepared(array, true)?;
    lines::transformed(&array, axis, n, Transform::ToReal, norm.factor(true, n))
}

/// The transforms, which are real, of lines that are symmetric with conjugation and of which the first
/// half is given; without `n`, of `2 * (m - 1)` elements for lines of `m`.
///
/// # Errors
/// As [`fft`].
pub fn hfft(array: &Array, n: Option<isize>, axis: isize, norm: Norm) -> Result<Array> {
    irfft(&crate::linalg::conjugate(array)?, n, axis, norm.swapped())
}

/// The first halves of lines that are symmetric with conjugation and whose transforms are given, which
/// are real.
///
/// # Errors
/// As [`rfft`].
pub fn ihfft(array: &Array, n: Option<isize>, axis: isize, norm: Norm) -> Result<Array> {
    check_real("ihfft", array)?;
    let half = rfft(array, n, axis, norm.swapped())?;
    apply(Function::Conj, &[(&half).into()])
}

/// The axes of a transform and how many elements it has along each.
fn extents(
    array: &Array,
    s: Option<&[isize]>,
    axes: Option<&[isize]>,
) -> Result<Vec<(isize, Option<isize>)>> {
    let ndim = array.ndim() as isize;
    let axes: Vec<isize> = match (axes, s) {
        (Some(axes), _) => axes.to_vec(),
        (None, Some(s)) => (-(s.len() as isize)..0).collect(),
        (None, None) => (0..ndim).collect(),
    };
    if let Some(s) = s
        && s.len() != axes.len()
    {
        return Err(Error::Argument {
            name: "s",
            value: format!("{} extents for {} axes", s.len(), axes.len()),
            wanted: "an extent for each axis",
        });
    }
    for &axis in &axes {
        normal_axis(axis, array.ndim())?;
    }
    // -1 stands for the extent that is there.
    let wanted = |i: usize| s.map(|s| s[i]).filter(|&n| n != -1);
    Ok(axes.into_iter().enumerate().map(|(i, axis)| (axis, wanted(i))).collect())
}

/// The transforms along axes, of the last one first. What nobody else has is transformed where it is.
fn along_all(
    mut array: Array,
    mut is_own: bool,
    extents: &[(isize, Option<isize>)],
    norm: Norm,
    inverse: bool,
) -> Result<Array> {
    for &(axis, n) in extents.iter().rev() {
        let axis = normal_axis(axis, array.ndim())?;
        let n = length(n, array.shape()[axis])?;
        let factor = norm.factor(inverse, n);
        if is_own && n as isize == array.shape()[axis] {
            lines::transform(&array, axis, inverse, factor)?;
        } else {
            array = lines::transformed(&array, axis, n, Transform::Complex { inverse }, factor)?;
            is_own = true;
        }
    }
    Ok(array)
}

/// The transforms along several axes, all of them if none are named; `s` has the extents.
///
/// # Errors
/// As [`fft`], or there are not as many extents as axes.
pub fn fftn(
    array: &Array,
    s: Option<&[isize]>,
    axes: Option<&[isize]>,
    norm: Norm,
) -> Result<Array> {
    several(array, s, axes, norm, false)
}

/// The inverse transforms along several axes.
///
/// # Errors
/// As [`fftn`].
pub fn ifftn(
    array: &Array,
    s: Option<&[isize]>,
    axes: Option<&[isize]>,
    norm: Norm,
) -> Result<Array> {
    several(array, s, axes, norm, true)
}

fn several(
    array: &Array,
    s: Option<&[isize]>,
    axes: Option<&[isize]>,
    norm: Norm,
    inverse: bool,
) -> Result<Array> {
    let extents = extents(array, s, axes)?;
    along_all(prepared(array, extents.is_empty())?, false, &extents, norm, inverse)
}

/// The extents of a transform that has at least one axis, and that of the last.
type Split = (Vec<(isize, Option<isize>)>, (isize, Option<isize>));

fn last_of(array: &Array, s: Option<&[isize]>, axes: Option<&[isize]>) -> Result<Split> {
    let mut extents = extents(array, s, axes)?;
    match extents.pop() {
        Some(last) => Ok((extents, last)),
        None => Err(Error::Argument {
            name: "axes",
            value: "none".to_owned(),
            wanted: "at least one axis",
        }),
    }
}

/// The transforms of real numbers along several axes: of the last one the first half.
///
/// # Errors
/// As [`fftn`] and [`rfft`], or there is no axis.
pub fn rfftn(
    array: &Array,
    s: Option<&[isize]>,
    axes: Option<&[isize]>,
    norm: Norm,
) -> Result<Array> {
    check_real("rfftn", array)?;
    let (others, (axis, n)) = last_of(array, s, axes)?;
    along_all(rfft(array, n, axis, norm)?, true, &others, norm, false)
}

/// The real numbers whose transforms along several axes are given, of the last one the first half.
///
/// # Errors
/// As [`fftn`], or there is no axis.
pub fn irfftn(
    array: &Array,
    s: Option<&[isize]>,
    axes: Option<&[isize]>,
    norm: Norm,
) -> Result<Array> {
    let (others, (axis, n)) = last_of(array, s, axes)?;
    irfft(&along_all(prepared(array, true)?, false, &others, norm, true)?, n, axis, norm)
}
