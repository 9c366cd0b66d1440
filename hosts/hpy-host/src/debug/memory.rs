//! Memory that may be read as long as a handle is open, and never written.
//!
//! Hosts give out pointers into their objects, which go on working after the handle is closed, on
//! this interpreter, today. Debug mode gives out a copy instead. Where the system can protect
//! pages the process ends at the very instruction that writes to it, or reads it too late;
//! elsewhere a late reader finds rubbish.

/// A copy of some bytes.
pub(crate) struct Protected {
    pages: Pages,
    len: usize,
    forbidden: bool,
}

impl Protected {
    /// Copies bytes into memory of their own; `None` if there is none.
    pub fn copy(bytes: &[u8]) -> Option<Protected> {
        let pages = Pages::copy(bytes)?;
        #[cfg(all(unix, not(miri)))]
        super::fault::watch();
        Some(Protected { pages, len: bytes.len(), forbidden: false })
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// Where they are.
    pub fn start(&self) -> *const u8 {
        self.pages.start()
    }

    /// The bytes; none once they may not be read any more.
    pub fn bytes(&self) -> &[u8] {
        if self.forbidden {
            return &[];
        }
        // SAFETY: there are that many, and they may be read.
        unsafe { std::slice::from_raw_parts(self.start(), self.len) }
    }

    /// Whether an address is that of one of the bytes.
    #[cfg(all(unix, not(miri)))]
    pub fn has(&self, address: usize) -> bool {
        address.wrapping_sub(self.start().addr()) < self.len
    }

    /// Ends the time in which they may be read.
    pub fn forbid(&mut self) {
        self.forbidden = true;
        self.pages.forbid();
    }
}

#[cfg(all(unix, not(miri)))]
use pages::Pages;
#[cfg(not(all(unix, not(miri))))]
use rubbish::Pages;

/// Pages of the system's.
#[cfg(all(unix, not(miri)))]
mod pages {
    use std::ptr::{NonNull, null_mut};

    pub(super) struct Pages {
        start: NonNull<u8>,
        mapped: usize,
    }

    // SAFETY: the pages belong to the value, not to a thread.
    unsafe impl Send for Pages {}
    // SAFETY: they are only read through a shared reference.
    unsafe impl Sync for Pages {}

    impl Pages {
        pub fn copy(bytes: &[u8]) -> Option<Pages> {
            let mapped = bytes.len().max(1);
            let access = libc::PROT_READ | libc::PROT_WRITE;
            let kind = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            // SAFETY: a new mapping, which touches no memory of ours.
            let start = unsafe { libc::mmap(null_mut(), mapped, access, kind, -1, 0) };
            if start == libc::MAP_FAILED {
                return None;
            }
            let start = NonNull::new(start.cast::<u8>())?;
            // SAFETY: the mapping is as long as the bytes, and nobody else knows it yet.
            unsafe {
                start.copy_from_nonoverlapping(NonNull::from(bytes).cast(), bytes.len());
                libc::mprotect(start.as_ptr().cast(), mapped, libc::PROT_READ);
            }
            Some(Pages { start, mapped })
        }

        pub fn start(&self) -> *const u8 {
            self.start.as_ptr()
        }

        pub fn forbid(&mut self) {
            // SAFETY: the mapping is ours.
            unsafe { libc::mprotect(self.start.as_ptr().cast(), self.mapped, libc::PROT_NONE) };
        }
    }

    impl Drop for Pages {
        fn drop(&mut self) {
            // SAFETY: the mapping is ours, and this is the end of it.
            unsafe { libc::munmap(self.start.as_ptr().cast(), self.mapped) };
        }
    }
}

/// Ordinary memory that is overwritten.
#[cfg(not(all(unix, not(miri))))]
mod rubbish {
    /// Made from a box, which would claim to be the only way to the bytes.
    pub(super) struct Pages(*mut [u8]);

    // SAFETY: the memory belongs to the value, not to a thread.
    unsafe impl Send for Pages {}
    // SAFETY: it is only read through a shared reference.
    unsafe impl Sync for Pages {}

    impl Pages {
        pub fn copy(bytes: &[u8]) -> Option<Pages> {
            Some(Pages(Box::into_raw(bytes.into())))
        }

        pub fn start(&self) -> *const u8 {
            self.0.cast_const().cast()
        }

        /// No UTF-8, and no NUL where the text ended.
        pub fn forbid(&mut self) {
            // SAFETY: the memory is ours, and whoever reads it now does so at their own risk.
            unsafe { self.0.cast::<u8>().write_bytes(0xDA, self.0.len()) };
        }
    }

    impl Drop for Pages {
        fn drop(&mut self) {
            // SAFETY: made from a box, and this is the end of it.
            drop(unsafe { Box::from_raw(self.0) });
        }
    }
}
