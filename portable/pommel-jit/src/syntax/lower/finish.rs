//! From drafts of blocks to the blocks of plain code: those that are reached, in order, without checks
//! that cannot fail.

use super::{Draft, Lowering};
use crate::code::{Block, BlockId, Code, Instruction, Reg, RegisterSet, Terminator};

impl Lowering<'_> {
    /// The code of the function, whose drafts are all ended.
    pub(super) fn finish(mut self) -> Code {
        let mut drafts = core::mem::take(&mut self.blocks);
        thread(&mut drafts);
        merge(&mut drafts);
        self.code.blocks = laid_out(drafts);
        drop_checks(&mut self.code);
        self.code
    }
}

/// Where a draft goes on in any way.
fn successors(draft: &Draft) -> impl Iterator<Item = BlockId> {
    let handler = draft.handler.map(|handler| handler.block);
    let targets = draft.terminator.iter().flat_map(|(terminator, _)| terminator.targets());
    targets.chain(handler)
}

/// Jumps to jumps become jumps to where these go.
fn thread(drafts: &mut [Draft]) {
    let hop = |drafts: &[Draft], at: BlockId| {
        let draft = &drafts[at.0 as usize];
        match draft.terminator {
            Some((Terminator::Jump(to), _)) if draft.instructions.is_empty() => to,
            _ => at,
        }
    };
    for index in 0..drafts.len() {
        let Some((mut terminator, span)) = drafts[index].terminator.take() else { continue };
        for target in terminator.targets_mut() {
            // More jumps than that in a row are rare, and a circle of them has no end.
            for _ in 0..16 {
                *target = hop(drafts, *target);
            }
        }
        drafts[index].terminator = Some((terminator, span));
    }
}

/// Which drafts are reached, in postorder: handlers first, so that they come last in the code.
fn postorder(drafts: &[Draft]) -> Vec<BlockId> {
    let mut order = vec![];
    let mut seen = vec![false; drafts.len()];
    let mut stack = vec![(BlockId(0), false)];
    while let Some((at, is_done)) = stack.pop() {
        if is_done {
            order.push(at);
        } else if !core::mem::replace(&mut seen[at.0 as usize], true) {
            stack.push((at, true));
            stack.extend(successors(&drafts[at.0 as usize]).map(|to| (to, false)));
        }
    }
    order
}

/// Blocks that only one other goes on with become a part of it.
fn merge(drafts: &mut [Draft]) {
    let reached = postorder(drafts);
    let mut ways = vec![0u32; drafts.len()];
    ways[0] = 1;
    for &at in &reached {
        successors(&drafts[at.0 as usize]).for_each(|to| ways[to.0 as usize] += 1);
    }
    for &at in reached.iter().rev() {
        loop {
            let draft = &drafts[at.0 as usize];
            let Some((Terminator::Jump(to), _)) = draft.terminator else { break };
            let next = &drafts[to.0 as usize];
            let is_same = (next.handler, next.inside) == (draft.handler, draft.inside);
            if to == at || ways[to.0 as usize] != 1 || !is_same {
                break;
            }
            let next = &mut drafts[to.0 as usize];
            let mut instructions = core::mem::take(&mut next.instructions);
            let terminator = next.terminator.take();
            let draft = &mut drafts[at.0 as usize];
            draft.instructions.append(&mut instructions);
            draft.terminator = terminator;
        }
    }
}

/// The drafts that are reached, in reverse postorder.
fn laid_out(mut drafts: Vec<Draft>) -> Vec<Block> {
    let order: Vec<_> = postorder(&drafts).into_iter().rev().collect();
    let mut places = vec![BlockId(0); drafts.len()];
    for (place, at) in order.iter().enumerate() {
        places[at.0 as usize] = BlockId(place as u32);
    }
    let mut blocks = vec![];
    for at in order {
        let draft = &mut drafts[at.0 as usize];
        let ended = draft.terminator.take();
        let (mut terminator, span) = ended.expect("a block that is reached has an end");
        terminator.targets_mut().for_each(|to| *to = places[to.0 as usize]);
        let mut handler = draft.handler;
        handler.iter_mut().for_each(|handler| handler.block = places[handler.block.0 as usize]);
        let instructions = core::mem::take(&mut draft.instructions);
        let inside = draft.inside;
        blocks.push(Block { instructions, terminator, span, handler, inside });
    }
    blocks
}

/// Leaves out checks of variables that are bound whichever way control came.
fn drop_checks(code: &mut Code) {
    let bound = bound_on_entry(code);
    for (block, mut bound) in code.blocks.iter_mut().zip(bound) {
        block.instructions.retain(|(instruction, _)| {
            let is_needless = matches!(
                instruction, Instruction::CheckBound { local } if bound.contains(*local)
            );
            apply(&mut bound, instruction);
            !is_needless
        });
    }
}

/// What an instruction does to the set of registers that are bound.
fn apply(bound: &mut RegisterSet, instruction: &Instruction) {
    match instruction {
        Instruction::Unbind { register } => bound.remove(*register),
        Instruction::CheckBound { local } => bound.insert(*local),
        _ => instruction.writes(&mut |register| bound.insert(register)),
    }
}

/// For every block, the registers that are bound when it begins, for sure.
fn bound_on_entry(code: &Code) -> Vec<RegisterSet> {
    let parameters = &code.parameters;
    let count = parameters.positional
        + parameters.keyword_only
        + u32::from(parameters.variadic)
        + u32::from(parameters.keywords);
    let mut first = RegisterSet::empty(code.registers);
    (0..count).for_each(|register| first.insert(Reg(register)));
    let mut entry = vec![RegisterSet::full(code.registers); code.blocks.len()];
    entry[0] = first;
    let mut changed = true;
    while changed {
        changed = false;
        for (index, block) in code.blocks.iter().enumerate() {
            let mut bound = entry[index].clone();
            let mut raise = |bound: &RegisterSet, entry: &mut Vec<RegisterSet>| {
                if let Some(handler) = block.handler {
                    let mut bound = bound.clone();
                    bound.insert(handler.exception);
                    changed |= entry[handler.block.0 as usize].intersect(&bound);
                }
            };
            for (instruction, _) in &block.instructions {
                raise(&bound, &mut entry);
                apply(&mut bound, instruction);
            }
            raise(&bound, &mut entry);
            for target in block.terminator.targets() {
                let mut bound = bound.clone();
                if let Terminator::Next { to, body, .. } = block.terminator
                    && body == target
                {
                    bound.insert(to);
                }
                changed |= entry[target.0 as usize].intersect(&bound);
            }
        }
    }
    entry
}
