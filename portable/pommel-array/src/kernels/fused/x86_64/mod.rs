//! Blocks as machine code of x86-64 with AVX2.

mod assembler;
#[cfg(test)]
mod assembler_tests;
mod memory;
mod translate;

use super::Code;
use super::block::Block;
use crate::kernels::isa::Isa;

/// Whether the machine has the instructions.
pub(super) fn is_available() -> bool {
    Isa::best() >= Isa::Avx2
}

/// The code of a block. `None` if the system allows no memory for it.
pub(super) fn compile(block: &Block) -> Option<Code> {
    let code = memory::executable(&translate::translate(block))?;
    // SAFETY: the code is a function of this signature, and stays where it is.
    Some(unsafe { core::mem::transmute::<*mut u8, Code>(code.as_ptr()) })
}
