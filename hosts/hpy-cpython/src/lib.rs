//! The HPy host for interpreters with a C API: CPython, and PyPy through its C API.
//!
//! It is linked into every extension, and so every extension brings its host along: `PyInit_NAME`
//! of the extension calls [`module_init`], which finds the C API in the running process, fills an
//! `HPyContext` and gives the interpreter a module definition.
//! Nothing of Python is needed to build it, and one binary serves CPython 3.9 to 3.15, with and
//! without the GIL, PyPy, and, through the stable ABI alone, what comes after.
//!
//! * `capi` — the C API as a table, filled with `dlsym`.
//! * `layout` — what is known about the insides of objects, per family of interpreters.
//! * `host` — the context; `section/` — its functions.
//! * `types` — classes and their instances.
//! * `module` — from `PyInit_NAME` to a module.
//! * [`mode`] and `modes` — the environment variable `HPY`, which asks for another context.
//! * `direct` (feature) — the same functions without a context, for one family only.
//!
//! It may use: `hpy-abi` and the C library. It must never know: the safe API, or any extension.
#![allow(non_snake_case)]

mod capi;
#[cfg(feature = "direct")]
pub mod direct;
mod host;
mod interpreter;
mod layout;
pub mod mode;
mod modes;
mod module;
mod section;
mod types;

pub use module::{ModuleEntry, make_module, module_init, module_init_plain};
