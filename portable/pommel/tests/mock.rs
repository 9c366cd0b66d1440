//! The safe API on a host in memory: an extension made with the macros, called from outside in
//! every way, on an unknown host and on one of ours.
//!
//! Each test also shows that no handle leaks and that nothing is misused, for which it would fail
//! at its end. These run under Miri too.

mod mock {
    mod bench;
    mod calls;
    mod classes;
    mod errors;
    mod extension;
    mod failures;
    mod held;
    mod views;
}
