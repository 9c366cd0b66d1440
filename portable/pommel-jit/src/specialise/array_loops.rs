//! Loops over the elements of arrays: what expressions of whole arrays become.

use super::arrays::Elements;
use super::element::{Element, Sort};
use super::elementwise::{is_absolute, is_root, rule};
use super::scalars::{Kind, Operand};
use super::value::{Elementwise, Operation, Val, View};
use super::world::Action;
use super::{Done, Specialiser};
use crate::code::{Binary, Compare, Unary};
use crate::ir::{Immediate, Op, Type, Value};

/// A part of an expression.
enum Node {
    /// An element of one of the arrays.
    Element(usize),
    /// The bits of an element of the first array.
    Bits,
    /// A number.
    Number(Operand),
    /// An operation, the type in which it is computed, and that of its result.
    Step(Operation, [Element; 2], Vec<Node>),
}

/// What a loop over arrays goes through.
struct Walk {
    /// The arrays; the last one is written.
    arrays: Vec<Elements>,
    lengths: Vec<Value>,
}

impl Specialiser<'_> {
    /// What an expression gives, as a new array.
    pub(super) fn computed(&mut self, made: &Elementwise<Value>) -> Done<Val<Value>> {
        self.count_elementwise(made.steps);
        let mut walk = Walk { arrays: vec![], lengths: made.lengths.clone() };
        let node = self.node_of(made, &mut walk)?;
        let handle = self.new_array(made.view, &made.lengths);
        let array = self.view(handle, made.view, false);
        walk.arrays.extend(self.elements(&array));
        let starts: Vec<Value> = walk.arrays.iter().map(|array| array.words[0]).collect();
        self.walk(&walk, &node, 0, &starts)?;
        for array in &walk.arrays {
            self.keep(&array.keeper);
        }
        Ok(array)
    }

    /// Copies elements, which are bits to it.
    pub(super) fn copy(&mut self, from: Elements, to: Elements, lengths: Vec<Value>) -> Done {
        let walk = Walk { arrays: vec![from, to], lengths };
        let starts = [walk.arrays[0].words[0], walk.arrays[1].words[0]];
        self.walk(&walk, &Node::Bits, 0, &starts)?;
        for array in &walk.arrays {
            self.keep(&array.keeper);
        }
        Ok(())
    }

    /// A new array whose elements are not yet written.
    fn new_array(&mut self, view: View, lengths: &[Value]) -> Value {
        let lengths: Vec<Val<Value>> = lengths.iter().map(|length| Val::Int(*length)).collect();
        let action = Action::NewArray(view.owner, view.element);
        let (site, words) = self.site(action, &lengths);
        let exit = self.exit_raised();
        self.build.emit(Op::Perform, &words, Immediate::Int(site), Some(exit))[0]
    }

    /// An expression as a loop needs it: its arrays are in the walk, and numbers are of the type in which
    /// they are wanted.
    fn node_of(&mut self, made: &Elementwise<Value>, walk: &mut Walk) -> Done<Node> {
        let kinds = made.operands.iter().map(|operand| self.kind_of(operand));
        let kinds: Option<Vec<Kind>> = kinds.collect();
        let is_two = made.operands.get(1).is_some_and(|exponent| self.is_two(exponent));
        let rule = kinds.and_then(|kinds| rule(made.operation, &kinds, is_two));
        let Some(types) = rule else { return self.refused("an operation that has no rule") };
        let mut parts = Vec::new();
        for operand in &made.operands {
            let part = if let Some(inner) = self.pending(operand).cloned() {
                self.node_of(&inner, walk)?
            } else if let Some(elements) = self.elements(operand) {
                let known = walk.arrays.iter().position(|array| array.words == elements.words);
                Node::Element(known.unwrap_or_else(|| {
                    walk.arrays.push(elements);
                    walk.arrays.len() - 1
                }))
            } else {
                let number =
                    self.operand(operand).and_then(|number| self.in_type(types[0], number));
                match number {
                    Some(number) => Node::Number(number),
                    None => return self.refused("a number that is none of its type"),
                }
            };
            parts.push(part);
        }
        Ok(Node::Step(made.operation, types, parts))
    }

    /// A number as one of a type. Exits if it is none; `None` if it never is.
    fn in_type(&mut self, element: Element, number: Operand) -> Option<Operand> {
        let (value, sort) = match element.sort() {
            Sort::Float => (self.as_float_of(element, number)?, Sort::Float),
            Sort::Truth => (number.value, Sort::Truth),
            sort => (self.as_int_of(element, number)?, sort),
        };
        Some(Operand { value, sort, element: Some(element) })
    }

    /// The loops over an axis and those behind it.
    fn walk(&mut self, walk: &Walk, node: &Node, axis: usize, starts: &[Value]) -> Done {
        let (zero, one) = (self.build.int(0), self.build.int(1));
        let head = self.build.function.block();
        let position = self.build.function.param(head, Type::I64);
        let distances: Vec<Option<Value>> =
            walk.arrays.iter().map(|array| self.distance_along(array, walk, axis)).collect();
        let is_last = axis + 1 == walk.lengths.len();
        let mut read = vec![None; starts.len()];
        if is_last && !matches!(node, Node::Bits) {
            // What stays where it is is read once.
            let stays = (0..starts.len()).filter(|place| distances[*place].is_none());
            for place in stays.collect::<Vec<_>>() {
                read[place] = self.element_at(walk.arrays[place].view, starts[place]);
            }
        }
        self.build.jump(head, vec![zero]);
        self.build.block = head;
        let more = self.op(Op::ILt, &[position, walk.lengths[axis]]);
        let (body, done) = self.build.branch(more);
        self.build.block = body;
        let mut places = Vec::new();
        for (start, distance) in starts.iter().zip(distances) {
            places.push(match distance {
                Some(distance) => {
                    let distance = self.op(Op::IMulWrap, &[position, distance]);
                    self.op(Op::IAddWrap, &[*start, distance])
                }
                None => *start,
            });
        }
        match is_last {
            true => self.one_element(walk, node, &places, &read)?,
            false => self.walk(walk, node, axis + 1, &places)?,
        }
        let next = self.op(Op::IAddWrap, &[position, one]);
        self.build.jump(head, vec![next]);
        self.build.block = done;
        Ok(())
    }

    /// How far elements of an array are from each other along an axis of the result, if it has that axis.
    fn distance_along(&mut self, array: &Elements, walk: &Walk, axis: usize) -> Option<Value> {
        let missing = walk.lengths.len() - usize::from(array.view.rank);
        let own = axis.checked_sub(missing)?;
        (!self.is_one(array.length(own))).then(|| self.distance_between(array, own))
    }

    fn one_element(
        &mut self,
        walk: &Walk,
        node: &Node,
        places: &[Value],
        read: &[Option<Operand>],
    ) -> Done {
        if let (Node::Bits, [from, to]) = (node, places) {
            let (load, store) = match walk.arrays[0].view.element.size() {
                8 => (Op::LoadI64, Op::StoreI64),
                _ => (Op::LoadI32, Op::StoreI32),
            };
            let bits = self.build.emit(load, &[*from], Immediate::Int(0), None)[0];
            self.build.emit(store, &[*to, bits], Immediate::Int(0), None);
            return Ok(());
        }
        let Some(result) = self.element_of(walk, node, places, read) else {
            return self.refused("an element that never is one");
        };
        let (Some(to), Some(place)) = (walk.arrays.last(), places.last()) else { return Ok(()) };
        let op = to.view.element.store();
        self.build.emit(op, &[*place, result.value], Immediate::Int(0), None);
        Ok(())
    }

    /// An element at an address.
    fn element_at(&mut self, view: View, place: Value) -> Option<Operand> {
        let element = view.element;
        match self.load(view, place)? {
            Val::Scalar(value, _) | Val::Bool(value) | Val::Int(value) | Val::Float(value) => {
                Some(Operand { value, sort: element.sort(), element: Some(element) })
            }
            _ => None,
        }
    }

    fn element_of(
        &mut self,
        walk: &Walk,
        node: &Node,
        places: &[Value],
        read: &[Option<Operand>],
    ) -> Option<Operand> {
        match node {
            Node::Bits => None,
            Node::Number(number) => Some(*number),
            Node::Element(which) => match read[*which] {
                Some(known) => Some(known),
                None => self.element_at(walk.arrays[*which].view, places[*which]),
            },
            Node::Step(operation, [common, element], parts) => {
                let parts: Option<Vec<Operand>> =
                    parts.iter().map(|part| self.element_of(walk, part, places, read)).collect();
                let value = self.step_of_elements(*operation, *common, &parts?)?;
                Some(Operand { value, sort: element.sort(), element: Some(*element) })
            }
        }
    }

    /// One operation on elements. Exits where the library would warn.
    fn step_of_elements(
        &mut self,
        operation: Operation,
        common: Element,
        parts: &[Operand],
    ) -> Option<Value> {
        match (operation, parts) {
            (Operation::Binary(operator), [x, y]) => {
                self.binary_of_elements(operator, common, *x, *y)
            }
            (Operation::Compare(operator), [x, y]) => {
                self.compare_elements(operator, common, [*x, *y])
            }
            (Operation::Unary(Unary::Negative), [x]) if common.sort() == Sort::Float => {
                Some(self.op(Op::FNeg, &[x.value]))
            }
            (Operation::Unary(Unary::Negative), [x]) => {
                let zero = self.build.int(0);
                Some(self.op(Op::ISubWrap, &[zero, x.value]))
            }
            (Operation::Unary(_), [x]) => Some(self.op(Op::BNot, &[x.value])),
            (Operation::Call(builtin), [x]) if is_absolute(builtin) => {
                Some(self.op(Op::FAbs, &[x.value]))
            }
            (Operation::Call(builtin), [x]) if is_root(builtin) => {
                let root = self.op(Op::FSqrt, &[x.value]);
                let root = self.narrowed(common, root);
                self.guard_finite(root)?;
                Some(root)
            }
            (Operation::Call(_), [x]) => self.binary_of_elements(Binary::Multiply, common, *x, *x),
            (Operation::Call(_), [condition, x, y]) => {
                let (x, y) = (self.in_type(common, *x)?, self.in_type(common, *y)?);
                Some(self.build.select(condition.value, x.value, y.value))
            }
            _ => None,
        }
    }

    fn binary_of_elements(
        &mut self,
        operator: Binary,
        common: Element,
        x: Operand,
        y: Operand,
    ) -> Option<Value> {
        let (operator, y) = match operator {
            Binary::Power => (Binary::Multiply, x),
            other => (other, y),
        };
        if common.sort() == Sort::Float {
            let op = match operator {
                Binary::Add => Op::FAdd,
                Binary::Subtract => Op::FSub,
                Binary::Multiply => Op::FMul,
                _ => Op::FDiv,
            };
            return self.float_result(op, common, x, y);
        }
        let [truth, int] = match operator {
            Binary::And => [Op::BAnd, Op::IAnd],
            Binary::Or => [Op::BOr, Op::IOr],
            Binary::Xor => [Op::BXor, Op::IXor],
            // Integers of arrays wrap around, and nobody says so.
            Binary::Add => [Op::BOr, Op::IAddWrap],
            Binary::Subtract => [Op::BXor, Op::ISubWrap],
            _ => [Op::BAnd, Op::IMulWrap],
        };
        if common.sort() == Sort::Truth {
            return Some(self.op(truth, &[x.value, y.value]));
        }
        let (x, y) = (self.as_int_of(common, x)?, self.as_int_of(common, y)?);
        Some(self.op(int, &[x, y]))
    }

    fn compare_elements(
        &mut self,
        operator: Compare,
        common: Element,
        [x, y]: [Operand; 2],
    ) -> Option<Value> {
        if common.sort() == Sort::Float {
            let (x, y) = (self.as_float_of(common, x)?, self.as_float_of(common, y)?);
            return Some(self.compared(operator, [Op::FEq, Op::FNe, Op::FLt, Op::FLe], x, y));
        }
        let (x, y) = (self.as_int_of(common, x)?, self.as_int_of(common, y)?);
        Some(self.compared(operator, [Op::IEq, Op::INe, Op::ILt, Op::ILe], x, y))
    }
}
