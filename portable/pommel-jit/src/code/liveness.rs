//! Which registers are alive where: those whose object may still be read.
//!
//! What a handler reads is alive in every block that it protects, since any instruction may raise.

use super::{BlockId, Code, Point, Reg, order};

/// A set of registers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegisterSet {
    words: Vec<u64>,
}

impl RegisterSet {
    /// The empty set, with room for so many registers.
    pub fn empty(registers: u32) -> RegisterSet {
        RegisterSet { words: vec![0; (registers as usize).div_ceil(64)] }
    }

    /// The set of all of so many registers.
    pub fn full(registers: u32) -> RegisterSet {
        let mut set = RegisterSet::empty(registers);
        (0..registers).for_each(|register| set.insert(Reg(register)));
        set
    }

    /// Whether a register is in it.
    pub fn contains(&self, register: Reg) -> bool {
        self.words[register.0 as usize / 64] >> (register.0 % 64) & 1 == 1
    }

    /// Puts a register into it.
    pub fn insert(&mut self, register: Reg) {
        self.words[register.0 as usize / 64] |= 1 << (register.0 % 64);
    }

    /// Takes a register out of it.
    pub fn remove(&mut self, register: Reg) {
        self.words[register.0 as usize / 64] &= !(1 << (register.0 % 64));
    }

    /// Puts all of another set into it. Whether that changed it.
    pub fn union(&mut self, other: &RegisterSet) -> bool {
        let mut changed = false;
        for (word, &more) in self.words.iter_mut().zip(&other.words) {
            changed |= more & !*word != 0;
            *word |= more;
        }
        changed
    }

    /// Takes out what is not in another set. Whether that changed it.
    pub fn intersect(&mut self, other: &RegisterSet) -> bool {
        let mut changed = false;
        for (word, &only) in self.words.iter_mut().zip(&other.words) {
            changed |= *word & !only != 0;
            *word &= only;
        }
        changed
    }

    /// Its registers, in order.
    pub fn iter(&self) -> impl Iterator<Item = Reg> + '_ {
        self.words.iter().enumerate().flat_map(|(index, &word)| {
            (0..64)
                .filter(move |bit| word >> bit & 1 == 1)
                .map(move |bit| Reg(index as u32 * 64 + bit))
        })
    }
}

/// What is alive is kept once in so many instructions of a block: whoever asks goes back from there.
const STRIDE: u32 = 16;

/// Which registers of a function are alive where.
#[derive(Debug)]
pub struct Liveness {
    /// At the beginning of every block.
    entry: Vec<RegisterSet>,
    /// Before the instructions of every block whose numbers are multiples of [`STRIDE`], but for 0.
    within: Vec<Vec<RegisterSet>>,
    /// Temporaries that a block leaves alone but that may hold something when it begins.
    dead_on_entry: Vec<Vec<Reg>>,
    /// Temporaries that instructions of a block are the last to read, with the index of the instruction.
    last_reads: Vec<Vec<(u32, Reg)>>,
}

impl Liveness {
    /// Finds out about a function.
    pub fn of(code: &Code) -> Liveness {
        let mut entry = vec![RegisterSet::empty(code.registers); code.blocks.len()];
        let mut changed = true;
        while changed {
            changed = false;
            for index in (0..code.blocks.len()).rev() {
                let alive = walk(code, &entry, BlockId(index as u32), 0, &mut |_, _| {});
                changed |= entry[index].union(&alive);
            }
        }
        let last_reads = (0..code.blocks.len())
            .map(|index| last_reads(code, &entry, BlockId(index as u32)))
            .collect();
        let dead_on_entry = dead_on_entry(code, &entry);
        let blocks = (0..code.blocks.len() as u32).map(BlockId);
        let within = blocks.map(|block| within(code, &entry, block)).collect();
        Liveness { entry, within, dead_on_entry, last_reads }
    }

    /// The registers that are alive at the beginning of a block.
    pub fn on_entry(&self, block: BlockId) -> &RegisterSet {
        &self.entry[block.0 as usize]
    }

    /// The registers that are alive before an instruction, or before the terminator.
    pub fn at(&self, code: &Code, point: Point) -> RegisterSet {
        let Point { block, index } = point;
        match self.within[block.0 as usize].get((index / STRIDE) as usize) {
            Some(alive) => {
                let instructions = index..(index / STRIDE + 1) * STRIDE;
                let handled = handled(code, &self.entry, block);
                back(code, (block, instructions), &handled, alive.clone(), &mut |_, _| {})
            }
            None => walk(code, &self.entry, block, index, &mut |_, _| {}),
        }
    }

