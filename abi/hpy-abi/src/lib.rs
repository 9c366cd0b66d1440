//! The HPy universal ABI (major version 0), written once.
//!
//! An HPy extension never calls an interpreter by name.
//! It is handed a pointer to an [`HPyContext`], a long struct of handles and function pointers,
//! and everything it can do to Python goes through that struct.
//! This crate is that line between the two sides, and nothing else: it has no code to run,
//! no dependency and no standard library.
//!
//! * [`for_each_member!`](crate::for_each_member) — the 273 members of the context, in order.
//! * [`for_each_slot!`](crate::for_each_slot) — the type and module slots.
//! * [`for_each_signature!`](crate::for_each_signature) — the calling conventions of functions that Python calls.
//! * [`types`] — the C structs and the one-field types whose names say what a C `int` means.
//! * [`for_each_extension!`](crate::for_each_extension), [`ext`] — what our own hosts offer beyond
//!   upstream, and how to tell.
//! * [`reflect`] — the same tables as data, for generators, debug modes and tests.
//!
//! Nothing else in the workspace lists the members of a closed set by hand: whoever needs one row
//! per member passes a callback macro to one of the tables.
//!
//! Facts come from the headers of HPy 0.9 and its last development version, and, for the layout of
//! PyPy 7.3, from `pypy/module/_hpy_universal`; every sentence here is our own.
#![no_std]
#![allow(non_camel_case_types, non_snake_case)]

#[macro_use]
mod table;
#[macro_use]
mod slots;
#[macro_use]
mod signatures;
#[macro_use]
pub mod ext;
pub mod reflect;
pub mod types;

pub use signatures::*;
pub use slots::*;
pub use table::*;
pub use types::*;

/// The major version of the ABI: a host and an extension must agree on it.
pub const ABI_VERSION: u32 = 0;

/// The minor version that an extension built on this crate requires of its host.
///
/// Upstream never raised it: hosts that stop at index 262 and hosts that reach 272 both say 0.
/// What came later than 0.9.0 has [`reflect::Member::since`] 1 and must be probed for.
pub const ABI_VERSION_MINOR: u32 = 0;

/// The part of a file name by which upstream's loaders recognise this ABI: `module.hpy0.so`.
pub const ABI_TAG: &str = "hpy0";
