//! How a module of an extension comes to life: from `PyInit_NAME` to a `PyModuleDef`.
//!
//! Initialisation has two phases, as PEP 489 has it: `PyInit_NAME` gives a definition, and the
//! interpreter makes the module from it and runs its `mod_exec` slots.
//! Before the extension describes itself it has to know its host, because what it defines may
//! depend on it; so the order is: load the C API, choose the layout, fill the context, hand it to
//! the extension, ask for its definition, translate it.

use crate::capi::*;
use crate::host;
use crate::interpreter;
use crate::layout::{self, Kind, sizes, with_layout};
use crate::modes;
use crate::types::checks;
use crate::types::creation::Raised;
use crate::types::{definitions, keep, method_flags};
use core::ffi::{CStr, c_void};
use core::ptr::{null, null_mut};
use hpy_abi::*;
use std::sync::{Mutex, PoisonError};

/// What the host has to know about a module of an extension.
pub struct ModuleEntry {
    /// The last component of the module's name, the NAME below.
    pub name: &'static CStr,
    /// `HPyInit_NAME`
    pub def: unsafe extern "C" fn() -> *mut HPyModuleDef,
    /// `HPyInitGlobalContext_NAME`
    pub set_context: unsafe extern "C" fn(*mut HPyContext),
    /// Whether it wants the GIL where there may be none: its functions are not called at once.
    pub uses_gil: bool,
}

/// Does the work of `PyInit_NAME`: gives what the interpreter expects of it, or null with an
/// `ImportError` set that says what is missing.
///
/// The environment variable `HPY` may ask for another context than the host's own; see `modes`.
///
/// # Safety
/// Called by an interpreter's import machinery, on a thread that is attached to it; the functions
/// of the entry are those of an extension that follows the ABI.
pub unsafe fn module_init(entry: &'static ModuleEntry) -> *mut cpy_PyObject {
    // SAFETY: the caller's promise; a context of another mode follows the ABI as the host's does.
    unsafe { init(entry, modes::context_for) }
}

/// The same for the module that offers the other contexts: it gets the host's own in any case.
///
/// # Safety
/// As for [`module_init`].
pub unsafe fn module_init_plain(entry: &'static ModuleEntry) -> *mut cpy_PyObject {
    // SAFETY: the caller's promise.
    unsafe { init(entry, |_| Ok(host::context())) }
}

/// # Safety
/// As for [`module_init`]; `choose` gives a context.
unsafe fn init(
    entry: &'static ModuleEntry,
    choose: unsafe fn(&CStr) -> Result<*mut HPyContext, String>,
) -> *mut cpy_PyObject {
    // SAFETY: the caller's promise; `choose` is called once the API is loaded.
    unsafe {
        let chosen = attach().and_then(|kind| Ok((kind, choose(entry.name)?)));
        let (kind, context) = match chosen {
            Ok(chosen) => chosen,
            Err(message) => {
                let name = entry.name.to_string_lossy();
                raise_import_error(&format!("cannot import {name}: {message}"));
                return null_mut();
            }
        };
        (entry.set_context)(context);
        let def = (entry.def)();
        match with_layout!(kind, definition(entry.name, def, entry.uses_gil)) {
            Ok(definition) => PyModuleDef_Init(definition),
            Err(Raised) => null_mut(),
        }
    }
}

/// Makes a module from the definition of an extension that has no `PyInit_NAME`, and runs its
/// `mod_exec` slots; null with an exception set on failure.
///
/// # Safety
/// This host is in use ([`module_init_plain`] has been called), the thread is attached to the
/// interpreter, `def` is null or follows the ABI, and `spec` is an open handle.
pub unsafe fn make_module(name: &CStr, def: *mut HPyModuleDef, spec: HPy) -> HPy {
    // SAFETY: the caller's promise; the definition lives for ever, and so does the copied name.
    unsafe {
        let Ok(kind) = attach() else { return HPy::NULL };
        let (Some(from_spec), Some(exec)) =
            (api().PyModule_FromDefAndSpec2, api().PyModule_ExecDef)
        else {
            raise("PyExc_ImportError", "this interpreter cannot make a module from a definition");
            return HPy::NULL;
        };
        let name = CStr::from_ptr(keep(name.as_ptr()));
        let Ok(definition) = with_layout!(kind, definition(name, def, false)) else {
            return HPy::NULL;
        };
        let module = from_spec(definition, host::obj(spec), API_VERSION);
        if module.is_null() {
            return HPy::NULL;
        }
        // What a `mod_create` slot made may be anything, and has no state to be set up.
        let type_ = PyObject_Type(module);
        let is_module = PyType_IsSubtype(type_, api().PyModule_Type) != 0;
        Py_DecRef(type_);
        if is_module && exec(module, definition) != 0 {
            Py_DecRef(module);
            return HPy::NULL;
        }
        host::handle(module)
    }
}

