//! The rest of a function from one of its blocks on, as code of its own: what machine code is made of when
//! a function that is under way on objects comes to a loop.

use super::{Block, BlockId, Code, Parameters, Terminator, order};
use std::sync::OnceLock;

impl Code {
    /// The code that begins at a block, with all registers as its arguments, and which of this code's
    /// blocks each of its blocks is: the first is none of them.
    pub fn continued_from(&self, start: BlockId) -> (Code, Vec<Option<BlockId>>) {
        let order = order::reverse_postorder(self, start);
        let mut numbers = vec![None; self.blocks.len()];
        for (i, block) in order.iter().enumerate() {
            numbers[block.0 as usize] = Some(BlockId(i as u32 + 1));
        }
        let number = |block: BlockId| numbers[block.0 as usize].expect("it can be reached");
        // Nothing jumps to the first block, and a loop may begin where the code goes on.
        let mut blocks = vec![Block {
            instructions: vec![],
            terminator: Terminator::Jump(BlockId(1)),
            span: self.block(start).span,
            handler: self.block(start).handler.map(|handler| handler.to(number)),
            inside: None,
        }];
        blocks.extend(order.iter().map(|block| {
            let mut block = self.block(*block).clone();
            block.terminator.targets_mut().for_each(|target| *target = number(*target));
            block.handler = block.handler.map(|handler| handler.to(number));
            block
        }));
        let code = Code {
            name: self.name.clone(),
            span: self.span,
            first_line: self.first_line,
            parameters: Parameters { positional: self.registers, ..Parameters::default() },
            locals: self.locals.clone(),
            variables: self.variables,
            free: self.free.clone(),
            registers: self.registers,
            names: self.names.clone(),
            constants: self.constants.clone(),
            nested: self.nested.clone(),
            inlined: self.inlined.clone(),
            blocks,
            is_outside: self.is_outside,
            unsupported: None,
            found_alive: OnceLock::new(),
            found_handled: OnceLock::new(),
        };
        (code, core::iter::once(None).chain(order.into_iter().map(Some)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Terminator as T;

    /// Blocks that jump: an outer loop from 1 with an inner one from 2.
    fn nested_loops() -> Code {
        let block = |terminator| Block {
            instructions: vec![],
            terminator,
            span: Default::default(),
            handler: None,
            inside: None,
        };
        let branch = |then, otherwise| T::Branch {
            condition: super::super::Reg(0),
            then: BlockId(then),
            otherwise: BlockId(otherwise),
        };
        let blocks = vec![
            block(T::Jump(BlockId(1))),
            block(branch(2, 5)),
            block(branch(3, 4)),
            block(T::Jump(BlockId(2))),
            block(T::Jump(BlockId(1))),
            block(T::Return(super::super::Reg(0))),
        ];
        Code { registers: 1, blocks, ..Code::default() }
    }

    #[test]
    fn code_goes_on_at_an_inner_loop_with_all_that_can_be_reached() {
        let (rest, blocks) = nested_loops().continued_from(BlockId(2));
        assert_eq!(rest.parameters.positional, 1);
        assert_eq!(blocks[..2], [None, Some(BlockId(2))]);
        assert_eq!(rest.blocks[0].terminator, T::Jump(BlockId(1)));
        // All blocks but the first of the original, each once.
        let mut all: Vec<u32> = blocks.iter().flatten().map(|block| block.0).collect();
        all.sort_unstable();
        assert_eq!(all, [1, 2, 3, 4, 5]);
        // Every block but the first has one before it, unless a loop begins there.
        let headers = order::loop_headers(&rest);
        assert!(headers[1], "the block that it goes on with begins a loop");
        assert!(!headers[0]);
    }
}
