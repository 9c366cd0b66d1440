//! What is wrong with a function: types, who defines what is used, exits, and what instructions need.

use super::flow::Dominators;
use super::{Block, End, Exit, Function, Immediate, Inst, Op, Target, Type, Value};

/// Finds what is wrong with a function.
///
/// # Errors
/// The first fault, and where it is.
pub fn verify(function: &Function) -> Result<(), String> {
    if function.blocks.is_empty() {
        return Err("no block".into());
    }
    let mut verifier = Verifier { function, places: places(function)?, dominators: None };
    for block in function.ids() {
        verifier.block(block)?;
    }
    verifier.dominators = Some(Dominators::of(function));
    for block in function.ids() {
        verifier.definitions(block)?;
    }
    Ok(())
}

/// Where values are defined: in which block, and before which of its instructions.
fn places(function: &Function) -> Result<Vec<Option<(Block, usize)>>, String> {
    let mut places = vec![None; function.types.len()];
    let mut define = |value: &Value, place| match places.get_mut(value.0 as usize) {
        None => Err(format!("{value} has no type")),
        Some(known) => match known.replace(place) {
            Some(_) => Err(format!("{value} is defined twice")),
            None => Ok(()),
        },
    };
    for block in function.ids() {
        let data = &function[block];
        data.params.iter().try_for_each(|value| define(value, (block, 0)))?;
        for (index, inst) in data.insts.iter().enumerate() {
            inst.results.iter().try_for_each(|value| define(value, (block, index + 1)))?;
        }
    }
    Ok(places)
}

struct Verifier<'a> {
    function: &'a Function,
    places: Vec<Option<(Block, usize)>>,
    dominators: Option<Dominators>,
}

