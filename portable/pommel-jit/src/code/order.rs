//! The order of blocks: what precedes which, and where loops begin.

use super::{BlockId, Code, Terminator};

/// Whether going from one block to another is going backwards, as every loop does once a round.
pub fn is_backward(from: BlockId, to: BlockId) -> bool {
    to <= from
}

/// For every block, the blocks that may go on with it, those included whose exceptions it handles.
pub fn predecessors(code: &Code) -> Vec<Vec<BlockId>> {
    let mut all = vec![vec![]; code.blocks.len()];
    for (index, block) in code.blocks.iter().enumerate() {
        let from = BlockId(index as u32);
        let handler = block.handler.map(|handler| handler.block);
        for to in block.terminator.targets().chain(handler) {
            let into: &mut Vec<BlockId> = &mut all[to.0 as usize];
            if into.last() != Some(&from) {
                into.push(from);
            }
        }
    }
    all
}

/// For every block, whether a loop begins there.
pub fn loop_headers(code: &Code) -> Vec<bool> {
    let mut headers = vec![false; code.blocks.len()];
    for (index, block) in code.blocks.iter().enumerate() {
        for to in block.terminator.targets() {
            headers[to.0 as usize] |= is_backward(BlockId(index as u32), to);
        }
    }
    headers
}

/// The blocks that loops begin with which a block is within, but for one that begins there.
pub fn loops_around(code: &Code, block: BlockId) -> Vec<BlockId> {
    let predecessors = predecessors(code);
    let heads = loop_headers(code).into_iter().enumerate().filter(|(_, is_head)| *is_head);
    let heads = heads.map(|(index, _)| BlockId(index as u32)).filter(|head| *head != block);
    let is_within = |head: &BlockId| {
        let into = &predecessors[head.0 as usize];
        let mut open: Vec<BlockId> =
            into.iter().copied().filter(|from| is_backward(*from, *head)).collect();
        let mut inside = vec![*head];
        while let Some(next) = open.pop() {
            if !inside.contains(&next) {
                inside.push(next);
                open.extend(predecessors[next.0 as usize].iter().copied());
            }
        }
        inside.contains(&block)
    };
    heads.filter(is_within).collect()
}

/// For every block, whether it only leads to an exception being raised, without a loop on the way.
pub fn raising(code: &Code) -> Vec<bool> {
    let mut raising = vec![false; code.blocks.len()];
    for (index, block) in code.blocks.iter().enumerate().rev() {
        let leads = |to: BlockId| !is_backward(BlockId(index as u32), to) && raising[to.0 as usize];
        raising[index] = match block.terminator {
            Terminator::Raise { .. } | Terminator::Reraise { .. } => true,
            Terminator::Jump(to) => leads(to),
            Terminator::Branch { then, otherwise, .. } => leads(then) && leads(otherwise),
            Terminator::Next { .. } | Terminator::Return(_) => false,
        };
    }
    raising
}

/// The blocks that can be reached from one, in reverse postorder: what handles exceptions comes behind all
/// that it protects.
pub fn reverse_postorder(code: &Code, start: BlockId) -> Vec<BlockId> {
    // What is laid out first is visited last, and so comes first in the result.
    let next = |block: BlockId| {
        let block = code.block(block);
        let handler = block.handler.map(|handler| handler.block);
        let targets: Vec<BlockId> = block.terminator.targets().chain(handler).collect();
        targets.into_iter().rev()
    };
    let mut is_seen = vec![false; code.blocks.len()];
    let mut found = Vec::new();
    let mut open = vec![(start, next(start))];
    is_seen[start.0 as usize] = true;
    while let Some((block, targets)) = open.last_mut() {
        match targets.next() {
            Some(target) if is_seen[target.0 as usize] => {}
            Some(target) => {
                is_seen[target.0 as usize] = true;
                open.push((target, next(target)));
            }
            None => {
                found.push(*block);
                open.pop();
            }
        }
    }
    found.reverse();
    found
}
