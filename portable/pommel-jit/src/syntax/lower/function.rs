//! Functions: their parameters and variables, and those within them.

use super::{Draft, Function, Lowering, Result};
use crate::code::{
    Argument, BlockId, Code, Constant, Instruction, Name, Parameters, Reg, Span, Terminator,
    Unsupported,
};
use crate::syntax::Module;
use crate::syntax::scope::ScopeId;
use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};
use std::collections::HashMap;
use std::sync::Arc;

/// Makes plain code of a function.
pub(super) fn lower<'a>(module: &'a Module, function: Function<'a>) -> Result<Code> {
    let Some(scope) = module.scopes.at(function.range()) else {
        return Err(too_deep(module, function.range()));
    };
    if module.scopes.get(scope).incomplete {
        return Err(too_deep(module, function.range()));
    }
    let mut lowering = Lowering::new(module, scope, heading(module, function, scope));
    lowering.declare_generators(function);
    lowering.begin_code();
    let span = Span { end: lowering.code.span.start, ..lowering.code.span };
    lowering.make_cells(scope, span);
    match function {
        Function::Def(function) => lowering.body(function)?,
        Function::Lambda(lambda) => {
            let value = lowering.value(&lambda.body)?;
            let span = lowering.span(&*lambda.body);
            lowering.terminate(Terminator::Return(value), span);
        }
    }
    Ok(lowering.finish())
}

fn too_deep(module: &Module, range: TextRange) -> Unsupported {
    let reason = "the function is too large or nested too deeply".into();
    Unsupported { reason, span: module.span(range) }
}

/// What is known of a function without its body.
pub(super) fn heading(module: &Module, function: Function<'_>, scope: ScopeId) -> Code {
    let parameters = match function {
        Function::Def(function) => Some(&*function.parameters),
        Function::Lambda(lambda) => lambda.parameters.as_deref(),
    };
    Code {
        parameters: parameters.map(count).unwrap_or_default(),
        name: function.name().into(),
        span: module.span(function.range()),
        first_line: function.first_line(module),
        free: module.scopes.get(scope).free.clone(),
        ..Code::default()
    }
}

fn count(parameters: &ast::Parameters) -> Parameters {
    Parameters {
        positional: (parameters.posonlyargs.len() + parameters.args.len()) as u32,
        positional_only: parameters.posonlyargs.len() as u32,
        keyword_only: parameters.kwonlyargs.len() as u32,
        variadic: parameters.vararg.is_some(),
        keywords: parameters.kwarg.is_some(),
    }
}

