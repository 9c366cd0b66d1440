//! The C headers that list: one declaration, call or trampoline per row of a table of `hpy-abi`.
//!
//! What explains itself only in prose (the macros of `HPyDef`, types, modules) is written by hand
//! in `abi/include`; these files hold what nobody should have to keep in step with the tables.
//!
//! A member's public name follows from its own: `ctx_Long_AsDouble` is `HPyLong_AsDouble`, and
//! `ctx_GetAttr`, which belongs to no built-in type, is `HPy_GetAttr`.

use hpy_abi::SLOTS;
use hpy_abi::reflect::{Function, MEMBERS, Member};
use std::fmt::Write;

/// What a name starts with if the functions of a kind of object share it.
const FAMILIES: &[&str] = &[
    "Bool",
    "Bytes",
    "Callable",
    "Capsule",
    "ContextVar",
    "Dict",
    "Err",
    "Field",
    "Float",
    "Global",
    "Import",
    "Iter",
    "List",
    "ListBuilder",
    "Long",
    "Module",
    "Number",
    "Slice",
    "Tracker",
    "Tuple",
    "TupleBuilder",
    "Type",
    "Unicode",
];

/// Members that are reached through a macro or a function of the headers under another name.
const PRIVATE: &[&str] = &["CallRealFunctionFromTrampoline", "Dump", "New"];

/// Members whose call in the universal ABI is written by hand, in `universal.h`.
const BY_HAND_UNIVERSAL: &[&str] =
    &["AsPyObject", "Capsule_Get", "Capsule_Set", "FatalError", "FromPyObject", "New"];

/// Members that the headers do without a call where the host says how: `short_ways.h` has a
/// function `_HPy_short_NAME` for each.
const SHORT_WAYS: &[&str] = &[
    "AsStruct_Object",
    "Bytes_Check",
    "Close",
    "Dict_Check",
    "Dup",
    "Float_AsDouble",
    "GetItem_i",
    "Global_Load",
    "Is",
    "Length",
    "ListBuilder_Set",
    "List_Check",
    "Long_AsDouble",
    "Long_AsInt32_t",
    "Long_AsInt64_t",
    "Long_AsSize_t",
    "Long_AsSsize_t",
    "Long_AsUInt32_t",
    "Long_AsUInt32_tMask",
    "Long_AsUInt64_t",
    "Long_AsUInt64_tMask",
    "Long_FromInt32_t",
    "Long_FromInt64_t",
    "Long_FromSize_t",
    "Long_FromSsize_t",
    "Long_FromUInt32_t",
    "Long_FromUInt64_t",
    "TupleBuilder_Set",
    "Tuple_Check",
    "TypeCheck",
    "Unicode_AsUTF8AndSize",
    "Unicode_Check",
];

/// The C API's name for what is neither `Py` and the name of the member nor an operator.
const C_API: &[(&str, &str)] = &[
    ("ASCII", "PyObject_ASCII"),
    ("Bool_FromBool", "PyBool_FromLong"),
    ("Bytes", "PyObject_Bytes"),
    ("Contains", "PySequence_Contains"),
    ("DelItem", "PyObject_DelItem"),
    ("DelSlice", "PySequence_DelSlice"),
    ("EvalCode", "PyEval_EvalCode"),
    ("GetAttr", "PyObject_GetAttr"),
    ("GetAttr_s", "PyObject_GetAttrString"),
    ("GetItem", "PyObject_GetItem"),
    ("GetIter", "PyObject_GetIter"),
    ("GetSlice", "PySequence_GetSlice"),
    ("HasAttr", "PyObject_HasAttr"),
    ("HasAttr_s", "PyObject_HasAttrString"),
    ("Hash", "PyObject_Hash"),
    ("IsTrue", "PyObject_IsTrue"),
    ("Length", "PyObject_Length"),
    ("Repr", "PyObject_Repr"),
    ("RichCompare", "PyObject_RichCompare"),
    ("RichCompareBool", "PyObject_RichCompareBool"),
    ("SetAttr", "PyObject_SetAttr"),
    ("SetAttr_s", "PyObject_SetAttrString"),
    ("SetItem", "PyObject_SetItem"),
    ("SetSlice", "PySequence_SetSlice"),
    ("Str", "PyObject_Str"),
];

