//! Characters of strings: read where they lie, if all of the string are ASCII.

use super::value::Val;
use super::{Done, Flow, Specialiser};
use crate::code::Reg;
use crate::ir::op::Class;
use crate::ir::{Immediate, Op, Value};

/// Characters below this are ASCII.
const ASCII: i64 = 128;
/// How far small letters are behind capital ones.
const LOWER: i64 = 32;

/// The methods of characters that there are rules for.
pub(super) const METHODS: [&str; 10] = [
    "isdigit",
    "isdecimal",
    "isnumeric",
    "isalpha",
    "isalnum",
    "isupper",
    "islower",
    "isspace",
    "upper",
    "lower",
];

impl Specialiser<'_> {
    /// Whether characters of a string can be read; what is no string is none.
    pub(super) fn has_characters(&mut self, value: &Val<Value>) -> bool {
        match value {
            Val::Object(_, Some(Class::Str)) => {
                self.world.layout().is_some_and(|layout| !layout.text.contains(&0))
            }
            _ => true,
        }
    }

    fn text_layout(&mut self) -> [i64; 3] {
        self.world.layout().map_or([0; 3], |layout| layout.text)
    }

    /// The address of a string. Exits unless all its characters are ASCII.
    fn text(&mut self, handle: Value) -> Value {
        let [state, ascii, _] = self.text_layout();
        let address = self.op(Op::Address, &[handle]);
        let state = self.build.emit(Op::LoadU32, &[address], Immediate::Int(state), None)[0];
        let bits = self.build.int(ascii);
        let found = self.op(Op::IAnd, &[state, bits]);
        let is_ascii = self.op(Op::IEq, &[found, bits]);
        let exit = self.exit_refuted();
        self.build.emit(Op::Guard, &[is_ascii], Immediate::None, Some(exit));
        address
    }

    /// How many characters a string has.
    pub(super) fn length_of_text(&mut self, handle: Value) -> Value {
        self.text(handle);
        self.length_of_object(handle)
    }

    /// The character at a position which is inside.
    pub(super) fn character(&mut self, handle: Value, position: Value) -> Val<Value> {
        let [.., first] = self.text_layout();
        let address = self.op(Op::Address, &[handle]);
        let place = self.op(Op::IAddWrap, &[address, position]);
        let number = self.build.emit(Op::LoadU8, &[place], Immediate::Int(first), None)[0];
        self.build.emit(Op::Keep, &[handle], Immediate::None, None);
        Val::Char(number)
    }

    /// `string[index]`
    pub(super) fn load_character(
        &mut self,
        to: Reg,
        value: &Val<Value>,
        index: &Val<Value>,
    ) -> Done<Option<Flow>> {
        let Val::Object(handle, Some(Class::Str)) = value else { return Ok(None) };
        if !self.has_characters(value) || self.is_refuted() {
            return Ok(None);
        }
        let Some(index) = self.index_of(index) else { return Ok(None) };
        let length = self.length_of_text(*handle);
        let zero = self.build.int(0);
        let from_end = self.op(Op::IAddWrap, &[index, length]);
        let negative = self.op(Op::ILt, &[index, zero]);
        let position = self.build.select(negative, from_end, index);
        let inside = self.op(Op::ULt, &[position, length]);
        self.require(inside);
        let character = self.character(*handle, position);
        self.set(to, character).map(Some)
    }

    /// A method of a character without arguments. `None` if there is no rule for it.
    pub(super) fn method_of_character(&mut self, number: Value, name: &str) -> Option<Val<Value>> {
        let is_letter = |byte: &u8| byte.is_ascii_alphabetic();
        match name {
            "isdigit" | "isdecimal" | "isnumeric" => {
                Some(self.is_one_of(number, |byte| byte.is_ascii_digit()))
            }
            "isalpha" => Some(self.is_one_of(number, is_letter)),
            "isalnum" => Some(self.is_one_of(number, |byte| byte.is_ascii_alphanumeric())),
            "isupper" => Some(self.is_one_of(number, |byte| byte.is_ascii_uppercase())),
            "islower" => Some(self.is_one_of(number, |byte| byte.is_ascii_lowercase())),
            "isspace" => Some(self.is_one_of(number, |byte| matches!(byte, 9..=13 | 28..=32))),
            "upper" => Some(self.other_case(number, -LOWER, |byte| byte.is_ascii_lowercase())),
            "lower" => Some(self.other_case(number, LOWER, |byte| byte.is_ascii_uppercase())),
            _ => None,
        }
    }

    /// Whether a character is one of those for which something holds.
    fn is_one_of(&mut self, number: Value, holds: impl Fn(&u8) -> bool) -> Val<Value> {
        let mut sets = [0; 2];
        (0..ASCII as u8)
            .filter(holds)
            .for_each(|byte| sets[usize::from(byte / 64)] |= 1 << (byte % 64));
        Val::Bool(self.is_in_set(number, sets))
    }

    /// A character, moved by a distance if something holds for it.
    fn other_case(
        &mut self,
        number: Value,
        distance: i64,
        holds: impl Fn(&u8) -> bool,
    ) -> Val<Value> {
        let Val::Bool(is_other) = self.is_one_of(number, holds) else { return Val::Char(number) };
        let distance = self.build.int(distance);
        let moved = self.op(Op::IAddWrap, &[number, distance]);
        Val::Char(self.build.select(is_other, moved, number))
    }

    /// `chr(number)`
    pub(super) fn character_of(&mut self, value: &Val<Value>) -> Option<Val<Value>> {
        if self.is_refuted() {
            return None;
        }
        let number = self.index_of(value)?;
        let end = self.build.int(ASCII);
        let is_ascii = self.op(Op::ULt, &[number, end]);
        let exit = self.exit_refuted();
        self.build.emit(Op::Guard, &[is_ascii], Immediate::None, Some(exit));
        Some(Val::Char(number))
    }

    /// `int(character)`: exits unless it is a digit.
    pub(super) fn digit(&mut self, number: Value) -> Val<Value> {
        let (zero, ten) = (self.build.int(i64::from(b'0')), self.build.int(10));
        let digit = self.op(Op::ISubWrap, &[number, zero]);
        let fits = self.op(Op::ULt, &[digit, ten]);
        // Also of a character that is known and is none, since what follows is made all the same.
        let exit = self.exit();
        self.build.emit(Op::Guard, &[fits], Immediate::None, Some(exit));
        Val::Int(digit)
    }
}
