//! Dicts and sets in memory, which machine code made and nobody else knows: their memory, how an entry is
//! found, and the objects that they become.
//!
//! `pommel_jit::ir::dicts` says where a dict has its parts. As with lists, machine code has addresses and no
//! say in how long dicts live: who makes one says which ones are in use.
//!
//! Entries stand side by side in the order in which their keys came, and a table of slots, which a key is
//! looked for in, has their numbers. The order in which CPython iterates over a set depends on all that was
//! ever done to it, so that a set remembers it: what was added is in its entries, and from the first removal
//! on there is a list of what came and went.

use super::lists::Age;
use super::native::number;
use super::recipe::character;
use super::texts;
use pommel::prelude::*;
use pommel_jit::ir::Inst;
use pommel_jit::ir::dicts::{self, DictCall, Keys, MOST_WORDS};
use pommel_jit::ir::texts::STRIDE;
use pommel_jit::specialise::Tag;
use std::cell::{Cell, OnceCell};
use std::rc::Rc;

/// So many bytes may be in use before it is looked for dicts that nobody names.
const PATIENCE: usize = 32 << 20;
/// The address of no dict: what a variable has that is unbound.
const NOTHING: u64 = 0;
/// How many entries there is room for at first.
const LEAST_ROOM: usize = 8;
/// With so many entries memory grows by less at a time.
const LARGE: usize = 4096;
/// So much of the history of a set is remembered.
const LONGEST_HISTORY: usize = 1 << 20;
/// The words of an entry before its key.
const HEAD: usize = dicts::KEY as usize / 8;

/// A dict, with its parts where machine code looks for them.
#[repr(C)]
struct Parts {
    entries: u64,
    used: i64,
    length: i64,
    kind: i64,
}

const _: () = {
    assert!(core::mem::offset_of!(Parts, entries) as i64 == dicts::ENTRIES);
    assert!(core::mem::offset_of!(Parts, used) as i64 == dicts::USED);
    assert!(core::mem::offset_of!(Parts, length) as i64 == dicts::LENGTH);
    assert!(core::mem::offset_of!(Parts, kind) as i64 == dicts::KIND);
};

/// A key: as many of the words as its kind has.
type Key = [u64; MOST_WORDS];

/// A dict and what only the runtime knows of it.
#[repr(C)]
struct Table<'c> {
    parts: Parts,
    /// The entries, and room for more.
    memory: Vec<u64>,
    /// The numbers of entries, from 1 on, where their hashes say; 0 where there is none. There are twice as
    /// many as there is room for entries, at least, so that there is always an empty one.
    slots: Vec<u32>,
    /// How many words a key has.
    words: usize,
    /// What came into a set and went, if something went: whether it came, and the key.
    history: Vec<(bool, Key)>,
    object: Option<Object<'c>>,
    is_named: bool,
    /// The how manieth of the call it is.
    born: i64,
    /// How many bytes all dicts have.
    bytes: Rc<Cell<usize>>,
}