/// Members whose call in the CPython ABI is more than the C API's function of that name; they are
/// written by hand, in `cpython/api.h`.
const BY_HAND_CPYTHON: &[&str] = &[
    "AsPyObject",
    "AsStruct_Dict",
    "AsStruct_Float",
    "AsStruct_Legacy",
    "AsStruct_List",
    "AsStruct_Long",
    "AsStruct_Object",
    "AsStruct_Tuple",
    "AsStruct_Type",
    "AsStruct_Unicode",
    "Bytes_FromStringAndSize",
    "Call",
    "CallMethod",
    "CallRealFunctionFromTrampoline",
    "CallTupleDict",
    "Capsule_Get",
    "Capsule_New",
    "Capsule_Set",
    "Close",
    "Compile_s",
    "ContextVar_Get",
    "DelItem_i",
    "DelItem_s",
    "Dict_Keys",
    "Dump",
    "Dup",
    "Err_Occurred",
    "FatalError",
    "Field_Load",
    "Field_Store",
    "FromPyObject",
    "GetItem",
    "GetItem_i",
    "GetItem_s",
    "Global_Load",
    "Global_Store",
    "Is",
    "LeavePythonExecution",
    "ListBuilder_Build",
    "ListBuilder_Cancel",
    "ListBuilder_New",
    "ListBuilder_Set",
    "Long_AsInt32_t",
    "Long_AsInt64_t",
    "Long_AsUInt32_t",
    "Long_AsUInt32_tMask",
    "Long_AsUInt64_t",
    "Long_AsUInt64_tMask",
    "Long_FromInt32_t",
    "Long_FromInt64_t",
    "Long_FromUInt32_t",
    "Long_FromUInt64_t",
    "New",
    "ReenterPythonExecution",
    "SetCallFunction",
    "SetItem_i",
    "SetItem_s",
    "Tracker_Add",
    "Tracker_Close",
    "Tracker_ForgetAll",
    "Tracker_New",
    "TupleBuilder_Build",
    "TupleBuilder_Cancel",
    "TupleBuilder_New",
    "TupleBuilder_Set",
    "Tuple_FromArray",
    "Type",
    "TypeCheck",
    "Type_FromSpec",
    "Type_GenericNew",
    "Type_GetBuiltinShape",
    "Type_GetName",
    "Type_IsSubtype",
];

/// The opening of a generated header.
fn opening(table: &str, what: &str) -> String {
    format!(
        "/* Generated by `cargo xtask codegen` from abi/hpy-abi/src/{table}: change it there. */\n\n\
         /* {what} */\n"
    )
}

/// The functions of the context, without the prefix of their names.
fn functions() -> impl Iterator<Item = (&'static str, &'static Member, Function)> {
    MEMBERS
        .iter()
        .filter_map(|member| Some((member.name.strip_prefix("ctx_")?, member, member.function?)))
}

/// The name under which C code calls a member.
pub fn public_name(name: &str) -> String {
    if PRIVATE.contains(&name) || name.starts_with("AsStruct_") {
        return format!("_HPy_{name}");
    }
    match name.split_once('_') {
        Some((family, rest)) if FAMILIES.contains(&family) => format!("HPy{family}_{rest}"),
        _ => format!("HPy_{name}"),
    }
}

/// Whether a member that gives nothing is a function that gives the null handle in C, so that one
/// can write `return HPyErr_SetString(...)`.
fn gives_null(name: &str) -> bool {
    name.starts_with("Err_Set") || name == "Err_NoMemory"
}

fn spaced(c: &str) -> String {
    if c.ends_with('*') { c.to_owned() } else { format!("{c} ") }
}

