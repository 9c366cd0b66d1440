//! Calls, and displays of tuples, lists, sets and dicts.

use super::name::Variable;
use super::{Lowering, Result};
use crate::code::{Argument, Instruction, Reg, Span, Special, Tool};
use crate::syntax::scope::Kind;
use ruff_python_ast::{self as ast, Expr};

/// Builtins that ask for the frame that calls them.
const FRAME: [&str; 5] = ["locals", "globals", "eval", "exec", "breakpoint"];

/// Functions of modules that do so.
const FRAME_OF_MODULES: [&str; 3] = ["_getframe", "_getframemodulename", "currentframe"];

/// Builtins that do so without arguments.
const FRAME_WITHOUT_ARGUMENTS: [&str; 3] = ["super", "vars", "dir"];

impl<'a> Lowering<'a> {
    /// A call: what is called, arguments by position, then those by keyword, wherever they stand.
    pub(super) fn call(&mut self, call: &'a ast::ExprCall, want: Option<Reg>) -> Result<Reg> {
        if self.is_bare_super(call) {
            let span = self.span(call);
            return self.bare_super(call, span, want);
        }
        self.check_callee(call)?;
        if let Some((consumer, source)) = self.consumer(call) {
            return self.consume(call, consumer, source);
        }
        if let Some(used) = self.used_as_call(call).filter(|used| used.tool == Tool::Reduce) {
            return self.reduce(used);
        }
        if let Some(keyed) = self.keyed(call) {
            return self.call_keyed(&keyed);
        }
        let mark = self.next;
        let callee = self.value(&call.func)?;
        let arguments = self.arguments(&call.arguments, self.span(call))?;
        self.next = mark;
        let to = self.target(want);
        let span = self.call_span(call);
        self.emit(Instruction::Call { to, callee, arguments }, span);
        Ok(to)
    }

    /// The arguments of a call that stands somewhere.
    pub(super) fn arguments(
        &mut self,
        given: &'a ast::Arguments,
        span: Span,
    ) -> Result<Vec<Argument>> {
        let mut arguments = self.positional(given, span)?;
        for (index, keyword) in given.keywords.iter().enumerate() {
            let value = self.value(&keyword.value)?;
            arguments.push(match &keyword.arg {
                Some(name) => Argument::Keyword(self.mangled(name), value),
                None => {
                    let later = &given.keywords[index + 1..];
                    if let Some(keyword) = later.iter().find(|k| !is_quiet(&k.value)) {
                        return self.cannot("an argument that is computed behind `**`", keyword);
                    }
                    Argument::DoubleStarred(value)
                }
            });
        }
        Ok(arguments)
    }

    /// Whether a call is `super()` in a method, as far as the source says.
    pub(super) fn is_bare_super(&self, call: &ast::ExprCall) -> bool {
        let is_super = matches!(&*call.func, Expr::Name(name)
            if name.id.as_str() == "super" && matches!(self.variable("super"), Variable::Global));
        is_super
            && call.arguments.is_empty()
            && self.module.scopes.get(self.scope).kind == Kind::Function
            && self.code.parameters.positional > 0
            && matches!(self.variable("__class__"), Variable::Cell(_))
    }

    /// `super()`: the class is in a cell, the object in the first variable.
    pub(super) fn bare_super(
        &mut self,
        call: &'a ast::ExprCall,
        span: Span,
        want: Option<Reg>,
    ) -> Result<Reg> {
        let mark = self.next;
        let callee = self.value(&call.func)?;
        let Variable::Cell(class) = self.variable("__class__") else {
            return self.cannot("super() outside of a method", call);
        };
        let object = match self.variable(&self.code.locals[0].clone()) {
            Variable::Cell(cell) => {
                let to = self.temporary();
                self.emit(Instruction::LoadCell { to, cell }, span);
                to
            }
            _ => {
                self.emit(Instruction::CheckBound { local: Reg(0) }, span);
                Reg(0)
            }
        };
        self.next = mark;
        let to = self.target(want);
        let (operation, operands) = (Special::Super, vec![callee, class, object]);
        self.emit(Instruction::Special { to, operation, operands }, span);
        Ok(to)
    }

