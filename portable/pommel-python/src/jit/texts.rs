//! Texts in memory, which machine code made of characters that are ASCII: their memory, what machine code
//! leaves to the runtime, and the strings that they become.
//!
//! `pommel_jit::ir::texts` says where a text has its parts. Texts lie one behind the other in chunks of memory;
//! a chunk is given back when enough was made and none of its texts is in use any more.

use super::lists::{Age, Lists};
use super::recipe::{character, handle_of};
use super::spelling;
use pommel::prelude::*;
use pommel::raw::attach;
use pommel_jit::ir::lists as places;
use pommel_jit::ir::texts::{self, TextCall};
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

/// So many bytes may be in use before it is looked for chunks that nobody needs.
const PATIENCE: usize = 32 << 20;
/// The first chunk has so many words, and each one twice as many as the one before, up to so many.
const CHUNKS: core::ops::Range<usize> = 1 << 7..1 << 13;
/// The words of a text before its characters.
const HEAD: usize = texts::CHARACTERS as usize / 8;
/// The word that only the runtime knows.
const OBJECT: usize = HEAD - 1;
/// The words of a text of one character.
const STRIDE: usize = texts::STRIDE as usize / 8;
/// What memory has in place of the number of an object that belongs to all threads.
const NO_OBJECT: u64 = u64::MAX;
/// A text has at most so many characters.
const LONGEST: usize = 1 << 40;
/// A text that gets characters one by one has room for so many at first.
const LEAST_ROOM: usize = 48;

/// What a call came to: nothing if it cannot be done.
type Found<T = [u64; 2]> = Option<T>;

/// What one instruction makes on the way to its result, nobody names: what was made by the last calls, so many
/// of them, is kept.
const LATELY: u64 = 4096;

/// Words that texts lie in, one behind the other, and room for more.
struct Chunk {
    memory: Vec<u64>,
    /// The number of the call that put a text into it last.
    last: u64,
    /// How much had been made before it was.
    born: i64,
}

impl Chunk {
    fn start(&self) -> u64 {
        self.memory.as_ptr().expose_provenance() as u64
    }

    fn has(&self, address: u64) -> bool {
        (self.start()..self.start() + 8 * self.memory.capacity() as u64).contains(&address)
    }
}

/// The texts of a call of machine code.
pub(super) struct Texts<'c> {
    ctx: Ctx<'c>,
    /// The last one is the one that texts are put into.
    chunks: Vec<Chunk>,
    used: usize,
    patience: usize,
    /// How many texts were made.
    made: u64,
    /// Strings that texts have become, or were made of: a text's memory has the number of its last one.
    objects: Vec<Option<(u64, u64, Object<'c>)>>,
    /// Strings of one character, by their numbers.
    singles: Vec<Option<Object<'c>>>,
    /// The texts of [`TextCall::Intern`].
    names: HashMap<Box<[u8]>, u64>,
    /// What those made who wait for an inner function stays.
    pub(super) age: Age,
}

/// The words of a text that stays what it is.
fn words_of(text: &[u8]) -> Vec<u64> {
    let mut words = vec![text.len() as u64, 0, NO_OBJECT];
    words.extend(text.chunks(8).map(|chunk| {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        u64::from_le_bytes(bytes)
    }));
    words.resize(words.len().max(HEAD + 1), 0);
    words
}

/// The address of the text of the character 0; the others follow it.
pub(super) fn characters() -> i64 {
    static ALL: OnceLock<Vec<u64>> = OnceLock::new();
    let all = ALL.get_or_init(|| (0..texts::ASCII as u8).flat_map(|c| words_of(&[c])).collect());
    all.as_ptr().expose_provenance() as i64
}

/// The texts that sources spell out: they stay for good, as there are only so many.
static CONSTANTS: Mutex<Option<Constants>> = Mutex::new(None);

/// Texts by their characters: the words of each.
type Constants = HashMap<Box<[u8]>, Vec<u64>>;

/// The address of a text that the source spells out.
pub(super) fn constant(text: &str) -> Option<i64> {
    if !text.is_ascii() {
        return None;
    }
    if let [byte] = text.as_bytes() {
        return Some(text_of_character(*byte)[0] as i64);
    }
    let mut all = CONSTANTS.lock().unwrap_or_else(PoisonError::into_inner);
    let all = all.get_or_insert_with(HashMap::new);
    let words = all.entry(text.as_bytes().into()).or_insert_with(|| words_of(text.as_bytes()));
    Some(words.as_ptr().expose_provenance() as i64)
}

