//! What went wrong in floating-point arithmetic, as the processor notes it.
//!
//! Kernels of plain arithmetic leave the notes of the processor as IEEE 754 demands; others compute
//! in ways that raise notes on the way, and say by a rule of their own what happened. Notes are read and cleared with one instruction each, through assembly
//! that the compiler takes for a read of all memory, so that no store of a result moves across it.

use core::ops::{BitOr, BitOrAssign};

/// A set of conditions.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Status(u8);

impl Status {
    /// Nothing went wrong.
    pub const NONE: Status = Status(0);
    /// No number is the result, such as that of `0 / 0`.
    pub const INVALID: Status = Status(1);
    /// An exact infinity, such as `1 / 0`.
    pub const DIVIDE: Status = Status(4);
    /// Too large a result.
    pub const OVERFLOW: Status = Status(8);
    /// Too small a result to be exact.
    pub const UNDERFLOW: Status = Status(16);

    /// Whether all conditions of `other` are in this.
    pub const fn contains(self, other: Status) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether nothing went wrong.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// As a number, to store: bits 0, 2, 3 and 4.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// From [`Status::bits`].
    pub const fn from_bits(bits: u8) -> Status {
        Status(bits & 29)
    }
}

impl BitOr for Status {
    type Output = Status;
    fn bitor(self, other: Status) -> Status {
        Status(self.0 | other.0)
    }
}

impl BitOrAssign for Status {
    fn bitor_assign(&mut self, other: Status) {
        self.0 |= other.0;
    }
}

/// The notes of the processor, all of them.
#[cfg(all(target_arch = "x86_64", not(miri)))]
fn control() -> u32 {
    let mut word = 0u32;
    // SAFETY: stores the control and status word of SSE, which every x86-64 has, where the pointer
    // points. Without the option `nomem` the compiler keeps earlier stores before it.
    unsafe {
        core::arch::asm!("stmxcsr [{}]", in(reg) &raw mut word, options(nostack, preserves_flags));
    }
    word
}

/// Reads the notes that were made since they were cleared.
#[cfg(all(target_arch = "x86_64", not(miri)))]
pub fn read() -> Status {
    Status::from_bits(control() as u8)
}

/// Makes the notes those of `status`, and no other.
#[cfg(all(target_arch = "x86_64", not(miri)))]
pub fn write(status: Status) {
    let before = control();
    let word = before & !0x3f | u32::from(status.0);
    if word != before {
        // SAFETY: only notes are changed, neither masks nor rounding, on which the compiler relies.
        unsafe {
            core::arch::asm!("ldmxcsr [{}]", in(reg) &raw const word, options(nostack, preserves_flags));
        }
    }
}

#[cfg(not(all(target_arch = "x86_64", not(miri))))]
mod elsewhere {
    //! Where notes cannot be read: what kernels report themselves is noted, no more.

    use super::Status;
    use core::cell::Cell;

    thread_local!(static NOTES: Cell<Status> = const { Cell::new(Status::NONE) });

    /// Reads the notes that were made since they were cleared.
    pub fn read() -> Status {
        NOTES.get()
    }

    /// Makes the notes those of `status`, and no other.
    pub fn write(status: Status) {
        NOTES.set(status);
    }
}
#[cfg(not(all(target_arch = "x86_64", not(miri))))]
pub use elsewhere::{read, write};

std::thread_local!(static REPORTED: core::cell::Cell<Status> = const {
    core::cell::Cell::new(Status::NONE)
});

/// Adds to what this thread's calls of the engine report.
pub(crate) fn report(status: Status) {
    if !status.is_empty() {
        REPORTED.set(REPORTED.get() | status);
    }
}

/// What went wrong in this thread's calls of the engine since it was last asked.
pub fn take_report() -> Status {
    REPORTED.replace(Status::NONE)
}
