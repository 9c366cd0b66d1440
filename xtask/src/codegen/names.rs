//! `docs/reference/c-api.md`: which function of HPy does what a function of the C API does.
//!
//! Most rows are read off the table: in the CPython ABI those functions are calls of the C API's,
//! see `c::cpython_calls`. The rest is written here; a test knows the functions that HPy has.

use super::c;
use std::fmt::Write;

/// A function of the C API, what stands in its place, and what is different.
type Row = (&'static str, &'static str, &'static str);

/// What is not one function for another.
const BY_HAND: &[Row] = &[
    ("PyArg_ParseTuple", "HPyArg_Parse", "arguments come as an array; no tuple is made"),
    ("PyArg_ParseTupleAndKeywords", "HPyArg_ParseKeywords", "in methods"),
    ("PyArg_ParseTupleAndKeywords", "HPyArg_ParseKeywordsDict", "in `tp_new` and `tp_init`"),
    ("PyArg_UnpackTuple", "HPyArg_Parse", "with the format `OO...`"),
    ("PyBytes_FromStringAndSize", "HPyBytes_FromStringAndSize", "the bytes must be there"),
    ("PyCapsule_GetContext", "HPyCapsule_GetContext", ""),
    ("PyCapsule_GetName", "HPyCapsule_GetName", ""),
    ("PyCapsule_GetPointer", "HPyCapsule_GetPointer", ""),
    ("PyCapsule_New", "HPyCapsule_New", "the destructor is made by `HPyCapsule_DESTRUCTOR`"),
    ("PyCapsule_SetContext", "HPyCapsule_SetContext", ""),
    ("PyCapsule_SetDestructor", "HPyCapsule_SetDestructor", ""),
    ("PyCapsule_SetName", "HPyCapsule_SetName", ""),
    ("PyCapsule_SetPointer", "HPyCapsule_SetPointer", ""),
    ("PyContextVar_Get", "HPyContextVar_Get", ""),
    ("PyDict_GetItem", "HPy_GetItem", "a new handle; `KeyError` where there is none"),
    ("PyDict_GetItemString", "HPy_GetItem_s", "a new handle; `KeyError` where there is none"),
    ("PyDict_Keys", "HPyDict_Keys", ""),
    ("PyDict_SetItem", "HPy_SetItem", ""),
    ("PyDict_SetItemString", "HPy_SetItem_s", ""),
    ("PyErr_Format", "HPyErr_Format", ""),
    ("PyErr_Occurred", "HPyErr_Occurred", "0 or 1; `HPyErr_ExceptionMatches` asks for a type"),
    ("PyErr_SetFromErrno", "HPyErr_SetFromErrno", ""),
    ("PyErr_SetFromErrnoWithFilenameObject", "HPyErr_SetFromErrnoWithFilenameObject", ""),
    ("PyEval_RestoreThread", "HPy_ReenterPythonExecution", "or `HPy_END_LEAVE_PYTHON`"),
    ("PyEval_SaveThread", "HPy_LeavePythonExecution", "or `HPy_BEGIN_LEAVE_PYTHON`"),
    ("PyList_GetItem", "HPy_GetItem_i", "a new handle"),
    ("PyList_SetItem", "HPy_SetItem_i", "takes nothing over"),
    ("PyList_SET_ITEM", "HPyListBuilder_Set", "takes nothing over"),
    ("PyList_Size", "HPy_Length", ""),
    ("PyLong_AsLong", "HPyLong_AsLong", "`HPyLong_AsInt32_t`, `HPyLong_AsInt64_t`: a fixed size"),
    ("PyLong_AsLongLong", "HPyLong_AsLongLong", ""),
    (
        "PyLong_AsUnsignedLong",
        "HPyLong_AsUnsignedLong",
        "`HPyLong_AsUInt32_t`, `HPyLong_AsUInt64_t`",
    ),
    ("PyLong_AsUnsignedLongLong", "HPyLong_AsUnsignedLongLong", ""),
    ("PyLong_AsUnsignedLongLongMask", "HPyLong_AsUnsignedLongLongMask", "`HPyLong_AsUInt64_tMask`"),
    ("PyLong_AsUnsignedLongMask", "HPyLong_AsUnsignedLongMask", "`HPyLong_AsUInt32_tMask`"),
    ("PyLong_FromLong", "HPyLong_FromLong", "`HPyLong_FromInt32_t`, `HPyLong_FromInt64_t`"),
    ("PyLong_FromLongLong", "HPyLong_FromLongLong", ""),
    (
        "PyLong_FromUnsignedLong",
        "HPyLong_FromUnsignedLong",
        "`HPyLong_FromUInt32_t`, `HPyLong_FromUInt64_t`",
    ),
    ("PyLong_FromUnsignedLongLong", "HPyLong_FromUnsignedLongLong", ""),
    ("PyModule_AddObject", "HPy_SetAttr_s", "takes nothing over"),
    ("PyModule_GetState", "HPyGlobal_Load", "one `HPyGlobal` for each object"),
    ("PyObject_Call", "HPy_CallTupleDict", ""),
    ("PyObject_CallFunctionObjArgs", "HPy_Call", "with an array"),
    ("PyObject_CallMethodObjArgs", "HPy_CallMethod", "the receiver is `args[0]`"),
    ("PyObject_DelAttr", "HPy_DelAttr", ""),
    ("PyObject_DelAttrString", "HPy_DelAttr_s", ""),
    ("PyObject_TypeCheck", "HPy_TypeCheck", ""),
    ("PyObject_Vectorcall", "HPy_Call", "`nargs` is a plain count"),
    ("PyObject_VectorcallMethod", "HPy_CallMethod", "`nargs` is a plain count"),
    ("PySequence_DelItem", "HPy_DelItem_i", ""),
    ("PySequence_GetItem", "HPy_GetItem_i", ""),
    ("PySequence_SetItem", "HPy_SetItem_i", ""),
    ("PySlice_AdjustIndices", "HPySlice_AdjustIndices", ""),
    ("PyStructSequence_New", "HPyStructSequence_New", "with all items at once"),
    ("PyStructSequence_NewType", "HPyStructSequence_NewType", ""),
    ("PyTuple_GetItem", "HPy_GetItem_i", "a new handle"),
    ("PyTuple_New", "HPyTupleBuilder_New", "or `HPyTuple_FromArray`"),
    ("PyTuple_Pack", "HPyTuple_Pack", ""),
    ("PyTuple_SET_ITEM", "HPyTupleBuilder_Set", "takes nothing over"),
    ("PyTuple_Size", "HPy_Length", ""),
    (
        "PyType_FromSpec",
        "HPyType_FromSpec",
        "another struct, see [the guide](../how-to/from-the-c-api.md)",
    ),
    ("PyType_GenericNew", "HPyType_GenericNew", ""),
    ("PyType_IsSubtype", "HPyType_IsSubtype", ""),
    ("PyUnicode_FromFormat", "HPyUnicode_FromFormat", ""),
    ("Py_BuildValue", "HPy_BuildValue", "`N` is not there: handles stay the caller's"),
    ("Py_CLEAR", "HPyField_Store", "of the null handle, for a field of a struct"),
    ("Py_CompileString", "HPy_Compile_s", ""),
    ("Py_DECREF", "HPy_Close", "each handle is closed once; nothing is counted"),
    ("Py_FatalError", "HPy_FatalError", ""),
    ("Py_INCREF", "HPy_Dup", "gives another handle, which is closed by itself"),
    ("Py_Is", "HPy_Is", "`==` does not compare handles"),
    ("Py_NewRef", "HPy_Dup", ""),
    ("Py_RETURN_RICHCOMPARE", "HPy_RETURN_RICHCOMPARE", ""),
    ("Py_TYPE", "HPy_Type", "a new handle"),
    ("Py_VISIT", "HPy_VISIT", "takes the address of an `HPyField`"),
    ("Py_XDECREF", "HPy_Close", "does nothing to the null handle"),
    ("tp_alloc", "HPy_New", "gives the handle and the struct, which is zeroed"),
];

/// Functions of HPy whose counterpart in the C API is no function, or that has none.
const OWN: &[(&str, &str)] = &[
    ("HPyField_Load", "reads a field of a struct: a new handle"),
    ("HPyGlobal_Store", "keeps an object for the module, in place of a static `PyObject *`"),
    ("HPyListBuilder_New", "fills a list that nobody sees yet, as `PyList_SET_ITEM` does"),
    ("HPyListBuilder_Build", "gives the list"),
    ("HPyListBuilder_Cancel", "gives it up"),
    ("HPyTupleBuilder_Build", "gives the tuple"),
    ("HPyTupleBuilder_Cancel", "gives it up"),
    ("HPyTracker_New", "a set of handles that are closed together"),
    ("HPyTracker_Add", "adds one"),
    ("HPyTracker_ForgetAll", "none of them is to be closed"),
    ("HPyTracker_Close", "closes all of them"),
    ("HPyType_GetName", "the name of a type, as `tp_name` behind the last dot"),
    ("HPyType_GetBuiltinShape", "what precedes the struct of its instances"),
    ("HPy_SetCallFunction", "what runs when this instance is called, as the `vectorcall` field"),
    ("HPy_DelItem_s", "`del obj[key]`, with the key in UTF-8"),
    ("HPy_AsPyObject", "hybrid ABI: a new reference of the C API"),
    ("HPy_FromPyObject", "hybrid ABI: a new handle"),
];

fn rows() -> Vec<(String, String, &'static str)> {
    let mut rows: Vec<_> = c::same_in_both().map(|(c_api, hpy)| (c_api, hpy, "")).collect();
    let by_hand =
        BY_HAND.iter().map(|(c_api, hpy, note)| (c_api.to_string(), hpy.to_string(), *note));
    rows.extend(by_hand);
    rows.sort_by_key(|(c_api, ..)| c_api.to_lowercase());
    rows
}

/// The page.
pub fn page() -> String {
    let mut text = "<!-- Generated by `cargo xtask codegen` from abi/hpy-abi/src/table.rs and \
                    xtask/src/codegen/names.rs: change it there. -->\n\n\
                    # From the C API's names to those of HPy\n\n\
                    Every function takes the context as its first argument, takes handles that stay \
                    the caller's, and gives handles that the caller closes: nothing is borrowed, and \
                    nothing is taken over.\n\
                    [Porting a module](../how-to/from-the-c-api.md) goes through it step by step; \
                    [the members of the context](context-members.md) say what each does.\n\n\
                    | C API | HPy | |\n|---|---|---|\n"
        .to_owned();
    for (c_api, hpy, note) in rows() {
        let note = if note.is_empty() { String::new() } else { format!(" {note}") };
        writeln!(text, "| `{c_api}` | `{hpy}` |{note} |").expect("a string takes everything");
    }
    text += "\n## What the C API has no function for\n\n| HPy | |\n|---|---|\n";
    for (hpy, what) in OWN {
        writeln!(text, "| `{hpy}` | {what} |").expect("a string takes everything");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths;
    use std::collections::BTreeSet;

    #[test]
    fn every_function_of_the_context_has_a_row() {
        let rows = rows();
        let listed: BTreeSet<_> = rows
            .iter()
            .map(|(_, hpy, _)| hpy.as_str())
            .chain(OWN.iter().map(|row| row.0))
            .collect();
        let notes: String = rows.iter().map(|(.., note)| *note).collect();
        for public in c::public_names() {
            let is_listed =
                listed.contains(public.as_str()) || notes.contains(&format!("`{public}`"));
            assert!(is_listed, "{public} is not in the table");
        }
    }

    #[test]
    fn every_name_of_hpy_is_in_the_headers() {
        let mut headers = String::new();
        for folder in ["abi/include/hpy", "abi/include/hpy/runtime"] {
            for file in std::fs::read_dir(paths::root().join(folder)).unwrap() {
                headers += &std::fs::read_to_string(file.unwrap().path()).unwrap_or_default();
            }
        }
        let names = rows().into_iter().map(|(_, hpy, _)| hpy);
        for name in names.chain(OWN.iter().map(|row| row.0.to_owned())) {
            assert!(headers.contains(&format!("{name}(")), "{name} is in no header");
        }
    }
}
