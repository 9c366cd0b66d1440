//! Random functions of the typed form, made of a row of choices, and a runtime that keeps books on every
//! handle. Used by the tests of passes and of back ends.
#![allow(dead_code)]

use pommel_jit::ir::compute::Datum;
use pommel_jit::ir::op::Math;
use pommel_jit::ir::run::{Outcome, Runtime};
use pommel_jit::ir::{Block, End, Exit, Function, Immediate, Inst, Op, Target, Type, Value};
use proptest::prelude::*;

/// What the functions are called with.
pub const PARAMS: [Type; 8] =
    [Type::I64, Type::I64, Type::I64, Type::F64, Type::F64, Type::Bool, Type::Obj, Type::Obj];

const INTS: [i64; 16] =
    [0, 1, -1, 2, -2, 3, 7, 8, -8, 63, 64, 1000, i64::MAX, i64::MIN, i64::MAX - 1, 1 << 62];

const FLOATS: [f64; 14] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    2.0,
    0.5,
    -0.25,
    2.5,
    1e300,
    5e-324,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    9.3e18,
];

/// Choices that a function is made of.
pub fn choices() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(any::<u32>(), 0..400)
}

/// Arguments of such a function; the objects are the numbers 1 and 2.
pub fn arguments() -> impl Strategy<Value = Vec<Datum>> {
    let int = || prop_oneof![prop::sample::select(INTS.to_vec()), any::<i64>(), -20..20_i64];
    let float = || prop_oneof![prop::sample::select(FLOATS.to_vec()), any::<f64>(), -8.0..8.0];
    (int(), int(), int(), float(), float(), any::<bool>()).prop_map(|(a, b, c, x, y, p)| {
        let numbers = [Datum::Int(a), Datum::Int(b), Datum::Int(c)];
        let floats = [Datum::Float(x), Datum::Float(y)];
        let rest = [Datum::Bool(p), Datum::Object(1), Datum::Object(2)];
        [&numbers[..], &floats[..], &rest[..]].concat()
    })
}

/// A function of choices, with operations on objects or without.
pub fn function(choices: &[u32], has_objects: bool) -> Function {
    let mut function = Function::default();
    let entry = function.block();
    let scope = PARAMS.iter().map(|of| function.param(entry, *of)).collect();
    let choices = choices.iter().copied();
    let mut maker = Maker { function, block: entry, scope, choices, has_objects, exits: 0 };
    maker.statements(3);
    let count = maker.pick(4);
    let results = (0..count).map(|_| maker.any_value()).collect();
    maker.end(End::Return(results));
    maker.function
}

struct Maker<C> {
    function: Function,
    block: Block,
    scope: Vec<Value>,
    choices: C,
    has_objects: bool,
    exits: u32,
}

impl<C: ExactSizeIterator<Item = u32>> Maker<C> {
    /// A number below another one: 0 when there are no choices left.
    fn pick(&mut self, below: usize) -> usize {
        self.choices.next().unwrap_or(0) as usize % below
    }

    fn end(&mut self, end: End) {
        self.function[self.block].end = end;
    }

    fn any_type(&mut self) -> Type {
        let types = [Type::I64, Type::F64, Type::Bool, Type::Obj];
        let count = if self.has_objects { 4 } else { 3 };
        types[self.pick(count)]
    }

    fn any_value(&mut self) -> Value {
        let of = self.any_type();
        self.value(of)
    }

    /// A value of a type that is there, or a constant.
    fn value(&mut self, of: Type) -> Value {
        let there = |value: &&Value| self.function.type_of(**value) == of;
        let there: Vec<Value> = self.scope.iter().filter(there).copied().collect();
        if there.is_empty() || self.pick(5) == 1 {
            return self.constant(of);
        }
        // Those that are new are taken more often.
        let back = self.pick(there.len()).min(self.pick(there.len()));
        there[there.len() - 1 - back]
    }

    fn constant(&mut self, of: Type) -> Value {
        let choice = self.pick(64);
        let (op, immediate) = match of {
            Type::I64 => (Op::Int, Immediate::Int(INTS[choice % INTS.len()])),
            Type::F64 => (Op::Float, Immediate::Float(FLOATS[choice % FLOATS.len()])),
            Type::Bool => (Op::Bool, Immediate::Bool(choice % 2 == 1)),
            Type::Obj => (Op::Known, Immediate::Int(choice as i64 % 4)),
            Type::I64x2 => {
                let args = [(); 2].map(|()| self.constant(Type::I64)).to_vec();
                return self.emit(Op::IPair, Immediate::None, args)[0];
            }
            Type::F64x2 => {
                let args = [(); 2].map(|()| self.constant(Type::F64)).to_vec();
                return self.emit(Op::FPair, Immediate::None, args)[0];
            }
        };
        self.emit(op, immediate, vec![])[0]
    }

