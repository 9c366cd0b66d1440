//! Lists in memory, which machine code made and nobody else knows: their memory, what machine code leaves
//! to the runtime, and the objects that they become.
//!
//! `pommel_jit::ir::lists` says where a list has its parts. Machine code has addresses of lists and no
//! say in how long they live: whenever one is made and many were made since, those that nobody names are
//! given back. Who makes a list says which ones are named.
//!
//! A call that cannot do what it is asked for has done nothing: the same is done on objects then.

use super::native::number;
use super::objects::Python;
use super::recipe::{ctx_new, handle_of};
use super::records::{self, Order, Records};
use super::texts::{Texts, characters};
use core::cmp::Ordering;
use pommel::prelude::*;
use pommel::raw::{HPy, attach};
use pommel_jit::ir::dicts::{self, Keys};
use pommel_jit::ir::lists::{self, Layout, ListCall};
use pommel_jit::ir::records::{Part, are_records, parts_of};
use pommel_jit::ir::texts::STRIDE;
use pommel_jit::objects::Objects;
use pommel_jit::specialise::{Kinds, Tag, layout_of};
use std::cell::RefCell;
use std::sync::Arc;

/// So many bytes may be in use before it is looked for lists that nobody names: what a core has near.
const PATIENCE: usize = 1 << 19;
/// Lists with so few words are made again of what was given back, as long as that has not more words in all.
const SMALL: usize = 1 << 10;
const MOST_SPARE: usize = 1 << 17;
/// The lowest bit of an address says that it is one of a record.
const MARK: u64 = 1;
/// The address of no list: what a variable has that is unbound.
const NOTHING: u64 = 0;
/// A list that gets an item has room for so many at least.
const LEAST_ROOM: usize = 16;

/// A list, with its parts where machine code looks for them.
#[repr(C)]
struct Parts {
    items: u64,
    room: i64,
    kind: i64,
    lengths: [i64; Layout::ALL.len()],
}

const _: () = {
    assert!(core::mem::offset_of!(Parts, items) as i64 == lists::ITEMS);
    assert!(core::mem::offset_of!(Parts, room) as i64 == lists::ROOM);
    assert!(core::mem::offset_of!(Parts, kind) as i64 == lists::KIND);
    assert!(core::mem::offset_of!(Parts, lengths) as i64 == lists::LENGTHS);
};

/// A list and what only the runtime knows of it.
#[repr(C)]
struct Entry<'c> {
    parts: Parts,
    memory: Vec<u64>,
    object: Option<Object<'c>>,
    /// Whether the object that it becomes is a `collections.deque`.
    is_deque: bool,
    is_named: bool,
    /// The how manieth of the call it is.
    born: i64,
}

impl Entry<'_> {
    fn new(kind: i64) -> Self {
        let parts = Parts { items: 0, room: 0, kind, lengths: [0; Layout::ALL.len()] };
        let (memory, object) = (vec![], None);
        Entry { parts, memory, object, is_deque: false, is_named: false, born: 0 }
    }

    /// How many words before the items are free: machine code takes the first one out of a list by saying
    /// that its items begin behind it.
    fn head(&self) -> usize {
        match self.memory.is_empty() {
            true => 0,
            false => (self.parts.items as usize - self.memory.as_ptr().addr()) / 8,
        }
    }

    /// The words from the first item on.
    fn behind_head(&self) -> &[u64] {
        &self.memory[self.head()..]
    }

    /// Moves the items to the beginning of the memory, before something is done with them. Where that would
    /// soon be necessary again, there is more room.
    fn close_up(&mut self) -> Found<()> {
        let (head, Some(layout)) = (self.head(), self.layout()) else { return Some(()) };
        if head == 0 {
            return Some(());
        }
        let words = (self.len() * layout.size()).div_ceil(8);
        self.memory.copy_within(head..head + words, 0);
        let length = self.len().max(LEAST_ROOM);
        self.reserve(layout, 2 * length).then_some(())
    }

    /// The words of items that lie side by side, if there are whole words: from one position up or down to
    /// another one.
    fn words_of(&self, layout: Layout, start: i64, stop: i64, step: i64) -> Option<Vec<u64>> {
        let size = layout.size() / 8;
        match step {
            _ if size == 0 => None,
            1 => {
                let (start, stop) = (start as usize, stop.max(start) as usize);
                Some(self.behind_head()[start * size..stop * size].to_vec())
            }
            -1 if size == 1 => {
                let (first, end) = ((stop + 1) as usize, (start + 1).max(stop + 1) as usize);
                Some(self.behind_head()[first..end].iter().rev().copied().collect())
            }
            _ => None,
        }
    }

    /// How many words of memory it takes.
    fn weight(&self) -> usize {
        size_of::<Self>() / 8 + self.memory.capacity()
    }

    fn layout(&self) -> Option<Layout> {
        layout_of(self.parts.kind)
    }

    fn len(&self) -> usize {
        self.layout().map_or(0, |layout| self.parts.lengths[layout as usize] as usize)
    }

    /// The tag and the bits of an item.
    fn item(&self, layout: Layout, at: usize) -> (i64, u64) {
        let memory = self.behind_head();
        match layout {
            Layout::Bools | Layout::Characters => {
                let byte = memory[at / 8].to_le_bytes()[at % 8];
                (Tag::Bool.number(), byte.into())
            }
            Layout::Ints => (Tag::Int.number(), memory[at]),
            Layout::Floats => (Tag::Float.number(), memory[at]),
            Layout::Lists | Layout::Records => (0, memory[at]),
            Layout::Tagged | Layout::Texts => (memory[2 * at] as i64, memory[2 * at + 1]),
        }
    }

    fn put(&mut self, layout: Layout, at: usize, (tag, bits): (i64, u64)) {
        match layout {
            Layout::Bools | Layout::Characters => {
                let mut bytes = self.memory[at / 8].to_le_bytes();
                bytes[at % 8] = bits as u8;
                self.memory[at / 8] = u64::from_le_bytes(bytes);
            }
            Layout::Tagged | Layout::Texts => {
                (self.memory[2 * at], self.memory[2 * at + 1]) = (tag as u64, bits);
            }
            _ => self.memory[at] = bits,
        }
    }

    /// Writes characters from the first one on, for which there is room.
    fn put_characters(&mut self, bytes: &[u8]) {
        for (word, chunk) in self.memory.iter_mut().zip(bytes.chunks(8)) {
            let mut of_word = [0; 8];
            of_word[..chunk.len()].copy_from_slice(chunk);
            *word = u64::from_le_bytes(of_word);
        }
    }

    fn all(&self) -> Vec<(i64, u64)> {
        let Some(layout) = self.layout() else { return vec![] };
        (0..self.len()).map(|at| self.item(layout, at)).collect()
    }

    /// The items, if all are numbers of one kind of 64 bits, or records.
    fn words(&mut self) -> Option<&mut [u64]> {
        let (head, length) = (self.head(), self.len());
        match self.layout()? {
            Layout::Ints | Layout::Floats | Layout::Records => {
                self.memory.get_mut(head..head + length)
            }
            _ => None,
        }
    }

    /// Makes room for so many items. False if there is no memory.
    fn reserve(&mut self, layout: Layout, count: usize) -> bool {
        let Some(bytes) = count.checked_mul(layout.size()) else { return false };
        let words = bytes.div_ceil(8);
        let more = words.saturating_sub(self.memory.len());
        if self.memory.try_reserve_exact(more).is_err() {
            return false;
        }
        self.memory.resize(self.memory.len() + more, 0);
        self.parts.items = self.memory.as_mut_ptr().expose_provenance() as u64;
        self.parts.room = (self.memory.len() * 8 / layout.size()) as i64;
        true
    }

    /// Says that it is of a kind and has so many items.
    fn is_now(&mut self, kind: i64, length: usize) {
        self.parts.kind = kind;
        self.parts.lengths = [0; Layout::ALL.len()];
        if let Some(layout) = layout_of(kind) {
            self.parts.lengths[layout as usize] = length as i64;
        }
    }

    fn set_len(&mut self, length: usize) {
        self.is_now(self.parts.kind, length);
    }
}

