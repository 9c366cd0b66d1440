//! What exists from the start: built-in types, exceptions, constants and functions, and modules.

use crate::compare::hash_bytes;
use crate::context::exception_names;
use crate::errors::raise;
use crate::object::*;
use crate::state::State;
use hpy_abi::*;
use std::cell::RefCell;
use std::ffi::{CString, c_int, c_ulong};
use std::rc::Rc;

/// Making and finding objects of the built-in types.
impl State {
    /// A built-in object by name, made when it is first asked for.
    pub fn named(&self, name: &str) -> Obj {
        if let Some(object) = self.named.borrow().get(name) {
            return object.clone();
        }
        let object = self.make_named(name);
        self.named.borrow_mut().insert(name.into(), object.clone());
        object
    }
    /// An instance of a built-in type.
    pub fn instance(&self, class: &str, kind: Kind) -> Obj {
        self.make(&self.named(class), kind)
    }
    pub fn none(&self) -> Obj {
        self.named("None")
    }
    pub fn is_none(&self, object: &Obj) -> bool {
        Rc::ptr_eq(object, &self.none())
    }
    pub fn boolean(&self, x: bool) -> Obj {
        self.named(if x { "True" } else { "False" })
    }
    pub fn int(&self, x: i128) -> Obj {
        self.instance("int", Kind::Int(x))
    }
    pub fn float(&self, x: f64) -> Obj {
        self.instance("float", Kind::Float(x))
    }
    pub fn str(&self, text: &str) -> Obj {
        self.instance("str", Kind::Str(Text::new(text)))
    }
    pub fn bytes(&self, bytes: impl Into<Vec<u8>>) -> Obj {
        self.instance("bytes", Kind::Bytes(Text::new(bytes)))
    }
    pub fn tuple(&self, items: Vec<Obj>) -> Obj {
        self.instance("tuple", Kind::Tuple(items))
    }
    pub fn list(&self, items: Vec<Obj>) -> Obj {
        self.instance("list", Kind::List(RefCell::new(items)))
    }
    pub fn dict(&self) -> Obj {
        self.instance("dict", Kind::Dict(RefCell::default()))
    }
    /// A function of the mock or of a test.
    pub fn native(
        &self,
        name: &'static str,
        run: impl Fn(&State, &[Obj], Keywords) -> Res<Obj> + 'static,
    ) -> Obj {
        self.instance("builtin_function_or_method", Kind::Native(name, Rc::new(run)))
    }
}

/// The objects that have names.
impl State {
    fn make_named(&self, name: &str) -> Obj {
        if let Some((_, base, construct, flags)) = TYPES.iter().find(|row| row.0 == name) {
            return self.make_type(name, base, *construct, *flags);
        }
        if let Some((name, run)) = FUNCTIONS.iter().find(|row| row.0 == name) {
            return self.native(name, run);
        }
        match name {
            "None" => self.instance("NoneType", Kind::Plain),
            "NotImplemented" => self.instance("NotImplementedType", Kind::Plain),
            "Ellipsis" => self.instance("ellipsis", Kind::Plain),
            "False" => self.instance("bool", Kind::Int(0)),
            "True" => self.instance("bool", Kind::Int(1)),
            "Builtins" => self.make_builtins(),
            _ if exception_names().any(|exception| exception == name) => {
                let base = exception_base(name);
                self.make_type(name, base, Some(construct_exception), tpflags::BASETYPE)
            }
            _ => panic!("the mock has no built-in '{name}'"),
        }
    }

    fn make_builtins(&self) -> Obj {
        let types = TYPES.iter().map(|row| row.0);
        let functions = FUNCTIONS.iter().map(|row| row.0);
        let constants = ["None", "NotImplemented", "Ellipsis", "False", "True"].into_iter();
        let names = types.chain(functions).chain(constants).chain(exception_names());
        // No name is there twice, so that none must be looked for.
        let entries = names.map(|name| {
            let (key, value) = (self.str(name), self.named(name));
            Entry { hash: hash_bytes(name.as_bytes()), key, value }
        });
        let entries = RefCell::new(entries.collect());
        self.instance("dict", Kind::Dict(entries))
    }

    fn make_type(
        &self,
        name: &str,
        base: &str,
        construct: Option<Construct>,
        flags: c_ulong,
    ) -> Obj {
        let base = (!base.is_empty()).then(|| self.named(base));
        let is_exception = exception_names().any(|exception| exception == name);
        let dict = Attributes::default();
        for (_, method, run) in METHODS.iter().filter(|row| row.0 == name) {
            dict.set(method, Some(self.native(method, run)));
        }
        self.alloc(Object {
            class: None,
            kind: Kind::Type(TypeData {
                name: CString::new(name).expect("a literal"),
                module: None,
                base,
                dict,
                slots: Default::default(),
                spec: None,
                flags,
                has_dict: is_exception || name == "module",
                mutable: false,
                construct,
            }),
            attributes: None,
            native: None,
        })
    }
}

