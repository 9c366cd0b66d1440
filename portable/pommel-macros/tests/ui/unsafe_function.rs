use pommel::prelude::*;

#[function]
unsafe fn peek(address: usize) -> u8 {
    // SAFETY: none.
    unsafe { *(address as *const u8) }
}

fn main() {}
