//! The types of numbers that fused steps compute with.

use crate::dtype::DType;

/// A type of floating-point numbers.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Float {
    Single,
    Double,
}

impl Float {
    pub(super) fn of(dtype: DType) -> Option<Float> {
        match dtype {
            DType::Float32 => Some(Float::Single),
            DType::Float64 => Some(Float::Double),
            _ => None,
        }
    }

    /// Bytes of a number.
    pub(super) fn size(self) -> u8 {
        match self {
            Float::Single => 4,
            Float::Double => 8,
        }
    }

    /// Numbers in a register.
    pub(super) fn lanes(self) -> i32 {
        32 / i32::from(self.size())
    }

    /// The sign bit.
    pub(super) fn sign(self) -> u64 {
        match self {
            Float::Single => 1 << 31,
            Float::Double => 1 << 63,
        }
    }

    /// All bits but the sign.
    pub(super) fn distance(self) -> u64 {
        match self {
            Float::Single => self.sign() - 1,
            Float::Double => !self.sign(),
        }
    }

    pub(super) fn one(self) -> u64 {
        match self {
            Float::Single => u64::from(1f32.to_bits()),
            Float::Double => 1f64.to_bits(),
        }
    }

    pub(super) fn infinity(self) -> u64 {
        match self {
            Float::Single => u64::from(f32::INFINITY.to_bits()),
            Float::Double => f64::INFINITY.to_bits(),
        }
    }

    /// All bits.
    pub(super) fn all(self) -> u64 {
        self.sign() | self.distance()
    }
}
