//! Where the attributes of instances lie, for those who read them in place.
//!
//! A slot of a class (`__slots__`) has its place in each instance, which its descriptor says.
//! Other attributes are in a dict as a rule; from CPython 3.11 on their values stand in a row, in the
//! order of a table of names that the class has, until somebody asks for the dict.
//! Where that row is differs from one version to the next, and is private to the interpreter.
//! So each way is tried once on instances of a class made for it, and used only if what was put into
//! attributes is found where it should be.

use crate::capi::*;
use crate::host::obj;
use crate::layout::{Layout, TypeField, flag, read};
use core::ffi::c_ulong;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use hpy_abi::ext::{PLACE_WORDS, places};
use hpy_abi::{HPy, HPyContext};

/// Bits of a class in `tp_flags`: its instances have a row of values behind them (3.13), or elsewhere.
const INLINE_VALUES: c_ulong = 1 << 2;
const MANAGED_DICT: c_ulong = 1 << 4;
/// What the table of names is that instances share, as its kind.
const SPLIT: u8 = 2;
/// Where things lie in that table.
const KEYS_INDEX_SIZE: usize = 9;
const KEYS_KIND: usize = 10;
pub(super) const KEYS_COUNT: usize = 24;
const KEYS_INDICES: usize = 32;
/// Where things lie in a row of values behind an instance: whether it is in use, and the first value.
const ROW_IN_USE: usize = 3;
const ROW_VALUES: usize = 8;
/// Where an instance has its dict, and before 3.12 its row of values.
const DICT: isize = -24;
const ROW: isize = -32;
/// Where a descriptor of a slot leads to what says where the slot is, and where that says it.
const MEMBER: usize = 40;
const MEMBER_TYPE: usize = 8;
const MEMBER_OFFSET: usize = 16;
const OBJECT_MEMBER: i32 = 16;

/// A way to store attributes: one of [`places`]. 0 for none, and [`UNTRIED`] before it was looked for.
static ROWS: AtomicU32 = AtomicU32::new(UNTRIED);
static SLOTS: AtomicU32 = AtomicU32::new(UNTRIED);
/// Where a class has the table of names, once the way was found.
static KEYS: AtomicUsize = AtomicUsize::new(0);
const UNTRIED: u32 = u32::MAX;

/// See [`hpy_abi::ext::Extensions::attribute_place`].
///
/// # Safety
/// The contract of the ABI; `place` has room for as many words as the extension says.
pub(crate) unsafe extern "C" fn attribute_place<L: Layout>(
    _ctx: *mut HPyContext,
    class: HPy,
    name: HPy,
    place: *mut i64,
) -> usize {
    let (class, name) = (obj(class), obj(name));
    // SAFETY: the caller's promise; a class that is an object of `type` itself has its fields.
    unsafe {
        if L::FREE_THREADED || L::CLASS_KEYS.is_empty() || L::type_of(class) != api().PyType_Type {
            return 0;
        }
        let found = match L::type_of(name) == api().PyUnicode_Type {
            true => place_by_name::<L>(class, name),
            false => place_of_slot::<L>(class, name),
        };
        let Some(found) = found else { return 0 };
        found.iter().enumerate().for_each(|(i, word)| place.add(i).write(*word));
        1
    }
}

type Place = [i64; PLACE_WORDS];

/// The kind of a way, which is tried the first time.
fn tried(way: &AtomicU32, try_it: impl FnOnce() -> u32) -> u32 {
    match way.load(Ordering::Relaxed) {
        UNTRIED => {
            let found = try_it();
            way.store(found, Ordering::Relaxed);
            found
        }
        known => known,
    }
}

/// # Safety
/// A class and a `str`.
unsafe fn place_by_name<L: Layout>(class: Obj, name: Obj) -> Option<Place> {
    // SAFETY: the caller's promise.
    unsafe {
        let flags = L::type_flags(class);
        if flags & MANAGED_DICT == 0 && L::type_field(class, TypeField::DictOffset) == 0 {
            // Instances have slots only.
            return Some([places::MEMBER, 0, places::NOWHERE, 0]);
        }
        match tried(&ROWS, || try_rows::<L>()) {
            0 => None,
            kind => place_in_row::<L>(class, name, kind.into(), KEYS.load(Ordering::Relaxed)),
        }
    }
}

