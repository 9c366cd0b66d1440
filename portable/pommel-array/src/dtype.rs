//! Element types: one table, and the rules that follow from it.
//!
//! The types are those of the Python array API standard (2025.12) and `float16`. Where the standard
//! leaves the type of a mixed operation open, the rules are NumPy 2's; `tests/golden` holds what
//! NumPy answers for every pair.

use crate::error::{Error, Result};
use core::fmt;
use half::f16;
use num_complex::Complex;

/// What kind of number an element is, in the order in which conversions lose nothing but range or
/// precision.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    /// True or false.
    Bool,
    /// An integer that is not negative.
    UInt,
    /// An integer.
    Int,
    /// A binary floating-point number.
    Float,
    /// A pair of floating-point numbers.
    Complex,
}

/// Calls `$callback!` with a row per element type: `Variant "name" RustType, Kind, 'code';`, where the
/// code is that of NumPy, of `array.array` and of Python's module `struct`.
#[macro_export]
macro_rules! for_each_dtype {
    ($callback:path) => {
        $callback! {
            Bool "bool" bool, Bool, "?";
            Int8 "int8" i8, Int, "b";
            Int16 "int16" i16, Int, "h";
            Int32 "int32" i32, Int, "i";
            Int64 "int64" i64, Int, "q";
            UInt8 "uint8" u8, UInt, "B";
            UInt16 "uint16" u16, UInt, "H";
            UInt32 "uint32" u32, UInt, "I";
            UInt64 "uint64" u64, UInt, "Q";
            Float16 "float16" f16, Float, "e";
            Float32 "float32" f32, Float, "f";
            Float64 "float64" f64, Float, "d";
            Complex64 "complex64" Complex<f32>, Complex, "Zf";
            Complex128 "complex128" Complex<f64>, Complex, "Zd";
        }
    };
}

/// A Rust type that elements of arrays have.
pub trait Element: Copy + PartialEq + fmt::Debug + Default + Send + Sync + 'static {
    /// Its name among the element types.
    const DTYPE: DType;
}

macro_rules! define_dtypes {
    ($($variant:ident $name:literal $ty:ty, $kind:ident, $code:literal;)*) => {
        /// The type of an array's elements.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum DType {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl DType {
            /// All of them, in the order of the table.
            pub const ALL: &[DType] = &[$(DType::$variant),*];

            /// The name, as in the array API and NumPy.
            pub const fn name(self) -> &'static str {
                match self { $(DType::$variant => $name,)* }
            }

            /// What kind of number it is.
            pub const fn kind(self) -> Kind {
                match self { $(DType::$variant => Kind::$kind,)* }
            }

            /// Bytes of an element.
            pub const fn size(self) -> usize {
                match self { $(DType::$variant => size_of::<$ty>(),)* }
            }

            /// The code of the buffer protocol (PEP 3118).
            pub const fn code(self) -> &'static str {
                match self { $(DType::$variant => $code,)* }
            }
        }

        $(impl Element for $ty { const DTYPE: DType = DType::$variant; })*
    };
}
for_each_dtype!(define_dtypes);

/// Which conversions are allowed without being asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Casting {
    /// None.
    No,
    /// Those that keep every value.
    Safe,
    /// Those that stay within a kind, or go to a later one in the order of [`Kind`].
    SameKind,
    /// All.
    Unsafe,
}

impl Casting {
    /// The name of the rule, as in NumPy.
    pub const fn name(self) -> &'static str {
        match self {
            Casting::No => "no",
            Casting::Safe => "safe",
            Casting::SameKind => "same_kind",
            Casting::Unsafe => "unsafe",
        }
    }
}

impl DType {
    /// The type of a name, or of a code of the buffer protocol.
    pub fn from_name(name: &str) -> Option<DType> {
        DType::ALL.iter().copied().find(|dtype| dtype.name() == name || dtype.code() == name)
    }

    /// The type of a kind and a size in bytes.
    fn of(kind: Kind, size: usize) -> Option<DType> {
        DType::ALL.iter().copied().find(|dtype| dtype.kind() == kind && dtype.size() == size)
    }

    /// Whether it is complex.
    pub fn is_complex(self) -> bool {
        self.kind() == Kind::Complex
    }

    /// Whether it is an integer, with or without a sign.
    pub fn is_integer(self) -> bool {
        matches!(self.kind(), Kind::Int | Kind::UInt)
    }

    /// The type of the real part: of a complex type its component, of any other itself.
    pub fn real(self) -> DType {
        match self {
            DType::Complex64 => DType::Float32,
            DType::Complex128 => DType::Float64,
            other => other,
        }
    }

    /// The complex type whose parts hold this floating-point type. There is none of two `float16`.
    fn complex(self) -> DType {
        match self {
            DType::Float64 => DType::Complex128,
            _ => DType::Complex64,
        }
    }

    /// The smallest floating-point type that holds the integers of this type, or nearly: those of
    /// 64 bits lose the last digits in `float64`, as in NumPy.
    pub fn float_for_integers(self) -> DType {
        match self.size() {
            1 => DType::Float16,
            2 => DType::Float32,
            _ => DType::Float64,
        }
    }

    /// The type in which values of two types meet.
    pub fn promote(self, other: DType) -> DType {
        if self == other {
            return self;
        }
        let (low, high) = if self.kind() <= other.kind() { (self, other) } else { (other, self) };
        match (low.kind(), high.kind()) {
            (Kind::Bool, _) => high,
            (a, b) if a == b => {
                if low.size() > high.size() {
                    low
                } else {
                    high
                }
            }
            (Kind::UInt, Kind::Int) if high.size() > low.size() => high,
            // The sign takes a bit: twice the size holds both, as far as there is such a type.
            (Kind::UInt, Kind::Int) => {
                DType::of(Kind::Int, low.size() * 2).unwrap_or(DType::Float64)
            }
            (_, Kind::Float) => high.promote(low.float_for_integers()),
            (Kind::Float, _) => high.real().promote(low).complex(),
            _ => high.real().promote(low.float_for_integers()).complex(),
        }
    }

    /// The type in which several meet; `None` of none. Those of the latest kind meet first: integers that
    /// meet a floating-point type one by one need fewer digits than together, as in NumPy's `result_type`.
    pub fn common(types: impl IntoIterator<Item = DType, IntoIter: Clone>) -> Option<DType> {
        let types = types.into_iter();
        let first = types.clone().max_by_key(|dtype| dtype.kind())?;
        Some(types.fold(first, DType::promote))
    }

    /// Whether values are converted without being asked for.
    pub fn can_cast(self, to: DType, casting: Casting) -> bool {
        match casting {
            Casting::No => self == to,
            Casting::Safe => self.promote(to) == to,
            Casting::SameKind => self.kind() <= to.kind(),
            Casting::Unsafe => true,
        }
    }

    /// An error unless [`DType::can_cast`].
    pub fn check_cast(self, to: DType, casting: Casting) -> Result<()> {
        if self.can_cast(to, casting) {
            return Ok(());
        }
        Err(Error::Cast { from: self, to, casting })
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
