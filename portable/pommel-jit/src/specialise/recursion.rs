//! A function that calls itself: machine code calls machine code, for arguments of the same shapes.
//!
//! What such a call gives is found with the function. At first nothing comes behind it, so that the ways
//! on which it is not met say what is returned; then it is taken to give that, until what is returned
//! then is no more general. Small functions are followed into themselves a few times before.

use super::calls::{Callee, Given, bind};
use super::value::{Shape, Val, infallible};
use super::{Done, Flow, Specialiser, Stop};
use crate::code::{Code, Instruction, Reg, Terminator};
use crate::ir::{Immediate, Op, Value};
use std::sync::Arc;

/// A function of at most so many instructions, with at most so many calls, is followed into itself.
const SMALL: usize = 60;
const FEW_CALLS: usize = 2;
/// So many copies of it there are at most, each within the one before.
const COPIES: usize = 3;

/// What is known of calls of the function by itself.
#[derive(Debug, Default)]
pub(super) struct Recursion {
    /// What such a call is taken to give.
    pub(super) result: Option<Shape>,
    /// It gives something that machine code does not pass on: such calls are made on objects.
    is_given_up: bool,
    /// What it calls may run code that nobody knows.
    is_doubtful: bool,
    /// Whether there was such a call in this attempt, and one of unknown code.
    pub(super) is_met: bool,
    pub(super) runs_unknown: bool,
    /// What the function returned in this attempt.
    pub(super) returned: Option<Shape>,
}

impl Recursion {
    /// Begins another attempt.
    pub(super) fn begin(&mut self) {
        (self.is_met, self.runs_unknown, self.returned) = (false, false, None);
    }

    /// The function returns a value of a shape.
    pub(super) fn returns(&mut self, shape: &Shape) {
        self.returned = Some(match &self.returned {
            Some(other) => other.merged(shape),
            None => shape.clone(),
        });
    }

    /// Whether what such calls run may be code that nobody knows.
    pub(super) fn is_doubtful(&self) -> bool {
        self.is_doubtful
    }

    /// Ends an attempt: whether what was taken for granted is so.
    pub(super) fn holds(&mut self) -> bool {
        if !self.is_met {
            return true;
        }
        let settled = self.settled(|shape| shape.kinds().is_some());
        self.is_given_up |= settled.is_none();
        settled == Some(true)
    }

    /// Whether the function returns what its calls were taken to give. `None` if it gives nothing that can be
    /// passed on.
    pub(super) fn settled(&mut self, is_given: impl Fn(&Shape) -> bool) -> Option<bool> {
        let returned = self.returned.take().filter(&is_given)?;
        let wider = match &self.result {
            Some(taken) => taken.merged(&returned),
            None => returned,
        };
        if !is_given(&wider) {
            return None;
        }
        if self.result.as_ref() != Some(&wider) {
            self.result = Some(wider);
            return Some(false);
        }
        if self.runs_unknown && !self.is_doubtful {
            self.is_doubtful = true;
            return Some(false);
        }
        Some(true)
    }
}

/// How many copies of a function are within each other at most.
pub(super) fn most_copies(code: &Code) -> usize {
    let instructions = code.blocks.iter().flat_map(|block| &block.instructions);
    let calls = instructions.clone().filter(|(i, _)| matches!(i, Instruction::Call { .. }));
    let is_small = instructions.count() <= SMALL && calls.count() <= FEW_CALLS;
    if is_small { COPIES } else { 1 }
}

/// Whether a function returns tuples or lists that it makes: no number.
fn makes_its_result(code: &Code) -> bool {
    code.blocks.iter().any(|block| {
        let made = match block.instructions.last() {
            Some((Instruction::MakeTuple { to, .. } | Instruction::MakeList { to, .. }, _)) => *to,
            _ => return false,
        };
        matches!(block.terminator, Terminator::Return(result) if result == made)
    })
}

