//! Iteration.

use crate::call::{Next, slots};
use crate::errors::raise;
use crate::object::*;
use crate::state::State;
use crate::types::Answer;
use std::cell::RefCell;

impl State {
    /// `iter(object)`
    pub fn iterator(&self, object: &Obj) -> Res<Obj> {
        if let Some(iterator) = self.operate(object, &slots::tp_iter, "__iter__", &[]) {
            return iterator;
        }
        let state = match &object.kind {
            Kind::Iterator(_) => return Ok(object.clone()),
            Kind::Dict(entries) => Iteration::Dict(object.clone(), 0, entries.borrow().len()),
            Kind::Range(range) => Iteration::Range(*range),
            _ if self.is_sequence(object) => Iteration::Sequence(object.clone(), 0),
            _ => {
                let class = self.class_name(object);
                return raise!(self, TypeError, "'{class}' object is not iterable");
            }
        };
        Ok(self.instance("iterator", Kind::Iterator(RefCell::new(state))))
    }

    fn is_sequence(&self, object: &Obj) -> bool {
        matches!(
            object.kind,
            Kind::Str(_) | Kind::Bytes(_) | Kind::Tuple(_) | Kind::List(_) | Kind::MemoryView(_)
        ) || self.slot(&self.class_of(object), &slots::sq_item).is_some()
            || self.special(object, "__getitem__").is_some()
    }

    pub fn is_iterable(&self, object: &Obj) -> bool {
        matches!(object.kind, Kind::Iterator(_) | Kind::Dict(_) | Kind::Range(_))
            || self.answer(object, &slots::tp_iter, "__iter__").is_some()
            || self.is_sequence(object)
    }

    /// `next(iterator)`, or `None` at the end.
    pub fn next(&self, iterator: &Obj) -> Res<Option<Obj>> {
        match self.answer(iterator, &slots::tp_iternext, "__next__") {
            Some(Answer::Slot(imp, _)) => {
                let item = self.invoke("__next__", &[Some(iterator)], |ctx, h| {
                    // SAFETY: the slot has this signature.
                    Next(unsafe { imp(ctx, h[0]) })
                });
                return self.without_stop(item);
            }
            Some(Answer::Method(method)) => {
                return self.without_stop(self.call(&method, &[], &[]).map(Some));
            }
            None => {}
        }
        match &iterator.kind {
            Kind::Iterator(state) => self.advance(state),
            _ => {
                let class = self.class_name(iterator);
                raise!(self, TypeError, "'{class}' object is not an iterator")
            }
        }
    }

    /// StopIteration is the end.
    fn without_stop(&self, item: Res<Option<Obj>>) -> Res<Option<Obj>> {
        item.or_else(|exception| {
            let end = self.is_instance(&exception, &self.named("StopIteration"));
            if end { Ok(None) } else { Err(exception) }
        })
    }

    fn advance(&self, state: &RefCell<Iteration>) -> Res<Option<Obj>> {
        let now = state.replace(Iteration::Done);
        let (item, then) = match now {
            Iteration::Done => return Ok(None),
            Iteration::Sequence(sequence, at) => {
                match self.item(&sequence, &self.int(at as i128)) {
                    Ok(item) => (item, Iteration::Sequence(sequence, at + 1)),
                    Err(e) if self.is_instance(&e, &self.named("IndexError")) => return Ok(None),
                    Err(exception) => return Err(exception),
                }
            }
            Iteration::Dict(dict, at, len) => {
                let entries = self.dict_entries(&dict);
                if entries.len() != len {
                    return raise!(self, RuntimeError, "dictionary changed size during iteration");
                }
                match entries.get(at) {
                    Some((key, _)) => (key.clone(), Iteration::Dict(dict, at + 1, len)),
                    None => return Ok(None),
                }
            }
            Iteration::Range([start, stop, step]) => {
                if (step > 0 && start >= stop) || (step < 0 && start <= stop) {
                    return Ok(None);
                }
                (self.int(start), Iteration::Range([start + step, stop, step]))
            }
        };
        state.replace(then);
        Ok(Some(item))
    }

    /// Everything that an iterable has.
    pub fn collect(&self, iterable: &Obj) -> Res<Vec<Obj>> {
        let iterator = self.iterator(iterable)?;
        let mut items = vec![];
        while let Some(item) = self.next(&iterator)? {
            items.push(item);
        }
        Ok(items)
    }
}

#[allow(non_snake_case)]
impl State {
    pub(crate) fn ctx_GetIter(&self, object: Obj) -> Res<Obj> {
        self.iterator(&object)
    }
    pub(crate) fn ctx_Iter_Next(&self, iterator: Obj) -> Res<Option<Obj>> {
        self.next(&iterator)
    }
    pub(crate) fn ctx_Iter_Check(&self, object: Obj) -> bool {
        matches!(object.kind, Kind::Iterator(_))
            || self.answer(&object, &slots::tp_iternext, "__next__").is_some()
    }
}
