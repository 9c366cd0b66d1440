//! The functions of an extension as an interpreter with a C API calls them, without a context.
//!
//! For each calling convention there is a trait, which the generated code implements with the real
//! function, and a trampoline of the same name, generic over the implementor.
//! Where a handle is the interpreter's own reference the trampoline hands on what it was given, so
//! that the whole call can be inlined into it; otherwise the host translates
//! (`ctx_CallRealFunctionFromTrampoline`).
#![allow(non_camel_case_types, non_snake_case, clippy::upper_case_acronyms)]

use crate::raw::{attach, calls};
use core::ffi::{c_int, c_void};
use hpy_abi::{
    CmpOp, CpyRef, FlagOrErr, HPy, HPy_buffer, HPyCFunction, HPyContext, HPyFunc_visitproc,
    Handles, Hash, Len, LenOrErr, Signature, Status, args, cpy_Py_buffer, func,
};

/// Lets the host translate: fills the struct, calls, gives the result.
macro_rules! through_host {
    ($name:ident, $imp:expr, $($field:ident: $value:expr),* => $empty:expr) => {{
        let mut call = args::$name { $($field: $value,)* result: $empty };
        let imp: func::$name = $imp;
        // SAFETY: the struct and the function are those of this calling convention; any function
        // pointer can stand for another as long as it is called by its own type.
        unsafe {
            let imp: HPyCFunction = core::mem::transmute::<func::$name, HPyCFunction>(imp);
            calls::ctx_CallRealFunctionFromTrampoline(
                attach::context(),
                Signature::$name,
                imp,
                (&raw mut call).cast(),
            );
        }
        call.result
    }};
}

/// The long way in a function of its own: what it needs of the stack, the short way, which is often
/// no more than a jump, must not pay for.
macro_rules! out_of_line {
    (fn $name:ident<$T:ident: $bound:ident>($($arg:ident: $ty:ty),*) -> $ret:ty $body:block) => {
        #[cold]
        #[inline(never)]
        extern "C" fn $name<$T: $bound>($($arg: $ty),*) -> $ret $body
    };
}

/// Values that are the same on both sides, and handles that may be references.
trait Plain<T> {
    fn plain(self) -> T;
}
impl Plain<HPy> for CpyRef {
    #[inline(always)]
    fn plain(self) -> HPy {
        HPy(self as isize)
    }
}
impl Plain<CpyRef> for HPy {
    #[inline(always)]
    fn plain(self) -> CpyRef {
        self.0 as CpyRef
    }
}
macro_rules! same {
    ($($ty:ty)*) => {$(
        impl Plain<$ty> for $ty {
            #[inline(always)]
            fn plain(self) -> $ty {
                self
            }
        }
    )*};
}
same!(Len CmpOp Status FlagOrErr LenOrErr Hash *mut c_void);

/// Calling conventions whose arguments are handles and numbers, one by one.
macro_rules! regular {
    ($($name:ident($($arg:ident: $c:ty => $h:ty),*) -> $c_ret:ty => $h_ret:ty, or $empty:expr;)*) => {$(
        /// The real function.
        pub trait $name {
            /// Works on handles.
            ///
            /// # Safety
            /// The arguments are those of a call from Python.
            unsafe extern "C" fn imp(ctx: *mut HPyContext, $($arg: $h),*) -> $h_ret;
        }

        /// The same as an interpreter with a C API calls it.
        ///
        /// # Safety
        /// The arguments are those of a call from such an interpreter.
        pub unsafe extern "C" fn $name<T: $name>($($arg: $c),*) -> $c_ret {
            out_of_line! {
                fn translated<T: $name>($($arg: $c),*) -> $c_ret {
                    through_host!($name, T::imp, $($arg: $arg),* => $empty)
                }
            }
            if !attach::plain_handles() {
                return translated::<T>($($arg),*);
            }
            // SAFETY: the caller's promise; the references are handles.
            unsafe { T::imp(attach::context(), $($arg.plain()),*) }.plain()
        }
    )*};
}

const NULL: CpyRef = core::ptr::null_mut();

