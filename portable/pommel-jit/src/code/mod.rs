//! Plain code: what a function says, as instructions over registers that hold any object.
//!
//! Every instruction has Python's whole meaning, does at most one thing that others can see, and can be
//! done again from its start if it was not finished. So it is both what the specialiser reads and where
//! a function goes on, object by object, when its machine code cannot.

mod continuation;
mod handled;
pub mod liveness;
pub mod order;
mod registers;
mod special;
mod text;
mod tools;

pub use liveness::{Liveness, RegisterSet};
pub use order::{is_backward, loop_headers, predecessors};
pub use special::{Consumer, Special};
pub use tools::Tool;

use std::sync::{Arc, OnceLock};

/// A register of a frame: the local variables come first, then temporaries. It holds an object or is
/// unbound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reg(pub u32);

/// A block of a function's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockId(pub u32);

/// A name in [`Code::names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(pub u32);

/// Where something stands in the source that was parsed: bytes from its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The first byte behind it.
    pub end: u32,
}

/// A point in the code: before an instruction of a block, or before its terminator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Point {
    /// The block.
    pub block: BlockId,
    /// So many of its instructions are done.
    pub index: u32,
}

/// Why a function is left to the interpreter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// In words for whoever wrote it.
    pub reason: String,
    /// What stands there.
    pub span: Span,
}

impl core::fmt::Display for Unsupported {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Unsupported {}

/// A function, a lambda, or a generator expression.
#[derive(Debug, Default)]
pub struct Code {
    /// Its name, such as `<lambda>` for one that has none.
    pub name: Box<str>,
    /// Where it stands.
    pub span: Span,
    /// The line of its first decorator or, without, of itself: `co_firstlineno`, counted from 1.
    pub first_line: u32,
    /// What it is called with: these are the first registers, in this order.
    pub parameters: Parameters,
    /// The names of local variables: `locals[i]` is that of register `i`. Those that are captured by
    /// nested functions have their cell in the register.
    pub locals: Vec<Box<str>>,
    /// How many of these are its own: those behind them are variables of comprehensions, which nobody
    /// sees but the comprehension. They may have names that others have.
    pub variables: u32,
    /// The variables of functions around this one that it uses, in the order of `co_freevars`; their
    /// cells are in the registers behind the local variables.
    pub free: Vec<Box<str>>,
    /// How many registers a frame has.
    pub registers: u32,
    /// Names of globals, attributes and keywords.
    pub names: Vec<Box<str>>,
    /// Constants.
    pub constants: Vec<Constant>,
    /// Functions, lambdas and generator expressions within this one, in the order of the code objects
    /// among `co_consts`. Python leaves out those that are never made: to find the one of a code object,
    /// compare name, first line and free variables, and where it stands if that is not enough.
    pub nested: Vec<Arc<Code>>,
    /// Generator expressions that are followed where they stand, as parts of this function.
    pub inlined: Vec<Inlined>,
    /// The first is where it begins, and nothing jumps there. They are in reverse postorder, so that a
    /// jump to a block that does not stand behind is a jump backwards.
    pub blocks: Vec<Block>,
    /// Whether it is a function that stands outside of the one that has it in [`Code::nested`].
    pub is_outside: bool,
    /// Why there are no blocks: a function within another that can be made there, but not run here.
    pub unsupported: Option<Unsupported>,
    /// What [`Code::liveness`] found out, once somebody asked.
    pub found_alive: OnceLock<Liveness>,
    /// What [`Code::handled_at`] found out for the beginnings of blocks, once somebody asked.
    pub found_handled: OnceLock<Vec<Vec<Reg>>>,
}

impl Code {
    /// Where the temporary registers begin: those behind the variables and the cells of free ones.
    pub fn first_temporary(&self) -> Reg {
        Reg((self.locals.len() + self.free.len()) as u32)
    }

    /// Whether a register is a variable of the function, which keeps what it holds until the function
    /// ends, or the cell of one around it.
    pub fn is_variable(&self, register: Reg) -> bool {
        let locals = self.locals.len() as u32;
        register.0 < self.variables
            || (register.0 >= locals && register.0 < locals + self.free.len() as u32)
    }

    /// A name.
    pub fn name(&self, name: Name) -> &str {
        &self.names[name.0 as usize]
    }

    /// A block.
    pub fn block(&self, block: BlockId) -> &Block {
        &self.blocks[block.0 as usize]
    }

    /// Where the instruction or terminator at a point stands.
    pub fn span_at(&self, point: Point) -> Span {
        let block = self.block(point.block);
        block.instructions.get(point.index as usize).map_or(block.span, |&(_, span)| span)
    }

