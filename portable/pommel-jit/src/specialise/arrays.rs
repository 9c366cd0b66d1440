//! Arrays in memory: their elements, and the parts of them that are arrays as well.
//!
//! A row or a slice is in registers as long as nobody else learns of it: it is where its elements are, and
//! how it is taken out of its array if it has to become an object.

use super::element::{Element, Family, Owner, Sort};
use super::objects::is_quiet;
use super::value::{Contents, Val, View};
use super::{Done, Flow, Specialiser};
use crate::code::{Instruction, Reg};
use crate::ir::op::Class;
use crate::ir::{Immediate, Op, Value};
use std::sync::Arc;

/// An array has at most so many axes for its parts to be in registers.
const MOST_AXES: usize = 4;

/// Where an index leads.
enum Found {
    At(Value),
    /// To no element. Nothing comes behind this.
    OutOfBounds,
    /// To something else than an element.
    Nothing,
}

/// An axis of a part, or that it is none of the part's.
struct Cut {
    /// How far its beginning is from that of the array's axis, in bytes.
    distance: Value,
    /// Its length and its distance between elements.
    axis: Option<(Value, Value)>,
}

/// An array and where its elements are, as itself or as a part of another one.
#[derive(Clone)]
pub(super) struct Elements {
    /// What has to be there as long as elements are read and written.
    pub(super) keeper: Val<Value>,
    pub(super) view: View,
    pub(super) words: Arc<[Value]>,
}

impl Elements {
    /// The length of an axis.
    pub(super) fn length(&self, axis: usize) -> Value {
        self.words[1 + axis]
    }

    fn stride(&self, axis: usize) -> Value {
        self.words[1 + usize::from(self.view.rank) + axis]
    }

    pub(super) fn writable(&self) -> Value {
        self.words[self.words.len() - 1]
    }
}

