//! The order of blocks, who dominates whom, and loops.

use super::{Block, Function};

/// Blocks that can be reached, each before all that follow it but for jumps backwards. A block comes
/// behind all that dominate it.
pub fn reverse_postorder(function: &Function) -> Vec<Block> {
    if function.blocks.is_empty() {
        return vec![];
    }
    let count = |block: Block| function[block].end.targets().count();
    let mut seen = vec![false; function.blocks.len()];
    let mut order = Vec::with_capacity(function.blocks.len());
    // With each block, how many of its ways on are left to follow: from the last one on.
    let mut path = vec![(Block(0), count(Block(0)))];
    seen[0] = true;
    while let Some((block, left)) = path.last_mut() {
        let Some(way) = left.checked_sub(1) else {
            order.push(*block);
            path.pop();
            continue;
        };
        *left = way;
        let next = function[*block].end.targets().nth(way).map(|target| target.block);
        if let Some(next) = next.filter(|next| !seen[next.0 as usize]) {
            seen[next.0 as usize] = true;
            path.push((next, count(next)));
        }
    }
    order.reverse();
    order
}

/// From where each block is reached: once for every way.
pub fn predecessors(function: &Function) -> Vec<Vec<Block>> {
    predecessors_in(function, &reverse_postorder(function))
}

/// The same where the order of blocks is known.
fn predecessors_in(function: &Function, order: &[Block]) -> Vec<Vec<Block>> {
    let mut predecessors = vec![vec![]; function.blocks.len()];
    for block in order {
        for target in function[*block].end.targets() {
            predecessors[target.block.0 as usize].push(*block);
        }
    }
    predecessors
}

/// Who dominates whom: which blocks every way to a block leads through.
#[derive(Clone, Debug)]
pub struct Dominators {
    /// The last block before each one that dominates it.
    parents: Vec<Option<Block>>,
    /// Where each block is in the order.
    positions: Vec<usize>,
    /// Blocks that can be reached, in the order of [`reverse_postorder`].
    pub order: Vec<Block>,
}

impl Dominators {
    /// Those of a function.
    pub fn of(function: &Function) -> Dominators {
        let order = reverse_postorder(function);
        let mut positions = vec![usize::MAX; function.blocks.len()];
        for (position, block) in order.iter().enumerate() {
            positions[block.0 as usize] = position;
        }
        let predecessors = predecessors_in(function, &order);
        let parents = vec![None; function.blocks.len()];
        let mut dominators = Dominators { parents, positions, order };
        let mut changed = true;
        while changed {
            changed = false;
            for index in 1..dominators.order.len() {
                let block = dominators.order[index];
                let known = |from: &&Block| {
                    **from == Block(0) || dominators.parents[from.0 as usize].is_some()
                };
                let parent = predecessors[block.0 as usize]
                    .iter()
                    .filter(known)
                    .copied()
                    .reduce(|one, other| dominators.meet(one, other));
                changed |= dominators.parents[block.0 as usize] != parent;
                dominators.parents[block.0 as usize] = parent;
            }
        }
        dominators
    }

    /// The last block that dominates both.
    fn meet(&self, mut one: Block, mut other: Block) -> Block {
        while one != other {
            let lower =
                if self.position(one) > self.position(other) { &mut one } else { &mut other };
            *lower = self.parents[lower.0 as usize].unwrap_or(Block(0));
        }
        one
    }

    fn position(&self, block: Block) -> usize {
        self.positions[block.0 as usize]
    }

    /// Whether a block can be reached.
    pub fn is_reached(&self, block: Block) -> bool {
        self.position(block) != usize::MAX
    }

    /// The last block before a block that dominates it.
    pub fn parent(&self, block: Block) -> Option<Block> {
        self.parents[block.0 as usize]
    }

    /// Whether every way to `block` leads through `by`; a block dominates itself.
    pub fn dominates(&self, by: Block, block: Block) -> bool {
        let mut at = Some(block);
        while let Some(block) = at {
            if block == by {
                return true;
            }
            if self.position(block) < self.position(by) {
                return false;
            }
            at = self.parent(block);
        }
        false
    }
}

/// A loop: blocks that lead back to one of them, which dominates them all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loop {
    /// Where it is entered.
    pub header: Block,
    /// The blocks that jump back to the header.
    pub latches: Vec<Block>,
    /// All its blocks.
    pub blocks: Vec<Block>,
}

/// The loops of a function, inner ones before those around them.
pub fn loops(function: &Function, dominators: &Dominators) -> Vec<Loop> {
    let predecessors = predecessors(function);
    let mut loops = vec![];
    for header in dominators.order.iter().rev().copied() {
        let mut latches: Vec<Block> = predecessors[header.0 as usize]
            .iter()
            .copied()
            .filter(|from| dominators.dominates(header, *from))
            .collect();
        latches.sort();
        latches.dedup();
        if latches.is_empty() {
            continue;
        }
        let mut blocks = vec![header];
        let mut left = latches.clone();
        while let Some(block) = left.pop() {
            if !blocks.contains(&block) {
                blocks.push(block);
                left.extend(&predecessors[block.0 as usize]);
            }
        }
        loops.push(Loop { header, latches, blocks });
    }
    loops
}
