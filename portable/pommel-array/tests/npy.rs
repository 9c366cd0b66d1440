//! Files of arrays against NumPy's: `golden/npy/make.py` writes them. What it writes is read, and
//! written again byte for byte; what is damaged is refused without harm.

use half::f16;
use num_complex::Complex;
use pommel_array::npy::{Archive, ArchiveWriter, ByteOrder, Error, Header};
use pommel_array::{DType, Dims, Order};
use proptest::prelude::*;
use std::io::Read;
use std::sync::LazyLock;

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks_exact(2).map(|pair| str::from_utf8(pair).unwrap());
    digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

/// An element that counts from 0, as the golden files do.
trait Counted {
    fn bytes(i: usize) -> Vec<u8>;
}

macro_rules! impl_counted {
    ($($ty:ty: |$i:ident| $bytes:expr;)*) => {
        $(impl Counted for $ty {
            fn bytes($i: usize) -> Vec<u8> {
                $bytes.to_vec()
            }
        })*
    };
}
impl_counted! {
    bool: |i| [(i % 2) as u8];
    i8: |i| [(i % 100) as u8];
    u8: |i| [(i % 100) as u8];
    i16: |i| (i as i16).to_ne_bytes();
    i32: |i| (i as i32).to_ne_bytes();
    i64: |i| (i as i64).to_ne_bytes();
    u16: |i| (i as u16).to_ne_bytes();
    u32: |i| (i as u32).to_ne_bytes();
    u64: |i| (i as u64).to_ne_bytes();
    f16: |i| f16::from_f32(i as f32).to_ne_bytes();
    f32: |i| (i as f32).to_ne_bytes();
    f64: |i| (i as f64).to_ne_bytes();
    Complex<f32>: |i| [f32::bytes(i), f32::bytes(i + 1)].concat();
    Complex<f64>: |i| [f64::bytes(i), f64::bytes(i + 1)].concat();
}

macro_rules! define_counted {
    ($($variant:ident $name:literal $ty:ty, $kind:ident, $code:literal;)*) => {
        /// Elements of a type, as bytes of this machine.
        fn counted(dtype: DType, count: usize) -> Vec<u8> {
            match dtype {
                $(DType::$variant => (0..count).flat_map(<$ty>::bytes).collect(),)*
            }
        }
    };
}
pommel_array::for_each_dtype!(define_counted);

/// The lines of the golden file: a header, the version, and the file.
static FILES: LazyLock<Vec<(Header, u8, Vec<u8>)>> = LazyLock::new(|| {
    let line = |line: &str| {
        let (head, rest) = line.split_once("; ").unwrap();
        let (version, file) = rest.split_once(' ').unwrap();
        let [name, byte_order, order, shape] = head.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{head}");
        };
        let extents = shape.split(',').filter(|extent| !extent.is_empty());
        let header = Header {
            dtype: DType::from_name(name).unwrap(),
            byte_order: if byte_order == "<" { ByteOrder::Little } else { ByteOrder::Big },
            order: if order == "C" { Order::C } else { Order::F },
            shape: extents.map(|extent| extent.parse::<isize>().unwrap()).collect(),
        };
        (header, version.parse().unwrap(), unhex(file))
    };
    include_str!("golden/npy/files.txt").lines().map(line).collect()
});

/// A header as it comes out of a file.
fn normal(header: &Header) -> Header {
    let mut header = header.clone();
    if header.dtype.size() == 1 {
        header.byte_order = ByteOrder::NATIVE;
    }
    // An array without elements, or with one axis of more than one, lies in both orders.
    let long = header.shape.iter().filter(|extent| **extent != 1).count();
    if header.shape.contains(&0) || long <= 1 {
        header.order = Order::C;
    }
    header
}

