//! Calls: of functions in Python, which are followed, and of functions and classes that have a rule.

use super::element::{Element, Family, Flavour};
use super::recursion::most_copies;
use super::state::{Frame, Gives, Home};
use super::tables::{Part, Table};
use super::value::{CodeRef, Contents, Items, Known, Thing, Val};
use super::world::{Builtin, Description, FunctionObject};
use super::{DEPTH, Done, Flow, Specialiser};
use crate::code::{Argument, Code, Instruction, Name, Point, Reg};
use crate::ir::op::{Class, Math};
use crate::ir::{Op, Value};
use std::sync::Arc;

/// Arrays of at most so many elements are in registers.
const LARGEST_VECTOR: usize = 16;

/// What a function is called with, without stars.
pub(super) struct Given {
    pub(super) positional: Vec<Val<Value>>,
    pub(super) named: Vec<(Box<str>, Val<Value>)>,
}

impl Given {
    /// Values by position.
    pub(super) fn of(positional: Vec<Val<Value>>) -> Given {
        Given { positional, named: vec![] }
    }

    /// The same behind another one, which comes first.
    pub(super) fn behind(mut self, first: Val<Value>) -> Given {
        self.positional.insert(0, first);
        self
    }

    /// Whether there is nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.positional.is_empty() && self.named.is_empty()
    }
}

/// A call that the instruction does not name: of a method, or in place of an operator or an attribute.
pub(super) struct Method {
    /// What the instruction gets.
    pub(super) gives: Gives,
}

/// A function that can be followed.
pub(super) struct Callee {
    pub(super) code: Arc<Code>,
    pub(super) home: Home,
    pub(super) around: Option<(CodeRef, u32)>,
    /// The function as an object, if it is one.
    pub(super) known: Option<Known>,
    defaults: Vec<Val<Value>>,
    keyword_defaults: Vec<(Box<str>, Val<Value>)>,
    pub(super) cells: Vec<Val<Value>>,
}

