//! What can be wrong with matrices, worded for the person who has them.

use crate::error::{Error, Tuple};
use crate::layout::Dims;
use core::fmt;

/// A matrix that has not what an algorithm asks for. NumPy raises `LinAlgError` for these.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are what the text of each fault names")]
pub enum Fault {
    /// An array with fewer than two axes.
    NoMatrix { function: &'static str, shape: Dims },
    /// Matrices that are not square.
    NotSquare { function: &'static str, shape: Dims },
    /// A matrix without an inverse: its place among the others, and the column where it shows.
    Singular { function: &'static str, shape: Dims, matrix: usize, column: usize },
    /// A matrix that is not positive definite: its place among the others.
    NotPositiveDefinite { shape: Dims, matrix: usize },
    /// An iteration that came to no end, as with elements that are not finite.
    NoConvergence { function: &'static str, shape: Dims, matrix: usize },
    /// An empty array, where at least one element is needed.
    Empty { function: &'static str, shape: Dims },
}

/// Which matrix of several, if there are several.
fn which(shape: &Dims, matrix: usize) -> String {
    if shape.len() > 2 { format!(" number {matrix}") } else { String::new() }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::NoMatrix { function, shape } => write!(
                f,
                "{function} takes matrices, and the array of shape {} has {} axes: give it at least \
                 two, with reshape or None in an index",
                Tuple(shape),
                shape.len()
            ),
            Fault::NotSquare { function, shape } => write!(
                f,
                "{function} takes square matrices, and the last two extents of {} differ: for others \
                 there are lstsq, pinv and svd",
                Tuple(shape)
            ),
            Fault::Singular { function, shape, matrix, column } => write!(
                f,
                "{function}: matrix{} of {} is singular (column {column} depends on those before it): \
                 pinv and lstsq take such matrices",
                which(shape, *matrix),
                Tuple(shape)
            ),
            Fault::NotPositiveDefinite { shape, matrix } => write!(
                f,
                "cholesky: matrix{} of {} is not positive definite: all of its eigenvalues (eigvalsh) \
                 must be above zero",
                which(shape, *matrix),
                Tuple(shape)
            ),
            Fault::NoConvergence { function, shape, matrix } => write!(
                f,
                "{function}: the iteration for matrix{} of {} did not converge: all of its elements \
                 must be finite (isfinite)",
                which(shape, *matrix),
                Tuple(shape)
            ),
            Fault::Empty { function, shape } => write!(
                f,
                "{function}: the array of shape {} has no element to choose from: at least one is \
                 needed",
                Tuple(shape)
            ),
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Error {
        Error::LinAlg(fault)
    }
}

impl Error {
    /// The errors of linear algebra.
    pub(crate) fn fmt_algebra(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::LinAlg(fault) => fmt::Display::fmt(fault, f),
            Error::Contraction { function, a, b, axes } => write!(
                f,
                "{function}: shapes {} and {} do not fit: {axes} must have the same extent",
                Tuple(a),
                Tuple(b)
            ),
            Error::Unsupported { function, dtype, wanted } => write!(
                f,
                "{function} is not defined for {dtype}: it takes {wanted}; convert with astype"
            ),
            Error::Subscripts { text, at, fault } => {
                write!(f, "einsum: {fault}\n  {text}\n  {:at$}^", "")
            }
            _ => unreachable!("the other errors have been handled"),
        }
    }
}