#[test]
fn files_are_read_and_written_as_by_numpy() {
    assert!(FILES.len() > 400);
    for (expected, version, file) in FILES.iter() {
        let (header, start) = Header::parse(file).unwrap();
        assert_eq!(header, normal(expected));
        assert_eq!((file[6], start % 64), (*version, 0));
        let mut data = header.data(file, start).unwrap().to_vec();
        assert_eq!(start + data.len(), file.len());
        let mut reader = &file[..];
        assert_eq!(Header::read(&mut reader).unwrap(), header);
        assert_eq!(header.read_data(&mut reader).unwrap(), data);
        if *version == 1 {
            let mut written = Vec::new();
            header.write(&mut written, &data).unwrap();
            assert_eq!(&written, file, "{}", file.escape_ascii());
        }
        let native = header.is_native(&data);
        assert_eq!(native, header.byte_order == ByteOrder::NATIVE);
        header.make_native(&mut data);
        let count = data.len() / header.dtype.size();
        assert_eq!(data, counted(header.dtype, count), "{header:?}");
    }
}

#[test]
fn what_cannot_be_loaded_is_refused_with_words() {
    for line in include_str!("golden/npy/refused.txt").lines() {
        let (why, file) = line.split_once(';').unwrap();
        let error = Header::parse(&unhex(file)).unwrap_err().to_string();
        assert!(error.contains(why), "{why}: {error}");
        assert!(error.contains("numpy.load"), "{error}");
    }
}

/// A file of version 1.0 with this text as its header.
fn with_header(text: &str) -> Vec<u8> {
    let length = (text.len() as u16).to_le_bytes();
    [&b"\x93NUMPY\x01\0"[..], &length, text.as_bytes()].concat()
}

#[test]
fn headers_of_other_writers_are_read() {
    let text = "{ \"shape\":(3L , 0x,),'descr':'|b1','fortran_order':False}";
    assert!(Header::parse(&with_header(text)).is_err());
    let text = "{\"shape\":(3L , 4L,),u'descr':'=f8','fortran_order':True,}";
    let (header, start) = Header::parse(&with_header(text)).unwrap();
    assert_eq!((start, &header.shape[..], header.order), (10 + text.len(), &[3, 4][..], Order::F));
    assert_eq!((header.dtype, header.byte_order), (DType::Float64, ByteOrder::NATIVE));
    let text = "{'shape': (), 'descr': '?', 'fortran_order': False}";
    let (header, start) = Header::parse(&with_header(text)).unwrap();
    let file = [with_header(text), vec![7]].concat();
    let mut data = header.data(&file, start).unwrap().to_vec();
    assert!(!header.is_native(&data));
    header.make_native(&mut data);
    assert_eq!((data, header.dtype), (vec![1], DType::Bool));
}

#[test]
fn mistakes_are_named() {
    let error = |text: &str| Header::parse(&with_header(text)).unwrap_err().to_string();
    let cases = [
        ("[1]", "at byte 10: the header is a list, and must be a dictionary"),
        ("{'descr': '<f8'}", "the key \"fortran_order\" is missing"),
        ("{'descr': '<f8', 'descr': 1}", "at byte 27: a key is given twice"),
        ("{'x': 1}", "at byte 11: a key is not known: the keys are descr, fortran_order, shape"),
        (
            "{'descr': '<f8', 'fortran_order': 1, 'shape': ()}",
            "fortran_order is an integer, and must be True or False",
        ),
        (
            "{'descr': '<f8', 'fortran_order': True, 'shape': [1]}",
            "shape is a list, and must be a tuple of integers",
        ),
        (
            "{'descr': '<f8', 'fortran_order': True, 'shape': (-1,)}",
            "an extent is -1, and must be from 0 to",
        ),
        (
            "{'descr': '<f8', 'fortran_order': True, 'shape': (1.5,)}",
            "at byte 61: there is '.', not ',' or ')'",
        ),
        (
            "{'descr': '<f8', 'fortran_order': True, 'shape': (4611686018427387904, 4)}",
            "an array of shape (4611686018427387904, 4) with 8 bytes an element is larger",
        ),
        ("{'descr': 8, 'fortran_order': True, 'shape': ()}", "descr is an integer, and must be"),
    ];
    for (text, expected) in cases {
        assert!(error(text).contains(expected), "{text}: {}", error(text));
    }
    let text = |file: &[u8]| Header::parse(file).unwrap_err().to_string();
    assert!(text(b"PK\x03\x04").starts_with("this is no .npy file"));
    assert!(text(b"\x93NUMPY\x04\0\0\0").contains("version 4.0"));
    assert!(text(b"\x93NUMPY\x02\0\xff\xff\xff\xff").contains("4294967295 bytes"));
    assert!(text(b"\x93NUMPY\x01\0\x08\0{").contains("18 bytes were to come, and there are 11"));
}

