//! What an element is, in the words of Python's `struct` module, of NumPy and of DLPack: one table.

use core::ffi::CStr;
use pommel_array::{DType, Kind};

macro_rules! formats {
    ($($dtype:ident $format:literal;)*) => {
        /// What memory of a type is to others, in the manner of the `struct` module.
        pub(super) fn of(dtype: DType) -> &'static CStr {
            match dtype { $(DType::$dtype => $format,)* }
        }
    };
}
formats! {
    Bool c"?";
    Int8 c"b"; Int16 c"h"; Int32 c"i"; Int64 c"l";
    UInt8 c"B"; UInt16 c"H"; UInt32 c"I"; UInt64 c"L";
    Float16 c"e"; Float32 c"f"; Float64 c"d";
    Complex64 c"Zf"; Complex128 c"Zd";
}

/// The kind of elements and whether their bytes stand in the other order than this machine's.
type Found = Option<(DType, bool)>;

/// The type of a format with this many bytes.
pub(super) fn parse(format: &CStr, size: usize) -> Found {
    let (swapped, code) = ordered(format.to_bytes());
    let kind = match code {
        b"?" => Kind::Bool,
        [b'b' | b'h' | b'i' | b'l' | b'q' | b'n'] => Kind::Int,
        [b'B' | b'H' | b'I' | b'L' | b'Q' | b'N'] => Kind::UInt,
        [b'e' | b'f' | b'd'] => Kind::Float,
        b"Zf" | b"Zd" | b"F" | b"D" => Kind::Complex,
        _ => return None,
    };
    sized(kind, size, swapped)
}

/// The type of a code of NumPy such as `<f8`.
pub(super) fn parse_code(code: &str) -> Found {
    let (swapped, code) = ordered(code.as_bytes());
    let (letter, size) = code.split_first()?;
    let size: usize = core::str::from_utf8(size).ok()?.parse().ok()?;
    let kind = match letter {
        b'b' => Kind::Bool,
        b'i' => Kind::Int,
        b'u' => Kind::UInt,
        b'f' => Kind::Float,
        b'c' => Kind::Complex,
        _ => return None,
    };
    sized(kind, size, swapped)
}

/// Whether a code says that its bytes stand in the other order, and what it says else.
fn ordered(code: &[u8]) -> (bool, &[u8]) {
    match code {
        [b'@' | b'=' | b'|' | b'^', rest @ ..] => (false, rest),
        [b'<', rest @ ..] => (cfg!(target_endian = "big"), rest),
        [b'>' | b'!', rest @ ..] => (cfg!(target_endian = "little"), rest),
        rest => (false, rest),
    }
}

fn sized(kind: Kind, size: usize, swapped: bool) -> Found {
    let same = |dtype: &&DType| dtype.kind() == kind && dtype.size() == size;
    DType::ALL.iter().find(same).map(|&dtype| (dtype, swapped && size > 1))
}

/// DLPack's code of a kind of numbers.
pub(super) fn dlpack_code(dtype: DType) -> u8 {
    match dtype.kind() {
        Kind::Int => 0,
        Kind::UInt => 1,
        Kind::Float => 2,
        Kind::Complex => 5,
        Kind::Bool => 6,
    }
}

/// The type of DLPack's code and number of bits.
pub(super) fn parse_dlpack(code: u8, bits: u8) -> Option<DType> {
    let same =
        |dtype: &&DType| dlpack_code(**dtype) == code && dtype.size() * 8 == usize::from(bits);
    DType::ALL.iter().find(same).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for &dtype in DType::ALL {
            assert_eq!(parse(of(dtype), dtype.size()), Some((dtype, false)));
            assert_eq!(parse_code(&crate::dtype::code(dtype)), Some((dtype, false)));
            let bits = dtype.size() as u8 * 8;
            assert_eq!(parse_dlpack(dlpack_code(dtype), bits), Some(dtype));
        }
    }

    #[test]
    fn the_order_of_bytes_counts_where_there_are_several() {
        assert_eq!(parse(c">d", 8), Some((DType::Float64, cfg!(target_endian = "little"))));
        assert_eq!(parse(c">B", 1), Some((DType::UInt8, false)));
        assert_eq!(parse_code(">c16"), Some((DType::Complex128, cfg!(target_endian = "little"))));
        assert_eq!(parse(c"<q", 8), Some((DType::Int64, cfg!(target_endian = "big"))));
    }

    #[test]
    fn what_is_no_number_of_ours_is_nothing() {
        for (format, size) in [(c"O", 8), (c"T{d:x:}", 8), (c"3s", 3), (c"g", 16), (c"w", 4)] {
            assert_eq!(parse(format, size), None);
        }
        for code in ["<M8[ns]", "|O", "<U3", "|V8", "<f16", "", "f", "|b8"] {
            assert_eq!(parse_code(code), None, "{code}");
        }
    }
}
