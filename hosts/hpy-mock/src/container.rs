//! Sequences, mappings and slices.

use crate::call::slots;
use crate::errors::raise;
use crate::object::*;
use crate::state::State;
use hpy_abi::*;

impl State {
    /// `len(object)`
    pub fn length(&self, object: &Obj) -> Res<isize> {
        let sequence = self.operate(object, &slots::sq_length, "__len__", &[]);
        let by_class = sequence.or_else(|| self.operate(object, &slots::mp_length, "__len__", &[]));
        if let Some(len) = by_class {
            return len;
        }
        match self.builtin_length(object) {
            Some(len) => Ok(len as isize),
            None => {
                let class = self.class_name(object);
                raise!(self, TypeError, "object of type '{class}' has no len()")
            }
        }
    }

    /// What `__len__` returned, as a length.
    pub fn length_from(&self, object: &Obj) -> Res<isize> {
        match isize::try_from(self.index(object)?) {
            Ok(len @ 0..) => Ok(len),
            _ => raise!(self, ValueError, "__len__() should return >= 0"),
        }
    }

    fn builtin_length(&self, object: &Obj) -> Option<usize> {
        Some(match &object.kind {
            Kind::Str(text) => text.str().chars().count(),
            Kind::Bytes(text) => text.bytes().len(),
            Kind::Tuple(items) => items.len(),
            Kind::List(items) => items.borrow().len(),
            Kind::Dict(entries) => entries.borrow().len(),
            Kind::Range([start, stop, step]) => range_length(*start, *stop, *step),
            Kind::MemoryView(view) => view.len(),
            _ => return None,
        })
    }

    /// `object[key]`
    pub fn item(&self, object: &Obj, key: &Obj) -> Res<Obj> {
        let by_class = self.operate(object, &slots::mp_subscript, "__getitem__", &[Some(key)]);
        if let Some(item) = by_class {
            return item;
        }
        if let Some(imp) = self.slot(&self.class_of(object), &slots::sq_item) {
            let index = self.sequence_index(object, key)?;
            return self.invoke("sq_item", &[Some(object)], |ctx, h| {
                // SAFETY: the slot has this signature.
                unsafe { imp(ctx, h[0], Len(index)) }
            });
        }
        self.builtin_item(object, key)
    }

    /// The position for `sq_item` and `sq_ass_item`: negative ones count from the end.
    fn sequence_index(&self, object: &Obj, key: &Obj) -> Res<isize> {
        if !matches!(key.kind, Kind::Int(_))
            && self.answer(key, &slots::nb_index, "__index__").is_none()
        {
            let class = self.class_name(key);
            return raise!(self, TypeError, "sequence index must be integer, not '{class}'");
        }
        let index = self.position(key)?;
        let counts = self.slot(&self.class_of(object), &slots::sq_length).is_some();
        Ok(if index < 0 && counts { index + self.length(object)? } else { index })
    }

    fn position(&self, key: &Obj) -> Res<isize> {
        isize::try_from(self.index(key)?).or_else(|_| {
            let class = self.class_name(key);
            raise!(self, IndexError, "cannot fit '{class}' into an index-sized integer")
        })
    }

    fn builtin_item(&self, object: &Obj, key: &Obj) -> Res<Obj> {
        if let Kind::Dict(_) = object.kind {
            return match self.dict_get(object, key)? {
                Some(value) => Ok(value),
                None => Err(self.exception(&self.named("KeyError"), vec![key.clone()])),
            };
        }
        let class = self.class_name(object);
        if self.builtin_length(object).is_none() {
            return raise!(self, TypeError, "'{class}' object is not subscriptable");
        }
        if let Kind::Slice(_) = key.kind {
            let parts = self.slice_parts(key)?;
            let len = self.builtin_length(object).expect("it has one");
            return Ok(self.pick(object, &slice_indices(parts, len)));
        }
        let at = self.checked_index(object, key, "index")?;
        Ok(match &object.kind {
            Kind::Str(text) => self.str(&text.str().chars().skip(at).take(1).collect::<String>()),
            Kind::Bytes(text) => self.int(text.bytes()[at].into()),
            Kind::Tuple(items) => items[at].clone(),
            Kind::List(items) => items.borrow()[at].clone(),
            Kind::Range([start, _, step]) => self.int(start + at as i128 * step),
            Kind::MemoryView(view) => return view.item(self, at),
            _ => unreachable!("it has a length"),
        })
    }

