//! What machine code has done on objects, one operation at a time, without the interpreter of plain code:
//! names and constants are objects already, and operands are not counted or collected.

use super::known::{Inquiry, KnownObjects};
use super::objects::Python;
use super::views;
use crate::array::NdArray;
use crate::error::Raise;
use pommel::prelude::*;
use pommel::raw;
use pommel_array::{Array, DType};
use pommel_jit::code::{Argument, Binary, Code, Compare, Constant, Instruction, Unary};
use pommel_jit::objects::Objects;
use pommel_jit::specialise::{Action, Contents, Element, Known, Owner, Recipe, Site, Val};
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
    /// Of a method, with positional arguments.
    CallMethod(u32),
    /// Of the method `get` of a dict.
    DictGet,
    Iterate,
    ListAppend,
    /// Makes an array of ours, whose lengths are its operands.
    OurArray(DType),
    /// Makes one of NumPy's: what makes one, and the type of its elements.
    NumpyArray(u32, u32),
    /// Makes an instance: what makes one, its class, and the names of its attributes.
    Instance(u32, u32, Vec<u32>),
}

impl Step {
    /// The step of a site, if it has one and its operands are simple.
    pub(crate) fn of(site: &Site, inquiry: &mut Inquiry<'_>) -> Result<Option<Step>> {
        if let (Some(Val::Method(object, name)), Action::Instruction { instruction, .. }) =
            (site.operands.first(), &site.action)
        {
            let is_simple = is_simple(object) && site.operands[1..].iter().all(is_simple);
            return match instruction {
                Instruction::Call { arguments, .. } if !is_simple || !are_positional(arguments) => {
                    Ok(None)
                }
                Instruction::Call { arguments, .. }
                    if matches!((&**object, &**name), (Val::DictObject(..), "get"))
                        && matches!(arguments.len(), 1 | 2) =>
                {
                    Ok(Some(Step::DictGet))
                }
                Instruction::Call { .. } => inquiry.know_name(name).map(Step::CallMethod).map(Some),
                _ => Ok(None),
            };
        }
        match &site.action {
            Action::Make => Step::of_made(site, inquiry),
            _ if !site.operands.iter().all(is_simple) => Ok(None),
            Action::Instruction { code, instruction, .. } => {
                Step::of_instruction(code, instruction, inquiry)
            }
            Action::Part(_) => Ok(None),
            Action::NewArray(owner, element) => {
                Step::of_new_array(*owner, *element, inquiry).map(Some)
            }
        }
    }

    /// An instance whose attributes are simple.
    fn of_made(site: &Site, inquiry: &mut Inquiry<'_>) -> Result<Option<Step>> {
        let Some((class, attributes)) = instance_of(site) else { return Ok(None) };
        if !attributes.iter().all(|(_, value)| is_simple(value)) {
            return Ok(None);
        }
        let new = inquiry.ctx().builtin(c"object")?.get_attr(c"__new__")?;
        let new = inquiry.know(&new).0;
        let names = attributes.iter().map(|(name, _)| inquiry.know_name(name));
        Ok(Some(Step::Instance(new, class.0, names.collect::<Result<_>>()?)))
    }

    /// What makes arrays of a library, and the type of their elements.
    fn of_new_array(owner: Owner, element: Element, inquiry: &mut Inquiry<'_>) -> Result<Step> {
        let ctx = inquiry.ctx();
        if owner == Owner::Pommel {
            return Ok(Step::OurArray(views::dtype_of(element)?));
        }
        let numpy = ctx.import(c"numpy")?;
        let make = ctx.import(c"numpy._core.multiarray")?.get_attr(c"empty")?;
        let name = if element == Element::Bool { "bool_" } else { element.text() };
        let dtype = numpy.get_attr(c"dtype")?.call((numpy.get_attr(name)?,))?;
        Ok(Step::NumpyArray(inquiry.know(&make).0, inquiry.know(&dtype).0))
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
            (Step::CallMethod(name), [object, arguments @ ..]) => {
                object.call_method(known.lent(*name)?, arguments)
            }
            (Step::DictGet, [dict, key, otherwise @ ..]) => {
                let found = dict.cast::<Dict<'_>>()?.get(*key)?;
                let otherwise = || otherwise.first().map(|object| (*object).clone());
                return Ok(found.or_else(otherwise));
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
            (Step::OurArray(dtype), lengths) => {
                let lengths: Result<Vec<isize>> =
                    lengths.iter().map(|length| Ok(length.extract::<i64>()? as isize)).collect();
                let array = Array::empty(*dtype, &lengths?).raise()?;
                pommel::new_instance(known.ctx(), NdArray::made(array))
            }
            (Step::NumpyArray(make, dtype), [length]) => {
                known.lent(*make)?.call(&[*length, known.lent(*dtype)?][..])
            }
            (Step::NumpyArray(make, dtype), lengths) => {
                let lengths = known.ctx().tuple(lengths)?;
                known.lent(*make)?.call(&[&*lengths, known.lent(*dtype)?][..])
            }
            _ => Err(Error::runtime_error("an operation has other operands")),
        };
        result.map(Some)
    }
}

