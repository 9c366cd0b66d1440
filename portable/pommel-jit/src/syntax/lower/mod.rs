//! Makes plain code of a function's syntax tree.
//!
//! What is done is done in the order in which Python does it. Expressions leave their values in
//! registers: a local variable's own, if nothing can bind the variable before the value is used, else a
//! temporary. Temporaries are taken and given back like a stack.

mod annotation;
mod assign;
mod blocks;
mod call;
mod class;
mod comprehension;
mod constant;
mod consume;
mod exception;
mod expression;
mod finish;
mod function;
mod generators;
mod import;
mod keyed;
mod mapped;
mod name;
mod pattern;
mod statement;
mod string;
mod tool_loops;
mod tools;
mod with;

use super::Module;
use super::find::Function;
use super::scope::ScopeId;
use crate::code::{
    BlockId, Code, Constant, Handler, Instruction, Name, Reg, Span, Terminator, Unsupported,
};
use ruff_python_ast::{Identifier, Stmt};
use ruff_text_size::{Ranged, TextRange};
use std::collections::HashMap;
use std::sync::Arc;

/// So many instructions are enough for any function that people wrote: `finally` in `finally` would make
/// ever more.
const LONGEST: usize = 100_000;

type Result<T> = core::result::Result<T, Unsupported>;

/// Makes plain code of a function, and of those within it.
pub(super) fn function(module: &Module, function: Function<'_>) -> Result<Arc<Code>> {
    function::lower(module, function).map(Arc::new)
}

/// What has to be done when control leaves a part of the function.
#[derive(Clone, Copy)]
enum Context<'a> {
    /// A loop, which `break` and `continue` are about.
    Loop {
        /// Where the next round begins.
        next: BlockId,
        /// Where it goes on behind the loop.
        behind: BlockId,
    },
    /// The part of a `try` whose `finally` is done on the way.
    Finally {
        /// What is done.
        body: &'a [Stmt],
        /// What handles exceptions meanwhile.
        outside: Option<Handler>,
    },
    /// The body of `with`: its method `__exit__` is called on the way out.
    With {
        /// The method.
        exit: Reg,
        /// Where the object that has it stands.
        at: Span,
        /// What handles exceptions meanwhile.
        outside: Option<Handler>,
    },
    /// Where an exception is handled.
    Handling {
        /// The exception.
        exception: Reg,
        /// The name that it has meanwhile.
        name: Option<&'a Identifier>,
        /// What handles exceptions behind it.
        outside: Option<Handler>,
    },
}

/// A block that is not finished.
struct Draft {
    instructions: Vec<(Instruction, Span)>,
    terminator: Option<(Terminator, Span)>,
    handler: Option<Handler>,
    inside: Option<u32>,
}

/// A function on its way to plain code.
struct Lowering<'a> {
    module: &'a Module,
    /// The scope of where we are: that of the function or of a comprehension in it.
    scope: ScopeId,
    code: Code,
    names: HashMap<Box<str>, Name>,
    /// The registers of variables.
    variables: HashMap<(ScopeId, Box<str>), Reg>,
    /// The functions within this one that are made already. What `finally` does is there more than once.
    made: HashMap<TextRange, u32>,
    blocks: Vec<Draft>,
    current: BlockId,
    /// What handles exceptions here.
    handler: Option<Handler>,
    /// The generator expression that we are in, which is a part of the function: see [`Code::inlined`].
    inside: Option<u32>,
    /// The scopes of generator expressions that are parts of the function where we are.
    parts: Vec<ScopeId>,
    /// The generator functions that may be parts of the function, and those that we are in.
    generators: Vec<ScopeId>,
    followed: Vec<ScopeId>,
    /// The innermost of these.
    generating: Option<generators::Generating>,
    /// The next temporary that is free.
    next: u32,
    contexts: Vec<Context<'a>>,
    depth: u32,
    length: usize,
}

impl<'a> Lowering<'a> {
    fn span(&self, of: &impl Ranged) -> Span {
        self.module.span(of.range())
    }

    /// What cannot be said in plain code.
    fn cannot<T>(&self, reason: impl Into<String>, at: &impl Ranged) -> Result<T> {
        Err(Unsupported { reason: reason.into(), span: self.span(at) })
    }

    /// Goes one level deeper, if that is not too deep.
    fn deeper<T>(
        &mut self,
        at: &impl Ranged,
        lower: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        if self.depth == super::DEEPEST || self.length > LONGEST {
            return self.cannot("the function is too large or nested too deeply", at);
        }
        self.depth += 1;
        let result = lower(self);
        self.depth -= 1;
        result
    }

    /// A new temporary.
    fn temporary(&mut self) -> Reg {
        let register = Reg(self.next);
        self.next += 1;
        self.code.registers = self.code.registers.max(self.next);
        register
    }

    /// Where a result goes: where it is wanted, or a new temporary.
    fn target(&mut self, want: Option<Reg>) -> Reg {
        want.unwrap_or_else(|| self.temporary())
    }

    /// A name in the code's table.
    fn intern(&mut self, name: &str) -> Name {
        if let Some(&known) = self.names.get(name) {
            return known;
        }
        let new = Name(self.code.names.len() as u32);
        self.code.names.push(name.into());
        self.names.insert(name.into(), new);
        new
    }

    /// A name as it is within a class, in the code's table.
    fn mangled(&mut self, name: &str) -> Name {
        let name = self.module.scopes.get(self.scope).mangled(name);
        self.intern(&name)
    }

    /// A constant.
    fn constant(&mut self, constant: Constant, want: Option<Reg>, span: Span) -> Reg {
        let same = |other: &Constant| constant::are_identical(other, &constant);
        let index = self.code.constants.iter().position(same).unwrap_or_else(|| {
            self.code.constants.push(constant.clone());
            self.code.constants.len() - 1
        });
        let to = self.target(want);
        self.emit(Instruction::Constant { to, constant: index as u32 }, span);
        to
    }
}
