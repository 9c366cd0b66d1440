//! Where the type object of a class is kept while its module lives.

use super::{Class, payload::drop_payload};
use crate::raw::{self, attach, calls};
use crate::{Ctx, Error, Result, Type};
use core::ffi::c_void;
use core::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};
use hpy_abi::ext::Allocate;
use hpy_abi::{HPy, HPyGlobal};
use std::cell::UnsafeCell;

/// Where the type object of a class is kept. One static for each class, so that its address also
/// stands for the class.
pub struct ClassCell {
    global: UnsafeCell<HPyGlobal>,
    /// The bits of the handle, on hosts where an open handle stays valid from call to call.
    plain: AtomicIsize,
    /// The bits of the function that makes instances quickly, or 0; see
    /// [`Extensions::allocator`](hpy_abi::ext::Extensions::allocator).
    allocate: AtomicUsize,
    /// Drops the struct of an instance that lies in the instance's own memory.
    pub(super) drop: unsafe fn(*mut c_void),
}

// SAFETY: the global is only touched through members of the context, which are thread-safe.
unsafe impl Sync for ClassCell {}

impl ClassCell {
    /// The empty cell of a class.
    pub const fn of<T: Class>() -> ClassCell {
        ClassCell {
            global: UnsafeCell::new(HPyGlobal::NULL),
            plain: AtomicIsize::new(0),
            allocate: AtomicUsize::new(0),
            drop: if T::SUBCLASS { leave } else { drop_payload::<T> },
        }
    }

    /// For the module definition, which lists every global.
    pub(crate) fn global(&self) -> *mut HPyGlobal {
        self.global.get()
    }

    /// Stores the type.
    pub(crate) fn set(&self, type_: &Type<'_>) {
        let ctx = type_.ctx().as_raw();
        // SAFETY: a global that the module definition lists, and an open handle.
        unsafe { calls::ctx_Global_Store(ctx, self.global.get(), type_.as_raw()) };
        let plain = if attach::plain_handles() { type_.as_raw() } else { HPy::NULL };
        self.plain.store(plain.0, Ordering::Relaxed);
        let quick = !plain.is_null() && attach::keeps_structs();
        let allocator = attach::extensions().filter(|_| quick).map(|e| e.allocator);
        // SAFETY: a live context and an open handle to a type.
        let allocate = allocator.and_then(|allocator| unsafe { allocator(ctx, type_.as_raw()) });
        self.allocate.store(allocate.map_or(0, |function| function as usize), Ordering::Relaxed);
    }

    /// The type, if the module was imported before.
    pub(crate) fn get<'c>(&self, ctx: Ctx<'c>) -> Option<Type<'c>> {
        self.with(ctx, |type_| {
            // SAFETY: the handle is open during this closure, and it is a type.
            (!type_.is_null())
                .then(|| unsafe { raw::borrowed(ctx, type_).to_owned_handle().assume() })
        })
    }

    /// The quick way to make an instance, where the host has one: a function, and the type to give
    /// it.
    #[inline(always)]
    pub(super) fn allocator(&self) -> Option<(Allocate, HPy)> {
        let type_ = HPy(self.plain.load(Ordering::Relaxed));
        match self.allocate.load(Ordering::Relaxed) {
            0 => None,
            // SAFETY: `set` stored the bits of such a function.
            bits => Some((unsafe { core::mem::transmute::<usize, Allocate>(bits) }, type_)),
        }
    }

    /// Calls `then` with the type, or with null if the module was not imported.
    #[inline(always)]
    pub(super) fn with<R>(&self, ctx: Ctx<'_>, then: impl FnOnce(HPy) -> R) -> R {
        let plain = self.plain.load(Ordering::Relaxed);
        if attach::plain_handles() { then(HPy(plain)) } else { self.with_global(ctx, then) }
    }

    #[cold]
    #[inline(never)]
    fn with_global<R>(&self, ctx: Ctx<'_>, then: impl FnOnce(HPy) -> R) -> R {
        // SAFETY: the global was registered by the module definition.
        unsafe {
            let global = *self.global.get();
            if global == HPyGlobal::NULL {
                return then(HPy::NULL);
            }
            let type_ = calls::ctx_Global_Load(ctx.as_raw(), global);
            let result = then(type_);
            calls::ctx_Close(ctx.as_raw(), type_);
            result
        }
    }
}

/// The struct of a class that can be subclassed does not lie in the instance: see `guard`.
unsafe fn leave(_payload: *mut c_void) {}

#[cold]
pub(super) fn not_imported<T: Class>() -> Error {
    let name = T::NAME.to_string_lossy();
    Error::runtime_error(format!("the class '{name}' is not part of a module that was imported"))
}

/// The type object of a class.
pub fn type_object<T: Class>(ctx: Ctx<'_>) -> Result<Type<'_>> {
    T::cell().get(ctx).ok_or_else(not_imported::<T>)
}

/// Whether an object is an instance of the class.
#[inline(always)]
pub(crate) fn is_instance<T: Class>(ctx: Ctx<'_>, object: HPy) -> bool {
    let plain = HPy(T::cell().plain.load(Ordering::Relaxed));
    // SAFETY: an open handle.
    match unsafe { attach::type_of(object) } {
        Some(found) if found == plain => true,
        // Nothing inherits from a class that does not allow it.
        Some(_) if !T::SUBCLASS => false,
        _ => is_instance_general::<T>(ctx, object),
    }
}

#[cold]
#[inline(never)]
fn is_instance_general<T: Class>(ctx: Ctx<'_>, object: HPy) -> bool {
    T::cell().with(ctx, |type_| {
        // SAFETY: two open handles, the second to a type.
        !type_.is_null() && unsafe { calls::ctx_TypeCheck(ctx.as_raw(), object, type_).0 != 0 }
    })
}