    /// Where a call stands in tracebacks: a method's begins at its name if what is before it goes over
    /// several lines.
    pub(super) fn call_span(&self, call: &ast::ExprCall) -> Span {
        let end = self.span(call).end;
        let start = match &*call.func {
            Expr::Attribute(attribute) => self.attribute_span(attribute).start,
            _ => self.span(call).start,
        };
        Span { start, end }
    }

    /// Refuses calls that look at the frame of the function, which there is none of.
    fn check_callee(&self, call: &ast::ExprCall) -> Result<()> {
        let (name, is_refused) = match &*call.func {
            Expr::Attribute(attribute) => {
                let name = attribute.attr.as_str();
                (name, FRAME_OF_MODULES.contains(&name))
            }
            Expr::Name(name) => {
                let name = name.id.as_str();
                let is_refused = FRAME.contains(&name)
                    || FRAME_OF_MODULES.contains(&name)
                    || (FRAME_WITHOUT_ARGUMENTS.contains(&name) && call.arguments.is_empty());
                (name, is_refused && matches!(self.variable(name), Variable::Global))
            }
            _ => return Ok(()),
        };
        if is_refused {
            return self.cannot(format!("a call of {name}, which looks at the frame"), call);
        }
        Ok(())
    }

    /// Arguments by position. If something is computed behind a starred one, that is iterated before,
    /// unless it is the only one.
    fn positional(&mut self, given: &'a ast::Arguments, span: Span) -> Result<Vec<Argument>> {
        let (args, keywords) = (&given.args[..], &given.keywords);
        let starred = args.iter().position(Expr::is_starred_expr);
        let is_late = starred.is_some_and(|at| {
            let later = args[at + 1..].iter().map(|arg| match arg {
                Expr::Starred(starred) => &*starred.value,
                _ => arg,
            });
            !later.chain(keywords.iter().map(|keyword| &keyword.value)).all(is_quiet)
        });
        if is_late && args.len() > 1 {
            return Ok(vec![Argument::Starred(self.list_of(args, span)?)]);
        }
        let mut arguments = vec![];
        for arg in args {
            arguments.push(match arg {
                Expr::Starred(starred) => Argument::Starred(self.value(&starred.value)?),
                // Without parentheses of its own it has those of the call.
                Expr::Generator(generator) if !generator.parenthesized => {
                    Argument::Positional(self.generator(generator, given.range, None)?)
                }
                _ => Argument::Positional(self.value(arg)?),
            });
        }
        Ok(arguments)
    }

    fn values(&mut self, expressions: &'a [Expr]) -> Result<Vec<Reg>> {
        expressions.iter().map(|expression| self.value(expression)).collect()
    }

    /// A new list of expressions of which some are starred, in a temporary.
    fn list_of(&mut self, items: &'a [Expr], span: Span) -> Result<Reg> {
        let list = self.temporary();
        let mark = self.next;
        let plain = items.iter().position(Expr::is_starred_expr).unwrap_or(items.len());
        let first = self.values(&items[..plain])?;
        self.emit(Instruction::MakeList { to: list, items: first }, span);
        for item in &items[plain..] {
            self.next = mark;
            if let Expr::Starred(starred) = item {
                let items = self.value(&starred.value)?;
                self.emit(Instruction::ListExtend { list, items }, span);
            } else {
                let item = self.value(item)?;
                self.emit(Instruction::ListAppend { list, item }, span);
            }
        }
        self.next = mark;
        Ok(list)
    }

