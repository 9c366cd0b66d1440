//! The ABI as it was frozen: what the tables say now must be what the files under `golden/` say.
//!
//! A change there breaks every binary that was built before. Only additions at the end of a table
//! are meant to show up: `POMMEL_BLESS=1 cargo test -p hpy-abi` writes them down.

mod structs;

use hpy_abi::reflect::MEMBERS;
use hpy_abi::*;
use std::fmt::Write;
use std::path::Path;

#[test]
fn members_of_the_context() {
    let mut text = String::from("index\tname\toffset\toffset_pypy73\tsince\tdeclaration\n");
    for m in MEMBERS {
        let (index, name, since) = (m.index, m.name, m.since);
        let (offset, pypy73) = (m.offset(), m.offset_pypy73());
        writeln!(text, "{index}\t{name}\t{offset}\t{pypy73}\t{since}\t{m}").unwrap();
    }
    compare("context.txt", include_str!("golden/context.txt"), &text);
}

#[test]
fn fields_of_structs() {
    let mut text = String::new();
    for s in structs::structs() {
        writeln!(text, "{} size={} align={}", s.name, s.size, s.align).unwrap();
        for field in s.fields {
            writeln!(text, "    +{} {} ({})", field.offset, field.name, field.size).unwrap();
        }
    }
    compare("structs.txt", include_str!("golden/structs.txt"), &text);
}

#[test]
fn slots() {
    let mut text = String::from("number\tname\tsignature\torigin\n");
    for slot in SLOTS {
        let (_, signature) = Signature::ALL
            .iter()
            .map(|(name, s)| (s, name))
            .find(|(s, _)| **s == slot.signature)
            .unwrap();
        let origin = if slot.ours { "ours" } else { "upstream" };
        writeln!(text, "{}\t{}\t{signature}\t{origin}", slot.number, slot.name).unwrap();
    }
    compare("slots.txt", include_str!("golden/slots.txt"), &text);
}

macro_rules! print_extensions {
    ($($name:ident: $kind:ident ($($arg:ident: $ty:ty),*) -> $ret:ty, $doc:literal;)*) => {
        /// A row per member that hosts of ours have beyond the context.
        fn print_extensions() -> String {
            use hpy_abi::ext::Extensions;
            let mut text = String::from("offset\tname\tkind\ttype\n");
            $({
                let types: &[&str] = &[$(stringify!($ty)),*];
                let (name, kind, ret) = (stringify!($name), stringify!($kind), stringify!($ret));
                let offset = std::mem::offset_of!(Extensions, $name);
                writeln!(text, "{offset}\t{name}\t{kind}\t({}) -> {ret}", types.join(", ")).unwrap();
            })*
            text
        }
    };
}
hpy_abi::for_each_extension!(print_extensions);

/// Rows are only added at the end.
#[test]
fn extensions() {
    compare("extensions.txt", include_str!("golden/extensions.txt"), &print_extensions());
}

macro_rules! print_inline_facts {
    ($($name:ident: $doc:literal;)*) => {
        /// A row per fact about the inside of objects.
        fn print_inline_facts() -> String {
            use hpy_abi::ext::Inline;
            let mut text = String::from("offset\tname\n");
            $({
                let offset = std::mem::offset_of!(Inline, $name);
                writeln!(text, "{offset}\t{}", stringify!($name)).unwrap();
            })*
            writeln!(text, "{}\tend", size_of::<Inline>()).unwrap();
            text
        }
    };
}
hpy_abi::for_each_inline_fact!(print_inline_facts);

/// Facts take the room that is left for them, and nothing behind them moves.
#[test]
fn inline_facts() {
    compare("inline.txt", include_str!("golden/inline.txt"), &print_inline_facts());
}

macro_rules! print_signatures {
    ($($number:literal $name:ident: fn($($arg:ident: $ty:ty),*) -> $ret:ty,
       args { $($field:ident: $field_ty:ty),* }, $doc:literal;)*) => {
        /// A row per calling convention: the function, then the struct of its trampoline.
        fn print_signatures() -> String {
            use hpy_abi::args;
            let mut text = String::from("number\tname\tfunction\targs\n");
            $({
                let types: &[&str] = &[$(stringify!($ty)),*];
                let fields: &[String] = &[$(format!(
                    "+{} {}: {}",
                    std::mem::offset_of!(args::$name, $field),
                    stringify!($field),
                    plain(stringify!($field_ty)),
                )),*];
                let function = format!("({}) -> {}", types.join(", "), stringify!($ret));
                let (number, name, function) = ($number, stringify!($name), plain(&function));
                let size = size_of::<args::$name>();
                writeln!(text, "{number}\t{name}\t{function}\t{size} {{{}}}", fields.join(", "))
                    .unwrap();
            })*
            text
        }
    };
}
for_each_signature!(print_signatures);

/// A type as people write it; the compiler's printing puts spaces around a pointer's star.
fn plain(ty: &str) -> String {
    ty.replace("* ", "*")
}

#[test]
fn signatures() {
    compare("signatures.txt", include_str!("golden/signatures.txt"), &print_signatures());
}

/// Fails if the golden file says something else, or writes it if it is to be blessed.
fn compare(file: &str, frozen: &str, now: &str) {
    if std::env::var_os("POMMEL_BLESS").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
        std::fs::write(&path, now).expect("the golden files can be written");
        return;
    }
    let mut differing = frozen.lines().zip(now.lines()).filter(|(frozen, now)| frozen != now);
    if let Some((frozen, now)) = differing.next() {
        panic!("{file} was frozen as\n  {frozen}\nand is now\n  {now}\n");
    }
    assert_eq!(frozen.lines().count(), now.lines().count(), "{file}: rows were added or removed");
}
