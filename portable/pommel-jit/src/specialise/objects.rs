//! Objects: what is done through handles, and values that become objects.

use super::exits::Words;
use super::join::Incoming;
use super::value::{Contents, Items, Known, Thing, Val};
use super::world::{Action, Description, Origin, Site};
use super::{Done, Flow, NOTHING, Specialiser};
use crate::code::{Argument, Binary, Compare, Constant, Instruction, Name, Reg};
use crate::ir::op::Class;
use crate::ir::{Immediate, Op, Value};

impl Specialiser<'_> {
    /// The way on behind the instruction that is being followed, taken out.
    pub(super) fn way_behind(&mut self) -> Incoming {
        self.state.top_mut().point.index += 1;
        self.prune(self.state.top().point);
        Incoming { block: self.build.block, state: core::mem::take(&mut self.state) }
    }

    /// The handle of a value as an object.
    pub(super) fn object(&mut self, value: &Val<Value>) -> Done<Value> {
        // What is in it becomes objects first, so that they are the same for all who have them.
        let mut things = Vec::new();
        value.things(&mut |thing| things.push(thing));
        for thing in things {
            if self.state.heap[thing.0 as usize].is_some() {
                self.publish(thing)?;
            }
        }
        let value = match value {
            Val::Thing(_) => return self.refused("a thing became an object in between"),
            Val::Object(handle, _)
            | Val::Array(handle, ..)
            | Val::ListObject(handle, _)
            | Val::TupleObject(handle, _)
            | Val::Instance(handle, _) => {
                return Ok(*handle);
            }
            Val::DictObject(handle, _) | Val::EntryIterator(handle, _) => return Ok(*handle),
            Val::List(address, _) => return Ok(self.object_of_list(*address)),
            Val::Deque(list) => return self.object(list),
            Val::Record(address, record) => return Ok(self.object_of_record(*address, record)),
            Val::Dict(address, _) => return self.object_of_dict(*address),
            Val::Text(address, length) => return Ok(self.object_of_text([*address, *length])),
            Val::Known(known) => {
                return Ok(self.build.emit(Op::Known, &[], Immediate::Int(known.0.into()), None)[0]);
            }
            Val::None => {
                return Ok(self.build.emit(Op::Known, &[], Immediate::Int(NOTHING), None)[0]);
            }
            value => self.with_objects(value)?,
        };
        self.made(&value)
    }

    /// Makes an object of a value by a recipe.
    pub(super) fn made(&mut self, value: &Val<Value>) -> Done<Value> {
        let site = self.site(Action::Make, core::slice::from_ref(value));
        let exit = self.exit_raised();
        Ok(self.build.emit(Op::Perform, &site.1, Immediate::Int(site.0), Some(exit))[0])
    }

    /// Makes an object of a thing, for all who have it.
    pub(super) fn publish(&mut self, thing: Thing) -> Done {
        if self.publish_elementwise(thing)? {
            return Ok(());
        }
        let contents = self.state.contents(thing).clone();
        let class = contents.class();
        // What it has in it is the same object as for all others who have that. A thing that is in
        // itself is left to the interpreter.
        let mut inner = Vec::new();
        contents.things(&mut |thing| inner.push(thing));
        if self.in_publication.contains(&thing) {
            self.note_published()?;
            return self.give_up_current("a value contains itself");
        }
        if self.is_found(thing) {
            return self.give_up_current("a variable is somebody else's");
        }
        self.in_publication.push(thing);
        for other in inner {
            if self.state.heap[other.0 as usize].is_some() {
                self.publish(other)?;
            }
        }
        self.in_publication.pop();
        let Some(contents) = self.state.heap[thing.0 as usize].clone() else { return Ok(()) };
        let mut lists = Vec::new();
        // The list of a variable becomes its cell.
        let is_variable = matches!(contents, Contents::Shared(_));
        contents.with_parts(&mut |part| {
            lists.extend(
                (!is_variable && matches!(part, Val::List(..) | Val::Dict(..) | Val::Record(..)))
                    .then(|| part.clone()),
            );
            None
        });
        for list in lists {
            self.with_objects(&list)?;
        }
        if let Contents::Function { .. } = contents {
            self.count_function();
        }
        let point = self.state.top().point;
        if let Contents::Elementwise(made) = &contents {
            // An error is one of the operation.
            self.state.top_mut().point = made.point;
        }
        let handle = self.made(&Val::Thing(thing))?;
        self.state.top_mut().point = point;
        let object = match &contents {
            Contents::Instance(class, attributes) => {
                self.remember_attributes(*class, attributes);
                Val::Instance(handle, *class)
            }
            _ => Val::Object(handle, class),
        };
        self.state.replace(thing, &object);
        self.guess_of_thing(&contents, handle);
        Ok(())
    }

    /// A site for operands: its number and its words.
    pub(super) fn site(&mut self, action: Action, operands: &[Val<Value>]) -> (i64, Vec<Value>) {
        let mut words = Words::default();
        let recipes = operands.iter().map(|operand| words.recipe(operand)).collect();
        let heap = words.heap(&self.state, operands.iter());
        let types = words.0.iter().map(|word| self.build.function.type_of(*word)).collect();
        let origin = self.origin();
        self.sites.push(Site { action, operands: recipes, heap, words: types, origin });
        (self.sites.len() as i64 - 1, words.0)
    }

    /// Where what is being followed stands.
    fn origin(&self) -> Origin {
        let frame = self.state.top();
        let function = frame.code.name.clone();
        Origin { home: frame.home.0, function, span: frame.code.span_at(frame.point) }
    }

    /// Does an instruction on objects, through the runtime.
    pub(super) fn perform(&mut self, instruction: &Instruction) -> Done<Flow> {
        let mut reads = Vec::new();
        instruction.reads(&mut |register| reads.push(register));
        if instruction.may_run_code() {
            self.enter_handlers()?;
        }
        for register in &reads {
            self.publish_all(*register)?;
        }
        self.prepare_for_code(instruction)?;
        let operands = self.operands(instruction, &reads)?;
        let mut writes = Vec::new();
        instruction.writes(&mut |register| writes.push(register));
        if matches!(instruction, Instruction::MakeFunction { .. }) {
            return self.leave_for_good();
        }
        let frame = self.state.top();
        let (code, home) = (frame.code.clone(), frame.home.0);
        let action = Action::Instruction { code, home, instruction: instruction.clone() };
        let (site, words) = self.site(action, &operands);
        let exit = self.exit_raised();
        let result = self.build.emit(Op::Perform, &words, Immediate::Int(site), Some(exit))[0];
        if writes.len() > 1 {
            self.take_apart(result, &writes)?;
        } else if let Some(to) = writes.first() {
            let class = self.class_of_result(instruction, &operands);
            self.set(*to, Val::Object(result, class))?;
            self.guess_result(instruction, &operands, result);
        }
        if instruction.may_run_code() && !is_quiet(instruction, &operands) {
            self.revalidate()?;
        }
        Ok(Flow::On)
    }

    /// What an instruction that is done on objects reads: lists in memory become objects, or are copied for
    /// an instruction that only looks at them.
    fn operands(&mut self, instruction: &Instruction, reads: &[Reg]) -> Done<Vec<Val<Value>>> {
        let before: Vec<_> = reads.iter().map(|register| self.get(*register)).collect();
        if self.only_looks(instruction, &before) {
            return Ok(before.iter().map(|value| self.with_copies(value)).collect());
        }
        for register in reads {
            let value = self.get(*register);
            self.with_objects(&value)?;
        }
        Ok(reads.iter().map(|register| self.get(*register)).collect())
    }

    /// Whether an instruction only looks at the items of lists of numbers, and nobody learns of the lists.
    fn only_looks(&mut self, instruction: &Instruction, operands: &[Val<Value>]) -> bool {
        let is_plain = |operand: &Val<Value>| match operand {
            Val::List(_, items) => matches!(items, Items::Numbers(_)),
            other => other.shape().kinds().is_some() || other.class() == Some(Class::Str),
        };
        match instruction {
            Instruction::Call { arguments, .. } => {
                let Some(Val::Known(known)) = operands.first() else { return false };
                let looks = matches!(
                    self.world.describe(*known),
                    Description::Builtin(builtin) if builtin.only_looks()
                );
                let are_plain = arguments.iter().all(|a| matches!(a, Argument::Positional(_)));
                looks && are_plain && operands[1..].iter().all(is_plain)
            }
            Instruction::Format { .. } => operands.iter().all(is_plain),
            Instruction::Compare { operator, .. } => {
                !matches!(operator, Compare::Is | Compare::IsNot) && operands.iter().all(is_plain)
            }
            _ => false,
        }
    }

    /// An item of a tuple that was just made.
    pub(super) fn part_of(&mut self, tuple: &Val<Value>, index: u32) -> Value {
        let (site, words) = self.site(Action::Part(index), core::slice::from_ref(tuple));
        let exit = self.exit_raised();
        self.build.emit(Op::Perform, &words, Immediate::Int(site), Some(exit))[0]
    }

    /// What cannot be done here is done by the interpreter, and so is the rest of the function.
    pub(super) fn leave_for_good(&mut self) -> Done<Flow> {
        let origin = self.origin();
        self.leaves.push(origin);
        self.count_leaving();
        self.leave();
        Ok(Flow::Ends)
    }

    /// Makes objects of all things in a register.
    pub(super) fn publish_all(&mut self, register: Reg) -> Done {
        loop {
            let mut first = None;
            self.get(register).things(&mut |thing| {
                first.get_or_insert(thing);
            });
            match first {
                Some(thing) => self.publish(thing)?,
                None => return Ok(()),
            }
        }
    }

    /// After an instruction that ran code that nobody knows.
    pub(super) fn revalidate(&mut self) -> Done {
        let point = self.state.top().point;
        self.state.top_mut().point.index += 1;
        self.check()?;
        self.state.top_mut().point = point;
        Ok(())
    }

    /// After code that nobody knows: what was taken for granted must be so still, and arrays may be
    /// elsewhere.
    pub(super) fn check(&mut self) -> Done {
        self.inner.recursion().unwrap_or(&mut self.recursion).runs_unknown = true;
        let exit = self.exit();
        self.build.emit(Op::Valid, &[], Immediate::None, Some(exit));
        self.state.forget_instances();
        self.look_again()
    }

    /// Looks at all arrays again.
    fn look_again(&mut self) -> Done {
        for depth in 0..self.state.frames.len() {
            for i in 0..self.state.frames[depth].registers.len() {
                let value = self.state.frames[depth].registers[i].clone();
                self.state.frames[depth].registers[i] = self.looked_at(&value);
            }
        }
        self.look_into_things();
        Ok(())
    }

    /// The exact class of what an instruction gives, if that follows from its operands'.
    fn class_of_result(&self, instruction: &Instruction, operands: &[Val<Value>]) -> Option<Class> {
        match instruction {
            Instruction::MakeList { .. } => Some(Class::List),
            Instruction::MakeTuple { .. } => Some(Class::Tuple),
            Instruction::Compare {
                operator: Compare::In | Compare::NotIn | Compare::Is | Compare::IsNot,
                ..
            } => Some(Class::Bool),
            Instruction::Join { .. } | Instruction::Format { .. } => Some(Class::Str),
            Instruction::Binary { operator: Binary::Add, .. }
                if operands.iter().all(|operand| operand.class() == Some(Class::Str)) =>
            {
                Some(Class::Str)
            }
            Instruction::LoadItem { .. } if operands.first()?.class()? == Class::Str => {
                matches!(operands.get(1)?, Val::Int(_) | Val::Slice(_)).then_some(Class::Str)
            }
            Instruction::Constant { constant, .. } => {
                let code = &self.state.top().code;
                matches!(code.constants[*constant as usize], Constant::Str(_)).then_some(Class::Str)
            }
            Instruction::Iterate { .. } => match operands.first()?.class()? {
                Class::List | Class::Tuple | Class::Str | Class::Iterator => Some(Class::Iterator),
                Class::Dict | Class::Set => Some(Class::Iterator),
                _ => None,
            },
            Instruction::Binary { operator: Binary::Multiply, .. } => {
                let list = operands.iter().find(|o| o.class() == Some(Class::List));
                let int = operands.iter().any(|o| o.class() == Some(Class::Int));
                list.filter(|_| int).map(|_| Class::List)
            }
            _ => None,
        }
    }

    /// An operator for operands of which not all are numbers.
    pub(super) fn objects_binary(
        &mut self,
        to: Reg,
        operator: Binary,
        a: &Val<Value>,
        b: &Val<Value>,
        instruction: &Instruction,
    ) -> Done<Flow> {
        if let Instruction::Binary { left, right, in_place, .. } = instruction {
            if operator == Binary::Add
                && let Some(flow) = self.add_lists(to, *in_place, [*left, *right])?
            {
                return Ok(flow);
            }
            if operator == Binary::Multiply
                && !in_place
                && let Some(flow) = self.repeat_list(to, [*left, *right])?
            {
                return Ok(flow);
            }
        }
        let in_place = matches!(instruction, Instruction::Binary { in_place: true, .. });
        let made = match operator {
            Binary::Add => self.add_texts(in_place, a, b),
            Binary::Multiply => self.repeat_text(a, b),
            Binary::Remainder => self.percent(a, b),
            _ => None,
        };
        if let Some(text) = made {
            return self.set(to, text);
        }
        if let (Val::Tuple(x), Val::Tuple(y), Binary::Add) = (a, b, operator) {
            let items = x.iter().chain(y.iter()).cloned().collect();
            return self.set(to, Val::Tuple(items));
        }
        self.perform(instruction)
    }

    /// What an object of a class has in it. Exits unless it is of that class.
    pub(super) fn unbox(&mut self, handle: Value, class: Class, is_guess: bool) -> Val<Value> {
        if let Some(value) = self.unbox_here(handle, class, is_guess) {
            return value;
        }
        let is_class =
            self.build.emit(Op::IsClass, &[handle], Immediate::Int(class as i64), None)[0];
        let exit = if is_guess { self.exit_refuted() } else { self.exit() };
        self.build.emit(Op::Guard, &[is_class], Immediate::None, Some(exit));
        if class == Class::Int {
            return self.unboxed_int(handle, is_guess);
        }
        self.unboxed(handle, class)
    }

    /// What an object has in it that is of a class for certain. Exits if an integer does not fit.
    pub(super) fn unboxed(&mut self, handle: Value, class: Class) -> Val<Value> {
        match class {
            Class::Float => {
                Val::Float(self.build.emit(Op::UnboxFloat, &[handle], Immediate::None, None)[0])
            }
            Class::Bool => {
                Val::Bool(self.build.emit(Op::UnboxBool, &[handle], Immediate::None, None)[0])
            }
            Class::Complex => {
                let parts = self.build.emit(Op::UnboxComplex, &[handle], Immediate::None, None);
                Val::Complex(parts[0], parts[1])
            }
            _ => self.unboxed_int(handle, false),
        }
    }

    fn unboxed_int(&mut self, handle: Value, is_guess: bool) -> Val<Value> {
        let parts = self.build.emit(Op::UnboxInt, &[handle], Immediate::None, None);
        let exit = if is_guess { self.exit_refuted() } else { self.exit() };
        self.build.emit(Op::Guard, &[parts[1]], Immediate::None, Some(exit));
        Val::Int(parts[0])
    }

    /// Lets interrupts in, once in a while.
    pub(super) fn emit_poll(&mut self) {
        let exit = self.exit_raised();
        self.build.emit(Op::Poll, &[], Immediate::None, Some(exit));
    }

    pub(super) fn check_bound(&mut self, local: Reg) -> Done<Flow> {
        match self.get(local) {
            Val::Unbound => self.leave_for_good(),
            Val::Maybe(bound, value) => {
                if self.guard(bound) == Flow::Ends {
                    return Ok(Flow::Ends);
                }
                self.set(local, *value)
            }
            _ => Ok(Flow::On),
        }
    }

    pub(super) fn constant(&mut self, to: Reg, constant: u32) -> Done<Flow> {
        let code = self.state.top().code.clone();
        let constant_of = &code.constants[constant as usize];
        if let Some(value) = self.constant_value(constant_of) {
            return self.set(to, value);
        }
        match constant_of {
            Constant::Str(text) if let Some(text) = self.kept_text(text) => self.set(to, text),
            _ => self.perform(&Instruction::Constant { to, constant }),
        }
    }

    /// A text as an object that the specialisation keeps.
    pub(super) fn kept_text(&mut self, text: &str) -> Option<Val<Value>> {
        let handle = match self.world.lent_text(text) {
            Some(address) => {
                let address = self.build.int(address);
                self.op(Op::Lent, &[address])
            }
            None => {
                let number = Immediate::Int(self.world.text(text)?.0.into());
                self.build.emit(Op::Known, &[], number, None)[0]
            }
        };
        self.texts.insert(handle, text.into());
        Some(Val::Object(handle, Some(Class::Str)))
    }

    /// Makes an object of a character in a register that is a constant, if such objects are kept.
    pub(super) fn character_as_object(&mut self, register: Reg) {
        if let Val::Char(number) = self.get(register)
            && let Some(number) = self.build.int_constant(number)
            && let Ok(number) = u8::try_from(number)
            && let Some(text) = self.kept_text(char::from(number).encode_utf8(&mut [0; 4]))
        {
            self.state.top_mut().set(register, text);
        }
    }

    fn constant_value(&mut self, constant: &crate::code::Constant) -> Option<Val<Value>> {
        use crate::code::Constant as C;
        Some(match constant {
            C::None => Val::None,
            C::Bool(truth) => Val::Bool(self.build.bool(*truth)),
            C::Int(number) => Val::Int(self.build.int(*number)),
            C::Float(number) => Val::Float(self.build.float(*number)),
            C::Imaginary(number) => Val::Complex(self.build.float(0.0), self.build.float(*number)),
            C::Str(text) if text.len() == 1 => {
                Val::Char(self.build.int(text.bytes().next().map_or(0, i64::from)))
            }
            C::Tuple(items) => {
                let items = items.iter().map(|item| self.constant_value(item));
                Val::Tuple(items.collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }

    /// Puts a known object into a register: its value, if it is a number.
    pub(super) fn set_known(&mut self, to: Reg, known: Known) -> Done<Flow> {
        let value = self.known(known);
        self.set(to, value)
    }

    pub(super) fn known(&mut self, known: Known) -> Val<Value> {
        match self.world.describe(known) {
            Description::None => Val::None,
            Description::Bool(truth) => Val::Bool(self.build.bool(truth)),
            Description::Int(number) => Val::Int(self.build.int(number)),
            // Of what is no number it may be asked which object it is.
            Description::Float(number) if !number.is_nan() => Val::Float(self.build.float(number)),
            Description::Tuple(items) => {
                Val::Tuple(items.iter().map(|item| self.known(*item)).collect())
            }
            Description::Other if let Some((address, text)) = self.world.string(known) => {
                let address = self.build.int(address);
                let handle = self.op(Op::Lent, &[address]);
                if let Some(text) = text {
                    self.texts.insert(handle, text.into());
                }
                Val::Object(handle, Some(Class::Str))
            }
            Description::Other if let Some((address, items)) = self.world.list(known) => {
                let address = self.build.int(address);
                Val::ListObject(self.op(Op::Lent, &[address]), items)
            }
            Description::Other if let Some((address, items)) = self.world.dict(known) => {
                let address = self.build.int(address);
                Val::DictObject(self.op(Op::Lent, &[address]), items.into())
            }
            Description::Instance(class) if let Some(address) = self.world.address(known) => {
                // Whoever knows it keeps it.
                let address = self.build.int(address);
                Val::Instance(self.op(Op::Lent, &[address]), class)
            }
            _ => Val::Known(known),
        }
    }

    pub(super) fn load_global(
        &mut self,
        to: Reg,
        name: Name,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let home = self.state.top().home.0;
        let name = self.name(name);
        match self.world.global(home, &name) {
            Some(known) => self.set_known(to, known),
            None => self.perform(instruction),
        }
    }

    pub(super) fn load_builtin(
        &mut self,
        to: Reg,
        name: Name,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let name = self.name(name);
        match self.world.builtin(&name) {
            Some(known) => self.set_known(to, known),
            None => self.perform(instruction),
        }
    }

    pub(super) fn load_cell(
        &mut self,
        to: Reg,
        cell: Reg,
        instruction: &Instruction,
    ) -> Done<Flow> {
        match self.get(cell) {
            Val::Thing(thing) if let Contents::Cell(value) = self.state.contents(thing) => {
                let value = value.clone();
                match value {
                    Val::Unbound => self.leave_for_good(),
                    Val::Maybe(bound, value) => {
                        if self.guard(bound) == Flow::Ends {
                            return Ok(Flow::Ends);
                        }
                        self.set(to, *value)
                    }
                    value => self.set(to, value),
                }
            }
            Val::Thing(thing)
                if let Contents::Shared(list) = self.state.contents(thing).clone() =>
            {
                self.load_shared(to, &list)
            }
            Val::Known(known) => match self.world.cell(known) {
                Some(content) => self.set_known(to, content),
                None => self.perform(instruction),
            },
            _ => self.perform(instruction),
        }
    }

    pub(super) fn store_cell(
        &mut self,
        cell: Reg,
        value: Reg,
        instruction: &Instruction,
    ) -> Done<Flow> {
        match self.get(cell) {
            Val::Thing(thing)
                if let Contents::Shared(list) = self.state.contents(thing).clone() =>
            {
                match self.store_shared(&list, &self.get(value))? {
                    Some(flow) => Ok(flow),
                    None => self.perform(instruction),
                }
            }
            Val::Thing(thing) => {
                let value = self.get(value);
                self.state.heap[thing.0 as usize] = Some(Contents::Cell(value));
                Ok(Flow::On)
            }
            // What was read of it is taken for granted.
            Val::Known(_) => {
                self.perform(instruction)?;
                self.revalidate()?;
                Ok(Flow::On)
            }
            _ => self.perform(instruction),
        }
    }
}

/// Whether an instruction on such operands runs no code but the interpreter's own.
pub(super) fn is_quiet(instruction: &Instruction, operands: &[Val<Value>]) -> bool {
    let is_plain = |operand: &Val<Value>| {
        let class = operand.class();
        class.is_some_and(|class| {
            !matches!(class, Class::Array | Class::Tuple | Class::Dict | Class::Set)
        })
    };
    match instruction {
        Instruction::Binary { .. } | Instruction::Unary { .. } => operands.iter().all(is_plain),
        Instruction::Iterate { .. } => matches!(
            operands.first().and_then(Val::class),
            Some(
                Class::List
                    | Class::Tuple
                    | Class::Str
                    | Class::Dict
                    | Class::Set
                    | Class::Iterator
            )
        ),
        Instruction::Call { .. } => match operands.first() {
            // What is appended to a list is not looked at.
            Some(Val::Method(object, name)) => {
                object.class() == Some(Class::List) && &**name == "append"
            }
            _ => false,
        },
        _ => false,
    }
}
