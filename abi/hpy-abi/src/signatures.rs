//! The calling conventions, written once: how Python calls into an extension.
//!
//! A row is `number NAME: fn(arguments) -> result, args { fields }, "what for";`.
//! The function is the implementation, which works on handles.
//! On an interpreter with a C API the interpreter calls a *trampoline* instead; it puts what it was
//! given into the struct of the braces and hands it to `ctx_CallRealFunctionFromTrampoline`, which
//! makes handles of it, calls the implementation and stores the result in the last field.

use crate::{HPyContext, types::*};
use core::ffi::{c_char, c_int, c_void};

/// Calls `$callback!` with one row per calling convention; see the module's documentation.
#[macro_export]
macro_rules! for_each_signature {
    ($callback:path) => {
        $callback! {
            1 VARARGS: fn(ctx: *mut HPyContext, self_: HPy, args: Handles, nargs: usize) -> HPy,
                args { self_: CpyRef, args: *const CpyRef, nargs: isize, result: CpyRef },
                "A method with positional arguments.";
            2 KEYWORDS: fn(ctx: *mut HPyContext, self_: HPy, args: Handles, nargs: usize, kwnames: HPy) -> HPy,
                args { self_: CpyRef, args: *const CpyRef, nargsf: usize, kwnames: CpyRef, result: CpyRef },
                "A method with positional and keyword arguments, the values of the latter behind the former; `nargsf` may carry the flag bit of the vectorcall protocol.";
            3 NOARGS: fn(ctx: *mut HPyContext, self_: HPy) -> HPy,
                args { self_: CpyRef, result: CpyRef },
                "A method without arguments.";
            4 O: fn(ctx: *mut HPyContext, self_: HPy, arg: HPy) -> HPy,
                args { self_: CpyRef, arg: CpyRef, result: CpyRef },
                "A method with one positional argument.";
            5 DESTROYFUNC: fn(data: *mut c_void) -> (),
                args {},
                "Releases what a native struct owns; has no context and no trampoline.";
            6 GETBUFFERPROC: fn(ctx: *mut HPyContext, self_: HPy, view: *mut HPy_buffer, flags: c_int) -> Status,
                args { self_: CpyRef, view: *mut cpy_Py_buffer, flags: c_int, result: Status },
                "Exports memory.";
            7 RELEASEBUFFERPROC: fn(ctx: *mut HPyContext, self_: HPy, view: *mut HPy_buffer) -> (),
                args { self_: CpyRef, view: *mut cpy_Py_buffer },
                "Ends an export.";
            8 UNARYFUNC: fn(ctx: *mut HPyContext, arg0: HPy) -> HPy,
                args { arg0: CpyRef, result: CpyRef },
                "An operator with one operand.";
            9 BINARYFUNC: fn(ctx: *mut HPyContext, arg0: HPy, arg1: HPy) -> HPy,
                args { arg0: CpyRef, arg1: CpyRef, result: CpyRef },
                "An operator with two operands.";
            10 TERNARYFUNC: fn(ctx: *mut HPyContext, arg0: HPy, arg1: HPy, arg2: HPy) -> HPy,
                args { arg0: CpyRef, arg1: CpyRef, arg2: CpyRef, result: CpyRef },
                "An operator with three operands.";
            11 INQUIRY: fn(ctx: *mut HPyContext, arg0: HPy) -> FlagOrErr,
                args { arg0: CpyRef, result: FlagOrErr },
                "A question about one object, or `mod_exec`, whose success is 0.";
            12 LENFUNC: fn(ctx: *mut HPyContext, arg0: HPy) -> LenOrErr,
                args { arg0: CpyRef, result: LenOrErr },
                "A length.";
            13 SSIZEARGFUNC: fn(ctx: *mut HPyContext, arg0: HPy, arg1: Len) -> HPy,
                args { arg0: CpyRef, arg1: Len, result: CpyRef },
                "An operator with an object and a number.";
            14 SSIZESSIZEARGFUNC: fn(ctx: *mut HPyContext, arg0: HPy, arg1: Len, arg2: Len) -> HPy,
                args { arg0: CpyRef, arg1: Len, arg2: Len, result: CpyRef },
                "An operator with an object and two numbers.";
            15 SSIZEOBJARGPROC: fn(ctx: *mut HPyContext, arg0: HPy, arg1: Len, arg2: HPy) -> Status,
                args { arg0: CpyRef, arg1: Len, arg2: CpyRef, result: Status },
                "Assignment by position; a null value deletes.";
            16 SSIZESSIZEOBJARGPROC: fn(ctx: *mut HPyContext, arg0: HPy, arg1: Len, arg2: Len, arg3: HPy) -> Status,
                args { arg0: CpyRef, arg1: Len, arg2: Len, arg3: CpyRef, result: Status },
                "Assignment to a range.";
            17 OBJOBJARGPROC: fn(ctx: *mut HPyContext, arg0: HPy, arg1: HPy, arg2: HPy) -> Status,
                args { arg0: CpyRef, arg1: CpyRef, arg2: CpyRef, result: Status },
                "Assignment by key; a null value deletes.";
            18 FREEFUNC: fn(ctx: *mut HPyContext, arg0: *mut c_void) -> (),
                args { arg0: *mut c_void },
                "Releases memory.";
            19 GETATTRFUNC: fn(ctx: *mut HPyContext, arg0: HPy, arg1: *mut c_char) -> HPy,
                args { arg0: CpyRef, arg1: *mut c_char, result: CpyRef },
                "Attribute by C name.";
            20 GETATTROFUNC: fn(ctx: *mut HPyContext, arg0: HPy, arg1: HPy) -> HPy,
                args { arg0: CpyRef, arg1: CpyRef, result: CpyRef },
                "Attribute by name.";
            21 SETATTRFUNC: fn(ctx: *mut HPyContext, arg0: HPy, arg1: *mut c_char, arg2: HPy) -> Status,
                args { arg0: CpyRef, arg1: *mut c_char, arg2: CpyRef, result: Status },
                "Attribute assignment by C name.";
            22 SETATTROFUNC: fn(ctx: *mut HPyContext, arg0: HPy, arg1: HPy, arg2: HPy) -> Status,
                args { arg0: CpyRef, arg1: CpyRef, arg2: CpyRef, result: Status },
                "Attribute assignment by name.";
            23 REPRFUNC: fn(ctx: *mut HPyContext, arg0: HPy) -> HPy,
                args { arg0: CpyRef, result: CpyRef },
                "A text for an object.";
            24 HASHFUNC: fn(ctx: *mut HPyContext, arg0: HPy) -> Hash,
                args { arg0: CpyRef, result: Hash },
                "A hash.";
            25 RICHCMPFUNC: fn(ctx: *mut HPyContext, arg0: HPy, arg1: HPy, arg2: CmpOp) -> HPy,
                args { arg0: CpyRef, arg1: CpyRef, arg2: CmpOp, result: CpyRef },
                "A comparison.";
            26 GETITERFUNC: fn(ctx: *mut HPyContext, arg0: HPy) -> HPy,
                args { arg0: CpyRef, result: CpyRef },
                "An iterator over an object.";
            27 ITERNEXTFUNC: fn(ctx: *mut HPyContext, arg0: HPy) -> HPy,
                args { arg0: CpyRef, result: CpyRef },
                "The next item; null without an exception at the end.";
            28 DESCRGETFUNC: fn(ctx: *mut HPyContext, arg0: HPy, arg1: HPy, arg2: HPy) -> HPy,
                args { arg0: CpyRef, arg1: CpyRef, arg2: CpyRef, result: CpyRef },
                "`__get__(self, instance, owner)`; the last two may be null.";
            29 DESCRSETFUNC: fn(ctx: *mut HPyContext, arg0: HPy, arg1: HPy, arg2: HPy) -> Status,
                args { arg0: CpyRef, arg1: CpyRef, arg2: CpyRef, result: Status },
                "`__set__(self, instance, value)`; a null value deletes.";
            30 INITPROC: fn(ctx: *mut HPyContext, self_: HPy, args: Handles, nargs: isize, kw: HPy) -> Status,
                args { self_: CpyRef, args: CpyRef, kw: CpyRef, result: Status },
                "`__init__`; keyword arguments come as a dict or null.";
            31 NEWFUNC: fn(ctx: *mut HPyContext, type_: HPy, args: Handles, nargs: isize, kw: HPy) -> HPy,
                args { self_: CpyRef, args: CpyRef, kw: CpyRef, result: CpyRef },
                "`__new__`; keyword arguments come as a dict or null.";
            32 GETTER: fn(ctx: *mut HPyContext, arg0: HPy, arg1: *mut c_void) -> HPy,
                args { arg0: CpyRef, arg1: *mut c_void, result: CpyRef },
                "Reads a property.";
            33 SETTER: fn(ctx: *mut HPyContext, arg0: HPy, arg1: HPy, arg2: *mut c_void) -> Status,
                args { arg0: CpyRef, arg1: CpyRef, arg2: *mut c_void, result: Status },
                "Writes a property; a null value deletes.";
            34 OBJOBJPROC: fn(ctx: *mut HPyContext, arg0: HPy, arg1: HPy) -> FlagOrErr,
                args { arg0: CpyRef, arg1: CpyRef, result: FlagOrErr },
                "A question about two objects.";
            35 TRAVERSEPROC: fn(data: *mut c_void, visit: HPyFunc_visitproc, arg: *mut c_void) -> c_int,
                args { self_: CpyRef, visit: *mut c_void, arg: *mut c_void, result: c_int },
                "Visits the fields of a native struct; has no context.";
            36 DESTRUCTOR: fn(ctx: *mut HPyContext, arg0: HPy) -> (),
                args { arg0: CpyRef },
                "`__del__`.";
            37 CAPSULE_DESTRUCTOR: fn(name: *const c_char, pointer: *mut c_void, context: *mut c_void) -> (),
                args {},
                "Releases what a capsule points to; `args` is the capsule itself.";
            38 VECTORCALLFUNC: fn(ctx: *mut HPyContext, self_: HPy, args: Handles, nargs: usize, kwnames: HPy) -> HPy,
                args { self_: CpyRef, args: *const CpyRef, nargsf: usize, kwnames: CpyRef, result: CpyRef },
                "Reserved; the call protocol uses KEYWORDS.";
            39 MOD_CREATE: fn(ctx: *mut HPyContext, spec: HPy) -> HPy,
                args { spec: CpyRef, result: CpyRef },
                "Makes a module object from its spec.";
        }
    };
}

