//! Functions that sort, search in what is sorted, and treat arrays as sets.

use super::argument::{Arrays, In, made, out, tuple};
use crate::array::NdArray;
use crate::error::raised;
use pommel::prelude::*;
use pommel_array::Array;
use pommel_array::sorting::{self, Bins, Side};

/// The order of the parts of an array: `kind` and `stable` change nothing, every sort is stable.
pub(crate) fn along(x: &Array, axis: Option<isize>) -> Result<(Array, isize)> {
    match axis {
        Some(axis) => Ok((x.clone(), axis)),
        None => Ok((x.reshaped(&[-1]).map_err(raised)?, 0)),
    }
}

/// The elements sorted along an axis, or all of them; what is not a number comes last.
///
/// >>> import pommel as pm
/// >>> pm.sort([[3, 1], [0, 2]])
/// array([[1, 3],
///        [0, 2]])
/// >>> pm.sort([[3, 1], [0, 2]], axis=None, descending=True)
/// array([3, 2, 1, 0])
#[function(signature = (x, /, axis = Some(-1), *, descending = false, stable = true, kind = None))]
pub fn sort(
    x: In,
    axis: Option<isize>,
    descending: bool,
    stable: bool,
    kind: Option<String>,
) -> Result<NdArray> {
    let _ = (stable, kind);
    let (x, axis) = along(&x.0, axis)?;
    out(sorting::sort(&x, axis, descending))
}

/// The indices that sort along an axis, or all elements; equal elements keep their order.
///
/// >>> import pommel as pm
/// >>> x = pm.array([3, 1, 2])
/// >>> pm.argsort(x)
/// array([1, 2, 0])
/// >>> x[pm.argsort(x, descending=True)]
/// array([3, 2, 1])
#[function(signature = (x, /, axis = Some(-1), *, descending = false, stable = true, kind = None))]
pub fn argsort(
    x: In,
    axis: Option<isize>,
    descending: bool,
    stable: bool,
    kind: Option<String>,
) -> Result<NdArray> {
    let _ = (stable, kind);
    let (x, axis) = along(&x.0, axis)?;
    out(sorting::argsort(&x, axis, descending))
}

/// The elements in an order in which the `kth` is where it is when they are sorted, smaller ones before
/// it.
///
/// >>> import pommel as pm
/// >>> pm.partition([5, 1, 4, 2], 1)[1]
/// 2
#[function(signature = (a, kth, axis = Some(-1)))]
pub fn partition(a: In, kth: isize, axis: Option<isize>) -> Result<NdArray> {
    let (a, axis) = along(&a.0, axis)?;
    out(sorting::partition(&a, kth, axis))
}

/// The indices of the order that partition makes.
///
/// >>> import pommel as pm
/// >>> x = pm.array([5, 1, 4, 2])
/// >>> x[pm.argpartition(x, 1)][1]
/// 2
#[function(signature = (a, kth, axis = Some(-1)))]
pub fn argpartition(a: In, kth: isize, axis: Option<isize>) -> Result<NdArray> {
    let (a, axis) = along(&a.0, axis)?;
    out(sorting::argpartition(&a, kth, axis))
}

/// For each value of the second the index at which it can be put into the first, which is sorted:
/// before ('left') or behind ('right') equal elements.
///
/// >>> import pommel as pm
/// >>> pm.searchsorted([1, 3, 3, 5], [0, 3, 4])
/// array([0, 1, 3])
/// >>> pm.searchsorted([1, 3, 3, 5], 3, side="right")
/// array(3)
#[function(signature = (x1, x2, /, side = "left".into(), *, sorter = None))]
pub fn searchsorted(x1: In, x2: In, side: String, sorter: Option<In>) -> Result<NdArray> {
    let side = match side.as_str() {
        "left" => Side::Left,
        "right" => Side::Right,
        _ => {
            return Err(Error::value_error(format!(
                "argument 'side' must be 'left' or 'right', not '{side}'"
            )));
        }
    };
    let sorter = sorter.map(|sorter| sorter.0);
    made(sorting::searchsorted(&x1.0, &x2.0, side, sorter.as_ref()))
}

