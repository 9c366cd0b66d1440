//! Assignments and deletions.

use super::name::Variable;
use super::{Lowering, Result, expression};
use crate::code::{Instruction, Reg};
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

impl<'a> Lowering<'a> {
    /// `a = b = value`
    pub(super) fn assignment(&mut self, assign: &'a ast::StmtAssign) -> Result<()> {
        if let [target] = &assign.targets[..] {
            return self.assign_one(target, &assign.value);
        }
        let value = self.temporary();
        self.value_to(&assign.value, value)?;
        for target in &assign.targets {
            let mark = self.next;
            self.assign(target, value)?;
            self.next = mark;
        }
        Ok(())
    }

    /// `target = value`
    pub(super) fn assign_one(&mut self, target: &'a Expr, value: &'a Expr) -> Result<()> {
        if let Some(register) = self.variable_of(target) {
            return self.value_to(value, register);
        }
        if let (Some(targets), Expr::Tuple(values)) = (items(target), value)
            && targets.len() == values.elts.len()
            && !targets.iter().chain(&values.elts).any(Expr::is_starred_expr)
        {
            return self.assign_each(targets, &values.elts);
        }
        let value = self.value(value)?;
        self.assign(target, value)
    }

    /// `a, b = c, d`, without a tuple.
    fn assign_each(&mut self, targets: &'a [Expr], values: &'a [Expr]) -> Result<()> {
        let mut registers = vec![];
        for value in values {
            let register = self.value(value)?;
            let is_variable = register.0 < self.code.locals.len() as u32;
            registers.push(if is_variable {
                // It may be a target as well.
                let copy = self.temporary();
                let span = self.span(value);
                self.emit_move(copy, register, span);
                copy
            } else {
                register
            });
        }
        for (target, value) in targets.iter().zip(registers) {
            let mark = self.next;
            self.assign(target, value)?;
            self.next = mark;
        }
        Ok(())
    }

    /// The register of a target that is a local variable.
    fn variable_of(&self, target: &Expr) -> Option<Reg> {
        match target {
            Expr::Name(name) => self.register(&name.id),
            _ => None,
        }
    }

    /// Where the item of a loop goes: to its variable, else to a temporary.
    pub(super) fn item_register(&mut self, target: &Expr) -> Reg {
        match self.variable_of(target) {
            Some(register) => register,
            None => self.temporary(),
        }
    }

    /// Assigns the item of a loop, unless it is there.
    pub(super) fn assign_item(&mut self, target: &'a Expr, item: Reg) -> Result<()> {
        let mark = self.next;
        if self.variable_of(target).is_none() {
            self.assign(target, item)?;
        }
        self.next = mark;
        Ok(())
    }

    /// Assigns a value to a target.
    pub(super) fn assign(&mut self, target: &'a Expr, value: Reg) -> Result<()> {
        self.deeper(target, |this| this.assign_to(target, value))
    }

    fn assign_to(&mut self, target: &'a Expr, value: Reg) -> Result<()> {
        let span = self.span(target);
        match target {
            Expr::Name(name) => {
                self.store(&name.id, value, span);
                Ok(())
            }
            Expr::Attribute(target) => {
                let object = self.value(&target.value)?;
                let name = self.mangled(&target.attr);
                let span = self.attribute_span(target);
                self.emit(Instruction::StoreAttribute { object, name, value }, span);
                Ok(())
            }
            Expr::Subscript(target) => {
                let object = self.value(&target.value)?;
                let key = self.value(&target.slice)?;
                self.emit(Instruction::StoreItem { object, key, value }, span);
                Ok(())
            }
            Expr::Tuple(_) | Expr::List(_) => self.unpack(target, value),
            _ => self.cannot("an assignment to this", target),
        }
    }

    /// Takes a value apart. The first targets are bound at once as long as they are local variables; the
    /// others may compute something with these, and get their values one after the other.
    fn unpack(&mut self, target: &'a Expr, from: Reg) -> Result<()> {
        let span = self.span(target);
        let targets = items(target).unwrap_or_default();
        let mut registers = vec![];
        let mut is_at_once = true;
        for target in targets {
            let target = unstarred(target);
            let variable = self.variable_of(target).filter(|v| !registers.contains(v));
            is_at_once &= variable.is_some();
            registers.push(match variable.filter(|_| is_at_once) {
                Some(variable) => variable,
                None => self.temporary(),
            });
        }
        let mut starred = targets.iter().enumerate().filter(|(_, t)| t.is_starred_expr());
        let instruction = match (starred.next(), starred.next()) {
            (None, _) => Instruction::Unpack { to: registers.clone(), from },
            (Some((at, _)), None) => Instruction::UnpackStarred {
                before: registers[..at].to_vec(),
                starred: registers[at],
                after: registers[at + 1..].to_vec(),
                from,
            },
            _ => return self.cannot("two starred targets", target),
        };
        self.emit(instruction, span);
        for (target, register) in targets.iter().zip(registers) {
            let mark = self.next;
            let target = unstarred(target);
            if self.variable_of(target) != Some(register) {
                self.assign(target, register)?;
            }
            self.next = mark;
        }
        Ok(())
    }

