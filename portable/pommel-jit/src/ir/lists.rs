//! Lists in memory: where a list of numbers, or of such lists, has its parts, and what the runtime does
//! with one.
//!
//! Machine code reads and writes items itself, at distances from the list's address that stand here. A
//! list has room for its length once for each way in which items may lie ([`Layout`]); all but the one of
//! its own way are 0. So an index is checked against the length that the list has for those who take its
//! items to be such: for everybody else it is out of bounds. A list that became an object has all of them
//! 0.

/// Where the address of the items is.
pub const ITEMS: i64 = 0;
/// Where it stands how many items there is room for.
pub const ROOM: i64 = 8;
/// Where the kind of the items is, as [`super::super::specialise::Items::code`] says.
pub const KIND: i64 = 16;
/// Where the lengths begin.
pub const LENGTHS: i64 = 24;

/// The kind of a list without items: it may become any.
pub const NO_ITEMS: i64 = 0;
/// The kind of a list of lists. Those of lists of numbers are below: sets of kinds of numbers.
pub const LISTS: i64 = 16;
/// The kind of what is an object now.
pub const AN_OBJECT: i64 = 17;
/// The kind of a list of strings of one ASCII character each.
pub const CHARACTERS: i64 = 18;
/// The kind of a list of texts in memory, as [`super::texts`] has them.
pub const TEXTS: i64 = 19;

/// How the items of a list lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Layout {
    /// Truth values, of one byte.
    Bools,
    /// Integers.
    Ints,
    /// Floats.
    Floats,
    /// Addresses of lists.
    Lists,
    /// A tag and bits: numbers of several kinds. Which ones the kind of the list says alone.
    Tagged,
    /// Numbers of characters, of one byte.
    Characters,
    /// Addresses and lengths of texts.
    Texts,
    /// Addresses of [`super::records`]. Of which parts the kind of the list says alone.
    Records,
}

impl Layout {
    /// All of them, in the order of their lengths.
    pub const ALL: [Layout; 8] = [
        Layout::Bools,
        Layout::Ints,
        Layout::Floats,
        Layout::Lists,
        Layout::Tagged,
        Layout::Characters,
        Layout::Texts,
        Layout::Records,
    ];

    /// The size of an item in bytes.
    pub fn size(self) -> usize {
        match self {
            Layout::Bools | Layout::Characters => 1,
            Layout::Ints | Layout::Floats | Layout::Lists | Layout::Records => 8,
            Layout::Tagged | Layout::Texts => 16,
        }
    }

    /// Where the length of a list with this layout is.
    pub fn length(self) -> i64 {
        LENGTHS + 8 * self as i64
    }
}

/// What is done with heaps, in the order of numbers. For `heappush` the item is the last of the list.
pub const HEAP: [&str; 5] = ["heappush", "heappop", "heapify", "heapreplace", "heappushpop"];

macro_rules! calls {
    ($( $(#[$doc:meta])* $name:ident $arity:literal; )*) => {
        /// What the runtime does with lists: the immediate of [`super::Op::List`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ListCall {
            $( $(#[$doc])* $name, )*
        }

        impl ListCall {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [ListCall] = &[$(ListCall::$name),*];

            /// How many operands it has. Behind them stand, for what makes a list, all lists that are in
            /// use: others may be given back.
            pub fn arity(self) -> usize {
                match self { $( ListCall::$name => $arity, )* }
            }
        }
    };
}

calls! {
    /// A list: its kind, its length, and the tag and the bits of each item. Gives its address.
    New 4;
    /// A record for lists of a kind, which goes into a list at once: kind.
    Record 1;
    /// A list of the integers of a range: start, stop, step.
    Range 3;
    /// A list of a kind with the items of another one from a position to another one, by a step: list,
    /// kind, start, stop, step, and which of start and stop are meant: 1 for the first, 2 for the second.
    Slice 6;
    /// A list of a kind with the items of two lists: kind, and the two.
    Concatenate 3;
    /// A list of a kind with the items of a list so many times: kind, list, number.
    Repeat 3;
    /// Makes the items of a list be of a kind: list, kind. What is of more kinds than that stays.
    Become 2;
    /// Makes room for another item in a list of a kind: list, kind.
    Grow 2;
    /// Adds the items of a list to one, the first.
    Extend 2;
    /// Removes the item at an index.
    Delete 2;
    /// Puts an item into a list of a kind before an index: list, kind, index, tag, bits.
    Insert 5;
    /// Puts the items of a list, or none for 0, in place of those of another one from a position to another
    /// one: list, the other one, start, stop, and which of these are meant, as for a slice.
    Splice 5;
    /// Says that the object that a list becomes is a `collections.deque`. Gives its address.
    Deque 1;
    /// Turns a list round.
    Reverse 1;
    /// Sorts a list of items of one kind; the other way round if the second operand is 1.
    Sort 2;
    /// Sorts the items of a list that others know as well, which are numbers of one kind: its address, and 1
    /// for the other way round.
    SortOthers 2;
    /// Sorts the items of a list by those of another one: both, and 1 for the other way round.
    SortBy 3;
    /// Sorts the items of a list that others know as well by those of a list: as above.
    SortOthersBy 3;
    /// Removes all items.
    Clear 1;
    /// The position of the first item of a list of integers or records that is one; -1 if there is none.
    Find 2;
    /// How many items of a list of integers or records are one.
    Count 2;
    /// The sum of a list of integers.
    Sum 1;
    /// Bits of the least item of a list of numbers of one kind or of records, or the greatest if the second operand is 1.
    Extreme 2;
    /// Whether two lists of the same kind are equal.
    Equal 2;
    /// Does something with a list of numbers of one kind that is a heap, as `heapq` does it: list, kind, the
    /// number in [`HEAP`], and an item, which is there already for the first. Gives the bits of an item.
    Heap 4;
}
