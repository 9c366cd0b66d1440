//! Blocks by their code beside blocks by ordinary arithmetic.

use super::block::{
    Action, Block, Comparison, FOLDED, Input, Kind, Literal, Merge, Operation, Rounding, Value,
};
use super::float::Float;
use super::{Code, x86_64};
use proptest::prelude::*;
use smallvec::SmallVec;

/// A number of a type, as the bits of a lane.
trait Number: Copy {
    const FLOAT: Float;
    fn from_bits(bits: u64) -> Self;
    fn bits(self) -> u64;
    fn made(value: f64) -> Self;
    fn compute(action: Action, a: Self, b: Self) -> Self;
    fn compare(comparison: Comparison, a: Self, b: Self) -> bool;
}

macro_rules! number {
    ($ty:ty, $bits:ty, $float:expr) => {
        impl Number for $ty {
            const FLOAT: Float = $float;
            fn from_bits(bits: u64) -> Self {
                <$ty>::from_bits(bits as $bits)
            }
            fn bits(self) -> u64 {
                u64::from(self.to_bits())
            }
            fn made(value: f64) -> Self {
                value as $ty
            }
            fn compute(action: Action, a: Self, b: Self) -> Self {
                match action {
                    Action::Add => a + b,
                    Action::Subtract => a - b,
                    Action::Multiply => a * b,
                    Action::Divide => a / b,
                    Action::Sqrt => a.sqrt(),
                    Action::Round(Rounding::Even) => a.round_ties_even(),
                    Action::Round(Rounding::Down) => a.floor(),
                    Action::Round(Rounding::Up) => a.ceil(),
                    Action::Round(Rounding::ToZero) => a.trunc(),
                    _ => unreachable!("a function of bits"),
                }
            }
            fn compare(comparison: Comparison, a: Self, b: Self) -> bool {
                match comparison {
                    Comparison::Equal => a == b,
                    Comparison::NotEqual => a != b,
                    Comparison::Less => a < b,
                    Comparison::LessEqual => a <= b,
                    Comparison::Greater => a > b,
                    Comparison::GreaterEqual => a >= b,
                    Comparison::Unordered => a.is_nan() || b.is_nan(),
                }
            }
        }
    };
}
number!(f32, u32, Float::Single);
number!(f64, u64, Float::Double);

/// The values of a block's operations for one element.
fn by_hand<T: Number>(block: &Block, inputs: &[u64]) -> Vec<u64> {
    let all = T::FLOAT.all();
    let mut values: Vec<u64> = Vec::new();
    for operation in &block.operations {
        let value = |value: Value| match value.kind() {
            Kind::Input(i) => inputs[i],
            Kind::Literal(literal) => literal.bits(T::FLOAT),
            Kind::Operation(i) => values[i],
        };
        let [a, b, c] = operation.parameters.map(value);
        let result = match operation.action {
            Action::And => a & b,
            Action::Or => a | b,
            Action::Xor => a ^ b,
            Action::Choose => {
                if a & T::FLOAT.sign() != 0 {
                    b
                } else {
                    c
                }
            }
            Action::Compare(comparison) => {
                let holds = T::compare(comparison, T::from_bits(a), T::from_bits(b));
                if holds { all } else { 0 }
            }
            action => T::compute(action, T::from_bits(a), T::from_bits(b)).bits(),
        };
        values.push(result);
    }
    values
}

/// Equal, or both no numbers: which bits such a result has the machine may say.
fn same<T: Number>(a: u64, b: u64) -> bool {
    let is_nan = |bits| {
        let number = T::from_bits(bits);
        T::compare(Comparison::Unordered, number, number)
    };
    a == b || is_nan(a) && is_nan(b)
}

/// The operands of a block: of each input the bits of its lanes, and its bytes in memory.
struct Operands {
    lanes: Vec<Vec<u64>>,
    bytes: Vec<Vec<u8>>,
}

impl Operands {
    fn new<T: Number>(block: &Block, n: usize, seed: u64) -> Operands {
        let mut state = seed;
        let mut number = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040);
            let special = [0.0, -0.0, 1.0, f64::NAN, f64::INFINITY, -f64::INFINITY, 2.5, -3.5];
            match (state >> 60) as usize {
                at if at < special.len() => T::made(special[at]),
                _ => T::made((state >> 20) as f64 / 1e12 - 8.0),
            }
        };
        let size = usize::from(T::FLOAT.size());
        let mut operands = Operands { lanes: Vec::new(), bytes: Vec::new() };
        for input in &block.inputs {
            let count = if *input == Input::Number { 1 } else { n };
            let mut lanes: Vec<u64> = (0..count).map(|_| number().bits()).collect();
            let bytes = if *input == Input::Truths {
                let truth = |bits: &u64| if bits & 8 > 0 { T::FLOAT.all() } else { 0 };
                lanes = lanes.iter().map(truth).collect();
                // Whatever is not zero is true.
                let truth =
                    |(i, &bits): (usize, &u64)| if bits == 0 { 0 } else { [1, 5, 255][i % 3] };
                lanes.iter().enumerate().map(truth).collect()
            } else {
                lanes.iter().flat_map(|bits| bits.to_le_bytes()[..size].to_vec()).collect()
            };
            if *input == Input::Number {
                lanes = vec![lanes[0]; n];
            }
            operands.lanes.push(lanes);
            operands.bytes.push(bytes);
        }
        operands
    }
}

