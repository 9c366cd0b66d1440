//! Classes within functions: their bodies are Python's own code objects, which Python runs.

use super::{Lowering, Result};
use crate::code::{Argument, Code, Constant, Instruction, Unsupported};
use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};
use std::sync::Arc;

impl<'a> Lowering<'a> {
    /// `class`: decorators are computed first and called last, as those of functions are.
    pub(super) fn class_definition(&mut self, class: &'a ast::StmtClassDef) -> Result<()> {
        if let Some(parameters) = &class.type_params {
            return self.cannot("type parameters", &**parameters);
        }
        let mut decorators = vec![];
        for decorator in &class.decorator_list {
            decorators.push((self.value(&decorator.expression)?, self.span(&decorator.expression)));
        }
        let mark = self.next;
        let span = self.definition_span(class.range(), &class.decorator_list, "class");
        let callee = self.temporary();
        let name = self.intern("__build_class__");
        self.emit(Instruction::LoadBuiltin { to: callee, name }, span);
        let nested = self.nested_class(class)?;
        let (cells, to) = (self.cells(nested), self.temporary());
        let (defaults, keyword_defaults) = (vec![], vec![]);
        self.emit(
            Instruction::MakeFunction { to, nested, defaults, keyword_defaults, cells },
            span,
        );
        let name = self.constant(Constant::Str(class.name.as_str().into()), None, span);
        let mut arguments = vec![Argument::Positional(to), Argument::Positional(name)];
        if let Some(given) = &class.arguments {
            arguments.extend(self.arguments(given, span)?);
        }
        self.next = mark;
        let made = self.temporary();
        self.emit(Instruction::Call { to: made, callee, arguments }, span);
        for (callee, span) in decorators.into_iter().rev() {
            let arguments = vec![Argument::Positional(made)];
            self.emit(Instruction::Call { to: made, callee, arguments }, span);
        }
        self.store(&class.name, made, span);
        Ok(())
    }

    /// The body of a class as a function, which can only be made here.
    fn nested_class(&mut self, class: &ast::StmtClassDef) -> Result<u32> {
        let range: TextRange = class.range();
        if let Some(&made) = self.made.get(&range) {
            return Ok(made);
        }
        let Some(scope) = self.module.scopes.at(range) else {
            return self.cannot("a class that was not looked at", class);
        };
        let first = class.decorator_list.first().map(|decorator| decorator.expression.range());
        let reason = "the body of a class".into();
        let code = Code {
            name: class.name.as_str().into(),
            span: self.module.span(range),
            first_line: self.module.line(first.unwrap_or(range)),
            free: self.module.scopes.get(scope).free.clone(),
            unsupported: Some(Unsupported { reason, span: self.module.span(range) }),
            ..Code::default()
        };
        self.code.nested.push(Arc::new(code));
        let index = self.code.nested.len() as u32 - 1;
        self.made.insert(range, index);
        Ok(index)
    }
}
