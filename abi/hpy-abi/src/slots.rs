//! The slots of types and modules, written once.
//!
//! A row is `number name: SIGNATURE, origin, "what it does";`.
//! The numbers up to 999 are those of CPython's stable ABI (`Include/typeslots.h`), so that a host
//! over the C API can hand them on unchanged.
//! Rows whose origin is `ours` are not part of upstream's ABI 0: only a host that announces them
//! (see `hpy_abi::ext`) fills them, and a portable extension keeps a method of the same meaning
//! ready for the others.

use core::ffi::c_int;

/// Calls `$callback!` with one row per slot; see the module's documentation.
#[macro_export]
macro_rules! for_each_slot {
    ($callback:path) => {
        $callback! {
            1 bf_getbuffer: GETBUFFERPROC, upstream, "Exports the memory of the object.";
            2 bf_releasebuffer: RELEASEBUFFERPROC, upstream, "Ends an export.";
            3 mp_ass_subscript: OBJOBJARGPROC, upstream, "`a[k] = v`, or `del a[k]` when v is null.";
            4 mp_length: LENFUNC, upstream, "`len(a)` of a mapping.";
            5 mp_subscript: BINARYFUNC, upstream, "`a[k]`.";
            6 nb_absolute: UNARYFUNC, upstream, "`abs(a)`.";
            7 nb_add: BINARYFUNC, upstream, "`a + b`; either operand may be the instance.";
            8 nb_and: BINARYFUNC, upstream, "`a & b`; either operand may be the instance.";
            9 nb_bool: INQUIRY, upstream, "`bool(a)`.";
            10 nb_divmod: BINARYFUNC, upstream, "`divmod(a, b)`; either operand may be the instance.";
            11 nb_float: UNARYFUNC, upstream, "`float(a)`.";
            12 nb_floor_divide: BINARYFUNC, upstream, "`a // b`; either operand may be the instance.";
            13 nb_index: UNARYFUNC, upstream, "`operator.index(a)`.";
            14 nb_inplace_add: BINARYFUNC, upstream, "`a += b`.";
            15 nb_inplace_and: BINARYFUNC, upstream, "`a &= b`.";
            16 nb_inplace_floor_divide: BINARYFUNC, upstream, "`a //= b`.";
            17 nb_inplace_lshift: BINARYFUNC, upstream, "`a <<= b`.";
            18 nb_inplace_multiply: BINARYFUNC, upstream, "`a *= b`.";
            19 nb_inplace_or: BINARYFUNC, upstream, "`a |= b`.";
            20 nb_inplace_power: TERNARYFUNC, upstream, "`a **= b`.";
            21 nb_inplace_remainder: BINARYFUNC, upstream, "`a %= b`.";
            22 nb_inplace_rshift: BINARYFUNC, upstream, "`a >>= b`.";
            23 nb_inplace_subtract: BINARYFUNC, upstream, "`a -= b`.";
            24 nb_inplace_true_divide: BINARYFUNC, upstream, "`a /= b`.";
            25 nb_inplace_xor: BINARYFUNC, upstream, "`a ^= b`.";
            26 nb_int: UNARYFUNC, upstream, "`int(a)`.";
            27 nb_invert: UNARYFUNC, upstream, "`~a`.";
            28 nb_lshift: BINARYFUNC, upstream, "`a << b`; either operand may be the instance.";
            29 nb_multiply: BINARYFUNC, upstream, "`a * b`; either operand may be the instance.";
            30 nb_negative: UNARYFUNC, upstream, "`-a`.";
            31 nb_or: BINARYFUNC, upstream, "`a | b`; either operand may be the instance.";
            32 nb_positive: UNARYFUNC, upstream, "`+a`.";
            33 nb_power: TERNARYFUNC, upstream, "`a ** b`; either operand may be the instance.";
            34 nb_remainder: BINARYFUNC, upstream, "`a % b`; either operand may be the instance.";
            35 nb_rshift: BINARYFUNC, upstream, "`a >> b`; either operand may be the instance.";
            36 nb_subtract: BINARYFUNC, upstream, "`a - b`; either operand may be the instance.";
            37 nb_true_divide: BINARYFUNC, upstream, "`a / b`; either operand may be the instance.";
            38 nb_xor: BINARYFUNC, upstream, "`a ^ b`; either operand may be the instance.";
            39 sq_ass_item: SSIZEOBJARGPROC, upstream, "`a[i] = v` by position, or `del a[i]` when v is null.";
            40 sq_concat: BINARYFUNC, upstream, "`a + b` of sequences.";
            41 sq_contains: OBJOBJPROC, upstream, "`b in a`.";
            42 sq_inplace_concat: BINARYFUNC, upstream, "`a += b` of sequences.";
            43 sq_inplace_repeat: SSIZEARGFUNC, upstream, "`a *= n` of sequences.";
            44 sq_item: SSIZEARGFUNC, upstream, "`a[i]` by position.";
            45 sq_length: LENFUNC, upstream, "`len(a)` of a sequence.";
            46 sq_repeat: SSIZEARGFUNC, upstream, "`a * n` of sequences.";
            50 tp_call: KEYWORDS, upstream, "`a(...)`.";
            54 tp_descr_get: TERNARYFUNC, upstream, "`__get__`.";
            55 tp_descr_set: OBJOBJARGPROC, ours, "`__set__`, or `__delete__` when the value is null.";
            59 tp_hash: HASHFUNC, upstream, "`hash(a)`.";
            60 tp_init: INITPROC, upstream, "`__init__`.";
            62 tp_iter: GETITERFUNC, ours, "`iter(a)`.";
            63 tp_iternext: ITERNEXTFUNC, ours, "`next(a)`; null without an exception at the end.";
            65 tp_new: NEWFUNC, upstream, "`__new__`.";
            66 tp_repr: REPRFUNC, upstream, "`repr(a)`.";
            67 tp_richcompare: RICHCMPFUNC, upstream, "`a op b` for the six comparisons.";
            70 tp_str: REPRFUNC, upstream, "`str(a)`.";
            71 tp_traverse: TRAVERSEPROC, upstream, "Visits the fields of the native struct.";
            75 nb_matrix_multiply: BINARYFUNC, upstream, "`a @ b`; either operand may be the instance.";
            76 nb_inplace_matrix_multiply: BINARYFUNC, upstream, "`a @= b`.";
            80 tp_finalize: DESTRUCTOR, upstream, "`__del__`: the object may still be used.";
            1000 tp_destroy: DESTROYFUNC, upstream, "Releases what the native struct owns; the object is gone.";
            2000 mod_create: MOD_CREATE, upstream, "Makes the module object.";
            2001 mod_exec: INQUIRY, upstream, "Fills the module.";
        }
    };
}

macro_rules! define_slots {
    ($($number:literal $name:ident: $signature:ident, $origin:ident, $doc:literal;)*) => {
        /// The number of each slot.
        #[allow(non_upper_case_globals)]
        pub mod slot {
            use super::c_int;
            $(#[doc = $doc] pub const $name: c_int = $number;)*
        }

        /// Every slot in the order of the numbers.
        pub const SLOTS: &[Slot] = &[$(Slot {
            name: stringify!($name),
            number: $number,
            signature: crate::Signature::$signature,
            ours: matches!(stringify!($origin).as_bytes(), b"ours"),
            doc: $doc,
        }),*];
    };
}
for_each_slot!(define_slots);

/// A row of the slot table.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    /// Name without the prefix `HPy_`.
    pub name: &'static str,
    /// Number, as in [`crate::HPySlot::slot`].
    pub number: c_int,
    /// How the implementation is called.
    pub signature: crate::Signature,
    /// Whether upstream's ABI 0 lacks it.
    pub ours: bool,
    /// What it does.
    pub doc: &'static str,
}

const _: () = {
    let mut i = 1;
    while i < SLOTS.len() {
        assert!(SLOTS[i - 1].number < SLOTS[i].number, "slots must be in order");
        i += 1;
    }
};
