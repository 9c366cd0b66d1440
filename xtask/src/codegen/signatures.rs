//! The C headers of the calling conventions: prototypes of implementations, and the trampolines by
//! which an interpreter with a C API reaches them.

use hpy_abi::Signature;
use std::fmt::Write;

/// A row of the table, with the types as they are spelled in Rust.
struct Row {
    name: &'static str,
    number: i32,
    doc: &'static str,
    params: &'static [(&'static str, &'static str)],
    ret: &'static str,
    /// What the trampoline is given, and `result`.
    fields: &'static [(&'static str, &'static str)],
}

macro_rules! rows {
    ($($number:literal $name:ident: fn($($arg:ident: $ty:ty),*) -> $ret:ty,
       args { $($field:ident: $field_ty:ty),* }, $doc:literal;)*) => {
        const ROWS: &[Row] = &[$(Row {
            name: stringify!($name),
            number: $number,
            doc: $doc,
            params: &[$((stringify!($arg), stringify!($ty))),*],
            ret: stringify!($ret),
            fields: &[$((stringify!($field), stringify!($field_ty))),*],
        }),*];
    };
}
hpy_abi::for_each_signature!(rows);

/// The name of a calling convention.
pub fn name(signature: Signature) -> &'static str {
    ROWS.iter().find(|row| row.number == signature.0).map_or("", |row| row.name)
}

/// A type of the table as C spells it.
fn c(rust: &str) -> &'static str {
    match rust.replace(' ', "").as_str() {
        "()" => "void",
        "*mutHPyContext" => "HPyContext *",
        "HPy" => "HPy",
        "Handles" => "const HPy *",
        "usize" => "size_t",
        "isize" | "Len" | "LenOrErr" => "HPy_ssize_t",
        "Hash" => "HPy_hash_t",
        "c_int" | "Status" | "FlagOrErr" => "int",
        "CmpOp" => "HPy_RichCmpOp",
        "*mutc_void" => "void *",
        "*mutc_char" => "char *",
        "*constc_char" => "const char *",
        "*mutHPy_buffer" => "HPy_buffer *",
        "HPyFunc_visitproc" => "HPyFunc_visitproc",
        "CpyRef" => "cpy_PyObject *",
        "*constCpyRef" => "cpy_PyObject *const *",
        "*mutcpy_Py_buffer" => "cpy_Py_buffer *",
        other => panic!("{other} has no spelling in C"),
    }
}

/// A declaration: `HPy self`, `void *arg`.
fn declared(rust: &str, name: &str) -> String {
    let c = c(rust);
    let name = name.trim_end_matches('_');
    if c.ends_with('*') { format!("{c}{name}") } else { format!("{c} {name}") }
}

fn list(pairs: &[(&str, &str)]) -> String {
    let parts: Vec<String> = pairs.iter().map(|(name, ty)| declared(ty, name)).collect();
    parts.join(", ")
}

impl Row {
    /// Whether authors write functions of this kind with `HPyFunc_DECLARE`.
    fn is_for_authors(&self) -> bool {
        !matches!(self.name, "CAPSULE_DESTRUCTOR" | "VECTORCALLFUNC")
    }

    /// Whether its trampoline needs more than handing on; those are in `hpyfunc.h` and
    /// `cpython/api.h`, by hand.
    fn is_by_hand(&self) -> bool {
        !self.is_for_authors() || matches!(self.name, "DESTROYFUNC" | "MOD_CREATE")
    }

    /// What the trampoline is given.
    fn given(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.fields.iter().copied().filter(|(name, _)| *name != "result")
    }

    /// A parameter of the trampoline, as the C API declares it.
    fn cpy_param(&self, (name, ty): (&str, &str)) -> String {
        match (self.name, name) {
            ("TRAVERSEPROC", "visit") => "cpy_visitproc visit".to_owned(),
            ("RICHCMPFUNC", "arg2") => "int arg2".to_owned(),
            _ => declared(ty, name),
        }
    }

    fn cpy_params(&self) -> String {
        let mut params: Vec<String> = self.given().map(|field| self.cpy_param(field)).collect();
        if self.name == "NOARGS" {
            params.push("cpy_PyObject *no_args".to_owned());
        }
        params.join(", ")
    }

