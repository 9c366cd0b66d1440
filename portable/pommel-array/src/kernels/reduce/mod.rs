//! The loops of reductions and scans, compiled for each instruction set.
//!
//! [`fold`] makes one value of many; [`seek`] finds where an extreme is; [`scan`] gives what has come
//! together up to each element; [`step`] takes away one axis of an array in memory. A loop sees a
//! block of a fixed number of elements, and blocks come together in an order that follows from the
//! shape alone, so that a sum has the same last bit on any number of threads. [`spread`] adds squared
//! distances so.

pub(crate) mod few;
pub(crate) mod fold;
pub(crate) mod scan;
pub(crate) mod seek;
pub(crate) mod spread;
pub(crate) mod step;
