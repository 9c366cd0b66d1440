//! `str`.

use crate::capi::*;
use crate::host::{handle, members, obj};
use crate::layout::flag;
use hpy_abi::*;

members! {
    fn ctx_Unicode_FromString(ctx, utf8: Utf8) -> HPy { handle(PyUnicode_FromString(utf8.0)) }
    fn ctx_Unicode_Check(ctx, h: HPy) -> Flag {
        Flag::new(L::is_subclass(L::type_of(obj(h)), flag::UNICODE, api().PyUnicode_Type))
    }
    fn ctx_Unicode_AsASCIIString(ctx, h: HPy) -> HPy { handle(PyUnicode_AsASCIIString(obj(h))) }
    fn ctx_Unicode_AsLatin1String(ctx, h: HPy) -> HPy { handle(PyUnicode_AsLatin1String(obj(h))) }
    fn ctx_Unicode_AsUTF8String(ctx, h: HPy) -> HPy { handle(PyUnicode_AsUTF8String(obj(h))) }
    fn ctx_Unicode_AsUTF8AndSize(ctx, h: HPy, size: *mut Len) -> Utf8 {
        Utf8(PyUnicode_AsUTF8AndSize(obj(h), size.cast()))
    }
    fn ctx_Unicode_FromWideChar(ctx, w: WideChars, size: Len) -> HPy {
        handle(PyUnicode_FromWideChar(w.0, size.0))
    }
    fn ctx_Unicode_DecodeFSDefault(ctx, v: Utf8) -> HPy { handle(PyUnicode_DecodeFSDefault(v.0)) }
    fn ctx_Unicode_DecodeFSDefaultAndSize(ctx, v: Chars, size: Len) -> HPy {
        handle(PyUnicode_DecodeFSDefaultAndSize(v.0, size.0))
    }
    fn ctx_Unicode_EncodeFSDefault(ctx, h: HPy) -> HPy { handle(PyUnicode_EncodeFSDefault(obj(h))) }
    fn ctx_Unicode_ReadChar(ctx, h: HPy, index: Len) -> Ucs4 {
        Ucs4(PyUnicode_ReadChar(obj(h), index.0))
    }
    fn ctx_Unicode_DecodeASCII(ctx, ascii: Chars, size: Len, errors: Utf8) -> HPy {
        handle(PyUnicode_DecodeASCII(ascii.0, size.0, errors.0))
    }
    fn ctx_Unicode_DecodeLatin1(ctx, latin1: Chars, size: Len, errors: Utf8) -> HPy {
        handle(PyUnicode_DecodeLatin1(latin1.0, size.0, errors.0))
    }
    fn ctx_Unicode_FromEncodedObject(ctx, object: HPy, encoding: Utf8, errors: Utf8) -> HPy {
        handle(PyUnicode_FromEncodedObject(obj(object), encoding.0, errors.0))
    }
    fn ctx_Unicode_Substring(ctx, string: HPy, start: Len, end: Len) -> HPy {
        handle(PyUnicode_Substring(obj(string), start.0, end.0))
    }
}

/// See [`hpy_abi::ext::Extensions::intern`].
///
/// # Safety
/// The contract of the ABI.
pub(crate) unsafe extern "C" fn intern(_ctx: *mut HPyContext, utf8: Utf8) -> HPy {
    // SAFETY: the caller's promise.
    unsafe { handle(PyUnicode_InternFromString(utf8.0)) }
}