regular! {
    UNARYFUNC(arg0: CpyRef => HPy) -> CpyRef => HPy, or NULL;
    BINARYFUNC(arg0: CpyRef => HPy, arg1: CpyRef => HPy) -> CpyRef => HPy, or NULL;
    TERNARYFUNC(arg0: CpyRef => HPy, arg1: CpyRef => HPy, arg2: CpyRef => HPy) -> CpyRef => HPy, or NULL;
    INQUIRY(arg0: CpyRef => HPy) -> FlagOrErr => FlagOrErr, or FlagOrErr::ERR;
    LENFUNC(arg0: CpyRef => HPy) -> LenOrErr => LenOrErr, or LenOrErr(-1);
    SSIZEARGFUNC(arg0: CpyRef => HPy, arg1: Len => Len) -> CpyRef => HPy, or NULL;
    SSIZEOBJARGPROC(arg0: CpyRef => HPy, arg1: Len => Len, arg2: CpyRef => HPy) -> Status => Status, or Status::ERR;
    OBJOBJARGPROC(arg0: CpyRef => HPy, arg1: CpyRef => HPy, arg2: CpyRef => HPy) -> Status => Status, or Status::ERR;
    OBJOBJPROC(arg0: CpyRef => HPy, arg1: CpyRef => HPy) -> FlagOrErr => FlagOrErr, or FlagOrErr::ERR;
    REPRFUNC(arg0: CpyRef => HPy) -> CpyRef => HPy, or NULL;
    HASHFUNC(arg0: CpyRef => HPy) -> Hash => Hash, or Hash(-1);
    RICHCMPFUNC(arg0: CpyRef => HPy, arg1: CpyRef => HPy, arg2: CmpOp => CmpOp) -> CpyRef => HPy, or NULL;
    GETITERFUNC(arg0: CpyRef => HPy) -> CpyRef => HPy, or NULL;
    ITERNEXTFUNC(arg0: CpyRef => HPy) -> CpyRef => HPy, or NULL;
    DESCRGETFUNC(arg0: CpyRef => HPy, arg1: CpyRef => HPy, arg2: CpyRef => HPy) -> CpyRef => HPy, or NULL;
    GETTER(arg0: CpyRef => HPy, arg1: *mut c_void => *mut c_void) -> CpyRef => HPy, or NULL;
    SETTER(arg0: CpyRef => HPy, arg1: CpyRef => HPy, arg2: *mut c_void => *mut c_void) -> Status => Status, or Status::ERR;
}

/// The slot of `a **= b`, as CPython calls it. There is no modulus: CPython 3.9 and PyPy call the
/// slot with two arguments when somebody calls `__ipow__`, and then nothing stands in the third.
///
/// # Safety
/// The arguments are those of a call from an interpreter with a C API.
pub unsafe extern "C" fn INPLACE_POWER<T: TERNARYFUNC>(
    arg0: CpyRef,
    arg1: CpyRef,
    _unused: CpyRef,
) -> CpyRef {
    // SAFETY: the caller's promise; the implementation expects no modulus.
    unsafe { TERNARYFUNC::<T>(arg0, arg1, NULL) }
}

/// The bit of the vectorcall protocol that is no part of the number of arguments.
const OFFSET_BIT: usize = 1 << (usize::BITS - 1);

/// Traits and trampolines of the conventions that do not fit the pattern.
macro_rules! traits {
    ($($name:ident($($arg:ident: $h:ty),*) -> $ret:ty;)*) => {$(
        /// The real function.
        pub trait $name {
            /// Works on handles.
            ///
            /// # Safety
            /// The arguments are those of a call from Python.
            unsafe extern "C" fn imp(ctx: *mut HPyContext, $($arg: $h),*) -> $ret;
        }
    )*};
}
traits! {
    NOARGS(self_: HPy) -> HPy;
    O(self_: HPy, arg: HPy) -> HPy;
    VARARGS(self_: HPy, args: Handles, nargs: usize) -> HPy;
    KEYWORDS(self_: HPy, args: Handles, nargs: usize, kwnames: HPy) -> HPy;
    NEWFUNC(type_: HPy, args: Handles, nargs: isize, kw: HPy) -> HPy;
    GETBUFFERPROC(self_: HPy, view: *mut HPy_buffer, flags: c_int) -> Status;
    RELEASEBUFFERPROC(self_: HPy, view: *mut HPy_buffer) -> ();
}

/// A method without arguments, as CPython calls it.
///
/// # Safety
/// The arguments are those of a call from an interpreter with a C API.
pub unsafe extern "C" fn NOARGS<T: NOARGS>(self_: CpyRef, _unused: CpyRef) -> CpyRef {
    out_of_line! {
        fn translated<T: NOARGS>(self_: CpyRef) -> CpyRef {
            through_host!(NOARGS, T::imp, self_: self_ => NULL)
        }
    }
    if !attach::plain_handles() {
        return translated::<T>(self_);
    }
    // SAFETY: the caller's promise; the references are handles.
    unsafe { T::imp(attach::context(), self_.plain()) }.plain()
}

/// A method with one argument, as CPython calls it.
///
/// # Safety
/// The arguments are those of a call from an interpreter with a C API.
pub unsafe extern "C" fn O<T: O>(self_: CpyRef, arg: CpyRef) -> CpyRef {
    out_of_line! {
        fn translated<T: O>(self_: CpyRef, arg: CpyRef) -> CpyRef {
            through_host!(O, T::imp, self_: self_, arg: arg => NULL)
        }
    }
    if !attach::plain_handles() {
        return translated::<T>(self_, arg);
    }
    // SAFETY: the caller's promise; the references are handles.
    unsafe { T::imp(attach::context(), self_.plain(), arg.plain()) }.plain()
}