type Run = fn(&State, &[Obj], Keywords) -> Res<Obj>;

const FUNCTIONS: &[(&str, Run)] = &[
    ("len", |s, args, _| Ok(s.int(s.length(&required(s, args)?)? as i128))),
    ("repr", |s, args, _| Ok(s.str(&s.repr(&required(s, args)?)?))),
    ("hash", |s, args, _| Ok(s.int(s.hash(&required(s, args)?)? as i128))),
    ("iter", |s, args, _| s.iterator(&required(s, args)?)),
    ("next", |s, args, _| match s.next(&required(s, args)?)? {
        Some(item) => Ok(item),
        None => Err(s.exception(&s.named("StopIteration"), vec![])),
    }),
    ("isinstance", |s, args, _| match args {
        [object, ty] => Ok(s.boolean(s.is_instance(object, ty))),
        _ => raise!(s, TypeError, "isinstance expected 2 arguments, got {}", args.len()),
    }),
];

/// The methods of built-in types that callers of `ctx_CallMethod` like to use.
const METHODS: &[(&str, &str, Run)] = &[
    ("list", "append", |s, args, _| match args {
        [list, item] => s.ctx_List_Append(list.clone(), item.clone()).map(|()| s.none()),
        _ => raise!(s, TypeError, "list.append() takes exactly one argument"),
    }),
    ("dict", "get", |s, args, _| match args {
        [dict, key, rest @ ..] if rest.len() < 2 => {
            let default = rest.first().cloned().unwrap_or_else(|| s.none());
            Ok(s.dict_get(dict, key)?.unwrap_or(default))
        }
        _ => raise!(s, TypeError, "get expected 1 or 2 arguments"),
    }),
    ("dict", "items", |s, args, _| {
        let items = s.dict_entries(&required(s, args)?).into_iter();
        Ok(s.list(items.map(|(key, value)| s.tuple(vec![key, value])).collect()))
    }),
    ("str", "upper", |s, args, _| Ok(s.str(&s.describe_text(&required(s, args)?).to_uppercase()))),
];

/// The built-in types beside the exceptions: name, base, constructor, flags.
const TYPES: &[(&str, &str, Option<Construct>, c_ulong)] = &[
    ("object", "", Some(construct_object), tpflags::BASETYPE),
    ("type", "object", Some(construct_type), tpflags::BASETYPE),
    ("int", "object", Some(construct_int), tpflags::BASETYPE),
    (
        "bool",
        "int",
        Some(|s, _, args, _| Ok(s.boolean(one(s, args)?.map_or(Ok(false), |x| s.truth(&x))?))),
        0,
    ),
    ("float", "object", Some(construct_float), tpflags::BASETYPE),
    ("complex", "object", None, tpflags::BASETYPE),
    ("str", "object", Some(construct_str), tpflags::BASETYPE),
    ("bytes", "object", Some(construct_bytes), tpflags::BASETYPE),
    ("tuple", "object", Some(construct_tuple), tpflags::BASETYPE),
    ("list", "object", Some(construct_list), tpflags::BASETYPE),
    ("dict", "object", Some(construct_dict), tpflags::BASETYPE),
    ("slice", "object", Some(construct_slice), 0),
    ("range", "object", Some(construct_range), 0),
    ("memoryview", "object", Some(|s, _, args, _| s.view(&required(s, args)?)), 0),
    (
        "staticmethod",
        "object",
        Some(|s, c, a, _| Ok(s.make(c, Kind::StaticMethod(required(s, a)?)))),
        0,
    ),
    (
        "classmethod",
        "object",
        Some(|s, c, a, _| Ok(s.make(c, Kind::ClassMethod(required(s, a)?)))),
        0,
    ),
    ("property", "object", Some(construct_property), 0),
    ("module", "object", None, tpflags::BASETYPE),
    ("PyCapsule", "object", None, 0),
    ("NoneType", "object", None, 0),
    ("NotImplementedType", "object", None, 0),
    ("ellipsis", "object", None, 0),
    ("builtin_function_or_method", "object", None, 0),
    ("method_descriptor", "object", None, 0),
    ("member_descriptor", "object", None, 0),
    ("getset_descriptor", "object", None, 0),
    ("method", "object", None, 0),
    ("iterator", "object", None, 0),
];