/// The same for one that was asked for before.
fn known_constant(text: &[u8]) -> Option<u64> {
    let all = CONSTANTS.lock().unwrap_or_else(PoisonError::into_inner);
    let words = all.as_ref()?.get(text)?;
    Some(words.as_ptr().expose_provenance() as u64)
}

/// The whole text at an address, whose memory holds nothing else.
pub(super) fn whole(address: u64) -> [u64; 2] {
    match address {
        0 => [0, 0],
        // SAFETY: it is a text.
        address => [address, unsafe { *at(address) }],
    }
}

/// A text that is there for a short time, as a string.
pub(super) fn string<'c>(ctx: Ctx<'c>, address: u64) -> Result<Object<'c>> {
    ctx.object(str_of(characters_of(whole(address)))?)
}

fn text_of_character(byte: u8) -> [u64; 2] {
    [characters() as u64 + u64::from(byte) * texts::STRIDE as u64, 1]
}

/// The first word of a text.
fn at(address: u64) -> *mut u64 {
    core::ptr::with_exposed_provenance_mut(address as usize)
}

/// The characters of a text in memory.
fn characters_of<'t>([address, length]: [u64; 2]) -> &'t [u8] {
    if address == 0 || length == 0 {
        return &[];
    }
    // SAFETY: machine code has the text from here, so that so many characters are there, which do not
    // change; nobody gives the memory back while an operation that names it reads it.
    unsafe {
        core::slice::from_raw_parts(at(address).add(HEAD).cast_const().cast(), length as usize)
    }
}

impl<'c> Texts<'c> {
    pub(super) fn new(ctx: Ctx<'c>) -> Texts<'c> {
        let names = HashMap::new();
        let (objects, singles) = (vec![], vec![]);
        let (patience, age) = (PATIENCE, Age::default());
        Texts { ctx, chunks: vec![], used: 0, patience, made: 0, objects, singles, names, age }
    }

    /// Gives chunks back none of whose texts is in use, if enough was made.
    fn clean(&mut self, in_use: impl Iterator<Item = u64>) {
        if self.used < self.patience {
            return;
        }
        let mut addresses: Vec<u64> = in_use.chain(self.names.values().copied()).collect();
        addresses.sort_unstable();
        let (made, floor) = (self.made, self.age.floor);
        self.chunks.retain(|chunk| {
            let first = addresses.partition_point(|address| *address < chunk.start());
            addresses.get(first).is_some_and(|address| chunk.has(*address))
                || made - chunk.last < LATELY
                || chunk.born <= floor
        });
        let chunks = &self.chunks;
        for object in &mut self.objects {
            object.take_if(|(address, ..)| !chunks.iter().any(|chunk| chunk.has(*address)));
        }
        self.used = chunks.iter().map(|chunk| 8 * chunk.memory.capacity()).sum();
        self.patience = PATIENCE.max(2 * self.used);
    }

    /// A text with room for so many characters, none of which is there yet.
    fn make(&mut self, room: usize) -> Found<u64> {
        let needed = HEAD + room.div_ceil(8).max(1);
        if room > LONGEST {
            return None;
        }
        let is_full = self
            .chunks
            .last()
            .is_none_or(|Chunk { memory: of, .. }| of.capacity() - of.len() < needed);
        if is_full {
            let last = self.chunks.last().map_or(0, |chunk| chunk.memory.capacity());
            let wanted = (2 * last).clamp(CHUNKS.start, CHUNKS.end).max(needed);
            let mut memory = Vec::new();
            memory.try_reserve_exact(wanted).ok()?;
            self.used += 8 * wanted;
            self.chunks.push(Chunk { memory, last: 0, born: self.age.made });
        }
        self.made += 1;
        let Chunk { memory, last, .. } = self.chunks.last_mut()?;
        *last = self.made;
        let place = memory.len();
        memory.extend([0, room as u64, 0]);
        let words = needed - HEAD;
        // SAFETY: there is room for so many words, which are of no meaning before they are written.
        unsafe { memory.set_len(place + HEAD + words) };
        Some(memory[place..].as_mut_ptr().expose_provenance() as u64)
    }

    /// Adds characters to what is in a text's memory, which has room for them.
    fn add(&mut self, address: u64, more: &[u8]) {
        // SAFETY: whoever calls has looked for room.
        unsafe {
            let used = *at(address) as usize;
            let end = at(address).add(HEAD).cast::<u8>().add(used);
            end.copy_from_nonoverlapping(more.as_ptr(), more.len());
            *at(address) = (used + more.len()) as u64;
        }
    }

    /// A text with these characters.
    fn with(&mut self, characters: &[u8]) -> Found {
        if let [byte] = characters {
            return Some(text_of_character(*byte));
        }
        let address = self.make(characters.len())?;
        self.add(address, characters);
        Some([address, characters.len() as u64])
    }

    /// A text with the characters of some parts.
    fn with_all(&mut self, parts: &[&[u8]]) -> Found {
        let length = parts.iter().map(|part| part.len()).sum();
        let address = self.make(length)?;
        parts.iter().for_each(|part| self.add(address, part));
        Some([address, length as u64])
    }

    /// What an operand has in it: a text, or a string that is an object.
    fn read<'t>(&self, operand: [u64; 2]) -> Found<&'t [u8]> {
        if operand[1] as i64 != texts::AN_OBJECT {
            return Some(characters_of(operand));
        }
        // SAFETY: machine code keeps the handle open, for longer than what reads this.
        let found = unsafe { attach::exact_ascii(self.ctx.as_raw(), handle_of(operand[0])) };
        found.map(str::as_bytes)
    }

    /// An operand as a text in memory.
    fn text(&mut self, operand: [u64; 2]) -> Found {
        if operand[1] as i64 != texts::AN_OBJECT {
            return Some(operand);
        }
        let made = self.with(self.read(operand)?)?;
        if made[1] > 1 {
            // SAFETY: machine code keeps the handle open meanwhile.
            let object = unsafe { pommel::raw::borrowed(self.ctx, handle_of(operand[0])) };
            self.remember(made, &object);
        }
        Some(made)
    }

    /// The string that a text is, or was before.
    pub(super) fn object(&mut self, text: [u64; 2]) -> Result<Object<'c>> {
        let bytes = characters_of(text);
        if let [byte] = bytes {
            return self.single(*byte);
        }
        if let Some(object) = self.remembered(text) {
            return Ok(object.clone());
        }
        let made = self.ctx.object(str_of(bytes)?)?;
        self.remember(text, &made);
        Ok(made)
    }

