//! Memory for machine code: written first, then executed, never both.

use core::ptr::NonNull;

/// Copies code to memory that can be executed, for good. `None` if the system allows no such memory.
pub(super) fn executable(code: &[u8]) -> Option<NonNull<u8>> {
    use libc::{MAP_ANONYMOUS, MAP_FAILED, MAP_PRIVATE, PROT_EXEC, PROT_READ, PROT_WRITE};
    let size = code.len();
    // SAFETY: fresh pages of ours, which nobody else knows before they are returned.
    unsafe {
        let access = PROT_READ | PROT_WRITE;
        let flags = MAP_PRIVATE | MAP_ANONYMOUS;
        let start = libc::mmap(core::ptr::null_mut(), size, access, flags, -1, 0);
        if start == MAP_FAILED {
            return None;
        }
        start.cast::<u8>().copy_from_nonoverlapping(code.as_ptr(), size);
        if libc::mprotect(start, size, PROT_READ | PROT_EXEC) != 0 {
            libc::munmap(start, size);
            return None;
        }
        NonNull::new(start.cast())
    }
}
