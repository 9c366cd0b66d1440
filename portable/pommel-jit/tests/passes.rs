//! Passes against what they should make of functions (`passes/*.md`: what goes in, what comes out), and
//! against the reference executor, with random functions.
//!
//! `POMMEL_WRITE=1` writes what comes out into the files, to be read before it is committed.

mod random;

use pommel_jit::ir::Function;
use pommel_jit::ir::compute::Datum;
use pommel_jit::ir::run::{Outcome, run};
use pommel_jit::ir::verify::verify;
use pommel_jit::passes;
use proptest::prelude::*;
use random::Books;

const FUEL: usize = 200_000;

fn read(text: &str) -> Function {
    let function: Function = text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"));
    verify(&function).unwrap_or_else(|error| panic!("{error}\n{text}"));
    function
}

/// Every second block of code in a file is what a pass makes of the one before.
fn golden(name: &str, pass: fn(&mut Function)) {
    let path = format!("{}/tests/passes/{name}.md", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap();
    let mut parts: Vec<String> = text.split("```\n").map(str::to_owned).collect();
    assert!(parts.len() >= 5 && parts.len() % 4 == 1, "{path}: blocks of code come in pairs");
    for index in (1..parts.len()).step_by(4) {
        let mut function = read(&parts[index]);
        pass(&mut function);
        verify(&function).unwrap_or_else(|error| panic!("{path}: {error}\n{function}"));
        if std::env::var_os("POMMEL_WRITE").is_some() {
            parts[index + 2] = function.to_string();
        }
        assert_eq!(function.to_string(), parts[index + 2], "{path}:{}", parts[index - 1]);
    }
    if std::env::var_os("POMMEL_WRITE").is_some() {
        std::fs::write(&path, parts.join("```\n")).unwrap();
    }
}

macro_rules! golden_tests {
    ($($name:ident $pass:expr;)*) => {
        $(
            #[test]
            fn $name() {
                golden(stringify!($name), $pass);
            }
        )*
    };
}

golden_tests! {
    fold |function| while passes::fold::run(function) {};
    params |function| while passes::params::run(function) {};
    repeated |function| while passes::repeated::run(function) {};
    later |function| _ = passes::later::run(function);
    fast |function| _ = passes::fast::run(function);
    products |function| _ = passes::fast::products(function);
    detach |function| _ = passes::detach::run(function);
    finite |function| _ = passes::finite::run(function);
    addresses |function| _ = passes::addresses::run(function);
    reads |function| _ = passes::reads::run(function);
    vectors |function| _ = passes::vectors::run(function);
    first_rounds |function| _ = passes::versions::first_rounds(function);
    versions |function| _ = passes::versions::run(function);
    dead |function| _ = passes::dead::run(function);
    invariant |function| _ = passes::invariant::run(function);
    range |function| _ = passes::range::run(function);
    rotate |function| _ = passes::rotate::run(function);
    ownership passes::ownership::run;
    optimise passes::optimise;
}

/// How a function ends, with all that others see of it; none if it does not end soon.
fn seen(function: &Function, args: &[Datum], left: usize) -> Option<(Outcome, Books)> {
    let mut books = Books::new(left);
    let outcome = run(function, args, &mut books, FUEL).map_err(|error| {
        assert_eq!(error, "it does not end", "{function}");
    });
    let outcome = books.close(outcome.ok()?);
    Some((outcome, books))
}

/// Whether a pass gives the same results, exits and effects as before.
fn stays_the_same(
    choices: &[u32],
    args: &[Datum],
    left: usize,
    pass: fn(&mut Function),
    counts: bool,
) -> Result<(), TestCaseError> {
    let before = random::function(choices, true);
    prop_assert_eq!(verify(&before), Ok(()), "{}", before);
    let mut after = before.clone();
    pass(&mut after);
    prop_assert_eq!(verify(&after), Ok(()), "{}", after);
    let Some((wanted, expected)) = seen(&before, args, left) else { return Ok(()) };
    let Some((outcome, books)) = seen(&after, args, left) else {
        return Err(TestCaseError::fail(format!("it does not end any more:\n{before}\n{after}")));
    };
    prop_assert_eq!(outcome, wanted, "{}\n{}", before, after);
    prop_assert_eq!(&books.trace, &expected.trace, "{}\n{}", before, after);
    if counts {
        prop_assert_eq!(&books.faults, &Vec::<String>::new(), "{}\n{}", before, after);
        prop_assert_eq!(books.leaked(), 0, "{}\n{}", before, after);
        prop_assert!(books.handles[1].is_some() && books.handles[2].is_some(), "{}", after);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn text_is_read_as_it_was_written(choices in random::choices()) {
        let text = random::function(&choices, true).to_string();
        let again: Function = text.parse().map_err(TestCaseError::fail)?;
        prop_assert_eq!(again.to_string(), text);
    }

    #[test]
    fn folding_changes_nothing(choices in random::choices(), args in random::arguments()) {
        stays_the_same(&choices, &args, 50, |function| while passes::fold::run(function) {}, false)?;
    }

    #[test]
    fn parameters_change_nothing(choices in random::choices(), args in random::arguments()) {
        stays_the_same(&choices, &args, 50, |function| while passes::params::run(function) {}, false)?;
    }

    #[test]
    fn repeated_expressions_change_nothing(choices in random::choices(), args in random::arguments()) {
        stays_the_same(&choices, &args, 50, |function| while passes::repeated::run(function) {}, false)?;
    }

    #[test]
    fn dead_code_changes_nothing(choices in random::choices(), args in random::arguments()) {
        stays_the_same(&choices, &args, 50, |function| _ = passes::dead::run(function), false)?;
    }

    #[test]
    fn invariants_change_nothing(choices in random::choices(), args in random::arguments()) {
        stays_the_same(&choices, &args, 50, |function| _ = passes::invariant::run(function), false)?;
    }

    #[test]
    fn ranges_change_nothing(choices in random::choices(), args in random::arguments()) {
        stays_the_same(&choices, &args, 50, |function| _ = passes::range::run(function), false)?;
    }

    #[test]
    fn rotation_changes_nothing(choices in random::choices(), args in random::arguments()) {
        stays_the_same(&choices, &args, 50, |function| _ = passes::rotate::run(function), false)?;
    }

    #[test]
    fn every_handle_is_given_back_once(
        choices in random::choices(),
        args in random::arguments(),
        left in 0..20_usize,
    ) {
        stays_the_same(&choices, &args, left, passes::ownership::run, true)?;
    }

    #[test]
    fn all_passes_change_nothing(
        choices in random::choices(),
        args in random::arguments(),
        left in 0..40_usize,
    ) {
        stays_the_same(&choices, &args, left, passes::optimise, true)?;
    }
}

#[test]
fn a_fault_is_found_with_its_line() {
    let faults = [
        (
            "b0(v0: i64):\n  v1 = iadd v0\n  return v1\n",
            "b0: `v1 = iadd v0`: operands of types [I64]",
        ),
        ("b0(v0: i64):\n  guard v0 else 1()\n  return\n", "operands of types"),
        ("b0(v0: i64):\n  v1 = iadd v0, v0\n  return v1\n", "no exit"),
        ("b0(v0: i64):\n  v1 = iadd.wrap v0, v2\n  return v1\n", "v2 is defined nowhere"),
        ("b0(v0: i64):\n  v1 = iadd.wrap v0, v1\n  return v1\n", "not defined on every way"),
        (
            "b0(v0: bool):\n  branch v0, b1(), b2()\nb1():\n  v1 = int 1\n  jump b2()\nb2():\n  return v1\n",
            "b2: v1 is not defined on every way there: `return v1`",
        ),
        ("b0(v0: i64):\n  jump b1()\nb1(v1: i64):\n  return v1\n", "b1 takes [I64] and not []"),
        ("b0():\n  jump b0()\n", "nothing jumps to the first block"),
        ("b0():\n  v0 = float\n  return v0\n", "not what it needs"),
        ("b0(v0: f64):\n  v1 = math1 pow, v0\n  return v1\n", "not what it needs"),
        ("b0(v0: i64):\n  exit 1(; v0)\n", "v0 is owned and no handle"),
    ];
    for (text, fault) in faults {
        let function: Function = text.parse().unwrap();
        let found = verify(&function).unwrap_err();
        assert!(found.contains(fault), "{found:?} for\n{text}");
    }
    let unread = [
        ("b0():\n  v0 = nothing\n", "line 2: `nothing` is no operation"),
        ("b0():\n  v0 = int x\n", "line 2: `x` is nothing for `int`"),
        ("b0(v0: int):\n", "line 1: `int` is no type"),
        ("b1():\n", "line 1: b1 where b0 comes next"),
        ("  return\n", "line 1: an instruction outside of a block"),
        ("b0():\n  return v0 v1\n", "line 2: `v1` where the line should end"),
        ("b0():\n  v0 = int 1\n", "the last block has no end"),
        ("b0(v0: i64, v0: i64):\n", "line 1: v0 is defined twice"),
    ];
    for (text, fault) in unread {
        assert_eq!(text.parse::<Function>().unwrap_err(), fault, "{text}");
    }
}
