//! Records in memory, which lists have the addresses of: their memory, and their order.
//!
//! `pommel_jit::ir::records` says what is in one. At its address stands whether it is in use, then its words.
//! Records of one size lie in blocks; those that nobody has are used again.

use super::native::number;
use super::texts::Texts;
use core::cmp::Ordering;
use pommel::prelude::*;
use pommel_jit::ir::records::{self, Part};
use pommel_jit::specialise::Tag;

/// So many records are made at once.
const BLOCK: usize = 256;
/// The lowest bits of the head of a record: whether it is in use.
const STATE: u64 = 3;
const FREE: u64 = 0;
const USED: u64 = records::IN_USE as u64;
const NAMED: u64 = 2;
const HEAD: usize = records::PARTS as usize / 8;

/// All records of a call.
#[derive(Default)]
pub(super) struct Records {
    /// The first free one, by the number of words.
    pools: Box<[u64; records::MOST_WORDS]>,
    /// How many bytes were free when the last ones were given back.
    free: [usize; records::MOST_WORDS],
    /// Their memory, by the number of words.
    blocks: Vec<Vec<Box<[u64]>>>,
}

/// A number of a record: its tag and its bits.
type Number = (i64, u64);

/// The words of a record. Addresses come from here.
fn words<'r>(address: u64, count: usize) -> &'r mut [u64] {
    let first = core::ptr::with_exposed_provenance_mut::<u64>(address as usize);
    // SAFETY: the record is in use, of a kind that has so many words, and nobody else looks at it.
    unsafe { core::slice::from_raw_parts_mut(first, HEAD + count) }
}

impl Records {
    /// A record of a kind.
    pub(super) fn make(&mut self, kind: i64) -> u64 {
        let count = records::words_of(kind);
        if self.pools[count] == 0 {
            self.add_block(count);
        }
        let address = self.pools[count];
        self.pools[count] = words(address, count)[HEAD];
        words(address, count)[0] = records::head_of(kind) as u64;
        address
    }

    /// How many bytes of memory were taken until there are no free records for a kind any more.
    pub(super) fn taken(&mut self, kind: i64) -> usize {
        let count = records::words_of(kind);
        if self.pools[count] == 0 { core::mem::take(&mut self.free[count]) } else { 0 }
    }

    /// The address of the first free record of each size.
    pub(super) fn pools(&mut self) -> u64 {
        self.pools.as_mut_ptr().expose_provenance() as u64
    }

    /// Makes room for more records with so many words.
    fn add_block(&mut self, count: usize) {
        if self.blocks.len() <= count {
            self.blocks.resize_with(count + 1, Vec::new);
        }
        let mut block = vec![FREE; BLOCK * (HEAD + count)].into_boxed_slice();
        let first = block.as_mut_ptr().expose_provenance();
        for at in (0..BLOCK).rev() {
            self.give_back((first + at * 8 * (HEAD + count)) as u64, count);
        }
        self.blocks[count].push(block);
    }

    fn give_back(&mut self, address: u64, count: usize) {
        let words = words(address, count);
        (words[0], words[HEAD]) = (FREE, self.pools[count]);
        self.pools[count] = address;
        self.free[count] += 8 * (HEAD + count);
    }

    /// Keeps a record when others are given back. Whether it was not kept so far.
    pub(super) fn name(&mut self, address: u64) -> bool {
        let head = &mut words(address, 0)[0];
        let was = *head & STATE;
        *head = *head & !STATE | NAMED;
        was != NAMED
    }

    /// Which object a record is, if it is one, counted from 1; and the number of its class, from 1 for
    /// instances.
    pub(super) fn identity(&self, address: u64) -> (usize, usize) {
        let head = words(address, 0)[0];
        let class = head >> records::CLASS_SHIFT & 0xff;
        ((head >> records::OBJECT_SHIFT) as usize, class as usize)
    }