    fn exit(&mut self) -> Exit {
        self.exits += 1;
        let id = self.exits;
        let count = self.pick(4);
        Exit::new(id, (0..count).map(|_| self.any_value()).collect())
    }

    fn emit(&mut self, op: Op, immediate: Immediate, args: Vec<Value>) -> Vec<Value> {
        let exit = op.signature().exits.then(|| self.exit());
        let types = match op {
            Op::Select => vec![self.function.type_of(args[1])],
            _ => op.signature().results.to_vec(),
        };
        let results: Vec<Value> = types.into_iter().map(|of| self.function.value(of)).collect();
        self.scope.extend(&results);
        let inst = Inst { op, args, immediate, results: results.clone(), exit };
        self.function[self.block].insts.push(inst);
        results
    }

    fn int(&mut self, value: i64) -> Value {
        self.emit(Op::Int, Immediate::Int(value), vec![])[0]
    }

    fn statements(&mut self, depth: usize) {
        for _ in 0..self.pick(7) + 1 {
            if self.choices.len() == 0 {
                return;
            }
            match self.pick(12) {
                0 if depth > 0 => self.choice(depth - 1),
                1 if depth > 0 => self.counted_loop(depth - 1),
                2 => {
                    let condition = self.value(Type::Bool);
                    self.emit(Op::Guard, Immediate::None, vec![condition]);
                }
                3 => self.early_end(),
                4 => self.sine_and_cosine(),
                5 | 6 if self.has_objects => self.object_operation(),
                _ => self.number_operation(),
            }
        }
    }

    fn number_operation(&mut self) {
        let all: Vec<Op> = Op::ALL.iter().copied().filter(is_computed).collect();
        let op = all[self.pick(all.len())];
        let types = op.signature().args;
        let mut args: Vec<Value> = types.iter().map(|of| self.value(*of)).collect();
        let mut immediate = Immediate::None;
        match op {
            Op::Int | Op::Float | Op::Bool => {
                self.constant(op.signature().results[0]);
                return;
            }
            Op::IFloorDiv | Op::IMod => args[1] = self.divisor(args[1]),
            Op::IShl | Op::IShr => {
                let mask = self.int(63);
                args[1] = self.emit(Op::IAnd, Immediate::None, vec![args[1], mask])[0];
            }
            Op::FBits => args[0] = self.a_number(args[0]),
            Op::FCopysign => args[1] = self.a_number(args[1]),
            Op::Math1 => {
                let functions = [Math::Sin, Math::Cos, Math::Exp, Math::Log, Math::Tanh];
                immediate = Immediate::Math(functions[self.pick(functions.len())]);
            }
            Op::Math2 => {
                let functions = [Math::Pow, Math::Atan2, Math::Fmod];
                immediate = Immediate::Math(functions[self.pick(functions.len())]);
            }
            Op::Select => {
                let of = self.any_type();
                args.extend([self.value(of), self.value(of)]);
            }
            _ => {}
        }
        self.emit(op, immediate, args);
    }

    /// A divisor that is neither 0 nor -1: a constant, one that is made so, or one that is checked.
    fn divisor(&mut self, value: Value) -> Value {
        match self.pick(3) {
            0 => {
                let all = [1, 2, 3, -2, -3, 7, 8, 1024, -8, i64::MAX, i64::MIN];
                let choice = self.pick(all.len());
                self.int(all[choice])
            }
            1 => {
                let (mask, bit) = (self.int(1023), self.int(2));
                let masked = self.emit(Op::IAnd, Immediate::None, vec![value, mask])[0];
                self.emit(Op::IOr, Immediate::None, vec![masked, bit])[0]
            }
            _ => {
                for bad in [0, -1] {
                    let bad = self.int(bad);
                    let is_good = self.emit(Op::INe, Immediate::None, vec![value, bad])[0];
                    self.emit(Op::Guard, Immediate::None, vec![is_good]);
                }
                value
            }
        }
    }

    /// The value, or 0.5 if it is not a number, whose sign nobody knows.
    fn a_number(&mut self, value: Value) -> Value {
        let is_number = self.emit(Op::FEq, Immediate::None, vec![value, value])[0];
        let half = self.emit(Op::Float, Immediate::Float(0.5), vec![])[0];
        self.emit(Op::Select, Immediate::None, vec![is_number, value, half])[0]
    }

    fn sine_and_cosine(&mut self) {
        let x = self.value(Type::F64);
        for function in [Math::Cos, Math::Sin] {
            self.emit(Op::Math1, Immediate::Math(function), vec![x]);
        }
    }