    /// The string of one character.
    pub(super) fn single(&mut self, byte: u8) -> Result<Object<'c>> {
        self.singles.resize(texts::ASCII as usize, None);
        let place = self.singles.get_mut(usize::from(byte));
        let place = place.ok_or_else(|| Error::runtime_error("a character is none"))?;
        match place {
            Some(object) => Ok(object.clone()),
            None => Ok(place.insert(character(self.ctx, byte.into())?).clone()),
        }
    }

    /// The string that a text became last, if that is known.
    fn remembered(&self, [address, length]: [u64; 2]) -> Option<&Object<'c>> {
        if length == 0 {
            return None;
        }
        // SAFETY: it is a text.
        let number = unsafe { *at(address).add(OBJECT) };
        let found = self.objects.get((number as usize).checked_sub(1)?)?.as_ref()?;
        (found.1 == length).then_some(&found.2)
    }

    /// Remembers the string that a text is.
    fn remember(&mut self, [address, length]: [u64; 2], object: &Object<'c>) {
        if length == 0 {
            return;
        }
        // SAFETY: it is a text, and of this call's unless it says otherwise.
        let number = unsafe { &mut *at(address).add(OBJECT) };
        let entry = Some((address, length, object.clone()));
        match *number {
            NO_OBJECT => {}
            0 => {
                self.objects.push(entry);
                *number = self.objects.len() as u64;
            }
            number => {
                if let Some(place) = self.objects.get_mut(number as usize - 1) {
                    *place = entry;
                }
            }
        }
    }

    fn slice(&mut self, operand: [u64; 2], words: &[u64]) -> Found {
        let int = |at: usize| words[at] as i64;
        let bytes = self.read(operand)?;
        let step = int(2);
        if step == 0 || step == i64::MIN {
            return None;
        }
        let (start, stop) = super::lists::ends(bytes.len() as i64, [int(0), int(1)], int(3), step);
        if step == 1 {
            let part = &bytes[start as usize..stop.max(start) as usize];
            return match part.len() == bytes.len() {
                true => self.text(operand),
                false => self.with(part),
            };
        }
        if step == -1 {
            let (first, end) = ((stop + 1) as usize, (start + 1).max(stop + 1) as usize);
            let found: Vec<u8> = bytes[first..end].iter().rev().copied().collect();
            return self.with(&found);
        }
        let mut found = Vec::new();
        let mut at = start;
        while if step > 0 { at < stop } else { at > stop } {
            found.push(bytes[at as usize]);
            let Some(next) = at.checked_add(step) else { break };
            at = next;
        }
        self.with(&found)
    }

    fn concatenate(&mut self, a: [u64; 2], b: [u64; 2], grows: bool) -> Found {
        let (x, y) = (self.read(a)?, self.read(b)?);
        if y.is_empty() {
            return self.text(a);
        }
        if x.is_empty() && !grows {
            return self.text(b);
        }
        let length = x.len() + y.len();
        if a[1] as i64 != texts::AN_OBJECT && a[0] != 0 {
            // SAFETY: it is a text.
            let (used, room) = unsafe { (*at(a[0]), *at(a[0]).add(1)) };
            if used == a[1] && length as u64 <= room {
                self.add(a[0], y);
                return Some([a[0], length as u64]);
            }
        }
        if !grows {
            return self.with_all(&[x, y]);
        }
        let address = self.make((2 * length).max(LEAST_ROOM))?;
        self.add(address, x);
        self.add(address, y);
        Some([address, length as u64])
    }

    fn repeat(&mut self, operand: [u64; 2], count: i64) -> Found {
        let bytes = self.read(operand)?;
        let count = usize::try_from(count).unwrap_or(0);
        if count == 1 {
            return self.text(operand);
        }
        let length = bytes.len().checked_mul(count).filter(|length| *length <= LONGEST)?;
        let address = self.make(length)?;
        for _ in 0..if bytes.is_empty() { 0 } else { count } {
            self.add(address, bytes);
        }
        Some([address, length as u64])
    }

    /// A text that may be the operand itself.
    fn changed(&mut self, operand: [u64; 2], made: &[u8]) -> Found {
        match self.read(operand)? == made {
            true => self.text(operand),
            false => self.with(made),
        }
    }

    /// A text of other characters, one for each.
    fn mapped(&mut self, operand: [u64; 2], to: impl Fn(&u8) -> u8) -> Found {
        let bytes = self.read(operand)?;
        if let [byte] = bytes {
            return Some(text_of_character(to(byte)));
        }
        let address = self.make(bytes.len())?;
        self.add(address, bytes);
        // SAFETY: so many characters were just written there.
        let made = unsafe {
            core::slice::from_raw_parts_mut(at(address).add(HEAD).cast::<u8>(), bytes.len())
        };
        made.iter_mut().for_each(|byte| *byte = to(byte));
        Some([address, bytes.len() as u64])
    }

    fn intern(&mut self, bytes: &[u8]) -> Found<u64> {
        if let Some(known) = self.names.get(bytes) {
            return Some(*known);
        }
        if let Some(known) = known_constant(bytes) {
            self.names.insert(bytes.into(), known);
            return Some(known);
        }
        let made = match bytes {
            [byte] => text_of_character(*byte)[0],
            bytes => {
                let address = self.make(bytes.len())?;
                self.add(address, bytes);
                // Nobody adds to it.
                // SAFETY: it was just made.
                unsafe { at(address).add(1).write(0) };
                address
            }
        };
        self.names.insert(bytes.into(), made);
        Some(made)
    }
}

