//! Members of the native struct, as Python sees them.
//!
//! A member of a plain C type is the interpreter's own business (`PyMemberDef`), with two
//! exceptions that become properties of the host: a reference, which is an `HPyField`, and any
//! member of a struct whose place differs from instance to instance, because digits or items
//! precede it.

use super::instance::lock;
use crate::capi::*;
use crate::host::{xdecref, xincref};
use crate::layout::{Layout, payload};
use core::ffi::{CStr, c_int, c_void};
use hpy_abi::{BuiltinShape, HPyField, MemberType};

/// What a property that stands for a member has to know.
pub(crate) struct MemberClosure {
    /// The shape of the class, which tells where its struct is.
    pub shape: BuiltinShape,
    /// The member; its offset counts from the start of the native struct.
    pub member: PyMemberDef,
}

/// Whether a member is a reference.
pub(crate) fn is_reference(t: MemberType) -> bool {
    t == MemberType::OBJECT || t == MemberType::OBJECT_EX
}

/// The field that a closure names, inside an instance.
///
/// # Safety
/// `o` is an instance of the class that the closure was made for.
unsafe fn field<L: Layout>(o: Obj, closure: &MemberClosure) -> *mut HPyField {
    // SAFETY: the member lies inside the native struct.
    unsafe { payload::<L>(o, closure.shape).byte_offset(closure.member.offset).cast() }
}

/// The getter of a reference.
///
/// # Safety
/// As [`field`]; `closure` is a [`MemberClosure`].
pub(crate) unsafe extern "C" fn get_reference<L: Layout>(o: Obj, closure: *mut c_void) -> Obj {
    // SAFETY: the caller's promise.
    unsafe {
        let closure = &*closure.cast::<MemberClosure>();
        let value = lock::<L, _>(o, || {
            let value = (*field::<L>(o, closure)).0 as Obj;
            xincref::<L>(value);
            value
        });
        if !value.is_null() {
            return value;
        }
        if closure.member.type_ == MemberType::OBJECT_EX.0 {
            let name = CStr::from_ptr(closure.member.name).to_string_lossy();
            raise("PyExc_AttributeError", &format!("the attribute '{name}' has no value"));
            return core::ptr::null_mut();
        }
        let none = api()._Py_NoneStruct;
        L::incref(none);
        none
    }
}

/// The setter of a reference; a null value deletes.
///
/// # Safety
/// As [`get_reference`].
pub(crate) unsafe extern "C" fn set_reference<L: Layout>(
    o: Obj,
    value: Obj,
    closure: *mut c_void,
) -> c_int {
    // SAFETY: the caller's promise; the old value is released last.
    unsafe {
        let closure = &*closure.cast::<MemberClosure>();
        xincref::<L>(value);
        let old =
            lock::<L, _>(o, || field::<L>(o, closure).replace(HPyField(value as isize)).0 as Obj);
        xdecref::<L>(old);
        0
    }
}

/// The getter of any other member of a struct whose place varies.
///
/// # Safety
/// As [`get_reference`].
pub(crate) unsafe extern "C" fn get_value<L: Layout>(o: Obj, closure: *mut c_void) -> Obj {
    // SAFETY: the caller's promise.
    unsafe {
        let closure = closure.cast::<MemberClosure>();
        PyMember_GetOne(payload::<L>(o, (*closure).shape).cast(), &raw mut (*closure).member)
    }
}

/// The setter of any other member of a struct whose place varies.
///
/// # Safety
/// As [`get_reference`].
pub(crate) unsafe extern "C" fn set_value<L: Layout>(
    o: Obj,
    value: Obj,
    closure: *mut c_void,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let closure = closure.cast::<MemberClosure>();
        PyMember_SetOne(payload::<L>(o, (*closure).shape).cast(), &raw mut (*closure).member, value)
    }
}
