//! How an extension's function is called with another context than the host's.
//!
//! A trampoline hands the arguments of the C API to `ctx_CallRealFunctionFromTrampoline`, and the
//! host makes handles of them and calls the function. A mode asks the host to call a function of
//! its own instead, an *adapter* of the same signature, which is given the host's handles and
//! calls the extension's function with its own. So a mode needs to know nothing of the C API: not
//! how a tuple of arguments is taken apart, nor what a buffer looks like.
//!
//! Which function the adapter stands for is noted for the thread, because the host has no room to
//! say it; it is read before anything else happens.

use hpy_abi::*;
use std::cell::Cell;
use std::ffi::c_void;
use std::ptr::null;

/// What an adapter is to call, and for whom.
#[derive(Clone, Copy)]
pub(crate) struct Pending {
    pub function: HPyCFunction,
    pub mode: *const c_void,
}

thread_local! {
    static PENDING: Cell<Pending> = const { Cell::new(Pending { function: None, mode: null() }) };
}

/// The call that this adapter was entered for.
pub(crate) fn pending() -> Pending {
    PENDING.get()
}

/// Has the host call an adapter in place of a function; without an adapter, the function.
///
/// # Safety
/// As for `ctx_CallRealFunctionFromTrampoline`; the adapter has the type that `sig` says, and
/// takes `mode` for what it is.
pub(crate) unsafe fn call(
    inner: *mut HPyContext,
    mode: *const c_void,
    (sig, function, args): (Signature, HPyCFunction, *mut c_void),
    adapter: HPyCFunction,
) {
    let target = match adapter {
        None => function,
        adapter => {
            PENDING.set(Pending { function, mode });
            adapter
        }
    };
    // SAFETY: the caller's promise.
    unsafe { ((*inner).ctx_CallRealFunctionFromTrampoline)(inner, sig, target, args) }
}

/// `adapter_of(signature)`: the adapter of a type that derives them, `None` for the signatures
/// whose functions get no context.
macro_rules! define_adapter_of {
    ($($number:literal $name:ident: fn($($arg:ident: $ty:ty),*) -> $ret:ty,
       args { $($field:ident: $field_ty:ty),* }, $doc:literal;)*) => {
        /// The function that the host calls in place of one of the extension's.
        pub(super) fn adapter_of(signature: Signature) -> HPyCFunction {
            match signature {
                $(Signature::$name => adapter!($name $($arg)*),)*
                _ => None,
            }
        }
    };
}
pub(crate) use define_adapter_of;

/// One arm of the above.
macro_rules! adapter {
    ($name:ident ctx $($arg:ident)*) => {{
        let adapter: func::$name = Adapters::$name;
        // SAFETY: all function pointers have one layout; the signature beside it undoes this.
        Some(unsafe { std::mem::transmute::<func::$name, unsafe extern "C" fn()>(adapter) })
    }};
    ($name:ident $($arg:ident)*) => {
        None
    };
}
pub(crate) use adapter;