impl<'a> Lowering<'a> {
    pub(super) fn new(module: &'a Module, scope: ScopeId, code: Code) -> Lowering<'a> {
        let mut lowering = Lowering {
            module,
            scope,
            code,
            names: HashMap::new(),
            variables: HashMap::new(),
            made: HashMap::new(),
            blocks: vec![],
            current: BlockId(0),
            handler: None,
            inside: None,
            parts: vec![],
            generators: vec![],
            followed: vec![],
            generating: None,
            next: 0,
            contexts: vec![],
            depth: 0,
            length: 0,
        };
        lowering.declare(scope);
        lowering.code.variables = lowering.code.locals.len() as u32;
        for inner in module.scopes.parts_of(scope) {
            lowering.declare(inner);
        }
        lowering.next = (lowering.code.locals.len() + lowering.code.free.len()) as u32;
        lowering.code.registers = lowering.next;
        lowering
    }

    /// Begins the first block.
    pub(super) fn begin_code(&mut self) {
        let start = self.blocks.len() as u32;
        let (instructions, terminator) = (vec![], None);
        self.blocks.push(Draft { instructions, terminator, handler: None, inside: None });
        self.enter(BlockId(start));
    }

    /// Gives registers to the variables of a scope.
    pub(super) fn declare(&mut self, scope: ScopeId) {
        for symbol in self.module.scopes.get(scope).variables() {
            let register = Reg(self.code.locals.len() as u32);
            self.variables.insert((scope, symbol.name.clone()), register);
            self.code.locals.push(symbol.name.clone());
        }
    }

    /// Puts the variables of a scope that functions within it use into cells.
    pub(super) fn make_cells(&mut self, scope: ScopeId, span: Span) {
        for symbol in self.module.scopes.get(scope).variables().filter(|s| s.captured) {
            if let Some(&register) = self.variables.get(&(scope, symbol.name.clone())) {
                self.emit(Instruction::MakeCell { register }, span);
            }
        }
    }

    fn body(&mut self, function: &'a ast::StmtFunctionDef) -> Result<()> {
        if function.is_async {
            return self.cannot("an asynchronous function", function);
        }
        if let Some(parameters) = &function.type_params {
            return self.cannot("type parameters", &**parameters);
        }
        self.statements(&function.body)?;
        let last = function.body.last().map_or(self.code.span, |last| self.span(last));
        let none = self.constant(Constant::None, None, last);
        self.terminate(Terminator::Return(none), last);
        Ok(())
    }

    /// The number of a function within this one, which is made if it is not there yet.
    fn nested(&mut self, function: Function<'_>) -> Result<u32> {
        let range = function.range();
        if let Some(&made) = self.made.get(&range) {
            return Ok(made);
        }
        let Some(scope) = self.module.scopes.at(range) else {
            return Err(too_deep(self.module, range));
        };
        let code = lower(self.module, function).unwrap_or_else(|unsupported| {
            let Lowering { mut code, .. } =
                Lowering::new(self.module, scope, heading(self.module, function, scope));
            code.unsupported = Some(unsupported);
            code
        });
        Ok(self.add_nested(range, code))
    }

    /// A generator expression as a function. It can only be made here.
    pub(super) fn nested_generator(
        &mut self,
        generator: &ast::ExprGenerator,
        range: TextRange,
    ) -> Result<u32> {
        if let Some(&made) = self.made.get(&range) {
            return Ok(made);
        }
        let Some(scope) = self.module.scopes.at(generator.range()) else {
            return Err(too_deep(self.module, range));
        };
        let code = Code {
            name: "<genexpr>".into(),
            span: self.module.span(range),
            first_line: self.module.line(range),
            parameters: Parameters { positional: 1, positional_only: 1, ..Parameters::default() },
            locals: vec![".0".into()],
            variables: 1,
            registers: 1,
            free: self.module.scopes.get(scope).free.clone(),
            unsupported: Some(Unsupported {
                reason: "a generator expression".into(),
                span: self.module.span(range),
            }),
            ..Code::default()
        };
        Ok(self.add_nested(range, code))
    }

    pub(super) fn add_nested(&mut self, range: TextRange, code: Code) -> u32 {
        let index = self.code.nested.len() as u32;
        self.code.nested.push(Arc::new(code));
        self.made.insert(range, index);
        index
    }

    /// The cells that a function within this one takes along.
    pub(super) fn cells(&self, nested: u32) -> Vec<Reg> {
        let free = &self.code.nested[nested as usize].free;
        free.iter().filter_map(|name| self.cell(name)).collect()
    }

    pub(super) fn lambda(&mut self, lambda: &'a ast::ExprLambda, want: Option<Reg>) -> Result<Reg> {
        let parameters = lambda.parameters.as_deref();
        let span = self.span(lambda);
        self.make(Function::Lambda(lambda), parameters, span, want)
    }

    /// Computes defaults and makes a function.
    fn make(
        &mut self,
        function: Function<'a>,
        parameters: Option<&'a ast::Parameters>,
        span: Span,
        want: Option<Reg>,
    ) -> Result<Reg> {
        let mark = self.next;
        let (mut defaults, mut keyword_defaults) = (vec![], vec![]);
        if let Some(parameters) = parameters {
            for parameter in parameters.posonlyargs.iter().chain(&parameters.args) {
                if let Some(default) = &parameter.default {
                    defaults.push(self.value(default)?);
                }
            }
            for parameter in &parameters.kwonlyargs {
                if let Some(default) = &parameter.default {
                    let name: Name = self.mangled(&parameter.parameter.name);
                    keyword_defaults.push((name, self.value(default)?));
                }
            }
        }
        if let Function::Def(definition) = function {
            keyword_defaults.extend(self.annotations(definition)?);
        }
        let nested = self.nested(function)?;
        let cells = self.cells(nested);
        self.next = mark;
        let to = self.target(want);
        self.emit(
            Instruction::MakeFunction { to, nested, defaults, keyword_defaults, cells },
            span,
        );
        Ok(to)
    }

    /// `def`: decorators are computed first and called last, from the innermost to the outermost.
    pub(super) fn definition(&mut self, function: &'a ast::StmtFunctionDef) -> Result<()> {
        if let Some(parameters) = &function.type_params {
            return self.cannot("type parameters", &**parameters);
        }
        let mut decorators = vec![];
        for decorator in &function.decorator_list {
            decorators.push((self.value(&decorator.expression)?, self.span(&decorator.expression)));
        }
        let word = if function.is_async { "async" } else { "def" };
        let span = self.definition_span(function.range(), &function.decorator_list, word);
        let want = decorators.is_empty().then(|| self.register(&function.name)).flatten();
        let made = self.make(Function::Def(function), Some(&function.parameters), span, want)?;
        for (callee, span) in decorators.into_iter().rev() {
            let arguments = vec![Argument::Positional(made)];
            self.emit(Instruction::Call { to: made, callee, arguments }, span);
        }
        self.store(&function.name, made, span);
        Ok(())
    }

    /// A definition without its decorators.
    pub(super) fn definition_span(
        &self,
        definition: TextRange,
        decorators: &[ast::Decorator],
        word: &str,
    ) -> Span {
        let whole = self.span(&definition);
        match decorators.last() {
            None => whole,
            Some(last) => {
                let behind = TextRange::new(last.end(), definition.end());
                let blank = self.module.slice(behind).find(word).unwrap_or(0) as u32;
                Span { start: self.span(&behind).start + blank, end: whole.end }
            }
        }
    }
}
