//! Functions that make arrays.

use super::argument::{Arrays, In, Lay, Number, out, plain};
use super::check_device;
use crate::array::NdArray;
use crate::dtype::DType;
use crate::value::Shape;
use pommel::prelude::*;
use pommel_array::creation::{self, Indexing};
use pommel_array::{Array, DType as Type, Order, Scalar};

macro_rules! arrays_of {
    ($($(#[doc = $doc:literal])* $name:ident $value:expr;)*) => {$(
        $(#[doc = $doc])*
        #[function(signature = (shape, dtype = None, order = None, *, device = None))]
        pub fn $name(
            shape: Shape,
            dtype: Option<DType>,
            order: Option<Lay>,
            device: Option<&str>,
        ) -> Result<NdArray> {
            filled(&shape.0, $value, plain(dtype).unwrap_or(Type::Float64), order, device)
        }
    )*};
}

arrays_of! {
    /// An array of zeros in C order, or in Fortran's ('F').
    ///
    /// >>> import pommel as pm
    /// >>> pm.zeros(3)
    /// array([0., 0., 0.])
    /// >>> pm.zeros((2, 2), dtype=pm.int64)
    /// array([[0, 0],
    ///        [0, 0]])
    zeros Scalar::Bool(false);
    /// An array of ones in C order, or in Fortran's ('F').
    ///
    /// >>> import pommel as pm
    /// >>> pm.ones((2, 3))
    /// array([[1., 1., 1.],
    ///        [1., 1., 1.]])
    ones Scalar::Bool(true);
    /// An array whose elements do not matter (they are zeros here).
    ///
    /// >>> import pommel as pm
    /// >>> pm.empty((2, 3)).shape
    /// (2, 3)
    empty Scalar::Bool(false);
}

/// An array that holds a number everywhere; of the number's own type unless one is given.
///
/// >>> import pommel as pm
/// >>> pm.full((2, 2), 7)
/// array([[7, 7],
///        [7, 7]])
/// >>> pm.full(3, 7, dtype=pm.float64)
/// array([7., 7., 7.])
#[function(signature = (shape, fill_value, dtype = None, order = None, *, device = None))]
pub fn full(
    shape: Shape,
    fill_value: Number,
    dtype: Option<DType>,
    order: Option<Lay>,
    device: Option<&str>,
) -> Result<NdArray> {
    let dtype = plain(dtype).unwrap_or(fill_value.0.dtype());
    filled(&shape.0, fill_value.0, dtype, order, device)
}

fn filled(
    shape: &[isize],
    value: Scalar,
    dtype: Type,
    order: Option<Lay>,
    device: Option<&str>,
) -> Result<NdArray> {
    check_device(device)?;
    let make = |shape: &[isize]| match value {
        // The system has zeros ready.
        Scalar::Bool(false) => Array::zeros(dtype, shape),
        value => Array::full(shape, value, dtype),
    };
    if order.is_some_and(|order| order.0 == Some(Order::F)) {
        let backwards: Vec<isize> = shape.iter().rev().copied().collect();
        return out(make(&backwards).map(|array| array.transposed()));
    }
    out(make(shape))
}

macro_rules! arrays_like {
    ($($(#[doc = $doc:literal])* $name:ident $value:expr;)*) => {$(
        $(#[doc = $doc])*
        #[function(signature = (x, /, dtype = None, order = None, subok = true, shape = None, *, device = None))]
        pub fn $name(
            x: In,
            dtype: Option<DType>,
            order: Option<Lay>,
            subok: bool,
            shape: Option<Shape>,
            device: Option<&str>,
        ) -> Result<NdArray> {
            let _ = subok;
            check_device(device)?;
            if let Some(shape) = shape {
                let dtype = plain(dtype).unwrap_or(x.0.dtype());
                return filled(&shape.0, $value, dtype, order, device);
            }
            out(creation::$name(&x.0, plain(dtype), order.and_then(|order| order.0)))
        }
    )*};
}

arrays_like! {
    /// Zeros in the shape of an array, or in another one.
    ///
    /// >>> import pommel as pm
    /// >>> pm.zeros_like([[1, 2], [3, 4]])
    /// array([[0, 0],
    ///        [0, 0]])
    zeros_like Scalar::Bool(false);
    /// Ones in the shape of an array, or in another one.
    ///
    /// >>> import pommel as pm
    /// >>> pm.ones_like([[1, 2], [3, 4]])
    /// array([[1, 1],
    ///        [1, 1]])
    ones_like Scalar::Bool(true);
    /// An array in the shape of another, whose elements do not matter (they are zeros here).
    ///
    /// >>> import pommel as pm
    /// >>> pm.empty_like([[1, 2], [3, 4]], dtype=pm.float32).dtype
    /// dtype('float32')
    empty_like Scalar::Bool(false);
}

/// A number everywhere, in the shape of an array, or in another one.
///
/// >>> import pommel as pm
/// >>> pm.full_like([1.0, 2.0], 7)
/// array([7., 7.])
#[function(signature = (x, /, fill_value, dtype = None, order = None, subok = true, shape = None, *, device = None))]
#[allow(clippy::too_many_arguments, reason = "NumPy's")]
pub fn full_like(
    x: In,
    fill_value: Number,
    dtype: Option<DType>,
    order: Option<Lay>,
    subok: bool,
    shape: Option<Shape>,
    device: Option<&str>,
) -> Result<NdArray> {
    let _ = subok;
    check_device(device)?;
    if let Some(shape) = shape {
        let dtype = plain(dtype).unwrap_or(x.0.dtype());
        return filled(&shape.0, fill_value.0, dtype, order, device);
    }
    let order = order.and_then(|order| order.0);
    out(creation::full_like(&x.0, fill_value.0, plain(dtype), order))
}

/// Numbers from `start` up to `stop`, which is left out, in steps. With one number, from 0 up to it.
///
/// >>> import pommel as pm
/// >>> pm.arange(5)
/// array([0, 1, 2, 3, 4])
/// >>> pm.arange(1, 2, 0.25)
/// array([1.  , 1.25, 1.5 , 1.75])
#[function(signature = (start, /, stop = None, step = None, dtype = None, *, device = None))]
pub fn arange(
    start: Number,
    stop: Option<Number>,
    step: Option<Number>,
    dtype: Option<DType>,
    device: Option<&str>,
) -> Result<NdArray> {
    check_device(device)?;
    let (start, stop) = match stop {
        Some(stop) => (start.0, stop.0),
        None => (Scalar::Int(0), start.0),
    };
    out(creation::arange(start, stop, step.map_or(Scalar::Int(1), |step| step.0), plain(dtype)))
}

/// `num` numbers at equal distances from `start` to `stop`, which is the last one if `endpoint`.
#[function(signature = (start, stop, /, num = 50, endpoint = true, *, dtype = None, device = None))]
pub fn linspace(
    start: Number,
    stop: Number,
    num: isize,
    endpoint: bool,
    dtype: Option<DType>,
    device: Option<&str>,
) -> Result<NdArray> {
    check_device(device)?;
    out(creation::linspace(start.0, stop.0, num, endpoint, plain(dtype)))
}

/// `base` to the power of `num` numbers at equal distances.
///
/// >>> import pommel as pm
/// >>> pm.logspace(0, 3, num=4)
/// array([   1.,   10.,  100., 1000.])
/// >>> pm.logspace(0, 3, num=4, base=2)
/// array([1., 2., 4., 8.])
#[function(signature = (start, stop, num = 50, endpoint = true, base = None, dtype = None))]
pub fn logspace(
    start: Number,
    stop: Number,
    num: isize,
    endpoint: bool,
    base: Option<Number>,
    dtype: Option<DType>,
) -> Result<NdArray> {
    let base = base.map_or(Scalar::Float(10.0), |base| base.0);
    out(creation::logspace(start.0, stop.0, num, endpoint, base, plain(dtype)))
}

/// `num` numbers at equal ratios from `start` to `stop`.
///
/// >>> import pommel as pm
/// >>> pm.geomspace(1, 1000, num=4)
/// array([   1.,   10.,  100., 1000.])
#[function(signature = (start, stop, num = 50, endpoint = true, dtype = None))]
pub fn geomspace(
    start: Number,
    stop: Number,
    num: isize,
    endpoint: bool,
    dtype: Option<DType>,
) -> Result<NdArray> {
    out(creation::geomspace(start.0, stop.0, num, endpoint, plain(dtype)))
}

/// A matrix with ones on a diagonal: the k-th above the main one.
///
/// >>> import pommel as pm
/// >>> pm.eye(2)
/// array([[1., 0.],
///        [0., 1.]])
/// >>> pm.eye(2, 3, 1, dtype=pm.int64)
/// array([[0, 1, 0],
///        [0, 0, 1]])
#[function(signature = (n_rows, n_cols = None, /, k = None, dtype = None, *, device = None))]
pub fn eye(
    n_rows: isize,
    n_cols: Option<isize>,
    k: Option<Object<'_>>,
    dtype: Option<DType>,
    device: Option<&str>,
) -> Result<NdArray> {
    check_device(device)?;
    // A diagonal may be as far out as it likes.
    let k = k.map_or(Ok(0), |k| crate::key::clipped(&k))?;
    let dtype = plain(dtype).unwrap_or(Type::Float64);
    out(creation::eye(n_rows, n_cols.unwrap_or(n_rows), k, dtype))
}

/// A square matrix with ones on the main diagonal.
///
/// >>> import pommel as pm
/// >>> pm.identity(2)
/// array([[1., 0.],
///        [0., 1.]])
#[function(signature = (n, dtype = None))]
pub fn identity(n: isize, dtype: Option<DType>) -> Result<NdArray> {
    out(creation::identity(n, plain(dtype).unwrap_or(Type::Float64)))
}

/// A matrix with ones at and below a diagonal.
///
/// >>> import pommel as pm
/// >>> pm.tri(3, dtype=pm.int64)
/// array([[1, 0, 0],
///        [1, 1, 0],
///        [1, 1, 1]])
#[function(signature = (n, m = None, k = 0, dtype = None))]
pub fn tri(n: isize, m: Option<isize>, k: isize, dtype: Option<DType>) -> Result<NdArray> {
    out(creation::tri(n, m.unwrap_or(n), k, plain(dtype).unwrap_or(Type::Float64)))
}

/// Coordinates of a grid from those of its axes: a tuple of arrays.
///
/// >>> import pommel as pm
/// >>> x, y = pm.meshgrid([1, 2, 3], [10, 20])
/// >>> x
/// array([[1, 2, 3],
///        [1, 2, 3]])
/// >>> y
/// array([[10, 10, 10],
///        [20, 20, 20]])
#[function(signature = (*arrays, indexing = "xy".into(), sparse = false, copy = true))]
pub fn meshgrid<'c>(
    ctx: Ctx<'c>,
    arrays: Args<'_, 'c>,
    indexing: String,
    sparse: bool,
    copy: bool,
) -> Result<Arrays<'c>> {
    let indexing = match indexing.as_str() {
        "xy" => Indexing::Xy,
        "ij" => Indexing::Ij,
        _ => {
            return Err(Error::value_error(format!(
                "argument 'indexing' must be 'xy' or 'ij', not '{indexing}'"
            )));
        }
    };
    let arrays: Vec<Array> =
        arrays.iter().map(|array| In::from_python(&array).map(|a| a.0)).collect::<Result<_>>()?;
    let grids = creation::meshgrid(&arrays, indexing, sparse);
    let grids = grids.and_then(|grids| {
        let own = |grid: Array| if copy { grid.copied(Order::C) } else { Ok(grid) };
        grids.into_iter().map(own).collect()
    });
    super::argument::tuple(ctx, grids)
}

/// The matrix of a diagonal, or the diagonal of a matrix.
///
/// >>> import pommel as pm
/// >>> pm.diag([1, 2])
/// array([[1, 0],
///        [0, 2]])
/// >>> pm.diag([[1, 2], [3, 4]])
/// array([1, 4])
#[function(signature = (v, k = 0))]
pub fn diag(v: In, k: isize) -> Result<NdArray> {
    out(creation::diag(&v.0, k))
}

/// The powers of numbers, a row for each number.
///
/// >>> import pommel as pm
/// >>> pm.vander([1, 2, 3])
/// array([[1, 1, 1],
///        [4, 2, 1],
///        [9, 3, 1]])
/// >>> pm.vander([2, 3], 4, increasing=True)
/// array([[ 1,  2,  4,  8],
///        [ 1,  3,  9, 27]])
#[function(signature = (x, n = None, increasing = false))]
pub fn vander(x: In, n: Option<isize>, increasing: bool) -> Result<NdArray> {
    out(creation::vander(&x.0, n, increasing))
}

/// The indices of all elements of a shape, an array for each axis.
///
/// >>> import pommel as pm
/// >>> rows, columns = pm.indices((2, 3))
/// >>> rows
/// array([[0, 0, 0],
///        [1, 1, 1]])
/// >>> columns
/// array([[0, 1, 2],
///        [0, 1, 2]])
#[function(signature = (dimensions, dtype = None))]
pub fn indices(dimensions: Shape, dtype: Option<DType>) -> Result<NdArray> {
    out(creation::indices(&dimensions.0, plain(dtype).unwrap_or(Type::Int64)))
}

/// The type in which arrays and numbers meet.
///
/// >>> import pommel as pm
/// >>> pm.result_type(pm.int8, pm.uint8)
/// dtype('int16')
/// >>> pm.result_type(pm.zeros(2, dtype=pm.float32), 3.0)
/// dtype('float32')
#[function(signature = (*arrays_and_dtypes))]
pub fn result_type(arrays_and_dtypes: Args<'_, '_>) -> Result<DType> {
    let mut types = Vec::new();
    let mut numbers = Vec::new();
    for item in arrays_and_dtypes.iter() {
        if let Some(number) = crate::value::number(&item)? {
            numbers.push(number);
            continue;
        }
        types.push(match Instance::<NdArray>::of(&item) {
            Some(array) => array.borrow()?.inner.dtype(),
            None => crate::dtype::read(&item)?,
        });
    }
    let inner = match Type::common(types) {
        Some(dtype) => numbers.into_iter().fold(dtype, |dtype, number| number.meet(dtype)),
        None => numbers.into_iter().map(Scalar::dtype).reduce(Type::promote).ok_or_else(|| {
            Error::value_error("result_type() needs at least one array, type or number")
        })?,
    };
    Ok(DType { inner })
}

/// Whether values of a type, or of an array's type, are converted to another by a rule.
///
/// >>> import pommel as pm
/// >>> pm.can_cast(pm.float64, pm.float32)
/// False
/// >>> pm.can_cast(pm.float64, pm.float32, "same_kind")
/// True
#[function(signature = (from_, to, /, casting = "safe".into()))]
pub fn can_cast(from_: &Object<'_>, to: DType, casting: String) -> Result<bool> {
    let from = match Instance::<NdArray>::of(from_) {
        Some(array) => array.borrow()?.inner.dtype(),
        None => crate::dtype::read(from_)?,
    };
    Ok(from.can_cast(to.inner, rule(&casting)?))
}

/// The rule of a name.
pub(crate) fn rule(name: &str) -> Result<pommel_array::Casting> {
    use pommel_array::Casting::{No, Safe, SameKind, Unsafe};
    [No, Safe, SameKind, Unsafe].into_iter().find(|rule| rule.name() == name).map_or_else(
        || match name {
            "equiv" => Ok(No),
            _ => Err(Error::value_error(format!(
                "argument 'casting' must be 'no', 'equiv', 'safe', 'same_kind' or 'unsafe', not '{name}'"
            ))),
        },
        Ok,
    )
}

/// The elements of an array, converted to a type: a copy unless `copy` is False.
///
/// >>> import pommel as pm
/// >>> pm.astype(pm.array([1.7, -1.7]), pm.int32)
/// array([ 1, -1], dtype=int32)
#[function(signature = (x, dtype, /, *, copy = true, device = None))]
pub fn astype(
    ctx: Ctx<'_>,
    x: &NdArray,
    dtype: DType,
    copy: bool,
    device: Option<&str>,
) -> Result<NdArray> {
    check_device(device)?;
    x.cast_to(ctx, dtype, copy)
}

/// Computes the elements of arrays now whose evaluation has been put off; gives the arrays back.
///
/// >>> import pommel as pm
/// >>> x = pm.ones(100_000) * 2 + 1
/// >>> pm.eval(x)[:3]
/// array([3., 3., 3.])
#[function(signature = (*arrays))]
pub fn eval<'c>(ctx: Ctx<'c>, arrays: Args<'_, 'c>) -> Result<Object<'c>> {
    for array in arrays.iter() {
        if let Some(array) = Instance::<NdArray>::of(&array) {
            array.borrow()?.inner.eval().map_err(crate::error::raised)?;
        }
    }
    crate::errstate::check(ctx, "eval")?;
    match arrays.len() {
        1 => Ok(arrays.iter().next().map_or(ctx.none(), |only| only.to_owned_handle())),
        _ => Ok(arrays.to_tuple()?.into()),
    }
}

