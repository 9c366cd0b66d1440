//! From a block to code: a loop over whole registers, and one over the elements that are left; for a
//! fold one loop, over as many registers at a time as there are parts; for truth values another one
//! before, over as many registers as are packed together.

use super::assembler::{
    Arithmetic, Assembler, Condition, General, Logic, PACKED, Place, Vector, Width,
};
use crate::kernels::fused::block::{Action, Block, Input, Kind, Operation, PARTS, Value};

/// The addresses of inputs and outputs, how many elements there are, and the element's number.
const TABLE: General = General::RDI;
const COUNT: General = General::RSI;
const INDEX: General = General::RCX;
/// Where whole registers end.
const WHOLE: General = General::RDX;
/// Addresses that are kept in registers; others are fetched when they are needed.
const ADDRESSES: [General; 9] = [
    General::R8,
    General::R9,
    General::R10,
    General::RBX,
    General::RBP,
    General::R12,
    General::R13,
    General::R14,
    General::R15,
];
/// Of those, the ones that a function may change: the others are put back at the end.
const FREE: usize = 3;
const FETCHED: General = General::R11;

/// Vector registers that values can have; the last one is for what an operation needs on the way.
const VECTORS: usize = 15;
const SPARE: Vector = Vector(15);
/// Those that are left where the others are the parts of a fold.
const VECTORS_OF_FOLD: usize = VECTORS - PARTS;
/// Those that are left where the others are truth values that wait to be packed.
const VECTORS_OF_TRUTHS: usize = VECTORS - PACKED;

/// The truth values of one result are packed, if it takes not more operations: else packing is little of
/// the cost.
const OPERATIONS_OF_TRUTHS: usize = 8;

/// The code for a block, a function of the addresses of its inputs and outputs and of a number of
/// elements, as the System V ABI passes them.
pub(super) fn translate(block: &Block) -> Vec<u8> {
    Translator::new(block).run()
}

struct Translator<'a> {
    block: &'a Block,
    code: Assembler,
    /// Constants that are in registers for the whole loop.
    hoisted: Vec<Value>,
    /// What the other registers hold now.
    held: Vec<Option<Value>>,
    /// Where a result is on the stack.
    slots: Vec<Option<usize>>,
    /// Where each result is used.
    uses: Vec<Vec<usize>>,
    width: Width,
    /// How many registers values can have: the first ones.
    vectors: usize,
    /// How many whole registers of elements the body is ahead of the index.
    ahead: usize,
    /// Whether what the body stores waits to be packed.
    waits: bool,
}