    fn object_operation(&mut self) {
        let ops = [
            Op::Perform,
            Op::Perform,
            Op::Known,
            Op::BoxInt,
            Op::BoxFloat,
            Op::Tuple,
            Op::IsClass,
            Op::Same,
            Op::UnboxInt,
            Op::Truth,
            Op::Next,
            Op::Valid,
        ];
        let op = ops[self.pick(ops.len())];
        let mut args: Vec<Value> = op.signature().args.iter().map(|of| self.value(*of)).collect();
        if matches!(op, Op::Perform | Op::Tuple) {
            let count = self.pick(3);
            args.extend((0..count).map(|_| self.value(Type::Obj)));
        }
        let immediate = match op {
            Op::Perform | Op::Known | Op::IsClass => Immediate::Int(self.pick(8) as i64),
            _ => Immediate::None,
        };
        self.emit(op, immediate, args);
    }

    /// A block that leaves, and one that goes on.
    fn early_end(&mut self) {
        let condition = self.value(Type::Bool);
        let (leaves, on) = (self.function.block(), self.function.block());
        let target = |block| Target { block, args: vec![] };
        let (then, otherwise) = match self.pick(2) {
            0 => (target(leaves), target(on)),
            _ => (target(on), target(leaves)),
        };
        self.end(End::Branch { condition, then, otherwise });
        self.block = leaves;
        let scope = self.scope.len();
        let end = match self.pick(2) {
            0 => End::Exit(self.exit()),
            _ => End::Return(vec![self.any_value()]),
        };
        self.end(end);
        self.scope.truncate(scope);
        self.block = on;
    }

    fn choice(&mut self, depth: usize) {
        let condition = self.value(Type::Bool);
        let count = self.pick(4);
        let types: Vec<Type> = (0..count).map(|_| self.any_type()).collect();
        let blocks = [self.function.block(), self.function.block()];
        let [then, otherwise] = blocks.map(|block| Target { block, args: vec![] });
        self.end(End::Branch { condition, then, otherwise });
        let scope = self.scope.len();
        let mut ends = vec![];
        for block in blocks {
            self.block = block;
            self.statements(depth);
            let args: Vec<Value> = types.iter().map(|of| self.value(*of)).collect();
            ends.push((self.block, args));
            self.scope.truncate(scope);
        }
        let merge = self.function.block();
        for (block, args) in ends {
            self.function[block].end = End::Jump(Target { block: merge, args });
        }
        self.enter(merge, &types);
    }

    fn enter(&mut self, block: Block, params: &[Type]) {
        self.block = block;
        for of in params {
            let param = self.function.param(block, *of);
            self.scope.push(param);
        }
    }

    /// A loop that counts up or down, with values that it carries around.
    fn counted_loop(&mut self, depth: usize) {
        let is_upwards = self.pick(3) != 0;
        let (any, mask) = (self.value(Type::I64), [0, 1, 3, 7][self.pick(4)]);
        let mask = self.int(mask);
        let many = self.emit(Op::IAnd, Immediate::None, vec![any, mask])[0];
        let low = [0, 1, -1, -3][self.pick(4)];
        let low = self.int(low);
        let count = self.pick(3);
        let mut types: Vec<Type> = (0..count).map(|_| self.any_type()).collect();
        let mut args: Vec<Value> = types.iter().map(|of| self.value(*of)).collect();
        types.insert(0, Type::I64);
        args.insert(0, if is_upwards { low } else { many });
        let [header, body, behind] = [(); 3].map(|()| self.function.block());
        self.end(End::Jump(Target { block: header, args }));
        let scope = self.scope.len();
        self.enter(header, &types);
        let in_header = self.scope.len();
        let counter = self.scope[scope];
        let ends = if is_upwards { vec![counter, many] } else { vec![low, counter] };
        let condition = self.emit(Op::ILt, Immediate::None, ends)[0];
        let [then, otherwise] = [body, behind].map(|block| Target { block, args: vec![] });
        self.end(End::Branch { condition, then, otherwise });
        self.block = body;
        if self.pick(2) == 0 {
            self.emit(Op::Poll, Immediate::None, vec![]);
        }
        self.statements(depth);
        let one = self.int(1);
        let step = if is_upwards { Op::IAdd } else { Op::ISub };
        let next = self.emit(step, Immediate::None, vec![counter, one])[0];
        let mut args: Vec<Value> = types[1..].iter().map(|of| self.value(*of)).collect();
        args.insert(0, next);
        self.end(End::Jump(Target { block: header, args }));
        self.block = behind;
        self.scope.truncate(in_header);
    }
}

