//! What objects are for machine code: from arguments to shapes, and from shapes to words.

use super::alone::NumpyArray;
use super::classes::parts_of_method;
use super::known::{Inquiry, KnownObjects, object_layout};
use super::views::{self, Look};
use crate::array::NdArray;
use pommel::held::HeldBuffer;
use pommel::prelude::*;
use pommel::raw::{attach, calls};
use pommel_jit::ir::op::Class;
use pommel_jit::specialise::{Element, Family, Flavour, Items, Kinds, Known, Shape, Tag, Val};

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
    if let Some(class) = class_at_once(object) {
        return Some(class);
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
        (object.is_a::<Dict>(), c"dict", Class::Dict),
    ]
    .into_iter()
    .find(|(may_be, name, _)| *may_be && is(*name))
    .map(|(_, _, class)| class)
}

/// The class of a string, a list or a tuple, where the interpreter says where it stands.
fn class_at_once(object: &Object<'_>) -> Option<Class> {
    if !attach::plain_handles() {
        return None;
    }
    let ctx = object.ctx().as_raw();
    // SAFETY: the object's handle is open, and the context is live.
    let (class, known) = unsafe {
        let class = attach::type_of(object.as_raw())?;
        let (text, list) = (calls::h_UnicodeType(ctx), calls::h_ListType(ctx));
        let tuple = calls::h_TupleType(ctx);
        (class, [(text, Class::Str), (list, Class::List), (tuple, Class::Tuple)])
    };
    known.into_iter().find(|(handle, _)| handle.0 == class.0).map(|(_, class)| class)
}

/// What an argument is for machine code.
pub(crate) fn shape<'c>(inquiry: &mut Inquiry<'c>, argument: Option<&Object<'c>>) -> Shape {
    argument.map_or(Val::Unbound, |object| shape_within(inquiry, object, 0))
}

/// The same of an object that is in so many tuples.
fn shape_within<'c>(inquiry: &mut Inquiry<'c>, object: &Object<'c>, depth: usize) -> Shape {
    match class_of(object) {
        Some(Class::Tuple) if depth > LOOKED_INTO => Val::Object((), Some(Class::Tuple)),
        Some(Class::Float) => Val::Float(()),
        Some(Class::None) => Val::None,
        Some(Class::Bool) => Val::Bool(()),
        Some(Class::Int) if object.extract::<i64>().is_ok() => Val::Int(()),
        Some(Class::Tuple) => match items(object) {
            Some(items) => {
                let shapes = items.iter().map(|item| shape_within(inquiry, item, depth + 1));
                Val::Tuple(shapes.collect())
            }
            None if has_tuples(object.ctx()) => {
                let classes = &mut |item: &Object<'c>| inquiry.class_of_instance(item);
                Val::TupleObject((), items_of_list(object, 0, classes))
            }
            None => Val::Object((), Some(Class::Tuple)),
        },
        Some(Class::Array) => match views::look_at_ours(object) {
            Some(look) => array(&look),
            None => Val::Object((), None),
        },
        Some(Class::List) if object_layout(object.ctx()).is_some() => {
            Val::ListObject((), items_of_list(object, 0, &mut |o| inquiry.class_of_instance(o)))
        }
        Some(Class::Complex) => Val::Complex((), ()),
        Some(Class::Dict) if object_layout(object.ctx()).is_some() => {
            Val::DictObject((), entries_of_dict(object).into())
        }
        Some(class @ (Class::List | Class::Str | Class::Dict)) => Val::Object((), Some(class)),
        Some(_) => Val::Object((), None),
        None => match of_others(object, &|place| inquiry.known_at(place)) {
            Other::Array(look) => array(&look),
            Other::Scalar(element, _) => {
                Val::Scalar((), Flavour { family: Family::Numpy, element })
            }
            // What is known is kept, and an argument is not to be.
            Other::Neither => instance(inquiry, object)
                .or_else(|| inquiry.know_function(object).map(Val::Known))
                .unwrap_or(Val::Object((), None)),
        },
    }
}

/// An instance of a class, or a method of one.
fn instance<'c>(inquiry: &mut Inquiry<'c>, object: &Object<'c>) -> Option<Shape> {
    if let Some(class) = inquiry.class_of_instance(object) {
        return Some(Val::Instance((), class));
    }
    if let Some(class) = inquiry.class_of_named(object) {
        let shapes = items(object)?;
        let shapes = shapes.iter().map(|item| shape_within(inquiry, item, LOOKED_INTO));
        return Some(Val::Named(Box::new(Val::Tuple(shapes.collect())), class));
    }
    let (of, function) = parts_of_method(object).ok()??;
    let class = inquiry.class_of_instance(&of)?;
    let function = inquiry.know_function(&function)?;
    Some(Val::Bound(Box::new(Val::Instance((), class)), function))
}

