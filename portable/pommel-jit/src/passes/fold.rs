//! What is known when the function is compiled: computations with constants, and algebra that gives the
//! same bits for all operands. Floats allow little: `x + 0.0` is not `x`, and nothing that is not a number
//! is computed here, as its sign is the processor's.

use super::replace::Replacements;
use crate::ir::compute::{Computed, Datum, compute};
use crate::ir::op::Math;
use crate::ir::{BlockData, End, Exit, Function, Immediate, Inst, Op, Type, Value, flow};

/// So many operations are looked through to find the sign of a float.
const DEEPEST: usize = 4;

/// Does all of that once. Whether there was anything to do.
pub fn run(function: &mut Function) -> bool {
    let mut folder = Folder {
        replacements: Replacements::of(function),
        definitions: vec![None; function.types.len()],
        changed: false,
    };
    for block in flow::reverse_postorder(function) {
        let insts = std::mem::take(&mut function[block].insts);
        let mut kept = Vec::with_capacity(insts.len());
        let mut left = None;
        for inst in insts {
            left = folder.inst(function, inst, &mut kept);
            if left.is_some() {
                break;
            }
        }
        let data = &mut function[block];
        data.insts = kept;
        match left {
            Some(exit) => data.end = End::Exit(exit),
            None => folder.end(data),
        }
    }
    folder.replacements.apply(function);
    // What stands behind an exit that is always taken may be used where nobody comes any more.
    folder.changed |= super::params::remove_unreachable(function);
    folder.changed
}

/// What an instruction that was looked at does: enough to look through it.
#[derive(Clone, Debug)]
struct Definition {
    op: Op,
    args: Vec<Value>,
    immediate: Immediate,
}

struct Folder {
    replacements: Replacements,
    /// By value: the instruction that gives it.
    definitions: Vec<Option<Definition>>,
    changed: bool,
}

/// What becomes of an instruction.
enum Folded {
    /// It gives a value that is there already.
    Same(Value),
    /// It gives a constant.
    Constant(Datum),
    /// It is another instruction, which does not exit.
    Other(Op, Vec<Value>),
}

impl Folder {
    /// Looks at an instruction and keeps it or what becomes of it. The exit, if it always exits.
    fn inst(
        &mut self,
        function: &mut Function,
        mut inst: Inst,
        kept: &mut Vec<Inst>,
    ) -> Option<Exit> {
        inst.each_use(|value| *value = self.replacements.get(*value));
        self.order(&mut inst);
        self.multiply(function, &mut inst, kept);
        if !inst.op.signature().pure {
            kept.push(inst);
            return None;
        }
        let args: Option<Vec<Datum>> = inst.args.iter().map(|arg| self.constant(*arg)).collect();
        match args.map(|args| compute(inst.op, inst.immediate, &args)) {
            Some(Computed::Exits) => {
                self.changed = true;
                return inst.exit;
            }
            Some(Computed::Nothing) => {
                self.changed = true;
                return None;
            }
            Some(Computed::Value(value)) if !inst.args.is_empty() && is_certain(&inst, value) => {
                self.becomes(&mut inst, Folded::Constant(value));
            }
            _ => {
                if let Some(folded) = self.algebra(function, &inst) {
                    let is_same = matches!(folded, Folded::Same(_));
                    self.becomes(&mut inst, folded);
                    if is_same {
                        return None;
                    }
                }
            }
        }
        for result in &inst.results {
            let Inst { op, args, immediate, .. } = &inst;
            let definition = Definition { op: *op, args: args.clone(), immediate: *immediate };
            self.definitions[result.0 as usize] = Some(definition);
        }
        kept.push(inst);
        None
    }

    fn becomes(&mut self, inst: &mut Inst, folded: Folded) {
        self.changed = true;
        match folded {
            Folded::Same(value) => {
                self.replacements.set(inst.results[0], value);
                return;
            }
            Folded::Constant(value) => {
                (inst.op, inst.immediate) = match value {
                    Datum::Int(value) => (Op::Int, Immediate::Int(value)),
                    Datum::Float(value) => (Op::Float, Immediate::Float(value)),
                    Datum::Bool(value) => (Op::Bool, Immediate::Bool(value)),
                    Datum::Object(_) | Datum::Ints(_) | Datum::Floats(_) => return,
                };
                inst.args.clear();
            }
            Folded::Other(op, args) => {
                (inst.op, inst.args, inst.immediate) = (op, args, Immediate::None);
            }
        }
        inst.exit = None;
    }