/// Bases that are not `Exception`.
fn exception_base(name: &str) -> &'static str {
    match name {
        "BaseException" => "object",
        "Exception" | "GeneratorExit" | "KeyboardInterrupt" | "SystemExit" => "BaseException",
        "FloatingPointError" | "OverflowError" | "ZeroDivisionError" => "ArithmeticError",
        "IndexError" | "KeyError" => "LookupError",
        "ModuleNotFoundError" => "ImportError",
        "UnboundLocalError" => "NameError",
        "RecursionError" | "NotImplementedError" => "RuntimeError",
        "IndentationError" => "SyntaxError",
        "TabError" => "IndentationError",
        "UnicodeError" => "ValueError",
        "UnicodeEncodeError" | "UnicodeDecodeError" | "UnicodeTranslateError" => "UnicodeError",
        "BlockingIOError" | "ChildProcessError" | "ConnectionError" | "FileExistsError"
        | "FileNotFoundError" | "InterruptedError" | "IsADirectoryError" | "NotADirectoryError"
        | "PermissionError" | "ProcessLookupError" | "TimeoutError" => "OSError",
        "BrokenPipeError"
        | "ConnectionAbortedError"
        | "ConnectionRefusedError"
        | "ConnectionResetError" => "ConnectionError",
        "Warning" => "Exception",
        _ if name.ends_with("Warning") => "Warning",
        _ => "Exception",
    }
}

/// At most one argument.
fn one(state: &State, args: &[Obj]) -> Res<Option<Obj>> {
    match args {
        [] => Ok(None),
        [arg] => Ok(Some(arg.clone())),
        _ => raise!(state, TypeError, "expected at most 1 argument, got {}", args.len()),
    }
}

fn required(state: &State, args: &[Obj]) -> Res<Obj> {
    match one(state, args)? {
        Some(arg) => Ok(arg),
        None => raise!(state, TypeError, "expected 1 argument, got 0"),
    }
}

fn construct_object(state: &State, class: &Obj, args: &[Obj], keywords: Keywords) -> Res<Obj> {
    let initialises = class.mro().any(|ty| {
        let data = ty.ty().expect("a type's bases are types");
        data.slots.contains_key(&slot::tp_init) || data.dict.get("__init__").is_some()
    });
    if !initialises && (!args.is_empty() || !keywords.is_empty()) {
        let name = class.ty().expect("a type").name();
        return raise!(state, TypeError, "{name}() takes no arguments");
    }
    Ok(state.blank(class))
}

fn construct_type(state: &State, _: &Obj, args: &[Obj], _: Keywords) -> Res<Obj> {
    let [name, bases, dict] = args else {
        return raise!(state, TypeError, "type() takes 1 or 3 arguments");
    };
    let base = match &bases.kind {
        Kind::Tuple(bases) if bases.is_empty() => state.named("object"),
        Kind::Tuple(bases) if bases.len() == 1 => bases[0].clone(),
        _ => return Err(state.fault("the mock knows single inheritance only".into())),
    };
    let dict = state.dict_entries(dict).into_iter();
    let dict: Res<Vec<_>> = dict.map(|(key, value)| Ok((state.str_of(&key)?, value))).collect();
    state.new_python_class(&state.str_of(name)?, &base, &dict?)
}

fn construct_exception(state: &State, class: &Obj, args: &[Obj], _: Keywords) -> Res<Obj> {
    Ok(state.exception(class, args.to_vec()))
}

fn construct_int(state: &State, class: &Obj, args: &[Obj], _: Keywords) -> Res<Obj> {
    let x = one(state, args)?.map_or(Ok(0), |arg| state.to_int(&arg))?;
    Ok(state.make(class, Kind::Int(x)))
}

fn construct_float(state: &State, class: &Obj, args: &[Obj], _: Keywords) -> Res<Obj> {
    let x = one(state, args)?.map_or(Ok(0.0), |arg| state.to_float(&arg))?;
    Ok(state.make(class, Kind::Float(x)))
}

fn construct_str(state: &State, class: &Obj, args: &[Obj], _: Keywords) -> Res<Obj> {
    let text = one(state, args)?.map_or(Ok(String::new()), |arg| state.str_of(&arg))?;
    Ok(state.make(class, Kind::Str(Text::new(text))))
}

fn construct_bytes(state: &State, _: &Obj, args: &[Obj], _: Keywords) -> Res<Obj> {
    match one(state, args)? {
        None => Ok(state.bytes("")),
        Some(arg) => state.to_bytes(&arg),
    }
}

fn construct_tuple(state: &State, class: &Obj, args: &[Obj], _: Keywords) -> Res<Obj> {
    let items = one(state, args)?.map_or(Ok(vec![]), |arg| state.collect(&arg))?;
    Ok(state.make(class, Kind::Tuple(items)))
}

fn construct_list(state: &State, class: &Obj, args: &[Obj], _: Keywords) -> Res<Obj> {
    let items = one(state, args)?.map_or(Ok(vec![]), |arg| state.collect(&arg))?;
    Ok(state.make(class, Kind::List(RefCell::new(items))))
}

