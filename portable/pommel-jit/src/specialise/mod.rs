//! Follows plain code with the types of actual arguments, and makes the typed form on the way.
//!
//! Types and instructions are found together: a register's type is known when the instruction that reads
//! it is met, because blocks are visited in reverse postorder. Only a loop's beginning has to be guessed;
//! it is taken to be as the loop is entered, and where it turns out at the loop's end that it is not, the
//! guess becomes more general and all begins again. Guesses only become more general, so that ends.
//!
//! Calls of functions that are known are followed into the function, with a frame of its own. An exit
//! writes down all frames, and the runtime goes on from there on objects.

mod array_loops;
mod arrays;
mod bisect;
mod build;
mod calls;
mod caught;
mod characters;
mod classes;
mod collect;
mod complex;
mod deques;
mod dict_rules;
mod dicts;
mod element;
mod elementwise;
mod errors;
mod exits;
mod guesses;
mod in_place;
mod inner;
mod instances;
mod items;
mod iterators;
mod join;
mod library;
mod list_rules;
mod lists;
mod named;
mod numbers;
mod object_loops;
mod objects;
mod objects_of_dicts;
mod objects_of_lists;
mod operators;
mod percent;
mod protocols;
mod random;
mod records;
mod recursion;
mod scalars;
mod special;
mod state;
mod sums;
mod tables;
mod texts;
mod tools;
mod tuples;
mod unroll;
mod value;
mod world;
mod worth;

pub use build::NOTHING;
pub use classes::{AttributePlace, Maker, Member, MemberKind, Way};
pub use element::{Element, Family, Flavour, Owner, Sort};
pub use named::{NamedMember, NamedTuple};
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
pub use tables::{Part, Table};
pub use value::{
    CodeRef, Contents, Elementwise, Items, Kinds, Known, Operation, RecordType, Shape, Tag, Thing,
    Val, View, layout_of,
};
pub use world::{
    Action, Builtin, Counts, Description, ExitPlan, Experience, FramePlan, FunctionObject, Lesson,
    Mixing, ObjectLayout, Operand, Origin, Outcome, Place, Raised, Recipe, Refusal, Site,
    Specialisation, Summing, World,
};

use crate::code::order;
use crate::code::{BlockId, Code, Instruction, Point, Reg, Terminator};
use crate::ir::{self, Op, Value};
use build::Builder;
use caught::Thrown;
use inner::InnerFunctions;
use join::{Incoming, StateShape};
use recursion::Recursion;
use state::{Frame, Gives, Home, State};
use std::rc::Rc;
use std::sync::Arc;
use unroll::Unrolling;
use worth::Work;

/// Code is followed into this many calls within calls; further ones are calls.
const DEPTH: usize = 24;
/// A function has at most so many instructions of the typed form.
const SIZE: usize = 20_000;
/// How often guesses about loops may become more general.
const ATTEMPTS: usize = 64;
/// All attempts together make so many values of the typed form at most.
const IN_ALL: usize = 150_000;

/// Why an attempt ends before its end.
enum Stop {
    /// A guess about a loop was wrong and is more general now.
    Again,
    /// It will not work.
    Refused(Refusal),
}

type Done<T = ()> = Result<T, Stop>;

/// Whether the point behind what was done can be reached.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Ends,
}

/// What is known about code before types are.
struct Facts {
    /// Registers that are written in the loop that begins with a block, for all blocks that begin one.
    written: HashMap<BlockId, Vec<Reg>>,
    /// Registers whose items are read or written there.
    indexed: HashMap<BlockId, Vec<Reg>>,
    /// For every block, how many loops it is in.
    depths: Vec<u32>,
    /// The blocks that loops begin with, and their last ones.
    ends: Vec<(BlockId, BlockId)>,
    /// Blocks that only lead to an exception being raised.
    raises: Vec<bool>,
    /// The blocks of loops that may be followed round by round.
    simple: HashMap<BlockId, Vec<BlockId>>,
}

