//! Element-wise functions of arrays and numbers: types, shapes, and whether to compute now.
//!
//! Small arrays are computed at once, on the shortest way; large ones when somebody looks
//! ([`crate::lazy`]).

use crate::array::Array;
use crate::dtype::{Casting, DType, Kind};
use crate::error::{Error, Result};
use crate::function::{Function, Note, Rule};
use crate::kernels::{Kernel, cast, few};
use crate::layout::{Dims, Order, broadcast_shapes, dims};
use crate::lazy::{self, Expr, Input, Inputs, LAZY_FROM};
use crate::scalar::Scalar;

/// What a function is applied to.
#[derive(Clone, Copy, Debug)]
pub enum Operand<'a> {
    /// An array.
    Array(&'a Array),
    /// A number, whose type gives way to that of arrays.
    Scalar(Scalar),
}

impl<'a> From<&'a Array> for Operand<'a> {
    fn from(array: &'a Array) -> Operand<'a> {
        Operand::Array(array)
    }
}

impl<'a> Operand<'a> {
    /// The array that it is.
    #[inline]
    pub(crate) fn array(&self) -> Option<&'a Array> {
        match self {
            Operand::Array(array) => Some(array),
            Operand::Scalar(_) => None,
        }
    }
}

impl From<Scalar> for Operand<'_> {
    fn from(value: Scalar) -> Self {
        Operand::Scalar(value)
    }
}

