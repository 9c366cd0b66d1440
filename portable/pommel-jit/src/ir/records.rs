//! Records in memory: tuples that are items of lists, and instances of classes with numbers for attributes.
//!
//! A list of records has their addresses. What a record is made of is a part of the kind of the list: a code
//! for each part, one after the other, and tuples within it have their parts between two more. A float that
//! is no number is in no record, since its identity would matter: records are compared by their words.

/// The bit that the kinds of lists of records have, above all codes of parts.
pub const RECORDS: i64 = 1 << 60;
/// A code has so many bits.
const CODE: u32 = 5;
/// Codes below are sets of kinds of numbers.
const TEXT: i64 = 16;
const LIST: i64 = 17;
const OPEN: i64 = 18;
const CLOSE: i64 = 19;
const INSTANCE: i64 = 20;

/// Where it stands whether a record is in use: a number, for whoever takes it for what it is.
pub const HEAD: i64 = 0;
/// How the head of a record in use is made up: of its lowest bits, the number of words, the number of the
/// class behind that, and whether it is an object now, too, in what is above.
pub const IN_USE: i64 = 1;
/// From this bit on there is the number of words,
pub const WORDS_SHIFT: u32 = 2;
/// from this one on that of the class, where 0 is that of tuples,
pub const CLASS_SHIFT: u32 = 8;
/// and from this one on that of the object.
pub const OBJECT_SHIFT: u32 = 16;
/// There are so many classes at most, of which there are instances in memory.
pub const MOST_CLASSES: usize = (1 << CODE) - 1;

/// Records of each number of words are taken from a list of free ones: at this place times that number behind
/// the address of all there is the first one, or 0. Where a record has its first part, one that is free has
/// the next.
pub const POOL: i64 = 8;
/// No record has so many words.
pub const MOST_WORDS: usize = 32;

/// Where the first part of a record is.
pub const PARTS: i64 = 8;

/// What a record is made of, and where tuples within it begin and end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A number of one of some kinds: its bits, behind its tag if there are several.
    Number(i64),
    /// The address and the length of a text.
    Text,
    /// The address of a list.
    List,
    /// A tuple begins.
    Open,
    /// It ends.
    Close,
    /// It is an instance of the class with this number: attributes follow.
    Instance(u8),
}

impl Part {
    fn code(self) -> i64 {
        match self {
            Part::Number(kinds) => kinds,
            Part::Text => TEXT,
            Part::List => LIST,
            Part::Open => OPEN,
            Part::Close => CLOSE,
            Part::Instance(number) => INSTANCE | i64::from(number) << CODE,
        }
    }

    /// How many bits its code has.
    fn bits(self) -> u32 {
        if let Part::Instance(_) = self { 2 * CODE } else { CODE }
    }

    /// The one that codes begin with, if there is one.
    fn first_of(codes: i64) -> Option<Part> {
        let mask = (1 << CODE) - 1;
        Some(match codes & mask {
            0 => return None,
            INSTANCE => Part::Instance((codes >> CODE & mask) as u8),
            TEXT => Part::Text,
            LIST => Part::List,
            OPEN => Part::Open,
            CLOSE => Part::Close,
            kinds => Part::Number(kinds),
        })
    }

    /// Whether it is a number of several kinds, or none that has bits: it has a tag then.
    pub fn has_tag(self) -> bool {
        // `None` alone is the lowest bit.
        matches!(self, Part::Number(kinds) if kinds == 1 || kinds & (kinds - 1) != 0)
    }

    /// How many words it has.
    pub fn words(self) -> usize {
        match self {
            Part::Open | Part::Close | Part::Instance(_) => 0,
            Part::Text => 2,
            part => 1 + usize::from(part.has_tag()),
        }
    }

    /// Whether such parts have an order, and equal words are all that makes them equal.
    pub fn is_ordered(self) -> bool {
        match self {
            Part::Number(kinds) => kinds & 1 == 0,
            Part::Text | Part::Open | Part::Close => true,
            Part::List | Part::Instance(_) => false,
        }
    }

    /// Whether another part may stand in its place.
    pub fn is_within(self, other: Part) -> bool {
        match (self, other) {
            (Part::Number(kinds), Part::Number(others)) => kinds & !others == 0,
            (part, other) => part == other,
        }
    }
}

/// Whether lists of a kind have records in them.
pub fn are_records(kind: i64) -> bool {
    kind & RECORDS != 0
}

/// The kind of lists of records with some parts. None if there are too many, or none.
pub fn kind_of(parts: &[Part]) -> Option<i64> {
    let bits: u32 = parts.iter().map(|part| part.bits()).sum();
    let words: usize = parts.iter().map(|part| part.words()).sum();
    let fits = (1..MOST_WORDS).contains(&words) && bits <= RECORDS.trailing_zeros();
    let add = |codes: i64, part: &Part| codes.wrapping_shl(part.bits()) | part.code();
    let codes = parts.iter().rev().fold(0, add);
    fits.then_some(codes | RECORDS)
}

/// What the records in lists of a kind are made of.
pub fn parts_of(kind: i64) -> impl Iterator<Item = Part> + Clone {
    let mut rest = kind & !RECORDS;
    core::iter::from_fn(move || {
        let part = Part::first_of(rest)?;
        rest >>= part.bits();
        Some(part)
    })
}

/// How many words records in lists of a kind have.
pub fn words_of(kind: i64) -> usize {
    parts_of(kind).map(Part::words).sum()
}

/// The head of records in use of a kind, as long as they are no objects.
pub fn head_of(kind: i64) -> i64 {
    let class = match parts_of(kind).next() {
        Some(Part::Instance(number)) => i64::from(number) + 1,
        _ => 0,
    };
    IN_USE | (words_of(kind) as i64) << WORDS_SHIFT | class << CLASS_SHIFT
}