/// Whether items of a kind are such as a list of another kind holds.
fn is_within(kind: i64, other: i64) -> bool {
    match (kind, other) {
        (lists::AN_OBJECT, _) | (_, lists::AN_OBJECT) => false,
        (lists::NO_ITEMS, _) => true,
        (lists::CHARACTERS, lists::TEXTS) => true,
        (kind, other) if are_records(kind) || are_records(other) => {
            kind == other || records::is_within(kind, other)
        }
        (lists::LISTS | lists::CHARACTERS | lists::TEXTS, _)
        | (_, lists::LISTS | lists::CHARACTERS | lists::TEXTS) => kind == other,
        (kind, other) => kind & !other == 0,
    }
}

/// The ends of a slice of a list of some length, as `PySlice_AdjustIndices` has them: which of the given
/// ones are meant says a sum of 1 and 2.
pub(super) fn ends(length: i64, given: [i64; 2], meant: i64, step: i64) -> (i64, i64) {
    let (least, most) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let end = |given: i64, is_meant: bool, otherwise: i64| match is_meant {
        true if given < 0 => given.saturating_add(length).max(least),
        true => given.min(most),
        false => otherwise,
    };
    let (first, last) = if step > 0 { (least, most) } else { (most, least) };
    (end(given[0], meant & 1 != 0, first), end(given[1], meant & 2 != 0, last))
}

/// The lists of a call of machine code.
pub(crate) struct Lists<'c> {
    ctx: Ctx<'c>,
    /// All that are there: each is a box of ours.
    all: Vec<*mut Entry<'c>>,
    /// How many bytes may be in use before it is looked for what nobody names.
    patience: usize,
    used: usize,
    /// What was given back and may be used again.
    spare: Spare<'c>,
    age: Age,
    pub(super) texts: Texts<'c>,
    pub(super) records: Records,
    /// What instances in memory are like, by the number of their class, and those that are objects.
    pub(super) classes: Vec<InstanceClass<'c>>,
    objects: Vec<Object<'c>>,
}

/// What instances in memory are like.
pub(crate) struct InstanceClass<'c> {
    pub(super) class: Object<'c>,
    pub(super) names: Vec<Arc<str>>,
    pub(super) kind: i64,
}

/// How many lists and dicts were made, and how many of these those may have who wait for an inner function.
#[derive(Clone, Copy, Default)]
pub(crate) struct Age {
    pub(crate) made: i64,
    pub(crate) floor: i64,
}

/// Whether a call changes the items of the list that is its first operand.
fn changes_items(call: ListCall) -> bool {
    use ListCall as C;
    matches!(
        call,
        C::Become
            | C::Grow
            | C::Extend
            | C::Delete
            | C::Insert
            | C::Splice
            | C::Reverse
            | C::Sort
            | C::SortBy
            | C::Heap
            | C::Clear
    )
}

/// What a call came to: nothing if it cannot be done.
type Found<T = u64> = Option<T>;

impl<'c> Lists<'c> {
    pub(crate) fn new(ctx: Ctx<'c>) -> Lists<'c> {
        Lists {
            ctx,
            all: vec![],
            patience: PATIENCE,
            used: 0,
            spare: Spare::default(),
            age: Age::default(),
            texts: Texts::new(ctx),
            records: Records::default(),
            classes: vec![],
            objects: vec![],
        }
    }

    /// Before lists or texts are made.
    pub(crate) fn grow_older(&mut self, age: Age) {
        (self.age, self.texts.age) = (age, age);
    }

    /// The list at an address. Addresses come from machine code, which has them from here.
    fn entry(&mut self, address: u64) -> Found<&mut Entry<'c>> {
        let entry = core::ptr::with_exposed_provenance_mut::<Entry<'c>>(address as usize);
        // SAFETY: the address is `NOTHING` or of a list that is named by whoever has it, so that it was
        // not given back; nobody else looks at the list meanwhile.
        unsafe { entry.as_mut() }
    }

    /// Does what machine code asks for. Nothing if that cannot be done on lists in memory.
    pub(crate) fn call(&mut self, call: ListCall, words: &[u64]) -> Found {
        let int = |at: usize| words[at] as i64;
        if changes_items(call) && words[0] != NOTHING {
            self.entry(words[0])?.close_up()?;
        }
        match call {
            ListCall::Deque => {
                self.entry(words[0])?.is_deque = true;
                Some(words[0])
            }
            ListCall::New => self.make(words, int(0), int(1), (int(2), words[3])),
            ListCall::Record => self.record(int(0), &words[1..]),
            ListCall::Range => self.range(words, [int(0), int(1), int(2)]),
            ListCall::Slice => self.slice(words),
            ListCall::Concatenate => self.concatenate(words),
            ListCall::Repeat => {
                let items = self.items_as(words[1], int(0))?;
                let count = usize::try_from(int(2)).unwrap_or(0);
                items.len().checked_mul(count).filter(|length| *length < 1 << 32)?;
                self.filled(words, int(0), &items.repeat(count))
            }
            ListCall::Become => self.become_kind(words[0], int(1)),
            ListCall::Grow => self.grow(words[0], int(1)),
            ListCall::Extend => self.extend(words[0], words[1]),
            ListCall::Delete => self.delete(words[0], int(1)),
            ListCall::Insert => self.insert(words[0], int(1), int(2), (int(3), words[4])),
            ListCall::Splice => self.splice(words),
            ListCall::Clear => self.refill(words[0], |_| vec![]),
            ListCall::Reverse => self.refill(words[0], |mut items| {
                items.reverse();
                items
            }),
            ListCall::Sort => self.sort(words[0], int(1) != 0),
            ListCall::SortBy => self.sort_by(words[0], words[1], int(2) != 0),
            ListCall::SortOthersBy => {
                let order = self.order_of(words[1], int(2) != 0)?;
                reorder_others(self.ctx, handle_of(words[0]), &order)
            }
            ListCall::SortOthers => sort_others(self.ctx, handle_of(words[0]), int(1) != 0),
            ListCall::Find | ListCall::Count | ListCall::Sum => self.ask(call, words),
            ListCall::Extreme => self.extreme(words[0], int(1) != 0),
            ListCall::Heap => {
                let entry = self.entry(words[0])?;
                (entry.parts.kind == int(1)).then_some(())?;
                heap(entry, words[2], words[3])
            }
            ListCall::Equal => self.equal(words[0], words[1], 0).map(u64::from),
        }
    }

