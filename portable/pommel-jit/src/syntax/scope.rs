//! Which variable a name means: the scopes of a module, and how names are looked up in them.
//!
//! This is what Python's compiler finds out before it makes code: every function has its own variables,
//! unless it says `global` or `nonlocal`; classes are not seen from functions within them; a
//! comprehension has variables of its own, but is a part of the function around it.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Comprehension, Expr, ExprContext, Stmt};
use ruff_text_size::{Ranged, TextRange};
use std::collections::HashMap;

/// A scope of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ScopeId(pub usize);

/// What a scope belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Module,
    Class,
    /// A function or a lambda.
    Function,
    /// A generator expression, which is a function as well.
    Generator,
    /// A comprehension, which is a part of the function around it.
    Comprehension,
}

/// A name in a scope.
#[derive(Debug)]
pub(super) struct Symbol {
    /// The name, mangled.
    pub name: Box<str>,
    /// Whether the scope binds it, so that it is a variable of the scope.
    pub bound: bool,
    /// Whether an assignment expression binds it.
    pub walrus: bool,
    /// Whether a function within the scope uses it, so that it is in a cell.
    pub captured: bool,
    global: bool,
    nonlocal: bool,
}

/// The names of a scope.
#[derive(Debug)]
pub(super) struct Scope {
    pub kind: Kind,
    pub parent: Option<ScopeId>,
    /// The name of the class around it, for names such as `__x`.
    pub private: Option<Box<str>>,
    /// The names, in the order in which they are first seen; parameters are the first.
    pub symbols: Vec<Symbol>,
    /// Whether something in it is nested too deeply, and was not looked at.
    pub incomplete: bool,
    /// Variables of functions around it that it or a function within it uses, in order of their names.
    pub free: Vec<Box<str>>,
    by_name: HashMap<Box<str>, usize>,
}

/// Where a variable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the function or in one of its comprehensions, which is the scope.
    Local {
        /// The scope that binds it.
        owner: ScopeId,
        /// Whether it is in a cell.
        captured: bool,
    },
    /// In a function around it.
    Free,
    /// In the module, or a builtin.
    Global,
}

/// All scopes of a module.
#[derive(Debug)]
pub(super) struct Scopes {
    all: Vec<Scope>,
    by_range: HashMap<TextRange, ScopeId>,
}

impl Scopes {
    /// Finds the scopes of a module.
    /// Annotations of functions are looked at if they are evaluated with the definitions.
    pub fn of(body: &[Stmt], with_annotations: bool) -> Scopes {
        let mut builder = Builder {
            scopes: Scopes { all: vec![], by_range: HashMap::new() },
            current: ScopeId(0),
            depth: 0,
            with_annotations,
        };
        builder.scopes.all.push(Scope::new(Kind::Module, None, None));
        builder.visit_body(body);
        builder.scopes.find_captures();
        builder.scopes
    }

    /// A scope.
    pub fn get(&self, scope: ScopeId) -> &Scope {
        &self.all[scope.0]
    }

    /// The scope of a function, lambda or comprehension that stands somewhere.
    pub fn at(&self, range: TextRange) -> Option<ScopeId> {
        self.by_range.get(&range).copied()
    }

    /// The comprehensions that are parts of a function, and the generator expressions that may become so.
    pub fn parts_of(&self, function: ScopeId) -> Vec<ScopeId> {
        let mut found = vec![];
        for (index, scope) in self.all.iter().enumerate().skip(function.0 + 1) {
            let is_part = matches!(scope.kind, Kind::Comprehension | Kind::Generator)
                && scope.parent.is_some_and(|parent| parent == function || found.contains(&parent));
            if is_part {
                found.push(ScopeId(index));
            }
        }
        found
    }

    /// Where a name is, seen from a scope. `parts` are the generator expressions around it that are parts
    /// of their functions.
    pub fn place(&self, scope: ScopeId, name: &str, parts: &[ScopeId]) -> Place {
        match self.lookup(scope, name, parts) {
            None => Place::Global,
            Some((_, true)) => Place::Free,
            Some((owner, false)) => Place::Local {
                owner,
                captured: self.get(owner).symbol(name).is_some_and(|symbol| symbol.captured),
            },
        }
    }

    /// The scope that has a name as its variable, and whether it is a function around that of `scope`.
    /// Nothing if it is global.
    fn lookup(&self, from: ScopeId, name: &str, parts: &[ScopeId]) -> Option<(ScopeId, bool)> {
        let mut at = from;
        let mut outside = false;
        loop {
            let scope = self.get(at);
            match (scope.kind, scope.symbol(name)) {
                (Kind::Module, _) => return None,
                (Kind::Class, _) if at != from && name == "__class__" => {
                    return Some((at, outside));
                }
                (Kind::Class, _) if at != from => {}
                (_, Some(symbol)) if symbol.global => return None,
                (_, Some(symbol)) if symbol.bound && !symbol.nonlocal => {
                    return Some((at, outside));
                }
                _ => {}
            }
            outside |= scope.kind != Kind::Comprehension && !parts.contains(&at);
            at = scope.parent?;
        }
    }