fn array(look: &Look) -> Shape {
    Val::Array((), look.view, vec![(); look.view.words()].into())
}

/// What an object of others is.
#[allow(
    clippy::large_enum_variant,
    reason = "it lives for a moment, and arrays are the usual case"
)]
enum Other {
    Array(Look),
    /// And its word.
    Scalar(Element, u64),
    Neither,
}

fn of_others<'c>(object: &Object<'c>, known: views::KnownAt<'_, 'c>) -> Other {
    if let Some(look) = views::look_at_others(object, known) {
        return Other::Array(look);
    }
    let scalar = views::scalar_of(object, known);
    match scalar.and_then(|element| Some((element, views::scalar_word(object, element)?))) {
        Some((element, word)) => Other::Scalar(element, word),
        None => Other::Neither,
    }
}

/// What is kept beside the words of arguments.
#[derive(Default)]
pub(crate) struct Kept<'c> {
    /// Objects whose handles are among the words.
    objects: Vec<Object<'c>>,
    /// Memory that might be put elsewhere.
    pub(crate) memory: Vec<HeldBuffer>,
}

/// Finds the class of an instance, if that is of use.
type Classes<'a, 'c> = &'a mut dyn FnMut(&Object<'c>) -> Option<Known>;

/// What the first items of a list let one take all for.
pub(super) fn items_of_list<'c>(
    list: &Object<'c>,
    depth: usize,
    classes: Classes<'_, 'c>,
) -> Items {
    let length = list.len().unwrap_or(0).min(LOOKED_AT);
    let mut all = Items::NONE;
    for at in 0..length {
        let Ok(item) = list.get_index(at as isize) else { return Items::Objects(None) };
        all = all.with(&item_kind(&item, depth, classes)).unwrap_or(Items::Objects(None));
    }
    all
}

/// What the first keys and values of a dict let one take all for.
pub(crate) fn entries_of_dict(dict: &Object<'_>) -> [Items; 2] {
    let objects = [Items::Objects(None), Items::Objects(None)];
    let Ok(entries) = dict.call_method(c"items", ()) else { return objects };
    let Ok(entries) = entries.iter() else { return objects };
    let mut all = [Items::NONE, Items::NONE];
    for entry in entries.take(LOOKED_AT) {
        let Some(parts) = entry.ok().as_ref().and_then(items) else { return objects };
        for (all, part) in all.iter_mut().zip(&parts) {
            *all = all.with(&item_kind(part, 0, &mut |_| None)).unwrap_or(Items::Objects(None));
        }
    }
    all.map(|items| match items {
        Items::Numbers(Kinds::NONE) | Items::Tuples(_) => Items::Objects(None),
        other => other,
    })
}

/// What an item of a list is taken to be.
pub(super) fn item_kind<'c>(item: &Object<'c>, depth: usize, classes: Classes<'_, 'c>) -> Items {
    let number = |tag| Items::Numbers(Kinds::one(tag));
    match class_of(item) {
        Some(Class::Float) => number(Tag::Float),
        Some(Class::Int) => number(Tag::Int),
        Some(Class::Bool) => number(Tag::Bool),
        Some(Class::None) => number(Tag::None),
        Some(Class::List) if depth < LOOKED_INTO => {
            Items::Lists(items_of_list(item, depth + 1, classes).into())
        }
        Some(Class::Tuple) if depth < LOOKED_INTO => match items(item) {
            Some(items) if !items.is_empty() => {
                let kinds = items.iter().map(|item| item_kind(item, depth + 1, classes));
                Items::Tuples(kinds.collect())
            }
            _ => Items::Objects(None),
        },
        Some(Class::Str) => Items::Objects(Some(Class::Str)),
        None => classes(item).map_or(Items::Objects(None), Items::Instances),
        _ => Items::Objects(None),
    }
}

/// The class that instances are of among items, if there is one.
fn class_among(items: &Items) -> Option<Known> {
    match items {
        Items::Instances(class) => Some(*class),
        Items::Lists(inner) => class_among(inner),
        Items::Tuples(parts) => parts.iter().find_map(class_among),
        Items::Numbers(_)
        | Items::Objects(_)
        | Items::Characters
        | Items::Texts
        | Items::Records(_) => None,
    }
}