impl Specialiser<'_> {
    pub(super) fn call(
        &mut self,
        to: Reg,
        callee: Reg,
        arguments: &[Argument],
        instruction: &Instruction,
    ) -> Done<Flow> {
        let Some(given) = self.given(arguments) else { return self.perform(instruction) };
        match self.get(callee) {
            Val::Known(known) => match self.world.describe(known) {
                Description::Function(function) => {
                    let callee = self.callee(known, &function);
                    self.follow(to, &callee, &given, instruction)
                }
                Description::Builtin(Builtin::Str)
                    if let Some(text) = self.text_of_exception(&given) =>
                {
                    self.set(to, text)
                }
                Description::Builtin(_) | Description::Other
                    if let Some(flow) = self.new_exception(to, known, &given, instruction)? =>
                {
                    Ok(flow)
                }
                Description::Builtin(builtin) => {
                    if builtin.is_of_elements()
                        && let Some(flow) =
                            self.call_elementwise(to, builtin, &given, instruction)?
                    {
                        return Ok(flow);
                    }
                    let done = self.library(to, builtin, &given, arguments, instruction)?;
                    let flow = match done {
                        Some(flow) => flow,
                        None => self.builtin(to, builtin, &given, arguments, instruction)?,
                    };
                    let of_number = matches!(given.positional[..], [Val::Int(_) | Val::Float(_)]);
                    self.take_result(to, builtin, of_number, flow)
                }
                Description::Class => self.make_instance(to, known, given, instruction),
                Description::Other if let Some(made) = self.named_tuple(known, &given) => {
                    self.set(to, made)
                }
                _ => self.perform(instruction),
            },
            Val::Thing(thing) => match self.made_callee(self.state.contents(thing).clone()) {
                Some(callee) => self.follow(to, &callee, &given, instruction),
                None => self.call_instance(to, callee, given, instruction),
            },
            Val::Instance(..) => self.call_instance(to, callee, given, instruction),
            Val::Bound(object, known) => {
                let Description::Function(function) = self.world.describe(known) else {
                    return self.perform(instruction);
                };
                let callee = self.callee(known, &function);
                let method = Some(Method { gives: Gives::Result });
                self.follow_as(to, &callee, &given.behind(*object), method, instruction)
            }
            Val::Method(object, name) if let Some(made) = self.replaced(&object, &name, &given) => {
                self.set(to, made)
            }
            Val::Method(object, name) => self.method(to, &object, &name, arguments, instruction),
            _ => self.perform(instruction),
        }
    }

    /// The arguments, if it is known how many they are.
    pub(super) fn given(&self, arguments: &[Argument]) -> Option<Given> {
        let mut given = Given { positional: vec![], named: vec![] };
        for argument in arguments {
            match argument {
                Argument::Positional(register) => given.positional.push(self.get(*register)),
                Argument::Starred(register) => match self.get(*register) {
                    Val::Tuple(items) => given.positional.extend(items.iter().cloned()),
                    _ => return None,
                },
                Argument::Keyword(name, register) => {
                    given.named.push((self.name(*name), self.get(*register)));
                }
                Argument::DoubleStarred(_) => return None,
            }
        }
        Some(given)
    }

    pub(super) fn callee(&mut self, object: Known, function: &FunctionObject) -> Callee {
        let known = |this: &mut Self, known: &Known| this.known(*known);
        Callee {
            code: function.code.clone(),
            home: Home(function.home),
            around: None,
            known: Some(object),
            defaults: function.defaults.iter().map(|default| known(self, default)).collect(),
            keyword_defaults: {
                let named = function.keyword_defaults.iter();
                named.map(|(name, default)| (name.clone(), known(self, default))).collect()
            },
            cells: function.cells.iter().map(|cell| Val::Known(*cell)).collect(),
        }
    }

    /// A function that the code made itself.
    fn made_callee(&mut self, contents: Contents<Value>) -> Option<Callee> {
        let Contents::Function { home, code, around, nested, defaults, keyword_defaults, cells } =
            contents
        else {
            return None;
        };
        let named = keyword_defaults.into_iter();
        let names = &around.0.names;
        Some(Callee {
            home: Home(home),
            keyword_defaults: named.map(|(n, v)| (names[n.0 as usize].clone(), v)).collect(),
            code: code.0,
            around: Some((around, nested)),
            known: None,
            defaults,
            cells,
        })
    }

    /// Goes on in the function that is called, if that is worth it.
    fn follow(
        &mut self,
        to: Reg,
        callee: &Callee,
        given: &Given,
        instruction: &Instruction,
    ) -> Done<Flow> {
        self.follow_as(to, callee, given, None, instruction)
    }

    /// The same for any call. The first argument of one that gives something instead is that.
    pub(super) fn follow_as(
        &mut self,
        to: Reg,
        callee: &Callee,
        given: &Given,
        method: Option<Method>,
        instruction: &Instruction,
    ) -> Done<Flow> {
        // What is called may change arrays.
        if self.has_pending() {
            return self.perform(instruction);
        }
        let same = self.state.frames.iter().filter(|f| Arc::ptr_eq(&f.code, &callee.code));
        let copies = same.count();
        if let Some(flow) = self.call_inner(to, callee, given, method.as_ref())? {
            return Ok(flow);
        }
        if let Some(flow) = self.call_recursive(callee, instruction)? {
            return Ok(flow);
        }
        if copies > 0 && copies >= most_copies(&callee.code) {
            if method.is_some() {
                return self.perform(instruction);
            }
            return match self.recursion(to, callee, instruction)? {
                Some(flow) => Ok(flow),
                None => {
                    self.note_inner(&callee.code)?;
                    self.note_recursive(callee, given)?;
                    self.perform(instruction)
                }
            };
        }
        if callee.code.unsupported.is_some() || self.state.frames.len() >= DEPTH {
            return self.perform(instruction);
        }
        let top = self.state.top();
        let (around, point) = (top.context, top.point);
        let context = self.context(around, point, &callee.code);
        let mut frame = self.frame(&callee.code, callee.home, callee.around.clone(), context);
        let Some(rest) = bind(&mut frame, callee, given) else {
            // It is wrong.
            return self.perform(instruction);
        };
        if let Some(place) = place_of_keywords(&callee.code) {
            frame.registers[place] = self.state.make(Contents::Keywords(rest));
        }
        for (i, cell) in callee.cells.iter().enumerate() {
            frame.registers[callee.code.locals.len() + i] = cell.clone();
        }
        if let Some(Method { gives }) = method {
            frame.gives = gives;
            if gives == Gives::Instead {
                frame.registers.push(given.positional[0].clone());
            }
        }
        self.prune(Point { index: point.index + 1, ..point });
        self.state.frames.push(frame);
        self.run_frame(to)
    }

    fn method(
        &mut self,
        to: Reg,
        object: &Val<Value>,
        name: &str,
        arguments: &[Argument],
        instruction: &Instruction,
    ) -> Done<Flow> {
        let contents = match object {
            Val::Thing(thing) => Some((*thing, self.state.contents(*thing).clone())),
            _ => None,
        };
        if let Some(flow) = self.method_of_others(to, object, name, arguments, instruction)? {
            return Ok(flow);
        }
        if name == "sort" && is_list(&contents, object) {
            return match self.sort_method(to, object, arguments)? {
                Some(flow) => Ok(flow),
                None => self.perform(instruction),
            };
        }
        // What is more than adding one item needs to know where the list ends.
        let is_known_end = matches!(
            (&contents, name, arguments),
            (Some((_, Contents::List(_))), "append", _) | (Some((_, Contents::Vector(..))), ..)
        );
        if let Some(given) = positional(self, arguments)
            && !is_known_end
            && let Some((address, items)) = self.as_list(object)?
            && let Some(flow) = self.list_method(to, (address, &items), name, &given)?
        {
            return Ok(flow);
        }
        if let Val::Deque(list) = object
            && let Some(given) = positional(self, arguments)
            && let Some(flow) = self.deque_method(to, &list.clone(), name, &given)?
        {
            return Ok(flow);
        }
        if let Val::Dict(address, table) = object
            && let Some(given) = positional(self, arguments)
            && let Some(flow) = self.dict_method(to, (*address, table), name, &given)?
        {
            return Ok(flow);
        }
        match (contents, name, arguments) {
            (Some((thing, Contents::List(mut items))), "append", [Argument::Positional(item)]) => {
                items.push(self.get(*item));
                self.state.heap[thing.0 as usize] = Some(Contents::List(items));
                self.set(to, Val::None)
            }
            (Some((_, Contents::Vector(family, items))), "copy", []) => {
                let made = self.state.make(Contents::Vector(family, items));
                self.set(to, made)
            }
            _ => self.perform(instruction),
        }
    }

    /// A method of a number, a character, or what somebody else has made. `None` if there is no rule for it.
    fn method_of_others(
        &mut self,
        to: Reg,
        object: &Val<Value>,
        name: &str,
        arguments: &[Argument],
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        match (object, name, arguments) {
            (Val::ListObject(handle, _), "append", [Argument::Positional(item)]) => {
                self.append_to_object(to, *handle, &self.get(*item))
            }
            (
                Val::ListObject(..) | Val::TupleObject(..),
                "index" | "count",
                [Argument::Positional(item)],
            ) => self.search_others(to, object, name, *item),
            (Val::Char(number), _, [])
                if let Some(result) = self.method_of_character(*number, name) =>
            {
                self.set(to, result).map(Some)
            }
            (Val::Int(_) | Val::Bool(_) | Val::Float(_), _, []) => {
                match self.method_of_number(object, name) {
                    Some(result) => self.set(to, result).map(Some),
                    None => Ok(None),
                }
            }
            (Val::Char(_) | Val::Text(..) | Val::Object(_, Some(Class::Str)), ..) => {
                let Some(given) = positional(self, arguments) else { return Ok(None) };
                match self.text_method(object, name, &given)? {
                    Some(result) => self.set(to, result).map(Some),
                    None => Ok(None),
                }
            }
            (Val::Complex(real, imag), "conjugate", []) => {
                let opposite = self.op(Op::FNeg, &[*imag]);
                self.set(to, Val::Complex(*real, opposite)).map(Some)
            }
            (Val::DictObject(..), _, []) if let Some(part) = Part::named(name) => {
                self.set(to, Val::DictView(Box::new(object.clone()), part)).map(Some)
            }
            (Val::DictObject(_, items), "get", [key, Argument::Positional(otherwise)]) => {
                if let Argument::Positional(key) = key {
                    self.character_as_object(*key);
                }
                // Taken for one of the values, unless that is not what there is otherwise.
                let otherwise_class = self.get(*otherwise).class();
                let kinds = self.get(*otherwise).shape().python_kinds().map(Items::Numbers);
                let kinds = match otherwise_class {
                    Some(Class::Str) => Some(Items::Objects(Some(Class::Str))),
                    _ => kinds,
                };
                let all = kinds.and_then(|kinds| items[1].with(&kinds));
                let items = all.unwrap_or(Items::Objects(None));
                self.perform_as_taken(to, &items, instruction).map(Some)
            }
            _ => Ok(None),
        }
    }

    pub(super) fn make_function(
        &mut self,
        to: Reg,
        nested: u32,
        defaults: &[Reg],
        keyword_defaults: &[(Name, Reg)],
        cells: &[Reg],
    ) -> Done<Flow> {
        if self.state.top().around.is_some() {
            // Its code object is not among those of a function that is there.
            return self.leave_for_good();
        }
        let around = self.state.top().code.clone();
        let all = |this: &Self, registers: &[Reg]| {
            registers.iter().map(|register| this.get(*register)).collect::<Vec<_>>()
        };
        let contents = Contents::Function {
            home: self.state.top().home.0,
            code: CodeRef(around.nested[nested as usize].clone()),
            nested,
            defaults: all(self, defaults),
            keyword_defaults: keyword_defaults.iter().map(|(n, r)| (*n, self.get(*r))).collect(),
            cells: all(self, cells),
            around: CodeRef(around),
        };
        let made = self.state.make(contents);
        self.set(to, made)
    }

    fn builtin(
        &mut self,
        to: Reg,
        builtin: Builtin,
        given: &Given,
        arguments: &[Argument],
        instruction: &Instruction,
    ) -> Done<Flow> {
        if let Some(function) = math_of(builtin) {
            return self.math(to, function, given, instruction);
        }
        if let Some(flow) = self.asked_of_items(to, builtin, (given, arguments), instruction)? {
            return Ok(flow);
        }
        if given.named.is_empty()
            && let Some(result) = self.builtin_of_text(builtin, &given.positional)?
        {
            return self.set(to, result);
        }
        let listed = self.listed_entries(builtin, &given.positional);
        let result = match (builtin, listed.as_slice()) {
            (Builtin::Sorted, [value]) => match self.backwards(&given.named) {
                Some(backwards) => self.sorted(value, backwards)?,
                None => None,
            },
            _ if !given.named.is_empty() => None,
            (Builtin::Bool, [_]) => match arguments {
                [Argument::Positional(register)] => Some(Val::Bool(self.truth(*register)?)),
                _ => None,
            },
            (Builtin::Range, parts) => self.range(parts),
            (Builtin::Len, [value]) => self.length(value),
            (Builtin::Isinstance, [value, of]) => self.is_instance(&value.clone(), &of.clone()),
            (_, [value]) if let Some(kind) = small_array(builtin) => self.array(value, kind),
            (Builtin::Enumerate, [value]) => {
                let start = self.build.int(0);
                self.iterator(value)?.map(|inner| Val::Enumerate(Box::new(inner), start))
            }
            (Builtin::Zip, _) => self.zip(arguments)?,
            (Builtin::Ord, [Val::Char(number)]) => Some(Val::Int(*number)),
            (Builtin::Chr, [value]) => self.character_of(value),
            (Builtin::Int, [Val::Char(number)]) => Some(self.digit(*number)),
            (Builtin::Dict, []) => Some(self.new_dict(Table::DICT)),
            (Builtin::Defaultdict, [class]) => self.default_dict(class),
            (Builtin::Set, []) => Some(self.new_dict(Table::SET)),
            (Builtin::Set, [value]) => self.set_from(value)?,
            (Builtin::List, []) => Some(self.state.make(Contents::List(vec![]))),
            (Builtin::List, [value]) => self.list_from(value)?,
            (Builtin::Tuple, []) => Some(Val::Tuple([].into())),
            (Builtin::Tuple, [value]) => self.tuple_from(value),
            (Builtin::Reversed, [value]) => self.reversed(to, value)?,
            (Builtin::Sum, [value]) => self.sum(value),
            (Builtin::Min | Builtin::Max, [list @ Val::List(..)]) => {
                self.extreme_of_list(builtin == Builtin::Max, list)
            }
            (
                Builtin::Min | Builtin::Max,
                [list @ (Val::ListObject(..) | Val::TupleObject(..))],
            ) => self.extreme_of_others(builtin == Builtin::Max, list),
            (Builtin::Min | Builtin::Max, parts) => {
                return self.extreme(to, builtin == Builtin::Max, parts, instruction);
            }
            _ if is_maker(builtin) => None,
            (_, parts) => return self.conversion(to, builtin, parts, instruction),
        };
        if let Some(result) = result {
            return self.set(to, result);
        }
        self.perform_builtin(to, builtin, given, instruction)
    }

    /// A function or class that has no rule for its arguments, done on objects.
    fn perform_builtin(
        &mut self,
        to: Reg,
        builtin: Builtin,
        given: &Given,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let view = self.made_by(builtin, &given.positional, &given.named);
        if self.perform(instruction)? == Flow::Ends {
            return Ok(Flow::Ends);
        }
        if let (Val::Object(handle, _), Some(view)) = (self.get(to), view) {
            self.guesses.insert(handle, view);
        }
        let class = match builtin {
            Builtin::Len => Class::Int,
            Builtin::Array => Class::Array,
            _ => return Ok(Flow::On),
        };
        match self.get(to) {
            Val::Object(handle, None) => self.set(to, Val::Object(handle, Some(class))),
            _ => Ok(Flow::On),
        }
    }

    /// `zip`: what one argument becomes may change what another one is.
    fn zip(&mut self, arguments: &[Argument]) -> Done<Option<Val<Value>>> {
        let mut inner = Vec::new();
        for argument in arguments {
            let Argument::Positional(register) = argument else { return Ok(None) };
            let value = self.get(*register);
            let Some(iterator) = self.iterator(&value)? else { return Ok(None) };
            inner.push(iterator);
        }
        Ok(Some(Val::Zip(inner.into())))
    }

    fn range(&mut self, parts: &[Val<Value>]) -> Option<Val<Value>> {
        let mut ints = Vec::new();
        for part in parts {
            let part = self.as_index(part);
            ints.push(self.index_of(&part)?);
        }
        let (zero, one) = (self.build.int(0), self.build.int(1));
        Some(Val::Range(Arc::new(match ints[..] {
            [stop] => [zero, stop, one],
            [start, stop] => [start, stop, one],
            // A range that has no step is an error.
            [start, stop, step] if self.build.int_constant(step) != Some(0) => {
                if self.build.int_constant(step).is_none() {
                    if self.is_refuted() {
                        return None;
                    }
                    let is_positive = self.op(Op::ILt, &[zero, step]);
                    let exit = self.exit_refuted();
                    let none = crate::ir::Immediate::None;
                    self.build.emit(Op::Guard, &[is_positive], none, Some(exit));
                }
                [start, stop, step]
            }
            _ => return None,
        })))
    }

    pub(super) fn length(&mut self, value: &Val<Value>) -> Option<Val<Value>> {
        let length = match value {
            Val::Tuple(items) => items.len(),
            Val::Named(tuple, _) => return self.length(tuple),
            value if let Some(elements) = self.elements(value) => {
                return (elements.view.rank > 0).then(|| Val::Int(elements.length(0)));
            }
            Val::List(address, items) => return Some(Val::Int(self.list_length(*address, items))),
            Val::Deque(list) => return Some(Val::Int(self.length_of_deque(list))),
            Val::ListObject(handle, _) | Val::TupleObject(handle, _) => {
                return Some(Val::Int(self.length_of_object(*handle)));
            }
            Val::Object(handle, Some(Class::Tuple)) if self.world.layout().is_some() => {
                return Some(Val::Int(self.length_of_object(*handle)));
            }
            Val::DictView(dict, _) => return self.length(dict),
            Val::Dict(address, table) => return Some(Val::Int(self.dict_length(*address, table))),
            Val::Object(handle, Some(Class::Str))
                if self.has_characters(value) && !self.is_refuted() =>
            {
                return Some(Val::Int(self.length_of_text(*handle)));
            }
            Val::Char(_) => return Some(Val::Int(self.build.int(1))),
            Val::Text(_, length) => return Some(Val::Int(*length)),
            Val::Thing(thing) => match self.state.contents(*thing) {
                Contents::List(items) => items.len(),
                Contents::Vector(_, items) => items.len(),
                _ => return None,
            },
            _ => return None,
        };
        Some(Val::Int(self.build.int(length as i64)))
    }

    /// An array of a list of numbers of which one at least is a float, or of an array in registers: such an
    /// array. One that is not to be copied is itself.
    fn array(
        &mut self,
        value: &Val<Value>,
        (family, copies): (Family, bool),
    ) -> Option<Val<Value>> {
        if let Val::Thing(thing) = value
            && let Contents::Vector(of, _) = self.state.contents(*thing)
        {
            match *of == family {
                true if !copies => return Some(value.clone()),
                true => {}
                false => return None,
            }
        }
        let items = self.items_of(value)?;
        let is_float = |item: &Val<Value>| match item {
            Val::Scalar(_, flavour) => *flavour == Flavour { family, element: Element::Float64 },
            other => matches!(other, Val::Float(_)),
        };
        let is_number = |item: &Val<Value>| {
            is_float(item)
                || matches!(item, Val::Int(_))
                || family == Family::Pommel && matches!(item, Val::Bool(_))
        };
        let fits = items.iter().any(is_float) && items.iter().all(is_number);
        if !fits || items.len() > LARGEST_VECTOR {
            return None;
        }
        let items = items.iter().map(|item| self.as_python(item)).collect::<Vec<_>>();
        let items: Option<_> = items.iter().map(|item| self.float_of(item)).collect();
        Some(self.state.make(Contents::Vector(family, items?)))
    }

    /// `min` and `max` of numbers of one kind: the first of those that are equal.
    fn extreme(
        &mut self,
        to: Reg,
        is_max: bool,
        parts: &[Val<Value>],
        instruction: &Instruction,
    ) -> Done<Flow> {
        let op = match parts.first() {
            Some(Val::Int(_)) => Op::ILt,
            Some(Val::Float(_)) => Op::FLt,
            _ => return self.perform(instruction),
        };
        let mut numbers = Vec::new();
        for part in parts {
            match (part, op) {
                (Val::Int(number), Op::ILt) | (Val::Float(number), Op::FLt) => {
                    numbers.push(*number);
                }
                _ => return self.perform(instruction),
            }
        }
        if numbers.len() < 2 {
            return self.perform(instruction);
        }
        let mut best = numbers[0];
        for &number in &numbers[1..] {
            let better = match is_max {
                true => self.op(op, &[best, number]),
                false => self.op(op, &[number, best]),
            };
            best = self.build.select(better, number, best);
        }
        self.set(to, if op == Op::ILt { Val::Int(best) } else { Val::Float(best) })
    }

    /// Functions of one number that are no function of the C library.
    fn conversion(
        &mut self,
        to: Reg,
        builtin: Builtin,
        parts: &[Val<Value>],
        instruction: &Instruction,
    ) -> Done<Flow> {
        if let (Builtin::Abs, [Val::Scalar(leaf, flavour)]) = (builtin, parts) {
            return match self.scalar_abs(*leaf, *flavour) {
                Some(result) => self.set(to, result),
                None => self.perform(instruction),
            };
        }
        if !parts.iter().all(|part| is_converted(builtin, part)) {
            return self.perform(instruction);
        }
        let parts: Vec<Val<Value>> = parts.iter().map(|part| self.as_python(part)).collect();
        let result = match (builtin, &parts[..]) {
            (Builtin::Copysign, [a, b]) => match (self.float_of(a), self.float_of(b)) {
                (Some(a), Some(b)) => Val::Float(self.op(Op::FCopysign, &[a, b])),
                _ => return self.perform(instruction),
            },
            (Builtin::Float | Builtin::Fabs, [value]) => match self.float_of(value) {
                Some(float) if builtin == Builtin::Fabs => Val::Float(self.op(Op::FAbs, &[float])),
                Some(float) => Val::Float(float),
                None => return self.perform(instruction),
            },
            (Builtin::Abs, [Val::Float(float)]) => Val::Float(self.op(Op::FAbs, &[*float])),
            (Builtin::Abs, [Val::Int(int)]) => {
                let zero = self.build.int(0);
                let opposite = self.checked(Op::ISub, zero, *int);
                let is_negative = self.op(Op::ILt, &[*int, zero]);
                Val::Int(self.build.select(is_negative, opposite, *int))
            }
            (Builtin::Gcd, [x, y]) => {
                let (Some(x), Some(y)) = (self.index_of(x), self.index_of(y)) else {
                    return self.perform(instruction);
                };
                let divisor = self.op(Op::IGcd, &[x, y]);
                return self.set_if_not_negative(to, divisor, divisor);
            }
            (Builtin::Isqrt, [value]) => {
                let Some(x) = self.index_of(value) else { return self.perform(instruction) };
                let root = self.op(Op::ISqrt, &[x]);
                return self.set_if_not_negative(to, root, x);
            }
            (Builtin::Isnan, [Val::Float(x)]) => Val::Bool(self.op(Op::FNe, &[*x, *x])),
            (Builtin::Isfinite, [Val::Float(x)]) => Val::Bool(self.is_finite(*x)),
            (Builtin::Isinf, [Val::Float(x)]) => {
                let (size, infinite) = (self.op(Op::FAbs, &[*x]), self.build.float(f64::INFINITY));
                Val::Bool(self.op(Op::FEq, &[size, infinite]))
            }
            (Builtin::Int | Builtin::Floor | Builtin::Ceil | Builtin::Trunc, [value]) => {
                return self.rounded(to, builtin, &value.clone(), instruction);
            }
            (Builtin::Sqrt, [value]) => match self.float_of(value) {
                Some(x) => {
                    let zero = self.build.float(0.0);
                    let fits = self.op(Op::FLe, &[zero, x]);
                    if self.guard(fits) == Flow::Ends {
                        return Ok(Flow::Ends);
                    }
                    Val::Float(self.op(Op::FSqrt, &[x]))
                }
                None => return self.perform(instruction),
            },
            _ => return self.perform(instruction),
        };
        self.set(to, result)
    }

    /// Puts an integer into a register, if another one is not negative.
    fn set_if_not_negative(&mut self, to: Reg, value: Value, of: Value) -> Done<Flow> {
        let zero = self.build.int(0);
        let fits = self.op(Op::ILe, &[zero, of]);
        match self.guard(fits) {
            Flow::Ends => Ok(Flow::Ends),
            Flow::On => self.set(to, Val::Int(value)),
        }
    }

    fn rounded(
        &mut self,
        to: Reg,
        builtin: Builtin,
        value: &Val<Value>,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let float = match value {
            Val::Float(float) => *float,
            other => match self.index_of(other) {
                Some(int) => return self.set(to, Val::Int(int)),
                None => return self.perform(instruction),
            },
        };
        let whole = match builtin {
            Builtin::Floor => self.op(Op::FFloor, &[float]),
            Builtin::Ceil => self.op(Op::FCeil, &[float]),
            _ => self.op(Op::FTrunc, &[float]),
        };
        self.whole(to, whole)
    }

    /// A float that is whole, as an integer.
    pub(super) fn whole(&mut self, to: Reg, whole: Value) -> Done<Flow> {
        let (least, end) = (self.build.float(-(2f64.powi(63))), self.build.float(2f64.powi(63)));
        let above = self.op(Op::FLe, &[least, whole]);
        let below = self.op(Op::FLt, &[whole, end]);
        let fits = self.op(Op::BAnd, &[above, below]);
        if self.guard(fits) == Flow::Ends {
            return Ok(Flow::Ends);
        }
        let int = self.op(Op::FToI, &[whole]);
        self.set(to, Val::Int(int))
    }

    /// A function of the C library. Where its result is not finite, the interpreter says what that means.
    fn math(
        &mut self,
        to: Reg,
        function: Math,
        given: &Given,
        instruction: &Instruction,
    ) -> Done<Flow> {
        if !given.named.is_empty() || given.positional.len() != function.arity() {
            return self.perform(instruction);
        }
        let mut numbers = Vec::new();
        for value in &given.positional {
            let value = self.as_python(value);
            match self.float_of(&value) {
                Some(number) => numbers.push(number),
                None => return self.perform(instruction),
            }
        }
        let result = self.build.math(function, &numbers);
        let mut fits = self.is_finite(result);
        // Functions of two have cases of their own for what is infinite.
        if numbers.len() == 2 {
            for number in numbers {
                let finite = self.is_finite(number);
                fits = self.op(Op::BAnd, &[fits, finite]);
            }
        }
        if self.guard(fits) == Flow::Ends {
            return Ok(Flow::Ends);
        }
        self.set(to, Val::Float(result))
    }
}

