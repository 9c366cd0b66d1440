//! Indexing with arrays: integers and truth values, alone and among the parts of a basic index, as in
//! NumPy and the array API standard.
//!
//! Arrays of indices are stretched to one shape, which takes the place of the axes that they index: in
//! place if they are neighbours, else in front of all other axes. An integer among them counts as an
//! array without dimensions, and an array of truth values as the arrays of the indices at which it is
//! true.

mod mask;
mod select;
mod take;

pub use mask::{argwhere, extract, flatnonzero, nonzero};
pub use select::{get, set};
pub use take::{Mode, compress, put_along_axis, take, take_along_axis};

use crate::array::Array;
use crate::index::Index;

/// One part of an index.
#[derive(Clone, Debug)]
pub enum Part {
    /// A part of a basic index.
    Basic(Index),
    /// An array of integers, which are indices of one axis, or of truth values, which say of as many
    /// axes as it has which elements are wanted.
    Array(Array),
}

impl From<Index> for Part {
    fn from(index: Index) -> Part {
        Part::Basic(index)
    }
}

impl From<Array> for Part {
    fn from(array: Array) -> Part {
        Part::Array(array)
    }
}
