//! The typed form: numbers and handles in single static assignment, blocks with parameters.
//!
//! A function of this form is one specialisation of a Python function with what is inlined into it. Its
//! instructions have no meaning beyond the processor's but for objects, which they hold as handles and
//! leave to the runtime. What they cannot do they leave by an *exit*: the values that are alive go to a
//! buffer, and the function returns the number of the exit.
//!
//! `op` is the table of operations, [`flow`] has the order of blocks, who dominates whom and loops,
//! `text` writes and reads functions, `verify` says what is wrong with one, and `run` does what one says,
//! slowly. [`lists`] says how lists lie in memory, [`dicts`] how dicts do. [`pairs`] has what is done with
//! two lanes at once.

pub mod compute;
pub mod dicts;
pub mod flow;
pub mod library;
pub mod lists;
pub mod op;
pub mod pairs;
pub mod records;
pub mod run;
pub mod text;
pub mod texts;
pub mod verify;

pub use op::{Op, Signature};

/// A value: the result of an instruction or a parameter of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Value(pub u32);

/// A block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Block(pub u32);

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// A signed integer of 64 bits, or an address.
    I64,
    /// A float of 64 bits.
    F64,
    /// A truth value: a byte that is 0 or 1.
    Bool,
    /// The handle of an object.
    Obj,
    /// Two integers of 64 bits.
    I64x2,
    /// Two floats of 64 bits.
    F64x2,
}

/// What an instruction has besides operands.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum Immediate {
    /// Nothing.
    #[default]
    None,
    /// An integer: a constant, an index into a table of the specialisation, a distance in bytes.
    Int(i64),
    /// A float.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// A function of the C library.
    Math(op::Math),
}

/// How an instruction leaves the function if it must.
#[derive(Clone, Debug, PartialEq)]
pub struct Exit {
    /// Its number.
    pub id: u32,
    /// What goes to the buffer, in this order. Handles among it are lent.
    pub saved: Vec<Value>,
    /// The handles that the function still owns here: how many they are and then they themselves go to
    /// the buffer behind what is saved. Who rebuilds frames gives them back after that. `passes` fill this.
    pub owned: Vec<Value>,
}

impl Exit {
    /// An exit of this number which saves these values.
    pub fn new(id: u32, saved: Vec<Value>) -> Exit {
        Exit { id, saved, owned: vec![] }
    }

    /// How many words it writes.
    pub fn words(&self) -> usize {
        self.saved.len() + 1 + self.owned.len()
    }
}

/// An instruction.
#[derive(Clone, Debug, PartialEq)]
pub struct Inst {
    /// What it does.
    pub op: Op,
    /// Its operands.
    pub args: Vec<Value>,
    /// What else it needs.
    pub immediate: Immediate,
    /// Its results.
    pub results: Vec<Value>,
    /// Where it goes if it cannot.
    pub exit: Option<Exit>,
}

/// Where a block goes on, and with what.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The block.
    pub block: Block,
    /// The values of its parameters.
    pub args: Vec<Value>,
}

/// The end of a block.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// Another block.
    Jump(Target),
    /// One of two blocks.
    Branch {
        /// What decides: a truth value.
        condition: Value,
        /// If it is true.
        then: Target,
        /// If it is not.
        otherwise: Target,
    },
    /// The function's results, which go to the buffer; it returns 0.
    Return(Vec<Value>),
    /// The function leaves. It returns the number of the exit plus 1.
    Exit(Exit),
    /// Nothing comes here.
    Unreachable,
}

/// A block's parameters, instructions and end.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockData {
    /// Its parameters.
    pub params: Vec<Value>,
    /// Its instructions.
    pub insts: Vec<Inst>,
    /// Its end.
    pub end: End,
}

/// A function. The parameters of its first block are its arguments, which it finds in the buffer; nothing
/// jumps to that block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Function {
    /// The types of its values.
    pub types: Vec<Type>,
    /// Its blocks.
    pub blocks: Vec<BlockData>,
    /// How references to objects are counted.
    pub counts: Counts,
    /// What it may do besides what it says.
    pub options: Options,
}

/// What users allow, and what they do not forbid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Floats may be other ones in their last bits: products and sums are rounded together, functions are
    /// not the C library's. What is infinite or not a number stays so.
    pub fast_math: bool,
    /// Loops that touch no objects let others run Python meanwhile.
    pub detaches: bool,
}

/// How references to an object are counted, at the address that a handle is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counts {
    /// By the runtime.
    #[default]
    Runtime,
    /// In a word.
    Word,
    /// In the low half of a word: if it is negative, nobody counts.
    Half,
}