#[test]
fn a_claim_allocates_nothing() {
    let header = Header::new(DType::UInt8, Order::C, &[1 << 60]);
    let file = [header.to_bytes(), vec![0; 10]].concat();
    let (header, start) = Header::parse(&file).unwrap();
    assert!(matches!(header.data(&file, start), Err(Error::Truncated { found: 10, .. })));
    let mut reader = &file[start..];
    assert!(matches!(header.read_data(&mut reader), Err(Error::Truncated { found: 10, .. })));
}

#[test]
fn many_axes_need_a_longer_header() {
    let header = Header::new(DType::Int8, Order::F, &[1; 30_000]);
    let bytes = header.to_bytes();
    assert_eq!((bytes[6], bytes.len() % 64), (2, 0));
    let (read, start) = Header::parse(&bytes).unwrap();
    assert_eq!((read.shape.len(), start), (30_000, bytes.len()));
}

const STORED: &[u8] = include_bytes!("golden/npy/stored.npz");
const DEFLATED: &[u8] = include_bytes!("golden/npy/deflated.npz");

#[test]
fn archives_of_numpy_are_read() {
    for (file, stored) in [(STORED, true), (DEFLATED, false)] {
        let archive = Archive::new(file).unwrap();
        assert_eq!(archive.names()[..3], ["a", "b", "empty"]);
        let (header, data) = archive.array("a").unwrap();
        assert_eq!((header.dtype, &header.shape[..]), (DType::Float64, &[2, 3][..]));
        assert_eq!(data[..], counted(DType::Float64, 6)[..]);
        assert_eq!(matches!(data, std::borrow::Cow::Borrowed(_)), stored);
        let (header, data) = archive.array("b.npy").unwrap();
        assert_eq!((header.byte_order, header.order), (ByteOrder::Big, Order::F));
        let mut data = data.into_owned();
        header.make_native(&mut data);
        assert_eq!(data, counted(DType::Int16, 8));
        assert!(archive.array("empty").unwrap().1.is_empty());
        let error = archive.array("c").unwrap_err().to_string();
        assert!(
            error.starts_with("the archive has no array \"c\": it has [\"a\", \"b\","),
            "{error}"
        );
    }
    let archive = Archive::new(DEFLATED).unwrap();
    assert_eq!(archive.array("long").unwrap().1[..], [0; 16_000]);
    assert!(Archive::new(b"no archive").is_err());
}

#[test]
fn a_damaged_archive_is_refused() {
    for file in [STORED, DEFLATED] {
        let (header, data) = Archive::new(file).unwrap().array("a").unwrap();
        // A byte of the data, or of what they are packed into.
        let place = if file == STORED {
            file.windows(data.len()).position(|window| window == &data[..]).unwrap() + 11
        } else {
            70
        };
        let mut damaged = file.to_vec();
        damaged[place] ^= 4;
        let error = Archive::new(&damaged).unwrap().array("a").unwrap_err().to_string();
        assert!(error.contains("in the archive, in \"a\""), "{header:?} {error}");
    }
}

fn headers() -> impl Strategy<Value = (Header, Vec<u8>)> {
    let shape = proptest::collection::vec(0isize..5, 0..4);
    (0..DType::ALL.len(), any::<bool>(), any::<bool>(), shape, any::<u8>()).prop_map(
        |(dtype, big, fortran, shape, byte)| {
            let byte_order = if big { ByteOrder::Big } else { ByteOrder::Little };
            let order = if fortran { Order::F } else { Order::C };
            let (dtype, shape) = (DType::ALL[dtype], Dims::from_vec(shape));
            let header = Header { dtype, byte_order, order, shape };
            let size = header.data_size().unwrap();
            (header, (0..size).map(|i| byte.wrapping_mul(i as u8)).collect())
        },
    )
}