/// Bytes behind the end of a result, which show what writes too far.
const GUARD: [u8; 64] = [0x5a; 64];

/// Runs a block over some elements by its code and by hand.
fn check<T: Number>(block: &Block, n: usize, seed: u64) {
    let code: Code = x86_64::compile(block).expect("there is memory for code");
    let size = usize::from(T::FLOAT.size());
    let operands = Operands::new::<T>(block, n, seed);
    let sizes = block.outputs.iter().map(|&(_, truths)| if truths { 1 } else { size });
    let mut results: Vec<Vec<u8>> =
        sizes.map(|size| [vec![0; n * size], GUARD.to_vec()].concat()).collect();
    let inputs = operands.bytes.iter().map(|bytes| bytes.as_ptr());
    let outputs = results.iter_mut().map(|bytes| bytes.as_mut_ptr().cast_const());
    let addresses: Vec<*const u8> = inputs.chain(outputs).collect();
    // SAFETY: `n` elements behind each address.
    unsafe { code(addresses.as_ptr(), n) };
    for i in 0..n {
        let inputs: Vec<u64> = operands.lanes.iter().map(|lanes| lanes[i]).collect();
        let values = by_hand::<T>(block, &inputs);
        for (&(value, truths), result) in block.outputs.iter().zip(&results) {
            let expected = match value.kind() {
                Kind::Operation(i) => values[i],
                Kind::Input(i) => inputs[i],
                Kind::Literal(literal) => literal.bits(T::FLOAT),
            };
            if truths {
                assert_eq!(result[i], u8::from(expected != 0), "{i} of {n}");
                continue;
            }
            let mut found = [0; 8];
            found[..size].copy_from_slice(&result[i * size..(i + 1) * size]);
            let found = u64::from_le_bytes(found);
            assert!(same::<T>(found, expected), "{i} of {n}: {found:x}, {expected:x}: {block:?}");
        }
    }
    assert!(results.iter().all(|result| result.ends_with(&GUARD)), "{n}: {block:?}");
}

/// Runs a block that folds a value, by its code and by hand.
fn check_fold<T: Number>(block: &Block, merge: Merge, rounds: usize, seed: u64) {
    let is_number = |operation: &Operation| {
        !matches!(operation.action, Action::Compare(_) | Action::And | Action::Or | Action::Xor)
    };
    let elements = block.inputs.iter().position(|input| *input == Input::Elements);
    let value = match block.operations.iter().rposition(is_number) {
        Some(last) if !seed.is_multiple_of(4) => Value::operation(last),
        _ => Value::input(if let Some(i) = elements { i } else { return }),
    };
    let block = Block { outputs: SmallVec::new(), fold: Some((value, merge)), ..block.clone() };
    let code: Code = x86_64::compile(&block).expect("there is memory for code");
    let size = usize::from(T::FLOAT.size());
    let parts = FOLDED / size;
    let n = rounds * parts;
    let operands = Operands::new::<T>(&block, n, seed);
    let mut state = [vec![0; FOLDED], GUARD.to_vec()].concat();
    let inputs = operands.bytes.iter().map(|bytes| bytes.as_ptr());
    let addresses: Vec<*const u8> = inputs.chain([state.as_mut_ptr().cast_const()]).collect();
    // SAFETY: `n` elements behind each address, and room for the parts.
    unsafe { code(addresses.as_ptr(), n) };
    let (action, start) = merge.action();
    let mut expected = vec![T::from_bits(start.bits(T::FLOAT)); parts];
    for i in 0..n {
        let inputs: Vec<u64> = operands.lanes.iter().map(|lanes| lanes[i]).collect();
        let x = match value.kind() {
            Kind::Operation(folded) => by_hand::<T>(&block, &inputs)[folded],
            Kind::Input(i) => inputs[i],
            Kind::Literal(literal) => literal.bits(T::FLOAT),
        };
        let x = T::from_bits(x);
        expected[i % parts] = T::compute(action, expected[i % parts], x);
    }
    for (part, expected) in expected.iter().enumerate() {
        let mut found = [0; 8];
        found[..size].copy_from_slice(&state[part * size..(part + 1) * size]);
        let (found, expected) = (u64::from_le_bytes(found), expected.bits());
        assert!(same::<T>(found, expected), "{part}: {found:x}, {expected:x}: {block:?}");
    }
    assert!(state.ends_with(&GUARD), "{block:?}");
}

