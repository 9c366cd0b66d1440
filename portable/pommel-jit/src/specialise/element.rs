//! Elements of arrays, as one table: what they are in memory, and whose numbers they are outside of it.

use crate::ir::Op;

/// How the numbers of a type are written in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Truth values.
    Truth,
    /// Integers with a sign.
    Signed,
    /// Integers without one.
    Unsigned,
    /// Floats.
    Float,
}

macro_rules! elements {
    ($( $name:ident $text:literal $sort:ident $size:literal $load:ident $store:ident; )*) => {
        /// What the elements of an array in memory are.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Element {
            $(
                #[doc = concat!("`", $text, "`")]
                $name,
            )*
        }

        impl Element {
            /// All of them.
            pub const ALL: &'static [Element] = &[$(Element::$name),*];

            /// Its name in arrays of all libraries.
            pub fn text(self) -> &'static str {
                match self { $( Element::$name => $text, )* }
            }

            /// How it is written.
            pub fn sort(self) -> Sort {
                match self { $( Element::$name => Sort::$sort, )* }
            }

            /// How many bytes it has.
            pub fn size(self) -> u32 {
                match self { $( Element::$name => $size, )* }
            }

            /// What reads one, but for truth values.
            pub fn load(self) -> Op {
                match self { $( Element::$name => Op::$load, )* }
            }

            /// What writes one.
            pub fn store(self) -> Op {
                match self { $( Element::$name => Op::$store, )* }
            }
        }
    };
}

elements! {
    Bool "bool" Truth 1 LoadBool StoreBool;
    Int8 "int8" Signed 1 LoadI8 StoreI8;
    Int16 "int16" Signed 2 LoadI16 StoreI16;
    Int32 "int32" Signed 4 LoadI32 StoreI32;
    Int64 "int64" Signed 8 LoadI64 StoreI64;
    UInt8 "uint8" Unsigned 1 LoadU8 StoreI8;
    UInt16 "uint16" Unsigned 2 LoadU16 StoreI16;
    UInt32 "uint32" Unsigned 4 LoadU32 StoreI32;
    UInt64 "uint64" Unsigned 8 LoadI64 StoreI64;
    Float32 "float32" Float 4 LoadF32 StoreF32;
    Float64 "float64" Float 8 LoadF64 StoreF64;
}

impl Element {
    /// Whether it is an integer.
    pub fn is_integer(self) -> bool {
        matches!(self.sort(), Sort::Signed | Sort::Unsigned)
    }

    /// The least and the largest integer that machine code takes for one. The larger half of `uint64` is
    /// left to objects.
    pub fn range(self) -> (i64, i64) {
        let bits = 8 * self.size();
        match self.sort() {
            Sort::Signed => (i64::MIN >> (64 - bits), i64::MAX >> (64 - bits)),
            Sort::Unsigned if bits == 64 => (0, i64::MAX),
            Sort::Unsigned => (0, (1 << bits) - 1),
            Sort::Truth | Sort::Float => (0, 1),
        }
    }

    /// Whether machine code takes every integer of 64 bits for one.
    pub fn has_all(self) -> bool {
        self == Element::Int64
    }

    fn of(sort: Sort, size: u32) -> Element {
        let found = Element::ALL.iter().find(|e| (e.sort(), e.size()) == (sort, size));
        found.copied().unwrap_or(Element::Float64)
    }

    /// What a sum of both is: the least type that has the numbers of either, or `float64`.
    pub fn promoted(self, other: Element) -> Element {
        let (small, large) = match (self.rank(), self.size()) <= (other.rank(), other.size()) {
            true => (self, other),
            false => (other, self),
        };
        match (small.sort(), large.sort()) {
            (a, b) if a == b => large,
            (Sort::Truth, _) => large,
            // An integer without a sign needs a larger one with a sign.
            (Sort::Unsigned, Sort::Signed) if small.size() < large.size() => large,
            (Sort::Unsigned, Sort::Signed) => Element::of(Sort::Signed, 2 * small.size()),
            // Floats of 32 bits have all integers of 16.
            (_, Sort::Float) if small.size() <= 2 => large,
            _ => Element::Float64,
        }
    }

    fn rank(self) -> u8 {
        match self.sort() {
            Sort::Truth => 0,
            Sort::Unsigned => 1,
            Sort::Signed => 2,
            Sort::Float => 3,
        }
    }
}

/// Whose numbers are scalars: their arithmetic and their classes are not Python's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Our arrays without axes, which nobody writes.
    Pommel,
    /// NumPy's scalars.
    Numpy,
}

/// Whose memory it is that an array in memory is a view of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// `pommel.ndarray`
    Pommel,
    /// `numpy.ndarray`
    Numpy,
    /// `array.array`
    Array,
    /// `memoryview`
    Memory,
    /// `bytes`
    Bytes,
    /// `bytearray`
    ByteArray,
}

impl Owner {
    /// Classes of others, in the order in which runtimes know them.
    pub const OTHERS: [(Owner, &'static str, &'static str); 5] = [
        (Owner::Numpy, "numpy", "ndarray"),
        (Owner::Array, "array", "array"),
        (Owner::Memory, "builtins", "memoryview"),
        (Owner::Bytes, "builtins", "bytes"),
        (Owner::ByteArray, "builtins", "bytearray"),
    ];

    /// What elements are that are read, if not numbers of Python.
    pub fn scalars(self, element: Element) -> Option<Flavour> {
        match (self, element) {
            (Owner::Numpy, element) => Some(Flavour { family: Family::Numpy, element }),
            (Owner::Pommel, Element::Bool | Element::Int64 | Element::Float64) => None,
            (Owner::Pommel, element) => Some(Flavour { family: Family::Pommel, element }),
            _ => None,
        }
    }

    /// Whether elements are read with a tuple of integers, and part of them with fewer.
    pub fn has_axes(self) -> bool {
        matches!(self, Owner::Pommel | Owner::Numpy)
    }
}

impl From<Family> for Owner {
    fn from(family: Family) -> Owner {
        match family {
            Family::Pommel => Owner::Pommel,
            Family::Numpy => Owner::Numpy,
        }
    }
}

/// What a scalar is: whose, and of which type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Flavour {
    /// Whose.
    pub family: Family,
    /// Its type.
    pub element: Element,
}
