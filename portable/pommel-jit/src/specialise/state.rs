//! The state of a function at a point: what its registers hold, and those of the functions that it is
//! inlined into.

use super::classes::Check;
use super::value::{CodeRef, Contents, Known, Thing, Val};
use crate::code::{Code, Point, Reg};
use crate::ir::Value;
use std::sync::Arc;

/// A function object whose code runs: an index into the specialisation's table of known objects, or none
/// for a function that the code made itself (whose globals are those of the one around it).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Home(pub Known);

/// A function that runs.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Its code.
    pub code: Arc<Code>,
    /// Whose globals it has.
    pub home: Home,
    /// The code that it is nested in and its index, for a function that was made by inlined code.
    pub around: Option<(CodeRef, u32)>,
    /// Which inlined copy of the code this is.
    pub context: u32,
    /// Where it stands: for all frames but the last, at a call.
    pub point: Point,
    /// What its registers hold. Behind those of the code there is one more if [`Gives::Instead`] is given.
    pub registers: Vec<Val<Value>>,
    /// What its caller gets.
    pub gives: Gives,
}

/// What the caller of a function gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// What it returns.
    Result,
    /// Nothing.
    Nothing,
    /// What is in the register behind those of its code: it returns `None`.
    Instead,
}

impl Frame {
    /// What a register holds.
    pub fn get(&self, register: Reg) -> &Val<Value> {
        &self.registers[register.0 as usize]
    }

    /// What its caller gets in place of what it returns.
    pub fn instead(&self) -> Option<&Val<Value>> {
        self.registers.last().filter(|_| self.gives == Gives::Instead)
    }

    /// Puts something in a register.
    pub fn set(&mut self, register: Reg, value: Val<Value>) {
        self.registers[register.0 as usize] = value;
    }
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The functions that run, each called by the one before.
    pub frames: Vec<Frame>,
    /// Things with an identity: `None` for one that became an object.
    pub heap: Vec<Option<Contents<Value>>>,
    /// What was found out about instances.
    pub checked: Vec<Check>,
    /// Attributes of instances that are numbers: by the handle and the place in the instance, whose class and
    /// way were checked.
    pub attributes: Vec<(Value, i64, Val<Value>)>,
    /// How many of the exceptions that the functions handle the runtime knows of.
    pub entered: u32,
}

impl State {
    /// The function that runs.
    pub fn top(&self) -> &Frame {
        self.frames.last().expect("a function runs")
    }

    /// The function that runs.
    pub fn top_mut(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("a function runs")
    }

    /// What a thing has in it.
    pub fn contents(&self, thing: Thing) -> &Contents<Value> {
        self.heap[thing.0 as usize].as_ref().expect("what became an object is no thing any more")
    }

    /// What an attribute of an instance is, if that is known.
    pub fn attribute(&self, handle: Value, place: i64) -> Option<Val<Value>> {
        let mut known = self.attributes.iter();
        let found = known.find(|(of, at, _)| (*of, *at) == (handle, place));
        found.map(|(.., value)| value.clone())
    }

    /// Forgets what was found out about instances: they may have changed.
    pub fn forget_instances(&mut self) {
        self.checked.clear();
        self.attributes.clear();
    }

    /// Keeps what was found out about instances on all of some ways.
    pub fn keep_common(&mut self, ways: &[&State]) {
        self.checked.retain(|check| ways.iter().all(|way| way.checked.contains(check)));
        self.attributes.retain(|known| ways.iter().all(|way| way.attributes.contains(known)));
    }

    /// A new thing.
    pub fn make(&mut self, contents: Contents<Value>) -> Val<Value> {
        self.heap.push(Some(contents));
        Val::Thing(Thing(self.heap.len() as u32 - 1))
    }

    /// Puts another value in place of a thing everywhere, for good.
    pub fn replace(&mut self, thing: Thing, by: &Val<Value>) {
        let mut to = |found: Thing| if found == thing { by.clone() } else { Val::Thing(found) };
        for frame in &mut self.frames {
            for register in &mut frame.registers {
                *register = register.with_things(&mut to);
            }
        }
        self.heap[thing.0 as usize] = None;
        for contents in self.heap.iter_mut().flatten() {
            *contents = contents.with_things(&mut to);
        }
    }

    /// The things that registers hold, each once, in the order of the registers; what is in them follows.
    pub fn reachable(&self) -> Vec<Thing> {
        let mut found = Vec::new();
        let mut add = |thing| {
            if !found.contains(&thing) {
                found.push(thing);
            }
        };
        for register in self.frames.iter().flat_map(|frame| &frame.registers) {
            register.things(&mut add);
        }
        let mut next = 0;
        while next < found.len() {
            let inner = self.contents(found[next]).clone();
            inner.things(&mut |thing| {
                if !found.contains(&thing) {
                    found.push(thing);
                }
            });
            next += 1;
        }
        found
    }
}
