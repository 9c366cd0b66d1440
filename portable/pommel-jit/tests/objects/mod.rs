//! A small world of objects for the interpreter of plain code: integers, strings, collections,
//! exceptions and functions, with a log of what was seen.

mod operations;

use pommel_jit::code::{BlockId, Code, Point, Span};
use pommel_jit::plain::{self, Frame};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// An object.
#[derive(Clone)]
pub enum Object {
    None,
    Bool(bool),
    Int(i64),
    Str(Rc<str>),
    Tuple(Rc<[Object]>),
    List(Rc<RefCell<Vec<Object>>>),
    Set(Rc<RefCell<Vec<Object>>>),
    Dict(Rc<RefCell<Vec<(Object, Object)>>>),
    Slice(Rc<[Object; 3]>),
    /// The rest of the items.
    Iterator(Rc<RefCell<std::vec::IntoIter<Object>>>),
    Cell(Rc<RefCell<Option<Object>>>),
    Class(&'static str),
    Exception(Rc<Exception>),
    Builtin(&'static str),
    Function(Rc<Function>),
    /// An object with attributes, which logs when it is no more.
    Thing(Rc<Thing>),
}

/// An exception.
pub struct Exception {
    pub class: &'static str,
    pub text: String,
    pub context: RefCell<Option<Object>>,
    /// The lines in functions that it came through, the last one first.
    pub lines: RefCell<Vec<u32>>,
}

/// A function.
pub struct Function {
    pub code: Arc<Code>,
    pub defaults: Vec<Object>,
    pub cells: Vec<Object>,
}

/// An object with attributes.
pub struct Thing {
    pub name: String,
    pub attributes: RefCell<BTreeMap<String, Object>>,
    log: Rc<RefCell<Vec<String>>>,
}

impl Drop for Thing {
    fn drop(&mut self) {
        self.log.borrow_mut().push(format!("{} is gone", self.name));
    }
}

/// An exception on its way.
pub struct Raised(pub Rc<Exception>);

/// The world.
pub struct World {
    pub log: Rc<RefCell<Vec<String>>>,
    pub globals: RefCell<BTreeMap<String, Object>>,
    pub handled: RefCell<Vec<Object>>,
    /// Polls are counted; at this one an interrupt comes.
    pub polls: Cell<u32>,
    pub interrupt: Option<u32>,
    lines: pommel_jit::syntax::Lines,
}

/// Classes and the classes that they are derived from.
const CLASSES: [(&str, &str); 14] = [
    ("BaseException", ""),
    ("Exception", "BaseException"),
    ("ValueError", "Exception"),
    ("TypeError", "Exception"),
    ("KeyError", "LookupError"),
    ("IndexError", "LookupError"),
    ("LookupError", "Exception"),
    ("NameError", "Exception"),
    ("UnboundLocalError", "NameError"),
    ("AssertionError", "Exception"),
    ("ZeroDivisionError", "Exception"),
    ("AttributeError", "Exception"),
    ("RuntimeError", "Exception"),
    ("KeyboardInterrupt", "BaseException"),
];

const BUILTINS: [&str; 5] = ["log", "range", "len", "thing", "handled"];

impl World {
    pub fn new(source: &str) -> World {
        World {
            log: Rc::default(),
            globals: RefCell::default(),
            handled: RefCell::default(),
            polls: Cell::new(0),
            interrupt: None,
            lines: pommel_jit::syntax::Lines::of(source),
        }
    }

    /// A new exception, whose context is what is handled.
    pub fn error(&self, class: &'static str, text: impl Into<String>) -> Raised {
        Raised(Rc::new(Exception {
            class,
            text: text.into(),
            context: RefCell::new(self.handled.borrow().last().cloned()),
            lines: RefCell::default(),
        }))
    }

    /// A builtin.
    fn find_builtin(&self, name: &str) -> Result<Object, Raised> {
        let class = CLASSES.iter().find(|(class, _)| *class == name);
        let class = class.map(|(class, _)| Object::Class(class));
        let builtin = BUILTINS.iter().find(|builtin| **builtin == name);
        class
            .or(builtin.map(|builtin| Object::Builtin(builtin)))
            .ok_or_else(|| self.error("NameError", format!("name '{name}' is not defined")))
    }

    /// Calls a function of plain code.
    pub fn call_code(
        &self,
        code: &Arc<Code>,
        arguments: &[Object],
        cells: &[Object],
    ) -> Result<Object, Raised> {
        let frame = frame(code, arguments, cells);
        plain::run(self, frame, Point { block: BlockId(0), index: 0 })
    }

    fn call_builtin(&self, name: &str, arguments: &[Object]) -> Result<Object, Raised> {
        match (name, arguments) {
            ("log", _) => {
                let words: Vec<_> = arguments.iter().map(Object::text).collect();
                self.log.borrow_mut().push(words.join(" "));
                Ok(arguments.last().cloned().unwrap_or(Object::None))
            }
            ("range", [Object::Int(end)]) => {
                Ok(Object::Tuple((0..*end).map(Object::Int).collect()))
            }
            ("len", [object]) => Ok(Object::Int(self.items(object)?.len() as i64)),
            ("thing", [Object::Str(name)]) => Ok(Object::Thing(Rc::new(Thing {
                name: name.to_string(),
                attributes: RefCell::default(),
                log: self.log.clone(),
            }))),
            ("handled", []) => Ok(self.handled.borrow().last().cloned().unwrap_or(Object::None)),
            _ => Err(self.error("TypeError", format!("{name}: wrong arguments"))),
        }
    }

    /// The items of an iterable.
    fn items(&self, object: &Object) -> Result<Vec<Object>, Raised> {
        match object {
            Object::Tuple(items) => Ok(items.to_vec()),
            Object::List(items) | Object::Set(items) => Ok(items.borrow().clone()),
            Object::Dict(items) => Ok(items.borrow().iter().map(|(key, _)| key.clone()).collect()),
            Object::Str(text) => {
                Ok(text.chars().map(|c| Object::Str(c.to_string().into())).collect())
            }
            Object::Iterator(rest) => Ok(rest.borrow_mut().by_ref().collect()),
            _ => {
                let class = object.class();
                Err(self.error("TypeError", format!("'{class}' object is not iterable")))
            }
        }
    }

    /// The line of a span.
    fn line(&self, span: Span) -> u32 {
        self.lines.place(span.start).0
    }
}

/// The frame of a function that is called with arguments by position.
pub fn frame(code: &Arc<Code>, arguments: &[Object], cells: &[Object]) -> Frame<World> {
    let mut registers: Vec<_> = arguments.iter().cloned().map(Some).collect();
    registers.resize(code.locals.len(), None);
    registers.extend(cells.iter().cloned().map(Some));
    registers.resize(code.registers as usize, None);
    Frame { code: code.clone(), home: (), registers, instead: None }
}

/// Whether a class is another one or derived from it.
fn is_subclass(class: &str, of: &str) -> bool {
    let base = CLASSES.iter().find(|(name, _)| *name == class).map(|(_, base)| *base);
    class == of || base.is_some_and(|base| is_subclass(base, of))
}

impl Object {
    /// `str(self)`
    pub fn text(&self) -> String {
        match self {
            Object::Str(text) => text.to_string(),
            Object::Exception(exception) => exception.text.clone(),
            _ => self.repr(),
        }
    }

    /// `repr(self)`
    pub fn repr(&self) -> String {
        let all = |items: &[Object]| items.iter().map(Object::repr).collect::<Vec<_>>().join(", ");
        match self {
            Object::None => "None".into(),
            Object::Bool(true) => "True".into(),
            Object::Bool(false) => "False".into(),
            Object::Int(value) => value.to_string(),
            Object::Str(text) => format!("'{text}'"),
            Object::Tuple(items) if items.len() == 1 => format!("({},)", items[0].repr()),
            Object::Tuple(items) => format!("({})", all(items)),
            Object::List(items) => format!("[{}]", all(&items.borrow())),
            Object::Set(items) => format!("{{{}}}", all(&items.borrow())),
            Object::Dict(items) => {
                let items = items.borrow();
                let pair =
                    |(key, value): &(Object, Object)| format!("{}: {}", key.repr(), value.repr());
                format!("{{{}}}", items.iter().map(pair).collect::<Vec<_>>().join(", "))
            }
            Object::Slice(parts) => format!("slice({})", all(&parts[..])),
            Object::Exception(exception) if exception.text.is_empty() => {
                format!("{}()", exception.class)
            }
            Object::Exception(exception) => format!("{}('{}')", exception.class, exception.text),
            Object::Class(name) => format!("<class '{name}'>"),
            _ => format!("<{}>", self.class()),
        }
    }

    /// The name of its class.
    pub fn class(&self) -> &'static str {
        match self {
            Object::None => "NoneType",
            Object::Bool(_) => "bool",
            Object::Int(_) => "int",
            Object::Str(_) => "str",
            Object::Tuple(_) => "tuple",
            Object::List(_) => "list",
            Object::Set(_) => "set",
            Object::Dict(_) => "dict",
            Object::Slice(_) => "slice",
            Object::Iterator(_) => "iterator",
            Object::Cell(_) => "cell",
            Object::Class(_) => "type",
            Object::Exception(exception) => exception.class,
            Object::Builtin(_) => "builtin_function_or_method",
            Object::Function(_) => "function",
            Object::Thing(_) => "Thing",
        }
    }

    /// Whether it is true.
    pub fn is_true(&self) -> bool {
        match self {
            Object::None => false,
            Object::Bool(value) => *value,
            Object::Int(value) => *value != 0,
            Object::Str(text) => !text.is_empty(),
            Object::Tuple(items) => !items.is_empty(),
            Object::List(items) | Object::Set(items) => !items.borrow().is_empty(),
            Object::Dict(items) => !items.borrow().is_empty(),
            _ => true,
        }
    }

    /// Whether two objects are equal, as far as these programs ask.
    fn is_equal(&self, other: &Object) -> bool {
        let number = |object: &Object| match object {
            Object::Int(value) => Some(*value),
            Object::Bool(value) => Some(i64::from(*value)),
            _ => None,
        };
        match (number(self), number(other)) {
            (Some(a), Some(b)) => a == b,
            _ => self.class() == other.class() && self.repr() == other.repr(),
        }
    }
}
