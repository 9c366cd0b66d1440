//! How instances come to be, how their struct is reached, and how they end.

use super::cell::not_imported;
use super::payload::{Payload, drop_payload};
use super::{Methods, Visitor, guard};
use crate::raw::{self, NewHandle, attach, calls};
use crate::rt::trampolines::{self, TRAVERSEPROC};
use crate::{Ctx, Error, Object, Result};
use core::ffi::{c_int, c_ulong, c_void};
use core::marker::PhantomData;
use core::mem::{ManuallyDrop, transmute};
use hpy_abi::{HPy, HPyCFunction, HPyFunc_visitproc, func, tpflags};

/// Makes an instance of the class.
#[inline]
pub fn new_instance<T: Methods>(ctx: Ctx<'_>, value: T) -> Result<Object<'_>> {
    new_raw(ctx, value).map(|raw| raw.into_object(ctx))
}

/// Makes an instance of the class, as bits that the caller owns.
#[inline(always)]
pub fn new_raw<T: Methods>(ctx: Ctx<'_>, value: T) -> Result<NewHandle> {
    let Some((allocate, type_)) = T::cell().allocator() else {
        return new_raw_general(ctx, addressed(value));
    };
    // SAFETY: the function is that of this class; the struct, which lies where every instance has
    // it, is written before anybody knows of the object.
    unsafe {
        let raw = allocate(type_);
        if raw.is_null() {
            drop(addressed(value));
            return Err(Error::pending());
        }
        let data = match attach::struct_of(raw) {
            Some(data) => data,
            None => calls::ctx_AsStruct_Object(ctx.as_raw(), raw),
        };
        data.cast::<Payload<T>>().write(Payload::new(value));
        Ok(NewHandle::new(raw))
    }
}

/// A copy of a value for those who take its address. The value itself never has one, so that its parts
/// are written where they are to be, straight from registers: reading again what was just written in
/// other pieces waits for the processor's store buffer.
#[inline(always)]
fn addressed<T>(value: T) -> T {
    let value = ManuallyDrop::new(value);
    // SAFETY: what was copied is not used again.
    unsafe { core::ptr::from_ref(&*value).read() }
}

/// The way of hosts that have no quick one.
#[cold]
#[inline(never)]
fn new_raw_general<T: Methods>(ctx: Ctx<'_>, value: T) -> Result<NewHandle> {
    T::cell().with(ctx, |type_| match type_.is_null() {
        true => Err(not_imported::<T>()),
        // SAFETY: the handle is open during this closure and that of the class.
        false => unsafe { make(ctx, type_, value) },
    })
}

/// Makes an instance of the class or of a Python subclass of it, as bits that the caller owns.
///
/// # Safety
/// `type_` is open, and what Python passed to `__new__`.
#[inline(always)]
pub unsafe fn new_raw_of<T: Methods>(ctx: Ctx<'_>, type_: HPy, value: T) -> Result<NewHandle> {
    match T::cell().allocator() {
        // A host with allocators has plain handles, which are equal where the types are.
        Some((_, class)) if class == type_ => new_raw(ctx, value),
        // SAFETY: the caller's promise.
        _ => unsafe { new_raw_of_general(ctx, type_, value) },
    }
}

/// The same for a subclass, and on hosts that have no quick way.
///
/// # Safety
/// As for [`new_raw_of`].
#[inline(never)]
unsafe fn new_raw_of_general<T: Methods>(ctx: Ctx<'_>, type_: HPy, value: T) -> Result<NewHandle> {
    // SAFETY: the caller's promise; our hosts pass the type of `T` or a subtype, others are checked.
    unsafe {
        if !attach::keeps_structs() {
            guard::check_type::<T>(&raw::borrowed(ctx, type_))?;
        }
        make(ctx, type_, value)
    }
}

/// Makes an instance.
///
/// # Safety
/// `type_` is open, and the type of `T` or a subtype of it.
#[inline]
unsafe fn make<T: Methods>(ctx: Ctx<'_>, type_: HPy, value: T) -> Result<NewHandle> {
    if !attach::keeps_structs() {
        // SAFETY: the caller's promise.
        return unsafe { guard::make(ctx, type_, value) };
    }
    let mut data: *mut c_void = core::ptr::null_mut();
    // SAFETY: the caller's promise; on success `data` is the zeroed payload of the new object.
    unsafe {
        let raw = calls::ctx_New(ctx.as_raw(), type_, &mut data);
        if raw.is_null() {
            return Err(Error::pending());
        }
        data.cast::<Payload<T>>().write(Payload::new(value));
        Ok(NewHandle::new(raw))
    }
}

/// The payload of an instance; an error only on hosts that give an object to methods of a class
/// whose struct it does not have.
///
/// # Safety
/// `object` is an open handle to an instance of the class of `T`, and stays open for `'a`.
#[inline(always)]
pub(super) unsafe fn payload<'a, T: Methods>(ctx: Ctx<'_>, object: HPy) -> Result<&'a Payload<T>> {
    // SAFETY: the caller's promise; every class has the shape of `object`.
    unsafe {
        let data = match attach::struct_of(object) {
            Some(data) => data,
            None => payload_general::<T>(ctx, object)?,
        };
        Ok(&*data.cast::<Payload<T>>())
    }
}

