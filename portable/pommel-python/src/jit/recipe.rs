//! Makes objects of what machine code leaves behind: numbers and handles in words, by recipes.

use super::exceptions;
use super::known::KnownObjects;
use super::objects::{Home, Python};
use super::own_memory::OwnMemory;
use super::views;
use crate::array::NdArray;
use crate::error::Raise;
use pommel::prelude::*;
use pommel::raw::{self, HPy};
use pommel_array::Array;
use pommel_jit::code::Point;
use pommel_jit::objects::Objects;
use pommel_jit::specialise::{
    CodeRef, Contents, Family, Flavour, Known, Operation, Owner, Raised, Recipe, Tag, Thing, Val,
};
use std::ffi::CString;

/// What recipes speak of: words, things with an identity, and objects that are known.
pub(crate) struct Ingredients<'a, 'c> {
    pub(crate) ctx: Ctx<'c>,
    pub(crate) objects: &'a Python<'c>,
    /// The objects that the specialisation knows.
    pub(crate) known: &'a KnownObjects<'a, 'c>,
    /// Numbers and handles. Handles are lent.
    pub(crate) words: &'a [u64],
    pub(crate) heap: &'a [Option<Contents<u32>>],
    /// The things that are objects already.
    pub(crate) made: Vec<Option<Object<'c>>>,
    /// What is no number, by its words.
    pub(crate) nans: Vec<(u32, Object<'c>)>,
    /// Where an operation stands that raised an exception.
    pub(crate) failed: Option<Point>,
    /// Lists, dicts and records in memory.
    pub(crate) own: &'a OwnMemory<'a, 'c>,
    /// How exceptions are made.
    pub(crate) raises: &'a [Raised],
    /// What functions are at home in that have the globals of a known one.
    pub(crate) homes: &'a dyn Fn(Known) -> Result<Home<'c>>,
}

impl<'a, 'c> Ingredients<'a, 'c> {
    /// The object of a recipe; `None` for what is unbound.
    pub(crate) fn object(&mut self, recipe: &Recipe) -> Result<Option<Object<'c>>> {
        match recipe {
            Val::Unbound => Ok(None),
            Val::Maybe(bound, inner) => match self.words[*bound as usize] & 0xff {
                0 => Ok(None),
                _ => self.object(inner),
            },
            bound => self.bound(bound).map(Some),
        }
    }

