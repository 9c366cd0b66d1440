//! Operations that have no instruction of their own, builtins that take items one after the other, and
//! what is known of classes.

use super::value::Val;
use super::world::{Description, Summing};
use super::{Done, Flow, Specialiser};
use crate::code::{Consumer, Instruction, Reg, Special};
use crate::ir::op::Class;
use crate::ir::{Immediate, Op, Value};

impl Specialiser<'_> {
    pub(super) fn special(
        &mut self,
        to: Reg,
        operation: Special,
        operands: &[Reg],
        instruction: &Instruction,
    ) -> Done<Flow> {
        match (operation, operands) {
            (Special::Is(consumer), [callee]) => match self.is_builtin(*callee, consumer) {
                Some(truth) => {
                    let truth = self.build.bool(truth);
                    self.set(to, Val::Bool(truth))
                }
                None => self.perform(instruction),
            },
            (Special::IsGenerator(nested), [callee]) => match self.is_generator(*callee, nested) {
                Some(truth) => {
                    let truth = self.build.bool(truth);
                    self.set(to, Val::Bool(truth))
                }
                None => self.perform(instruction),
            },
            (Special::IsSort, [method, key]) => {
                let truth = self.is_sort_by(&self.get(*method), &self.get(*key));
                let truth = self.build.bool(truth);
                self.set(to, Val::Bool(truth))
            }
            (Special::ToList, [from]) => self.new_list_of(to, *from, instruction),
            (Special::SortByKeys, [list, keys, backwards]) => {
                self.sort_by_keys(to, [*list, *keys, *backwards], instruction)
            }
            (Special::SumStep, [total, how, item]) => {
                self.sum_step(to, [*total, *how, *item], instruction)
            }
            (Special::Super, [what, cell, first]) => {
                match self.super_of(self.get(*what), self.get(*cell), self.get(*first)) {
                    Some(found) => self.set(to, found),
                    None => self.perform(instruction),
                }
            }
            (Special::LoadFree, [cell]) => self.load_cell(to, *cell, instruction),
            (Special::SumEnd, [total, how]) => self.sum_end(to, *total, *how, instruction),
            _ => self.special_of_tools(to, operation, operands, instruction),
        }
    }

    /// Whether what is in a register is a builtin, if that is known.
    fn is_builtin(&mut self, callee: Reg, consumer: Consumer) -> Option<bool> {
        match self.get(callee) {
            Val::Method(object, name) if consumer == Consumer::Join => {
                Some(object.class() == Some(Class::Str) && &*name == consumer.name())
            }
            Val::Known(known) => match self.world.describe(known) {
                Description::Builtin(builtin) => {
                    Some(builtin.place() == ("builtins", consumer.name()))
                }
                _ => Some(false),
            },
            Val::Thing(_) => Some(false),
            _ => None,
        }
    }

    /// Whether what is in a register is a generator function of the module, if that is known.
    fn is_generator(&mut self, callee: Reg, nested: u32) -> Option<bool> {
        let frame = self.state.top();
        let (code, home) = (frame.code.clone(), frame.home.0);
        match self.get(callee) {
            Val::Known(known) => {
                Some(self.world.is_generator(home, &code.nested[nested as usize], known))
            }
            Val::Thing(_) => Some(false),
            _ => None,
        }
    }

    /// Another item of `sum`. What was added up is an integer as long as the second operand is `False`, and
    /// a float where that is its compensation.
    fn sum_step(&mut self, to: Reg, operands: [Reg; 3], instruction: &Instruction) -> Done<Flow> {
        let mut again = |this: &mut Self| this.sum_step(to, operands, instruction);
        for operand in operands {
            if let Some(flow) = self.by_kind(operand, &mut again)? {
                return Ok(flow);
            }
        }
        let [total, how, item] = operands.map(|operand| self.get(operand));
        if let Val::Object(_, None) = item
            && !self.is_refuted()
            && matches!(total, Val::Int(_) | Val::Float(_))
        {
            return self.by_class(operands[2], &mut again, instruction);
        }
        match (&total, &how) {
            (Val::Int(sum), Val::Bool(_)) => self.sum_of_ints(to, *sum, &how, &item, instruction),
            (Val::Float(sum), Val::Float(rest)) => match &item {
                Val::Float(number) => {
                    let sum = self.compensated(*sum, *rest, *number);
                    self.set(to, Val::Tuple([Val::Float(sum.0), Val::Float(sum.1)].into()))
                }
                Val::Int(_) | Val::Bool(_) => self.sum_of_mixed(to, *sum, *rest, &item),
                _ => self.perform(instruction),
            },
            (Val::Float(sum), Val::None) => match self.float_of(&item) {
                Some(number) => {
                    let sum = self.op(Op::FAdd, &[*sum, number]);
                    self.set(to, Val::Tuple([Val::Float(sum), Val::None].into()))
                }
                None => self.perform(instruction),
            },
            (Val::Int(sum), Val::None) => match (self.index_of(&item), &item) {
                // Once something was no number, it is `+`.
                (Some(number), _) => {
                    let sum = self.checked(Op::IAdd, *sum, number);
                    self.set(to, Val::Tuple([Val::Int(sum), Val::None].into()))
                }
                (None, Val::Float(number)) => {
                    let start = self.op(Op::IToF, &[*sum]);
                    let sum = self.op(Op::FAdd, &[start, *number]);
                    self.set(to, Val::Tuple([Val::Float(sum), Val::None].into()))
                }
                _ => self.perform(instruction),
            },
            // Kinds that do not go together: nothing comes here.
            (
                Val::Int(_) | Val::Float(_) | Val::Bool(_) | Val::None,
                Val::Bool(_) | Val::Float(_),
            ) => self.nobody_comes(),
            _ => self.perform(instruction),
        }
    }

    /// Ends a way that is there only because kinds are told apart one by one.
    fn nobody_comes(&mut self) -> Done<Flow> {
        self.leave();
        Ok(Flow::Ends)
    }

    /// An item of `sum` as long as all were integers.
    fn sum_of_ints(
        &mut self,
        to: Reg,
        sum: Value,
        how: &Val<Value>,
        item: &Val<Value>,
        instruction: &Instruction,
    ) -> Done<Flow> {
        if let Some(number) = self.index_of(item) {
            let sum = self.checked(Op::IAdd, sum, number);
            return self.set(to, Val::Tuple([Val::Int(sum), how.clone()].into()));
        }
        let Val::Float(number) = *item else { return self.perform(instruction) };
        let start = self.op(Op::IToF, &[sum]);
        let sum = self.op(Op::FAdd, &[start, number]);
        let how = match self.world.summing() {
            Summing::Plain => Val::None,
            Summing::Compensated | Summing::AllCompensated => Val::Float(self.build.float(0.0)),
        };
        self.set(to, Val::Tuple([Val::Float(sum), how].into()))
    }

    /// An integer among the floats of `sum`.
    fn sum_of_mixed(&mut self, to: Reg, sum: Value, rest: Value, item: &Val<Value>) -> Done<Flow> {
        let Some(number) = self.float_of(item) else { return self.leave_for_good() };
        let (sum, rest) = match self.world.summing() {
            Summing::AllCompensated => self.compensated(sum, rest, number),
            Summing::Plain | Summing::Compensated => (self.op(Op::FAdd, &[sum, number]), rest),
        };
        self.set(to, Val::Tuple([Val::Float(sum), Val::Float(rest)].into()))
    }

    /// A sum and its compensation with another number, as Neumaier has it.
    pub(super) fn compensated(&mut self, sum: Value, rest: Value, number: Value) -> (Value, Value) {
        let total = self.op(Op::FAdd, &[sum, number]);
        let (size, other) = (self.op(Op::FAbs, &[sum]), self.op(Op::FAbs, &[number]));
        let is_larger = self.op(Op::FLe, &[other, size]);
        let large = self.build.select(is_larger, sum, number);
        let small = self.build.select(is_larger, number, sum);
        let lost = self.op(Op::FSub, &[large, total]);
        let lost = self.op(Op::FAdd, &[lost, small]);
        let rest = self.op(Op::FAdd, &[rest, lost]);
        (total, rest)
    }

    /// A sum with its compensation.
    pub(super) fn whole_sum(&mut self, sum: Value, rest: Value) -> Value {
        let zero = self.build.float(0.0);
        let (is_some, is_finite) = (self.op(Op::FNe, &[rest, zero]), self.is_finite(rest));
        let counts = self.op(Op::BAnd, &[is_some, is_finite]);
        let whole = self.op(Op::FAdd, &[sum, rest]);
        self.build.select(counts, whole, sum)
    }

    fn sum_end(&mut self, to: Reg, total: Reg, how: Reg, instruction: &Instruction) -> Done<Flow> {
        let mut again = |this: &mut Self| this.sum_end(to, total, how, instruction);
        for operand in [total, how] {
            if let Some(flow) = self.by_kind(operand, &mut again)? {
                return Ok(flow);
            }
        }
        match (self.get(total), self.get(how)) {
            (Val::Int(sum), Val::Bool(_)) => self.set(to, Val::Int(sum)),
            (Val::Float(sum), Val::None) => self.set(to, Val::Float(sum)),
            (Val::Float(sum), Val::Float(rest)) => {
                let sum = self.whole_sum(sum, rest);
                self.set(to, Val::Float(sum))
            }
            (total, Val::None) => self.set(to, total),
            (Val::Int(_) | Val::Float(_), Val::Bool(_) | Val::Float(_)) => self.nobody_comes(),
            _ => self.perform(instruction),
        }
    }

    /// Follows an instruction for an object that is a float, one that is an integer of 64 bits, and any
    /// other, for which it is done on objects.
    pub(super) fn by_class(
        &mut self,
        operand: Reg,
        follow: &mut dyn FnMut(&mut Self) -> Done<Flow>,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let old = self.get(operand);
        let Val::Object(handle, None) = old else { return self.perform(instruction) };
        let point = self.state.top().point;
        let mut ways = Vec::new();
        for class in [Class::Float, Class::Int] {
            let immediate = Immediate::Int(class as i64);
            let is_class = self.build.emit(Op::IsClass, &[handle], immediate, None)[0];
            let (yes, no) = self.build.branch(is_class);
            let state = self.state.clone();
            self.build.block = yes;
            let value = self.unboxed(handle, class);
            for register in &mut self.state.top_mut().registers {
                if *register == old {
                    *register = value.clone();
                }
            }
            if follow(self)? == Flow::On {
                self.state.top_mut().point = point;
                ways.push(self.way_behind());
            }
            self.state = state;
            self.build.block = no;
        }
        if self.perform(instruction)? == Flow::On {
            self.state.top_mut().point = point;
            ways.push(self.way_behind());
        }
        match ways.is_empty() {
            true => Ok(Flow::Ends),
            false => self.join(ways).map(|()| Flow::On),
        }
    }

    /// `isinstance(value, class)` where the class of the value is known, and so are those that are asked
    /// about. `None` if it takes more than that.
    pub(super) fn is_instance(
        &mut self,
        value: &Val<Value>,
        of: &Val<Value>,
    ) -> Option<Val<Value>> {
        if let Val::Known(known) = of
            && let Some(truth) = self.is_instance_of(value, *known)
        {
            return Some(Val::Bool(self.build.bool(truth)));
        }
        let own = class_named(value)?;
        let asked = match of {
            Val::Tuple(items) => items.to_vec(),
            single => vec![single.clone()],
        };
        let mut is_any = false;
        for one in asked {
            let Val::Known(known) = one else { return None };
            let Description::Builtin(builtin) = self.world.describe(known) else { return None };
            let ("builtins", name) = builtin.place() else { return None };
            if !CLASSES.contains(&name) {
                return None;
            }
            is_any |= own == name || (own, name) == ("bool", "int");
        }
        Some(Val::Bool(self.build.bool(is_any)))
    }

    /// An operation that writes several registers: their objects are taken out of the tuple of them.
    pub(super) fn take_apart(&mut self, tuple: Value, writes: &[Reg]) -> Done {
        let whole = Val::Object(tuple, Some(Class::Tuple));
        for (index, to) in writes.iter().enumerate() {
            let part = self.part_of(&whole, index as u32);
            self.state.top_mut().set(*to, Val::Object(part, None));
        }
        Ok(())
    }
}

/// The classes of which it is known what their objects are in machine code.
pub(super) const CLASSES: [&str; 8] =
    ["bool", "int", "float", "complex", "str", "tuple", "list", "dict"];

/// The name of the exact class of a value, if it is one of the interpreter's own.
pub(super) fn class_named(value: &Val<Value>) -> Option<&'static str> {
    Some(match value.class()? {
        Class::None => "NoneType",
        Class::Bool => "bool",
        Class::Int => "int",
        Class::Float => "float",
        Class::Complex => "complex",
        Class::Tuple => "tuple",
        Class::List => "list",
        Class::Str => "str",
        Class::Dict => "dict",
        _ => return None,
    })
}
