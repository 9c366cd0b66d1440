//! `docs/reference/context-members.md`: the members of the context by subject, each subject with an
//! example in C and one in Rust.
//!
//! The examples are the files of `docs/reference/context/`. Those in C are compiled by the tests of
//! `hpy-cpython-static`, those in Rust are documentation tests of the page.

use super::{NOTICE, declaration};
use crate::paths;
use hpy_abi::reflect::{MEMBERS, Member};
use std::fmt::Write;

/// A subject: its members, by how their names start, and its examples.
struct Section {
    title: &'static str,
    /// The stem of the example files; without, nothing is called by authors.
    example: Option<&'static str>,
    starts: &'static [&'static str],
}

macro_rules! sections {
    ($($title:literal $example:expr, [$($start:literal)*];)*) => {
        &[$(Section { title: $title, example: $example, starts: &[$($start),*] }),*]
    };
}

/// A member belongs to the first section that has the start of its name.
const SECTIONS: &[Section] = sections! {
    "Constants" Some("constants"), ["h_"];
    "Handles" Some("handles"), ["Dup" "Close" "Is"];
    "Integers, floats and booleans" Some("numbers"), ["Long_" "Float_" "Bool_"];
    "Text" Some("text"), ["Unicode_"];
    "Bytes" Some("bytes"), ["Bytes_"];
    "Operators and comparison" Some("operators"), [
        "Number_" "Add" "Subtract" "Multiply" "MatrixMultiply" "FloorDivide" "TrueDivide"
        "Remainder" "Divmod" "Power" "Negative" "Positive" "Absolute" "Invert" "Lshift" "Rshift"
        "And" "Xor" "Or" "Index" "Long" "Float" "InPlace" "RichCompare" "Hash"
    ];
    "Attributes, items and text of any object" Some("objects"), [
        "GetAttr" "HasAttr" "SetAttr" "GetItem" "SetItem" "DelItem" "GetSlice" "SetSlice"
        "DelSlice" "Length" "Contains" "IsTrue" "Type" "TypeCheck" "Repr" "Str" "ASCII" "Bytes"
    ];
    "Calls" Some("calls"), ["Callable_" "Call" "CallMethod" "CallTupleDict"];
    "Lists, tuples, dicts and slices" Some("containers"), [
        "List_" "ListBuilder_" "Tuple_" "TupleBuilder_" "Dict_" "Slice_"
    ];
    "Iteration" Some("iteration"), ["GetIter" "Iter_"];
    "Types and their instances" Some("types"), ["Type_" "New" "AsStruct_" "SetCallFunction"];
    "References that outlive a call" Some("references"), ["Field_" "Global_"];
    "Exceptions" Some("errors"), ["Err_" "FatalError"];
    "Trackers" Some("trackers"), ["Tracker_"];
    "Modules and source code" Some("modules"), ["Import_" "Compile_" "EvalCode"];
    "Capsules and context variables" Some("capsules"), ["Capsule_" "ContextVar_"];
    "Work without the GIL" Some("threads"), ["LeavePython" "ReenterPython"];
    "Between the ABIs" None, ["FromPyObject" "AsPyObject" "CallRealFunction" "Dump"];
};

impl Section {
    fn has(&self, member: &Member) -> bool {
        let Some(name) = member.name.strip_prefix("ctx_") else {
            return self.starts.contains(&"h_");
        };
        self.starts.iter().any(|start| {
            // Prefixes end in an underscore or name a family of names; the rest are whole names,
            // also with the suffixes for keys that are C strings and integers.
            match name.strip_prefix(start) {
                Some(rest) => start.ends_with('_') || is_suffix(start, rest),
                None => false,
            }
        })
    }
}

/// Whether what follows the start of a name leaves it the same function, for other arguments.
fn is_suffix(start: &str, rest: &str) -> bool {
    const FAMILIES: &[&str] =
        &["InPlace", "LeavePython", "ReenterPython", "RichCompare", "CallRealFunction"];
    FAMILIES.contains(&start) || matches!(rest, "" | "_s" | "_i")
}

/// The section of a member.
fn section(member: &Member) -> &'static Section {
    let found = SECTIONS.iter().find(|section| section.has(member));
    found.unwrap_or_else(|| panic!("{} is in no section of the reference", member.name))
}