/// A method with positional arguments, as CPython calls it.
///
/// # Safety
/// The arguments are those of a call from an interpreter with a C API.
pub unsafe extern "C" fn VARARGS<T: VARARGS>(
    self_: CpyRef,
    args: *const CpyRef,
    nargs: isize,
) -> CpyRef {
    out_of_line! {
        fn translated<T: VARARGS>(self_: CpyRef, args: *const CpyRef, nargs: isize) -> CpyRef {
            through_host!(VARARGS, T::imp, self_: self_, args: args, nargs: nargs => NULL)
        }
    }
    if !attach::plain_handles() {
        return translated::<T>(self_, args, nargs);
    }
    let (handles, nargs) = (Handles(args.cast()), nargs as usize);
    // SAFETY: the caller's promise; the references are handles.
    unsafe { T::imp(attach::context(), self_.plain(), handles, nargs) }.plain()
}

/// A method with positional and keyword arguments, as CPython calls it.
///
/// # Safety
/// The arguments are those of a call from an interpreter with a C API.
pub unsafe extern "C" fn KEYWORDS<T: KEYWORDS>(
    self_: CpyRef,
    args: *const CpyRef,
    nargsf: usize,
    kwnames: CpyRef,
) -> CpyRef {
    out_of_line! {
        fn translated<T: KEYWORDS>(self_: CpyRef, args: *const CpyRef, nargsf: usize, kwnames: CpyRef) -> CpyRef {
            through_host!(KEYWORDS, T::imp, self_: self_, args: args, nargsf: nargsf, kwnames: kwnames => NULL)
        }
    }
    if !attach::plain_handles() {
        return translated::<T>(self_, args, nargsf, kwnames);
    }
    let (handles, nargs) = (Handles(args.cast()), nargsf & !OFFSET_BIT);
    let ctx = attach::context();
    // SAFETY: the caller's promise; the references are handles.
    unsafe { T::imp(ctx, self_.plain(), handles, nargs, kwnames.plain()) }.plain()
}

/// A constructor, as CPython calls it. The arguments are in a tuple, whose inside not every host
/// shows.
///
/// # Safety
/// The arguments are those of a call from an interpreter with a C API.
pub unsafe extern "C" fn NEWFUNC<T: NEWFUNC>(type_: CpyRef, args: CpyRef, kw: CpyRef) -> CpyRef {
    out_of_line! {
        fn translated<T: NEWFUNC>(type_: CpyRef, args: CpyRef, kw: CpyRef) -> CpyRef {
            through_host!(NEWFUNC, T::imp, self_: type_, args: args, kw: kw => NULL)
        }
    }
    // SAFETY: the interpreter passes a tuple, which it keeps for the call; only a host with plain
    // handles shows the inside of one.
    let Some(items) = (unsafe { attach::tuple_items(args.plain()) }) else {
        return translated::<T>(type_, args, kw);
    };
    let (handles, nargs) = (Handles(items.as_ptr()), items.len() as isize);
    // SAFETY: the caller's promise; the references are handles.
    unsafe { T::imp(attach::context(), type_.plain(), handles, nargs, kw.plain()) }.plain()
}

/// A buffer export, as CPython calls it.
///
/// # Safety
/// The arguments are those of a call from an interpreter with a C API.
pub unsafe extern "C" fn GETBUFFERPROC<T: GETBUFFERPROC>(
    self_: CpyRef,
    view: *mut cpy_Py_buffer,
    flags: c_int,
) -> Status {
    through_host!(GETBUFFERPROC, T::imp, self_: self_, view: view, flags: flags => Status::ERR)
}

/// The end of a buffer export, as CPython calls it.
///
/// # Safety
/// The arguments are those of a call from an interpreter with a C API.
pub unsafe extern "C" fn RELEASEBUFFERPROC<T: RELEASEBUFFERPROC>(
    self_: CpyRef,
    view: *mut cpy_Py_buffer,
) {
    let mut call = args::RELEASEBUFFERPROC { self_, view };
    let imp: func::RELEASEBUFFERPROC = T::imp;
    // SAFETY: the struct and the function are those of this calling convention.
    unsafe {
        let imp: HPyCFunction = core::mem::transmute(imp);
        let (ctx, signature) = (attach::context(), Signature::RELEASEBUFFERPROC);
        calls::ctx_CallRealFunctionFromTrampoline(ctx, signature, imp, (&raw mut call).cast());
    }
}

/// The real function of a traversal, which has no context.
pub trait TRAVERSEPROC {
    /// Visits the fields of a native struct.
    ///
    /// # Safety
    /// The arguments are those of a call from a host.
    unsafe extern "C" fn imp(
        data: *mut c_void,
        visit: HPyFunc_visitproc,
        arg: *mut c_void,
    ) -> c_int;
}

/// The traversal of an instance, as CPython calls it.
///
/// # Safety
/// The arguments are those of a call from an interpreter with a C API.
pub unsafe extern "C" fn TRAVERSEPROC<T: TRAVERSEPROC>(
    self_: CpyRef,
    visit: *mut c_void,
    arg: *mut c_void,
) -> c_int {
    through_host!(TRAVERSEPROC, T::imp, self_: self_, visit: visit, arg: arg => 0)
}
