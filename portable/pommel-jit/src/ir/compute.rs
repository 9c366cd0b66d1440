//! What operations on numbers give: for constants, and for the reference executor.

use super::op::Math;
use super::{Immediate, Op, Type, library, pairs};

/// The content of a value.
#[derive(Clone, Copy, Debug)]
pub enum Datum {
    /// An integer or an address.
    Int(i64),
    /// A float.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// A handle, as somebody numbers it.
    Object(u64),
    /// Two integers.
    Ints([i64; 2]),
    /// Two floats.
    Floats([f64; 2]),
}

/// What an operation gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Computed {
    /// Its only result.
    Value(Datum),
    /// It leaves by its exit.
    Exits,
    /// It has no result and goes on.
    Nothing,
    /// It is no operation on numbers with one result, or is not defined for these.
    Unknown,
}

/// The same bits, but all that are not a number are the same.
impl PartialEq for Datum {
    fn eq(&self, other: &Datum) -> bool {
        match (self, other) {
            (Datum::Float(x), Datum::Float(y)) => {
                x.to_bits() == y.to_bits() || x.is_nan() && y.is_nan()
            }
            (Datum::Int(x), Datum::Int(y)) => x == y,
            (Datum::Bool(x), Datum::Bool(y)) => x == y,
            (Datum::Object(x), Datum::Object(y)) => x == y,
            (Datum::Ints(x), Datum::Ints(y)) => x == y,
            (Datum::Floats(x), Datum::Floats(y)) => {
                x.map(Datum::Float)[..] == y.map(Datum::Float)[..]
            }
            _ => false,
        }
    }
}

impl Datum {
    /// Its type.
    pub fn type_of(self) -> Type {
        match self {
            Datum::Int(_) => Type::I64,
            Datum::Float(_) => Type::F64,
            Datum::Bool(_) => Type::Bool,
            Datum::Object(_) => Type::Obj,
            Datum::Ints(_) => Type::I64x2,
            Datum::Floats(_) => Type::F64x2,
        }
    }

    /// As a word of the buffer; of a pair, which never is in one, the first lane.
    pub fn word(self) -> u64 {
        match self {
            Datum::Int(value) => value as u64,
            Datum::Float(value) => value.to_bits(),
            Datum::Bool(value) => u64::from(value),
            Datum::Object(value) => value,
            Datum::Ints([first, _]) => first as u64,
            Datum::Floats([first, _]) => first.to_bits(),
        }
    }

    /// Out of a word of the buffer.
    pub fn of_word(word: u64, of: Type) -> Datum {
        match of {
            Type::I64 => Datum::Int(word as i64),
            Type::F64 => Datum::Float(f64::from_bits(word)),
            Type::Bool => Datum::Bool(word != 0),
            Type::Obj => Datum::Object(word),
            Type::I64x2 => Datum::Ints([word as i64; 2]),
            Type::F64x2 => Datum::Floats([f64::from_bits(word); 2]),
        }
    }
}

/// What an operation on numbers gives.
pub fn compute(op: Op, immediate: Immediate, args: &[Datum]) -> Computed {
    use Datum::{Bool, Float, Int};
    let value = match (op, args) {
        (Op::Guard, [Bool(true)]) => return Computed::Nothing,
        (Op::Guard, [Bool(false)]) => return Computed::Exits,
        (Op::IAdd | Op::ISub | Op::IMul, [Int(x), Int(y)]) => {
            return match checked(op, *x, *y) {
                Some(value) => Computed::Value(Int(value)),
                None => Computed::Exits,
            };
        }
        (Op::IPow, [Int(x), Int(y)]) => {
            return match library::power(*x, *y) {
                Some(value) => Computed::Value(Int(value)),
                None => Computed::Exits,
            };
        }
        (Op::IPowMod, [Int(x), Int(y), Int(of)]) => Some(Int(library::power_modulo(*x, *y, *of))),
        (Op::Select, [Bool(condition), x, y]) => Some(if *condition { *x } else { *y }),
        (Op::ISqrt, [Int(x)]) => Some(Int(square_root(*x))),
        (Op::IToF, [Int(x)]) => Some(Float(*x as f64)),
        (Op::FToI, [Float(x)]) => Some(Int(*x as i64)),
        (Op::BToI, [Bool(x)]) => Some(Int(i64::from(*x))),
        (Op::BNot, [Bool(x)]) => Some(Bool(!x)),
        (Op::FBits, [Float(x)]) => Some(Int(x.to_bits() as i64)),
        (Op::FOfBits, [Int(x)]) => Some(Float(f64::from_bits(*x as u64))),
        (_, []) => constant(op, immediate),
        (_, [Int(x), Int(y)]) => {
            integer(op, *x, *y).map(Int).or_else(|| compare(op, *x, *y).map(Bool))
        }
        (_, [Bool(x), Bool(y)]) => truth(op, *x, *y).map(Bool),
        (_, [Float(x)]) => float(op, immediate, *x).map(Float),
        (_, [Float(x), Float(y)]) => floats(op, immediate, *x, *y)
            .map(Float)
            .or_else(|| compare_floats(op, *x, *y).map(Bool)),
        _ => None,
    };
    let value = value.or_else(|| pairs::compute_pairs(op, args));
    value.map_or(Computed::Unknown, Computed::Value)
}

