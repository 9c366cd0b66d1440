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
