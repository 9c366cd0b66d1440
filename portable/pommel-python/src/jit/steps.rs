//! What machine code has done on objects, one operation at a time, without the interpreter of plain code:
//! names and constants are objects already, and operands are not counted or collected.

use super::known::{Inquiry, KnownObjects};
use super::objects::Python;
use pommel::prelude::*;
use pommel::raw;
use pommel_jit::code::{Argument, Binary, Code, Compare, Constant, Instruction, Unary};
use pommel_jit::objects::Objects;
use pommel_jit::specialise::{Action, Contents, Known, Recipe, Site, Val};
use smallvec::SmallVec;
use std::mem::ManuallyDrop;
use std::sync::Arc;

/// An operation with operands. Objects that it knows are numbers of them.
#[derive(Debug)]
pub(crate) enum Step {
    Constant(u32),
    LoadAttribute(u32),
    StoreAttribute(u32),
    LoadItem,
    StoreItem,
    Unary(Unary),
    Binary(Binary, bool),
    Compare(Compare),
    /// With positional arguments, and others whose names are a tuple.
    Call(Option<u32>),
    Iterate,
    ListAppend,
    /// Makes an instance: what makes one, its class, and the names of its attributes.
    Instance(u32, u32, Vec<u32>),
}

impl Step {
    /// The step of a site, if it has one.
    pub(crate) fn of(site: &Site, inquiry: &mut Inquiry<'_>) -> Result<Option<Step>> {
        match &site.action {
            Action::Instruction { code, instruction, .. } => {
                Step::of_instruction(code, instruction, inquiry)
            }
            Action::Make => Step::of_made(site, inquiry),
            Action::Part(_) => Ok(None),
        }
    }

    /// An instance whose attributes are simple.
    fn of_made(site: &Site, inquiry: &mut Inquiry<'_>) -> Result<Option<Step>> {
        let Some((class, attributes)) = instance_of(site) else { return Ok(None) };
        let new = inquiry.ctx().builtin(c"object")?.get_attr(c"__new__")?;
        let new = inquiry.know(&new).0;
        let names = attributes.iter().map(|(name, _)| inquiry.know_name(name));
        Ok(Some(Step::Instance(new, class.0, names.collect::<Result<_>>()?)))
    }

    fn of_instruction(
        code: &Code,
        instruction: &Instruction,
        inquiry: &mut Inquiry<'_>,
    ) -> Result<Option<Step>> {
        use Instruction as I;
        Ok(Some(match instruction {
            I::Constant { constant, .. } => {
                let constant = &code.constants[*constant as usize];
                // Others are made anew where that can be told.
                if !matches!(constant, Constant::Str(_) | Constant::Bytes(_) | Constant::BigInt(_))
                {
                    return Ok(None);
                }
                let made = match constant {
                    Constant::Str(text) => {
                        return inquiry.know_name(text).map(Step::Constant).map(Some);
                    }
                    other => Python::new(inquiry.ctx()).constant(other)?,
                };
                Step::Constant(inquiry.know(&made).0)
            }
            I::LoadAttribute { name, .. } => {
                Step::LoadAttribute(inquiry.know_name(code.name(*name))?)
            }
            I::StoreAttribute { name, .. } => {
                Step::StoreAttribute(inquiry.know_name(code.name(*name))?)
            }
            I::LoadItem { .. } => Step::LoadItem,
            I::StoreItem { .. } => Step::StoreItem,
            I::Unary { operator, .. } => Step::Unary(*operator),
            I::Binary { operator, in_place, .. } => Step::Binary(*operator, *in_place),
            I::Compare { operator, .. } => Step::Compare(*operator),
            I::Call { arguments, .. } => return Step::of_call(code, arguments, inquiry),
            I::Iterate { .. } => Step::Iterate,
            I::ListAppend { .. } => Step::ListAppend,
            _ => return Ok(None),
        }))
    }

    /// A call with named arguments behind positional ones, if it has no others.
    fn of_call(
        code: &Code,
        arguments: &[Argument],
        inquiry: &mut Inquiry<'_>,
    ) -> Result<Option<Step>> {
        let mut names = Vec::new();
        for argument in arguments {
            match argument {
                Argument::Positional(_) if names.is_empty() => {}
                Argument::Keyword(name, _) => names.push(inquiry.ctx().object(code.name(*name))?),
                _ => return Ok(None),
            }
        }
        if names.is_empty() {
            return Ok(Some(Step::Call(None)));
        }
        let names = inquiry.ctx().tuple(&names.iter().collect::<Vec<_>>())?;
        Ok(Some(Step::Call(Some(inquiry.know(&names).0))))
    }

