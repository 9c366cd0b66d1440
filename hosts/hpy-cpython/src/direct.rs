//! The direct build: the functions of the context without the context.
//!
//! An extension that is built for one family of interpreters calls these functions instead of
//! those of the table; they are inlined into it, down to the reads and writes of the layout.
//! `module_init` of such a build refuses any other interpreter.

use crate::host::Host;
use crate::layout::{Kind, Layout};
use core::ffi::c_void;
use hpy_abi::*;

#[cfg(direct_layout = "free313")]
use crate::layout::Free313 as Only;
#[cfg(direct_layout = "gil39")]
use crate::layout::Gil39 as Only;
#[cfg(direct_layout = "gil312")]
use crate::layout::Gil312 as Only;

/// The layout that this build is for.
pub(crate) type DirectLayout = Only;

/// The Python that this build is for, as it was asked for.
pub const PYTHON: &str = env!("POMMEL_DIRECT_PYTHON");

/// The layout, as a value.
pub(crate) const KIND: Kind = if cfg!(direct_layout = "gil39") {
    Kind::Gil39
} else if cfg!(direct_layout = "gil312") {
    Kind::Gil312
} else {
    Kind::Free313
};

/// The versions that share the layout.
pub(crate) const NAME: &str = match KIND {
    Kind::Gil39 => "runs on CPython 3.9 to 3.11",
    Kind::Gil312 => "runs on CPython 3.12 to 3.15 with the GIL",
    _ => "runs on free-threaded CPython 3.13 to 3.15",
};

/// Where things lie in an object, known when building.
pub const INLINE: ext::Inline = crate::host::inline::<DirectLayout>();

/// The flags of the host, known when building.
pub const FLAGS: u32 = {
    let threads = <DirectLayout as Layout>::FREE_THREADED;
    let threads = if threads { ext::flags::FREE_THREADED } else { 0 };
    crate::host::fixed_flags::<DirectLayout>() | ext::flags::TEXT_SIGNATURES | threads
};

/// One function of the table.
macro_rules! direct_function {
    (handle $name:ident $doc:literal) => {};
    (fn $name:ident $doc:literal ($($arg:ident: $ty:ty),*) -> $ret:ty) => {
        #[doc = $doc]
        ///
        /// # Safety
        /// The contract of the member of the same name in the context.
        #[inline(always)]
        pub unsafe fn $name(ctx: *mut HPyContext $(, $arg: $ty)*) -> $ret {
            // SAFETY: the caller keeps the contract.
            unsafe { Host::<DirectLayout>::$name(ctx $(, $arg)*) }
        }
    };
}

macro_rules! define_direct {
    ($($index:literal $name:ident: $kind:ident $(($($arg:ident: $ty:ty),*) -> $ret:ty)?,
       since $minor:literal, $doc:literal;)*) => {
        $(direct_function!($kind $name $doc $(($($arg: $ty),*) -> $ret)?);)*
    };
}
for_each_member!(define_direct);
