//! What is known of an object while a function is specialised: its type, and where its parts are.

use super::element::{Element, Family, Flavour, Owner, Sort};
use super::records::record_kind;
use super::tables::{Part, Table};
use super::world::Builtin;
use crate::code::{Binary, Code, Compare, Name, Point, Unary};
use crate::ir::lists::{self, Layout};
use crate::ir::op::Class;
use crate::ir::records;
use std::sync::Arc;

/// An object that is known by its identity: an index into the specialisation's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Known(pub u32);

/// A thing with an identity that exists in registers only, so far: an index into the heap of the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Thing(pub u32);

/// An array in memory: whose, its element type and how many axes it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct View {
    /// Whose array it is.
    pub owner: Owner,
    /// The type of its elements.
    pub element: Element,
    /// The number of its axes.
    pub rank: u8,
    /// Whether elements follow each other without gaps along the last axis.
    pub packed: bool,
}

/// What instances in memory are like.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordType {
    /// Their class.
    pub class: Known,
    /// Their attributes in the order in which they were first set, and what these are.
    pub attributes: Vec<(Arc<str>, Items)>,
    /// The kind of lists of such instances.
    pub kind: i64,
}

/// What the items of a list in memory are.
///
/// Lists that are items of others are looked at when they are taken out: what is said of their items is a
/// guess.
#[derive(Clone, Debug, PartialEq)]
pub enum Items {
    /// Numbers of some kinds; of none, if there are no items.
    Numbers(Kinds),
    /// Strings of one ASCII character each.
    Characters,
    /// Texts in memory.
    Texts,
    /// Lists, of such items for the most part.
    Lists(Arc<Items>),
    /// Tuples with such items. Lists in memory hold those of which there are records.
    Tuples(Arc<[Items]>),
    /// Any objects, of a class if that is known. Lists in memory hold none.
    Objects(Option<Class>),
    /// Instances of exactly this class. Lists in memory hold none.
    Instances(Known),
    /// Instances in memory.
    Records(Arc<RecordType>),
}

impl Items {
    /// No items.
    pub const NONE: Items = Items::Numbers(Kinds::NONE);

    /// The kind as a number, which the list itself has.
    pub fn code(&self) -> i64 {
        match self {
            Items::Numbers(kinds) => kinds.bits(),
            Items::Characters => lists::CHARACTERS,
            Items::Texts => lists::TEXTS,
            Items::Lists(_) => lists::LISTS,
            Items::Tuples(parts) => record_kind(parts).unwrap_or(lists::AN_OBJECT),
            Items::Records(record) => record.kind,
            Items::Objects(_) | Items::Instances(_) => lists::AN_OBJECT,
        }
    }

    /// How they lie in memory. None if there are none.
    pub fn layout(&self) -> Option<Layout> {
        layout_of(self.code())
    }

    /// What items are that are of either kind, if a list can hold both.
    pub fn with(&self, other: &Items) -> Option<Items> {
        match (self, other) {
            (Items::Numbers(a), Items::Numbers(b)) => Some(Items::Numbers(a.with(*b))),
            (Items::Numbers(Kinds(0)), other) | (other, Items::Numbers(Kinds(0))) => {
                Some(other.clone())
            }
            (Items::Characters, Items::Characters) => Some(Items::Characters),
            (Items::Characters | Items::Texts, Items::Characters | Items::Texts) => {
                Some(Items::Texts)
            }
            (Items::Tuples(a), Items::Tuples(b)) if a.len() == b.len() => {
                let both = a.iter().zip(b.iter()).map(|(a, b)| a.with(b));
                Some(Items::Tuples(both.collect::<Option<_>>()?))
            }
            (Items::Objects(a), Items::Objects(b)) if a == b => Some(self.clone()),
            (Items::Instances(a), Items::Instances(b)) if a == b => Some(self.clone()),
            (Items::Records(a), Items::Records(b)) if a == b => Some(self.clone()),
            (Items::Records(a), Items::Records(b)) if a.class == b.class => {
                Some(Items::Instances(a.class))
            }
            (Items::Records(a), Items::Instances(b)) | (Items::Instances(b), Items::Records(a))
                if a.class == *b =>
            {
                Some(Items::Instances(*b))
            }
            (Items::Tuples(_) | Items::Objects(_) | Items::Instances(_) | Items::Records(_), _)
            | (_, Items::Tuples(_) | Items::Objects(_) | Items::Instances(_) | Items::Records(_)) => {
                Some(Items::Objects(None))
            }
            (Items::Lists(a), Items::Lists(b)) => a.with(b).map(|inner| Items::Lists(inner.into())),
            _ => None,
        }
    }
}

