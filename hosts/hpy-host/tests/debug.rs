//! Debug mode on the mock, which complains about every handle of its own that is not closed.

#[macro_use]
mod support;

use hpy_abi::*;
use hpy_host::debug::{Failure, Limits};
use hpy_mock::Interpreter;
use std::cell::Cell;
use std::ffi::{CStr, c_int};
use std::ptr::null_mut;
use std::rc::Rc;
use support::*;

/// Counts misuse instead of dying of it.
fn count_misuse(host: &Host) -> Rc<Cell<usize>> {
    let count = Rc::new(Cell::new(0));
    let counter = |count: &Rc<Cell<usize>>| {
        let count = count.clone();
        host.interpreter.function("misuse", move |ctx, _| {
            count.set(count.get() + 1);
            call!(ctx, ctx_Dup, constant!(ctx, h_None))
        })
    };
    host.debugger().set_on_invalid_handle(counter(&count));
    host.debugger().set_on_invalid_builder_handle(counter(&count));
    count
}

/// `repr()` of what an open place stands for.
fn reprs(host: &Host, ids: &[isize]) -> Vec<String> {
    let info = |id: &isize| host.debugger().handle_info(*id).expect("it is there");
    ids.iter().map(|id| host.interpreter.repr(info(id).inner)).collect()
}

#[test]
fn members_work_on_debug_handles() {
    let host = Host::new();
    let ctx = host.debug();
    let one = call!(ctx, ctx_Long_FromInt32_t, 1);
    let two = call!(ctx, ctx_Add, one, one);
    assert_eq!(call!(ctx, ctx_Long_AsInt64_t, two), 2);
    let items = [one, two, constant!(ctx, h_None), two, two, two, two, two];
    for n in [2, 8] {
        let tuple = call!(ctx, ctx_Tuple_FromArray, Handles(items.as_ptr()), Len(n));
        assert_eq!(call!(ctx, ctx_Length, tuple), LenOrErr(n));
        close(ctx, [tuple]);
    }
    let again = call!(ctx, ctx_Dup, two);
    assert_ne!(again, two);
    assert_eq!(call!(ctx, ctx_Is, again, two), Flag(1));
    assert_eq!(reprs(&host, &host.debugger().open_handles(0)), ["1", "2", "2"]);
    close(ctx, [one, two, again]);
    assert_eq!(host.debugger().open_handles(0), []);
    host.finish();
}

unsafe extern "C" fn leak(ctx: *mut HPyContext, _: HPy, arg: HPy) -> HPy {
    call!(ctx, ctx_Dup, arg);
    call!(ctx, ctx_Dup, constant!(ctx, h_None))
}

#[test]
fn leaks_are_found_by_generation() {
    let host = Host::new();
    let (ctx, plain, debugger) = (host.debug(), host.plain(), host.debugger());
    let texts = [c"first", c"second", c"third"];
    let mut generations = vec![];
    for literal in texts {
        generations.push(debugger.new_generation());
        let arg = call!(plain, ctx_Unicode_FromString, text(literal));
        let none = call_o(ctx, leak, arg, arg);
        assert_eq!(host.interpreter.repr(none), "None");
        close(plain, [none, arg]);
    }
    let open = debugger.open_handles(generations[0]);
    assert_eq!(reprs(&host, &open), ["'first'", "'second'", "'third'"]);
    assert_eq!(reprs(&host, &debugger.open_handles(generations[2])), ["'third'"]);
    let info = debugger.handle_info(open[0]).unwrap();
    assert!(!info.is_closed && info.stack.is_none() && info.raw_data_size.is_none());
    open.iter().for_each(|id| debugger.force_close(*id));
    assert!(debugger.handle_info(open[0]).unwrap().is_closed);
    assert!(debugger.closed_handles(0).contains(&open[0]));
    assert_eq!(debugger.open_handles(0), []);
    host.finish();
}

#[test]
fn a_call_opens_and_closes_its_arguments_and_result() {
    let host = Host::new();
    let (ctx, plain, debugger) = (host.debug(), host.plain(), host.debugger());
    unsafe extern "C" fn f(ctx: *mut HPyContext, _: HPy, _: HPy) -> HPy {
        call!(ctx, ctx_Dup, constant!(ctx, h_None))
    }
    debugger.set_limits(Limits { handles: 7, ..debugger.limits() });
    let counts: Vec<usize> = (0..4)
        .map(|_| {
            let none = constant!(plain, h_None);
            close(plain, [call_o(ctx, f, none, none)]);
            debugger.closed_handles(0).len()
        })
        .collect();
    assert_eq!(counts, [3, 6, 7, 7]);
    host.finish();
}

