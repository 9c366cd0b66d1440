//! Instances on interpreters that do not keep objects and structs together: PyPy, through its own HPy
//! and through its C API.
//!
//! Our hosts promise that a method only ever gets an object with the struct of its class, aligned,
//! made by its constructor, and that the destructor runs at the end. PyPy's own HPy does not:
//! * `object.__new__(C)` gives an object without a struct, and so is one whose finaliser ran.
//! * After `x.__class__ = D`, or with `class E(C, D)`, methods of `D` get an object with the struct
//!   of `C`; and `C.__new__(D)` makes an object of the size of `D`.
//! * An instance of a Python subclass of a class with a destructor ends the process when it is
//!   collected, and so is one with `__del__`; and every class can be subclassed.
//! * The struct is aligned to 8 bytes.
//! * The bits of a field are an address that moves. They must be shown to every collection, stored
//!   through the object in whose memory they lie, and never be copied elsewhere.
//!
//! So the native struct starts with a [`Guard`], of the same layout for every class.
//! It says which class has its struct here, where that is, and keeps what the fields of the struct
//! refer to in a Python dict, the one thing that the collector sees.
//! The struct itself lies behind the guard; or, if Python code may subclass the class, in memory of
//! a capsule, which the dict keeps alive, instead of a destructor.

use super::payload::{Payload, drop_payload};
use super::{ClassCell, Instance, Methods, type_object};
use crate::buffer::Export;
use crate::raw::{self, NewHandle, attach, calls};
use crate::rt::trampolines::TRAVERSEPROC;
use crate::{Ctx, Dict, Error, Object, Result, Type};
use core::ffi::{CStr, c_char, c_int, c_void};
use core::sync::atomic::{AtomicIsize, Ordering};
use hpy_abi::{
    CpyRef, HPy, HPyCFunction, HPyCapsule_Destructor, HPyField, HPyFunc_Capsule_Destructor,
    HPyFunc_visitproc, Signature, Utf8,
};

/// What precedes the struct of an instance.
#[repr(C)]
struct Guard {
    /// The class whose struct this instance has; null until it is there.
    class: *const ClassCell,
    /// The struct, with its payload's word.
    payload: *mut c_void,
    /// A dict from the numbers of fields to what they refer to, or nothing yet.
    links: HPyField,
    /// What lives as long as the exports of the struct's memory.
    exports: Option<Box<Exports>>,
}

/// What lives as long as the exports of an instance's memory. PyPy does not say which export it is
/// that ends, so that all of it stays until the last one does.
#[derive(Default)]
struct Exports {
    kept: Vec<Export>,
    ended: usize,
}

/// The key of the capsule among the links; fields have positive numbers.
const CAPSULE: isize = 0;
/// The attribute by which a class of ours is known to others of its kind.
const MARK: &CStr = c"__pommel_class__";
/// What a host aligns a native struct to.
const ALIGNMENT: usize = 8;

/// Bytes of the native struct.
pub const fn size<T: Methods>() -> usize {
    let align = align_of::<Payload<T>>();
    let padding = align.saturating_sub(ALIGNMENT);
    size_of::<Guard>() + if T::SUBCLASS { 0 } else { padding + size_of::<Payload<T>>() }
}

/// Makes the class known to other classes of ours.
pub fn mark(type_: &Type<'_>) -> Result<()> {
    type_.set_attr(MARK, true)
}

/// Checks that a constructor may make an instance of the type: that it is the class, or a Python
/// subclass of it with no second struct.
pub fn check_type<T: Methods>(type_: &Object<'_>) -> Result<()> {
    let class = type_object::<T>(type_.ctx())?;
    if type_.is(&class) {
        return Ok(());
    }
    let name = T::NAME.to_string_lossy();
    let refuse = |text: String| Err(Error::type_error(text));
    let Ok(type_) = type_.cast::<Type<'_>>() else {
        return refuse(format!("{name}.__new__() takes a type, not a {}", type_.type_name()));
    };
    if !type_.is_subtype(&class) {
        let found = type_.name();
        return refuse(format!("{name}.__new__({found}): {found} is not a subtype of {name}"));
    }
    if !T::SUBCLASS {
        return refuse(format!("type '{name}' is not an acceptable base type"));
    }
    if attach::is_pypy73() && type_.has_attr(c"__del__") {
        return refuse(format!("on this interpreter a subclass of '{name}' cannot have __del__"));
    }
    for base in type_.get_attr(c"__mro__")?.iter()? {
        let base = base?;
        if !base.is(&class) && base.get_attr(c"__dict__")?.contains(MARK.to_str()?)? {
            let other = base.get_attr(c"__name__")?;
            return refuse(format!("'{name}' and '{other}' cannot be bases of one class"));
        }
    }
    Ok(())
}

