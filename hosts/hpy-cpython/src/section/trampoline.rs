//! From the interpreter's calling conventions to those of handles.
//!
//! The code follows from the table of signatures: the fields of the argument struct are the
//! arguments of the implementation, with references where that has handles, which is nothing to
//! do.
//! What is rare is kept out of line, so that the common conventions save no registers for it.
//! Written out are only the conventions whose two sides differ: a tuple of arguments against an
//! array, flag bits in a count, and functions without a context.

use crate::capi::*;
use crate::host::{handle, members, obj};
use crate::layout::Layout;
use core::ffi::c_void;
use hpy_abi::*;

members! {
    fn ctx_CallRealFunctionFromTrampoline(
        ctx, sig: Signature, func: HPyCFunction, args: *mut c_void
    ) {
        call::<L>(ctx, sig, func, args)
    }
}

/// Hands a value from one side to the other.
trait Pass<T> {
    fn pass(self) -> T;
}
impl<T> Pass<T> for T {
    #[inline(always)]
    fn pass(self) -> T {
        self
    }
}
impl Pass<HPy> for CpyRef {
    #[inline(always)]
    fn pass(self) -> HPy {
        handle(self)
    }
}
impl Pass<CpyRef> for HPy {
    #[inline(always)]
    fn pass(self) -> CpyRef {
        obj(self)
    }
}

/// Calls one convention's implementation with what its struct holds.
macro_rules! call_one {
    ($L:ident, $ctx:ident, $f:ident, $a:ident, VARARGS, $($rest:tt)*) => {
        $a.result = obj($f($ctx, handle($a.self_), Handles($a.args.cast()), $a.nargs as usize))
    };
    ($L:ident, $ctx:ident, $f:ident, $a:ident, KEYWORDS, $($rest:tt)*) => {
        call_one!(vectorcall $ctx, $f, $a)
    };
    ($L:ident, $ctx:ident, $f:ident, $a:ident, VECTORCALLFUNC, $($rest:tt)*) => {
        call_one!(vectorcall $ctx, $f, $a)
    };
    (vectorcall $ctx:ident, $f:ident, $a:ident) => {
        $a.result = obj($f(
            $ctx,
            handle($a.self_),
            Handles($a.args.cast()),
            $a.nargsf & !(1 << (usize::BITS - 1)),
            handle($a.kwnames),
        ))
    };
    // The two buffer structs have the same fields in the same order.
    ($L:ident, $ctx:ident, $f:ident, $a:ident, GETBUFFERPROC, $($rest:tt)*) => {{
        let view: *mut HPy_buffer = $a.view.cast();
        $a.result = $f($ctx, handle($a.self_), view, $a.flags);
        if $a.result.0 < 0 {
            (*view).obj = HPy::NULL;
        }
    }};
    ($L:ident, $ctx:ident, $f:ident, $a:ident, RELEASEBUFFERPROC, $($rest:tt)*) => {
        $f($ctx, handle($a.self_), $a.view.cast())
    };
    ($L:ident, $ctx:ident, $f:ident, $a:ident, INITPROC, $($rest:tt)*) => {
        $a.result = with_items::<$L, _>($a.args, Status::ERR, |items, n| {
            $f($ctx, handle($a.self_), items, n, handle($a.kw))
        })
    };
    ($L:ident, $ctx:ident, $f:ident, $a:ident, NEWFUNC, $($rest:tt)*) => {
        $a.result = obj(with_items::<$L, _>($a.args, HPy::NULL, |items, n| {
            $f($ctx, handle($a.self_), items, n, handle($a.kw))
        }))
    };
    ($L:ident, $ctx:ident, $f:ident, $a:ident, TRAVERSEPROC, $($rest:tt)*) => {
        $a.result = crate::types::traverse_with::<$L>($a.self_, $f, $a.visit, $a.arg)
    };
    // `args` is the capsule itself.
    ($L:ident, $ctx:ident, $f:ident, $a:ident, CAPSULE_DESTRUCTOR, $($rest:tt)*) => {
        destroy_capsule((&raw mut *$a).cast(), $f)
    };
    // Has no trampoline: the host calls it itself.
    ($L:ident, $ctx:ident, $f:ident, $a:ident, DESTROYFUNC, $($rest:tt)*) => {{
        let _: (func::DESTROYFUNC, &args::DESTROYFUNC) = ($f, $a);
        fatal("tp_destroy was called through a trampoline")
    }};
    ($L:ident, $ctx:ident, $f:ident, $a:ident, MOD_CREATE, $($rest:tt)*) => {
        $a.result = check_created::<$L>(obj($f($ctx, handle($a.spec))))
    };
    ($L:ident, $ctx:ident, $f:ident, $a:ident, $name:ident, (), $c:ident $(, $arg:ident)*) => {
        $f($ctx $(, $a.$arg.pass())*)
    };
    ($L:ident, $ctx:ident, $f:ident, $a:ident, $name:ident, $ret:ty, $c:ident $(, $arg:ident)*) => {
        $a.result = $f($ctx $(, $a.$arg.pass())*).pass()
    };
}

