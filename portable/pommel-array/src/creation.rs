//! New arrays: sequences of numbers, grids and matrices of a pattern.
//!
//! Lengths and values are NumPy's, bit for bit where NumPy's formula is one of sums and products
//! (`arange`, `linspace`); `tests/golden/creation.txt` holds what it answers.

use crate::array::Array;
use crate::dtype::{Casting, DType, Element, Kind};
use crate::elementwise::{Operand, apply, apply_into};
use crate::error::{Error, Result};
use crate::function::Function;
use crate::index::{ALL, Index};
use crate::kernels::cast::Cast;
use crate::layout::{Dims, Order};
use crate::manipulation::diagonal;
use crate::scalar::Scalar;
use half::f16;

/// Elements of a type whose members follow each other at equal distances.
trait Progress: Element {
    /// A number as an element; integers have been checked to fit.
    fn of(value: Scalar) -> Self;
    /// The element at a place, by the first two.
    fn step(first: Self, second: Self, place: usize) -> Self;
}

/// A real number as an element.
fn converted<T>(value: Scalar) -> T
where
    i64: Cast<T>,
    u64: Cast<T>,
    f64: Cast<T>,
{
    match value {
        Scalar::Bool(value) => (value as i64).cast(),
        Scalar::Int(value) => match (i64::try_from(value), u64::try_from(value)) {
            (Ok(value), _) => value.cast(),
            (_, Ok(value)) => value.cast(),
            _ => (value as f64).cast(),
        },
        Scalar::Float(value) => value.cast(),
        Scalar::Complex(value) => value.re.cast(),
    }
}

macro_rules! integers {
    ($($ty:ident)*) => {$(
        impl Progress for $ty {
            fn of(value: Scalar) -> $ty {
                converted(value)
            }
            #[inline(always)]
            fn step(first: $ty, second: $ty, place: usize) -> $ty {
                first.wrapping_add(second.wrapping_sub(first).wrapping_mul(place as $ty))
            }
        }
    )*};
}
integers!(i8 i16 i32 i64 u8 u16 u32 u64);

macro_rules! floats {
    ($($ty:ident)*) => {$(
        impl Progress for $ty {
            fn of(value: Scalar) -> $ty {
                converted(value)
            }
            #[inline(always)]
            fn step(first: $ty, second: $ty, place: usize) -> $ty {
                match place {
                    0 => first,
                    1 => second,
                    _ => first + place as i64 as $ty * (second - first),
                }
            }
        }
    )*};
}
floats!(f32 f64);

impl Progress for f16 {
    fn of(value: Scalar) -> f16 {
        converted(value)
    }
    #[inline(always)]
    fn step(first: f16, second: f16, place: usize) -> f16 {
        f16::from_f32(f32::step(first.to_f32(), second.to_f32(), place))
    }
}

/// The numbers from `start` up to but without `stop`, `step` apart.
///
/// Without a type it is `int64` if all three are integers, else `float64`. There are
/// `ceil((stop - start) / step)` elements; the quotient of integers is exact, that of
/// floating-point numbers is rounded, as in NumPy. All elements follow from the first two, which are
/// converted to the type; that is NumPy's rule too.
///
/// # Errors
/// The step is 0, a number is complex or not finite, one of the first two elements is out of range
/// for the type, there are more than two truth values, or there is not enough memory.
pub fn arange(start: Scalar, stop: Scalar, step: Scalar, dtype: Option<DType>) -> Result<Array> {
    for (name, value) in [("start", start), ("stop", stop), ("step", step)] {
        if value.kind() == Kind::Complex {
            return Err(refused(name, value, "a real number"));
        }
    }
    let floating = [start, stop, step].iter().any(|value| value.kind() == Kind::Float);
    let natural = if floating {
        DType::Float64
    } else if [start, stop, step].iter().all(|value| value.fits_int64()) {
        DType::Int64
    } else {
        DType::UInt64
    };
    let dtype = dtype.unwrap_or(natural);
    let length = arange_length(start, stop, step)?;
    // The second element need not exist, and then need not fit.
    let second = if length > 1 { sum(start, step) } else { start };
    for value in [start, second] {
        if length > 0 && !value.fits(dtype) {
            return Err(Error::ScalarRange { value, dtype });
        }
    }
    if dtype == DType::Bool && length > 2 {
        let wanted = "a real type, since there are more than two elements";
        return Err(Error::Argument { name: "dtype", value: dtype.to_string(), wanted });
    }
    progression(length, start, second, dtype)
}

