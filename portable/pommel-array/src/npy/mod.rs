//! Arrays in files: `.npy` (versions 1.0, 2.0 and 3.0 of the format that NumPy describes in
//! `numpy.lib.format`) and `.npz`, a zip archive of such files ([`archive`]).
//!
//! A file is a header, which says what the elements are and how they lie, and their bytes. A header
//! is parsed as the literal it is; nothing of a file is ever evaluated or unpickled, and nothing is
//! allocated because a file says so, but for what it has brought.

pub mod archive;
mod descr;
mod error;
mod literal;

pub use archive::{Archive, ArchiveWriter};
pub use descr::ByteOrder;
pub use error::{Error, Result};

use crate::dtype::DType;
use crate::layout::{Dims, Layout, Order};
use literal::{Literal, Value};
use std::io::{Read, Write};

/// What a file begins with.
const MAGIC: &[u8] = b"\x93NUMPY";

/// Data begin at a multiple of this, so that a mapped file has them aligned.
const ALIGNMENT: usize = 64;

/// Room that is left for the extent that grows when a file is appended to: the digits of the largest
/// one. NumPy leaves the same.
const GROWTH_DIGITS: usize = 21;

/// Headers are not longer. That of an array of 64 axes has fewer than 2,000 bytes; the longest
/// that are refused with words are those of structured types.
const LONGEST_HEADER: usize = 1 << 20;

/// What a `.npy` file says before its data.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// The type of the elements.
    pub dtype: DType,
    /// The order of the bytes of each.
    pub byte_order: ByteOrder,
    /// In which order the elements lie.
    pub order: Order,
    /// The extents.
    pub shape: Dims,
}

/// A shape as Python writes it.
fn python_tuple(shape: &[isize]) -> String {
    let extents: Vec<String> = shape.iter().map(isize::to_string).collect();
    match &extents[..] {
        [one] => format!("({one},)"),
        _ => format!("({})", extents.join(", ")),
    }
}

impl Header {
    /// The header of an array whose elements have the byte order of this machine.
    pub fn new(dtype: DType, order: Order, shape: &[isize]) -> Header {
        Header { dtype, byte_order: ByteOrder::NATIVE, order, shape: Dims::from_slice(shape) }
    }

    /// Where the elements lie in the data.
    ///
    /// # Errors
    /// An extent is negative, or there are more bytes than can be addressed.
    pub fn layout(&self) -> Result<Layout> {
        let (shape, item_size) = (&self.shape, self.dtype.size());
        Layout::contiguous(shape, item_size, self.order)
            .map_err(|_| Error::TooLarge { shape: shape.clone(), item_size })
    }

    /// How many bytes the data have.
    ///
    /// # Errors
    /// As [`Header::layout`].
    pub fn data_size(&self) -> Result<usize> {
        Ok(self.layout()?.size() * self.dtype.size())
    }

    /// Parses the header at the start of a file, and says where the data begin.
    ///
    /// # Errors
    /// It is no header, or one of an array that cannot be read.
    pub fn parse(file: &[u8]) -> Result<(Header, usize)> {
        let start = Prologue::parse(file)?;
        let header = file
            .get(start.size..start.size + start.header)
            .ok_or(Error::Truncated { needed: start.size + start.header, found: file.len() })?;
        let literal = literal::parse(header, start.size)?;
        let header = Header::of(&literal)?;
        header.layout()?;
        Ok((header, start.size + start.header))
    }

    /// Reads a header, and leaves the reader where the data begin.
    ///
    /// # Errors
    /// As [`Header::parse`], and those of the reader.
    pub fn read(reader: &mut impl Read) -> Result<Header> {
        let mut file = Vec::new();
        read_up_to(reader, &mut file, MAGIC.len() + 4)?;
        if Prologue::is_long(&file) {
            read_up_to(reader, &mut file, MAGIC.len() + 6)?;
        }
        let start = Prologue::parse(&file)?;
        read_up_to(reader, &mut file, start.size + start.header)?;
        Ok(Header::parse(&file)?.0)
    }

