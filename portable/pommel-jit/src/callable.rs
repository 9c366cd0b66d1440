//! A function of the typed form as a function in C: where its arguments are, what becomes of its result,
//! and what is called in its place where it cannot be used.
//!
//! Such a function has no activation: it computes with numbers, looks at memory, and does nothing that
//! could not be done again ([`is_alone`]). So it does not write down where it stands when it leaves; the
//! other way is taken from the beginning. What it writes is undone before ([`Undo`]).

use crate::ir::verify::is_memory;
use crate::ir::{BlockData, End, Exit, Function, Op, Type, Value};
use crate::specialise::{ExitPlan, Outcome, Recipe, Sort, Tag, Val};
use std::collections::BTreeMap;

/// The type of a parameter in C.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CType {
    /// `double`
    Double,
    /// `int`
    Int,
    /// An address, or an integer of that size.
    Word,
}

/// Where a leaf of the arguments is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source {
    /// It is a parameter in C.
    Param(usize),
    /// It is in memory, so many words behind the address that a parameter is.
    Behind(usize, usize),
    /// It is always the same: its bits.
    Constant(i64),
}

/// What becomes of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The function in C returns it: a `double`.
    Returned,
    /// The function in C returns 1, and the result is `double`s behind the address that a parameter is.
    Written(usize),
}

/// What is called around a function that writes to memory, so that it can be done again.
#[derive(Clone, Copy, Debug)]
pub struct Undo {
    /// Before: it is given the parameters, each in a word, and copies what may be written. What it gives is
    /// given to the end, or to the other way behind the parameters. With 0 the other way is taken at once.
    pub begin: unsafe extern "C" fn(arguments: *const u64) -> u64,
    /// Behind, where the function returns.
    pub end: unsafe extern "C" fn(kept: u64),
}

/// A number among what an exit saves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Number {
    /// Of one kind, which its type says.
    Plain(usize),
    /// Its kind and its bits.
    Tagged {
        /// Where the number of its [`Tag`] is.
        tag: usize,
        /// Where its bits are.
        bits: usize,
        /// The tags of those that are floats.
        floats: Vec<i64>,
        /// The tags of those that are integers. With any other one the other way is taken.
        integers: Vec<i64>,
    },
}

/// How a function is one in C.
#[derive(Clone, Debug)]
pub struct Callable {
    /// The types of its parameters.
    pub params: Vec<CType>,
    /// Where the parameters of the first block are.
    pub sources: Vec<Source>,
    /// Integers that parameters have to be; otherwise the other way is taken.
    pub wanted: Vec<(usize, i64)>,
    /// Addresses of words that have to be the same two by two; otherwise the other way is taken.
    pub guards: Vec<[usize; 2]>,
    /// What becomes of the result.
    pub answer: Answer,
    /// How what it writes is undone, if it writes.
    pub undo: Option<Undo>,
    /// The results by the exits that return them. All other exits are the other way.
    pub results: BTreeMap<u32, Vec<Number>>,
    /// The other way.
    pub otherwise: Otherwise,
    /// What that is given.
    pub context: usize,
}

/// The other way: it is given the context and the parameters, each in a word, and behind them what undoes
/// what was written, or 0. It gives the `double` that the function returns, as bits, or the `int`.
pub type Otherwise = unsafe extern "C" fn(context: *const (), arguments: *const u64) -> u64;

/// Whether a function needs nobody while it runs, and can be left at any point to be done again from the
/// start. A poll is such a point. Where what is written can be undone, it may write to memory.
pub fn is_alone(function: &Function, may_write: bool) -> bool {
    let mut insts = function.blocks.iter().flat_map(|block| &block.insts);
    insts.all(|inst| {
        let op = inst.op;
        let is_here = is_memory(op) && (may_write || !is_store(op));
        op.signature().pure || is_here || matches!(op, Op::Keep | Op::Poll)
    })
}

/// Whether a function may write behind the address that is one of its arguments.
pub fn writes_behind(function: &Function, argument: usize) -> bool {
    let Some(address) = function.blocks.first().and_then(|block| block.params.get(argument)) else {
        return false;
    };
    let computed = addresses(function, *address);
    let mut insts = function.blocks.iter().flat_map(|block| &block.insts);
    insts.any(|inst| is_store(inst.op) && computed[inst.args[0].0 as usize])
}

/// Whether an instruction writes to memory.
fn is_store(op: Op) -> bool {
    is_memory(op) && op.text().starts_with("store.")
}

/// Which values may be addresses that are computed from one.
fn addresses(function: &Function, from: Value) -> Vec<bool> {
    let mut found = vec![false; function.types.len()];
    let mut waiting = vec![from];
    while let Some(value) = waiting.pop() {
        if function.type_of(value) != Type::I64
            || std::mem::replace(&mut found[value.0 as usize], true)
        {
            continue;
        }
        for block in &function.blocks {
            // What lies there is no address.
            let insts = block.insts.iter().filter(|inst| !is_memory(inst.op));
            let users = insts.filter(|inst| inst.args.contains(&value));
            waiting.extend(users.flat_map(|inst| inst.results.iter().copied()));
            for target in block.end.targets() {
                let params = target.args.iter().zip(&function[target.block].params);
                waiting.extend(params.filter(|(arg, _)| **arg == value).map(|(_, param)| *param));
            }
        }
    }
    found
}

/// A function that goes the other way whatever it is given.
pub fn always_otherwise() -> Function {
    let end = End::Exit(Exit::new(0, vec![]));
    let block = BlockData { params: vec![], insts: vec![], end };
    Function { blocks: vec![block], ..Function::default() }
}

/// The numbers that are returned by an exit; `None` if it does not return so many numbers.
pub fn results(exit: &ExitPlan, wanted: Option<usize>) -> Option<Vec<Number>> {
    match (&exit.outcome, wanted) {
        (Outcome::Returned(of), None) => Some(vec![number(of)?]),
        (Outcome::Returned(Val::Tuple(items)), Some(count)) if items.len() == count => {
            items.iter().map(number).collect()
        }
        _ => None,
    }
}

fn number(of: &Recipe) -> Option<Number> {
    Some(match of {
        Val::Bool(at) | Val::Int(at) | Val::Float(at) => Number::Plain(*at as usize),
        // What NumPy gives for others as floats it says itself.
        Val::Scalar(at, flavour) if flavour.element.sort() == Sort::Float => {
            Number::Plain(*at as usize)
        }
        Val::Number(tag, bits, kinds) => Number::Tagged {
            tag: *tag as usize,
            bits: *bits as usize,
            floats: kinds.tags().filter(|tag| tag.is_float()).map(Tag::number).collect(),
            integers: kinds.tags().filter(is_integer).map(Tag::number).collect(),
        },
        _ => return None,
    })
}

fn is_integer(tag: &Tag) -> bool {
    matches!(tag, Tag::Bool | Tag::Int)
}

/// How many parameters the first block has.
pub fn leaves(function: &Function) -> usize {
    function.blocks.first().map_or(0, |block| block.params.len())
}