    /// A list of so many items, all of which are one. `words` are the operands of the call, behind which
    /// stand the lists that are named.
    fn make(&mut self, words: &[u64], kind: i64, length: i64, item: (i64, u64)) -> Found {
        let length = usize::try_from(length).unwrap_or(0);
        let named = &words[ListCall::New.arity()..];
        self.clean(named.iter().copied(), kind, &[item.1]);
        let mut entry = self.fresh(kind);
        if let Some(layout) = layout_of(kind) {
            entry.reserve(layout, length).then_some(())?;
            match (layout, item) {
                (_, (_, 0)) if !matches!(layout, Layout::Tagged | Layout::Texts) => {}
                (Layout::Bools | Layout::Characters, (_, bits)) => {
                    entry.memory.fill(u64::from_le_bytes([bits as u8; 8]));
                }
                (Layout::Tagged | Layout::Texts, _) => {
                    (0..length).for_each(|at| entry.put(layout, at, item))
                }
                (_, (_, bits)) => entry.memory.fill(bits),
            }
        }
        entry.is_now(kind, length);
        Some(self.keep(entry))
    }

    /// A list with items that are of a kind.
    fn filled(&mut self, words: &[u64], kind: i64, items: &[(i64, u64)]) -> Found {
        let mut operands = vec![0; ListCall::New.arity()];
        operands.extend(&words[3..]);
        let of_items: Vec<u64> = items.iter().map(|item| item.1).collect();
        self.clean(operands[ListCall::New.arity()..].iter().copied(), kind, &of_items);
        let made = self.make(&operands, kind, items.len() as i64, (0, 0))?;
        let entry = self.entry(made)?;
        if let Some(layout) = entry.layout() {
            items.iter().enumerate().for_each(|(at, item)| entry.put(layout, at, *item));
        }
        Some(made)
    }

    /// A list of the keys or of the values of a dict of a kind.
    pub(crate) fn of_items(
        &mut self,
        items: &[(i64, u64)],
        kind: i64,
        are_values: bool,
        named: &[u64],
    ) -> Found {
        let kind = match (are_values, dicts::keys_of(kind)) {
            (true, _) => kind & dicts::VALUES,
            (false, Keys::Floats) => Kinds::one(Tag::Float).bits(),
            (false, Keys::Chars) => lists::CHARACTERS,
            (false, Keys::Texts) => lists::TEXTS,
            (false, _) => Kinds::one(Tag::Int).bits(),
        };
        let words: Vec<u64> = [0; 3].into_iter().chain(named.iter().copied()).collect();
        self.filled(&words, kind, items)
    }

    fn keep(&mut self, mut entry: Box<Entry<'c>>) -> u64 {
        entry.born = self.age.made;
        self.used += size_of::<Entry<'_>>() + 8 * entry.memory.len();
        let entry = Box::into_raw(entry);
        self.all.push(entry);
        entry.expose_provenance() as u64
    }

    fn range(&mut self, words: &[u64], [start, stop, step]: [i64; 3]) -> Found {
        let distance = i128::from(stop) - i128::from(start);
        let step = i128::from(step);
        let length = match step {
            0 => return None,
            1.. => (distance + step - 1).div_euclid(step),
            _ => (-distance - step - 1).div_euclid(-step),
        };
        let length = length.clamp(0, i64::MAX.into()) as i64;
        let int = Kinds::one(Tag::Int).bits();
        let mut operands = vec![0];
        operands.extend(words);
        let made = self.make(&operands, int, length, (0, 0))?;
        let memory = &mut self.entry(made)?.memory;
        let mut next = i128::from(start);
        for word in memory.iter_mut().take(length as usize) {
            *word = next as u64;
            next += step;
        }
        Some(made)
    }

    /// The items of a list, if all are such as a list of a kind holds.
    fn items_as(&mut self, list: u64, kind: i64) -> Found<Vec<(i64, u64)>> {
        let entry = self.entry(list)?;
        let own = entry.parts.kind;
        is_within(own, kind).then_some(())?;
        let items = entry.all();
        Some(self.as_kind(items, own, kind))
    }

    fn slice(&mut self, words: &[u64]) -> Found {
        let int = |at: usize| words[at] as i64;
        let (kind, step, meant) = (int(1), int(4), int(5));
        let entry = self.entry(words[0])?;
        let is_it = entry.parts.kind == kind && step != 0 && step != i64::MIN;
        let (layout, length) = (entry.layout(), entry.len() as i64);
        if !is_it {
            return None;
        }
        let Some(layout) = layout else { return self.filled(&words[3..], kind, &[]) };
        let (start, stop) = ends(length, [int(2), int(3)], meant, step);
        if let Some(memory) = entry.words_of(layout, start, stop, step) {
            return self.of_words(&words[3..], kind, layout, memory);
        }
        let mut items = Vec::new();
        let mut at = start;
        while if step > 0 { at < stop } else { at > stop } {
            items.push(entry.item(layout, at as usize));
            let Some(next) = at.checked_add(step) else { break };
            at = next;
        }
        self.filled(&words[3..], kind, &items)
    }

    /// A list with these words as its items.
    fn of_words(&mut self, words: &[u64], kind: i64, layout: Layout, memory: Vec<u64>) -> Found {
        let named = words[3..].iter().copied();
        self.clean(named, kind, &memory);
        let mut entry = self.fresh(kind);
        let length = memory.len() * 8 / layout.size();
        entry.memory.extend_from_slice(&memory);
        entry.reserve(layout, length).then_some(())?;
        entry.is_now(kind, length);
        Some(self.keep(entry))
    }

