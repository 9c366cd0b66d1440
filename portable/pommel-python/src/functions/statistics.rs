//! Functions that make fewer elements of many, or running ones.

use super::argument::{In, axes, delivered, plain};
use crate::array::{Computed, NdArray, computed};
use crate::dtype::DType;
use crate::value::Shape;
use pommel::prelude::*;
use pommel_array::Array;
use pommel_array::reduce::{self, Reduction, Scan};

/// What NumPy's reductions may be told besides, each of which may be left out: where the result goes,
/// what it begins with, and which elements take part.
pub(crate) struct More<'c> {
    pub(crate) out: Option<Object<'c>>,
    pub(crate) initial: Option<Object<'c>>,
    pub(crate) which: Option<Object<'c>>,
}

/// Axes, a type, and whether the axes stay.
pub(crate) type How = (Option<Shape>, Option<DType>, bool);

impl<'c> More<'c> {
    /// What the package says of a reduction that is told more, by its name; `None` if it is not.
    #[inline]
    fn reduced(
        self,
        ctx: Ctx<'c>,
        name: &str,
        x: &Array,
        how: &mut How,
        correction: f64,
    ) -> Result<Option<Computed<'c>>> {
        let is_given = |value: &Option<Object<'c>>| value.as_ref().is_some_and(|v| !v.is_none());
        let everywhere = self.which.as_ref().is_none_or(crate::ufunc::is_everywhere);
        if everywhere && !is_given(&self.out) && !is_given(&self.initial) {
            return Ok(None);
        }
        let how = (how.0.take(), how.1.take(), how.2, correction);
        let more = (self.out, self.initial, self.which);
        let x = NdArray { inner: x.clone() };
        let module = ctx.import(c"pommel._reducing")?;
        module.call_method(c"reduced", (name, x, how, more)).map(|found| Some(Computed(found)))
    }
}

/// A reduction by the engine's table.
pub(crate) fn reduced<'c>(
    ctx: Ctx<'c>,
    reduction: Reduction,
    x: &Array,
    mut how: How,
    more: More<'c>,
) -> Result<Computed<'c>> {
    if let Some(found) = more.reduced(ctx, reduction.name(), x, &mut how, 0.0)? {
        return Ok(found);
    }
    let (axis, dtype, keepdims) = how;
    let result = pommel_array::reduce(reduction, x, axes(&axis), keepdims, plain(dtype));
    ctx.object(computed(ctx, reduction.name(), result)?).map(Computed)
}

/// A mean.
pub(crate) fn meant<'c>(
    ctx: Ctx<'c>,
    x: &Array,
    mut how: How,
    more: More<'c>,
) -> Result<Computed<'c>> {
    if let Some(found) = more.reduced(ctx, "mean", x, &mut how, 0.0)? {
        return Ok(found);
    }
    let (axis, dtype, keepdims) = how;
    let result = reduce::mean(x, axes(&axis), keepdims, plain(dtype));
    ctx.object(computed(ctx, "mean", result)?).map(Computed)
}

/// A variance or a standard deviation.
pub(crate) struct Spread {
    pub(crate) name: &'static str,
    pub(crate) correction: f64,
}

/// Computes it.
pub(crate) fn spread<'c>(
    ctx: Ctx<'c>,
    of: Spread,
    x: &Array,
    mut how: How,
    more: More<'c>,
) -> Result<Computed<'c>> {
    if let Some(found) = more.reduced(ctx, of.name, x, &mut how, of.correction)? {
        return Ok(found);
    }
    let (axis, dtype, keepdims) = how;
    let compute = if of.name == "var" { reduce::variance } else { reduce::deviation };
    let result = compute(x, axes(&axis), of.correction, keepdims, plain(dtype));
    ctx.object(computed(ctx, of.name, result)?).map(Computed)
}

