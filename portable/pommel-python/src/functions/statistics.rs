//! Functions that make fewer elements of many, or running ones.

use super::argument::{In, axes, plain};
use crate::array::{NdArray, computed};
use crate::dtype::DType;
use crate::value::Shape;
use pommel::prelude::*;
use pommel_array::reduce::{self, Reduction, Scan};

/// A reduction by the engine's table.
pub(crate) fn reduced(
    ctx: Ctx<'_>,
    reduction: Reduction,
    x: &pommel_array::Array,
    axis: Option<Shape>,
    dtype: Option<DType>,
    keepdims: bool,
) -> Result<NdArray> {
    let result = pommel_array::reduce(reduction, x, axes(&axis), keepdims, plain(dtype));
    computed(ctx, reduction.name(), result)
}

macro_rules! sums {
    ($($(#[doc = $doc:literal])* $name:ident $reduction:ident;)*) => {$(
        $(#[doc = $doc])*
        #[function(signature = (x, /, axis = None, dtype = None, *, keepdims = false))]
        pub fn $name(
            ctx: Ctx<'_>,
            x: In,
            axis: Option<Shape>,
            dtype: Option<DType>,
            keepdims: bool,
        ) -> Result<NdArray> {
            reduced(ctx, Reduction::$reduction, &x.0, axis, dtype, keepdims)
        }
    )*};
}

sums! {
    /// The sum of the elements along axes, or of all. Integers wrap around.
    sum Sum;
    /// The product of the elements along axes, or of all. Integers wrap around.
    prod Prod;
}

macro_rules! choices {
    ($($(#[doc = $doc:literal])* $name:ident $reduction:ident;)*) => {$(
        $(#[doc = $doc])*
        #[function(signature = (x, /, axis = None, *, keepdims = false))]
        pub fn $name(
            ctx: Ctx<'_>,
            x: In,
            axis: Option<Shape>,
            keepdims: bool,
        ) -> Result<NdArray> {
            reduced(ctx, Reduction::$reduction, &x.0, axis, None, keepdims)
        }
    )*};
}

choices! {
    /// The smallest element along axes, or of all; not a number if one is none.
    min Min;
    /// The largest element along axes, or of all; not a number if one is none.
    max Max;
    /// Whether all elements along axes, or of all, are true.
    all All;
    /// Whether an element along axes, or of all, is true.
    any Any;
    /// How many elements along axes, or of all, are not zero.
    count_nonzero CountNonzero;
}

/// The mean of the elements along axes, or of all.
#[function(signature = (x, /, axis = None, dtype = None, *, keepdims = false))]
pub fn mean(
    ctx: Ctx<'_>,
    x: In,
    axis: Option<Shape>,
    dtype: Option<DType>,
    keepdims: bool,
) -> Result<NdArray> {
    computed(ctx, "mean", reduce::mean(&x.0, axes(&axis), keepdims, plain(dtype)))
}

/// The variance of the elements along axes, or of all: the sum of squared distances from the mean,
/// divided by their number less `correction` (NumPy's `ddof`).
#[function(signature = (x, /, axis = None, dtype = None, *, correction = None, ddof = None, keepdims = false))]
pub fn var(
    ctx: Ctx<'_>,
    x: In,
    axis: Option<Shape>,
    dtype: Option<DType>,
    correction: Option<f64>,
    ddof: Option<f64>,
    keepdims: bool,
) -> Result<NdArray> {
    let correction = correction.or(ddof).unwrap_or(0.0);
    computed(ctx, "var", reduce::variance(&x.0, axes(&axis), correction, keepdims, plain(dtype)))
}

/// The standard deviation of the elements along axes, or of all: the root of the variance.
#[function(signature = (x, /, axis = None, dtype = None, *, correction = None, ddof = None, keepdims = false))]
pub fn std(
    ctx: Ctx<'_>,
    x: In,
    axis: Option<Shape>,
    dtype: Option<DType>,
    correction: Option<f64>,
    ddof: Option<f64>,
    keepdims: bool,
) -> Result<NdArray> {
    let correction = correction.or(ddof).unwrap_or(0.0);
    computed(ctx, "std", reduce::deviation(&x.0, axes(&axis), correction, keepdims, plain(dtype)))
}

/// The distance from the smallest to the largest element along axes, or of all.
#[function(signature = (x, /, axis = None, *, keepdims = false))]
pub fn ptp(ctx: Ctx<'_>, x: In, axis: Option<Shape>, keepdims: bool) -> Result<NdArray> {
    computed(ctx, "ptp", reduce::ptp(&x.0, axes(&axis), keepdims))
}

/// Where the smallest element is along an axis, or in C order; the first not a number if there is one.
#[function(signature = (x, /, axis = None, *, keepdims = false))]
pub fn argmin(ctx: Ctx<'_>, x: In, axis: Option<isize>, keepdims: bool) -> Result<NdArray> {
    computed(ctx, "argmin", reduce::argmin(&x.0, axis, keepdims))
}

/// Where the largest element is along an axis, or in C order; the first not a number if there is one.
#[function(signature = (x, /, axis = None, *, keepdims = false))]
pub fn argmax(ctx: Ctx<'_>, x: In, axis: Option<isize>, keepdims: bool) -> Result<NdArray> {
    computed(ctx, "argmax", reduce::argmax(&x.0, axis, keepdims))
}

/// The axis of a scan: it can be left out if there is one.
fn scanned(
    ctx: Ctx<'_>,
    scan: Scan,
    x: In,
    axis: Option<isize>,
    dtype: Option<DType>,
    include_initial: bool,
) -> Result<NdArray> {
    let name = if scan == Scan::Sum { "cumulative_sum" } else { "cumulative_prod" };
    if axis.is_none() && x.0.ndim() != 1 {
        return Err(Error::value_error(format!(
            "{name}() needs the argument 'axis' for an array of {} dimensions",
            x.0.ndim()
        )));
    }
    computed(ctx, name, reduce::scan(scan, &x.0, axis, plain(dtype), include_initial))
}

/// The sums of the elements up to each one along an axis.
#[function(signature = (x, /, *, axis = None, dtype = None, include_initial = false))]
pub fn cumulative_sum(
    ctx: Ctx<'_>,
    x: In,
    axis: Option<isize>,
    dtype: Option<DType>,
    include_initial: bool,
) -> Result<NdArray> {
    scanned(ctx, Scan::Sum, x, axis, dtype, include_initial)
}

/// The products of the elements up to each one along an axis.
#[function(signature = (x, /, *, axis = None, dtype = None, include_initial = false))]
pub fn cumulative_prod(
    ctx: Ctx<'_>,
    x: In,
    axis: Option<isize>,
    dtype: Option<DType>,
    include_initial: bool,
) -> Result<NdArray> {
    scanned(ctx, Scan::Prod, x, axis, dtype, include_initial)
}

/// The sums of the elements up to each one along an axis, or in C order.
#[function(signature = (a, axis = None, dtype = None))]
pub fn cumsum(ctx: Ctx<'_>, a: In, axis: Option<isize>, dtype: Option<DType>) -> Result<NdArray> {
    computed(ctx, "cumsum", reduce::scan(Scan::Sum, &a.0, axis, plain(dtype), false))
}

/// The products of the elements up to each one along an axis, or in C order.
#[function(signature = (a, axis = None, dtype = None))]
pub fn cumprod(ctx: Ctx<'_>, a: In, axis: Option<isize>, dtype: Option<DType>) -> Result<NdArray> {
    computed(ctx, "cumprod", reduce::scan(Scan::Prod, &a.0, axis, plain(dtype), false))
}

/// The differences of neighbours along an axis, taken `n` times, with what is given before and behind.
#[function(signature = (x, /, n = 1, axis = -1, *, prepend = None, append = None))]
pub fn diff(
    ctx: Ctx<'_>,
    x: In,
    n: usize,
    axis: isize,
    prepend: Option<In>,
    append: Option<In>,
) -> Result<NdArray> {
    let mut array = x.0;
    for (part, in_front) in [(prepend, true), (append, false)] {
        let Some(part) = part else { continue };
        let mut part = part.0;
        if part.ndim() == 0 {
            let mut shape = array.shape().to_vec();
            let place = array.layout().axis(axis).map_err(crate::error::raised)?;
            shape[place] = 1;
            part = part.broadcast_to(&shape).map_err(crate::error::raised)?;
        }
        let parts = if in_front { [part, array] } else { [array, part] };
        array =
            pommel_array::manipulation::concat(&parts, Some(axis)).map_err(crate::error::raised)?;
    }
    computed(ctx, "diff", reduce::diff(&array, n, axis))
}