    /// Temporaries that may hold something when a block begins which nobody reads any more, such as the
    /// iterator of a loop that was left.
    pub fn dead_on_entry(&self, block: BlockId) -> &[Reg] {
        &self.dead_on_entry[block.0 as usize]
    }

    /// Temporaries that the instructions of a block are the last to read, or write in vain: in order of
    /// the instructions, with their indices.
    pub fn last_reads(&self, block: BlockId) -> &[(u32, Reg)] {
        &self.last_reads[block.0 as usize]
    }
}

/// Goes backwards through a block to an instruction and says what is alive there. `after` sees every
/// instruction on the way, with what is alive behind it.
fn walk(
    code: &Code,
    entry: &[RegisterSet],
    block: BlockId,
    to: u32,
    after: &mut dyn FnMut(u32, &RegisterSet),
) -> RegisterSet {
    let data = code.block(block);
    let handled = handled(code, entry, block);
    let mut alive = handled.clone();
    for target in data.terminator.targets() {
        let mut there = entry[target.0 as usize].clone();
        if let super::Terminator::Next { to, body, .. } = data.terminator
            && body == target
        {
            there.remove(to);
        }
        alive.union(&there);
    }
    data.terminator.reads(&mut |register| alive.insert(register));
    back(code, (block, to..data.instructions.len() as u32), &handled, alive, after)
}

/// What is alive in all of a block because its handler reads it.
fn handled(code: &Code, entry: &[RegisterSet], block: BlockId) -> RegisterSet {
    let mut handled = RegisterSet::empty(code.registers);
    if let Some(handler) = code.block(block).handler {
        handled.union(&entry[handler.block.0 as usize]);
        handled.remove(handler.exception);
    }
    handled
}

/// Goes backwards through instructions of a block, behind which some registers are alive.
fn back(
    code: &Code,
    (block, instructions): (BlockId, core::ops::Range<u32>),
    handled: &RegisterSet,
    mut alive: RegisterSet,
    after: &mut dyn FnMut(u32, &RegisterSet),
) -> RegisterSet {
    for index in instructions.rev() {
        after(index, &alive);
        let (instruction, _) = &code.block(block).instructions[index as usize];
        instruction.writes(&mut |register| alive.remove(register));
        alive.union(handled);
        instruction.reads(&mut |register| alive.insert(register));
    }
    alive
}

/// What is alive before every instruction of a block whose number is a multiple of [`STRIDE`], but for the first.
fn within(code: &Code, entry: &[RegisterSet], block: BlockId) -> Vec<RegisterSet> {
    let mut found = vec![];
    walk(code, entry, block, 0, &mut |index, alive| {
        if (index + 1).is_multiple_of(STRIDE) {
            found.push(alive.clone());
        }
    });
    found.reverse();
    found
}

fn last_reads(code: &Code, entry: &[RegisterSet], block: BlockId) -> Vec<(u32, Reg)> {
    let mut found = vec![];
    walk(code, entry, block, 0, &mut |index, alive| {
        let (instruction, _) = &code.block(block).instructions[index as usize];
        let mut look = |register: Reg| {
            let last = !code.is_variable(register) && !alive.contains(register);
            if last && !found.contains(&(index, register)) {
                found.push((index, register));
            }
        };
        instruction.reads(&mut look);
        instruction.writes(&mut look);
    });
    found.reverse();
    found
}

fn dead_on_entry(code: &Code, entry: &[RegisterSet]) -> Vec<Vec<Reg>> {
    let before = order::predecessors(code);
    let dead_at = |index: usize| {
        let mut held = RegisterSet::empty(code.registers);
        for &from in &before[index] {
            let block = code.block(from);
            held.union(&entry[from.0 as usize]);
            for (instruction, _) in &block.instructions {
                instruction.reads(&mut |register| held.insert(register));
                instruction.writes(&mut |register| held.insert(register));
            }
            block.terminator.reads(&mut |register| held.insert(register));
            if let super::Terminator::Next { to, .. } = block.terminator {
                held.insert(to);
            }
            block.handler.iter().for_each(|handler| held.insert(handler.exception));
        }
        let alive = &entry[index];
        held.iter().filter(|&r| !code.is_variable(r) && !alive.contains(r)).collect()
    };
    (0..code.blocks.len()).map(dead_at).collect()
}