    /// Which registers are alive where.
    pub fn liveness(&self) -> &Liveness {
        self.found_alive.get_or_init(|| Liveness::of(self))
    }
}

/// The parameters of a function, in the order in which their arguments are in the registers: positional
/// ones, those by keyword, `*args`, `**kwargs` (as in `co_varnames`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    /// How many can be given by position.
    pub positional: u32,
    /// How many of these only by position.
    pub positional_only: u32,
    /// How many only by keyword.
    pub keyword_only: u32,
    /// Whether there is `*args`.
    pub variadic: bool,
    /// Whether there is `**kwargs`.
    pub keywords: bool,
}

/// A value that the source spells out.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// `None`
    None,
    /// `...`
    Ellipsis,
    /// `True` or `False`
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// A larger one, in decimal digits.
    BigInt(Box<str>),
    /// A number with a point or an exponent.
    Float(f64),
    /// An imaginary number.
    Imaginary(f64),
    /// A string. Lone surrogates are not there: such functions are not compiled.
    Str(Box<str>),
    /// Bytes.
    Bytes(Box<[u8]>),
    /// A tuple of constants.
    Tuple(Vec<Constant>),
}

/// Instructions that are done one after the other, and what follows.
#[derive(Clone, Debug)]
pub struct Block {
    /// The instructions, and where each stands.
    pub instructions: Vec<(Instruction, Span)>,
    /// What follows.
    pub terminator: Terminator,
    /// Where that stands.
    pub span: Span,
    /// Where an exception that an instruction raises is handled; without, the function ends with it.
    pub handler: Option<Handler>,
    /// Which of [`Code::inlined`] it is a part of: tracebacks show a frame of that.
    pub inside: Option<u32>,
}

/// A generator expression that is a part of the function around it, because its items are used where it
/// stands and nobody else has it.
#[derive(Clone, Copy, Debug)]
pub struct Inlined {
    /// Which of [`Code::nested`] it would be as a function.
    pub nested: u32,
    /// Where its items are asked for.
    pub at: Span,
    /// The generator expression that it is a part of itself.
    pub around: Option<u32>,
}

/// Where an exception goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// The block that handles it.
    pub block: BlockId,
    /// The exception is here then.
    pub exception: Reg,
}

impl Handler {
    /// The same where blocks have other numbers.
    fn to(self, number: impl Fn(BlockId) -> BlockId) -> Handler {
        Handler { block: number(self.block), ..self }
    }
}

/// An operator with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unary {
    /// `-x`
    Negative,
    /// `+x`
    Positive,
    /// `~x`
    Invert,
    /// `not x`
    Not,
}

/// An operator with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binary {
    /// `a + b`
    Add,
    /// `a - b`
    Subtract,
    /// `a * b`
    Multiply,
    /// `a @ b`
    MatrixMultiply,
    /// `a / b`
    Divide,
    /// `a // b`
    FloorDivide,
    /// `a % b`
    Remainder,
    /// `a ** b`
    Power,
    /// `a << b`
    ShiftLeft,
    /// `a >> b`
    ShiftRight,
    /// `a & b`
    And,
    /// `a | b`
    Or,
    /// `a ^ b`
    Xor,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compare {
    /// `a < b`
    Less,
    /// `a <= b`
    LessEqual,
    /// `a == b`
    Equal,
    /// `a != b`
    NotEqual,
    /// `a > b`
    Greater,
    /// `a >= b`
    GreaterEqual,
    /// `a is b`
    Is,
    /// `a is not b`
    IsNot,
    /// `a in b`
    In,
    /// `a not in b`
    NotIn,
}

/// An argument of a call, in the order of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// `f(x)`
    Positional(Reg),
    /// `f(*x)`
    Starred(Reg),
    /// `f(name=x)`
    Keyword(Name, Reg),
    /// `f(**x)`
    DoubleStarred(Reg),
}

/// `!s`, `!r` or `!a` in an f-string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// `!s`
    Str,
    /// `!r`
    Repr,
    /// `!a`
    Ascii,
}