/// How the items of lists of a kind lie in memory; none for lists without items, and for what is an object.
pub fn layout_of(kind: i64) -> Option<Layout> {
    let only = |tag: Tag| i64::from(Kinds::one(tag).0);
    match kind {
        lists::NO_ITEMS => None,
        lists::LISTS => Some(Layout::Lists),
        lists::CHARACTERS => Some(Layout::Characters),
        lists::TEXTS => Some(Layout::Texts),
        lists::AN_OBJECT => None,
        kind if records::are_records(kind) => Some(Layout::Records),
        kind if kind == only(Tag::Bool) => Some(Layout::Bools),
        kind if kind == only(Tag::Int) => Some(Layout::Ints),
        kind if kind == only(Tag::Float) => Some(Layout::Floats),
        _ => Some(Layout::Tagged),
    }
}

/// A value as the specialiser knows it. Its leaves are numbers and handles: values of the typed form
/// while that is made, places in a buffer in what the runtime is given, nothing in a shape.
#[derive(Clone, Debug, PartialEq)]
pub enum Val<L> {
    /// No object: a variable before its assignment, or a register that nobody will read.
    Unbound,
    /// An object or nothing: whether there is one.
    Maybe(L, Box<Val<L>>),
    /// `None`
    None,
    /// A truth value.
    Bool(L),
    /// An integer of 64 bits.
    Int(L),
    /// A float.
    Float(L),
    /// A complex number: its real and its imaginary part.
    Complex(L, L),
    /// A scalar of a library of arrays.
    Scalar(L, Flavour),
    /// `None`, a truth value, an integer, a float or a scalar: which (see [`Tag`]), its bits, and which it
    /// may be.
    Number(L, L, Kinds),
    /// An object known by its identity.
    Known(Known),
    /// Any object, and its exact class if that is known.
    Object(L, Option<Class>),
    /// An array in memory: its handle, and the words of its view: address, lengths, strides in bytes, whether
    /// it may be written.
    Array(L, View, Arc<[L]>),
    /// A tuple.
    Tuple(Arc<[Val<L>]>),
    /// A named tuple: the tuple that it is, and its class.
    Named(Box<Val<L>>, Known),
    /// `range(start, stop, step)`
    Range(Arc<[L; 3]>),
    /// `slice(start, stop, step)`
    Slice(Arc<[Val<L>; 3]>),
    /// An iterator of a range: the next item, stop, and the step, a constant that is not 0.
    RangeIterator(Arc<[L; 2]>, i64),
    /// The same with a step that is known only when it runs, and positive: the next item, stop, step.
    SteppingIterator(Arc<[L; 3]>),
    /// An iterator of the items of a tuple: the next position.
    TupleIterator(Arc<[Val<L>]>, L),
    /// An iterator over the first axis of an array: the next position.
    ArrayIterator(Box<Val<L>>, L),
    /// `enumerate`: the iterator and the next number.
    Enumerate(Box<Val<L>>, L),
    /// `zip` of iterators.
    Zip(Arc<[Val<L>]>),
    /// A list in memory that only this code knows: its address, and what its items are.
    List(L, Items),
    /// A `collections.deque` that only this code knows: the list in memory that has its items.
    Deque(Box<Val<L>>),
    /// A dict or a set in memory that only this code knows: its address, and what its entries are.
    Dict(L, Table),
    /// What a method of a dict gives: the dict, and which part of its entries.
    DictView(Box<Val<L>>, Part),
    /// An iterator of a part of the entries of a dict: the next position.
    DictIterator(Box<Val<L>>, Part, L),
    /// A string of one character, which is ASCII: its number.
    Char(L),
    /// A string of ASCII characters in memory that only this code knows: its address and its length.
    Text(L, L),
    /// An object of class `list` whose items are read where they lie: its handle, and what they are
    /// taken to be.
    ListObject(L, Items),
    /// The same of class `tuple`, for tuples that are not taken apart.
    TupleObject(L, Items),
    /// An object of class `dict`: its handle, and what its keys and values are taken to be.
    DictObject(L, Arc<[Items; 2]>),
    /// An object that iterates over such a dict: its handle, and what comes out is taken to be.
    EntryIterator(L, Items),
    /// An iterator of such a list or object, or of a string: the next position.
    ListIterator(Box<Val<L>>, L),
    /// `reversed` of such a list or object: the next position.
    ReverseIterator(Box<Val<L>>, L),
    /// A method of an object of a class of the interpreter's own, or of ours: the object and the name.
    Method(Box<Val<L>>, Arc<str>),
    /// A method of an instance: the instance, and the function in its class.
    Bound(Box<Val<L>>, Known),
    /// `super()`: the instance, and the class whose method asks for what is behind it.
    Super(Box<Val<L>>, Known),
    /// An object that is probably an instance of exactly this class, of which the world knows how its
    /// instances behave. Whoever relies on that checks it.
    Instance(L, Known),
    /// An instance in memory that only this code knows: its address.
    Record(L, Arc<RecordType>),
    /// A thing with an identity that no one else knows yet.
    Thing(Thing),
}