    /// An entry without items: one that was given back, in an earlier call too, if there is one.
    fn fresh(&mut self, kind: i64) -> Box<Entry<'c>> {
        if self.spare.entries.is_empty() && self.all.is_empty() {
            self.spare = SPARE.take();
        }
        match self.spare.take_one() {
            Some(mut entry) => {
                entry.memory.clear();
                entry.parts = Entry::new(kind).parts;
                entry.is_deque = false;
                entry
            }
            None => Box::new(Entry::new(kind)),
        }
    }

    /// A list with the items of two lists.
    fn concatenate(&mut self, words: &[u64]) -> Found {
        let kind = words[0] as i64;
        let layout = layout_of(kind).filter(|layout| layout.size() >= 8);
        let mut memory = Vec::new();
        for list in &words[1..3] {
            let entry = self.entry(*list)?;
            match (layout, entry.parts.kind) {
                (_, lists::NO_ITEMS) => {}
                (Some(layout), own) if own == kind => {
                    let words = entry.len() * layout.size() / 8;
                    memory.extend_from_slice(&entry.behind_head()[..words]);
                }
                _ => {
                    let mut items = self.items_as(words[1], kind)?;
                    items.extend(self.items_as(words[2], kind)?);
                    return self.filled(words, kind, &items);
                }
            }
        }
        match layout {
            Some(layout) => self.of_words(words, kind, layout, memory),
            None => self.filled(words, kind, &[]),
        }
    }

    fn splice(&mut self, words: &[u64]) -> Found {
        let (list, other) = (words[0], words[1]);
        let kind = self.entry(list)?.parts.kind;
        if kind == lists::AN_OBJECT {
            return None;
        }
        let layout = layout_of(kind);
        let same = layout.filter(|layout| layout.size() >= 8);
        let given = [words[2] as i64, words[3] as i64];
        let length = self.entry(list)?.len();
        let (start, stop) = ends(length as i64, given, words[4] as i64, 1);
        let (start, stop) = (start as usize, stop.max(start) as usize);
        let Some(layout) = same else { return self.splice_items(list, other, start..stop) };
        let count = match self.entry(other) {
            None => 0,
            Some(by) if by.parts.kind == kind && other != list && by.head() == 0 => by.len(),
            Some(_) => return self.splice_items(list, other, start..stop),
        };
        let size = layout.size() / 8;
        let behind = start + count;
        let needed = behind + length - stop;
        self.make_room(list, layout, needed)?;
        // The other list's memory is away while it is read, and stays where it is.
        let new = self.entry(other).map(|by| core::mem::take(&mut by.memory)).unwrap_or_default();
        let entry = self.entry(list)?;
        entry.memory.copy_within(stop * size..length * size, behind * size);
        entry.memory[start * size..behind * size].copy_from_slice(&new[..count * size]);
        entry.set_len(needed);
        if let Some(by) = self.entry(other) {
            by.memory = new;
        }
        Some(0)
    }

    /// The same for items that do not lie in words, or not in the same way.
    fn splice_items(&mut self, list: u64, other: u64, place: core::ops::Range<usize>) -> Found {
        let kind = self.entry(list)?.parts.kind;
        let new = if other == NOTHING { vec![] } else { self.items_as(other, kind)? };
        let entry = self.entry(list)?;
        let Some(layout) = entry.layout() else { return Some(0) };
        let mut items = entry.all();
        items.splice(place, new);
        self.make_room(list, layout, items.len())?;
        let entry = self.entry(list)?;
        items.iter().enumerate().for_each(|(at, item)| entry.put(layout, at, *item));
        entry.set_len(items.len());
        Some(0)
    }

    /// Makes room for so many items, and for more if there is none.
    fn make_room(&mut self, list: u64, layout: Layout, needed: usize) -> Found<()> {
        let entry = self.entry(list)?;
        let before = entry.memory.len();
        if (entry.parts.room as usize) < needed {
            // All that there is of a list that was given back.
            let at_hand = entry.memory.capacity() * 8 / layout.size();
            entry.reserve(layout, at_hand.max(needed + needed / 2)).then_some(())?;
        }
        let after = entry.memory.len();
        self.used += 8 * (after - before);
        Some(())
    }

    fn become_kind(&mut self, list: u64, kind: i64) -> Found {
        if list == NOTHING {
            return Some(0);
        }
        let entry = self.entry(list)?;
        if entry.parts.kind == kind {
            return Some(0);
        }
        if !is_within(entry.parts.kind, kind) {
            return None;
        }
        let (items, own, layout) = (entry.all(), entry.parts.kind, layout_of(kind)?);
        let items = self.as_kind(items, own, kind);
        let entry = self.entry(list)?;
        let before = entry.memory.len();
        entry.reserve(layout, items.len()).then_some(())?;
        entry.is_now(kind, items.len());
        items.iter().enumerate().for_each(|(at, item)| entry.put(layout, at, *item));
        let after = entry.memory.len();
        self.used += 8 * (after - before);
        Some(0)
    }

    fn grow(&mut self, list: u64, kind: i64) -> Found {
        self.become_kind(list, kind)?;
        let entry = self.entry(list)?;
        let (layout, length) = (entry.layout()?, entry.len());
        self.make_room(list, layout, (length + 1).max(LEAST_ROOM))?;
        Some(0)
    }

    fn extend(&mut self, list: u64, by: u64) -> Found {
        let kind = self.entry(list)?.parts.kind;
        let items = self.items_as(by, kind)?;
        if items.is_empty() {
            return Some(0);
        }
        let entry = self.entry(list)?;
        let (layout, length) = (entry.layout()?, entry.len());
        let needed = length + items.len();
        self.make_room(list, layout, needed)?;
        let entry = self.entry(list)?;
        items.iter().enumerate().for_each(|(at, item)| entry.put(layout, length + at, *item));
        entry.set_len(needed);
        Some(0)
    }

    fn delete(&mut self, list: u64, index: i64) -> Found {
        let entry = self.entry(list)?;
        let (layout, length) = (entry.layout()?, entry.len());
        let at = if index < 0 { index + length as i64 } else { index };
        let at = usize::try_from(at).ok().filter(|at| *at < length)?;
        match layout {
            Layout::Bools | Layout::Characters => (at..length - 1).for_each(|at| {
                let next = entry.item(layout, at + 1);
                entry.put(layout, at, next);
            }),
            layout => {
                let size = layout.size() / 8;
                entry.memory.copy_within((at + 1) * size..length * size, at * size);
            }
        }
        entry.set_len(length - 1);
        Some(0)
    }

    fn insert(&mut self, list: u64, kind: i64, index: i64, item: (i64, u64)) -> Found {
        self.grow(list, kind)?;
        let entry = self.entry(list)?;
        let (layout, length) = (entry.layout()?, entry.len());
        let end = length as i64;
        let at = if index < 0 { index.saturating_add(end).max(0) } else { index.min(end) } as usize;
        match layout {
            Layout::Bools | Layout::Characters => (at..length).rev().for_each(|to| {
                let before = entry.item(layout, to);
                entry.put(layout, to + 1, before);
            }),
            layout => {
                let size = layout.size() / 8;
                entry.memory.copy_within(at * size..length * size, (at + 1) * size);
            }
        }
        entry.put(layout, at, item);
        entry.set_len(length + 1);
        Some(0)
    }

    /// Puts other items in place of those of a list: not more of them.
    fn refill(
        &mut self,
        list: u64,
        change: impl FnOnce(Vec<(i64, u64)>) -> Vec<(i64, u64)>,
    ) -> Found {
        let entry = self.entry(list)?;
        if entry.parts.kind == lists::AN_OBJECT {
            return None;
        }
        let Some(layout) = entry.layout() else { return Some(0) };
        let items = change(entry.all());
        items.iter().enumerate().for_each(|(at, item)| entry.put(layout, at, *item));
        entry.set_len(items.len());
        Some(0)
    }

    fn sort(&mut self, list: u64, backwards: bool) -> Found {
        let entry = self.entry(list)?;
        match entry.layout()? {
            Layout::Characters => {
                let mut bytes = self.characters_of(list)?;
                bytes.sort_unstable();
                if backwards {
                    bytes.reverse();
                }
                self.entry(list)?.put_characters(&bytes);
                Some(0)
            }
            Layout::Bools => self.refill(list, |mut items| {
                items.sort_by_key(|item| if backwards { !item.1 } else { item.1 });
                items
            }),
            Layout::Texts => self.refill(list, |mut items| {
                items.sort_by(|a, b| {
                    let (a, b) = if backwards { (b, a) } else { (a, b) };
                    Texts::compared([a.0 as u64, a.1], [b.0 as u64, b.1])
                });
                items
            }),
            Layout::Records => {
                let kind = entry.parts.kind;
                let order = Order::of(kind)?;
                entry.words()?.sort_by(|a, b| {
                    let (a, b) = if backwards { (b, a) } else { (a, b) };
                    order.compare(*a, *b)
                });
                Some(0)
            }
            Layout::Ints => {
                let words = entry.words()?;
                words.sort_unstable_by_key(|word| *word as i64);
                if backwards {
                    words.reverse();
                }
                Some(0)
            }
            // Zeros of both signs are equal: they stay in their order.
            Layout::Floats => {
                let words = entry.words()?;
                let float = |word: &u64| f64::from_bits(*word);
                // What is no number makes the order a matter of the algorithm.
                if words.iter().any(|word| float(word).is_nan()) {
                    return None;
                }
                words.sort_by(|a, b| {
                    let (a, b) = if backwards { (b, a) } else { (a, b) };
                    float(a).partial_cmp(&float(b)).unwrap_or(Ordering::Equal)
                });
                Some(0)
            }
            _ => None,
        }
    }

    /// Sorts the items of a list by keys, one for each.
    fn sort_by(&mut self, list: u64, keys: u64, backwards: bool) -> Found {
        let order = self.order_of(keys, backwards)?;
        let entry = self.entry(list)?;
        let items = entry.all();
        (items.len() == order.len()).then_some(())?;
        let Some(layout) = entry.layout() else { return Some(0) };
        order.iter().enumerate().for_each(|(at, from)| entry.put(layout, at, items[*from]));
        Some(0)
    }

    /// The places of keys in their order, if they have one.
    fn order_of(&mut self, keys: u64, backwards: bool) -> Found<Vec<usize>> {
        let entry = self.entry(keys)?;
        let (keys, kind, layout) = (entry.all(), entry.parts.kind, entry.layout());
        let float = |key: (i64, u64)| f64::from_bits(key.1);
        let order = Order::of(kind);
        let has_order = match layout {
            Some(Layout::Floats) => !keys.iter().any(|key| float(*key).is_nan()),
            Some(Layout::Records) => order.is_some(),
            Some(Layout::Lists | Layout::Tagged) => false,
            _ => kind != lists::AN_OBJECT,
        };
        has_order.then_some(())?;
        let mut both: Vec<_> = keys.into_iter().enumerate().collect();
        both.sort_by(|(_, a), (_, b)| {
            let (a, b) = if backwards { (*b, *a) } else { (*a, *b) };
            match layout {
                Some(Layout::Floats) => float(a).partial_cmp(&float(b)).unwrap_or(Ordering::Equal),
                Some(Layout::Records) => order.map_or(Ordering::Equal, |o| o.compare(a.1, b.1)),
                Some(Layout::Texts) => Texts::compared([a.0 as u64, a.1], [b.0 as u64, b.1]),
                _ => (a.1 as i64).cmp(&(b.1 as i64)),
            }
        });
        Some(both.into_iter().map(|(at, _)| at).collect())
    }

    /// What is asked of integers, or of records.
    fn ask(&mut self, call: ListCall, words: &[u64]) -> Found {
        let entry = self.entry(words[0])?;
        let layout = entry.layout()?;
        let order = Order::of(entry.parts.kind);
        let are_asked = match layout {
            Layout::Ints | Layout::Bools | Layout::Characters => true,
            Layout::Records => order.is_some() && call != ListCall::Sum,
            _ => false,
        };
        are_asked.then_some(())?;
        let mut items = (0..entry.len()).map(|at| entry.item(layout, at).1);
        let is_it = |item: u64| match &order {
            Some(order) => order.compare(item, words[1]).is_eq(),
            None => item == words[1],
        };
        match call {
            ListCall::Find => {
                let found = items.position(is_it);
                Some(found.map_or(-1, |at| at as i64) as u64)
            }
            ListCall::Count => Some(items.filter(|item| is_it(*item)).count() as u64),
            _ => {
                let mut sum = 0_i64;
                for item in items {
                    sum = sum.checked_add(item as i64)?;
                }
                Some(sum as u64)
            }
        }
    }

    fn extreme(&mut self, list: u64, is_max: bool) -> Found {
        let entry = self.entry(list)?;
        let layout = entry.layout()?;
        let order = Order::of(entry.parts.kind);
        (layout != Layout::Records || order.is_some()).then_some(())?;
        let words = entry.words()?;
        let mut best = *words.first()?;
        for word in &words[1..] {
            let (x, y) = if is_max { (best, *word) } else { (*word, best) };
            let is_better = match layout {
                Layout::Floats => f64::from_bits(x) < f64::from_bits(y),
                Layout::Records => order.is_some_and(|order| order.compare(x, y).is_lt()),
                _ => (x as i64) < y as i64,
            };
            if is_better {
                best = *word;
            }
        }
        Some(best)
    }

    /// Whether two lists of the same kind are equal.
    fn equal(&mut self, a: u64, b: u64, depth: usize) -> Found<bool> {
        let (kind, x) = (self.entry(a)?.parts.kind, self.entry(a)?.all());
        let (other, y) = (self.entry(b)?.parts.kind, self.entry(b)?.all());
        if kind == lists::AN_OBJECT || other == lists::AN_OBJECT || depth > 8 {
            return None;
        }
        if x.len() != y.len() {
            return Some(false);
        }
        if x.is_empty() {
            return Some(true);
        }
        match (layout_of(kind)?, kind == other) {
            (Layout::Ints | Layout::Bools | Layout::Characters, true) => Some(x == y),
            (Layout::Texts, true) => Some(
                x.iter()
                    .zip(&y)
                    .all(|(a, b)| Texts::compared([a.0 as u64, a.1], [b.0 as u64, b.1]).is_eq()),
            ),
            (Layout::Floats, true) => {
                let floats = |items: &[(i64, u64)]| -> Vec<f64> {
                    items.iter().map(|item| f64::from_bits(item.1)).collect()
                };
                let (x, y) = (floats(&x), floats(&y));
                // What is no number is equal to itself in a list, if it is one object.
                (!x.iter().chain(&y).any(|float| float.is_nan())).then(|| x == y)
            }
            (Layout::Records, true) => {
                let order = Order::of(kind)?;
                Some(x.iter().zip(&y).all(|(a, b)| order.compare(a.1, b.1).is_eq()))
            }
            (Layout::Lists, true) => {
                for (x, y) in x.iter().zip(&y) {
                    if !self.equal(x.1, y.1, depth + 1)? {
                        return Some(false);
                    }
                }
                Some(true)
            }
            _ => None,
        }
    }

    /// Items of lists of one kind as such of another kind that holds them.
    fn as_kind(&mut self, mut items: Vec<(i64, u64)>, kind: i64, other: i64) -> Vec<(i64, u64)> {
        if (kind, other) == (lists::CHARACTERS, lists::TEXTS) {
            for (address, bits) in &mut items {
                (*address, *bits) = (characters() + *bits as i64 * STRIDE, 1);
            }
        } else if kind != other && are_records(kind) {
            for (_, address) in &mut items {
                let made = self.records.make(other);
                records::convert((kind, *address), (other, made));
                *address = made;
            }
        }
        items
    }

    /// A record for lists of a kind. Lists are named that are in use.
    fn record(&mut self, kind: i64, named: &[u64]) -> Found {
        self.used += self.records.taken(kind);
        self.clean(named.iter().copied(), lists::NO_ITEMS, &[]);
        Some(self.records.make(kind))
    }

    /// The lists that are in items of lists of a kind. Records among these are named.
    fn lists_within(&mut self, kind: i64, items: &[u64]) -> Vec<u64> {
        if kind == lists::LISTS {
            return items.to_vec();
        }
        let mut found = Vec::new();
        if are_records(kind) {
            let has_lists = parts_of(kind).any(|part| part == Part::List);
            for item in items.iter().filter(|item| **item != NOTHING) {
                if self.records.name(*item) && has_lists {
                    let parts = records::parts(kind, *item).filter(|(part, _)| *part == Part::List);
                    found.extend(parts.map(|(_, (_, list))| list));
                }
            }
        }
        found
    }

    /// Gives lists back that nobody names, if many were made. Items of a kind are named as well.
    fn clean(&mut self, named: impl Iterator<Item = u64>, kind: i64, items: &[u64]) {
        if self.used < self.patience {
            return;
        }
        let mut left: Vec<u64> = named.collect();
        left.extend(self.lists_within(kind, items));
        // SAFETY: all of them are boxes of ours.
        let older = self.all.iter().filter(|entry| unsafe { (***entry).born } <= self.age.floor);
        left.extend(older.map(|entry| entry.expose_provenance() as u64));
        while let Some(address) = left.pop() {
            if address & MARK != 0 {
                self.records.name(address & !MARK);
                continue;
            }
            let Some(entry) = self.entry(address) else { continue };
            let kind = entry.parts.kind;
            let has_more = kind == lists::LISTS || are_records(kind);
            if !core::mem::replace(&mut entry.is_named, true) && has_more {
                let items: Vec<u64> = entry.all().iter().map(|item| item.1).collect();
                left.extend(self.lists_within(kind, &items));
            }
        }
        // Who waits for an inner function may have any instance.
        self.used = self.records.clean(self.age.floor > 0);
        let (used, spare) = (&mut self.used, &mut self.spare);
        self.all.retain(|entry| {
            // SAFETY: all of them are boxes of ours; those that go are named nowhere.
            let kept = unsafe { &mut **entry };
            if core::mem::take(&mut kept.is_named) {
                *used += size_of::<Entry<'_>>() + 8 * kept.memory.len();
                return true;
            }
            // SAFETY: see above.
            spare.put_by(unsafe { Box::from_raw(*entry) });
            false
        });
        self.patience = PATIENCE.max(2 * self.used);
    }

    /// The object that a list becomes, or became before: for all who have it.
    pub(crate) fn object(&mut self, list: u64) -> Result<Object<'c>> {
        if list == NOTHING {
            return Ok(self.ctx.none());
        }
        if list & MARK != 0 {
            return self.instance(list & !MARK);
        }
        let entry = self.entry(list).ok_or_else(lost)?;
        if let Some(object) = &entry.object {
            return Ok(object.clone());
        }
        let (layout, kind, is_deque) = (entry.layout(), entry.parts.kind, entry.is_deque);
        if !matches!(layout, Some(Layout::Lists | Layout::Records)) {
            let mut object = self.list_of(list)?;
            if is_deque {
                object = deque_of(self.ctx, object)?;
            }
            return Ok(self.published(list, object));
        }
        let items = entry.all();
        if is_deque {
            // It is in none of them: lists in memory hold no deques.
            let items = items.iter().map(|(_, item)| self.inner(layout, kind, *item));
            let items: Result<Vec<_>> = items.collect();
            let object = deque_of(self.ctx, self.ctx.list(items?)?.into())?;
            return Ok(self.published(list, object));
        }
        // It may be in itself: it is there before what is in it.
        let made = self.ctx.list::<Object<'_>>([])?;
        self.published(list, made.clone().into());
        for (_, inner) in items {
            made.append(self.inner(layout, kind, inner)?)?;
        }
        Ok(made.into())
    }

    /// The object that an item of a list of lists or records becomes.
    fn inner(&mut self, layout: Option<Layout>, kind: i64, item: u64) -> Result<Object<'c>> {
        match layout {
            Some(Layout::Records) => self.tuple(kind, item),
            _ => self.object(item),
        }
    }

    /// The object that an instance in memory becomes, or became before: for all who have it.
    pub(super) fn instance(&mut self, record: u64) -> Result<Object<'c>> {
        let (object, class) = self.records.identity(record);
        if let Some(known) = object.checked_sub(1).and_then(|at| self.objects.get(at)) {
            return Ok(known.clone());
        }
        let InstanceClass { class, names, kind } =
            class.checked_sub(1).and_then(|at| self.classes.get(at)).ok_or_else(lost)?;
        let made = ctx_new(self.ctx)?.call((class.clone(),))?;
        // The first part says that it is an instance.
        let values = records::parts(*kind, record).skip(1);
        for (name, (_, (tag, bits))) in names.iter().zip(values) {
            made.set_attr(&**name, number(self.ctx, tag as u64, bits)?)?;
        }
        self.objects.push(made.clone());
        self.records.is_now(record, self.objects.len());
        Ok(made)
    }

    /// What a record is: a tuple, or an instance.
    fn tuple(&mut self, kind: i64, record: u64) -> Result<Object<'c>> {
        if let (_, 1..) = self.records.identity(record) {
            return self.instance(record);
        }
        let lists = records::parts(kind, record).filter(|(part, _)| *part == Part::List);
        let lists: Vec<u64> = lists.map(|(_, (_, list))| list).collect();
        let lists = lists.into_iter().map(|list| self.object(list)).collect::<Result<Vec<_>>>()?;
        let (ctx, texts) = (self.ctx, &mut self.texts);
        let mut text = |text| texts.object(text);
        records::object(ctx, (kind, record), &mut text, &mut lists.into_iter())
    }

    /// The cell that a list with the content of a shared variable becomes, or became before.
    pub(crate) fn cell(&mut self, list: u64, objects: &Python<'c>) -> Result<Object<'c>> {
        let entry = self.entry(list).ok_or_else(lost)?;
        if let Some(object) = &entry.object {
            return Ok(object.clone());
        }
        let (layout, kind) = (entry.layout().filter(|_| entry.len() > 0), entry.parts.kind);
        let item = layout.map(|layout| (layout, entry.item(layout, 0)));
        let cell = objects.cell(None)?;
        self.published(list, cell.clone());
        if let Some((layout, (tag, bits))) = item {
            let content = match layout {
                Layout::Lists => self.object(bits)?,
                Layout::Records => self.tuple(kind, bits)?,
                _ => number(self.ctx, tag as u64, bits)?,
            };
            objects.store_cell(&cell, Some(&content))?;
        }
        Ok(cell)
    }

    /// A list is an object from here on: nobody finds items in it any more.
    fn published(&mut self, list: u64, object: Object<'c>) -> Object<'c> {
        if let Some(entry) = self.entry(list) {
            entry.object = Some(object.clone());
            entry.is_now(lists::AN_OBJECT, 0);
            entry.parts.room = 0;
            entry.memory = vec![];
        }
        object
    }

    /// An object with the items of a list of numbers.
    fn list_of(&mut self, list: u64) -> Result<Object<'c>> {
        let ctx = self.ctx;
        let entry = self.entry(list).ok_or_else(lost)?;
        let words = entry.behind_head();
        let made = match entry.layout() {
            Some(Layout::Ints) => ctx.list(words[..entry.len()].iter().map(|word| *word as i64)),
            Some(Layout::Floats) => {
                ctx.list(words[..entry.len()].iter().map(|word| f64::from_bits(*word)))
            }
            Some(Layout::Characters) => {
                let items = entry.all();
                let strings = items.iter().map(|(_, byte)| self.texts.single(*byte as u8));
                ctx.list(strings.collect::<Result<Vec<_>>>()?)
            }
            Some(Layout::Texts) => {
                let items = entry.all();
                let strings = items.iter().map(|item| self.texts.object([item.0 as u64, item.1]));
                ctx.list(strings.collect::<Result<Vec<_>>>()?)
            }
            _ => {
                let items = entry.all();
                let numbers = items.iter().map(|(tag, bits)| number(ctx, *tag as u64, *bits));
                ctx.list(numbers.collect::<Result<Vec<_>>>()?)
            }
        };
        made.map(Object::from)
    }

    /// An object with the items that a list of numbers has now.
    pub(crate) fn copy(&mut self, list: u64) -> Result<Object<'c>> {
        let entry = self.entry(list).ok_or_else(lost)?;
        match entry.layout() {
            Some(Layout::Lists | Layout::Records) => self.object(list),
            None if entry.object.is_some() => self.object(list),
            _ => self.list_of(list),
        }
    }
}