/// One thing that is done. Registers that it reads are bound, unless it says otherwise; lists of
/// registers are in the order of the source, in which their values were computed.
#[derive(Clone, Debug, PartialEq)]
pub enum Instruction {
    /// A constant: an index into [`Code::constants`].
    Constant {
        /// The result.
        to: Reg,
        /// Which.
        constant: u32,
    },
    /// Another name for an object. What is moved may be unbound.
    Move {
        /// The result.
        to: Reg,
        /// The object.
        from: Reg,
    },
    /// `UnboundLocalError` if a local variable is unbound.
    CheckBound {
        /// The variable.
        local: Reg,
    },
    /// Makes a register unbound, whatever it was.
    Unbind {
        /// The register.
        register: Reg,
    },
    /// A global variable, else a builtin; `NameError` if there is neither.
    LoadGlobal {
        /// The result.
        to: Reg,
        /// Its name.
        name: Name,
    },
    /// Binds a global variable.
    StoreGlobal {
        /// Its name.
        name: Name,
        /// The object.
        value: Reg,
    },
    /// `del` of a global variable.
    DeleteGlobal {
        /// Its name.
        name: Name,
    },
    /// A builtin, whatever globals are called.
    LoadBuiltin {
        /// The result.
        to: Reg,
        /// Its name.
        name: Name,
    },
    /// A new cell in a register, with what was in it, which may be unbound.
    MakeCell {
        /// The register.
        register: Reg,
    },
    /// What is in a cell; `UnboundLocalError` for a local variable, `NameError` for a free one if that
    /// is nothing.
    LoadCell {
        /// The result.
        to: Reg,
        /// The cell.
        cell: Reg,
    },
    /// Puts an object into a cell.
    StoreCell {
        /// The cell.
        cell: Reg,
        /// The object.
        value: Reg,
    },
    /// Empties a cell; if it is empty, the error of [`Instruction::LoadCell`].
    DeleteCell {
        /// The cell.
        cell: Reg,
    },
    /// `object.name`
    LoadAttribute {
        /// The result.
        to: Reg,
        /// The object.
        object: Reg,
        /// The name.
        name: Name,
    },
    /// `object.name = value`
    StoreAttribute {
        /// The object.
        object: Reg,
        /// The name.
        name: Name,
        /// The value.
        value: Reg,
    },
    /// `del object.name`
    DeleteAttribute {
        /// The object.
        object: Reg,
        /// The name.
        name: Name,
    },
    /// `object[key]`
    LoadItem {
        /// The result.
        to: Reg,
        /// The object.
        object: Reg,
        /// The key.
        key: Reg,
    },
    /// `object[key] = value`
    StoreItem {
        /// The object.
        object: Reg,
        /// The key.
        key: Reg,
        /// The value.
        value: Reg,
    },
    /// `del object[key]`
    DeleteItem {
        /// The object.
        object: Reg,
        /// The key.
        key: Reg,
    },
    /// A slice object; what is not written is `None`.
    MakeSlice {
        /// The result.
        to: Reg,
        /// Start, stop and step.
        parts: [Reg; 3],
    },
    /// An operator with one operand.
    Unary {
        /// The result.
        to: Reg,
        /// The operator.
        operator: Unary,
        /// The operand.
        operand: Reg,
    },
    /// An operator with two operands.
    Binary {
        /// The result.
        to: Reg,
        /// The operator.
        operator: Binary,
        /// The operand to its left.
        left: Reg,
        /// The operand to its right.
        right: Reg,
        /// Whether it is an augmented assignment, which may change the operand to its left.
        in_place: bool,
    },
    /// A comparison.
    Compare {
        /// The result: any object, but a truth value for `is`, `in` and their opposites.
        to: Reg,
        /// The operator.
        operator: Compare,
        /// The operand to its left.
        left: Reg,
        /// The operand to its right.
        right: Reg,
    },
    /// A call.
    Call {
        /// The result.
        to: Reg,
        /// What is called.
        callee: Reg,
        /// With what.
        arguments: Vec<Argument>,
    },
    /// A new tuple.
    MakeTuple {
        /// The result.
        to: Reg,
        /// Its items.
        items: Vec<Reg>,
    },
    /// A new list.
    MakeList {
        /// The result.
        to: Reg,
        /// Its items.
        items: Vec<Reg>,
    },
    /// A new set.
    MakeSet {
        /// The result.
        to: Reg,
        /// Its items.
        items: Vec<Reg>,
    },
    /// A new dict.
    MakeDict {
        /// The result.
        to: Reg,
        /// Keys and values.
        items: Vec<(Reg, Reg)>,
    },
    /// Adds an item to the end of a list that this code made.
    ListAppend {
        /// The list.
        list: Reg,
        /// The item.
        item: Reg,
    },
    /// Adds the items of an iterable to the end of a list that this code made, as `[*x]` does.
    ListExtend {
        /// The list.
        list: Reg,
        /// The iterable.
        items: Reg,
    },
    /// Makes a tuple of a list that this code made, as `(*x,)` does.
    ListToTuple {
        /// The result.
        to: Reg,
        /// The list.
        list: Reg,
    },
    /// Adds an item to a set that this code made.
    SetAdd {
        /// The set.
        set: Reg,
        /// The item.
        item: Reg,
    },
    /// Adds the items of an iterable to a set that this code made.
    SetUpdate {
        /// The set.
        set: Reg,
        /// The iterable.
        items: Reg,
    },
    /// Adds an item to a dict that this code made.
    DictInsert {
        /// The dict.
        dict: Reg,
        /// The key.
        key: Reg,
        /// The value.
        value: Reg,
    },
    /// Adds the items of a mapping to a dict that this code made, as `{**x}` does.
    DictUpdate {
        /// The dict.
        dict: Reg,
        /// The mapping.
        items: Reg,
    },
    /// Takes an iterable apart, into just so many items.
    Unpack {
        /// The results.
        to: Vec<Reg>,
        /// The iterable.
        from: Reg,
    },
    /// Takes an iterable apart into some items, a list, and some more items.
    UnpackStarred {
        /// The results before the list.
        before: Vec<Reg>,
        /// The list.
        starred: Reg,
        /// The results behind it.
        after: Vec<Reg>,
        /// The iterable.
        from: Reg,
    },
    /// `iter(object)`
    Iterate {
        /// The iterator.
        to: Reg,
        /// The object.
        from: Reg,
    },
    /// A part of an f-string: `format(value, spec)`.
    Format {
        /// The result.
        to: Reg,
        /// The value.
        value: Reg,
        /// What is done to it before.
        conversion: Option<Conversion>,
        /// How it is formatted.
        spec: Option<Reg>,
    },
    /// An f-string of strings.
    Join {
        /// The result.
        to: Reg,
        /// The strings.
        parts: Vec<Reg>,
    },
    /// A function or lambda. A generator expression is a function of the iterator that it begins with,
    /// which is called at once.
    MakeFunction {
        /// The result.
        to: Reg,
        /// Which of [`Code::nested`].
        nested: u32,
        /// The defaults of its last positional parameters.
        defaults: Vec<Reg>,
        /// The defaults of parameters by keyword.
        keyword_defaults: Vec<(Name, Reg)>,
        /// The cells of its free variables, in their order.
        cells: Vec<Reg>,
    },
    /// `import name` or, with names or a level, `from name import ...`: what `__import__` gives.
    Import {
        /// The result.
        to: Reg,
        /// The module's name, which may have dots.
        name: Name,
        /// What is wanted of it.
        wanted: Vec<Name>,
        /// How many packages up.
        level: u32,
    },
    /// One of the names that are wanted of a module; `ImportError` if it has it not.
    ImportFrom {
        /// The result.
        to: Reg,
        /// The module.
        module: Reg,
        /// The name.
        name: Name,
    },
    /// Whether an exception is of a class, or of one in a tuple of classes.
    MatchException {
        /// The result, a truth value.
        to: Reg,
        /// The exception.
        exception: Reg,
        /// What is behind `except`.
        class: Reg,
    },
    /// A part of what a statement or an expression does that has no other instruction.
    Special {
        /// The result.
        to: Reg,
        /// Which.
        operation: Special,
        /// Its operands.
        operands: Vec<Reg>,
    },
    /// An exception is handled from here on: `sys.exception()` gives it, and what is raised has it as its
    /// context.
    EnterHandler {
        /// The exception.
        exception: Reg,
    },
    /// The last one that was entered is not handled any more.
    LeaveHandler {
        /// It.
        exception: Reg,
    },
}

/// What follows the instructions of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Terminator {
    /// Another block.
    Jump(BlockId),
    /// One of two blocks.
    Branch {
        /// What is asked whether it is true.
        condition: Reg,
        /// If it is.
        then: BlockId,
        /// If it is not.
        otherwise: BlockId,
    },
    /// The next item of an iterator.
    Next {
        /// The iterator, from [`Instruction::Iterate`].
        iterator: Reg,
        /// The item.
        to: Reg,
        /// Where it goes on with the item.
        body: BlockId,
        /// Where it goes on if there is none; `to` is as it was.
        done: BlockId,
    },
    /// The function ends with a result.
    Return(Reg),
    /// `raise exception from cause`; without an exception the one that is handled.
    Raise {
        /// The exception or its class.
        exception: Option<Reg>,
        /// Its cause.
        cause: Option<Reg>,
    },
    /// An exception goes on its way as it is, at the end of a handler or of `finally`.
    Reraise {
        /// The exception.
        exception: Reg,
    },
}
