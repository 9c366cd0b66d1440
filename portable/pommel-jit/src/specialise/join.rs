//! Brings together what comes to one point on several ways, and loops.

use super::build::Constant;
use super::caught::merged_exceptions;
use super::element::{Family, Owner, Sort};
use super::instances::are_records;
use super::lists::items_of_list;
use super::state::State;
use super::value::{Contents, Items, Kinds, Known, Shape, Tag, Thing, Val, infallible};
use super::{Done, Head, Specialiser, Stop};
use crate::code::{BlockId, Reg};
use crate::ir::dicts::DictCall;
use crate::ir::lists::ListCall;
use crate::ir::op::Class;
use crate::ir::{Block, Op, Type, Value};

/// So many loops have their first round by itself at most.
const MOST_PEELED: usize = 4;

/// One way to a point: the block that it ends with, and the state there.
pub(super) struct Incoming {
    pub(super) block: Block,
    pub(super) state: State,
}

/// A state without where its values are. Things are numbered in the order in which registers name them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StateShape {
    frames: Vec<Vec<Shape>>,
    heap: Vec<Contents<()>>,
}

/// The types of a shape's leaves, in the order of [`Val::map`].
pub(super) fn leaf_types(shape: &Shape) -> Vec<Type> {
    let mut types = Vec::new();
    add_types(shape, &mut types);
    types
}

fn add_types(shape: &Shape, types: &mut Vec<Type>) {
    match shape {
        Val::Unbound | Val::None | Val::Known(_) | Val::Thing(_) => {}
        Val::Maybe((), inner) => {
            types.push(Type::Bool);
            add_types(inner, types);
        }
        Val::Bool(()) => types.push(Type::Bool),
        Val::Int(()) => types.push(Type::I64),
        Val::Float(()) => types.push(Type::F64),
        Val::Complex((), ()) => types.extend([Type::F64; 2]),
        Val::Scalar((), flavour) => types.push(match flavour.element.sort() {
            Sort::Truth => Type::Bool,
            Sort::Signed | Sort::Unsigned => Type::I64,
            Sort::Float => Type::F64,
        }),
        Val::Number((), (), _) | Val::Text((), ()) => types.extend([Type::I64, Type::I64]),
        Val::Object((), _) => types.push(Type::Obj),
        Val::Array((), _, words) => {
            types.push(Type::Obj);
            types.extend(words.iter().map(|()| Type::I64));
        }
        Val::Tuple(items) | Val::Zip(items) => {
            items.iter().for_each(|item| add_types(item, types));
        }
        Val::TupleIterator(items, ()) => {
            items.iter().for_each(|item| add_types(item, types));
            types.push(Type::I64);
        }
        Val::Range(_) | Val::SteppingIterator(_) => types.extend([Type::I64; 3]),
        Val::Slice(parts) => parts.iter().for_each(|part| add_types(part, types)),
        Val::RangeIterator(..) => types.extend([Type::I64; 2]),
        Val::ArrayIterator(inner, ()) | Val::Enumerate(inner, ()) => {
            add_types(inner, types);
            types.push(Type::I64);
        }
        Val::List((), _) | Val::Dict((), _) | Val::Record((), _) | Val::Char(()) => {
            types.push(Type::I64);
        }
        Val::ListObject((), _)
        | Val::TupleObject((), _)
        | Val::DictObject((), _)
        | Val::EntryIterator((), _) => {
            types.push(Type::Obj);
        }
        Val::ListIterator(inner, ())
        | Val::ReverseIterator(inner, ())
        | Val::DictIterator(inner, _, ()) => {
            add_types(inner, types);
            types.push(Type::I64);
        }
        Val::Instance(..) => types.push(Type::Obj),
        Val::Deque(inner)
        | Val::Method(inner, _)
        | Val::Bound(inner, _)
        | Val::Named(inner, _)
        | Val::Super(inner, _)
        | Val::DictView(inner, _) => {
            add_types(inner, types);
        }
    }
}

