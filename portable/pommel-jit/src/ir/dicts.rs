//! Dicts and sets in memory: where one has its parts, and what the runtime does with one.
//!
//! Entries stand in the order in which their keys came; one that was removed leaves a gap. The runtime
//! finds and adds entries, and machine code reads and writes what is in them, at distances that stand here.
//! What keys and values are is a number, the kind, which whoever asks for an entry names: if the dict is of
//! another kind, or an object by now, there is none.

/// Where the address of the first entry is.
pub const ENTRIES: i64 = 0;
/// Where it stands how many entries there are, with gaps.
pub const USED: i64 = 8;
/// Where it stands how many keys there are.
pub const LENGTH: i64 = 16;
/// Where the kind is, as [`super::super::specialise::Table::code`] says.
pub const KIND: i64 = 24;

/// The kind of what is an object now.
pub const AN_OBJECT: i64 = -1;
/// The entry of a key that is not there.
pub const MISSING: i64 = 1;

/// Where the tag of the value is in an entry.
pub const TAG: i64 = 0;
/// Where its bits are.
pub const BITS: i64 = 8;
/// Where the words of the key begin.
pub const KEY: i64 = 16;
/// A key has at most so many words.
pub const MOST_WORDS: usize = 3;

/// The tag of a gap.
pub const GAP: i64 = -1;

/// The size of an entry in bytes, for keys of so many words.
pub fn entry_size(words: usize) -> i64 {
    KEY + 8 * words as i64
}

/// What keys of a kind are: how many words, and whether they are characters, or floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// There are none so far.
    None,
    /// Integers.
    Ints,
    /// Strings of one ASCII character: their numbers.
    Chars,
    /// Floats, but for what is no number and the negative zero.
    Floats,
    /// Strings of ASCII characters: addresses of texts, of which there is one for each string.
    Texts,
    /// Tuples of so many integers.
    Tuples(u8),
}

impl Keys {
    /// How many words one has.
    pub fn words(self) -> usize {
        match self {
            Keys::None => 0,
            Keys::Ints | Keys::Chars | Keys::Floats | Keys::Texts => 1,
            Keys::Tuples(count) => count.into(),
        }
    }

    /// They as a number.
    pub fn code(self) -> i64 {
        match self {
            Keys::None => 0,
            Keys::Ints => 1,
            Keys::Chars => 2,
            Keys::Floats => 3,
            Keys::Texts => 4,
            Keys::Tuples(count) => 4 + i64::from(count),
        }
    }

    /// Those of a number.
    pub fn of_code(code: i64) -> Keys {
        match code {
            0 => Keys::None,
            1 => Keys::Ints,
            2 => Keys::Chars,
            3 => Keys::Floats,
            4 => Keys::Texts,
            more => Keys::Tuples((more - 4) as u8),
        }
    }
}

/// A kind has the kinds of values in its lowest bits,
pub const VALUES: i64 = 0xff;
/// this bit if it is one of sets,
pub const IS_SET: i64 = 1 << 8;
/// the tag of what the value of a missing key is, for `collections.defaultdict`, from this one on,
pub const DEFAULT_SHIFT: i64 = 9;
/// and what keys are above this one.
pub const KEYS_SHIFT: i64 = 12;

/// The tag of the value that missing keys have in dicts of a kind; 0 if they have none.
pub fn default_of(kind: i64) -> i64 {
    (kind >> DEFAULT_SHIFT) & 7
}

/// What the keys of dicts of a kind are.
pub fn keys_of(kind: i64) -> Keys {
    Keys::of_code(kind >> KEYS_SHIFT)
}

macro_rules! calls {
    ($( $(#[$doc:meta])* $name:ident; )*) => {
        /// What the runtime does with dicts: the immediate of [`super::Op::Dict`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum DictCall {
            $( $(#[$doc])* $name, )*
        }

        impl DictCall {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [DictCall] = &[$(DictCall::$name),*];
        }
    };
}

calls! {
    /// A dict of a kind: kind, and all dicts that are in use; others may be given back. Gives its address.
    New;
    /// The entry of a key, or [`MISSING`]: dict, kind, and the words of the key.
    Find;
    /// The entry of a key, which is a new one if there was none: dict, kind, and the words of the key.
    Place;
    /// Removes an entry that is there: dict, entry.
    Remove;
    /// Makes a dict be of a kind as well: dict, kind.
    Become;
    /// Closes all gaps: dict, kind.
    Close;
    /// Removes all entries: dict, kind.
    Clear;
    /// A list of the keys, or of the values if the third operand is 1: dict, kind, which, and all lists that
    /// are in use.
    Items;
}