    /// Constants stand on the right, where order does not count.
    fn order(&mut self, inst: &mut Inst) {
        if is_commutative(inst.op)
            && let [x, y] = inst.args[..]
            && self.constant(x).is_some()
            && self.constant(y).is_none()
        {
            inst.args.swap(0, 1);
            self.changed = true;
        }
    }

    /// A division by a power of two is a multiplication by another one, which gives the same and is faster.
    fn multiply(&mut self, function: &mut Function, inst: &mut Inst, kept: &mut Vec<Inst>) {
        let [_, divisor] = inst.args[..] else { return };
        let (Op::FDiv, Some(Datum::Float(power))) = (inst.op, self.constant(divisor)) else {
            return;
        };
        let is_power = power.is_normal() && power.to_bits() & ((1 << 52) - 1) == 0;
        if !is_power || !power.recip().is_normal() {
            return;
        }
        let factor = function.value(Type::F64);
        let immediate = Immediate::Float(power.recip());
        let results = vec![factor];
        kept.push(Inst { op: Op::Float, args: vec![], immediate, results, exit: None });
        self.definitions.push(Some(Definition { op: Op::Float, args: vec![], immediate }));
        (inst.op, inst.args[1]) = (Op::FMul, factor);
        self.changed = true;
    }

    fn definition(&self, value: Value) -> Option<&Definition> {
        self.definitions[self.replacements.get(value).0 as usize].as_ref()
    }

    /// The operands of what gives a value, if that is an operation.
    fn operands(&self, value: Value, op: Op) -> Option<&[Value]> {
        let definition = self.definition(value)?;
        (definition.op == op).then_some(&definition.args[..])
    }

    fn constant(&self, value: Value) -> Option<Datum> {
        let definition = self.definition(value)?;
        if !definition.args.is_empty() {
            return None;
        }
        match compute(definition.op, definition.immediate, &[]) {
            Computed::Value(value) => Some(value),
            _ => None,
        }
    }

    fn algebra(&self, function: &Function, inst: &Inst) -> Option<Folded> {
        match inst.args[..] {
            [x] => self.one_operand(inst.op, x),
            [x, y] if function.type_of(x) == Type::F64 => self.floats(inst.op, x, y),
            [x, y] if function.type_of(x) == Type::Bool => self.truths(inst.op, x, y),
            [x, y] => self.integers(inst.op, x, y),
            [condition, x, y] if inst.op == Op::Select => self.choice(function, condition, x, y),
            _ => None,
        }
    }

    fn one_operand(&self, op: Op, x: Value) -> Option<Folded> {
        let opposite = |op: Op| self.operands(x, op).map(|args| Folded::Same(args[0]));
        match op {
            Op::BNot => opposite(Op::BNot).or_else(|| self.not(x)),
            Op::FNeg => opposite(Op::FNeg),
            Op::FBits => opposite(Op::FOfBits),
            Op::FOfBits => opposite(Op::FBits),
            Op::FAbs if self.operands(x, Op::FAbs).is_some() => Some(Folded::Same(x)),
            Op::FAbs => {
                self.operands(x, Op::FNeg).map(|args| Folded::Other(Op::FAbs, args.to_vec()))
            }
            Op::FFloor | Op::FCeil | Op::FTrunc | Op::FNearest => {
                let integers = [Op::FFloor, Op::FCeil, Op::FTrunc, Op::FNearest, Op::IToF];
                let is_integer = integers.iter().any(|op| self.operands(x, *op).is_some());
                is_integer.then_some(Folded::Same(x))
            }
            _ => None,
        }
    }

    /// The opposite of a comparison is another comparison, but for those of floats by size.
    fn not(&self, x: Value) -> Option<Folded> {
        let Definition { op, args, .. } = self.definition(x)?;
        let swapped = || args.iter().rev().copied().collect();
        Some(match op {
            Op::IEq => Folded::Other(Op::INe, args.clone()),
            Op::INe => Folded::Other(Op::IEq, args.clone()),
            Op::FEq => Folded::Other(Op::FNe, args.clone()),
            Op::FNe => Folded::Other(Op::FEq, args.clone()),
            Op::ILt => Folded::Other(Op::ILe, swapped()),
            Op::ILe => Folded::Other(Op::ILt, swapped()),
            _ => return None,
        })
    }