/// The beginning of a loop in the typed form.
#[derive(Clone)]
struct Head {
    block: ir::Block,
    /// The leaves of the state there.
    leaves: Vec<Value>,
    /// Which of them are parameters of the block.
    changing: Vec<bool>,
}

struct Specialiser<'w> {
    world: &'w mut dyn World,
    experience: &'w Experience,
    facts: HashMap<*const Code, Rc<Facts>>,
    /// Inlined copies of code by where they are called.
    contexts: HashMap<(u32, Point, *const Code), u32>,
    /// Loops whose first round is followed by itself, as if it stood before the loop.
    peeled: HashSet<(u32, BlockId)>,
    /// Loops before which lists in attributes and variables are put in memory, because they are at the end.
    listed: HashSet<(u32, BlockId)>,
    /// Those of them that are in their first round.
    first_rounds: HashSet<(u32, BlockId)>,
    /// What loops are taken to begin with.
    loops: HashMap<(u32, BlockId), StateShape>,
    /// Registers that loops were found to change without writing them: by the depth of the frame.
    changed: HashMap<(u32, BlockId), HashSet<(usize, usize)>>,
    /// The loops that were entered in this attempt, in their order.
    entered: Vec<(u32, BlockId)>,
    /// Loops of this attempt: their block, its leaves, and which of these are its parameters.
    heads: HashMap<(u32, BlockId), Head>,
    /// Whether code may have run that nobody knows, so that what was taken for granted has to be looked
    /// at where the function goes on.
    is_doubtful: bool,
    /// Things that become objects when what is in them has.
    in_publication: Vec<Thing>,
    /// The shapes of the arguments.
    arguments: Vec<Shape>,
    recursion: Recursion,
    inner: InnerFunctions,
    /// Functions that call themselves, and are not the one that is specialised.
    recursive: HashSet<*const Code>,
    /// The loops around what is being followed that are followed round by round.
    unrolling: Vec<Unrolling>,
    /// Whether there are such loops, and whether there may be: not if the function became too large.
    has_unrolled: bool,
    /// Operators whose methods may leave them to the other operand, so that Python does them.
    undecided: HashSet<(u32, Point)>,
    may_unroll: bool,
    build: Builder,
    /// How many loops are around what is being followed.
    loop_depth: u32,
    /// What Python and machine code take.
    work: Work,
    state: State,
    exits: Vec<ExitPlan>,
    sites: Vec<Site>,
    leaves: Vec<Origin>,
    /// How exceptions are made that are raised here.
    raises: Vec<Raised>,
    /// Ways to where exceptions are handled, by functions that are being followed.
    thrown: Vec<Thrown>,
    views: Vec<View>,
    /// What instances in memory are like, by the numbers of their classes there.
    records: Vec<Arc<RecordType>>,
    /// What objects are probably that are arrays, by their handles.
    guesses: HashMap<Value, View>,
    /// What the items of objects probably are that are tuples, by their handles.
    parts: HashMap<Value, Arc<[Items]>>,
    /// What methods give that copy arrays, by their handles.
    copiers: HashMap<Value, View>,
    /// What attributes were of instances that were made here, by their class.
    attributes: HashMap<(Known, Arc<str>), Items>,
    /// Strings that the source spells out, by their handles.
    texts: HashMap<Value, Box<str>>,
}

