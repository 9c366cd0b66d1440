//! The structs of the ABI as data, for the tests that look at their layouts.
//!
//! `hpy-abi` has no list of its structs: each is written out once in Rust, and here its fields are
//! named a second time so that they can be compared with what is frozen and with what C says.
//! A field that is left out here does not compile, because [`Struct`]s are made by a pattern that
//! names them all.

use hpy_abi::*;
use std::mem::offset_of;

/// A struct's size and fields.
pub struct Struct {
    /// Its name, the same in C.
    pub name: &'static str,
    /// Bytes of one.
    pub size: usize,
    /// Alignment in bytes.
    pub align: usize,
    /// In order of declaration.
    pub fields: Vec<Field>,
}

/// A field of a struct.
pub struct Field {
    /// Its name in C.
    pub name: &'static str,
    /// Bytes from the start.
    pub offset: usize,
    /// Bytes of it.
    pub size: usize,
}

/// `field` or `field as name_in_c`.
macro_rules! c_name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $c:literal) => {
        $c
    };
}

/// The size of what a function would give the address of.
fn size_behind<S, F>(_: impl Fn(*const S) -> *const F) -> usize {
    size_of::<F>()
}

macro_rules! structs {
    ($($name:ident { $($field:ident $(as $c:literal)?),* })*) => {
        vec![$({
            /// Compiles only if every field is there.
            #[allow(dead_code)]
            fn all_fields($name { $($field: _),* }: $name) {}
            Struct {
                name: stringify!($name),
                size: size_of::<$name>(),
                align: align_of::<$name>(),
                fields: vec![$(Field {
                    name: c_name!($field $($c)?),
                    offset: offset_of!($name, $field),
                    // SAFETY: never called; the closure is there for the type of its result.
                    size: size_behind(|s: *const $name| unsafe { &raw const (*s).$field }),
                }),*],
            }
        }),*]
    };
}

/// Every struct of the ABI but the context.
pub fn structs() -> Vec<Struct> {
    let mut structs = structs! {
        HPySlot { slot, imp as "impl", cpy_trampoline }
        HPyMeth { name, imp as "impl", cpy_trampoline, signature, doc }
        HPyMember { name, type_ as "type", offset, readonly, doc }
        HPyGetSet {
            name, getter_impl, setter_impl, getter_cpy_trampoline, setter_cpy_trampoline, doc,
            closure
        }
        HPyDef { kind, body }
        HPyType_Spec {
            name, basicsize, itemsize, flags, builtin_shape, legacy_slots, defines, doc
        }
        HPyType_SpecParam { kind, object }
        HPyModuleDef { doc, size, legacy_methods, defines, globals }
        HPyCapsule_Destructor { cpy_trampoline, imp as "impl" }
        HPyCallFunction { cpy_trampoline, imp as "impl" }
        HPy_buffer {
            buf, obj, len, itemsize, readonly, ndim, format, shape, strides, suboffsets, internal
        }
    };
    name_union_arms(&mut structs);
    structs
}

/// C's union in `HPyDef` has no name, so that its arms are fields of the struct.
fn name_union_arms(structs: &mut [Struct]) {
    let def = structs.iter_mut().find(|s| s.name == "HPyDef").expect("it is listed");
    let body = def.fields.pop().expect("the union is last");
    let arm = |name, size| Field { name, offset: body.offset, size };
    def.fields.extend([
        arm("slot", size_of::<HPySlot>()),
        arm("meth", size_of::<HPyMeth>()),
        arm("member", size_of::<HPyMember>()),
        arm("getset", size_of::<HPyGetSet>()),
    ]);
}
