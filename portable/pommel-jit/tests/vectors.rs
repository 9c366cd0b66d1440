//! Loops that do several rounds at once against the same loops one round at a time: with memory that
//! overlaps in all ways, and numbers that are not finite.

use pommel_jit::ir::compute::Datum;
use pommel_jit::ir::run::{Outcome, Runtime, run};
use pommel_jit::ir::verify::verify;
use pommel_jit::ir::{Function, Inst, Op};
use pommel_jit::passes;
use proptest::prelude::*;

/// Memory that begins at address 0.
#[derive(Clone, Debug, PartialEq)]
struct Memory {
    bytes: Vec<u8>,
}

impl Memory {
    fn read<const N: usize>(&self, at: i64) -> [u8; N] {
        self.bytes[at as usize..][..N].try_into().unwrap()
    }

    fn write(&mut self, at: i64, bytes: &[u8]) {
        self.bytes[at as usize..][..bytes.len()].copy_from_slice(bytes);
    }

    fn int(&self, op: Op, at: i64) -> i64 {
        match op {
            Op::LoadI32 | Op::LoadI32x2 => i32::from_le_bytes(self.read(at)).into(),
            Op::LoadU32 | Op::LoadU32x2 => u32::from_le_bytes(self.read(at)).into(),
            _ => i64::from_le_bytes(self.read(at)),
        }
    }

    fn float(&self, op: Op, at: i64) -> f64 {
        match op {
            Op::LoadF32 | Op::LoadF32x2 => f32::from_le_bytes(self.read(at)).into(),
            _ => f64::from_le_bytes(self.read(at)),
        }
    }

    fn write_int(&mut self, size: usize, at: i64, value: i64) {
        self.write(at, &value.to_le_bytes()[..size]);
    }

    fn write_float(&mut self, size: usize, at: i64, value: f64) {
        match size {
            4 => self.write(at, &(value as f32).to_le_bytes()),
            _ => self.write(at, &value.to_le_bytes()),
        }
    }
}

impl Runtime for Memory {
    fn perform(&mut self, inst: &Inst, args: &[Datum]) -> Option<Vec<Datum>> {
        if inst.op == Op::Poll {
            return Some(vec![]);
        }
        let Datum::Int(address) = args[0] else { panic!("an address") };
        let at = address + inst.int().unwrap();
        let size = if inst.op.text().contains("32") { 4 } else { 8 };
        let next = at + size as i64;
        match (inst.op, args.get(1)) {
            (_, Some(Datum::Int(value))) => self.write_int(size, at, *value),
            (_, Some(Datum::Float(value))) => self.write_float(size, at, *value),
            (_, Some(Datum::Ints([x, y]))) => {
                self.write_int(size, at, *x);
                self.write_int(size, next, *y);
            }
            (_, Some(Datum::Floats([x, y]))) => {
                self.write_float(size, at, *x);
                self.write_float(size, next, *y);
            }
            (op @ (Op::LoadI32 | Op::LoadU32 | Op::LoadI64), _) => {
                return Some(vec![Datum::Int(self.int(op, at))]);
            }
            (op @ (Op::LoadI32x2 | Op::LoadU32x2 | Op::LoadI64x2), _) => {
                return Some(vec![Datum::Ints([at, next].map(|at| self.int(op, at)))]);
            }
            (op @ (Op::LoadF32 | Op::LoadF64), _) => {
                return Some(vec![Datum::Float(self.float(op, at))]);
            }
            (op @ (Op::LoadF32x2 | Op::LoadF64x2), _) => {
                return Some(vec![Datum::Floats([at, next].map(|at| self.float(op, at)))]);
            }
            _ => panic!("`{inst}` is not known here"),
        }
        Some(vec![])
    }
}

