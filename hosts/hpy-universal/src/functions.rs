//! What Python sees of `hpy.universal`: functions and constants.

use crate::call::{Ctx, Owned, Raised, bind, c_string, call, constant};
use crate::define::{erased, functions, module_def, slot_def, through};
use crate::{contexts, debug, load, trace};
use core::ffi::CStr;
use core::ptr::null_mut;
use hpy_abi::*;
use hpy_cpython::mode::{CAPSULE, Mode};
use std::sync::OnceLock;

/// The version of HPy that this package is: the features of upstream's last development version.
const VERSION: &CStr = c"0.9.1";
/// Upstream says the commit here; ours says which implementation this is.
const REVISION: &str = concat!("pommel-", env!("CARGO_PKG_VERSION"));

functions! {
    load_module c"load" c"load(name, path, spec, debug=False, mode=-1)\n--\n\nLoads an HPy universal binary and returns its module, which is not put into sys.modules.";
    load_bootstrap c"_load_bootstrap" c"_load_bootstrap(name, ext_name, package, file, loader, spec, env)\n--\n\nLoads the binary beside a stub file in the mode that HPY in `env` asks for, and gives the module its attributes.";
    get_version c"get_version" c"get_version()\n--\n\nReturns a tuple of the version of HPy and the revision of the implementation.";
    get_context c"_get_context" c"_get_context(mode)\n--\n\nReturns a capsule with the context of a mode, for an extension that brings its own host.";
}

/// `load(name, path, spec, debug=False, mode=-1)`
fn load_module(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let names = ["name", "path", "spec", "debug", "mode"];
    let [name, path, spec, debug, number] = bind(ctx, "load", names, 3, args, kwnames)?;
    let mut mode = Mode::Universal;
    if !debug.is_null() {
        match call!(ctx, ctx_IsTrue, debug).0 {
            0 => {}
            1 => mode = Mode::Debug,
            _ => return Err(Raised),
        }
    }
    if !number.is_null()
        && let Some(given) = mode_of(ctx, number)?
    {
        mode = given;
    }
    load::load(ctx, name, path, spec, mode, context(ctx, mode)?)
}

/// The mode of a number; 0 and below leave the choice to `debug`.
fn mode_of(ctx: Ctx, number: HPy) -> Result<Option<Mode>, Raised> {
    let value = call!(ctx, ctx_Long_AsInt32_t, number);
    if value == -1 && call!(ctx, ctx_Err_Occurred).0 != 0 {
        return Err(Raised);
    }
    if value <= 0 {
        return Ok(None);
    }
    match Mode::ALL.into_iter().find(|mode| *mode as i32 == value) {
        Some(mode) => Ok(Some(mode)),
        None => {
            let message = format!("invalid HPy mode: {value}");
            Err(ctx.raise(constant!(ctx, h_ValueError), &message, None))
        }
    }
}

/// The context of a mode.
fn context(ctx: Ctx, mode: Mode) -> Result<*mut HPyContext, Raised> {
    contexts::of(mode).ok_or_else(|| {
        let message = format!("this build of hpy.universal has no {} mode", mode.name());
        ctx.raise(constant!(ctx, h_RuntimeError), &message, None)
    })
}

/// `_load_bootstrap(name, ext_name, package, file, loader, spec, env)`
fn load_bootstrap(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let names = ["name", "ext_name", "package", "file", "loader", "spec", "env"];
    let [name, ext_name, package, file, loader, spec, env] =
        bind(ctx, "_load_bootstrap", names, 7, args, kwnames)?;
    let mode = match variable(ctx, env, c"HPY")? {
        None => Mode::Universal,
        Some(value) => {
            let asked = Mode::requested(&ctx.text(ext_name)?, &value);
            asked.map_err(|invalid| {
                ctx.raise(constant!(ctx, h_ValueError), &invalid.to_string(), None)
            })?
        }
    };
    if variable(ctx, env, c"HPY_LOG")?.is_some() {
        log(ctx, &ctx.text(name)?, mode)?;
    }
    let module = Owned::new(ctx, load::load(ctx, name, file, spec, mode, context(ctx, mode)?)?)?;
    let set = |object: HPy, attribute: &CStr, value: HPy| {
        let status = call!(ctx, ctx_SetAttr_s, object, Utf8(attribute.as_ptr()), value);
        if status == Status::OK { Ok(()) } else { Err(Raised) }
    };
    set(module.get(), c"__file__", file)?;
    set(module.get(), c"__loader__", loader)?;
    set(module.get(), c"__name__", ext_name)?;
    set(module.get(), c"__package__", package)?;
    set(spec, c"origin", file)?;
    set(module.get(), c"__spec__", spec)?;
    Ok(module.into_raw())
}

