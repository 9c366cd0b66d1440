//! Three opinions on every layout must agree: Rust's, the frozen one, and that of a C compiler.
//!
//! The test writes a C program, of `abi.h`, which is by hand, and the context, which is printed
//! from the table; the program prints what `sizeof` and `offsetof` say.

#![cfg(not(miri))]

mod structs;

use hpy_abi::HPyContext;
use hpy_abi::reflect::MEMBERS;
use hpy_abi::types::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is measured, as a C expression, and its bytes.
type Layout = BTreeMap<String, usize>;

#[test]
fn rust_c_and_the_golden_files_agree() {
    let rust = rust_layout();
    assert_same("the golden files", &golden_layout(), &rust);
    let Some(compiler) = c_compiler() else {
        // Past the test harness, which would keep it to itself.
        let line = "SKIPPED: no C compiler (CC, cc, gcc, clang): layouts were not compared with C";
        writeln!(std::io::stderr(), "{line}").expect("there is a standard error");
        return;
    };
    assert_same("C", &c_layout(&compiler, &rust), &rust);
}

fn assert_same(who: &str, theirs: &Layout, ours: &Layout) {
    for (what, bytes) in ours {
        let other = theirs.get(what);
        assert_eq!(other, Some(bytes), "{what}: {who} against {bytes} in Rust");
    }
    assert_eq!(theirs.len(), ours.len(), "{who}: something that Rust does not have");
}

fn rust_layout() -> Layout {
    let mut layout = Layout::new();
    let context = [
        ("name", std::mem::offset_of!(HPyContext, name)),
        ("_private", std::mem::offset_of!(HPyContext, _private)),
        ("abi_version", std::mem::offset_of!(HPyContext, abi_version)),
    ];
    let members = MEMBERS.iter().map(|member| (member.name, member.offset()));
    for (name, offset) in context.into_iter().chain(members) {
        layout.insert(offset_of("HPyContext", name), offset);
    }
    layout.insert("sizeof(HPyContext)".into(), size_of::<HPyContext>());
    for s in structs::structs() {
        layout.insert(format!("sizeof({})", s.name), s.size);
        layout.insert(format!("_Alignof({})", s.name), s.align);
        for field in s.fields {
            layout.insert(offset_of(s.name, field.name), field.offset);
            layout.insert(size_of_field(s.name, field.name), field.size);
        }
    }
    layout
}

fn offset_of(of: &str, field: &str) -> String {
    format!("offsetof({of}, {field})")
}

fn size_of_field(of: &str, field: &str) -> String {
    format!("sizeof((({of} *)0)->{field})")
}

/// The golden files as [`Layout`]; what they leave unsaid, the head and the size of the context,
/// follows from the first and the last member.
fn golden_layout() -> Layout {
    let read = |file| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
        std::fs::read_to_string(path).expect("the golden file is committed")
    };
    let mut layout = Layout::new();
    let mut size = 0;
    for line in read("context.txt").lines().skip(1) {
        let mut columns = line.split('\t').skip(1);
        let name = columns.next().expect("a name");
        let offset = columns.next().expect("an offset").parse().expect("a number");
        layout.insert(offset_of("HPyContext", name), offset);
        size = size_of::<usize>() + offset;
    }
    for (i, name) in ["name", "_private", "abi_version"].into_iter().enumerate() {
        layout.insert(offset_of("HPyContext", name), i * size_of::<usize>());
    }
    layout.insert("sizeof(HPyContext)".into(), size);
    let mut current = String::new();
    for line in read("structs.txt").lines() {
        // `NAME size=BYTES align=BYTES`, then for each field `+OFFSET NAME (SIZE)`.
        let words: Vec<&str> = line.split_whitespace().collect();
        let [first, second, third] = words[..] else { panic!("structs.txt: {line}") };
        let number = |text: &str| -> usize {
            text.trim_matches(|c: char| !c.is_ascii_digit()).parse().expect("a number")
        };
        if first.starts_with('+') {
            layout.insert(offset_of(&current, second), number(first));
            layout.insert(size_of_field(&current, second), number(third));
        } else {
            current = first.to_string();
            layout.insert(format!("sizeof({current})"), number(second));
            layout.insert(format!("_Alignof({current})"), number(third));
        }
    }
    layout
}