fn progression(length: usize, start: Scalar, second: Scalar, dtype: DType) -> Result<Array> {
    fn typed<T: Progress>(length: usize, start: Scalar, second: Scalar) -> Result<Array> {
        let (first, second) = (T::of(start), T::of(second));
        Array::generated(&[length as isize], |i| T::step(first, second, i))
    }
    match dtype {
        DType::Int8 => typed::<i8>(length, start, second),
        DType::Int16 => typed::<i16>(length, start, second),
        DType::Int32 => typed::<i32>(length, start, second),
        DType::Int64 => typed::<i64>(length, start, second),
        DType::UInt8 => typed::<u8>(length, start, second),
        DType::UInt16 => typed::<u16>(length, start, second),
        DType::UInt32 => typed::<u32>(length, start, second),
        DType::UInt64 => typed::<u64>(length, start, second),
        DType::Float16 => typed::<f16>(length, start, second),
        DType::Float32 => typed::<f32>(length, start, second),
        DType::Float64 => typed::<f64>(length, start, second),
        DType::Bool => {
            let truths = [start.as_f64() != 0.0, second.as_f64() != 0.0];
            Array::from_slice(&truths[..length], &[length as isize])
        }
        DType::Complex64 | DType::Complex128 => {
            progression(length, start, second, dtype.real())?.cast(dtype, Casting::Unsafe)
        }
    }
}

/// How many elements `arange` has.
fn arange_length(start: Scalar, stop: Scalar, step: Scalar) -> Result<usize> {
    let too_many = || {
        let value = format!("{stop} (with start {start} and step {step})");
        Error::Argument { name: "stop", value, wanted: "near enough for an array to fit in memory" }
    };
    if step.as_f64() == 0.0 {
        return Err(refused("step", step, "a number other than 0"));
    }
    if let (Some(start), Some(stop), Some(step)) = (start.as_int(), stop.as_int(), step.as_int()) {
        let distance = stop.checked_sub(start).ok_or_else(too_many)?;
        if distance == 0 || (distance < 0) != (step < 0) {
            return Ok(0);
        }
        let length = (distance.unsigned_abs() - 1) / step.unsigned_abs() + 1;
        return isize::try_from(length).map(|n| n as usize).map_err(|_| too_many());
    }
    let distance = match (start.as_int(), stop.as_int()) {
        (Some(start), Some(stop)) => stop.checked_sub(start).ok_or_else(too_many)? as f64,
        _ => stop.as_f64() - start.as_f64(),
    };
    let quotient = distance / step.as_f64();
    if quotient == 0.0 && distance != 0.0 {
        // So near that the quotient vanishes, or with an endless step.
        return Ok(if quotient.is_sign_negative() { 0 } else { 1 });
    }
    match quotient.ceil() {
        length if length.is_nan() || length >= isize::MAX as f64 => Err(too_many()),
        length => Ok(length.max(0.0) as usize),
    }
}

/// The sum of two real numbers, as in Python.
fn sum(a: Scalar, b: Scalar) -> Scalar {
    match (a.as_int(), b.as_int()) {
        (Some(x), Some(y)) => Scalar::Int(x.saturating_add(y)),
        _ => Scalar::Float(a.as_f64() + b.as_f64()),
    }
}

fn refused(name: &'static str, value: Scalar, wanted: &'static str) -> Error {
    Error::Argument { name, value: value.to_string(), wanted }
}

impl Scalar {
    fn fits_int64(self) -> bool {
        self.as_int().is_none_or(|value| i64::try_from(value).is_ok())
    }

    /// The integer that it is, if it is one or a truth value.
    fn as_int(self) -> Option<i128> {
        match self {
            Scalar::Bool(value) => Some(value as i128),
            Scalar::Int(value) => Some(value),
            _ => None,
        }
    }

    /// The nearest floating-point number; of a complex number the real part.
    fn as_f64(self) -> f64 {
        match self {
            Scalar::Bool(value) => value as u8 as f64,
            Scalar::Int(value) => value as f64,
            Scalar::Float(value) => value,
            Scalar::Complex(value) => value.re,
        }
    }
}