/// A thing with an identity in registers.
#[derive(Clone, Debug, PartialEq)]
pub enum Contents<L> {
    /// An array of `float64` with one axis, and whose array it is.
    Vector(Family, Vec<L>),
    /// A part of an array that is an array as well.
    Part {
        /// The array in memory that it is a part of.
        array: Val<L>,
        /// The index that takes it out.
        key: Val<L>,
        /// What it is.
        view: View,
        /// Where its elements are: as for [`Val::Array`].
        words: Vec<L>,
    },
    /// An array that is not computed yet.
    Elementwise(Elementwise<L>),
    /// A list.
    List(Vec<Val<L>>),
    /// A dict of arguments by keyword, which are not parameters: their names, and them.
    Keywords(Vec<(Box<str>, Val<L>)>),
    /// A variable that functions share.
    Cell(Val<L>),
    /// The same whose content is in a list in memory, the only item there; nothing if it is unbound.
    Shared(Val<L>),
    /// An instance of a class, and its attributes in the order in which they were first set.
    Instance(Known, Vec<(Arc<str>, Val<L>)>),
    /// An exception that was made here: which of [`super::Specialisation::raises`] it is, which of them it
    /// may be, in their order, and the values that it is made of.
    Exception(L, Arc<[u32]>, Vec<Val<L>>),
    /// A function that this code made: the function around it, which of that one's nested ones it is,
    /// the defaults of its parameters and its cells.
    Function {
        /// Whose globals it has.
        home: Known,
        /// Its code.
        code: CodeRef,
        /// The code around it.
        around: CodeRef,
        /// Which of [`Code::nested`] it is.
        nested: u32,
        /// Defaults of its last positional parameters.
        defaults: Vec<Val<L>>,
        /// Defaults of parameters by keyword.
        keyword_defaults: Vec<(Name, Val<L>)>,
        /// Its cells.
        cells: Vec<Val<L>>,
    },
}

/// An operation on whole arrays whose result nobody has seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Elementwise<L> {
    /// What is done with each element.
    pub operation: Operation,
    /// Arrays, and numbers beside them. Of a call, what is called is not among them.
    pub operands: Vec<Val<L>>,
    /// What the result is.
    pub view: View,
    /// The lengths of its axes.
    pub lengths: Vec<L>,
    /// How many operations it is together with its operands.
    pub steps: u32,
    /// Where it stands.
    pub point: Point,
}

/// What is done with elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// An operator with two operands.
    Binary(Binary),
    /// An operator with one.
    Unary(Unary),
    /// A comparison.
    Compare(Compare),
    /// A call of a function of a library.
    Call(Builtin),
}

/// Code, equal to itself only.
#[derive(Clone, Debug)]
pub struct CodeRef(pub Arc<Code>);

impl PartialEq for CodeRef {
    fn eq(&self, other: &CodeRef) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Which of its kinds a [`Val::Number`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// `None`: no bits.
    None,
    /// A truth value: 0 or 1.
    Bool,
    /// An integer.
    Int,
    /// A float: its bits.
    Float,
    /// A scalar: the same of it.
    Scalar(Flavour),
}

impl Tag {
    /// Those of Python's own, in the order of their numbers.
    pub const ALL: [Tag; 4] = [Tag::None, Tag::Bool, Tag::Int, Tag::Float];
    /// How many there are.
    const COUNT: i64 = Tag::FIRST_SCALAR + 2 * Element::ALL.len() as i64;
    /// The number of the first that is a scalar.
    const FIRST_SCALAR: i64 = 4;

    /// Its number.
    pub fn number(self) -> i64 {
        match self {
            Tag::None => 0,
            Tag::Bool => 1,
            Tag::Int => 2,
            Tag::Float => 3,
            Tag::Scalar(Flavour { family, element }) => {
                Tag::FIRST_SCALAR + family as i64 * Element::ALL.len() as i64 + element as i64
            }
        }
    }