/// The place in a row of values, by the way that was found.
///
/// # Safety
/// A class and a `str`.
unsafe fn place_in_row<L: Layout>(class: Obj, name: Obj, kind: i64, keys: usize) -> Option<Place> {
    // SAFETY: the caller's promise; what is read was found to be there on a class of the same kind.
    unsafe {
        let keys = keys_at::<L>(class, keys)?;
        let utf8 = PyUnicode_AsUTF8AndSize(name, null_mut());
        if utf8.is_null() {
            PyErr_Clear();
            return None;
        }
        // Names of attributes are interned.
        let interned = PyUnicode_InternFromString(utf8);
        if interned.is_null() {
            PyErr_Clear();
            return None;
        }
        Py_DecRef(interned);
        let count: usize = read(keys, KEYS_COUNT);
        let entries = KEYS_INDICES + (1 << read::<u8>(keys, KEYS_INDEX_SIZE));
        let index = (0..count).find(|i| read::<Obj>(keys, entries + 16 * i) == interned);
        let flags = L::type_flags(class);
        let at = |first: i64| index.map_or(places::NOWHERE, |index| first + 8 * index as i64);
        let row = L::basic_size(class) as i64;
        match kind {
            places::INSIDE if flags & INLINE_VALUES != 0 => {
                let check = row + ROW_IN_USE as i64;
                Some([kind, check, at(row + ROW_VALUES as i64), DICT as i64])
            }
            places::BEHIND_TAGGED if flags & MANAGED_DICT != 0 => {
                Some([kind, DICT as i64, at(1), 0])
            }
            places::BEHIND if flags & MANAGED_DICT != 0 => Some([kind, ROW as i64, at(0), 0]),
            _ => None,
        }
    }
}

/// The table of names that the instances of a class share, if that is known.
///
/// # Safety
/// A class.
pub(super) unsafe fn keys_of<L: Layout>(class: Obj) -> Option<Obj> {
    match tried(&ROWS, || try_rows::<L>()) {
        0 => None,
        // SAFETY: the caller's promise.
        _ => unsafe { keys_at::<L>(class, KEYS.load(Ordering::Relaxed)) },
    }
}

/// The same, where a class has it at an offset.
///
/// # Safety
/// A class, and the offset of a word that leads to an object, or to the table, or is null.
unsafe fn keys_at<L: Layout>(class: Obj, offset: usize) -> Option<Obj> {
    // SAFETY: a class that was made when the program runs has this field; a table has a kind.
    unsafe {
        let flags = L::type_flags(class);
        let has_row = flags & (INLINE_VALUES | MANAGED_DICT) != 0;
        if flags & flag::HEAPTYPE == 0 || !has_row {
            return None;
        }
        let keys: Obj = read(class, offset);
        (!keys.is_null() && read::<u8>(keys, KEYS_KIND) == SPLIT).then_some(keys)
    }
}

/// The place of a slot, by its descriptor.
///
/// # Safety
/// A class, and an object.
unsafe fn place_of_slot<L: Layout>(class: Obj, descriptor: Obj) -> Option<Place> {
    // SAFETY: the caller's promise; a descriptor of the type that those of slots have has these fields.
    unsafe {
        if tried(&SLOTS, || try_slots::<L>()) == 0 {
            return None;
        }
        slot::<L>(class, descriptor)
    }
}

/// # Safety
/// A class, and an object.
unsafe fn slot<L: Layout>(class: Obj, descriptor: Obj) -> Option<Place> {
    // SAFETY: the type's name is a string; then as above.
    unsafe {
        let name = L::type_field(L::type_of(descriptor), TypeField::Name) as Str;
        if core::ffi::CStr::from_ptr(name) != c"member_descriptor" {
            return None;
        }
        // It is one of the class or of one that it is derived from.
        let of: Obj = read(descriptor, L::HEADER);
        let member: Obj = read(descriptor, MEMBER);
        if PyType_IsSubtype(class, of) == 0 || read::<i32>(member, MEMBER_TYPE) != OBJECT_MEMBER {
            return None;
        }
        let is_read_only = read::<i32>(member, MEMBER_OFFSET + 8) != 0;
        let offset: i64 = read(member, MEMBER_OFFSET);
        let is_inside = offset >= L::HEADER as i64 && offset < L::basic_size(class) as i64;
        (is_inside && !is_read_only).then_some([places::MEMBER, 0, offset, 0])
    }
}

/// The objects of an attempt, which end with it.
struct Attempt(Vec<Obj>);

impl Attempt {
    /// Keeps a new object. None, and no exception, if there is none.
    ///
    /// # Safety
    /// A new reference, or null with an exception.
    unsafe fn keep(&mut self, object: Obj) -> Option<Obj> {
        if object.is_null() {
            // SAFETY: the thread is attached.
            unsafe { PyErr_Clear() };
            return None;
        }
        self.0.push(object);
        Some(object)
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        // SAFETY: these are our own references, made on this thread.
        self.0.drain(..).rev().for_each(|object| unsafe { Py_DecRef(object) });
    }
}

/// The names of the attributes that are tried.
const NAMES: [&core::ffi::CStr; 2] = [c"first", c"second"];

