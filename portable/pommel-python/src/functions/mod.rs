//! Functions of the package, by what they are about.

pub(crate) mod algebra;
pub(crate) mod argument;
pub(crate) mod creation;
pub(crate) mod ensembles;
pub(crate) mod fourier;
pub(crate) mod manipulation;
pub(crate) mod random;
pub(crate) mod searching;
pub(crate) mod sorting;
pub(crate) mod statistics;

use crate::array::{Computed, NdArray};
use crate::dtype::DType;
use crate::value::{self, Value};
use argument::Lay;
use pommel::prelude::*;
use pommel_array::elementwise::common_type;
use pommel_array::{Array, Casting, Function, Operand, Scalar, apply};

/// An array of a number, of a nested sequence of numbers, or of another array's elements: a copy
/// unless `copy` says otherwise.
///
/// >>> import pommel as pm
/// >>> pm.array([[1, 2], [3, 4.5]])
/// array([[1. , 2. ],
///        [3. , 4.5]])
/// >>> pm.array([0, 1, 2], dtype=pm.float32)
/// array([0., 1., 2.], dtype=float32)
#[function(signature = (object, /, dtype = None, *, copy = None, order = None, subok = false, ndmin = 0))]
#[allow(clippy::too_many_arguments, reason = "NumPy's")]
pub fn array<'c>(
    ctx: Ctx<'c>,
    object: &Object<'c>,
    dtype: Option<DType>,
    copy: Option<bool>,
    order: Option<Lay>,
    subok: bool,
    ndmin: usize,
) -> Result<Computed<'c>> {
    let _ = subok;
    if dtype.is_none()
        && ndmin < 2
        && copy.is_none()
        && object.is_a::<List>()
        && let Ok(count @ 1..) = object.len()
        && let Some(inner) = value::few_floats(object, count)
    {
        return pommel::new_instance(ctx, NdArray { inner }).map(Computed);
    }
    let copy = if copy.is_none() { Some(true) } else { copy };
    let mut array = value::array(ctx, object, dtype.map(|dtype| dtype.inner), copy)?;
    while array.inner.ndim() < ndmin {
        array.inner =
            array.inner.select(&[pommel_array::Index::NewAxis]).map_err(crate::error::raised)?;
    }
    ctx.object(lying(array, order, copy)?).map(Computed)
}

/// The array, or a copy of it in an order, if its elements do not lie so.
fn lying(array: NdArray, order: Option<Lay>, copy: Option<bool>) -> Result<NdArray> {
    let Some(Lay(Some(order))) = order else { return Ok(array) };
    if array.inner.layout().is_contiguous(order) {
        return Ok(array);
    }
    if copy == Some(false) {
        return Err(Error::value_error(
            "argument 'copy' is False and the elements do not lie in the 'order': leave one of them out",
        ));
    }
    argument::out(array.inner.copied(order))
}

/// An array of a number, of a nested sequence of numbers, or the array itself, without a copy where
/// that is possible.
///
/// >>> import pommel as pm
/// >>> x = pm.arange(3)
/// >>> pm.asarray(x) is x
/// True
/// >>> pm.asarray(x, dtype=pm.float64)
/// array([0., 1., 2.])
#[function(signature = (object, /, dtype = None, order = None, *, device = None, copy = None))]
pub fn asarray<'c>(
    ctx: Ctx<'c>,
    object: &Object<'c>,
    dtype: Option<DType>,
    order: Option<Lay>,
    device: Option<&str>,
    copy: Option<bool>,
) -> Result<Object<'c>> {
    check_device(device)?;
    let dtype = dtype.map(|dtype| dtype.inner);
    if let Some(array) = Instance::<NdArray>::of(object)
        && copy != Some(true)
        && array.borrow().is_ok_and(|array| {
            let lies = |order: &Lay| order.0.is_none_or(|o| array.inner.layout().is_contiguous(o));
            !array.is_number()
                && dtype.is_none_or(|dtype| array.inner.dtype() == dtype)
                && order.as_ref().is_none_or(lies)
        })
    {
        return Ok(object.to_owned_handle());
    }
    ctx.object(lying(value::array(ctx, object, dtype, copy)?, order, copy)?)
}

/// There is one device.
pub(crate) fn check_device(device: Option<&str>) -> Result<()> {
    match device {
        None | Some("cpu") => Ok(()),
        Some(other) => Err(Error::value_error(format!(
            "argument 'device' must be 'cpu', the only device there is, not '{other}'"
        ))),
    }
}

/// A bound of a range, unless it is none, or an integer that no element of this type can pass.
fn bound(x: &Array, bound: Option<Object<'_>>, name: &str) -> Result<Option<Value>> {
    let Some(bound) = bound.filter(|bound| !bound.is_none()) else { return Ok(None) };
    let bound = Value::expect(&bound, name)?;
    let is_passed = match bound {
        Value::Scalar(number @ Scalar::Int(n)) if x.dtype().is_integer() => {
            number.fits(x.dtype()) || (n < 0) != (name == "min")
        }
        _ => true,
    };
    Ok(is_passed.then_some(bound))
}