#[test]
fn closed_handles_are_reused_in_turn() {
    let host = Host::new();
    let (ctx, plain, debugger) = (host.debug(), host.plain(), host.debugger());
    let h = call!(plain, ctx_Unicode_FromString, text(c"x"));
    for _ in 0..2 {
        close(plain, [call_noargs(ctx, none, h)]);
    }
    debugger.set_limits(Limits { handles: 1, ..debugger.limits() });
    for _ in 0..2 {
        // Two for the arguments, then the one that is leaked.
        let third = debugger.closed_handles(0).get(2).copied();
        let before = debugger.open_handles(0).len();
        close(plain, [call_o(ctx, leak, h, h)]);
        let open = debugger.open_handles(0);
        assert_eq!(open.len(), before + 1);
        if third.is_some() {
            assert_eq!(open.last().copied(), third);
        }
    }
    debugger.open_handles(0).into_iter().for_each(|id| debugger.force_close(id));
    close(plain, [h]);
    host.finish();
}

unsafe extern "C" fn none(ctx: *mut HPyContext, _: HPy) -> HPy {
    call!(ctx, ctx_Dup, constant!(ctx, h_None))
}

#[test]
fn misuse_of_handles_is_reported_once_and_survived() {
    let host = Host::new();
    let (ctx, plain) = (host.debug(), host.plain());
    let count = count_misuse(&host);
    unsafe extern "C" fn closes_twice(ctx: *mut HPyContext, _: HPy, arg: HPy) -> HPy {
        let h = call!(ctx, ctx_Dup, arg);
        close(ctx, [h, h]);
        call!(ctx, ctx_Dup, arg)
    }
    unsafe extern "C" fn closes_argument(ctx: *mut HPyContext, _: HPy, arg: HPy) -> HPy {
        close(ctx, [arg]);
        call!(ctx, ctx_Dup, arg)
    }
    unsafe extern "C" fn returns_argument(_: *mut HPyContext, _: HPy, arg: HPy) -> HPy {
        arg
    }
    unsafe extern "C" fn returns_constant(ctx: *mut HPyContext, _: HPy, _: HPy) -> HPy {
        constant!(ctx, h_None)
    }
    unsafe extern "C" fn closes_constant(ctx: *mut HPyContext, _: HPy, arg: HPy) -> HPy {
        close(ctx, [constant!(ctx, h_True)]);
        call!(ctx, ctx_Dup, arg)
    }
    let arg = call!(plain, ctx_Unicode_FromString, text(c"x"));
    let all = [closes_twice, closes_argument, returns_argument, returns_constant, closes_constant];
    for (i, function) in all.into_iter().enumerate() {
        let result = call_o(ctx, function, arg, arg);
        assert_eq!(count.get(), i + 1);
        close(plain, [result]);
    }
    close(plain, [arg]);
    host.finish();
}

#[test]
fn a_closed_handle_stands_for_what_it_did_as_long_as_that_is_known() {
    let host = Host::new();
    let ctx = host.debug();
    let count = count_misuse(&host);
    let kept = call!(ctx, ctx_Unicode_FromString, text(c"kept"));
    let copy = call!(ctx, ctx_Dup, kept);
    close(ctx, [copy]);
    assert_eq!(call!(ctx, ctx_Is, copy, kept), Flag(0));
    assert_eq!(count.get(), 1);
    close(ctx, [kept]);
    // The mock keeps no object for a closed handle, and says so.
    assert_eq!(host.interpreter.faults().len(), 1);
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| host.finish())).is_err());
}