/// Whether an object is a list.
fn is_list(contents: &Option<(Thing, Contents<Value>)>, object: &Val<Value>) -> bool {
    matches!(contents, Some((_, Contents::List(_)))) || object.class() == Some(Class::List)
}

/// What a function is called with, if all of it is given by position.
fn positional(specialiser: &Specialiser<'_>, arguments: &[Argument]) -> Option<Vec<Val<Value>>> {
    let value = |argument: &Argument| match argument {
        Argument::Positional(register) => Some(specialiser.get(*register)),
        _ => None,
    };
    arguments.iter().map(value).collect()
}

/// Whether a function makes arrays on objects only.
fn is_maker(builtin: Builtin) -> bool {
    use Builtin as B;
    matches!(
        builtin,
        B::Arange | B::Empty | B::EmptyLike | B::Ones | B::OnesLike | B::Zeros | B::ZerosLike
    ) || matches!(builtin, B::NumpyArange | B::NumpyEmpty | B::NumpyEmptyLike | B::NumpyOnes)
        || matches!(builtin, B::NumpyOnesLike | B::NumpyZeros | B::NumpyZerosLike)
}

/// Whose arrays a function makes of lists, and whether it copies arrays.
fn small_array(builtin: Builtin) -> Option<(Family, bool)> {
    match builtin {
        Builtin::Array => Some((Family::Pommel, true)),
        Builtin::Asarray => Some((Family::Pommel, false)),
        Builtin::NumpyArray => Some((Family::Numpy, true)),
        Builtin::NumpyAsarray => Some((Family::Numpy, false)),
        _ => None,
    }
}

