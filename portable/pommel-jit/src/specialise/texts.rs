//! Texts: strings of ASCII characters. Those that this code makes are in memory that only it knows; strings
//! that are objects are read where they lie. Characters are read by machine code, and so are added one by
//! one; what is more than that, the runtime does ([`TextCall`]).
//!
//! A string that is an object is taken to be ASCII wherever a rule needs its characters.

use super::value::{Items, Val};
use super::world::Builtin;
use super::{Done, Flow, Specialiser};
use crate::code::{Compare, Conversion, Instruction, Reg};
use crate::ir::op::Class;
use crate::ir::texts::{self, CHANGES, FILLS, SEARCHES, TESTS, TextCall};
use crate::ir::{Immediate, Op, Value};

/// A text as an operand of the runtime.
#[derive(Clone, Copy)]
pub(super) struct Text {
    address: Value,
    length: Value,
    /// The string that it is, if it is an object whose characters are not known.
    object: Option<Value>,
}

/// Methods that there are rules for besides those of the tables in [`texts`], and others that strings have in
/// all versions.
const OTHERS: [&str; 16] = [
    "join",
    "replace",
    "split",
    "splitlines",
    "format",
    "encode",
    "translate",
    "partition",
    "rpartition",
    "rsplit",
    "casefold",
    "expandtabs",
    "isprintable",
    "format_map",
    "removeprefix",
    "removesuffix",
];

/// Whether strings have a method.
pub(super) fn is_method_of_text(name: &str) -> bool {
    CHANGES.contains(&name)
        || FILLS.contains(&name)
        || SEARCHES.contains(&name)
        || TESTS.contains(&name)
        || OTHERS.contains(&name)
}

/// The number of a name in a table.
fn number_in(table: &[&str], name: &str) -> Option<i64> {
    table.iter().position(|other| *other == name).map(|place| place as i64)
}