#[test]
fn misuse_of_builders_and_trackers_is_reported() {
    let host = Host::new();
    let ctx = host.debug();
    let count = count_misuse(&host);
    let item = call!(ctx, ctx_Long_FromInt32_t, 7);
    let builder = call!(ctx, ctx_TupleBuilder_New, Len(1));
    call!(ctx, ctx_TupleBuilder_Set, builder, Len(0), item);
    let tuple = call!(ctx, ctx_TupleBuilder_Build, builder);
    assert_eq!(call!(ctx, ctx_Length, tuple), LenOrErr(1));
    call!(ctx, ctx_TupleBuilder_Cancel, builder);
    assert_eq!(count.get(), 1);
    let builder = call!(ctx, ctx_ListBuilder_New, Len(1));
    call!(ctx, ctx_ListBuilder_Cancel, builder);
    call!(ctx, ctx_ListBuilder_Cancel, builder);
    assert_eq!(count.get(), 2);
    let tracker = call!(ctx, ctx_Tracker_New, Len(0));
    assert_eq!(call!(ctx, ctx_Tracker_Add, tracker, item), Status::OK);
    assert_eq!(call!(ctx, ctx_Tracker_Add, tracker, tuple), Status::OK);
    call!(ctx, ctx_Tracker_Close, tracker);
    assert_eq!(host.debugger().open_handles(0), []);
    call!(ctx, ctx_Tracker_ForgetAll, tracker);
    assert_eq!(count.get(), 3);
    host.finish();
}

#[test]
fn text_of_a_handle_is_a_copy_that_ends_with_it() {
    let host = Host::new();
    let (ctx, debugger) = (host.debug(), host.debugger());
    let h = call!(ctx, ctx_Unicode_FromString, text(c"text"));
    let mut size = Len(0);
    let utf8 = call!(ctx, ctx_Unicode_AsUTF8AndSize, h, &raw mut size);
    // SAFETY: the handle is open.
    assert_eq!((unsafe { CStr::from_ptr(utf8.0) }, size), (c"text", Len(4)));
    assert_eq!(call!(ctx, ctx_Unicode_AsUTF8AndSize, h, null_mut()), utf8);
    let id = *debugger.open_handles(0).last().unwrap();
    assert_eq!(debugger.handle_info(id).unwrap().raw_data_size, Some(5));
    let bytes = call!(ctx, ctx_Bytes_FromStringAndSize, Chars(c"ab".as_ptr()), Len(1));
    let contents = call!(ctx, ctx_Bytes_AsString, bytes);
    // SAFETY: the handle is open.
    assert_eq!(unsafe { CStr::from_ptr(contents.0) }, c"a");
    close(ctx, [h, bytes]);
    assert_eq!(debugger.handle_info(id).unwrap().raw_data_size, Some(5));
    #[cfg(miri)]
    // SAFETY: under Miri the copy is overwritten and stays where it is.
    assert_eq!(unsafe { *utf8.0.cast::<u8>() }, 0xDA);
    debugger.set_limits(Limits { bytes: 0, ..debugger.limits() });
    let h = call!(ctx, ctx_Unicode_FromString, text(c"text"));
    call!(ctx, ctx_Unicode_AsUTF8AndSize, h, null_mut());
    let id = *debugger.open_handles(0).last().unwrap();
    close(ctx, [h]);
    assert_eq!(debugger.handle_info(id).unwrap().raw_data_size, None);
    host.finish();
}

#[test]
fn a_result_and_an_exception_exclude_each_other() {
    unsafe extern "C" fn neither(_: *mut HPyContext, _: HPy) -> HPy {
        HPy::NULL
    }
    unsafe extern "C" fn both(ctx: *mut HPyContext, _: HPy) -> HPy {
        call!(ctx, ctx_Err_SetString, constant!(ctx, h_ValueError), text(c"lost"));
        call!(ctx, ctx_Dup, constant!(ctx, h_None))
    }
    unsafe extern "C" fn no_length(_: *mut HPyContext, _: HPy) -> LenOrErr {
        LenOrErr(-1)
    }
    unsafe extern "C" fn ends(_: *mut HPyContext, _: HPy) -> HPy {
        HPy::NULL
    }
    let host = Host::around(Interpreter::new_ours());
    let (ctx, self_) = (host.debug(), constant!(host.plain(), h_None));
    assert_eq!(call_noargs(ctx, neither, self_), HPy::NULL);
    let message = host.take_error().unwrap();
    assert!(message.starts_with("SystemError: "), "{message}");
    assert!(message.ends_with("(NOARGS) returned an error without setting an exception"));
    assert_eq!(call_noargs(ctx, both, self_), HPy::NULL);
    let message = host.take_error().unwrap();
    assert!(message.contains("returned a result with an exception set: "), "{message}");
    assert!(message.contains("lost"), "{message}");
    let mut a = args::LENFUNC { arg0: reference(self_), result: LenOrErr(0) };
    let (sig, args) = (Signature::LENFUNC, (&raw mut a).cast());
    call!(ctx, ctx_CallRealFunctionFromTrampoline, sig, imp!(no_length => LENFUNC), args);
    assert!(host.take_error().unwrap().contains("(LENFUNC) returned an error without"));
    let mut a = args::ITERNEXTFUNC { arg0: reference(self_), result: null_mut() };
    let (sig, args) = (Signature::ITERNEXTFUNC, (&raw mut a).cast());
    call!(ctx, ctx_CallRealFunctionFromTrampoline, sig, imp!(ends => ITERNEXTFUNC), args);
    assert_eq!(host.take_error(), None);
    host.finish();
}

