//! Compiled functions: what stands between Python and the compiler in `pommel-jit`.
//!
//! * `source` — texts that were parsed, and the plain code of the functions in them, each made once.
//! * `function` — the class behind `pommel.jit`: how calls come in.
//! * `objects` — Python's operations, as the interpreter of plain code asks for them.
//! * `in_python` — the part of that which is written in Python, as only Python knows its own errors.
//! * `engine` — the specialisations of a function: which of them takes a call, and when one is made.
//! * `depth` — how deep compiled functions call each other.
//! * `known` — what a specialisation knows of objects, and takes for granted.
//! * `measured` — which functions of ours give the bits that the interpreter's do.
//! * `shapes` — what arguments are for machine code.
//! * `views` — arrays of all libraries as machine code sees them, and their scalars.
//! * `native` — machine code: how it is entered, what it leaves to the runtime, where it leaves.
//! * `observe` — functions that begin to run, for `pommel.auto`.
//! * `alone` — calls of machine code that needs nobody.
//! * `lists` — lists that machine code makes and nobody else knows.
//! * `lock` — the interpreter's lock, which loops without objects leave to others.
//! * `lowlevel` — compiled functions as functions in C.
//! * `written` — what undoes what these write.
//! * `own_memory` — what a call of machine code has in memory of its own.
//! * `random` — the state of the hidden generator of `random`.
//! * `recipe` — objects of what machine code leaves behind.
//! * `trial` — whether machine code is worth it where nobody asked for it.

mod alone;
mod classes;
mod continuation;
mod depth;
mod dicts;
mod engine;
mod exceptions;
pub(crate) mod function;
mod in_python;
mod known;
mod lists;
mod lock;
mod lowlevel;
mod measured;
mod named;
mod native;
mod objects;
pub(crate) mod observe;
mod own_memory;
mod quick;
mod random;
mod recipe;
mod records;
mod shapes;
mod source;
mod spelling;
mod steps;
mod texts;
mod trial;
mod views;
mod written;
