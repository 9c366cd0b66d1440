//! What can be wrong with a request, worded for the person who made it.

use crate::dtype::{Casting, DType};
use crate::function::Function;
use crate::layout::Dims;
use crate::scalar::Scalar;
use core::fmt;

/// The result of what can fail.
pub type Result<T> = core::result::Result<T, Error>;

/// Why something cannot be done.
#[allow(missing_docs, reason = "the fields are what the text of each error names")]
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// Shapes that do not fit each other: the shapes, and the axis (from the end, 1 is the last)
    /// where two extents differ.
    Broadcast { shapes: Vec<Dims>, axis_from_end: usize },
    /// A shape that cannot be stretched to another one.
    BroadcastTo { from: Dims, to: Dims },
    /// An axis that an array of so many dimensions does not have.
    Axis { axis: isize, ndim: usize },
    /// An axis that is named twice.
    RepeatedAxis { axis: isize },
    /// Axes that are not all the axes of an array, in some order.
    Permutation { given: usize, ndim: usize },
    /// An axis that is not of length one and cannot be left out.
    Squeeze { axis: usize, extent: isize },
    /// An index behind the end of its axis.
    OutOfBounds { index: isize, axis: usize, extent: isize },
    /// More indices than there are dimensions.
    TooManyIndices { given: usize, ndim: usize },
    /// More than one ellipsis.
    TwoEllipses,
    /// A slice that stands still.
    ZeroStep,
    /// A shape with another number of elements.
    Reshape { from: Dims, to: Vec<isize> },
    /// An extent below zero.
    NegativeExtent { extent: isize, axis: usize },
    /// More elements or bytes than can be addressed.
    TooLarge { shape: Dims, item_size: usize },
    /// Element types between which no conversion of the wanted kind exists.
    Cast { from: DType, to: DType, casting: Casting },
    /// More memory than there is.
    OutOfMemory { bytes: usize },
    /// An array that must not be written.
    ReadOnly,
    /// A function without a kernel for the types of its parameters.
    NoKernel { function: Function, types: Vec<DType> },
    /// A number that a type does not hold.
    ScalarRange { value: Scalar, dtype: DType },
    /// A result of another shape than the array that is to take it.
    OutputShape { result: Dims, out: Dims },
    /// An integer to the power of a negative one.
    NegativePower,
    /// A matrix that has not what an algorithm asks for.
    LinAlg(crate::linalg::Fault),
    /// Axes of a product whose extents differ: the function, the shapes, and the axes in words.
    Contraction { function: &'static str, a: Dims, b: Dims, axes: String },
    /// A type that a function is not defined for: the function, the type, and those that it takes.
    Unsupported { function: &'static str, dtype: DType, wanted: &'static str },
    /// A fault in the subscripts of a sum: all of them, where the fault is, and what it is.
    Subscripts { text: String, at: usize, fault: String },
    /// A function of no elements that has no value then: its name, the shape, and the axes that were
    /// to go (none: all).
    Empty { function: &'static str, shape: Dims, axes: Option<Dims> },
    /// Truth values of another extent than the axis of which they say what is wanted.
    MaskShape { mask: Dims, axis: usize, extent: isize },
    /// Arrays of indices whose shapes do not fit each other.
    IndexShapes { shapes: Vec<Dims> },
    /// An array of something else than integers or truth values as an index.
    IndexType { dtype: DType },
    /// A value that a parameter does not take: its name, what it was, what it may be.
    Argument { name: &'static str, value: String, wanted: &'static str },
    /// A value that an environment variable must not have: its name, the value, what it may be.
    Environment { variable: &'static str, value: String, wanted: &'static str },
}

/// A shape as Python writes a tuple.
pub(crate) struct Tuple<'a>(pub(crate) &'a [isize]);

impl fmt::Display for Tuple<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (i, extent) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{extent}")?;
        }
        f.write_str(if self.0.len() == 1 { ",)" } else { ")" })
    }
}