/// Applies a function to arrays and numbers.
///
/// The types of arrays meet in their common type ([`DType::promote`]); a number takes that type
/// unless it is of a later kind. The shapes are stretched to one.
///
/// # Errors
/// The function has no kernel for the types, the shapes do not fit, a number does not fit the
/// type, an integer has a negative exponent, or there is not enough memory.
///
/// # Panics
/// If there are not as many operands as the function has parameters.
pub fn apply(function: Function, operands: &[Operand<'_>]) -> Result<Array> {
    assert_eq!(operands.len(), function.arity(), "an operand for each parameter");
    if let Some(result) = few::of_operands(function, operands) {
        return Ok(result);
    }
    if let Some(like) = operands.iter().find_map(Operand::array)
        && let Some(result) = lazy::put_off(function, like, operands)
    {
        return Ok(result);
    }
    let kernel = resolve(function, operands)?;
    if let Some(result) = few::apply(&kernel, function.note(), operands) {
        return result;
    }
    let shape = shape_of(operands)?;
    let inputs = inputs(&kernel, operands, &shape)?;
    check_exponents(function, &kernel, &inputs, &shape)?;
    finish(&kernel, function.note(), inputs, &shape)
}

/// Applies a function to arrays and numbers and stores the result in an array.
///
/// # Errors
/// As [`apply`], and the result cannot be stretched to the array's shape, or the rule forbids the
/// conversion to its type, or it is read-only.
pub fn apply_into(
    function: Function,
    operands: &[Operand<'_>],
    out: &Array,
    casting: Casting,
) -> Result<()> {
    let kernel = resolve(function, operands)?;
    if let Some(result) = few::apply_into(&kernel, function.note(), operands, out) {
        return result;
    }
    kernel.output.check_cast(out.dtype, casting)?;
    let (result, shape) = (shape_of(operands)?, dims(out.shape()));
    let stretches = || broadcast_shapes([&result[..], &shape]).is_ok_and(|both| both == shape);
    if result != shape && !stretches() {
        return Err(Error::OutputShape { result, out: shape });
    }
    let inputs = inputs(&kernel, operands, &shape)?;
    check_exponents(function, &kernel, &inputs, &shape)?;
    let expr = Expr::new(&kernel, function.note(), inputs, &shape)?;
    if out.is_readonly() {
        return Err(Error::ReadOnly);
    }
    if kernel.output == out.dtype {
        return expr.evaluate_into(out);
    }
    let layout = expr.layout.clone();
    let result = Array::over(expr.evaluate()?, kernel.output, layout);
    out.assign(&result, casting)
}

/// Elements of the second array where the first is true, of the third elsewhere.
///
/// # Errors
/// The shapes do not fit, a number does not fit the type, or there is not enough memory.
pub fn choose(which: &Array, a: Operand<'_>, b: Operand<'_>) -> Result<Array> {
    let dtype = common_type(&[a, b])?;
    let kernel = cast::choice(dtype);
    let which = which.cast(DType::Bool, Casting::Unsafe)?;
    if let Some(result) = few::apply(&kernel, Note::Quiet, &[Operand::Array(&which), a, b]) {
        return result;
    }
    let operands = [Operand::Array(&which), a, b];
    let shape = shape_of(&operands)?;
    finish(&kernel, Note::Quiet, inputs(&kernel, &operands, &shape)?, &shape)
}

/// The type in which operands meet.
///
/// # Errors
/// A number does not fit the type.
pub fn common_type(operands: &[Operand<'_>]) -> Result<DType> {
    let typed = DType::common(operands.iter().filter_map(Operand::array).map(|array| array.dtype));
    let scalars = operands.iter().filter_map(|operand| match operand {
        Operand::Scalar(value) => Some(*value),
        Operand::Array(_) => None,
    });
    let common = match typed {
        Some(dtype) => scalars.fold(dtype, |dtype, value| value.meet(dtype)),
        None => scalars.map(Scalar::dtype).reduce(DType::promote).unwrap_or(DType::Float64),
    };
    Ok(common)
}

/// The kernel for operands.
fn resolve(function: Function, operands: &[Operand<'_>]) -> Result<Kernel> {
    let mut common = common_type(operands)?;
    if function.rule() == Rule::Truth && common.is_integer() {
        // A number out of range is compared all the same.
        for operand in operands {
            match operand {
                Operand::Scalar(value) if !value.fits(common) => {
                    common = if value.fits(DType::Int64) && common != DType::UInt64 {
                        DType::Int64
                    } else {
                        DType::Float64
                    };
                }
                _ => {}
            }
        }
    }
    let found = function.kernel_for(common).and_then(|kernel| {
        let is_rounded =
            kernel.inputs[0].kind() == Kind::Float && function.rule() != Rule::Quotient;
        // Each integer type has a floating-point type of its own, and those meet.
        let wanted = if is_rounded && common.is_integer() { floating(operands) } else { None };
        wanted.map_or(Some(kernel), |dtype| function.kernel_for(dtype))
    });
    found.ok_or_else(|| {
        let types = operands.iter().map(|operand| match operand {
            Operand::Array(array) => array.dtype,
            Operand::Scalar(_) => common,
        });
        Error::NoKernel { function, types: types.collect() }
    })
}

/// The type in which arrays meet for a function of floating-point numbers, if one is of integers: truth
/// values alone take the type of a number.
fn floating(operands: &[Operand<'_>]) -> Option<DType> {
    let is_integer = |operand: &Operand<'_>| matches!(operand, Operand::Array(array) if array.dtype.is_integer());
    if !operands.iter().any(is_integer) {
        return None;
    }
    let arrays = operands.iter().filter_map(Operand::array);
    let types = arrays.map(|array| array.dtype.float_for_integers());
    DType::common(types)
}

/// The shape to which operands are stretched.
fn shape_of(operands: &[Operand<'_>]) -> Result<Dims> {
    let shapes = operands.iter().filter_map(Operand::array).map(Array::shape);
    let first = shapes.clone().next().unwrap_or_default();
    match shapes.clone().all(|shape| shape == first) {
        true => Ok(dims(first)),
        false => broadcast_shapes(shapes),
    }
}

/// Operands as inputs of a node: numbers as elements, arrays stretched to a shape.
fn inputs(kernel: &Kernel, operands: &[Operand<'_>], shape: &Dims) -> Result<Inputs> {
    let mut inputs = Inputs::default();
    for ((operand, &dtype), input) in operands.iter().zip(&kernel.inputs).zip(&mut inputs) {
        *input = Some(match operand {
            Operand::Array(array) => Input::of(array, shape)?,
            Operand::Scalar(value) => Input::Constant(value.bits(dtype)?, dtype),
        });
    }
    Ok(inputs)
}

/// A result now, or later if that pays.
fn finish(kernel: &Kernel, note: Note, inputs: Inputs, shape: &Dims) -> Result<Array> {
    let expr = Expr::new(kernel, note, inputs, shape)?;
    let later = expr.layout.size() >= LAZY_FROM
        && !crate::lazy::is_eager()
        && !expr.reads().any(|data| data.is_exported());
    if later {
        return Ok(Array::pending(expr));
    }
    let layout = expr.layout.clone();
    Ok(Array::over(expr.evaluate()?, kernel.output, layout))
}

/// Refuses negative exponents of integers.
fn check_exponents(
    function: Function,
    kernel: &Kernel,
    inputs: &Inputs,
    shape: &[isize],
) -> Result<()> {
    if function != Function::Power || kernel.output.kind() != Kind::Int {
        return Ok(());
    }
    let negative = match &inputs[1] {
        Some(Input::Constant(bits, dtype)) => bits.0[dtype.size() - 1] & 0x80 != 0,
        Some(exponents) => match exponents.array(shape)? {
            Some(array) if array.dtype.kind() == Kind::Int => {
                let below = apply(Function::SignBit, &[Operand::Array(&array)])?;
                below.with_slice(|below: &[bool]| below.contains(&true))?
            }
            _ => false,
        },
        None => false,
    };
    if negative { Err(Error::NegativePower) } else { Ok(()) }
}

impl Array {
    /// The elements, converted to another type.
    pub(crate) fn converted(&self, dtype: DType) -> Result<Array> {
        let kernel = cast::conversion(self.dtype, dtype);
        let shape = dims(self.shape());
        let input = Input::of(self, &shape)?;
        finish(&kernel, Note::Plain, [Some(input), None, None], &shape)
    }

    /// The array without axes of one element in front that make it more than so many; NumPy lets such
    /// an array be written to one of fewer axes.
    pub(crate) fn without_leading_axes(&self, ndim: usize) -> Result<Array> {
        let mut layout = self.layout().clone();
        while layout.ndim() > ndim && layout.shape()[0] == 1 {
            layout = layout.without_axis(0)?;
        }
        Ok(self.with_layout(layout))
    }

    /// Writes the elements of another array here, stretched to this shape and converted.
    ///
    /// # Errors
    /// The shape cannot be stretched, the rule forbids the conversion, the array is read-only, or
    /// there is not enough memory.
    pub fn assign(&self, value: &Array, casting: Casting) -> Result<()> {
        value.dtype.check_cast(self.dtype, casting)?;
        let shape = dims(self.shape());
        let mut value = value.without_leading_axes(shape.len())?;
        if value.shape() != &shape[..] {
            value = value.broadcast_to(&shape)?;
        }
        if self.is_readonly() {
            return Err(Error::ReadOnly);
        }
        if value.dtype == self.dtype {
            return self.copy_from(&value);
        }
        let value = value.converted(self.dtype)?;
        self.copy_from(&value)
    }

    /// Writes a number to all places.
    ///
    /// # Errors
    /// The type does not hold it, or the array is read-only.
    pub fn fill(&self, value: Scalar) -> Result<()> {
        let one = Array::filled(&[], value.bits(self.dtype)?, self.dtype)?;
        self.assign(&one, Casting::Unsafe)
    }

    /// An array that holds a number everywhere.
    ///
    /// # Errors
    /// The type does not hold it, or there is not so much memory.
    pub fn full(shape: &[isize], value: Scalar, dtype: DType) -> Result<Array> {
        Array::filled(shape, value.bits(dtype)?, dtype)
    }

    /// A copy in the order in which the elements lie.
    ///
    /// # Errors
    /// There is not enough memory.
    pub fn copied_as_it_lies(&self) -> Result<Array> {
        if self.layout.is_contiguous(Order::C) {
            return self.copied(Order::C);
        }
        let layout = self.layout.dense(self.dtype.size())?;
        self.copied_to(layout)
    }
}
