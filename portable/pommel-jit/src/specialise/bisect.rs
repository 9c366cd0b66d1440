//! The functions of `bisect`, for lists of numbers of one kind.

use super::calls::Given;
use super::sums::{kind_of_items, leaf};
use super::value::{Items, Tag, Val};
use super::world::Builtin;
use super::{Done, Flow, Specialiser};
use crate::code::Reg;
use crate::ir::{Op, Type, Value};

impl Specialiser<'_> {
    /// A function of `bisect`. `None` if it is none, or if there is no rule for it.
    pub(super) fn bisect(
        &mut self,
        to: Reg,
        builtin: Builtin,
        given: &Given,
    ) -> Done<Option<Flow>> {
        use Builtin::{BisectLeft, BisectRight, InsortLeft, InsortRight};
        let inserts = matches!(builtin, InsortLeft | InsortRight);
        let is_right = matches!(builtin, BisectRight | InsortRight);
        if !inserts && !matches!(builtin, BisectLeft | BisectRight) {
            return Ok(None);
        }
        let ([list, item, ends @ ..], []) = (&given.positional[..], &given.named[..]) else {
            return Ok(None);
        };
        let list = match list {
            Val::Thing(_) => match self.as_list(list)? {
                Some((address, items)) => Val::List(address, items),
                None => return Ok(None),
            },
            other => other.clone(),
        };
        if let (Val::List(address, Items::NONE), true, []) = (&list, inserts, ends) {
            let first = Val::Int(self.build.int(0));
            let given = [first, item.clone()];
            return match item {
                Val::Int(_) | Val::Float(_) => {
                    self.list_method(to, (*address, &Items::NONE), "insert", &given)
                }
                _ => Ok(None),
            };
        }
        let (Val::List(..) | Val::ListObject(..), Some(kind)) = (&list, kind_of_items(&list))
        else {
            return Ok(None);
        };
        let wanted = match (kind, item) {
            (Tag::Int, Val::Int(_)) | (Tag::Float, Val::Float(_)) => leaf(item),
            _ => return Ok(None),
        };
        let other = matches!(list, Val::ListObject(..)) && inserts;
        if other || self.is_unlike(&list) || inserts && !ends.is_empty() {
            return Ok(None);
        }
        let length = self.count_of_items(&list);
        let Some(ends) = self.ends_of_search(ends, length) else { return Ok(None) };
        let op = if kind == Tag::Int { Op::ILt } else { Op::FLt };
        let place = self.search_for(&list, ends, &mut |this, found| match is_right {
            true => {
                let is_less = this.op(op, &[wanted, found]);
                this.op(Op::BNot, &[is_less])
            }
            false => this.op(op, &[found, wanted]),
        })?;
        match &list {
            Val::List(address, items) if inserts => {
                let items: Items = items.clone();
                let given = [Val::Int(place), item.clone()];
                self.list_method(to, (*address, &items), "insert", &given)
            }
            _ => self.set(to, Val::Int(place)).map(Some),
        }
    }

    /// Where the search begins and ends. Exits if that is not within the list.
    fn ends_of_search(&mut self, ends: &[Val<Value>], length: Value) -> Option<[Value; 2]> {
        let zero = self.build.int(0);
        let (low, high) = match ends {
            [] => return Some([zero, length]),
            [Val::Int(low)] => (*low, length),
            [Val::Int(low), Val::Int(high)] => (*low, *high),
            _ => return None,
        };
        for (less, more) in [(zero, low), (zero, high), (high, length)] {
            let fits = self.op(Op::ILe, &[less, more]);
            if self.guard(fits) == Flow::Ends {
                return None;
            }
        }
        Some([low, high])
    }

    /// The position of the first item that is not before what is looked for.
    fn search_for(
        &mut self,
        list: &Val<Value>,
        ends: [Value; 2],
        is_before: &mut dyn FnMut(&mut Self, Value) -> Value,
    ) -> Done<Value> {
        let head = self.build.function.block();
        self.build.jump(head, ends.to_vec());
        let [low, high] = [(); 2].map(|()| self.build.function.param(head, Type::I64));
        self.build.block = head;
        let is_open = self.op(Op::ILt, &[low, high]);
        let (body, behind) = self.build.branch(is_open);
        self.build.block = body;
        let (sum, one) = (self.op(Op::IAddWrap, &[low, high]), self.build.int(1));
        let middle = self.op(Op::IShr, &[sum, one]);
        let found = leaf(&self.item_of_list(list, middle)?);
        let goes_up = is_before(self, found);
        let above = self.op(Op::IAddWrap, &[middle, one]);
        let low_then = self.build.select(goes_up, above, low);
        let high_then = self.build.select(goes_up, high, middle);
        self.build.jump(head, vec![low_then, high_then]);
        self.build.block = behind;
        Ok(low)
    }
}