/// Where arrays may have elements in common: False is certain.
///
/// >>> import pommel as pm
/// >>> x = pm.arange(6)
/// >>> pm.may_share_memory(x, x[::2])
/// True
/// >>> pm.may_share_memory(x, x.copy())
/// False
#[function(signature = (a, b, /))]
pub fn may_share_memory(a: &NdArray, b: &NdArray) -> bool {
    a.inner.may_share_memory(&b.inner)
}

/// The shape to which shapes are stretched.
///
/// >>> import pommel as pm
/// >>> pm.broadcast_shapes((3, 1), (4,))
/// (3, 4)
#[function(signature = (*shapes))]
pub fn broadcast_shapes(shapes: Args<'_, '_>) -> Result<Shape> {
    let shapes: Vec<Shape> =
        shapes.iter().map(|shape| Shape::from_python(&shape)).collect::<Result<_>>()?;
    let shape = pommel_array::layout::broadcast_shapes(shapes.iter().map(|shape| &shape.0[..]));
    Ok(Shape(shape.map_err(crate::error::raised)?.to_vec()))
}

/// Elements of the second where the first is true, of the third elsewhere; alone, where it is true.
///
/// >>> import pommel as pm
/// >>> x = pm.array([-1, 2, -3])
/// >>> pm.where(x < 0, 0, x)
/// array([0, 2, 0])
/// >>> pm.where(x < 0)
/// (array([0, 2]),)
#[function(signature = (condition, x1 = None, x2 = None, /))]
pub fn r#where<'c>(
    ctx: Ctx<'c>,
    condition: In,
    x1: Option<Object<'c>>,
    x2: Option<Object<'c>>,
) -> Result<Object<'c>> {
    let (x1, x2) = match (x1, x2) {
        (Some(x1), Some(x2)) => (x1, x2),
        (None, None) => {
            let found = pommel_array::indexing::nonzero(&condition.0);
            return super::argument::tuple(ctx, found).map(|arrays| arrays.0);
        }
        _ => return Err(Error::type_error("where() takes one array or three")),
    };
    let x1 = crate::value::Value::expect(&x1, "x1")?;
    let x2 = crate::value::Value::expect(&x2, "x2")?;
    // In NumPy, too, this is an array without axes, and no number.
    let chosen = out(pommel_array::choose(&condition.0, x1.operand(), x2.operand()))?;
    crate::errstate::check(ctx, "where")?;
    ctx.object(chosen)
}

/// Several arrays as one of their common shape, each stretched: a tuple of views.
///
/// >>> import pommel as pm
/// >>> pm.broadcast_arrays([1, 2], [[3], [4]])[1]
/// array([[3, 3],
///        [4, 4]])
#[function(signature = (*arrays))]
pub fn broadcast_arrays<'c>(ctx: Ctx<'c>, arrays: Args<'_, 'c>) -> Result<Arrays<'c>> {
    let arrays: Vec<Array> =
        arrays.iter().map(|array| In::from_python(&array).map(|a| a.0)).collect::<Result<_>>()?;
    super::argument::tuple(ctx, pommel_array::manipulation::broadcast_arrays(&arrays))
}
