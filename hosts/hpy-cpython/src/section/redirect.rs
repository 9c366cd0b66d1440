//! Functions in Python whose calls go to other callables.
//!
//! From CPython 3.12 on a function says by which C function it is called, and the interpreter asks before
//! it makes a frame itself (`PyFunction_SetVectorcall`). Nothing else about the function changes.
//! 3.9 and 3.10 call whatever is in that field, without making frames themselves; 3.11 does not ask, see
//! [`substitute`].
//!
//! Without the GIL other threads call a function while its entry is written, which is one word: they see the
//! old one or the new one, and both are right. One that has seen the old one may ask later, so that what was
//! redirected once stays in the table, with the way in which it is called otherwise.

use crate::capi::*;
use crate::host::obj;
use crate::layout::{Layout, TypeField, old_version};
use crate::section::substitute;
use core::hash::{BuildHasherDefault, Hasher};
use hpy_abi::{HPy, HPyContext};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Where the calls of a function go.
#[derive(Clone, Copy)]
struct Target {
    /// A reference of ours; null when the redirection has ended.
    callable: usize,
    /// The function's code object and defaults, without references.
    parts: [usize; 3],
    /// How the function is called otherwise.
    plainly: Vectorcall,
}

/// Spreads addresses, all of which are multiples of 16.
#[derive(Default)]
struct ByAddress(u64);

impl Hasher for ByAddress {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_usize(usize::from(*byte)));
    }
    fn write_usize(&mut self, address: usize) {
        self.0 = (self.0 ^ address as u64 >> 4).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

type Targets = HashMap<usize, Target, BuildHasherDefault<ByAddress>>;

/// The functions, by their addresses. It is never locked while Python code may run.
static TARGETS: RwLock<Targets> = RwLock::new(HashMap::with_hasher(BuildHasherDefault::new()));

fn targets() -> RwLockReadGuard<'static, Targets> {
    TARGETS.read().unwrap_or_else(PoisonError::into_inner)
}

fn targets_to_change() -> RwLockWriteGuard<'static, Targets> {
    TARGETS.write().unwrap_or_else(PoisonError::into_inner)
}

/// What a function is called with besides its arguments: null where the interpreter does not say.
///
/// # Safety
/// A function in Python.
unsafe fn parts_of(function: Obj) -> [usize; 3] {
    let api = api();
    let get = [api.PyFunction_GetCode, api.PyFunction_GetDefaults, api.PyFunction_GetKwDefaults];
    // SAFETY: the caller's promise.
    get.map(|get| get.map_or(0, |get| unsafe { get(function) }.addr()))
}

/// How a function is called that has a target.
unsafe extern "C" fn redirected<L: Layout>(
    function: Obj,
    args: *const Obj,
    nargs: usize,
    names: Obj,
) -> Obj {
    // SAFETY: called by the interpreter as a function in Python is; the target has one more reference while it
    // is called.
    unsafe {
        let Some(target) = target_of::<L>(function) else {
            Py_FatalError(c"a redirected function has no target".as_ptr());
            return function;
        };
        if target.callable == 0 {
            return (target.plainly)(function, args, nargs, names);
        }
        let callable = target.callable as Obj;
        let result = match target.parts == parts_of(function) {
            true => L::vectorcall(callable, args, nargs, names),
            false => (target.plainly)(function, args, nargs, names),
        };
        L::decref(callable);
        result
    }
}

/// The target of a function, with a reference for the caller.
///
/// # Safety
/// A function in Python.
unsafe fn target_of<L: Layout>(function: Obj) -> Option<Target> {
    let targets = targets();
    let target = targets.get(&function.addr()).copied()?;
    if target.callable != 0 {
        // SAFETY: as long as the table is locked, it has its own reference.
        unsafe { L::incref(target.callable as Obj) }
    }
    Some(target)
}

/// By which C function the interpreter calls a function, before CPython 3.12: its place.
///
/// # Safety
/// A function in Python.
unsafe fn entry<L: Layout>(function: Obj) -> *mut Vectorcall {
    // SAFETY: the type of functions says where it is.
    unsafe {
        function.byte_add(L::type_field(L::type_of(function), TypeField::VectorcallOffset)).cast()
    }
}

/// By which C function the interpreter calls a function.
///
/// # Safety
/// A function in Python.
unsafe fn get_entry<L: Layout>(function: Obj) -> Option<Vectorcall> {
    // SAFETY: the caller's promise.
    unsafe {
        match api().PyVectorcall_Function {
            Some(get) => get(function),
            None => Some(entry::<L>(function).read()),
        }
    }
}

/// Lets the interpreter call a function by another C function.
///
/// # Safety
/// A function in Python.
unsafe fn set_entry<L: Layout>(function: Obj, call: Vectorcall) {
    // SAFETY: the caller's promise.
    unsafe {
        match api().PyFunction_SetVectorcall {
            Some(set) => set(function, call),
            None => entry::<L>(function).write(call),
        }
    }
}

/// See [`hpy_abi::ext::Extensions::redirect`].
///
/// # Safety
/// The contract of the ABI.
pub(crate) unsafe extern "C" fn redirect<L: Layout>(
    _ctx: *mut HPyContext,
    function: HPy,
    target: HPy,
) -> usize {
    let function = obj(function);
    let api = api();
    if api.PyFunction_SetVectorcall.is_none() && old_version::<L>() == 0 {
        return 0;
    }
    // SAFETY: the caller's promise; only a function in Python has a code object to give.
    unsafe {
        let parts = parts_of(function);
        if parts[0] == 0 {
            // The interpreter complains about what is no function.
            PyErr_Clear();
            return 0;
        }
        if old_version::<L>() == 11 {
            return usize::from(substitute::redirect::<L>(function, obj(target)));
        }
        let old = targets().get(&function.addr()).copied();
        if target.is_null() {
            if let Some(old) = old {
                end::<L>(function, old);
            }
            return 1;
        }
        let Some(plainly) = old.map(|old| old.plainly).or(get_entry::<L>(function)) else {
            return 0;
        };
        let callable = obj(target);
        L::incref(callable);
        let target = Target { callable: callable.addr(), parts, plainly };
        let old = targets_to_change().insert(function.addr(), target);
        set_entry::<L>(function, redirected::<L>);
        forget::<L>(old);
        1
    }
}

/// Lets a function be called as it was.
///
/// # Safety
/// A function in Python that is in the table.
unsafe fn end<L: Layout>(function: Obj, target: Target) {
    // SAFETY: the caller's promise.
    unsafe {
        set_entry::<L>(function, target.plainly);
        let old = match L::FREE_THREADED {
            true => targets_to_change().insert(function.addr(), Target { callable: 0, ..target }),
            false => targets_to_change().remove(&function.addr()),
        };
        forget::<L>(old);
    }
}

/// Gives the reference of what was in the table back.
///
/// # Safety
/// Nobody has it any more.
unsafe fn forget<L: Layout>(old: Option<Target>) {
    if let Some(old) = old.filter(|old| old.callable != 0) {
        // SAFETY: the caller's promise.
        unsafe { L::decref(old.callable as Obj) }
    }
}