    /// Says that a record is an object now, which is so manieth.
    pub(super) fn is_now(&mut self, address: u64, object: usize) {
        words(address, 0)[0] |= (object as u64) << records::OBJECT_SHIFT;
    }

    /// Gives back all records that were not named, but for instances if those are kept. How many bytes the
    /// others take.
    pub(super) fn clean(&mut self, keeps: bool) -> usize {
        let mut used = 0;
        let blocks = core::mem::take(&mut self.blocks);
        for (count, blocks) in blocks.iter().enumerate() {
            let stride = HEAD + count;
            (self.pools[count], self.free[count]) = (0, 0);
            for block in blocks {
                let first = block.as_ptr().expose_provenance();
                for at in 0..BLOCK {
                    let address = (first + at * 8 * stride) as u64;
                    let state = &mut words(address, count)[0];
                    if *state & STATE == NAMED || keeps && *state >> records::CLASS_SHIFT != 0 {
                        *state = *state & !STATE | USED;
                        used += 8 * stride;
                    } else {
                        self.give_back(address, count);
                    }
                }
            }
        }
        self.blocks = blocks;
        used
    }
}

/// What is in a record: its parts with their words, of which the first is the tag of a number that has none.
pub(super) fn parts(kind: i64, address: u64) -> impl Iterator<Item = (Part, Number)> {
    let all = &words(address, records::words_of(kind))[HEAD..];
    let mut at = 0;
    records::parts_of(kind).map(move |part| {
        let of = &all[at..at + part.words()];
        at += part.words();
        let tag = || match part {
            // The kind is a set of one.
            Part::Number(kinds) => i64::from(kinds.trailing_zeros()),
            _ => 0,
        };
        match *of {
            [] => (part, (0, 0)),
            [bits] => (part, (tag(), bits)),
            [first, second, ..] => (part, (first as i64, second)),
        }
    })
}

/// Fills a record of a kind with the parts of one of another kind, whose parts are within its own.
pub(super) fn convert(from: (i64, u64), to: (i64, u64)) {
    let target = &mut words(to.1, records::words_of(to.0))[HEAD..];
    let mut at = 0;
    for ((_, (first, second)), part) in parts(from.0, from.1).zip(records::parts_of(to.0)) {
        match part.words() {
            0 => {}
            1 => target[at] = second,
            _ => target[at..at + 2].copy_from_slice(&[first as u64, second]),
        }
        at += part.words();
    }
}

/// Whether records of a kind are such as a list of another kind holds, if they are made anew.
pub(super) fn is_within(kind: i64, other: i64) -> bool {
    let (own, others) = (records::parts_of(kind), records::parts_of(other));
    records::are_records(kind)
        && records::are_records(other)
        && own.clone().count() == others.clone().count()
        && own.zip(others).all(|(part, other)| part.is_within(other))
}

/// How a part of a record is compared: with one word, or with two.
#[derive(Clone, Copy)]
enum Compared {
    Int,
    Float,
    Number,
    Text,
}

/// The order of records of a kind.
#[derive(Clone, Copy)]
pub(super) struct Order {
    parts: [Compared; MOST_PARTS],
    count: usize,
}

/// No kind has more parts.
const MOST_PARTS: usize = 12;

impl Order {
    /// None if there is no order that follows from their words.
    pub(super) fn of(kind: i64) -> Option<Order> {
        let parts = Some(kind).filter(|kind| records::are_records(*kind)).map(records::parts_of)?;
        let mut order = Order { parts: [Compared::Int; MOST_PARTS], count: 0 };
        for part in parts {
            let float = 1 << Tag::Float.number();
            let compared = match part {
                _ if !part.is_ordered() => return None,
                Part::Number(kinds) if kinds == float => Compared::Float,
                Part::Text => Compared::Text,
                part if part.has_tag() => Compared::Number,
                part if part.words() == 0 => continue,
                _ => Compared::Int,
            };
            *order.parts.get_mut(order.count)? = compared;
            order.count += 1;
        }
        Some(order)
    }