/// A reference of the C API, as a trampoline receives it.
pub type CpyRef = *mut cpy_PyObject;

/// The C API's buffer struct. Never looked into on this side of the line.
#[repr(C)]
pub struct cpy_Py_buffer {
    _opaque: [u8; 0],
}

macro_rules! define_signatures {
    ($($number:literal $name:ident: fn($($arg:ident: $ty:ty),*) -> $ret:ty,
       args { $($field:ident: $field_ty:ty),* }, $doc:literal;)*) => {
        impl Signature {
            $(#[doc = $doc] pub const $name: Signature = Signature($number);)*
            /// Every calling convention, by name.
            pub const ALL: &'static [(&'static str, Signature)] =
                &[$((stringify!($name), Signature($number)),)*];
        }

        /// The type of an implementation, by calling convention, with C's names.
        #[allow(clippy::upper_case_acronyms)]
        pub mod func {
            use super::*;
            $(#[doc = $doc] pub type $name = unsafe extern "C" fn($($ty),*) -> $ret;)*
        }

        /// What a trampoline hands to `ctx_CallRealFunctionFromTrampoline`, by calling convention.
        #[allow(clippy::upper_case_acronyms)]
        pub mod args {
            use super::*;
            $(
                #[doc = $doc]
                #[repr(C)]
                #[allow(missing_docs)]
                pub struct $name { $(pub $field: $field_ty),* }
            )*
        }

        const _: () = {
            let mut next = 1;
            $(assert!($number == next, "signatures must be in order"); next += 1;)*
            assert!(next == 40);
        };
    };
}
for_each_signature!(define_signatures);
