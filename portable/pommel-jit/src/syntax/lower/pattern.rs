//! `match`: patterns one after the other. Names are bound when a whole pattern fits.

use super::{Lowering, Result};
use crate::code::{BlockId, Compare, Constant, Instruction, Reg, Span, Special, Terminator};
use ruff_python_ast::{self as ast, Identifier, Pattern, Singleton};

/// The names that a pattern binds, and to what.
type Bindings<'a> = Vec<(&'a Identifier, Reg)>;

impl<'a> Lowering<'a> {
    pub(super) fn match_statement(&mut self, statement: &'a ast::StmtMatch) -> Result<()> {
        let subject = self.temporary();
        self.value_to(&statement.subject, subject)?;
        let end = self.block();
        for case in &statement.cases {
            let mark = self.next;
            let span = self.span(&case.pattern);
            let next = self.block();
            let mut bindings = vec![];
            self.pattern(&case.pattern, subject, next, &mut bindings)?;
            for (name, value) in bindings {
                self.store(name, value, span);
            }
            if let Some(guard) = &case.guard {
                let then = self.block();
                self.condition(guard, then, next)?;
                self.enter(then);
            }
            self.statements(&case.body)?;
            self.jump(end, span);
            self.enter(next);
            self.next = mark;
        }
        let span = self.span(statement);
        self.jump(end, span);
        self.enter(end);
        Ok(())
    }

    /// Goes on in a block if a pattern does not fit.
    fn pattern(
        &mut self,
        pattern: &'a Pattern,
        subject: Reg,
        otherwise: BlockId,
        bindings: &mut Bindings<'a>,
    ) -> Result<()> {
        self.deeper(pattern, |this| this.pattern_of(pattern, subject, otherwise, bindings))
    }

    fn pattern_of(
        &mut self,
        pattern: &'a Pattern,
        subject: Reg,
        otherwise: BlockId,
        bindings: &mut Bindings<'a>,
    ) -> Result<()> {
        let span = self.span(pattern);
        match pattern {
            Pattern::MatchValue(p) => {
                let right = self.value(&p.value)?;
                self.require(Compare::Equal, subject, right, otherwise, span);
            }
            Pattern::MatchSingleton(p) => {
                let constant = match p.value {
                    Singleton::None => Constant::None,
                    Singleton::True => Constant::Bool(true),
                    Singleton::False => Constant::Bool(false),
                };
                let right = self.constant(constant, None, span);
                self.require(Compare::Is, subject, right, otherwise, span);
            }
            Pattern::MatchAs(p) => {
                if let Some(inner) = &p.pattern {
                    self.pattern(inner, subject, otherwise, bindings)?;
                }
                bindings.extend(p.name.iter().map(|name| (name, subject)));
            }
            Pattern::MatchOr(p) => self.any_pattern(&p.patterns, subject, otherwise, bindings)?,
            Pattern::MatchSequence(p) => {
                self.sequence_pattern(&p.patterns, subject, otherwise, bindings, span)?;
            }
            Pattern::MatchMapping(p) => self.mapping_pattern(p, subject, otherwise, bindings)?,
            Pattern::MatchClass(p) => self.class_pattern(p, subject, otherwise, bindings)?,
            Pattern::MatchStar(_) => return self.cannot("a starred pattern here", pattern),
        }
        Ok(())
    }

    /// Goes on in a block unless a comparison is true.
    fn require(
        &mut self,
        operator: Compare,
        left: Reg,
        right: Reg,
        otherwise: BlockId,
        span: Span,
    ) {
        let to = self.temporary();
        self.emit(Instruction::Compare { to, operator, left, right }, span);
        self.require_true(to, otherwise, span);
    }

    fn require_true(&mut self, condition: Reg, otherwise: BlockId, span: Span) {
        let then = self.block();
        self.terminate(Terminator::Branch { condition, then, otherwise }, span);
        self.enter(then);
    }

    /// An operation of which the result is wanted.
    fn special(&mut self, operation: Special, operands: Vec<Reg>, span: Span) -> Reg {
        let to = self.temporary();
        self.emit(Instruction::Special { to, operation, operands }, span);
        to
    }

    /// `first | second`: all of them bind the same names.
    fn any_pattern(
        &mut self,
        patterns: &'a [Pattern],
        subject: Reg,
        otherwise: BlockId,
        bindings: &mut Bindings<'a>,
    ) -> Result<()> {
        let fits = self.block();
        let mut common: Bindings<'a> = vec![];
        for (index, pattern) in patterns.iter().enumerate() {
            let span = self.span(pattern);
            let is_last = index + 1 == patterns.len();
            let next = if is_last { otherwise } else { self.block() };
            let mut own = vec![];
            self.pattern(pattern, subject, next, &mut own)?;
            if index == 0 {
                common = own.iter().map(|(name, _)| (*name, self.temporary())).collect();
            }
            for (name, to) in &common {
                if let Some((_, from)) = own.iter().find(|(other, _)| other.id == name.id) {
                    self.emit(Instruction::Move { to: *to, from: *from }, span);
                }
            }
            self.jump(fits, span);
            if !is_last {
                self.enter(next);
            }
        }
        self.enter(fits);
        bindings.extend(common);
        Ok(())
    }