/// Where a search for a key begins, in so many slots.
#[inline]
fn start<const N: usize>(key: [u64; N], slots: usize) -> usize {
    let mut hash = 0_u64;
    for word in key {
        hash = (hash.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    // The upper bits depend on all of the key.
    (hash >> 32) as usize & (slots - 1)
}

impl<'c> Table<'c> {
    fn new(kind: i64, bytes: Rc<Cell<usize>>) -> Self {
        let parts = Parts { entries: 0, used: 0, length: 0, kind };
        let words = dicts::keys_of(kind).words();
        let (memory, slots, history) = (vec![], vec![], vec![]);
        Table {
            parts,
            memory,
            slots,
            words,
            history,
            object: None,
            is_named: false,
            born: 0,
            bytes,
        }
    }

    fn is_set(&self) -> bool {
        self.parts.kind & dicts::IS_SET != 0
    }

    /// How many words an entry has.
    fn stride(&self) -> usize {
        HEAD + self.words
    }

    fn room(&self) -> usize {
        self.memory.len() / self.stride()
    }

    fn size(&self) -> usize {
        size_of::<Table<'_>>() + 8 * self.memory.len() + 4 * self.slots.len()
    }

    /// The number of the entry of a key, which has so many words.
    #[inline]
    fn find<const N: usize>(&self, key: [u64; N]) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        let mask = self.slots.len() - 1;
        let mut at = start(key, self.slots.len());
        loop {
            let entry = (*self.slots.get(at)?).checked_sub(1)? as usize;
            let words = self.memory.get(entry * (HEAD + N)..(entry + 1) * (HEAD + N))?;
            if words[HEAD..] == key && words[0] != dicts::GAP as u64 {
                return Some(entry);
            }
            at = (at + 1) & mask;
        }
    }

    /// The address of an entry.
    #[inline]
    fn address(&self, entry: usize) -> u64 {
        self.parts.entries + (8 * entry * self.stride()) as u64
    }

    /// Adds an entry for a key that is not there. Nothing if there is no memory.
    fn add<const N: usize>(&mut self, key: [u64; N]) -> Option<usize> {
        let entry = self.parts.used as usize;
        if entry == self.room() {
            self.grow()?;
            return self.add(key);
        }
        if !self.history.is_empty() {
            self.remember(true, &key)?;
        }
        let first = entry * self.stride();
        let words = self.memory.get_mut(first..first + HEAD + N)?;
        words[..HEAD].fill(0);
        words[HEAD..].copy_from_slice(&key);
        self.link(key, entry);
        self.parts.used += 1;
        self.parts.length += 1;
        Some(entry)
    }

    /// Puts the number of an entry into the slot where it is looked for.
    fn link<const N: usize>(&mut self, key: [u64; N], entry: usize) {
        let mask = self.slots.len() - 1;
        let mut at = start(key, self.slots.len());
        while self.slots[at] != 0 {
            at = (at + 1) & mask;
        }
        self.slots[at] = entry as u32 + 1;
    }

    /// Makes room for another entry: where gaps are, or for a few times as many.
    fn grow(&mut self) -> Option<()> {
        let length = self.parts.length as usize;
        let factor = if length < LARGE { 4 } else { 2 };
        let wanted = (factor * length).max(LEAST_ROOM);
        // Where more than a quarter are gaps, closing them is enough.
        if 4 * length >= 3 * self.room() {
            let slots = (2 * wanted).next_power_of_two();
            let words = wanted * self.stride();
            (slots < u32::MAX as usize).then_some(())?;
            self.memory.try_reserve_exact(words - self.memory.len()).ok()?;
            self.slots.try_reserve_exact(slots - self.slots.len()).ok()?;
            let before = self.size();
            self.memory.resize(words, 0);
            self.slots.resize(slots, 0);
            self.parts.entries = self.memory.as_mut_ptr().expose_provenance() as u64;
            self.bytes.set(self.bytes.get() + self.size() - before);
        }
        self.close();
        Some(())
    }

    /// Closes the gaps between entries, and puts all into slots anew.
    fn close(&mut self) {
        let stride = self.stride();
        let mut next = 0;
        for entry in 0..self.parts.used as usize {
            if self.memory[entry * stride] != dicts::GAP as u64 {
                if entry != next {
                    self.memory.copy_within(entry * stride..(entry + 1) * stride, next * stride);
                }
                next += 1;
            }
        }
        self.parts.used = next as i64;
        self.slots.fill(0);
        for entry in 0..next {
            let key = &self.memory[entry * stride + HEAD..(entry + 1) * stride];
            match *key {
                [a] => self.link([a], entry),
                [a, b] => self.link([a, b], entry),
                [a, b, c] => self.link([a, b, c], entry),
                _ => {}
            }
        }
    }

    /// Notes what comes into a set or goes. Nothing if that is too much.
    fn remember(&mut self, comes: bool, key: &[u64]) -> Option<()> {
        (self.history.len() < LONGEST_HISTORY).then_some(())?;
        let mut words = [0; MOST_WORDS];
        words[..key.len()].copy_from_slice(key);
        self.history.push((comes, words));
        Some(())
    }

    /// Removes the entry at an address.
    fn remove(&mut self, address: u64) -> Option<()> {
        let entry = (address.checked_sub(self.parts.entries)? / 8) as usize / self.stride();
        if self.is_set() {
            if self.history.is_empty() {
                (self.parts.length < LONGEST_HISTORY as i64).then_some(())?;
                self.history = self.keys().map(|key| (true, key)).collect();
            }
            let key = self.key(entry);
            self.remember(false, &key[..self.words])?;
        }
        let first = entry * self.stride();
        *self.memory.get_mut(first)? = dicts::GAP as u64;
        self.parts.length -= 1;
        Some(())
    }

    fn empty(&mut self) {
        (self.parts.used, self.parts.length) = (0, 0);
        self.slots.fill(0);
    }

    /// Makes it be of a kind as well.
    fn become_kind(&mut self, kind: i64) -> Option<()> {
        let (own, keys) = (self.parts.kind, dicts::keys_of(kind));
        if own == dicts::AN_OBJECT || self.is_set() != (kind & dicts::IS_SET != 0) {
            return None;
        }
        match (dicts::keys_of(own), keys) {
            (Keys::None, keys) => {
                self.words = keys.words();
                self.parts.kind = own & dicts::VALUES | kind;
            }
            (_, Keys::None) => self.parts.kind = own | kind & dicts::VALUES,
            (own_keys, keys) if own_keys == keys => self.parts.kind = own | kind,
            (Keys::Texts, Keys::Chars) => self.parts.kind = own | kind & dicts::VALUES,
            (Keys::Chars, Keys::Texts) => self.become_texts(own & dicts::VALUES | kind),
            _ => return None,
        }
        Some(())
    }

    /// Makes texts of keys that are characters.
    fn become_texts(&mut self, kind: i64) {
        let text = |word: &mut u64| *word = texts::characters() as u64 + *word * STRIDE as u64;
        let stride = self.stride();
        self.memory.chunks_exact_mut(stride).for_each(|entry| text(&mut entry[HEAD]));
        self.history.iter_mut().for_each(|(_, key)| text(&mut key[0]));
        self.parts.kind = kind;
        self.close();
    }

    /// The key of an entry.
    fn key(&self, entry: usize) -> Key {
        let first = entry * self.stride() + HEAD;
        let mut key = [0; MOST_WORDS];
        key[..self.words].copy_from_slice(&self.memory[first..first + self.words]);
        key
    }

    /// The entries that are no gaps.
    fn entries(&self) -> impl Iterator<Item = usize> + '_ {
        let is_there = |entry: &usize| self.memory[entry * self.stride()] != dicts::GAP as u64;
        (0..self.parts.used as usize).filter(is_there)
    }

    fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        self.entries().map(|entry| self.key(entry))
    }

    /// The tag and the bits of a value.
    fn value(&self, entry: usize) -> (i64, u64) {
        let first = entry * self.stride();
        (self.memory[first] as i64, self.memory[first + 1])
    }

    /// A key as an object.
    fn key_object(&self, ctx: Ctx<'c>, key: &Key) -> Result<Object<'c>> {
        match dicts::keys_of(self.parts.kind) {
            Keys::Chars => character(ctx, key[0]),
            Keys::Floats => ctx.object(f64::from_bits(key[0])),
            Keys::Texts => texts::string(ctx, key[0]),
            Keys::Tuples(_) => {
                let items: Vec<Object<'c>> = key[..self.words]
                    .iter()
                    .map(|word| ctx.object(*word as i64))
                    .collect::<Result<_>>()?;
                Ok(ctx.tuple(&items.iter().collect::<Vec<_>>())?.into())
            }
            Keys::Ints | Keys::None => ctx.object(key[0] as i64),
        }
    }

    fn made(&self, ctx: Ctx<'c>) -> Result<Object<'c>> {
        if !self.is_set() {
            let dict: Object<'c> = match Tag::of_number(dicts::default_of(self.parts.kind)) {
                Some(Tag::Bool) => default_dict(ctx, c"bool")?,
                Some(Tag::Int) => default_dict(ctx, c"int")?,
                Some(Tag::Float) => default_dict(ctx, c"float")?,
                _ => ctx.dict()?.into(),
            };
            for entry in self.entries() {
                let (tag, bits) = self.value(entry);
                let key = self.key_object(ctx, &self.key(entry))?;
                dict.set_item(key, number(ctx, tag as u64, bits)?)?;
            }
            return Ok(dict);
        }
        let set: Object<'c> = Set::from_items::<Object<'c>>(ctx, [])?.into();
        if self.history.is_empty() {
            for key in self.keys() {
                set.call_method(c"add", (self.key_object(ctx, &key)?,))?;
            }
        }
        for (comes, key) in &self.history {
            let name = if *comes { c"add" } else { c"discard" };
            set.call_method(name, (self.key_object(ctx, key)?,))?;
        }
        Ok(set)
    }
}