/// Does everything that can be done with a file that may be anything.
fn use_all(file: &[u8]) {
    if let Ok((header, start)) = Header::parse(file) {
        let mut reader = file;
        assert_eq!(Header::read(&mut reader).unwrap(), header);
        assert_eq!(reader.len(), file.len() - start);
        if let Ok(data) = header.data(file, start) {
            let mut data = data.to_vec();
            header.make_native(&mut data);
            assert!(Header::new(header.dtype, header.order, &header.shape).is_native(&data));
        }
        assert_eq!(header.read_data(&mut reader).is_ok(), header.data(file, start).is_ok());
    } else {
        assert!(Header::read(&mut &file[..]).is_err());
    }
    if let Ok(archive) = Archive::new(file) {
        for name in archive.names() {
            if let Ok((header, data)) = archive.array(name) {
                assert_eq!(header.data_size().unwrap(), data.len());
            }
        }
    }
}

/// Pieces that headers are made of.
const PIECES: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ",",
    ":",
    "'descr'",
    "'fortran_order'",
    "'shape'",
    "'<f8'",
    "'>c16'",
    "True",
    "False",
    "None",
    "1",
    "0",
    "-1",
    "99999999999999999999",
    "3L",
    " ",
    "\n",
    "\\",
    "'",
    "\"",
    "u'",
    "lambda",
    "\u{e9}",
];

proptest! {
    #[test]
    fn what_is_written_is_read(files in proptest::collection::vec(headers(), 1..4), compress: bool) {
        let mut writer = ArchiveWriter::new(Vec::new(), compress);
        for (i, (header, data)) in files.iter().enumerate() {
            let mut file = Vec::new();
            header.write(&mut file, data).unwrap();
            let (read, start) = Header::parse(&file).unwrap();
            prop_assert_eq!(&read, &normal(header));
            prop_assert_eq!(read.data(&file, start).unwrap(), &data[..]);
            writer.add(&format!("arr_{i}"), header, data).unwrap();
        }
        let bytes = writer.finish().unwrap();
        let archive = Archive::new(&bytes).unwrap();
        prop_assert_eq!(archive.names().len(), files.len());
        for (i, (header, data)) in files.iter().enumerate() {
            let (read, found) = archive.array(&format!("arr_{i}")).unwrap();
            prop_assert_eq!(read, normal(header));
            prop_assert_eq!(&found[..], &data[..]);
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200), version in 0u8..5) {
        use_all(&bytes);
        use_all(&[&b"\x93NUMPY"[..], &[version, 0], &bytes].concat());
    }

    #[test]
    fn any_header_is_survived(pieces in proptest::collection::vec(0..PIECES.len(), 0..30)) {
        let text: String = pieces.iter().map(|&i| PIECES[i]).collect();
        use_all(&with_header(&text));
        use_all(&with_header(&format!(
            "{{'descr': '<f8', 'fortran_order': False, 'shape': {text}}}"
        )));
        use_all(&with_header(&format!(
            "{{'descr': {text}, 'fortran_order': False, 'shape': (2,)}}"
        )));
    }

    #[test]
    fn damage_is_survived(
        which in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        end in any::<prop::sample::Index>(),
        cut: bool,
    ) {
        let (_, _, file) = which.get(&FILES);
        for file in [&file[..], STORED, DEFLATED] {
            let mut file = file.to_vec();
            for (place, byte) in &changes {
                let place = place.index(file.len());
                file[place] = *byte;
            }
            if cut {
                file.truncate(end.index(file.len()));
            }
            use_all(&file);
        }
    }
}

/// A reader that gives a byte at a time.
struct Slow<'a>(&'a [u8]);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = buffer.len().min(1);
        self.0.read(&mut buffer[..count])
    }
}

#[test]
fn a_slow_reader_does() {
    for (_, _, file) in FILES.iter().take(40) {
        let (expected, start) = Header::parse(file).unwrap();
        let mut reader = Slow(file);
        assert_eq!(Header::read(&mut reader).unwrap(), expected);
        assert_eq!(expected.read_data(&mut reader).unwrap(), file[start..]);
    }
}