fn construct_dict(state: &State, class: &Obj, args: &[Obj], keywords: Keywords) -> Res<Obj> {
    let dict = state.make(class, Kind::Dict(RefCell::default()));
    let source = one(state, args)?;
    for (key, value) in source.map_or(vec![], |source| state.dict_entries(&source)) {
        state.dict_set(&dict, &key, value)?;
    }
    for (key, value) in keywords {
        state.dict_set(&dict, &state.str(key), value.clone())?;
    }
    Ok(dict)
}

fn construct_slice(state: &State, class: &Obj, args: &[Obj], _: Keywords) -> Res<Obj> {
    let none = state.none();
    let parts = match args {
        [stop] => [none.clone(), stop.clone(), none],
        [start, stop] => [start.clone(), stop.clone(), none],
        [start, stop, step] => [start.clone(), stop.clone(), step.clone()],
        _ => {
            return raise!(state, TypeError, "slice expected 1 to 3 arguments, got {}", args.len());
        }
    };
    Ok(state.make(class, Kind::Slice(parts)))
}

fn construct_range(state: &State, class: &Obj, args: &[Obj], _: Keywords) -> Res<Obj> {
    let parts = args.iter().map(|arg| state.index(arg)).collect::<Res<Vec<_>>>()?;
    let parts = match parts.as_slice() {
        [stop] => [0, *stop, 1],
        [start, stop] => [*start, *stop, 1],
        [_, _, 0] => return raise!(state, ValueError, "range() arg 3 must not be zero"),
        [start, stop, step] => [*start, *stop, *step],
        _ => {
            return raise!(state, TypeError, "range expected 1 to 3 arguments, got {}", args.len());
        }
    };
    Ok(state.make(class, Kind::Range(parts)))
}

fn construct_property(state: &State, class: &Obj, args: &[Obj], _: Keywords) -> Res<Obj> {
    let part = |i: usize| args.get(i).cloned().unwrap_or_else(|| state.none());
    Ok(state.make(class, Kind::Property(part(0), part(1))))
}

/// Modules.
impl State {
    /// Makes a module from its definition and runs what fills it.
    pub fn load(&self, name: &str, def: &HPyModuleDef) -> Res<Obj> {
        if !def.legacy_methods.is_null() || def.size != 0 {
            return Err(self.fault(format!("{name}: no legacy methods and no module state")));
        }
        // SAFETY: by the ABI both arrays are null or null-terminated, and live as long as the
        // extension. A global may hold what an earlier interpreter left.
        let defs = unsafe {
            for i in 0.. {
                let Some(global) = def.globals.as_ref().map(|_| *def.globals.add(i)) else { break };
                let Some(global) = global.as_mut() else { break };
                *global = HPyGlobal::NULL;
            }
            crate::types::definitions(def.defines)
        };
        let module = self.instance("module", Kind::Module);
        let attributes = module.attributes.as_ref().expect("modules have attributes");
        attributes.set("__name__", Some(self.str(name)));
        // SAFETY: by the ABI a docstring is null or a string.
        let doc = unsafe { text(def.doc) }.map_or_else(|| self.none(), |doc| self.str(&doc));
        attributes.set("__doc__", Some(doc));
        for def in defs.iter().filter(|def| def.kind == DefKind::METH) {
            // SAFETY: the kind says that this arm is in use.
            let function = unsafe { Function::new(&def.body.meth, Some(&module), None) };
            let name = function.name.clone();
            let function = self.instance("builtin_function_or_method", Kind::Function(function));
            attributes.set(&name, Some(function));
        }
        for def in defs.iter().filter(|def| def.kind == DefKind::SLOT) {
            // SAFETY: the kind says that this arm is in use.
            let HPySlot { slot, imp, .. } = unsafe { def.body.slot };
            self.run_module_slot(&module, slot, imp)?;
        }
        self.modules.set(name, Some(module.clone()));
        Ok(module)
    }

    fn run_module_slot(&self, module: &Obj, slot: c_int, imp: HPyCFunction) -> Res<()> {
        if slot != slot::mod_exec {
            return Err(self.fault(format!("slot {slot} of a module is not part of the mock")));
        }
        // SAFETY: the slot table gives this slot this signature.
        let imp: func::INQUIRY = unsafe { cast(imp) };
        self.run("mod_exec", imp, &[Some(module)]).map(drop)
    }
}

#[allow(non_snake_case)]
impl State {
    pub(crate) fn ctx_Import_ImportModule(&self, name: String) -> Res<Obj> {
        match self.modules.get(&name) {
            Some(module) => Ok(module),
            None => raise!(self, ModuleNotFoundError, "No module named '{name}'"),
        }
    }
}
