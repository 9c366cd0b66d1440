//! The compiler of ordinary Python functions: from source to a typed form that a back end makes machine
//! code of.
//!
//! `syntax` makes plain code of source; `specialise` follows it with the types of actual arguments and
//! makes the typed form; `passes` improve that; a back end ([`backend::Backend`]) compiles it. What the
//! machine code cannot do is done by `plain`, from that very point on, on objects
//! ([`objects::Objects`]). Nothing here knows an interpreter or a processor.
#![forbid(unsafe_code)]

pub mod backend;
pub mod callable;
pub mod code;
pub mod ir;
pub mod objects;
pub mod passes;
pub mod plain;
pub mod specialise;
pub mod syntax;
