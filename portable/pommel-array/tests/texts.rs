//! The text of arrays beside what NumPy writes: `golden/text.txt`, which `golden/make_text.py` asked
//! it.

use pommel_array::creation::arange;
use pommel_array::text::{self, FloatMode, Options, Sign};
use pommel_array::{Array, Casting, DType, Element, Scalar, for_each_dtype};

fn options(told: &str) -> Options {
    let mut options = Options::default();
    for (name, value) in told.split(',').filter_map(|option| option.split_once('=')) {
        match name {
            "precision" => options.precision = value.parse().unwrap(),
            "threshold" => options.threshold = value.parse().unwrap(),
            "edgeitems" => options.edgeitems = value.parse().unwrap(),
            "linewidth" => options.linewidth = value.parse().unwrap(),
            "suppress" => options.suppress = value == "True",
            "nanstr" => options.nanstr = value.to_owned(),
            "infstr" => options.infstr = value.to_owned(),
            "floatmode" => options.floatmode = FloatMode::from_name(value).unwrap(),
            "sign" => options.sign = if value == "+" { Sign::Plus } else { Sign::Space },
            other => panic!("{other}"),
        }
    }
    options
}

/// An element from its bytes.
trait FromBytes: Element {
    fn from_bytes(bytes: &[u8]) -> Self;
}

macro_rules! numbers {
    ($($ty:ty)*) => {$(
        impl FromBytes for $ty {
            fn from_bytes(bytes: &[u8]) -> $ty {
                <$ty>::from_le_bytes(bytes.try_into().unwrap())
            }
        }
    )*};
}
numbers!(i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 half::f16);

impl FromBytes for bool {
    fn from_bytes(bytes: &[u8]) -> bool {
        bytes[0] != 0
    }
}

macro_rules! complex {
    ($($ty:ty)*) => {$(
        impl FromBytes for num_complex::Complex<$ty> {
            fn from_bytes(bytes: &[u8]) -> Self {
                let (re, im) = bytes.split_at(size_of::<$ty>());
                Self::new(<$ty>::from_bytes(re), <$ty>::from_bytes(im))
            }
        }
    )*};
}
complex!(f32 f64);

fn typed<T: FromBytes>(bytes: &[u8], shape: &[isize]) -> Array {
    let elements: Vec<T> = bytes.chunks(size_of::<T>()).map(T::from_bytes).collect();
    Array::from_slice(&elements, shape).unwrap()
}

use half::f16;
use num_complex::Complex;

macro_rules! define_from_bytes {
    ($($variant:ident $name:literal $ty:ty, $kind:ident, $code:literal;)*) => {
        fn array(dtype: DType, bytes: &[u8], shape: &[isize]) -> Array {
            match dtype {
                $(DType::$variant => typed::<$ty>(bytes, shape),)*
            }
        }
    };
}
for_each_dtype!(define_from_bytes);

fn given(dtype: DType, source: &str, shape: &[isize]) -> Array {
    if source == "arange" {
        let size = shape.iter().product::<isize>() as i128;
        let numbers = arange(Scalar::Int(0), Scalar::Int(size), Scalar::Int(1), None).unwrap();
        return numbers.reshaped(shape).unwrap().cast(dtype, Casting::Unsafe).unwrap();
    }
    let digit = |i: usize| u8::from_str_radix(&source[i..i + 2], 16).unwrap();
    let bytes: Vec<u8> = (0..source.len()).step_by(2).map(digit).collect();
    array(dtype, &bytes, shape)
}

#[test]
fn texts_are_numpys() {
    let mut wrong = Vec::new();
    let mut rows = 0;
    for line in include_str!("golden/text.txt").lines() {
        let [dtype, shape, source, told, repr, str] = line.split('\t').collect::<Vec<_>>()[..]
        else {
            panic!("{line}");
        };
        let shape: Vec<isize> =
            shape.split(',').filter(|n| !n.is_empty()).map(|n| n.parse().unwrap()).collect();
        let array = given(DType::from_name(dtype).unwrap(), source, &shape);
        let options = options(told);
        let found = text::repr(&array, &options, "array(").unwrap();
        let (repr, str) = (repr.replace("\\n", "\n"), str.replace("\\n", "\n"));
        if found != repr {
            wrong.push(format!("{dtype} {told} repr\n{repr}\n{found}"));
        }
        let found = text::str(&array, &options).unwrap();
        if found != str {
            wrong.push(format!("{dtype} {told} str\n{str}\n{found}"));
        }
        rows += 1;
    }
    assert!(rows > 500);
    assert!(
        wrong.is_empty(),
        "{} texts differ:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(12)].join("\n\n")
    );
}

#[test]
fn html_is_escaped() {
    let nan = Array::from_slice(&[f64::NAN, 1.5], &[2]).unwrap();
    let options = Options { nanstr: "<&\">".to_owned(), ..Options::default() };
    let page = text::html(&nan, &options).unwrap();
    assert!(page.contains("<td>(2,)</td>") && page.contains("<td>float64</td>"));
    assert!(page.contains("<td>16</td>"));
    assert!(page.contains("<pre>[&lt;&amp;&quot;&gt;  1.5]</pre>"), "{page}");
}

#[test]
fn only_what_is_shown_is_read() {
    let one = Array::scalar(1.5f64).unwrap();
    let endless = one.broadcast_to(&[1 << 40, 1 << 19]).unwrap();
    let text = text::str(&endless, &Options::default()).unwrap();
    assert_eq!(text.lines().count(), 7);
    assert!(text.starts_with("[[1.5 1.5 1.5 ... 1.5 1.5 1.5]\n"));
}