fn add_contents_types(contents: &Contents<()>, types: &mut Vec<Type>) {
    match contents {
        Contents::Vector(_, items) => types.extend(items.iter().map(|()| Type::F64)),
        Contents::Part { array, key, words, .. } => {
            add_types(array, types);
            add_types(key, types);
            types.extend(words.iter().map(|()| Type::I64));
        }
        Contents::Elementwise(made) => {
            made.operands.iter().for_each(|operand| add_types(operand, types));
            types.extend(made.lengths.iter().map(|()| Type::I64));
        }
        Contents::List(items) => items.iter().for_each(|item| add_types(item, types)),
        Contents::Keywords(items) => items.iter().for_each(|(_, item)| add_types(item, types)),
        Contents::Cell(value) | Contents::Shared(value) => add_types(value, types),
        Contents::Exception((), _, values) => {
            types.push(Type::I64);
            values.iter().for_each(|value| add_types(value, types));
        }
        Contents::Instance(_, attributes) => {
            attributes.iter().for_each(|(_, value)| add_types(value, types));
        }
        Contents::Function { defaults, keyword_defaults, cells, .. } => {
            let named = keyword_defaults.iter().map(|(_, value)| value);
            // In the order of `Contents::map`.
            named.chain(defaults).chain(cells).for_each(|value| add_types(value, types));
        }
    }
}

impl State {
    /// The same with its things numbered.
    pub(super) fn numbered(mut self) -> State {
        self.renumber();
        self
    }

    /// Numbers things in the order in which registers name them, and forgets the others.
    fn renumber(&mut self) {
        let order = self.reachable();
        let heap = order.iter().map(|thing| Some(self.contents(*thing).clone())).collect();
        self.heap = heap;
        let mut to = |thing: Thing| {
            let new = order.iter().position(|old| *old == thing).expect("it is reachable");
            Val::Thing(Thing(new as u32))
        };
        for register in self.frames.iter_mut().flat_map(|frame| &mut frame.registers) {
            *register = register.with_things(&mut to);
        }
        for contents in self.heap.iter_mut().flatten() {
            *contents = contents.with_things(&mut to);
        }
    }

    /// What is known without where it is. Things are numbered.
    pub(super) fn shape(&self) -> StateShape {
        let frames = self.frames.iter();
        let heap = self.heap.iter().flatten();
        StateShape {
            frames: frames.map(|f| f.registers.iter().map(Val::shape).collect()).collect(),
            heap: heap.map(|c| infallible(c.map(&mut |_| Ok(())))).collect(),
        }
    }

    /// All its leaves: those of the registers, then those of things.
    pub(super) fn leaves(&self) -> Vec<Value> {
        let mut leaves = Vec::new();
        let mut add = |leaf: &Value| {
            leaves.push(*leaf);
            Ok(())
        };
        for register in self.frames.iter().flat_map(|frame| &frame.registers) {
            infallible(register.map(&mut add));
        }
        for contents in self.heap.iter().flatten() {
            infallible(contents.map(&mut add));
        }
        leaves
    }

    /// Puts other leaves in their places.
    pub(super) fn set_leaves(&mut self, leaves: &[Value]) {
        let mut leaves = leaves.iter();
        let mut next = |_: &Value| Ok(*leaves.next().expect("as many as there were"));
        for register in self.frames.iter_mut().flat_map(|frame| &mut frame.registers) {
            *register = infallible(register.map(&mut next));
        }
        for contents in self.heap.iter_mut().flatten() {
            *contents = infallible(contents.map(&mut next));
        }
    }
}

impl StateShape {
    /// What the registers of the first frame hold.
    pub(super) fn frame(&self) -> &[Shape] {
        &self.frames[0]
    }

    /// How many lists are in registers that are in attributes or variables.
    fn nested_lists(&self) -> usize {
        let mut found = Vec::new();
        for contents in &self.heap {
            if let Contents::Cell(_) | Contents::Instance(..) = contents {
                contents.things(&mut |thing| found.push(thing));
            }
        }
        let is_list =
            |thing: &&Thing| matches!(self.heap.get(thing.0 as usize), Some(Contents::List(_)));
        found.iter().filter(is_list).count()
    }

    /// What things have in them.
    pub(super) fn heap(&self) -> &[Contents<()>] {
        &self.heap
    }

    /// The same with what is known of some registers of the first frame, and of things.
    pub(super) fn with_left(
        &self,
        left: &StateShape,
        places: impl Iterator<Item = usize>,
    ) -> StateShape {
        let mut frame = self.frames[0].clone();
        for (shape, place) in left.frames[0].iter().zip(places) {
            if *shape != Val::Unbound {
                frame[place] = shape.clone();
            }
        }
        StateShape { frames: vec![frame], heap: left.heap.clone() }
    }

    pub(super) fn types(&self) -> Vec<Type> {
        let mut types = Vec::new();
        self.frames.iter().flatten().for_each(|shape| add_types(shape, &mut types));
        self.heap.iter().for_each(|contents| add_contents_types(contents, &mut types));
        types
    }

