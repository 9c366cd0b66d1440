//! Blocks: where instructions go, and how control goes on.

use super::{Context, Draft, Lowering, Result};
use crate::code::{BlockId, Handler, Instruction, Reg, Span, Terminator};

impl<'a> Lowering<'a> {
    /// A new block, which what handles exceptions here protects.
    pub(super) fn block(&mut self) -> BlockId {
        self.blocks.push(Draft {
            instructions: vec![],
            terminator: None,
            handler: self.handler,
            inside: self.inside,
        });
        BlockId(self.blocks.len() as u32 - 1)
    }

    /// Goes on in a block.
    pub(super) fn enter(&mut self, block: BlockId) {
        self.current = block;
    }

    /// Adds an instruction.
    pub(super) fn emit(&mut self, instruction: Instruction, span: Span) {
        self.length += 1;
        self.blocks[self.current.0 as usize].instructions.push((instruction, span));
    }

    /// Moves an object, unless it is there.
    pub(super) fn emit_move(&mut self, to: Reg, from: Reg, span: Span) {
        if to != from {
            self.emit(Instruction::Move { to, from }, span);
        }
    }

    /// Ends a block.
    pub(super) fn terminate(&mut self, terminator: Terminator, span: Span) {
        self.length += 1;
        self.blocks[self.current.0 as usize].terminator = Some((terminator, span));
    }

    /// Ends a block which goes on elsewhere.
    pub(super) fn jump(&mut self, to: BlockId, span: Span) {
        self.terminate(Terminator::Jump(to), span);
    }

    /// Goes on where nothing comes: behind `return`, `raise`, `break` and `continue`.
    pub(super) fn enter_unreachable(&mut self) {
        let block = self.block();
        self.enter(block);
    }

    /// From here on something else handles exceptions.
    pub(super) fn protect(&mut self, handler: Option<Handler>, span: Span) {
        if self.handler != handler {
            self.handler = handler;
            let block = self.block();
            self.jump(block, span);
            self.enter(block);
        }
    }

    /// From here on the instructions are those of a generator expression that is followed, or of the
    /// function itself.
    pub(super) fn go_inside(&mut self, inside: Option<u32>, span: Span) {
        if self.inside != inside {
            self.inside = inside;
            let block = self.block();
            self.jump(block, span);
            self.enter(block);
        }
    }

    /// Does what has to be done on the way out of all parts of the function but the outermost so many.
    /// Whoever calls it ends the block and calls [`Self::stay`] with what this gives.
    pub(super) fn leave(&mut self, depth: usize, span: Span) -> Result<Left<'a>> {
        let left = Left { contexts: self.contexts.clone(), handler: self.handler };
        while self.contexts.len() > depth {
            match self.contexts.pop() {
                Some(Context::Finally { body, outside }) => {
                    self.protect(outside, span);
                    self.statements(body)?;
                }
                Some(Context::Handling { exception, name, outside }) => {
                    self.protect(outside, span);
                    self.emit(Instruction::LeaveHandler { exception }, span);
                    if let Some(name) = name {
                        self.unname(name)?;
                    }
                }
                Some(Context::With { exit, at, outside }) => {
                    self.protect(outside, span);
                    self.exit_context(exit, at);
                }
                Some(Context::Loop { .. }) | None => {}
            }
        }
        Ok(left)
    }

    /// Goes on behind a jump out.
    pub(super) fn stay(&mut self, left: Left<'a>) {
        self.contexts = left.contexts;
        self.handler = left.handler;
        self.enter_unreachable();
    }
}

/// Where a jump out came from.
pub(super) struct Left<'a> {
    contexts: Vec<Context<'a>>,
    handler: Option<Handler>,
}
