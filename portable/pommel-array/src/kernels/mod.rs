//! Loops over elements that lie without gaps, compiled for each instruction set; with
//! [`crate::raw`] the only place of the crate for unsafe code.

pub(crate) mod cast;
pub(crate) mod compress;
pub(crate) mod copy;
pub(crate) mod elementwise;
pub mod few;
pub mod fused;
pub(crate) mod gather;
pub mod isa;
pub(crate) mod lane;
pub(crate) mod lines;
pub mod math;
pub(crate) mod matmul;
pub(crate) mod program;
pub(crate) mod reduce;
mod run;
pub(crate) mod scalar;
pub(crate) mod sorting;
pub mod status;
pub mod tape;
pub(crate) mod turns;
pub(crate) mod walk;

pub use elementwise::{Kernel, Meaning};

/// A kernel: reads `n` elements from each of its parameters, whose addresses are given, and writes
/// `n` results.
///
/// # Safety
/// There are as many addresses as the kernel has parameters, `n` elements of its type behind each,
/// aligned, and memory for `n` results, aligned, that no parameter shares. The machine has the
/// instruction set of the version.
pub type Loop = unsafe fn(inputs: *const *const u8, out: *mut u8, n: usize);
