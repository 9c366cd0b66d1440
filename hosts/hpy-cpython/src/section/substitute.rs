//! Functions in Python whose calls go elsewhere on CPython 3.11.
//!
//! That interpreter makes the frame of a function itself and asks nobody, so that the function gets a code
//! object that does nothing but call the target. No trace of it is left in frames and tracebacks: a frame
//! counts from the instruction `RESUME` on, and this code has none. `__code__` is what it was, because the
//! descriptor of functions says so, and a new one that is set takes the calls back.

use crate::capi::*;
use crate::layout::{Layout, TypeField};
use core::ffi::{CStr, c_void};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// The instructions of CPython 3.11 that a substitute has, and how many units of cache follow them.
mod op {
    pub(super) const PUSH_NULL: (u8, usize) = (2, 0);
    pub(super) const RETURN_VALUE: (u8, usize) = (83, 0);
    pub(super) const LOAD_CONST: (u8, usize) = (100, 0);
    pub(super) const LOAD_FAST: (u8, usize) = (124, 0);
    pub(super) const PRECALL: (u8, usize) = (166, 1);
    pub(super) const CALL: (u8, usize) = (171, 4);
    pub(super) const KW_NAMES: (u8, usize) = (172, 0);
}

/// Functions with arguments that are not known by their number, generators and coroutines.
const NOT_SUBSTITUTED: i64 = 0x4 | 0x8 | 0x20 | 0x80 | 0x200;

/// The code objects of a function, by addresses with a reference of ours.
#[derive(Clone, Copy)]
struct Codes {
    shown: usize,
    substitute: usize,
}

/// The functions, by their addresses. It is never locked while Python code may run.
static CODES: LazyLock<Mutex<HashMap<usize, Codes>>> = LazyLock::new(Mutex::default);

fn codes() -> MutexGuard<'static, HashMap<usize, Codes>> {
    CODES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets calls of a function go to a target, or to the function again if it is null. Whether that is possible.
///
/// # Safety
/// A function in Python of CPython 3.11.
pub(crate) unsafe fn redirect<L: Layout>(function: Obj, target: Obj) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        if !show_codes::<L>(L::type_of(function)) {
            return false;
        }
        let old = codes().get(&function.addr()).copied();
        if let Some(old) = old {
            if current_code(function).addr() == old.substitute {
                set_code(function, old.shown as Obj);
            }
            codes().remove(&function.addr());
            L::decref(old.shown as Obj);
            L::decref(old.substitute as Obj);
        }
        if target.is_null() {
            return true;
        }
        let shown = current_code(function);
        let substitute = substitute_of::<L>(shown, target);
        if substitute.is_null() {
            PyErr_Clear();
            return false;
        }
        L::incref(shown);
        let both = Codes { shown: shown.addr(), substitute: substitute.addr() };
        codes().insert(function.addr(), both);
        set_code(function, substitute)
    }
}

/// Whether a code object of a function is the one that stands for another one.
pub(crate) fn is_substitute(function: Obj, code: Obj) -> bool {
    codes().get(&function.addr()).is_some_and(|known| known.substitute == code.addr())
}

/// The code object that a function has, borrowed.
///
/// # Safety
/// A function in Python.
unsafe fn current_code(function: Obj) -> Obj {
    // SAFETY: the caller's promise.
    api().PyFunction_GetCode.map_or(null_mut(), |get| unsafe { get(function) })
}

/// # Safety
/// A function in Python, and a code object with as many variables from around.
unsafe fn set_code(function: Obj, code: Obj) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let is_set = PyObject_SetAttrString(function, c"__code__".as_ptr(), code) == 0;
        if !is_set {
            PyErr_Clear();
        }
        is_set
    }
}

