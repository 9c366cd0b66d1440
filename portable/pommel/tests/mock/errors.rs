//! Exceptions: their types, texts and causes, several of them at once, and panics.

use super::bench::{on, on_both};
use super::extension::functions;
use hpy_mock::Interpreter;
use pommel::{Error, Type, exception, rt};

#[test]
fn errors_become_exceptions() {
    on_both(&functions::__POMMEL_MODULE, |b| {
        let parse = b.get("parse")?;
        assert_eq!(parse.call(("17",))?.extract::<i64>()?, 17);
        let error = b.error(parse.call(("x",)));
        assert_eq!(error, "ValueError: invalid digit found in string");
        let error = parse.call(("x",)).expect_err("not a number");
        assert!(error.is(b.ctx(), exception::ValueError));
        assert!(error.is_instance_of(&exception::ValueError.type_object(b.ctx())));
        assert!(!error.is(b.ctx(), exception::KeyError));
        Ok(())
    });
}

#[test]
fn errors_may_have_causes() {
    on_both(&functions::__POMMEL_MODULE, |b| {
        assert_eq!(b.error(b.module.call_method("caused", ())), "ValueError: outer");
        Ok(())
    });
    on(Interpreter::new_ours(), &functions::__POMMEL_MODULE, |b| {
        let error = b.module.call_method("caused", ()).expect_err("it raises");
        let value = error.into_value(b.ctx()).expect("our hosts hand exceptions out");
        let cause = value.get_attr("__cause__")?;
        assert_eq!(cause.type_name(), "OSError");
        assert_eq!(cause.to_text()?, "inner");
        Ok(())
    });
}

/// Not on the other host, which keeps the first one while the second is called.
#[test]
fn the_first_of_two_errors_is_kept_where_the_host_hands_both_out() {
    on(Interpreter::new_ours(), &functions::__POMMEL_MODULE, |b| {
        let (parse, zero) = (b.get("parse")?, b.get("zero_division")?);
        let error = b.error(b.module.call_method("first_of_two", (&parse, &zero)));
        assert_eq!(error, "TypeError: parse() missing 1 required argument: 'text'");
        Ok(())
    });
}

/// On a host that keeps its exceptions nothing may be called while there is an error: a test sees
/// it, and what was raised first is not passed off as something else.
#[test]
#[should_panic(expected = "ctx_Call was called while")]
fn a_call_with_an_error_in_hand_is_noticed_where_the_host_keeps_it() {
    on(Interpreter::new(), &functions::__POMMEL_MODULE, |b| {
        let (parse, zero) = (b.get("parse")?, b.get("zero_division")?);
        let error = b.error(b.module.call_method("first_of_two", (&parse, &zero)));
        let words = "RuntimeError: an exception was lost: this interpreter keeps one at a time";
        assert!(error.starts_with(words), "{error}");
        Ok(())
    });
}

/// Outside of tests a module is not imported there at all.
#[test]
fn a_host_that_keeps_its_exceptions_is_refused() {
    let python = Interpreter::new();
    // SAFETY: the interpreter outlives the call, and it has its own turn among the threads; the
    // description that it loads obeys the ABI and is never freed.
    let module = unsafe {
        rt::init_context(python.context());
        python.load("functions", rt::module_def(&functions::__POMMEL_MODULE))
    };
    assert!(module.is_null());
    let error = python.take_error().expect("it is refused");
    let words =
        "ImportError: this interpreter has an HPy of its own that cannot hand exceptions out";
    assert!(error.starts_with(words), "{error}");
    python.finish();
}

#[test]
fn an_error_that_is_dropped_is_forgotten() {
    on_both(&functions::__POMMEL_MODULE, |b| {
        let raises = b.get("raises")?;
        let (nothing, parse, zero) = (b.get("nothing")?, b.get("parse")?, b.get("zero_division")?);
        assert!(!raises.call((&nothing,))?.extract::<bool>()?);
        assert!(!raises.call((&parse,))?.extract::<bool>()?);
        assert!(raises.call((&zero,))?.extract::<bool>()?);
        Ok(())
    });
}

#[test]
fn a_type_of_its_own_and_an_object_are_raised() {
    on_both(&functions::__POMMEL_MODULE, |b| {
        let base = exception::KeyError.type_object(b.ctx());
        let own = Type::new_exception(b.ctx(), c"extension.Missing", &base)?;
        let error = Error::raise(&own, "here");
        assert!(error.is(b.ctx(), exception::LookupError));
        assert!(b.error::<()>(Err(error)).starts_with("Missing: "));
        let value = own.call(("there",))?;
        assert!(b.error::<()>(Err(Error::from_value(&value))).starts_with("Missing: "));
        let error = b.error::<()>(Err(Error::from_value(&b.ctx().none())));
        let words = "TypeError: exceptions must derive from BaseException, not NoneType";
        assert_eq!(error, words);
        Ok(())
    });
}

#[test]
fn a_panic_becomes_an_exception() {
    on_both(&functions::__POMMEL_MODULE, |b| {
        let error = b.error(b.module.call_method("panic", ()));
        let words = "RuntimeError: the extension panicked: on purpose ";
        assert!(error.starts_with(words), "{error}");
        Ok(())
    });
}