    /// The data of a file in memory, which begin at `start`. What comes after them is left alone.
    ///
    /// # Errors
    /// The file ends before its data do.
    pub fn data<'a>(&self, file: &'a [u8], start: usize) -> Result<&'a [u8]> {
        let needed = self.data_size()?;
        let found = file.get(start..).unwrap_or_default();
        found.get(..needed).ok_or(Error::Truncated { needed, found: found.len() })
    }

    /// Reads the data after the header.
    ///
    /// # Errors
    /// The reader's, and that it ends before the data do.
    pub fn read_data(&self, reader: &mut impl Read) -> Result<Vec<u8>> {
        let needed = self.data_size()?;
        let mut data = Vec::new();
        read_up_to(reader, &mut data, needed)?;
        if data.len() < needed {
            return Err(Error::Truncated { needed, found: data.len() });
        }
        Ok(data)
    }

    /// Changes data into elements of this machine, in place: turns their bytes around if they have
    /// the other order, and makes truth values 0 or 1.
    pub fn make_native(&self, data: &mut [u8]) {
        descr::make_native(self.dtype, self.byte_order, data);
    }

    /// Whether [`Header::make_native`] would change nothing, so that data can be used where they lie.
    pub fn is_native(&self, data: &[u8]) -> bool {
        descr::is_native(self.dtype, self.byte_order, data)
    }

    /// Whether both orders are the same, so that NumPy calls it C's: there are no elements, or not
    /// more than one axis has more than one.
    fn lies_in_both_orders(&self) -> bool {
        let long = self.shape.iter().filter(|extent| **extent != 1).count();
        long <= 1 || self.shape.contains(&0)
    }

    /// The bytes of the header, as NumPy writes them.
    pub fn to_bytes(&self) -> Vec<u8> {
        let fortran = self.order == Order::F && !self.lies_in_both_orders();
        let order = if fortran { "True" } else { "False" };
        let descr = descr::name(self.dtype, self.byte_order);
        let shape = python_tuple(&self.shape);
        let mut text =
            format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}");
        let growing = if fortran { self.shape.last() } else { self.shape.first() };
        let digits = growing.map_or(GROWTH_DIGITS, |extent| extent.to_string().len());
        text.push_str(&" ".repeat(GROWTH_DIGITS.saturating_sub(digits)));
        // A length of two bytes, unless four are needed; with the end of the line.
        let long = MAGIC.len() + 4 + text.len() + 1 + ALIGNMENT > usize::from(u16::MAX);
        let start = MAGIC.len() + if long { 6 } else { 4 };
        let padding = ALIGNMENT - (start + text.len() + 1) % ALIGNMENT;
        let length = text.len() + padding + 1;
        let mut bytes = MAGIC.to_vec();
        if long {
            bytes.extend([2, 0]);
            bytes.extend((length as u32).to_le_bytes());
        } else {
            bytes.extend([1, 0]);
            bytes.extend((length as u16).to_le_bytes());
        }
        bytes.extend(text.as_bytes());
        bytes.resize(start + length - 1, b' ');
        bytes.push(b'\n');
        bytes
    }

    /// Writes a file: the header and the data.
    ///
    /// # Errors
    /// The writer's.
    ///
    /// # Panics
    /// If the data are not as long as the header says.
    pub fn write(&self, writer: &mut impl Write, data: &[u8]) -> Result<()> {
        assert_eq!(self.data_size().ok(), Some(data.len()), "data as long as the header says");
        writer.write_all(&self.to_bytes())?;
        Ok(writer.write_all(data)?)
    }

    /// What a literal says.
    fn of(literal: &Literal) -> Result<Header> {
        let Value::Dict(pairs) = &literal.value else {
            return Err(wrong(literal, "the header", "a dictionary"));
        };
        let [descr, order, shape] = keyed(literal.at, pairs)?;
        let (dtype, byte_order) = descr::parse(descr)?;
        let Value::Bool(fortran) = order.value else {
            return Err(wrong(order, "fortran_order", "True or False"));
        };
        let Value::Tuple(extents) = &shape.value else {
            return Err(wrong(shape, "shape", "a tuple of integers"));
        };
        let shape = extents.iter().map(extent).collect::<Result<Dims>>()?;
        let order = if fortran { Order::F } else { Order::C };
        Ok(Header { dtype, byte_order, order, shape })
    }
}