/// A code object with the arguments of another one that calls a target with them: a new reference, or null,
/// with or without an exception.
///
/// # Safety
/// A code object of CPython 3.11.
unsafe fn substitute_of<L: Layout>(code: Obj, target: Obj) -> Obj {
    // SAFETY: the caller's promise; every object is new, and ends here or with what it is put into.
    unsafe {
        let [positional, named, flags] =
            [c"co_argcount", c"co_kwonlyargcount", c"co_flags"].map(|name| number::<L>(code, name));
        let all = positional + named;
        if !(0..=255).contains(&all) || flags & NOT_SUBSTITUTED != 0 {
            return null_mut();
        }
        let variables = PyObject_GetAttrString(code, c"co_varnames".as_ptr());
        let names = PySequence_GetSlice(variables, positional as isize, all as isize);
        L::incref(target);
        let constants = PyTuple_New(2);
        PyTuple_SetItem(constants, 0, target);
        PyTuple_SetItem(constants, 1, names);
        let text = instructions(all as u8, named > 0);
        let parts = [
            (c"co_code", PyBytes_FromStringAndSize(text.as_ptr().cast(), text.len() as isize)),
            (c"co_consts", constants),
            // The null, the target and its arguments.
            (c"co_stacksize", PyLong_FromLong(2 + all as core::ffi::c_long)),
            (c"co_exceptiontable", PyBytes_FromStringAndSize(c"".as_ptr(), 0)),
            (c"co_linetable", PyBytes_FromStringAndSize(c"".as_ptr(), 0)),
            (c"co_cellvars", PyTuple_New(0)),
        ];
        let named = PyDict_New();
        for (name, value) in parts {
            let name = PyUnicode_FromString(name.as_ptr());
            PyDict_SetItem(named, name, value);
            [name, value].into_iter().for_each(|o| L::decref(o));
        }
        let replace = PyObject_GetAttrString(code, c"replace".as_ptr());
        let none = PyTuple_New(0);
        let made = PyObject_Call(replace, none, named);
        [variables, named, replace, none].into_iter().for_each(|o| L::decref(o));
        made
    }
}

/// The instructions of a substitute, which calls its first constant with all of its arguments, the last of
/// them by the names in its second constant if it has such.
fn instructions(arguments: u8, has_names: bool) -> Vec<u8> {
    let mut text = Vec::new();
    let mut add = |(code, caches): (u8, usize), argument: u8| {
        text.extend([code, argument]);
        text.extend(core::iter::repeat_n(0, 2 * caches));
    };
    add(op::PUSH_NULL, 0);
    add(op::LOAD_CONST, 0);
    (0..arguments).for_each(|i| add(op::LOAD_FAST, i));
    if has_names {
        add(op::KW_NAMES, 1);
    }
    add(op::PRECALL, arguments);
    add(op::CALL, arguments);
    add(op::RETURN_VALUE, 0);
    text
}

/// A number that is an attribute of a code object.
///
/// # Safety
/// A code object, and the name of such an attribute.
pub(crate) unsafe fn number<L: Layout>(code: Obj, name: &CStr) -> i64 {
    // SAFETY: the caller's promise.
    unsafe {
        let value = PyObject_GetAttrString(code, name.as_ptr());
        let number = PyLong_AsLongLong(value);
        L::decref(value);
        number
    }
}

/// How the descriptor of `__code__` reads it: a C function.
type Getter = unsafe extern "C" fn(Obj, *mut c_void) -> Obj;

/// That function.
static GETTER: AtomicUsize = AtomicUsize::new(0);

/// Reads `__code__`: never a substitute.
unsafe extern "C" fn shown_code<L: Layout>(function: Obj, closure: *mut c_void) -> Obj {
    // SAFETY: called as the interpreter's own getter, which was here before and may fail.
    unsafe {
        let getter: Getter = core::mem::transmute(GETTER.load(Ordering::Relaxed));
        let code = getter(function, closure);
        let known = codes().get(&function.addr()).copied();
        match known {
            Some(known) if !code.is_null() && known.substitute == code.addr() => {
                L::decref(code);
                L::incref(known.shown as Obj);
                known.shown as Obj
            }
            _ => code,
        }
    }
}

/// Lets `__code__` of functions be what it was without us; whether that is possible.
///
/// # Safety
/// The type of functions of CPython 3.11.
unsafe fn show_codes<L: Layout>(functions: Obj) -> bool {
    if GETTER.load(Ordering::Relaxed) != 0 {
        return true;
    }
    // SAFETY: the descriptors of a static type are in a table that can be written, and whose end has no name.
    unsafe {
        let mut entry = L::type_field(functions, TypeField::GetSet) as *mut PyGetSetDef;
        while !(*entry).name.is_null() {
            if CStr::from_ptr((*entry).name) == c"__code__" {
                GETTER.store((*entry).get.addr(), Ordering::Relaxed);
                (*entry).get = shown_code::<L> as *const c_void;
                return true;
            }
            entry = entry.add(1);
        }
        false
    }
}
