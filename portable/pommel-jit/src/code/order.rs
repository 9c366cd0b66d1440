//! The order of blocks: what precedes which, and where loops begin.

use super::{BlockId, Code};

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

/// The blocks that can be reached from one, in reverse postorder, handlers included.
pub fn reverse_postorder(code: &Code, start: BlockId) -> Vec<BlockId> {
    let next = |block: BlockId| {
        let block = code.block(block);
        let handler = block.handler.map(|handler| handler.block);
        let mut targets: Vec<BlockId> = block.terminator.targets().chain(handler).collect();
        // What is laid out first is visited last, and so comes first in the result.
        targets.reverse();
        targets.into_iter()
    };
    let mut is_seen = vec![false; code.blocks.len()];
    let mut order = Vec::new();
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
                order.push(*block);
                open.pop();
            }
        }
    }
    order.reverse();
    order
}