/// Specialises a function for arguments of certain shapes: one for each parameter, in the order of the
/// registers. `*args` and `**kwargs` are a tuple and an object.
///
/// # Errors
/// Why it cannot be done, or is not worth it.
pub fn specialise(
    world: &mut dyn World,
    function: &FunctionObject,
    arguments: &[Shape],
    experience: &Experience,
) -> Result<Specialisation, Refusal> {
    let mut specialiser = Specialiser {
        world,
        experience,
        facts: HashMap::default(),
        contexts: HashMap::default(),
        peeled: HashSet::default(),
        listed: HashSet::default(),
        first_rounds: HashSet::default(),
        loops: HashMap::default(),
        changed: HashMap::default(),
        entered: vec![],
        is_doubtful: false,
        in_publication: vec![],
        arguments: arguments.to_vec(),
        recursion: Recursion::default(),
        inner: InnerFunctions::default(),
        recursive: HashSet::default(),
        unrolling: vec![],
        has_unrolled: false,
        undecided: HashSet::default(),
        may_unroll: true,
        heads: HashMap::default(),
        build: Builder::new(),
        loop_depth: 0,
        work: Work::default(),
        state: State::default(),
        exits: vec![],
        sites: vec![],
        leaves: vec![],
        raises: vec![],
        thrown: vec![],
        views: vec![],
        records: vec![],
        guesses: HashMap::default(),
        parts: HashMap::default(),
        copiers: HashMap::default(),
        attributes: HashMap::default(),
        texts: HashMap::default(),
    };
    let mut made = 0;
    for _ in 0..ATTEMPTS {
        match specialiser.attempt(function, arguments) {
            Ok(made) => return Ok(made),
            Err(Stop::Refused(refusal)) => return Err(refusal),
            Err(Stop::Again) => made += specialiser.build.function.types.len(),
        }
        if made > IN_ALL {
            break;
        }
    }
    Err(Refusal { reason: "its types do not settle".into(), place: None })
}