macro_rules! sums {
    ($($(#[doc = $doc:literal])* $name:ident $reduction:ident;)*) => {$(
        $(#[doc = $doc])*
        #[function(signature = (x, /, axis = None, dtype = None, out = None, *, keepdims = false, initial = None, r#where = None))]
        #[allow(clippy::too_many_arguments, reason = "NumPy's")]
        pub fn $name<'c>(
            ctx: Ctx<'c>,
            x: In,
            axis: Option<Shape>,
            dtype: Option<DType>,
            out: Option<Object<'c>>,
            keepdims: bool,
            initial: Option<Object<'c>>,
            r#where: Option<Object<'c>>,
        ) -> Result<Computed<'c>> {
            let more = More { out, initial, which: r#where };
            reduced(ctx, Reduction::$reduction, &x.0, (axis, dtype, keepdims), more)
        }
    )*};
}

sums! {
    /// The sum of the elements along axes, or of all. Integers wrap around.
    ///
    /// >>> import pommel as pm
    /// >>> pm.sum([[1, 2], [3, 4]])
    /// array(10)
    /// >>> pm.sum([[1, 2], [3, 4]], axis=0)
    /// array([4, 6])
    /// >>> pm.sum([[1, 2], [3, 4]], axis=0, keepdims=True)
    /// array([[4, 6]])
    sum Sum;
    /// The product of the elements along axes, or of all. Integers wrap around.
    ///
    /// >>> import pommel as pm
    /// >>> pm.prod([[1, 2], [3, 4]])
    /// array(24)
    /// >>> pm.prod([[1, 2], [3, 4]], axis=1)
    /// array([ 2, 12])
    prod Prod;
}

macro_rules! choices {
    ($($(#[doc = $doc:literal])* $name:ident $reduction:ident;)*) => {$(
        $(#[doc = $doc])*
        #[function(signature = (x, /, axis = None, out = None, *, keepdims = false, initial = None, r#where = None))]
        pub fn $name<'c>(
            ctx: Ctx<'c>,
            x: In,
            axis: Option<Shape>,
            out: Option<Object<'c>>,
            keepdims: bool,
            initial: Option<Object<'c>>,
            r#where: Option<Object<'c>>,
        ) -> Result<Computed<'c>> {
            let more = More { out, initial, which: r#where };
            reduced(ctx, Reduction::$reduction, &x.0, (axis, None, keepdims), more)
        }
    )*};
}

choices! {
    /// The smallest element along axes, or of all; not a number if one is none.
    ///
    /// >>> import pommel as pm
    /// >>> pm.min([[1, 5], [7, 3]], axis=0)
    /// array([1, 3])
    /// >>> pm.min([3, 4], initial=0)
    /// array(0)
    min Min;
    /// The largest element along axes, or of all; not a number if one is none.
    ///
    /// >>> import pommel as pm
    /// >>> pm.max([[1, 5], [7, 3]], axis=0)
    /// array([7, 5])
    /// >>> pm.max([1.0, pm.nan])
    /// array(nan)
    max Max;
}

macro_rules! truths {
    ($($(#[doc = $doc:literal])* $name:ident $reduction:ident;)*) => {$(
        $(#[doc = $doc])*
        #[function(signature = (x, /, axis = None, out = None, *, keepdims = false, r#where = None))]
        pub fn $name<'c>(
            ctx: Ctx<'c>,
            x: In,
            axis: Option<Shape>,
            out: Option<Object<'c>>,
            keepdims: bool,
            r#where: Option<Object<'c>>,
        ) -> Result<Computed<'c>> {
            let more = More { out, initial: None, which: r#where };
            reduced(ctx, Reduction::$reduction, &x.0, (axis, None, keepdims), more)
        }
    )*};
}

truths! {
    /// Whether all elements along axes, or of all, are true.
    ///
    /// >>> import pommel as pm
    /// >>> pm.all([[1, 0], [2, 3]], axis=1)
    /// array([False,  True])
    all All;
    /// Whether an element along axes, or of all, is true.
    ///
    /// >>> import pommel as pm
    /// >>> pm.any([[1, 0], [0, 0]], axis=1)
    /// array([ True, False])
    any Any;
}

/// How many elements along axes, or of all, are not zero.
///
/// >>> import pommel as pm
/// >>> pm.count_nonzero([[1, 0], [2, 3]], axis=0)
/// array([2, 1])
#[function(signature = (x, /, axis = None, *, keepdims = false))]
pub fn count_nonzero<'c>(
    ctx: Ctx<'c>,
    x: In,
    axis: Option<Shape>,
    keepdims: bool,
) -> Result<Computed<'c>> {
    let nothing = More { out: None, initial: None, which: None };
    reduced(ctx, Reduction::CountNonzero, &x.0, (axis, None, keepdims), nothing)
}

/// The mean of the elements along axes, or of all.
///
/// >>> import pommel as pm
/// >>> pm.mean([[1, 2], [3, 5]])
/// array(2.75)
/// >>> pm.mean([[1, 2], [3, 5]], axis=0)
/// array([2. , 3.5])
#[function(signature = (x, /, axis = None, dtype = None, out = None, *, keepdims = false, r#where = None))]
pub fn mean<'c>(
    ctx: Ctx<'c>,
    x: In,
    axis: Option<Shape>,
    dtype: Option<DType>,
    out: Option<Object<'c>>,
    keepdims: bool,
    r#where: Option<Object<'c>>,
) -> Result<Computed<'c>> {
    meant(ctx, &x.0, (axis, dtype, keepdims), More { out, initial: None, which: r#where })
}

macro_rules! spreads {
    ($($(#[doc = $doc:literal])* $name:ident;)*) => {$(
        $(#[doc = $doc])*
        #[function(signature = (x, /, axis = None, dtype = None, out = None, *, correction = None, ddof = None, keepdims = false, r#where = None))]
        #[allow(clippy::too_many_arguments, reason = "NumPy's")]
        pub fn $name<'c>(
            ctx: Ctx<'c>,
            x: In,
            axis: Option<Shape>,
            dtype: Option<DType>,
            out: Option<Object<'c>>,
            correction: Option<f64>,
            ddof: Option<f64>,
            keepdims: bool,
            r#where: Option<Object<'c>>,
        ) -> Result<Computed<'c>> {
            let correction = correction.or(ddof).unwrap_or(0.0);
            let more = More { out, initial: None, which: r#where };
            let of = Spread { name: stringify!($name), correction };
            spread(ctx, of, &x.0, (axis, dtype, keepdims), more)
        }
    )*};
}

spreads! {
    /// The variance of the elements along axes, or of all: the sum of squared distances from the mean,
    /// divided by their number less `correction` (NumPy's `ddof`).
    ///
    /// >>> import pommel as pm
    /// >>> pm.var([[1, 3], [4, 8]], axis=1)
    /// array([1., 4.])
    /// >>> pm.var([1, 3, 5], ddof=1)
    /// array(4.)
    var;
    /// The standard deviation of the elements along axes, or of all: the root of the variance.
    ///
    /// >>> import pommel as pm
    /// >>> pm.std([[1, 3], [4, 8]], axis=1)
    /// array([1., 2.])
    /// >>> pm.std([1, 3, 5], ddof=1)
    /// array(2.)
    std;
}

/// The distance from the smallest to the largest element along axes, or of all.
///
/// >>> import pommel as pm
/// >>> pm.ptp([[1, 5], [7, 3]], axis=1)
/// array([4, 4])
#[function(signature = (x, /, axis = None, *, keepdims = false))]
pub fn ptp(ctx: Ctx<'_>, x: In, axis: Option<Shape>, keepdims: bool) -> Result<NdArray> {
    computed(ctx, "ptp", reduce::ptp(&x.0, axes(&axis), keepdims))
}

/// Where the smallest element is along an axis, or in C order; the first not a number if there is one.
///
/// >>> import pommel as pm
/// >>> pm.argmin([[1, 5], [7, 3]])
/// array(0)
/// >>> pm.argmin([[1, 5], [7, 3]], axis=1)
/// array([0, 1])
#[function(signature = (x, /, axis = None, *, keepdims = false))]
pub fn argmin(ctx: Ctx<'_>, x: In, axis: Option<isize>, keepdims: bool) -> Result<NdArray> {
    computed(ctx, "argmin", reduce::argmin(&x.0, axis, keepdims))
}

/// Where the largest element is along an axis, or in C order; the first not a number if there is one.
///
/// >>> import pommel as pm
/// >>> pm.argmax([[1, 5], [7, 3]])
/// array(2)
/// >>> pm.argmax([[1, 5], [7, 3]], axis=1)
/// array([1, 0])
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
///
/// >>> import pommel as pm
/// >>> pm.cumulative_sum([2, 3, 4])
/// array([2, 5, 9])
/// >>> pm.cumulative_sum([2, 3, 4], include_initial=True)
/// array([0, 2, 5, 9])
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
///
/// >>> import pommel as pm
/// >>> pm.cumulative_prod([2, 3, 4])
/// array([ 2,  6, 24])
/// >>> pm.cumulative_prod([2, 3, 4], include_initial=True)
/// array([ 1,  2,  6, 24])
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
///
/// >>> import pommel as pm
/// >>> pm.cumsum([[1, 2], [3, 4]])
/// array([ 1,  3,  6, 10])
/// >>> pm.cumsum([[1, 2], [3, 4]], axis=0)
/// array([[1, 2],
///        [4, 6]])
#[function(signature = (a, axis = None, dtype = None, out = None))]
pub fn cumsum<'c>(
    ctx: Ctx<'c>,
    a: In,
    axis: Option<isize>,
    dtype: Option<DType>,
    out: Option<Object<'c>>,
) -> Result<Computed<'c>> {
    running(ctx, Scan::Sum, &a.0, axis, dtype, out)
}

