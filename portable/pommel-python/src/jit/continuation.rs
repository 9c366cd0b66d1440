//! Going on in machine code in the middle of a function: at the loops of functions that have left it, or of
//! those that were called by such and are under way on objects.

use super::engine::{Call, Engine};
use super::function::JitFunction;
use super::native::Going;
use super::objects::Python;
use pommel::prelude::*;
use pommel_jit::code::{BlockId, Code, Point, Terminator, order};
use pommel_jit::plain::Frame;
use pommel_jit::specialise::{Lesson, Place};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// There are at most so many for a function.
const MOST: usize = 64;
/// After so many rounds of a loop machine code is made for it,
const AT_FIRST: u32 = 24;
/// or after so many, if it goes over items within another loop, where what has the items is an object in all
/// that follows. Rounds of such loops count for those around them.
const WITHIN: u32 = 4096;
/// After so many it is entered where there is machine code.
const AGAIN: u32 = 3;

/// The machine code that begins at loops.
#[derive(Default)]
pub(crate) struct Continuations(Mutex<State>);

#[derive(Default)]
struct State {
    /// By the code as the source says it and the block that begins the loop.
    known: HashMap<(*const Code, BlockId), Known>,
    /// The code of continuations, by where it is: it is under way itself when it leaves.
    continued: HashMap<*const Code, Arc<Continuation>>,
}

/// What is known of a loop.
enum Known {
    /// It went round so often, how often it has to, and the loops around it.
    Rounds(Rounds),
    /// There is a continuation, and it went round so often since that was asked last.
    Continuation(Arc<Continuation>, u32),
}

struct Rounds {
    code: Arc<Code>,
    done: u32,
    wanted: u32,
    around: Vec<BlockId>,
}

impl Rounds {
    fn new(code: Arc<Code>, at: BlockId) -> Rounds {
        let around = order::loops_around(&code, at);
        let is_over_items = matches!(code.block(at).terminator, Terminator::Next { .. });
        let wanted = if is_over_items && !around.is_empty() { WITHIN } else { AT_FIRST };
        Rounds { code, done: 0, wanted, around }
    }
}

// SAFETY: the addresses are those of code that the values keep.
unsafe impl Send for State {}

/// The rest of a function from a block on.
struct Continuation {
    /// The code as the source says it.
    original: Arc<Code>,
    /// The rest of it, and which blocks of the original its blocks are.
    rest: Arc<Code>,
    blocks: Vec<Option<BlockId>>,
    engine: Engine,
}

impl Continuation {
    /// What was learnt, for the code as the source says it. What was learnt of inlined copies of other code
    /// stays here, as they have other numbers there.
    fn in_original(&self, lesson: Lesson) -> Option<Lesson> {
        const OUTERMOST: u32 = 0;
        let original = |(context, point): Place| {
            if context != OUTERMOST {
                return None;
            }
            let block = self.blocks[point.block.0 as usize]?;
            Some((context, Point { block, ..point }))
        };
        Some(match lesson {
            Lesson::Refuted(place) => Lesson::Refuted(original(place)?),
            Lesson::Objects(place) => Lesson::Objects(original(place)?),
            Lesson::Array(place, view) => Lesson::Array(original(place)?, view),
        })
    }
}

impl Continuations {
    /// Goes on at the beginning of a loop, where a frame stands. `None` if there is no machine code for
    /// that.
    pub(crate) fn enter<'c>(
        &self,
        (this, own): (&Instance<'c, JitFunction>, &JitFunction),
        objects: &Python<'c>,
        frame: &Frame<Python<'c>>,
        at: BlockId,
    ) -> Result<Option<Going<'c>>> {
        let Some(continuation) = self.find(&frame.code, at) else { return Ok(None) };
        // What is not read any more is no argument.
        let point = Point { block: BlockId(0), index: 0 };
        let alive = continuation.rest.liveness().at(&continuation.rest, point);
        let registers = frame.registers.iter().enumerate().map(|(i, object)| {
            object.as_ref().filter(|_| alive.contains(pommel_jit::code::Reg(i as u32))).cloned()
        });
        let registers: Vec<Option<Object<'c>>> = registers.collect();
        let call = Call {
            this,
            function: &frame.home.function,
            source: &frame.home.source,
            code: &continuation.rest,
        };
        let entered = continuation.engine.enter(&call, objects, &registers)?;
        Ok(entered.map(|(going, learnt)| {
            if learnt.is_none() && matches!(going, Going::On(..)) {
                own.left_in_the_middle();
            }
            if let Some(lesson) = learnt.and_then(|lesson| continuation.in_original(lesson)) {
                own.learn(&continuation.original, lesson);
            }
            going
        }))
    }

    /// The continuation of code, which may be one itself, at a block, once the loop there has gone round
    /// often enough.
    fn find(&self, code: &Arc<Code>, at: BlockId) -> Option<Arc<Continuation>> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (original, at) = match state.continued.get(&Arc::as_ptr(code)) {
            Some(within) => (within.original.clone(), within.blocks[at.0 as usize]?),
            None => (code.clone(), at),
        };
        let key = (Arc::as_ptr(&original), at);
        if state.known.len() >= MOST && !state.known.contains_key(&key) {
            return None;
        }
        let new = |at| Known::Rounds(Rounds::new(original.clone(), at));
        let known = state.known.entry(key).or_insert_with(|| new(at));
        match known {
            Known::Continuation(made, rounds) => {
                *rounds = (*rounds + 1) % AGAIN;
                (*rounds == 0).then(|| made.clone())
            }
            Known::Rounds(rounds) if rounds.done + 1 < rounds.wanted => {
                rounds.done += 1;
                for head in rounds.around.clone() {
                    let key = (Arc::as_ptr(&original), head);
                    let around = state.known.entry(key).or_insert_with(|| new(head));
                    if let Known::Rounds(around) = around {
                        around.done += 1;
                    }
                }
                None
            }
            Known::Rounds(Rounds { code: original, .. }) => {
                let (rest, blocks) = original.continued_from(at);
                let rest = Arc::new(rest);
                let (original, engine) = (original.clone(), Engine::default());
                let made = Arc::new(Continuation { original, rest: rest.clone(), blocks, engine });
                *known = Known::Continuation(made.clone(), 0);
                state.continued.insert(Arc::as_ptr(&rest), made.clone());
                Some(made)
            }
        }
    }
}
