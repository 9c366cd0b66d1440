//! Names: variables, cells and globals.

use super::{Lowering, Result};
use crate::code::{Constant, Instruction, Reg, Span, Special};
use crate::syntax::scope::Place;
use ruff_python_ast::ExprName;
use ruff_text_size::Ranged;

/// Where a name is, as instructions need it.
#[derive(Clone, Copy)]
pub(super) enum Variable {
    /// In a register.
    Local(Reg),
    /// In the cell that is in a register.
    Cell(Reg),
    /// Global.
    Global,
}

impl Lowering<'_> {
    /// Where a name is.
    pub(super) fn variable(&self, name: &str) -> Variable {
        let scopes = &self.module.scopes;
        let name = scopes.get(self.scope).mangled(name);
        match scopes.place(self.scope, &name, &self.parts) {
            Place::Global => Variable::Global,
            Place::Local { owner, captured } => match self.variables.get(&(owner, name)) {
                Some(&register) if captured => Variable::Cell(register),
                Some(&register) => Variable::Local(register),
                None => Variable::Global,
            },
            Place::Free => match self.free(&name) {
                Some(register) => Variable::Cell(register),
                None => Variable::Global,
            },
        }
    }

    /// The register with the cell of a variable of a function around this one.
    fn free(&self, name: &str) -> Option<Reg> {
        let index = self.code.free.iter().position(|free| **free == *name)?;
        Some(Reg((self.code.locals.len() + index) as u32))
    }

    /// The register with the cell of a variable that a function within this one uses.
    pub(super) fn cell(&self, name: &str) -> Option<Reg> {
        let scopes = &self.module.scopes;
        match scopes.place(self.scope, name, &self.parts) {
            Place::Local { owner, captured: true } => {
                self.variables.get(&(owner, name.into())).copied()
            }
            Place::Free => self.free(name),
            _ => None,
        }
    }

    /// Whether an assignment expression binds a variable, so that its value may be another one before
    /// it is used.
    fn is_unsteady(&self, name: &str) -> bool {
        let scopes = &self.module.scopes;
        let name = scopes.get(self.scope).mangled(name);
        match scopes.place(self.scope, &name, &self.parts) {
            Place::Local { owner, .. } => {
                scopes.get(owner).symbol(&name).is_some_and(|symbol| symbol.walrus)
            }
            _ => false,
        }
    }

    /// The value of a name.
    pub(super) fn load(&mut self, name: &ExprName, want: Option<Reg>) -> Result<Reg> {
        let span = self.span(name);
        if name.id.as_str() == "__debug__" {
            return Ok(self.constant(Constant::Bool(true), want, span));
        }
        match self.variable(&name.id) {
            Variable::Local(register) => {
                self.emit(Instruction::CheckBound { local: register }, span);
                if want.is_none() && !self.is_unsteady(&name.id) {
                    return Ok(register);
                }
                let to = self.target(want);
                self.emit_move(to, register, span);
                Ok(to)
            }
            Variable::Cell(cell) => {
                let to = self.target(want);
                let operands = vec![cell];
                self.emit(
                    match self.inside.is_some() && cell.0 < self.code.variables {
                        true => Instruction::Special { to, operation: Special::LoadFree, operands },
                        false => Instruction::LoadCell { to, cell },
                    },
                    span,
                );
                Ok(to)
            }
            Variable::Global => {
                let to = self.target(want);
                let name = self.mangled(&name.id);
                self.emit(Instruction::LoadGlobal { to, name }, span);
                Ok(to)
            }
        }
    }

    /// Binds a name.
    pub(super) fn store(&mut self, name: &str, value: Reg, span: Span) {
        match self.variable(name) {
            Variable::Local(register) => self.emit_move(register, value, span),
            Variable::Cell(cell) => self.emit(Instruction::StoreCell { cell, value }, span),
            Variable::Global => {
                let name = self.mangled(name);
                self.emit(Instruction::StoreGlobal { name, value }, span);
            }
        }
    }

    /// The register that a value goes to if a name is bound to it, if that is a register.
    pub(super) fn register(&self, name: &str) -> Option<Reg> {
        match self.variable(name) {
            Variable::Local(register) => Some(register),
            _ => None,
        }
    }

    /// `del` of a name.
    pub(super) fn delete(&mut self, name: &str, at: &impl Ranged) {
        let span = self.span(at);
        match self.variable(name) {
            Variable::Local(register) => {
                self.emit(Instruction::CheckBound { local: register }, span);
                self.emit(Instruction::Unbind { register }, span);
            }
            Variable::Cell(cell) => self.emit(Instruction::DeleteCell { cell }, span),
            Variable::Global => {
                let name = self.mangled(name);
                self.emit(Instruction::DeleteGlobal { name }, span);
            }
        }
    }
}