    /// Whether an instance in a register was made by others here, and is in registers in another shape.
    fn becomes_thing(&self, other: &StateShape) -> bool {
        let is_instance = |thing: &Thing| {
            matches!(other.heap.get(thing.0 as usize), Some(Contents::Instance(..)))
        };
        let mut pairs = self.frames.iter().flatten().zip(other.frames.iter().flatten());
        pairs.any(|(ours, theirs)| {
            matches!((ours, theirs), (Val::Instance(..), Val::Thing(thing)) if is_instance(thing))
        })
    }

    /// The shape of states of both shapes.
    pub(super) fn merged(&self, other: &StateShape) -> StateShape {
        let mut bad: Vec<bool> = vec![false; self.heap.len()];
        loop {
            let made = self.merged_without(other, &bad);
            match made {
                Ok(shape) => return shape,
                Err(thing) => bad[thing] = true,
            }
        }
    }

    /// The same where some things become objects, or one that has to as well.
    fn merged_without(&self, other: &StateShape, bad: &[bool]) -> Result<StateShape, usize> {
        let as_object = |shape: &Shape, of: &StateShape| {
            shape.with_things(&mut |thing| match bad.get(thing.0 as usize) {
                Some(false) => Val::Thing(thing),
                _ => of.object(thing),
            })
        };
        // A thing that is none on the other way is no thing here either.
        let merge = |a: &Shape, b: &Shape| {
            let (a, b) = (as_object(a, self), as_object(b, other));
            match (&a, &b) {
                (Val::Thing(_), Val::Thing(_)) => a.merged(&b),
                (Val::Thing(thing), b) => self.object(*thing).merged(b),
                (a, Val::Thing(thing)) => a.merged(&other.object(*thing)),
                (a, b) => a.merged(b),
            }
        };
        let mut frames = Vec::new();
        for (ours, theirs) in self.frames.iter().zip(&other.frames) {
            let merged = ours.iter().zip(theirs).map(|(a, b)| merge(a, b));
            frames.push(merged.collect::<Vec<Shape>>());
        }
        let mut shape = StateShape { frames, heap: vec![] };
        // What is a thing on one way only, or another one there, is an object: it is not in the result.
        let mut named = Vec::new();
        let add = |thing: Thing, named: &mut Vec<Thing>| {
            if !named.contains(&thing) {
                named.push(thing);
            }
        };
        shape.frames.iter().flatten().for_each(|s| s.things(&mut |t| add(t, &mut named)));
        for (i, is_bad) in bad.iter().enumerate() {
            let was_named = self.frames.iter().flatten().any(|s| names(s, Thing(i as u32)));
            if !is_bad && was_named && !named.contains(&Thing(i as u32)) {
                return Err(i);
            }
        }
        let mut next = 0;
        while next < named.len() {
            let i = named[next].0 as usize;
            let (Some(ours), Some(theirs)) = (self.heap.get(i), other.heap.get(i)) else {
                return Err(i);
            };
            let merged = merged_contents(ours, theirs).ok_or(i)?;
            let merged = merged.with_things(&mut |thing| match bad.get(thing.0 as usize) {
                Some(false) => Val::Thing(thing),
                _ => self.object(thing),
            });
            merged.things(&mut |t| add(t, &mut named));
            shape.heap.push(merged);
            next += 1;
        }
        // Things that are left out do not have a number.
        let mut to = |thing: Thing| {
            let new = named.iter().position(|old| *old == thing).expect("it is named");
            Val::Thing(Thing(new as u32))
        };
        for of in shape.frames.iter_mut().flatten() {
            *of = of.with_things(&mut to);
        }
        for contents in &mut shape.heap {
            *contents = contents.with_things(&mut to);
        }
        Ok(shape)
    }

    /// The shape of a thing that became an object, or a list in memory if it can.
    fn object(&self, thing: Thing) -> Shape {
        let contents = |thing: Thing| self.heap.get(thing.0 as usize);
        match items_of_list(thing, &contents) {
            Some(items) => Val::List((), items),
            None => match contents(thing) {
                Some(Contents::Instance(class, _)) => Val::Instance((), *class),
                // They go into memory one by one where it is known what they are.
                Some(Contents::List(items)) if are_records(items, &contents) => {
                    Val::List((), Items::NONE)
                }
                Some(Contents::List(items)) if let Some(class) = instances(items, &contents) => {
                    Val::ListObject((), Items::Instances(class))
                }
                contents => Val::Object((), contents.and_then(Contents::class)),
            },
        }
    }
}

