//! The functions of the context, one file per section of the table.

pub(crate) mod attribute;
pub(crate) mod buffer;
mod builder;
mod bytes;
pub(crate) mod call;
mod capsule;
mod contextvar;
pub(crate) mod dict;
pub(crate) mod errors;
mod eval;
mod field;
pub(crate) mod float;
mod global;
mod iter;
pub(crate) mod list;
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
pub(crate) mod unicode;
pub(crate) mod watch;