impl Verifier<'_> {
    fn block(&self, block: Block) -> Result<(), String> {
        let data = &self.function[block];
        for inst in &data.insts {
            self.inst(inst).map_err(|error| format!("{block}: `{inst}`: {error}"))?;
        }
        self.end(&data.end).map_err(|error| format!("{block}: `{}`: {error}", data.end))
    }

    fn inst(&self, inst: &Inst) -> Result<(), String> {
        inst.uses().try_for_each(|value| self.is_defined(value))?;
        self.operands(inst)?;
        self.results(inst)?;
        if !has_what_it_needs(inst) {
            return Err("not what it needs besides operands".into());
        }
        match (&inst.exit, inst.op.signature().exits) {
            (Some(exit), true) => self.exit(exit),
            (None, false) => Ok(()),
            (None, true) => Err("no exit".into()),
            (Some(_), false) => Err("an exit which it never takes".into()),
        }
    }

    fn operands(&self, inst: &Inst) -> Result<(), String> {
        let given: Vec<Type> = inst.args.iter().map(|arg| self.function.type_of(*arg)).collect();
        let fits = match inst.op {
            Op::Perform | Op::Recur => true,
            Op::List | Op::Dict | Op::Text => given.iter().all(|of| *of == Type::I64),
            Op::Tuple => given.iter().all(|of| *of == Type::Obj),
            Op::Array => given.iter().all(|of| *of == Type::F64),
            Op::Select => matches!(given[..], [Type::Bool, x, y] if x == y),
            _ => given == inst.op.signature().args,
        };
        if fits { Ok(()) } else { Err(format!("operands of types {given:?}")) }
    }

    fn results(&self, inst: &Inst) -> Result<(), String> {
        let given: Vec<Type> = inst.results.iter().map(|arg| self.function.type_of(*arg)).collect();
        let fits = match inst.op {
            Op::Select => given == [self.function.type_of(inst.args[1])],
            _ => given == inst.op.signature().results,
        };
        if fits { Ok(()) } else { Err(format!("results of types {given:?}")) }
    }

    fn is_defined(&self, value: Value) -> Result<(), String> {
        match self.places.get(value.0 as usize) {
            Some(Some(_)) => Ok(()),
            _ => Err(format!("{value} is defined nowhere")),
        }
    }

    /// Pairs stay in registers: no buffer has words for them.
    fn is_saved(&self, values: &[Value]) -> Result<(), String> {
        let is_pair =
            |value: &&Value| matches!(self.function.type_of(**value), Type::I64x2 | Type::F64x2);
        match values.iter().find(is_pair) {
            Some(value) => Err(format!("{value} is a pair and leaves the function")),
            None => Ok(()),
        }
    }

    fn exit(&self, exit: &Exit) -> Result<(), String> {
        self.is_saved(&exit.saved)?;
        match exit.owned.iter().find(|value| self.function.type_of(**value) != Type::Obj) {
            Some(value) => Err(format!("{value} is owned and no handle")),
            None => Ok(()),
        }
    }

    fn end(&self, end: &End) -> Result<(), String> {
        end.uses().into_iter().try_for_each(|value| self.is_defined(value))?;
        end.targets().try_for_each(|target| self.target(target))?;
        match end {
            End::Branch { condition, .. } if self.function.type_of(*condition) != Type::Bool => {
                Err("the condition is no truth value".into())
            }
            End::Exit(exit) => self.exit(exit),
            End::Return(values) => self.is_saved(values),
            _ => Ok(()),
        }
    }

    fn target(&self, target: &Target) -> Result<(), String> {
        if target.block == Block(0) {
            return Err("nothing jumps to the first block".into());
        }
        let block = self.function.blocks.get(target.block.0 as usize);
        let block = block.ok_or_else(|| format!("{} is no block", target.block))?;
        let types = |values: &[Value]| -> Vec<Type> {
            values.iter().map(|value| self.function.type_of(*value)).collect()
        };
        let (wanted, given) = (types(&block.params), types(&target.args));
        if wanted == given {
            return Ok(());
        }
        Err(format!("{} takes {wanted:?} and not {given:?}", target.block))
    }

    /// Whether all values that a block uses are defined on every way there.
    fn definitions(&self, block: Block) -> Result<(), String> {
        let Some(dominators) = &self.dominators else { return Ok(()) };
        if !dominators.is_reached(block) {
            return Ok(());
        }
        let data = &self.function[block];
        let is_there = |value: Value, index: usize| match self.places[value.0 as usize] {
            Some((place, from)) if place == block => from <= index,
            Some((place, _)) => dominators.is_reached(place) && dominators.dominates(place, block),
            None => false,
        };
        let missing = |value| format!("{block}: {value} is not defined on every way there");
        for (index, inst) in data.insts.iter().enumerate() {
            if let Some(value) = inst.uses().find(|value| !is_there(*value, index)) {
                return Err(format!("{}: `{inst}`", missing(value)));
            }
        }
        let uses = data.end.uses();
        match uses.into_iter().find(|value| !is_there(*value, data.insts.len())) {
            Some(value) => Err(format!("{}: `{}`", missing(value), data.end)),
            None => Ok(()),
        }
    }
}

/// Whether an instruction has what it needs besides operands, and nothing else.
fn has_what_it_needs(inst: &Inst) -> bool {
    match (inst.op, inst.immediate) {
        (Op::Int, Immediate::Int(_))
        | (Op::Float, Immediate::Float(_))
        | (Op::Bool, Immediate::Bool(_)) => true,
        (Op::Math1, Immediate::Math(function)) => function.arity() == 1,
        (Op::Math2, Immediate::Math(function)) => function.arity() == 2,
        (Op::Int | Op::Float | Op::Bool | Op::Math1 | Op::Math2, _) => false,
        (Op::ListWord | Op::SetListWord, immediate) => matches!(immediate, Immediate::Int(_)),
        (
            Op::Perform | Op::Recur | Op::Known | Op::IsClass | Op::View | Op::PutObject,
            immediate,
        ) => {
            matches!(immediate, Immediate::Int(_))
        }
        (Op::List | Op::Dict | Op::Text, immediate) => matches!(immediate, Immediate::Int(_)),
        (Op::Valid | Op::Poll, immediate) => {
            matches!(immediate, Immediate::None | Immediate::Int(_))
        }
        (op, immediate) if is_memory(op) => matches!(immediate, Immediate::Int(_)),
        (_, immediate) => immediate == Immediate::None,
    }
}

/// Whether an operation reads or writes memory: its first operand is the address.
pub fn is_memory(op: Op) -> bool {
    let name = op.text();
    name.starts_with("load.") || name.starts_with("store.")
}