#[test]
fn keyword_values_are_lent_as_well() {
    unsafe extern "C" fn f(
        ctx: *mut HPyContext,
        _: HPy,
        args: Handles,
        nargs: usize,
        names: HPy,
    ) -> HPy {
        assert_eq!((nargs, call!(ctx, ctx_Length, names)), (1, LenOrErr(1)));
        // SAFETY: one positional and one keyword argument.
        let (a, b) = unsafe { (*args.0, *args.0.add(1)) };
        call!(ctx, ctx_Add, a, b)
    }
    let host = Host::new();
    let (ctx, plain) = (host.debug(), host.plain());
    let items = [1, 2].map(|i| call!(plain, ctx_Long_FromInt32_t, i));
    let name = call!(plain, ctx_Unicode_FromString, text(c"b"));
    let names = call!(plain, ctx_Tuple_FromArray, Handles(&raw const name), Len(1));
    let mut a = args::KEYWORDS {
        self_: reference(name),
        args: items.as_ptr().cast(),
        nargsf: 1,
        kwnames: reference(names),
        result: null_mut(),
    };
    let (sig, args) = (Signature::KEYWORDS, (&raw mut a).cast());
    call!(ctx, ctx_CallRealFunctionFromTrampoline, sig, imp!(f => KEYWORDS), args);
    let result = HPy(a.result.addr() as isize);
    assert_eq!(host.interpreter.repr(result), "3");
    close(plain, items.into_iter().chain([name, names, result]));
    assert_eq!(host.debugger().open_handles(0), []);
    host.finish();
}

#[test]
fn the_exporter_of_a_buffer_changes_hands() {
    // To the host, whatever is not negative is success.
    exporter_changes_hands(Status::OK);
    exporter_changes_hands(Status(1));
}

fn exporter_changes_hands(status: Status) {
    thread_local! { static STATUS: Cell<Status> = const { Cell::new(Status::ERR) }; }
    unsafe extern "C" fn get(
        ctx: *mut HPyContext,
        h: HPy,
        view: *mut HPy_buffer,
        _: c_int,
    ) -> Status {
        // SAFETY: the view may be written.
        unsafe { (*view).obj = call!(ctx, ctx_Dup, h) };
        STATUS.get()
    }
    unsafe extern "C" fn release(ctx: *mut HPyContext, h: HPy, view: *mut HPy_buffer) {
        // SAFETY: the view is the one that was filled.
        assert_eq!(call!(ctx, ctx_Is, h, unsafe { (*view).obj }), Flag(1));
    }
    STATUS.set(status);
    let host = Host::new();
    let (ctx, plain) = (host.debug(), host.plain());
    let exporter = call!(plain, ctx_Unicode_FromString, text(c"x"));
    // SAFETY: all fields are numbers or pointers, which may be null.
    let mut view: HPy_buffer = unsafe { std::mem::zeroed() };
    let self_ = reference(exporter);
    let pointer: *mut HPy_buffer = &raw mut view;
    let mut a = args::GETBUFFERPROC { self_, view: pointer.cast(), flags: 0, result: Status::ERR };
    let (sig, args) = (Signature::GETBUFFERPROC, (&raw mut a).cast());
    call!(ctx, ctx_CallRealFunctionFromTrampoline, sig, imp!(get => GETBUFFERPROC), args);
    assert_eq!(a.result, status);
    // SAFETY: the view is alive.
    let given = unsafe { (*pointer).obj };
    assert_eq!(call!(plain, ctx_Is, given, exporter), Flag(1));
    let mut a = args::RELEASEBUFFERPROC { self_, view: pointer.cast() };
    let (sig, args) = (Signature::RELEASEBUFFERPROC, (&raw mut a).cast());
    call!(ctx, ctx_CallRealFunctionFromTrampoline, sig, imp!(release => RELEASEBUFFERPROC), args);
    // SAFETY: the view is alive.
    assert_eq!(unsafe { (*pointer).obj }, given);
    assert_eq!(host.debugger().open_handles(0), []);
    close(plain, [exporter, given]);
    host.finish();
}