    fn integers(&self, op: Op, x: Value, y: Value) -> Option<Folded> {
        if x == y {
            return same_integers(op, x);
        }
        let Some(Datum::Int(right)) = self.constant(y) else { return None };
        match (op, right) {
            (Op::IAdd | Op::IAddWrap | Op::ISub | Op::ISubWrap, 0)
            | (Op::IMul | Op::IMulWrap | Op::IFloorDiv, 1)
            | (Op::IOr | Op::IXor | Op::IShl | Op::IShr, 0)
            | (Op::IAnd, -1) => Some(Folded::Same(x)),
            (Op::IMul | Op::IMulWrap | Op::IAnd, 0) | (Op::IMod, 1) => {
                Some(Folded::Constant(Datum::Int(0)))
            }
            (Op::IOr, -1) => Some(Folded::Constant(Datum::Int(-1))),
            (Op::ULt, 0) => Some(Folded::Constant(Datum::Bool(false))),
            (Op::IEq | Op::INe, 0 | 1) => {
                let truth = *self.operands(x, Op::BToI)?.first()?;
                Some(match (op == Op::IEq) == (right == 1) {
                    true => Folded::Same(truth),
                    false => Folded::Other(Op::BNot, vec![truth]),
                })
            }
            _ => None,
        }
    }

    fn truths(&self, op: Op, x: Value, y: Value) -> Option<Folded> {
        if x == y {
            return match op {
                Op::BAnd | Op::BOr => Some(Folded::Same(x)),
                Op::BXor => Some(Folded::Constant(Datum::Bool(false))),
                _ => None,
            };
        }
        let Some(Datum::Bool(right)) = self.constant(y) else { return None };
        match (op, right) {
            (Op::BAnd, true) | (Op::BOr | Op::BXor, false) => Some(Folded::Same(x)),
            (Op::BAnd, false) | (Op::BOr, true) => Some(Folded::Constant(Datum::Bool(right))),
            (Op::BXor, true) => Some(Folded::Other(Op::BNot, vec![x])),
            _ => None,
        }
    }

    fn floats(&self, op: Op, x: Value, y: Value) -> Option<Folded> {
        // What is subtracted from itself is 0 or not a number, and so is what its sine was computed of.
        if op == Op::FSub
            && x == y
            && let Some(angle) = self.angle(x)
        {
            return Some(Folded::Other(Op::FSub, vec![angle, angle]));
        }
        let Some(Datum::Float(right)) = self.constant(y) else { return None };
        if right == 0.0 && matches!(op, Op::FEq | Op::FNe) && self.is_positive(x, DEEPEST) {
            return Some(Folded::Constant(Datum::Bool(op == Op::FNe)));
        }
        let is = |value: f64| right.to_bits() == value.to_bits();
        let leaves = match op {
            Op::FMul | Op::FDiv => is(1.0),
            Op::FAdd => is(-0.0),
            Op::FSub => is(0.0),
            _ => false,
        };
        leaves.then_some(Folded::Same(x))
    }

    /// Whether a float is greater than 0, or not a number.
    fn is_positive(&self, value: Value, depth: usize) -> bool {
        let Some(Definition { op, args, .. }) = self.definition(value) else { return false };
        match (op, &args[..]) {
            (Op::Float, []) => matches!(self.constant(value), Some(Datum::Float(x)) if x > 0.0),
            (Op::FAdd, [x, y]) if depth > 0 => {
                let (is_one, is_other) =
                    (self.is_positive(*x, depth - 1), self.is_positive(*y, depth - 1));
                is_one && self.is_not_negative(*y, depth - 1)
                    || is_other && self.is_not_negative(*x, depth - 1)
            }
            _ => false,
        }
    }

