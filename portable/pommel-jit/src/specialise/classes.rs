//! Instances of classes in Python: their attributes are read and written where they lie, methods,
//! properties and operators are followed, and instances that are made here stay in registers until
//! somebody else learns of them.
//!
//! What a class says is a fact like the content of a global: it is looked at when machine code is entered
//! and after code that nobody knows. That an object is an instance of exactly a class is checked wherever
//! something follows from it, which is one comparison.

use super::calls::{Given, Method};
use super::state::Gives;
use super::value::{Contents, Items, Known, Val};
use super::world::{Description, FunctionObject, ObjectLayout};
use super::{Done, Flow, Specialiser, Stop};
use crate::code::{Binary, Code, Compare, Constant, Instruction, Name, Reg, Terminator};
use crate::ir::{End, Immediate, Op, Value};
use std::sync::Arc;

/// How instances of a class have an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// At the place, always.
    Member,
    /// At the place, if a byte is not 0.
    Inside,
    /// Behind the address that a word is, if its lowest bit is set.
    BehindTagged,
    /// Behind the address that a word is, if it is one.
    Behind,
}

/// Where instances of a class have an attribute, in bytes from their addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttributePlace {
    /// How it is found.
    pub way: Way,
    /// What the way looks at.
    pub check: i64,
    /// The place of the attribute's address. If there is none, instances for which the way works have no such
    /// attribute.
    pub offset: Option<i64>,
    /// A word that is 0 as long as an attribute may be written in place; none if that is always so.
    pub unshared: Option<i64>,
}

/// What a class says about an attribute of its instances.
#[derive(Clone, Debug)]
pub struct Member {
    /// What it has by this name itself.
    pub kind: MemberKind,
    /// Where instances have it, if that is known.
    pub place: Option<AttributePlace>,
    /// Whether instances can have attributes of any name.
    pub is_open: bool,
    /// What it was in one instance, for a guess.
    pub sample: Items,
}

/// What a class has by a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberKind {
    /// Nothing.
    Nothing,
    /// A slot.
    Slot,
    /// A function: a method of instances.
    Function(Known),
    /// A function that is called without the instance.
    Static(Known),
    /// A function that is called with the class.
    OfClass(Known),
    /// A property: how it is read and written.
    Property(Option<Known>, Option<Known>),
    /// An object that is what instances have as well.
    Value(Known),
    /// Something that decides itself.
    Other,
}

impl Member {
    /// Whether an instance in registers can get such an attribute of its own. Those with slots only have no
    /// others. If it is the first one that has this attribute beside what the class has by the name, then
    /// what is taken for granted of all others ends.
    fn may_be_set(&self) -> bool {
        let is_first = self.place.is_some_and(|place| place.offset.is_none());
        match self.kind {
            MemberKind::Slot => true,
            MemberKind::Nothing => self.is_open,
            _ => self.is_open && !is_first,
        }
    }
}

impl MemberKind {
    /// Whether it comes before an attribute that an instance has itself.
    fn comes_first(self) -> bool {
        matches!(self, MemberKind::Slot | MemberKind::Property(..) | MemberKind::Other)
    }
}

/// What was found out about an instance, by its handle, and stays so until code runs that nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// It is one of exactly this class.
    Class(Value, Known),
    /// Its attributes are where the class has them.
    Way(Value),
    /// They may be written there.
    Unshared(Value),
    /// It is in memory, by its address.
    Record(Value),
}

/// What making an instance takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Maker {
    /// `__init__`, unless it is that of `object`.
    pub init: Option<Known>,
}

/// Integers in place of which others may be written: they have one digit, and nobody keeps them ready.
const IN_PLACE: [i64; 2] = [1 << 11, 1 << 30];