#[test]
fn calls_nest_and_each_has_its_context() {
    thread_local! { static DEPTH: Cell<u32> = const { Cell::new(0) }; }
    unsafe extern "C" fn nested(ctx: *mut HPyContext, self_: HPy, callable: HPy) -> HPy {
        DEPTH.set(DEPTH.get() + 1);
        let result = call!(ctx, ctx_CallTupleDict, callable, HPy::NULL, HPy::NULL);
        assert_eq!(call!(ctx, ctx_Is, self_, self_), Flag(1));
        result
    }
    let host = Host::new();
    let (ctx, plain) = (host.debug(), host.plain());
    let again = host.interpreter.function("again", move |plain, _| {
        let none = constant!(plain, h_None);
        match DEPTH.get() {
            // More than there are contexts.
            40 => call!(plain, ctx_Dup, none),
            _ => {
                let again = host_function(plain);
                let result = call_o(ctx, nested, none, again);
                close(plain, [again]);
                result
            }
        }
    });
    let global = constant!(plain, h_Builtins);
    call!(plain, ctx_SetItem_s, global, text(c"again"), again);
    let result = call_o(ctx, nested, constant!(plain, h_None), again);
    assert_eq!(DEPTH.get(), 40);
    close(plain, [result, again]);
    host.finish();
}

fn host_function(plain: *mut HPyContext) -> HPy {
    call!(plain, ctx_GetItem_s, constant!(plain, h_Builtins), text(c"again"))
}

#[test]
fn every_failure_is_survived_without_a_leak() {
    unsafe extern "C" fn work(ctx: *mut HPyContext, _: HPy, arg: HPy) -> HPy {
        let list = call!(ctx, ctx_List_New, Len(0));
        if list.is_null() {
            return HPy::NULL;
        }
        let appended = call!(ctx, ctx_List_Append, list, arg);
        let repr = if appended == Status::OK { call!(ctx, ctx_Repr, list) } else { HPy::NULL };
        let builder = call!(ctx, ctx_TupleBuilder_New, Len(1));
        call!(ctx, ctx_TupleBuilder_Set, builder, Len(0), list);
        close(ctx, [list]);
        if repr.is_null() {
            call!(ctx, ctx_TupleBuilder_Cancel, builder);
            return HPy::NULL;
        }
        close(ctx, [repr]);
        call!(ctx, ctx_TupleBuilder_Build, builder)
    }
    let run = |n: Option<usize>| {
        let host = Host::around(Interpreter::new_ours());
        let (ctx, plain) = (host.debug(), host.plain());
        let arg = call!(plain, ctx_Long_FromInt32_t, 5);
        let before = host.interpreter.calls();
        if let Some(n) = n {
            host.interpreter.fail_at(n);
        }
        let result = call_o(ctx, work, arg, arg);
        let calls = host.interpreter.calls() - before;
        assert_eq!(result.is_null(), n.is_some());
        assert_eq!(host.take_error().is_some(), n.is_some());
        assert_eq!(host.debugger().open_handles(0), []);
        close(plain, [arg, result]);
        host.finish();
        calls
    };
    let calls = run(None);
    assert!(calls >= 4, "{calls}");
    for n in 1..=calls {
        run(Some(n));
    }
}

#[test]
#[cfg(not(miri))]
fn a_leak_is_found_with_the_function_that_made_it() {
    let host = Host::new();
    let (ctx, plain, debugger) = (host.debug(), host.plain(), host.debugger());
    debugger.set_stack_trace_limit(8);
    let arg = constant!(plain, h_None);
    close(plain, [call_o(ctx, leak, arg, arg)]);
    let id = debugger.open_handles(0)[0];
    let stack = debugger.handle_info(id).unwrap().stack.unwrap();
    let first = stack.lines().next().unwrap();
    assert!(first.contains("debug::leak") && first.contains("/tests/"), "{stack}");
    assert!(stack.lines().count() >= 2, "{stack}");
    debugger.force_close(id);
    host.finish();
}