impl<'c> Lists<'c> {
    /// The items of a list of characters or texts, as texts.
    pub(super) fn texts_of(&mut self, list: u64) -> Option<Vec<[u64; 2]>> {
        let items = self.items_as(list, lists::TEXTS)?;
        Some(items.iter().map(|item| [item.0 as u64, item.1]).collect())
    }

    /// The characters of a list of such.
    pub(super) fn characters_of(&mut self, list: u64) -> Option<Vec<u8>> {
        let entry = self.entry(list)?;
        (entry.parts.kind == lists::CHARACTERS).then_some(())?;
        let bytes = entry.memory.iter().flat_map(|word| word.to_le_bytes());
        Some(bytes.take(entry.len()).collect())
    }

    /// A list of characters. Others are named that are in use.
    pub(super) fn of_characters(&mut self, bytes: &[u8], named: &[u64]) -> Found {
        self.clean(named.iter().copied(), lists::NO_ITEMS, &[]);
        let mut entry = Box::new(Entry::new(lists::CHARACTERS));
        entry.reserve(Layout::Characters, bytes.len()).then_some(())?;
        entry.put_characters(bytes);
        entry.is_now(lists::CHARACTERS, bytes.len());
        Some(self.keep(entry))
    }

    /// The addresses of all texts in lists.
    pub(super) fn texts_in_lists(&self) -> Vec<u64> {
        let mut found = Vec::new();
        for entry in &self.all {
            // SAFETY: all of them are boxes of ours, and nobody changes them meanwhile.
            let entry = unsafe { &**entry };
            let kind = entry.parts.kind;
            if kind == lists::TEXTS {
                found.extend(entry.all().iter().map(|item| item.0 as u64));
            }
            if are_records(kind) {
                let items = entry.all();
                let parts = items.iter().flat_map(|item| records::parts(kind, item.1));
                let texts = parts.filter(|(part, _)| *part == Part::Text);
                found.extend(texts.map(|(_, (address, _))| address as u64));
            }
        }
        found
    }