fn str_of(bytes: &[u8]) -> Result<&str> {
    core::str::from_utf8(bytes).map_err(|_| Error::runtime_error("a text is none"))
}

fn number(found: i64) -> Found {
    Some([1, found as u64])
}

impl Lists<'_> {
    /// Does what machine code asks for. Nothing if that cannot be done on texts in memory.
    pub(crate) fn text(&mut self, call: TextCall, words: &[u64]) -> Found {
        let (texts, others) = call.arity();
        let operand = |at: usize| [words[2 * at], words[2 * at + 1]];
        let rest = &words[2 * texts..];
        if call.makes() {
            self.clean_texts(words);
        }
        let all = &mut self.texts;
        match call {
            TextCall::Slice => all.slice(operand(0), rest),
            TextCall::Concatenate => all.concatenate(operand(0), operand(1), rest[0] != 0),
            TextCall::Repeat => all.repeat(operand(0), rest[0] as i64),
            TextCall::Digits => {
                let made = spelling::digits(rest[0] as i64, rest[1]);
                all.with(made.as_bytes())
            }
            TextCall::Float => all.with(spelling::float(f64::from_bits(rest[0]))?.as_bytes()),
            TextCall::Change if rest[0] == 0 => all.mapped(operand(0), u8::to_ascii_uppercase),
            TextCall::Change if rest[0] == 1 => all.mapped(operand(0), u8::to_ascii_lowercase),
            TextCall::Change => {
                let made = spelling::changed(all.read(operand(0))?, rest[0])?;
                all.changed(operand(0), &made)
            }
            TextCall::Fill => {
                let fill = [rest[0], rest[1], rest[2]];
                let made = spelling::filled(all.read(operand(0))?, fill)?;
                all.changed(operand(0), &made)
            }
            TextCall::Strip => {
                let (text, of) = (all.read(operand(0))?, all.read(operand(1))?);
                all.changed(operand(0), spelling::stripped(text, rest[0], |c| of.contains(&c)))
            }
            TextCall::Replace => {
                let [text, old, new] = [0, 1, 2].map(|at| all.read(operand(at)));
                let made = spelling::replaced(text?, old?, new?)?;
                all.changed(operand(0), &made)
            }
            TextCall::Format => {
                let made = spelling::formatted(all.read(operand(0))?, rest[0], rest[1])?;
                all.with(made.as_bytes())
            }
            TextCall::Join => {
                let pairs = rest[1..].chunks_exact(2).take(rest[0] as usize);
                let parts: Found<Vec<_>> = pairs.map(|pair| all.read([pair[0], pair[1]])).collect();
                all.with_all(&parts?)
            }
            TextCall::JoinList => self.join(operand(0), rest[0]),
            TextCall::Characters => {
                let bytes = all.read(operand(0))?;
                self.of_characters(bytes, &rest[others..]).and_then(made_list)
            }
            TextCall::Split => self.split(operand(0), operand(1), rest),
            _ => all.ask(call, words),
        }
    }

    /// Gives texts back that nobody needs. The operands of an operation are among what it names.
    fn clean_texts(&mut self, words: &[u64]) {
        if self.texts.used >= self.texts.patience {
            let in_lists = self.texts_in_lists();
            self.texts.clean(words.iter().copied().chain(in_lists));
        }
    }

    fn join(&mut self, separator: [u64; 2], list: u64) -> Found {
        let separator = self.texts.read(separator)?;
        if let Some(characters) = self.characters_of(list) {
            let made = match separator {
                [] => characters,
                separator => {
                    let pairs = characters
                        .iter()
                        .flat_map(|byte| [*byte].into_iter().chain(separator.iter().copied()));
                    let mut made: Vec<u8> = pairs.collect();
                    made.truncate(made.len().saturating_sub(separator.len()));
                    made
                }
            };
            return self.texts.with(&made);
        }
        let items = self.texts_of(list)?;
        if let [only] = items[..] {
            return Some(only);
        }
        let length = items.iter().map(|item| item[1] as usize + separator.len()).sum();
        let mut made = Vec::with_capacity(length);
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                made.extend_from_slice(separator);
            }
            made.extend_from_slice(characters_of(*item));
        }
        self.texts.with(&made)
    }

    fn split(&mut self, text: [u64; 2], by: [u64; 2], rest: &[u64]) -> Found {
        let named = rest.get(2 + rest[1] as usize..)?;
        if self.texts.used >= self.texts.patience {
            let in_lists = self.texts_in_lists();
            let in_use = rest[2..2 + rest[1] as usize].iter().copied();
            self.texts.clean(in_use.chain([text[0], by[0]]).chain(in_lists));
        }
        let (bytes, by) = (self.texts.read(text)?, self.texts.read(by)?);
        let parts = spelling::split(bytes, by, rest[0])?;
        let mut items = Vec::with_capacity(parts.len());
        for part in parts {
            let [address, length] = self.texts.with(part)?;
            items.push((address as i64, length));
        }
        self.of_texts(&items, places::TEXTS, named).and_then(made_list)
    }
}

