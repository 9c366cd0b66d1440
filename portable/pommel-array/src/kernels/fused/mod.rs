//! Steps of a program that are computed together, in code that is made for them while the program
//! runs: between them nothing goes through memory.
//!
//! Plain arithmetic, comparisons and choices of one type of numbers become blocks (`block`). The code of
//! a block does what the kernels of its steps do, to the last bit, and is kept for the next program
//! that has an equal block. A program without blocks, or a machine without code for them, runs
//! kernel by kernel.

mod block;
mod chain;
mod float;
#[cfg(all(test, target_arch = "x86_64", unix, not(miri)))]
mod tests;
#[cfg(all(target_arch = "x86_64", unix, not(miri)))]
mod x86_64;

use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::kernels::elementwise::{Kernel, Meaning};
use crate::kernels::program::{Operand, Program, Step};
use block::{Block, Input, Signature};
pub(crate) use block::{Merge, Value};
pub(crate) use chain::Chain;
use core::hash::{BuildHasherDefault, Hasher};
use core::sync::atomic::{AtomicBool, Ordering};
use float::Float;
use smallvec::SmallVec;
use std::collections::HashMap;
use std::sync::{OnceLock, PoisonError, RwLock};

#[cfg(not(all(target_arch = "x86_64", unix, not(miri))))]
mod x86_64 {
    //! No code for other machines yet.

    pub(super) fn is_available() -> bool {
        false
    }

    pub(super) fn compile(_: &super::block::Block) -> Option<super::Code> {
        None
    }
}

/// Machine code: reads from and writes to as many addresses as its block has inputs and outputs, in
/// this order, and goes over so many elements.
///
/// # Safety
/// The elements lie without gaps behind each address, aligned to their type. Those of outputs are not
/// among those of others, but for a block that [ends with its store](Unit::Block): its output may be an
/// input, element for element. Of a block with a fold the last address is that of its parts, and
/// the elements fill them without rest. The machine has the instructions.
pub(super) type Code = unsafe extern "C" fn(addresses: *const *const u8, n: usize);

/// What a program computes at once.
pub(super) enum Unit {
    /// The step of a number, by its kernel.
    Step(usize),
    /// Several steps by their code.
    Block {
        code: Code,
        inputs: SmallVec<[Operand; 8]>,
        /// The steps whose values are stored.
        steps: SmallVec<[usize; 4]>,
        /// Whether each element is stored once, when all has been read that its place needs.
        ends_with_store: bool,
        /// What an element costs, in units of about a tenth of a nanosecond.
        cost: usize,
    },
}

/// The environment variable that says whether there is machine code.
pub const VARIABLE: &str = "POMMEL_JIT";
/// Programs of so many elements are worth their code the first time; smaller ones the second time.
const LARGE: usize = 1 << 16;
/// Blocks of more operations are not made: their results find places on a page of the stack.
const OPERATIONS: usize = 96;
/// How much code is kept, as blocks. It is never thrown away, since somebody may be in it.
const KEPT: usize = 1024;

/// What `POMMEL_JIT` asks for.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Wanted {
    /// No machine code.
    Off,
    /// Where it pays.
    On,
    /// Also where it does not pay, so that tests meet it.
    Always,
}

impl Wanted {
    const ALL: [(&str, Wanted); 3] =
        [("off", Wanted::Off), ("on", Wanted::On), ("always", Wanted::Always)];

    fn of_environment() -> Wanted {
        static WANTED: OnceLock<Wanted> = OnceLock::new();
        *WANTED.get_or_init(|| {
            let value = std::env::var(VARIABLE).unwrap_or_default();
            let known = Wanted::ALL.into_iter().find(|(name, _)| *name == value);
            known.map_or(Wanted::On, |(_, wanted)| wanted)
        })
    }
}

/// Whether there is machine code in this process: the machine has the instructions, the system allowed
/// what was asked for until now, and `POMMEL_JIT=off` does not forbid it.
pub fn is_available() -> bool {
    x86_64::is_available()
        && Wanted::of_environment() != Wanted::Off
        && !REFUSED.load(Ordering::Relaxed)
}

/// Makes code from now on also where it does not pay, as `POMMEL_JIT=always` asks for: tests compute
/// too few and too different things.
pub fn make_always() {
    ALWAYS.store(true, Ordering::Relaxed);
}