/// The head of the function that C code calls: `HPyAPI_FUNC HPy HPy_Dup(HPyContext *ctx, HPy h)`.
fn head(name: &str, function: &Function) -> String {
    let result =
        if function.ret.c == "void" && gives_null(name) { "HPy " } else { &spaced(function.ret.c) };
    let mut text = format!("HPyAPI_FUNC {result}{}(HPyContext *ctx", public_name(name));
    for arg in function.args {
        write!(text, ", {}{}", spaced(arg.ty.c), arg.name.trim_end_matches('_')).expect("a string");
    }
    text + ")"
}

/// `calls.h`: every function of the context, called through the context.
pub fn universal_calls() -> String {
    let mut text =
        opening("table.rs", "The functions of the universal ABI: calls through the context.");
    for (name, member, function) in functions() {
        if BY_HAND_UNIVERSAL.contains(&name) {
            continue;
        }
        let args: String =
            function.args.iter().map(|a| format!(", {}", a.name.trim_end_matches('_'))).collect();
        let call = format!("ctx->{}(ctx{args});", member.name);
        let body = match (function.ret.c, gives_null(name)) {
            ("void", true) => format!("{call}\n    return HPy_NULL;"),
            ("void", false) => call,
            _ => format!("return {call}"),
        };
        let short = if SHORT_WAYS.contains(&name) {
            short_way(name, &args, function.ret.c)
        } else {
            String::new()
        };
        write!(
            text,
            "\n/** {} */\n{}\n{{\n{short}    {body}\n}}\n",
            member.doc,
            head(name, &function)
        )
        .expect("a string");
    }
    text
}

/// Lines that try the short way, and are done if it can be gone.
fn short_way(name: &str, args: &str, ret: &str) -> String {
    if ret == "void" {
        return format!("    if (_HPy_short_{name}(ctx{args}))\n        return;\n");
    }
    format!(
        "    {}result;\n    if (_HPy_short_{name}(ctx{args}, &result))\n        return result;\n",
        spaced(ret)
    )
}

/// The C API's function that does what a member does.
fn c_api_name(name: &str) -> String {
    if let Some((_, function)) = C_API.iter().find(|(member, _)| *member == name) {
        return (*function).to_owned();
    }
    match name.split_once('_') {
        Some((family, rest)) if FAMILIES.contains(&family) => format!("Py{family}_{rest}"),
        _ => format!("PyNumber_{name}"),
    }
}

/// The functions that the C API has under another name: its name and ours.
pub fn same_in_both() -> impl Iterator<Item = (String, String)> {
    let same = functions().filter(|(name, ..)| !BY_HAND_CPYTHON.contains(name));
    same.map(|(name, ..)| (c_api_name(name), public_name(name)))
}

/// The functions of the context that authors call by name.
#[cfg(test)]
pub fn public_names() -> impl Iterator<Item = String> {
    let names = functions().map(|(name, ..)| public_name(name));
    // The parts of a capsule are read and written by functions of the headers.
    let by_parts = |name: &String| ["HPyCapsule_Get", "HPyCapsule_Set"].contains(&name.as_str());
    names.filter(move |name| !name.starts_with('_') && !by_parts(name))
}

/// `cpython/calls.h`: what the C API has under another name, called without a detour.
pub fn cpython_calls() -> String {
    let mut text =
        opening("table.rs", "The functions of the CPython ABI that the C API has as well.");
    for (name, member, function) in functions() {
        if BY_HAND_CPYTHON.contains(&name) {
            continue;
        }
        let args: Vec<String> = function
            .args
            .iter()
            .map(|a| {
                let name = a.name.trim_end_matches('_');
                if a.ty.c == "HPy" { format!("_h2py({name})") } else { name.to_owned() }
            })
            .collect();
        let call = format!("{}({})", c_api_name(name), args.join(", "));
        let body = match (function.ret.c, gives_null(name)) {
            ("void", true) => format!("{call};\n    return HPy_NULL;"),
            ("void", false) => format!("{call};"),
            ("HPy", _) => format!("return _py2h({call});"),
            _ => format!("return {call};"),
        };
        write!(
            text,
            "\n/** {} */\n{}\n{{\n    (void)ctx;\n    {body}\n}}\n",
            member.doc,
            head(name, &function)
        )
        .expect("a string");
    }
    text
}

