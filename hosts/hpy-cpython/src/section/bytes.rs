//! `bytes`.

use crate::capi::*;
use crate::host::{Host, handle, members, obj};
use crate::layout::flag;
use hpy_abi::*;

members! {
    fn ctx_Bytes_Check(ctx, h: HPy) -> Flag {
        Flag::new(L::is_subclass(L::type_of(obj(h)), flag::BYTES, api().PyBytes_Type))
    }
    fn ctx_Bytes_Size(ctx, h: HPy) -> LenOrErr {
        // PyPy's function would not mind.
        if Host::<L>::ctx_Bytes_Check(ctx, h).0 == 0 {
            raise("PyExc_TypeError", "expected a bytes object");
            return LenOrErr(-1);
        }
        LenOrErr(PyBytes_Size(obj(h)))
    }
    fn ctx_Bytes_GET_SIZE(ctx, h: HPy) -> Len { Len(PyBytes_Size(obj(h))) }
    fn ctx_Bytes_AsString(ctx, h: HPy) -> Chars { Chars(PyBytes_AsString(obj(h))) }
    fn ctx_Bytes_AS_STRING(ctx, h: HPy) -> Chars { Chars(PyBytes_AsString(obj(h))) }
    fn ctx_Bytes_FromString(ctx, bytes: Utf8) -> HPy { handle(PyBytes_FromString(bytes.0)) }
    fn ctx_Bytes_FromStringAndSize(ctx, bytes: Chars, len: Len) -> HPy {
        if bytes.0.is_null() {
            // The C API would hand out memory that is not initialised, to be filled by the caller,
            // which cannot be done through a handle.
            raise("PyExc_ValueError", "NULL char * passed to HPyBytes_FromStringAndSize");
            return HPy::NULL;
        }
        handle(PyBytes_FromStringAndSize(bytes.0, len.0))
    }
}
