//! The types of elements as a header names them: the order of the bytes, a letter for the kind, and
//! how many bytes there are, such as `<f8`.

use super::error::{Error, Result};
use super::literal::{Literal, Value};
use crate::dtype::{DType, Kind};

/// In which order the bytes of a number lie.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ByteOrder {
    /// The least significant first.
    Little,
    /// The most significant first.
    Big,
}

impl ByteOrder {
    /// That of this machine.
    pub const NATIVE: ByteOrder =
        if cfg!(target_endian = "little") { ByteOrder::Little } else { ByteOrder::Big };
}

/// The letter of a kind.
fn letter(kind: Kind) -> char {
    match kind {
        Kind::Bool => 'b',
        Kind::UInt => 'u',
        Kind::Int => 'i',
        Kind::Float => 'f',
        Kind::Complex => 'c',
    }
}

/// Letters of NumPy's that stand for types which arrays here do not have.
const OTHERS: &[(char, &str)] = &[
    ('S', "which are strings of bytes: load them with numpy.load"),
    ('a', "which are strings of bytes: load them with numpy.load"),
    ('U', "which are strings: load them with numpy.load"),
    ('T', "which are strings: load them with numpy.load"),
    ('V', "which are structures or raw bytes: load them with numpy.load"),
    ('M', "which are dates: load them with numpy.load"),
    ('m', "which are times: load them with numpy.load"),
];

/// What is said of a type that has none of these letters.
const UNKNOWN: &str = "which arrays here do not have: load them with numpy.load, and convert them \
                       with astype";

/// The name of a type.
pub fn name(dtype: DType, byte_order: ByteOrder) -> String {
    let order = match (dtype.size(), byte_order) {
        (1, _) => '|',
        (_, ByteOrder::Little) => '<',
        (_, ByteOrder::Big) => '>',
    };
    format!("{order}{}{}", letter(dtype.kind()), dtype.size())
}

/// The type that a literal names.
pub fn parse(literal: &Literal) -> Result<(DType, ByteOrder)> {
    let text = match &literal.value {
        Value::Text(text) => text,
        Value::List(_) => {
            return Err(Error::Unsupported {
                descr: "list of fields".into(),
                what: "so that each is a structure: load the file with numpy.load, and convert its \
                       fields one by one",
            });
        }
        Value::Tuple(_) => {
            return Err(Error::Unsupported {
                descr: "tuple".into(),
                what: "so that each is an array itself: load the file with numpy.load",
            });
        }
        _ => return Err(super::wrong(literal, "descr", "a string such as '<f8'")),
    };
    let (byte_order, rest) = match text.as_bytes() {
        [b'<', ..] => (ByteOrder::Little, &text[1..]),
        [b'>', ..] => (ByteOrder::Big, &text[1..]),
        [b'|' | b'=', ..] => (ByteOrder::NATIVE, &text[1..]),
        _ => (ByteOrder::NATIVE, &text[..]),
    };
    if rest.starts_with('O') {
        return Err(Error::Pickled);
    }
    let named = |dtype: &&DType| {
        let name = name(**dtype, byte_order);
        &name[1..] == rest || (**dtype == DType::Bool && rest == "?")
    };
    match DType::ALL.iter().find(named) {
        Some(dtype) => Ok((*dtype, byte_order)),
        None => {
            let other = OTHERS.iter().find(|(letter, _)| rest.starts_with(*letter));
            let what = other.map_or(UNKNOWN, |(_, what)| *what);
            // What a damaged file says may be long.
            let descr = text.chars().take(40).collect::<String>();
            Err(Error::Unsupported { descr: format!("{descr:?}"), what })
        }
    }
}

/// How many bytes are turned around together: those of a number, of which a complex one has two.
fn swapped_size(dtype: DType, byte_order: ByteOrder) -> usize {
    if byte_order == ByteOrder::NATIVE { 1 } else { dtype.real().size() }
}

/// Changes data into elements of this machine.
pub fn make_native(dtype: DType, byte_order: ByteOrder, data: &mut [u8]) {
    match (dtype, swapped_size(dtype, byte_order)) {
        (DType::Bool, _) => data.iter_mut().for_each(|byte| *byte = u8::from(*byte != 0)),
        (_, 1) => {}
        (_, 2) => swap::<2>(data),
        (_, 4) => swap::<4>(data),
        (_, _) => swap::<8>(data),
    }
}

/// Turns the bytes of each number around.
fn swap<const SIZE: usize>(data: &mut [u8]) {
    data.as_chunks_mut::<SIZE>().0.iter_mut().for_each(|number| number.reverse());
}

/// Whether data are elements of this machine.
pub fn is_native(dtype: DType, byte_order: ByteOrder, data: &[u8]) -> bool {
    match dtype {
        DType::Bool => data.iter().fold(0, |all, byte| all | byte) <= 1,
        _ => swapped_size(dtype, byte_order) == 1,
    }
}