/// Makes an instance.
///
/// # Safety
/// `type_` is open, and the type of `T` or a subtype that [`check_type`] let through.
pub unsafe fn make<T: Methods>(ctx: Ctx<'_>, type_: HPy, value: T) -> Result<NewHandle> {
    let mut data: *mut c_void = core::ptr::null_mut();
    // SAFETY: the caller's promise; on success `data` is the zeroed struct of the new object.
    unsafe {
        if !T::SUBCLASS {
            let raw = calls::ctx_New(ctx.as_raw(), type_, &mut data);
            let object = raw::new_handle(ctx, raw)?;
            let guard = data.cast::<Guard>();
            let place = data.byte_add(size_of::<Guard>());
            let payload = place.byte_add(place.cast::<u8>().align_offset(align_of::<Payload<T>>()));
            payload.cast::<Payload<T>>().write(Payload::new(value));
            (*guard).payload = payload;
            (*guard).class = T::cell();
            return Ok(NewHandle::of(object));
        }
        let (capsule, payload) = in_capsule(ctx, value)?;
        let links = ctx.dict()?;
        links.set_item(CAPSULE, &capsule)?;
        let raw = calls::ctx_New(ctx.as_raw(), type_, &mut data);
        let object = raw::new_handle(ctx, raw)?;
        let guard = data.cast::<Guard>();
        let place = &raw mut (*guard).links;
        calls::ctx_Field_Store(ctx.as_raw(), object.as_raw(), place, links.as_raw());
        (*guard).payload = payload;
        (*guard).class = T::cell();
        Ok(NewHandle::of(object))
    }
}

/// A struct on the heap that belongs to a capsule.
fn in_capsule<T: Methods>(ctx: Ctx<'_>, value: T) -> Result<(Object<'_>, *mut c_void)> {
    let destructor = &const {
        let imp: HPyFunc_Capsule_Destructor = destroy_capsule::<T>;
        let trampoline: unsafe extern "C" fn(CpyRef) = capsule_trampoline::<T>;
        // SAFETY: any function pointer can stand for another; hosts call it by its own type.
        let cpy_trampoline = unsafe {
            core::mem::transmute::<unsafe extern "C" fn(CpyRef), HPyCFunction>(trampoline)
        };
        HPyCapsule_Destructor { cpy_trampoline, imp: Some(imp) }
    };
    let payload = Box::into_raw(Box::new(Payload::new(value))).cast::<c_void>();
    // SAFETY: a C string, and a constant that hosts only read.
    let capsule = unsafe {
        let destructor = (destructor as *const HPyCapsule_Destructor).cast_mut();
        let name = Utf8(T::NAME.as_ptr());
        raw::new_handle(ctx, calls::ctx_Capsule_New(ctx.as_raw(), payload, name, destructor))
    };
    match capsule {
        Ok(capsule) => Ok((capsule, payload)),
        Err(error) => {
            // SAFETY: made by `into_raw`, and no capsule has it.
            unsafe { drop_box::<T>(payload) };
            Err(error)
        }
    }
}

/// Frees a struct on the heap.
///
/// # Safety
/// `payload` is a `Box<Payload<T>>` that nobody else will look at again.
unsafe fn drop_box<T: Methods>(payload: *mut c_void) {
    // SAFETY: the caller's promise. The payload has no destructor of its own.
    unsafe {
        drop_payload::<T>(payload);
        drop(Box::from_raw(payload.cast::<Payload<T>>()));
    }
}

unsafe extern "C" fn destroy_capsule<T: Methods>(
    _name: *const c_char,
    payload: *mut c_void,
    _context: *mut c_void,
) {
    // SAFETY: the pointer of a capsule that is gone; only `in_capsule` makes such.
    unsafe { drop_box::<T>(payload) }
}

/// The same as an interpreter with a C API calls it.
unsafe extern "C" fn capsule_trampoline<T: Methods>(capsule: CpyRef) {
    let imp: HPyFunc_Capsule_Destructor = destroy_capsule::<T>;
    // SAFETY: the function is of this calling convention, whose argument is the capsule itself.
    unsafe {
        let imp = core::mem::transmute::<HPyFunc_Capsule_Destructor, HPyCFunction>(imp);
        let (ctx, signature) = (attach::context(), Signature::CAPSULE_DESTRUCTOR);
        calls::ctx_CallRealFunctionFromTrampoline(ctx, signature, imp, capsule.cast());
    }
}

/// The payload of an instance, if it has the struct of the class.
///
/// # Safety
/// `object` is an open handle to an object that has a struct of ours or none.
pub unsafe fn payload<T: Methods>(ctx: Ctx<'_>, object: HPy) -> Result<*mut c_void> {
    // SAFETY: the caller's promise; every struct of ours starts with a guard.
    unsafe {
        let guard = calls::ctx_AsStruct_Object(ctx.as_raw(), object).cast::<Guard>();
        if !guard.is_null() && core::ptr::eq((*guard).class, T::cell()) {
            return Ok((*guard).payload);
        }
    }
    let name = T::NAME.to_string_lossy();
    Err(Error::type_error(format!(
        "this object has none of the data of a '{name}': it was not made by {name}(), or it was \
         finalised"
    )))
}