/// Whether a function of numbers sees only the value of an argument: what rounds asks scalars how they do
/// it.
fn is_converted(builtin: Builtin, part: &Val<Value>) -> bool {
    let Val::Scalar(_, flavour) = part else { return true };
    match builtin {
        Builtin::Floor | Builtin::Ceil | Builtin::Trunc => {
            flavour.family == Family::Numpy && flavour.element == Element::Float64
        }
        _ => true,
    }
}

/// The function of the C library that a function of `math` calls.
fn math_of(builtin: Builtin) -> Option<Math> {
    Some(match builtin {
        Builtin::Acos => Math::Acos,
        Builtin::Asin => Math::Asin,
        Builtin::Atan => Math::Atan,
        Builtin::Atan2 => Math::Atan2,
        Builtin::Cos => Math::Cos,
        Builtin::Cosh => Math::Cosh,
        Builtin::Acosh => Math::Acosh,
        Builtin::Asinh => Math::Asinh,
        Builtin::Atanh => Math::Atanh,
        Builtin::Erf => Math::Erf,
        Builtin::Erfc => Math::Erfc,
        Builtin::Exp => Math::Exp,
        Builtin::Expm1 => Math::Expm1,
        Builtin::Fmod => Math::Fmod,
        Builtin::Log => Math::Log,
        Builtin::Log10 => Math::Log10,
        Builtin::Log1p => Math::Log1p,
        Builtin::Log2 => Math::Log2,
        Builtin::Pow => Math::Pow,
        Builtin::Remainder => Math::Remainder,
        Builtin::Sin => Math::Sin,
        Builtin::Sinh => Math::Sinh,
        Builtin::Tan => Math::Tan,
        Builtin::Tanh => Math::Tanh,
        _ => return None,
    })
}

