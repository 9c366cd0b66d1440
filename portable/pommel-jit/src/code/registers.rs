//! Which registers an instruction reads and writes.

use super::{Argument, BlockId, Instruction, Reg, Special, Terminator};

impl Argument {
    /// Its value.
    pub fn register(&self) -> Reg {
        match *self {
            Argument::Positional(value)
            | Argument::Starred(value)
            | Argument::Keyword(_, value)
            | Argument::DoubleStarred(value) => value,
        }
    }
}

impl Instruction {
    /// The registers that it reads, in the order of its operands.
    pub fn reads(&self, each: &mut dyn FnMut(Reg)) {
        match self {
            Instruction::Constant { .. }
            | Instruction::Unbind { .. }
            | Instruction::LoadGlobal { .. }
            | Instruction::DeleteGlobal { .. }
            | Instruction::LoadBuiltin { .. }
            | Instruction::Import { .. } => {}
            Instruction::Move { from: a, .. }
            | Instruction::CheckBound { local: a }
            | Instruction::StoreGlobal { value: a, .. }
            | Instruction::MakeCell { register: a }
            | Instruction::LoadCell { cell: a, .. }
            | Instruction::DeleteCell { cell: a }
            | Instruction::LoadAttribute { object: a, .. }
            | Instruction::DeleteAttribute { object: a, .. }
            | Instruction::Unary { operand: a, .. }
            | Instruction::ListToTuple { list: a, .. }
            | Instruction::Unpack { from: a, .. }
            | Instruction::UnpackStarred { from: a, .. }
            | Instruction::Iterate { from: a, .. }
            | Instruction::ImportFrom { module: a, .. }
            | Instruction::EnterHandler { exception: a }
            | Instruction::LeaveHandler { exception: a } => each(*a),
            Instruction::StoreCell { cell: a, value: b }
            | Instruction::StoreAttribute { object: a, value: b, .. }
            | Instruction::LoadItem { object: a, key: b, .. }
            | Instruction::DeleteItem { object: a, key: b }
            | Instruction::Binary { left: a, right: b, .. }
            | Instruction::Compare { left: a, right: b, .. }
            | Instruction::ListAppend { list: a, item: b }
            | Instruction::ListExtend { list: a, items: b }
            | Instruction::SetAdd { set: a, item: b }
            | Instruction::SetUpdate { set: a, items: b }
            | Instruction::DictUpdate { dict: a, items: b }
            | Instruction::MatchException { exception: a, class: b, .. } => {
                each_of(&[*a, *b], each)
            }
            Instruction::StoreItem { object: a, key: b, value: c }
            | Instruction::DictInsert { dict: a, key: b, value: c } => each_of(&[*a, *b, *c], each),
            Instruction::MakeSlice { parts, .. } => each_of(parts, each),
            _ => self.reads_of_lists(each),
        }
    }

    /// The registers that instructions with lists of operands read.
    fn reads_of_lists(&self, each: &mut dyn FnMut(Reg)) {
        match self {
            Instruction::Call { callee, arguments, .. } => {
                each(*callee);
                arguments.iter().for_each(|argument| each(argument.register()));
            }
            Instruction::MakeTuple { items, .. }
            | Instruction::MakeList { items, .. }
            | Instruction::MakeSet { items, .. }
            | Instruction::Join { parts: items, .. }
            | Instruction::Special { operands: items, .. } => each_of(items, each),
            Instruction::MakeDict { items, .. } => {
                for &(key, value) in items {
                    each(key);
                    each(value);
                }
            }
            Instruction::Format { value, spec, .. } => {
                each(*value);
                spec.iter().for_each(|&spec| each(spec));
            }
            Instruction::MakeFunction { defaults, keyword_defaults, cells, .. } => {
                each_of(defaults, each);
                keyword_defaults.iter().for_each(|&(_, value)| each(value));
                each_of(cells, each);
            }
            _ => {}
        }
    }

    /// The registers that it writes or makes unbound.
    pub fn writes(&self, each: &mut dyn FnMut(Reg)) {
        match self {
            Instruction::Unbind { register } | Instruction::MakeCell { register } => {
                each(*register)
            }
            Instruction::Unpack { to, .. } => each_of(to, each),
            Instruction::UnpackStarred { before, starred, after, .. } => {
                each_of(before, each);
                each(*starred);
                each_of(after, each);
            }
            _ => self.result().into_iter().for_each(each),
        }
    }