fn names(shape: &Shape, thing: Thing) -> bool {
    let mut found = false;
    shape.things(&mut |other| found |= other == thing);
    found
}

impl<L> Contents<L> {
    /// The class of the object that it becomes, if the runtime knows it.
    pub(super) fn class(&self) -> Option<Class> {
        match self {
            Contents::Vector(family, _) => (*family == Family::Pommel).then_some(Class::Array),
            Contents::Part { view, .. } => (view.owner == Owner::Pommel).then_some(Class::Array),
            Contents::Elementwise(made) => {
                (made.view.owner == Owner::Pommel).then_some(Class::Array)
            }
            Contents::List(_) => Some(Class::List),
            Contents::Cell(_)
            | Contents::Shared(_)
            | Contents::Instance(..)
            | Contents::Exception(..)
            | Contents::Function { .. }
            | Contents::Keywords(_) => None,
        }
    }
}

fn merged_contents(a: &Contents<()>, b: &Contents<()>) -> Option<Contents<()>> {
    let merged = |a: &[Shape], b: &[Shape]| -> Option<Vec<Shape>> {
        let same = a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_things(a, b));
        same.then(|| a.iter().zip(b).map(|(a, b)| a.merged(b)).collect())
    };
    match (a, b) {
        (Contents::Vector(f, x), Contents::Vector(g, y)) if (f, x.len()) == (g, y.len()) => {
            Some(a.clone())
        }
        (Contents::List(x), Contents::List(y)) => merged(x, y).map(Contents::List),
        (Contents::Cell(x), Contents::Cell(y)) if same_things(x, y) => {
            Some(Contents::Cell(x.merged(y)))
        }
        (Contents::Shared(Val::List((), x)), Contents::Shared(Val::List((), y))) => {
            x.with_in_memory(y).map(|items| Contents::Shared(Val::List((), items)))
        }
        (Contents::Instance(class, x), Contents::Instance(other, y)) if class == other => {
            let same = x.len() == y.len()
                && x.iter().zip(y).all(|(a, b)| a.0 == b.0 && same_things(&a.1, &b.1));
            let both = x.iter().zip(y).map(|(a, b)| (a.0.clone(), a.1.merged(&b.1)));
            same.then(|| Contents::Instance(*class, both.collect()))
        }
        (Contents::Exception((), a, x), Contents::Exception((), b, y)) => {
            Some(merged_exceptions((a, x), (b, y)))
        }
        (a, b) if a == b => Some(a.clone()),
        _ => None,
    }
}

/// The class that all items of a list are instances of.
fn instances<'h>(
    items: &[Shape],
    contents: &dyn Fn(Thing) -> Option<&'h Contents<()>>,
) -> Option<Known> {
    let class_of = |item: &Shape| match item {
        Val::Instance((), class) => Some(*class),
        Val::Thing(thing) => match contents(*thing)? {
            Contents::Instance(class, _) => Some(*class),
            _ => None,
        },
        _ => None,
    };
    let class = class_of(items.first()?)?;
    items.iter().all(|item| class_of(item) == Some(class)).then_some(class)
}

/// Whether merging two shapes leaves all their things what they are.
fn same_things(a: &Shape, b: &Shape) -> bool {
    let of = |shape: &Shape| {
        let mut things = Vec::new();
        shape.things(&mut |thing| things.push(thing));
        things
    };
    of(a) == of(b) && of(&a.merged(b)) == of(a)
}