    /// A list of characters or texts. Others are named that are in use.
    pub(super) fn of_texts(&mut self, items: &[(i64, u64)], kind: i64, named: &[u64]) -> Found {
        let words: Vec<u64> = [0; 3].into_iter().chain(named.iter().copied()).collect();
        self.filled(&words, kind, items)
    }
}

/// Does something with a heap: see [`lists::HEAP`].
fn heap(entry: &mut Entry<'_>, which: u64, item: u64) -> Found {
    match entry.layout()? {
        Layout::Records => {
            let order = Order::of(entry.parts.kind)?;
            heap_by(entry, which, item, |a, b| order.compare(a, b).is_lt())
        }
        Layout::Floats => heap_by(entry, which, item, |a, b| f64::from_bits(a) < f64::from_bits(b)),
        _ => heap_by(entry, which, item, |a, b| (a as i64) < b as i64),
    }
}

fn heap_by(
    entry: &mut Entry<'_>,
    which: u64,
    item: u64,
    is_less: impl Fn(u64, u64) -> bool + Copy,
) -> Found {
    let words = entry.words()?;
    match (*lists::HEAP.get(which as usize)?, words.len()) {
        ("heapify", length) => (0..length / 2).rev().for_each(|at| sift(words, at, is_less)),
        (_, 0) => return None,
        ("heappush", length) => rise(words, 0, length - 1, is_less),
        ("heappop", length) => {
            let last = words[length - 1];
            let first = core::mem::replace(&mut words[0], last);
            sift(&mut words[..length - 1], 0, is_less);
            entry.set_len(length - 1);
            return Some(first);
        }
        ("heappushpop", _) if !is_less(words[0], item) => return Some(item),
        _ => {
            let first = core::mem::replace(&mut words[0], item);
            sift(words, 0, is_less);
            return Some(first);
        }
    }
    Some(0)
}

