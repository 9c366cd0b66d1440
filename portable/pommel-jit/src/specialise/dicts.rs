//! Dicts and sets in memory: those that this code made and nobody else knows. Entries are found and added
//! by the runtime ([`DictCall`]), what is in them is read and written by machine code.
//!
//! What is said of the entries of a dict is checked whenever one is looked for, as with lists.
//!
//! While something in registers iterates over a dict, no key comes or goes in machine code: such an
//! instruction leaves, and so does what makes the dict an object by another name. So an iterator that
//! becomes an object stands where it stood, whatever is done to the dict from there on.

use super::tables::{Part, Table, only_value};
use super::value::{Items, Kinds, Tag, Val};
use super::world::{Builtin, Description};
use super::{Done, Flow, Specialiser};
use crate::code::{Instruction, Reg};
use crate::ir::dicts::{self, DictCall, Keys};
use crate::ir::op::Class;
use crate::ir::texts;
use crate::ir::{Immediate, Op, Value};

/// A key and a value of a dict that is made.
type Entry = (Val<Value>, Val<Value>);

/// A key in registers.
pub(super) struct Key {
    keys: Keys,
    words: Vec<Value>,
    /// It is the key itself, and not only equal to it.
    is_itself: bool,
}

impl Specialiser<'_> {
    /// Lets the runtime do something with dicts. Exits if it cannot.
    pub(super) fn dict_call(&mut self, call: DictCall, operands: &[Value]) -> Value {
        let mut args = operands.to_vec();
        match call {
            DictCall::New => args.extend(self.in_use(|part| match part {
                Val::Dict(address, _) => Some(*address),
                _ => None,
            })),
            DictCall::Items => args.extend(self.lists_in_use()),
            _ => {}
        }
        let exit = self.exit();
        self.build.emit(Op::Dict, &args, Immediate::Int(call as i64), Some(exit))[0]
    }

    /// A new dict or set of a kind.
    pub(super) fn new_dict(&mut self, table: Table) -> Val<Value> {
        let kind = self.build.int(table.code());
        Val::Dict(self.dict_call(DictCall::New, &[kind]), table)
    }

    /// A word of a dict that is of a kind. Exits if it is of another one.
    fn word_of_dict(&mut self, address: Value, table: &Table, distance: i64) -> Value {
        let (kind, wanted) = (self.word(address, dicts::KIND), self.build.int(table.code()));
        let is_it = self.op(Op::IEq, &[kind, wanted]);
        self.require(is_it);
        self.word(address, distance)
    }

    /// How many keys a dict has.
    pub(super) fn dict_length(&mut self, address: Value, table: &Table) -> Value {
        self.word_of_dict(address, table, dicts::LENGTH)
    }

    /// A value as a key: an object of unknown class is taken to be what the keys are. `None` if there is no
    /// rule for it.
    pub(super) fn key_of(&mut self, value: &Val<Value>, table: &Table) -> Option<Key> {
        let value = match value {
            Val::Object(handle, class @ (None | Some(Class::Int))) => {
                let is_guess = class.is_none();
                let may_be_int = matches!(table.keys, Keys::Ints | Keys::None);
                if is_guess && (self.is_refuted() || !may_be_int) {
                    return None;
                }
                self.unbox(*handle, Class::Int, is_guess)
            }
            Val::Object(_, Some(Class::Str)) => self.as_key(value),
            Val::Char(_) if table.keys == Keys::Texts => self.as_key(value),
            other => other.clone(),
        };
        let keys = value.keys()?;
        if keys != table.keys && table.keys != Keys::None {
            return None;
        }
        let words = match &value {
            Val::Float(number) => {
                // Both zeros are one key, and what is no number is equal to nothing.
                let bits = self.op(Op::FBits, &[*number]);
                let negative = self.build.int(i64::MIN);
                let (is_number, is_other) =
                    (self.op(Op::FEq, &[*number, *number]), self.op(Op::INe, &[bits, negative]));
                let fits = self.op(Op::BAnd, &[is_number, is_other]);
                if self.build.bool_constant(fits) == Some(false) {
                    return None;
                }
                self.require(fits);
                vec![bits]
            }
            Val::Char(number) => vec![*number],
            Val::Text(..) => vec![self.name_of_text(&value)?],
            Val::Tuple(items) => items.iter().filter_map(|item| self.index_of(item)).collect(),
            other => vec![self.index_of(other)?],
        };
        Some(Key { keys, words, is_itself: !matches!(value, Val::Bool(_)) })
    }

    /// The entry of a key: [`dicts::MISSING`] if there is none.
    fn find(&mut self, address: Value, table: &Table, key: &Key) -> Value {
        let kind = self.build.int(table.code());
        let operands: Vec<Value> = [address, kind].into_iter().chain(key.words.clone()).collect();
        if table.keys == Keys::None {
            // There is none in a dict of this kind, if it is of this kind.
            self.dict_length(address, table);
            return self.build.int(dicts::MISSING);
        }
        self.dict_call(DictCall::Find, &operands)
    }

    /// Whether an entry is one.
    fn is_there(&mut self, entry: Value) -> Value {
        let missing = self.build.int(dicts::MISSING);
        self.op(Op::INe, &[entry, missing])
    }

    /// The value in an entry that is there.
    fn value_in(&mut self, entry: Value, table: &Table) -> Val<Value> {
        let mut load =
            |op, distance| self.build.emit(op, &[entry], Immediate::Int(distance), None)[0];
        match (only_value(table), table.values) {
            (Some(Tag::None), _) | (_, None) => Val::None,
            (Some(Tag::Float), _) => Val::Float(load(Op::LoadF64, dicts::BITS)),
            (Some(Tag::Int), _) => Val::Int(load(Op::LoadI64, dicts::BITS)),
            (Some(Tag::Bool), _) => Val::Bool(load(Op::LoadBool, dicts::BITS)),
            (_, Some(kinds)) => {
                Val::Number(load(Op::LoadI64, dicts::TAG), load(Op::LoadI64, dicts::BITS), kinds)
            }
        }
    }

    /// The key in an entry that is there.
    fn key_in(&mut self, entry: Value, table: &Table) -> Val<Value> {
        let mut load = |op, word: usize| {
            let distance = Immediate::Int(dicts::KEY + 8 * word as i64);
            self.build.emit(op, &[entry], distance, None)[0]
        };
        match table.keys {
            Keys::Chars => Val::Char(load(Op::LoadI64, 0)),
            Keys::Texts => {
                let text = load(Op::LoadI64, 0);
                let used = Immediate::Int(texts::USED);
                Val::Text(text, self.build.emit(Op::LoadI64, &[text], used, None)[0])
            }
            Keys::Floats => Val::Float(load(Op::LoadF64, 0)),
            Keys::Tuples(count) => {
                let items = (0..count.into()).map(|word| Val::Int(load(Op::LoadI64, word)));
                Val::Tuple(items.collect())
            }
            Keys::Ints | Keys::None => Val::Int(load(Op::LoadI64, 0)),
        }
    }

    fn write_value(&mut self, entry: Value, value: &Val<Value>) {
        let (tag, bits) = self.bits(value);
        for (word, distance) in [(tag, dicts::TAG), (bits, dicts::BITS)] {
            self.build.emit(Op::StoreI64, &[entry, word], Immediate::Int(distance), None);
        }
    }

    /// The addresses of dicts that something in registers iterates over.
    pub(super) fn iterated(&self) -> Vec<Value> {
        self.in_use(|part| match part {
            Val::DictIterator(dict, ..) => match &**dict {
                Val::Dict(address, _) => Some(*address),
                _ => None,
            },
            _ => None,
        })
    }

    /// Exits if something iterates over a dict by another name. Whether something does by this one.
    fn is_iterated(&mut self, address: Value) -> bool {
        let iterated = self.iterated();
        for other in &iterated {
            if *other != address {
                let differs = self.op(Op::INe, &[address, *other]);
                self.require(differs);
            }
        }
        iterated.contains(&address)
    }

    /// Exits if something iterates over a dict, as a key comes or goes.
    pub(super) fn guard_not_iterated(&mut self, address: Value) -> Flow {
        if self.is_iterated(address) {
            let never = self.build.bool(false);
            return self.guard(never);
        }
        Flow::On
    }

    /// The entry of a key, which comes if it is not there.
    fn placed(&mut self, address: Value, table: &Table, key: &Key) -> Value {
        let is_iterated = self.is_iterated(address);
        if is_iterated || !key.is_itself {
            let entry = self.find(address, table, key);
            let is_there = self.is_there(entry);
            self.require(is_there);
            return entry;
        }
        let kind = self.build.int(table.code());
        let operands: Vec<Value> = [address, kind].into_iter().chain(key.words.clone()).collect();
        self.dict_call(DictCall::Place, &operands)
    }

    /// Makes room in what a dict is said to hold for entries of a kind as well.
    fn widen_dict(&mut self, address: Value, table: &Table, more: &Table) -> Option<Table> {
        let wider = table.with(more)?;
        if wider == *table {
            return Some(wider);
        }
        let kind = self.build.int(wider.code());
        self.dict_call(DictCall::Become, &[address, kind]);
        self.replace_parts(&mut |part| match part {
            Val::Dict(other, _) if *other == address => Some(Val::Dict(address, wider)),
            _ => None,
        });
        Some(wider)
    }

    /// A value that goes into a dict, and its kind: an object of unknown class is taken to be what the
    /// values are.
    fn fitting_value(
        &mut self,
        value: &Val<Value>,
        table: &Table,
    ) -> Done<Option<(Val<Value>, Kinds)>> {
        let Some(values) = table.values else { return Ok(None) };
        if !matches!(value, Val::Object(..)) && value.shape().python_kinds().is_none() {
            return Ok(None);
        }
        Ok(match self.fitting(value, &Items::Numbers(values))? {
            Some((value, Items::Numbers(kinds))) => Some((value, kinds)),
            _ => None,
        })
    }

    /// `dict[key]`
    pub(super) fn load_from_dict(
        &mut self,
        to: Reg,
        (address, table): (Value, &Table),
        key: &Val<Value>,
    ) -> Done<Option<Flow>> {
        if table.values.is_none() {
            return Ok(None);
        }
        let table = &self.for_key((address, table), key);
        if let Some(default) = table.default {
            let zero = self.zero(default);
            return self.set_default(to, (address, table), key, &zero);
        }
        let Some(key) = self.key_of(key, table) else { return Ok(None) };
        let entry = self.find(address, table, &key);
        let is_there = self.is_there(entry);
        if self.guard_item(is_there, Builtin::KeyError)? == Flow::Ends {
            return Ok(Some(Flow::Ends));
        }
        let value = self.value_in(entry, table);
        self.set(to, value).map(Some)
    }

    /// What a class makes without arguments.
    fn zero(&mut self, of: Tag) -> Val<Value> {
        match of {
            Tag::Float => Val::Float(self.build.float(0.0)),
            Tag::Bool => Val::Bool(self.build.bool(false)),
            _ => Val::Int(self.build.int(0)),
        }
    }

    /// `collections.defaultdict` of a class.
    pub(super) fn default_dict(&mut self, class: &Val<Value>) -> Option<Val<Value>> {
        let Val::Known(class) = class else { return None };
        let Description::Builtin(class) = self.world.describe(*class) else { return None };
        let default = match class {
            Builtin::Int => Tag::Int,
            Builtin::Float => Tag::Float,
            Builtin::Bool => Tag::Bool,
            _ => return None,
        };
        Some(self.new_dict(Table { default: Some(default), ..Table::DICT }))
    }

    /// `dict[key] = value`. `None` if there is no rule for it.
    pub(super) fn store_to_dict(
        &mut self,
        (address, table): (Value, &Table),
        key: &Val<Value>,
        value: &Val<Value>,
    ) -> Done<Option<Flow>> {
        let table = &self.for_key((address, table), key);
        let Some(key) = self.key_of(key, table) else { return Ok(None) };
        let Some((value, kinds)) = self.fitting_value(value, table)? else { return Ok(None) };
        let more = table.of(key.keys, Some(kinds));
        let Some(table) = self.widen_dict(address, table, &more) else { return Ok(None) };
        let entry = self.placed(address, &table, &key);
        self.write_value(entry, &value);
        Ok(Some(Flow::On))
    }

    /// `set.add(key)`. `None` if there is no rule for it.
    pub(super) fn add_to_set(
        &mut self,
        (address, table): (Value, &Table),
        key: &Val<Value>,
    ) -> Done<Option<Flow>> {
        if table.values.is_some() {
            return Ok(None);
        }
        let table = &self.for_key((address, table), key);
        let Some(key) = self.key_of(key, table) else { return Ok(None) };
        let more = table.of(key.keys, None);
        let Some(table) = self.widen_dict(address, table, &more) else { return Ok(None) };
        self.placed(address, &table, &key);
        Ok(Some(Flow::On))
    }

    /// Whether a key is in a dict.
    pub(super) fn is_in_dict(&mut self, key: &Val<Value>, dict: &Val<Value>) -> Option<Value> {
        let (address, table) = match dict {
            Val::Dict(address, table) => (*address, *table),
            Val::DictView(inner, Part::Keys) => match &**inner {
                Val::Dict(address, table) => (*address, *table),
                _ => return None,
            },
            _ => return None,
        };
        let table = self.for_key((address, &table), key);
        let key = self.key_of(key, &table)?;
        let entry = self.find(address, &table, &key);
        Some(self.is_there(entry))
    }

    /// Does one thing with an entry that is there, and another one if there is none; each gives a value.
    pub(super) fn for_entry(
        &mut self,
        to: Reg,
        (address, table): (Value, &Table),
        key: &Key,
        found: impl FnOnce(&mut Self, Value) -> Val<Value>,
        missing: impl FnOnce(&mut Self) -> Done<Option<Val<Value>>>,
    ) -> Done<Flow> {
        let entry = self.find(address, table, key);
        let is_there = self.is_there(entry);
        if self.build.bool_constant(is_there) == Some(false) {
            return match missing(self)? {
                Some(value) => self.set(to, value),
                None => self.lacks_item(Builtin::KeyError),
            };
        }
        let point = self.state.top().point;
        let (yes, no) = self.build.branch(is_there);
        let state = self.state.clone();
        self.build.block = yes;
        let value = found(self, entry);
        self.set(to, value)?;
        let mut ways = vec![self.way_behind()];
        self.state = state;
        self.build.block = no;
        match missing(self)? {
            Some(value) => {
                self.set(to, value)?;
                ways.push(self.way_behind());
            }
            None if self.is_caught() => drop(self.lacks_item(Builtin::KeyError)?),
            None => self.leave(),
        }
        self.join(ways)?;
        self.state.top_mut().point = point;
        Ok(Flow::On)
    }

    /// `dict.get(key, otherwise)`
    pub(super) fn get_from_dict(
        &mut self,
        to: Reg,
        (address, table): (Value, &Table),
        key: &Val<Value>,
        otherwise: &Val<Value>,
    ) -> Done<Option<Flow>> {
        let table = &self.for_key((address, table), key);
        let Some(key) = self.key_of(key, table) else { return Ok(None) };
        let (read, otherwise) = (*table, otherwise.clone());
        let flow = self.for_entry(
            to,
            (address, table),
            &key,
            |this, entry| this.value_in(entry, &read),
            |_| Ok(Some(otherwise)),
        )?;
        Ok(Some(flow))
    }

    /// `dict.setdefault(key, value)`
    pub(super) fn set_default(
        &mut self,
        to: Reg,
        (address, table): (Value, &Table),
        key: &Val<Value>,
        value: &Val<Value>,
    ) -> Done<Option<Flow>> {
        let table = &self.for_key((address, table), key);
        let Some(key) = self.key_of(key, table) else { return Ok(None) };
        let Some((value, kinds)) = self.fitting_value(value, table)? else { return Ok(None) };
        let more = table.of(key.keys, Some(kinds));
        let Some(table) = self.widen_dict(address, table, &more) else { return Ok(None) };
        let flow = self.for_entry(
            to,
            (address, &table),
            &key,
            |this, entry| this.value_in(entry, &table),
            |this| {
                let entry = this.placed(address, &table, &key);
                this.write_value(entry, &value);
                Ok(Some(value.clone()))
            },
        )?;
        Ok(Some(flow))
    }

    /// Removes a key, and puts its value into a register; what it gives for one that is not there, or it
    /// leaves.
    pub(super) fn take_from_dict(
        &mut self,
        to: Reg,
        (address, table): (Value, &Table),
        key: &Val<Value>,
        otherwise: Option<Val<Value>>,
    ) -> Done<Option<Flow>> {
        let table = &self.for_key((address, table), key);
        let Some(key) = self.key_of(key, table) else { return Ok(None) };
        if self.guard_not_iterated(address) == Flow::Ends {
            return Ok(Some(Flow::Ends));
        }
        let read = *table;
        let flow = self.for_entry(
            to,
            (address, table),
            &key,
            |this, entry| {
                let value = this.value_in(entry, &read);
                this.dict_call(DictCall::Remove, &[address, entry]);
                value
            },
            |_| Ok(otherwise),
        )?;
        Ok(Some(flow))
    }

    /// The entry at a position of a dict without gaps.
    fn entry_at(&mut self, address: Value, table: &Table, position: Value) -> Value {
        let first = self.word(address, dicts::ENTRIES);
        let size = self.build.int(dicts::entry_size(table.keys.words()));
        let distance = self.op(Op::IMulWrap, &[position, size]);
        self.op(Op::IAddWrap, &[first, distance])
    }

    /// A part of the entry at a position of a dict without gaps.
    pub(super) fn part_at(&mut self, dict: &Val<Value>, part: Part, position: Value) -> Val<Value> {
        let Val::Dict(address, table) = dict else { return Val::None };
        let entry = self.entry_at(*address, table, position);
        match part {
            Part::Keys => self.key_in(entry, table),
            Part::Values => self.value_in(entry, table),
            Part::Items => {
                let (key, value) = (self.key_in(entry, table), self.value_in(entry, table));
                Val::Tuple([key, value].into())
            }
        }
    }

    /// An iterator over a dict. The order of a set is the interpreter's business.
    pub(super) fn dict_iterator(&mut self, value: &Val<Value>) -> Done<Option<Val<Value>>> {
        let (dict, part) = match value {
            Val::DictView(dict, part) => (&**dict, *part),
            dict => (dict, Part::Keys),
        };
        if let Val::DictObject(_, items) = dict {
            return self.entry_iterator(dict, part, items).map(Some);
        }
        let Val::Dict(address, table @ Table { values: Some(_), .. }) = dict else {
            return Ok(None);
        };
        let (length, used) = (self.dict_length(*address, table), self.word(*address, dicts::USED));
        let is_closed = self.op(Op::IEq, &[length, used]);
        let (address, code) = (*address, table.code());
        self.unless(is_closed, |this| {
            let kind = this.build.int(code);
            this.dict_call(DictCall::Close, &[address, kind]);
        });
        let start = self.build.int(0);
        Ok(Some(Val::DictIterator(Box::new(dict.clone()), part, start)))
    }

    /// The handle of the object that a dict becomes, for all who have it.
    pub(super) fn object_of_dict(&mut self, address: Value) -> Done<Value> {
        if self.is_iterated(address) {
            self.iterators_as_objects(address)?;
        }
        let exit = self.exit_raised();
        let handle = self.build.emit(Op::DictObject, &[address], Immediate::None, Some(exit))[0];
        self.replace_parts(&mut |part| match part {
            Val::Dict(other, table) if *other == address => {
                Some(Val::Object(handle, table.class()))
            }
            _ => None,
        });
        Ok(handle)
    }

    /// Makes objects of all iterators over a dict, which becomes one.
    fn iterators_as_objects(&mut self, address: Value) -> Done {
        let is_over = |part: &Val<Value>| match part {
            Val::DictIterator(dict, ..) => matches!(&**dict, Val::Dict(of, _) if *of == address),
            _ => false,
        };
        loop {
            let mut found = None;
            self.each_part(|part| {
                if is_over(part) {
                    found.get_or_insert_with(|| part.clone());
                }
            });
            let Some(iterator) = found else { return Ok(()) };
            let handle = self.made(&iterator)?;
            self.replace_parts(&mut |part| {
                (*part == iterator).then_some(Val::Object(handle, Some(Class::Iterator)))
            });
        }
    }

    /// A dict or a set that this code makes of keys and values. `None` if it cannot be one in memory.
    pub(super) fn make_table(
        &mut self,
        to: Reg,
        table: Table,
        entries: &[Entry],
    ) -> Done<Option<Flow>> {
        let mut all = table;
        let entries = &self.with_text_keys(entries);
        for (key, value) in entries {
            let Some(keys) = key.keys() else { return Ok(None) };
            let values = match (table.values, value.shape().python_kinds()) {
                (None, _) => None,
                (Some(_), Some(kinds)) => Some(kinds),
                (Some(_), None) => return Ok(None),
            };
            match all.with(&all.of(keys, values)) {
                Some(wider) if !matches!(key, Val::Bool(_)) => all = wider,
                _ => return Ok(None),
            }
        }
        let made = self.new_dict(all);
        let Val::Dict(address, _) = made else { return Ok(None) };
        for (key, value) in entries {
            let Some(key) = self.key_of(key, &all) else { return self.leave_for_good().map(Some) };
            let entry = self.placed(address, &all, &key);
            if table.values.is_some() {
                self.write_value(entry, value);
            }
        }
        self.set(to, made).map(Some)
    }

    /// Entries with keys that are texts, if one of them is a string of several characters.
    fn with_text_keys(&mut self, entries: &[Entry]) -> Vec<Entry> {
        let is_long =
            |(key, _): &Entry| key.class() == Some(Class::Str) && !matches!(key, Val::Char(_));
        let has_long = entries.iter().any(is_long);
        let of = |this: &mut Self, key: &Val<Value>| match key.class() {
            Some(Class::Str) if has_long => this.as_key(key),
            _ => key.clone(),
        };
        entries.iter().map(|(key, value)| (of(self, key), value.clone())).collect()
    }

    /// What a dict is said to have where a string of several characters is asked for: its keys are all texts
    /// from here on, if they were characters.
    pub(super) fn for_key(&mut self, (address, table): (Value, &Table), key: &Val<Value>) -> Table {
        let is_long = key.class() == Some(Class::Str) && !matches!(key, Val::Char(_));
        if table.keys != Keys::Chars || !is_long || !self.is_text(key) {
            return *table;
        }
        let more = table.of(Keys::Texts, table.values);
        self.widen_dict(address, table, &more).unwrap_or(*table)
    }

    /// A list in memory of keys or values, if they are numbers. The keys of a set stand in no order.
    pub(super) fn list_of_dict(&mut self, value: &Val<Value>) -> Option<Val<Value>> {
        let (dict, part) = match value {
            Val::Dict(..) => (value, Part::Keys),
            Val::DictView(dict, part) => (&**dict, *part),
            _ => return None,
        };
        let Val::Dict(address, table) = dict else { return None };
        let items = items_of_dict(value)?;
        let (kind, which) = (table.code(), i64::from(part == Part::Values));
        let (kind, which) = (self.build.int(kind), self.build.int(which));
        let list = self.dict_call(DictCall::Items, &[*address, kind, which]);
        Some(Val::List(list, items))
    }

    /// `del dict[key]`
    pub(super) fn delete_from_dict(
        &mut self,
        dict: &Val<Value>,
        key: &Val<Value>,
    ) -> Done<Option<Flow>> {
        let Val::Dict(address, table @ Table { values: Some(_), .. }) = dict else {
            return Ok(None);
        };
        let table = &self.for_key((*address, table), key);
        let Some(key) = self.key_of(key, table) else { return Ok(None) };
        if self.guard_not_iterated(*address) == Flow::Ends {
            return Ok(Some(Flow::Ends));
        }
        let entry = self.find(*address, table, &key);
        let is_there = self.is_there(entry);
        if self.guard_item(is_there, Builtin::KeyError)? == Flow::Ends {
            return Ok(Some(Flow::Ends));
        }
        self.dict_call(DictCall::Remove, &[*address, entry]);
        Ok(Some(Flow::On))
    }
}