/// Numbers from which a block is made: each picks an action and its parameters.
fn made(float: Float, inputs: &[u8], picks: &[(u8, u16, u16, u16)]) -> Block {
    let mut block = Block::new(float);
    block.inputs = inputs
        .iter()
        .map(|kind| match kind % 5 {
            0 => Input::Number,
            1 => Input::Truths,
            _ => Input::Elements,
        })
        .collect();
    let mut numbers = vec![Value::literal(Literal::One)];
    let mut truths = vec![Value::literal(Literal::All)];
    for (i, input) in block.inputs.iter().enumerate() {
        let values = if *input == Input::Truths { &mut truths } else { &mut numbers };
        values.push(Value::input(i));
    }
    for &(action, a, b, c) in picks {
        let pick = |values: &[Value], at: u16| values[usize::from(at) % values.len()];
        let comparisons = [
            Comparison::Equal,
            Comparison::NotEqual,
            Comparison::Less,
            Comparison::LessEqual,
            Comparison::Greater,
            Comparison::GreaterEqual,
            Comparison::Unordered,
        ];
        let roundings = [Rounding::Even, Rounding::Down, Rounding::Up, Rounding::ToZero];
        let (is_truth, action) = match action % 14 {
            0 | 1 => (false, Action::Add),
            2 => (false, Action::Subtract),
            3 | 4 => (false, Action::Multiply),
            5 => (false, Action::Divide),
            6 => (false, Action::Sqrt),
            7 => (false, Action::Round(roundings[usize::from(c) % 4])),
            8 | 9 => (true, Action::Compare(comparisons[usize::from(c) % 7])),
            10 => (true, Action::And),
            11 => (true, Action::Or),
            12 => (true, Action::Xor),
            _ => (false, Action::Choose),
        };
        let parameters = match action {
            Action::And | Action::Or | Action::Xor => {
                [pick(&truths, a), pick(&truths, b), Value::literal(Literal::Zero)]
            }
            Action::Choose => [pick(&truths, a), pick(&numbers, b), pick(&numbers, c)],
            _ => [pick(&numbers, a), pick(&numbers, b), Value::literal(Literal::Zero)],
        };
        block.operations.push(Operation { action, parameters });
        let value = Value::operation(block.operations.len() - 1);
        let values = if is_truth { &mut truths } else { &mut numbers };
        values.push(value);
        // Some on the way, and the last one.
        if a % 7 == 0 || block.operations.len() == picks.len() {
            block.outputs.push((value, is_truth));
        }
    }
    block
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn code_does_what_the_block_says(
        inputs in prop::collection::vec(any::<u8>(), 1..16),
        picks in prop::collection::vec(any::<(u8, u16, u16, u16)>(), 1..96),
        n in 0usize..70,
        seed: u64,
    ) {
        if x86_64::is_available() {
            check::<f64>(&made(Float::Double, &inputs, &picks), n, seed);
            check::<f32>(&made(Float::Single, &inputs, &picks), n, seed);
        }
    }

    #[test]
    fn truth_values_are_packed_in_their_order(
        inputs in prop::collection::vec(any::<u8>(), 1..8),
        picks in prop::collection::vec(any::<(u8, u16, u16, u16)>(), 1..8),
        // From the tests to their connections.
        last in (8u8..13, any::<(u16, u16, u16)>()),
        n in 0usize..150,
        seed: u64,
    ) {
        let (action, (a, b, c)) = last;
        let picks = [&picks[..], &[(action, a, b, c)]].concat();
        for float in [Float::Double, Float::Single] {
            let mut block = made(float, &inputs, &picks);
            block.outputs.drain(..block.outputs.len() - 1);
            if x86_64::is_available() {
                match float {
                    Float::Double => check::<f64>(&block, n, seed),
                    Float::Single => check::<f32>(&block, n, seed),
                }
            }
        }
    }

    #[test]
    fn folds_take_each_element_to_its_part(
        inputs in prop::collection::vec(any::<u8>(), 1..16),
        picks in prop::collection::vec(any::<(u8, u16, u16, u16)>(), 1..64),
        merge in prop::sample::select(vec![Merge::Sum, Merge::Prod]),
        rounds in 0usize..4,
        seed: u64,
    ) {
        if x86_64::is_available() {
            check_fold::<f64>(&made(Float::Double, &inputs, &picks), merge, rounds, seed);
            check_fold::<f32>(&made(Float::Single, &inputs, &picks), merge, rounds, seed);
        }
    }
}
