//! Definitions of modules and types in Rust: for each function one that the context calls, and a
//! trampoline for an interpreter with a C API.

use crate::call::{Ctx, Owned, Raised, call};
use crate::contexts;
use core::ffi::{CStr, c_void};
use core::ptr::null_mut;
use hpy_abi::*;

/// A function of a module: it gets the arguments of a call, those with names behind the others,
/// and the names.
pub(crate) type Function = fn(Ctx, &[HPy], HPy) -> Result<HPy, Raised>;

/// What a definition holds of a function: the function and its trampoline.
pub(crate) type Pair = (HPyCFunction, HPyCFunction);

/// Erases the type of a function.
macro_rules! erased {
    ($function:expr) => {
        // SAFETY: any function pointer may be erased.
        unsafe { core::mem::transmute::<*const (), HPyCFunction>($function as *const ()) }
    };
}
pub(crate) use erased;

/// `methods()`, the functions of a module: name in Rust, name in Python, docstring. All take names
/// for their arguments.
macro_rules! functions {
    ($($name:ident $python:literal $doc:literal;)*) => {
        fn methods() -> Vec<HPyDef> {
            use $crate::define::{erased, meth_def, run, through};
            vec![$({
                unsafe extern "C" fn imp(
                    ctx: *mut HPyContext, _: HPy, args: Handles, nargs: usize, kwnames: HPy,
                ) -> HPy {
                    // SAFETY: the host calls with its context and that many arguments.
                    unsafe { run($name, ctx, args, nargs, kwnames) }
                }
                unsafe extern "C" fn trampoline(
                    self_: CpyRef, args: *const CpyRef, nargsf: usize, kwnames: CpyRef,
                ) -> CpyRef {
                    let result = core::ptr::null_mut();
                    let mut a = args::KEYWORDS { self_, args, nargsf, kwnames, result };
                    // SAFETY: the types of the two functions belong to this signature.
                    unsafe { through(Signature::KEYWORDS, imp as *const (), (&raw mut a).cast()) };
                    a.result
                }
                meth_def($python, $doc, Signature::KEYWORDS, (erased!(imp), erased!(trampoline)))
            }),*]
        }
    };
}
pub(crate) use functions;

/// A function with another signature that gives an object: `pair!(SIGNATURE(argument: type for
/// the context, type of the C API; ...) function)`.
macro_rules! pair {
    ($signature:ident($($arg:ident: $ty:ty, $raw:ty);*) $function:path) => {{
        unsafe extern "C" fn imp(ctx: *mut HPyContext, $($arg: $ty),*) -> HPy {
            $function(Ctx(ctx), $($arg),*).unwrap_or(HPy::NULL)
        }
        unsafe extern "C" fn trampoline($($arg: $raw),*) -> CpyRef {
            let mut a = args::$signature { $($arg,)* result: core::ptr::null_mut() };
            // SAFETY: the types of the two functions belong to this signature.
            unsafe {
                $crate::define::through(
                    Signature::$signature, imp as *const (), (&raw mut a).cast(),
                );
            }
            a.result
        }
        ($crate::define::erased!(imp), $crate::define::erased!(trampoline))
    }};
}
pub(crate) use pair;

/// Runs a function with the arguments of a call.
///
/// # Safety
/// Called by the host: the context is alive, the thread attached, and `args` has `nargs` handles
/// and one more for each name.
pub(crate) unsafe fn run(
    function: Function,
    ctx: *mut HPyContext,
    args: Handles,
    nargs: usize,
    kwnames: HPy,
) -> HPy {
    let ctx = Ctx(ctx);
    let named = if kwnames.is_null() { 0 } else { call!(ctx, ctx_Length, kwnames).0 as usize };
    let count = nargs + named;
    let args: &[HPy] = if count == 0 {
        &[]
    } else {
        // SAFETY: the caller's promise; without arguments the pointer may be null.
        unsafe { core::slice::from_raw_parts(args.0, count) }
    };
    function(ctx, args, kwnames).unwrap_or(HPy::NULL)
}

