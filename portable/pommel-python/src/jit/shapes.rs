//! What objects are for machine code: from arguments to shapes, and from shapes to words.

use super::known::{Inquiry, KnownObjects, object_layout};
use crate::array::NdArray;
use crate::key::elements_are_numbers;
use pommel::prelude::*;
use pommel_array::DType;
use pommel_jit::ir::op::Class;
use pommel_jit::specialise::{Element, Items, Kinds, Shape, Tag, Val, View};

/// An array has at most so many axes for machine code to know its elements.
pub(crate) const MOST_AXES: usize = 4;
/// So many items of a list are looked at.
const LOOKED_AT: usize = 2;
/// Lists and tuples within lists are looked into so deep.
const LOOKED_INTO: usize = 3;
/// A tuple has at most so many items for them to be arguments of their own.
const MOST_ITEMS: usize = 16;

/// The exact class of an object, if it is one that machine code asks about.
pub(crate) fn class_of(object: &Object<'_>) -> Option<Class> {
    // The quick ways. `bool` has no subclasses.
    if object.at_once::<f64>().is_some() {
        return Some(Class::Float);
    }
    if object.at_once::<i64>().is_some() {
        return Some(Class::Int);
    }
    if object.is_a::<Bool>() {
        return Some(Class::Bool);
    }
    if object.is_none() {
        return Some(Class::None);
    }
    if Instance::<NdArray>::of(object).is_some() {
        return Some(Class::Array);
    }
    let ctx = object.ctx();
    let class = object.type_();
    let is = |name| ctx.builtin(name).is_ok_and(|known| known.is(&class));
    [
        (object.is_a::<Int>(), c"int", Class::Int),
        (object.is_a::<Float>(), c"float", Class::Float),
        (object.is_a::<Complex>(), c"complex", Class::Complex),
        (object.is_a::<Tuple>(), c"tuple", Class::Tuple),
        (object.is_a::<List>(), c"list", Class::List),
        (object.is_a::<Str>(), c"str", Class::Str),
    ]
    .into_iter()
    .find(|(may_be, name, _)| *may_be && is(*name))
    .map(|(_, _, class)| class)
}

/// What an argument is for machine code.
pub(crate) fn shape<'c>(inquiry: &mut Inquiry<'c>, argument: Option<&Object<'c>>) -> Shape {
    let Some(object) = argument else { return Val::Unbound };
    match class_of(object) {
        Some(Class::Float) => Val::Float(()),
        Some(Class::None) => Val::None,
        Some(Class::Bool) => Val::Bool(()),
        Some(Class::Int) if object.extract::<i64>().is_ok() => Val::Int(()),
        Some(Class::Tuple) => match items(object) {
            Some(items) => {
                Val::Tuple(items.iter().map(|item| shape(inquiry, Some(item))).collect())
            }
            None => Val::Object((), Some(Class::Tuple)),
        },
        Some(Class::Array) => match view_of(object) {
            Some(view) => Val::Array((), view, vec![(); words_of(view)].into()),
            None => Val::Object((), None),
        },
        Some(Class::List) if object_layout(object.ctx()).is_some() => {
            Val::ListObject((), items_of_list(object, 0))
        }
        Some(class @ (Class::List | Class::Str | Class::Complex)) => Val::Object((), Some(class)),
        Some(_) => Val::Object((), None),
        None => inquiry.know_function(object).map_or(Val::Object((), None), Val::Known),
    }
}

/// What the first items of a list let one take all for.
fn items_of_list(list: &Object<'_>, depth: usize) -> Items {
    let length = list.len().unwrap_or(0).min(LOOKED_AT);
    let mut all = Items::NONE;
    for at in 0..length {
        let Ok(item) = list.get_index(at as isize) else { return Items::Objects(None) };
        all = all.with(&item_kind(&item, depth)).unwrap_or(Items::Objects(None));
    }
    match &all {
        // They are read where they lie if all are of one kind.
        Items::Numbers(kinds) if *kinds != Kinds::NONE && kinds.only().is_none() => {
            Items::Objects(None)
        }
        _ => all,
    }
}