/// `count` numbers at equal distances from `start` to `stop`, which is the last one if `endpoint`.
///
/// They are computed in `float64` (of complex numbers in `complex128`), and rounded down for an
/// integer type. Without a type that is their type.
///
/// # Errors
/// The count is negative, or there is not enough memory.
pub fn linspace(
    start: Scalar,
    stop: Scalar,
    count: isize,
    endpoint: bool,
    dtype: Option<DType>,
) -> Result<Array> {
    if count < 0 {
        let value = count.to_string();
        return Err(Error::Argument { name: "num", value, wanted: "0 or more" });
    }
    if start.kind() == Kind::Complex || stop.kind() == Kind::Complex {
        return complex_linspace(start, stop, count, endpoint, dtype);
    }
    let (start, stop) = (start.as_f64(), stop.as_f64());
    let steps = if endpoint { count - 1 } else { count } as f64;
    let delta = stop - start;
    let step = if steps > 0.0 { delta / steps } else { delta };
    // A step may be too small for a number where the distance is not.
    let tiny = steps > 0.0 && step == 0.0;
    let floored = dtype.is_some_and(DType::is_integer);
    let last = if endpoint && count > 1 { count as usize - 1 } else { usize::MAX };
    let array = Array::generated(&[count], |i| {
        let along = i as i64 as f64;
        let value = match tiny {
            _ if i == last => stop,
            true => along / steps * delta + start,
            false => along * step + start,
        };
        if floored { value.floor() } else { value }
    })?;
    array.cast(dtype.unwrap_or(DType::Float64), Casting::Unsafe)
}

/// The parts of complex numbers go on like real ones, but for how NumPy divides by a real number.
fn complex_linspace(
    start: Scalar,
    stop: Scalar,
    count: isize,
    endpoint: bool,
    dtype: Option<DType>,
) -> Result<Array> {
    use num_complex::Complex;
    let complex = |value: Scalar| match value {
        Scalar::Complex(value) => value,
        real => Complex::new(real.as_f64(), 0.0),
    };
    let (start, stop) = (complex(start), complex(stop));
    let steps = if endpoint { count - 1 } else { count } as f64;
    let delta = stop - start;
    let step = if steps > 0.0 { delta * (1.0 / steps) } else { delta };
    let tiny = steps > 0.0 && step == Complex::new(0.0, 0.0);
    let last = if endpoint && count > 1 { count as usize - 1 } else { usize::MAX };
    let array = Array::generated(&[count], |i| {
        let along = Complex::new(i as i64 as f64, 0.0);
        match tiny {
            _ if i == last => stop,
            true => along * (1.0 / steps) * delta + start,
            false => along * step + start,
        }
    })?;
    array.cast(dtype.unwrap_or(DType::Complex128), Casting::Unsafe)
}

/// `base` to the power of numbers at equal distances ([`linspace`]).
///
/// # Errors
/// As [`linspace`].
pub fn logspace(
    start: Scalar,
    stop: Scalar,
    count: isize,
    endpoint: bool,
    base: Scalar,
    dtype: Option<DType>,
) -> Result<Array> {
    let exponents = linspace(start, stop, count, endpoint, None)?;
    let powers = apply(Function::Power, &[Operand::Scalar(base), Operand::Array(&exponents)])?;
    let natural = powers.dtype();
    powers.cast(dtype.unwrap_or(natural), Casting::Unsafe)
}

/// `count` real numbers at equal ratios from `start` to `stop`, which is the last one if `endpoint`.
///
/// # Errors
/// An end is 0 or complex, the ends have different signs, the count is negative, or there is not
/// enough memory.
pub fn geomspace(
    start: Scalar,
    stop: Scalar,
    count: isize,
    endpoint: bool,
    dtype: Option<DType>,
) -> Result<Array> {
    for (name, value) in [("start", start), ("stop", stop)] {
        if value.kind() == Kind::Complex || value.as_f64() == 0.0 {
            return Err(refused(name, value, "a real number other than 0"));
        }
    }
    let (first, last) = (start.as_f64(), stop.as_f64());
    if (first < 0.0) != (last < 0.0) {
        return Err(refused("stop", stop, "of the sign of start"));
    }
    let log = |value: f64| Scalar::Float(value.abs().log10());
    let ten = Scalar::Float(10.0);
    let array = logspace(log(first), log(last), count, endpoint, ten, None)?;
    let array =
        if first < 0.0 { apply(Function::Negative, &[Operand::Array(&array)])? } else { array };
    // The ends are what was asked for, not what powers of logarithms make of them.
    if count > 0 {
        array.set_item(&[0], Scalar::Float(first))?;
    }
    if count > 1 && endpoint {
        array.set_item(&[-1], Scalar::Float(last))?;
    }
    array.cast(dtype.unwrap_or(DType::Float64), Casting::Unsafe)
}

