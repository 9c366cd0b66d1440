//! Instructions of x86-64 with AVX2, as bytes: those that fused steps are made of.
//!
//! Encodings are those of Intel's manual (volume 2, "Instruction Format" and "VEX"); the tests let a
//! disassembler read them.

use crate::kernels::fused::block::{Comparison, Rounding};
use crate::kernels::fused::float::Float;

/// A vector register, `ymm0` to `ymm15`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Vector(pub u8);

/// A general register by its number in encodings.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct General(pub u8);

/// The general registers by name.
#[allow(missing_docs, reason = "the names of the registers")]
impl General {
    pub const RAX: General = General(0);
    pub const RCX: General = General(1);
    pub const RDX: General = General(2);
    pub const RBX: General = General(3);
    pub const RSP: General = General(4);
    pub const RBP: General = General(5);
    pub const RSI: General = General(6);
    pub const RDI: General = General(7);
    pub const R8: General = General(8);
    pub const R9: General = General(9);
    pub const R10: General = General(10);
    pub const R11: General = General(11);
    pub const R12: General = General(12);
    pub const R13: General = General(13);
    pub const R14: General = General(14);
    pub const R15: General = General(15);
}

/// How many elements an instruction computes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Width {
    /// The lowest one of a register.
    One,
    /// All 256 bits.
    All,
}

/// A place in memory.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// The element of an index, of so many bytes: 1, 4 or 8; or one so many bytes behind it.
    Element { base: General, index: General, size: u8, offset: i32 },
    /// So many bytes behind an address.
    Behind { base: General, offset: i32 },
    /// A constant behind the code, by its number.
    Literal(usize),
}

/// The last operand of an instruction.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operand {
    Register(u8),
    Memory(Place),
}

impl From<Vector> for Operand {
    fn from(register: Vector) -> Operand {
        Operand::Register(register.0)
    }
}

impl From<Place> for Operand {
    fn from(place: Place) -> Operand {
        Operand::Memory(place)
    }
}

/// The tables of opcodes that an instruction is in.
#[derive(Clone, Copy)]
enum Map {
    M0f = 1,
    M0f38 = 2,
    M0f3a = 3,
}

/// The prefix that an instruction's encoding implies.
#[derive(Clone, Copy)]
enum Prefix {
    None = 0,
    P66 = 1,
    Pf3 = 2,
    Pf2 = 3,
}

/// Functions of two registers of numbers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub(super) enum Arithmetic {
    Add = 0x58,
    Multiply = 0x59,
    Subtract = 0x5c,
    Divide = 0x5e,
}

/// Functions of the bits of two registers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub(super) enum Logic {
    And = 0x54,
    Or = 0x56,
    Xor = 0x57,
}

/// The predicate of a comparison, of those that note nothing of numbers that are none.
fn predicate(comparison: Comparison) -> u8 {
    match comparison {
        Comparison::Equal => 0x00,
        Comparison::Unordered => 0x03,
        Comparison::NotEqual => 0x04,
        Comparison::Less => 0x11,
        Comparison::LessEqual => 0x12,
        Comparison::GreaterEqual => 0x1d,
        Comparison::Greater => 0x1e,
    }
}

/// The mode of a rounding, with the bit that leaves inexact results unnoted.
fn mode(rounding: Rounding) -> u8 {
    let mode = match rounding {
        Rounding::Even => 0,
        Rounding::Down => 1,
        Rounding::Up => 2,
        Rounding::ToZero => 3,
    };
    mode | 8
}

/// A condition of a jump.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub(super) enum Condition {
    Below = 0x2,
    AboveOrEqual = 0x3,
}

/// A place in the code that jumps go to.
#[derive(Clone, Copy)]
pub(super) struct Label(usize);

/// A jump whose target is not known yet.
#[must_use]
pub(super) struct Jump(usize);

/// Code that is being written.
#[derive(Default)]
pub(super) struct Assembler {
    code: Vec<u8>,
    literals: Vec<u64>,
    /// Where the offset of a literal goes, the end of its instruction, and which one it is.
    references: Vec<(usize, usize, usize)>,
}

/// Registers whose truth values are packed together.
pub(super) const PACKED: usize = 4;