/// What numbers there are for so many things, counted from both ends.
fn numbers(count: isize, none: &str, some: &str) -> String {
    if count == 0 { none.to_owned() } else { format!("{some} -{count} to {}", count - 1) }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Broadcast { shapes, axis_from_end } => {
                let shapes: Vec<_> = shapes.iter().map(|shape| Tuple(shape).to_string()).collect();
                write!(
                    f,
                    "shapes {} do not fit: extents on axis -{axis_from_end} must be equal, or 1 to \
                     be repeated",
                    shapes.join(" and ")
                )
            }
            Error::BroadcastTo { from, to } => write!(
                f,
                "shape {} cannot be stretched to {}: only extents of 1 are repeated, and only new \
                 axes in front are added",
                Tuple(from),
                Tuple(to)
            ),
            Error::Axis { axis, ndim } => {
                let known = numbers(*ndim as isize, "has no dimensions", "has the axes");
                write!(f, "axis {axis} does not exist: the array {known}")
            }
            Error::RepeatedAxis { axis } => write!(f, "axis {axis} is given twice"),
            Error::Permutation { given, ndim } => {
                write!(
                    f,
                    "{given} axes are given, and the array has {ndim}: give each of them once"
                )
            }
            Error::Squeeze { axis, extent } => {
                write!(f, "axis {axis} has {extent} elements: only an axis of one can be left out")
            }
            Error::OutOfBounds { index, axis, extent } => {
                let known = numbers(*extent, "is empty", "has the indices");
                write!(f, "index {index} is out of bounds: axis {axis} {known}")
            }
            Error::TooManyIndices { given, ndim } => {
                write!(f, "{given} indices for an array of {ndim} dimensions")
            }
            Error::TwoEllipses => f.write_str("an index has at most one ellipsis (...)"),
            Error::ZeroStep => f.write_str("the step of a slice is 0: it must be another number"),
            Error::Reshape { from, to } => write!(
                f,
                "an array of shape {} cannot have the shape {}: the number of elements differs",
                Tuple(from),
                Tuple(to)
            ),
            Error::NegativeExtent { extent, axis } => {
                write!(f, "extent {extent} of axis {axis} is negative")
            }
            Error::TooLarge { shape, item_size } => write!(
                f,
                "an array of shape {} with {item_size} bytes an element is larger than memory can be",
                Tuple(shape)
            ),
            other => other.fmt_values(f),
        }
    }
}

impl Error {
    /// The errors about types, values and memory.
    fn fmt_values(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Cast { from, to, casting } => write!(
                f,
                "{from} cannot be converted to {to} by the rule '{}': ask for the conversion with \
                 astype",
                casting.name()
            ),
            Error::OutOfMemory { bytes } => {
                write!(f, "there is no memory for an array of {bytes} bytes")
            }
            Error::ReadOnly => f.write_str(
                "the array is read-only: it repeats elements, or its memory belongs to somebody who \
                 forbids writing; write to a copy",
            ),
            Error::NoKernel { function, types } => {
                let types: Vec<_> = types.iter().map(|dtype| dtype.name()).collect();
                write!(
                    f,
                    "{} is not defined for {}: convert to a type for which it is, with astype",
                    function.name(),
                    types.join(" and ")
                )
            }
            Error::ScalarRange { value: value @ Scalar::Float(_), dtype } => write!(
                f,
                "{value} is out of range for {dtype}: convert the array to a floating-point type"
            ),
            Error::ScalarRange { value, dtype } => {
                write!(f, "{value} is out of range for {dtype}: convert the array to a wider type")
            }
            Error::OutputShape { result, out } => write!(
                f,
                "the result has the shape {} and the array that is to take it {}",
                Tuple(result),
                Tuple(out)
            ),
            Error::NegativePower => f.write_str(
                "integers have no negative powers among integers: convert one to a floating-point \
                 type",
            ),
            Error::Empty { function, shape, axes } => {
                fmt_empty(f, function, shape, axes.as_deref())
            }
            Error::MaskShape { mask, axis, extent } => write!(
                f,
                "truth values of shape {} do not fit the array: its axis {axis} has {extent} elements",
                Tuple(mask)
            ),
            Error::IndexShapes { shapes } => {
                let shapes: Vec<_> = shapes.iter().map(|shape| Tuple(shape).to_string()).collect();
                write!(
                    f,
                    "indices of shapes {} do not fit each other: their extents must be equal, or 1 to be \
                     repeated",
                    shapes.join(" and ")
                )
            }
            other => other.fmt_arguments(f),
        }
    }

    /// The errors about what a parameter or a variable takes.
    fn fmt_arguments(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::IndexType { dtype } => write!(
                f,
                "an array of {dtype} is no index: convert it to integers or truth values, with astype"
            ),
            Error::Argument { name, value, wanted } => {
                write!(f, "argument '{name}' must be {wanted}, not {value}")
            }
            Error::Environment { variable, value, wanted } => {
                write!(f, "{variable} is {value:?}: set it to {wanted}, or unset it")
            }
            other => other.fmt_algebra(f),
        }
    }
}

/// [`Error::Empty`].
fn fmt_empty(
    f: &mut fmt::Formatter<'_>,
    function: &str,
    shape: &[isize],
    axes: Option<&[isize]>,
) -> fmt::Result {
    let axes = match axes {
        None => "all axes".to_owned(),
        Some([axis]) => format!("axis {axis}"),
        Some(axes) => format!("the axes {}", Tuple(axes)),
    };
    write!(
        f,
        "{function} of no elements has no value: the array has the shape {}, and {axes} of it go; \
         give an axis that is not empty, or an array with elements",
        Tuple(shape)
    )
}

impl std::error::Error for Error {}