/// Lets an item of a heap rise to its place, at a position or behind it.
fn rise(words: &mut [u64], start: usize, mut at: usize, is_less: impl Fn(u64, u64) -> bool) {
    let item = words[at];
    while at > start {
        let parent = (at - 1) / 2;
        if !is_less(item, words[parent]) {
            break;
        }
        words[at] = words[parent];
        at = parent;
    }
    words[at] = item;
}

/// Lets an item go down to a leaf, along the lesser children, and rise from there.
fn sift(words: &mut [u64], start: usize, is_less: impl Fn(u64, u64) -> bool) {
    let Some(&item) = words.get(start) else { return };
    let mut at = start;
    while 2 * at + 1 < words.len() {
        let mut child = 2 * at + 1;
        if child + 1 < words.len() && !is_less(words[child], words[child + 1]) {
            child += 1;
        }
        words[at] = words[child];
        at = child;
    }
    words[at] = item;
    rise(words, start, at, is_less);
}

/// Sorts the items of a list, which are numbers of one kind: the objects change their places. Nothing if that
/// is not for certain what Python does.
fn sort_others(ctx: Ctx<'_>, list: HPy, backwards: bool) -> Found {
    // SAFETY: machine code has looked at the class and keeps the list; nobody changes it meanwhile.
    let places = unsafe { attach::list_items(ctx.as_raw(), list) }?;
    let mut items = Vec::with_capacity(places.len());
    let mut floats = 0;
    for item in places.iter() {
        // SAFETY: the list keeps its items.
        let int = unsafe { attach::exact_small_int(ctx.as_raw(), *item) };
        let key = match int {
            Some(int) => int,
            None => {
                floats += 1;
                // SAFETY: as above. What is no number makes the order a matter of the algorithm.
                let float = unsafe { attach::exact_float(ctx.as_raw(), *item) };
                in_order(float.filter(|float| !float.is_nan())?)
            }
        };
        items.push((key, *item));
    }
    if floats != 0 && floats != items.len() {
        return None;
    }
    match backwards {
        true => items.sort_by_key(|(key, _)| core::cmp::Reverse(*key)),
        false => items.sort_by_key(|(key, _)| *key),
    }
    places.iter_mut().zip(items).for_each(|(place, (_, item))| *place = item);
    Some(0)
}