/// Hands a trampoline's arguments to the host.
///
/// # Safety
/// `imp` and `args` have the types that belong to the signature.
pub(crate) unsafe fn through(signature: Signature, imp: *const (), args: *mut c_void) {
    // SAFETY: any function pointer may be erased.
    let imp = unsafe { core::mem::transmute::<*const (), HPyCFunction>(imp) };
    call!(Ctx(contexts::plain()), ctx_CallRealFunctionFromTrampoline, signature, imp, args);
}

/// A method or function.
pub(crate) fn meth_def(
    name: &'static CStr,
    doc: &'static CStr,
    signature: Signature,
    (imp, cpy_trampoline): Pair,
) -> HPyDef {
    let (name, doc) = (name.as_ptr(), doc.as_ptr());
    let meth = HPyMeth { name, imp, cpy_trampoline, signature, doc };
    HPyDef { kind: DefKind::METH, body: HPyDefBody { meth } }
}

/// A slot.
pub(crate) fn slot_def(slot: i32, (imp, cpy_trampoline): Pair) -> HPyDef {
    let slot = HPySlot { slot, imp, cpy_trampoline };
    HPyDef { kind: DefKind::SLOT, body: HPyDefBody { slot } }
}

/// A property that can be read.
pub(crate) fn get_def(name: &'static CStr, doc: &'static CStr, getter: Pair) -> HPyDef {
    let getset = HPyGetSet {
        name: name.as_ptr(),
        getter_impl: getter.0,
        setter_impl: None,
        getter_cpy_trampoline: getter.1,
        setter_cpy_trampoline: None,
        doc: doc.as_ptr(),
        closure: null_mut(),
    };
    HPyDef { kind: DefKind::GETSET, body: HPyDefBody { getset } }
}

/// An array of definitions that ends with null and lives for ever, as hosts expect.
pub(crate) fn defines(defs: impl IntoIterator<Item = HPyDef>) -> *mut *mut HPyDef {
    let defs = defs.into_iter().map(|def| &raw mut *Box::leak(Box::new(def)));
    let defs: Vec<*mut HPyDef> = defs.chain([null_mut()]).collect();
    defs.leak().as_mut_ptr()
}

/// The definition of a module, which lives for ever.
pub(crate) fn module_def(
    doc: &'static CStr,
    defs: impl IntoIterator<Item = HPyDef>,
) -> *mut HPyModuleDef {
    let definition = HPyModuleDef {
        doc: doc.as_ptr(),
        size: 0,
        legacy_methods: null_mut(),
        defines: defines(defs),
        globals: null_mut(),
    };
    &raw mut *Box::leak(Box::new(definition))
}

/// Makes a module of ours and puts it into another, and where `import` finds it.
pub(crate) fn add_submodule(
    ctx: Ctx,
    parent: HPy,
    name: &CStr,
    def: *mut HPyModuleDef,
) -> Result<Owned, Raised> {
    let import =
        |module: &CStr| Owned::new(ctx, call!(ctx, ctx_Import_ImportModule, Utf8(module.as_ptr())));
    let attribute =
        |h: HPy, name: &CStr| Owned::new(ctx, call!(ctx, ctx_GetAttr_s, h, Utf8(name.as_ptr())));
    let full_name = {
        let parent = attribute(parent, c"__name__")?;
        format!("{}.{}", ctx.text(parent.get())?, name.to_string_lossy())
    };
    let full_name = ctx.str(&crate::call::c_string(&full_name))?;
    let machinery = import(c"importlib.machinery")?;
    let make_spec = attribute(machinery.get(), c"ModuleSpec")?;
    let args = [full_name.get(), crate::call::constant!(ctx, h_None)];
    let args = Handles(args.as_ptr());
    let spec = Owned::new(ctx, call!(ctx, ctx_Call, make_spec.get(), args, 2, HPy::NULL))?;
    // SAFETY: this runs in a module of the host's, the thread is attached, and the definition
    // follows the ABI.
    let module = Owned::new(ctx, unsafe { hpy_cpython::make_module(name, def, spec.get()) })?;
    let sys = import(c"sys")?;
    let modules = attribute(sys.get(), c"modules")?;
    let known = call!(ctx, ctx_SetItem, modules.get(), full_name.get(), module.get());
    let reached = call!(ctx, ctx_SetAttr_s, parent, Utf8(name.as_ptr()), module.get());
    if known == Status::OK && reached == Status::OK { Ok(module) } else { Err(Raised) }
}