/// The elements of an array, moved into a range that is open where a bound is missing.
pub(crate) fn clipped(
    ctx: Ctx<'_>,
    x: &Array,
    min: Option<Object<'_>>,
    max: Option<Object<'_>>,
) -> Result<NdArray> {
    let bounds = [bound(x, min, "min")?, bound(x, max, "max")?];
    // All three meet in one type, and not the second with what the first has made.
    let mut operands = vec![Operand::Array(x)];
    operands.extend(bounds.iter().flatten().map(Value::operand));
    let dtype = common_type(&operands).map_err(crate::error::raised)?;
    let mut array = x.cast(dtype, Casting::Unsafe).map_err(crate::error::raised)?;
    for (bound, function) in bounds.iter().zip([Function::Maximum, Function::Minimum]) {
        let Some(bound) = bound else { continue };
        array = apply(function, &[Operand::Array(&array), bound.operand()])
            .map_err(crate::error::raised)?;
    }
    crate::errstate::check(ctx, "clip")?;
    if array.data().is_ready() && std::sync::Arc::ptr_eq(array.data(), x.data()) {
        array = array.copied_as_it_lies().map_err(crate::error::raised)?;
    }
    Ok(NdArray { inner: array })
}

/// The elements moved into a range, which is open where a bound is missing; `a_min` and `a_max` are
/// NumPy's older names of the bounds.
///
/// >>> import pommel as pm
/// >>> pm.clip([-3, 1, 12], 0, 10)
/// array([ 0,  1, 10])
/// >>> pm.clip([-3, 1, 12], max=10)
/// array([-3,  1, 10])
#[function(signature = (x, /, min = None, max = None, out = None, *, a_min = None, a_max = None))]
pub fn clip<'c>(
    ctx: Ctx<'c>,
    x: argument::In,
    min: Option<Object<'c>>,
    max: Option<Object<'c>>,
    out: Option<Object<'c>>,
    a_min: Option<Object<'c>>,
    a_max: Option<Object<'c>>,
) -> Result<Computed<'c>> {
    let result = clipped(ctx, &x.0, min.or(a_min), max.or(a_max))?;
    argument::delivered(ctx, result, out)
}

/// The elements rounded to so many digits behind the point, or, of a negative number, in front of it;
/// halves go to the even neighbour.
///
/// >>> import pommel as pm
/// >>> pm.round([1.25, 2.35, -0.7], 1)
/// array([ 1.2,  2.4, -0.7])
/// >>> pm.round([1234, 1270], -2)
/// array([1200, 1300])
#[function(signature = (x, /, decimals = 0, out = None))]
pub fn round<'c>(
    ctx: Ctx<'c>,
    x: argument::In,
    decimals: i32,
    out: Option<Object<'c>>,
) -> Result<Object<'c>> {
    rounded(ctx, &x.0, decimals, out)
}

/// The same, also for the method.
pub(crate) fn rounded<'c>(
    ctx: Ctx<'c>,
    x: &Array,
    decimals: i32,
    out: Option<Object<'c>>,
) -> Result<Object<'c>> {
    let result = to_decimals(x, decimals).map_err(crate::error::raised)?;
    crate::errstate::check(ctx, "round")?;
    let Some(out) = out.filter(|out| !out.is_none()) else {
        return ctx.object(NdArray::made(result));
    };
    let target = Instance::<NdArray>::of(&out).map(|out| out.borrow()).transpose()?;
    let target = target.ok_or_else(|| crate::ufunc::not_an_output(&out))?;
    target.inner.assign(&result, Casting::SameKind).map_err(crate::error::raised)?;
    drop(target);
    Ok(out)
}

fn to_decimals(x: &Array, decimals: i32) -> pommel_array::Result<Array> {
    if decimals == 0 || decimals > 0 && x.dtype().is_integer() {
        return apply(Function::Round, &[Operand::Array(x)]);
    }
    let (there, back) = match decimals > 0 {
        true => (Function::Multiply, Function::Divide),
        false => (Function::Divide, Function::Multiply),
    };
    if x.dtype().is_complex() {
        // Part by part, so that no product of complex numbers rounds on its way.
        let result = x.copied_as_it_lies()?;
        result.real().assign(&to_decimals(&x.real(), decimals)?, Casting::No)?;
        result.imag()?.assign(&to_decimals(&x.imag()?, decimals)?, Casting::No)?;
        return Ok(result);
    }
    // As the text says it: a power that is computed is not always the nearest number.
    let scale = format!("1e{}", decimals.unsigned_abs()).parse().unwrap_or(f64::INFINITY);
    let scale = Operand::Scalar(Scalar::Float(scale));
    let scaled = apply(there, &[Operand::Array(x), scale])?;
    let whole = apply(Function::Round, &[Operand::Array(&scaled)])?;
    let result = apply(back, &[Operand::Array(&whole), scale])?;
    if x.dtype().is_integer() { result.cast(x.dtype(), Casting::Unsafe) } else { Ok(result) }
}

/// The real parts: a view of an array of complex numbers.
///
/// >>> import pommel as pm
/// >>> pm.real([1 + 2j, 3])
/// array([1., 3.])
#[function(signature = (x, /))]
pub fn real(x: argument::In) -> NdArray {
    NdArray { inner: x.0.real() }
}

/// The imaginary parts: a view of an array of complex numbers, else zeros.
///
/// >>> import pommel as pm
/// >>> pm.imag([1 + 2j, 3])
/// array([2., 0.])
#[function(signature = (x, /))]
pub fn imag(x: argument::In) -> Result<NdArray> {
    argument::out(x.0.imag())
}