#[test]
fn exceptions_are_handed_out_as_debug_handles() {
    let host = Host::around(Interpreter::new_ours());
    let ctx = host.debug();
    // SAFETY: a debug context has its extensions first behind its private pointer.
    let extensions = unsafe { &*(*ctx)._private.cast::<ext::Extensions>() };
    assert_eq!(extensions.flags & ext::flags::PLAIN_HANDLES, 0);
    // SAFETY: the context is alive.
    let fetch = || unsafe { (extensions.err_fetch)(ctx) };
    assert_eq!(fetch(), HPy::NULL);
    call!(ctx, ctx_Err_SetString, constant!(ctx, h_ValueError), text(c"kept"));
    let exception = fetch();
    assert_eq!(call!(ctx, ctx_Err_Occurred), Flag(0));
    assert_eq!(reprs(&host, &host.debugger().open_handles(0)), ["ValueError('kept')"]);
    // SAFETY: the context is alive and the handle open.
    unsafe { (extensions.err_restore)(ctx, exception) };
    close(ctx, [exception]);
    assert_eq!(host.take_error().as_deref(), Some("ValueError: kept"));
    host.finish();
}

#[test]
fn views_of_other_objects_have_debug_handles() {
    unsafe extern "C" fn get(
        ctx: *mut HPyContext,
        object: HPy,
        view: *mut HPy_buffer,
        _: i32,
    ) -> Status {
        // SAFETY: the view may be written.
        unsafe { (*view).obj = call!(ctx, ctx_Dup, object) };
        Status::OK
    }
    unsafe extern "C" fn release(ctx: *mut HPyContext, view: *mut HPy_buffer) {
        // SAFETY: the view is one that was filled.
        close(ctx, [unsafe { std::mem::replace(&mut (*view).obj, HPy::NULL) }]);
    }
    let host = Host::around(Interpreter::new_ours());
    // SAFETY: the mock has its extensions there, and nobody else looks at them now.
    unsafe {
        let offered = (*host.plain())._private.cast::<ext::Extensions>();
        (*offered).get_buffer = Some(get);
        (*offered).release_buffer = Some(release);
    }
    let ctx = host.debug();
    // SAFETY: a debug context has its extensions first behind its private pointer.
    let extensions = unsafe { &*(*ctx)._private.cast::<ext::Extensions>() };
    let object = call!(ctx, ctx_Unicode_FromString, text(c"x"));
    // SAFETY: all fields are numbers or pointers, which may be null.
    let mut view: HPy_buffer = unsafe { std::mem::zeroed() };
    // SAFETY: the context is alive, the handle open, and the view may be written.
    let status = unsafe { extensions.get_buffer.unwrap()(ctx, object, &raw mut view, 0) };
    assert_eq!((status, call!(ctx, ctx_Is, view.obj, object)), (Status::OK, Flag(1)));
    assert_eq!(host.debugger().open_handles(0).len(), 2);
    // SAFETY: the view was filled.
    unsafe { extensions.release_buffer.unwrap()(ctx, &raw mut view) };
    assert_eq!((view.obj, host.debugger().open_handles(0).len()), (HPy::NULL, 1));
    close(ctx, [object]);
    host.finish();
}

#[test]
fn the_first_context_serves_functions_that_get_none() {
    thread_local! { static FIRST: Cell<*mut HPyContext> = const { Cell::new(null_mut()) }; }
    unsafe extern "C" fn f(ctx: *mut HPyContext, _: HPy, arg: HPy) -> HPy {
        let first = FIRST.get();
        assert_ne!(first, ctx);
        let copy = call!(first, ctx_Dup, arg);
        let state = call!(first, ctx_LeavePythonExecution);
        call!(first, ctx_ReenterPythonExecution, state);
        // The function's own is as good as before.
        close(ctx, [copy]);
        call!(ctx, ctx_Dup, arg)
    }
    let host = Host::new();
    FIRST.set(host.debug());
    let none = constant!(host.plain(), h_None);
    close(host.plain(), [call_o(host.debug(), f, none, none)]);
    host.finish();
}

thread_local! {
    static KEPT: Cell<*mut HPyContext> = const { Cell::new(null_mut()) };
}

