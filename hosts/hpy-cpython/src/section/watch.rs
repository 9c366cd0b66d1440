//! Words in memory that tell whether an object was changed.
//!
//! Cells and functions have the words themselves: the references to what is in them. Where they lie is
//! found out by asking the interpreter for each object that is watched.
//! Dicts had a number of their version up to CPython 3.11 (PEP 509); from 3.12 on the interpreter calls
//! whoever watches a dict, before the change and with nothing else in between (`PyDict_Watch`).
//! Classes have a version, for the interpreter's own caches: 0 or marked as not valid from a change on,
//! until somebody looks an attribute up.
//! Where several threads run Python code at once, a change could be seen before it is made, and no dict
//! is watched.

use super::attribute::{KEYS_COUNT, keys_of};
use crate::capi::*;
use crate::host::obj;
use crate::layout::{Layout, TypeField};
use core::ffi::{c_int, c_void};
use core::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use hpy_abi::{HPy, HPyContext};

/// How often dicts were changed that are watched: one count for all dicts whose addresses end alike.
static CHANGES: [AtomicU64; 256] = [const { AtomicU64::new(0) }; 256];

/// The number of our watcher in the main interpreter, or -1.
static WATCHER: AtomicI32 = AtomicI32::new(-1);

/// The count of a dict.
fn changes(dict: Obj) -> &'static AtomicU64 {
    let address = dict.addr() >> 4;
    &CHANGES[(address ^ (address >> 8)) % CHANGES.len()]
}

/// What the interpreter calls before a dict changes.
unsafe extern "C" fn changing(_event: c_int, dict: Obj, _key: Obj, _value: Obj) -> c_int {
    changes(dict).fetch_add(1, Ordering::Relaxed);
    0
}

/// See [`hpy_abi::ext::Extensions::watch`].
///
/// # Safety
/// The contract of the ABI; `words` has room for so many addresses as the extension says.
pub(crate) unsafe extern "C" fn watch<L: Layout>(
    _ctx: *mut HPyContext,
    object: HPy,
    words: *mut *const u64,
) -> usize {
    let object = obj(object);
    // SAFETY: the caller's promise; each function is called with an object of its type.
    unsafe {
        let class = L::type_of(object);
        if class == api().PyDict_Type {
            return watch_dict::<L>(object, words);
        }
        if class == api().PyModule_Type {
            let dict = api().PyModule_GetDict.map_or(core::ptr::null_mut(), |get| get(object));
            return if dict.is_null() { 0 } else { watch_dict::<L>(dict, words) };
        }
        if class == api().PyType_Type {
            return watch_class::<L>(object, words);
        }
        match watch_function::<L>(object, words) {
            0 => watch_cell::<L>(object, words),
            found => found,
        }
    }
}

/// # Safety
/// A dict; room for an address.
unsafe fn watch_dict<L: Layout>(dict: Obj, words: *mut *const u64) -> usize {
    if L::FREE_THREADED {
        return 0;
    }
    // SAFETY: the caller's promise; the layout knows where a dict has its version.
    unsafe {
        if let Some(offset) = L::DICT_VERSION {
            words.write(dict.byte_add(offset).cast());
            return 1;
        }
        let Some(watch) = api().PyDict_Watch else { return 0 };
        let Some(watcher) = watcher() else { return 0 };
        if watch(watcher, dict) != 0 {
            PyErr_Clear();
            return 0;
        }
        words.write(changes(dict).as_ptr().cast_const());
        1
    }
}

/// The flag of a class that has a valid version.
const VALID_VERSION: core::ffi::c_ulong = 1 << 19;

/// # Safety
/// A class; room for three addresses.
unsafe fn watch_class<L: Layout>(class: Obj, words: *mut *const u64) -> usize {
    if L::FREE_THREADED || L::CLASS_KEYS.is_empty() {
        return 0;
    }
    let at = |field: TypeField| L::HEADER - 16 + field as usize;
    // SAFETY: the caller's promise; a class has these fields, and behind the version there is a gap as wide.
    unsafe {
        // Whoever looks an attribute up gives it a version.
        let found = PyObject_GetAttrString(class, c"__init__".as_ptr());
        if found.is_null() {
            PyErr_Clear();
            return 0;
        }
        Py_DecRef(found);
        let is_stale = L::STALE_VERSIONS && L::type_flags(class) & VALID_VERSION == 0;
        if is_stale || L::type_field(class, TypeField::VersionTag) as u32 == 0 {
            return 0;
        }
        words.write(class.byte_add(at(TypeField::VersionTag)).cast());
        let mut count = 1;
        if L::STALE_VERSIONS {
            words.add(count).write(class.byte_add(at(TypeField::Flags)).cast());
            count += 1;
        }
        if let Some(keys) = keys_of::<L>(class) {
            words.add(count).write(keys.byte_add(KEYS_COUNT).cast());
            count += 1;
        }
        count
    }
}

/// The number of our watcher in this interpreter, if it is the main one.
///
/// # Safety
/// The thread is attached.
unsafe fn watcher() -> Option<c_int> {
    // SAFETY: the caller's promise.
    unsafe {
        let current = api().PyInterpreterState_Get?();
        if current != api().PyInterpreterState_Main?() {
            return None;
        }
        let known = WATCHER.load(Ordering::Relaxed);
        if known >= 0 {
            return Some(known);
        }
        let added = api().PyDict_AddWatcher?(changing as *const c_void);
        if added < 0 {
            PyErr_Clear();
            return None;
        }
        WATCHER.store(added, Ordering::Relaxed);
        Some(added)
    }
}

/// # Safety
/// An object; room for an address.
unsafe fn watch_cell<L: Layout>(cell: Obj, words: *mut *const u64) -> usize {
    // SAFETY: the caller's promise; the interpreter says whether it is a cell, which has a word behind its
    // header.
    unsafe {
        let Some(get) = api().PyCell_Get else { return 0 };
        let content = get(cell);
        if content.is_null() {
            // It is no cell, or an empty one.
            PyErr_Clear();
            return 0;
        }
        let word: *const Obj = cell.byte_add(L::HEADER).cast();
        let found = word.read();
        Py_DecRef(content);
        if found != content {
            return 0;
        }
        words.write(word.cast());
        1
    }
}

/// # Safety
/// An object; room for three addresses.
unsafe fn watch_function<L: Layout>(function: Obj, words: *mut *const u64) -> usize {
    // SAFETY: the caller's promise; the interpreter says whether it is a function, which has more words
    // than these.
    unsafe {
        let api = api();
        let (Some(code), Some(defaults), Some(named)) =
            (api.PyFunction_GetCode, api.PyFunction_GetDefaults, api.PyFunction_GetKwDefaults)
        else {
            return 0;
        };
        let code = code(function);
        if code.is_null() {
            // It is no function.
            PyErr_Clear();
            return 0;
        }
        let wanted = [code, defaults(function), named(function)];
        for offsets in L::FUNCTION_WORDS {
            let places = offsets
                .map(|offset| function.byte_add(L::HEADER + offset).cast::<Obj>().cast_const());
            if (0..3).all(|i| places[i].read() == wanted[i]) {
                places.iter().enumerate().for_each(|(i, place)| words.add(i).write(place.cast()));
                return 3;
            }
        }
        0
    }
}