impl Specialiser<'_> {
    /// Where the elements of an array are, if that is known.
    pub(super) fn elements(&self, value: &Val<Value>) -> Option<Elements> {
        match value {
            Val::Array(_, view, words) => {
                Some(Elements { keeper: value.clone(), view: *view, words: words.clone() })
            }
            Val::Thing(thing) => match self.state.contents(*thing) {
                Contents::Part { array, view, words, .. } => Some(Elements {
                    keeper: array.clone(),
                    view: *view,
                    words: words.as_slice().into(),
                }),
                _ => None,
            },
            _ => None,
        }
    }

    /// An item of an array. `None` if that is left to objects.
    pub(super) fn load_of_array(
        &mut self,
        to: Reg,
        object: Reg,
        value: &Val<Value>,
        index: &Val<Value>,
    ) -> Done<Option<Flow>> {
        let Some(elements) = self.elements_or_guess(object, value, index) else { return Ok(None) };
        match self.element(&elements, index) {
            Found::At(address) => {
                let item = self.load(elements.view, address);
                self.keep(&elements.keeper);
                match item {
                    Some(item) => self.set(to, item).map(Some),
                    None => Ok(Some(Flow::Ends)),
                }
            }
            Found::OutOfBounds => Ok(Some(Flow::Ends)),
            Found::Nothing => self.part(to, value, &elements, index),
        }
    }

    /// Puts an item into an array. `None` if that is left to objects.
    pub(super) fn store_to_array(
        &mut self,
        object: Reg,
        target: &Val<Value>,
        index: &Val<Value>,
        item: &Val<Value>,
    ) -> Done<Option<Flow>> {
        let Some(elements) = self.elements_or_guess(object, target, index) else {
            return Ok(None);
        };
        if let Some(flow) = self.store_array(&elements, index, item)? {
            return Ok(Some(flow));
        }
        if !fits(elements.view, item) || !self.names_element(&elements, index) {
            return Ok(None);
        }
        let zero = self.build.int(0);
        let writable = self.op(Op::INe, &[elements.writable(), zero]);
        if self.guard(writable) == Flow::Ends {
            return Ok(Some(Flow::Ends));
        }
        match self.element(&elements, index) {
            Found::At(address) => {
                let flow = self.store(elements.view.element, address, item);
                self.keep(&elements.keeper);
                Ok(Some(flow))
            }
            Found::OutOfBounds => Ok(Some(Flow::Ends)),
            Found::Nothing => Ok(None),
        }
    }

    /// Where the elements of an array are; of one that is not known so far by taking it for granted what
    /// it is.
    fn elements_or_guess(
        &mut self,
        object: Reg,
        value: &Val<Value>,
        index: &Val<Value>,
    ) -> Option<Elements> {
        if let Some(known) = self.elements(value) {
            return Some(known);
        }
        let Val::Object(handle, class @ (None | Some(Class::Array))) = *value else { return None };
        if self.is_refuted() {
            return None;
        }
        let place = (self.state.top().context, self.state.top().point);
        let seen = self.experience.views.get(&place).or_else(|| self.guesses.get(&handle));
        let view = match (seen, class) {
            // There is an axis for each part of an index.
            (Some(view), _) => View { rank: view.rank.max(rank_of(index)?), ..*view },
            (None, Some(Class::Array)) => View {
                owner: Owner::Pommel,
                element: Element::Float64,
                rank: rank_of(index)?,
                packed: true,
            },
            _ => return None,
        };
        let array = self.view(handle, view, true);
        self.spread(value, &array);
        self.elements(&self.get(object))
    }

    /// Whoever has a value has another one now, which is the same object.
    pub(super) fn spread(&mut self, old: &Val<Value>, new: &Val<Value>) {
        for register in self.state.frames.iter_mut().flat_map(|frame| &mut frame.registers) {
            if register == old {
                *register = new.clone();
            }
        }
    }

    /// Looks at an array. Exits if it is not such a one.
    pub(super) fn view(&mut self, handle: Value, view: View, is_guess: bool) -> Val<Value> {
        // Each look has words of its own, which nobody else writes.
        self.views.push(view);
        let number = self.views.len() - 1;
        let exit = if is_guess { self.exit_refuted() } else { self.exit() };
        let immediate = Immediate::Int(number as i64);
        let place = self.build.emit(Op::View, &[handle], immediate, Some(exit))[0];
        let count = view.words();
        let words: Vec<Value> = (0..count)
            .map(|i| self.build.emit(Op::LoadI64, &[place], Immediate::Int(8 * i as i64), None)[0])
            .collect();
        self.learn_lengths(view, &words);
        Val::Array(handle, view, words.into())
    }

    /// Lengths are not negative: said once, that passes know it.
    pub(super) fn learn_lengths(&mut self, view: View, words: &[Value]) {
        for axis in 0..usize::from(view.rank) {
            let zero = self.build.int(0);
            let fits = self.op(Op::ILe, &[zero, words[1 + axis]]);
            self.require(fits);
        }
    }

    /// An array is there until here, since its elements have just been read or written.
    pub(super) fn keep(&mut self, array: &Val<Value>) {
        if let Val::Array(handle, ..) = array {
            self.build.emit(Op::Keep, &[*handle], Immediate::None, None);
        }
    }

    /// The integers of an index, if it is made of such. Truth values are masks.
    pub(super) fn integers(&self, index: &Val<Value>) -> Option<Vec<Value>> {
        let parts: Vec<Val<Value>> = match index {
            Val::Tuple(parts) => parts.to_vec(),
            single => vec![single.clone()],
        };
        let int = |part: &Val<Value>| match self.as_index(part) {
            Val::Int(value) => Some(value),
            _ => None,
        };
        parts.iter().map(int).collect()
    }

    /// Whether an index is one of a single element.
    fn names_element(&self, elements: &Elements, index: &Val<Value>) -> bool {
        let is_plain = matches!(index, Val::Tuple(_)) && !elements.view.owner.has_axes();
        !is_plain
            && self
                .integers(index)
                .is_some_and(|parts| parts.len() == usize::from(elements.view.rank))
    }

    /// The element that an index names, if it does: with an integer for each axis. Exits where one is out
    /// of bounds.
    fn element(&mut self, elements: &Elements, index: &Val<Value>) -> Found {
        if !self.names_element(elements, index) {
            return Found::Nothing;
        }
        let mut address = elements.words[0];
        for (axis, part) in self.integers(index).unwrap_or_default().into_iter().enumerate() {
            match self.along(elements, axis, part) {
                Some(distance) => address = self.op(Op::IAddWrap, &[address, distance]),
                None => return Found::OutOfBounds,
            }
        }
        Found::At(address)
    }

    /// How far an index along an axis leads, in bytes. Exits where it is out of bounds; `None` if it
    /// always is.
    fn along(&mut self, elements: &Elements, axis: usize, index: Value) -> Option<Value> {
        let length = elements.length(axis);
        let zero = self.build.int(0);
        let from_end = self.op(Op::IAddWrap, &[index, length]);
        let negative = self.op(Op::ILt, &[index, zero]);
        let position = self.build.select(negative, from_end, index);
        let inside = self.op(Op::ULt, &[position, length]);
        if self.guard(inside) == Flow::Ends {
            return None;
        }
        let stride = self.distance_between(elements, axis);
        Some(self.op(Op::IMulWrap, &[position, stride]))
    }

    /// The distance between elements along an axis, in bytes: a constant for the last one of an array
    /// without gaps.
    pub(super) fn distance_between(&mut self, elements: &Elements, axis: usize) -> Value {
        match elements.view.packed && axis + 1 == usize::from(elements.view.rank) {
            true => self.build.int(i64::from(elements.view.element.size())),
            false => elements.stride(axis),
        }
    }

    /// The element at an address. `None` if it never is one for machine code.
    pub(super) fn load(&mut self, view: View, address: Value) -> Option<Val<Value>> {
        let element = view.element;
        let op = if element == Element::Bool { Op::LoadU8 } else { element.load() };
        let mut value = self.build.emit(op, &[address], Immediate::Int(0), None)[0];
        if element == Element::Bool {
            // Memory of others may have other bytes than 0 and 1.
            let zero = self.build.int(0);
            value = self.op(Op::INe, &[value, zero]);
        }
        if element == Element::UInt64 {
            let zero = self.build.int(0);
            let fits = self.op(Op::ILe, &[zero, value]);
            if self.guard(fits) == Flow::Ends {
                return None;
            }
        }
        Some(match (view.owner.scalars(element), element.sort()) {
            (Some(flavour), _) => Val::Scalar(value, flavour),
            (None, Sort::Truth) => Val::Bool(value),
            (None, Sort::Signed | Sort::Unsigned) => Val::Int(value),
            (None, Sort::Float) => Val::Float(value),
        })
    }

    /// Writes an element that [`fits`]. Exits where it is none of the type.
    fn store(&mut self, element: Element, address: Value, item: &Val<Value>) -> Flow {
        let value = match (element.sort(), self.as_python(item)) {
            (Sort::Truth, Val::Bool(truth)) => truth,
            (Sort::Float, item) => {
                let Some(float) = self.float_of(&item) else { return Flow::Ends };
                if element == Element::Float32 {
                    let narrow = self.op(Op::FNarrow, &[float]);
                    let mut fits = self.is_finite(narrow);
                    if let Val::Int(int) = item {
                        let exact = self.is_exact(int);
                        fits = self.op(Op::BAnd, &[fits, exact]);
                    }
                    if self.guard(fits) == Flow::Ends {
                        return Flow::Ends;
                    }
                }
                float
            }
            (_, item) => {
                let Some(int) = self.index_of(&item) else { return Flow::Ends };
                if !element.has_all() {
                    let (low, high) = element.range();
                    let (low, high) = (self.build.int(low), self.build.int(high));
                    let above = self.op(Op::ILe, &[low, int]);
                    let below = self.op(Op::ILe, &[int, high]);
                    let fits = self.op(Op::BAnd, &[above, below]);
                    if self.guard(fits) == Flow::Ends {
                        return Flow::Ends;
                    }
                }
                int
            }
        };
        self.build.emit(element.store(), &[address, value], Immediate::Int(0), None);
        Flow::On
    }

    /// A part of an array that is an array: a row, or a slice. `None` if that is left to objects.
    fn part(
        &mut self,
        to: Reg,
        array: &Val<Value>,
        elements: &Elements,
        index: &Val<Value>,
    ) -> Done<Option<Flow>> {
        // A part of a part is taken out of an object.
        if !matches!(array, Val::Array(..)) || !self.is_cut(elements, index) {
            return Ok(None);
        }
        let Some(part) = self.cut_out(elements, index) else { return Ok(Some(Flow::Ends)) };
        let (array, key, view) = (array.clone(), index.clone(), part.view);
        let words = part.words.to_vec();
        let made = self.state.make(Contents::Part { array, key, view, words });
        self.set(to, made).map(Some)
    }

    /// Whether an index takes a part out of an array that is an array as well, with integers and slices.
    pub(super) fn is_cut(&self, elements: &Elements, index: &Val<Value>) -> bool {
        let rank = usize::from(elements.view.rank);
        let parts = parts_of(index);
        let new = parts.iter().filter(|part| **part == Val::None).count();
        let fits = parts.len() - new <= rank && rank + new <= MOST_AXES;
        if !elements.view.owner.has_axes() || !fits {
            return false;
        }
        let cuts = |this: &Self, part: &Val<Value>| match part {
            Val::None => true,
            Val::Slice(bounds) => this.is_simple_slice(bounds),
            other => matches!(this.as_index(other), Val::Int(_)),
        };
        parts.iter().all(|part| cuts(self, part))
    }

    /// The part of an array that such an index takes out. `None` if it is always out of bounds.
    pub(super) fn cut_out(&mut self, elements: &Elements, index: &Val<Value>) -> Option<Elements> {
        let mut address = elements.words[0];
        let mut axes = Vec::new();
        let mut rest = 0..usize::from(elements.view.rank);
        let mut packed = elements.view.packed;
        for part in parts_of(index) {
            if part == Val::None {
                // A new axis, of length 1.
                axes.push((self.build.int(1), self.build.int(0)));
                packed &= !rest.is_empty();
                continue;
            }
            let cut = self.cut(elements, rest.next()?, &part)?;
            address = self.op(Op::IAddWrap, &[address, cut.distance]);
            axes.extend(cut.axis);
            packed &= !rest.is_empty()
                || matches!(&part, Val::Slice(bounds) if self.step_of(bounds) == Some(1));
        }
        axes.extend(rest.map(|axis| (elements.length(axis), elements.stride(axis))));
        let view = View { rank: axes.len() as u8, packed, ..elements.view };
        let mut words = vec![address];
        words.extend(axes.iter().map(|(length, _)| *length));
        words.extend(axes.iter().map(|(_, stride)| *stride));
        words.push(elements.writable());
        Some(Elements { keeper: elements.keeper.clone(), view, words: words.into() })
    }

    /// The constant step of a slice.
    fn step_of(&self, bounds: &[Val<Value>; 3]) -> Option<i64> {
        match &bounds[2] {
            Val::None => Some(1),
            Val::Int(step) => self.build.int_constant(*step).filter(|step| *step != 0),
            _ => None,
        }
    }

    /// Whether a slice has integers for bounds or none, and a constant step.
    fn is_simple_slice(&self, bounds: &[Val<Value>; 3]) -> bool {
        let is_bound = |bound: &Val<Value>| matches!(bound, Val::None | Val::Int(_));
        is_bound(&bounds[0])
            && is_bound(&bounds[1])
            && self.step_of(bounds).is_some_and(|step| step > i64::from(i32::MIN))
    }

    /// What an index or a slice makes of an axis. `None` if it is always out of bounds.
    fn cut(&mut self, elements: &Elements, axis: usize, part: &Val<Value>) -> Option<Cut> {
        let bounds = match part {
            Val::Slice(bounds) => bounds,
            other => {
                let Val::Int(index) = self.as_index(other) else { return None };
                let distance = self.along(elements, axis, index)?;
                return Some(Cut { distance, axis: None });
            }
        };
        let step = self.step_of(bounds)?;
        let (length, stride) = (elements.length(axis), self.distance_between(elements, axis));
        let (zero, one) = (self.build.int(0), self.build.int(1));
        // As in Python's `slice.indices`: bounds beyond the ends are at the ends.
        let (least, most) = match step > 0 {
            true => (zero, length),
            false => (self.build.int(-1), self.op(Op::ISubWrap, &[length, one])),
        };
        let ends = if step > 0 { (least, most) } else { (most, least) };
        let start = self.clipped(&bounds[0], length, (least, most), ends.0);
        let stop = self.clipped(&bounds[1], length, (least, most), ends.1);
        let (low, high) = if step > 0 { (start, stop) } else { (stop, start) };
        let span = self.op(Op::ISubWrap, &[high, low]);
        let before = self.op(Op::ISubWrap, &[span, one]);
        let size = self.build.int(step.abs());
        let rounds = match step.abs() {
            1 => before,
            _ => self.op(Op::IFloorDiv, &[before, size]),
        };
        let count = self.op(Op::IAddWrap, &[rounds, one]);
        let is_some = self.op(Op::ILt, &[low, high]);
        let count = self.build.select(is_some, count, zero);
        // Where there is nothing, nobody reads.
        let distance = self.op(Op::IMulWrap, &[start, stride]);
        let step = self.build.int(step);
        let stride = self.op(Op::IMulWrap, &[stride, step]);
        Some(Cut { distance, axis: Some((count, stride)) })
    }

    /// A bound of a slice between the ends of an axis.
    fn clipped(
        &mut self,
        bound: &Val<Value>,
        length: Value,
        (least, most): (Value, Value),
        default: Value,
    ) -> Value {
        let Val::Int(bound) = *bound else { return default };
        let zero = self.build.int(0);
        let from_end = self.op(Op::IAddWrap, &[bound, length]);
        let negative = self.op(Op::ILt, &[bound, zero]);
        let place = self.build.select(negative, from_end, bound);
        let below = self.op(Op::ILt, &[place, least]);
        let place = self.build.select(below, least, place);
        let beyond = self.op(Op::ILt, &[most, place]);
        self.build.select(beyond, most, place)
    }

    /// A row of an array, at a place that is one of its own: what iterating over it gives.
    pub(super) fn row(&mut self, array: &Val<Value>, position: Value) -> Val<Value> {
        let Val::Array(_, view, words) = array else { return Val::None };
        let rank = usize::from(view.rank);
        let distance = self.op(Op::IMulWrap, &[position, words[1 + rank]]);
        let address = self.op(Op::IAddWrap, &[words[0], distance]);
        let mut row = vec![address];
        row.extend(&words[2..=rank]);
        row.extend(&words[2 + rank..]);
        let view = View { rank: view.rank - 1, ..*view };
        let (array, key) = (array.clone(), Val::Int(position));
        self.state.make(Contents::Part { array, key, view, words: row })
    }

    /// What an attribute of an array is, if it is one that says how its elements lie.
    pub(super) fn attribute_of_array(
        &mut self,
        value: &Val<Value>,
        name: &str,
    ) -> Option<Val<Value>> {
        let elements = self.elements(value)?;
        let lengths = (0..usize::from(elements.view.rank)).map(|axis| elements.length(axis));
        let is_array = elements.view.owner.has_axes();
        Some(match name {
            "shape" if is_array => Val::Tuple(lengths.map(Val::Int).collect()),
            "ndim" if is_array => Val::Int(self.build.int(i64::from(elements.view.rank))),
            "size" if is_array => {
                let one = self.build.int(1);
                let lengths: Vec<Value> = lengths.collect();
                let size = lengths.into_iter();
                Val::Int(size.fold(one, |size, length| match self.build.int_constant(size) {
                    Some(1) => length,
                    _ => self.op(Op::IMulWrap, &[size, length]),
                }))
            }
            _ => return None,
        })
    }

    /// Before code that nobody knows: what is in registers only of an array becomes an object, as that
    /// code may make another of the array.
    pub(super) fn publish_parts(&mut self) -> Done {
        for thing in self.state.reachable() {
            let is_there = self.state.heap[thing.0 as usize].is_some();
            let is_for_array = |contents: &Contents<Value>| {
                matches!(contents, Contents::Part { .. } | Contents::Elementwise(_))
            };
            if is_there && is_for_array(self.state.contents(thing)) {
                self.publish(thing)?;
            }
        }
        Ok(())
    }

    /// Before an instruction that is done on objects.
    pub(super) fn prepare_for_code(&mut self, instruction: &Instruction) -> Done {
        let mut reads = Vec::new();
        instruction.reads(&mut |register| reads.push(register));
        let operands: Vec<_> = reads.iter().map(|register| self.get(*register)).collect();
        match instruction.may_run_code() && !is_quiet(instruction, &operands) {
            true => self.publish_parts(),
            false => Ok(()),
        }
    }

    /// After code that nobody knows: looks at the arrays in a value again.
    pub(super) fn looked_at(&mut self, value: &Val<Value>) -> Val<Value> {
        let all = |this: &mut Self, items: &[Val<Value>]| -> Arc<[Val<Value>]> {
            items.iter().map(|item| this.looked_at(item)).collect()
        };
        match value {
            Val::Array(handle, view, _) => self.view(*handle, *view, false),
            Val::Tuple(items) => Val::Tuple(all(self, items)),
            Val::Zip(items) => Val::Zip(all(self, items)),
            Val::TupleIterator(items, next) => Val::TupleIterator(all(self, items), *next),
            Val::ArrayIterator(inner, next) => {
                Val::ArrayIterator(Box::new(self.looked_at(inner)), *next)
            }
            Val::Enumerate(inner, count) => Val::Enumerate(Box::new(self.looked_at(inner)), *count),
            // There may be none to look at.
            Val::Maybe(bound, inner) if let Val::Array(handle, view, _) = &**inner => {
                let class = (view.owner == Owner::Pommel).then_some(Class::Array);
                Val::Maybe(*bound, Box::new(Val::Object(*handle, class)))
            }
            other => other.clone(),
        }
    }

    /// The same of all that things have in them.
    pub(super) fn look_into_things(&mut self) {
        for place in 0..self.state.heap.len() {
            let looked = match self.state.heap[place].clone() {
                Some(Contents::List(items)) => {
                    Contents::List(items.iter().map(|item| self.looked_at(item)).collect())
                }
                Some(Contents::Cell(value)) => Contents::Cell(self.looked_at(&value)),
                Some(Contents::Instance(class, attributes)) => {
                    let attributes = attributes.iter();
                    let looked = attributes.map(|(name, v)| (name.clone(), self.looked_at(v)));
                    Contents::Instance(class, looked.collect())
                }
                _ => continue,
            };
            self.state.heap[place] = Some(looked);
        }
    }
}

