//! Imports within functions.

use super::{Lowering, Result};
use crate::code::{Instruction, Reg};
use ruff_python_ast as ast;

impl<'a> Lowering<'a> {
    /// `import a.b`, `import a.b as c`
    pub(super) fn import(&mut self, statement: &'a ast::StmtImport) -> Result<()> {
        if statement.is_lazy {
            return self.cannot("a lazy import", statement);
        }
        let span = self.span(statement);
        for alias in &statement.names {
            let mark = self.next;
            let to = self.temporary();
            let name = self.mangled(&alias.name);
            self.emit(Instruction::Import { to, name, wanted: vec![], level: 0 }, span);
            let mut parts = alias.name.split('.');
            let first = parts.next().unwrap_or_default();
            match &alias.asname {
                None => self.store(first, to, span),
                Some(asname) => {
                    for part in parts {
                        let name = self.mangled(part);
                        self.emit(Instruction::ImportFrom { to, module: to, name }, span);
                    }
                    self.store(asname, to, span);
                }
            }
            self.next = mark;
        }
        Ok(())
    }

    /// `from a import b as c`
    pub(super) fn import_from(&mut self, statement: &'a ast::StmtImportFrom) -> Result<()> {
        if statement.is_lazy {
            return self.cannot("a lazy import", statement);
        }
        let span = self.span(statement);
        if statement.names.iter().any(|alias| alias.name.as_str() == "*") {
            return self.cannot("an import of all names", statement);
        }
        let module: Reg = self.temporary();
        let wanted = statement.names.iter().map(|alias| self.intern(&alias.name)).collect();
        let name = self.mangled(statement.module.as_deref().unwrap_or_default());
        let level = statement.level;
        self.emit(Instruction::Import { to: module, name, wanted, level }, span);
        for alias in &statement.names {
            let mark = self.next;
            let to = self.temporary();
            let name = self.mangled(&alias.name);
            self.emit(Instruction::ImportFrom { to, module, name }, span);
            self.store(alias.asname.as_ref().unwrap_or(&alias.name), to, span);
            self.next = mark;
        }
        Ok(())
    }
}