fn is_made_always() -> bool {
    ALWAYS.load(Ordering::Relaxed) || Wanted::of_environment() == Wanted::Always
}

static ALWAYS: AtomicBool = AtomicBool::new(false);

/// Whether the system has refused memory for code.
static REFUSED: AtomicBool = AtomicBool::new(false);

/// An error if `POMMEL_JIT` asks for what there is not.
///
/// # Errors
/// The variable holds another word than `on`, `off` and `always`.
pub fn check_environment() -> Result<()> {
    let value = std::env::var(VARIABLE).unwrap_or_default();
    if value.is_empty() || Wanted::ALL.iter().any(|(name, _)| *name == value) {
        return Ok(());
    }
    Err(Error::Environment { variable: VARIABLE, value, wanted: "on, off or always" })
}

/// The units of a program for so many elements, in an order in which they can be computed.
pub(super) fn units(program: &Program, size: usize) -> Vec<Unit> {
    let floats: SmallVec<[Option<Float>; 16]> = if is_available() {
        floats(program)
    } else {
        SmallVec::from_elem(None, program.steps.len())
    };
    if floats.iter().flatten().next().is_none() {
        return (0..program.steps.len()).map(Unit::Step).collect();
    }
    let phases = phases(program, &floats);
    let last = phases.iter().copied().max().unwrap_or(0);
    let mut units = Vec::new();
    for phase in 0..=last {
        let members = |float: Option<Float>| -> SmallVec<[usize; 16]> {
            let all = 0..program.steps.len();
            all.filter(|&i| phases[i] == phase && floats[i] == float).collect()
        };
        for float in [Float::Double, Float::Single] {
            let steps = members(Some(float));
            match unit(program, float, &steps, size) {
                Some(unit) => units.push(unit),
                None => units.extend(steps.into_iter().map(Unit::Step)),
            }
        }
        units.extend(members(None).into_iter().map(Unit::Step));
    }
    units
}

/// Of each step, the type of the block that it can be in.
fn floats(program: &Program) -> SmallVec<[Option<Float>; 16]> {
    let mut floats: SmallVec<[Option<Float>; 16]> = SmallVec::new();
    for step in &program.steps {
        let constant_truth =
            step.inputs.iter().zip(&step.kernel.inputs).any(|(input, &dtype)| {
                matches!(input, Operand::Constant(_)) && dtype == DType::Bool
            });
        let float = match signature(&step.kernel) {
            _ if constant_truth => None,
            None => None,
            Some(Signature::Numbers | Signature::Test) => Float::of(step.kernel.inputs[0]),
            Some(Signature::Choice) => Float::of(step.kernel.output),
            // Truth values are of the type of the numbers that they come from.
            Some(Signature::Truths) => step.inputs.iter().find_map(|input| match *input {
                Operand::Step(i) => floats[i],
                _ => None,
            }),
        };
        floats.push(float);
    }
    floats
}

fn signature(kernel: &Kernel) -> Option<Signature> {
    match kernel.meaning {
        Meaning::Conversion => None,
        Meaning::Choice => Some(Signature::Choice),
        Meaning::Function(function) => match block::signature(function)? {
            Signature::Truths if kernel.inputs[0] != DType::Bool => None,
            signature => Some(signature),
        },
    }
}

/// Of each step, how often a block has to end before it: a block has all steps of its type and phase,
/// and what is in no block comes after the blocks of its phase.
fn phases(program: &Program, floats: &[Option<Float>]) -> SmallVec<[usize; 16]> {
    let mut phases: SmallVec<[usize; 16]> = SmallVec::new();
    for (at, step) in program.steps.iter().enumerate() {
        let after = step.inputs.iter().map(|input| match *input {
            Operand::Step(i) if floats[at].is_none() || floats[i] == floats[at] => phases[i],
            Operand::Step(i) => phases[i] + 1,
            _ => 0,
        });
        phases.push(after.max().unwrap_or(0));
    }
    phases
}