#[test]
#[cfg(not(miri))]
fn a_kept_context_is_refused() {
    unsafe extern "C" fn keep(ctx: *mut HPyContext, _: HPy) -> HPy {
        KEPT.set(ctx);
        call!(ctx, ctx_Dup, constant!(ctx, h_None))
    }
    unsafe extern "C" fn use_kept(_: *mut HPyContext, _: HPy) -> HPy {
        call!(KEPT.get(), ctx_Dup, constant!(KEPT.get(), h_None))
    }
    if is_doomed() {
        let host = Host::new();
        let none = constant!(host.plain(), h_None);
        call_noargs(host.debug(), keep, none);
        call_noargs(host.debug(), use_kept, none);
        return;
    }
    let said = dies("a_kept_context_is_refused");
    assert!(said.contains("Error: Wrong HPy Context!"), "{said}");
    assert!(said.contains("only good for the call"), "{said}");
}

#[test]
#[cfg(not(miri))]
fn a_context_is_refused_while_python_is_left() {
    unsafe extern "C" fn leaves(ctx: *mut HPyContext, _: HPy) -> HPy {
        let state = call!(ctx, ctx_LeavePythonExecution);
        call!(ctx, ctx_ReenterPythonExecution, state);
        let right = call!(ctx, ctx_Dup, constant!(ctx, h_None));
        close(ctx, [right]);
        call!(ctx, ctx_LeavePythonExecution);
        call!(ctx, ctx_Dup, constant!(ctx, h_None))
    }
    if is_doomed() {
        let host = Host::new();
        call_noargs(host.debug(), leaves, constant!(host.plain(), h_None));
        return;
    }
    let said = dies("a_context_is_refused_while_python_is_left");
    assert!(said.contains("Python was left"), "{said}");
}

#[test]
#[cfg(not(miri))]
fn a_context_is_refused_on_another_thread() {
    unsafe extern "C" fn spawns(ctx: *mut HPyContext, _: HPy) -> HPy {
        let address = ctx.expose_provenance();
        let worker = std::thread::spawn(move || {
            let ctx: *mut HPyContext = std::ptr::with_exposed_provenance_mut(address);
            call!(ctx, ctx_Dup, constant!(ctx, h_None)).0
        });
        worker.join().map_or(HPy::NULL, HPy)
    }
    if is_doomed() {
        let host = Host::new();
        call_noargs(host.debug(), spawns, constant!(host.plain(), h_None));
        return;
    }
    let said = dies("a_context_is_refused_on_another_thread");
    assert!(said.contains("on that thread"), "{said}");
}

#[test]
#[cfg(not(miri))]
fn text_cannot_be_written() {
    if is_doomed() {
        let host = Host::new();
        let ctx = host.debug();
        let h = call!(ctx, ctx_Unicode_FromString, text(c"text"));
        let utf8 = call!(ctx, ctx_Unicode_AsUTF8AndSize, h, null_mut());
        // SAFETY: it is not: the pages are protected, which is what the test is about.
        unsafe { utf8.0.cast_mut().write_volatile(b'T' as _) };
        eprintln!("it went well");
        return;
    }
    let said = dies("text_cannot_be_written");
    assert!(!said.contains("it went well"), "{said}");
    assert!(said.contains("may only be read.\nWhere the handle was made is recorded"), "{said}");
    assert!(said.contains("It is used here:\n") && said.contains("text_cannot_be_wri"), "{said}");
}

#[test]
#[cfg(not(miri))]
fn text_cannot_be_read_after_its_handle_is_closed() {
    if is_doomed() {
        let host = Host::new();
        let ctx = host.debug();
        host.debugger().set_stack_trace_limit(8);
        let h = call!(ctx, ctx_Unicode_FromString, text(c"text"));
        let utf8 = call!(ctx, ctx_Unicode_AsUTF8AndSize, h, null_mut());
        close(ctx, [h]);
        // SAFETY: it is not: the pages are protected, which is what the test is about.
        let first = unsafe { utf8.0.read_volatile() };
        eprintln!("it was {first}");
        return;
    }
    let test = "text_cannot_be_read_after_its_handle_is_closed";
    let said = dies(test);
    assert!(!said.contains("it was"), "{said}");
    assert!(
        said.contains("used after the handle was closed.\nThe handle was made here:"),
        "{said}"
    );
    let used = said.split_once("It is used here:\n").expect("the place is said").1;
    // The frames of the handler are left out.
    assert!(used.lines().take(3).any(|line| line.contains(test)), "{said}");
}