impl Specialiser<'_> {
    /// Goes on where several ways meet. The block for it is made; values that differ are its parameters.
    pub(super) fn join(&mut self, mut incoming: Vec<Incoming>) -> Done {
        if incoming.len() == 1 {
            let only = incoming.remove(0);
            (self.build.block, self.state) = (only.block, only.state);
            return Ok(());
        }
        self.agree_on_handlers(&mut incoming)?;
        for way in &mut incoming {
            (self.build.block, self.state) = (way.block, core::mem::take(&mut way.state));
            self.settle_texts()?;
            (way.block, way.state) = (self.build.block, core::mem::take(&mut self.state));
        }
        incoming.iter_mut().for_each(|way| way.state.renumber());
        let mut shapes: Vec<_> = incoming.iter().map(|way| way.state.shape()).collect();
        if shapes.iter().any(|shape| shape.nested_lists() != shapes[0].nested_lists()) {
            for way in &mut incoming {
                (self.build.block, self.state) = (way.block, core::mem::take(&mut way.state));
                self.settle_nested_lists()?;
                (way.block, way.state) = (self.build.block, core::mem::take(&mut self.state));
                way.state.renumber();
            }
            shapes = incoming.iter().map(|way| way.state.shape()).collect();
        }
        let first = shapes[0].clone();
        let mut shape = shapes[1..].iter().fold(first, |merged, other| merged.merged(other));
        // Becoming an object here may make what was the same differ.
        loop {
            let mut wider = shape.clone();
            for way in &mut incoming {
                (self.build.block, self.state) = (way.block, core::mem::take(&mut way.state));
                self.conform(&shape)?;
                wider = wider.merged(&self.state.shape());
                (way.block, way.state) = (self.build.block, core::mem::take(&mut self.state));
            }
            if wider == shape {
                break;
            }
            shape = wider;
        }
        self.meet(incoming, &shape);
        Ok(())
    }

    /// Makes the block where ways of one shape meet.
    fn meet(&mut self, incoming: Vec<Incoming>, shape: &StateShape) {
        let types = shape.types();
        let leaves: Vec<Vec<Value>> = incoming.iter().map(|way| way.state.leaves()).collect();
        let block = self.build.function.block();
        let mut args: Vec<Vec<Value>> = vec![vec![]; incoming.len()];
        let mut joined = Vec::new();
        for (i, of) in types.iter().enumerate() {
            if leaves.iter().all(|way| way[i] == leaves[0][i]) {
                joined.push(leaves[0][i]);
                continue;
            }
            if let Some(constant) = self.common_constant(leaves.iter().map(|way| way[i])) {
                self.build.block = block;
                joined.push(self.build.of(constant));
                continue;
            }
            args.iter_mut().zip(&leaves).for_each(|(args, leaves)| args.push(leaves[i]));
            let param = self.build.function.param(block, *of);
            if let Some(view) = self.guesses.get(&leaves[0][i]).copied() {
                self.guesses.insert(param, view);
            }
            joined.push(param);
        }
        let mut common = incoming[0].state.clone();
        common.keep_common(&incoming.iter().map(|way| &way.state).collect::<Vec<_>>());
        let mut state = None;
        for (way, args) in incoming.into_iter().zip(args) {
            self.build.block = way.block;
            self.build.jump(block, args);
            state.get_or_insert(way.state);
        }
        self.build.block = block;
        self.state = state.expect("there is a way");
        (self.state.checked, self.state.attributes) = (common.checked, common.attributes);
        self.state.set_leaves(&joined);
    }

    /// The constant that all of some values are.
    fn common_constant(&self, mut values: impl Iterator<Item = Value>) -> Option<Constant> {
        let first = self.build.constant(values.next()?)?;
        values
            .all(|value| self.build.constant(value).is_some_and(|c| c.is(&first)))
            .then_some(first)
    }

    /// Makes the state one of a shape, which is more general: numbers get tags, values become objects.
    fn conform(&mut self, shape: &StateShape) -> Done {
        'again: loop {
            self.state.renumber();
            for depth in 0..shape.frames.len() {
                for i in 0..shape.frames[depth].len() {
                    let value = self.state.frames[depth].registers[i].clone();
                    let shape = &shape.frames[depth][i];
                    if let Some(thing) = lost(&value, shape) {
                        let mut has_list = false;
                        shape.with_parts(&mut |part| {
                            has_list |= matches!(part, Val::List(..));
                            None
                        });
                        self.place(thing, has_list)?;
                        continue 'again;
                    }
                }
            }
            for i in 0..shape.heap.len().min(self.state.heap.len()) {
                if let Some(thing) = lost_in(self.state.contents(Thing(i as u32)), &shape.heap[i]) {
                    let mut has_list = false;
                    shape.heap[i].with_parts(&mut |part| {
                        has_list |= matches!(part, Val::List(..));
                        None
                    });
                    self.place(thing, has_list)?;
                    continue 'again;
                }
            }
            break;
        }
        for depth in 0..shape.frames.len() {
            for i in 0..shape.frames[depth].len() {
                let value = self.state.frames[depth].registers[i].clone();
                let value = self.convert(value, &shape.frames[depth][i])?;
                self.state.frames[depth].registers[i] = value;
            }
        }
        for i in 0..shape.heap.len().min(self.state.heap.len()) {
            let contents = self.state.contents(Thing(i as u32)).clone();
            let contents = self.convert_contents(contents, &shape.heap[i])?;
            self.state.heap[i] = Some(contents);
        }
        Ok(())
    }

    pub(super) fn convert_contents(
        &mut self,
        contents: Contents<Value>,
        shape: &Contents<()>,
    ) -> Done<Contents<Value>> {
        Ok(match (contents, shape) {
            (Contents::List(items), Contents::List(shapes)) => {
                let items = items.into_iter().zip(shapes);
                Contents::List(items.map(|(v, s)| self.convert(v, s)).collect::<Done<_>>()?)
            }
            (Contents::Cell(value), Contents::Cell(shape)) => {
                Contents::Cell(self.convert(value, shape)?)
            }
            (Contents::Shared(value), Contents::Shared(shape)) => {
                Contents::Shared(self.convert(value, shape)?)
            }
            (Contents::Instance(class, attributes), Contents::Instance(_, shapes)) => {
                let both = attributes.into_iter().zip(shapes);
                let both = both.map(|((name, v), (_, s))| Ok((name, self.convert(v, s)?)));
                Contents::Instance(class, both.collect::<Done<_>>()?)
            }
            (Contents::Exception(which, _, mut values), Contents::Exception((), all, shapes)) => {
                // One that is made of fewer values does not look at the others.
                values.resize(shapes.len(), Val::Unbound);
                let values = values.into_iter().zip(shapes).map(|(v, s)| self.convert(v, s));
                Contents::Exception(which, all.clone(), values.collect::<Done<_>>()?)
            }
            (contents, _) => contents,
        })
    }

    /// The same value with a shape that is more general.
    pub(super) fn convert(&mut self, value: Val<Value>, shape: &Shape) -> Done<Val<Value>> {
        if value.shape() == *shape {
            return Ok(value);
        }
        Ok(match (value, shape) {
            (Val::Unbound, Val::Maybe((), inner)) => {
                let no = self.build.bool(false);
                Val::Maybe(no, Box::new(self.nothing(inner)))
            }
            (Val::Maybe(bound, value), Val::Maybe((), inner)) => {
                Val::Maybe(bound, Box::new(self.convert(*value, inner)?))
            }
            (value, Val::Maybe((), inner)) => {
                let yes = self.build.bool(true);
                Val::Maybe(yes, Box::new(self.convert(value, inner)?))
            }
            (value, Val::Number((), (), kinds)) => self.tagged(&value, *kinds),
            (Val::List(address, _), Val::List((), items)) => {
                self.list_call(ListCall::Become, &[address], Some(items));
                Val::List(address, items.clone())
            }
            (Val::Deque(list), Val::Deque(shape)) => {
                Val::Deque(Box::new(self.convert(*list, shape)?))
            }
            (Val::Dict(address, _), Val::Dict((), table)) => {
                let kind = self.build.int(table.code());
                self.dict_call(DictCall::Become, &[address, kind]);
                Val::Dict(address, *table)
            }
            (Val::DictObject(handle, _), Val::DictObject((), items)) => {
                Val::DictObject(handle, items.clone())
            }
            (Val::EntryIterator(handle, _), Val::EntryIterator((), items)) => {
                Val::EntryIterator(handle, items.clone())
            }
            (Val::DictView(dict, part), Val::DictView(shape, _)) => {
                Val::DictView(Box::new(self.convert(*dict, shape)?), part)
            }
            (Val::DictIterator(dict, part, next), Val::DictIterator(shape, ..)) => {
                Val::DictIterator(Box::new(self.convert(*dict, shape)?), part, next)
            }
            (value @ Val::Record(..), Val::Instance((), class)) => {
                Val::Instance(self.object(&value)?, *class)
            }
            (value, Val::ListObject((), items)) => {
                Val::ListObject(self.object(&value)?, items.clone())
            }
            (Val::TupleObject(handle, _), Val::TupleObject((), items)) => {
                Val::TupleObject(handle, items.clone())
            }
            (Val::ListIterator(list, next), Val::ListIterator(shape, ())) => {
                Val::ListIterator(Box::new(self.convert(*list, shape)?), next)
            }
            (Val::ReverseIterator(list, next), Val::ReverseIterator(shape, ())) => {
                Val::ReverseIterator(Box::new(self.convert(*list, shape)?), next)
            }
            (Val::Tuple(items), Val::Tuple(shapes)) => {
                let items = items.iter().zip(shapes.iter());
                Val::Tuple(items.map(|(v, s)| self.convert(v.clone(), s)).collect::<Done<_>>()?)
            }
            (Val::Named(tuple, class), Val::Named(shape, of)) if class == *of => {
                Val::Named(Box::new(self.convert(*tuple, shape)?), class)
            }
            (value, Val::Object((), class)) => Val::Object(self.object(&value)?, *class),
            (value, Val::Text((), ())) => self.as_text(&value),
            // What is not of the shape makes the shape wider.
            (value, _) => value,
        })
    }

    /// A value of a shape that means nothing.
    fn nothing(&mut self, shape: &Shape) -> Val<Value> {
        let mut types = leaf_types(shape).into_iter();
        infallible(
            shape
                .map(&mut |()| Ok(self.build.nothing(types.next().expect("a type for each leaf")))),
        )
    }

    /// A number with its tag, as one that may be of more kinds.
    pub(super) fn tagged(&mut self, value: &Val<Value>, kinds: Kinds) -> Val<Value> {
        let (tag, bits) = match value {
            Val::Bool(truth) => (Tag::Bool, self.op(Op::BToI, &[*truth])),
            Val::Int(number) => (Tag::Int, *number),
            Val::Float(number) => (Tag::Float, self.op(Op::FBits, &[*number])),
            Val::Scalar(leaf, flavour) => (Tag::Scalar(*flavour), self.bits_of(*leaf, *flavour)),
            Val::Number(tag, bits, _) => return Val::Number(*tag, *bits, kinds),
            _ => (Tag::None, self.build.int(0)),
        };
        let tag = self.build.int(tag.number());
        Val::Number(tag, bits, kinds)
    }

    /// Begins a loop with what it is taken to begin with, which what has come here is made to be. Values
    /// that the loop changes are parameters.
    pub(super) fn enter_loop(&mut self, block: BlockId, written: &[Reg]) -> Done {
        let place = (self.state.top().context, block);
        self.enter_handlers()?;
        self.settle_lists()?;
        if self.listed.contains(&place) {
            self.settle_nested_lists()?;
        }
        self.settle_texts()?;
        self.state.renumber();
        let shape = self.state.shape();
        let shape = match self.loops.get(&place) {
            Some(known) => known.merged(&shape),
            None => shape,
        };
        self.conform(&shape)?;
        let reached = self.state.shape();
        if reached != shape {
            let wider = shape.merged(&reached);
            let stuck = wider == shape;
            self.generalise(place, wider);
            return if stuck { self.refused("its types do not settle") } else { Err(Stop::Again) };
        }
        let changing = self.changing(place, written);
        let types = shape.types();
        let leaves = self.state.leaves();
        let head = self.build.function.block();
        let mut args = Vec::new();
        let mut inside = Vec::new();
        for (i, leaf) in leaves.iter().enumerate() {
            if changing[i] {
                args.push(*leaf);
                let param = self.build.function.param(head, types[i]);
                if let Some(view) = self.guesses.get(leaf).copied() {
                    self.guesses.insert(param, view);
                }
                inside.push(param);
            } else {
                inside.push(*leaf);
            }
        }
        self.build.jump(head, args);
        self.build.block = head;
        self.state.set_leaves(&inside);
        self.state.forget_instances();
        self.loops.insert(place, shape);
        self.entered.push(place);
        let leaves = self.state.leaves();
        self.heads.insert(place, Head { block: head, leaves, changing });
        Ok(())
    }

    /// Puts lists in memory that are in attributes or variables.
    fn settle_nested_lists(&mut self) -> Done {
        loop {
            let mut found = Vec::new();
            for thing in self.state.reachable() {
                let contents = self.state.contents(thing);
                if let Contents::Cell(_) | Contents::Instance(..) = contents {
                    contents.things(&mut |thing| found.push(thing));
                }
            }
            match found.into_iter().find(|thing| self.is_listable(&Val::Thing(*thing))) {
                Some(list) => self.place(list, true)?,
                None => return Ok(()),
            }
        }
    }

    /// Which leaves of the state a loop may change: those of registers that it writes or was found to
    /// change otherwise, and of things.
    fn changing(&self, place: (u32, BlockId), written: &[Reg]) -> Vec<bool> {
        let last = self.state.frames.len() - 1;
        let found = self.changed.get(&place);
        let mut changing = Vec::new();
        for (depth, frame) in self.state.frames.iter().enumerate() {
            for (i, register) in frame.registers.iter().enumerate() {
                let written = depth == last && written.binary_search(&Reg(i as u32)).is_ok();
                let may = written || found.is_some_and(|found| found.contains(&(depth, i)));
                changing.extend(leaf_types(&register.shape()).iter().map(|_| may));
            }
        }
        changing.resize(self.state.leaves().len(), true);
        changing
    }

    /// Remembers that a loop changes the register that has a leaf of the state: an array may be elsewhere
    /// after code that nobody knows.
    fn remember_change(&mut self, place: (u32, BlockId), leaf: usize) {
        let mut next = 0;
        for (depth, frame) in self.state.frames.iter().enumerate() {
            for (i, register) in frame.registers.iter().enumerate() {
                next += leaf_types(&register.shape()).len();
                if leaf < next {
                    self.changed.entry(place).or_default().insert((depth, i));
                    return;
                }
            }
        }
    }

    /// Takes a loop for something more general. What loops within and behind it were taken for was found
    /// under the old guess.
    fn generalise(&mut self, place: (u32, BlockId), shape: StateShape) {
        let before = self.entered.iter().position(|entered| *entered == place);
        let before = &self.entered[..before.unwrap_or(self.entered.len())];
        self.loops.retain(|known, _| before.contains(known));
        self.changed.retain(|known, _| before.contains(known));
        self.loops.insert(place, shape);
    }

    /// Goes back to the beginning of a loop, or finds that it was taken for something too special.
    pub(super) fn close_loop(&mut self, block: BlockId) -> Done {
        let place = (self.state.top().context, block);
        let Some(shape) = self.loops.get(&place).cloned() else {
            return self.refused("a loop is entered in its middle");
        };
        self.settle_texts()?;
        self.state.renumber();
        if self.peeled.len() < MOST_PEELED
            && !self.peeled.contains(&place)
            && shape.becomes_thing(&self.state.shape())
        {
            // The first round is made for what comes from elsewhere, the others for what is made here.
            self.generalise(place, shape);
            self.loops.remove(&place);
            self.peeled.insert(place);
            return Err(Stop::Again);
        }
        let wider = shape.merged(&self.state.shape());
        if wider != shape {
            let least = wider.nested_lists().min(self.state.shape().nested_lists());
            let fewer = least < shape.nested_lists();
            self.generalise(place, wider);
            if fewer && self.listed.insert(place) {
                self.loops.remove(&place);
            }
            return Err(Stop::Again);
        }
        self.conform(&shape)?;
        let reached = self.state.shape();
        if reached != shape {
            self.generalise(place, shape.merged(&reached));
            return Err(Stop::Again);
        }
        let Head { block: head, leaves: inside, changing } = self.heads[&place].clone();
        let leaves = self.state.leaves();
        let mut args = Vec::new();
        let mut is_as_taken = true;
        for (i, leaf) in leaves.iter().enumerate() {
            if changing[i] {
                args.push(*leaf);
            } else if *leaf != inside[i] {
                self.remember_change(place, i);
                is_as_taken = false;
            }
        }
        if !is_as_taken {
            return Err(Stop::Again);
        }
        self.emit_poll();
        self.build.jump(head, args);
        Ok(())
    }
}