    /// Whether its bits are those of a float.
    pub fn is_float(self) -> bool {
        match self {
            Tag::Scalar(flavour) => flavour.element.sort() == Sort::Float,
            other => other == Tag::Float,
        }
    }

    /// The one with a number.
    pub fn of_number(number: i64) -> Option<Tag> {
        Some(match number {
            0 => Tag::None,
            1 => Tag::Bool,
            2 => Tag::Int,
            3 => Tag::Float,
            _ => {
                let scalar = usize::try_from(number - Tag::FIRST_SCALAR).ok()?;
                let family = match scalar / Element::ALL.len() {
                    0 => Family::Pommel,
                    1 => Family::Numpy,
                    _ => return None,
                };
                let element = Element::ALL[scalar % Element::ALL.len()];
                Tag::Scalar(Flavour { family, element })
            }
        })
    }
}

/// A set of kinds of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u32);

impl Kinds {
    /// The set without any.
    pub const NONE: Kinds = Kinds(0);

    /// The set of one kind.
    pub fn one(tag: Tag) -> Kinds {
        Kinds(1 << tag.number())
    }

    /// The set as a number.
    pub fn bits(self) -> i64 {
        self.0.into()
    }

    /// The kind that it is a set of, if it is one only.
    pub fn only(self) -> Option<Tag> {
        Tag::ALL.into_iter().find(|tag| self == Kinds::one(*tag))
    }

    /// What is in either set.
    pub fn with(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }

    /// What is in the set, in the order of numbers.
    pub fn tags(self) -> impl Iterator<Item = Tag> {
        (0..Tag::COUNT).filter(move |tag| self.0 & (1 << tag) != 0).filter_map(Tag::of_number)
    }
}

/// What is known of a value without where it is.
pub type Shape = Val<()>;

impl<L> Val<L> {
    /// The same with other leaves, which are visited in a fixed order.
    pub fn map<M, E>(&self, to: &mut impl FnMut(&L) -> Result<M, E>) -> Result<Val<M>, E> {
        fn list<L, M, E>(
            items: &[Val<L>],
            to: &mut impl FnMut(&L) -> Result<M, E>,
        ) -> Result<Arc<[Val<M>]>, E> {
            items.iter().map(|item| item.map(to)).collect()
        }
        Ok(match self {
            Val::Unbound => Val::Unbound,
            Val::None => Val::None,
            Val::Known(known) => Val::Known(*known),
            Val::Thing(thing) => Val::Thing(*thing),
            Val::Tuple(items) => Val::Tuple(list(items, to)?),
            Val::Zip(items) => Val::Zip(list(items, to)?),
            Val::TupleIterator(items, next) => Val::TupleIterator(list(items, to)?, to(next)?),
            Val::Slice(parts) => {
                let [a, b, c] = &**parts;
                Val::Slice(Arc::new([a.map(to)?, b.map(to)?, c.map(to)?]))
            }
            Val::Maybe(bound, value) => Val::Maybe(to(bound)?, Box::new(value.map(to)?)),
            Val::Bool(leaf) => Val::Bool(to(leaf)?),
            Val::Int(leaf) => Val::Int(to(leaf)?),
            Val::Float(leaf) => Val::Float(to(leaf)?),
            Val::Complex(real, imag) => Val::Complex(to(real)?, to(imag)?),
            Val::Scalar(leaf, flavour) => Val::Scalar(to(leaf)?, *flavour),
            Val::Number(tag, bits, kinds) => Val::Number(to(tag)?, to(bits)?, *kinds),
            Val::Object(leaf, class) => Val::Object(to(leaf)?, *class),
            Val::Array(handle, view, words) => {
                Val::Array(to(handle)?, *view, words.iter().map(to).collect::<Result<_, E>>()?)
            }
            Val::Range(parts) => {
                let [a, b, c] = &**parts;
                Val::Range(Arc::new([to(a)?, to(b)?, to(c)?]))
            }
            Val::SteppingIterator(parts) => {
                let [a, b, c] = &**parts;
                Val::SteppingIterator(Arc::new([to(a)?, to(b)?, to(c)?]))
            }
            Val::RangeIterator(parts, step) => {
                let [next, stop] = &**parts;
                Val::RangeIterator(Arc::new([to(next)?, to(stop)?]), *step)
            }
            Val::ArrayIterator(of, next) => Val::ArrayIterator(Box::new(of.map(to)?), to(next)?),
            Val::List(address, items) => Val::List(to(address)?, items.clone()),
            Val::Deque(list) => Val::Deque(Box::new(list.map(to)?)),
            Val::Char(number) => Val::Char(to(number)?),
            Val::Text(address, length) => Val::Text(to(address)?, to(length)?),
            Val::Dict(address, table) => Val::Dict(to(address)?, *table),
            Val::DictView(dict, part) => Val::DictView(Box::new(dict.map(to)?), *part),
            Val::DictIterator(dict, part, next) => {
                Val::DictIterator(Box::new(dict.map(to)?), *part, to(next)?)
            }
            Val::ListObject(handle, items) => Val::ListObject(to(handle)?, items.clone()),
            Val::TupleObject(handle, items) => Val::TupleObject(to(handle)?, items.clone()),
            Val::DictObject(handle, items) => Val::DictObject(to(handle)?, items.clone()),
            Val::EntryIterator(handle, items) => Val::EntryIterator(to(handle)?, items.clone()),
            Val::ListIterator(list, next) => Val::ListIterator(Box::new(list.map(to)?), to(next)?),
            Val::ReverseIterator(list, next) => {
                Val::ReverseIterator(Box::new(list.map(to)?), to(next)?)
            }
            Val::Enumerate(inner, count) => Val::Enumerate(Box::new(inner.map(to)?), to(count)?),
            Val::Method(object, name) => Val::Method(Box::new(object.map(to)?), name.clone()),
            Val::Bound(object, function) => Val::Bound(Box::new(object.map(to)?), *function),
            Val::Super(object, class) => Val::Super(Box::new(object.map(to)?), *class),
            Val::Named(tuple, class) => Val::Named(Box::new(tuple.map(to)?), *class),
            Val::Instance(handle, class) => Val::Instance(to(handle)?, *class),
            Val::Record(address, record) => Val::Record(to(address)?, record.clone()),
        })
    }