/// An operand: lent by machine code, or made of a number.
pub(crate) enum Operand<'k, 'c> {
    Lent(ManuallyDrop<Object<'c>>),
    Known(&'k Object<'c>),
    Made(Object<'c>),
}

impl<'k, 'c> Operand<'k, 'c> {
    /// The operand of a simple recipe.
    fn of(
        recipe: &Recipe,
        words: &[u64],
        known: &'k KnownObjects<'_, 'c>,
    ) -> Result<Operand<'k, 'c>> {
        let ctx = known.ctx();
        let made = match recipe {
            Val::Object(at, _)
            | Val::Array(at, ..)
            | Val::ListObject(at, _)
            | Val::TupleObject(at, _)
            | Val::Instance(at, _)
            | Val::DictObject(at, _)
            | Val::EntryIterator(at, _) => {
                return Ok(Operand::lent(ctx, words[*at as usize]));
            }
            Val::Method(object, _) => return Operand::of(object, words, known),
            Val::None => Ok(ctx.none()),
            Val::Char(at) => super::recipe::character(ctx, words[*at as usize]),
            Val::Bool(at) => ctx.object(words[*at as usize] & 0xff != 0),
            Val::Int(at) => ctx.object(words[*at as usize] as i64),
            Val::Float(at) => ctx.object(f64::from_bits(words[*at as usize])),
            Val::Complex(real, imag) => {
                let parts = [*real, *imag].map(|at| f64::from_bits(words[at as usize]));
                super::recipe::complex(ctx, parts)
            }
            Val::Known(number) => return known.lent(number.0).map(Operand::Known),
            _ => Err(Error::runtime_error("an operand is not simple")),
        };
        made.map(Operand::Made)
    }

    fn lent(ctx: Ctx<'c>, word: u64) -> Operand<'k, 'c> {
        // SAFETY: the specialiser has written down that this word is a handle, which machine code keeps
        // open meanwhile.
        Operand::Lent(unsafe { raw::borrowed(ctx, super::recipe::handle_of(word)) })
    }

    fn object(&self) -> &Object<'c> {
        match self {
            Operand::Lent(object) => object,
            Operand::Known(object) => object,
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

fn are_positional(arguments: &[Argument]) -> bool {
    arguments.iter().all(|argument| matches!(argument, Argument::Positional(_)))
}

/// Whether a recipe is one of an [`Operand`].
fn is_simple(recipe: &Recipe) -> bool {
    matches!(
        recipe,
        Val::Object(..)
            | Val::Array(..)
            | Val::ListObject(..)
            | Val::TupleObject(..)
            | Val::Instance(..)
            | Val::DictObject(..)
            | Val::EntryIterator(..)
            | Val::None
            | Val::Char(_)
            | Val::Bool(_)
            | Val::Int(_)
            | Val::Float(_)
            | Val::Complex(..)
            | Val::Known(_)
    )
}

impl Step {
    /// Does it with what a site says of its operands: those of an instance are its attributes.
    pub(crate) fn perform_at<'c>(
        &self,
        site: &Site,
        words: &[u64],
        objects: &Python<'c>,
        known: &KnownObjects<'_, 'c>,
    ) -> Result<Option<Object<'c>>> {
        let operand = |recipe: &Recipe| Operand::of(recipe, words, known);
        if let Some((_, attributes)) = instance_of(site) {
            let operands = attributes.iter().map(|(_, value)| operand(value));
            let operands: Vec<Operand<'_, 'c>> = operands.collect::<Result<_>>()?;
            let lent: Vec<&Object<'c>> = operands.iter().map(Operand::object).collect();
            return self.perform(objects, known, &lent);
        }
        match &site.operands[..] {
            [] => self.perform(objects, known, &[]),
            [a] => self.perform(objects, known, &[operand(a)?.object()]),
            [a, b] => {
                let (a, b) = (operand(a)?, operand(b)?);
                self.perform(objects, known, &[a.object(), b.object()])
            }
            [a, b, c] => {
                let (a, b, c) = (operand(a)?, operand(b)?, operand(c)?);
                self.perform(objects, known, &[a.object(), b.object(), c.object()])
            }
            more => {
                let operands: Vec<Operand<'_, 'c>> =
                    more.iter().map(operand).collect::<Result<_>>()?;
                let lent: Vec<&Object<'c>> = operands.iter().map(Operand::object).collect();
                self.perform(objects, known, &lent)
            }
        }
    }
}