    /// What the trampoline gives back, in C; `void` without a result.
    fn cpy_ret(&self) -> &'static str {
        self.fields.iter().find(|(name, _)| *name == "result").map_or("void", |(_, ty)| c(ty))
    }

    /// The name of the macro that makes the trampoline.
    fn macro_head(&self) -> String {
        format!("#define _HPyFunc_TRAMPOLINE_HPyFunc_{}(SYM, IMPL)", self.name)
    }

    /// The head of a function that the macro makes.
    fn trampoline_head(&self, name: &str, storage: &str) -> Vec<String> {
        let unused = if self.name == "NOARGS" { "        (void)no_args;" } else { "" };
        let mut lines = vec![
            format!(
                "    {storage} {}",
                declared_ret(self.cpy_ret(), name) + &format!("({})", self.cpy_params())
            ),
            "    {".to_owned(),
        ];
        if !unused.is_empty() {
            lines.push(unused.to_owned());
        }
        lines
    }

    /// What the trampoline was given, to be given on.
    fn passed(&self) -> String {
        let mut names: Vec<&str> =
            self.given().map(|(name, _)| name.trim_end_matches('_')).collect();
        if self.name == "NOARGS" {
            names.push("no_args");
        }
        names.join(", ")
    }

    /// The macro up to and with a function that lets the host make handles.
    fn through_host(&self, name: &str, storage: &str) -> Vec<String> {
        let mut lines = vec![self.macro_head()];
        lines.extend(self.trampoline_head(name, storage));
        lines.push(format!("        _HPyFunc_args_{} a;", self.name));
        for (name, ty) in self.given() {
            let name = name.trim_end_matches('_');
            let cast = if ty == "CmpOp" { "(HPy_RichCmpOp)" } else { "" };
            lines.push(format!("        a.{name} = {cast}{name};"));
        }
        lines.push("        _HPy_CallRealFunctionFromTrampoline(".to_owned());
        let function = format!("HPyFunc_{}, (HPyCFunction)IMPL, &a);", self.name);
        lines.push(format!("            _ctx_for_trampolines, {function}"));
        if self.cpy_ret() != "void" {
            lines.push("        return a.result;".to_owned());
        }
        lines.push("    }".to_owned());
        lines
    }

    /// The call of the implementation where a handle is a reference, and what else must hold for
    /// it; nothing where there is more to do for the host.
    fn straight_call(&self) -> Option<(&'static str, String)> {
        let (condition, args) = match self.name {
            "TRAVERSEPROC" | "GETBUFFERPROC" | "RELEASEBUFFERPROC" => return None,
            "INITPROC" | "NEWFUNC" => (
                " && _HPy_HasItems(args)",
                "_py2h(self), _HPy_Items(args), _HPy_Count(args), _py2h(kw)".to_owned(),
            ),
            _ => ("", self.given().map(converted).collect::<Vec<_>>().join(", ")),
        };
        let call = format!("IMPL(_ctx_for_trampolines, {args})");
        let call = if c(self.ret) == "HPy" { format!("_h2py({call})") } else { call };
        Some((condition, call))
    }
}

fn declared_ret(c: &str, name: &str) -> String {
    if c.ends_with('*') { format!("{c}{name}") } else { format!("{c} {name}") }
}

fn opening(what: &str) -> String {
    format!(
        "/* Generated by `cargo xtask codegen` from abi/hpy-abi/src/signatures.rs: change it there. \
         */\n\n/* {what} */\n"
    )
}

/// `signatures.h`: numbers, function types and prototypes.
pub fn signatures() -> String {
    let mut text = opening("The calling conventions of functions that Python calls.");
    text += "typedef enum {\n";
    for row in ROWS {
        writeln!(text, "    /** {} */\n    HPyFunc_{} = {},", row.doc, row.name, row.number)
            .expect("a string");
    }
    text += "} HPyFunc_Signature;\n\n/* Function types. */\n";
    for row in ROWS.iter().filter(|row| row.is_for_authors()) {
        let name = format!("(*HPyFunc_{})", row.name.to_lowercase());
        writeln!(text, "typedef {}({});", declared(row.ret, &name), list(row.params))
            .expect("a string");
    }
    text += "\n/* Prototypes, for HPyFunc_DECLARE. */\n";
    for row in ROWS.iter().filter(|row| row.is_for_authors()) {
        writeln!(
            text,
            "#define _HPyFunc_DECLARE_HPyFunc_{}(SYM) static {}({})",
            row.name,
            declared(row.ret, "SYM"),
            list(row.params)
        )
        .expect("a string");
    }
    text
}