    fn sequence_pattern(
        &mut self,
        patterns: &'a [Pattern],
        subject: Reg,
        otherwise: BlockId,
        bindings: &mut Bindings<'a>,
        span: Span,
    ) -> Result<()> {
        let star = patterns.iter().position(Pattern::is_match_star);
        let count = patterns.len() - usize::from(star.is_some());
        let number = self.constant(Constant::Int(count as i64), None, span);
        let operation = if star.is_some() { Special::IsLongSequence } else { Special::IsSequence };
        let fits = self.special(operation, vec![subject, number], span);
        self.require_true(fits, otherwise, span);
        // What nobody looks at is not taken apart.
        let is_any = |pattern: &Pattern| match pattern {
            Pattern::MatchAs(p) => p.pattern.is_none() && p.name.is_none(),
            Pattern::MatchStar(p) => p.name.is_none(),
            _ => false,
        };
        if patterns.iter().all(is_any) {
            return Ok(());
        }
        let items: Vec<Reg> = patterns.iter().map(|_| self.temporary()).collect();
        self.emit(
            match star {
                None => Instruction::Unpack { to: items.clone(), from: subject },
                Some(at) => Instruction::UnpackStarred {
                    before: items[..at].to_vec(),
                    starred: items[at],
                    after: items[at + 1..].to_vec(),
                    from: subject,
                },
            },
            span,
        );
        for (pattern, item) in patterns.iter().zip(items) {
            match pattern {
                Pattern::MatchStar(p) => {
                    bindings.extend(p.name.iter().map(|name| (name, item)));
                }
                _ => self.pattern(pattern, item, otherwise, bindings)?,
            }
        }
        Ok(())
    }

    /// Goes on in a block if what an operation gave is `None`, else takes it apart for patterns.
    fn parts_of_pattern(
        &mut self,
        found: Reg,
        patterns: impl ExactSizeIterator<Item = &'a Pattern>,
        otherwise: BlockId,
        bindings: &mut Bindings<'a>,
        span: Span,
    ) -> Result<()> {
        let none = self.constant(Constant::None, None, span);
        self.require(Compare::IsNot, found, none, otherwise, span);
        let items: Vec<Reg> = (0..patterns.len()).map(|_| self.temporary()).collect();
        if !items.is_empty() {
            self.emit(Instruction::Unpack { to: items.clone(), from: found }, span);
        }
        for (pattern, item) in patterns.zip(items) {
            self.pattern(pattern, item, otherwise, bindings)?;
        }
        Ok(())
    }

    fn mapping_pattern(
        &mut self,
        pattern: &'a ast::PatternMatchMapping,
        subject: Reg,
        otherwise: BlockId,
        bindings: &mut Bindings<'a>,
    ) -> Result<()> {
        let span = self.span(pattern);
        let items = pattern.keys.iter().map(|key| self.value(key)).collect::<Result<Vec<_>>>()?;
        let keys = self.temporary();
        self.emit(Instruction::MakeTuple { to: keys, items }, span);
        let found = self.special(Special::MappingValues, vec![subject, keys], span);
        self.parts_of_pattern(found, pattern.patterns.iter(), otherwise, bindings, span)?;
        if let Some(name) = &pattern.rest {
            let rest = self.special(Special::MappingRest, vec![subject, keys], span);
            bindings.push((name, rest));
        }
        Ok(())
    }

    fn class_pattern(
        &mut self,
        pattern: &'a ast::PatternMatchClass,
        subject: Reg,
        otherwise: BlockId,
        bindings: &mut Bindings<'a>,
    ) -> Result<()> {
        let span = self.span(pattern);
        let class = self.value(&pattern.cls)?;
        let given = &pattern.arguments;
        let count = self.constant(Constant::Int(given.patterns.len() as i64), None, span);
        let names = given.keywords.iter().map(|keyword| {
            let name = self.module.scopes.get(self.scope).mangled(&keyword.attr);
            Constant::Str(name)
        });
        let names = Constant::Tuple(names.collect());
        let names = self.constant(names, None, span);
        let operands = vec![subject, class, count, names];
        let found = self.special(Special::ClassValues, operands, span);
        let by_name = given.keywords.iter().map(|keyword| &keyword.pattern);
        let patterns: Vec<&Pattern> = given.patterns.iter().chain(by_name).collect();
        self.parts_of_pattern(found, patterns.into_iter(), otherwise, bindings, span)
    }
}
