//! Compiling and running source text, importing modules.

use crate::capi::*;
use crate::host::{handle, members, obj};
use core::ffi::c_int;
use hpy_abi::*;

/// The C API's start symbols (`Py_eval_input` and its relatives).
const START: [(SourceKind, c_int); 3] =
    [(SourceKind::EXPR, 258), (SourceKind::FILE, 257), (SourceKind::SINGLE, 256)];

members! {
    fn ctx_Compile_s(ctx, utf8_source: Utf8, utf8_filename: Utf8, kind: SourceKind) -> HPy {
        let Some(&(_, start)) = START.iter().find(|(k, _)| *k == kind) else {
            raise("PyExc_SystemError", "a source string has no such kind");
            return HPy::NULL;
        };
        // CPython exports the shorter function, PyPy the longer one.
        handle(match (api().Py_CompileString, api().Py_CompileStringFlags) {
            (Some(compile), _) => compile(utf8_source.0, utf8_filename.0, start),
            (None, Some(compile)) => {
                compile(utf8_source.0, utf8_filename.0, start, core::ptr::null_mut())
            }
            (None, None) => {
                raise("PyExc_NotImplementedError", "this interpreter's C API cannot compile");
                core::ptr::null_mut()
            }
        })
    }
    fn ctx_EvalCode(ctx, code: HPy, globals: HPy, locals: HPy) -> HPy {
        handle(PyEval_EvalCode(obj(code), obj(globals), obj(locals)))
    }
    fn ctx_Import_ImportModule(ctx, utf8_name: Utf8) -> HPy {
        handle(PyImport_ImportModule(utf8_name.0))
    }
}