/// The way of hosts that do not say where the struct lies.
///
/// # Safety
/// As for [`payload`].
#[cold]
#[inline(never)]
unsafe fn payload_general<T: Methods>(ctx: Ctx<'_>, object: HPy) -> Result<*mut c_void> {
    // SAFETY: the caller's promise.
    unsafe {
        match attach::keeps_structs() {
            true => Ok(calls::ctx_AsStruct_Object(ctx.as_raw(), object)),
            false => guard::payload::<T>(ctx, object),
        }
    }
}

/// How the native struct of a class is laid out and taken care of on a kind of host.
pub(crate) struct Layout {
    pub size: usize,
    pub destroy: HPyCFunction,
    pub traverse: Option<(HPyCFunction, HPyCFunction)>,
}

impl Layout {
    /// Where a struct stays with its class: the payload and nothing else.
    pub const fn bare<T: Methods>() -> Layout {
        let traverse = traverse_pair::<Direct<T>>();
        Layout {
            size: size_of::<Payload<T>>(),
            destroy: destroy_function(destroy::<T>),
            traverse: if T::TRAVERSED { Some(traverse) } else { None },
        }
    }

    /// Elsewhere: behind a guard.
    pub const fn guarded<T: Methods>() -> Layout {
        let traverse = traverse_pair::<guard::Links>();
        Layout {
            size: guard::size::<T>(),
            destroy: if T::SUBCLASS { None } else { destroy_function(guard::destroy) },
            traverse: if T::TRAVERSED || T::SUBCLASS { Some(traverse) } else { None },
        }
    }

    /// Whether instances take part in garbage collection.
    pub fn flags(&self) -> c_ulong {
        if self.traverse.is_some() { tpflags::HAVE_GC } else { 0 }
    }
}

/// The destructor of a class without guards: the slot `tp_destroy`.
///
/// # Safety
/// Called by the host with the payload of an object that is gone.
unsafe extern "C" fn destroy<T: Methods>(data: *mut c_void) {
    // SAFETY: the payload of a dead object is ours alone.
    unsafe { drop_payload::<T>(data) }
}

/// The traversal of a class without guards: the slot `tp_traverse`.
struct Direct<T>(PhantomData<T>);

impl<T: Methods> TRAVERSEPROC for Direct<T> {
    unsafe extern "C" fn imp(
        data: *mut c_void,
        visit: HPyFunc_visitproc,
        arg: *mut c_void,
    ) -> c_int {
        let mut visitor = Visitor::new(visit, arg);
        // SAFETY: the payload of a live object.
        unsafe { &*data.cast::<Payload<T>>() }.traverse(&mut visitor);
        visitor.result()
    }
}

const fn destroy_function(destroy: func::DESTROYFUNC) -> HPyCFunction {
    // SAFETY: a function pointer and an optional one have the same bits; the slot says its type.
    unsafe { transmute::<func::DESTROYFUNC, HPyCFunction>(destroy) }
}

const fn traverse_pair<F: TRAVERSEPROC>() -> (HPyCFunction, HPyCFunction) {
    let trampoline = trampolines::TRAVERSEPROC::<F> as *const ();
    // SAFETY: as in `destroy_function`.
    unsafe {
        (
            transmute::<func::TRAVERSEPROC, HPyCFunction>(F::imp),
            transmute::<*const (), HPyCFunction>(trampoline),
        )
    }
}