    /// Where its result goes, if it gives one object.
    pub fn result(&self) -> Option<Reg> {
        match self {
            Instruction::Constant { to, .. }
            | Instruction::Move { to, .. }
            | Instruction::LoadGlobal { to, .. }
            | Instruction::LoadBuiltin { to, .. }
            | Instruction::LoadCell { to, .. }
            | Instruction::LoadAttribute { to, .. }
            | Instruction::LoadItem { to, .. }
            | Instruction::MakeSlice { to, .. }
            | Instruction::Unary { to, .. }
            | Instruction::Binary { to, .. }
            | Instruction::Compare { to, .. }
            | Instruction::Call { to, .. }
            | Instruction::MakeTuple { to, .. }
            | Instruction::MakeList { to, .. }
            | Instruction::MakeSet { to, .. }
            | Instruction::MakeDict { to, .. }
            | Instruction::ListToTuple { to, .. }
            | Instruction::Iterate { to, .. }
            | Instruction::Format { to, .. }
            | Instruction::Join { to, .. }
            | Instruction::MakeFunction { to, .. }
            | Instruction::Import { to, .. }
            | Instruction::ImportFrom { to, .. }
            | Instruction::MatchException { to, .. }
            | Instruction::Special { to, .. } => Some(*to),
            _ => None,
        }
    }
}

impl Terminator {
    /// The registers that it reads.
    pub fn reads(&self, each: &mut dyn FnMut(Reg)) {
        match self {
            Terminator::Jump(_) => {}
            Terminator::Branch { condition: register, .. }
            | Terminator::Next { iterator: register, .. }
            | Terminator::Return(register)
            | Terminator::Reraise { exception: register } => each(*register),
            Terminator::Raise { exception, cause } => {
                exception.iter().chain(cause).for_each(|&register| each(register));
            }
        }
    }

    /// The blocks where it may go on, but for handlers, in the order in which they are best laid out.
    pub fn targets(&self) -> impl Iterator<Item = BlockId> + use<> {
        let targets = match *self {
            Terminator::Jump(target) => [Some(target), None],
            Terminator::Branch { then: first, otherwise: second, .. }
            | Terminator::Next { body: first, done: second, .. } => [Some(first), Some(second)],
            Terminator::Return(_) | Terminator::Raise { .. } | Terminator::Reraise { .. } => {
                [None, None]
            }
        };
        targets.into_iter().flatten()
    }

    /// The blocks where it may go on, to be changed.
    pub(crate) fn targets_mut(&mut self) -> impl Iterator<Item = &mut BlockId> {
        let targets = match self {
            Terminator::Jump(target) => [Some(target), None],
            Terminator::Branch { then: first, otherwise: second, .. }
            | Terminator::Next { body: first, done: second, .. } => [Some(first), Some(second)],
            Terminator::Return(_) | Terminator::Raise { .. } | Terminator::Reraise { .. } => {
                [None, None]
            }
        };
        targets.into_iter().flatten()
    }
}

fn each_of(registers: &[Reg], each: &mut dyn FnMut(Reg)) {
    registers.iter().for_each(|&register| each(register));
}

impl Instruction {
    /// Whether code may run that nobody knows, which may change globals and arrays.
    pub fn may_run_code(&self) -> bool {
        use Instruction as I;
        !matches!(
            self,
            I::Constant { .. }
                | I::Move { .. }
                | I::CheckBound { .. }
                | I::Unbind { .. }
                | I::LoadBuiltin { .. }
                | I::MakeCell { .. }
                | I::LoadCell { .. }
                | I::MakeSlice { .. }
                | I::MakeTuple { .. }
                | I::MakeList { .. }
                | I::ListAppend { .. }
                | I::ListToTuple { .. }
                | I::Join { .. }
                | I::MatchException { .. }
                | I::EnterHandler { .. }
                | I::LeaveHandler { .. }
                | I::Special {
                    operation: Special::Is(_) | Special::IsGenerator(_) | Special::SumEnd,
                    ..
                }
                | I::Special {
                    operation: Special::IsTool(_)
                        | Special::IsIndex
                        | Special::IsStep
                        | Special::IsNumber
                        | Special::IsSome
                        | Special::AreInOrder
                        | Special::IsIterable
                        | Special::Length,
                    ..
                }
        )
    }
}