/// What an item of a list is taken to be.
fn item_kind(item: &Object<'_>, depth: usize) -> Items {
    let number = |tag| Items::Numbers(Kinds::one(tag));
    match class_of(item) {
        Some(Class::Float) => number(Tag::Float),
        Some(Class::Int) => number(Tag::Int),
        Some(Class::Bool) => number(Tag::Bool),
        Some(Class::List) if depth < LOOKED_INTO => {
            Items::Lists(items_of_list(item, depth + 1).into())
        }
        Some(Class::Tuple) if depth < LOOKED_INTO => match items(item) {
            Some(items) if !items.is_empty() => {
                Items::Tuples(items.iter().map(|item| item_kind(item, depth + 1)).collect())
            }
            _ => Items::Objects(None),
        },
        Some(Class::Str) => Items::Objects(Some(Class::Str)),
        _ => Items::Objects(None),
    }
}

/// The items of a short tuple.
fn items<'c>(object: &Object<'c>) -> Option<Vec<Object<'c>>> {
    let items: Vec<Object<'c>> = object.iter().ok()?.collect::<Result<_>>().ok()?;
    (items.len() <= MOST_ITEMS).then_some(items)
}

/// How many words arguments of a shape are.
pub(crate) fn width(shape: &Shape) -> usize {
    match shape {
        Val::Bool(()) | Val::Int(()) | Val::Float(()) | Val::Object(..) | Val::ListObject(..) => 1,
        Val::Array((), _, words) => 1 + words.len(),
        Val::Tuple(items) => items.iter().map(width).sum(),
        _ => 0,
    }
}

/// Words that are filled in from the first to the last.
pub(crate) struct Words<'w> {
    room: &'w mut [u64],
    next: usize,
}

impl<'w> Words<'w> {
    /// None yet, in a room that is large enough.
    pub(crate) fn new(room: &'w mut [u64]) -> Words<'w> {
        Words { room, next: 0 }
    }

    fn push(&mut self, word: u64) {
        self.room[self.next] = word;
        self.next += 1;
    }
}

/// The words of an argument, behind those of others, if it has a shape. Handles are lent: by the argument,
/// or by what is kept beside the words.
#[inline]
pub(crate) fn take<'c>(
    argument: Option<&Object<'c>>,
    shape: &Shape,
    known: &KnownObjects<'_, 'c>,
    words: &mut Words<'_>,
    kept: &mut Vec<Object<'c>>,
) -> Option<()> {
    // The quick ways.
    if let Some(object) = argument {
        match shape {
            Val::Float(()) => {
                if let Some(number) = object.at_once::<f64>() {
                    words.push(number.to_bits());
                    return Some(());
                }
            }
            Val::Int(()) => {
                if let Some(number) = object.at_once::<i64>() {
                    words.push(number as u64);
                    return Some(());
                }
            }
            _ => {}
        }
    }
    take_slowly(argument, shape, known, words, kept)
}

