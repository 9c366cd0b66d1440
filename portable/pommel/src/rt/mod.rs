//! What the code that the macros generate calls. Not for people: no promise of stability.
//!
//! * [`entry`](mod@self) — from C into Rust: panics and errors stop there.
//! * `trampolines` — the same functions as an interpreter with a C API calls them.
//! * `bind` — positional and keyword arguments to parameters.
//! * `slots` — the protocols of classes.
//! * `module` — what a module and a class consist of, and how they come to be.
//! * `stub` — what type checkers are told about them.
#![allow(missing_docs)]

mod bind;
pub(crate) mod entry;
mod module;
mod slots;
pub mod trampolines;

pub use crate::buffer::{export, export_mut, release, release_mut};
pub use crate::class::{new_raw, new_raw_of};
pub use crate::raw::NewHandle;
pub use crate::stub::{Declaration, Parameter, Passing, Role, stub, stub_text};
pub use bind::{
    Args, ArgumentName, Bound, Name, Params, bind, bind_new, extract, extract_index,
    extract_operand, in_order, rebind, rebind_keywords, rebind_new,
};
pub use entry::{CResult, ended, enter, object_result};
pub use hpy_abi::{self as abi, HPy, HPyContext};
pub use module::{
    ClassSpec, Docs, Function, Item, Method, ModuleDef, ModuleSpec, Place, Property, SlotItem,
    Typed, init_context, module_def, pair, typed_panicked,
};
pub use slots::*;
