//! Exits, which write down much of the same.
//!
//! The guards of a loop save the same values but for a few, and what is saved makes most of the instructions of
//! a function. So exits are translated at the end, and what several of them write to the same places is written
//! in one block that they all lead to.

use crate::translate::Translator;
use cranelift_codegen::ir::{self as clif, BlockArg, InstBuilder, StackSlot, types};
use pommel_jit::ir::{Exit, Type};

/// An exit is compared with so many groups of others.
const NEAREST: usize = 8;
/// Exits have a block together if they write so many words together.
const FEWEST: usize = 4;

/// Where a value is, or what it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a register, or wherever Cranelift has it.
    Value(clif::Value),
    /// On the stack, as a value of a type.
    Slot(StackSlot, clif::Type),
    /// It is a constant.
    Constant(i64),
}

/// A word that is written: its index and what it is.
type Store = (usize, Place);

/// An exit that is still to be translated.
pub(crate) struct Leaving {
    /// Its block.
    block: clif::Block,
    /// What the function returns.
    status: i64,
    /// What is written, by indices.
    stores: Vec<Store>,
}

/// Exits, by number, and what all of them write.
struct Group {
    exits: Vec<usize>,
    stores: Vec<Store>,
}

/// What is in both of two lists, which are in order.
fn common(some: &[Store], others: &[Store]) -> Vec<Store> {
    let mut others = others.iter().peekable();
    let mut is_other = |store: &&Store| {
        while others.next_if(|other| other.0 < store.0).is_some() {}
        others.peek() == Some(store)
    };
    some.iter().filter(|store| is_other(store)).copied().collect()
}

/// Puts exits together so that little is written twice.
fn groups(exits: &[Leaving]) -> Vec<Group> {
    let mut groups: Vec<Group> = vec![];
    for (number, exit) in exits.iter().enumerate() {
        let nearest = groups.iter_mut().rev().take(NEAREST).filter_map(|group| {
            let stores = common(&group.stores, &exit.stores);
            // What the others have to write by themselves then.
            let lost = (group.exits.len() - 1) * (group.stores.len() - stores.len());
            let gain = stores.len().checked_sub(lost.max(FEWEST))?;
            Some((gain, stores, group))
        });
        match nearest.max_by_key(|(gain, ..)| *gain) {
            Some((_, stores, group)) => {
                group.stores = stores;
                group.exits.push(number);
            }
            None => groups.push(Group { exits: vec![number], stores: exit.stores.clone() }),
        }
    }
    groups
}

impl Translator<'_> {
    /// Leaves the translation of an exit, in a block of its own, for the end. Values of some types were saved
    /// already.
    pub(crate) fn exit_later(
        &mut self,
        block: clif::Block,
        exit: &Exit,
        saved: &[Type],
    ) -> Result<(), String> {
        let stores = self.stores(exit, saved)?;
        self.leaving.push(Leaving { block, status: i64::from(exit.id + 1), stores });
        Ok(())
    }

    /// Leaves by an exit.
    pub(crate) fn exit_now(&mut self, exit: &Exit) -> Result<(), String> {
        self.stores(exit, &[])?.into_iter().for_each(|store| self.write(store));
        let way_out = self.way_out();
        self.go_out(way_out, i64::from(exit.id + 1));
        Ok(())
    }

    /// What an exit writes besides values of some types.
    fn stores(&self, exit: &Exit, saved: &[Type]) -> Result<Vec<Store>, String> {
        let mut stores = Vec::with_capacity(exit.saved.len() + 1 + exit.owned.len());
        for (index, value) in exit.saved.iter().enumerate() {
            if !saved.contains(&self.function.type_of(*value)) {
                stores.push((index, self.place(*value)?));
            }
        }
        stores.push((exit.saved.len(), Place::Constant(exit.owned.len() as i64)));
        for (index, value) in exit.owned.iter().enumerate() {
            stores.push((exit.saved.len() + 1 + index, self.place(*value)?));
        }
        Ok(stores)
    }

    /// Goes to a block where exits go, with what the function returns.
    fn go_out(&mut self, block: clif::Block, status: i64) {
        let status = self.builder.ins().iconst(types::I32, status);
        self.builder.ins().jump(block, &[BlockArg::Value(status)]);
    }

    /// Translates the exits that were left for the end.
    pub(crate) fn exits(&mut self) {
        let exits = core::mem::take(&mut self.leaving);
        for group in groups(&exits) {
            let is_alone = group.exits.len() == 1;
            let together = if is_alone { self.way_out() } else { self.builder.create_block() };
            for exit in group.exits.iter().map(|number| &exits[*number]) {
                self.builder.switch_to_block(exit.block);
                let is_own = |store: &&Store| is_alone || !group.stores.contains(store);
                exit.stores.iter().filter(is_own).for_each(|store| self.write(*store));
                self.go_out(together, exit.status);
            }
            if !is_alone {
                self.builder.set_cold_block(together);
                self.builder.switch_to_block(together);
                let status = self.builder.append_block_param(together, types::I32);
                group.stores.iter().for_each(|store| self.write(*store));
                let way_out = self.way_out();
                self.builder.ins().jump(way_out, &[BlockArg::Value(status)]);
            }
        }
    }

    fn write(&mut self, (index, place): Store) {
        let value = self.at(place);
        self.store_word(self.words, index, value);
    }

    /// The counterpart of a value that is somewhere.
    pub(crate) fn at(&mut self, place: Place) -> clif::Value {
        match place {
            Place::Value(value) => value,
            Place::Slot(slot, of) => self.builder.ins().stack_load(types::I64, of, slot, 0),
            Place::Constant(value) => self.builder.ins().iconst(types::I64, value),
        }
    }
}