/// A matrix with ones on a diagonal (0 is the main one, positive ones lie above) and zeros elsewhere.
///
/// # Errors
/// An extent is negative, or there is not enough memory.
pub fn eye(rows: isize, columns: isize, k: isize, dtype: DType) -> Result<Array> {
    let matrix = Array::zeros(dtype, &[rows, columns])?;
    diagonal(&matrix, k, 0, 1)?.fill(Scalar::Bool(true))?;
    Ok(matrix)
}

/// A square matrix with ones on the main diagonal.
///
/// # Errors
/// As [`eye`].
pub fn identity(size: isize, dtype: DType) -> Result<Array> {
    eye(size, size, 0, dtype)
}

/// A matrix with ones on and below a diagonal, and zeros above.
///
/// # Errors
/// As [`eye`].
pub fn tri(rows: isize, columns: isize, k: isize, dtype: DType) -> Result<Array> {
    let matrix = Array::zeros(dtype, &[rows, columns])?;
    for row in 0..rows {
        let ones = row.saturating_add(k).saturating_add(1).clamp(0, columns);
        if ones > 0 {
            let part = [Index::At(row), Index::Slice(None, Some(ones), 1)];
            matrix.select(&part)?.fill(Scalar::Bool(true))?;
        }
    }
    Ok(matrix)
}

/// An array of the shape of another one that holds a number everywhere, in an order; without one the
/// axes lie in memory as those of the other array do.
///
/// # Errors
/// The type does not hold the number, or there is not enough memory.
pub fn full_like(
    like: &Array,
    value: Scalar,
    dtype: Option<DType>,
    order: Option<Order>,
) -> Result<Array> {
    let dtype = dtype.unwrap_or(like.dtype());
    let flat = Array::full(&[like.size() as isize], value, dtype)?;
    laid(flat, like, order)
}

/// Zeros in the shape of another array; see [`full_like`].
///
/// # Errors
/// There is not enough memory.
pub fn zeros_like(like: &Array, dtype: Option<DType>, order: Option<Order>) -> Result<Array> {
    let flat = Array::zeros(dtype.unwrap_or(like.dtype()), &[like.size() as isize])?;
    laid(flat, like, order)
}

/// Ones in the shape of another array; see [`full_like`].
///
/// # Errors
/// There is not enough memory.
pub fn ones_like(like: &Array, dtype: Option<DType>, order: Option<Order>) -> Result<Array> {
    full_like(like, Scalar::Bool(true), dtype, order)
}

/// An array to be written, in the shape of another one; see [`Array::empty`] and [`full_like`].
///
/// # Errors
/// There is not enough memory.
pub fn empty_like(like: &Array, dtype: Option<DType>, order: Option<Order>) -> Result<Array> {
    zeros_like(like, dtype, order)
}

/// New elements in the shape of an array.
fn laid(flat: Array, like: &Array, order: Option<Order>) -> Result<Array> {
    let size = flat.dtype().size();
    let layout = match order {
        Some(order) => crate::layout::Layout::contiguous(like.shape(), size, order)?,
        None => like.layout().dense(size)?,
    };
    Ok(flat.with_layout(layout))
}

impl Array {
    /// An array to be written. What it holds is not said; it holds zeros, since memory that nobody
    /// has written must not be read.
    ///
    /// # Errors
    /// The shape is negative or too large, or there is not so much memory.
    pub fn empty(dtype: DType, shape: &[isize]) -> Result<Array> {
        Array::zeros(dtype, shape)
    }

    /// Ones.
    ///
    /// # Errors
    /// As [`Array::empty`].
    pub fn ones(dtype: DType, shape: &[isize]) -> Result<Array> {
        Array::full(shape, Scalar::Bool(true), dtype)
    }
}

