//! Trace mode on the mock.

#[macro_use]
mod support;

use hpy_abi::*;
use hpy_host::trace::{self, Count, Tracer};
use hpy_mock::Interpreter;
use std::cell::RefCell;
use std::rc::Rc;
use support::*;

fn tracer(host: &Host) -> &'static Tracer {
    // SAFETY: the context is complete and lives until `finish`.
    unsafe { trace::tracer(host.plain()) }
}

fn called(tracer: &Tracer) -> Vec<(String, u64)> {
    let called = tracer.members().into_iter().filter(|count| count.calls > 0);
    called.map(|Count { name, calls, .. }| (name, calls)).collect()
}

unsafe extern "C" fn double(ctx: *mut HPyContext, _: HPy, arg: HPy) -> HPy {
    call!(ctx, ctx_Add, arg, arg)
}

#[test]
fn calls_are_counted_and_timed() {
    let host = Host::new();
    let (tracer, plain) = (tracer(&host), host.plain());
    let ctx = tracer.context();
    // One pointer: under Miri a function has another address each time that one is made.
    let double: func::O = double;
    assert_eq!(tracer.members().len(), 189);
    let arg = call!(plain, ctx_Long_FromInt32_t, 21);
    let result = call_o(ctx, double, arg, arg);
    assert_eq!(host.interpreter.repr(result), "42");
    assert_eq!(called(tracer), [("ctx_Add".to_string(), 1)]);
    close(ctx, [result]);
    close(plain, [call_o(ctx, double, arg, arg), arg]);
    assert_eq!(called(tracer), [("ctx_Close".to_string(), 1), ("ctx_Add".to_string(), 2)]);
    let functions = tracer.extension_functions();
    assert_eq!((functions.len(), functions[0].calls), (1, 2));
    assert!(functions[0].own <= functions[0].total);
    let add = tracer.members().into_iter().find(|count| count.name == "ctx_Add").unwrap();
    assert_eq!(functions[0].total - functions[0].own, add.total);
    let table = tracer.table();
    assert!(table.contains("ctx_Add") && !table.contains("ctx_Dup"), "{table}");
    tracer.reset();
    assert_eq!(called(tracer), []);
    host.finish();
}

#[test]
fn functions_have_the_names_of_their_definitions() {
    let host = Host::new();
    let (tracer, plain) = (tracer(&host), host.plain());
    // One pointer: under Miri a function has another address each time that one is made.
    let double: func::O = double;
    let meth = HPyMeth {
        name: c"double".as_ptr(),
        imp: imp!(double => O),
        cpy_trampoline: None,
        signature: Signature::O,
        doc: std::ptr::null(),
    };
    let mut def = HPyDef { kind: DefKind::METH, body: HPyDefBody { meth } };
    let mut defines = [&raw mut def, std::ptr::null_mut()];
    let def = HPyModuleDef {
        doc: std::ptr::null(),
        size: 0,
        legacy_methods: std::ptr::null_mut(),
        defines: defines.as_mut_ptr(),
        globals: std::ptr::null_mut(),
    };
    // SAFETY: the definition obeys the ABI.
    unsafe { tracer.name_module("m", &raw const def) };
    let arg = call!(plain, ctx_Long_FromInt32_t, 1);
    tracer.record_calls(10);
    close(plain, [call_o(tracer.context(), double, arg, arg), arg]);
    assert_eq!(tracer.extension_functions()[0].name, "m.double");
    let json = tracer.chrome_trace();
    let names: Vec<&str> =
        json.split("\"name\": \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(names, ["ctx_Add", "m.double"]);
    assert!(json.ends_with("\"otherData\": {\"dropped\": 0}}\n"), "{json}");
    tracer.record_calls(1);
    let arg = call!(plain, ctx_Long_FromInt32_t, 1);
    close(plain, [call_o(tracer.context(), double, arg, arg), arg]);
    assert!(tracer.chrome_trace().contains("\"dropped\": 1"));
    host.finish();
}

/// A callback that writes down what it was called with.
fn listener(host: &Host, log: &Rc<RefCell<Vec<String>>>, mark: &'static str) -> HPy {
    let log = log.clone();
    host.interpreter.function("listener", move |ctx, args| {
        let text = call!(ctx, ctx_Unicode_AsUTF8AndSize, args[0], std::ptr::null_mut());
        // SAFETY: the argument is a `str` and open.
        let text = unsafe { std::ffi::CStr::from_ptr(text.0) }.to_string_lossy();
        log.borrow_mut().push(format!("{mark} {text}"));
        call!(ctx, ctx_Dup, constant!(ctx, h_None))
    })
}

#[test]
fn callbacks_run_around_each_member() {
    let host = Host::around(Interpreter::new_ours());
    let tracer = tracer(&host);
    let ctx = tracer.context();
    let log = Rc::new(RefCell::new(vec![]));
    tracer.set_on_enter(listener(&host, &log, ">"));
    let h = call!(ctx, ctx_Long_FromInt32_t, 1);
    tracer.set_on_exit(listener(&host, &log, "<"));
    close(ctx, [h]);
    tracer.set_on_enter(HPy::NULL);
    // An exception that is set goes through a callback.
    call!(ctx, ctx_Err_SetString, constant!(ctx, h_ValueError), text(c"kept"));
    assert_eq!(host.take_error().as_deref(), Some("ValueError: kept"));
    tracer.set_on_exit(HPy::NULL);
    call!(ctx, ctx_Err_Clear);
    let lines = ["> ctx_Long_FromInt32_t", "> ctx_Close", "< ctx_Close", "< ctx_Err_SetString"];
    assert_eq!(*log.borrow(), lines);
    host.finish();
}

#[test]
fn the_modes_wrap_each_other() {
    let host = Host::new();
    let tracer = tracer(&host);
    // SAFETY: the trace context is complete and outlives the debug context.
    let ctx = unsafe { hpy_host::debug::wrap(tracer.context()) };
    let h = call!(ctx, ctx_Long_FromInt32_t, 1);
    close(ctx, [h]);
    assert_eq!(called(tracer).len(), 2);
    // SAFETY: nobody uses it any more.
    unsafe { hpy_host::debug::release(tracer.context()) };
    host.finish();
}
