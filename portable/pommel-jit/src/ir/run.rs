//! Does what a function says, instruction by instruction: slow, and what passes and back ends are held
//! against.

use super::compute::{Computed, Datum, compute};
use super::op::Math;
use super::{Block, End, Exit, Function, Immediate, Inst, Op, Target, Value};

/// Who does what is no computation with numbers: operations on objects, and memory.
pub trait Runtime {
    /// Does an operation. None if it exits.
    fn perform(&mut self, inst: &Inst, args: &[Datum]) -> Option<Vec<Datum>>;
}

/// For functions of numbers only.
pub struct NumbersOnly;

impl Runtime for NumbersOnly {
    /// Polls find nothing. Other operations exit, and nobody should have asked.
    fn perform(&mut self, inst: &Inst, _: &[Datum]) -> Option<Vec<Datum>> {
        (inst.op == Op::Poll).then(Vec::new)
    }
}

/// How a function ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// With results.
    Returned(Vec<Datum>),
    /// By an exit.
    Left {
        /// The number of the exit.
        id: u32,
        /// What it saved.
        saved: Vec<Datum>,
        /// The handles that were still owned.
        owned: Vec<Datum>,
    },
}

/// Runs a function, for at most so many instructions.
///
/// # Errors
/// If there are more, or one that is not defined for its operands.
pub fn run(
    function: &Function,
    args: &[Datum],
    runtime: &mut impl Runtime,
    fuel: usize,
) -> Result<Outcome, String> {
    let mut frame = Frame { values: vec![None; function.types.len()], function };
    frame.enter(&function[Block(0)].params, args.to_vec());
    let (mut block, mut left) = (Block(0), fuel);
    loop {
        let data = &function[block];
        left = left.checked_sub(data.insts.len() + 1).ok_or("it does not end")?;
        for inst in &data.insts {
            if !frame.step(inst, runtime)? {
                let exit = inst.exit.as_ref().ok_or_else(|| format!("`{inst}` cannot exit"))?;
                return frame.leave(exit);
            }
        }
        let target = match &data.end {
            End::Jump(target) => target,
            End::Branch { condition, then, otherwise } => match frame.get(*condition)? {
                Datum::Bool(true) => then,
                _ => otherwise,
            },
            End::Return(values) => return Ok(Outcome::Returned(frame.all(values)?)),
            End::Exit(exit) => return frame.leave(exit),
            End::Unreachable => return Err(format!("{block} is reached")),
        };
        block = frame.jump(target)?;
    }
}

struct Frame<'a> {
    values: Vec<Option<Datum>>,
    function: &'a Function,
}

impl Frame<'_> {
    fn get(&self, value: Value) -> Result<Datum, String> {
        self.values[value.0 as usize].ok_or_else(|| format!("{value} is not there"))
    }

    fn all(&self, values: &[Value]) -> Result<Vec<Datum>, String> {
        values.iter().map(|value| self.get(*value)).collect()
    }

    fn enter(&mut self, params: &[Value], args: Vec<Datum>) {
        for (param, arg) in params.iter().zip(args) {
            self.values[param.0 as usize] = Some(arg);
        }
    }

    fn jump(&mut self, target: &Target) -> Result<Block, String> {
        let args = self.all(&target.args)?;
        let function = self.function;
        self.enter(&function[target.block].params, args);
        Ok(target.block)
    }

    fn leave(&self, exit: &Exit) -> Result<Outcome, String> {
        let (saved, owned) = (self.all(&exit.saved)?, self.all(&exit.owned)?);
        Ok(Outcome::Left { id: exit.id, saved, owned })
    }

    /// Does one instruction. False if it exits.
    fn step(&mut self, inst: &Inst, runtime: &mut impl Runtime) -> Result<bool, String> {
        let args = self.all(&inst.args)?;
        let results = match compute(inst.op, inst.immediate, &args) {
            Computed::Value(value) => vec![value],
            Computed::Nothing => vec![],
            Computed::Exits => return Ok(false),
            Computed::Unknown if inst.op == Op::SinCos => {
                let one = |function| compute(Op::Math1, Immediate::Math(function), &args);
                match [Math::Sin, Math::Cos].map(one) {
                    [Computed::Value(sine), Computed::Value(cosine)] => vec![sine, cosine],
                    _ => return Err(format!("`{inst}` is not defined for {args:?}")),
                }
            }
            Computed::Unknown if inst.op.signature().pure => {
                return Err(format!("`{inst}` is not defined for {args:?}"));
            }
            Computed::Unknown => match runtime.perform(inst, &args) {
                Some(results) => results,
                None => return Ok(false),
            },
        };
        self.enter(&inst.results, results);
        Ok(true)
    }
}