/// A thing in a value that becomes an object where the value gets a shape.
fn lost(value: &Val<Value>, shape: &Shape) -> Option<Thing> {
    let first = |value: &Val<Value>| {
        let mut found = None;
        value.things(&mut |thing| {
            found.get_or_insert(thing);
        });
        found
    };
    match (value, shape) {
        (Val::Thing(thing), Val::Thing(other)) if thing == other => None,
        (Val::Tuple(items), Val::Tuple(shapes)) if items.len() == shapes.len() => {
            items.iter().zip(shapes.iter()).find_map(|(value, shape)| lost(value, shape))
        }
        (Val::Named(value, class), Val::Named(shape, of)) if class == of => lost(value, shape),
        (Val::Maybe(_, value), Val::Maybe((), shape)) => lost(value, shape),
        (value, Val::Maybe((), shape)) => lost(value, shape),
        (value, shape) if value.shape() == *shape => None,
        (value, _) => first(value),
    }
}

fn lost_in(contents: &Contents<Value>, shape: &Contents<()>) -> Option<Thing> {
    match (contents, shape) {
        (Contents::List(items), Contents::List(shapes)) => {
            items.iter().zip(shapes).find_map(|(value, shape)| lost(value, shape))
        }
        (Contents::Cell(value), Contents::Cell(shape)) => lost(value, shape),
        (Contents::Instance(_, attributes), Contents::Instance(_, shapes)) => {
            let mut both = attributes.iter().zip(shapes);
            both.find_map(|((_, value), (_, shape))| lost(value, shape))
        }
        _ => None,
    }
}
