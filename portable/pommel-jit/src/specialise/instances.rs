//! Instances in memory: those that this code made, whose attributes are numbers, and that are items of lists
//! in memory. They are records, whose address is their identity.
//!
//! Such an instance becomes an object once, for all who have it, where somebody else learns of it. Its head
//! is another one from then on, so that whoever still takes it for a record leaves machine code.

use super::Specialiser;
use super::classes::{Check, MemberKind};
use super::value::{Contents, Items, Known, RecordType, Thing, Val};
use crate::ir::records::{self, MOST_CLASSES, Part};
use crate::ir::{Immediate, Op, Value};
use std::sync::Arc;

/// The attributes of instances, and what they are.
type Attributes = Vec<(Arc<str>, Items)>;

/// Whether items of a list are instances of one class that can be in memory.
pub(super) fn are_records<'h, L: Clone + 'h>(
    items: &[Val<L>],
    contents: &dyn Fn(Thing) -> Option<&'h Contents<L>>,
) -> bool {
    let class_of = |item: &Val<L>| match item {
        Val::Record(_, record) => Some(record.class),
        Val::Thing(thing) => match contents(*thing)? {
            Contents::Instance(class, attributes) if !attributes.is_empty() => {
                let is_number = |value: &Val<L>| value.shape().python_kinds().is_some();
                attributes.iter().all(|(_, value)| is_number(value)).then_some(*class)
            }
            _ => None,
        },
        _ => None,
    };
    let first = items.first().and_then(class_of);
    first.is_some() && items.iter().all(|item| class_of(item) == first)
}

impl Specialiser<'_> {
    /// Whether a list in registers holds instances that can be in memory.
    pub(super) fn holds_records(&self, list: Thing) -> bool {
        let state = &self.state;
        match state.contents(list) {
            Contents::List(items) => are_records(items, &|thing| Some(state.contents(thing))),
            _ => false,
        }
    }

    /// Puts instances in memory that are items of a list in registers.
    pub(super) fn settle_records(&mut self, list: Thing) {
        let mut found = Vec::new();
        if self.holds_records(list) {
            self.state.contents(list).things(&mut |thing| found.push(thing));
        }
        for thing in found {
            if self.state.heap[thing.0 as usize].is_some() {
                self.record_of_thing(thing);
            }
        }
    }

    /// What an instance in registers is as a record, if its attributes are numbers.
    pub(super) fn record_of_instance(&self, thing: Thing) -> Option<(Known, Attributes)> {
        let Contents::Instance(class, attributes) = self.state.contents(thing) else {
            return None;
        };
        let item = |(name, value): &(Arc<str>, Val<Value>)| {
            Some((name.clone(), Items::Numbers(value.shape().python_kinds()?)))
        };
        let attributes: Vec<_> = attributes.iter().map(item).collect::<Option<_>>()?;
        (!attributes.is_empty()).then_some((*class, attributes))
    }

    /// The instance in memory that one in registers becomes, for all who have it. `None` if it cannot.
    pub(super) fn record_of_thing(&mut self, thing: Thing) -> Option<Val<Value>> {
        let (class, attributes) = self.record_of_instance(thing)?;
        // Nobody knows when it would end.
        if self.world.member(class, "__del__")?.kind != MemberKind::Nothing {
            return None;
        }
        let Contents::Instance(_, values) = self.state.contents(thing).clone() else { return None };
        let record = self.record_type(class, attributes)?;
        let address = self.new_record(record.kind);
        let parts: Vec<_> = values.into_iter().map(|(_, value)| value).collect();
        let of: Vec<_> = record.attributes.iter().map(|(_, of)| of.clone()).collect();
        self.write_parts(address, &parts, &of, &mut { records::PARTS });
        let made = Val::Record(address, record);
        self.state.replace(thing, &made);
        Some(made)
    }

    fn record_type(&mut self, class: Known, attributes: Attributes) -> Option<Arc<RecordType>> {
        let same =
            |known: &&Arc<RecordType>| known.class == class && known.attributes == attributes;
        if let Some(known) = self.records.iter().find(same) {
            return Some(known.clone());
        }
        let number =
            u8::try_from(self.records.len()).ok().filter(|n| usize::from(*n) < MOST_CLASSES)?;
        let mut parts = vec![Part::Instance(number)];
        for (_, of) in &attributes {
            parts.push(Part::Number(of.code()));
        }
        let record = Arc::new(RecordType { class, attributes, kind: records::kind_of(&parts)? });
        self.records.push(record.clone());
        Some(record)
    }

    /// Exits if an instance in memory is an object by now.
    pub(super) fn check_record(&mut self, address: Value, record: &RecordType) {
        let check = Check::Record(address);
        if self.state.checked.contains(&check) {
            return;
        }
        let distance = Immediate::Int(records::HEAD);
        let head = self.build.emit(Op::LoadI64, &[address], distance, None)[0];
        let wanted = self.build.int(records::head_of(record.kind));
        let is_it = self.op(Op::IEq, &[head, wanted]);
        self.require(is_it);
        self.state.checked.push(check);
    }

    /// Which attribute of an instance in memory has a name, and where it is.
    fn place_in_record<'r>(&self, record: &'r RecordType, name: &str) -> Option<(&'r Items, i64)> {
        let mut place = records::PARTS;
        for (own, of) in &record.attributes {
            if &**own == name {
                return Some((of, place));
            }
            place += 8 * Part::Number(of.code()).words() as i64;
        }
        None
    }

    /// An attribute of an instance in memory, if it has it itself.
    pub(super) fn attribute_of_record(
        &mut self,
        address: Value,
        record: &RecordType,
        name: &str,
    ) -> Option<Val<Value>> {
        let (of, mut place) = self.place_in_record(record, name)?;
        self.check_record(address, record);
        self.read_parts(address, core::slice::from_ref(of), &mut place).pop()
    }

    /// Writes an attribute that an instance in memory has. `None` if what comes is of another kind.
    pub(super) fn store_to_record(
        &mut self,
        address: Value,
        record: &RecordType,
        name: &str,
        value: &Val<Value>,
    ) -> Option<()> {
        let (of, mut place) = self.place_in_record(record, name)?;
        let kind = Items::Numbers(value.shape().python_kinds()?);
        (kind.with(of).as_ref() == Some(of)).then_some(())?;
        self.check_record(address, record);
        let (value, of) = (core::slice::from_ref(value), core::slice::from_ref(of));
        self.write_parts(address, value, of, &mut place);
        Some(())
    }

    /// An address that says that it is one of a record.
    pub(super) fn marked(&mut self, address: Value) -> Value {
        let one = self.build.int(1);
        self.op(Op::IAddWrap, &[address, one])
    }

    /// The handle of the object that an instance becomes, for all who have it.
    pub(super) fn object_of_record(&mut self, address: Value, record: &RecordType) -> Value {
        let marked = self.marked(address);
        let exit = self.exit_raised();
        let handle = self.build.emit(Op::ListObject, &[marked], Immediate::None, Some(exit))[0];
        self.state.forget_instances();
        for (name, of) in &record.attributes {
            self.attributes.insert((record.class, name.clone()), of.clone());
        }
        self.replace_parts(&mut |part| match part {
            Val::Record(other, of) if *other == address => Some(Val::Instance(handle, of.class)),
            _ => None,
        });
        handle
    }
}