/// The error that a value is of another kind.
fn wrong(literal: &Literal, name: &str, wanted: &str) -> Error {
    let what = format!("{name} is {}, and must be {wanted}", literal.value.kind());
    Error::Header { at: literal.at, what }
}

fn extent(literal: &Literal) -> Result<isize> {
    let Value::Integer(extent) = literal.value else {
        return Err(wrong(literal, "an extent", "an integer"));
    };
    isize::try_from(extent).ok().filter(|extent| *extent >= 0).ok_or_else(|| Error::Header {
        at: literal.at,
        what: format!("an extent is {extent}, and must be from 0 to {}", isize::MAX),
    })
}

/// The keys of a header, in the order in which [`keyed`] gives their values.
const KEYS: [&str; 3] = ["descr", "fortran_order", "shape"];

/// The values of the three keys, of which there must be one each and no others.
fn keyed(at: usize, pairs: &[(Literal, Literal)]) -> Result<[&Literal; 3]> {
    let mut found = [None; 3];
    for (key, value) in pairs {
        let place = match &key.value {
            Value::Text(text) => KEYS.iter().position(|known| known == text),
            _ => None,
        };
        let slot = place.map(|place| &mut found[place]);
        match slot {
            Some(slot @ None) => *slot = Some(value),
            Some(_) => {
                return Err(Error::Header { at: key.at, what: "a key is given twice".into() });
            }
            None => {
                let what = format!("a key is not known: the keys are {}", KEYS.join(", "));
                return Err(Error::Header { at: key.at, what });
            }
        }
    }
    let [Some(descr), Some(order), Some(shape)] = found else {
        let missing = KEYS.iter().zip(found).find(|(_, value)| value.is_none());
        let what = format!("the key {:?} is missing", missing.map_or("", |(key, _)| key));
        return Err(Error::Header { at, what });
    };
    Ok([descr, order, shape])
}

/// What comes before the text of a header: the magic bytes, the version and the length.
struct Prologue {
    /// How many bytes it has.
    size: usize,
    /// How many bytes the header has.
    header: usize,
}

impl Prologue {
    /// Whether the length has four bytes.
    fn is_long(file: &[u8]) -> bool {
        file.get(MAGIC.len()).is_some_and(|major| *major > 1)
    }

    fn parse(file: &[u8]) -> Result<Prologue> {
        let rest = file.strip_prefix(MAGIC).ok_or(Error::Magic)?;
        let size = MAGIC.len() + if Prologue::is_long(file) { 6 } else { 4 };
        let header = match *rest {
            [1, 0, a, b, ..] => usize::from(u16::from_le_bytes([a, b])),
            [2 | 3, 0, a, b, c, d, ..] => u32::from_le_bytes([a, b, c, d]) as usize,
            [1..=3, 0, ..] | [] | [_] => {
                return Err(Error::Truncated { needed: size, found: file.len() });
            }
            [major, minor, ..] => return Err(Error::Version { major, minor }),
        };
        if header > LONGEST_HEADER {
            return Err(Error::LongHeader { length: header, most: LONGEST_HEADER });
        }
        Ok(Prologue { size, header })
    }
}

/// Reads until there are `size` bytes, or the reader ends. What is allocated follows what is read.
fn read_up_to(reader: &mut impl Read, bytes: &mut Vec<u8>, size: usize) -> Result<()> {
    let missing = size.saturating_sub(bytes.len());
    reader.take(missing as u64).read_to_end(bytes)?;
    Ok(())
}
