//! Pages of machine code: written first, executable then, never both.

use std::ptr::NonNull;

/// Pages that hold the code of one function.
pub(crate) struct Pages {
    start: NonNull<u8>,
    size: usize,
}

// SAFETY: Nothing changes the pages until they are dropped, which needs the only owner.
unsafe impl Send for Pages {}
// SAFETY: As above: they are only read and executed.
unsafe impl Sync for Pages {}

impl Pages {
    /// Pages with this code, which can be executed and not be written any more.
    pub(crate) fn executable(code: &[u8]) -> Result<Pages, String> {
        let size = code.len().max(1);
        // SAFETY: A new private mapping, wherever the system finds room for it.
        let start = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                size,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        if start == libc::MAP_FAILED {
            return Err(failed("room for machine code"));
        }
        let start = NonNull::new(start.cast::<u8>()).ok_or("machine code at address 0")?;
        let pages = Pages { start, size };
        // SAFETY: The pages have room for `size` bytes, are ours alone and can be written so far.
        unsafe { start.as_ptr().copy_from_nonoverlapping(code.as_ptr(), code.len()) };
        // SAFETY: These are our own pages, and nothing writes there from here on.
        let status = unsafe {
            libc::mprotect(start.as_ptr().cast(), size, libc::PROT_READ | libc::PROT_EXEC)
        };
        if status != 0 {
            return Err(failed("to execute machine code"));
        }
        Ok(pages)
    }

    /// Where the code begins.
    pub(crate) fn start(&self) -> *const u8 {
        self.start.as_ptr()
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: The mapping is ours, of this size, and nobody executes it any more: its owner is
        // dropped only then.
        unsafe { libc::munmap(self.start.as_ptr().cast(), self.size) };
    }
}

fn failed(what: &str) -> String {
    format!("the system does not allow {what}: {}", std::io::Error::last_os_error())
}
