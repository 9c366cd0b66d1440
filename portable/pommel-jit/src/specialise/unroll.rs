//! Loops over the items of a short tuple: every round is followed by itself, so that what is made of the
//! items is known place by place, and items may be of different kinds.

use super::join::Incoming;
use super::state::State;
use super::value::{Contents, Val};
use super::{Done, Facts, Specialiser, inside};
use crate::code::{BlockId, Code, Instruction, Point, Reg, Terminator};
use crate::ir::Value;
use rustc_hash::FxHashMap as HashMap;
use std::sync::Arc;

/// A loop goes round so often at most to be followed round by round,
const MOST_ROUNDS: usize = 8;
/// and so many instructions come of that at most,
const MOST_INSTRUCTIONS: usize = 160;
/// where a call is taken for so many.
const OF_A_CALL: usize = 8;

/// A loop that is followed round by round.
pub(super) struct Unrolling {
    /// How many frames there are.
    frames: usize,
    /// The block that begins it.
    head: BlockId,
    /// The ways to its next round.
    again: Vec<Incoming>,
}

/// The innermost loops of code that ask an iterator for items where they begin: their blocks, in order.
pub(super) fn simple_loops(code: &Code, heads: &[BlockId]) -> HashMap<BlockId, Vec<BlockId>> {
    let all = heads.iter().filter(|head| {
        matches!(code.block(**head).terminator, Terminator::Next { .. })
            && code.block(**head).instructions.is_empty()
    });
    let with_blocks = all.map(|head| {
        let mut blocks = inside(code, *head);
        blocks.sort_unstable();
        (*head, blocks)
    });
    with_blocks
        .filter(|(head, blocks)| blocks.iter().all(|b| b == head || !heads.contains(b)))
        .collect()
}

impl Specialiser<'_> {
    /// How often an iterator has an item at most, if that is known and seldom.
    fn rounds(&self, state: &State, iterator: &Val<Value>) -> Option<usize> {
        match iterator {
            Val::TupleIterator(items, next) => {
                let next = usize::try_from(self.build.int_constant(*next)?).ok()?;
                Some(items.len().saturating_sub(next))
            }
            Val::ArrayIterator(array, next) => {
                let next = usize::try_from(self.build.int_constant(*next)?).ok()?;
                let Val::Thing(thing) = **array else { return None };
                let Contents::Vector(_, items) = state.contents(thing) else { return None };
                Some(items.len().saturating_sub(next))
            }
            Val::Enumerate(inner, _) => self.rounds(state, inner),
            Val::Zip(inner) => inner.iter().filter_map(|inner| self.rounds(state, inner)).min(),
            _ => None,
        }
    }

    /// Whether a loop that goes round so often is followed round by round.
    fn is_short(&self, code: &Code, blocks: &[BlockId], rounds: usize) -> bool {
        let cost = |instruction: &Instruction| match instruction {
            Instruction::Call { .. } => OF_A_CALL,
            _ => 1,
        };
        let instructions = blocks.iter().flat_map(|block| &code.block(*block).instructions);
        let count = blocks.len() + instructions.map(|(one, _)| cost(one)).sum::<usize>();
        self.may_unroll && rounds <= MOST_ROUNDS && rounds * count <= MOST_INSTRUCTIONS
    }

    /// The blocks of the loop that begins with a block, if it is followed round by round.
    pub(super) fn unrolled(
        &self,
        code: &Code,
        head: BlockId,
        incoming: &[Incoming],
        facts: &Facts,
    ) -> Option<Vec<BlockId>> {
        let blocks = facts.simple.get(&head)?;
        let Terminator::Next { iterator, .. } = code.block(head).terminator else { return None };
        let [only] = incoming else { return None };
        let rounds = self.rounds(&only.state, only.state.top().get(iterator))?;
        self.is_short(code, blocks, rounds).then(|| blocks.clone())
    }

    /// Whether an iterator that is being made in a register, of something with so many items, is that of a
    /// loop that is followed round by round.
    pub(super) fn is_unrolled_next(&mut self, register: Reg, rounds: usize) -> bool {
        let code = self.state.top().code.clone();
        let Point { block, index } = self.state.top().point;
        let block = code.block(block);
        let Terminator::Jump(head) = block.terminator else { return false };
        let is_last = index as usize + 1 == block.instructions.len();
        let facts = self.facts(&code);
        let Some(blocks) = facts.simple.get(&head).filter(|_| is_last) else { return false };
        let Terminator::Next { iterator, .. } = code.block(head).terminator else { return false };
        iterator == register && self.is_short(&code, blocks, rounds)
    }

    /// Follows a loop round by round.
    pub(super) fn unroll(
        &mut self,
        (code, facts): (&Arc<Code>, &Facts),
        head: BlockId,
        blocks: &[BlockId],
        incoming: Vec<Incoming>,
        waiting: &mut HashMap<BlockId, Vec<Incoming>>,
        returns: &mut Vec<(Incoming, Val<Value>)>,
    ) -> Done {
        let frames = incoming[0].state.frames.len();
        self.has_unrolled = true;
        self.unrolling.push(Unrolling { frames, head, again: vec![] });
        waiting.insert(head, incoming);
        let mut is_first = true;
        while waiting.contains_key(&head) {
            for block in blocks {
                let Some(incoming) = waiting.remove(block) else { continue };
                self.join(incoming)?;
                self.state.top_mut().point = Point { block: *block, index: 0 };
                if core::mem::take(&mut is_first) {
                    self.look_before_loop(&facts.indexed[&head])?;
                }
                self.follow_block(code, *block, waiting, returns)?;
            }
            let again = self.unrolling.last_mut().map(|u| core::mem::take(&mut u.again));
            if let Some(again) = again.filter(|again| !again.is_empty()) {
                waiting.insert(head, again);
            }
        }
        self.unrolling.pop();
        Ok(())
    }

    /// Goes on to the next round, if a block begins a loop that is followed round by round.
    pub(super) fn next_round(&mut self, target: BlockId) -> bool {
        let frames = self.state.frames.len();
        let Some(last) = self.unrolling.last_mut() else { return false };
        if (last.frames, last.head) != (frames, target) {
            return false;
        }
        let state = core::mem::take(&mut self.state);
        last.again.push(Incoming { block: self.build.block, state });
        true
    }
}