impl Specialiser<'_> {
    /// The class of an instance.
    pub(super) fn class_of(&self, value: &Val<Value>) -> Option<Known> {
        match value {
            Val::Instance(_, class) => Some(*class),
            Val::Record(_, record) => Some(record.class),
            Val::Thing(thing) => match self.state.contents(*thing) {
                Contents::Instance(class, _) => Some(*class),
                _ => None,
            },
            _ => None,
        }
    }

    /// Exits unless an object is what it is taken for. False if it cannot be.
    pub(super) fn check_instance(&mut self, value: &Val<Value>) -> Option<()> {
        if let Val::Record(address, record) = value {
            self.check_record(*address, record);
        }
        let Val::Instance(handle, class) = *value else { return Some(()) };
        let check = Check::Class(handle, class);
        if self.state.checked.contains(&check) {
            return Some(());
        }
        let layout = self.world.layout()?;
        let wanted = self.world.address(class)?;
        let item = self.op(Op::Address, &[handle]);
        let (found, wanted) = (self.word_of(item, layout.class), self.build.int(wanted));
        let is_it = self.op(Op::IEq, &[found, wanted]);
        self.require(is_it);
        self.state.checked.push(check);
        Some(())
    }

    /// The same for the object at an address, which was only guessed to be one.
    pub(super) fn expect_instance(&mut self, item: Value, class: Known, layout: &ObjectLayout) {
        let wanted = self.world.address(class).unwrap_or_default();
        let (found, wanted) = (self.word_of(item, layout.class), self.build.int(wanted));
        let is_it = self.op(Op::IEq, &[found, wanted]);
        self.expect(is_it);
    }

    /// From where the offset of a place counts, for an instance of the class. Exits if the instance does not
    /// have its attributes there.
    fn way_to(&mut self, handle: Value, place: &AttributePlace) -> Value {
        let item = self.op(Op::Address, &[handle]);
        let is_known = self.state.checked.contains(&Check::Way(handle));
        self.state.checked.push(Check::Way(handle));
        let (zero, one) = (self.build.int(0), self.build.int(1));
        let base = match place.way {
            Way::Behind | Way::BehindTagged => self.word_of(item, place.check),
            Way::Member | Way::Inside => item,
        };
        let is_used = match place.way {
            _ if is_known => return base,
            Way::Member => return base,
            Way::Inside => {
                let distance = Immediate::Int(place.check);
                let byte = self.build.emit(Op::LoadU8, &[item], distance, None)[0];
                self.op(Op::INe, &[byte, zero])
            }
            Way::BehindTagged => {
                let bit = self.op(Op::IAnd, &[base, one]);
                self.op(Op::IEq, &[bit, one])
            }
            Way::Behind => {
                let bit = self.op(Op::IAnd, &[base, one]);
                let is_address = self.op(Op::IEq, &[bit, zero]);
                let is_there = self.op(Op::INe, &[base, zero]);
                self.op(Op::BAnd, &[is_address, is_there])
            }
        };
        self.require(is_used);
        base
    }

    /// An attribute that an instance which was made here has itself.
    fn own_attribute(&mut self, value: &Val<Value>, name: &str) -> Option<Val<Value>> {
        match value {
            Val::Thing(thing) => {
                let Contents::Instance(_, attributes) = self.state.contents(*thing) else {
                    return None;
                };
                let found = attributes.iter().find(|(own, _)| &**own == name);
                found.map(|(_, value)| value.clone())
            }
            Val::Record(address, record) => self.attribute_of_record(*address, record, name),
            _ => None,
        }
    }

    /// An attribute of an instance. `None` if there is no rule.
    pub(super) fn load_of_instance(
        &mut self,
        to: Reg,
        value: &Val<Value>,
        name: &str,
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        if let Val::Super(of, behind) = value {
            return self.load_of_super(to, of, *behind, name, instruction);
        }
        let Some(class) = self.class_of(value) else { return Ok(None) };
        let Some(member) = self.world.member(class, name) else { return Ok(None) };
        if let Some(found) = self.own_attribute(value, name) {
            return self.set(to, found).map(Some);
        }
        if let (Val::Instance(handle, _), Some(AttributePlace { offset: Some(offset), .. })) =
            (value, member.place)
            && let Some(known) = self.state.attribute(*handle, offset)
        {
            return self.set(to, known).map(Some);
        }
        if let (Val::Instance(handle, _), Some(place)) = (value, member.place)
            && (!member.kind.comes_first() || member.kind == MemberKind::Slot)
        {
            if self.check_instance(value).is_none() {
                return Ok(None);
            }
            if let Some(offset) = place.offset {
                let sample = self.guess_of_attribute(class, name, &member.sample);
                return self.read_attribute(to, *handle, &place, offset, &sample).map(Some);
            }
            if member.kind == MemberKind::Nothing
                && place.way != Way::Member
                && self.attributes.contains_key(&(class, name.into()))
                && let Some(exit) = self.exit_too_early()
            {
                // Nobody has made an instance so far but this code, which goes on at the next loop: where
                // instances have it is known then.
                let block = self.build.block;
                self.build.function[block].end = End::Exit(exit);
                return Ok(Some(Flow::Ends));
            }
            self.way_to(*handle, &place);
            self.build.emit(Op::Keep, &[*handle], Immediate::None, None);
        } else if !matches!(value, Val::Thing(_) | Val::Record(..)) && !member.kind.comes_first() {
            return Ok(None);
        }
        match member.kind {
            MemberKind::Function(function) => {
                self.set(to, Val::Bound(Box::new(value.clone()), function)).map(Some)
            }
            MemberKind::OfClass(function) => {
                self.set(to, Val::Bound(Box::new(Val::Known(class)), function)).map(Some)
            }
            MemberKind::Static(known) | MemberKind::Value(known) => {
                self.set_known(to, known).map(Some)
            }
            MemberKind::Property(Some(get), _) => {
                self.follow_method(to, get, vec![value.clone()], Gives::Result, instruction)
            }
            _ => Ok(None),
        }
    }

    /// `super()`, where all that it means is known.
    pub(super) fn super_of(
        &mut self,
        what: Val<Value>,
        cell: Val<Value>,
        first: Val<Value>,
    ) -> Option<Val<Value>> {
        let (Val::Known(what), Val::Known(cell)) = (what, cell) else { return None };
        if self.world.builtin("super") != Some(what) {
            return None;
        }
        let (behind, class) = (self.world.cell(cell)?, self.class_of(&first)?);
        let is_class = matches!(self.world.describe(behind), Description::Class);
        let fits = is_class && (class == behind || self.world.is_derived(class, behind));
        if !fits {
            return None;
        }
        self.check_instance(&first)?;
        Some(Val::Super(Box::new(first), behind))
    }

    /// An attribute of `super()`: what is behind a class of those that the instance's is derived from.
    fn load_of_super(
        &mut self,
        to: Reg,
        of: &Val<Value>,
        behind: Known,
        name: &str,
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        let Some(class) = self.class_of(of) else { return Ok(None) };
        if self.check_instance(of).is_none() {
            return Ok(None);
        }
        match self.world.behind(class, behind, name) {
            Some(MemberKind::Function(function)) => {
                self.set(to, Val::Bound(Box::new(of.clone()), function)).map(Some)
            }
            Some(MemberKind::Property(Some(get), _)) => {
                self.follow_method(to, get, vec![of.clone()], Gives::Result, instruction)
            }
            _ => Ok(None),
        }
    }

    /// An attribute of a class. `None` if there is no rule.
    pub(super) fn load_of_class(
        &mut self,
        to: Reg,
        class: Known,
        name: &str,
    ) -> Done<Option<Flow>> {
        match self.world.of_class(class, name) {
            Some(
                MemberKind::Function(known) | MemberKind::Static(known) | MemberKind::Value(known),
            ) => self.set_known(to, known).map(Some),
            Some(MemberKind::OfClass(function)) => {
                self.set(to, Val::Bound(Box::new(Val::Known(class)), function)).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// The attribute at a place of an instance of the class.
    fn read_attribute(
        &mut self,
        to: Reg,
        handle: Value,
        place: &AttributePlace,
        offset: i64,
        sample: &Items,
    ) -> Done<Flow> {
        let Some(layout) = self.world.layout() else { return self.refused("no layout") };
        let base = self.way_to(handle, place);
        let found = self.word_of(base, offset);
        let zero = self.build.int(0);
        let is_there = self.op(Op::INe, &[found, zero]);
        self.require(is_there);
        let items = self.taken_for(sample);
        let value = self.value_to_keep(found, &items, &layout);
        self.build.emit(Op::Keep, &[handle], Immediate::None, None);
        if value.shape().python_kinds().is_some() {
            self.state.attributes.push((handle, offset, value.clone()));
        }
        self.set(to, value)
    }

    /// `object.name = value`
    pub(super) fn store_attribute(
        &mut self,
        object: Reg,
        name: Name,
        value: Reg,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let target = self.get(object);
        let text = self.name(name);
        let Some(class) = self.class_of(&target) else { return self.perform(instruction) };
        let Some(member) = self.world.member(class, &text) else {
            return self.perform(instruction);
        };
        if let MemberKind::Property(_, Some(set)) = member.kind {
            let given = vec![target.clone(), self.get(value)];
            if self.check_instance(&target).is_some()
                && let Some(flow) =
                    self.follow_method(Reg(0), set, given, Gives::Nothing, instruction)?
            {
                return Ok(flow);
            }
            return self.perform(instruction);
        }
        let is_own = !member.kind.comes_first() || member.kind == MemberKind::Slot;
        match (&target, member.place) {
            (Val::Thing(thing), _) if is_own && member.may_be_set() => {
                let Contents::Instance(class, mut attributes) = self.state.contents(*thing).clone()
                else {
                    return self.perform(instruction);
                };
                let value = self.get(value);
                match attributes.iter_mut().find(|(own, _)| **own == *text) {
                    Some((_, old)) => *old = value,
                    None => attributes.push((Arc::from(&*text), value)),
                }
                self.state.heap[thing.0 as usize] = Some(Contents::Instance(class, attributes));
                Ok(Flow::On)
            }
            (Val::Record(address, record), _) if is_own => {
                let (address, record) = (*address, record.clone());
                let item = self.get(value);
                match self.store_to_record(address, &record, &text, &item) {
                    Some(()) => Ok(Flow::On),
                    None => self.perform(instruction),
                }
            }
            (Val::Instance(handle, _), Some(place)) if is_own && !self.is_refuted() => {
                let handle = *handle;
                let mut again =
                    |this: &mut Self| this.store_attribute(object, name, value, instruction);
                if let Some(flow) = self.by_kind(value, &mut again)? {
                    return Ok(flow);
                }
                let number = self.get(value);
                if number.shape().python_kinds().is_none() || self.check_instance(&target).is_none()
                {
                    return self.perform(instruction);
                }
                self.write_attribute((handle, &place), &number, instruction)
            }
            _ => self.perform(instruction),
        }
    }

    /// Puts a number in place of an attribute of an instance of the class that is a number as well: nobody
    /// notices the end of a number. Where nobody else has the old one, its object is used again.
    fn write_attribute(
        &mut self,
        (handle, place): (Value, &AttributePlace),
        number: &Val<Value>,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let layout = self.world.layout().filter(|layout| layout.count != 0);
        let (Some(layout), Some(offset)) = (layout, place.offset) else {
            return self.perform(instruction);
        };
        let base = self.way_to(handle, place);
        let zero = self.build.int(0);
        if let Some(unshared) = place.unshared
            && !self.state.checked.contains(&Check::Unshared(handle))
        {
            let item = self.op(Op::Address, &[handle]);
            let word = self.word_of(item, unshared);
            let is_unshared = self.op(Op::IEq, &[word, zero]);
            self.require(is_unshared);
            self.state.checked.push(Check::Unshared(handle));
        }
        let old = self.word_of(base, offset);
        let is_there = self.op(Op::INe, &[old, zero]);
        self.require(is_there);
        let class = self.word_of(old, layout.class);
        let on = self.build.function.block();
        self.write_over(old, class, number, &layout, on);
        let is_number = self.is_number_at(old, class, &layout);
        self.require(is_number);
        let new = self.boxed(number)?;
        let distance = Immediate::Int(offset);
        self.build.emit(Op::PutObject, &[base, new], distance, None);
        self.build.emit(Op::Keep, &[handle], Immediate::None, None);
        self.build.jump(on, vec![]);
        self.build.block = on;
        // Another handle may be one of the same instance.
        self.state.attributes.retain(|(_, other, _)| *other != offset);
        self.state.attributes.push((handle, offset, number.clone()));
        Ok(Flow::On)
    }

    /// A number as an object.
    fn boxed(&mut self, number: &Val<Value>) -> Done<Value> {
        let (op, value) = match number {
            Val::Float(value) => (Op::BoxFloat, *value),
            Val::Int(value) => (Op::BoxInt, *value),
            Val::Bool(value) => (Op::BoxBool, *value),
            other => return self.object(other),
        };
        let exit = self.exit_raised();
        Ok(self.build.emit(op, &[value], Immediate::None, Some(exit))[0])
    }

    /// Writes a number over an object that is one of its kind, and that nobody else has; goes on behind what
    /// was not done, which is all of it where that is not known.
    fn write_over(
        &mut self,
        old: Value,
        class: Value,
        number: &Val<Value>,
        layout: &ObjectLayout,
        done: crate::ir::Block,
    ) {
        let count = match layout.count {
            8 => Op::LoadI64,
            4 => Op::LoadI32,
            _ => return,
        };
        let one = self.build.int(1);
        let count = self.build.emit(count, &[old], Immediate::Int(0), None)[0];
        let is_only = self.op(Op::IEq, &[count, one]);
        let (wanted, store, place, new) = match *number {
            Val::Float(new) => (layout.float_class, Op::StoreF64, layout.float, new),
            Val::Int(new) => (layout.int_class, Op::StoreI32, layout.int + 8, new),
            _ => return,
        };
        let wanted = self.build.int(wanted);
        let is_kind = self.op(Op::IEq, &[class, wanted]);
        let mut fits = self.op(Op::BAnd, &[is_only, is_kind]);
        if let Val::Int(new) = *number {
            let least = self.build.int(IN_PLACE[0]);
            let size = self.build.int(IN_PLACE[1] - IN_PLACE[0]);
            let from = self.op(Op::ISubWrap, &[new, least]);
            let is_inside = self.op(Op::ULt, &[from, size]);
            let positive = self.build.int(if layout.is_tagged { 1 << 3 } else { 1 });
            let word = self.word_of(old, layout.int);
            let is_digit = self.op(Op::IEq, &[word, positive]);
            // An integer that is ready for all is never written over.
            let digit = Immediate::Int(layout.int + 8);
            let digit = self.build.emit(Op::LoadU32, &[old], digit, None)[0];
            let is_large = self.op(Op::ILe, &[least, digit]);
            for truth in [is_inside, is_digit, is_large] {
                fits = self.op(Op::BAnd, &[fits, truth]);
            }
        }
        let (yes, no) = self.build.branch(fits);
        self.build.block = yes;
        self.build.emit(store, &[old, new], Immediate::Int(place), None);
        self.build.jump(done, vec![]);
        self.build.block = no;
    }

    /// Follows a function of a class. `None` if it cannot be followed.
    pub(super) fn follow_method(
        &mut self,
        to: Reg,
        function: Known,
        given: Vec<Val<Value>>,
        gives: Gives,
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        let known = function;
        let Description::Function(function) = self.world.describe(known) else {
            return Ok(None);
        };
        if given.iter().any(|value| self.check_instance(value).is_none()) {
            return Ok(None);
        }
        let callee = self.callee(known, &function);
        let method = Some(Method { gives });
        self.follow_as(to, &callee, &Given::of(given), method, instruction).map(Some)
    }

    /// The function that a class has for an operation, if it is one that says itself what comes of it.
    fn operation(&mut self, class: Known, name: &str) -> Option<Known> {
        let MemberKind::Function(known) = self.world.member(class, name)?.kind else { return None };
        let Description::Function(function) = self.world.describe(known) else { return None };
        is_decided(&function).then_some(known)
    }

    /// An operator with an instance among its operands. `None` if there is no rule.
    pub(super) fn binary_of_instances(
        &mut self,
        to: Reg,
        operator: Binary,
        left: Reg,
        right: Reg,
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        let Some(name) = name_of(operator) else { return Ok(None) };
        let in_place = matches!(instruction, Instruction::Binary { in_place: true, .. });
        let (a, b) = (self.get(left), self.get(right));
        if in_place && let Some(class) = self.class_of(&a) {
            let own = format!("__i{name}__");
            match self.world.member(class, &own).map(|member| member.kind) {
                Some(MemberKind::Nothing) => {}
                Some(MemberKind::Function(_)) => {
                    return match self.operation(class, &own) {
                        Some(function) => {
                            self.follow_operator(to, function, vec![a, b], instruction)
                        }
                        None => Ok(None),
                    };
                }
                _ => return Ok(None),
            }
        }
        let names = [format!("__{name}__"), format!("__r{name}__")];
        self.of_operands(to, &names, (a, b), instruction)
    }

    /// A comparison with an instance among its operands. `None` if there is no rule.
    pub(super) fn compare_instances(
        &mut self,
        to: Reg,
        operator: Compare,
        left: Reg,
        right: Reg,
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        let names = match operator {
            Compare::Equal => ["__eq__", "__eq__"],
            Compare::NotEqual => ["__ne__", "__ne__"],
            Compare::Less => ["__lt__", "__gt__"],
            Compare::LessEqual => ["__le__", "__ge__"],
            Compare::Greater => ["__gt__", "__lt__"],
            Compare::GreaterEqual => ["__ge__", "__le__"],
            _ => return Ok(None),
        };
        let operands = (self.get(left), self.get(right));
        self.of_operands(to, &names.map(String::from), operands, instruction)
    }

    /// What the class of one of two operands says: that of the first, unless the other one's is derived from
    /// it, or the first is a number, which knows no instances.
    fn of_operands(
        &mut self,
        to: Reg,
        [name, reflected]: &[String; 2],
        (a, b): (Val<Value>, Val<Value>),
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        let is_builtin =
            |value: &Val<Value>| value.class().is_some() || value.shape().python_kinds().is_some();
        let (function, given) = match (self.class_of(&a), self.class_of(&b)) {
            (Some(x), Some(y)) if x != y && self.world.is_derived(y, x) => return Ok(None),
            (Some(_), None) if !is_builtin(&b) => return Ok(None),
            (Some(x), _) => (self.operation(x, name), vec![a, b]),
            (None, Some(y)) if a.shape().python_kinds().is_some() => {
                (self.operation(y, reflected), vec![b, a])
            }
            _ => return Ok(None),
        };
        match function {
            Some(function) => self.follow_operator(to, function, given, instruction),
            None => Ok(None),
        }
    }

    /// Follows a function for an operator, which gives what that does, and not `NotImplemented`: that may
    /// come from whatever it calls.
    fn follow_operator(
        &mut self,
        to: Reg,
        function: Known,
        given: Vec<Val<Value>>,
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        let place = (self.state.top().context, self.state.top().point);
        let done = self.follow_method(to, function, given, Gives::Result, instruction)?;
        let is_followed = done == Some(Flow::On);
        if is_followed && matches!(self.get(to), Val::Object(_, None) | Val::Known(_)) {
            self.undecided.insert(place);
            return Err(Stop::Again);
        }
        Ok(done)
    }

    /// An item of an instance. `None` if there is no rule.
    pub(super) fn item_of_instance(
        &mut self,
        to: Reg,
        name: &str,
        given: Vec<Val<Value>>,
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        let Some(class) = self.class_of(&given[0]) else { return Ok(None) };
        let Some(MemberKind::Function(function)) = self.world.member(class, name).map(|m| m.kind)
        else {
            return Ok(None);
        };
        let gives = if name == "__setitem__" { Gives::Nothing } else { Gives::Result };
        self.follow_method(to, function, given, gives, instruction)
    }

    /// Remembers what the attributes of an instance are that becomes an object: those of others are probably
    /// the same.
    pub(super) fn remember_attributes(
        &mut self,
        class: Known,
        attributes: &[(Arc<str>, Val<Value>)],
    ) {
        for (name, value) in attributes {
            let items = match value {
                Val::Instance(_, class) => Items::Instances(*class),
                Val::ListObject(_, items) => Items::Lists(items.clone().into()),
                number => match number.shape().python_kinds() {
                    Some(kinds) => Items::Numbers(kinds),
                    None => continue,
                },
            };
            self.attributes.insert((class, name.clone()), items);
        }
    }

    /// What an attribute is taken to be.
    fn guess_of_attribute(&self, class: Known, name: &str, sample: &Items) -> Items {
        match sample {
            Items::Objects(None) => {
                let known = self.attributes.get(&(class, Arc::from(name)));
                known.unwrap_or(sample).clone()
            }
            known => known.clone(),
        }
    }

    /// Calls an instance.
    pub(super) fn call_instance(
        &mut self,
        to: Reg,
        callee: Reg,
        given: Given,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let value = self.get(callee);
        let function = match self.class_of(&value) {
            Some(class) => self.world.member(class, "__call__"),
            None => None,
        };
        let Some(MemberKind::Function(known)) = function.map(|member| member.kind) else {
            return self.perform(instruction);
        };
        let Description::Function(function) = self.world.describe(known) else {
            return self.perform(instruction);
        };
        if self.check_instance(&value).is_none() {
            return self.perform(instruction);
        }
        let callee = self.callee(known, &function);
        let method = Some(Method { gives: Gives::Result });
        self.follow_as(to, &callee, &given.behind(value), method, instruction)
    }

    /// Calls a class: an instance in registers, which `__init__` fills in.
    pub(super) fn make_instance(
        &mut self,
        to: Reg,
        class: Known,
        given: Given,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let Some(maker) = self.world.maker(class) else { return self.perform(instruction) };
        let Some(init) = maker.init else {
            if !given.is_empty() {
                return self.perform(instruction);
            }
            let made = self.state.make(Contents::Instance(class, vec![]));
            return self.set(to, made);
        };
        let Description::Function(function) = self.world.describe(init) else {
            return self.perform(instruction);
        };
        if !returns_none(&function.code) {
            return self.perform(instruction);
        }
        let made = self.state.make(Contents::Instance(class, vec![]));
        let callee = self.callee(init, &function);
        let method = Some(Method { gives: Gives::Instead });
        self.follow_as(to, &callee, &given.behind(made), method, instruction)
    }

    /// Whether an instance is one of a class or of one that is derived from it, if that is known.
    pub(super) fn is_instance_of(&mut self, value: &Val<Value>, of: Known) -> Option<bool> {
        let class = self.class_of(value)?;
        if !matches!(self.world.describe(of), Description::Class) {
            return None;
        }
        self.check_instance(value)?;
        Some(class == of || self.world.is_derived(class, of))
    }
}

/// Whether what a function returns is the result of the operation that it is for: it does not leave it to
/// the other operand.
fn is_decided(function: &FunctionObject) -> bool {
    let says = |code: &Code| code.names.iter().any(|name| &**name == "NotImplemented");
    !says(&function.code) && !function.code.nested.iter().any(|nested| says(nested))
}

/// Whether a function returns `None`, wherever it returns.
fn returns_none(code: &Code) -> bool {
    code.blocks.iter().all(|block| {
        let Terminator::Return(register) = &block.terminator else { return true };
        let written = block.instructions.iter().rev().find(|(instruction, _)| {
            let mut is_written = false;
            instruction.writes(&mut |to| is_written |= to == *register);
            is_written
        });
        matches!(
            written,
            Some((Instruction::Constant { constant, .. }, _))
                if matches!(code.constants[*constant as usize], Constant::None)
        )
    })
}

/// What the methods for an operator have in their names.
fn name_of(operator: Binary) -> Option<&'static str> {
    Some(match operator {
        Binary::Add => "add",
        Binary::Subtract => "sub",
        Binary::Multiply => "mul",
        Binary::MatrixMultiply => "matmul",
        Binary::Divide => "truediv",
        Binary::FloorDivide => "floordiv",
        Binary::Remainder => "mod",
        Binary::ShiftLeft => "lshift",
        Binary::ShiftRight => "rshift",
        Binary::And => "and",
        Binary::Or => "or",
        Binary::Xor => "xor",
        _ => return None,
    })
}
