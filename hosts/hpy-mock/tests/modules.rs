//! Modules from definitions, globals, and functions that misbehave.

#[macro_use]
mod support;

use hpy_abi::*;
use hpy_mock::Interpreter;
use support::{close, int, meth, pointers, slot, text};

static mut GLOBAL: HPyGlobal = HPyGlobal::NULL;

unsafe extern "C" fn exec(ctx: *mut HPyContext, module: HPy) -> FlagOrErr {
    let answer = int(ctx, 42);
    let done = call!(ctx.ctx_SetAttr_s(module, text(c"answer"), answer));
    call!(ctx.ctx_Global_Store(&raw mut GLOBAL, answer));
    close(ctx, [answer]);
    FlagOrErr(done.0)
}

unsafe extern "C" fn stored(ctx: *mut HPyContext, _: HPy) -> HPy {
    // SAFETY: only one interpreter at a time uses the global.
    let global = unsafe { GLOBAL };
    call!(ctx.ctx_Global_Load(global))
}

unsafe extern "C" fn same(_: *mut HPyContext, _: HPy, arg: HPy) -> HPy {
    arg
}

unsafe extern "C" fn silent(_: *mut HPyContext, _: HPy) -> HPy {
    HPy::NULL
}

/// Calls `run` with the loaded module.
fn with_module(interpreter: &Interpreter, run: impl FnOnce(HPy)) {
    let mut defs = [
        slot(slot::mod_exec, imp!(exec => INQUIRY)),
        meth(c"stored", imp!(stored => NOARGS), Signature::NOARGS),
        meth(c"same", imp!(same => O), Signature::O),
        meth(c"silent", imp!(silent => NOARGS), Signature::NOARGS),
    ];
    let mut globals = [&raw mut GLOBAL, std::ptr::null_mut()];
    let mut pointers = pointers(&mut defs);
    let mut def = HPyModuleDef {
        doc: c"A module.".as_ptr(),
        size: 0,
        legacy_methods: std::ptr::null_mut(),
        defines: pointers.as_mut_ptr(),
        globals: globals.as_mut_ptr(),
    };
    // SAFETY: the definition is complete; the functions it names live for ever.
    run(unsafe { interpreter.load("m", &raw mut def) });
}

#[test]
fn a_module_and_its_globals_in_one_interpreter_after_the_other() {
    for _ in 0..2 {
        let interpreter = Interpreter::new();
        let ctx = interpreter.context();
        with_module(&interpreter, |module| {
            let imported = call!(ctx.ctx_Import_ImportModule(text(c"m")));
            assert_eq!(call!(ctx.ctx_Is(module, imported)), Flag(1));
            let stored = call!(ctx.ctx_GetAttr_s(module, text(c"stored")));
            let answer = call!(ctx.ctx_CallTupleDict(stored, HPy::NULL, HPy::NULL));
            assert_eq!(interpreter.repr(answer), "42");
            assert_eq!(call!(ctx.ctx_Call(stored, Handles(&answer), 1, HPy::NULL)), HPy::NULL);
            let error = interpreter.take_error().unwrap();
            assert_eq!(error, "TypeError: m.stored() takes no arguments (1 given)");
            assert_eq!(call!(ctx.ctx_GetAttr_s(module, text(c"gone"))), HPy::NULL);
            let error = interpreter.take_error().unwrap();
            assert_eq!(error, "AttributeError: module 'm' has no attribute 'gone'");
            close(ctx, [module, imported, stored, answer]);
        });
        interpreter.finish();
    }
}

#[test]
fn a_module_that_fails_to_load() {
    let interpreter = Interpreter::new();
    interpreter.fail_at(2);
    with_module(&interpreter, |module| assert_eq!(module, HPy::NULL));
    assert_eq!(interpreter.take_error().as_deref(), Some("MemoryError: injected failure"));
    let ctx = interpreter.context();
    assert_eq!(call!(ctx.ctx_Import_ImportModule(text(c"m"))), HPy::NULL);
    let error = interpreter.take_error();
    assert_eq!(error.as_deref(), Some("ModuleNotFoundError: No module named 'm'"));
    interpreter.finish();
}

#[test]
fn functions_that_misbehave_are_faults() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    with_module(&interpreter, |module| {
        for (name, nargs) in [(c"same", 1), (c"silent", 0)] {
            let function = call!(ctx.ctx_GetAttr_s(module, text(name)));
            let result = call!(ctx.ctx_Call(function, Handles(&module), nargs, HPy::NULL));
            close(ctx, [function, result]);
            interpreter.take_error();
        }
        close(ctx, [module]);
    });
    assert_eq!(
        interpreter.faults(),
        ["m.same returned a handle that it only borrowed", "m.silent failed without an exception",]
    );
}