fn constant(op: Op, immediate: Immediate) -> Option<Datum> {
    match (op, immediate) {
        (Op::Int, Immediate::Int(value)) => Some(Datum::Int(value)),
        (Op::Float, Immediate::Float(value)) => Some(Datum::Float(value)),
        (Op::Bool, Immediate::Bool(value)) => Some(Datum::Bool(value)),
        _ => None,
    }
}

fn checked(op: Op, x: i64, y: i64) -> Option<i64> {
    match op {
        Op::IAdd => x.checked_add(y),
        Op::ISub => x.checked_sub(y),
        _ => x.checked_mul(y),
    }
}

fn integer(op: Op, x: i64, y: i64) -> Option<i64> {
    let is_divisor = y != 0 && y != -1;
    let is_shift = (0..64).contains(&y);
    Some(match op {
        Op::IAddWrap => x.wrapping_add(y),
        Op::ISubWrap => x.wrapping_sub(y),
        Op::IMulWrap => x.wrapping_mul(y),
        Op::IFloorDiv if is_divisor => x / y - i64::from(x % y != 0 && (x < 0) != (y < 0)),
        Op::IMod if is_divisor => {
            let rest = x % y;
            if rest != 0 && (rest < 0) != (y < 0) { rest + y } else { rest }
        }
        Op::IGcd => greatest_common_divisor(x, y),
        Op::IAnd => x & y,
        Op::IOr => x | y,
        Op::IXor => x ^ y,
        Op::IShl if is_shift => x << y,
        Op::IShr if is_shift => x >> y,
        _ => return None,
    })
}

/// What [`Op::IGcd`] gives: Euclid's algorithm.
pub fn greatest_common_divisor(x: i64, y: i64) -> i64 {
    let (mut x, mut y) = (x.unsigned_abs(), y.unsigned_abs());
    while y != 0 {
        (x, y) = (y, x % y);
    }
    x as i64
}

/// What [`Op::ISqrt`] gives.
pub fn square_root(x: i64) -> i64 {
    x.max(0).isqrt()
}

fn compare(op: Op, x: i64, y: i64) -> Option<bool> {
    Some(match op {
        Op::IEq => x == y,
        Op::INe => x != y,
        Op::ILt => x < y,
        Op::ILe => x <= y,
        Op::ULt => (x as u64) < y as u64,
        _ => return None,
    })
}

fn truth(op: Op, x: bool, y: bool) -> Option<bool> {
    Some(match op {
        Op::BAnd => x & y,
        Op::BOr => x | y,
        Op::BXor => x ^ y,
        _ => return None,
    })
}

fn float(op: Op, immediate: Immediate, x: f64) -> Option<f64> {
    Some(match op {
        Op::FNeg => -x,
        Op::FAbs => x.abs(),
        Op::FSqrt => x.sqrt(),
        Op::FFloor => x.floor(),
        Op::FCeil => x.ceil(),
        Op::FTrunc => x.trunc(),
        Op::FNearest => x.round_ties_even(),
        Op::FNarrow => f64::from(x as f32),
        Op::Math1 => return math(immediate, x),
        _ => return None,
    })
}

/// What the C library gives: where Rust calls the very function.
fn math(function: Immediate, x: f64) -> Option<f64> {
    let Immediate::Math(function) = function else { return None };
    Some(match function {
        Math::Sin => x.sin(),
        Math::Cos => x.cos(),
        Math::Tan => x.tan(),
        Math::Asin => x.asin(),
        Math::Acos => x.acos(),
        Math::Atan => x.atan(),
        Math::Sinh => x.sinh(),
        Math::Cosh => x.cosh(),
        Math::Tanh => x.tanh(),
        Math::Exp => x.exp(),
        Math::Exp2 => x.exp2(),
        Math::Expm1 => x.exp_m1(),
        Math::Log => x.ln(),
        Math::Log2 => x.log2(),
        Math::Log10 => x.log10(),
        Math::Log1p => x.ln_1p(),
        Math::Cbrt => x.cbrt(),
        Math::Degrees => x * library::DEGREES,
        Math::Radians => x * library::RADIANS,
        Math::Gamma => library::gamma(x),
        Math::LogGamma => library::log_gamma(x),
        _ => return None,
    })
}

fn floats(op: Op, immediate: Immediate, x: f64, y: f64) -> Option<f64> {
    Some(match (op, immediate) {
        (Op::FAdd, _) => x + y,
        (Op::FSub, _) => x - y,
        (Op::FMul, _) => x * y,
        (Op::FDiv, _) => x / y,
        (Op::FCopysign, _) => x.copysign(y),
        (Op::Math2, Immediate::Math(Math::Pow)) => x.powf(y),
        (Op::Math2, Immediate::Math(Math::Atan2)) => x.atan2(y),
        (Op::Math2, Immediate::Math(Math::Fmod)) => x % y,
        (Op::Math2, Immediate::Math(Math::Hypot)) => x.hypot(y),
        (Op::Math2, Immediate::Math(function)) => return library::of_two(function, x, y),
        _ => return None,
    })
}

fn compare_floats(op: Op, x: f64, y: f64) -> Option<bool> {
    Some(match op {
        Op::FEq => x == y,
        Op::FNe => x != y,
        Op::FLt => x < y,
        Op::FLe => x <= y,
        _ => return None,
    })
}