    /// The order of two records: that of the first parts that differ.
    pub(super) fn compare(&self, a: u64, b: u64) -> Ordering {
        if a == b {
            return Ordering::Equal;
        }
        let [a, b] = [a, b].map(|record| {
            core::ptr::with_exposed_provenance::<u64>(record as usize).wrapping_add(HEAD)
        });
        // SAFETY: both are records in use with parts such as these, as their lists say.
        let word = |at: usize| unsafe { (*a.wrapping_add(at), *b.wrapping_add(at)) };
        if let (Compared::Int, (x, y)) = (self.parts[0], word(0))
            && x != y
        {
            return (x as i64).cmp(&(y as i64));
        }
        let mut at = 0;
        for compared in &self.parts[..self.count] {
            let (x, y) = word(at);
            at += 1;
            let order = match compared {
                Compared::Int => (x as i64).cmp(&(y as i64)),
                Compared::Float => of_floats(x, y),
                Compared::Number | Compared::Text => {
                    let (second, other) = word(at);
                    at += 1;
                    match compared {
                        Compared::Text => Texts::compared([x, second], [y, other]),
                        _ => of_numbers((x as i64, second), (y as i64, other)),
                    }
                }
            };
            if order.is_ne() {
                return order;
            }
        }
        Ordering::Equal
    }
}

fn of_floats(a: u64, b: u64) -> Ordering {
    f64::from_bits(a).partial_cmp(&f64::from_bits(b)).unwrap_or(Ordering::Equal)
}

/// The order of two numbers, neither of which is a float that is none.
fn of_numbers(a: Number, b: Number) -> Ordering {
    let float = Tag::Float.number();
    let value = |number: Number| f64::from_bits(number.1);
    match (a.0 == float, b.0 == float) {
        (true, true) => of_floats(a.1, b.1),
        (false, false) => (a.1 as i64).cmp(&(b.1 as i64)),
        (false, true) => beside_float(a.1 as i64, value(b)),
        (true, false) => beside_float(b.1 as i64, value(a)).reverse(),
    }
}

/// The order of an integer and a float, as they are, without rounding.
fn beside_float(int: i64, float: f64) -> Ordering {
    const BEYOND: f64 = (1_u64 << 63) as f64;
    if float >= BEYOND {
        return Ordering::Less;
    }
    if float < -BEYOND {
        return Ordering::Greater;
    }
    // What is between fits when its fraction is away.
    let whole = float.floor();
    int.cmp(&(whole as i64)).then(if float > whole { Ordering::Less } else { Ordering::Equal })
}

/// The tuple that a record is. Lists in it are what the function says.
pub(super) fn object<'c>(
    ctx: Ctx<'c>,
    (kind, address): (i64, u64),
    text: &mut dyn FnMut([u64; 2]) -> Result<Object<'c>>,
    lists: &mut dyn Iterator<Item = Object<'c>>,
) -> Result<Object<'c>> {
    let mut open: Vec<Vec<Object<'c>>> = vec![vec![]];
    for (part, (first, second)) in parts(kind, address) {
        let made = match part {
            Part::Open => {
                open.push(vec![]);
                continue;
            }
            Part::Close => {
                let inner = open.pop().unwrap_or_default();
                tuple(ctx, &inner)?
            }
            Part::Text => text([first as u64, second])?,
            Part::List => lists.next().ok_or_else(|| Error::runtime_error("a list is lost"))?,
            Part::Number(_) => number(ctx, first as u64, second)?,
            Part::Instance(_) => continue,
        };
        if let Some(items) = open.last_mut() {
            items.push(made);
        }
    }
    tuple(ctx, &open.pop().unwrap_or_default())
}

fn tuple<'c>(ctx: Ctx<'c>, items: &[Object<'c>]) -> Result<Object<'c>> {
    let tuple = ctx.tuple(&items.iter().collect::<Vec<_>>())?;
    Ok((*tuple).clone())
}