    fn bound(&mut self, recipe: &Recipe) -> Result<Object<'c>> {
        let ctx = self.ctx;
        match recipe {
            Val::Unbound | Val::Maybe(..) => Err(Error::runtime_error("a value is unbound")),
            Val::None => Ok(ctx.none()),
            Val::Char(at) => character(ctx, self.words[*at as usize]),
            Val::Bool(at) => ctx.object(self.words[*at as usize] & 0xff != 0),
            Val::Int(at) => ctx.object(self.int(*at)),
            Val::Float(at) if self.float(*at).is_nan() => self.nan(*at),
            Val::Float(at) => ctx.object(self.float(*at)),
            Val::Complex(real, imag) => complex(ctx, [*real, *imag].map(|at| self.float(at))),
            Val::Scalar(at, flavour) => self.scalar(self.words[*at as usize], *flavour),
            Val::Number(tag, bits, _) => self.number(*tag, *bits),
            Val::Known(known) => self.known(*known),
            Val::Object(at, _)
            | Val::Array(at, ..)
            | Val::ListObject(at, _)
            | Val::TupleObject(at, _)
            | Val::DictObject(at, _)
            | Val::EntryIterator(at, _)
            | Val::Instance(at, _) => Ok(self.handle(*at)),
            Val::Tuple(items) => Ok((*self.tuple(items)?).clone()),
            Val::Named(tuple, class) => {
                let new = ctx.builtin(c"tuple")?.get_attr(c"__new__")?;
                new.call((self.known(*class)?, self.bound(tuple)?))
            }
            Val::Thing(thing) => self.thing(*thing),
            Val::List(at, _) => self.own.lists().borrow_mut().object(self.words[*at as usize]),
            Val::Record(at, _) => self.own.lists().borrow_mut().instance(self.words[*at as usize]),
            Val::Dict(at, _) => self.own.dicts().borrow_mut().object(self.words[*at as usize]),
            // Its list knows what it is.
            Val::Deque(list) => self.bound(list),
            Val::Text(address, length) => {
                let text = [*address, *length].map(|at| self.words[at as usize]);
                self.own.lists().borrow_mut().texts.object(text)
            }
            Val::DictView(..) | Val::Method(..) | Val::Bound(..) | Val::Super(..) => {
                self.attribute(recipe)
            }
            other => self.iterator(other),
        }
    }

    /// What an attribute of an object gives: methods, views of dicts, and `super()`.
    fn attribute(&mut self, recipe: &Recipe) -> Result<Object<'c>> {
        let ctx = self.ctx;
        match recipe {
            Val::DictView(dict, part) => {
                let dict = self.bound(dict)?;
                self.objects.load_attribute(&dict, part.name())?.call(())
            }
            Val::Method(object, name) => {
                let object = self.bound(object)?;
                self.objects.load_attribute(&object, name)
            }
            Val::Bound(object, function) => {
                let method = ctx.import(c"types")?.get_attr(c"MethodType")?;
                method.call((self.known(*function)?, self.bound(object)?))
            }
            Val::Super(object, class) => {
                ctx.builtin(c"super")?.call((self.known(*class)?, self.bound(object)?))
            }
            _ => Err(Error::runtime_error("a recipe is none")),
        }
    }

    /// What iterates, slices and ranges: what builtins make.
    fn iterator(&mut self, recipe: &Recipe) -> Result<Object<'c>> {
        let ctx = self.ctx;
        match recipe {
            Val::Slice(parts) => {
                let [start, stop, step] = &**parts;
                let parts = (self.bound(start)?, self.bound(stop)?, self.bound(step)?);
                ctx.builtin(c"slice")?.call(parts)
            }
            Val::Range(parts) => self.range(parts[0], parts[1], self.int(parts[2])),
            Val::RangeIterator(parts, step) => {
                let rest = self.range(parts[0], parts[1], *step)?;
                ctx.builtin(c"iter")?.call((rest,))
            }
            Val::SteppingIterator(parts) => {
                let rest = self.range(parts[0], parts[1], self.int(parts[2]))?;
                ctx.builtin(c"iter")?.call((rest,))
            }
            Val::TupleIterator(items, next) => {
                let tuple = self.tuple(items)?;
                let iterator = ctx.builtin(c"iter")?.call((&*tuple,))?;
                for _ in 0..self.int(*next).min(items.len() as i64) {
                    self.objects.next(&iterator)?;
                }
                Ok(iterator)
            }
            Val::ArrayIterator(array, next) => self.array_iterator(array, *next),
            Val::ListIterator(list, next) if matches!(**list, Val::TupleObject(..)) => {
                let tuple = self.bound(list)?;
                self.iterator_at(&tuple, self.int(*next))
            }
            Val::ListIterator(list, next) => self.list_iterator(list, self.int(*next)),
            Val::ReverseIterator(list, next) => {
                let list = self.bound(list)?;
                let iterator = ctx.builtin(c"reversed")?.call((list,))?;
                iterator.call_method(c"__setstate__", (self.int(*next),))?;
                Ok(iterator)
            }
            Val::DictIterator(dict, part, next) => {
                let dict = self.bound(dict)?;
                let view = self.objects.load_attribute(&dict, part.name())?.call(())?;
                let iterator = self.objects.iterate(&view)?;
                for _ in 0..self.int(*next) {
                    self.objects.next(&iterator)?;
                }
                Ok(iterator)
            }
            Val::Enumerate(inner, count) => {
                let inner = self.bound(inner)?;
                ctx.builtin(c"enumerate")?.call((inner, self.int(*count)))
            }
            Val::Zip(inner) => {
                let inner = self.all(inner)?;
                ctx.builtin(c"zip")?.call(&inner.iter().collect::<Vec<_>>()[..])
            }
            _ => Err(Error::runtime_error("a recipe is none")),
        }
    }

    /// An iterator of a list, which has given so many items: all, if there are none also where the list gets
    /// more.
    fn list_iterator(&mut self, list: &Recipe, next: i64) -> Result<Object<'c>> {
        match next {
            i64::MAX => self.objects.list_iterator(&self.objects.list(&[])?, 0),
            next => {
                let list = self.bound(list)?;
                self.objects.list_iterator(&list, next)
            }
        }
    }

    /// An iterator over an array that stands at an item.
    fn array_iterator(&mut self, array: &Recipe, next: u32) -> Result<Object<'c>> {
        let ctx = self.ctx;
        // A part of these shares their memory, and has an iterator that stands at its beginning.
        let has_parts = match array {
            Val::Array(_, view, _) => view.owner == Owner::Pommel,
            Val::Thing(thing) => {
                let contents = self.heap.get(thing.0 as usize).and_then(Option::as_ref);
                matches!(contents, Some(Contents::Vector(..)))
            }
            _ => false,
        };
        let array = self.bound(array)?;
        if !has_parts {
            return self.iterator_at(&array, self.int(next));
        }
        let all = (self.int(next), ctx.none(), ctx.none());
        let rest = array.get_item(ctx.builtin(c"slice")?.call(all)?)?;
        ctx.builtin(c"iter")?.call((rest,))
    }

    /// What is no number is one object for all who have it: only itself is equal to it in a list.
    fn nan(&mut self, at: u32) -> Result<Object<'c>> {
        if let Some((_, made)) = self.nans.iter().find(|(known, _)| *known == at) {
            return Ok(made.clone());
        }
        let made = self.ctx.object(self.float(at))?;
        self.nans.push((at, made.clone()));
        Ok(made)
    }

    fn range(&self, start: u32, stop: u32, step: i64) -> Result<Object<'c>> {
        self.ctx.builtin(c"range")?.call((self.int(start), self.int(stop), step))
    }

    fn tuple(&mut self, items: &[Recipe]) -> Result<Tuple<'c>> {
        let items = self.all(items)?;
        self.ctx.tuple(&items.iter().collect::<Vec<_>>())
    }

    fn all(&mut self, recipes: &[Recipe]) -> Result<Vec<Object<'c>>> {
        recipes.iter().map(|recipe| self.bound(recipe)).collect()
    }

    fn number(&self, tag: u32, bits: u32) -> Result<Object<'c>> {
        match Tag::of_number(self.int(tag)) {
            Some(Tag::Scalar(flavour)) => self.scalar(self.words[bits as usize], flavour),
            Some(Tag::Bool) => self.ctx.object(self.int(bits) != 0),
            Some(Tag::Int) => self.ctx.object(self.int(bits)),
            Some(Tag::Float) => self.ctx.object(self.float(bits)),
            _ => Ok(self.ctx.none()),
        }
    }

    fn scalar(&self, word: u64, flavour: Flavour) -> Result<Object<'c>> {
        let known = |place: usize| self.known.get(place as u32).ok();
        views::scalar(self.ctx, word, flavour, &known)
    }

    /// An iterator of an array of others, which stands at a place.
    fn iterator_at(&self, array: &Object<'c>, next: i64) -> Result<Object<'c>> {
        let iterator = self.ctx.builtin(c"iter")?.call((array,))?;
        if next > 0 && iterator.has_attr(c"__setstate__") {
            iterator.call_method(c"__setstate__", (next,))?;
            return Ok(iterator);
        }
        for _ in 0..next {
            self.objects.next(&iterator)?;
        }
        Ok(iterator)
    }

    fn int(&self, at: u32) -> i64 {
        self.words[at as usize] as i64
    }

    fn float(&self, at: u32) -> f64 {
        f64::from_bits(self.words[at as usize])
    }

    /// Another handle of an object whose handle is a word.
    fn handle(&self, at: u32) -> Object<'c> {
        // SAFETY: the specialiser has written down that this word is a handle, which the machine code
        // keeps open until whoever makes objects of it is done.
        let lent = unsafe { raw::borrowed(self.ctx, handle_of(self.words[at as usize])) };
        (*lent).clone()
    }

    pub(crate) fn known(&self, known: Known) -> Result<Object<'c>> {
        self.known.get(known.0)
    }

    fn thing(&mut self, thing: Thing) -> Result<Object<'c>> {
        let place = thing.0 as usize;
        if self.made.len() <= place {
            self.made.resize(place + 1, None);
        }
        if let Some(made) = &self.made[place] {
            return Ok(made.clone());
        }
        let contents = self.heap.get(place).and_then(Option::as_ref);
        let contents = contents.ok_or_else(|| Error::runtime_error("a thing has no contents"))?;
        let object = match self.container(contents)? {
            Some(container) => container,
            None => self.contents(contents)?,
        };
        self.made[place] = Some(object.clone());
        self.fill(&object, contents)?;
        Ok(object)
    }

    /// What may be in itself, as a function in a cell of its own: it is there before what is in it.
    fn container(&self, contents: &'a Contents<u32>) -> Result<Option<Object<'c>>> {
        Ok(match contents {
            Contents::Cell(_) => Some(self.objects.cell(None)?),
            Contents::List(_) => Some(self.objects.list(&[])?),
            Contents::Instance(class, _) => Some(ctx_new(self.ctx)?.call((self.known(*class)?,))?),
            _ => None,
        })
    }

    /// Puts into such a thing what is in it.
    fn fill(&mut self, object: &Object<'c>, contents: &'a Contents<u32>) -> Result<()> {
        match contents {
            Contents::Cell(content) => {
                if let Some(content) = self.object(content)? {
                    self.objects.store_cell(object, Some(&content))?;
                }
            }
            Contents::List(items) => {
                for item in items {
                    object.cast::<List<'_>>()?.append(self.bound(item)?)?;
                }
            }
            Contents::Instance(_, attributes) => {
                for (name, value) in attributes {
                    object.set_attr(&**name, self.bound(value)?)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What an operation on arrays gives.
    fn elementwise(&self, operation: Operation, operands: &[Object<'c>]) -> Result<Object<'c>> {
        match (operation, operands) {
            (Operation::Binary(operator), [x, y]) => self.objects.binary(operator, false, x, y),
            (Operation::Compare(operator), [x, y]) => self.objects.compare(operator, x, y),
            (Operation::Unary(operator), [x]) => self.objects.unary(operator, x),
            (Operation::Call(builtin), operands) => {
                let (module, name) = builtin.place();
                let [module, name] =
                    [module, name].map(|text| CString::new(text).unwrap_or_default());
                let callee = self.ctx.import(&module)?.get_attr(name.as_c_str())?;
                callee.call(&operands.iter().collect::<Vec<_>>()[..])
            }
            _ => Err(Error::runtime_error("an operation has other operands")),
        }
    }

    fn contents(&mut self, contents: &'a Contents<u32>) -> Result<Object<'c>> {
        match contents {
            Contents::Vector(family, items) => {
                let items: Vec<f64> = items.iter().map(|at| self.float(*at)).collect();
                if *family == Family::Numpy {
                    let make = self.ctx.import(c"numpy")?.get_attr(c"array")?;
                    return make.call((self.ctx.list(items)?,));
                }
                let array = Array::from_slice(&items, &[items.len() as isize]).raise()?;
                pommel::new_instance(self.ctx, NdArray::made(array))
            }
            Contents::Part { array, key, .. } => {
                let (array, key) = (self.bound(array)?, self.bound(key)?);
                array.get_item(key)
            }
            Contents::Elementwise(made) => {
                let operands = self.all(&made.operands)?;
                let result = self.elementwise(made.operation, &operands);
                if result.is_err() {
                    self.failed = Some(made.point);
                }
                result
            }
            Contents::Keywords(items) => {
                let dict = self.ctx.dict()?;
                for (name, value) in items {
                    dict.set_item(&**name, &self.bound(value)?)?;
                }
                Ok(dict.into())
            }
            Contents::Cell(_) | Contents::List(_) | Contents::Instance(..) => {
                Err(Error::runtime_error("a container is made before its content"))
            }
            Contents::Shared(content) => {
                let Val::List(at, _) = content else {
                    return Err(Error::runtime_error("a shared variable is in no list"));
                };
                self.own.lists().borrow_mut().cell(self.words[*at as usize], self.objects)
            }
            Contents::Exception(which, _, values) => {
                let values: Result<Vec<_>> =
                    values.iter().map(|value| self.object(value)).collect();
                let raise = self.raises.get(self.int(*which) as usize);
                let raise = raise.ok_or_else(|| Error::runtime_error("an exception was lost"))?;
                exceptions::made(self.objects, raise, values?, self.homes)
            }
            Contents::Function {
                home, around, nested, defaults, keyword_defaults, cells, ..
            } => {
                let (home, CodeRef(around)) = ((self.homes)(*home)?, around);
                let named = keyword_defaults.iter();
                let named: Result<Vec<_>> = named
                    .map(|(name, value)| Ok((around.name(*name), self.bound(value)?)))
                    .collect();
                let (defaults, cells) = (self.all(defaults)?, self.all(cells)?);
                let nested = *nested as usize;
                self.objects.function(&home, around, nested, &defaults, &named?, &cells)
            }
        }
    }
}

/// What makes an instance and does no more.
pub(super) fn ctx_new(ctx: Ctx<'_>) -> Result<Object<'_>> {
    ctx.builtin(c"object")?.get_attr(c"__new__")
}

/// The string of one character that is ASCII.
pub(crate) fn character(ctx: Ctx<'_>, number: u64) -> Result<Object<'_>> {
    ctx.object(char::from(number as u8).encode_utf8(&mut [0; 4]) as &str)
}

/// A complex number.
pub(crate) fn complex(ctx: Ctx<'_>, [real, imag]: [f64; 2]) -> Result<Object<'_>> {
    ctx.builtin(c"complex")?.call((real, imag))
}

/// The handle that a word is.
pub(crate) fn handle_of(word: u64) -> HPy {
    HPy(word as isize)
}