    /// An index into a built-in sequence as a Rust index. The length is asked last: finding out
    /// the index may run code that changes it.
    fn checked_index(&self, object: &Obj, key: &Obj, what: &str) -> Res<usize> {
        let class = self.class_name(object);
        let integral = matches!(key.kind, Kind::Int(_))
            || self.answer(key, &slots::nb_index, "__index__").is_some();
        if !integral {
            let got = self.class_name(key);
            return match class.as_str() {
                "str" => raise!(self, TypeError, "string indices must be integers, not '{got}'"),
                "bytes" => {
                    raise!(self, TypeError, "byte indices must be integers or slices, not {got}")
                }
                _ => {
                    raise!(self, TypeError, "{class} indices must be integers or slices, not {got}")
                }
            };
        }
        let index = self.position(key)?;
        let len = self.builtin_length(object).expect("it has one");
        let index = if index < 0 { index + len as isize } else { index };
        usize::try_from(index).ok().filter(|index| *index < len).ok_or_else(|| {
            let class = if class == "str" { "string" } else { &class };
            self.error("IndexError", format!("{class} {what} out of range"))
        })
    }

    fn pick(&self, object: &Obj, at: &[usize]) -> Obj {
        match &object.kind {
            Kind::Str(text) => {
                let chars: Vec<char> = text.str().chars().collect();
                self.str(&at.iter().map(|i| chars[*i]).collect::<String>())
            }
            Kind::Bytes(text) => {
                self.bytes(at.iter().map(|i| text.bytes()[*i]).collect::<Vec<_>>())
            }
            Kind::Tuple(items) => self.tuple(at.iter().map(|i| items[*i].clone()).collect()),
            Kind::List(items) => self.list(at.iter().map(|i| items.borrow()[*i].clone()).collect()),
            _ => {
                let class = self.class_name(object);
                self.fault(format!("the mock cannot slice a '{class}'"))
            }
        }
    }

    /// Start, stop and step of a slice, as `ctx_Slice_Unpack` gives them.
    fn slice_parts(&self, slice: &Obj) -> Res<[isize; 3]> {
        let Kind::Slice([start, stop, step]) = &slice.kind else {
            let class = self.class_name(slice);
            return raise!(self, TypeError, "expected a slice, not '{class}'");
        };
        let part = |part: &Obj, default: isize| -> Res<isize> {
            if self.is_none(part) {
                return Ok(default);
            }
            Ok(self.index(part)?.clamp(isize::MIN as i128, isize::MAX as i128) as isize)
        };
        let step = part(step, 1)?.max(-isize::MAX);
        if step == 0 {
            return raise!(self, ValueError, "slice step cannot be zero");
        }
        let (first, last) = if step < 0 { (isize::MAX, isize::MIN) } else { (0, isize::MAX) };
        Ok([part(start, first)?, part(stop, last)?, step])
    }

    /// `object[key] = value`, or `del object[key]` without a value.
    pub fn set_item(&self, object: &Obj, key: &Obj, value: Option<&Obj>) -> Res<()> {
        let name = if value.is_some() { "__setitem__" } else { "__delitem__" };
        let operands = [Some(key), value];
        if let Some(done) = self.operate(object, &slots::mp_ass_subscript, name, &operands) {
            return done;
        }
        if let Some(imp) = self.slot(&self.class_of(object), &slots::sq_ass_item) {
            let index = self.sequence_index(object, key)?;
            let done = self.invoke("sq_ass_item", &[Some(object), value], |ctx, h| {
                // SAFETY: the slot has this signature.
                unsafe { imp(ctx, h[0], Len(index), h[1]) }
            });
            return done;
        }
        self.builtin_set_item(object, key, value)
    }

