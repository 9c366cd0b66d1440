//! Classes of an extension on an interpreter with a C API.
//!
//! * [`facts`] keeps what the host has to know about a class and the interpreter does not.
//! * [`description`] turns an `HPyType_Spec` into the C API's arrays.
//! * [`checks`] says what a specification may not say.
//! * [`creation`] makes the type object.
//! * [`instance`] is the life of an instance: allocation, traversal, clearing, deallocation.
//! * [`referents`] tells `gc.get_referents` from the collector.
//! * [`members`] reads and writes members of the native struct for Python.

pub(crate) mod checks;
pub(crate) mod creation;
mod description;
pub(crate) mod facts;
pub(crate) mod instance;
mod members;
mod referents;

pub(crate) use description::{definitions, keep, method_flags};
pub(crate) use instance::traverse_with;