fn default_dict<'c>(ctx: Ctx<'c>, class: &core::ffi::CStr) -> Result<Object<'c>> {
    let class = ctx.builtin(class)?;
    ctx.import(c"_collections")?.get_attr(c"defaultdict")?.call((class,))
}

/// The dicts of a call of machine code.
pub(crate) struct Dicts<'c> {
    ctx: Ctx<'c>,
    /// All that are there: each is a box of ours.
    all: Vec<*mut Table<'c>>,
    /// How many bytes may be in use before it is looked for what nobody names.
    patience: usize,
    /// How many all of them have, once there was one.
    bytes: OnceCell<Rc<Cell<usize>>>,
    pub(crate) age: Age,
}

/// What a call came to: nothing if it cannot be done.
type Found<T = u64> = Option<T>;

/// The dict at an address. Addresses come from machine code, which has them from here.
#[inline]
fn table<'t, 'c>(address: u64) -> Found<&'t mut Table<'c>> {
    let table = core::ptr::with_exposed_provenance_mut::<Table<'c>>(address as usize);
    // SAFETY: the address is `NOTHING` or of a dict that is named by whoever has it, so that it was not
    // given back; nobody else looks at the dict meanwhile.
    unsafe { table.as_mut() }
}

/// The same for one of a kind.
#[inline]
fn table_of<'t, 'c>(address: u64, kind: u64) -> Found<&'t mut Table<'c>> {
    table(address).filter(|table| table.parts.kind == kind as i64)
}