    fn find_captures(&mut self) {
        for index in 0..self.all.len() {
            let names: Vec<_> = self.all[index].symbols.iter().map(|s| s.name.clone()).collect();
            for name in names {
                if let Some((owner, true)) = self.lookup(ScopeId(index), &name, &[]) {
                    self.capture(ScopeId(index), owner, &name);
                }
            }
        }
    }

    /// Notes that a scope uses a variable of a function around it: all functions between them pass the
    /// cell on.
    fn capture(&mut self, from: ScopeId, owner: ScopeId, name: &str) {
        let mut at = from;
        while at != owner {
            let scope = &mut self.all[at.0];
            if scope.kind != Kind::Comprehension
                && let Err(place) = scope.free.binary_search_by(|other| (**other).cmp(name))
            {
                scope.free.insert(place, name.into());
            }
            let Some(parent) = scope.parent else { return };
            at = parent;
        }
        let owner = &mut self.all[owner.0];
        if let Some(&index) = owner.by_name.get(name) {
            owner.symbols[index].captured = true;
        }
    }
}

impl Scope {
    fn new(kind: Kind, parent: Option<ScopeId>, private: Option<Box<str>>) -> Scope {
        Scope {
            kind,
            parent,
            private,
            symbols: vec![],
            incomplete: false,
            free: vec![],
            by_name: HashMap::new(),
        }
    }

    /// A name of the scope.
    pub fn symbol(&self, name: &str) -> Option<&Symbol> {
        self.by_name.get(name).map(|&index| &self.symbols[index])
    }

    /// The variables of the scope itself, in order.
    pub fn variables(&self) -> impl Iterator<Item = &Symbol> {
        self.symbols.iter().filter(|symbol| symbol.bound && !symbol.global && !symbol.nonlocal)
    }

    /// A name as it is in this scope: in a class, `__x` is `_Class__x`.
    pub fn mangled(&self, name: &str) -> Box<str> {
        match &self.private {
            Some(class) if is_private(name) && !class.trim_start_matches('_').is_empty() => {
                format!("_{}{name}", class.trim_start_matches('_')).into()
            }
            _ => name.into(),
        }
    }
}

/// Whether a name is one that a class makes its own.
pub(super) fn is_private(name: &str) -> bool {
    name.starts_with("__") && !name.ends_with("__") && !name.contains('.')
}

/// Goes through a module and notes names in scopes.
struct Builder {
    scopes: Scopes,
    current: ScopeId,
    depth: u32,
    with_annotations: bool,
}

impl Builder {
    /// Goes one level deeper, if that is not too deep.
    fn deeper(&mut self, visit: impl FnOnce(&mut Builder)) {
        if self.depth == super::DEEPEST {
            let mut at = Some(self.current);
            while let Some(scope) = at {
                self.scopes.all[scope.0].incomplete = true;
                at = self.scopes.all[scope.0].parent;
            }
            return;
        }
        self.depth += 1;
        visit(self);
        self.depth -= 1;
    }

    fn symbol(&mut self, scope: ScopeId, name: &str) -> &mut Symbol {
        let scope = &mut self.scopes.all[scope.0];
        let name = scope.mangled(name);
        let index = *scope.by_name.entry(name.clone()).or_insert_with(|| {
            scope.symbols.push(Symbol {
                name,
                bound: false,
                walrus: false,
                captured: false,
                global: false,
                nonlocal: false,
            });
            scope.symbols.len() - 1
        });
        &mut scope.symbols[index]
    }

    fn bind(&mut self, name: &str) {
        self.symbol(self.current, name).bound = true;
    }

    fn enter(&mut self, kind: Kind, range: TextRange, class: Option<&str>) -> ScopeId {
        let parent = self.current;
        let private = match class {
            Some(class) => Some(class.into()),
            None => self.scopes.get(parent).private.clone(),
        };
        self.current = ScopeId(self.scopes.all.len());
        self.scopes.all.push(Scope::new(kind, Some(parent), private));
        self.scopes.by_range.insert(range, self.current);
        parent
    }

