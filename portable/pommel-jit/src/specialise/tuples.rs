//! Tuples whose items are known place by place: parts of them, comparisons, and what is taken out with a
//! star.

use super::named::as_tuple;
use super::value::{Contents, Val};
use super::{Done, Flow, Specialiser};
use crate::code::{Compare, Instruction, Reg};
use crate::ir::{Op, Value};
use std::sync::Arc;

/// Strings of so many characters at most are searched for one without calling anybody.
const LONGEST_TEXT: usize = 64;

impl Specialiser<'_> {
    /// `tuple[start:stop:step]`, if these are constants.
    pub(super) fn part_of_tuple(
        &self,
        items: &[Val<Value>],
        parts: &[Val<Value>; 3],
    ) -> Option<Val<Value>> {
        let constant = |part: &Val<Value>| match part {
            Val::None => Some(None),
            Val::Int(number) => self.build.int_constant(*number).map(Some),
            _ => None,
        };
        let [start, stop, step] =
            [constant(&parts[0])?, constant(&parts[1])?, constant(&parts[2])?];
        let (length, step) = (items.len() as i64, step.unwrap_or(1));
        if step == 0 {
            return None;
        }
        let (least, most) = if step > 0 { (0, length) } else { (-1, length - 1) };
        let end = |given: Option<i64>, otherwise: i64| match given {
            Some(given) if given < 0 => given.saturating_add(length).max(least),
            Some(given) => given.min(most),
            None => otherwise,
        };
        let (first, last) = if step > 0 { (least, most) } else { (most, least) };
        let (start, stop) = (end(start, first), end(stop, last));
        let mut found = Vec::new();
        let mut at = start;
        while if step > 0 { at < stop } else { at > stop } {
            found.push(items.get(at as usize)?.clone());
            at = at.saturating_add(step);
        }
        Some(Val::Tuple(found.into()))
    }

    /// `a, *b, c = value`
    pub(super) fn unpack_starred(
        &mut self,
        before: &[Reg],
        starred: Reg,
        after: &[Reg],
        from: Reg,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let Some(items) = self.items_of(&self.get(from)) else { return self.perform(instruction) };
        let Some(rest) = items.len().checked_sub(before.len() + after.len()) else {
            return self.leave_for_good();
        };
        let (first, others) = items.split_at(before.len());
        let (middle, last) = others.split_at(rest);
        for (register, item) in before.iter().zip(first) {
            self.set(*register, item.clone())?;
        }
        let list = self.state.make(Contents::List(middle.to_vec()));
        self.set(starred, list)?;
        for (register, item) in after.iter().zip(last) {
            self.set(*register, item.clone())?;
        }
        Ok(Flow::On)
    }

    /// `tuple(value)`
    pub(super) fn tuple_from(&mut self, value: &Val<Value>) -> Option<Val<Value>> {
        match value {
            Val::Tuple(_) => Some(value.clone()),
            Val::Named(tuple, _) => Some((**tuple).clone()),
            Val::Thing(_) => self.items_of(value).map(|items| Val::Tuple(items.into())),
            _ => None,
        }
    }

    /// A comparison of tuples, or whether something is in one. `None` if it takes more than numbers.
    pub(super) fn compare_tuples(
        &mut self,
        operator: Compare,
        a: &Val<Value>,
        b: &Val<Value>,
    ) -> Option<Value> {
        let (a, b) = (&as_tuple(a.clone()), &as_tuple(b.clone()));
        let is_one = matches!((operator, a, b), (_, Val::Tuple(_), Val::Tuple(_)))
            || matches!((operator, b), (Compare::In | Compare::NotIn, Val::Tuple(_)));
        if !is_one || !is_plain(a) || !is_plain(b) || !self.has_identity(a) || !self.has_identity(b)
        {
            return None;
        }
        let truth = match (operator, a, b) {
            (Compare::In | Compare::NotIn, item, Val::Tuple(items)) => {
                let mut found = self.build.bool(false);
                for other in items.iter() {
                    let is_it = self.are_equal(item, other)?;
                    found = self.op(Op::BOr, &[found, is_it]);
                }
                found
            }
            (Compare::Equal | Compare::NotEqual, a, b) => self.are_equal(a, b)?,
            (_, Val::Tuple(x), Val::Tuple(y)) => return self.in_order(operator, x, y),
            _ => return None,
        };
        Some(match operator {
            Compare::NotIn | Compare::NotEqual => self.op(Op::BNot, &[truth]),
            _ => truth,
        })
    }

    /// Exits where a float is no number: whether it is equal to itself depends on whose object it is then.
    /// False if there is always such a one.
    pub(super) fn has_identity(&mut self, value: &Val<Value>) -> bool {
        match value {
            Val::Tuple(items) => items.clone().iter().all(|item| self.has_identity(item)),
            Val::Float(number) => {
                let is_number = self.op(Op::FEq, &[*number, *number]);
                match self.build.bool_constant(is_number) {
                    Some(truth) => truth,
                    None => self.guard(is_number) == Flow::On,
                }
            }
            _ => true,
        }
    }

    /// Whether two values of numbers, characters and tuples are equal.
    fn are_equal(&mut self, a: &Val<Value>, b: &Val<Value>) -> Option<Value> {
        Some(match (a, b) {
            (Val::Tuple(x), Val::Tuple(y)) if x.len() == y.len() => {
                let mut all = self.build.bool(true);
                for (x, y) in x.iter().zip(y.iter()) {
                    let same = self.are_equal(x, y)?;
                    all = self.op(Op::BAnd, &[all, same]);
                }
                all
            }
            (Val::None, Val::None) => self.build.bool(true),
            (Val::Char(x), Val::Char(y)) => self.op(Op::IEq, &[*x, *y]),
            (a, b) if is_number(a) && is_number(b) => self.compare_numbers(Compare::Equal, a, b)?,
            _ => self.build.bool(false),
        })
    }

    /// A comparison of numbers. Exits if an integer beside a float is no float without rounding.
    pub(super) fn compare_numbers(
        &mut self,
        operator: Compare,
        a: &Val<Value>,
        b: &Val<Value>,
    ) -> Option<Value> {
        if let (Some(x), Some(y)) = (self.index_of(a), self.index_of(b)) {
            return Some(self.compared(operator, [Op::IEq, Op::INe, Op::ILt, Op::ILe], x, y));
        }
        for number in [a, b] {
            if let Some(int) = self.index_of(number) {
                let fits = self.is_exact(int);
                if self.build.bool_constant(fits) == Some(false) {
                    return None;
                }
                self.require(fits);
            }
        }
        let (x, y) = (self.float_of(a)?, self.float_of(b)?);
        Some(self.compared(operator, [Op::FEq, Op::FNe, Op::FLt, Op::FLe], x, y))
    }

    /// Whether tuples are in an order: the first items that differ say it, or else their lengths.
    fn in_order(
        &mut self,
        operator: Compare,
        x: &Arc<[Val<Value>]>,
        y: &Arc<[Val<Value>]>,
    ) -> Option<Value> {
        let lengths = [x, y].map(|items| self.build.int(items.len() as i64));
        let ints = [Op::IEq, Op::INe, Op::ILt, Op::ILe];
        let mut result = self.compared(operator, ints, lengths[0], lengths[1]);
        for (a, b) in x.iter().zip(y.iter()).rev() {
            let same = self.are_equal(a, b)?;
            let here = match (a, b) {
                (Val::Char(a), Val::Char(b)) => self.compared(operator, ints, *a, *b),
                (Val::Tuple(a), Val::Tuple(b)) => self.in_order(operator, a, b)?,
                (a, b) if is_number(a) && is_number(b) => self.compare_numbers(operator, a, b)?,
                _ => return None,
            };
            result = self.build.select(same, result, here);
        }
        Some(result)
    }

    /// The text of a string that the source spells out.
    pub(super) fn spelt(&self, value: &Val<Value>) -> Option<String> {
        match value {
            Val::Char(number) => {
                let number = self.build.int_constant(*number)?;
                Some(char::from(u8::try_from(number).ok()?).to_string())
            }
            Val::Object(handle, _) => self.texts.get(handle).map(|text| text.to_string()),
            _ => None,
        }
    }

    /// `arguments["name"]` of arguments by keyword.
    pub(super) fn load_named(
        &mut self,
        to: Reg,
        object: &Val<Value>,
        key: &Val<Value>,
    ) -> Done<Option<Flow>> {
        let Val::Thing(thing) = object else { return Ok(None) };
        let Contents::Keywords(items) = self.state.contents(*thing) else { return Ok(None) };
        let Some(wanted) = self.spelt(key) else { return Ok(None) };
        match items.iter().find(|(name, _)| **name == *wanted).map(|(_, value)| value.clone()) {
            Some(value) => self.set(to, value).map(Some),
            None => {
                self.leave();
                Ok(Some(Flow::Ends))
            }
        }
    }

    /// Whether a character is in a string that the source spells out.
    pub(super) fn is_in_text(&mut self, item: &Val<Value>, text: &Val<Value>) -> Option<Value> {
        let (Val::Char(number), Val::Object(handle, _)) = (item, text) else { return None };
        let text = self.texts.get(handle).cloned()?;
        if !text.is_ascii() || text.len() > LONGEST_TEXT {
            return None;
        }
        let mut sets = [0_u64; 2];
        text.bytes().for_each(|byte| sets[usize::from(byte / 64)] |= 1 << (byte % 64));
        Some(self.is_in_set(*number, sets))
    }

    /// Whether a number below 128 is in a set, which is given as bits.
    pub(super) fn is_in_set(&mut self, number: Value, sets: [u64; 2]) -> Value {
        let [low, high] = sets.map(|set| self.build.int(set as i64));
        let (half, mask, one) = (self.build.int(64), self.build.int(63), self.build.int(1));
        let is_low = self.op(Op::ILt, &[number, half]);
        let set = self.build.select(is_low, low, high);
        let place = self.op(Op::IAnd, &[number, mask]);
        let rest = self.op(Op::IShr, &[set, place]);
        let bit = self.op(Op::IAnd, &[rest, one]);
        let zero = self.build.int(0);
        self.op(Op::INe, &[bit, zero])
    }
}

fn is_number(value: &Val<Value>) -> bool {
    matches!(value, Val::Bool(_) | Val::Int(_) | Val::Float(_))
}

/// Whether a value consists of numbers and characters whose kinds are known.
fn is_plain(value: &Val<Value>) -> bool {
    match value {
        Val::Tuple(items) => items.iter().all(is_plain),
        Val::None | Val::Char(_) => true,
        number => is_number(number),
    }
}
