//! Where debug mode says what it found before the process ends.
//!
//! That is standard error, unless somebody who captures it, and would take what was captured along
//! to the end, names another file.

use std::fmt::Display;
use std::sync::atomic::{AtomicI32, Ordering};

/// Standard error.
const STDERR: i32 = 2;

static FILE: AtomicI32 = AtomicI32::new(STDERR);

/// Sets the file descriptor that messages go to.
pub fn set_message_file(descriptor: i32) {
    FILE.store(descriptor, Ordering::Relaxed);
}

/// Says something.
pub(super) fn say(text: impl Display) {
    match FILE.load(Ordering::Relaxed) {
        STDERR => eprintln!("{text}"),
        other => write(other, &format!("{text}\n")),
    }
}

#[cfg(all(unix, not(miri)))]
fn write(descriptor: i32, text: &str) {
    use std::io::Write;
    use std::mem::ManuallyDrop;
    use std::os::fd::FromRawFd;
    // SAFETY: whoever named the descriptor keeps it open, and it is not closed here. One that is
    // closed all the same makes an error of the write.
    let mut file = ManuallyDrop::new(unsafe { std::fs::File::from_raw_fd(descriptor) });
    if file.write_all(text.as_bytes()).is_err() {
        eprint!("{text}");
    }
}

#[cfg(not(all(unix, not(miri))))]
fn write(_: i32, text: &str) {
    eprint!("{text}");
}