    /// Defaults belong to the scope around a function.
    fn defaults(&mut self, parameters: &ast::Parameters) {
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default {
                self.visit_expr(default);
            }
        }
    }

    /// Parameters are the first variables of a function, in the order of their registers.
    fn parameters(&mut self, parameters: &ast::Parameters) {
        let by_position = parameters.posonlyargs.iter().chain(&parameters.args);
        for parameter in by_position.chain(&parameters.kwonlyargs) {
            self.bind(&parameter.parameter.name);
        }
        for parameter in parameters.vararg.iter().chain(&parameters.kwarg) {
            self.bind(&parameter.name);
        }
    }

    fn function(&mut self, function: &ast::StmtFunctionDef) {
        self.bind(&function.name);
        for decorator in &function.decorator_list {
            self.visit_expr(&decorator.expression);
        }
        self.defaults(&function.parameters);
        if self.with_annotations {
            let annotations = function.parameters.iter().filter_map(|one| one.annotation());
            annotations.chain(function.returns.as_deref()).for_each(|one| self.visit_expr(one));
        }
        let outer = self.enter(Kind::Function, function.range(), None);
        self.parameters(&function.parameters);
        self.visit_body(&function.body);
        self.current = outer;
    }

    fn class(&mut self, class: &ast::StmtClassDef) {
        self.bind(&class.name);
        for decorator in &class.decorator_list {
            self.visit_expr(&decorator.expression);
        }
        if let Some(arguments) = &class.arguments {
            self.visit_arguments(arguments);
        }
        let outer = self.enter(Kind::Class, class.range(), Some(&class.name));
        self.visit_body(&class.body);
        self.current = outer;
    }

    fn comprehension(
        &mut self,
        kind: Kind,
        range: TextRange,
        generators: &[Comprehension],
        elements: &[Option<&Expr>],
    ) {
        let Some((first, others)) = generators.split_first() else { return };
        self.visit_expr(&first.iter);
        let outer = self.enter(kind, range, None);
        self.visit_expr(&first.target);
        first.ifs.iter().for_each(|condition| self.visit_expr(condition));
        for generator in others {
            self.visit_expr(&generator.iter);
            self.visit_expr(&generator.target);
            generator.ifs.iter().for_each(|condition| self.visit_expr(condition));
        }
        elements.iter().flatten().for_each(|element| self.visit_expr(element));
        self.current = outer;
    }

    /// An assignment expression binds a variable of the function around comprehensions.
    fn walrus(&mut self, name: &str) {
        let mut at = self.current;
        loop {
            let scope = self.scopes.get(at);
            match scope.kind {
                Kind::Comprehension | Kind::Generator => {
                    let parent = scope.parent;
                    self.symbol(at, name);
                    match parent {
                        Some(parent) => at = parent,
                        None => return,
                    }
                }
                Kind::Module | Kind::Class | Kind::Function => break,
            }
        }
        let symbol = self.symbol(at, name);
        symbol.bound = true;
        symbol.walrus = true;
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::Global(global) => {
                global.names.iter().for_each(|n| self.symbol(self.current, n).global = true);
            }
            Stmt::Nonlocal(nonlocal) => {
                nonlocal.names.iter().for_each(|n| self.symbol(self.current, n).nonlocal = true);
            }
            Stmt::AnnAssign(assign) => {
                // Annotations of variables are not evaluated in functions.
                self.visit_expr(&assign.target);
                assign.value.iter().for_each(|value| self.visit_expr(value));
            }
            Stmt::TypeAlias(alias) => self.visit_expr(&alias.name),
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn lambda(&mut self, lambda: &ast::ExprLambda) {
        if let Some(parameters) = &lambda.parameters {
            self.defaults(parameters);
        }
        let outer = self.enter(Kind::Function, lambda.range(), None);
        if let Some(parameters) = &lambda.parameters {
            self.parameters(parameters);
        }
        self.visit_expr(&lambda.body);
        self.current = outer;
    }

    fn expression(&mut self, expression: &Expr) {
        let inlined = Kind::Comprehension;
        match expression {
            Expr::Name(name) => self.name(name),
            Expr::Named(named) => {
                if let Expr::Name(name) = &*named.target {
                    self.walrus(&name.id);
                }
                self.visit_expr(&named.value);
            }
            Expr::Lambda(lambda) => self.lambda(lambda),
            Expr::ListComp(c) => {
                self.comprehension(inlined, c.range(), &c.generators, &[Some(&c.elt)]);
            }
            Expr::SetComp(c) => {
                self.comprehension(inlined, c.range(), &c.generators, &[Some(&c.elt)]);
            }
            Expr::DictComp(c) => {
                let elements = [c.key.as_deref(), Some(&*c.value)];
                self.comprehension(inlined, c.range(), &c.generators, &elements);
            }
            Expr::Generator(c) => {
                self.comprehension(Kind::Generator, c.range(), &c.generators, &[Some(&c.elt)]);
            }
            _ => visitor::walk_expr(self, expression),
        }
    }

    fn name(&mut self, name: &ast::ExprName) {
        match name.ctx {
            ExprContext::Load => {
                self.symbol(self.current, &name.id);
                if name.id.as_str() == "super" {
                    self.symbol(self.current, "__class__");
                }
            }
            ExprContext::Store | ExprContext::Del => self.bind(&name.id),
            ExprContext::Invalid => {}
        }
    }
}

impl<'a> Visitor<'a> for Builder {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.deeper(|builder| builder.statement(statement));
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        self.deeper(|builder| builder.expression(expression));
    }

    fn visit_alias(&mut self, alias: &'a ast::Alias) {
        let name = alias.asname.as_ref().unwrap_or(&alias.name);
        if let Some(first) = name.split('.').next().filter(|&name| name != "*") {
            self.bind(first);
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(clause) = handler;
        clause.name.iter().for_each(|name| self.bind(name));
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
        let name = match pattern {
            ast::Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            ast::Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            ast::Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            _ => None,
        };
        name.into_iter().for_each(|name| self.bind(name));
        visitor::walk_pattern(self, pattern);
    }
}