/// Whether items of tuples are read where they lie.
fn has_tuples(ctx: Ctx<'_>) -> bool {
    object_layout(ctx).is_some_and(|layout| layout.tuple != 0)
}

/// The items of a short tuple.
fn items<'c>(object: &Object<'c>) -> Option<Vec<Object<'c>>> {
    if object.len().ok()? > MOST_ITEMS {
        return None;
    }
    object.iter().ok()?.collect::<Result<_>>().ok()
}

/// How many words arguments of a shape are.
pub(crate) fn width(shape: &Shape) -> usize {
    match shape {
        Val::Bool(()) | Val::Int(()) | Val::Float(()) | Val::Scalar(..) => 1,
        Val::Object(..)
        | Val::ListObject(..)
        | Val::TupleObject(..)
        | Val::DictObject(..)
        | Val::Instance(..) => 1,
        Val::Complex((), ()) => 2,
        Val::Bound(inner, _) | Val::Named(inner, _) => width(inner),
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

    /// The words of an array of NumPy's, if it lies as one should. Whether it does.
    #[inline]
    pub(crate) fn push_array(&mut self, object: &Object<'_>, layout: &NumpyArray) -> bool {
        let words = layout.look_exactly(object, &mut self.room[self.next + 1..]);
        if let Some(words) = words {
            self.room[self.next] = object.as_raw().0 as u64;
            self.next += 1 + words;
        }
        words.is_some()
    }

    fn push(&mut self, word: u64) {
        self.room[self.next] = word;
        self.next += 1;
    }

    /// The parts of a complex number.
    fn push_both(&mut self, complex: &Object<'_>) -> Result<()> {
        parts(complex)?.into_iter().for_each(|part| self.push(part.to_bits()));
        Ok(())
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
    kept: &mut Kept<'c>,
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
    match (argument, shape) {
        (Some(object), Val::Instance(..) | Val::Bound(..) | Val::Named(..)) => {
            take_instance(object, shape, known, words, kept)
        }
        _ => take_slowly(argument, shape, known, words, kept),
    }
}

fn take_slowly<'c>(
    argument: Option<&Object<'c>>,
    shape: &Shape,
    known: &KnownObjects<'_, 'c>,
    words: &mut Words<'_>,
    kept: &mut Kept<'c>,
) -> Option<()> {
    let known_at = |place: usize| known.get(place as u32).ok();
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
        Val::Array((), view, _) => {
            let look = views::look_as(object, view.owner, &known_at);
            let look = look.filter(|look| look.view == *view)?;
            words.push(object.as_raw().0 as u64);
            look.words.into_iter().for_each(|word| words.push(word));
            kept.memory.extend(look.held);
            return Some(());
        }
        _ => {}
    }
    let class = class_of(object);
    match shape {
        Val::Bool(()) if class == Some(Class::Bool) => words.push(object.is_true().ok()?.into()),
        Val::Int(()) if class == Some(Class::Int) => {
            words.push(object.extract::<i64>().ok()? as u64)
        }
        Val::Complex((), ()) if class == Some(Class::Complex) => words.push_both(object).ok()?,
        Val::Tuple(shapes) if class == Some(Class::Tuple) => {
            let items = items(object).filter(|items| items.len() == shapes.len())?;
            for (item, shape) in items.iter().zip(shapes.iter()) {
                take(Some(item), shape, known, words, kept)?;
            }
            kept.objects.extend(items);
        }
        Val::Scalar((), flavour) if class.is_none() => {
            match of_others(object, &known_at) {
                Other::Scalar(element, word) if element == flavour.element => words.push(word),
                _ => return None,
            };
        }
        Val::ListObject(..) | Val::TupleObject(..) | Val::DictObject(..) | Val::Object(..) => {
            if !is_shape(object, class, shape, known) {
                return None;
            }
            words.push(object.as_raw().0 as u64);
        }
        _ => return None,
    }
    Some(())
}