impl View {
    /// How many words it has: the address of the first element, the lengths of the axes, the distances in
    /// bytes between elements along each, and whether it may be written.
    pub fn words(&self) -> usize {
        2 + 2 * usize::from(self.rank)
    }
}

/// The parts of an index, one for each axis that it speaks of.
fn parts_of(index: &Val<Value>) -> Vec<Val<Value>> {
    match index {
        Val::Tuple(parts) => parts.to_vec(),
        single => vec![single.clone()],
    }
}

/// How many axes an index speaks of.
fn rank_of(index: &Val<Value>) -> Option<u8> {
    match index {
        Val::Tuple(parts) => (1..=MOST_AXES).contains(&parts.len()).then_some(parts.len() as u8),
        _ => Some(1),
    }
}

/// Whether an item can be put into an array by machine code.
fn fits(view: View, item: &Val<Value>) -> bool {
    let sort = match item {
        Val::Bool(_) => Sort::Truth,
        Val::Int(_) => Sort::Signed,
        Val::Float(_) => Sort::Float,
        // Others have no use for NumPy's truth values, nor for our arrays.
        Val::Scalar(_, flavour) if !view.owner.has_axes() => {
            match (flavour.family, flavour.element.sort()) {
                (Family::Numpy, sort) if sort != Sort::Truth => sort,
                _ => return false,
            }
        }
        Val::Scalar(_, flavour) => flavour.element.sort(),
        _ => return false,
    };
    match view.element.sort() {
        Sort::Truth => sort == Sort::Truth,
        Sort::Signed | Sort::Unsigned => sort != Sort::Float,
        Sort::Float => true,
    }
}
