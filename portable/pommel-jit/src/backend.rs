//! The border between the typed form and machine code.

use crate::callable::Callable;
use crate::ir;

/// Does what machine code leaves to the runtime: an operation on objects, whose operands are in `words`,
/// where its results go. `count` is the number of operands of those that take any; there is always room
/// for the results. False if the operation exits.
///
/// `operation` is an [`ir::Op`] as an index into [`ir::Op::ALL`].
///
/// # Safety
/// The arguments are those that the machine code was given and has from its instructions.
pub type Call = unsafe extern "C" fn(
    activation: *mut (),
    operation: u32,
    immediate: i64,
    words: *mut u64,
    count: usize,
) -> bool;

/// What machine code finds at the beginning of an activation, where it calls itself: the places of words.
pub mod activation {
    /// How many calls within each other it may make without asking the runtime.
    pub const ALLOWANCE: usize = 0;
    /// How many calls it may make until the runtime looks for interrupts.
    pub const TICKS: usize = 1;
    /// How many lists and dicts were made.
    pub const MADE: usize = 2;
    /// How many of these whoever called may have, and waits.
    pub const FLOOR: usize = 3;
    /// Whether others may run Python since a poll: not 0 then.
    pub const DETACHED: usize = 4;
    /// The address of words: the first free record of each size.
    pub const POOLS: usize = 5;
    /// The address of the function's entry; those of its inner functions follow.
    pub const ENTRY: usize = 6;
    /// So many inner functions a function has at most.
    pub const MOST_INNER: usize = 7;
}

/// What an [`ir::Op::Recur`] calls, and how many calls within each other that is: its immediate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The function itself, 0, or an inner function.
    pub function: u32,
    /// How many calls.
    pub calls: u32,
}

impl Target {
    /// As a number.
    pub fn code(self) -> i64 {
        i64::from(self.function) << 32 | i64::from(self.calls)
    }

    /// The one that a number stands for.
    pub fn of(code: i64) -> Target {
        Target { function: (code >> 32) as u32, calls: code as u32 }
    }
}

/// The address of a function in C that does an instruction, where there is one that is quicker than
/// [`Call`]. It is given the activation, the immediate and the operands, all as words. Its result is the word
/// of the operation's first result, or none; for an operation that exits there is one, which is 0 if it does,
/// and 1 or 2 for a truth value. Where the operation has more results, the last operand is the address of
/// words for all of them, of which the function writes those behind the first.
pub type Quick<'a> = &'a dyn Fn(&ir::Inst) -> Option<usize>;

/// What machine code calls for what it does not do itself.
#[derive(Clone, Copy)]
pub struct Calls<'a> {
    /// Does every operation.
    pub call: Call,
    /// The quicker ways.
    pub quick: Quick<'a>,
    /// How many words a function and its inner functions need at most to be called, if it has such.
    pub words: usize,
}

impl From<Call> for Calls<'_> {
    fn from(call: Call) -> Self {
        Calls { call, quick: &|_| None, words: 0 }
    }
}

/// Machine code: arguments are in `words` and results go there, or what an exit saves. Returns 0, or the
/// number of the exit plus 1. There are as many words as [`Machine::words`] says.
///
/// # Safety
/// The code is there as long as its [`Machine`] is; the arguments fit it.
pub type Entry = unsafe extern "C" fn(activation: *mut (), words: *mut u64) -> u32;

/// A function as machine code. It may be dropped when nobody is in it any more.
pub trait Machine: Send + Sync {
    /// Where it begins.
    fn entry(&self) -> Entry;
    /// How many words arguments, results and what exits save need at most.
    fn words(&self) -> usize;
    /// The code as text, for people.
    fn listing(&self) -> String;
}

/// A function in C. It may be dropped when nobody is in it any more.
pub trait CFunction: Send + Sync {
    /// Where it begins.
    fn address(&self) -> usize;
}

/// What makes machine code.
pub trait Backend: Send + Sync {
    /// Compiles a function, which has passed the verifier.
    ///
    /// # Errors
    /// Why it cannot.
    fn compile(
        &self,
        function: &ir::Function,
        calls: Calls<'_>,
    ) -> Result<Box<dyn Machine>, String>;

    /// Compiles a function, which has passed the verifier and [is alone](crate::callable::is_alone), as one
    /// in C.
    ///
    /// # Errors
    /// Why it cannot.
    fn compile_callable(
        &self,
        function: &ir::Function,
        callable: &Callable,
    ) -> Result<Box<dyn CFunction>, String>;

    /// How many words the machine code of a function needs: see [`Machine::words`].
    fn words(&self, function: &ir::Function) -> usize;
}