impl Specialiser<'_> {
    fn attempt(&mut self, function: &FunctionObject, arguments: &[Shape]) -> Done<Specialisation> {
        self.build = Builder::new();
        self.state = State::default();
        (self.work, self.loop_depth) = (Work::default(), 0);
        self.heads.clear();
        self.first_rounds.clear();
        self.entered.clear();
        self.in_publication.clear();
        self.is_doubtful = false;
        self.recursion.begin();
        self.inner.begin();
        self.unrolling.clear();
        (self.exits, self.sites, self.views) = (vec![], vec![], vec![]);
        self.guesses.clear();
        self.parts.clear();
        self.copiers.clear();
        self.texts.clear();
        self.leaves.clear();
        self.raises.clear();
        self.thrown.clear();
        self.build.function.counts = match self.world.layout().map_or(0, |layout| layout.count) {
            8 => ir::Counts::Word,
            4 => ir::Counts::Half,
            _ => ir::Counts::Runtime,
        };
        let entry = self.build.block;
        let mut given = Vec::new();
        for shape in arguments {
            let types = join::leaf_types(shape);
            let mut types = types.into_iter();
            let build = &mut self.build;
            given.push(value::infallible(shape.map(&mut |()| {
                let of = types.next().expect("a type for each leaf");
                Ok(build.function.param(entry, of))
            })));
        }
        let home = Home(function.home);
        let origin = Point { block: BlockId(u32::MAX), index: 0 };
        let context = self.context(u32::MAX, origin, &function.code);
        let mut frame = self.frame(&function.code, home, None, context);
        for (register, value) in frame.registers.iter_mut().zip(given) {
            *register = value;
        }
        self.take_cells(&mut frame, function);
        // The block of the arguments is nobody's target.
        let first = self.build.function.block();
        self.build.jump(first, vec![]);
        self.build.block = first;
        self.state.frames.push(frame);
        // The outermost function leaves by exits only, with its result or without.
        self.run_frame(Reg(0))?;
        self.settle_recursion()?;
        if !self.experience.at_any_cost {
            self.is_worth_it()?;
        }
        Ok(Specialisation {
            function: core::mem::take(&mut self.build.function),
            exits: core::mem::take(&mut self.exits),
            sites: core::mem::take(&mut self.sites),
            leaves: core::mem::take(&mut self.leaves),
            raises: core::mem::take(&mut self.raises),
            views: core::mem::take(&mut self.views),
            records: core::mem::take(&mut self.records),
            arguments: arguments.to_vec(),
            result: self.recursion.result.clone(),
            inner: self.inner.take(),
        })
    }

    /// The registers behind the local variables hold the function's cells.
    fn take_cells(&mut self, frame: &mut Frame, function: &FunctionObject) {
        for (i, cell) in function.cells.iter().enumerate() {
            frame.registers[function.code.locals.len() + i] = Val::Known(*cell);
        }
    }

    fn refused<T>(&self, reason: impl Into<String>) -> Done<T> {
        let frame = self.state.top();
        let block = &frame.code.blocks[frame.point.block.0 as usize];
        let span = block.instructions.get(frame.point.index as usize).map_or(block.span, |i| i.1);
        let place = Some((frame.code.name.clone(), span));
        Err(Stop::Refused(Refusal { reason: reason.into(), place }))
    }

    fn context(&mut self, around: u32, at: Point, code: &Arc<Code>) -> u32 {
        let next = self.contexts.len() as u32;
        *self.contexts.entry((around, at, Arc::as_ptr(code))).or_insert(next)
    }

    fn frame(
        &self,
        code: &Arc<Code>,
        home: Home,
        around: Option<(CodeRef, u32)>,
        context: u32,
    ) -> Frame {
        Frame {
            code: Arc::clone(code),
            home,
            around,
            context,
            point: Point { block: BlockId(0), index: 0 },
            registers: vec![Val::Unbound; code.registers as usize],
            gives: Gives::Result,
        }
    }

    fn facts(&mut self, code: &Arc<Code>) -> Rc<Facts> {
        let facts = self.facts.entry(Arc::as_ptr(code)).or_insert_with(|| {
            let heads =
                order::loop_headers(code).into_iter().enumerate().filter(|(_, is_head)| *is_head);
            let loops: Vec<_> = heads
                .map(|(i, _)| BlockId(i as u32))
                .map(|head| (head, inside(code, head)))
                .collect();
            let mut depths = vec![0; code.blocks.len()];
            for block in loops.iter().flat_map(|(_, inside)| inside) {
                depths[block.0 as usize] += 1;
            }
            let of = |find: fn(&Code, &[BlockId]) -> Vec<Reg>| {
                loops.iter().map(|(head, inside)| (*head, find(code, inside))).collect()
            };
            let last = |inside: &[BlockId]| inside.iter().copied().max().unwrap_or(BlockId(0));
            let ends = loops.iter().map(|(head, inside)| (*head, last(inside))).collect();
            let heads: Vec<BlockId> = loops.iter().map(|(head, _)| *head).collect();
            let simple = unroll::simple_loops(code, &heads);
            let (written, indexed, raises) = (of(written_in), of(indexed_in), order::raising(code));
            Rc::new(Facts { written, indexed, depths, ends, raises, simple })
        });
        Rc::clone(facts)
    }

    /// Follows the code of the last frame from its beginning to its end. What it returns goes to a register
    /// of the frame that called it, which goes on behind the call, unless it never returns.
    fn run_frame(&mut self, to: Reg) -> Done<Flow> {
        let code = Arc::clone(&self.state.top().code);
        let facts = self.facts(&code);
        let mut waiting: HashMap<BlockId, Vec<Incoming>> = HashMap::default();
        let mut returns = Vec::new();
        let state = core::mem::take(&mut self.state);
        waiting.insert(BlockId(0), vec![Incoming { block: self.build.block, state }]);
        let depth_around = self.loop_depth;
        let context = self.context_of(&waiting);
        let mut peeled = Vec::new();
        // The blocks are in reverse postorder.
        let mut next = BlockId(0);
        while (next.0 as usize) < code.blocks.len() {
            let block = next;
            if let Some(incoming) = waiting.remove(&block) {
                self.loop_depth = depth_around + facts.depths[block.0 as usize];
                if let Some(blocks) = self.unrolled(&code, block, &incoming, &facts) {
                    self.loop_depth -= 1;
                    let of = (&code, &*facts);
                    self.unroll(of, block, &blocks, incoming, &mut waiting, &mut returns)?;
                } else {
                    let place = (context, block);
                    if self.peeled.contains(&place) && !peeled.contains(&block) {
                        peeled.push(block);
                        self.first_rounds.insert(place);
                    }
                    self.enter_block(block, incoming, &facts)?;
                    match facts.raises[block.0 as usize] && !self.throws(&code, block) {
                        // An error that is not handled here is made where all is objects.
                        true => self.leave_raising(&code, block),
                        false => self.follow_block(&code, block, &mut waiting, &mut returns)?,
                    }
                }
            }
            next = self.behind(block, context, &facts, &waiting);
        }
        self.loop_depth = depth_around;
        if returns.is_empty() {
            return Ok(Flow::Ends);
        }
        let incoming = returns.into_iter().map(|(way, value)| returned(way, value, to));
        self.join(incoming.collect())?;
        Ok(Flow::On)
    }

    /// Leaves machine code where an exception is raised, which may be handled here.
    fn leave_raising(&mut self, code: &Code, block: BlockId) {
        let (before, block) = (self.build.cost, code.block(block));
        if block.handler.is_some() {
            self.count_raising();
        }
        self.leave();
        self.count_end(&block.terminator, before);
    }

    /// The function that a state stands in that has come to its beginning.
    fn context_of(&self, waiting: &HashMap<BlockId, Vec<Incoming>>) -> u32 {
        waiting[&BlockId(0)][0].state.top().context
    }

    /// The block to follow next: the one behind, or the beginning of a loop whose first round is done.
    fn behind(
        &mut self,
        block: BlockId,
        context: u32,
        facts: &Facts,
        waiting: &HashMap<BlockId, Vec<Incoming>>,
    ) -> BlockId {
        let ended = facts.ends.iter().filter(|(_, last)| *last == block).map(|(head, _)| *head);
        // Inner loops first.
        for head in ended.rev() {
            if self.first_rounds.remove(&(context, head)) && waiting.contains_key(&head) {
                return head;
            }
        }
        BlockId(block.0 + 1)
    }

    /// Follows a block from its beginning to where it goes on.
    fn follow_block(
        &mut self,
        code: &Arc<Code>,
        block: BlockId,
        waiting: &mut HashMap<BlockId, Vec<Incoming>>,
        returns: &mut Vec<(Incoming, Val<Value>)>,
    ) -> Done {
        let depth = self.state.frames.len();
        if self.instructions(code, block)? == Flow::On {
            self.is_doubtful = false;
            let before = self.build.cost;
            self.terminator(code, block, waiting, returns)?;
            self.count_end(&code.block(block).terminator, before);
            self.is_doubtful = false;
        }
        self.catch(depth, waiting)
    }

    /// Begins a block: joins what comes to it, and generalises that for a loop.
    fn enter_block(&mut self, block: BlockId, incoming: Vec<Incoming>, facts: &Facts) -> Done {
        self.join(incoming)?;
        self.state.top_mut().point = Point { block, index: 0 };
        let is_first = self.first_rounds.contains(&(self.state.top().context, block));
        match facts.written.get(&block).filter(|_| !is_first) {
            Some(written) => {
                self.look_before_loop(&facts.indexed[&block])?;
                self.enter_loop(block, written)
            }
            None => Ok(()),
        }
    }

    fn instructions(&mut self, code: &Arc<Code>, block: BlockId) -> Done<Flow> {
        let instructions = &code.blocks[block.0 as usize].instructions;
        for (index, (instruction, _)) in instructions.iter().enumerate() {
            self.state.top_mut().point = Point { block, index: index as u32 };
            if self.build.function.types.len() > SIZE {
                if self.has_unrolled && core::mem::take(&mut self.may_unroll) {
                    return Err(Stop::Again);
                }
                return self.refused("it is too large");
            }
            if !self.experience.at_any_cost {
                self.is_hopeless()?;
            }
            let before = self.build.cost;
            let flow = self.instruction(instruction)?;
            self.count(instruction, before);
            let is_doubtful = core::mem::take(&mut self.is_doubtful);
            if flow == Flow::Ends {
                return Ok(Flow::Ends);
            }
            if is_doubtful {
                self.state.top_mut().point = Point { block, index: index as u32 };
                self.revalidate()?;
            }
        }
        self.state.top_mut().point = Point { block, index: instructions.len() as u32 };
        Ok(Flow::On)
    }

    fn terminator(
        &mut self,
        code: &Arc<Code>,
        block: BlockId,
        waiting: &mut HashMap<BlockId, Vec<Incoming>>,
        returns: &mut Vec<(Incoming, Val<Value>)>,
    ) -> Done {
        let terminator = &code.blocks[block.0 as usize].terminator;
        if let Terminator::Branch { .. } | Terminator::Next { .. } = terminator {
            self.settle_lists()?;
        }
        match terminator {
            Terminator::Jump(target) => self.edge(*target, waiting),
            Terminator::Branch { condition, then, otherwise } => {
                let truth = self.truth(*condition)?;
                match self.build.bool_constant(truth) {
                    Some(true) => return self.edge(*then, waiting),
                    Some(false) => return self.edge(*otherwise, waiting),
                    None => {}
                }
                let (yes, no) = self.build.branch(truth);
                let state = self.state.clone();
                self.build.block = yes;
                self.edge(*then, waiting)?;
                self.state = state;
                self.build.block = no;
                self.edge(*otherwise, waiting)
            }
            Terminator::Next { iterator, to, body, done } => {
                let alternatives = self.next(*iterator, *to)?;
                if let Some(end) = alternatives.done {
                    self.build.block = end.block;
                    self.state = end.state;
                    self.edge(*done, waiting)?;
                }
                if let Some(item) = alternatives.item {
                    self.build.block = item.block;
                    self.state = item.state;
                    self.edge(*body, waiting)?;
                }
                Ok(())
            }
            Terminator::Return(register) => {
                let value = self.state.top().get(*register).clone();
                if self.state.frames.len() == 1 && self.inner.number() > 0 {
                    return self.leave_inner(&value);
                }
                if self.state.frames.len() == 1 {
                    self.leave_with(&value);
                    return Ok(());
                }
                let state = core::mem::take(&mut self.state);
                returns.push((Incoming { block: self.build.block, state }, value));
                Ok(())
            }
            Terminator::Raise { exception: Some(exception), cause: None } => self.raise(*exception),
            Terminator::Reraise { exception } => self.raise_again(*exception),
            // The exception is made where all is objects.
            Terminator::Raise { .. } => {
                self.leave();
                Ok(())
            }
        }
    }

    /// Goes on to another block of the function.
    fn edge(&mut self, target: BlockId, waiting: &mut HashMap<BlockId, Vec<Incoming>>) -> Done {
        let is_back = order::is_backward(self.state.top().point.block, target);
        let point = Point { block: target, index: 0 };
        self.prune(point);
        self.state.top_mut().point = point;
        if self.is_doubtful {
            self.check()?;
        }
        if is_back && !self.first_rounds.contains(&(self.state.top().context, target)) {
            if self.next_round(target) {
                return Ok(());
            }
            return self.close_loop(target);
        }
        let state = core::mem::take(&mut self.state);
        waiting.entry(target).or_default().push(Incoming { block: self.build.block, state });
        Ok(())
    }

    /// Forgets what nobody reads from a point on.
    fn prune(&mut self, point: Point) {
        let code = self.state.top().code.clone();
        let alive = code.liveness().at(&code, point);
        let own = code.registers as usize;
        for (i, register) in self.state.top_mut().registers.iter_mut().take(own).enumerate() {
            if !alive.contains(Reg(i as u32)) {
                *register = Val::Unbound;
            }
        }
    }

    /// One instruction of the last frame, which stands at it.
    fn instruction(&mut self, instruction: &Instruction) -> Done<Flow> {
        use Instruction as I;
        self.share_iterators(instruction)?;
        if self.is_for_objects(instruction) {
            return self.perform(instruction);
        }
        if self.look_for_errors(instruction)? == Flow::Ends {
            return Ok(Flow::Ends);
        }
        match instruction {
            I::Constant { to, constant } => self.constant(*to, *constant),
            I::Move { to, from } => self.set(*to, self.get(*from)),
            I::CheckBound { local } => self.check_bound(*local),
            I::LoadGlobal { to, name } => self.load_global(*to, *name, instruction),
            I::LoadBuiltin { to, name } => self.load_builtin(*to, *name, instruction),
            I::MakeCell { register } => self.make_cell(*register),
            I::LoadCell { to, cell } => self.load_cell(*to, *cell, instruction),
            I::StoreCell { cell, value } => self.store_cell(*cell, *value, instruction),
            I::LoadAttribute { to, object, name } => {
                self.load_attribute(*to, *object, *name, instruction)
            }
            I::StoreAttribute { object, name, value } => {
                self.store_attribute(*object, *name, *value, instruction)
            }
            I::LoadItem { to, object, key } => self.load_item(*to, *object, *key, instruction),
            I::StoreItem { object, key, value } => {
                self.store_item(*object, *key, *value, instruction)
            }
            I::MakeSlice { to, parts } => {
                let parts = parts.map(|part| self.get(part));
                self.set(*to, Val::Slice(Arc::new(parts)))
            }
            I::Unary { to, operator, operand } => self.unary(*to, *operator, *operand, instruction),
            I::Binary { to, operator, left, right, .. } => {
                self.binary(*to, *operator, *left, *right, instruction)
            }
            I::Compare { to, operator, left, right } => {
                self.compare(*to, *operator, *left, *right, instruction)
            }
            I::Call { to, callee, arguments } => self.call(*to, *callee, arguments, instruction),
            I::MakeTuple { to, items } => {
                let items = self.all(items);
                self.set(*to, Val::Tuple(items.into()))
            }
            I::MakeList { to, items } => {
                let list = Contents::List(self.all(items));
                let list = self.state.make(list);
                self.set(*to, list)
            }
            I::Format { .. } | I::Join { .. } => self.part_of_f_string(instruction),
            I::DeleteItem { object, key } => self.delete_item(*object, *key, instruction),
            I::ListAppend { list, item } => self.list_append(*list, *item, instruction),
            I::ListExtend { list, items } => self.list_extend(*list, *items, instruction),
            I::Unpack { to, from } => self.unpack(to, *from, instruction),
            I::UnpackStarred { before, starred, after, from } => {
                self.unpack_starred(before, *starred, after, *from, instruction)
            }
            I::Iterate { to, from } => self.iterate(*to, *from, instruction),
            I::Special { to, operation, operands } => {
                self.special(*to, *operation, operands, instruction)
            }
            I::MakeFunction { to, nested, defaults, keyword_defaults, cells } => {
                self.make_function(*to, *nested, defaults, keyword_defaults, cells)
            }
            I::MakeDict { .. } | I::MakeSet { .. } | I::DictInsert { .. } | I::SetAdd { .. } => {
                self.dict_instruction(instruction)
            }
            other => self.handling(other),
        }
    }

    fn make_cell(&mut self, register: Reg) -> Done<Flow> {
        let content = self.get(register);
        let code = &self.state.top().code;
        if code.locals.get(register.0 as usize).is_some_and(|name| self.inner.is_shared(code, name))
            && let Some(cell) = self.shared_variable(&content)?
        {
            return self.set(register, cell);
        }
        let cell = self.state.make(Contents::Cell(content));
        self.set(register, cell)
    }

    fn all(&self, registers: &[Reg]) -> Vec<Val<Value>> {
        registers.iter().map(|register| self.get(*register)).collect()
    }

    fn get(&self, register: Reg) -> Val<Value> {
        self.state.top().get(register).clone()
    }

    fn set(&mut self, register: Reg, value: Val<Value>) -> Done<Flow> {
        self.state.top_mut().set(register, value);
        Ok(Flow::On)
    }

    fn name(&self, name: crate::code::Name) -> Box<str> {
        self.state.top().code.names[name.0 as usize].clone()
    }

    /// An operation without exit.
    fn op(&mut self, op: Op, args: &[Value]) -> Value {
        self.build.op(op, args)
    }

    /// Exits unless a value is true, so that the instruction is done on objects. Ends if it never is.
    #[must_use]
    fn guard(&mut self, truth: Value) -> Flow {
        match self.build.bool_constant(truth) {
            Some(true) => Flow::On,
            Some(false) => {
                self.leave();
                Flow::Ends
            }
            None => {
                self.require(truth);
                Flow::On
            }
        }
    }

    /// The same in the middle of a rule: what follows is translated also where the value is known to be
    /// false, and never reached.
    fn require(&mut self, truth: Value) {
        if self.build.bool_constant(truth) != Some(true) {
            let exit = self.exit();
            self.build.emit(Op::Guard, &[truth], ir::Immediate::None, Some(exit));
        }
    }

    /// Whether machine code was left at this instruction often, and it can be done on objects in its place.
    fn is_for_objects(&self, instruction: &Instruction) -> bool {
        use Instruction as I;
        let can_be = matches!(
            instruction,
            I::Unary { .. }
                | I::Binary { .. }
                | I::Compare { .. }
                | I::Call { .. }
                | I::LoadItem { .. }
                | I::StoreItem { .. }
                | I::LoadAttribute { .. }
                | I::StoreAttribute { .. }
        );
        let frame = self.state.top();
        let place = (frame.context, frame.point);
        can_be && (self.experience.objects.contains(&place) || self.undecided.contains(&place))
    }

    /// Whether something taken for granted here before was not so.
    fn is_refuted(&self) -> bool {
        let frame = self.state.top();
        self.experience.refuted.contains(&(frame.context, frame.point))
    }
}