    fn builtin_set_item(&self, object: &Obj, key: &Obj, value: Option<&Obj>) -> Res<()> {
        let class = self.class_name(object);
        match (&object.kind, &key.kind, value) {
            (Kind::Dict(_), _, Some(value)) => self.dict_set(object, key, value.clone()),
            (Kind::Dict(_), _, None) if self.dict_remove(object, key)? => Ok(()),
            (Kind::Dict(_), _, None) => {
                Err(self.exception(&self.named("KeyError"), vec![key.clone()]))
            }
            (Kind::List(items), Kind::Slice(_), value) => {
                let parts = self.slice_parts(key)?;
                if parts[2] != 1 {
                    return Err(self.fault("the mock assigns to slices of step 1 only".into()));
                }
                let new = value.map_or(Ok(vec![]), |value| self.collect(value))?;
                let mut items = items.borrow_mut();
                let len = items.len() as isize;
                let [from, to] = [parts[0], parts[1]]
                    .map(|part| if part < 0 { part + len } else { part }.clamp(0, len) as usize);
                let old: Vec<Obj> = items.splice(from..to.max(from), new).collect();
                drop((items, old));
                Ok(())
            }
            (Kind::List(items), _, value) => {
                let at = self.checked_index(object, key, "assignment index")?;
                let mut items = items.borrow_mut();
                let old = match value {
                    Some(value) => std::mem::replace(&mut items[at], value.clone()),
                    None => items.remove(at),
                };
                drop((items, old));
                Ok(())
            }
            (_, _, Some(_)) => {
                raise!(self, TypeError, "'{class}' object does not support item assignment")
            }
            (_, _, None) => {
                raise!(self, TypeError, "'{class}' object doesn't support item deletion")
            }
        }
    }