/// The steps as a unit, if there are enough of them and there is code.
fn unit(program: &Program, float: Float, steps: &[usize], size: usize) -> Option<Unit> {
    if steps.is_empty() {
        return None;
    }
    let mut builder = Builder { block: Block::new(float), inputs: SmallVec::new() };
    let mut values: SmallVec<[Value; 16]> = SmallVec::new();
    for &i in steps {
        let value = builder.step(&program.steps[i], |of| {
            let position = steps.iter().position(|&other| Operand::Step(other) == of)?;
            Some(values[position])
        });
        values.push(value);
    }
    let mut kept = SmallVec::new();
    for (&i, &value) in steps.iter().zip(&values) {
        if is_used_outside(program, i, steps) {
            let is_truth = program.steps[i].kernel.output == DType::Bool;
            builder.block.outputs.push((value, is_truth));
            kept.push(i);
        }
    }
    if builder.block.operations.len() > OPERATIONS {
        return None;
    }
    let last = builder.block.operations.len().checked_sub(1).map(Value::operation);
    let ends_with_store =
        matches!(builder.block.outputs[..], [(stored, _)] if Some(stored) == last);
    let cost = builder.block.cost();
    let code = code(&builder.block, size)?;
    Some(Unit::Block { code, inputs: builder.inputs, steps: kept, ends_with_store, cost })
}

/// Whether somebody else than some steps needs the value of a step.
fn is_used_outside(program: &Program, step: usize, steps: &[usize]) -> bool {
    let value = Operand::Step(step);
    program.folded == Some(value)
        || program.outputs.iter().any(|(output, _)| *output == value)
        || program
            .steps
            .iter()
            .enumerate()
            .any(|(i, other)| other.inputs.contains(&value) && !steps.contains(&i))
}

/// A block that is being made, and where its inputs come from.
struct Builder {
    block: Block,
    inputs: SmallVec<[Operand; 8]>,
}

impl Builder {
    /// Adds a step. The values of those that have been added are `known`.
    fn step(&mut self, step: &Step, known: impl Fn(Operand) -> Option<Value>) -> Value {
        let mut parameters: SmallVec<[Value; 3]> = SmallVec::new();
        for (&operand, &dtype) in step.inputs.iter().zip(&step.kernel.inputs) {
            let value = known(operand).unwrap_or_else(|| self.input(operand, dtype));
            parameters.push(value);
        }
        self.block.meaning(step.kernel.meaning, &parameters)
    }

    fn input(&mut self, operand: Operand, dtype: DType) -> Value {
        let known = self.inputs.iter().position(|&input| input == operand);
        Value::input(known.unwrap_or_else(|| {
            self.inputs.push(operand);
            self.block.inputs.push(match operand {
                Operand::Constant(_) => Input::Number,
                _ if dtype == DType::Bool => Input::Truths,
                _ => Input::Elements,
            });
            self.inputs.len() - 1
        }))
    }
}

/// Blocks that were met: what has no code was met once.
type Met = HashMap<Block, Option<Code>, BuildHasherDefault<Mix>>;
static MET: RwLock<Option<Met>> = RwLock::new(None);

/// What is known of a block: nothing, that it was met, or its code.
fn known(block: &Block) -> Option<Option<Code>> {
    let met = MET.read().unwrap_or_else(PoisonError::into_inner);
    met.as_ref().and_then(|met| met.get(block).copied())
}

/// The code of a block for so many elements, made now if that is worth it or if the block is met again.
fn code(block: &Block, size: usize) -> Option<Code> {
    let known = known(block);
    if let Some(Some(code)) = known {
        return Some(code);
    }
    let is_worth_it = size >= LARGE || is_made_always();
    let mut met = MET.write().unwrap_or_else(PoisonError::into_inner);
    let met = met.get_or_insert_default();
    if met.len() >= KEPT && known.is_none() {
        return None;
    }
    let mut code = None;
    if is_worth_it || known.is_some() {
        code = x86_64::compile(block);
        REFUSED.fetch_or(code.is_none(), Ordering::Relaxed);
    }
    met.insert(block.clone(), code);
    code
}

/// A quick hash of the few words of a block. Blocks are not chosen by who would want them to collide,
/// and there are at most [`KEPT`].
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, word: u64) {
        // An odd number whose bits look random: that of the golden ratio.
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_u8(&mut self, word: u8) {
        self.write_u64(u64::from(word));
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn write_isize(&mut self, word: isize) {
        self.write_u64(word as u64);
    }

    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}
