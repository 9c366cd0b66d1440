//! Parameters and results of every type.

use pommel::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// Takes nothing and gives nothing.
#[function]
pub fn nothing() {}

/// Functions of one number: what comes in goes out.
macro_rules! identities {
    ($($name:ident $ty:ty;)*) => {$(
        #[function]
        pub fn $name(value: $ty) -> $ty {
            value
        }
    )*};
}
identities! {
    i8_of i8;
    i16_of i16;
    i32_of i32;
    i64_of i64;
    isize_of isize;
    u8_of u8;
    u16_of u16;
    u32_of u32;
    u64_of u64;
    usize_of usize;
    single f32;
    double f64;
    boolean bool;
    character char;
    text_of String;
}

/// The number of characters.
#[function]
pub fn text_len(text: &str) -> usize {
    text.chars().count()
}

/// The number of bytes.
#[function]
pub fn bytes_len(data: &[u8]) -> usize {
    data.len()
}

/// What came, or -1 for nothing.
#[function]
pub fn option(value: Option<i64>) -> i64 {
    value.unwrap_or(-1)
}

#[function]
pub fn floats(values: Vec<f64>) -> f64 {
    values.iter().sum()
}

#[function]
pub fn nested(rows: Vec<Vec<i64>>) -> Vec<i64> {
    rows.iter().map(|row| row.iter().sum()).collect()
}

/// The parts the other way round.
#[function]
pub fn pair(value: (i64, String)) -> (String, i64) {
    (value.1, value.0)
}

#[function]
pub fn map_of(map: HashMap<String, i64>) -> i64 {
    map.values().sum()
}

/// The same map; a `BTreeMap` comes out in the order of its keys.
#[function]
pub fn sorted_map(map: BTreeMap<i64, Option<String>>) -> BTreeMap<i64, Option<String>> {
    map
}

/// A value that borrows from an argument.
#[function]
pub fn longest<'a>(a: &'a str, b: &'a str) -> &'a str {
    if b.len() > a.len() { b } else { a }
}

#[function]
pub fn with_lifetimes<'c>(_ctx: Ctx<'c>, a: &Object<'c>, _b: &Object<'_>) -> Object<'c> {
    a.clone()
}

/// Only the context, which is no parameter for Python.
#[function]
pub fn context_only(ctx: Ctx<'_>) -> Result<Object<'_>> {
    ctx.object("made of the context")
}

#[function]
pub fn give_none() -> Option<i64> {
    None
}

#[function]
pub fn give_nothing() -> Result<()> {
    Ok(())
}

#[function]
pub fn give_option(text: &str) -> Option<char> {
    text.chars().next()
}

#[function]
pub fn give_text() -> String {
    "z\u{fc}rich \u{1f40e} a\0b".to_owned()
}

#[function]
pub fn give_static() -> &'static str {
    "static"
}

#[function]
pub fn give_char() -> char {
    '\u{1f40e}'
}

#[function]
pub fn give_bytes<'c>(ctx: Ctx<'c>) -> Result<Bytes<'c>> {
    ctx.bytes(b"a\0b")
}

#[function]
pub fn give_unsigned() -> u64 {
    u64::MAX
}

#[function]
pub fn give_vec() -> Vec<Option<bool>> {
    vec![Some(true), None, Some(false)]
}

#[function]
pub fn give_tuple() -> (i32, f64, &'static str, ()) {
    (1, 2.5, "three", ())
}

#[function]
pub fn give_map() -> HashMap<&'static str, Vec<u8>> {
    HashMap::from([("a", vec![1, 2]), ("b", vec![])])
}

/// A type of the extension's own on the way in and out.
pub struct Point {
    x: f64,
    y: f64,
}

impl FromPython for Point {
    fn expected() -> std::borrow::Cow<'static, str> {
        "a point such as (1, 2)".into()
    }

    fn from_python(object: &Object<'_>) -> Result<Point> {
        let (x, y) = object.extract()?;
        Ok(Point { x, y })
    }
}
pommel::argument!(Point);

impl IntoPython for Point {
    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        (self.x, self.y).into_python(ctx)
    }
}

/// The point mirrored at the diagonal.
#[function]
pub fn give_own(point: Point) -> Point {
    Point { x: point.y, y: point.x }
}