    /// Whether a float is 0 or greater, or not a number.
    fn is_not_negative(&self, value: Value, depth: usize) -> bool {
        let Some(Definition { op, args, immediate }) = self.definition(value) else { return false };
        match (op, &args[..]) {
            (Op::FAbs | Op::FSqrt, _) => true,
            (Op::Math1, _) => *immediate == Immediate::Math(Math::Exp),
            (Op::Math2, [_, exponent]) => {
                let is_even = matches!(self.constant(*exponent), Some(Datum::Float(y)) if y == 2.0);
                is_even && *immediate == Immediate::Math(Math::Pow)
            }
            (Op::FMul, [x, y]) if x == y => true,
            (Op::FMul | Op::FAdd, [x, y]) if depth > 0 => {
                self.is_not_negative(*x, depth - 1) && self.is_not_negative(*y, depth - 1)
            }
            _ => self.is_positive(value, depth),
        }
    }

    /// What a value is the sine or the cosine of.
    fn angle(&self, value: Value) -> Option<Value> {
        let definition = self.definition(value)?;
        let is_angle = matches!(definition.immediate, Immediate::Math(Math::Sin | Math::Cos));
        (is_angle || definition.op == Op::SinCos).then(|| definition.args[0])
    }

    fn choice(&self, function: &Function, condition: Value, x: Value, y: Value) -> Option<Folded> {
        if x == y {
            return Some(Folded::Same(x));
        }
        if let Some(Datum::Bool(condition)) = self.constant(condition) {
            return Some(Folded::Same(if condition { x } else { y }));
        }
        if let Some([opposite]) = self.operands(condition, Op::BNot) {
            return Some(Folded::Other(Op::Select, vec![*opposite, y, x]));
        }
        if function.type_of(x) != Type::Bool {
            return None;
        }
        match (self.constant(x), self.constant(y)) {
            (Some(Datum::Bool(true)), Some(Datum::Bool(false))) => Some(Folded::Same(condition)),
            (Some(Datum::Bool(false)), Some(Datum::Bool(true))) => {
                Some(Folded::Other(Op::BNot, vec![condition]))
            }
            (Some(Datum::Bool(true)), None) => Some(Folded::Other(Op::BOr, vec![condition, y])),
            (None, Some(Datum::Bool(false))) => Some(Folded::Other(Op::BAnd, vec![condition, x])),
            _ => None,
        }
    }

    /// A branch on what is known is a jump, one on an opposite leads the other way round.
    fn end(&mut self, data: &mut BlockData) {
        data.end.each_use(|value| *value = self.replacements.get(*value));
        let End::Branch { condition, then, otherwise } = &mut data.end else { return };
        if let Some([opposite]) = self.operands(*condition, Op::BNot) {
            *condition = *opposite;
            std::mem::swap(then, otherwise);
            self.changed = true;
        }
        let only = match self.constant(*condition) {
            Some(Datum::Bool(true)) => then,
            Some(Datum::Bool(false)) => otherwise,
            _ if then == otherwise => then,
            _ => return,
        };
        data.end = End::Jump(only.clone());
        self.changed = true;
    }
}

fn same_integers(op: Op, x: Value) -> Option<Folded> {
    Some(match op {
        Op::IAnd | Op::IOr => Folded::Same(x),
        Op::ISub | Op::ISubWrap | Op::IXor => Folded::Constant(Datum::Int(0)),
        Op::IEq | Op::ILe => Folded::Constant(Datum::Bool(true)),
        Op::INe | Op::ILt | Op::ULt => Folded::Constant(Datum::Bool(false)),
        _ => return None,
    })
}

/// Whether an instruction with constants gives this on every machine: what is not a number may have either
/// sign, and the C library computes for itself.
fn is_certain(inst: &Inst, value: Datum) -> bool {
    let is_math = matches!(inst.op, Op::Math1 | Op::Math2);
    match value {
        Datum::Float(value) => !value.is_nan() && (value.is_finite() || !is_math),
        // There is no instruction for two constants.
        Datum::Ints(_) | Datum::Floats(_) => false,
        _ => true,
    }
}

/// Whether operands may change places.
pub(super) fn is_commutative(op: Op) -> bool {
    use Op::{BAnd, BOr, BXor, IAdd, IAddWrap, IAnd, IEq, IMul, IMulWrap, INe, IOr, IXor};
    matches!(
        op,
        IAdd | IAddWrap | IMul | IMulWrap | IAnd | IOr | IXor | IEq | INe | BAnd | BOr | BXor
    )
}
