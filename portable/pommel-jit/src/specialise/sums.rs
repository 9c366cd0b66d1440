//! `sum`, `min` and `max` of lists of numbers: a loop over the items, which changes nothing, so that it can be
//! left at any item and done again on objects.

use super::calls::Given;
use super::value::{Items, Kinds, Tag, Val};
use super::world::{Builtin, Summing};
use super::{Done, Flow, Specialiser};
use crate::code::Reg;
use crate::ir::{Op, Type, Value};

/// What becomes of some values with another item.
type Step<'s, 'w> = &'s mut dyn FnMut(&mut Specialiser<'w>, &Val<Value>, &[Value]) -> Vec<Value>;

impl<'w> Specialiser<'w> {
    /// `sum`, `min` or `max` of a list or tuple of numbers of one kind. `None` if there is no rule for it here.
    pub(super) fn of_list(
        &mut self,
        to: Reg,
        builtin: Builtin,
        given: &Given,
    ) -> Done<Option<Flow>> {
        let [list, rest @ ..] = &given.positional[..] else { return Ok(None) };
        let start = match (rest, &given.named[..]) {
            ([], []) => None,
            ([start], []) => Some(start),
            ([], [(name, start)]) if &**name == "start" => Some(start),
            _ => return Ok(None),
        };
        let Some(kind) = kind_of_items(list) else { return Ok(None) };
        match (builtin, start) {
            (Builtin::Min | Builtin::Max, None) => {
                self.extreme_of_items(to, builtin == Builtin::Max, list, kind)
            }
            (Builtin::Sum, None) => {
                let zero = Val::Int(self.build.int(0));
                self.sum_of_items(to, list, kind, &zero)
            }
            (Builtin::Sum, Some(start)) => self.sum_of_items(to, list, kind, &start.clone()),
            _ => Ok(None),
        }
    }

    /// How many items there are.
    pub(super) fn count_of_items(&mut self, list: &Val<Value>) -> Value {
        match list {
            Val::List(address, items) => self.list_length(*address, items),
            Val::ListObject(handle, _) => self.length_of_object(*handle),
            Val::Tuple(items) => self.build.int(items.len() as i64),
            _ => self.build.int(0),
        }
    }

    /// Takes the items from a position on, one after the other. Gives what became of the values.
    fn over_items(
        &mut self,
        list: &Val<Value>,
        first: usize,
        values: Vec<Value>,
        step: Step<'_, 'w>,
    ) -> Done<Vec<Value>> {
        if let Val::Tuple(items) = list {
            let items = items.iter().skip(first);
            return Ok(items.fold(values, |values, item| step(self, item, &values)));
        }
        let length = self.count_of_items(list);
        let head = self.build.function.block();
        let start = self.build.int(first as i64);
        let types = values.iter().map(|value| self.build.function.type_of(*value));
        let types: Vec<Type> = types.collect();
        self.build.jump(head, [&[start], &values[..]].concat());
        let at = self.build.function.param(head, Type::I64);
        let inside: Vec<Value> =
            types.iter().map(|of| self.build.function.param(head, *of)).collect();
        self.build.block = head;
        let is_inside = self.op(Op::ILt, &[at, length]);
        let (body, behind) = self.build.branch(is_inside);
        self.build.block = body;
        let item = self.item_of_list(list, at)?;
        let values = step(self, &item, &inside);
        let one = self.build.int(1);
        let next = self.op(Op::IAddWrap, &[at, one]);
        self.build.jump(head, [&[next], &values[..]].concat());
        self.build.block = behind;
        Ok(inside)
    }

    /// The item at a position which is inside.
    pub(super) fn item_of_list(&mut self, list: &Val<Value>, at: Value) -> Done<Val<Value>> {
        match list {
            Val::List(address, items) => Ok(self.read(*address, items, at)),
            Val::ListObject(_, items) => self.read_from_object(list, items, at, false),
            _ => self.refused("a list is none"),
        }
    }

    /// The value of the first item, which is there.
    fn first_item(&mut self, list: &Val<Value>) -> Done<Value> {
        if let Val::Tuple(items) = list {
            return Ok(leaf(&items[0]));
        }
        let zero = self.build.int(0);
        Ok(leaf(&self.item_of_list(list, zero)?))
    }

    /// Whether the items of an object are not what they were taken for.
    pub(super) fn is_unlike(&self, list: &Val<Value>) -> bool {
        matches!(list, Val::ListObject(..)) && self.is_refuted()
    }

    /// Exits unless there is an item.
    fn guard_some(&mut self, list: &Val<Value>) -> Flow {
        let (zero, length) = (self.build.int(0), self.count_of_items(list));
        let is_some = self.op(Op::ILt, &[zero, length]);
        self.guard(is_some)
    }

    fn extreme_of_items(
        &mut self,
        to: Reg,
        is_max: bool,
        list: &Val<Value>,
        kind: Tag,
    ) -> Done<Option<Flow>> {
        let op = match kind {
            Tag::Int => Op::ILt,
            Tag::Float => Op::FLt,
            _ => return Ok(None),
        };
        // Those of lists of its own the runtime looks through.
        if matches!(list, Val::List(..)) || self.is_unlike(list) {
            return Ok(None);
        }
        if self.guard_some(list) == Flow::Ends {
            return Ok(Some(Flow::Ends));
        }
        let first = self.first_item(list)?;
        let best = self.over_items(list, 1, vec![first], &mut |this, item, best| {
            let item = leaf(item);
            let better = match is_max {
                true => this.op(op, &[best[0], item]),
                false => this.op(op, &[item, best[0]]),
            };
            vec![this.build.select(better, item, best[0])]
        })?;
        let best = if kind == Tag::Int { Val::Int(best[0]) } else { Val::Float(best[0]) };
        self.set(to, best).map(Some)
    }