    /// Does it. Gives the result, if it has one.
    pub(crate) fn perform<'c>(
        &self,
        objects: &Python<'c>,
        known: &KnownObjects<'_, 'c>,
        operands: &[&Object<'c>],
    ) -> Result<Option<Object<'c>>> {
        let result = match (self, operands) {
            (Step::Constant(number), _) => known.get(*number),
            (Step::LoadAttribute(name), [object]) => object.get_attr(known.lent(*name)?),
            (Step::StoreAttribute(name), [object, value]) => {
                return object.set_attr(known.lent(*name)?, *value).map(|()| None);
            }
            (Step::LoadItem, [object, key]) => object.get_item(*key),
            (Step::StoreItem, [object, key, value]) => {
                return object.set_item(*key, *value).map(|()| None);
            }
            (Step::Unary(operator), [operand]) => objects.unary(*operator, operand),
            (Step::Binary(operator, in_place), [left, right]) => {
                objects.binary(*operator, *in_place, left, right)
            }
            (Step::Compare(operator), [left, right]) => objects.compare(*operator, left, right),
            (Step::Call(None), [callee, arguments @ ..]) => callee.call(arguments),
            (Step::Call(Some(names)), [callee, arguments @ ..]) => {
                callee.call_named(arguments, known.lent(*names)?.cast()?)
            }
            (Step::Iterate, [object]) => objects.iterate(object),
            (Step::ListAppend, [list, item]) => {
                return objects.list_append(list, item).map(|()| None);
            }
            (Step::Instance(new, class, names), values) => {
                let made = known.lent(*new)?.call(&[known.lent(*class)?][..])?;
                for (name, value) in names.iter().zip(values) {
                    made.set_attr(known.lent(*name)?, *value)?;
                }
                Ok(made)
            }
            _ => Err(Error::runtime_error("an operation has other operands")),
        };
        result.map(Some)
    }
}

/// An operand: lent by machine code, or made of a number.
pub(crate) enum Operand<'c> {
    Lent(ManuallyDrop<Object<'c>>),
    Made(Object<'c>),
}

impl<'c> Operand<'c> {
    /// The operand of a simple recipe; `None` for others.
    pub(crate) fn of(
        recipe: &Recipe,
        words: &[u64],
        known: &KnownObjects<'_, 'c>,
    ) -> Option<Result<Operand<'c>>> {
        let ctx = known.ctx();
        let made = match recipe {
            Val::Object(at, _)
            | Val::Array(at, ..)
            | Val::ListObject(at, _)
            | Val::Instance(at, _) => {
                // SAFETY: the specialiser has written down that this word is a handle, which machine
                // code keeps open meanwhile.
                let lent =
                    unsafe { raw::borrowed(ctx, super::recipe::handle_of(words[*at as usize])) };
                return Some(Ok(Operand::Lent(lent)));
            }
            Val::Method(object, name) => match Operand::of(object, words, known)? {
                Ok(object) => object.object().get_attr(&**name),
                Err(error) => Err(error),
            },
            Val::None => Ok(ctx.none()),
            Val::Char(at) => super::recipe::character(ctx, words[*at as usize]),
            Val::Bool(at) => ctx.object(words[*at as usize] & 0xff != 0),
            Val::Int(at) => ctx.object(words[*at as usize] as i64),
            Val::Float(at) => ctx.object(f64::from_bits(words[*at as usize])),
            Val::Known(number) => known.get(number.0),
            _ => return None,
        };
        Some(made.map(Operand::Made))
    }

    pub(crate) fn object(&self) -> &Object<'c> {
        match self {
            Operand::Lent(object) => object,
            Operand::Made(object) => object,
        }
    }
}

/// An attribute of an instance: its name and its value.
type Attribute = (Arc<str>, Recipe);

/// The class and the attributes of the instance that a site makes, if it makes one.
fn instance_of(site: &Site) -> Option<(Known, &[Attribute])> {
    let [Val::Thing(thing)] = site.operands[..] else { return None };
    match site.heap.get(thing.0 as usize)? {
        Some(Contents::Instance(class, attributes)) => Some((*class, attributes)),
        _ => None,
    }
}

/// The operands of a site, if all are simple: those of an instance are its attributes.
pub(crate) fn operands<'c>(
    site: &Site,
    words: &[u64],
    known: &KnownObjects<'_, 'c>,
) -> Option<Result<SmallVec<[Operand<'c>; 4]>>> {
    let mut operands = SmallVec::new();
    let made = instance_of(site).map(|(_, attributes)| attributes.iter().map(|(_, value)| value));
    let others = if made.is_none() { &site.operands[..] } else { &[] };
    for recipe in made.into_iter().flatten().chain(others) {
        match Operand::of(recipe, words, known)? {
            Ok(operand) => operands.push(operand),
            Err(error) => return Some(Err(error)),
        }
    }
    Some(Ok(operands))
}
