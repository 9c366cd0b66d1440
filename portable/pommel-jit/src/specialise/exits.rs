//! Writes down how frames are rebuilt when machine code leaves the function.

use super::Specialiser;
use super::state::{Frame, State};
use super::value::{Contents, Val, infallible};
use super::world::{ExitPlan, FramePlan, Outcome, Place, Recipe};
use crate::code::{Point, Reg};
use crate::ir::{End, Exit, Value};

/// The words that recipes speak of, each once.
#[derive(Default)]
pub(super) struct Words(pub(super) Vec<Value>);

impl Words {
    fn place(&mut self, value: Value) -> u32 {
        let place = self.0.iter().position(|known| *known == value);
        place.unwrap_or_else(|| {
            self.0.push(value);
            self.0.len() - 1
        }) as u32
    }

    pub(super) fn recipe(&mut self, value: &Val<Value>) -> Recipe {
        infallible(value.map(&mut |leaf| Ok(self.place(*leaf))))
    }

    /// The contents of things that some values name.
    pub(super) fn heap<'v>(
        &mut self,
        state: &State,
        values: impl Iterator<Item = &'v Val<Value>>,
    ) -> Vec<Option<Contents<u32>>> {
        let mut needed = Vec::new();
        let add = |thing, needed: &mut Vec<_>| {
            if !needed.contains(&thing) {
                needed.push(thing);
            }
        };
        values.for_each(|value| value.things(&mut |thing| add(thing, &mut needed)));
        let mut next = 0;
        while next < needed.len() {
            let contents = state.contents(needed[next]).clone();
            contents.things(&mut |thing| add(thing, &mut needed));
            next += 1;
        }
        let mut heap = vec![None; needed.iter().map(|t| t.0 as usize + 1).max().unwrap_or(0)];
        for thing in needed {
            let contents = state.contents(thing);
            let recipe = infallible(contents.map(&mut |leaf| Ok(self.place(*leaf))));
            heap[thing.0 as usize] = Some(recipe);
        }
        heap
    }
}

impl Specialiser<'_> {
    /// An exit to the instruction that is being followed, which is then done on objects.
    pub(super) fn exit(&mut self) -> Exit {
        self.exit_as(false, None)
    }

    /// An exit after the instruction raised an exception.
    pub(super) fn exit_raised(&mut self) -> Exit {
        self.exit_as(true, None)
    }

    /// An exit because what was taken for granted is not so: the next specialisation will not.
    pub(super) fn exit_refuted(&mut self) -> Exit {
        let top = self.state.top();
        self.exit_as(false, Some((top.context, top.point)))
    }

    /// An exit because something is not there yet at this instruction, which will be there next time: no
    /// other guess is given up. `None` if there was such an exit before.
    pub(super) fn exit_too_early(&mut self) -> Option<Exit> {
        let top = self.state.top();
        // No instruction has such a place.
        let place = (top.context, Point { index: !top.point.index, ..top.point });
        let is_first = !self.experience.refuted.contains(&place);
        is_first.then(|| self.exit_as(false, Some(place)))
    }

    /// Ends the block: the instruction is always done on objects.
    pub(super) fn leave(&mut self) {
        let exit = self.exit();
        let block = self.build.block;
        self.build.function[block].end = End::Exit(exit);
    }

    fn exit_as(&mut self, raised: bool, refuted: Option<Place>) -> Exit {
        let mut words = Words::default();
        let state = core::mem::take(&mut self.state);
        let last = state.frames.len() - 1;
        let mut kept: Vec<(Reg, &Val<Value>)> = Vec::new();
        let mut plans = Vec::new();
        for (depth, frame) in state.frames.iter().enumerate() {
            let registers = self.needed(frame, depth == last);
            plans.push((frame, registers.clone()));
            kept.extend(registers.into_iter().map(|reg| (reg, frame.get(reg))));
            kept.extend(frame.instead().map(|value| (Reg(frame.code.registers), value)));
        }
        let heap = words.heap(&state, kept.iter().map(|(_, value)| *value));
        let frames = plans.into_iter().map(|(frame, registers)| FramePlan {
            code: frame.code.clone(),
            home: frame.home.0,
            around: frame.around.clone(),
            context: frame.context,
            point: frame.point,
            registers: registers.iter().map(|r| (*r, words.recipe(frame.get(*r)))).collect(),
            instead: frame.instead().map(|value| words.recipe(value)),
        });
        let frames = frames.collect();
        self.exits.push(ExitPlan {
            outcome: Outcome::GoesOn { frames, raised, refuted, entered: state.entered },
            words: words.0.len() as u32,
            heap,
            function: self.inner.number(),
        });
        self.state = state;
        Exit::new(self.exits.len() as u32 - 1, words.0)
    }

    /// The registers that a frame needs to go on: those alive before its instruction or, for a frame that
    /// waits for a call, behind it.
    fn needed(&mut self, frame: &Frame, is_last: bool) -> Vec<Reg> {
        let mut point = frame.point;
        if !is_last {
            point.index += 1;
        }
        let alive = frame.code.liveness().at(&frame.code, point);
        let registers = (0..frame.code.registers).map(Reg).filter(|reg| alive.contains(*reg));
        registers.filter(|reg| *frame.get(*reg) != Val::Unbound).collect()
    }

    /// Ends the function with its result. A number that calls of the function by itself take goes to the
    /// words, with its kind behind it.
    pub(super) fn leave_with(&mut self, value: &Val<Value>) {
        self.recursion.returns(&value.shape());
        if let (Some(_), Some(kinds)) = (&self.recursion.result, value.shape().python_kinds())
            && let Val::Number(tag, bits, _) = self.tagged(value, kinds)
        {
            let block = self.build.block;
            self.build.function[block].end = End::Return(vec![bits, tag]);
            return;
        }
        let mut words = Words::default();
        let recipe = words.recipe(value);
        let heap = words.heap(&self.state, core::iter::once(value));
        self.exits.push(ExitPlan {
            outcome: Outcome::Returned(recipe),
            words: words.0.len() as u32,
            heap,
            function: self.inner.number(),
        });
        let exit = Exit::new(self.exits.len() as u32 - 1, words.0);
        let block = self.build.block;
        self.build.function[block].end = End::Exit(exit);
    }
}