    /// What is known of it without where it is.
    pub fn shape(&self) -> Shape {
        infallible(self.map(&mut |_| Ok(())))
    }

    /// Calls a function with every thing in it.
    pub fn things(&self, found: &mut impl FnMut(Thing)) {
        match self {
            Val::Thing(thing) => found(*thing),
            Val::Tuple(items) | Val::Zip(items) | Val::TupleIterator(items, _) => {
                items.iter().for_each(|item| item.things(found));
            }
            Val::Slice(parts) => parts.iter().for_each(|part| part.things(found)),
            Val::Maybe(_, inner)
            | Val::ArrayIterator(inner, _)
            | Val::ListIterator(inner, _)
            | Val::ReverseIterator(inner, _)
            | Val::DictIterator(inner, ..)
            | Val::DictView(inner, _)
            | Val::Enumerate(inner, _)
            | Val::Method(inner, _)
            | Val::Bound(inner, _)
            | Val::Named(inner, _)
            | Val::Super(inner, _) => inner.things(found),
            _ => {}
        }
    }
}

impl<L: Clone> Val<L> {
    /// The same with other values in place of its things.
    pub fn with_things(&self, to: &mut impl FnMut(Thing) -> Val<L>) -> Val<L> {
        self.with_parts(&mut |part| match part {
            Val::Thing(thing) => Some(to(*thing)),
            _ => None,
        })
    }