/// What is read and written, how large that is, and what a round computes of `v12` and `v13`, which were
/// read. Checks that are joined leave by one exit.
const ROUNDS: &[(&str, &str, &str)] = &[
    ("f64", "8", "v20 = fadd v12, v13\n  v21 = fmul v20, v3\n  v22 = fadd v20, v3"),
    (
        "f64",
        "8",
        "v23 = fdiv v12, v13\n  v24 = fsub v23, v23\n  v25 = feq v24, v24\n  guard v25 else 0(v7, v12)
  v21 = fadd v23, v3\n  v26 = fsub v21, v21\n  v27 = feq v26, v26\n  guard v27 else 0(v7, v12)
  v22 = fneg v12",
    ),
    ("f64", "8", "v23 = flt v12, v13\n  v21 = select v23, v12, v3\n  v28 = itof v7\n  v22 = fmul v28, v3"),
    (
        "f32",
        "4",
        "v20 = fmul v12, v13\n  v21 = fnarrow v20\n  v26 = fsub v21, v21\n  v27 = feq v26, v26
  guard v27 else 1(v7, v12)\n  v28 = fsqrt v12\n  v22 = fnarrow v28",
    ),
    ("i64", "8", "v21 = iadd v12, v13 else 0(v7)\n  v22 = isub v12, v7 else 1(v7, v21)"),
    (
        "i32",
        "4",
        "v21 = isub.wrap v12, v13\n  v23 = int -2147483648\n  v24 = int 2147483647
  v25 = ile v23, v21\n  v26 = ile v21, v24\n  v27 = band v25, v26\n  guard v27 else 0(v7, v12)
  v22 = iand v12, v4",
    ),
];

/// A loop of one of the rounds, with distances of what is read and written.
fn text(round: usize, distances: [i64; 4]) -> String {
    let (kind, size, computed) = ROUNDS[round];
    let [one, other, first, second] = distances;
    format!(
        "
b0(v0: i64, v1: i64, v2: i64, v3: f64):
  v4 = int 3
  v5 = int 1
  v6 = int {size}
  jump b1(v4)
b1(v7: i64):
  v8 = ilt v7, v2
  branch v8, b2(), b3()
b2():
  v9 = imul.wrap v7, v6
  v10 = iadd.wrap v0, v9
  v11 = iadd.wrap v1, v9
  v12 = load.{kind} {one}, v10
  v13 = load.{kind} {other}, v10
  {computed}
  store.{kind} {first}, v11, v21
  store.{kind} {second}, v11, v22
  v40 = iadd.wrap v7, v5
  poll else 7(v40, v12)
  jump b1(v40)
b3():
  return v7
"
    )
}

fn seen(function: &Function, args: &[Datum], mut memory: Memory) -> (Outcome, Memory) {
    let outcome = run(function, args, &mut memory, 1_000_000);
    (outcome.unwrap_or_else(|error| panic!("{error}\n{function}")), memory)
}

/// Bytes of numbers, with some that are large or not finite.
fn bytes(numbers: &[u32]) -> Vec<u8> {
    let bytes = |number: u32| match number % 23 {
        0 => f64::INFINITY.to_le_bytes(),
        1 => f64::MAX.to_le_bytes(),
        2 => i64::MAX.to_le_bytes(),
        3 => (-0.0_f64).to_le_bytes(),
        4 => 0.0_f64.to_le_bytes(),
        _ => (f64::from(number) / 64.0 - 1e6).to_le_bytes(),
    };
    numbers.iter().flat_map(|number| bytes(*number)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn rounds_at_once_change_nothing(
        round in 0..ROUNDS.len(),
        numbers in prop::collection::vec(any::<u32>(), 80),
        mut distances in prop::array::uniform4(-5..5_i64),
        bases in prop::array::uniform2(100..260_i64),
        is_aligned in any::<bool>(),
        count in 0..26_i64,
        factor in prop_oneof![Just(f64::INFINITY), -2.0..2.0_f64],
    ) {
        let unit = if is_aligned { ROUNDS[round].1.parse().unwrap() } else { 1 };
        distances.iter_mut().for_each(|distance| *distance *= unit);
        let bases = bases.map(|base| Datum::Int(base / unit * unit));
        let args = [bases[0], bases[1], Datum::Int(count), Datum::Float(factor)];
        let before: Function = text(round, distances).parse().unwrap();
        verify(&before).unwrap();
        let memory = Memory { bytes: bytes(&numbers) };
        let expected = seen(&before, &args, memory.clone());
        for pass in [(|f| _ = passes::vectors::run(f)) as fn(&mut Function), passes::optimise] {
            let mut after = before.clone();
            pass(&mut after);
            prop_assert_eq!(verify(&after), Ok(()), "{}", after);
            prop_assert_eq!(&seen(&after, &args, memory.clone()), &expected, "{}", after);
        }
    }
}

#[test]
fn all_kinds_of_rounds_are_done_at_once() {
    for (round, (_, size, _)) in ROUNDS.iter().enumerate() {
        let size: i64 = size.parse().unwrap();
        let mut function: Function = text(round, [0, size, 0, 100 * size]).parse().unwrap();
        assert!(passes::vectors::run(&mut function), "{function}");
    }
}
