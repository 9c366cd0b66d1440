//! Whether machine code is worth it: what a function's instructions take where Python does them, and what
//! they take here.
//!
//! The figures are nanoseconds on CPython 3.13 and a processor of 2023, rounded; only their ratios matter.
//! Code in a loop counts for several times as much as code around it.

use super::{Done, Refusal, Specialiser, Stop};
use crate::code::{Instruction, Terminator};
use crate::ir::Op;

/// A loop is taken to go round so often.
const ROUNDS: f64 = 8.0;
/// Deeper loops count as such of this depth.
const DEEPEST: u32 = 4;
/// Functions that take less are not worth the thought: they are called as often as they please,
const LITTLE: f64 = 400.0;
/// unless they take so much here, or so many times as long as in Python, and so much to enter.
const MUCH: f64 = 1500.0;
const SLOWER: f64 = 1.5;
const ENTERING: f64 = 60.0;
/// Who has so many values of the typed form, and takes so many times as long as Python until there, is not
/// followed to the end.
const FAR: usize = 2000;
const HOPELESS: f64 = 1.5;
/// And this early if it takes so many times as long.
const NEAR: usize = 800;
const QUITE_HOPELESS: f64 = 3.0;
/// A function of that size takes long to compile, perhaps more than once, and has to gain so much.
const GAIN: f64 = 3.0;
/// What it takes to make an object of a function within another one.
const FUNCTION: f64 = 2000.0;

/// What it takes to leave machine code, and to be back after some rounds.
const LEAVING: f64 = 400.0;

/// What it takes to leave it with an exception that the function handles.
const RAISING: f64 = 5000.0;

/// What a call of a function that calls itself takes in Python, as a guess: more than to enter machine code.
const RECURSION: f64 = 2000.0;

/// What an operation on an array takes in Python.
const ELEMENTWISE: f64 = 500.0;

/// What was counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Work {
    /// What Python takes.
    pub(super) python: f64,
    /// What machine code takes, with what it calls.
    pub(super) ours: f64,
    /// Whether some of it is in a loop.
    pub(super) has_loop: bool,
}

/// What an operation of the typed form takes.
pub(super) fn cost(op: Op) -> f64 {
    match op {
        Op::Perform => 150.0,
        Op::Next => 30.0,
        Op::Recur => 15.0,
        Op::View => 30.0,
        Op::BoxInt | Op::BoxFloat | Op::BoxBool => 10.0,
        Op::Known | Op::Truth | Op::Valid => 6.0,
        Op::Dict => 5.0,
        Op::Text => 10.0,
        Op::TextObject => 20.0,
        Op::DictItem => 45.0,
        Op::DictHas => 80.0,
        Op::IsClass | Op::UnboxInt | Op::UnboxFloat | Op::UnboxBool => 4.0,
        Op::Math1 | Op::Math2 | Op::SinCos => 6.0,
        Op::Random | Op::RandomBits | Op::RandomBelow => 6.0,
        Op::Int | Op::Float | Op::Bool => 0.0,
        _ => 0.5,
    }
}

/// What an instruction takes in Python.
fn in_python(instruction: &Instruction) -> f64 {
    use Instruction as I;
    match instruction {
        I::Constant { .. } | I::Move { .. } | I::CheckBound { .. } | I::Unbind { .. } => 2.0,
        I::LoadGlobal { .. } | I::LoadCell { .. } | I::StoreCell { .. } => 3.0,
        I::Compare { .. } | I::LoadAttribute { .. } => 10.0,
        I::Unary { .. } | I::Binary { .. } | I::LoadItem { .. } => 14.0,
        I::Call { .. } => 40.0,
        _ => 18.0,
    }
}

impl Specialiser<'_> {
    /// Counts an instruction that was followed, with all that was made of it: `before` is what had been
    /// made before.
    pub(super) fn count(&mut self, instruction: &Instruction, before: f64) {
        self.add(in_python(instruction), before);
    }

    /// Counts the end of a block.
    pub(super) fn count_end(&mut self, terminator: &Terminator, before: f64) {
        let python = match terminator {
            Terminator::Jump(_) => 1.0,
            Terminator::Branch { .. } => 4.0,
            Terminator::Next { .. } => 12.0,
            _ => 8.0,
        };
        self.add(python, before);
    }

    fn add(&mut self, python: f64, before: f64) {
        let weight = ROUNDS.powi(self.loop_depth.min(DEEPEST) as i32);
        self.work.has_loop |= self.loop_depth > 0;
        self.work.python += python * weight;
        self.work.ours += (self.build.cost - before) * weight;
        // What was made within a call that was followed has been counted there.
        self.build.cost = before;
    }

    /// Counts that machine code is always left here.
    pub(super) fn count_leaving(&mut self) {
        self.build.cost += LEAVING;
    }

    /// Counts that machine code is left with an exception that the function handles.
    pub(super) fn count_raising(&mut self) {
        self.build.cost += RAISING;
    }

    /// Counts that a function within this one becomes an object.
    pub(super) fn count_function(&mut self) {
        self.build.cost += FUNCTION;
    }

    /// Counts a call of a function that calls itself, which is compiled by itself.
    pub(super) fn count_recursion(&mut self) {
        let before = self.build.cost;
        self.add(RECURSION, before);
    }

    /// Counts operations on arrays that are one loop.
    pub(super) fn count_elementwise(&mut self, steps: u32) {
        let before = self.build.cost;
        self.add(f64::from(steps) * ELEMENTWISE, before);
    }

    /// Refuses a large function in the middle if it will not be worth it.
    pub(super) fn is_hopeless(&mut self) -> Done {
        let bound = match self.build.function.types.len() {
            values if values > FAR => HOPELESS,
            values if values > NEAR => QUITE_HOPELESS,
            _ => return Ok(()),
        };
        if self.work.ours > bound * self.work.python * self.world.pace() {
            return self.is_worth_it();
        }
        Ok(())
    }

    /// Refuses what Python does as quickly.
    pub(super) fn is_worth_it(&mut self) -> Done {
        let Work { python, ours, has_loop } = self.work;
        let python = python * self.world.pace();
        let most = MUCH.min(SLOWER * python + ENTERING);
        let is_short = python < LITTLE && !has_loop && ours < most;
        let gain = if self.build.function.types.len() > FAR { GAIN } else { 1.0 };
        if ours * gain <= python || is_short {
            return Ok(());
        }
        let reason = "most of what it does is done on objects, which Python does as quickly itself";
        Err(Stop::Refused(Refusal { reason: reason.into(), place: None }))
    }
}