    fn sum_of_items(
        &mut self,
        to: Reg,
        list: &Val<Value>,
        kind: Tag,
        start: &Val<Value>,
    ) -> Done<Option<Flow>> {
        if self.is_unlike(list) {
            return Ok(None);
        }
        match (start, kind) {
            (Val::Int(start), Tag::Int | Tag::Bool) => {
                let sum = self.over_items(list, 0, vec![*start], &mut |this, item, sum| {
                    let item = this.index_of(item).unwrap_or(sum[0]);
                    vec![this.checked(Op::IAdd, sum[0], item)]
                })?;
                self.set(to, Val::Int(sum[0])).map(Some)
            }
            (Val::Int(start), _) => {
                // A sum of no floats is an integer. The first of them is added as any number is.
                if self.guard_some(list) == Flow::Ends {
                    return Ok(Some(Flow::Ends));
                }
                let start = self.op(Op::IToF, &[*start]);
                let first = self.first_item(list)?;
                let sum = self.op(Op::FAdd, &[start, first]);
                self.sum_of_floats(to, list, 1, sum)
            }
            (Val::Float(start), _) => self.sum_of_floats(to, list, 0, *start),
            _ => Ok(None),
        }
    }

    /// A sum of floats, and of numbers behind one.
    fn sum_of_floats(
        &mut self,
        to: Reg,
        list: &Val<Value>,
        first: usize,
        start: Value,
    ) -> Done<Option<Flow>> {
        let summing = self.world.summing();
        let nothing = self.build.float(0.0);
        let sums =
            self.over_items(list, first, vec![start, nothing], &mut |this, item, sums| {
                let [sum, rest] = [sums[0], sums[1]];
                let number = this.float_of(item).unwrap_or(sum);
                let is_compensated = match summing {
                    Summing::Plain => false,
                    Summing::Compensated => matches!(item, Val::Float(_)),
                    Summing::AllCompensated => true,
                };
                if !is_compensated {
                    return vec![this.op(Op::FAdd, &[sum, number]), rest];
                }
                let (sum, rest) = this.compensated(sum, rest, number);
                vec![sum, rest]
            })?;
        let sum = self.whole_sum(sums[0], sums[1]);
        self.set(to, Val::Float(sum)).map(Some)
    }
}

impl Specialiser<'_> {
    /// `min` or `max` of an integer and a float: either of them. `None` if there is no rule for it.
    pub(super) fn extreme_of_both(
        &mut self,
        to: Reg,
        is_max: bool,
        parts: &[Val<Value>],
    ) -> Done<Option<Flow>> {
        let [a, b] = parts else { return Ok(None) };
        let (Val::Int(int), Val::Float(float)) = (match (a, b) {
            (Val::Float(_), _) => (b.clone(), a.clone()),
            _ => (a.clone(), b.clone()),
        }) else {
            return Ok(None);
        };
        // They are compared as they are, without rounding.
        let fits = self.is_exact(int);
        if self.guard(fits) == Flow::Ends {
            return Ok(Some(Flow::Ends));
        }
        let int = self.op(Op::IToF, &[int]);
        let [first, second] = if matches!(a, Val::Float(_)) { [float, int] } else { [int, float] };
        let ends = if is_max { [first, second] } else { [second, first] };
        let is_better = self.op(Op::FLt, &ends);
        let kinds = Kinds::one(Tag::Int).with(Kinds::one(Tag::Float));
        let (Val::Number(tag, bits, _), Val::Number(other_tag, other_bits, _)) =
            (self.tagged(a, kinds), self.tagged(b, kinds))
        else {
            return Ok(None);
        };
        let tag = self.build.select(is_better, other_tag, tag);
        let bits = self.build.select(is_better, other_bits, bits);
        self.set(to, Val::Number(tag, bits, kinds)).map(Some)
    }
}

/// The kind of the items of a list or tuple, if all are numbers of one.
pub(super) fn kind_of_items(list: &Val<Value>) -> Option<Tag> {
    let kinds = match list {
        Val::List(_, Items::Numbers(kinds)) | Val::ListObject(_, Items::Numbers(kinds)) => *kinds,
        Val::Tuple(items) => {
            let kind = |item: &Val<Value>| match item {
                Val::Bool(_) => Some(Tag::Bool),
                Val::Int(_) => Some(Tag::Int),
                Val::Float(_) => Some(Tag::Float),
                _ => None,
            };
            let first = kind(items.first()?)?;
            return items.iter().all(|item| kind(item) == Some(first)).then_some(first);
        }
        _ => return None,
    };
    kinds.only().filter(|kind| matches!(kind, Tag::Bool | Tag::Int | Tag::Float))
}

/// The value of a number of one kind.
pub(super) fn leaf(number: &Val<Value>) -> Value {
    match number {
        Val::Bool(value) | Val::Int(value) | Val::Float(value) => *value,
        _ => unreachable!("all items are numbers of one kind"),
    }
}