impl<'c> Dicts<'c> {
    pub(crate) fn new(ctx: Ctx<'c>) -> Dicts<'c> {
        Dicts { ctx, all: vec![], patience: PATIENCE, bytes: OnceCell::new(), age: Age::default() }
    }

    /// Does what machine code asks for. Nothing if that cannot be done on dicts in memory.
    pub(crate) fn call(&mut self, call: DictCall, words: &[u64]) -> Found {
        match (call, words) {
            (DictCall::New, [kind, named @ ..]) => Some(self.make(*kind as i64, named)),
            (DictCall::Find, [dict, kind, key @ ..]) => match *key {
                [a] => found(*dict, *kind, [a]),
                [a, b] => found(*dict, *kind, [a, b]),
                [a, b, c] => found(*dict, *kind, [a, b, c]),
                _ => None,
            },
            (DictCall::Place, [dict, kind, key @ ..]) => match *key {
                [a] => placed(*dict, *kind, [a]),
                [a, b] => placed(*dict, *kind, [a, b]),
                [a, b, c] => placed(*dict, *kind, [a, b, c]),
                _ => None,
            },
            (DictCall::Remove, [dict, entry]) => table(*dict)?.remove(*entry).map(|()| 1),
            (DictCall::Become, [NOTHING, _]) => Some(1),
            (DictCall::Become, [dict, kind]) => table(*dict)?.become_kind(*kind as i64).map(|()| 1),
            (DictCall::Close, [dict, kind]) => {
                table_of(*dict, *kind)?.close();
                Some(1)
            }
            (DictCall::Clear, [dict, kind]) => {
                let table = table_of(*dict, *kind)?;
                table.history = vec![];
                table.empty();
                Some(1)
            }
            _ => None,
        }
    }

    /// The tags and bits of the keys or of the values of a dict of a kind.
    pub(crate) fn items(&self, words: &[u64]) -> Found<Vec<(i64, u64)>> {
        let (table, is_of_values) = (table_of(words[0], words[1])?, words[2] != 0);
        Some(match is_of_values {
            true => table.entries().map(|entry| table.value(entry)).collect(),
            false if dicts::keys_of(table.parts.kind) == Keys::Texts => {
                let text = |key: Key| texts::whole(key[0]);
                table.keys().map(text).map(|[address, length]| (address as i64, length)).collect()
            }
            false => table.keys().map(|key| (0, key[0])).collect(),
        })
    }

    fn make(&mut self, kind: i64, named: &[u64]) -> u64 {
        self.clean(named);
        let bytes = self.bytes.get_or_init(Rc::default);
        let mut made = Box::new(Table::new(kind, bytes.clone()));
        made.born = self.age.made;
        bytes.set(bytes.get() + made.size());
        let made = Box::into_raw(made);
        self.all.push(made);
        made.expose_provenance() as u64
    }

    /// Gives dicts back that nobody names, if many were made.
    fn clean(&mut self, named: &[u64]) {
        let Some(bytes) = self.bytes.get().filter(|bytes| bytes.get() >= self.patience).cloned()
        else {
            return;
        };
        for address in named {
            if let Some(table) = table(*address) {
                table.is_named = true;
            }
        }
        let mut used = 0;
        self.all.retain(|each| {
            // SAFETY: all of them are boxes of ours; those that go are named nowhere.
            let kept = unsafe { &mut **each };
            if core::mem::take(&mut kept.is_named) || kept.born <= self.age.floor {
                used += kept.size();
                return true;
            }
            // SAFETY: see above.
            drop(unsafe { Box::from_raw(*each) });
            false
        });
        bytes.set(used);
        self.patience = PATIENCE.max(2 * used);
    }

    /// The object that a dict becomes, or became before: for all who have it.
    pub(crate) fn object(&mut self, address: u64) -> Result<Object<'c>> {
        let Some(table) = table::<'_, 'c>(address) else { return Ok(self.ctx.none()) };
        if let Some(object) = &table.object {
            return Ok(object.clone());
        }
        let object = table.made(self.ctx)?;
        table.object = Some(object.clone());
        table.empty();
        table.parts.kind = dicts::AN_OBJECT;
        (table.memory, table.slots, table.history) = (vec![], vec![], vec![]);
        Ok(object)
    }
}