fn made_list(address: u64) -> Found {
    number(address as i64)
}

impl Texts<'_> {
    /// What is asked of texts: a number.
    fn ask(&mut self, call: TextCall, words: &[u64]) -> Found {
        let (texts, _) = call.arity();
        let rest = &words[2 * texts..];
        let one = self.read([words[0], words[1]])?;
        let other = match texts {
            2 => self.read([words[2], words[3]])?,
            _ => &[],
        };
        number(match call {
            TextCall::Equal => i64::from(one == other),
            TextCall::Compare => one.cmp(other) as i64,
            TextCall::Search => {
                spelling::searched(one, other, rest[0], [rest[1], rest[2], rest[3]])?
            }
            TextCall::Test => i64::from(spelling::tested(one, rest[0])?),
            TextCall::Parse => spelling::parsed(one, rest[0])?,
            TextCall::Spells => spelling::may_spell(one, rest[0] != 0).into(),
            TextCall::ParseFloat => spelling::parsed_float(one)?.to_bits() as i64,
            TextCall::Intern => self.intern(one)? as i64,
            _ => return None,
        })
    }

    /// Two texts in their order.
    pub(super) fn compared(a: [u64; 2], b: [u64; 2]) -> core::cmp::Ordering {
        characters_of(a).cmp(characters_of(b))
    }
}

const _: () = assert!(STRIDE == HEAD + 1);
