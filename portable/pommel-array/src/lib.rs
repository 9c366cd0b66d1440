//! The engine behind arrays: what an element is ([`dtype`]), where the elements of an array lie
//! ([`layout`]), and which of them an index selects ([`index`]).
//!
//! Beside these stand random numbers ([`random`]) and files of arrays ([`npy`]), which fill and give
//! slices.
//!
//! Nothing here knows Python. Laws of the crate:
//!
//! * A layout describes places in memory and owns none; offsets and strides are in bytes, so that a
//!   view may step over parts of an element, such as the imaginary parts of complex numbers.
//! * Every function that can fail says why in terms of its arguments ([`Error`]): which, what its
//!   value was, and what would do.
//! * Arithmetic on extents is checked: no shape makes a size or an offset wrap around.

mod array;
pub mod cpu;
pub mod creation;
pub mod dtype;
pub mod elementwise;
mod error;
pub mod fft;
pub mod function;
pub mod index;
pub mod indexing;
pub mod kernels;
pub mod layout;
pub mod lazy;
pub mod linalg;
pub mod manipulation;
pub mod npy;
pub mod random;
pub mod raw;
pub mod reduce;
mod scalar;
pub mod sorting;
pub mod text;
pub mod threads;
pub mod turns;

pub use array::Array;
pub use dtype::{Casting, DType, Element, Kind};
pub use elementwise::{Operand, apply, apply_into, choose};
pub use error::{Error, Result};
pub use function::Function;
pub use index::Index;
pub use layout::{Dims, Layout, Order};
pub use raw::memory::{check_room, room_for};
pub use raw::reserve::Reserve;
pub use reduce::{Reduction, reduce};
pub use scalar::Scalar;
