//! What is done with two lanes at once: the double of each operation that has one.

use super::compute::{Computed, Datum, compute};
use super::{Immediate, Op, Type};

/// Operations on numbers, and those that do the same to both lanes of pairs. Where one operation is the
/// double of several, the first is what it does to a lane.
const DOUBLES: &[(Op, Op)] = &[
    (Op::IAddWrap, Op::IAddX2),
    (Op::ISubWrap, Op::ISubX2),
    (Op::IAnd, Op::IAndX2),
    (Op::IOr, Op::IOrX2),
    (Op::IXor, Op::IXorX2),
    (Op::BAnd, Op::IAndX2),
    (Op::BOr, Op::IOrX2),
    (Op::BXor, Op::IXorX2),
    (Op::IEq, Op::IEqX2),
    (Op::INe, Op::INeX2),
    (Op::ILt, Op::ILtX2),
    (Op::ILe, Op::ILeX2),
    (Op::FAdd, Op::FAddX2),
    (Op::FSub, Op::FSubX2),
    (Op::FMul, Op::FMulX2),
    (Op::FDiv, Op::FDivX2),
    (Op::FNeg, Op::FNegX2),
    (Op::FAbs, Op::FAbsX2),
    (Op::FSqrt, Op::FSqrtX2),
    (Op::FNarrow, Op::FNarrowX2),
    (Op::FEq, Op::FEqX2),
    (Op::FNe, Op::FNeX2),
    (Op::FLt, Op::FLtX2),
    (Op::FLe, Op::FLeX2),
    (Op::Select, Op::FSelectX2),
    (Op::Select, Op::ISelectX2),
];

/// What reads and writes elements of memory, what does it with two beside each other, and how many bytes an
/// element has.
const MEMORY: &[(Op, Op, i64)] = &[
    (Op::LoadI32, Op::LoadI32x2, 4),
    (Op::LoadU32, Op::LoadU32x2, 4),
    (Op::LoadI64, Op::LoadI64x2, 8),
    (Op::LoadF32, Op::LoadF32x2, 4),
    (Op::LoadF64, Op::LoadF64x2, 8),
    (Op::StoreI32, Op::StoreI32x2, 4),
    (Op::StoreI64, Op::StoreI64x2, 8),
    (Op::StoreF32, Op::StoreF32x2, 4),
    (Op::StoreF64, Op::StoreF64x2, 8),
];

/// The type of two values of a type. Truth values are integers there.
fn pair(of: Type) -> Option<Type> {
    match of {
        Type::I64 | Type::Bool => Some(Type::I64x2),
        Type::F64 => Some(Type::F64x2),
        Type::Obj | Type::I64x2 | Type::F64x2 => None,
    }
}

/// What does to both lanes of pairs what an operation does, which gives a value of a type.
pub fn double(op: Op, result: Type) -> Option<Op> {
    let gives = |double: Op| double.signature().results.first().copied();
    let fits = |double: Op| gives(double) == pair(result);
    DOUBLES.iter().find(|(single, double)| *single == op && fits(*double)).map(|row| row.1)
}

/// What reads or writes two elements beside each other, and how many bytes one has.
pub fn double_of_memory(op: Op) -> Option<(Op, i64)> {
    MEMORY.iter().find(|(single, ..)| *single == op).map(|row| (row.1, row.2))
}

/// What an operation gives that has to do with pairs.
pub(super) fn compute_pairs(op: Op, args: &[Datum]) -> Option<Datum> {
    Some(match (op, args) {
        (Op::IPair, [Datum::Int(x), Datum::Int(y)]) => Datum::Ints([*x, *y]),
        (Op::FPair, [Datum::Float(x), Datum::Float(y)]) => Datum::Floats([*x, *y]),
        (Op::IFirst | Op::FFirst, [pair]) => lane(*pair, 0),
        (Op::ISecond | Op::FSecond, [pair]) => lane(*pair, 1),
        (Op::Both, [Datum::Ints([x, y])]) => Datum::Bool(*x < 0 && *y < 0),
        _ => {
            let single = DOUBLES.iter().find(|(_, double)| *double == op)?.0;
            let [x, y] = [0, 1].map(|which| of_lane(single, args, which));
            match (x?, y?) {
                (Datum::Float(x), Datum::Float(y)) => Datum::Floats([x, y]),
                (x, y) => Datum::Ints([bits(x), bits(y)]),
            }
        }
    })
}

fn of_lane(op: Op, args: &[Datum], which: usize) -> Option<Datum> {
    let mut args: Vec<Datum> = args.iter().map(|arg| lane(*arg, which)).collect();
    if let (Op::Select, Datum::Int(truth)) = (op, args[0]) {
        args[0] = Datum::Bool(truth != 0);
    }
    match compute(op, Immediate::None, &args) {
        Computed::Value(value) => Some(value),
        _ => None,
    }
}

fn lane(pair: Datum, which: usize) -> Datum {
    match pair {
        Datum::Ints(lanes) => Datum::Int(lanes[which]),
        Datum::Floats(lanes) => Datum::Float(lanes[which]),
        single => single,
    }
}

/// A truth value as a lane.
fn bits(of: Datum) -> i64 {
    match of {
        Datum::Bool(truth) => -i64::from(truth),
        other => other.word() as i64,
    }
}
