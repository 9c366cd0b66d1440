//! Every call into the host that can fail, does: no handle may leak, nothing may be misused, and
//! what comes out is the MemoryError that was injected or, where Rust has another way, a result.

use super::bench::{Bench, on};
use super::extension::{functions, nodes, points, words};
use hpy_mock::Interpreter;
use pommel::rt::ModuleSpec;
use pommel::{Error, Result, exception, testing};

const HOSTS: [fn() -> Interpreter; 2] = [Interpreter::new, Interpreter::new_ours];

/// Runs a scenario once to count its calls, and then once for each with that call failing. A
/// scenario may be left early by any error, and must leave things as it found them.
fn inject(
    module: &'static ModuleSpec,
    scenario: impl for<'a, 'c> Fn(&Bench<'a, 'c>) -> Result<()>,
) {
    for start in HOSTS {
        on(start(), module, |b| {
            scenario(b)?;
            let before = b.python.calls();
            scenario(b)?;
            let count = b.python.calls() - before;
            assert!(count > 0, "the scenario calls nothing that can fail");
            let open = b.python.open_handles();
            // Miri would need minutes for all.
            let step = if cfg!(miri) { 7 } else { 1 };
            for n in (1..=count).step_by(step) {
                b.python.fail_at(n);
                if let Err(error) = scenario(b) {
                    let error = b.error::<()>(Err(error));
                    assert!(error.starts_with("MemoryError"), "call {n} of {count}: {error}");
                }
                assert_eq!(b.python.open_handles(), open, "call {n}: {:?}", b.python.leaked());
                assert_eq!(b.python.faults(), [""; 0], "call {n} of {count}");
            }
            Ok(())
        });
    }
}

#[test]
fn in_calls() {
    inject(&functions::__POMMEL_MODULE, |b| {
        let two = b.ctx().object(2)?;
        let result = b.get("everything")?.call_with((1, 2, 3, 4), &[("d", &two), ("z", &two)])?;
        result.get_index(1).map(drop)
    });
    inject(&functions::__POMMEL_MODULE, |b| {
        let call = b.get("call")?;
        call.call((&b.get("optional")?,)).map(drop)
    });
}

#[test]
fn in_conversions() {
    inject(&functions::__POMMEL_MODULE, |b| {
        let map = b.ctx().dict()?;
        map.set_item("one", 1)?;
        b.module.call_method("containers", (vec![1, 2], &*map, (7, "seven"))).map(drop)
    });
    inject(&functions::__POMMEL_MODULE, |b| {
        let bytes = b.ctx().bytes(b"bytes")?;
        b.module.call_method("texts", ("a", "b", 'c', &*bytes)).map(drop)
    });
}

/// Reading an `int` fails with what was injected, and not for its range.
#[test]
fn in_reading_an_int() {
    inject(&functions::__POMMEL_MODULE, |b| {
        // The first value is the one that also means an error.
        let (low, high) = (b.ctx().object(-1)?, b.ctx().object(u64::MAX)?);
        assert_eq!(low.extract::<i64>()?, -1);
        assert_eq!(low.extract::<i8>()?, -1);
        assert_eq!(high.extract::<u64>()?, u64::MAX);
        high.extract::<usize>().map(drop)
    });
}

#[test]
fn in_classes() {
    inject(&points::__POMMEL_MODULE, |b| {
        let point = b.module.call_method("Point", (3, 4))?;
        point.set_attr("x", 6)?;
        let sum = point.add(&point)?.add(&b.get("Point")?.call_method("origin", ())?)?;
        sum.repr().map(drop)
    });
    inject(&words::__POMMEL_MODULE, |b| {
        let words = b.module.call_method("Words", ("ab", "c"))?;
        words.set_item(1, "de")?;
        words.iter()?.try_for_each(|letter| letter.map(drop))
    });
}

#[test]
fn in_fields() {
    inject(&nodes::__POMMEL_MODULE, |b| {
        let node = b.module.call_method("Node", ())?;
        node.set_attr("target", &node)?;
        node.call_method("keep", (0, "kept"))?;
        node.call_method("kept", (0,))?;
        // The mock has no collector.
        node.set_attr("target", b.ctx().none())
    });
}

#[test]
fn in_errors() {
    inject(&functions::__POMMEL_MODULE, |b| {
        let raised = b.module.call_method("caused", ());
        match raised.expect_err("it raises") {
            error if error.is(b.ctx(), exception::ValueError) => Ok(()),
            error => Err(error),
        }
    });
}

/// An exception that cannot be made, for lack of memory, is not lost because it has a cause.
#[test]
fn in_making_an_exception_with_a_cause() {
    for start in HOSTS {
        on(start(), &functions::__POMMEL_MODULE, |b| {
            let caused = |n| {
                b.python.fail_at(n);
                let error = Error::value_error("outer");
                b.error::<()>(Err(error.caused_by(b.ctx(), Error::os_error("inner"))))
            };
            // The message and the instance of the cause; then the same of the exception, and the
            // attribute that joins them.
            let (outer, failed) = ("ValueError: outer", "MemoryError: injected failure");
            assert_eq!([1, 2, 3, 4, 5].map(caused), [outer, outer, failed, failed, failed]);
            Ok(())
        });
    }
}

#[test]
fn while_a_module_is_imported() {
    fail_import(&nodes::__POMMEL_MODULE);
    // Miri would need minutes.
    if !cfg!(miri) {
        fail_import(&functions::__POMMEL_MODULE);
        fail_import(&points::__POMMEL_MODULE);
        fail_import(&words::__POMMEL_MODULE);
    }
}

fn fail_import(module: &'static ModuleSpec) {
    for start in HOSTS {
        let python = start();
        let before = python.calls();
        import(&python, module).expect("nothing fails");
        let count = python.calls() - before;
        python.finish();
        let step = if cfg!(miri) { count / 2 } else { 1 };
        for n in (1..=count).step_by(step) {
            let python = start();
            python.fail_at(n);
            if let Err(error) = import(&python, module) {
                assert!(error.starts_with("MemoryError"), "call {n} of {count}: {error}");
            }
            python.finish();
        }
    }
}

/// Imports a module of the extension; the error as text.
fn import(python: &Interpreter, module: &'static ModuleSpec) -> Result<(), String> {
    let load = |name: &str, def| {
        // SAFETY: the description of a module obeys the ABI and is never freed.
        unsafe { python.load(name, def) }
    };
    // SAFETY: the interpreter outlives the call, and it has its own turn among the threads.
    unsafe { testing::run_on(python.context(), module, load, |_module| Ok(())) };
    python.take_error().map_or(Ok(()), Err)
}
