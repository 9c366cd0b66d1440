//! Makes instructions of the typed form, where constants are not computed already.

use super::worth;
use crate::ir::op::Math;
use crate::ir::{Block, End, Exit, Function, Immediate, Inst, Op, Target, Type, Value};
use rustc_hash::FxHashMap as HashMap;

/// A constant that a value is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Constant {
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A truth value.
    Bool(bool),
}

impl Constant {
    /// Whether it is the same, to the bit.
    pub fn is(&self, other: &Constant) -> bool {
        match (self, other) {
            (Constant::Float(a), Constant::Float(b)) => a.to_bits() == b.to_bits(),
            (a, b) => a == b,
        }
    }
}

/// A function in the making, and the block that is being filled.
#[derive(Debug)]
pub struct Builder {
    /// The function.
    pub function: Function,
    /// Where instructions go.
    pub block: Block,
    /// What has been made takes so long: see [`worth`].
    pub cost: f64,
    constants: HashMap<Value, Constant>,
}

impl Builder {
    /// An empty function.
    pub fn new() -> Builder {
        let mut function = Function::default();
        let block = function.block();
        Builder { function, block, cost: 0.0, constants: HashMap::default() }
    }

    /// The constant that a value is, if it is one.
    pub fn constant(&self, value: Value) -> Option<Constant> {
        self.constants.get(&value).copied()
    }

    /// The integer that a value is, if it is a constant.
    pub fn int_constant(&self, value: Value) -> Option<i64> {
        match self.constant(value) {
            Some(Constant::Int(number)) => Some(number),
            _ => None,
        }
    }

    /// The truth value that a value is, if it is a constant.
    pub fn bool_constant(&self, value: Value) -> Option<bool> {
        match self.constant(value) {
            Some(Constant::Bool(truth)) => Some(truth),
            _ => None,
        }
    }

    /// An instruction of any kind.
    pub fn emit(
        &mut self,
        op: Op,
        args: &[Value],
        immediate: Immediate,
        exit: Option<Exit>,
    ) -> Vec<Value> {
        let mut results: Vec<Value> =
            op.signature().results.iter().map(|of| self.function.value(*of)).collect();
        if op == Op::Select {
            results.push(self.function.value(self.function.type_of(args[1])));
        }
        self.cost += worth::cost(op);
        let inst = Inst { op, args: args.into(), immediate, results: results.clone(), exit };
        self.function[self.block].insts.push(inst);
        results
    }

    /// An integer.
    pub fn int(&mut self, number: i64) -> Value {
        let value = self.emit(Op::Int, &[], Immediate::Int(number), None)[0];
        self.constants.insert(value, Constant::Int(number));
        value
    }

    /// A float.
    pub fn float(&mut self, number: f64) -> Value {
        let value = self.emit(Op::Float, &[], Immediate::Float(number), None)[0];
        self.constants.insert(value, Constant::Float(number));
        value
    }

    /// A truth value.
    pub fn bool(&mut self, truth: bool) -> Value {
        let value = self.emit(Op::Bool, &[], Immediate::Bool(truth), None)[0];
        self.constants.insert(value, Constant::Bool(truth));
        value
    }

    /// A constant.
    pub fn of(&mut self, constant: Constant) -> Value {
        match constant {
            Constant::Int(number) => self.int(number),
            Constant::Float(number) => self.float(number),
            Constant::Bool(truth) => self.bool(truth),
        }
    }

    /// An operation with one result and no exit.
    pub fn op(&mut self, op: Op, args: &[Value]) -> Value {
        if let Some(constant) = self.folded(op, args) {
            return self.of(constant);
        }
        if let Some(value) = self.simplified(op, args) {
            return value;
        }
        self.emit(op, args, Immediate::None, None)[0]
    }

    /// Sum, difference or product of integers that are constants, if it fits.
    pub fn checked_constant(&mut self, op: Op, a: Value, b: Value) -> Option<Value> {
        let (x, y) = (self.int_constant(a)?, self.int_constant(b)?);
        let result = match op {
            Op::IAdd => x.checked_add(y),
            Op::ISub => x.checked_sub(y),
            _ => x.checked_mul(y),
        };
        result.map(|result| self.int(result))
    }

    /// A function of the C library.
    pub fn math(&mut self, function: Math, args: &[Value]) -> Value {
        let op = if args.len() == 1 { Op::Math1 } else { Op::Math2 };
        self.emit(op, args, Immediate::Math(function), None)[0]
    }

    /// One of two values.
    pub fn select(&mut self, condition: Value, then: Value, otherwise: Value) -> Value {
        match self.bool_constant(condition) {
            Some(true) => then,
            Some(false) => otherwise,
            None if then == otherwise => then,
            None => self.op(Op::Select, &[condition, then, otherwise]),
        }
    }