/// A fault that is none of debug mode's is left to who had it before.
#[test]
#[cfg(not(miri))]
fn another_fault_is_not_explained() {
    if is_doomed() {
        let host = Host::new();
        let ctx = host.debug();
        let h = call!(ctx, ctx_Unicode_FromString, text(c"text"));
        call!(ctx, ctx_Unicode_AsUTF8AndSize, h, null_mut());
        // SAFETY: it is not, which is what the test is about.
        unsafe { std::ptr::without_provenance::<u8>(64).read_volatile() };
        eprintln!("read");
        return;
    }
    let said = dies("another_fault_is_not_explained");
    assert!(!said.contains("read") && !said.contains("handle"), "{said}");
}

#[test]
#[cfg(not(miri))]
fn misuse_is_reported_with_its_place() {
    unsafe extern "C" fn use_closed(ctx: *mut HPyContext, _: HPy) -> HPy {
        let h = call!(ctx, ctx_Long_FromInt32_t, 7);
        close(ctx, [h]);
        call!(ctx, ctx_Dup, h)
    }
    if is_doomed() {
        let host = Host::new();
        host.debugger().set_stack_trace_limit(8);
        call_noargs(host.debug(), use_closed, constant!(host.plain(), h_None));
        return;
    }
    let said = dies("misuse_is_reported_with_its_place");
    let made = said.split_once("The handle was made here:\n").expect("that is said").1;
    let (made, used) = made.split_once("It is used here:\n").expect("that is said");
    assert!(made.contains("use_closed") && used.contains("use_closed"), "{said}");
}

/// What a failed member gives is what the table says of its type, and the call is not made.
#[test]
fn the_call_that_is_asked_for_fails() {
    let host = Host::new();
    let (ctx, plain, debugger) = (host.debug(), host.plain(), host.debugger());
    let memory_error = || call!(plain, ctx_Dup, constant!(plain, h_MemoryError));
    let operation = || {
        let list = call!(ctx, ctx_List_New, Len(0));
        // A reference more is always to be had.
        let again = call!(ctx, ctx_Dup, list);
        let status = call!(ctx, ctx_List_Append, list, constant!(ctx, h_None));
        let length = (status == Status::OK).then(|| call!(ctx, ctx_Length, list).0);
        close(ctx, [list, again]);
        length
    };
    debugger.fail_call(2, memory_error());
    assert_eq!(operation(), None);
    assert_eq!(debugger.stop_failing(), Failure { calls: 2, member: Some("ctx_List_Append") });
    assert_eq!(host.take_error().unwrap(), "MemoryError: injected failure of ctx_List_Append");
    debugger.fail_call(3, memory_error());
    assert_eq!(operation(), Some(-1));
    assert_eq!(debugger.stop_failing().member, Some("ctx_Length"));
    host.take_error().unwrap();
    debugger.fail_call(4, memory_error());
    assert_eq!(operation(), Some(1));
    assert_eq!(debugger.stop_failing(), Failure { calls: 3, member: None });
    host.finish();
}

/// What the extension has given up is gone, and a tracker that failed leaves handles alone.
#[test]
fn builders_and_trackers_fail_without_a_leak() {
    let host = Host::new();
    let (ctx, plain, debugger) = (host.debug(), host.plain(), host.debugger());
    let fail = |n| debugger.fail_call(n, call!(plain, ctx_Dup, constant!(plain, h_ValueError)));
    let builder = call!(ctx, ctx_ListBuilder_New, Len(1));
    call!(ctx, ctx_ListBuilder_Set, builder, Len(0), constant!(ctx, h_None));
    fail(1);
    assert!(call!(ctx, ctx_ListBuilder_Build, builder).is_null());
    let builder = call!(ctx, ctx_TupleBuilder_New, Len(0));
    fail(1);
    assert!(call!(ctx, ctx_TupleBuilder_Build, builder).is_null());
    fail(2);
    let tracker = call!(ctx, ctx_Tracker_New, Len(0));
    let kept = call!(ctx, ctx_Dup, constant!(ctx, h_None));
    assert_eq!(call!(ctx, ctx_Tracker_Add, tracker, kept), Status::ERR);
    call!(ctx, ctx_Tracker_Close, tracker);
    fail(1);
    assert_eq!(call!(ctx, ctx_Tracker_New, Len(0)), HPyTracker(0));
    assert_eq!(debugger.stop_failing().member, Some("ctx_Tracker_New"));
    assert!(host.take_error().unwrap().starts_with("ValueError"));
    assert_eq!(debugger.open_handles(0), []);
    host.finish();
}