/// Puts the items of a list in an order: the objects change their places.
fn reorder_others(ctx: Ctx<'_>, list: HPy, order: &[usize]) -> Found {
    // SAFETY: machine code has looked at the class and keeps the list; nobody changes it meanwhile.
    let places = unsafe { attach::list_items(ctx.as_raw(), list) }?;
    (places.len() == order.len()).then_some(())?;
    let items = places.to_vec();
    places.iter_mut().zip(order).for_each(|(place, from)| *place = items[*from]);
    Some(0)
}

/// An integer that is less than another one where a float is less than another one: zeros are equal.
fn in_order(float: f64) -> i64 {
    let bits = (float + 0.0).to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

fn lost() -> Error {
    Error::runtime_error("a list is lost")
}

/// Lists that were given back, with the memory that they had.
#[derive(Default)]
struct Spare<'c> {
    #[allow(clippy::vec_box, reason = "a box that is used again is not made again")]
    entries: Vec<Box<Entry<'c>>>,
    /// How many words that has.
    weight: usize,
}

impl<'c> Spare<'c> {
    /// Keeps a list, if there is not too much of that.
    fn put_by(&mut self, old: Box<Entry<'c>>) {
        let weight = old.weight();
        if weight <= SMALL && old.object.is_none() && self.weight + weight <= MOST_SPARE {
            self.weight += weight;
            self.entries.push(old);
        }
    }

    fn take_one(&mut self) -> Option<Box<Entry<'c>>> {
        let entry = self.entries.pop()?;
        self.weight -= entry.weight();
        Some(entry)
    }

    /// The same for another call.
    fn for_later(self) -> Spare<'static> {
        let mut entries = core::mem::ManuallyDrop::new(self.entries);
        let (start, length, room) = (entries.as_mut_ptr(), entries.len(), entries.capacity());
        // SAFETY: these are its parts. There is no object in what is spare, and nothing else that has a
        // lifetime.
        let entries = unsafe { Vec::from_raw_parts(start.cast(), length, room) };
        Spare { entries, weight: self.weight }
    }
}

// What the last call that made lists has left.
thread_local!(static SPARE: RefCell<Spare<'static>> = RefCell::default());

impl Drop for Lists<'_> {
    fn drop(&mut self) {
        for entry in self.all.drain(..) {
            // SAFETY: all of them are boxes of ours, and machine code has left.
            self.spare.put_by(unsafe { Box::from_raw(entry) });
        }
        if self.spare.entries.is_empty() {
            return;
        }
        let left = core::mem::take(&mut self.spare).for_later();
        // A thread that ends has no place for it any more.
        let _ = SPARE.try_with(|spare| spare.replace(left));
    }
}

/// A `collections.deque` with the items of a list.
fn deque_of<'c>(ctx: Ctx<'c>, list: Object<'c>) -> Result<Object<'c>> {
    ctx.import(c"collections")?.get_attr(c"deque")?.call((list,))
}