    /// `target op= value`: what the target consists of is computed once.
    pub(super) fn augmented(&mut self, assign: &'a ast::StmtAugAssign) -> Result<()> {
        let span = self.span(assign);
        let at = self.span(&*assign.target);
        let operator = expression::binary(assign.op);
        let binary =
            |to, left, right| Instruction::Binary { to, operator, left, right, in_place: true };
        match &*assign.target {
            Expr::Name(name) => {
                let left = self.load(name, None)?;
                let right = self.value(&assign.value)?;
                if let Some(variable) = self.register(&name.id) {
                    self.emit(binary(variable, left, right), span);
                    return Ok(());
                }
                let to = self.temporary();
                self.emit(binary(to, left, right), span);
                self.store(&name.id, to, at);
            }
            Expr::Attribute(target) => {
                let object = self.value(&target.value)?;
                let name = self.mangled(&target.attr);
                let at = self.attribute_span(target);
                let to = self.temporary();
                self.emit(Instruction::LoadAttribute { to, object, name }, at);
                let right = self.value(&assign.value)?;
                self.emit(binary(to, to, right), span);
                self.emit(Instruction::StoreAttribute { object, name, value: to }, at);
            }
            Expr::Subscript(target) => {
                let object = self.value(&target.value)?;
                let key = self.value(&target.slice)?;
                let to = self.temporary();
                self.emit(Instruction::LoadItem { to, object, key }, at);
                let right = self.value(&assign.value)?;
                self.emit(binary(to, to, right), span);
                self.emit(Instruction::StoreItem { object, key, value: to }, at);
            }
            target => return self.cannot("an augmented assignment to this", target),
        }
        Ok(())
    }

    /// `target: annotation = value`. The annotation is not evaluated in a function; of a target without a
    /// value only that what it consists of.
    pub(super) fn annotated(&mut self, assign: &'a ast::StmtAnnAssign) -> Result<()> {
        if let Some(value) = &assign.value {
            return self.assign_one(&assign.target, value);
        }
        match &*assign.target {
            Expr::Attribute(target) => self.value(&target.value).map(|_| ()),
            Expr::Subscript(target) => {
                self.value(&target.value)?;
                self.value(&target.slice).map(|_| ())
            }
            _ => Ok(()),
        }
    }

    /// `del target`
    pub(super) fn remove(&mut self, target: &'a Expr) -> Result<()> {
        let mark = self.next;
        let span = self.span(target);
        match target {
            Expr::Name(name) => self.delete(&name.id, target),
            Expr::Attribute(target) => {
                let object = self.value(&target.value)?;
                let name = self.mangled(&target.attr);
                let span = self.attribute_span(target);
                self.emit(Instruction::DeleteAttribute { object, name }, span);
            }
            Expr::Subscript(target) => {
                let object = self.value(&target.value)?;
                let key = self.value(&target.slice)?;
                self.emit(Instruction::DeleteItem { object, key }, span);
            }
            _ => match items(target) {
                Some(targets) => {
                    self.deeper(target, |this| targets.iter().try_for_each(|t| this.remove(t)))?;
                }
                None => return self.cannot("a deletion of this", target),
            },
        }
        self.next = mark;
        Ok(())
    }

    /// A name of an exception, behind its handler: it is bound to nothing, whatever it was.
    pub(super) fn unname(&mut self, name: &ast::Identifier) -> Result<()> {
        let span = self.span(name);
        match self.variable(name) {
            Variable::Local(register) => self.emit(Instruction::Unbind { register }, span),
            _ => {
                let mark = self.next;
                let none = self.constant(crate::code::Constant::None, None, span);
                self.store(name, none, span);
                self.delete(name, &name.range());
                self.next = mark;
            }
        }
        Ok(())
    }
}

/// The items of a tuple or list.
fn items(expression: &Expr) -> Option<&[Expr]> {
    match expression {
        Expr::Tuple(tuple) => Some(&tuple.elts),
        Expr::List(list) => Some(&list.elts),
        _ => None,
    }
}

/// A target without its star.
fn unstarred(target: &Expr) -> &Expr {
    match target {
        Expr::Starred(starred) => &starred.value,
        _ => target,
    }
}