fn take_slowly<'c>(
    argument: Option<&Object<'c>>,
    shape: &Shape,
    known: &KnownObjects<'_, 'c>,
    words: &mut Words<'_>,
    kept: &mut Vec<Object<'c>>,
) -> Option<()> {
    let object = match (argument, shape) {
        (None, Val::Unbound) => return Some(()),
        (None, _) | (_, Val::Unbound) => return None,
        (Some(object), _) => object,
    };
    match shape {
        Val::Float(()) => {
            words.push(exact_float(object)?.to_bits());
            return Some(());
        }
        Val::None => return object.is_none().then_some(()),
        Val::Known(number) => {
            let expected = known.get(number.0).ok()?;
            return expected.is(object).then_some(());
        }
        _ => {}
    }
    let class = class_of(object);
    match shape {
        Val::Bool(()) if class == Some(Class::Bool) => words.push(object.is_true().ok()?.into()),
        Val::Int(()) if class == Some(Class::Int) => {
            words.push(object.extract::<i64>().ok()? as u64)
        }
        Val::Tuple(shapes) if class == Some(Class::Tuple) => {
            let items = items(object).filter(|items| items.len() == shapes.len())?;
            for (item, shape) in items.iter().zip(shapes.iter()) {
                take(Some(item), shape, known, words, kept)?;
            }
            kept.extend(items);
        }
        Val::Array((), view, _) if class == Some(Class::Array) => {
            if view_of(object) != Some(*view) {
                return None;
            }
            words.push(object.as_raw().0 as u64);
            view_words(object, *view, words)?;
        }
        Val::ListObject((), wanted) => {
            if class != Some(Class::List) || items_of_list(object, 0) != *wanted {
                return None;
            }
            words.push(object.as_raw().0 as u64);
        }
        Val::Object((), wanted) => {
            let is_it = match class {
                Some(Class::Tuple) => *wanted == class && items(object).is_none(),
                Some(Class::List | Class::Str | Class::Complex) => *wanted == class,
                Some(Class::Int) => wanted.is_none() && object.extract::<i64>().is_err(),
                Some(Class::Array) => wanted.is_none() && view_of(object).is_none(),
                Some(_) => false,
                None => wanted.is_none(),
            };
            if !is_it {
                return None;
            }
            words.push(object.as_raw().0 as u64);
        }
        _ => return None,
    }
    Some(())
}

fn exact_float(object: &Object<'_>) -> Option<f64> {
    object.at_once::<f64>().or_else(|| {
        (class_of(object) == Some(Class::Float)).then(|| object.extract().ok()).flatten()
    })
}

/// How machine code sees an array, if it knows its elements.
fn view_of(object: &Object<'_>) -> Option<View> {
    let array = Instance::<NdArray>::of(object)?;
    let array = array.borrow().ok()?;
    let element = match array.inner.dtype() {
        DType::Bool => Element::Bool,
        DType::Int64 => Element::Int64,
        DType::Float64 => Element::Float64,
        _ => return None,
    };
    let rank = array.inner.ndim();
    ((1..=MOST_AXES).contains(&rank) && elements_are_numbers())
        .then_some(View { element, rank: rank as u8 })
}

/// How many words a view has.
fn words_of(view: View) -> usize {
    2 + 2 * usize::from(view.rank)
}

/// The words of an array: the address of its first element, the lengths of its axes, the distances in
/// bytes between elements along each, and whether it may be written. `None` if it is not such an array.
pub(crate) fn view_words(object: &Object<'_>, view: View, words: &mut Words<'_>) -> Option<()> {
    if view_of(object) != Some(view) {
        return None;
    }
    let array = Instance::<NdArray>::of(object)?;
    let array = array.borrow().ok()?;
    let inner = &array.inner;
    let (address, writable) = match inner.is_readonly() {
        true => (inner.address().ok()?.addr(), false),
        false => match inner.address_for_writing() {
            Ok(address) => (address.addr(), true),
            Err(_) => (inner.address().ok()?.addr(), false),
        },
    };
    words.push(address as u64);
    let (lengths, strides) = (inner.shape().iter(), inner.layout().strides().iter());
    lengths.chain(strides).for_each(|word| words.push(*word as u64));
    words.push(writable.into());
    Some(())
}

/// A shape in words.
pub(crate) fn described(shape: &Shape) -> String {
    match shape {
        Val::Unbound => "nothing".into(),
        Val::None => "None".into(),
        Val::Bool(()) => "bool".into(),
        Val::Int(()) => "int of 64 bits".into(),
        Val::Float(()) => "float".into(),
        Val::Known(_) => "this very function".into(),
        Val::Array((), view, _) => format!("array of {:?} with {} axes", view.element, view.rank),
        Val::Tuple(items) => {
            format!("tuple ({})", items.iter().map(described).collect::<Vec<_>>().join(", "))
        }
        Val::ListObject((), _) => "List".into(),
        Val::Object((), Some(class)) => format!("{class:?}"),
        _ => "any object".into(),
    }
}