/// A way out of an inlined function, as one behind its call.
fn returned(mut way: Incoming, value: Val<Value>, to: Reg) -> Incoming {
    let callee = way.state.frames.pop();
    let caller = way.state.top_mut();
    match callee.as_ref().map(|callee| (callee.gives, callee.instead())) {
        Some((Gives::Nothing, _)) => {}
        Some((_, Some(made))) => caller.set(to, made.clone()),
        _ => caller.set(to, value),
    }
    caller.point.index += 1;
    way
}

/// The blocks of the loop that begins with a block: those from which it is reached again without leaving it
/// first. Blocks that leave are taken in where they stand between.
fn inside(code: &Code, head: BlockId) -> Vec<BlockId> {
    let predecessors = order::predecessors(code);
    let mut inside = vec![head];
    let mut open: Vec<BlockId> =
        predecessors[head.0 as usize].iter().copied().filter(|from| *from >= head).collect();
    while let Some(block) = open.pop() {
        if !inside.contains(&block) {
            inside.push(block);
            open.extend(predecessors[block.0 as usize].iter().copied());
        }
    }
    inside
}

/// The registers whose items are read or written in blocks of a loop.
fn indexed_in(code: &Code, inside: &[BlockId]) -> Vec<Reg> {
    let mut indexed = Vec::new();
    for block in inside {
        for (instruction, _) in &code.block(*block).instructions {
            match instruction {
                Instruction::LoadItem { object, .. } | Instruction::StoreItem { object, .. } => {
                    indexed.push(*object);
                }
                _ => {}
            }
        }
    }
    indexed.sort_unstable();
    indexed.dedup();
    indexed
}

/// The registers that are written in blocks of a loop.
fn written_in(code: &Code, inside: &[BlockId]) -> Vec<Reg> {
    let mut written = Vec::new();
    for block in inside {
        let block = code.block(*block);
        block.instructions.iter().for_each(|(i, _)| i.writes(&mut |reg| written.push(reg)));
        // `CheckBound` tells what a register holds, and a cell is put where its content was.
        block.instructions.iter().for_each(|(i, _)| match i {
            Instruction::CheckBound { local: register } | Instruction::MakeCell { register } => {
                written.push(*register);
            }
            _ => {}
        });
        if let Terminator::Next { iterator, to, .. } = &block.terminator {
            // An iterator in registers changes.
            written.extend([*iterator, *to]);
        }
        written.extend(block.handler.map(|handler| handler.exception));
    }
    written.sort_unstable();
    written.dedup();
    written
}