/// The same for an instance of a class, or a method of one.
fn take_instance<'c>(
    object: &Object<'c>,
    shape: &Shape,
    known: &KnownObjects<'_, 'c>,
    words: &mut Words<'_>,
    kept: &mut Kept<'c>,
) -> Option<()> {
    match shape {
        Val::Instance((), of) => {
            if !known.get(of.0).ok()?.is(&object.type_()) {
                return None;
            }
            words.push(object.as_raw().0 as u64);
        }
        Val::Named(inner, of) => {
            let Val::Tuple(shapes) = &**inner else { return None };
            if !known.get(of.0).ok()?.is(&object.type_()) {
                return None;
            }
            let items = items(object).filter(|items| items.len() == shapes.len())?;
            for (item, shape) in items.iter().zip(shapes.iter()) {
                take(Some(item), shape, known, words, kept)?;
            }
            kept.objects.extend(items);
        }
        Val::Bound(inner, function) => {
            let (of, found) = parts_of_method(object).ok()??;
            if !known.lent(function.0).ok()?.is(&found) {
                return None;
            }
            take(Some(&of), inner, known, words, kept)?;
            kept.objects.push(of);
        }
        _ => return None,
    }
    Some(())
}

/// Whether an object of a class has the shape of a container or of any object.
fn is_shape<'c>(
    object: &Object<'c>,
    class: Option<Class>,
    shape: &Shape,
    known: &KnownObjects<'_, 'c>,
) -> bool {
    match shape {
        Val::ListObject((), wanted) => {
            class == Some(Class::List) && has_items(object, wanted, known)
        }
        Val::TupleObject((), wanted) => {
            class == Some(Class::Tuple)
                && object.len().is_ok_and(|length| length > MOST_ITEMS)
                && has_items(object, wanted, known)
        }
        // What is in a dict is looked at where it comes out.
        Val::DictObject(..) => class == Some(Class::Dict),
        other => is_object(object, class, other.class(), known),
    }
}

/// Whether the first items of a sequence are what they are taken for.
fn has_items<'c>(object: &Object<'c>, wanted: &Items, known: &KnownObjects<'_, 'c>) -> bool {
    let of_items = class_among(wanted);
    let mut is_of = |item: &Object<'c>| {
        of_items.filter(|of| known.lent(of.0).is_ok_and(|of| of.is(&item.type_())))
    };
    items_of_list(object, 0, &mut is_of) == *wanted
}

/// Whether an object of a class is only an object for machine code, of a wanted class.
fn is_object(
    object: &Object<'_>,
    class: Option<Class>,
    wanted: Option<Class>,
    known: &KnownObjects<'_, '_>,
) -> bool {
    let known_at = |place: usize| known.get(place as u32).ok();
    match class {
        Some(Class::Tuple | Class::List | Class::Str | Class::Dict) => wanted == class,
        Some(Class::Int) => wanted.is_none() && object.extract::<i64>().is_err(),
        Some(Class::Array) => wanted.is_none() && views::look_at_ours(object).is_none(),
        Some(_) => false,
        None => wanted.is_none() && matches!(of_others(object, &known_at), Other::Neither),
    }
}

fn exact_float(object: &Object<'_>) -> Option<f64> {
    object.at_once::<f64>().or_else(|| {
        (class_of(object) == Some(Class::Float)).then(|| object.extract().ok()).flatten()
    })
}

/// The real and the imaginary part of a complex number.
pub(crate) fn parts(complex: &Object<'_>) -> Result<[f64; 2]> {
    Ok([complex.get_attr(c"real")?.extract()?, complex.get_attr(c"imag")?.extract()?])
}

/// A shape in words.
pub(crate) fn described(shape: &Shape) -> String {
    match shape {
        Val::Unbound => "nothing".into(),
        Val::None => "None".into(),
        Val::Bool(()) => "bool".into(),
        Val::Int(()) => "int of 64 bits".into(),
        Val::Float(()) => "float".into(),
        Val::Complex((), ()) => "complex".into(),
        Val::Known(_) => "this very function".into(),
        Val::Array((), view, _) => {
            let gaps = if view.packed { "" } else { " and gaps" };
            let (owner, element) = (view.owner, view.element.text());
            format!("{owner:?} of {element} with {} axes{gaps}", view.rank)
        }
        Val::Scalar((), flavour) => format!("scalar {}", flavour.element.text()),
        Val::Tuple(items) => {
            format!("tuple ({})", items.iter().map(described).collect::<Vec<_>>().join(", "))
        }
        Val::ListObject((), _) => "List".into(),
        Val::Instance(..) => "instance of a class".into(),
        Val::Named(tuple, _) => format!("named {}", described(tuple)),
        Val::Bound(..) => "method of an instance".into(),
        Val::TupleObject((), _) => "Tuple".into(),
        Val::DictObject((), _) => "Dict".into(),
        Val::Object((), Some(class)) => format!("{class:?}"),
        _ => "any object".into(),
    }
}