/// Names and values.
type Named = Vec<(Box<str>, Val<Value>)>;

/// The register of a parameter that collects keywords.
pub(super) fn place_of_keywords(code: &Code) -> Option<usize> {
    let parameters = &code.parameters;
    let named = parameters.positional + parameters.keyword_only;
    parameters.keywords.then_some(named as usize + usize::from(parameters.variadic))
}

/// Puts arguments into the registers of the parameters. Gives the keywords that are left, if such are
/// collected. `None` if they do not fit.
pub(super) fn bind(frame: &mut Frame, callee: &Callee, given: &Given) -> Option<Named> {
    let parameters = &callee.code.parameters;
    let positional = parameters.positional as usize;
    let named = positional + parameters.keyword_only as usize;
    let mut others = Named::new();
    let mut filled = vec![false; named];
    for (i, value) in given.positional.iter().take(positional).enumerate() {
        frame.registers[i] = value.clone();
        filled[i] = true;
    }
    if parameters.variadic {
        let rest = given.positional.iter().skip(positional).cloned().collect();
        frame.registers[named] = Val::Tuple(rest);
    } else if given.positional.len() > positional {
        return None;
    }
    for (name, value) in &given.named {
        let first = parameters.positional_only as usize;
        let Some(i) = (first..named).find(|i| callee.code.locals[*i] == *name) else {
            if !parameters.keywords || others.iter().any(|(other, _)| other == name) {
                return None;
            }
            others.push((name.clone(), value.clone()));
            continue;
        };
        if core::mem::replace(&mut filled[i], true) {
            return None;
        }
        frame.registers[i] = value.clone();
    }
    let first = positional.checked_sub(callee.defaults.len())?;
    for i in (0..named).filter(|i| !filled[*i]) {
        let default = if i < positional {
            i.checked_sub(first).map(|i| &callee.defaults[i])
        } else {
            let name = &callee.code.locals[i];
            callee.keyword_defaults.iter().find(|(of, _)| of == name).map(|(_, value)| value)
        };
        frame.registers[i] = default?.clone();
    }
    Some(others)
}