impl Assembler {
    /// The code with its constants behind it.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.code.resize(self.code.len().next_multiple_of(8), 0xcc);
        let start = self.code.len();
        for &(at, end, literal) in &self.references {
            let offset = (start + literal * 8 - end) as i32;
            self.code[at..at + 4].copy_from_slice(&offset.to_le_bytes());
        }
        self.code.extend(self.literals.iter().flat_map(|literal| literal.to_le_bytes()));
        self.code
    }

    /// Where a constant will be.
    pub(super) fn literal(&mut self, bits: u64) -> Place {
        let known = self.literals.iter().position(|&literal| literal == bits);
        Place::Literal(known.unwrap_or_else(|| {
            self.literals.push(bits);
            self.literals.len() - 1
        }))
    }

    /// Begins the next instruction at a boundary that the processor fetches well from.
    pub(super) fn align(&mut self) {
        self.code.resize(self.code.len().next_multiple_of(32), 0x90);
    }

    /// Here.
    pub(super) fn label(&self) -> Label {
        Label(self.code.len())
    }

    fn imm32(&mut self, value: i32) {
        self.code.extend(value.to_le_bytes());
    }

    /// The bytes that say which registers and memory an instruction has. `tail` bytes follow.
    fn operands(&mut self, register: u8, operand: Operand, tail: usize) {
        let reg = (register & 7) << 3;
        match operand {
            Operand::Register(other) => self.code.push(0xc0 | reg | other & 7),
            Operand::Memory(Place::Element { base, index, size, offset }) => {
                // With a displacement, which every base may have, of one byte if it fits.
                let short = i8::try_from(offset);
                self.code.push(if short.is_ok() { 0x44 } else { 0x84 } | reg);
                let scale = (size.trailing_zeros() as u8) << 6;
                self.code.push(scale | (index.0 & 7) << 3 | base.0 & 7);
                match short {
                    Ok(short) => self.code.push(short as u8),
                    Err(_) => self.imm32(offset),
                }
            }
            Operand::Memory(Place::Behind { base, offset }) => {
                self.code.push(0x80 | reg | base.0 & 7);
                if base.0 & 7 == General::RSP.0 {
                    self.code.push(0x24);
                }
                self.imm32(offset);
            }
            Operand::Memory(Place::Literal(literal)) => {
                self.code.push(0x05 | reg);
                let at = self.code.len();
                self.references.push((at, at + 4 + tail, literal));
                self.imm32(0);
            }
        }
    }

    /// The bits of the registers' numbers that do not fit into three: of `register`, the index and the
    /// base.
    fn extensions(register: u8, operand: Operand) -> (u8, u8, u8) {
        let (index, base) = match operand {
            Operand::Register(other) => (0, other >> 3),
            Operand::Memory(Place::Element { base, index, .. }) => (index.0 >> 3, base.0 >> 3),
            Operand::Memory(Place::Behind { base, .. }) => (0, base.0 >> 3),
            Operand::Memory(Place::Literal(_)) => (0, 0),
        };
        (register >> 3, index, base)
    }

    /// An instruction of vectors.
    #[allow(clippy::too_many_arguments, reason = "the fields of the encoding")]
    fn vex(
        &mut self,
        (prefix, map, opcode): (Prefix, Map, u8),
        wide: bool,
        width: Width,
        register: u8,
        first: u8,
        operand: Operand,
        immediate: Option<u8>,
    ) {
        let (r, x, b) = Self::extensions(register, operand);
        let long = u8::from(width == Width::All) << 2;
        self.code.extend([
            0xc4,
            ((r << 7 | x << 6 | b << 5) ^ 0xe0) | map as u8,
            u8::from(wide) << 7 | (!first & 15) << 3 | long | prefix as u8,
            opcode,
        ]);
        self.operands(register, operand, usize::from(immediate.is_some()));
        self.code.extend(immediate);
    }

    /// An instruction of a general register and an operand, of 64 bits if it is `wide`.
    fn general(&mut self, wide: bool, opcode: &[u8], register: u8, operand: Operand, tail: usize) {
        let (r, x, b) = Self::extensions(register, operand);
        let rex = 0x40 | u8::from(wide) << 3 | r << 2 | x << 1 | b;
        if rex != 0x40 {
            self.code.push(rex);
        }
        self.code.extend(opcode);
        self.operands(register, operand, tail);
    }

    /// The prefix of an instruction of numbers.
    fn number(float: Float, width: Width) -> Prefix {
        match (float, width) {
            (Float::Double, Width::All) => Prefix::P66,
            (Float::Single, Width::All) => Prefix::None,
            (Float::Double, Width::One) => Prefix::Pf2,
            (Float::Single, Width::One) => Prefix::Pf3,
        }
    }

    /// The prefix of an instruction that knows no single elements.
    fn bits(float: Float) -> Prefix {
        Self::number(float, Width::All)
    }

    /// `to = operation(a, b)`
    pub(super) fn arithmetic(
        &mut self,
        operation: Arithmetic,
        float: Float,
        width: Width,
        to: Vector,
        a: Vector,
        b: Vector,
    ) {
        let opcode = (Self::number(float, width), Map::M0f, operation as u8);
        self.vex(opcode, false, width, to.0, a.0, b.into(), None);
    }

    /// `to = sqrt(a)`
    pub(super) fn sqrt(&mut self, float: Float, width: Width, to: Vector, a: Vector) {
        let opcode = (Self::number(float, width), Map::M0f, 0x51);
        // Of one element, the others come from the first operand.
        let first = if width == Width::One { a.0 } else { 0 };
        self.vex(opcode, false, width, to.0, first, a.into(), None);
    }

    /// `to = operation(a, b)`, bit by bit.
    pub(super) fn logic(
        &mut self,
        operation: Logic,
        float: Float,
        to: Vector,
        a: Vector,
        b: Vector,
    ) {
        let opcode = (Self::bits(float), Map::M0f, operation as u8);
        self.vex(opcode, false, Width::All, to.0, a.0, b.into(), None);
    }

    /// All bits of an element are set where the comparison holds.
    pub(super) fn compare(
        &mut self,
        comparison: Comparison,
        float: Float,
        width: Width,
        to: Vector,
        a: Vector,
        b: Vector,
    ) {
        let opcode = (Self::number(float, width), Map::M0f, 0xc2);
        self.vex(opcode, false, width, to.0, a.0, b.into(), Some(predicate(comparison)));
    }

    /// Elements of `a` where the sign bit of `which` is set, of `b` elsewhere.
    pub(super) fn choose(&mut self, float: Float, to: Vector, which: Vector, a: Vector, b: Vector) {
        let number = if float == Float::Double { 0x4b } else { 0x4a };
        let opcode = (Prefix::P66, Map::M0f3a, number);
        self.vex(opcode, false, Width::All, to.0, b.0, a.into(), Some(which.0 << 4));
    }

    /// `to = a`, rounded to an integer.
    pub(super) fn round(
        &mut self,
        rounding: Rounding,
        float: Float,
        width: Width,
        to: Vector,
        a: Vector,
    ) {
        let number = match (float, width) {
            (Float::Single, Width::All) => 0x08,
            (Float::Double, Width::All) => 0x09,
            (Float::Single, Width::One) => 0x0a,
            (Float::Double, Width::One) => 0x0b,
        };
        let first = if width == Width::One { a.0 } else { 0 };
        let opcode = (Prefix::P66, Map::M0f3a, number);
        self.vex(opcode, false, width, to.0, first, a.into(), Some(mode(rounding)));
    }

    /// Reads elements. One element leaves zeros beside it.
    pub(super) fn load(&mut self, float: Float, width: Width, to: Vector, from: Place) {
        let opcode = (Self::number(float, width), Map::M0f, 0x10);
        self.vex(opcode, false, width, to.0, 0, from.into(), None);
    }

    /// Writes elements.
    pub(super) fn store(&mut self, float: Float, width: Width, to: Place, from: Vector) {
        let opcode = (Self::number(float, width), Map::M0f, 0x11);
        self.vex(opcode, false, width, from.0, 0, to.into(), None);
    }

    /// Fills a register with one element of memory.
    pub(super) fn broadcast(&mut self, float: Float, to: Vector, from: Place) {
        let number = if float == Float::Double { 0x19 } else { 0x18 };
        let opcode = (Prefix::P66, Map::M0f38, number);
        self.vex(opcode, false, Width::All, to.0, 0, from.into(), None);
    }

    /// Reads truth values as elements all of whose bits are set or clear. Uses `spare`.
    pub(super) fn load_truths(
        &mut self,
        float: Float,
        width: Width,
        to: Vector,
        from: Place,
        spare: Vector,
    ) {
        let wide = float == Float::Double;
        if width == Width::One {
            // movzx eax, byte; neg eax, which carries unless it is zero; sbb rax, rax; vmovq
            self.general(false, &[0x0f, 0xb6], General::RAX.0, from.into(), 0);
            self.general(false, &[0xf7], 3, Operand::Register(General::RAX.0), 0);
            self.general(true, &[0x1b], General::RAX.0, Operand::Register(General::RAX.0), 0);
            let opcode = (Prefix::P66, Map::M0f, 0x6e);
            let rax = Operand::Register(General::RAX.0);
            return self.vex(opcode, true, Width::One, to.0, 0, rax, None);
        }
        // vpmovzxbq, vpcmpgtq, or those of four bytes: whatever is not zero is true.
        let (extend, greater) = match wide {
            true => (0x32, (Prefix::P66, Map::M0f38, 0x37)),
            false => (0x31, (Prefix::P66, Map::M0f, 0x66)),
        };
        let extend = (Prefix::P66, Map::M0f38, extend);
        self.vex(extend, false, Width::All, to.0, 0, from.into(), None);
        self.logic(Logic::Xor, float, spare, spare, spare);
        self.vex(greater, false, Width::All, to.0, to.0, spare.into(), None);
    }

    /// Writes elements all of whose bits are set or clear as truth values. Uses `spare`.
    pub(super) fn store_truths(
        &mut self,
        float: Float,
        width: Width,
        to: Place,
        from: Vector,
        spare: Vector,
    ) {
        let double = float == Float::Double;
        if width == Width::One {
            // vmovd eax; and eax, 1; mov byte
            let opcode = (Prefix::P66, Map::M0f, 0x7e);
            let rax = Operand::Register(General::RAX.0);
            self.vex(opcode, false, Width::One, from.0, 0, rax, None);
            self.code.extend([0x83, 0xe0, 0x01]);
            return self.general(false, &[0x88], General::RAX.0, to.into(), 0);
        }
        // vextractf128; then to elements of four bytes, of two, of one; -1 to 1
        let extract = (Prefix::P66, Map::M0f3a, 0x19);
        self.vex(extract, false, Width::All, from.0, 0, spare.into(), Some(1));
        let mut narrow = |(prefix, number), first: Vector, second: Vector, immediate| {
            let opcode = (prefix, Map::M0f, number);
            self.vex(opcode, false, Width::One, spare.0, first.0, second.into(), immediate);
        };
        if double {
            narrow((Prefix::None, 0xc6), from, spare, Some(0x88));
            narrow((Prefix::P66, 0x6b), spare, spare, None);
        } else {
            narrow((Prefix::P66, 0x6b), from, spare, None);
        }
        narrow((Prefix::P66, 0x63), spare, spare, None);
        let distance = (Prefix::P66, Map::M0f38, 0x1c);
        self.vex(distance, false, Width::One, spare.0, 0, spare.into(), None);
        let (prefix, number) = if double { (Prefix::P66, 0x7e) } else { (Prefix::P66, 0xd6) };
        self.vex((prefix, Map::M0f, number), false, Width::One, spare.0, 0, to.into(), None);
    }

    /// Writes the truth values of [`PACKED`] registers, one behind the other, to a place and those at an
    /// offset from it. Changes the registers and `spare`.
    pub(super) fn store_packed_truths(
        &mut self,
        float: Float,
        to: impl Fn(i32) -> Place,
        [a, b, c, d]: [Vector; PACKED],
        spare: Vector,
    ) {
        let mut integers = |number, width, to: Vector, first: Vector, second: Vector| {
            let opcode = (Prefix::P66, Map::M0f, number);
            self.vex(opcode, false, width, to.0, first.0, second.into(), None);
        };
        // To elements of half as many bytes, twice, in each half of a register for itself.
        integers(0x6b, Width::All, a, a, b);
        integers(0x6b, Width::All, c, c, d);
        integers(0x63, Width::All, a, a, c);
        let to_words = (Prefix::P66, Map::M0f, 0x71);
        let to_distances = (Prefix::P66, Map::M0f38, 0x1c);
        match float {
            // Two bytes each: the words' highest bits, as bytes.
            Float::Double => {
                self.vex(to_words, false, Width::All, 2, a.0, a.into(), Some(15));
                self.vex(
                    (Prefix::P66, Map::M0f, 0x67),
                    false,
                    Width::All,
                    a.0,
                    a.0,
                    a.into(),
                    None,
                );
            }
            Float::Single => self.vex(to_distances, false, Width::All, a.0, 0, a.into(), None),
        }
        let extract = (Prefix::P66, Map::M0f3a, 0x19);
        self.vex(extract, false, Width::All, a.0, 0, spare.into(), Some(1));
        // The halves take turns, by as much as each has of a register.
        let mut interleaved = |number, to: Vector| {
            let opcode = (Prefix::P66, Map::M0f, number);
            self.vex(opcode, false, Width::One, to.0, a.0, spare.into(), None);
        };
        match float {
            Float::Double => interleaved(0x61, a),
            Float::Single => {
                interleaved(0x62, b);
                interleaved(0x6a, a);
            }
        }
        let mut store = |offset, from: Vector| {
            let opcode = (Prefix::None, Map::M0f, 0x11);
            self.vex(opcode, false, Width::One, from.0, 0, to(offset).into(), None);
        };
        match float {
            Float::Double => store(0, a),
            Float::Single => {
                store(0, b);
                store(16, a);
            }
        }
    }

    /// `to = from`
    pub(super) fn copy_vector(&mut self, to: Vector, from: Vector) {
        let opcode = (Prefix::None, Map::M0f, 0x28);
        self.vex(opcode, false, Width::All, to.0, 0, from.into(), None);
    }

    /// Forgets the upper halves of vectors, which instructions of older kind would wait for.
    pub(super) fn zero_upper(&mut self) {
        self.code.extend([0xc5, 0xf8, 0x77]);
    }

    /// `to = [from]`, an address.
    pub(super) fn load_address(&mut self, to: General, from: Place) {
        self.general(true, &[0x8b], to.0, from.into(), 0);
    }

    /// `to = from`
    pub(super) fn copy(&mut self, to: General, from: General) {
        self.general(true, &[0x8b], to.0, Operand::Register(from.0), 0);
    }

    /// `register = 0`
    pub(super) fn clear(&mut self, register: General) {
        self.general(false, &[0x33], register.0, Operand::Register(register.0), 0);
    }

    /// `register += number`
    pub(super) fn add(&mut self, register: General, number: i32) {
        self.general(true, &[0x81], 0, Operand::Register(register.0), 4);
        self.imm32(number);
    }

    /// `register &= number`
    pub(super) fn and(&mut self, register: General, number: i32) {
        self.general(true, &[0x81], 4, Operand::Register(register.0), 4);
        self.imm32(number);
    }

    /// Compares, for a jump.
    pub(super) fn compare_numbers(&mut self, a: General, b: General) {
        self.general(true, &[0x3b], a.0, Operand::Register(b.0), 0);
    }

    /// Jumps back if a condition holds.
    pub(super) fn jump_back(&mut self, condition: Condition, label: Label) {
        self.code.extend([0x0f, 0x80 | condition as u8]);
        let offset = label.0 as isize - (self.code.len() + 4) as isize;
        self.imm32(offset as i32);
    }

    /// Jumps ahead if a condition holds, to where [`Assembler::land`] is called.
    pub(super) fn jump_ahead(&mut self, condition: Condition) -> Jump {
        self.code.extend([0x0f, 0x80 | condition as u8]);
        self.imm32(0);
        Jump(self.code.len())
    }

    /// The target of a jump.
    pub(super) fn land(&mut self, Jump(end): Jump) {
        let offset = (self.code.len() - end) as i32;
        self.code[end - 4..end].copy_from_slice(&offset.to_le_bytes());
    }

    pub(super) fn push(&mut self, register: General) {
        if register.0 > 7 {
            self.code.push(0x41);
        }
        self.code.push(0x50 | register.0 & 7);
    }

    pub(super) fn pop(&mut self, register: General) {
        if register.0 > 7 {
            self.code.push(0x41);
        }
        self.code.push(0x58 | register.0 & 7);
    }

    pub(super) fn ret(&mut self) {
        self.code.push(0xc3);
    }
}