/// The different elements in ascending order; each that is not a number is different.
///
/// >>> import pommel as pm
/// >>> pm.unique_values([3, 1, 3, 2])
/// array([1, 2, 3])
#[function(signature = (x, /))]
pub fn unique_values(x: In) -> Result<NdArray> {
    out(sorting::unique_values(&x.0, false))
}

/// The different elements, the index of the first of each, for each element the index of its like, and
/// how often each occurs: a tuple.
#[function(signature = (x, /, equal_nan = false))]
pub fn unique_parts<'c>(ctx: Ctx<'c>, x: In, equal_nan: bool) -> Result<Arrays<'c>> {
    let all = sorting::unique_all(&x.0, equal_nan);
    tuple(ctx, all.map(|all| vec![all.values, all.indices, all.inverse, all.counts]))
}

/// For each element of the first whether it is among those of the second.
#[function(signature = (x1, x2, /, *, invert = false, assume_unique = false))]
pub fn isin(x1: In, x2: In, invert: bool, assume_unique: bool) -> Result<NdArray> {
    let _ = assume_unique;
    out(sorting::isin(&x1.0, &x2.0, invert))
}

/// The different elements that are in both arrays.
#[function(signature = (ar1, ar2))]
pub fn intersect1d(ar1: In, ar2: In) -> Result<NdArray> {
    out(sorting::intersect1d(&ar1.0, &ar2.0))
}

/// The different elements that are in one array or the other.
///
/// >>> import pommel as pm
/// >>> pm.union1d([3, 1, 1], [2, 3])
/// array([1, 2, 3])
#[function(signature = (ar1, ar2))]
pub fn union1d(ar1: In, ar2: In) -> Result<NdArray> {
    out(sorting::union1d(&ar1.0, &ar2.0))
}

/// The different elements of the first that are not in the second.
#[function(signature = (ar1, ar2))]
pub fn setdiff1d(ar1: In, ar2: In) -> Result<NdArray> {
    out(sorting::setdiff1d(&ar1.0, &ar2.0))
}

/// The different elements that are in exactly one of the arrays.
#[function(signature = (ar1, ar2))]
pub fn setxor1d(ar1: In, ar2: In) -> Result<NdArray> {
    out(sorting::setxor1d(&ar1.0, &ar2.0))
}

/// How often each of the integers from 0 on occurs, or the sum of their weights.
///
/// >>> import pommel as pm
/// >>> pm.bincount([0, 2, 2, 3])
/// array([1, 0, 2, 1])
/// >>> pm.bincount([0, 2, 2], weights=[0.5, 1.0, 2.0])
/// array([0.5, 0. , 3. ])
#[function(signature = (x, /, weights = None, minlength = 0))]
pub fn bincount(x: In, weights: Option<In>, minlength: usize) -> Result<NdArray> {
    let weights = weights.map(|weights| weights.0);
    out(sorting::bincount(&x.0, weights.as_ref(), minlength))
}

/// For each element the number of the bin that it is in.
///
/// >>> import pommel as pm
/// >>> pm.digitize([0.5, 1.0, 7.0], [0.0, 1.0, 2.0])
/// array([1, 2, 3])
/// >>> pm.digitize([0.5, 1.0, 7.0], [0.0, 1.0, 2.0], right=True)
/// array([1, 1, 3])
#[function(signature = (x, bins, right = false))]
pub fn digitize(x: In, bins: In, right: bool) -> Result<NdArray> {
    made(sorting::digitize(&x.0, &bins.0, right))
}

/// How many elements are in each bin, and the edges of the bins: a number of bins, or their edges.
#[function(signature = (a, bins = None, range = None))]
pub fn histogram<'c>(
    ctx: Ctx<'c>,
    a: In,
    bins: Option<Object<'c>>,
    range: Option<(f64, f64)>,
) -> Result<Arrays<'c>> {
    let edges;
    let bins = match bins {
        None => Bins::Count(10, range),
        Some(bins) if bins.cast::<Int>().is_ok() => Bins::Count(bins.extract()?, range),
        Some(bins) => {
            edges = In::from_python(&bins)?.0;
            Bins::Edges(&edges)
        }
    };
    tuple(ctx, sorting::histogram(&a.0, bins).map(|(counts, edges)| vec![counts, edges]))
}
