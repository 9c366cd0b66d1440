//! Machine code against the reference executor: random functions, and every kind of memory.

#[path = "../../pommel-jit/tests/random/mod.rs"]
mod random;

use pommel_jit::backend::{Backend, Call, Machine};
use pommel_jit::ir::compute::Datum;
use pommel_jit::ir::run::{NumbersOnly, Outcome, Runtime, run};
use pommel_jit::ir::verify::verify;
use pommel_jit::ir::{End, Function, Immediate, Inst, Op, Type, Value};
use pommel_jit::passes;
use proptest::prelude::*;
use random::Books;

const FUEL: usize = 200_000;

/// What the runtime is to machine code here: the books, or nothing for functions of numbers.
///
/// # Safety
/// `activation` is a `Books` that nobody else uses meanwhile; there are `count` operands in `words` and
/// room for the results.
unsafe extern "C" fn call(
    activation: *mut (),
    operation: u32,
    immediate: i64,
    words: *mut u64,
    count: usize,
) -> bool {
    let op = Op::ALL[operation as usize];
    // SAFETY: The law of this function.
    let books = unsafe { &mut *activation.cast::<Books>() };
    let types = op.signature().args;
    let args: Vec<Datum> = (0..count)
        .map(|index| {
            // SAFETY: As above.
            let word = unsafe { *words.add(index) };
            Datum::of_word(word, types.get(index).copied().unwrap_or(Type::Obj))
        })
        .collect();
    let immediate = Immediate::Int(immediate);
    let inst = Inst { op, args: vec![], immediate, results: vec![], exit: None };
    let Some(results) = books.perform(&inst, &args) else { return false };
    for (index, result) in results.iter().enumerate() {
        // SAFETY: As above.
        unsafe { *words.add(index) = result.word() };
    }
    true
}

fn compile(function: &Function) -> Box<dyn Machine> {
    verify(function).unwrap_or_else(|error| panic!("{error}\n{function}"));
    let host = pommel_jit_cranelift::host().unwrap();
    host.compile(function, (call as Call).into())
        .unwrap_or_else(|error| panic!("{error}\n{function}"))
}

/// Runs machine code with the books.
fn execute(
    function: &Function,
    machine: &dyn Machine,
    args: &[Datum],
    books: &mut Books,
) -> Outcome {
    // More than it asks for, to see that it stays within.
    let mut words = vec![0xdead_u64; machine.words() + 2];
    for (word, arg) in words.iter_mut().zip(args) {
        *word = arg.word();
    }
    // SAFETY: The machine is there, the words are as many as it needs and hold arguments of the right
    // types, and `call` gets the books.
    let status = unsafe { (machine.entry())((books as *mut Books).cast(), words.as_mut_ptr()) };
    assert_eq!(words[machine.words()..], [0xdead; 2]);
    let read = |index: usize, value: &Value| Datum::of_word(words[index], function.type_of(*value));
    let Some(id) = status.checked_sub(1) else {
        return Outcome::Returned(returned(function, &words));
    };
    let exit = function.exits().find(|exit| exit.id == id).expect("an exit of the function");
    let saved: Vec<Datum> =
        exit.saved.iter().enumerate().map(|(i, value)| read(i, value)).collect();
    let count = words[saved.len()] as usize;
    let owned = (0..count).map(|index| Datum::Object(words[saved.len() + 1 + index])).collect();
    Outcome::Left { id, saved, owned }
}

/// All results as words: which of its ends a function took is not known here.
fn returned(function: &Function, words: &[u64]) -> Vec<Datum> {
    let ends = function.blocks.iter().filter_map(|block| match &block.end {
        End::Return(values) => Some(values),
        _ => None,
    });
    let types: Vec<Vec<Type>> =
        ends.map(|values| values.iter().map(|value| function.type_of(*value)).collect()).collect();
    // Random functions give their results in one way, and one test in the other ones.
    assert!(types.iter().all(|one| *one == types[0]), "{function}");
    types[0].iter().zip(words).map(|(of, word)| Datum::of_word(*word, *of)).collect()
}