fn c_compiler() -> Option<String> {
    let named = std::env::var("CC").ok();
    let usual = ["cc", "gcc", "clang"].map(String::from);
    let works = |cc: &String| Command::new(cc).arg("--version").output().is_ok();
    named.into_iter().chain(usual).find(works)
}

/// The same questions, asked in C.
fn c_layout(compiler: &str, questions: &Layout) -> Layout {
    let mut program = c_declarations();
    program += "int main(void) {\n";
    for what in questions.keys() {
        writeln!(program, "    printf(\"{what}\\t%zu\\n\", {what});").unwrap();
    }
    program += "    return 0;\n}\n";
    let answer = run_c(compiler, "layout", &program);
    let pairs = answer.lines().map(|line| line.split_once('\t').expect("name and number"));
    pairs.map(|(what, bytes)| (what.into(), bytes.parse().expect("a number"))).collect()
}

/// `abi.h`, and the context as the table has it.
fn c_declarations() -> String {
    let mut text = String::from(include_str!("abi.h"));
    text += "struct _HPyContext_s {\n    const char *name;\n    void *_private;\n    \
             int abi_version;\n";
    for member in MEMBERS {
        writeln!(text, "    {member};").unwrap();
    }
    text + "};\n"
}

fn run_c(compiler: &str, name: &str, program: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let (source, binary) = (folder.join(format!("{name}.c")), folder.join(name));
    std::fs::write(&source, program).expect("the test has a folder to write to");
    let compiled = Command::new(compiler)
        .args(["-std=c11", "-Wall", "-Werror", "-o"])
        .args([&binary, &source])
        .output()
        .expect("the compiler was found");
    let complaints = String::from_utf8_lossy(&compiled.stderr);
    assert!(compiled.status.success(), "{} does not compile:\n{complaints}", source.display());
    let ran = Command::new(&binary).output().expect("it was just compiled");
    assert!(ran.status.success(), "{} ended with {}", binary.display(), ran.status);
    String::from_utf8(ran.stdout).expect("it prints ASCII")
}

macro_rules! collect_types {
    (@member handle) => { vec![] };
    (@member fn ($($ty:ty),*) -> $ret:ty) => {
        vec![$((<$ty>::C, size_of::<$ty>()),)* (<$ret>::C, size_of::<$ret>())]
    };
    ($($index:literal $name:ident: $kind:ident $(($($arg:ident: $ty:ty),*) -> $ret:ty)?,
       since $minor:literal, $doc:literal;)*) => {
        /// Every type of the table: its spelling in C, and its size in Rust.
        fn collect_types() -> Vec<(&'static str, usize)> {
            use std::ffi::c_void;
            [$(collect_types!(@member $kind $(($($ty),*) -> $ret)?)),*].concat()
        }
    };
}
hpy_abi::for_each_member!(collect_types);

#[test]
fn types_are_as_large_as_in_c() {
    let Some(compiler) = c_compiler() else {
        let line = "SKIPPED: no C compiler (CC, cc, gcc, clang): types were not compared with C";
        writeln!(std::io::stderr(), "{line}").expect("there is a standard error");
        return;
    };
    let mut types = collect_types();
    types.retain(|(c, _)| *c != "void");
    types.sort_unstable();
    types.dedup();
    let mut program = c_declarations() + "int main(void) {\n";
    for (c, _) in &types {
        writeln!(program, "    printf(\"%zu\\n\", sizeof({c}));").unwrap();
    }
    program += "    return 0;\n}\n";
    let answers = run_c(&compiler, "types", &program);
    assert_eq!(answers.lines().count(), types.len());
    for ((c, size), answer) in types.iter().zip(answers.lines()) {
        assert_eq!(answer, size.to_string(), "sizeof({c})");
    }
}
