//! The members of a trace context and the adapters of the extension's functions, derived.

use super::Tracer;
use crate::trampoline::{adapter, define_adapter_of, pending};
use hpy_abi::*;
use std::ffi::{c_char, c_int, c_void};
use std::mem::transmute;

/// The functions of a trace context.
struct Members;

/// The tracer of a context.
///
/// # Safety
/// `context` is one of a tracer's.
#[inline(always)]
pub(super) unsafe fn tracer_of(context: *mut HPyContext) -> &'static Tracer {
    // SAFETY: the caller's promise.
    unsafe { &*(*context)._private.cast::<Tracer>() }
}

macro_rules! derived_member {
    (handle $index:literal $name:ident $doc:literal) => {};
    (fn $index:literal $name:ident $doc:literal ($($arg:ident: $ty:ty),*) -> $ret:ty) => {
        #[doc = $doc]
        ///
        /// # Safety
        /// The contract of the ABI.
        unsafe extern "C" fn $name(ctx: *mut HPyContext $(, $arg: $ty)*) -> $ret {
            // SAFETY: the caller's promise; everything is handed on as it is.
            unsafe {
                let tracer = tracer_of(ctx);
                let timer = tracer.enter_member($index);
                let result = ((*tracer.inner).$name)(tracer.inner $(, $arg)*);
                tracer.leave_member($index, &timer);
                result
            }
        }
    };
}

macro_rules! fill_member {
    ($to:ident, $inner:ident, handle $name:ident) => {
        (&raw mut (*$to).$name).write((*$inner).$name);
    };
    ($to:ident, $inner:ident, fn $name:ident) => {
        (&raw mut (*$to).$name).write(Members::$name);
    };
}

macro_rules! derive_members {
    ($($index:literal $name:ident: $kind:ident $(($($arg:ident: $ty:ty),*) -> $ret:ty)?,
       since $minor:literal, $doc:literal;)*) => {
        /// Each member, counted and timed.
        #[allow(dead_code, reason = "`Members` has some of its own")]
        trait DerivedMembers {
            $(derived_member!($kind $index $name $doc $(($($arg: $ty),*) -> $ret)?);)*
        }

        impl Tracer {
            /// Fills the context.
            ///
            /// # Safety
            /// The wrapped context is of this thread, and nobody has the context yet.
            pub(super) unsafe fn fill(&self) {
                let (to, inner) = (self.context(), self.inner);
                // SAFETY: each write stays inside the context of ours; the rest is the caller's
                // promise.
                unsafe {
                    let name = match ext::extensions(inner) {
                        Some(_) => crate::extensions::TRACE_NAME,
                        None => c"HPy Trace Mode ABI",
                    };
                    (&raw mut (*to).name).write(name.as_ptr());
                    let this: *const Tracer = self;
                    (&raw mut (*to)._private).write(this.cast::<c_void>().cast_mut());
                    (&raw mut (*to).abi_version).write((*inner).abi_version);
                    $(fill_member!(to, inner, $kind $name);)*
                }
            }
        }
    };
}
for_each_member!(derive_members);
impl DerivedMembers for Members {}

impl Members {
    /// Has the host call our function in place of the extension's. It is no call of the
    /// extension's own, and not counted as one.
    ///
    /// # Safety
    /// The contract of the ABI.
    unsafe extern "C" fn ctx_CallRealFunctionFromTrampoline(
        ctx: *mut HPyContext,
        sig: Signature,
        func: HPyCFunction,
        args: *mut c_void,
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            let tracer = tracer_of(ctx);
            let mode: *const Tracer = tracer;
            let adapter = adapter_of(sig);
            crate::trampoline::call(tracer.inner, mode.cast(), (sig, func, args), adapter);
        }
    }

    /// Learns what the functions of the type are called.
    ///
    /// # Safety
    /// The contract of the ABI.
    unsafe extern "C" fn ctx_Type_FromSpec(
        ctx: *mut HPyContext,
        spec: *mut HPyType_Spec,
        params: *mut HPyType_SpecParam,
    ) -> HPy {
        // SAFETY: the caller's promise.
        unsafe {
            tracer_of(ctx).name_type(spec);
            <Members as DerivedMembers>::ctx_Type_FromSpec(ctx, spec, params)
        }
    }
}

macro_rules! derived_adapter {
    ($name:ident $doc:literal $ret:ty, ctx: $ctx:ty $(, $arg:ident: $ty:ty)*) => {
        #[doc = $doc]
        ///
        /// # Safety
        /// In place of a function of that type, through `trampoline::call`.
        unsafe extern "C" fn $name(_: $ctx $(, $arg: $ty)*) -> $ret {
            let pending = pending();
            // SAFETY: the function has the type of the signature, and the mode is a tracer.
            unsafe {
                let tracer = &*pending.mode.cast::<Tracer>();
                let function: func::$name = transmute(pending.function);
                let site = function as usize;
                let call = tracer.enter_function(site);
                let result = function(tracer.context() $(, $arg)*);
                tracer.leave_function(site, call);
                result
            }
        }
    };
    // A function without a context is called by the host itself.
    ($($other:tt)*) => {};
}

macro_rules! derive_adapters {
    ($($number:literal $name:ident: fn($($arg:ident: $ty:ty),*) -> $ret:ty,
       args { $($field:ident: $field_ty:ty),* }, $doc:literal;)*) => {
        /// What the host calls in place of the extension's functions.
        trait DerivedAdapters {
            $(derived_adapter!($name $doc $ret, $($arg: $ty),*);)*
        }
    };
}
for_each_signature!(derive_adapters);

struct Adapters;
impl DerivedAdapters for Adapters {}
for_each_signature!(define_adapter_of);