    /// The same with other values in place of some of its parts, or of itself.
    pub fn with_parts(&self, to: &mut impl FnMut(&Val<L>) -> Option<Val<L>>) -> Val<L> {
        fn list<L: Clone>(
            items: &[Val<L>],
            to: &mut impl FnMut(&Val<L>) -> Option<Val<L>>,
        ) -> Arc<[Val<L>]> {
            items.iter().map(|item| item.with_parts(to)).collect()
        }
        if let Some(other) = to(self) {
            return other;
        }
        let mut boxed = |inner: &Val<L>| Box::new(inner.with_parts(to));
        match self {
            Val::Tuple(items) => Val::Tuple(list(items, to)),
            Val::Zip(items) => Val::Zip(list(items, to)),
            Val::TupleIterator(items, next) => Val::TupleIterator(list(items, to), next.clone()),
            Val::Slice(parts) => {
                let [a, b, c] = &**parts;
                Val::Slice(Arc::new([a.with_parts(to), b.with_parts(to), c.with_parts(to)]))
            }
            Val::Maybe(bound, inner) => Val::Maybe(bound.clone(), boxed(inner)),
            Val::ArrayIterator(inner, next) => Val::ArrayIterator(boxed(inner), next.clone()),
            Val::ListIterator(inner, next) => Val::ListIterator(boxed(inner), next.clone()),
            Val::ReverseIterator(inner, next) => Val::ReverseIterator(boxed(inner), next.clone()),
            Val::DictView(inner, part) => Val::DictView(boxed(inner), *part),
            Val::DictIterator(inner, part, next) => {
                Val::DictIterator(boxed(inner), *part, next.clone())
            }
            Val::Deque(inner) => Val::Deque(boxed(inner)),
            Val::Enumerate(inner, count) => Val::Enumerate(boxed(inner), count.clone()),
            Val::Method(inner, name) => Val::Method(boxed(inner), name.clone()),
            Val::Bound(inner, function) => Val::Bound(boxed(inner), *function),
            Val::Super(inner, class) => Val::Super(boxed(inner), *class),
            Val::Named(inner, class) => Val::Named(boxed(inner), *class),
            other => other.clone(),
        }
    }
}

impl<L> Contents<L> {
    /// The same with other leaves, which are visited in a fixed order.
    pub fn map<M, E>(&self, to: &mut impl FnMut(&L) -> Result<M, E>) -> Result<Contents<M>, E> {
        fn list<L, M, E>(
            items: &[Val<L>],
            to: &mut impl FnMut(&L) -> Result<M, E>,
        ) -> Result<Vec<Val<M>>, E> {
            items.iter().map(|item| item.map(to)).collect()
        }
        Ok(match self {
            Contents::Vector(family, items) => {
                Contents::Vector(*family, items.iter().map(to).collect::<Result<_, E>>()?)
            }
            Contents::Part { array, key, view, words } => {
                let (array, key) = (array.map(to)?, key.map(to)?);
                let words = words.iter().map(to).collect::<Result<_, E>>()?;
                Contents::Part { array, key, view: *view, words }
            }
            Contents::Elementwise(made) => Contents::Elementwise(Elementwise {
                operation: made.operation,
                operands: list(&made.operands, to)?,
                view: made.view,
                lengths: made.lengths.iter().map(to).collect::<Result<_, E>>()?,
                steps: made.steps,
                point: made.point,
            }),
            Contents::List(items) => Contents::List(list(items, to)?),
            Contents::Keywords(items) => {
                let items = items.iter().map(|(name, value)| Ok((name.clone(), value.map(to)?)));
                Contents::Keywords(items.collect::<Result<_, E>>()?)
            }
            Contents::Cell(value) => Contents::Cell(value.map(to)?),
            Contents::Shared(value) => Contents::Shared(value.map(to)?),
            Contents::Exception(which, all, values) => {
                Contents::Exception(to(which)?, all.clone(), list(values, to)?)
            }
            Contents::Instance(class, attributes) => {
                let mapped = attributes.iter().map(|(name, v)| Ok((name.clone(), v.map(to)?)));
                Contents::Instance(*class, mapped.collect::<Result<_, E>>()?)
            }
            Contents::Function {
                home,
                code,
                around,
                nested,
                defaults,
                keyword_defaults,
                cells,
            } => {
                let named =
                    keyword_defaults.iter().map(|(name, value)| Ok((*name, value.map(to)?)));
                let keyword_defaults = named.collect::<Result<_, E>>()?;
                Contents::Function {
                    home: *home,
                    code: code.clone(),
                    around: around.clone(),
                    nested: *nested,
                    defaults: list(defaults, to)?,
                    keyword_defaults,
                    cells: list(cells, to)?,
                }
            }
        })
    }

    /// Calls a function with every thing that it holds.
    pub fn things(&self, found: &mut impl FnMut(Thing)) {
        match self {
            Contents::Vector(..) => {}
            Contents::Exception(_, _, values) => values.iter().for_each(|v| v.things(found)),
            Contents::Part { array, key, .. } => {
                array.things(found);
                key.things(found);
            }
            Contents::Elementwise(made) => made.operands.iter().for_each(|o| o.things(found)),
            Contents::List(items) => items.iter().for_each(|item| item.things(found)),
            Contents::Keywords(items) => items.iter().for_each(|(_, item)| item.things(found)),
            Contents::Cell(value) | Contents::Shared(value) => value.things(found),
            Contents::Instance(_, attributes) => {
                attributes.iter().for_each(|(_, value)| value.things(found));
            }
            Contents::Function { defaults, keyword_defaults, cells, .. } => {
                let named = keyword_defaults.iter().map(|(_, value)| value);
                defaults.iter().chain(named).chain(cells).for_each(|value| value.things(found));
            }
        }
    }
}

impl<L: Clone> Contents<L> {
    /// The same with other values in place of its things.
    pub fn with_things(&self, to: &mut impl FnMut(Thing) -> Val<L>) -> Contents<L> {
        self.with_parts(&mut |part| match part {
            Val::Thing(thing) => Some(to(*thing)),
            _ => None,
        })
    }