macro_rules! define_call {
    ($($number:literal $name:ident: fn($($arg:ident: $ty:ty),*) -> $ret:tt,
       args { $($field:ident: $field_ty:ty),* }, $doc:literal;)*) => {
        /// The dispatch by convention.
        ///
        /// # Safety
        /// The function has the type of the convention, and `args` points to its struct.
        #[inline(always)]
        unsafe fn call<L: Layout>(
            ctx: *mut HPyContext,
            sig: Signature,
            function: HPyCFunction,
            args: *mut c_void,
        ) {
            let Some(function) = function else {
                return fatal("a trampoline has no implementation to call");
            };
            // SAFETY: the caller's promise.
            unsafe {
                match sig {
                    $(Signature::$name => {
                        let f: func::$name = core::mem::transmute(function);
                        #[allow(unused_mut)]
                        let a = &mut *args.cast::<args::$name>();
                        call_one!(L, ctx, f, a, $name, $ret, $($arg),*);
                    })*
                    _ => fatal("a trampoline names a signature that does not exist"),
                }
            }
        }
    };
}
for_each_signature!(define_call);

/// Runs a function with the items of a tuple as an array.
///
/// # Safety
/// `tuple` is null or a tuple that lives through the call.
#[inline(always)]
unsafe fn with_items<L: Layout, T>(
    tuple: Obj,
    error: T,
    function: impl FnOnce(Handles, isize) -> T,
) -> T {
    // SAFETY: the items stay where they are as long as the tuple lives.
    unsafe {
        if tuple.is_null() {
            return function(Handles(core::ptr::null()), 0);
        }
        let items = L::tuple_items(tuple);
        if !items.is_null() {
            return function(Handles(items.cast_const().cast()), L::var_size(tuple));
        }
        copy_items(tuple)
            .map_or(error, |copy| function(Handles(copy.as_ptr().cast()), copy.len() as isize))
    }
}

/// The items of a tuple that cannot be reached in place, borrowed; `None` with an exception set.
///
/// # Safety
/// `tuple` is a tuple.
#[cold]
unsafe fn copy_items(tuple: Obj) -> Option<Vec<Obj>> {
    // SAFETY: the caller's promise.
    unsafe {
        let items = (0..PyTuple_Size(tuple)).map(|i| PyTuple_GetItem(tuple, i));
        items.map(|item| (!item.is_null()).then_some(item)).collect()
    }
}

/// Calls a capsule's destructor with the capsule's parts.
///
/// # Safety
/// `capsule` is a capsule, and `destroy` the destructor that it was made with.
#[inline(never)]
unsafe fn destroy_capsule(capsule: Obj, destroy: HPyFunc_Capsule_Destructor) {
    // SAFETY: the caller's promise.
    unsafe {
        let name = PyCapsule_GetName(capsule);
        destroy(name, PyCapsule_GetPointer(capsule, name), PyCapsule_GetContext(capsule))
    }
}

/// Refuses a module object of the built-in type from `mod_create`, to which the definition would
/// have to be attached.
///
/// # Safety
/// `module` is null or a reference.
#[inline(never)]
unsafe fn check_created<L: Layout>(module: Obj) -> Obj {
    // SAFETY: the caller's promise.
    unsafe {
        let a = api();
        if module.is_null() || PyType_IsSubtype(L::type_of(module), a.PyModule_Type) == 0 {
            return module;
        }
        L::decref(module);
        raise(
            "PyExc_SystemError",
            "HPy_mod_create slot returned a builtin module object. \
             This is currently not supported.",
        );
        core::ptr::null_mut()
    }
}

/// Ends the process: the extension was built wrongly.
#[cold]
fn fatal(message: &str) {
    eprintln!("fatal: {message}");
    std::process::abort()
}