/// `cpython/context.h`: in the CPython ABI the context has constants only.
pub fn cpython_context() -> String {
    let mut text = opening(
        "table.rs",
        "The context of the CPython ABI: the constants. Functions are called without it.",
    );
    text += "struct _HPyContext_s {\n    const char *name;\n    void *_private;\n    int abi_version;\n";
    let handles = || MEMBERS.iter().filter(|member| member.function.is_none());
    for member in handles() {
        writeln!(text, "    HPy {};", member.name).expect("a string");
    }
    text += "};\n\n/* ROW(member, object) for every constant but h_Builtins. */\n\
             #define _HPY_CPYTHON_CONSTANTS(ROW)";
    for member in handles().filter(|member| member.name != "h_Builtins") {
        let name = member.name.trim_start_matches("h_");
        let object = match name {
            "None" | "True" | "False" | "NotImplemented" | "Ellipsis" => format!("Py_{name}"),
            _ => match name.strip_suffix("Type") {
                Some(kind) => format!("(PyObject *)&Py{kind}_Type"),
                None => format!("PyExc_{name}"),
            },
        };
        write!(text, " \\\n    ROW({}, {object})", member.name).expect("a string");
    }
    text + "\n"
}

/// `slots.h`: the numbers of the slots, and how each is called.
pub fn slots() -> String {
    let mut text = opening("slots.rs", "The slots of types and modules.");
    text += "typedef enum {\n";
    for slot in SLOTS {
        let ours = if slot.ours { " Not in HPy 0.9." } else { "" };
        writeln!(text, "    /** {}{ours} */\n    HPy_{} = {},", slot.doc, slot.name, slot.number)
            .expect("a string");
    }
    text += "} HPySlot_Slot;\n\n/* The calling convention of each, for HPySlot_SIG. */\n";
    for slot in SLOTS {
        let signature = super::signatures::name(slot.signature);
        writeln!(text, "#define _HPySlot_SIG__HPy_{} HPyFunc_{signature}", slot.name)
            .expect("a string");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_are_members() {
        let mut known = C_API.iter().map(|(name, _)| name).collect::<Vec<_>>();
        known.extend(PRIVATE.iter().chain(BY_HAND_UNIVERSAL).chain(BY_HAND_CPYTHON));
        known.extend(SHORT_WAYS);
        for name in known {
            assert!(functions().any(|(member, ..)| member == *name), "{name} is no member");
        }
    }

    #[test]
    fn short_ways_are_written() {
        let header = crate::paths::root().join("abi/include/hpy/short_ways.h");
        let header = std::fs::read_to_string(header).expect("the header is there");
        for name in SHORT_WAYS {
            // Some are made by a macro that is given the rest of the name.
            let written = header.contains(&format!("_HPy_short_{name}("))
                || name
                    .split_once("_As")
                    .is_some_and(|(_, ty)| header.contains(&format!("_HPy_SHORT_INT({ty}, ")))
                || name
                    .split_once("_From")
                    .is_some_and(|(_, ty)| header.contains(&format!("_HPy_SHORT_MAKE({ty}, ")))
                || name
                    .strip_suffix("_Check")
                    .is_some_and(|ty| header.contains(&format!("_HPy_SHORT_CHECK({ty})")));
            assert!(written, "{name} has no short way");
        }
    }

    #[test]
    fn names_are_those_of_hpy() {
        for (member, public) in [
            ("Long_AsInt32_t", "HPyLong_AsInt32_t"),
            ("GetAttr_s", "HPy_GetAttr_s"),
            ("TypeCheck", "HPy_TypeCheck"),
            ("Type_GetName", "HPyType_GetName"),
            ("Iter_Next", "HPyIter_Next"),
            ("GetIter", "HPy_GetIter"),
            ("ListBuilder_Set", "HPyListBuilder_Set"),
            ("AsStruct_List", "_HPy_AsStruct_List"),
            ("Dump", "_HPy_Dump"),
        ] {
            assert_eq!(public_name(member), public);
        }
    }
}
