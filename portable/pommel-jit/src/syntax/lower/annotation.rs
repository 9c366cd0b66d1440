//! Annotations of functions within functions.
//!
//! They go with the defaults by keyword under names that no parameter can have: the name of what is
//! annotated and a colon. Python computed them with the definition until it put that off (3.14); where the
//! module says `from __future__ import annotations` they are their own text.

use super::name::Variable;
use super::{Lowering, Result};
use crate::code::{Constant, Name, Reg};
use crate::syntax::Annotations;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Operator};
use ruff_text_size::Ranged;

impl<'a> Lowering<'a> {
    /// The annotations of a function, and their names.
    pub(super) fn annotations(
        &mut self,
        function: &'a ast::StmtFunctionDef,
    ) -> Result<Vec<(Name, Reg)>> {
        let parameters = &*function.parameters;
        let by_position = parameters.posonlyargs.iter().chain(&parameters.args);
        let named = by_position.map(|one| &one.parameter).chain(parameters.vararg.as_deref());
        let by_keyword = parameters.kwonlyargs.iter().map(|one| &one.parameter);
        let named = named.chain(by_keyword).chain(parameters.kwarg.as_deref());
        let all = named.filter_map(|one| Some((one.name.as_str(), one.annotation.as_deref()?)));
        let returns = function.returns.iter().map(|returns| ("return", &**returns));
        let all: Vec<(&str, &'a Expr)> = all.chain(returns).collect();
        let Some((_, first)) = all.first() else { return Ok(vec![]) };
        if self.module.dialect.annotations == Annotations::Deferred {
            return self.deferred(function, &all);
        }
        let at = *first;
        let mut found = vec![];
        for (name, annotation) in all {
            let value = match self.module.dialect.annotations {
                Annotations::Text => match text_of(annotation) {
                    Some(text) => {
                        let span = self.span(annotation);
                        self.constant(Constant::Str(text.into()), None, span)
                    }
                    None => return self.cannot("an annotation of this kind", at),
                },
                _ => self.value(annotation)?,
            };
            let name = self.module.scopes.get(self.scope).mangled(name);
            found.push((self.intern(&format!("{name}:")), value));
        }
        Ok(found)
    }

    /// Annotations that Python computes when somebody asks: its code object for that is found by its line.
    fn deferred(
        &mut self,
        function: &'a ast::StmtFunctionDef,
        all: &[(&str, &'a Expr)],
    ) -> Result<Vec<(Name, Reg)>> {
        let mut names = Names(vec![]);
        all.iter().for_each(|(_, annotation)| names.visit_expr(annotation));
        if let Some(name) =
            names.0.iter().find(|name| !matches!(self.variable(&name.id), Variable::Global))
        {
            return self.cannot("an annotation with a variable of the function", *name);
        }
        let span = self.span(function);
        let line = i64::from(self.module.line(function.name.range()));
        let line = self.constant(Constant::Int(line), None, span);
        Ok(vec![(self.intern(":"), line)])
    }
}

/// The names in an expression.
struct Names<'a>(Vec<&'a ast::ExprName>);

impl<'a> Visitor<'a> for Names<'a> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Name(name) = expression {
            self.0.push(name);
        }
        visitor::walk_expr(self, expression);
    }
}

/// An annotation as Python writes it, if it is a plain one.
fn text_of(annotation: &Expr) -> Option<String> {
    Some(match annotation {
        Expr::Name(name) => name.id.to_string(),
        Expr::NoneLiteral(_) => "None".into(),
        Expr::EllipsisLiteral(_) => "...".into(),
        Expr::Attribute(e) => format!("{}.{}", text_of(&e.value)?, e.attr),
        Expr::Subscript(e) => {
            let inside = match &*e.slice {
                Expr::Tuple(tuple) if tuple.elts.len() > 1 => {
                    tuple.elts.iter().map(text_of).collect::<Option<Vec<_>>>()?.join(", ")
                }
                single => text_of(single)?,
            };
            format!("{}[{inside}]", text_of(&e.value)?)
        }
        Expr::List(e) => {
            let items = e.elts.iter().map(text_of).collect::<Option<Vec<_>>>()?;
            format!("[{}]", items.join(", "))
        }
        Expr::BinOp(e) if e.op == Operator::BitOr && !e.right.is_bin_op_expr() => {
            format!("{} | {}", text_of(&e.left)?, text_of(&e.right)?)
        }
        _ => return None,
    })
}