/// A value of a mapping with the environment's variables.
fn variable(ctx: Ctx, env: HPy, name: &CStr) -> Result<Option<String>, Raised> {
    match Owned::new(ctx, call!(ctx, ctx_GetItem_s, env, Utf8(name.as_ptr()))) {
        Ok(value) => ctx.text(value.get()).map(Some),
        Err(Raised) => {
            let key_error = constant!(ctx, h_KeyError);
            if call!(ctx, ctx_Err_ExceptionMatches, key_error).0 == 0 {
                return Err(Raised);
            }
            call!(ctx, ctx_Err_Clear);
            Ok(None)
        }
    }
}

/// Says on `sys.stdout` what is loaded how.
fn log(ctx: Ctx, name: &str, mode: Mode) -> Result<(), Raised> {
    let how = match mode {
        Mode::Universal => String::new(),
        other => format!(" with a {} context", other.name()),
    };
    let line = c_string(&format!("Loading '{name}' in HPy universal mode{how}\n"));
    let import = Utf8(c"sys".as_ptr());
    let sys = Owned::new(ctx, call!(ctx, ctx_Import_ImportModule, import))?;
    let attribute = Utf8(c"stdout".as_ptr());
    let stdout = Owned::new(ctx, call!(ctx, ctx_GetAttr_s, sys.get(), attribute))?;
    let (write, line) = (ctx.str(c"write")?, ctx.str(&line)?);
    let args = [stdout.get(), line.get()];
    let args = Handles(args.as_ptr());
    let written = call!(ctx, ctx_CallMethod, write.get(), args, 2, HPy::NULL);
    Owned::new(ctx, written).map(drop)
}

/// `get_version()`
fn get_version(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [] = bind(ctx, "get_version", [], 0, args, kwnames)?;
    let parts = [ctx.str(VERSION)?, ctx.str(&c_string(REVISION))?];
    let items = parts.each_ref().map(Owned::get);
    let tuple = call!(ctx, ctx_Tuple_FromArray, Handles(items.as_ptr()), Len(2));
    Owned::new(ctx, tuple).map(Owned::into_raw)
}

/// `_get_context(mode)`
fn get_context(ctx: Ctx, args: &[HPy], kwnames: HPy) -> Result<HPy, Raised> {
    let [number] = bind(ctx, "_get_context", ["mode"], 1, args, kwnames)?;
    let mode = mode_of(ctx, number)?.unwrap_or(Mode::Universal);
    let context = context(ctx, mode)?.cast();
    let name = Utf8(CAPSULE.as_ptr());
    Owned::new(ctx, call!(ctx, ctx_Capsule_New, context, name, null_mut())).map(Owned::into_raw)
}

/// Fills the module.
fn exec(ctx: Ctx, module: HPy) -> Result<(), Raised> {
    for mode in Mode::ALL {
        let name = c_string(&format!("MODE_{}", mode.name().to_uppercase()));
        let value = Owned::new(ctx, call!(ctx, ctx_Long_FromInt32_t, mode as i32))?;
        if call!(ctx, ctx_SetAttr_s, module, Utf8(name.as_ptr()), value.get()) != Status::OK {
            return Err(Raised);
        }
    }
    debug::add(ctx, module)?;
    trace::add(ctx, module)
}

unsafe extern "C" fn exec_imp(ctx: *mut HPyContext, module: HPy) -> FlagOrErr {
    exec(Ctx(ctx), module).map_or(FlagOrErr::ERR, |()| FlagOrErr(0))
}

unsafe extern "C" fn exec_trampoline(arg0: CpyRef) -> FlagOrErr {
    let mut a = args::INQUIRY { arg0, result: FlagOrErr::ERR };
    // SAFETY: the types of the two functions belong to this signature.
    unsafe { through(Signature::INQUIRY, exec_imp as *const (), (&raw mut a).cast()) };
    a.result
}

/// The definition of the module, made once.
pub(crate) unsafe extern "C" fn definition() -> *mut HPyModuleDef {
    static DEFINITION: OnceLock<usize> = OnceLock::new();
    let address = *DEFINITION.get_or_init(|| {
        let exec = slot_def(slot::mod_exec, (erased!(exec_imp), erased!(exec_trampoline)));
        let defs = methods().into_iter().chain([exec]);
        let doc = c"Loads universal HPy extensions, also in debug and trace mode.";
        module_def(doc, defs) as usize
    });
    address as *mut HPyModuleDef
}