impl Specialiser<'_> {
    /// A value as an operand of the runtime. `None` if it is no string, or may not be taken for ASCII.
    pub(super) fn text_operand(&mut self, value: &Val<Value>) -> Option<Text> {
        let characters = self.world.characters()?;
        let (address, length) = match value {
            Val::Text(address, length) => (*address, *length),
            Val::Char(number) => {
                let (stride, first) = (self.build.int(texts::STRIDE), self.build.int(characters));
                let distance = self.op(Op::IMulWrap, &[*number, stride]);
                (self.op(Op::IAddWrap, &[first, distance]), self.build.int(1))
            }
            Val::Object(handle, Some(Class::Str)) => match self.texts.get(handle).cloned() {
                Some(text) => {
                    let address = self.world.text_in_memory(&text)?;
                    (self.build.int(address), self.build.int(text.len() as i64))
                }
                None if self.is_refuted() => return None,
                None => {
                    let address = self.op(Op::Address, &[*handle]);
                    let length = self.build.int(texts::AN_OBJECT);
                    return Some(Text { address, length, object: Some(*handle) });
                }
            },
            _ => return None,
        };
        Some(Text { address, length, object: None })
    }

    /// Whether a value is a string that there are rules for.
    pub(super) fn is_text(&mut self, value: &Val<Value>) -> bool {
        value.class() == Some(Class::Str) && self.text_operand(value).is_some()
    }

    /// Lets the runtime do something with texts. Exits if it cannot.
    pub(super) fn text_call(
        &mut self,
        call: TextCall,
        operands: &[Text],
        others: &[Value],
    ) -> Val<Value> {
        let mut args: Vec<Value> = operands.iter().flat_map(|o| [o.address, o.length]).collect();
        args.extend(others);
        if call.makes() {
            args.extend(self.texts_in_use());
        }
        if call == TextCall::Split {
            let (texts, lists) = (self.texts_in_use(), self.lists_in_use());
            args.push(self.build.int(texts.len() as i64));
            args.extend(texts.into_iter().chain(lists));
        }
        if call == TextCall::Characters {
            args.extend(self.lists_in_use());
        }
        let is_guess = operands.iter().any(|operand| operand.object.is_some());
        let exit = if is_guess { self.exit_refuted() } else { self.exit() };
        let found = self.build.emit(Op::Text, &args, Immediate::Int(call as i64), Some(exit));
        for object in operands.iter().filter_map(|operand| operand.object) {
            self.build.emit(Op::Keep, &[object], Immediate::None, None);
        }
        Val::Text(found[0], found[1])
    }

    /// The same for what gives a number.
    fn ask_text(&mut self, call: TextCall, operands: &[Text], others: &[Value]) -> Value {
        match self.text_call(call, operands, others) {
            Val::Text(_, number) => number,
            _ => self.build.int(0),
        }
    }

    /// The addresses of all texts that somebody may need from here on.
    fn texts_in_use(&self) -> Vec<Value> {
        self.in_use(|part| match part {
            Val::Text(address, _) => Some(*address),
            _ => None,
        })
    }

    /// The address of a text of which there is only one with the same characters.
    pub(super) fn name_of_text(&mut self, value: &Val<Value>) -> Option<Value> {
        let operand = self.text_operand(value)?;
        // What the source spells out is such a one.
        match self.build.int_constant(operand.address) {
            Some(_) if operand.object.is_none() => Some(operand.address),
            _ if matches!(value, Val::Char(_)) => Some(operand.address),
            _ => Some(self.ask_text(TextCall::Intern, &[operand], &[])),
        }
    }

    /// A string as a text in memory.
    pub(super) fn as_text(&mut self, value: &Val<Value>) -> Val<Value> {
        let Some(mut operand) = self.text_operand(value) else { return value.clone() };
        if let Val::Object(handle, _) = value
            && self.texts.get(handle).is_some_and(|text| text.len() > 1)
        {
            // It is that very object where it becomes one again.
            let (address, length) =
                (self.op(Op::Address, &[*handle]), self.build.int(texts::AN_OBJECT));
            operand = Text { address, length, object: Some(*handle) };
        }
        match operand.object {
            None => Val::Text(operand.address, operand.length),
            Some(_) => {
                let [zero, one] = [0, 1].map(|number| self.build.int(number));
                self.text_call(TextCall::Slice, &[operand], &[zero, zero, one, zero])
            }
        }
    }

    /// A string as a text that is a key: only what it spells matters.
    pub(super) fn as_key(&mut self, value: &Val<Value>) -> Val<Value> {
        match self.text_operand(value) {
            Some(Text { address, length, object: None }) => Val::Text(address, length),
            _ => self.as_text(value),
        }
    }

    /// The string that a text becomes.
    pub(super) fn object_of_text(&mut self, [address, length]: [Value; 2]) -> Value {
        let exit = self.exit_raised();
        self.build.emit(Op::TextObject, &[address, length], Immediate::None, Some(exit))[0]
    }

    /// Makes objects of all texts where a string was taken to be ASCII and is not: nothing becomes a text
    /// there.
    pub(super) fn settle_texts(&mut self) -> Done {
        if self.is_refuted() {
            let mut texts = Vec::new();
            self.each_part(|part| {
                if let Val::Text(address, length) = part
                    && !texts.contains(&[*address, *length])
                {
                    texts.push([*address, *length]);
                }
            });
            for text in texts {
                let object = Val::Object(self.object_of_text(text), Some(Class::Str));
                self.replace_parts(&mut |part| match part {
                    Val::Text(address, length) if [*address, *length] == text => {
                        Some(object.clone())
                    }
                    _ => None,
                });
            }
        }
        Ok(())
    }

    /// The number of the character of a text at a position which is inside.
    pub(super) fn character_of_text(&mut self, address: Value, position: Value) -> Value {
        let place = self.op(Op::IAddWrap, &[address, position]);
        self.build.emit(Op::LoadU8, &[place], Immediate::Int(texts::CHARACTERS), None)[0]
    }

    /// `text[key]`. `None` if there is no rule for it.
    pub(super) fn load_from_text(
        &mut self,
        to: Reg,
        value: &Val<Value>,
        key: &Val<Value>,
    ) -> Done<Option<Flow>> {
        if let Val::Slice(parts) = key {
            let parts = parts.clone();
            if parts.iter().all(|part| matches!(part, Val::None)) && self.is_text(value) {
                // All of a string is that string.
                return self.set(to, value.clone()).map(Some);
            }
            return match self.part_of_text(value, &parts) {
                Some(part) => self.set(to, part).map(Some),
                None => Ok(None),
            };
        }
        let Val::Text(address, length) = *value else { return Ok(None) };
        let Some(index) = self.index_in_list(key) else { return Ok(None) };
        let position = self.position_within(index, length);
        let number = self.character_of_text(address, position);
        self.set(to, Val::Char(number)).map(Some)
    }

    /// `text[start:stop:step]`
    fn part_of_text(&mut self, value: &Val<Value>, parts: &[Val<Value>; 3]) -> Option<Val<Value>> {
        let (mut numbers, meant) = self.numbers_of_slice(parts)?;
        let operand = self.text_operand(value)?;
        numbers.push(self.build.int(meant & 3));
        Some(self.text_call(TextCall::Slice, &[operand], &numbers))
    }

    /// `a + b` for strings. `None` if there is no rule for it.
    pub(super) fn add_texts(
        &mut self,
        in_place: bool,
        a: &Val<Value>,
        b: &Val<Value>,
    ) -> Option<Val<Value>> {
        let are_texts = [a, b].iter().all(|value| value.class() == Some(Class::Str));
        if !are_texts {
            return None;
        }
        let (x, y) = (self.text_operand(a)?, self.text_operand(b)?);
        let grows = self.build.int(i64::from(in_place || matches!(b, Val::Char(_))));
        match b {
            Val::Char(number) if x.object.is_none() => Some(self.added(x, y, *number, grows)),
            _ => Some(self.text_call(TextCall::Concatenate, &[x, y], &[grows])),
        }
    }

    /// A text with another character behind it: written where the text's memory ends with it and has room.
    fn added(&mut self, text: Text, more: Text, number: Value, grows: Value) -> Val<Value> {
        let mut word = |distance| {
            let distance = Immediate::Int(distance);
            self.build.emit(Op::LoadI64, &[text.address], distance, None)[0]
        };
        let (used, room) = (word(texts::USED), word(texts::ROOM));
        let is_end = self.op(Op::IEq, &[used, text.length]);
        let is_free = self.op(Op::ILt, &[used, room]);
        let fits = self.op(Op::BAnd, &[is_end, is_free]);
        let (yes, no) = self.build.branch(fits);
        let behind = self.build.function.block();
        self.build.block = no;
        let Val::Text(address, length) =
            self.text_call(TextCall::Concatenate, &[text, more], &[grows])
        else {
            return Val::None;
        };
        self.build.jump(behind, vec![address, length]);
        self.build.block = yes;
        let place = self.op(Op::IAddWrap, &[text.address, text.length]);
        let first = Immediate::Int(texts::CHARACTERS);
        self.build.emit(Op::StoreI8, &[place, number], first, None);
        let one = self.build.int(1);
        let longer = self.op(Op::IAddWrap, &[text.length, one]);
        let used = Immediate::Int(texts::USED);
        self.build.emit(Op::StoreI64, &[text.address, longer], used, None);
        self.build.jump(behind, vec![text.address, longer]);
        self.build.block = behind;
        let results = [crate::ir::Type::I64; 2];
        let [address, length] = results.map(|of| self.build.function.param(behind, of));
        Val::Text(address, length)
    }

    /// `text * number`
    pub(super) fn repeat_text(&mut self, a: &Val<Value>, b: &Val<Value>) -> Option<Val<Value>> {
        let (text, number) = match (a.class(), b.class()) {
            (Some(Class::Str), Some(Class::Int | Class::Bool)) => (a, b),
            (Some(Class::Int | Class::Bool), Some(Class::Str)) => (b, a),
            _ => return None,
        };
        let number = self.index_of(number)?;
        let operand = self.text_operand(text)?;
        Some(self.text_call(TextCall::Repeat, &[operand], &[number]))
    }

    /// Whether two strings are equal, if one is a character.
    fn is_character(&mut self, text: &Val<Value>, number: Value) -> Option<Value> {
        let Val::Text(address, length) = *text else { return None };
        let (one, zero) = (self.build.int(1), self.build.int(0));
        let is_one = self.op(Op::IEq, &[length, one]);
        let first = self.character_of_text(address, zero);
        let same = self.op(Op::IEq, &[first, number]);
        Some(self.op(Op::BAnd, &[is_one, same]))
    }

    /// Whether two strings are equal.
    fn are_texts_equal(&mut self, a: &Val<Value>, b: &Val<Value>) -> Option<Value> {
        match (a, b) {
            (Val::Text(..), Val::Char(number)) => return self.is_character(a, *number),
            (Val::Char(number), Val::Text(..)) => return self.is_character(b, *number),
            _ if a.class() != Some(Class::Str) || b.class() != Some(Class::Str) => return None,
            _ => {}
        }
        let operands = [self.text_operand(a)?, self.text_operand(b)?];
        let equal = self.ask_text(TextCall::Equal, &operands, &[]);
        let zero = self.build.int(0);
        Some(self.op(Op::INe, &[equal, zero]))
    }

    /// A comparison of two strings. `None` if there is no rule for it.
    pub(super) fn compare_texts(
        &mut self,
        operator: Compare,
        a: &Val<Value>,
        b: &Val<Value>,
    ) -> Option<Value> {
        let ints = [Op::IEq, Op::INe, Op::ILt, Op::ILe];
        if let (Val::Char(x), Val::Char(y)) = (a, b) {
            return Some(self.compared(operator, ints, *x, *y));
        }
        if let Compare::Equal | Compare::NotEqual = operator {
            let same = self.are_texts_equal(a, b)?;
            let not = self.op(Op::BNot, &[same]);
            return Some(if operator == Compare::Equal { same } else { not });
        }
        let (order, zero) = (self.order_of_texts(a, b)?, self.build.int(0));
        Some(self.compared(operator, ints, order, zero))
    }

    /// What a comparison of two strings is one of with 0.
    fn order_of_texts(&mut self, a: &Val<Value>, b: &Val<Value>) -> Option<Value> {
        if a.class() != Some(Class::Str) || b.class() != Some(Class::Str) {
            return None;
        }
        let operands = [self.text_operand(a)?, self.text_operand(b)?];
        Some(self.ask_text(TextCall::Compare, &operands, &[]))
    }

    /// Whether one string is in another one.
    pub(super) fn is_part_of_text(&mut self, part: &Val<Value>, of: &Val<Value>) -> Option<Value> {
        if part.class() != Some(Class::Str) || of.class() != Some(Class::Str) {
            return None;
        }
        let operands = [self.text_operand(of)?, self.text_operand(part)?];
        let place = self.search_text(0, &operands, &[])?;
        let zero = self.build.int(0);
        Some(self.op(Op::ILe, &[zero, place]))
    }

    /// One of [`SEARCHES`], with the ends given.
    fn search_text(
        &mut self,
        which: i64,
        operands: &[Text; 2],
        ends: &[Val<Value>],
    ) -> Option<Value> {
        let mut words = vec![self.build.int(which)];
        let mut meant = 0;
        for place in 0..2 {
            words.push(match ends.get(place) {
                None | Some(Val::None) => self.build.int(0),
                Some(end) => {
                    meant |= 1 << place;
                    self.index_of(end)?
                }
            });
        }
        words.push(self.build.int(meant));
        Some(self.ask_text(TextCall::Search, operands, &words))
    }

    /// A method of a string, with what it is given by position. `None` if there is no rule for it.
    pub(super) fn text_method(
        &mut self,
        object: &Val<Value>,
        name: &str,
        given: &[Val<Value>],
    ) -> Done<Option<Val<Value>>> {
        let Some(text) = self.text_operand(object) else { return Ok(None) };
        Ok(match (name, given) {
            ("join", [list]) => {
                let list = list.clone();
                return self.joined(text, &list);
            }
            ("split", []) => Some(self.split([text, text], 0)),
            ("splitlines", []) => Some(self.split([text, text], 2)),
            ("split", [by]) => self.text_operand(by).map(|by| self.split([text, by], 1)),
            ("replace", [old, new]) => match (self.text_operand(old), self.text_operand(new)) {
                (Some(old), Some(new)) => {
                    Some(self.text_call(TextCall::Replace, &[text, old, new], &[]))
                }
                _ => None,
            },
            ("strip" | "lstrip" | "rstrip", [of]) => match self.text_operand(of) {
                Some(of) => {
                    let ends = if name == "strip" { 3 } else { 1 + i64::from(name == "rstrip") };
                    let ends = self.build.int(ends);
                    Some(self.text_call(TextCall::Strip, &[text, of], &[ends]))
                }
                None => None,
            },
            (name, []) => self.changed_or_tested(text, name),
            (name, [width, by @ ..]) if let Some(which) = number_in(&FILLS, name) => {
                self.filled(text, which, width, by)
            }
            (name, [part, ends @ ..]) if let Some(which) = number_in(&SEARCHES, name) => {
                self.searched(text, which, part, ends)
            }
            _ => None,
        })
    }

    /// A method without arguments that gives a text or a truth value.
    fn changed_or_tested(&mut self, text: Text, name: &str) -> Option<Val<Value>> {
        if let Some(which) = number_in(&CHANGES, name) {
            let which = self.build.int(which);
            return Some(self.text_call(TextCall::Change, &[text], &[which]));
        }
        let which = self.build.int(number_in(&TESTS, name)?);
        let truth = self.ask_text(TextCall::Test, &[text], &[which]);
        let zero = self.build.int(0);
        Some(Val::Bool(self.op(Op::INe, &[truth, zero])))
    }

    fn filled(
        &mut self,
        text: Text,
        which: i64,
        width: &Val<Value>,
        by: &[Val<Value>],
    ) -> Option<Val<Value>> {
        let by = match (by, FILLS[which as usize]) {
            ([], "zfill") => self.build.int(i64::from(b'0')),
            ([], _) => self.build.int(i64::from(b' ')),
            ([Val::Char(number)], name) if name != "zfill" => *number,
            _ => return None,
        };
        let width = self.index_of(width)?;
        let which = self.build.int(which);
        Some(self.text_call(TextCall::Fill, &[text], &[width, by, which]))
    }

    fn searched(
        &mut self,
        text: Text,
        which: i64,
        part: &Val<Value>,
        ends: &[Val<Value>],
    ) -> Option<Val<Value>> {
        if ends.len() > 2 {
            return None;
        }
        let name = SEARCHES[which as usize];
        let part = self.text_operand(part)?;
        let found = self.search_text(which, &[text, part], ends)?;
        let zero = self.build.int(0);
        if name.ends_with("index") {
            let is_there = self.op(Op::ILe, &[zero, found]);
            self.require(is_there);
        }
        Some(match name.ends_with("with") {
            true => Val::Bool(self.op(Op::INe, &[found, zero])),
            false => Val::Int(found),
        })
    }

    fn split(&mut self, operands: [Text; 2], how: i64) -> Val<Value> {
        let how = self.build.int(how);
        Val::List(self.ask_text(TextCall::Split, &operands, &[how]), Items::Texts)
    }

    /// `text.join(list)`
    fn joined(&mut self, separator: Text, list: &Val<Value>) -> Done<Option<Val<Value>>> {
        if self.is_text(list)
            && let Some(list) = self.list_of_text(list)
        {
            return self.joined(separator, &list);
        }
        let list = match list {
            Val::ReverseIterator(inner, last) => self.rest_reversed(inner, *last)?,
            other => other.clone(),
        };
        let Some((address, items)) = self.as_list(&list)? else { return Ok(None) };
        if !matches!(items, Items::Characters | Items::Texts) && items != Items::NONE {
            return Ok(None);
        }
        self.guard_kind(address, &items);
        Ok(Some(self.text_call(TextCall::JoinList, &[separator], &[address])))
    }

    /// A list of what an iterator that goes backwards has left, if that is of a text or a list in memory.
    fn rest_reversed(&mut self, inner: &Val<Value>, last: Value) -> Done<Val<Value>> {
        let less = self.build.int(-1);
        let Some(length) = self.length_within(inner) else { return Ok(Val::None) };
        // One that stands behind the last item is at its end.
        let is_inside = self.op(Op::ULt, &[last, length]);
        self.require(is_inside);
        let parts = [Val::Int(last), Val::None, Val::Int(less)];
        Ok(match inner {
            Val::List(address, items) => self.slice(*address, items, &parts).unwrap_or(Val::None),
            text => match self.part_of_text(text, &parts) {
                Some(part) => self.list_of_text(&part).unwrap_or(Val::None),
                None => Val::None,
            },
        })
    }

    /// `list(text)`
    pub(super) fn list_of_text(&mut self, value: &Val<Value>) -> Option<Val<Value>> {
        let text = self.text_operand(value)?;
        let made = self.ask_text(TextCall::Characters, &[text], &[]);
        Some(Val::List(made, Items::Characters))
    }

    /// A builtin that takes or gives a string. `None` if there is no rule for it.
    pub(super) fn builtin_of_text(
        &mut self,
        builtin: Builtin,
        parts: &[Val<Value>],
    ) -> Done<Option<Val<Value>>> {
        use Builtin as B;
        let is_text = parts.first().is_some_and(|part| part.class() == Some(Class::Str));
        Ok(match (builtin, parts) {
            (B::Int, [Val::Char(_)]) => None,
            (B::Int, parts) if is_text => self.parsed(parts),
            (B::Float, [text]) if let Some(infinite) = self.infinity(text) => {
                Some(Val::Float(self.build.float(infinite)))
            }
            (B::Float, [text]) if is_text => self.parsed_float(text),
            (B::Ord, [Val::Text(address, length)]) => {
                let (zero, one) = (self.build.int(0), self.build.int(1));
                let is_one = self.op(Op::IEq, &[*length, one]);
                self.require(is_one);
                Some(Val::Int(self.character_of_text(*address, zero)))
            }
            (B::Str | B::Format, [value]) => self.spelt_out(value, 10),
            (B::Format, [value, spec]) => self.formatted(value, Some(spec)),
            (B::Bin, [value]) => self.spelt_out(value, 2),
            (B::Oct, [value]) => self.spelt_out(value, 8),
            (B::Hex, [value]) => self.spelt_out(value, 16),
            (B::Heapify | B::Heappop | B::Heappush | B::Heappushpop | B::Heapreplace, parts) => {
                self.heap(builtin, parts)?
            }
            _ => None,
        })
    }

    /// `str(value)`, and `bin` and its like for other bases.
    fn spelt_out(&mut self, value: &Val<Value>, base: i64) -> Option<Val<Value>> {
        self.world.characters()?;
        match value {
            Val::Int(number) => {
                let how = if base == 10 { 10 } else { base | 1 << 8 };
                let how = self.build.int(how);
                Some(self.text_call(TextCall::Digits, &[], &[*number, how]))
            }
            _ if base != 10 => None,
            Val::Float(number) => {
                let bits = self.op(Op::FBits, &[*number]);
                Some(self.text_call(TextCall::Float, &[], &[bits]))
            }
            text if text.class() == Some(Class::Str) => Some(text.clone()),
            _ => None,
        }
    }

    /// The number that a string spells out which the source spells out, if it is infinite.
    fn infinity(&self, text: &Val<Value>) -> Option<f64> {
        let sign = match self.spelt(text)?.to_ascii_lowercase().as_str() {
            "inf" | "+inf" | "infinity" => 1.0,
            "-inf" | "-infinity" => -1.0,
            _ => return None,
        };
        Some(f64::INFINITY * sign)
    }

    /// `int(text)` and `int(text, base)`
    fn parsed(&mut self, parts: &[Val<Value>]) -> Option<Val<Value>> {
        let (text, base) = match parts {
            [text] => (text, self.build.int(10)),
            [text, base] => (text, self.index_of(base)?),
            _ => return None,
        };
        let operand = self.text_operand(text)?;
        Some(Val::Int(self.ask_text(TextCall::Parse, &[operand], &[base])))
    }

    /// Whether a text may spell a number: if not, `int` or `float` of it is an error.
    pub(super) fn may_spell(&mut self, text: &Val<Value>, is_float: bool) -> Option<Value> {
        if text.class() != Some(Class::Str) {
            return None;
        }
        if is_float && self.infinity(text).is_some() {
            return Some(self.build.bool(true));
        }
        let operand = self.text_operand(text)?;
        let which = self.build.int(is_float.into());
        let found = self.ask_text(TextCall::Spells, &[operand], &[which]);
        let zero = self.build.int(0);
        Some(self.op(Op::INe, &[found, zero]))
    }

    /// `float(text)`
    fn parsed_float(&mut self, text: &Val<Value>) -> Option<Val<Value>> {
        let operand = self.text_operand(text)?;
        let bits = self.ask_text(TextCall::ParseFloat, &[operand], &[]);
        Some(Val::Float(self.op(Op::FOfBits, &[bits])))
    }

    /// An f-string, or a part of one.
    pub(super) fn part_of_f_string(&mut self, instruction: &Instruction) -> Done<Flow> {
        let made = match instruction {
            Instruction::Join { to, parts } => {
                self.joined_parts(&self.all(parts)).map(|text| (*to, text))
            }
            Instruction::Format { to, value, conversion, spec } => {
                let (value, spec) = (self.get(*value), spec.map(|spec| self.get(spec)));
                let is_number = matches!(value, Val::Int(_) | Val::Float(_));
                let is_simple = match conversion {
                    None => true,
                    // Of numbers, all texts are the same, but those of formats are of other things then.
                    Some(Conversion::Str) => spec.is_none(),
                    Some(_) => is_number && spec.is_none(),
                };
                let made = if is_simple { self.formatted(&value, spec.as_ref()) } else { None };
                made.map(|text| (*to, text))
            }
            _ => None,
        };
        match made {
            Some((to, text)) => self.set(to, text),
            None => self.perform(instruction),
        }
    }

    /// A part of an f-string: a number as a format says, or as it is. `None` if there is no rule for it.
    pub(super) fn formatted(
        &mut self,
        value: &Val<Value>,
        spec: Option<&Val<Value>>,
    ) -> Option<Val<Value>> {
        let Some(spec) = spec else { return self.spelt_out(value, 10) };
        self.world.characters()?;
        let (kind, bits) = match value {
            Val::Int(number) => (0, *number),
            Val::Float(number) => (1, self.op(Op::FBits, &[*number])),
            _ => return None,
        };
        let spec = self.text_operand(spec)?;
        let kind = self.build.int(kind);
        Some(self.text_call(TextCall::Format, &[spec], &[kind, bits]))
    }

    /// An f-string of its parts.
    pub(super) fn joined_parts(&mut self, parts: &[Val<Value>]) -> Option<Val<Value>> {
        self.world.characters()?;
        let mut operands = Vec::new();
        for part in parts {
            operands.push(self.text_operand(part)?);
        }
        let mut words = vec![self.build.int(parts.len() as i64)];
        words.extend(operands.iter().flat_map(|part| [part.address, part.length]));
        words.extend(self.texts_in_use());
        let is_guess = operands.iter().any(|part| part.object.is_some());
        let exit = if is_guess { self.exit_refuted() } else { self.exit() };
        let call = Immediate::Int(TextCall::Join as i64);
        let found = self.build.emit(Op::Text, &words, call, Some(exit));
        for object in operands.iter().filter_map(|part| part.object) {
            self.build.emit(Op::Keep, &[object], Immediate::None, None);
        }
        Some(Val::Text(found[0], found[1]))
    }
}