impl Drop for Dicts<'_> {
    fn drop(&mut self) {
        for table in self.all.drain(..) {
            // SAFETY: all of them are boxes of ours, and machine code has left.
            drop(unsafe { Box::from_raw(table) });
        }
    }
}

#[inline]
fn found<const N: usize>(dict: u64, kind: u64, key: [u64; N]) -> Found {
    let table = table_of(dict, kind)?;
    Some(table.find(key).map_or(dicts::MISSING as u64, |entry| table.address(entry)))
}

#[inline]
fn placed<const N: usize>(dict: u64, kind: u64, key: [u64; N]) -> Found {
    let table = table_of(dict, kind)?;
    let entry = match table.find(key) {
        Some(entry) => entry,
        None => table.add(key)?,
    };
    Some(table.address(entry))
}

/// The functions that machine code calls at once, by the number of words of a key.
macro_rules! quick {
    ($( $find:ident $place:ident ($($word:ident),*); )*) => {
        $(
            extern "C" fn $find(_: *mut (), _: i64, dict: u64, kind: u64, $($word: u64),*) -> u64 {
                found(dict, kind, [$($word),*]).unwrap_or(0)
            }

            extern "C" fn $place(_: *mut (), _: i64, dict: u64, kind: u64, $($word: u64),*) -> u64 {
                placed(dict, kind, [$($word),*]).unwrap_or(0)
            }
        )*
    };
}

quick! {
    find_one place_one (a);
    find_two place_two (a, b);
    find_three place_three (a, b, c);
}

extern "C" fn remove(_: *mut (), _: i64, dict: u64, entry: u64) -> u64 {
    table(dict).and_then(|table| table.remove(entry)).map_or(0, |()| 1)
}

/// The function that does an instruction on dicts at once, if there is one.
pub(crate) fn quick(inst: &Inst) -> Option<*const ()> {
    let call = *DictCall::ALL.get(inst.int()? as usize)?;
    Some(match (call, inst.args.len()) {
        (DictCall::Find, 3) => find_one as *const (),
        (DictCall::Find, 4) => find_two as *const (),
        (DictCall::Find, 5) => find_three as *const (),
        (DictCall::Place, 3) => place_one as *const (),
        (DictCall::Place, 4) => place_two as *const (),
        (DictCall::Place, 5) => place_three as *const (),
        (DictCall::Remove, _) => remove as *const (),
        _ => return None,
    })
}
