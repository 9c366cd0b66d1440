//! Operations on whole arrays, element by element: one loop for all of an expression.
//!
//! What an operation gives is not computed at once if an operation that comes soon is the only one that
//! wants it: it stays an expression, which becomes part of that one. The last of them is a loop that writes
//! into a new array. Nothing that others see happens until then: where a result is not finite, or would come
//! with a warning, machine code is left at the last operation, and all of them are done on objects, in
//! their order.
//!
//! A single operation on many elements is left to the library, whose vectors are wider.

use super::arrays::Elements;
use super::calls::Given;
use super::element::{Element, Owner, Sort};
use super::scalars::{Kind, common};
use super::value::{Contents, Elementwise, Known, Operation, Thing, Val, View};
use super::world::{Builtin, Description};
use super::{Done, Flow, Specialiser};
use crate::code::{Binary, Compare, Instruction, Point, Reg, Unary};
use crate::ir::{Op, Value};

/// An expression has at most so many operations.
const MOST_STEPS: u32 = 24;
/// So many operations are worth a loop of their own.
const LEAST_STEPS: u32 = 2;

/// An operation that is not is done here for fewer elements than that, and for fewer yet where they are
/// not written by vectors.
const FEW: i64 = 512;
const FEWER: i64 = 192;
/// The same of two operations of which one is in place.
const FEW_IN_PLACE: i64 = 4096;

