//! Compiled functions: what stands between Python and the compiler in `pommel-jit`.
//!
//! * `source` — texts that were parsed, and the plain code of the functions in them, each made once.
//! * `function` — the class behind `pommel.jit`: how calls come in.
//! * `objects` — Python's operations, as the interpreter of plain code asks for them.
//! * `in_python` — the part of that which is written in Python, as only Python knows its own errors.

pub(crate) mod function;
mod in_python;
mod objects;
mod source;