/// The page.
pub fn page() -> String {
    let handles = MEMBERS.iter().filter(|member| member.function.is_none()).count();
    let mut text = format!(
        "<!-- {NOTICE}\nThe examples are the files of docs/reference/context/. -->\n\n\
         # The members of the context\n\n\
         {} members: {handles} handles and {} functions.\n\
         Offsets are in bytes, where pointers have eight of them; the second is that of PyPy 7.3.18 \
         to 7.3.23.\n\
         A member that is not in HPy 0.9.0 is marked with +.\n\n\
         In C, `ctx_Long_AsDouble` is called `HPyLong_AsDouble`, and `ctx_GetAttr`, which belongs to \
         no kind of object, `HPy_GetAttr`.\n\
         Rust has [an API of its own](safe-api.md), which closes handles by itself; the examples do \
         the same things.\n\
         Whoever knows the C API's names finds these in [the table beside it](c-api.md).\n",
        MEMBERS.len(),
        MEMBERS.len() - handles,
    );
    for section in SECTIONS {
        print_section(&mut text, section);
    }
    text
}

fn print_section(text: &mut String, wanted: &Section) {
    write!(text, "\n## {}\n", wanted.title).expect("a string takes everything");
    for (language, tongue) in [("c", "C"), ("rs", "Rust")] {
        if let Some(example) = wanted.example.and_then(|stem| example(stem, language)) {
            let fence = if language == "rs" { "rust" } else { language };
            write!(text, "\n{tongue}:\n\n```{fence}\n{example}```\n").expect("a string");
        }
    }
    *text +=
        "\n| index | offset | PyPy 7.3 | member | what it is or does |\n|---:|---:|---:|---|---|\n";
    for member in MEMBERS.iter().filter(|member| std::ptr::eq(section(member), wanted)) {
        let later = if member.since > 0 { " +" } else { "" };
        writeln!(
            text,
            "| {}{later} | {} | {} | `{}` | {} |",
            member.index,
            member.offset(),
            member.offset_pypy73(),
            declaration(member),
            member.doc.replace('|', "\\|"),
        )
        .expect("a string takes everything");
    }
}

/// An example, without the line that every one in C begins with.
fn example(stem: &str, language: &str) -> Option<String> {
    let file = paths::root().join("docs/reference/context").join(format!("{stem}.{language}"));
    let text = std::fs::read_to_string(file).ok()?;
    let text = text.strip_prefix("#include \"hpy.h\"\n").unwrap_or(&text);
    Some(text.trim_start_matches('\n').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_has_a_section() {
        for member in MEMBERS {
            section(member);
        }
        let title = |name: &str| {
            section(MEMBERS.iter().find(|member| member.name == name).expect("a member")).title
        };
        assert_eq!(title("h_None"), "Constants");
        assert_eq!(title("ctx_Is"), "Handles");
        assert_eq!(title("ctx_IsTrue"), "Attributes, items and text of any object");
        assert_eq!(title("ctx_Long"), "Operators and comparison");
        assert_eq!(title("ctx_Long_AsSsize_t"), "Integers, floats and booleans");
        assert_eq!(title("ctx_Type"), "Attributes, items and text of any object");
        assert_eq!(title("ctx_GetItem_i"), "Attributes, items and text of any object");
        assert_eq!(title("ctx_CallMethod"), "Calls");
    }

    #[test]
    fn every_example_is_shown() {
        let page = page();
        let files = std::fs::read_dir(paths::root().join("docs/reference/context")).unwrap();
        for file in files.map(|file| file.unwrap().path()) {
            let text = std::fs::read_to_string(&file).unwrap();
            let body = text.trim_start_matches("#include \"hpy.h\"\n").trim_start();
            assert!(page.contains(body), "{} is not shown", file.display());
        }
        let with_c = SECTIONS.iter().filter_map(|section| section.example);
        assert!(with_c.clone().all(|stem| example(stem, "c").is_some()));
        // What the safe API has no counterpart of.
        let without_rust = with_c.filter(|stem| example(stem, "rs").is_none());
        assert_eq!(without_rust.collect::<Vec<_>>(), ["capsules"]);
    }
}
