//! Errors of instructions whose operands are in registers or in memory: where they are handled in machine
//! code, it is looked for them before an instruction is done.

use super::value::{Contents, Val};
use super::world::{Builtin, Description, Operand};
use super::{Done, Flow, Specialiser};
use crate::code::{Argument, Binary, Instruction, Reg};
use crate::ir::{Op, Value};

impl Specialiser<'_> {
    /// Looks for errors of an instruction that are handled in machine code.
    pub(super) fn look_for_errors(&mut self, instruction: &Instruction) -> Done<Flow> {
        use Binary::{Divide, FloorDivide, Remainder};
        if !self.is_caught() {
            return Ok(Flow::On);
        }
        match instruction {
            Instruction::Binary {
                operator: Divide | FloorDivide | Remainder, left, right, ..
            } => self.look_for_zero(*left, *right),
            Instruction::LoadItem { object, key, .. } => self.look_outside(*object, *key),
            // Of what is no list that is another error.
            Instruction::StoreItem { object, key, .. }
            | Instruction::DeleteItem { object, key }
                if self.is_some_list(*object) =>
            {
                self.look_outside(*object, *key)
            }
            Instruction::Call { callee, arguments, .. } => {
                self.look_for_errors_of_call(*callee, arguments)
            }
            _ => Ok(Flow::On),
        }
    }

    /// Whether a register holds a list.
    fn is_some_list(&self, register: Reg) -> bool {
        match self.get(register) {
            Val::List(..) | Val::ListObject(..) => true,
            Val::Thing(thing) => matches!(self.state.contents(thing), Contents::List(_)),
            _ => false,
        }
    }

    /// Whether a value is a number that is not zero. `None` if it is none of those that are looked at.
    fn is_not_zero(&mut self, value: &Val<Value>) -> Option<Value> {
        if let Val::Float(number) = value {
            let zero = self.build.float(0.0);
            return Some(self.op(Op::FNe, &[*number, zero]));
        }
        let (number, zero) = (self.index_of(value)?, self.build.int(0));
        Some(self.op(Op::INe, &[number, zero]))
    }

    /// Dividing by zero is an error.
    fn look_for_zero(&mut self, left: Reg, right: Reg) -> Done<Flow> {
        let is_number = matches!(self.get(left), Val::Bool(_) | Val::Int(_) | Val::Float(_));
        match self.is_not_zero(&self.get(right)) {
            Some(holds) if is_number => self.raise_unless(holds, Builtin::ZeroDivisionError, None),
            _ => Ok(Flow::On),
        }
    }

    /// An index for which there is no item is an error.
    fn look_outside(&mut self, object: Reg, key: Reg) -> Done<Flow> {
        let value = self.get(object);
        let Some(index) = self.index_of(&self.get(key)) else { return Ok(Flow::On) };
        let Some((length, container)) = self.length_of_sequence(&value) else {
            return Ok(Flow::On);
        };
        let inside = self.is_inside(index, length);
        self.raise_unless_list(inside, Builtin::IndexError, &value, container)
    }

    /// The same where a list in memory is looked at, which may be none any more: then machine code is left.
    fn raise_unless_list(
        &mut self,
        holds: Value,
        class: Builtin,
        value: &Val<Value>,
        container: Option<Operand>,
    ) -> Done<Flow> {
        let Val::List(address, items) = value else {
            return self.raise_unless(holds, class, container);
        };
        if self.build.bool_constant(holds) == Some(true) {
            return Ok(Flow::On);
        }
        let (yes, no) = self.build.branch(holds);
        let state = self.state.clone();
        self.build.block = no;
        if self.guard_kind(*address, items) == Flow::On {
            self.raise_here(class, container)?;
        }
        self.state = state;
        self.build.block = yes;
        Ok(Flow::On)
    }

    /// How many items a sequence has, and what stands for it where its error is made. A list in memory that
    /// is none any more has no items.
    fn length_of_sequence(&mut self, value: &Val<Value>) -> Option<(Value, Option<Operand>)> {
        Some(match value {
            Val::List(address, items) => {
                let length = match items.layout() {
                    Some(layout) => self.word(*address, layout.length()),
                    None => self.build.int(0),
                };
                (length, Some(Operand::List))
            }
            Val::ListObject(handle, _) => (self.length_of_object(*handle), Some(Operand::List)),
            Val::TupleObject(handle, _) => (self.length_of_object(*handle), Some(Operand::Tuple)),
            Val::Tuple(items) => (self.build.int(items.len() as i64), Some(Operand::Tuple)),
            Val::Text(_, length) => (*length, None),
            Val::Char(_) => (self.build.int(1), None),
            Val::Thing(thing) => match self.state.contents(*thing) {
                Contents::List(items) => {
                    let length = items.len() as i64;
                    (self.build.int(length), Some(Operand::List))
                }
                _ => return None,
            },
            _ => return None,
        })
    }

    /// Whether an index is one of an item.
    fn is_inside(&mut self, index: Value, length: Value) -> Value {
        let zero = self.build.int(0);
        let from_end = self.op(Op::IAddWrap, &[index, length]);
        let negative = self.op(Op::ILt, &[index, zero]);
        let position = self.build.select(negative, from_end, index);
        self.op(Op::ULt, &[position, length])
    }

    /// Errors of functions and methods.
    fn look_for_errors_of_call(&mut self, callee: Reg, arguments: &[Argument]) -> Done<Flow> {
        let mut given = Vec::new();
        for argument in arguments {
            let Argument::Positional(register) = argument else { return Ok(Flow::On) };
            given.push(self.get(*register));
        }
        match self.get(callee) {
            Val::Known(known) => match self.world.describe(known) {
                Description::Builtin(builtin) => self.look_outside_domain(builtin, &given),
                _ => Ok(Flow::On),
            },
            Val::Method(object, name) if &*name == "pop" => self.look_for_pop(&object, &given),
            _ => Ok(Flow::On),
        }
    }

    /// Exits unless a condition holds, without which an instruction has no item to give, or goes on where that
    /// is handled. A container made anew is as good as the one in which it is not there.
    pub(super) fn guard_item(&mut self, holds: Value, class: Builtin) -> Done<Flow> {
        if !self.is_caught() {
            return Ok(self.guard(holds));
        }
        let container = self.empty_container();
        self.raise_unless(holds, class, container)
    }

    /// The same where there is none.
    pub(super) fn lacks_item(&mut self, class: Builtin) -> Done<Flow> {
        if !self.is_caught() {
            return self.leave_for_good();
        }
        let container = self.empty_container();
        self.raise_here(class, container)
    }

    /// What is in the place of the container that the instruction looks into, if it is one in memory.
    fn empty_container(&self) -> Option<Operand> {
        let frame = self.state.top();
        let block = frame.code.block(frame.point.block);
        let (instruction, _) = block.instructions.get(frame.point.index as usize)?;
        let mut first = None;
        instruction.reads(&mut |register| _ = first.get_or_insert(register));
        let container = |value: &Val<Value>| match value {
            Val::List(..) | Val::ListObject(..) => Some(Operand::List),
            Val::Dict(_, table) if table.values.is_none() => Some(Operand::Set),
            Val::Dict(..) | Val::DictObject(..) => Some(Operand::Dict),
            _ => None,
        };
        match self.get(first?) {
            Val::Method(object, name) => Some(Operand::Method(Box::new(container(&object)?), name)),
            value => container(&value),
        }
    }

    /// Taking an item out of a list that has none there is an error.
    fn look_for_pop(&mut self, list: &Val<Value>, given: &[Val<Value>]) -> Done<Flow> {
        let is_list = matches!(list, Val::List(..) | Val::ListObject(..) | Val::Thing(_));
        let Some((length, _)) = self.length_of_sequence(list).filter(|_| is_list) else {
            return Ok(Flow::On);
        };
        let zero = self.build.int(0);
        let has_items = self.op(Op::INe, &[length, zero]);
        let method = |list| Some(Operand::Method(Box::new(list), "pop".into()));
        let class = Builtin::IndexError;
        if self.raise_unless_list(has_items, class, list, method(Operand::List))? == Flow::Ends {
            return Ok(Flow::Ends);
        }
        let [index] = given else { return Ok(Flow::On) };
        let Some(index) = self.index_of(index) else { return Ok(Flow::On) };
        let inside = self.is_inside(index, length);
        self.raise_unless_list(inside, class, list, method(Operand::ListOfOne))
    }

    /// Functions of `math` that have errors for some numbers.
    fn look_outside_domain(&mut self, builtin: Builtin, given: &[Val<Value>]) -> Done<Flow> {
        if let (Builtin::Divmod, [a, b]) = (builtin, given) {
            let is_number = matches!(a, Val::Bool(_) | Val::Int(_) | Val::Float(_));
            return match self.is_not_zero(b) {
                Some(holds) if is_number => {
                    self.raise_unless(holds, Builtin::ZeroDivisionError, None)
                }
                _ => Ok(Flow::On),
            };
        }
        let [value] = given else { return Ok(Flow::On) };
        let holds = match (builtin, value) {
            (Builtin::Int, Val::Char(character)) => {
                let (zero, ten) = (self.build.int(i64::from(b'0')), self.build.int(10));
                let digit = self.op(Op::ISubWrap, &[*character, zero]);
                self.op(Op::ULt, &[digit, ten])
            }
            (Builtin::Int | Builtin::Float, text)
                if let Some(holds) = self.may_spell(text, builtin == Builtin::Float) =>
            {
                holds
            }
            (Builtin::Sqrt, Val::Float(x)) => {
                let zero = self.build.float(0.0);
                let fails = self.op(Op::FLt, &[*x, zero]);
                self.op(Op::BNot, &[fails])
            }
            (Builtin::Log | Builtin::Log2 | Builtin::Log10, Val::Float(x)) => {
                let zero = self.build.float(0.0);
                let fails = self.op(Op::FLe, &[*x, zero]);
                self.op(Op::BNot, &[fails])
            }
            (Builtin::Sqrt | Builtin::Isqrt, Val::Int(x)) => {
                let zero = self.build.int(0);
                self.op(Op::ILe, &[zero, *x])
            }
            (Builtin::Log | Builtin::Log2 | Builtin::Log10, Val::Int(x)) => {
                let zero = self.build.int(0);
                self.op(Op::ILt, &[zero, *x])
            }
            (Builtin::Chr, Val::Int(x)) => {
                // What is much too large is another error in some versions of Python.
                let (half, whole) = (self.build.int(1 << 31), self.build.int(1 << 32));
                let moved = self.op(Op::IAddWrap, &[*x, half]);
                let is_small = self.op(Op::ULt, &[moved, whole]);
                if self.guard(is_small) == Flow::Ends {
                    return Ok(Flow::Ends);
                }
                let end = self.build.int(0x11_0000);
                self.op(Op::ULt, &[*x, end])
            }
            _ => return Ok(Flow::On),
        };
        self.raise_unless(holds, Builtin::ValueError, None)
    }
}