/// `PYTHON_API_VERSION`, which has not changed since Python 2.5.
const API_VERSION: i32 = 1013;

/// Loads the C API, chooses the layout and fills the context, once per shared object.
///
/// Several threads may come here at once where there is no GIL. Nothing in the critical part waits
/// for the interpreter, so that a thread that waits for the lock cannot keep it from stopping the
/// world.
///
/// # Safety
/// The thread is attached to the interpreter.
unsafe fn attach() -> Result<Kind, String> {
    static ATTACHED: Mutex<Option<Kind>> = Mutex::new(None);
    let linker = load().map_err(|name| {
        format!("this process has no C API that the extension can use ({name} is missing)")
    })?;
    // SAFETY: the API is loaded; the caller's promise.
    if !unsafe { interpreter::is_main() } {
        return Err(interpreter::REFUSAL.to_owned());
    }
    if let Some(kind) = *ATTACHED.lock().unwrap_or_else(PoisonError::into_inner) {
        return Ok(kind);
    }
    // SAFETY: the API is loaded; the caller's promise.
    unsafe {
        let kind = layout::detect(linker).ok_or_else(|| {
            format!(
                "Python {} is not supported: it must be 3.9 or later, and PyPy of a known layout",
                version_text()
            )
        })?;
        check_direct(kind)?;
        let mut attached = ATTACHED.lock().unwrap_or_else(PoisonError::into_inner);
        if attached.is_none() {
            with_layout!(kind, fill(linker))
                .map_err(|member| format!("this interpreter has no object for {member}"))?;
            *attached = Some(kind);
        }
        Ok(kind)
    }
}

use host::fill;

/// A build for one family of interpreters must not run on another.
///
/// # Safety
/// The API is loaded.
#[cfg(feature = "direct")]
unsafe fn check_direct(kind: Kind) -> Result<(), String> {
    if kind == crate::direct::KIND {
        return Ok(());
    }
    // SAFETY: the caller's promise.
    let running = unsafe { version_text() };
    Err(format!(
        "it was built directly for Python {} ({}), and this is Python {running}; \
         use the universal build, or build again with POMMEL_DIRECT_PYTHON set to this version",
        crate::direct::PYTHON,
        crate::direct::NAME,
    ))
}

#[cfg(not(feature = "direct"))]
unsafe fn check_direct(_: Kind) -> Result<(), String> {
    Ok(())
}

/// Numbers of the C API's module slots, and the one answer we give to each question.
mod c_slot {
    pub(super) const CREATE: i32 = 1;
    pub(super) const EXEC: i32 = 2;
    /// Since 3.12: whether it may be loaded into an isolated interpreter, where its own `EXEC`
    /// refuses. An object that a `CREATE` slot makes can have none, and CPython refuses for it.
    pub(super) const MULTIPLE_INTERPRETERS: i32 = 3;
    pub(super) const OF_EVERY_INTERPRETER: usize = 2;
    pub(super) const OF_NO_OTHER_INTERPRETER: usize = 0;
    /// Since 3.13: the GIL may stay off.
    pub(super) const GIL: (i32, usize) = (4, 1);
}

/// A module's definition as the C API has it, never freed: the interpreter keeps the pointer.
///
/// # Safety
/// `def` is null or follows the ABI; the thread is attached to the interpreter.
unsafe fn definition<L: layout::Layout>(
    name: &'static CStr,
    def: *mut HPyModuleDef,
    uses_gil: bool,
) -> Result<*mut c_void, Raised> {
    // SAFETY: the caller's promise.
    unsafe {
        let Some(def) = def.as_ref() else {
            if PyErr_Occurred().is_null() {
                raise("PyExc_SystemError", "an extension gave no definition of its module");
            }
            return Err(Raised);
        };
        if def.size < 0 {
            raise("PyExc_SystemError", "HPy does not permit HPyModuleDef.size < 0");
            return Err(Raised);
        }
        let methods = methods(def)?;
        let slots = slots(def, uses_gil)?;
        let doc = keep(def.doc);
        // `PyModuleDef` is a header like any object's, three words of the import machinery, and
        // then these.
        let fields = [
            name.as_ptr() as usize,
            doc as usize,
            def.size as usize,
            methods.leak().as_ptr() as usize,
            slots.leak().as_ptr() as usize,
            0,
            0,
            0,
        ];
        let header = if L::HEADER == 0 { sizes::OBJECT.get() } else { L::HEADER };
        let mut words = vec![0_usize; header / size_of::<usize>() + 3];
        words[0] = 1;
        words.extend(fields);
        Ok(words.leak().as_mut_ptr().cast())
    }
}