/// Makes a class, with slots or without, and an instance with two attributes: the class, the instance and
/// what its attributes are.
///
/// # Safety
/// The thread is attached.
unsafe fn instance(made: &mut Attempt, has_slots: bool) -> Option<(Obj, Obj, [Obj; 2])> {
    // SAFETY: all objects are new and kept; `PyTuple_SetItem` takes a reference over.
    unsafe {
        let arguments = made.keep(PyTuple_New(3))?;
        let dict = PyDict_New();
        if has_slots {
            let slots = made.keep(PyTuple_New(2))?;
            for (i, name) in NAMES.iter().enumerate() {
                PyTuple_SetItem(slots, i as isize, PyUnicode_InternFromString(name.as_ptr()));
            }
            let key = made.keep(PyUnicode_InternFromString(c"__slots__".as_ptr()))?;
            PyDict_SetItem(dict, key, slots);
        }
        PyTuple_SetItem(arguments, 0, PyUnicode_FromString(c"attempt".as_ptr()));
        PyTuple_SetItem(arguments, 1, PyTuple_New(0));
        PyTuple_SetItem(arguments, 2, dict);
        let class = made.keep(PyObject_CallObject(api().PyType_Type, arguments))?;
        let instance = made.keep(PyObject_CallObject(class, null_mut()))?;
        let mut values = [null_mut(); 2];
        for (name, value) in NAMES.iter().zip(&mut values) {
            *value = made.keep(PyList_New(0))?;
            if PyObject_SetAttrString(instance, name.as_ptr(), *value) != 0 {
                PyErr_Clear();
                return None;
            }
        }
        Some((class, instance, values))
    }
}

/// Finds the way in which values stand in a row, if it is one of those that are known.
fn try_rows<L: Layout>() -> u32 {
    let mut made = Attempt(vec![]);
    // SAFETY: called on an attached thread, with objects made here.
    let attempt = unsafe { instance(&mut made, false) };
    let Some((class, instance, values)) = attempt else { return 0 };
    for keys in L::CLASS_KEYS {
        for kind in [places::INSIDE, places::BEHIND_TAGGED, places::BEHIND] {
            // SAFETY: as above; at each of the offsets a class has such a word.
            if unsafe { are_in_row::<L>((class, instance), &values, kind, *keys) } {
                KEYS.store(*keys, Ordering::Relaxed);
                return kind as u32;
            }
        }
    }
    0
}

/// Whether the values of an instance are where one way says, and there is no other one.
///
/// # Safety
/// A class as [`instance`] makes it and an instance; the offset is one of the layout's.
unsafe fn are_in_row<L: Layout>(
    (class, instance): (Obj, Obj),
    values: &[Obj; 2],
    kind: i64,
    keys: usize,
) -> bool {
    // SAFETY: the caller's promise; reads stay in the instance, or in what its words lead to, as far as the
    // way says.
    unsafe {
        let place = |name: &core::ffi::CStr| {
            let name = PyUnicode_InternFromString(name.as_ptr());
            let place = place_in_row::<L>(class, name, kind, keys);
            Py_DecRef(name);
            place
        };
        let count = keys_at::<L>(class, keys).map(|keys| read::<usize>(keys, KEYS_COUNT));
        let holds = |(name, value): (&&core::ffi::CStr, &Obj)| {
            place(name).and_then(|place| value_at(instance, &place)) == Some(*value)
        };
        count == Some(NAMES.len())
            && place(c"missing").is_some_and(|place| place[2] == places::NOWHERE)
            && NAMES.iter().zip(values).all(holds)
    }
}

/// Finds out whether slots are where their descriptors say.
fn try_slots<L: Layout>() -> u32 {
    let mut made = Attempt(vec![]);
    // SAFETY: as above.
    let fits = unsafe {
        let Some((class, instance, values)) = instance(&mut made, true) else { return 0 };
        NAMES.iter().zip(&values).all(|(name, value)| {
            let descriptor = made.keep(PyObject_GetAttrString(class, name.as_ptr()));
            let place = descriptor.and_then(|descriptor| slot::<L>(class, descriptor));
            place.and_then(|place| value_at(instance, &place)) == Some(*value)
        })
    };
    u32::from(fits)
}

/// What is at a place of an instance, if the way is in use there.
///
/// # Safety
/// The instance has this place.
unsafe fn value_at(instance: Obj, place: &Place) -> Option<Obj> {
    let [kind, check, offset, _] = place.map(|word| word as isize);
    // SAFETY: the caller's promise.
    unsafe {
        let word = || instance.byte_offset(check).cast::<usize>().read();
        let from: Obj = match kind as i64 {
            places::MEMBER => instance,
            places::INSIDE if instance.byte_offset(check).cast::<u8>().read() != 0 => instance,
            places::BEHIND_TAGGED if word() & 1 == 1 => {
                core::ptr::with_exposed_provenance_mut(word())
            }
            places::BEHIND if word() != 0 && word() & 1 == 0 => {
                core::ptr::with_exposed_provenance_mut(word())
            }
            _ => return None,
        };
        Some(from.byte_offset(offset).cast::<Obj>().read())
    }
}