/// Puts a macro's lines together.
fn joined(lines: &[String]) -> String {
    lines.join(" \\\n") + "\n"
}

/// `trampolines.h`: the call goes straight through where a handle is an object reference;
/// elsewhere the interpreter's arguments go into a struct, and the host makes handles of it.
pub fn universal_trampolines() -> String {
    let mut text = opening(
        "How an interpreter with a C API calls a function of the universal ABI: straight through \
         where a\n   handle is an object reference; on other hosts what it gives goes into a \
         struct, which the host\n   takes apart and into which it writes the result.",
    );
    for row in ROWS.iter().filter(|row| !row.fields.is_empty()) {
        text += &args_struct(row);
        if row.is_by_hand() {
            continue;
        }
        match row.straight_call() {
            None => text += &format!("\n{}", joined(&row.through_host("SYM", "static"))),
            Some((condition, call)) => {
                let mut lines = row.through_host("SYM##_long_way", "_HPy_COLD static");
                let head = lines.remove(0);
                lines.extend(row.trampoline_head("SYM", "static"));
                let condition = format!("_ctx_for_trampolines == _HPy_host.ctx{condition}");
                lines.push(format!("        if (_HPy_LIKELY({condition}))"));
                lines.push(format!("            return {call};"));
                lines.push(format!("        return SYM##_long_way({});", row.passed()));
                lines.push("    }".to_owned());
                lines.insert(0, head);
                text += &format!("\n{}", joined(&lines));
            }
        }
    }
    text
}

/// The struct that a host is given.
fn args_struct(row: &Row) -> String {
    let mut text = "\ntypedef struct {\n".to_owned();
    for &(name, ty) in row.fields {
        let field = match name {
            "result" => declared(ty, name),
            _ if row.name == "RICHCMPFUNC" => declared(ty, name),
            _ => row.cpy_param((name, ty)),
        };
        writeln!(text, "    {field};").expect("a string");
    }
    writeln!(text, "}} _HPyFunc_args_{};", row.name).expect("a string");
    text
}

/// An argument of the implementation, made of what the trampoline of the CPython ABI was given.
fn converted((name, ty): (&str, &str)) -> String {
    let name = name.trim_end_matches('_');
    match ty.replace(' ', "").as_str() {
        "CpyRef" => format!("_py2h({name})"),
        "*constCpyRef" => format!("_arr_py2h({name})"),
        "*mutcpy_Py_buffer" => format!("(HPy_buffer *){name}"),
        "CmpOp" => format!("(HPy_RichCmpOp){name}"),
        _ if name == "nargsf" => "_HPy_NARGS(nargsf)".to_owned(),
        _ if name == "nargs" => "(size_t)nargs".to_owned(),
        _ => name.to_owned(),
    }
}

/// `cpython/trampolines.h`: a handle is an object reference, so that the call goes straight through.
pub fn cpython_trampolines() -> String {
    let mut text = opening(
        "How CPython calls a function of the CPython ABI: a handle is a reference, and nothing \
         is in\n   between.",
    );
    for row in ROWS.iter().filter(|row| !row.is_by_hand()) {
        let mut lines = vec![row.macro_head()];
        lines.extend(row.trampoline_head("SYM", "static"));
        let call = match row.name {
            "TRAVERSEPROC" => "_HPy_CPython_Traverse(IMPL, self, visit, arg)".to_owned(),
            "INITPROC" | "NEWFUNC" => "IMPL(_HPyGetContext(), _py2h(self), \
                _arr_py2h(((PyTupleObject *)args)->ob_item), PyTuple_GET_SIZE(args), _py2h(kw))"
                .to_owned(),
            _ => {
                let args: Vec<String> = row.given().map(converted).collect();
                format!("IMPL(_HPyGetContext(), {})", args.join(", "))
            }
        };
        lines.push(match (row.cpy_ret(), c(row.ret)) {
            ("void", _) => format!("        {call};"),
            (_, "HPy") => format!("        return _h2py({call});"),
            _ => format!("        return {call};"),
        });
        lines.push("    }".to_owned());
        text += &format!("\n{}", joined(&lines));
    }
    text
}
