//! What type checkers are told about an extension: its stub, the text of a `.pyi` file.
//!
//! The macros describe every function and class by constants ([`Declaration`]), in which the types
//! themselves say what they are called in Python ([`Annotation`]): so an alias, a generic type and
//! a type of the author's own are all annotated as they behave. The shared object gives the text
//! to whoever asks for it (`pommel_stub_NAME`), since it alone knows it: the tool that packs the
//! extension, and nobody at run time.

use crate::rt::{ClassSpec, ModuleSpec};
use core::ffi::{CStr, c_char};
use std::collections::BTreeSet;
use std::ffi::CString;
use std::fmt::Write as _;

/// What a Rust type is called in Python's type hints.
#[derive(Clone, Copy, Debug)]
pub enum Annotation {
    /// A type as Python writes it: `float`, `dict[str, int]`, `decimal.Decimal`. What stands before
    /// the last dot of a name is imported.
    Name(&'static str),
    /// A class of an extension. `Any` in the stub of a module that does not have it.
    Class(&'static CStr),
    /// A type with parameters.
    Generic(&'static str, &'static [Annotation]),
    /// The type, or `None`.
    Optional(&'static Annotation),
}

impl Annotation {
    /// Nothing is known.
    pub const ANY: Annotation = Annotation::Name("typing.Any");

    const NONE: Annotation = Annotation::Name("None");

    fn is_any(self) -> bool {
        matches!(self, Annotation::Name("typing.Any"))
    }

    fn is_none(self) -> bool {
        matches!(self, Annotation::Name("None"))
    }

    /// The type without `None`.
    fn required(self) -> Annotation {
        match self {
            Annotation::Optional(inner) => *inner,
            other => other,
        }
    }
}

/// A function, method or property as a stub declares it.
pub struct Declaration {
    /// Its name in Python.
    pub name: &'static str,
    /// What it is.
    pub role: Role,
    /// In the order of the Python call, without the receiver.
    pub parameters: &'static [Parameter],
    /// What it returns.
    pub result: Annotation,
    /// The docstring.
    pub doc: &'static str,
}

/// What a declaration declares.
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Role {
    Function,
    Instance,
    /// A method that Python calls by way of a slot.
    Special,
    New,
    Static,
    Class,
    Getter,
    Setter,
}

/// A parameter.
pub struct Parameter {
    /// Its name in Python.
    pub name: &'static str,
    /// How it is passed.
    pub passing: Passing,
    /// What it takes.
    pub takes: Annotation,
    /// The default as Python writes it, or `...`.
    pub default: Option<&'static str>,
}

/// How a parameter is passed.
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Passing {
    PositionOnly,
    PositionOrName,
    /// `*args`
    Rest,
    NameOnly,
    /// `**kwargs`
    NamedRest,
}

/// `pommel_stub_NAME`: the text of the stub; never freed.
pub fn stub_text(module: &ModuleSpec) -> *const c_char {
    let text = CString::new(stub(module)).expect("names and docstrings have no NUL inside");
    Box::leak(text.into_boxed_c_str()).as_ptr()
}

/// The stub of a module.
pub fn stub(module: &ModuleSpec) -> String {
    let mut stub = Stub { module, body: String::new(), imports: BTreeSet::new(), class: None };
    for function in module.functions {
        stub.body.push('\n');
        stub.callable(&function.declaration, "");
    }
    for class in module.classes {
        stub.class(class);
    }
    if module.init.is_some() {
        // The author's own code may add whatever it likes.
        let any = stub.text(Annotation::ANY);
        let _ = writeln!(stub.body, "\ndef __getattr__(name: str) -> {any}: ...");
    }
    stub.name_hidden_classes();
    let mut text = String::new();
    docstring(&mut text, "", &module.doc.to_string_lossy());
    for import in &stub.imports {
        let _ = writeln!(text, "import {import}");
    }
    text + &stub.body
}

/// A stub being written.
struct Stub<'a> {
    module: &'a ModuleSpec,
    body: String,
    imports: BTreeSet<String>,
    /// The class whose members are being written.
    class: Option<&'a ClassSpec>,
}

/// How far a class's contents are indented.
const INDENT: &str = "    ";

impl<'a> Stub<'a> {
    fn class(&mut self, class: &'a ClassSpec) {
        self.class = Some(class);
        self.body.push('\n');
        if !class.subclass {
            self.imports.insert("typing".to_owned());
            self.body.push_str("@typing.final\n");
        }
        let _ = writeln!(self.body, "class {}:", class.name.to_string_lossy());
        let start = self.body.len();
        docstring(&mut self.body, INDENT, &class.doc.to_string_lossy());
        for declaration in class.declarations {
            let name = declaration.name;
            let readable = |d: &Declaration| d.role == Role::Getter && d.name == name;
            if declaration.role == Role::Setter && !class.declarations.iter().any(readable) {
                self.unreadable(name);
                self.setter(declaration);
            }
            self.callable(declaration, INDENT);
            if declaration.role == Role::Getter {
                let is_its_setter = |d: &&Declaration| d.role == Role::Setter && d.name == name;
                if let Some(setter) = class.declarations.iter().find(is_its_setter) {
                    // Checkers want the two side by side.
                    self.setter(setter);
                }
            }
        }
        let has = |name| class.declarations.iter().any(|d| d.name == name);
        if has("__eq__") && !has("__hash__") {
            self.imports.insert("typing".to_owned());
            self.body.push_str("    __hash__: typing.ClassVar[None]  # type: ignore[assignment]\n");
        }
        if self.body.len() == start {
            self.body.push_str("    ...\n");
        }
        self.class = None;
    }

    /// Other names for the classes of the module that a class has a member of the name of.
    fn name_hidden_classes(&mut self) {
        let names = self.module.classes.iter().map(|class| class.name.to_string_lossy());
        let hidden = |name: &str| {
            let has = |class: &ClassSpec| class.declarations.iter().any(|d| d.name == name);
            self.module.classes.iter().any(has)
        };
        let hidden: Vec<_> = names.filter(|name| hidden(name)).collect();
        for name in hidden {
            self.imports.insert("typing_extensions".to_owned());
            let _ = writeln!(self.body, "\n_{name}: typing_extensions.TypeAlias = {name}");
        }
    }

    /// One declaration; a setter is written with its getter, and what has a keyword for a name
    /// (`not`), so that only `getattr` reaches it, cannot be written.
    fn callable(&mut self, declaration: &Declaration, indent: &str) {
        let Declaration { name, role, doc, .. } = declaration;
        if *role == Role::Setter || KEYWORDS.contains(name) {
            return;
        }
        let decorator = match role {
            Role::Static => "@staticmethod\n",
            Role::Class => "@classmethod\n",
            Role::Getter => "@property\n",
            _ => "",
        };
        if !decorator.is_empty() {
            let _ = write!(self.body, "{indent}{decorator}");
        }
        let (name, parameters) = match role {
            Role::New => ("__new__", self.parameters(declaration)),
            _ => (*name, self.parameters(declaration)),
        };
        let result = self.result(declaration);
        // `object` says that comparisons give a bool.
        let differs = ["__eq__", "__ne__"].contains(&name)
            && !["bool", "typing.Any"].contains(&result.as_str());
        let remark = if differs { "  # type: ignore[override]" } else { "" };
        let _ = write!(self.body, "{indent}def {name}({parameters}) -> {result}:");
        if doc.is_empty() {
            let _ = writeln!(self.body, " ...{remark}");
        } else {
            let _ = writeln!(self.body, "{remark}");
            docstring(&mut self.body, &format!("{indent}{INDENT}"), doc);
        }
    }

    fn setter(&mut self, setter: &Declaration) {
        let name = setter.name;
        let value = setter.parameters.first().map_or(Annotation::ANY, |p| p.takes);
        let value = self.text(value);
        let _ = writeln!(
            self.body,
            "    @{name}.setter\n    def {name}(self, value: {value}) -> None: ..."
        );
    }

    /// A property that can only be written: a checker knows no such thing.
    fn unreadable(&mut self, name: &str) {
        let never = self.text(Annotation::Name("typing.NoReturn"));
        let _ = writeln!(self.body, "    @property\n    def {name}(self) -> {never}: ...");
    }

    fn result(&mut self, declaration: &Declaration) -> String {
        const SELF: Annotation = Annotation::Name("typing_extensions.Self");
        let Declaration { name, role, result, .. } = declaration;
        let annotation = match (role, *name) {
            (Role::New, _) => SELF,
            (Role::Special, "__next__") => result.required(),
            // An operator in place that returns nothing gives the receiver.
            (Role::Special, name) if is_in_place(name) && result.is_none() => SELF,
            (Role::Special, "__setitem__" | "__delitem__") => Annotation::NONE,
            (_, name) if result.is_any() => by_name(name),
            _ => *result,
        };
        self.text(annotation)
    }

    fn parameters(&mut self, declaration: &Declaration) -> String {
        let Declaration { name, role, parameters, .. } = declaration;
        let mut parts: Vec<String> = match role {
            Role::Function | Role::Static => vec![],
            Role::New | Role::Class => vec!["cls".to_owned()],
            _ => vec!["self".to_owned()],
        };
        if *name == "__buffer__" {
            parts.push("flags: int".to_owned());
        }
        if parameters.iter().any(|parameter| KEYWORDS.contains(&parameter.name)) {
            // Such a name can only be passed by `**`, and cannot be written in a declaration.
            let any = self.text(Annotation::ANY);
            parts.push(format!("*args: {any}, **kwargs: {any}"));
            return parts.join(", ");
        }
        for (i, parameter) in parameters.iter().enumerate() {
            let first_by_name = parameter.passing == Passing::NameOnly
                && !parameters[..i].iter().any(is_named_or_rest);
            if first_by_name {
                parts.push("*".to_owned());
            }
            // Python compares with anything; what a class does not know it declines.
            let takes = match (role, *name) {
                (Role::Special, "__eq__" | "__ne__") => Annotation::Name("object"),
                // As `object` has it.
                (Role::Instance, "__reduce_ex__") => Annotation::Name("typing.SupportsIndex"),
                _ => parameter.takes,
            };
            parts.push(self.parameter(parameter, takes));
            let next = parameters.get(i + 1).map(|next| next.passing);
            if parameter.passing == Passing::PositionOnly && next != Some(Passing::PositionOnly) {
                parts.push("/".to_owned());
            }
        }
        if let (Role::Special, "__ipow__", [_]) = (role, *name, *parameters) {
            parts.extend(self.modulus());
        }
        let is_operator = *role == Role::Special && *name != "__call__" && parts.len() > 1;
        if is_operator && parts.iter().all(|part| part != "/") {
            parts.push("/".to_owned());
        }
        parts.join(", ")
    }

    /// The parameter that `__pow__` has more than the operator in place: checkers want it there,
    /// too, and Python passes None.
    fn modulus(&mut self) -> Option<String> {
        let pow = self.class?.declarations.iter().find(|d| d.name == "__pow__")?;
        let modulus = pow.parameters.get(1)?;
        Some(self.parameter(modulus, modulus.takes))
    }

    fn parameter(&mut self, parameter: &Parameter, takes: Annotation) -> String {
        let stars = match parameter.passing {
            Passing::Rest => "*",
            Passing::NamedRest => "**",
            _ => "",
        };
        let default = parameter.default.map(|d| format!(" = {d}")).unwrap_or_default();
        format!("{stars}{}: {}{default}", parameter.name, self.text(takes))
    }

    /// An annotation as Python writes it; what it needs is imported.
    fn text(&mut self, annotation: Annotation) -> String {
        match annotation {
            Annotation::Name(text) => {
                self.import(text);
                self.visible(text)
            }
            Annotation::Class(name) if self.module.classes.iter().any(|c| c.name == name) => {
                self.visible(&name.to_string_lossy())
            }
            Annotation::Class(_) => self.text(Annotation::ANY),
            Annotation::Generic(name, parameters) => {
                self.import(name);
                let name = self.visible(name);
                let parameters: Vec<String> = parameters.iter().map(|p| self.text(*p)).collect();
                format!("{name}[{}]", parameters.join(", "))
            }
            Annotation::Optional(inner) => match self.text(*inner) {
                any if any == "typing.Any" => any,
                text if text.ends_with("None") => text,
                text => format!("{text} | None"),
            },
        }
    }

    /// A text in which no name is hidden by a member of the class: in a class with a property
    /// `str`, `str` is that, and the type is `builtins.str`.
    fn visible(&mut self, text: &str) -> String {
        let Some(class) = self.class else { return text.to_owned() };
        let mut written = String::new();
        for part in text.split_inclusive(|c| !in_name(c)) {
            let name = part.trim_end_matches(|c| !in_name(c));
            if class.declarations.iter().any(|d| d.name == name) {
                let is_ours = |c: &ClassSpec| c.name.to_bytes() == name.as_bytes();
                if self.module.classes.iter().any(is_ours) {
                    written.push('_');
                } else {
                    self.imports.insert("builtins".to_owned());
                    written.push_str("builtins.");
                }
            }
            written.push_str(part);
        }
        written
    }

    /// Imports the module of every dotted name in a text.
    fn import(&mut self, text: &str) {
        for (module, _) in text.split(|c| !in_name(c)).filter_map(|name| name.rsplit_once('.')) {
            if module.starts_with(|c: char| c == '_' || c.is_alphabetic()) {
                self.imports.insert(module.to_owned());
            }
        }
    }
}

/// Names that Rust may use (`r#in`, `not`) and Python's syntax does not.
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

fn is_named_or_rest(parameter: &Parameter) -> bool {
    matches!(parameter.passing, Passing::Rest | Passing::NameOnly)
}

/// Whether a character is a part of a name, or stands between the parts of a dotted one.
fn in_name(c: char) -> bool {
    c == '_' || c == '.' || c.is_alphanumeric()
}

/// What Python wants a method of a name to give.
fn by_name(name: &str) -> Annotation {
    match name {
        "__float__" => Annotation::Name("float"),
        "__int__" | "__index__" => Annotation::Name("int"),
        "__complex__" => Annotation::Name("complex"),
        "__bytes__" => Annotation::Name("bytes"),
        "__format__" => Annotation::Name("str"),
        _ => Annotation::ANY,
    }
}

/// `__iadd__` and its relatives, but neither `__init__` nor `__int__`.
fn is_in_place(name: &str) -> bool {
    let others = ["__index__", "__int__", "__invert__", "__iter__"];
    name.starts_with("__i") && !others.contains(&name)
}

fn docstring(text: &mut String, indent: &str, doc: &str) {
    if doc.is_empty() {
        return;
    }
    let doc = doc.replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\"");
    let several = doc.contains('\n');
    // A quotation mark may not meet those that end the text.
    let doc = if doc.ends_with('"') && !several { doc + " " } else { doc };
    let mut lines = doc.lines();
    let _ = write!(text, "{indent}\"\"\"{}", lines.next().unwrap_or_default());
    for line in lines {
        let indent = if line.is_empty() { "" } else { indent };
        let _ = write!(text, "\n{indent}{line}");
    }
    text.push_str(if several { "\n" } else { "" });
    let _ = writeln!(text, "{}\"\"\"", if several { indent } else { "" });
}
