//! The door: the one place where the portable side meets a host.
//!
//! A shared object carries the host for interpreters with a C API inside; the generated
//! `PyInit_NAME` calls it. Nothing else under `portable/` may name a host.

pub use hpy_cpython::{ModuleEntry, module_init};
