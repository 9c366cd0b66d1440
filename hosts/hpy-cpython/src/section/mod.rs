//! The functions of the context, one file per section of the table.

mod builder;
mod bytes;
pub(crate) mod call;
mod capsule;
mod contextvar;
mod dict;
pub(crate) mod errors;
mod eval;
mod field;
pub(crate) mod float;
mod global;
mod iter;
mod list;
mod long;
mod number;
mod object;
mod slice;
mod struct_access;
mod threads;
mod tracker;
mod trampoline;
mod tuple;
mod type_object;
mod unicode;