impl Specialiser<'_> {
    /// An operator with arrays. `None` if there are none among the operands.
    pub(super) fn arrays_binary(
        &mut self,
        to: Reg,
        operator: Binary,
        [a, b]: [&Val<Value>; 2],
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        let in_place = matches!(instruction, Instruction::Binary { in_place: true, .. });
        let (operation, both) = (Operation::Binary(operator), [a.clone(), b.clone()]);
        let done = match in_place && self.elements(a).is_some() {
            true => self.elementwise_in_place(to, operation, &both, instruction)?,
            false => self.elementwise(to, operation, &both, instruction)?,
        };
        self.or_on_objects(done, &both, instruction)
    }

    /// A comparison of arrays. `None` if there are none among the operands.
    pub(super) fn arrays_compare(
        &mut self,
        to: Reg,
        operator: Compare,
        [a, b]: [&Val<Value>; 2],
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        let (operation, both) = (Operation::Compare(operator), [a.clone(), b.clone()]);
        let done = self.elementwise(to, operation, &both, instruction)?;
        self.or_on_objects(done, &both, instruction)
    }

    /// Expressions that no rule is for become objects, and so does what is done with them.
    fn or_on_objects(
        &mut self,
        done: Option<Flow>,
        operands: &[Val<Value>],
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        match done {
            None if operands.iter().any(|operand| self.is_pending(operand)) => {
                self.perform(instruction).map(Some)
            }
            done => Ok(done),
        }
    }

    /// An operation on arrays, and numbers beside them. `None` if it is none, or left to objects.
    pub(super) fn elementwise(
        &mut self,
        to: Reg,
        operation: Operation,
        operands: &[Val<Value>],
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        let operands = self.looked_at_operands(operands);
        let Some(found) = self.operation_on(operation, &operands) else { return Ok(None) };
        let (view, steps) = found;
        if steps > MOST_STEPS {
            return Ok(None);
        }
        let awaits = self.is_awaited(to);
        let Some(lengths) = self.common_lengths(&operands, view) else {
            return Ok(Some(Flow::Ends));
        };
        let point = self.state.top().point;
        let made = Elementwise { operation, operands, view, lengths, steps, point };
        if awaits {
            let made = self.state.make(Contents::Elementwise(made));
            return self.set(to, made).map(Some);
        }
        if !is_worth_a_loop(&made) {
            return self.if_few(to, &made, instruction).map(Some);
        }
        let array = self.computed(&made)?;
        self.set(to, array).map(Some)
    }

    /// An operation that the library does as quickly, unless arrays have so few elements that calling it
    /// takes longer.
    fn if_few(
        &mut self,
        to: Reg,
        made: &Elementwise<Value>,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let limit = match is_written(made.view.element) {
            true => FEW,
            false => FEWER * i64::from(made.steps),
        };
        let both = (made, made.view);
        self.either(to, both, Some(limit), instruction, &mut |this| this.computed(made))
    }

    /// Computes something here if there are less elements than so many, and has an instruction done on
    /// objects if not, which gives an array of a view.
    fn either(
        &mut self,
        to: Reg,
        (made, view): (&Elementwise<Value>, View),
        limit: Option<i64>,
        instruction: &Instruction,
        compute: &mut dyn FnMut(&mut Self) -> Done<Val<Value>>,
    ) -> Done<Flow> {
        let Some(limit) = limit else {
            let array = compute(self)?;
            return self.set(to, array);
        };
        let one = self.build.int(1);
        let size = made.lengths.iter().fold(one, |size, length| match self.is_one(size) {
            true => *length,
            false => self.op(Op::IMulWrap, &[size, *length]),
        });
        let limit = self.build.int(limit);
        let are_few = self.op(Op::ULt, &[size, limit]);
        let (few, many) = self.build.branch(are_few);
        let (state, point) = (self.state.clone(), self.state.top().point);
        self.build.block = few;
        let array = compute(self)?;
        self.set(to, array)?;
        let mut ways = vec![self.way_behind()];
        self.state = state;
        self.build.block = many;
        if self.perform(instruction)? == Flow::On {
            if let Val::Object(handle, _) = self.get(to) {
                // The operation is done: an exit goes on behind it.
                self.state.top_mut().point.index = point.index + 1;
                let array = self.view(handle, view, false);
                self.set(to, array)?;
            }
            self.state.top_mut().point = point;
            ways.push(self.way_behind());
        }
        self.join(ways)?;
        Ok(Flow::On)
    }

    /// Arrays among operands that are only probably such are looked at.
    fn looked_at_operands(&mut self, operands: &[Val<Value>]) -> Vec<Val<Value>> {
        let is_pending = |this: &Self, value: &Val<Value>| this.pending(value).is_some();
        let are_pending = operands.iter().any(|operand| is_pending(self, operand));
        let look = |operand: &Val<Value>| {
            let Val::Object(handle, _) = *operand else { return operand.clone() };
            let guess = self.guesses.get(&handle).copied();
            let Some(view) = guess.filter(|_| are_pending && !self.is_refuted()) else {
                return operand.clone();
            };
            let array = self.view(handle, view, true);
            self.spread(operand, &array);
            array
        };
        operands.iter().map(look).collect()
    }

    /// An expression that is not computed yet.
    pub(super) fn pending(&self, value: &Val<Value>) -> Option<&Elementwise<Value>> {
        match value {
            Val::Thing(thing) => match self.state.contents(*thing) {
                Contents::Elementwise(made) => Some(made),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a value is such an expression.
    pub(super) fn is_pending(&self, value: &Val<Value>) -> bool {
        self.pending(value).is_some()
    }

    /// The array that an operand is, and how many operations it is.
    fn array_of(&self, operand: &Val<Value>) -> Option<(View, u32)> {
        match self.pending(operand) {
            Some(made) => Some((made.view, made.steps)),
            None => {
                let Elements { view, .. } = self.elements(operand)?;
                view.owner.has_axes().then_some((view, 0))
            }
        }
    }

    pub(super) fn kind_of(&self, operand: &Val<Value>) -> Option<Kind> {
        match self.array_of(operand) {
            Some((view, _)) => {
                Some(Kind { sort: view.element.sort(), element: Some(view.element) })
            }
            None => Some(self.operand(operand)?.kind()),
        }
    }

    /// What an operation gives, and how many it is together with its operands.
    fn operation_on(&self, operation: Operation, operands: &[Val<Value>]) -> Option<(View, u32)> {
        let arrays: Vec<(View, u32)> =
            operands.iter().filter_map(|operand| self.array_of(operand)).collect();
        let (first, _) = arrays.first()?;
        let owner = first.owner;
        let is_family = |operand: &Val<Value>| match operand {
            Val::Scalar(_, flavour) => Owner::from(flavour.family) == owner,
            _ => true,
        };
        let are_its = arrays.iter().all(|(view, _)| view.owner == owner);
        if !are_its || !operands.iter().all(is_family) {
            return None;
        }
        let kinds: Vec<Kind> =
            operands.iter().map(|operand| self.kind_of(operand)).collect::<Option<_>>()?;
        let is_two = operands.get(1).is_some_and(|exponent| self.is_two(exponent));
        let [_, element] = rule(operation, &kinds, is_two)?;
        let rank = arrays.iter().map(|(view, _)| view.rank).max()?;
        let steps = 1 + arrays.iter().map(|(_, steps)| steps).sum::<u32>();
        Some((View { owner, element, rank, packed: true }, steps))
    }

    /// Whether an exponent is the number 2.
    pub(super) fn is_two(&self, exponent: &Val<Value>) -> bool {
        use super::build::Constant;
        match exponent {
            Val::Int(number) => self.build.int_constant(*number) == Some(2),
            Val::Float(number) => self.build.constant(*number) == Some(Constant::Float(2.0)),
            _ => false,
        }
    }

    /// The lengths of what an operation gives. Exits unless its operands have them, and lie in memory as
    /// the result does. `None` if they never do.
    fn common_lengths(&mut self, operands: &[Val<Value>], view: View) -> Option<Vec<Value>> {
        let rank = usize::from(view.rank);
        let mut all: Vec<Vec<Value>> = vec![];
        for operand in operands {
            if let Some(made) = self.pending(operand) {
                all.push(made.lengths.clone());
            } else if let Some(elements) = self.elements(operand) {
                let own = usize::from(elements.view.rank);
                self.guard_order(&elements)?;
                all.push((0..own).map(|axis| elements.length(axis)).collect());
            }
        }
        let mut longest: Vec<Value> = vec![];
        for from_end in (0..rank).rev() {
            let of_axis: Vec<Value> = all
                .iter()
                .filter_map(|lengths| Some(lengths[lengths.len().checked_sub(1 + from_end)?]))
                .collect();
            // An axis that is known to have length 1 is stretched.
            let long: Vec<Value> =
                of_axis.iter().copied().filter(|length| !self.is_one(*length)).collect();
            let wanted = *long.first().or(of_axis.first())?;
            self.guard_same(&long, &vec![wanted; long.len()])?;
            longest.push(wanted);
        }
        // Where our arrays without elements have theirs depends on how they were made.
        if rank > 1 && view.owner == Owner::Pommel {
            for length in &longest {
                let zero = self.build.int(0);
                let has_some = self.op(Op::ILt, &[zero, *length]);
                if self.guard(has_some) == Flow::Ends {
                    return None;
                }
            }
        }
        Some(longest)
    }

    /// Whether a length is known to be 1.
    pub(super) fn is_one(&self, length: Value) -> bool {
        self.build.int_constant(length) == Some(1)
    }

    /// Exits unless lengths are the same. `None` if they never are.
    fn guard_same(&mut self, lengths: &[Value], wanted: &[Value]) -> Option<()> {
        for (length, wanted) in lengths.iter().zip(wanted) {
            if length != wanted {
                let same = self.op(Op::IEq, &[*length, *wanted]);
                if self.guard(same) == Flow::Ends {
                    return None;
                }
            }
        }
        Some(())
    }

    /// Exits unless axes come in the order of the distances between their elements, so that those of a
    /// result do.
    fn guard_order(&mut self, elements: &Elements) -> Option<()> {
        let axes = 0..usize::from(elements.view.rank);
        let distances: Vec<Value> = axes
            .filter(|axis| !self.is_one(elements.length(*axis)))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|axis| {
                let distance = self.distance_between(elements, axis);
                self.size_of(distance)
            })
            .collect();
        for both in distances.windows(2) {
            let in_order = self.op(Op::ILe, &[both[1], both[0]]);
            if self.guard(in_order) == Flow::Ends {
                return None;
            }
        }
        Some(())
    }

    /// The absolute value of a distance.
    fn size_of(&mut self, distance: Value) -> Value {
        if self.build.int_constant(distance).is_some_and(|known| known >= 0) {
            return distance;
        }
        let zero = self.build.int(0);
        let opposite = self.op(Op::ISubWrap, &[zero, distance]);
        let is_negative = self.op(Op::ILt, &[distance, zero]);
        self.build.select(is_negative, opposite, distance)
    }

    /// Whether what comes into a register is wanted by one operation only, which comes soon.
    fn is_awaited(&mut self, register: Reg) -> bool {
        // The registers of functions that may be called.
        let mut functions = self.functions_of_elements();
        let frame = self.state.top();
        let Point { block, index } = frame.point;
        let code = &frame.code;
        let instructions = code.block(block).instructions.iter().enumerate();
        for (place, (instruction, _)) in instructions.skip(index as usize + 1) {
            let mut reads = 0;
            instruction.reads(&mut |read| reads += u32::from(read == register));
            let mut writes = false;
            instruction.writes(&mut |write| writes |= write == register);
            let after = Point { block, index: place as u32 + 1 };
            let lives_on = || code.liveness().at(code, after).contains(register) && !writes;
            if reads > 0 {
                let is_taken = reads == 1 && is_operation(instruction, register, &functions);
                return is_taken && !lives_on();
            }
            if let Instruction::LoadAttribute { to, name, .. } = instruction
                && FUNCTIONS.contains(&code.name(*name))
            {
                functions.push(*to);
            }
            if writes || !is_harmless(instruction, &functions) {
                return false;
            }
        }
        false
    }

    /// The registers that hold functions of elements.
    fn functions_of_elements(&mut self) -> Vec<Reg> {
        let registers = self.state.top().registers.iter().enumerate();
        let known = registers.filter_map(|(place, value)| match value {
            Val::Known(known) => Some((Reg(place as u32), *known)),
            _ => None,
        });
        let known: Vec<(Reg, Known)> = known.collect();
        let mut is_one = |known: Known| match self.world.describe(known) {
            Description::Builtin(builtin) => builtin.is_of_elements(),
            _ => false,
        };
        known.into_iter().filter_map(|(reg, known)| is_one(known).then_some(reg)).collect()
    }

    /// Whether there are expressions that are not computed yet.
    pub(super) fn has_pending(&self) -> bool {
        let is_pending = |thing: &Thing| {
            matches!(self.state.heap[thing.0 as usize], Some(Contents::Elementwise(_)))
        };
        self.state.reachable().iter().any(is_pending)
    }

    /// Computes an expression that is worth a loop, for all who have it. Whether it did.
    pub(super) fn publish_elementwise(&mut self, thing: Thing) -> Done<bool> {
        let Contents::Elementwise(made) = self.state.contents(thing) else { return Ok(false) };
        let place = (self.state.top().context, self.state.top().point);
        if self.experience.objects.contains(&place) || !is_worth_a_loop(made) {
            return Ok(false);
        }
        let array = self.computed(&made.clone())?;
        self.state.replace(thing, &array);
        Ok(true)
    }

    /// A function of elements that is called. `None` if it is `abs` of no array.
    pub(super) fn call_elementwise(
        &mut self,
        to: Reg,
        builtin: Builtin,
        given: &Given,
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        let operands = &given.positional;
        if given.named.is_empty()
            && let Some(flow) =
                self.elementwise(to, Operation::Call(builtin), operands, instruction)?
        {
            return Ok(Some(flow));
        }
        let is_for_numbers = builtin == Builtin::Abs;
        match is_for_numbers && !operands.iter().any(|operand| self.is_pending(operand)) {
            true => Ok(None),
            false => self.perform(instruction).map(Some),
        }
    }

    /// An operator in place. `None` if it changes no array, or is left to objects.
    pub(super) fn elementwise_in_place(
        &mut self,
        to: Reg,
        operation: Operation,
        operands: &[Val<Value>; 2],
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        let Some(target) = self.elements(&operands[0]) else { return Ok(None) };
        let Some((view, steps)) = self.operation_on(operation, operands) else { return Ok(None) };
        let own = target.view;
        let is_its_own = (view.element, view.rank) == (own.element, own.rank);
        let fits = (LEAST_STEPS..=MOST_STEPS).contains(&steps) && is_its_own;
        if !fits || !is_copied(view.element) {
            return Ok(None);
        }
        if self.guard_writable(&target) == Flow::Ends {
            return Ok(Some(Flow::Ends));
        }
        let Some(lengths) = self.common_lengths(operands, view) else {
            return Ok(Some(Flow::Ends));
        };
        let own: Vec<Value> = (0..lengths.len()).map(|axis| target.length(axis)).collect();
        if self.guard_same(&own, &lengths).is_none() {
            return Ok(Some(Flow::Ends));
        }
        let operands = operands.to_vec();
        let point = self.state.top().point;
        let made = Elementwise { operation, operands, view, lengths, steps, point };
        let limit = if steps > LEAST_STEPS { None } else { Some(FEW_IN_PLACE) };
        self.either(to, (&made, target.view), limit, instruction, &mut |this| {
            // All of it is computed before any of it is written.
            let array = this.computed(&made)?;
            if let Some(from) = this.elements(&array) {
                this.copy(from, target.clone(), made.lengths.clone())?;
            }
            Ok(made.operands[0].clone())
        })
        .map(Some)
    }

    /// Puts an array, or a part of one, into a part of an array. `None` if that is left to objects.
    pub(super) fn store_array(
        &mut self,
        array: &Elements,
        index: &Val<Value>,
        item: &Val<Value>,
    ) -> Done<Option<Flow>> {
        let Some(from) = self.elements(item) else { return Ok(None) };
        let is_its_own =
            (from.view.owner, from.view.element) == (array.view.owner, array.view.element);
        if !is_its_own || !is_copied(array.view.element) || !self.is_cut(array, index) {
            return Ok(None);
        }
        let named = self.integers(index).map_or(0, |parts| parts.len());
        if named == usize::from(array.view.rank) {
            return Ok(None);
        }
        // What was changed in place is put where it is.
        if let Val::Thing(thing) = item
            && let Contents::Part { array: whole, key, .. } = self.state.contents(*thing)
            && (whole, key) == (&array.keeper, index)
        {
            return Ok(Some(self.guard_writable(array)));
        }
        let Some(to) = self.cut_out(array, index) else { return Ok(Some(Flow::Ends)) };
        if from.view.rank > to.view.rank {
            return Ok(None);
        }
        self.store_elements(from, to).map(Some)
    }

    fn store_elements(&mut self, from: Elements, to: Elements) -> Done<Flow> {
        if self.guard_writable(&to) == Flow::Ends {
            return Ok(Flow::Ends);
        }
        let [own, lengths] = [&from, &to].map(|array| {
            (0..usize::from(array.view.rank)).map(|axis| array.length(axis)).collect::<Vec<_>>()
        });
        if self.guard_same(&own, &lengths[lengths.len() - own.len()..]).is_none() {
            return Ok(Flow::Ends);
        }
        // What is read must not have been written before.
        let (reads, writes) = (self.extent(&from), self.extent(&to));
        let before = self.op(Op::ILe, &[reads[1], writes[0]]);
        let behind = self.op(Op::ILe, &[writes[1], reads[0]]);
        let apart = self.op(Op::BOr, &[before, behind]);
        if self.guard(apart) == Flow::Ends {
            return Ok(Flow::Ends);
        }
        self.copy(from, to, lengths)?;
        Ok(Flow::On)
    }

    /// Between which addresses an array is that is not empty.
    fn extent(&mut self, array: &Elements) -> [Value; 2] {
        let (zero, one) = (self.build.int(0), self.build.int(1));
        let size = self.build.int(i64::from(array.view.element.size()));
        let [mut low, mut high] = [array.words[0], self.op(Op::IAddWrap, &[array.words[0], size])];
        for axis in 0..usize::from(array.view.rank) {
            let last = self.op(Op::ISubWrap, &[array.length(axis), one]);
            let distance = self.distance_between(array, axis);
            let all = self.op(Op::IMulWrap, &[last, distance]);
            let is_back = self.op(Op::ILt, &[all, zero]);
            let [back, forth] =
                [self.build.select(is_back, all, zero), self.build.select(is_back, zero, all)];
            low = self.op(Op::IAddWrap, &[low, back]);
            high = self.op(Op::IAddWrap, &[high, forth]);
        }
        [low, high]
    }

    fn guard_writable(&mut self, array: &Elements) -> Flow {
        let zero = self.build.int(0);
        let writable = self.op(Op::INe, &[array.writable(), zero]);
        self.guard(writable)
    }
}

/// Names of functions of elements in libraries of arrays.
const FUNCTIONS: &[&str] = &["sqrt", "abs", "absolute", "square", "where"];

impl Builtin {
    /// Whether it is a function of elements of arrays.
    pub fn is_of_elements(self) -> bool {
        use Builtin as B;
        is_absolute(self)
            || is_root(self)
            || matches!(self, B::ArraySquare | B::NumpySquare | B::ArrayWhere | B::NumpyWhere)
    }
}

pub(super) fn is_absolute(builtin: Builtin) -> bool {
    matches!(builtin, Builtin::Abs | Builtin::ArrayAbs | Builtin::NumpyAbs)
}

pub(super) fn is_root(builtin: Builtin) -> bool {
    matches!(builtin, Builtin::ArraySqrt | Builtin::NumpySqrt)
}

fn is_order(operator: Compare) -> bool {
    !matches!(operator, Compare::Is | Compare::IsNot | Compare::In | Compare::NotIn)
}

/// Whether an instruction is an operation that takes expressions.
fn is_operation(instruction: &Instruction, register: Reg, functions: &[Reg]) -> bool {
    match instruction {
        Instruction::Binary { in_place, left, .. } => !in_place || *left != register,
        Instruction::Unary { operator, .. } => *operator != Unary::Not,
        Instruction::Compare { operator, .. } => is_order(*operator),
        Instruction::Call { callee, .. } => *callee != register && functions.contains(callee),
        _ => false,
    }
}

/// Whether an instruction changes no array.
fn is_harmless(instruction: &Instruction, functions: &[Reg]) -> bool {
    use Instruction as I;
    match instruction {
        I::Constant { .. } | I::Move { .. } | I::CheckBound { .. } | I::LoadGlobal { .. } => true,
        I::LoadBuiltin { .. } | I::LoadCell { .. } | I::LoadAttribute { .. } => true,
        I::LoadItem { .. } | I::MakeSlice { .. } | I::MakeTuple { .. } => true,
        I::Unary { .. } | I::Compare { .. } => true,
        I::Binary { in_place, .. } => !in_place,
        I::Call { callee, .. } => functions.contains(callee),
        _ => false,
    }
}

/// Whether an expression takes the library longer than a loop, however many elements there are.
fn is_worth_a_loop<L>(made: &Elementwise<L>) -> bool {
    made.steps >= LEAST_STEPS && is_written(made.view.element)
}

/// Whether elements of a type are written by vectors.
fn is_written(element: Element) -> bool {
    matches!(element, Element::Float64 | Element::Float32 | Element::Int64)
}

/// Whether elements of a type are copied by vectors.
fn is_copied(element: Element) -> bool {
    matches!(element.size(), 4 | 8)
}

/// The type in which an operation is computed, and that of its result. `None` if it is left to the library.
/// Whether the second operand is the number 2 is said with it.
pub(super) fn rule(operation: Operation, kinds: &[Kind], is_two: bool) -> Option<[Element; 2]> {
    let is_float = |element: Element| element.sort() == Sort::Float;
    let is_number = |element: &Element| is_float(*element) || *element == Element::Int64;
    let own = || kinds[0].element;
    match (operation, kinds) {
        (Operation::Binary(operator), [x, y]) => {
            let common = common(*x, *y);
            match operator {
                Binary::Add | Binary::Subtract | Binary::Multiply => {
                    is_number(&common).then_some([common; 2])
                }
                Binary::Divide if is_float(common) => Some([common; 2]),
                Binary::Divide => (common == Element::Int64).then_some([Element::Float64; 2]),
                Binary::And | Binary::Or | Binary::Xor => {
                    matches!(common, Element::Bool | Element::Int64).then_some([common; 2])
                }
                // A square is a product, but not with an integer in a float.
                Binary::Power if is_two && x.element.is_some() => {
                    let fits = common == x.element? && is_number(&common);
                    fits.then_some([common; 2])
                }
                _ => None,
            }
        }
        (Operation::Compare(operator), [x, y]) if is_order(operator) => {
            let common = common(*x, *y);
            let is_large = |kind: &Kind| kind.element == Some(Element::UInt64);
            let fits = common.sort() != Sort::Truth && !is_large(x) && !is_large(y);
            fits.then_some([common, Element::Bool])
        }
        (Operation::Unary(Unary::Negative), [_]) => own().filter(is_number).map(|of| [of; 2]),
        (Operation::Unary(Unary::Invert), [_]) => {
            own().filter(|of| *of == Element::Bool).map(|of| [of; 2])
        }
        (Operation::Call(builtin), [_]) if is_absolute(builtin) || is_root(builtin) => {
            own().filter(|of| is_float(*of)).map(|of| [of; 2])
        }
        (Operation::Call(Builtin::ArraySquare | Builtin::NumpySquare), [_]) => {
            own().filter(is_number).map(|of| [of; 2])
        }
        (Operation::Call(Builtin::ArrayWhere | Builtin::NumpyWhere), [condition, x, y]) => {
            let is_condition = condition.element == Some(Element::Bool);
            let is_typed = x.element.is_some() || y.element.is_some();
            let common = common(*x, *y);
            (is_condition && is_typed && is_number(&common)).then_some([common; 2])
        }
        _ => None,
    }
}
