//! Parameters of blocks that are the bits of floats on every way are those floats: the bits of a number
//! whose kind is known by now need not go round a loop as an integer.

use crate::ir::{Block, Function, Immediate, Inst, Op, Type, Value};
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

/// Does that. Whether there were any.
pub fn run(function: &mut Function) -> bool {
    let found = found(function);
    if found.is_empty() {
        return false;
    }
    let definitions = definitions(function);
    let mut floats: HashMap<Value, Value> = HashMap::default();
    for (param, _) in &found {
        floats.insert(*param, function.value(Type::F64));
    }
    for block in function.ids().collect::<Vec<_>>() {
        let mut made = vec![];
        let mut end = function[block].end.clone();
        for target in end.targets_mut() {
            let params = function[target.block].params.clone();
            for (arg, param) in target.args.iter_mut().zip(params) {
                if floats.contains_key(&param) {
                    *arg = float_of(function, &definitions, &floats, *arg, &mut made);
                }
            }
        }
        function[block].insts.append(&mut made);
        function[block].end = end;
    }
    for (param, block) in &found {
        let float = floats[param];
        let place = function[*block].params.iter().position(|other| other == param);
        if let Some(place) = place {
            function[*block].params[place] = float;
        }
        let bits = Inst {
            op: Op::FBits,
            args: vec![float],
            immediate: Immediate::None,
            results: vec![*param],
            exit: None,
        };
        function[*block].insts.insert(0, bits);
    }
    // What an exit saves are words: the same bits, either way.
    let save = |saved: &mut Vec<Value>| {
        for value in saved {
            *value = floats.get(value).copied().unwrap_or(*value);
        }
    };
    for block in &mut function.blocks {
        for exit in block.insts.iter_mut().filter_map(|inst| inst.exit.as_mut()) {
            save(&mut exit.saved);
        }
        if let crate::ir::End::Exit(exit) = &mut block.end {
            save(&mut exit.saved);
        }
    }
    true
}

/// The operations that give values, with their operands and constants.
type Definitions = HashMap<Value, (Op, Vec<Value>, Immediate)>;

fn definitions(function: &Function) -> Definitions {
    let insts = function.blocks.iter().flat_map(|block| &block.insts);
    let simple = insts.filter(|inst| matches!(inst.op, Op::FBits | Op::Int));
    simple.map(|inst| (inst.results[0], (inst.op, inst.args.clone(), inst.immediate))).collect()
}

/// The float whose bits a value is.
fn float_of(
    function: &mut Function,
    definitions: &Definitions,
    floats: &HashMap<Value, Value>,
    bits: Value,
    made: &mut Vec<Inst>,
) -> Value {
    if let Some(float) = floats.get(&bits) {
        return *float;
    }
    if let Some((Op::FBits, args, _)) = definitions.get(&bits) {
        return args[0];
    }
    let float = function.value(Type::F64);
    made.push(Inst {
        op: Op::FOfBits,
        args: vec![bits],
        immediate: Immediate::None,
        results: vec![float],
        exit: None,
    });
    float
}

/// The parameters that are bits of floats, or constants, on every way, and of floats on one at least.
fn found(function: &Function) -> Vec<(Value, Block)> {
    let definitions = definitions(function);
    let mut given: HashMap<Value, Vec<Value>> = HashMap::default();
    for target in function.blocks.iter().flat_map(|block| block.end.targets()) {
        for (param, arg) in function[target.block].params.iter().zip(&target.args) {
            given.entry(*param).or_default().push(*arg);
        }
    }
    let mut all: Vec<(Value, Block)> = vec![];
    for block in function.ids().skip(1) {
        let params = function[block].params.iter();
        let ints = params.filter(|param| function.type_of(**param) == Type::I64);
        all.extend(ints.map(|param| (*param, block)));
    }
    let is = |value: &Value, op: Op| definitions.get(value).is_some_and(|found| found.0 == op);
    let args = |param: &Value| given.get(param).map_or(&[][..], Vec::as_slice);
    loop {
        let known: HashSet<Value> = all.iter().map(|of| of.0).collect();
        let before = all.len();
        all.retain(|(param, _)| {
            args(param)
                .iter()
                .all(|arg| is(arg, Op::FBits) || is(arg, Op::Int) || known.contains(arg))
        });
        if all.len() == before {
            break;
        }
    }
    let mut floats: HashSet<Value> = HashSet::default();
    loop {
        let before = floats.len();
        for (param, _) in &all {
            if args(param).iter().any(|arg| is(arg, Op::FBits) || floats.contains(arg)) {
                floats.insert(*param);
            }
        }
        if floats.len() == before {
            break;
        }
    }
    all.retain(|(param, _)| floats.contains(param));
    all
}
