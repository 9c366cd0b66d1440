//! Other shapes and arrangements of the elements of arrays: views where strides can say it, else
//! copies made of views.
//!
//! Names and rules are those of the array API standard and, beyond it, of NumPy;
//! `tests/golden/manipulation.txt` holds what NumPy answers.

mod axes;
mod editing;
mod joining;
mod padding;

pub use axes::{
    atleast, broadcast_arrays, diagonal, expand_dims, flatten, flip, moveaxis, permute_dims, ravel,
    reshape, rot90, sliding_window_view, squeeze, swapaxes,
};
pub use editing::{append, delete, insert, repeat, roll, tile, tril, triu};
pub use joining::{array_split, concat, split, split_at, stack, unstack};
pub use padding::{PadMode, pad};

use crate::error::{Error, Tuple};

/// A parameter that was refused, whose value is a shape or a list of integers.
fn refused(name: &'static str, value: &[isize], wanted: &'static str) -> Error {
    Error::Argument { name, value: Tuple(value).to_string(), wanted }
}