/// What the items of a list of the keys or values of a dict are, if they are numbers.
pub(super) fn items_of_dict(value: &Val<Value>) -> Option<Items> {
    let (dict, part) = match value {
        Val::Dict(..) => (value, Part::Keys),
        Val::DictView(dict, part) => (&**dict, *part),
        _ => return None,
    };
    let Val::Dict(_, table) = dict else { return None };
    match (part, table.keys) {
        (_, Keys::None) => None,
        (Part::Keys, Keys::Ints) => Some(Items::Numbers(Kinds::one(Tag::Int))),
        (Part::Keys, Keys::Chars) => Some(Items::Characters),
        (Part::Keys, Keys::Texts) => Some(Items::Texts),
        (Part::Keys, Keys::Floats) => Some(Items::Numbers(Kinds::one(Tag::Float))),
        (Part::Values, _) => table.values.map(Items::Numbers),
        _ => None,
    }
}

/// What a dict or a set is made of by an instruction.
pub(super) fn entries_of(
    instruction: &Instruction,
    get: impl Fn(Reg) -> Val<Value>,
) -> Option<(Table, Vec<Entry>)> {
    match instruction {
        Instruction::MakeDict { items, .. } => {
            let entries = items.iter().map(|(key, value)| (get(*key), get(*value)));
            Some((Table::DICT, entries.collect()))
        }
        // What the interpreter makes of constants depends on how it keeps them.
        Instruction::MakeSet { items, .. } if items.len() < 3 => {
            let entries = items.iter().map(|key| (get(*key), Val::None));
            Some((Table::SET, entries.collect()))
        }
        _ => None,
    }
}