    pub(super) fn tuple(&mut self, tuple: &'a ast::ExprTuple, want: Option<Reg>) -> Result<Reg> {
        let mark = self.next;
        let span = self.span(tuple);
        if tuple.elts.iter().any(Expr::is_starred_expr) {
            let list = self.list_of(&tuple.elts, span)?;
            self.next = mark;
            let to = self.target(want);
            self.emit(Instruction::ListToTuple { to, list }, span);
            return Ok(to);
        }
        let items = self.values(&tuple.elts)?;
        self.next = mark;
        let to = self.target(want);
        self.emit(Instruction::MakeTuple { to, items }, span);
        Ok(to)
    }

    pub(super) fn list(&mut self, list: &'a ast::ExprList, want: Option<Reg>) -> Result<Reg> {
        let mark = self.next;
        let span = self.span(list);
        if list.elts.iter().any(Expr::is_starred_expr) {
            return self.list_of(&list.elts, span);
        }
        let items = self.values(&list.elts)?;
        self.next = mark;
        let to = self.target(want);
        self.emit(Instruction::MakeList { to, items }, span);
        Ok(to)
    }

    pub(super) fn set(&mut self, set: &'a ast::ExprSet, want: Option<Reg>) -> Result<Reg> {
        let mark = self.next;
        let span = self.span(set);
        let plain = set.elts.iter().position(Expr::is_starred_expr);
        let Some(plain) = plain else {
            let items = self.values(&set.elts)?;
            self.next = mark;
            let to = self.target(want);
            self.emit(Instruction::MakeSet { to, items }, span);
            return Ok(to);
        };
        let to = self.temporary();
        let items = self.values(&set.elts[..plain])?;
        self.emit(Instruction::MakeSet { to, items }, span);
        for item in &set.elts[plain..] {
            self.next = mark + 1;
            if let Expr::Starred(starred) = item {
                let items = self.value(&starred.value)?;
                self.emit(Instruction::SetUpdate { set: to, items }, span);
            } else {
                let item = self.value(item)?;
                self.emit(Instruction::SetAdd { set: to, item }, span);
            }
        }
        self.next = mark + 1;
        Ok(to)
    }

    pub(super) fn dict(&mut self, dict: &'a ast::ExprDict, want: Option<Reg>) -> Result<Reg> {
        let mark = self.next;
        let span = self.span(dict);
        let is_plain = dict.items.iter().all(|item| item.key.is_some());
        if is_plain {
            let items = self.pairs(&dict.items)?;
            self.next = mark;
            let to = self.target(want);
            self.emit(Instruction::MakeDict { to, items }, span);
            return Ok(to);
        }
        let to = self.temporary();
        let mut rest = &dict.items[..];
        let mut is_made = false;
        while let Some(first) = rest.first() {
            self.next = mark + 1;
            let plain = rest.iter().position(|item| item.key.is_none()).unwrap_or(rest.len());
            if plain > 0 || !is_made {
                let items = self.pairs(&rest[..plain])?;
                let part = if is_made { self.temporary() } else { to };
                self.emit(Instruction::MakeDict { to: part, items }, span);
                if is_made {
                    self.emit(Instruction::DictUpdate { dict: to, items: part }, span);
                }
                is_made = true;
                rest = &rest[plain..];
            } else {
                let items = self.value(&first.value)?;
                self.emit(Instruction::DictUpdate { dict: to, items }, span);
                rest = &rest[1..];
            }
        }
        self.next = mark + 1;
        Ok(to)
    }

    fn pairs(&mut self, items: &'a [ast::DictItem]) -> Result<Vec<(Reg, Reg)>> {
        let mut pairs = vec![];
        for item in items {
            if let Some(key) = &item.key {
                let key = self.value(key)?;
                pairs.push((key, self.value(&item.value)?));
            }
        }
        Ok(pairs)
    }
}

/// Whether nobody sees when an expression is computed: a constant or a name.
pub(super) fn is_quiet(expression: &Expr) -> bool {
    expression.is_literal_expr() || expression.is_name_expr()
}