impl Function {
    /// A new value of a type.
    pub fn value(&mut self, of: Type) -> Value {
        self.types.push(of);
        Value(self.types.len() as u32 - 1)
    }

    /// The type of a value.
    pub fn type_of(&self, value: Value) -> Type {
        self.types[value.0 as usize]
    }

    /// A new block, without an end so far.
    pub fn block(&mut self) -> Block {
        self.blocks.push(BlockData { params: vec![], insts: vec![], end: End::Unreachable });
        Block(self.blocks.len() as u32 - 1)
    }

    /// All blocks by number.
    pub fn ids(&self) -> impl Iterator<Item = Block> + use<> {
        (0..self.blocks.len() as u32).map(Block)
    }

    /// All exits.
    pub fn exits(&self) -> impl Iterator<Item = &Exit> {
        self.blocks.iter().flat_map(|block| {
            let end = match &block.end {
                End::Exit(exit) => Some(exit),
                _ => None,
            };
            block.insts.iter().filter_map(|inst| inst.exit.as_ref()).chain(end)
        })
    }

    /// Which values are addresses of words that [`Op::View`] gives. These words stay as long as such a
    /// value is in use: whoever reads them gets the same.
    pub fn views(&self) -> Vec<bool> {
        let mut is_view = vec![false; self.types.len()];
        let insts = self.blocks.iter().flat_map(|block| &block.insts);
        for inst in insts.filter(|inst| inst.op == Op::View) {
            inst.results.iter().for_each(|result| is_view[result.0 as usize] = true);
        }
        is_view
    }

    /// Another parameter of a block.
    pub fn param(&mut self, block: Block, of: Type) -> Value {
        let value = self.value(of);
        self[block].params.push(value);
        value
    }
}

impl core::ops::Index<Block> for Function {
    type Output = BlockData;

    fn index(&self, block: Block) -> &BlockData {
        &self.blocks[block.0 as usize]
    }
}

impl core::ops::IndexMut<Block> for Function {
    fn index_mut(&mut self, block: Block) -> &mut BlockData {
        &mut self.blocks[block.0 as usize]
    }
}

impl End {
    /// Where it may go on in the function.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        let (first, second) = match self {
            End::Jump(target) => (Some(target), None),
            End::Branch { then, otherwise, .. } => (Some(then), Some(otherwise)),
            End::Return(_) | End::Exit(_) | End::Unreachable => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// The same, to be changed.
    pub fn targets_mut(&mut self) -> impl Iterator<Item = &mut Target> {
        let (first, second) = match self {
            End::Jump(target) => (Some(target), None),
            End::Branch { then, otherwise, .. } => (Some(then), Some(otherwise)),
            End::Return(_) | End::Exit(_) | End::Unreachable => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// All values that it uses.
    pub fn uses(&self) -> Vec<Value> {
        let mut uses: Vec<Value> = match self {
            End::Branch { condition, .. } => vec![*condition],
            End::Return(values) => values.clone(),
            End::Exit(exit) => exit.uses().collect(),
            End::Jump(_) | End::Unreachable => vec![],
        };
        uses.extend(self.targets().flat_map(|target| &target.args));
        uses
    }

    /// Calls a function with every value that it uses, which may put another there.
    pub fn each_use(&mut self, mut change: impl FnMut(&mut Value)) {
        match self {
            End::Branch { condition, .. } => change(condition),
            End::Return(values) => values.iter_mut().for_each(&mut change),
            End::Exit(exit) => exit.each_use(&mut change),
            End::Jump(_) | End::Unreachable => {}
        }
        self.targets_mut().flat_map(|target| &mut target.args).for_each(change);
    }
}

impl Exit {
    /// All values that it uses.
    pub fn uses(&self) -> impl Iterator<Item = Value> {
        self.saved.iter().chain(&self.owned).copied()
    }

    /// Calls a function with every value that it uses, which may put another there.
    pub fn each_use(&mut self, change: impl FnMut(&mut Value)) {
        self.saved.iter_mut().chain(&mut self.owned).for_each(change);
    }
}

impl Inst {
    /// All values that it uses: operands, and what its exit saves.
    pub fn uses(&self) -> impl Iterator<Item = Value> {
        self.args.iter().copied().chain(self.exit.iter().flat_map(Exit::uses))
    }

    /// Calls a function with every value that it uses, which may put another there.
    pub fn each_use(&mut self, mut change: impl FnMut(&mut Value)) {
        self.args.iter_mut().for_each(&mut change);
        if let Some(exit) = &mut self.exit {
            exit.each_use(change);
        }
    }

    /// The integer that it has besides operands.
    pub fn int(&self) -> Option<i64> {
        match self.immediate {
            Immediate::Int(value) => Some(value),
            _ => None,
        }
    }
}