/// What the fields of an instance refer to.
fn links<'c, T: Methods>(owner: &Instance<'c, T>) -> Result<(*mut HPyField, Option<Dict<'c>>)> {
    let ctx = owner.ctx();
    // SAFETY: an instance, whose payload is checked, so that it has a guard; a dict is stored there.
    unsafe {
        payload::<T>(ctx, owner.as_raw())?;
        let guard = calls::ctx_AsStruct_Object(ctx.as_raw(), owner.as_raw()).cast::<Guard>();
        let place = &raw mut (*guard).links;
        if *place == HPyField::NULL {
            return Ok((place, None));
        }
        let raw = calls::ctx_Field_Load(ctx.as_raw(), owner.as_raw(), *place);
        Ok((place, Some(raw::new_handle(ctx, raw)?.assume())))
    }
}

/// What the field with this number refers to.
pub fn load<'c, T: Methods>(
    owner: &Instance<'c, T>,
    number: HPyField,
) -> Result<Option<Object<'c>>> {
    match links(owner)? {
        (_, Some(links)) if number != HPyField::NULL => links.get(number.0),
        _ => Ok(None),
    }
}

/// A number for a field that is to refer to something for the first time; no other ever gets it.
pub fn new_number() -> HPyField {
    static LAST: AtomicIsize = AtomicIsize::new(CAPSULE);
    HPyField(LAST.fetch_add(1, Ordering::Relaxed) + 1)
}

/// Lets the field with this number refer to something else.
pub fn store<T: Methods>(
    owner: &Instance<'_, T>,
    number: HPyField,
    value: Option<&Object<'_>>,
) -> Result<()> {
    let ctx = owner.ctx();
    match (links(owner)?, value) {
        ((_, Some(links)), Some(value)) => links.set_item(number.0, value),
        ((_, Some(links)), None) if links.contains(number.0)? => links.del_item(number.0),
        ((_, _), None) => Ok(()),
        ((place, None), Some(value)) => {
            let links = ctx.dict()?;
            links.set_item(number.0, value)?;
            // SAFETY: the place is in the memory of the owner, which is open.
            unsafe { calls::ctx_Field_Store(ctx.as_raw(), owner.as_raw(), place, links.as_raw()) };
            Ok(())
        }
    }
}

/// Keeps something until the exports of an instance's memory have ended.
///
/// # Safety
/// `object` is open and has a struct of ours.
pub unsafe fn keep_export(object: &Object<'_>, export: Export) {
    // SAFETY: the caller's promise: there is a guard, which nobody else looks at meanwhile.
    unsafe {
        let guard = calls::ctx_AsStruct_Object(object.ctx().as_raw(), object.as_raw());
        let exports = &mut (*guard.cast::<Guard>()).exports;
        exports.get_or_insert_default().kept.push(export);
    }
}

/// Ends an export of an instance's memory.
///
/// # Safety
/// As for [`keep_export`].
pub unsafe fn end_export(object: &Object<'_>) {
    // SAFETY: as in `keep_export`.
    unsafe {
        let guard = calls::ctx_AsStruct_Object(object.ctx().as_raw(), object.as_raw());
        let exports = &mut (*guard.cast::<Guard>()).exports;
        if let Some(some) = exports {
            some.ended += 1;
            if some.ended >= some.kept.len() {
                *exports = None;
            }
        }
    }
}

/// The destructor of every class that Python code cannot subclass: the slot `tp_destroy`. It may be
/// called for an object with the struct of another class.
///
/// # Safety
/// Called by the host with the struct of an object that is gone.
pub unsafe extern "C" fn destroy(data: *mut c_void) {
    let guard = data.cast::<Guard>();
    // SAFETY: a guard, whose payload belongs to the class it names.
    unsafe {
        if !guard.is_null() && !(*guard).class.is_null() {
            let class = core::mem::replace(&mut (*guard).class, core::ptr::null());
            ((*class).drop)((*guard).payload);
        }
    }
}

/// The traversal of every class: the slot `tp_traverse`.
pub struct Links;

impl TRAVERSEPROC for Links {
    unsafe extern "C" fn imp(
        data: *mut c_void,
        visit: HPyFunc_visitproc,
        arg: *mut c_void,
    ) -> c_int {
        // SAFETY: a guard.
        unsafe {
            let place = &raw mut (*data.cast::<Guard>()).links;
            if *place == HPyField::NULL { 0 } else { visit(place, arg) }
        }
    }
}