    /// The same with other values in place of some of its parts.
    pub fn with_parts(&self, to: &mut impl FnMut(&Val<L>) -> Option<Val<L>>) -> Contents<L> {
        fn list<L: Clone>(
            items: &[Val<L>],
            to: &mut impl FnMut(&Val<L>) -> Option<Val<L>>,
        ) -> Vec<Val<L>> {
            items.iter().map(|item| item.with_parts(to)).collect()
        }
        match self {
            Contents::Vector(family, items) => Contents::Vector(*family, items.clone()),
            Contents::Part { array, key, view, words } => Contents::Part {
                array: array.with_parts(to),
                key: key.with_parts(to),
                view: *view,
                words: words.clone(),
            },
            Contents::Elementwise(made) => Contents::Elementwise(Elementwise {
                operands: list(&made.operands, to),
                ..made.clone()
            }),
            Contents::List(items) => Contents::List(list(items, to)),
            Contents::Keywords(items) => {
                let items = items.iter();
                Contents::Keywords(items.map(|(n, v)| (n.clone(), v.with_parts(to))).collect())
            }
            Contents::Cell(value) => Contents::Cell(value.with_parts(to)),
            Contents::Shared(value) => Contents::Shared(value.with_parts(to)),
            Contents::Exception(which, all, values) => {
                Contents::Exception(which.clone(), all.clone(), list(values, to))
            }
            Contents::Instance(class, attributes) => {
                let with = attributes.iter().map(|(name, v)| (name.clone(), v.with_parts(to)));
                Contents::Instance(*class, with.collect())
            }
            Contents::Function {
                home,
                code,
                around,
                nested,
                defaults,
                keyword_defaults,
                cells,
            } => {
                let named = keyword_defaults.iter();
                Contents::Function {
                    home: *home,
                    code: code.clone(),
                    around: around.clone(),
                    nested: *nested,
                    keyword_defaults: named.map(|(name, v)| (*name, v.with_parts(to))).collect(),
                    defaults: list(defaults, to),
                    cells: list(cells, to),
                }
            }
        }
    }
}

/// The value of what cannot fail.
pub fn infallible<T>(result: Result<T, core::convert::Infallible>) -> T {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

impl Shape {
    /// The shape of values of both shapes, leaf by leaf. Things are merged by their owner, before.
    pub fn merged(&self, other: &Shape) -> Shape {
        match (self, other) {
            (a, b) if a == b => a.clone(),
            (Val::Maybe((), a), Val::Maybe((), b)) => maybe(a.merged(b)),
            (Val::Maybe((), a), Val::Unbound) | (Val::Unbound, Val::Maybe((), a)) => {
                maybe((**a).clone())
            }
            (Val::Maybe((), a), b) | (b, Val::Maybe((), a)) => maybe(a.merged(b)),
            (Val::Unbound, a) | (a, Val::Unbound) => maybe(a.clone()),
            (Val::Tuple(a), Val::Tuple(b)) if a.len() == b.len() => {
                Val::Tuple(a.iter().zip(b.iter()).map(|(a, b)| a.merged(b)).collect())
            }
            (Val::List((), a), Val::List((), b)) => match a.with_in_memory(b) {
                Some(items) => Val::List((), items),
                None => Val::Object((), Some(Class::List)),
            },
            (Val::Deque(a), Val::Deque(b)) => match a.merged(b) {
                list @ Val::List(..) => Val::Deque(Box::new(list)),
                _ => Val::Object((), None),
            },
            (Val::ListObject((), a), Val::ListObject((), b))
            | (Val::List((), a), Val::ListObject((), b))
            | (Val::ListObject((), a), Val::List((), b)) => match a.with(b) {
                Some(items) => Val::ListObject((), items.of_objects()),
                None => Val::Object((), Some(Class::List)),
            },
            (Val::TupleObject((), a), Val::TupleObject((), b)) => match a.with(b) {
                Some(items) => Val::TupleObject((), items),
                None => Val::Object((), Some(Class::Tuple)),
            },
            (Val::Dict((), a), Val::Dict((), b)) if let Some(table) = a.with(b) => {
                Val::Dict((), table)
            }
            (a, b) if let Some(both) = a.beside_one_of_its_class(b) => both,
            (Val::Text(..), other) | (other, Val::Text(..))
                if other.class() == Some(Class::Str) =>
            {
                Val::Text((), ())
            }
            (Val::DictObject((), a), Val::DictObject((), b)) => {
                let both = |part: usize| a[part].with(&b[part]).unwrap_or(Items::Objects(None));
                Val::DictObject((), [both(0), both(1)].into())
            }
            (Val::EntryIterator((), a), Val::EntryIterator((), b)) => {
                Val::EntryIterator((), a.with(b).unwrap_or(Items::Objects(None)))
            }
            (Val::DictView(a, part), Val::DictView(b, other)) if part == other => {
                Val::DictView(Box::new(a.merged(b)), *part)
            }
            (Val::DictIterator(a, part, ()), Val::DictIterator(b, other, ()))
                if part == other && matches!(a.merged(b), Val::Dict(..)) =>
            {
                Val::DictIterator(Box::new(a.merged(b)), *part, ())
            }
            (Val::ListIterator(a, ()), Val::ListIterator(b, ()))
                if matches!(a.merged(b), Val::List(..) | Val::ListObject(..)) =>
            {
                Val::ListIterator(Box::new(a.merged(b)), ())
            }
            (Val::ReverseIterator(a, ()), Val::ReverseIterator(b, ()))
                if matches!(a.merged(b), Val::List(..) | Val::ListObject(..)) =>
            {
                Val::ReverseIterator(Box::new(a.merged(b)), ())
            }
            (a, b) => match (a.kinds(), b.kinds()) {
                (Some(x), Some(y)) => Val::Number((), (), x.with(y)),
                _ => Val::Object((), a.class().filter(|class| b.class() == Some(*class))),
            },
        }
    }

    /// The shape of two instances of one class of which one is in memory, or of two named tuples of one class.
    fn beside_one_of_its_class(&self, other: &Shape) -> Option<Shape> {
        let instance = |of: bool, class: Known| of.then_some(Val::Instance((), class));
        match (self, other) {
            (Val::Record((), a), Val::Record((), b)) => instance(a.class == b.class, a.class),
            (Val::Record((), record), Val::Instance((), class))
            | (Val::Instance((), class), Val::Record((), record)) => {
                instance(record.class == *class, *class)
            }
            (Val::Named(a, class), Val::Named(b, of)) if class == of => match a.merged(b) {
                tuple @ Val::Tuple(_) => Some(Val::Named(Box::new(tuple), *class)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The kinds of numbers of Python that it may be, if it is no other number.
    pub fn python_kinds(&self) -> Option<Kinds> {
        self.kinds().filter(|kinds| kinds.tags().all(|tag| Tag::ALL.contains(&tag)))
    }

    /// The kinds of numbers that it may be, if it is a number.
    pub fn kinds(&self) -> Option<Kinds> {
        Some(match self {
            Val::None => Kinds::one(Tag::None),
            Val::Bool(()) => Kinds::one(Tag::Bool),
            Val::Int(()) => Kinds::one(Tag::Int),
            Val::Float(()) => Kinds::one(Tag::Float),
            Val::Scalar((), flavour) => Kinds::one(Tag::Scalar(*flavour)),
            Val::Number((), (), kinds) => *kinds,
            _ => return None,
        })
    }
}

fn maybe(of: Shape) -> Shape {
    match of {
        Val::Unbound => Val::Unbound,
        of => Val::Maybe((), Box::new(of)),
    }
}

impl<L> Val<L> {
    /// The exact class of such values as objects, if it is known and one that the runtime knows.
    pub fn class(&self) -> Option<Class> {
        Some(match self {
            Val::None => Class::None,
            Val::Bool(_) => Class::Bool,
            Val::Int(_) => Class::Int,
            Val::Float(_) => Class::Float,
            Val::Complex(..) => Class::Complex,
            Val::Object(_, class) => return *class,
            Val::Array(_, View { owner: Owner::Pommel, .. }, _) => Class::Array,
            Val::Tuple(_) | Val::TupleObject(..) => Class::Tuple,
            Val::List(..) | Val::ListObject(..) => Class::List,
            Val::DictObject(..) => Class::Dict,
            Val::EntryIterator(..) => Class::Iterator,
            Val::Char(_) | Val::Text(..) => Class::Str,
            Val::Dict(_, table) => return table.class(),
            Val::ListIterator(..) | Val::DictIterator(..) => Class::Iterator,
            _ => return None,
        })
    }
}
