//! Fourier transforms, which `pommel.fft` is made of.

use super::argument::{In, axes, out};
use crate::array::NdArray;
use crate::value::Shape;
use pommel::prelude::*;
use pommel_array::fft::{self, Norm};

/// Which direction is divided by the number of elements.
pub struct Norms(Norm);

impl FromPython for Norms {
    fn expected() -> std::borrow::Cow<'static, str> {
        "'backward', 'ortho' or 'forward'".into()
    }

    fn from_python(object: &Object<'_>) -> Result<Norms> {
        let name: String = object.extract()?;
        Ok(Norms(match name.as_str() {
            "backward" => Norm::Backward,
            "ortho" => Norm::Ortho,
            "forward" => Norm::Forward,
            _ => {
                return Err(Error::value_error(format!(
                    "must be 'backward', 'ortho' or 'forward', not '{name}'"
                )));
            }
        }))
    }
}
pommel::argument!(Norms);

fn norm(norm: Option<Norms>) -> Norm {
    norm.map_or(Norm::Backward, |norm| norm.0)
}

macro_rules! transforms {
    ($($(#[doc = $doc:literal])* $name:ident;)*) => {$(
        $(#[doc = $doc])*
        #[function(signature = (x, /, n = None, axis = -1, norm = None))]
        pub fn $name(x: In, n: Option<isize>, axis: isize, norm: Option<Norms>) -> Result<NdArray> {
            out(fft::$name(&x.0, n, axis, self::norm(norm)))
        }
    )*};
}

transforms! {
    /// The discrete Fourier transform along an axis.
    ///
    /// >>> import pommel as pm
    /// >>> pm.fft.fft([1, 2, 4, 2]).real
    /// array([ 9., -3.,  1., -3.])
    /// >>> pm.abs(pm.fft.fft([3, 4], n=4))
    /// array([7., 5., 1., 5.])
    fft;
    /// The inverse of fft.
    ///
    /// >>> import pommel as pm
    /// >>> pm.fft.ifft([9, -3, 1, -3]).real
    /// array([1., 2., 4., 2.])
    ifft;
    /// The first half of the transform of real numbers along an axis.
    ///
    /// >>> import pommel as pm
    /// >>> pm.fft.rfft([1, 2, 4, 2]).real
    /// array([ 9., -3.,  1.])
    rfft;
    /// The inverse of rfft.
    ///
    /// >>> import pommel as pm
    /// >>> pm.fft.irfft([9, -3, 1])
    /// array([1., 2., 4., 2.])
    irfft;
    /// The transform of what has a real spectrum, of which the first half is given.
    ///
    /// >>> import pommel as pm
    /// >>> pm.fft.hfft([9, -3, 1])
    /// array([ 4.,  8., 16.,  8.])
    hfft;
    /// The inverse of hfft.
    ///
    /// >>> import pommel as pm
    /// >>> pm.fft.ihfft([1, 2, 4, 2]).real
    /// array([ 2.25, -0.75,  0.25])
    ihfft;
}

macro_rules! transforms_of_axes {
    ($($(#[doc = $doc:literal])* $name:ident;)*) => {$(
        $(#[doc = $doc])*
        #[function(signature = (x, /, s = None, axes = None, norm = None))]
        pub fn $name(
            x: In,
            s: Option<Shape>,
            axes: Option<Shape>,
            norm: Option<Norms>,
        ) -> Result<NdArray> {
            out(fft::$name(&x.0, self::axes(&s), self::axes(&axes), self::norm(norm)))
        }
    )*};
}

transforms_of_axes! {
    /// The discrete Fourier transform along axes, or all.
    ///
    /// >>> import pommel as pm
    /// >>> pm.fft.fftn([[1, 2], [3, 5]]).real
    /// array([[11., -3.],
    ///        [-5.,  1.]])
    fftn;
    /// The inverse of fftn.
    ///
    /// >>> import pommel as pm
    /// >>> pm.fft.ifftn([[11, -3], [-5, 1]]).real
    /// array([[1., 2.],
    ///        [3., 5.]])
    ifftn;
    /// The transform of real numbers along axes, or all: half of the last one.
    ///
    /// >>> import pommel as pm
    /// >>> pm.fft.rfftn([[1, 2, 4, 2], [3, 1, 1, 1]]).real
    /// array([[15., -1.,  3.],
    ///        [ 3., -5., -1.]])
    rfftn;
    /// The inverse of rfftn.
    ///
    /// >>> import pommel as pm
    /// >>> pm.fft.irfftn([[15, -1, 3], [3, -5, -1]])
    /// array([[1., 2., 4., 2.],
    ///        [3., 1., 1., 1.]])
    irfftn;
}

/// The frequencies of the elements of a transform of `n` samples that are `d` apart.
///
/// >>> import pommel as pm
/// >>> pm.fft.fftfreq(4, d=0.5)
/// array([ 0. ,  0.5, -1. , -0.5])
#[function(signature = (n, /, d = 1.0, *, dtype = None, device = None))]
pub fn fftfreq(
    n: isize,
    d: f64,
    dtype: Option<crate::dtype::DType>,
    device: Option<&str>,
) -> Result<NdArray> {
    super::check_device(device)?;
    let dtype = dtype.map_or(pommel_array::DType::Float64, |dtype| dtype.inner);
    out(fft::fftfreq(n, d).and_then(|all| all.cast(dtype, pommel_array::Casting::SameKind)))
}

/// The same for the transform of real numbers.
///
/// >>> import pommel as pm
/// >>> pm.fft.rfftfreq(4, d=0.5)
/// array([0. , 0.5, 1. ])
#[function(signature = (n, /, d = 1.0, *, dtype = None, device = None))]
pub fn rfftfreq(
    n: isize,
    d: f64,
    dtype: Option<crate::dtype::DType>,
    device: Option<&str>,
) -> Result<NdArray> {
    super::check_device(device)?;
    let dtype = dtype.map_or(pommel_array::DType::Float64, |dtype| dtype.inner);
    out(fft::rfftfreq(n, d).and_then(|all| all.cast(dtype, pommel_array::Casting::SameKind)))
}

/// Frequency zero moved from the first place to the middle, along axes or all.
///
/// >>> import pommel as pm
/// >>> pm.fft.fftshift([0, 1, 2, -2, -1])
/// array([-2, -1,  0,  1,  2])
#[function(signature = (x, /, axes = None))]
pub fn fftshift(x: In, axes: Option<Shape>) -> Result<NdArray> {
    out(fft::fftshift(&x.0, self::axes(&axes)))
}

/// The inverse of fftshift.
///
/// >>> import pommel as pm
/// >>> pm.fft.ifftshift([-2, -1, 0, 1, 2])
/// array([ 0,  1,  2, -2, -1])
#[function(signature = (x, /, axes = None))]
pub fn ifftshift(x: In, axes: Option<Shape>) -> Result<NdArray> {
    out(fft::ifftshift(&x.0, self::axes(&axes)))
}
