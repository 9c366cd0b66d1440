//! One function per member of the context, derived from the table.
//!
//! In a universal build a call reads the member's function pointer from the context it was given.
//! In a direct build (feature `direct`) it goes straight into the host for the Python named when
//! building, where it can be inlined; handles are still read from the context.
//!
//! PyPy 7.3.18 to 7.3.23 moved twenty members by one place ([`hpy_abi::offset_pypy73`]); only those
//! pay for asking where they are.
#![allow(non_snake_case, clippy::missing_safety_doc)]

use super::attach;
use core::ffi::c_void;
use hpy_abi::*;

/// Where a member lies in the context at hand.
#[inline(always)]
fn offset_here(index: usize) -> usize {
    let (upstream, pypy73) = (hpy_abi::offset(index), hpy_abi::offset_pypy73(index));
    if upstream != pypy73 && attach::is_pypy73() { pypy73 } else { upstream }
}

/// Reads a member of the context.
///
/// # Safety
/// `ctx` is a context that has this member, and `T` is its type.
#[inline(always)]
unsafe fn member<T: Copy>(ctx: *mut HPyContext, index: usize) -> T {
    // SAFETY: the caller vouches for the member and its type; members are pointer-aligned.
    unsafe { ctx.byte_add(offset_here(index)).cast::<T>().read() }
}

macro_rules! define_call {
    ($index:literal $name:ident $doc:literal handle) => {
        #[doc = $doc]
        #[inline(always)]
        pub unsafe fn $name(ctx: *mut HPyContext) -> HPy {
            // SAFETY: the index and the type are those of one row of the table.
            unsafe { member(ctx, $index) }
        }
    };
    ($index:literal $name:ident $doc:literal fn ($($arg:ident: $ty:ty),*) -> $ret:ty) => {
        #[doc = $doc]
        #[inline(always)]
        pub unsafe fn $name(ctx: *mut HPyContext, $($arg: $ty),*) -> $ret {
            #[cfg(feature = "direct")]
            // SAFETY: the caller's promises are those of the member.
            unsafe { hpy_cpython::direct::$name(ctx, $($arg),*) }
            #[cfg(not(feature = "direct"))]
            // SAFETY: the index and the type are those of one row of the table; the caller's
            // promises are those of the member.
            unsafe {
                let function: unsafe extern "C" fn(*mut HPyContext, $($ty),*) -> $ret =
                    member(ctx, $index);
                function(ctx, $($arg),*)
            }
        }
    };
}

macro_rules! define_calls {
    ($($index:literal $name:ident: $kind:ident $(($($arg:ident: $ty:ty),*) -> $ret:ty)?,
       since $minor:literal, $doc:literal;)*) => {
        $(define_call! { $index $name $doc $kind $(($($arg: $ty),*) -> $ret)? })*
    };
}
hpy_abi::for_each_member!(define_calls);

/// Reads a handle of the context whose index is only known at run time, such as an exception type.
///
/// # Safety
/// `ctx` is a context, `index` that of a handle.
pub unsafe fn handle_at(ctx: *mut HPyContext, index: usize) -> HPy {
    // SAFETY: the caller vouches for the index.
    unsafe { member(ctx, index) }
}
