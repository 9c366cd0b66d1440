//! Strictness: leaks, misuse and injected failures are found and named.

#[macro_use]
mod support;

use hpy_abi::*;
use hpy_mock::Interpreter;
use support::{close, complaint, int, text};

#[test]
fn a_leaked_handle_is_named() {
    let message = complaint(|ctx| {
        call!(ctx.ctx_Dup(constant!(ctx.h_None)));
        int(ctx, 42);
    });
    assert!(message.contains("leaked: handle to 42 from ctx_Long_FromInt64_t"), "{message}");
    assert!(message.contains("leaked: handle to None from ctx_Dup"), "{message}");
}

#[test]
fn builders_trackers_and_exceptions_must_not_be_left() {
    let message = complaint(|ctx| {
        call!(ctx.ctx_TupleBuilder_New(Len(3)));
        call!(ctx.ctx_Tracker_New(Len(0)));
        call!(ctx.ctx_Err_SetString(constant!(ctx.h_ValueError), text(c"left over")));
    });
    assert!(message.contains("leaked: builder for 3 items"), "{message}");
    assert!(message.contains("leaked: tracker of 0 handles"), "{message}");
    assert!(message.contains("still set: ValueError: left over"), "{message}");
}

#[test]
fn misuse_is_a_fault() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    let h = int(ctx, 1);
    close(ctx, [h]);
    assert_eq!(call!(ctx.ctx_Negative(h)), HPy::NULL);
    let error = interpreter.take_error().expect("SystemError is set");
    assert!(error.starts_with("SystemError: handle 0x"), "{error}");
    assert!(error.ends_with("was used but is not open: it was closed, or made up"), "{error}");
    close(ctx, [h, HPy::NULL, constant!(ctx.h_None)]);
    assert_eq!(call!(ctx.ctx_Repr(HPy::NULL)), HPy::NULL);
    interpreter.take_error();
    assert_eq!(call!(ctx.ctx_Compile_s(text(c"1"), text(c"f"), SourceKind::EXPR)), HPy::NULL);
    interpreter.take_error();
    let state = call!(ctx.ctx_LeavePythonExecution());
    close(ctx, [HPy::NULL]);
    call!(ctx.ctx_ReenterPythonExecution(state));
    let faults = interpreter.faults();
    let expected = [
        "not open",
        "not open",
        "closed a borrowed handle (h_None)",
        "null handle",
        "ctx_Compile_s is not part of the mock",
        "ctx_Close was called outside of Python execution",
    ];
    assert_eq!(faults.len(), expected.len(), "{faults:?}");
    for (fault, part) in faults.iter().zip(expected) {
        assert!(fault.contains(part), "{fault:?} lacks {part:?}");
    }
}

#[test]
fn raising_calls_want_a_clear_conscience() {
    let message = complaint(|ctx| {
        call!(ctx.ctx_Err_SetString(constant!(ctx.h_KeyError), text(c"k")));
        assert_eq!(int(ctx, 1), HPy::NULL);
        call!(ctx.ctx_Err_Clear());
    });
    let expected = "ctx_Long_FromInt64_t was called while KeyError('k') is set";
    assert!(message.contains(expected), "{message}");
}

/// `sum([1, 2])`, with every error handled.
fn sum(ctx: *mut HPyContext) -> Option<i64> {
    let mut total = 0;
    for i in 1..3 {
        let h = int(ctx, i);
        if h.is_null() {
            return None;
        }
        total += call!(ctx.ctx_Long_AsInt64_t(h));
        close(ctx, [h]);
        if call!(ctx.ctx_Err_Occurred()) == Flag(1) {
            return None;
        }
    }
    Some(total)
}

#[test]
fn failures_are_injected_into_each_call() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    assert_eq!(sum(ctx), Some(3));
    assert_eq!(interpreter.calls(), 4);
    for n in 1..=4 {
        interpreter.fail_at(n);
        assert_eq!(sum(ctx), None, "call {n}");
        assert_eq!(interpreter.take_error().as_deref(), Some("MemoryError: injected failure"));
        assert_eq!(interpreter.open_handles(), 0);
    }
    interpreter.fail_at(5);
    assert_eq!(sum(ctx), Some(3));
    interpreter.finish();
}

#[test]
fn a_builder_fails_when_it_is_built() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    interpreter.fail_at(1);
    let builder = call!(ctx.ctx_ListBuilder_New(Len(0)));
    assert_eq!(call!(ctx.ctx_ListBuilder_Build(builder)), HPy::NULL);
    assert_eq!(interpreter.take_error().as_deref(), Some("MemoryError: injected failure"));
    let cancelled = call!(ctx.ctx_TupleBuilder_New(Len(1)));
    call!(ctx.ctx_TupleBuilder_Set(cancelled, Len(0), constant!(ctx.h_True)));
    call!(ctx.ctx_TupleBuilder_Cancel(cancelled));
    interpreter.finish();
}

#[test]
fn a_tracker_closes_what_it_was_given() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    let tracker = call!(ctx.ctx_Tracker_New(Len(2)));
    let kept = int(ctx, 1);
    assert_eq!(call!(ctx.ctx_Tracker_Add(tracker, kept)), Status::OK);
    call!(ctx.ctx_Tracker_ForgetAll(tracker));
    assert_eq!(call!(ctx.ctx_Tracker_Add(tracker, int(ctx, 2))), Status::OK);
    assert_eq!(interpreter.open_handles(), 2);
    call!(ctx.ctx_Tracker_Close(tracker));
    assert_eq!(interpreter.open_handles(), 1);
    close(ctx, [kept]);
    interpreter.finish();
}

#[test]
fn our_hosts_have_more_to_offer() {
    let interpreter = Interpreter::new_ours();
    let ctx = interpreter.context();
    // SAFETY: the context is valid.
    let ours = unsafe { ext::extensions(ctx) }.expect("it says that it is ours");
    assert_eq!(ours.flags, ext::flags::OUR_SLOTS);
    call!(ctx.ctx_Err_SetString(constant!(ctx.h_TypeError), text(c"once")));
    // SAFETY: the host announced both functions.
    unsafe {
        let exception = (ours.err_fetch)(ctx);
        assert_eq!(interpreter.repr(exception), "TypeError('once')");
        assert_eq!(call!(ctx.ctx_Err_Occurred()), Flag(0));
        assert_eq!((ours.err_fetch)(ctx), HPy::NULL);
        (ours.err_restore)(ctx, exception);
        close(ctx, [exception]);
    }
    assert_eq!(interpreter.take_error().as_deref(), Some("TypeError: once"));
    let (half, one) = (call!(ctx.ctx_Float_FromDouble(0.5)), int(ctx, 1));
    let mixed = call!(ctx.ctx_Tuple_FromArray(Handles([half, half, one].as_ptr()), Len(3)));
    let mut items = [0.0; 3];
    // SAFETY: as above; there is room for three.
    let read = unsafe { (ours.read_floats)(ctx, mixed, items.as_mut_ptr(), 3) };
    assert_eq!((read, items), (2, [0.5, 0.5, 0.0]));
    close(ctx, [half, one, mixed]);
    interpreter.finish();
    let foreign = Interpreter::new();
    // SAFETY: as above.
    assert!(unsafe { ext::extensions(foreign.context()) }.is_none());
}