impl Specialiser<'_> {
    /// Calls the function that is specialised. `None` if it is not that which is called, or if it has to be
    /// called as an object.
    pub(super) fn recursion(
        &mut self,
        to: Reg,
        callee: &Callee,
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        let root = &self.state.frames[0];
        let is_itself = Arc::ptr_eq(&root.code, &callee.code)
            && root.home == callee.home
            && callee.around.is_none();
        let has_arrays = self.arguments.iter().any(|shape| matches!(shape, Val::Array(..)));
        if !is_itself || has_arrays || self.recursion.is_given_up || self.inner.number() > 0 {
            return Ok(None);
        }
        if self.handles() {
            return self.leave_for_good().map(Some);
        }
        let Instruction::Call { arguments, .. } = instruction else { return Ok(None) };
        let mut reads = Vec::new();
        instruction.reads(&mut |register| reads.push(register));
        for register in reads {
            self.publish_all(register)?;
        }
        let Some(given) = self.given(arguments) else { return Ok(None) };
        let mut frame = self.frame(&callee.code, callee.home, None, 0);
        let is_bound = bind(&mut frame, callee, &given).is_some();
        if !is_bound || callee.code.parameters.keywords {
            return Ok(None);
        }
        let mut leaves = Vec::new();
        for (value, shape) in frame.registers.into_iter().zip(self.arguments.clone()) {
            let value = self.convert(value, &shape)?;
            if value.shape() != shape {
                return Ok(None);
            }
            infallible(value.map(&mut |leaf| {
                leaves.push(*leaf);
                Ok(())
            }));
        }
        self.recursion.is_met = true;
        // Nothing is known to come behind it, so far.
        let Some(result) = self.recursion.result.clone() else { return Ok(Some(Flow::Ends)) };
        let depth = Immediate::Int(self.state.frames.len() as i64);
        let exit = self.exit_raised();
        let words = self.build.emit(Op::Recur, &leaves, depth, Some(exit));
        let value = self.passed_on(&result, [words[0], words[1]]);
        self.set(to, value)?;
        if self.recursion.is_doubtful {
            self.revalidate()?;
        }
        Ok(Some(Flow::On))
    }

    /// Notes that a function calls itself which is not the one that is specialised. Begins again if it is
    /// compiled by itself then.
    pub(super) fn note_recursive(&mut self, callee: &Callee, given: &Given) -> Done {
        let is_root = Arc::ptr_eq(&self.state.frames[0].code, &callee.code);
        let Some(known) = callee.known.filter(|_| !is_root) else { return Ok(()) };
        let is_known = |value: &Val<Value>| !matches!(value, Val::Object(_, None) | Val::Unbound);
        let arguments = given.positional.iter().chain(given.named.iter().map(|(_, value)| value));
        if makes_its_result(&callee.code) || !arguments.into_iter().all(is_known) {
            return Ok(());
        }
        if self.world.compiled(known, self.experience.at_any_cost).is_some()
            && self.recursive.insert(Arc::as_ptr(&callee.code))
        {
            return Err(Stop::Again);
        }
        Ok(())
    }

    /// Calls a function that calls itself and is compiled by itself. `None` for others.
    pub(super) fn call_recursive(
        &mut self,
        callee: &Callee,
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        let Instruction::Call { callee: register, .. } = instruction else { return Ok(None) };
        let is_temporary = *register >= self.state.top().code.first_temporary();
        if !is_temporary || !self.recursive.contains(&Arc::as_ptr(&callee.code)) {
            return Ok(None);
        }
        let Some(known) = callee.known else { return Ok(None) };
        let compiled = self.world.compiled(known, self.experience.at_any_cost);
        let Some(compiled) = compiled else { return Ok(None) };
        // What is called may be something else that leads to it: a class, or an object with `__call__`.
        let compiled = match self.get(*register) {
            Val::Known(object) if object == known => Val::Known(compiled),
            Val::Bound(object, function) if function == known => Val::Bound(object, compiled),
            _ => return Ok(None),
        };
        self.set(*register, compiled)?;
        self.count_recursion();
        self.perform(instruction).map(Some)
    }

    /// Begins again unless what calls of the function by itself were taken to give is what it returns.
    pub(super) fn settle_recursion(&mut self) -> Done {
        if self.recursion.holds() { Ok(()) } else { Err(Stop::Again) }
    }
}
