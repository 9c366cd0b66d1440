//! The members of a debug context, derived from the table.
//!
//! [`Derived`] has a function for every member, which does what the types of its row say.
//! [`Functions`] has functions of its own, in `member`, for those that mean more than that; an
//! inherent function goes before one of a trait, so that there is no list of exceptions.

use super::pool::Owner;
use super::thread::Use;
use super::value::{Call, Lower, Lowered, Raise};
use super::{Debugger, TURNS};
use hpy_abi::*;
use std::ffi::{c_int, c_void};

/// The functions of a debug context.
pub(super) struct Functions;

/// Lowers arguments from the last to the first, so that each knows those behind it.
macro_rules! lower {
    ($call:ident) => {};
    ($call:ident $head:ident $($tail:ident)*) => {
        lower!($call $($tail)*);
        let $head = Lower::lower($head, &$call, ($($tail.value(),)*));
    };
}

macro_rules! derived_member {
    (handle $name:ident $doc:literal) => {};
    (fn $name:ident $doc:literal ($($arg:ident: $ty:ty),*) -> $ret:ty) => {
        #[doc = $doc]
        ///
        /// # Safety
        /// The contract of the ABI, but for what debug mode checks.
        unsafe extern "C" fn $name(ctx: *mut HPyContext $(, $arg: $ty)*) -> $ret {
            // SAFETY: the caller's promise; what is handed on is what the row says.
            unsafe {
                let used = Use::begin(ctx);
                let call = Call::new(used.debugger);
                lower!(call $($arg)*);
                let inner = used.debugger.inner;
                let result = match used.debugger.failure::<$ret>(index::$name) {
                    None => ((*inner).$name)(inner $(, Lowered::<$ty>::value(&$arg))*),
                    Some(failed) => failed,
                };
                $(Lowered::<$ty>::finish(&$arg, &call);)*
                let result = Raise::raise(result, &call);
                used.end();
                result
            }
        }
    };
}

macro_rules! fill_member {
    ($to:ident, $debugger:ident, handle $name:ident) => {
        let constant = $debugger.handles.open((*$debugger.inner).$name, Owner::Context, None);
        (&raw mut (*$to).$name).write(constant);
    };
    ($to:ident, $debugger:ident, fn $name:ident) => {
        (&raw mut (*$to).$name).write(Functions::$name);
    };
}

macro_rules! derive {
    ($($index:literal $name:ident: $kind:ident $(($($arg:ident: $ty:ty),*) -> $ret:ty)?,
       since $minor:literal, $doc:literal;)*) => {
        /// What the types of each row say.
        #[allow(dead_code, reason = "`Functions` has some of its own")]
        pub(super) trait Derived {
            $(derived_member!($kind $name $doc $(($($arg: $ty),*) -> $ret)?);)*
        }

        impl Debugger {
            /// Fills the contexts.
            ///
            /// # Safety
            /// The wrapped context is of this thread, and nobody has the contexts yet.
            pub(super) unsafe fn fill(&self) {
                let first = self.context();
                // SAFETY: each write stays inside a context of ours; the rest is the caller's
                // promise.
                unsafe {
                    let name = match ext::extensions(self.inner) {
                        Some(_) => crate::extensions::DEBUG_NAME,
                        None => c"HPy Debug Mode ABI",
                    };
                    (&raw mut (*first).name).write(name.as_ptr());
                    let this: *const Debugger = self;
                    (&raw mut (*first)._private).write(this.cast::<c_void>().cast_mut());
                    let version: c_int = (*self.inner).abi_version;
                    (&raw mut (*first).abi_version).write(version);
                    $(fill_member!(first, self, $kind $name);)*
                    for turn in 1..=TURNS {
                        first.copy_to_nonoverlapping(self.contexts[turn].get().cast(), 1);
                    }
                }
            }
        }
    };
}
for_each_member!(derive);
impl Derived for Functions {}
