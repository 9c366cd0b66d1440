//! What builtins and operators ask of objects through methods, and a few methods of numbers.

use super::calls::Given;
use super::classes::MemberKind;
use super::special::{CLASSES, class_named};
use super::state::Gives;
use super::value::{Known, Val};
use super::world::{Builtin, Description};
use super::{Done, Flow, Specialiser, Stop};
use crate::code::{Argument, Code, Compare, Instruction, Reg};
use crate::ir::{Op, Value};

/// The exponent that the bits of a float have for 1.
const EXPONENT_OF_ONE: i64 = 1023;
/// So many bits of a float are behind the exponent.
const BEHIND_EXPONENT: i64 = 52;

impl Specialiser<'_> {
    /// A builtin that asks for the class of its argument. `None` if there is no rule.
    pub(super) fn asked_of_class(
        &mut self,
        to: Reg,
        builtin: Builtin,
        (given, arguments): (&Given, &[Argument]),
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        if let (Builtin::Isinstance | Builtin::Type, [Argument::Positional(first), ..]) =
            (builtin, arguments)
            && let Some(flow) = self.by_kind(*first, &mut |this| this.instruction(instruction))?
        {
            return Ok(Some(flow));
        }
        match (builtin, &given.positional[..], &given.named[..]) {
            (Builtin::Len, [value], []) => self.length_of_instance(to, value, instruction),
            (Builtin::Type, [value], []) => match self.type_of(value) {
                Some(class) => self.set(to, class).map(Some),
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// `len(instance)`, where `__len__` asks for nothing but a length. `None` if there is no rule.
    fn length_of_instance(
        &mut self,
        to: Reg,
        value: &Val<Value>,
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        let Some(function) = self.method_of_class(value, "__len__") else { return Ok(None) };
        let Description::Function(described) = self.world.describe(function) else {
            return Ok(None);
        };
        let asks = name_of_length(&described.code);
        let is_length = asks.is_some_and(|name| {
            let found = self.world.global(described.home, name);
            found.is_some_and(|found| {
                matches!(self.world.describe(found), Description::Builtin(Builtin::Len))
            })
        });
        if !is_length {
            return Ok(None);
        }
        self.follow_method(to, function, vec![value.clone()], Gives::Result, instruction)
    }

    /// `item in instance`. `None` if there is no rule.
    pub(super) fn is_in_instance(
        &mut self,
        to: Reg,
        operator: Compare,
        (item, of): (&Val<Value>, &Val<Value>),
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        let Some(function) = self.method_of_class(of, "__contains__") else { return Ok(None) };
        let place = (self.state.top().context, self.state.top().point);
        let given = vec![of.clone(), item.clone()];
        let done = self.follow_method(to, function, given, Gives::Result, instruction)?;
        if done != Some(Flow::On) {
            return Ok(done);
        }
        let Val::Bool(found) = self.get(to) else {
            // What it gives is asked whether it is true.
            self.undecided.insert(place);
            return Err(Stop::Again);
        };
        if operator == Compare::NotIn {
            let not = self.op(Op::BNot, &[found]);
            self.set(to, Val::Bool(not))?;
        }
        Ok(done)
    }

    /// The function that the class of an instance has by a name.
    pub(super) fn method_of_class(&mut self, value: &Val<Value>, name: &str) -> Option<Known> {
        let class = self.class_of(value)?;
        match self.world.member(class, name)?.kind {
            MemberKind::Function(function) => Some(function),
            _ => None,
        }
    }

    /// `type(value)`
    fn type_of(&mut self, value: &Val<Value>) -> Option<Val<Value>> {
        if let Some(class) = self.class_of(value) {
            self.check_instance(value)?;
            return Some(Val::Known(class));
        }
        let name = class_named(value).filter(|name| CLASSES.contains(name))?;
        let class = self.world.builtin(name)?;
        self.is_class_of_interpreter(class, name).then_some(Val::Known(class))
    }

    fn is_class_of_interpreter(&mut self, class: Known, name: &str) -> bool {
        let described = self.world.describe(class);
        matches!(described, Description::Builtin(of) if of.place() == ("builtins", name))
    }

    /// Whether two known objects are certainly two.
    pub(super) fn are_other_builtins(&mut self, a: Known, b: Known) -> bool {
        match (self.world.describe(a), self.world.describe(b)) {
            (Description::Builtin(a), Description::Builtin(b)) => a != b,
            _ => false,
        }
    }

    /// A method of a number without arguments. `None` if there is no rule.
    pub(super) fn method_of_number(
        &mut self,
        value: &Val<Value>,
        name: &str,
    ) -> Option<Val<Value>> {
        Some(match (value, name) {
            (Val::Int(number), "bit_length") => Val::Int(self.bit_length(*number)),
            (Val::Bool(truth), "bit_length") => Val::Int(self.op(Op::BToI, &[*truth])),
            (Val::Float(number), "is_integer") => {
                let whole = self.op(Op::FFloor, &[*number]);
                let is_whole = self.op(Op::FEq, &[whole, *number]);
                let is_finite = self.is_finite(*number);
                Val::Bool(self.op(Op::BAnd, &[is_whole, is_finite]))
            }
            _ => return None,
        })
    }

    /// How many bits an integer has without its sign: as the exponent of a float says. The bit below the
    /// highest one is taken out, so that nothing is rounded up to the next power of two.
    fn bit_length(&mut self, number: Value) -> Value {
        let (zero, one) = (self.build.int(0), self.build.int(1));
        let opposite = self.checked(Op::ISub, zero, number);
        let is_negative = self.op(Op::ILt, &[number, zero]);
        let size = self.build.select(is_negative, opposite, number);
        let half = self.op(Op::IShr, &[size, one]);
        let all = self.build.int(-1);
        let rest = self.op(Op::IXor, &[half, all]);
        let high = self.op(Op::IAnd, &[size, rest]);
        let float = self.op(Op::IToF, &[high]);
        let bits = self.op(Op::FBits, &[float]);
        let behind = self.build.int(BEHIND_EXPONENT);
        let exponent = self.op(Op::IShr, &[bits, behind]);
        let before = self.build.int(EXPONENT_OF_ONE - 1);
        let length = self.op(Op::ISubWrap, &[exponent, before]);
        let is_zero = self.op(Op::IEq, &[size, zero]);
        self.build.select(is_zero, zero, length)
    }
}

/// Whether a number has a method by a name that there is a rule for.
pub(super) fn is_method_of_number(value: &Val<Value>, name: &str) -> bool {
    match value {
        Val::Int(_) | Val::Bool(_) => name == "bit_length",
        Val::Float(_) => name == "is_integer",
        _ => false,
    }
}

/// The name by which a function calls what it calls, if that is all that it does beside reading attributes.
fn name_of_length(code: &Code) -> Option<&str> {
    let [block] = &code.blocks[..] else { return None };
    let mut name = None;
    let mut calls = 0;
    for (instruction, _) in &block.instructions {
        match instruction {
            Instruction::LoadGlobal { name: of, .. } if name.is_none() => {
                name = Some(code.name(*of))
            }
            Instruction::Call { .. } => calls += 1,
            Instruction::Move { .. } | Instruction::LoadAttribute { .. } => {}
            _ => return None,
        }
    }
    name.filter(|_| calls == 1)
}