/// Running sums or products under NumPy's older names.
pub(crate) fn running<'c>(
    ctx: Ctx<'c>,
    scan: Scan,
    a: &Array,
    axis: Option<isize>,
    dtype: Option<DType>,
    out: Option<Object<'c>>,
) -> Result<Computed<'c>> {
    let name = if matches!(scan, Scan::Sum) { "cumsum" } else { "cumprod" };
    let result = computed(ctx, name, reduce::scan(scan, a, axis, plain(dtype), false))?;
    delivered(ctx, result, out)
}

/// The products of the elements up to each one along an axis, or in C order.
///
/// >>> import pommel as pm
/// >>> pm.cumprod([[1, 2], [3, 4]])
/// array([ 1,  2,  6, 24])
/// >>> pm.cumprod([[1, 2], [3, 4]], axis=0)
/// array([[1, 2],
///        [3, 8]])
#[function(signature = (a, axis = None, dtype = None, out = None))]
pub fn cumprod<'c>(
    ctx: Ctx<'c>,
    a: In,
    axis: Option<isize>,
    dtype: Option<DType>,
    out: Option<Object<'c>>,
) -> Result<Computed<'c>> {
    running(ctx, Scan::Prod, &a.0, axis, dtype, out)
}

/// The differences of neighbours along an axis, taken `n` times, with what is given before and behind.
///
/// >>> import pommel as pm
/// >>> pm.diff([1, 4, 9, 16])
/// array([3, 5, 7])
/// >>> pm.diff([1, 4, 9, 16], n=2)
/// array([2, 2])
/// >>> pm.diff([1, 4, 9], prepend=0)
/// array([1, 3, 5])
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