/// Random functions may return in several ways: each gives all of its values one way, as an exit does, so
/// that they are told apart.
fn with_exits_for_returns(mut function: Function) -> Function {
    for (index, block) in function.blocks.iter_mut().enumerate() {
        if let End::Return(values) = &block.end {
            let exit = pommel_jit::ir::Exit::new(10_000 + index as u32, values.clone());
            block.end = End::Exit(exit);
        }
    }
    function
}

fn agrees(
    function: &Function,
    args: &[Datum],
    left: usize,
    counts: bool,
) -> Result<(), TestCaseError> {
    let mut expected = Books::new(left);
    let Ok(wanted) = run(function, args, &mut expected, FUEL) else { return Ok(()) };
    let wanted = expected.close(wanted);
    let mut optimised = function.clone();
    passes::optimise(&mut optimised);
    for (version, counts) in [(function, false), (&optimised, counts)] {
        let machine = compile(version);
        let mut books = Books::new(left);
        let outcome = execute(version, &*machine, args, &mut books);
        let outcome = books.close(outcome);
        prop_assert_eq!(&outcome, &wanted, "{}\n{}", version, machine.listing());
        prop_assert_eq!(&books.trace, &expected.trace, "{}", version);
        if counts {
            prop_assert_eq!(&books.faults, &Vec::<String>::new(), "{}", version);
            prop_assert_eq!(books.leaked(), 0, "{}", version);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn numbers_are_computed_alike(choices in random::choices(), args in random::arguments()) {
        let function = with_exits_for_returns(random::function(&choices, false));
        agrees(&function, &args, 0, false)?;
    }

    #[test]
    fn objects_are_handled_alike(
        choices in random::choices(),
        args in random::arguments(),
        left in 0..30_usize,
    ) {
        let function = with_exits_for_returns(random::function(&choices, true));
        agrees(&function, &args, left, true)?;
    }
}

fn read(text: &str) -> Function {
    text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn results(text: &str, args: &[Datum]) -> Vec<Datum> {
    let function = read(text);
    let machine = compile(&function);
    match execute(&function, &*machine, args, &mut Books::new(0)) {
        Outcome::Returned(values) => values,
        left => panic!("{left:?}\n{}", machine.listing()),
    }
}

#[test]
fn memory_is_read_and_written() {
    let mut bytes = [0_u8; 64];
    bytes[..16].copy_from_slice(&[
        1, 0xff, 0x80, 0xfe, 0xff, 0xfd, 0xff, 0xff, 0xff, 0, 0, 0, 0x80, 0, 0, 0x80,
    ]);
    bytes[17..25].copy_from_slice(&(-2.5_f64).to_le_bytes());
    bytes[25..29].copy_from_slice(&1.25_f32.to_le_bytes());
    let text = "
b0(v0: i64):
  v1 = load.bool 0, v0
  v2 = load.i8 1, v0
  v3 = load.u8 2, v0
  v4 = load.i16 3, v0
  v5 = load.u16 3, v0
  v6 = load.i32 5, v0
  v7 = load.u32 5, v0
  v8 = load.i64 8, v0
  v9 = load.f64 17, v0
  v10 = load.f32 25, v0
  v11 = bnot v1
  store.bool 32, v0, v11
  store.i8 33, v0, v7
  store.i16 34, v0, v7
  store.i32 36, v0, v7
  store.i64 40, v0, v6
  store.f64 48, v0, v10
  store.f32 56, v0, v9
  v12 = load.f32 56, v0
  return v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v12
";
    let given = results(text, &[Datum::Int(bytes.as_mut_ptr() as i64)]);
    let expected = [
        Datum::Bool(true),
        Datum::Int(-1),
        Datum::Int(0x80),
        Datum::Int(-2),
        Datum::Int(0xfffe),
        Datum::Int(-3),
        Datum::Int(0xffff_fffd),
        Datum::Int(i64::from_le_bytes(bytes[8..16].try_into().unwrap())),
        Datum::Float(-2.5),
        Datum::Float(1.25),
        Datum::Float(-2.5),
    ];
    assert_eq!(given, expected);
    let written = [0, 0xfd, 0xfd, 0xff, 0xfd, 0xff, 0xff, 0xff, 0xfd, 0xff, 0xff, 0xff, 0xff];
    assert_eq!(bytes[32..45], written);
    assert_eq!(bytes[48..56], 1.25_f64.to_le_bytes());
    assert_eq!(bytes[56..60], (-2.5_f32).to_le_bytes());
}

#[test]
fn sine_and_cosine_have_the_same_bits_together() {
    let text = "
b0(v0: f64):
  v1, v2 = sincos v0
  v3 = math1 sin, v0
  v4 = math1 cos, v0
  return v1, v2, v3, v4
";
    let function = read(text);
    let machine = compile(&function);
    let mut x = 1e-320_f64;
    let mut count = 0;
    while x.is_finite() {
        for x in [x, -x] {
            let args = [Datum::Float(x)];
            let Outcome::Returned(values) =
                execute(&function, &*machine, &args, &mut Books::new(0))
            else {
                panic!("it returns");
            };
            assert_eq!(values[..2], values[2..], "{x:?}");
        }
        x *= 1.007_13;
        x += 5e-324;
        count += 1;
    }
    assert!(count > 100_000);
}

#[test]
fn every_function_of_the_library_is_called() {
    for function in pommel_jit::ir::op::Math::ALL {
        let (op, operands) = if function.arity() == 1 { (1, "v0") } else { (2, "v0, v1") };
        let name = function.text();
        let text =
            format!("b0(v0: f64, v1: f64):\n  v2 = math{op} {name}, {operands}\n  return v2\n");
        let args = [Datum::Float(0.625), Datum::Float(1.5)];
        let given = results(&text, &args);
        let expected = match name {
            // Those that Rust computes by itself or not at all.
            "asinh" => 0.590_143_7,
            "acosh" => f64::NAN,
            "atanh" => 0.733_168_54,
            "erf" => 0.623_240_9,
            "erfc" => 0.376_759_1,
            "remainder" => 0.625,
            _ => {
                let outcome = run(&read(&text), &args, &mut NumbersOnly, 10);
                assert_eq!(outcome, Ok(Outcome::Returned(given)), "{name}");
                continue;
            }
        };
        let Datum::Float(value) = given[0] else { panic!("{name} gives a float") };
        let is_close = (value - expected).abs() < 1e-6 || value.is_nan() && expected.is_nan();
        assert!(is_close, "{name}: {value}");
    }
}

/// Counts how often the runtime is asked.
///
/// # Safety
/// `activation` is a number.
unsafe extern "C" fn count(activation: *mut (), _: u32, _: i64, _: *mut u64, _: usize) -> bool {
    // SAFETY: The law of this function.
    let asked = unsafe { &mut *activation.cast::<u32>() };
    *asked += 1;
    *asked < 3
}

#[test]
fn a_long_loop_is_interrupted() {
    let text = "
b0(v0: i64):
  v1 = int 0
  v2 = int 1
  jump b1(v1)
b1(v3: i64):
  v4 = ilt v3, v0
  branch v4, b2(), b3()
b2():
  v5 = iadd v3, v2 else 1(v3)
  poll else 2(v5)
  jump b1(v5)
b3():
  return v3
";
    let host = pommel_jit_cranelift::host().unwrap();
    let machine = host.compile(&read(text), (count as Call).into()).unwrap();
    for (rounds, status, asked, last) in [(100_000, 0, 1, 100_000), (i64::MAX, 3, 3, 3 << 16)] {
        let mut words = vec![rounds as u64; machine.words()];
        let mut counted = 0_u32;
        // SAFETY: There are as many words as it needs, and `count` gets a number.
        let given = unsafe { (machine.entry())((&raw mut counted).cast(), words.as_mut_ptr()) };
        assert_eq!((given, counted, words[0]), (status, asked, last));
    }
}

#[test]
fn code_is_listed() {
    let machine = compile(&read("b0(v0: i64):\n  v1 = iadd.wrap v0, v0\n  return v1\n"));
    assert!(machine.listing().contains("ret"), "{}", machine.listing());
}