    /// `+` and `*` of sequences, the instances' slots included.
    pub fn sequence_operator(&self, name: &str, a: &Obj, b: &Obj) -> Res<Option<Obj>> {
        match name {
            "add" => match self.slot(&self.class_of(a), &slots::sq_concat) {
                Some(imp) => self.run("sq_concat", imp, &[Some(a), Some(b)]).map(Some),
                None => self.concat(a, b),
            },
            "mul" => {
                for (sequence, count) in [(a, b), (b, a)] {
                    let result = self.repeat(sequence, count)?;
                    if result.is_some() {
                        return Ok(result);
                    }
                }
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// `+=` and `*=` through the instances' slots.
    pub fn sequence_inplace(&self, name: &str, a: &Obj, b: &Obj) -> Res<Option<Obj>> {
        let class = self.class_of(a);
        match (name, &a.kind) {
            ("add", Kind::List(items)) => {
                let new = self.collect(b)?;
                items.borrow_mut().extend(new);
                Ok(Some(a.clone()))
            }
            ("add", _) => match self.slot(&class, &slots::sq_inplace_concat) {
                Some(imp) => self.run("sq_inplace_concat", imp, &[Some(a), Some(b)]).map(Some),
                None => Ok(None),
            },
            ("mul", _) => match self.slot(&class, &slots::sq_inplace_repeat) {
                Some(imp) => {
                    let count = self.position(b)?;
                    let result = self.invoke("sq_inplace_repeat", &[Some(a)], |ctx, h| {
                        // SAFETY: the slot has this signature.
                        unsafe { imp(ctx, h[0], Len(count)) }
                    });
                    result.map(Some)
                }
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }

    fn concat(&self, a: &Obj, b: &Obj) -> Res<Option<Obj>> {
        let got = self.class_name(b);
        Ok(Some(match (&a.kind, &b.kind) {
            (Kind::Str(x), Kind::Str(y)) => self.str(&[x.str(), y.str()].concat()),
            (Kind::Bytes(x), Kind::Bytes(y)) => self.bytes([x.bytes(), y.bytes()].concat()),
            (Kind::Tuple(x), Kind::Tuple(y)) => self.tuple([x.as_slice(), y].concat()),
            (Kind::List(x), Kind::List(y)) => {
                self.list([x.borrow().as_slice(), &y.borrow()].concat())
            }
            (Kind::Str(_) | Kind::Tuple(_) | Kind::List(_), _) => {
                let class = self.class_name(a);
                return raise!(
                    self,
                    TypeError,
                    "can only concatenate {class} (not \"{got}\") to {class}"
                );
            }
            _ => return Ok(None),
        }))
    }

    fn repeat(&self, sequence: &Obj, count: &Obj) -> Res<Option<Obj>> {
        let slot = self.slot(&self.class_of(sequence), &slots::sq_repeat);
        let repeats = slot.is_some()
            || matches!(
                sequence.kind,
                Kind::Str(_) | Kind::Bytes(_) | Kind::Tuple(_) | Kind::List(_)
            );
        if !repeats {
            return Ok(None);
        }
        let countable = matches!(count.kind, Kind::Int(_))
            || self.answer(count, &slots::nb_index, "__index__").is_some();
        if !countable {
            let class = self.class_name(count);
            return raise!(self, TypeError, "can't multiply sequence by non-int of type '{class}'");
        }
        let count = self.position(count)?;
        if let Some(imp) = slot {
            let result = self.invoke("sq_repeat", &[Some(sequence)], |ctx, h| {
                // SAFETY: the slot has this signature.
                unsafe { imp(ctx, h[0], Len(count)) }
            });
            return result.map(Some);
        }
        let times = count.max(0) as usize;
        Ok(Some(match &sequence.kind {
            Kind::Str(text) => self.str(&text.str().repeat(times)),
            Kind::Bytes(text) => self.bytes(text.bytes().repeat(times)),
            Kind::Tuple(items) => self.tuple(repeated(items, times)),
            Kind::List(items) => self.list(repeated(&items.borrow(), times)),
            _ => unreachable!("checked above"),
        }))
    }

    /// `key in container`
    pub fn contains(&self, container: &Obj, key: &Obj) -> Res<bool> {
        let by_class = self.operate(container, &slots::sq_contains, "__contains__", &[Some(key)]);
        if let Some(found) = by_class {
            return found;
        }
        match (&container.kind, &key.kind) {
            (Kind::Dict(_), _) => Ok(self.dict_get(container, key)?.is_some()),
            (Kind::Str(text), Kind::Str(part)) => Ok(text.str().contains(part.str())),
            (Kind::Str(_), _) => {
                let got = self.class_name(key);
                raise!(self, TypeError, "'in <string>' requires string as left operand, not {got}")
            }
            _ => {
                if !self.is_iterable(container) {
                    let class = self.class_name(container);
                    return raise!(self, TypeError, "argument of type '{class}' is not iterable");
                }
                for item in self.collect(container)? {
                    if self.equal(&item, key)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }
}

/// The positions that a slice picks from a sequence of some length.
fn slice_indices(parts: [isize; 3], len: usize) -> Vec<usize> {
    let [start, stop, step] = parts.map(|part| part as i128);
    let len = len as i128;
    let (low, high) = if step < 0 { (-1, len - 1) } else { (0, len) };
    let clip = |part: i128| (if part < 0 { part + len } else { part }).clamp(low, high);
    range_items(clip(start), clip(stop), step).map(|i| i as usize).collect()
}

fn repeated(items: &[Obj], times: usize) -> Vec<Obj> {
    std::iter::repeat_n(items, times).flatten().cloned().collect()
}

pub(crate) fn range_items(start: i128, stop: i128, step: i128) -> impl Iterator<Item = i128> {
    let goes_on = move |i: &i128| if step > 0 { *i < stop } else { *i > stop };
    std::iter::successors(Some(start), move |i| Some(i + step)).take_while(goes_on)
}

fn range_length(start: i128, stop: i128, step: i128) -> usize {
    let distance = if step > 0 { stop - start } else { start - stop };
    (distance.max(0) as u128).div_ceil(step.unsigned_abs()) as usize
}

#[allow(non_snake_case)]
impl State {
    pub(crate) fn ctx_Length(&self, object: Obj) -> Res<isize> {
        self.length(&object)
    }
    pub(crate) fn ctx_GetItem(&self, object: Obj, key: Obj) -> Res<Obj> {
        self.item(&object, &key)
    }
    pub(crate) fn ctx_GetItem_i(&self, object: Obj, index: Len) -> Res<Obj> {
        self.item(&object, &self.int(index.0 as i128))
    }
    pub(crate) fn ctx_GetItem_s(&self, object: Obj, key: String) -> Res<Obj> {
        self.item(&object, &self.str(&key))
    }
    pub(crate) fn ctx_SetItem(&self, object: Obj, key: Obj, value: Obj) -> Res<()> {
        self.set_item(&object, &key, Some(&value))
    }
    pub(crate) fn ctx_SetItem_i(&self, object: Obj, index: Len, value: Obj) -> Res<()> {
        self.set_item(&object, &self.int(index.0 as i128), Some(&value))
    }
    pub(crate) fn ctx_SetItem_s(&self, object: Obj, key: String, value: Obj) -> Res<()> {
        self.set_item(&object, &self.str(&key), Some(&value))
    }
    pub(crate) fn ctx_DelItem(&self, object: Obj, key: Obj) -> Res<()> {
        self.set_item(&object, &key, None)
    }
    pub(crate) fn ctx_DelItem_i(&self, object: Obj, index: Len) -> Res<()> {
        self.set_item(&object, &self.int(index.0 as i128), None)
    }
    pub(crate) fn ctx_DelItem_s(&self, object: Obj, key: String) -> Res<()> {
        self.set_item(&object, &self.str(&key), None)
    }
    pub(crate) fn ctx_Contains(&self, container: Obj, key: Obj) -> Res<bool> {
        self.contains(&container, &key)
    }
    pub(crate) fn ctx_GetSlice(&self, object: Obj, start: Len, end: Len) -> Res<Obj> {
        self.item(&object, &self.simple_slice(start, end))
    }
    pub(crate) fn ctx_SetSlice(&self, object: Obj, start: Len, end: Len, value: Obj) -> Res<()> {
        self.set_item(&object, &self.simple_slice(start, end), Some(&value))
    }
    pub(crate) fn ctx_DelSlice(&self, object: Obj, start: Len, end: Len) -> Res<()> {
        self.set_item(&object, &self.simple_slice(start, end), None)
    }
    fn simple_slice(&self, start: Len, end: Len) -> Obj {
        let ends = [start, end].map(|part| self.int(part.0 as i128));
        let [start, end] = ends;
        self.instance("slice", Kind::Slice([start, end, self.none()]))
    }
    pub(crate) fn ctx_Slice_New(
        &self,
        start: Option<Obj>,
        stop: Option<Obj>,
        step: Option<Obj>,
    ) -> Res<Obj> {
        let parts = [start, stop, step].map(|part| part.unwrap_or_else(|| self.none()));
        Ok(self.instance("slice", Kind::Slice(parts)))
    }
    pub(crate) fn ctx_Slice_Unpack(
        &self,
        slice: Obj,
        start: *mut Len,
        stop: *mut Len,
        step: *mut Len,
    ) -> Res<()> {
        let parts = self.slice_parts(&slice)?;
        for (place, part) in [start, stop, step].into_iter().zip(parts) {
            // SAFETY: by the ABI all three are writable.
            unsafe { *place = Len(part) };
        }
        Ok(())
    }

    pub(crate) fn ctx_List_Check(&self, object: Obj) -> bool {
        matches!(object.kind, Kind::List(_))
    }
    pub(crate) fn ctx_List_New(&self, len: Len) -> Res<Obj> {
        match len.0 {
            0 => Ok(self.list(vec![])),
            _ => Err(self.fault("ctx_List_New with a length makes a list with holes".into())),
        }
    }
    pub(crate) fn ctx_List_Append(&self, list: Obj, item: Obj) -> Res<()> {
        let Kind::List(items) = &list.kind else {
            return raise!(self, SystemError, "bad argument to internal function");
        };
        items.borrow_mut().push(item);
        Ok(())
    }
    pub(crate) fn ctx_List_Insert(&self, list: Obj, index: Len, item: Obj) -> Res<()> {
        let Kind::List(items) = &list.kind else {
            return raise!(self, SystemError, "bad argument to internal function");
        };
        let len = items.borrow().len() as isize;
        let at = if index.0 < 0 { index.0 + len } else { index.0 }.clamp(0, len);
        items.borrow_mut().insert(at as usize, item);
        Ok(())
    }
    pub(crate) fn ctx_Tuple_Check(&self, object: Obj) -> bool {
        matches!(object.kind, Kind::Tuple(_))
    }
    pub(crate) fn ctx_Tuple_FromArray(&self, items: Handles, n: Len) -> Res<Obj> {
        Ok(self.tuple(self.objects(items, n.0 as usize)?))
    }
}