    /// What an operation on constants gives.
    fn folded(&self, op: Op, args: &[Value]) -> Option<Constant> {
        use Constant::{Bool, Float, Int};
        let constants: Vec<_> = args.iter().map(|a| self.constant(*a)).collect::<Option<_>>()?;
        Some(match (op, &constants[..]) {
            (Op::IEq, [Int(a), Int(b)]) => Bool(a == b),
            (Op::INe, [Int(a), Int(b)]) => Bool(a != b),
            (Op::ILt, [Int(a), Int(b)]) => Bool(a < b),
            (Op::ILe, [Int(a), Int(b)]) => Bool(a <= b),
            (Op::ULt, [Int(a), Int(b)]) => Bool((*a as u64) < *b as u64),
            (Op::IAddWrap, [Int(a), Int(b)]) => Int(a.wrapping_add(*b)),
            (Op::ISubWrap, [Int(a), Int(b)]) => Int(a.wrapping_sub(*b)),
            (Op::IAnd, [Int(a), Int(b)]) => Int(a & b),
            (Op::IOr, [Int(a), Int(b)]) => Int(a | b),
            (Op::IXor, [Int(a), Int(b)]) => Int(a ^ b),
            (Op::IShl, [Int(a), Int(b)]) => Int(a << (b & 63)),
            (Op::IShr, [Int(a), Int(b)]) => Int(a >> (b & 63)),
            (Op::BAnd, [Bool(a), Bool(b)]) => Bool(a & b),
            (Op::BOr, [Bool(a), Bool(b)]) => Bool(a | b),
            (Op::BXor, [Bool(a), Bool(b)]) => Bool(a ^ b),
            (Op::BNot, [Bool(a)]) => Bool(!a),
            (Op::FEq, [Float(a), Float(b)]) => Bool(a == b),
            (Op::FNe, [Float(a), Float(b)]) => Bool(a != b),
            (Op::FLt, [Float(a), Float(b)]) => Bool(a < b),
            (Op::FLe, [Float(a), Float(b)]) => Bool(a <= b),
            (Op::FAdd, [Float(a), Float(b)]) => Float(a + b),
            (Op::FSub, [Float(a), Float(b)]) => Float(a - b),
            (Op::FMul, [Float(a), Float(b)]) => Float(a * b),
            (Op::FDiv, [Float(a), Float(b)]) => Float(a / b),
            (Op::FNeg, [Float(a)]) => Float(-a),
            (Op::FAbs, [Float(a)]) => Float(a.abs()),
            (Op::FFloor, [Float(a)]) => Float(a.floor()),
            (Op::IToF, [Int(a)]) => Float(*a as f64),
            (Op::BToI, [Bool(a)]) => Int(i64::from(*a)),
            (Op::FBits, [Float(a)]) => Int(a.to_bits() as i64),
            (Op::FOfBits, [Int(a)]) => Float(f64::from_bits(*a as u64)),
            _ => return None,
        })
    }

    /// What an operation gives where one operand says it already.
    fn simplified(&self, op: Op, args: &[Value]) -> Option<Value> {
        let [a, b] = *args else { return None };
        match (op, self.bool_constant(a), self.bool_constant(b)) {
            (Op::BAnd, Some(true), _) | (Op::BOr, Some(false), _) => Some(b),
            (Op::BAnd, _, Some(true)) | (Op::BOr, _, Some(false)) => Some(a),
            (Op::BAnd, Some(false), _) | (Op::BOr, Some(true), _) => Some(a),
            (Op::BAnd, _, Some(false)) | (Op::BOr, _, Some(true)) => Some(b),
            _ => None,
        }
    }

    /// Ends the block with a jump.
    pub fn jump(&mut self, block: Block, args: Vec<Value>) {
        self.function[self.block].end = End::Jump(Target { block, args });
    }

    /// Ends the block with a branch to two new blocks.
    pub fn branch(&mut self, condition: Value) -> (Block, Block) {
        let (then, otherwise) = (self.function.block(), self.function.block());
        let target = |block| Target { block, args: vec![] };
        self.function[self.block].end =
            End::Branch { condition, then: target(then), otherwise: target(otherwise) };
        (then, otherwise)
    }

    /// The value with no meaning that a leaf of a type has where nobody will look.
    pub fn nothing(&mut self, of: Type) -> Value {
        match of {
            Type::I64 => self.int(0),
            Type::F64 => self.float(0.0),
            Type::Bool => self.bool(false),
            Type::Obj => self.emit(Op::Known, &[], Immediate::Int(NOTHING), None)[0],
            Type::I64x2 | Type::F64x2 => unreachable!("passes make pairs"),
        }
    }
}

/// The immediate of [`Op::Known`] that stands for `None`.
pub const NOTHING: i64 = -1;
