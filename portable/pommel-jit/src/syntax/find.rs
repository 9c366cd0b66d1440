//! Finds functions by their names and lines.

use super::Module;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprLambda, Stmt, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

/// A function or a lambda.
#[derive(Clone, Copy, Debug)]
pub(super) enum Function<'a> {
    Def(&'a StmtFunctionDef),
    Lambda(&'a ExprLambda),
}

impl<'a> Function<'a> {
    /// Where it stands.
    pub fn range(self) -> TextRange {
        match self {
            Function::Def(function) => function.range(),
            Function::Lambda(lambda) => lambda.range(),
        }
    }

    /// Where the instructions of its body stand: for a lambda that is an expression.
    pub fn body(self) -> TextRange {
        match self {
            Function::Def(function) => function.range(),
            Function::Lambda(lambda) => lambda.body.range(),
        }
    }

    /// The line that `co_firstlineno` says.
    pub fn first_line(self, module: &Module) -> u32 {
        match self {
            Function::Lambda(lambda) => module.line(lambda.range()),
            Function::Def(function) => match function.decorator_list.first() {
                Some(decorator) => module.line(decorator.expression.range()),
                None => module.line(function.range()),
            },
        }
    }

    /// The name that `co_name` says.
    pub fn name(self) -> &'a str {
        match self {
            Function::Def(function) => &function.name,
            Function::Lambda(_) => "<lambda>",
        }
    }
}

/// The functions of a name that begin at a line.
pub(super) fn functions<'a>(module: &'a Module, name: &str, line: u32) -> Vec<Function<'a>> {
    let mut finder = Finder { module, name, line, found: vec![], depth: 0 };
    finder.visit_body(&module.tree.body);
    finder.found
}

struct Finder<'a, 'b> {
    module: &'a Module,
    name: &'b str,
    line: u32,
    found: Vec<Function<'a>>,
    depth: u32,
}

impl<'a> Finder<'a, '_> {
    fn look(&mut self, function: Function<'a>) {
        if function.name() == self.name && function.first_line(self.module) == self.line {
            self.found.push(function);
        }
    }

    fn deeper(&mut self, visit: impl FnOnce(&mut Self)) {
        if self.depth < super::DEEPEST {
            self.depth += 1;
            visit(self);
            self.depth -= 1;
        }
    }
}

impl<'a> Visitor<'a> for Finder<'a, '_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::FunctionDef(function) = statement {
            self.look(Function::Def(function));
        }
        self.deeper(|finder| visitor::walk_stmt(finder, statement));
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Lambda(lambda) = expression {
            self.look(Function::Lambda(lambda));
        }
        self.deeper(|finder| visitor::walk_expr(finder, expression));
    }
}