/// In which order the axes of a grid are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Indexing {
    /// The first array's axis is the second one, as in plots.
    Xy,
    /// Each array's axis is at its place, as in matrices.
    Ij,
}

/// The coordinates of a grid: for each array one that repeats it along the axes of the others, or, if
/// `sparse`, has one element there.
///
/// # Errors
/// An array has more than one dimension, or there is not enough memory.
pub fn meshgrid(arrays: &[Array], indexing: Indexing, sparse: bool) -> Result<Vec<Array>> {
    let place = |axis: usize| match (indexing, axis) {
        (Indexing::Xy, 0) if arrays.len() > 1 => 1,
        (Indexing::Xy, 1) => 0,
        _ => axis,
    };
    let mut shape = Dims::from_elem(1, arrays.len());
    for (axis, array) in arrays.iter().enumerate() {
        if array.ndim() > 1 {
            let value = format!("an array of {} dimensions", array.ndim());
            return Err(Error::Argument { name: "arrays", value, wanted: "of one dimension" });
        }
        shape[place(axis)] = array.size() as isize;
    }
    let grid = |(axis, array): (usize, &Array)| {
        let mut own = Dims::from_elem(1, arrays.len());
        own[place(axis)] = array.size() as isize;
        let array = array.reshaped(&own)?;
        if sparse { array.copied(Order::C) } else { array.broadcast_to(&shape)?.copied(Order::C) }
    };
    arrays.iter().enumerate().map(grid).collect()
}

/// Of a vector the matrix with it on a diagonal, of a matrix a view of the diagonal.
///
/// # Errors
/// There are no or more than two dimensions, or there is not enough memory.
pub fn diag(array: &Array, k: isize) -> Result<Array> {
    match array.ndim() {
        1 => {
            let size = array.shape()[0].saturating_add(k.saturating_abs());
            let matrix = Array::zeros(array.dtype(), &[size, size])?;
            diagonal(&matrix, k, 0, 1)?.assign(array, Casting::No)?;
            Ok(matrix)
        }
        2 => diagonal(array, k, 0, 1),
        ndim => {
            let value = format!("an array of {ndim} dimensions");
            Err(Error::Argument { name: "v", value, wanted: "of one or two dimensions" })
        }
    }
}

/// The powers of a vector's elements in columns, the highest first or, if `increasing`, last.
/// The type is where that of the elements meets `int64`.
///
/// # Errors
/// There is not one dimension, the number of columns is negative, or there is not enough memory.
pub fn vander(x: &Array, columns: Option<isize>, increasing: bool) -> Result<Array> {
    if x.ndim() != 1 {
        let value = format!("an array of {} dimensions", x.ndim());
        return Err(Error::Argument { name: "x", value, wanted: "of one dimension" });
    }
    let columns = columns.unwrap_or(x.shape()[0]);
    let dtype = x.dtype().promote(DType::Int64);
    let x = x.cast(dtype, Casting::Safe)?;
    let matrix = Array::zeros(dtype, &[x.shape()[0], columns])?;
    let column = |power: isize| {
        let place = if increasing { power } else { columns - 1 - power };
        matrix.select(&[ALL, Index::At(place)])
    };
    for power in 0..columns {
        match power {
            0 => column(0)?.fill(Scalar::Bool(true))?,
            _ => {
                let operands = [Operand::Array(&column(power - 1)?), Operand::Array(&x)];
                apply_into(Function::Multiply, &operands, &column(power)?, Casting::No)?;
            }
        }
    }
    Ok(matrix)
}

/// The indices of a shape's elements: along a new first axis, for each axis the index on it.
///
/// # Errors
/// An extent is negative, or there is not enough memory.
pub fn indices(shape: &[isize], dtype: DType) -> Result<Array> {
    let mut whole = Dims::from_slice(&[shape.len() as isize]);
    whole.extend_from_slice(shape);
    let result = Array::zeros(dtype, &whole)?;
    for (axis, &extent) in shape.iter().enumerate() {
        let mut own = Dims::from_elem(1, shape.len());
        own[axis] = extent;
        let zero = Scalar::Int(0);
        let line = arange(zero, Scalar::Int(extent as i128), Scalar::Int(1), Some(DType::Int64))?;
        let part = result.select(&[Index::At(axis as isize)])?;
        part.assign(&line.reshaped(&own)?, Casting::Unsafe)?;
    }
    Ok(result)
}