/// A runtime whose objects are numbers. Every handle is a number of its own, which must be given back just
/// once and not be used any more then.
pub struct Books {
    /// The object of each handle; none if it was given back. Handle 0 is nobody's.
    pub handles: Vec<Option<u64>>,
    /// What was done, in order.
    pub trace: Vec<String>,
    /// So many operations on objects do not exit.
    pub left: usize,
    /// What went wrong with handles.
    pub faults: Vec<String>,
}

impl Books {
    /// With the two handles that functions are called with.
    pub fn new(left: usize) -> Books {
        let handles = vec![None, Some(1001), Some(1002)];
        Books { handles, trace: vec![], left, faults: vec![] }
    }

    /// A new handle of an object.
    fn give(&mut self, object: u64) -> Datum {
        self.handles.push(Some(object));
        Datum::Object(self.handles.len() as u64 - 1)
    }

    /// The object of a handle.
    pub fn object(&mut self, handle: u64) -> u64 {
        match self.handles.get(handle as usize).copied().flatten() {
            Some(object) => object,
            None => {
                self.faults.push(format!("handle {handle} is used and not there"));
                0
            }
        }
    }

    /// Takes a handle back.
    pub fn release(&mut self, handle: u64) {
        self.object(handle);
        if let Some(known) = self.handles.get_mut(handle as usize) {
            *known = None;
        }
    }

    /// With objects in the place of handles.
    fn seen(&mut self, values: &[Datum]) -> Vec<Datum> {
        let seen = |value: &Datum| match value {
            Datum::Object(handle) => Datum::Object(self.object(*handle)),
            value => *value,
        };
        values.iter().map(seen).collect()
    }

    /// What who called the function sees of its end, after giving back all that it got.
    pub fn close(&mut self, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Returned(values) => {
                let seen = self.seen(&values);
                for value in values {
                    if let Datum::Object(handle) = value {
                        self.release(handle);
                    }
                }
                Outcome::Returned(seen)
            }
            Outcome::Left { id, saved, owned } => {
                let saved = self.seen(&saved);
                for value in owned {
                    if let Datum::Object(handle) = value {
                        self.release(handle);
                    }
                }
                Outcome::Left { id, saved, owned: vec![] }
            }
        }
    }

    /// How many handles are still there, besides the two that were there before.
    pub fn leaked(&self) -> usize {
        self.handles[3..].iter().flatten().count()
    }
}

/// A number of numbers: another one for others.
fn mix(seed: u64, numbers: &[u64]) -> u64 {
    numbers.iter().fold(seed, |sum, number| {
        (sum ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
    })
}

impl Runtime for Books {
    fn perform(&mut self, inst: &Inst, args: &[Datum]) -> Option<Vec<Datum>> {
        let objects = self.seen(args);
        let words: Vec<u64> = objects.iter().map(|value| value.word()).collect();
        let immediate = inst.int().unwrap_or(0);
        let made = mix(inst.op as u64 + 100 * immediate as u64, &words);
        match inst.op {
            Op::Retain => return Some(vec![self.give(words[0])]),
            Op::Release => {
                let Datum::Object(handle) = args[0] else { return None };
                self.release(handle);
                return Some(vec![]);
            }
            Op::Known => return Some(vec![self.give(immediate as u64)]),
            Op::IsClass => return Some(vec![Datum::Bool(made.is_multiple_of(2))]),
            Op::Same => return Some(vec![Datum::Bool(words[0] == words[1])]),
            Op::UnboxInt => {
                return Some(vec![
                    Datum::Int(made as i64 >> 7),
                    Datum::Bool(made.is_multiple_of(3)),
                ]);
            }
            Op::BoxInt | Op::BoxFloat | Op::Tuple => return Some(vec![self.give(made)]),
            _ => {}
        }
        if inst.op != Op::Poll {
            self.trace.push(format!("{} {immediate} {objects:?}", inst.op.text()));
            self.left = self.left.checked_sub(1)?;
        }
        Some(match inst.op {
            Op::Perform => vec![self.give(made)],
            Op::Truth => vec![Datum::Bool(made.is_multiple_of(2))],
            Op::Next => vec![self.give(made), Datum::Bool(!made.is_multiple_of(4))],
            Op::Poll | Op::Valid => vec![],
            op => {
                self.faults.push(format!("nobody makes {}", op.text()));
                return None;
            }
        })
    }
}

/// Whether an operation is one of numbers only, which the reference executor computes.
fn is_computed(op: &Op) -> bool {
    // Choices of lanes are for truth values only.
    let others = [Op::Address, Op::Lent, Op::Pools, Op::ISelectX2, Op::FSelectX2];
    op.signature().pure && !others.contains(op)
}