/// The functions of a module, and a null entry.
///
/// # Safety
/// `def` follows the ABI.
unsafe fn methods(def: &HPyModuleDef) -> Result<Vec<PyMethodDef>, Raised> {
    let mut methods = Vec::new();
    // SAFETY: the caller's promise; the C API's methods end with a null name.
    unsafe {
        for d in definitions(def.defines).filter(|d| d.kind == DefKind::METH) {
            let m = &d.body.meth;
            checks::method(m)?;
            let flags = method_flags(m.signature).unwrap_or(0);
            let meth = m.cpy_trampoline.map_or(null(), |f| f as *const c_void);
            methods.push(PyMethodDef { name: keep(m.name), meth, flags, doc: keep(m.doc) });
        }
        let mut legacy: *const PyMethodDef = def.legacy_methods.cast();
        while let Some(m) = legacy.as_ref().filter(|m| !m.name.is_null()) {
            methods.push(*m);
            legacy = legacy.add(1);
        }
    }
    methods.push(PyMethodDef::END);
    Ok(methods)
}

/// The slots of a module, and a zero entry.
///
/// # Safety
/// `def` follows the ABI; the thread is attached to the interpreter.
unsafe fn slots(def: &HPyModuleDef, uses_gil: bool) -> Result<Vec<PySlot>, Raised> {
    let mut slots: Vec<(i32, usize)> = Vec::new();
    let mut others = false;
    let kinds = [DefKind::SLOT, DefKind::METH, DefKind::MEMBER, DefKind::GETSET];
    let error = |message: &str| {
        // SAFETY: the caller's promise.
        unsafe { raise("PyExc_SystemError", message) };
        Err(Raised)
    };
    // SAFETY: the caller's promise.
    for d in unsafe { definitions(def.defines) } {
        if d.kind != DefKind::SLOT {
            if !kinds.contains(&d.kind) {
                return error("a definition is of an unknown kind");
            }
            others = true;
            continue;
        }
        // SAFETY: the kind says which arm is in use.
        let s = unsafe { &d.body.slot };
        let number = match s.slot {
            slot::mod_create => c_slot::CREATE,
            slot::mod_exec => c_slot::EXEC,
            n => return error(&format!("Unsupported slot in HPyModuleDef.defines (value: {n}).")),
        };
        let Some(function) = s.cpy_trampoline else {
            return error("a slot of a module has no function");
        };
        slots.push((number, function as usize));
    }
    let creates = slots.iter().filter(|(n, _)| *n == c_slot::CREATE).count();
    if creates > 1 {
        return error("an HPyModuleDef defines more than one HPy_mod_create slot");
    }
    let alone = !others
        && slots.len() == 1
        && def.legacy_methods.is_null()
        && def.size == 0
        && def.doc.is_null()
        && def.globals.is_null();
    if creates == 1 && !alone {
        return error(
            "HPyModuleDef defines a HPy_mod_create slot and something else besides. \
             An object that the slot makes is not given anything of the rest: define either the \
             slot, or the contents of a module that the interpreter makes.",
        );
    }
    // SAFETY: the API is loaded.
    unsafe { declare(&mut slots, creates == 1, uses_gil) };
    let slots = slots.into_iter().map(|(slot, value)| PySlot { slot, value: value as *mut c_void });
    Ok(slots.chain([PySlot { slot: 0, value: null_mut() }]).collect())
}

/// Adds the slots in which a module says where it works, and the one in which it sees to that.
///
/// # Safety
/// The API is loaded.
unsafe fn declare(slots: &mut Vec<(i32, usize)>, is_created: bool, uses_gil: bool) {
    if load() == Ok(Linker::PyPy) {
        return;
    }
    // SAFETY: the caller's promise.
    let version = layout::parse_version(&unsafe { version_text() }).unwrap_or_default();
    let check: unsafe extern "C" fn(Obj) -> core::ffi::c_int = interpreter::check;
    let mut interpreters = c_slot::OF_NO_OTHER_INTERPRETER;
    if !is_created {
        slots.insert(0, (c_slot::EXEC, check as usize));
        interpreters = c_slot::OF_EVERY_INTERPRETER;
    }
    if version >= (3, 12) {
        slots.push((c_slot::MULTIPLE_INTERPRETERS, interpreters));
    }
    // Without the slot CPython switches the GIL on.
    if version >= (3, 13) && !uses_gil {
        slots.push(c_slot::GIL);
    }
}
