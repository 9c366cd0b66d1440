//! What a specification may not say: whatever would lead the interpreter, or the host, to memory
//! that is not there. It is an error when the type is made, not a crash when it is used.

use super::creation::Raised;
use crate::layout::flag;
use core::ffi::{CStr, c_char};
use hpy_abi::*;

/// The flags that a type with a shape of HPy's may have: HPy's own, and of the C API's those that
/// ask for nothing in an instance. The others describe layouts, or are the interpreter's notes.
const FLAGS: core::ffi::c_ulong = {
    let finalize = 1;
    let sequence_or_mapping = 1 << 5 | 1 << 6;
    let no_instantiation_or_immutable = 1 << 7 | 1 << 8;
    let method_descriptor = 1 << 17;
    let abstract_or_match_self = 1 << 20 | 1 << 22;
    tpflags::DEFAULT
        | tpflags::BASETYPE
        | tpflags::HAVE_VECTORCALL
        | tpflags::HAVE_GC
        | finalize
        | sequence_or_mapping
        | no_instantiation_or_immutable
        | method_descriptor
        | abstract_or_match_self
};

/// Further ones of legacy types, whose authors know the C API: managed weak references and dict,
/// and items at the end.
const LEGACY_FLAGS: core::ffi::c_ulong = 1 << 3 | 1 << 4 | 1 << 23;

/// Refuses flags that only the interpreter sets.
pub(super) fn flags(spec: &HPyType_Spec) -> Result<(), Raised> {
    let legacy = spec.builtin_shape == BuiltinShape::LEGACY;
    let unknown = spec.flags & !(FLAGS | if legacy { LEGACY_FLAGS } else { 0 });
    if unknown != 0 {
        return Err(Raised::value_error(&format!("a class cannot have the flags {unknown:#x}")));
    }
    Ok(())
}

/// Refuses the flag of the call protocol where an instance has no function to be called.
pub(super) fn callable(
    spec: &HPyType_Spec,
    call_offset: usize,
    base_flags: u64,
) -> Result<(), Raised> {
    let inherited = base_flags & flag::HAVE_VECTORCALL != 0;
    // A slot of the C API may say it.
    let legacy = !spec.legacy_slots.is_null();
    if spec.flags & tpflags::HAVE_VECTORCALL != 0 && call_offset == 0 && !inherited && !legacy {
        return Err(Raised::type_error(
            "HPy_TPFLAGS_HAVE_VECTORCALL needs HPy_tp_call or a member '__vectorcalloffset__'",
        ));
    }
    Ok(())
}

/// Refuses items where the header has no word that counts them; `size` is that of an instance.
pub(super) fn items(spec: &HPyType_Spec, size: usize, header: usize) -> Result<(), Raised> {
    let legacy = spec.builtin_shape == BuiltinShape::LEGACY;
    if legacy && spec.itemsize != 0 && size < header + size_of::<isize>() {
        return Err(Raised::value_error(
            "a legacy struct with an itemsize begins with PyObject_VAR_HEAD",
        ));
    }
    Ok(())
}

/// Refuses a slot without the function that the host, or the interpreter, calls.
pub(super) fn slot(s: &HPySlot) -> Result<(), Raised> {
    let is_ours = matches!(s.slot, slot::tp_destroy | slot::tp_traverse);
    let function = if is_ours { s.imp } else { s.cpy_trampoline };
    if function.is_none() {
        return Err(Raised::value_error(&format!("the slot {} has no function", s.slot)));
    }
    Ok(())
}

/// Refuses a definition without a name, with which the interpreter's arrays would end.
pub(crate) fn name(kind: &str, name: *const c_char) -> Result<(), Raised> {
    if name.is_null() {
        return Err(Raised::value_error(&format!("a {kind} has no name")));
    }
    Ok(())
}

/// Refuses a method that the interpreter cannot call.
pub(crate) fn method(m: &HPyMeth) -> Result<(), Raised> {
    name("method", m.name)?;
    if super::method_flags(m.signature).is_none() {
        return Err(Raised::value_error("Unsupported HPyMeth signature"));
    }
    if m.cpy_trampoline.is_none() {
        // SAFETY: not null, and NUL-terminated.
        let name = unsafe { CStr::from_ptr(m.name) }.to_string_lossy();
        return Err(Raised::value_error(&format!("the method '{name}' has no function")));
    }
    Ok(())
}

/// The bytes of a member in the native struct; of text that lies there, at least these.
fn member_size(t: MemberType) -> Option<usize> {
    Some(match t {
        MemberType::NONE => 0,
        MemberType::CHAR
        | MemberType::BYTE
        | MemberType::UBYTE
        | MemberType::BOOL
        | MemberType::STRING_INPLACE => 1,
        MemberType::SHORT | MemberType::USHORT => 2,
        MemberType::INT | MemberType::UINT | MemberType::FLOAT => 4,
        MemberType::LONG
        | MemberType::ULONG
        | MemberType::DOUBLE
        | MemberType::STRING
        | MemberType::OBJECT
        | MemberType::OBJECT_EX
        | MemberType::LONGLONG
        | MemberType::ULONGLONG
        | MemberType::HPYSSIZET => 8,
        _ => return None,
    })
}

/// Refuses a member that does not lie in the native struct: between the header that a legacy struct
/// begins with and its end.
pub(super) fn member(m: &HPyMember, header: usize, size: usize) -> Result<(), Raised> {
    name("member", m.name)?;
    if size == 0 {
        return Err(Raised::type_error("Type claims to have basicsize==0 but defines members"));
    }
    let end = member_size(m.type_)
        .and_then(|bytes| {
            usize::try_from(m.offset).ok().filter(|o| *o >= header)?.checked_add(bytes)
        })
        .filter(|_| !super::members::is_reference(m.type_) || m.offset % 8 == 0);
    if end.is_none_or(|end| end > size) {
        // SAFETY: not null, and NUL-terminated.
        let name = unsafe { CStr::from_ptr(m.name) }.to_string_lossy();
        return Err(Raised::value_error(&format!(
            "the member '{name}' of type {} at {} does not lie in the native struct of {size} bytes",
            m.type_.0, m.offset
        )));
    }
    Ok(())
}