impl<'a> Translator<'a> {
    fn new(block: &'a Block) -> Translator<'a> {
        let vectors = match block.fold {
            Some(_) => VECTORS_OF_FOLD,
            None if is_packed(block) => VECTORS_OF_TRUTHS,
            None => VECTORS,
        };
        // An operation needs four.
        let most = (vectors - 4).min(5);
        let mut hoisted = Vec::new();
        let mut uses = vec![Vec::new(); block.operations.len()];
        for (at, operation) in block.operations.iter().enumerate() {
            for &value in operation.parameters() {
                match value.kind() {
                    Kind::Operation(used) => uses[used].push(at),
                    Kind::Input(i) if block.inputs[i] != Input::Number => {}
                    _ if hoisted.len() < most && !hoisted.contains(&value) => {
                        hoisted.push(value);
                    }
                    _ => {}
                }
            }
        }
        Translator {
            block,
            code: Assembler::default(),
            held: Vec::new(),
            slots: Vec::new(),
            hoisted,
            uses,
            width: Width::All,
            vectors,
            ahead: 0,
            waits: false,
        }
    }

    fn run(mut self) -> Vec<u8> {
        let addresses = self.block.inputs.len() + self.block.outputs.len();
        let kept = addresses.min(ADDRESSES.len());
        let saved = &ADDRESSES[FREE.min(kept)..kept];
        for &register in saved {
            self.code.push(register);
        }
        // Places for all results, which is more than are needed and less than a page.
        let frame = self.block.operations.len() as i32 * 32;
        self.code.add(General::RSP, -frame);
        for (i, &register) in ADDRESSES[..kept].iter().enumerate() {
            self.code.load_address(register, Self::entry(i));
        }
        for i in 0..self.hoisted.len() {
            self.fill(self.hoisted[i], self.hoisted_register(i));
        }
        self.code.clear(INDEX);
        match self.block.fold {
            Some(_) => self.fold(addresses),
            None => {
                if is_packed(self.block) {
                    self.waits = true;
                    self.count_whole(PACKED);
                    self.waits = false;
                }
                self.count_whole(1);
                self.count_up(COUNT, Width::One, 1);
            }
        }
        self.code.zero_upper();
        self.code.add(General::RSP, frame);
        for &register in saved.iter().rev() {
            self.code.pop(register);
        }
        self.code.ret();
        self.code.finish()
    }

    /// A loop over all elements, and their parts to an address.
    fn fold(&mut self, address: usize) {
        let Some((_, merge)) = self.block.fold else { return };
        let (float, (_, start)) = (self.block.float, merge.action());
        let start = self.code.literal(start.bits(float));
        for part in 0..PARTS {
            self.code.broadcast(float, Self::part(part), start);
        }
        self.count_up(COUNT, Width::All, PARTS);
        self.code.load_address(FETCHED, Self::entry(address));
        for part in 0..PARTS {
            let place = Place::Behind { base: FETCHED, offset: part as i32 * 32 };
            self.code.store(float, Width::All, place, Self::part(part));
        }
    }

    /// The register of a part of a fold.
    fn part(part: usize) -> Vector {
        Vector((VECTORS_OF_FOLD + part) as u8)
    }

    /// A loop over so many registers of elements at a time, as long as there are so many.
    fn count_whole(&mut self, times: usize) {
        self.code.copy(WHOLE, COUNT);
        self.code.and(WHOLE, -self.block.float.lanes() * times as i32);
        self.count_up(WHOLE, Width::All, times);
    }

    /// A loop over the elements up to an end, so many registers at a time.
    fn count_up(&mut self, end: General, width: Width, times: usize) {
        self.width = width;
        let elements = match width {
            Width::All => self.block.float.lanes(),
            Width::One => 1,
        };
        self.code.compare_numbers(INDEX, end);
        let none = self.code.jump_ahead(Condition::AboveOrEqual);
        self.code.align();
        let again = self.code.label();
        for ahead in 0..times {
            self.ahead = ahead;
            self.body();
        }
        if self.waits {
            self.pack();
        }
        self.code.add(INDEX, elements * times as i32);
        self.code.compare_numbers(INDEX, end);
        self.code.jump_back(Condition::Below, again);
        self.code.land(none);
    }

    /// The operations once.
    fn body(&mut self) {
        self.held = vec![None; self.vectors - self.hoisted.len()];
        self.slots = vec![None; self.block.operations.len()];
        for at in 0..self.block.operations.len() {
            self.operation(at);
        }
        for i in 0..self.block.outputs.len() {
            let (value, _) = self.block.outputs[i];
            if !matches!(value.kind(), Kind::Operation(_)) {
                let register = self.register(value, self.block.operations.len());
                self.store(i, register);
            }
        }
        if let Some((value, _)) = self.block.fold
            && let Kind::Input(_) = value.kind()
        {
            let register = self.register(value, self.block.operations.len());
            self.merge(register);
        }
    }

    /// Adds a register to its part of a fold.
    fn merge(&mut self, from: Vector) {
        let Some((value, merge)) = self.block.fold else { return };
        let part = Self::part(self.ahead);
        let (action, _) = merge.action();
        self.emit(&Operation { action, parameters: [value; 3] }, part, [part, from, from]);
    }

    fn operation(&mut self, at: usize) {
        let operation = self.block.operations[at];
        let mut registers = [Vector(0); 3];
        for (register, &value) in registers.iter_mut().zip(operation.parameters()) {
            *register = self.register(value, at);
        }
        // The result may take the place of a parameter that is not needed any more.
        let to = self.free_register(at + 1);
        self.held[usize::from(to.0)] = Some(Value::operation(at));
        self.emit(&operation, to, registers);
        for i in 0..self.block.outputs.len() {
            if self.block.outputs[i].0 == Value::operation(at) {
                self.store(i, to);
            }
        }
        if self.block.fold.is_some_and(|(value, _)| value == Value::operation(at)) {
            self.merge(to);
        }
    }

    fn emit(&mut self, operation: &Operation, to: Vector, [a, b, c]: [Vector; 3]) {
        let (float, width, code) = (self.block.float, self.width, &mut self.code);
        match operation.action {
            Action::Add => code.arithmetic(Arithmetic::Add, float, width, to, a, b),
            Action::Subtract => code.arithmetic(Arithmetic::Subtract, float, width, to, a, b),
            Action::Multiply => code.arithmetic(Arithmetic::Multiply, float, width, to, a, b),
            Action::Divide => code.arithmetic(Arithmetic::Divide, float, width, to, a, b),
            Action::Sqrt => code.sqrt(float, width, to, a),
            Action::Round(rounding) => code.round(rounding, float, width, to, a),
            Action::Compare(comparison) => code.compare(comparison, float, width, to, a, b),
            Action::And => code.logic(Logic::And, float, to, a, b),
            Action::Or => code.logic(Logic::Or, float, to, a, b),
            Action::Xor => code.logic(Logic::Xor, float, to, a, b),
            Action::Choose => code.choose(float, to, a, b, c),
        }
    }

    /// When a value is used next, from an operation on.
    fn next_use(&self, value: Value, from: usize) -> Option<usize> {
        if let Kind::Operation(i) = value.kind() {
            return self.uses[i].iter().copied().find(|&at| at >= from);
        }
        let mut later = self.block.operations.iter().enumerate().skip(from);
        later.find(|(_, operation)| operation.parameters().contains(&value)).map(|(at, _)| at)
    }

    /// The register of a value for the operation `at`, into which it is read if it is in none.
    fn register(&mut self, value: Value, at: usize) -> Vector {
        if let Some(i) = self.hoisted.iter().position(|&hoisted| hoisted == value) {
            return self.hoisted_register(i);
        }
        if let Some(i) = self.held.iter().position(|&held| held == Some(value)) {
            return Vector(i as u8);
        }
        let register = self.free_register(at);
        self.held[usize::from(register.0)] = Some(value);
        self.fill(value, register);
        register
    }

    fn hoisted_register(&self, i: usize) -> Vector {
        Vector((self.vectors - 1 - i) as u8)
    }

    /// A register that holds nothing that is used from an operation on, or the one whose value is used
    /// last. That has to be computed no more: it is put on the stack, unless it can be read again.
    fn free_register(&mut self, from: usize) -> Vector {
        let farthest = (0..self.held.len()).max_by_key(|&i| match self.held[i] {
            None => usize::MAX,
            Some(value) => self.next_use(value, from).unwrap_or(usize::MAX - 1),
        });
        let register = farthest.expect("there are more registers than constants");
        if let Some(value) = self.held[register]
            && let Kind::Operation(i) = value.kind()
            && self.next_use(value, from).is_some()
            && self.slots[i].is_none()
        {
            let slot = self.slots.iter().flatten().count();
            self.slots[i] = Some(slot);
            self.code.store(self.block.float, Width::All, Self::slot(slot), Vector(register as u8));
        }
        self.held[register] = None;
        Vector(register as u8)
    }

    fn slot(slot: usize) -> Place {
        Place::Behind { base: General::RSP, offset: slot as i32 * 32 }
    }

    /// Where the address of an input or output is.
    fn entry(i: usize) -> Place {
        Place::Behind { base: TABLE, offset: i as i32 * 8 }
    }

    /// The elements of so many bytes from an address on that the body is at.
    fn element(&self, base: General, size: u8) -> Place {
        let offset = self.ahead as i32 * self.block.float.lanes() * i32::from(size);
        Place::Element { base, index: INDEX, size, offset }
    }

    /// The address of an input or output, in a register.
    fn address(&mut self, i: usize) -> General {
        if let Some(&register) = ADDRESSES.get(i) {
            return register;
        }
        self.code.load_address(FETCHED, Self::entry(i));
        FETCHED
    }

    /// Reads a value into a register.
    fn fill(&mut self, value: Value, to: Vector) {
        let float = self.block.float;
        match value.kind() {
            Kind::Literal(literal) => {
                let place = self.code.literal(literal.bits(float));
                self.code.broadcast(float, to, place);
            }
            Kind::Operation(i) => {
                let slot = self.slots[i].expect("what is in no register is on the stack");
                self.code.load(float, Width::All, to, Self::slot(slot));
            }
            Kind::Input(i) => {
                let base = self.address(i);
                match self.block.inputs[i] {
                    Input::Number => {
                        self.code.broadcast(float, to, Place::Behind { base, offset: 0 });
                    }
                    Input::Elements => {
                        let place = self.element(base, float.size());
                        self.code.load(float, self.width, to, place);
                    }
                    Input::Truths => {
                        let place = self.element(base, 1);
                        self.code.load_truths(float, self.width, to, place, SPARE);
                    }
                }
            }
        }
    }

    /// Writes an output.
    fn store(&mut self, i: usize, from: Vector) {
        let float = self.block.float;
        if self.waits {
            return self.code.copy_vector(Self::waiting(self.ahead), from);
        }
        let base = self.address(self.block.inputs.len() + i);
        if self.block.outputs[i].1 {
            let place = self.element(base, 1);
            self.code.store_truths(float, self.width, place, from, SPARE);
        } else {
            let place = self.element(base, float.size());
            self.code.store(float, self.width, place, from);
        }
    }

    /// The register of truth values that wait.
    fn waiting(ahead: usize) -> Vector {
        Vector((VECTORS_OF_TRUTHS + ahead) as u8)
    }

    /// Writes the truth values that wait.
    fn pack(&mut self) {
        let base = self.address(self.block.inputs.len());
        let place = |offset| Place::Element { base, index: INDEX, size: 1, offset };
        let waiting = core::array::from_fn(Self::waiting);
        self.code.store_packed_truths(self.block.float, place, waiting, SPARE);
    }
}

/// Whether the result is truth values that are worth packing.
fn is_packed(block: &Block) -> bool {
    matches!(block.outputs[..], [(_, true)]) && block.operations.len() <= OPERATIONS_OF_TRUTHS
}
