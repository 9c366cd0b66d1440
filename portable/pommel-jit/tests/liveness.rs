//! Which registers are alive where, and where loops begin.

use pommel_jit::code::{BlockId, Code, Point, Reg, RegisterSet, loop_headers, predecessors};
use pommel_jit::syntax::Module;
use std::sync::Arc;

fn function(source: &str) -> Arc<Code> {
    let module = Module::parse(source).expect("a module");
    module.function("f", 1).expect("a function")
}

/// The registers that are alive before an instruction of a block.
fn alive(code: &Code, block: u32, index: u32) -> Vec<u32> {
    let set = code.liveness().at(code, Point { block: BlockId(block), index });
    set.iter().map(|register| register.0).collect()
}

#[test]
fn registers_are_alive_from_where_they_are_written_to_where_they_are_read() {
    // a, b, x and a temporary for the 2
    let code = function("def f(a, b):\n    x = a * 2\n    return x + b\n");
    let expected = "\
f(a, b)
  0:
    %3 = 2
    x = a * %3
    %3 = x + b
    return %3
";
    assert_eq!(code.to_string(), expected);
    assert_eq!(alive(&code, 0, 0), [0, 1]);
    assert_eq!(alive(&code, 0, 1), [0, 1, 3]);
    assert_eq!(alive(&code, 0, 2), [1, 2]);
    assert_eq!(alive(&code, 0, 3), [3]);
    assert_eq!(code.liveness().last_reads(BlockId(0)), [(1, Reg(3))]);
}

#[test]
fn what_a_loop_reads_is_alive_in_all_of_it() {
    let code =
        function("def f(xs, k):\n    s = 0\n    for x in xs:\n        s += x * k\n    return s\n");
    let headers = loop_headers(&code);
    let header = headers.iter().position(|&is_header| is_header).expect("a loop") as u32;
    assert_eq!(headers.iter().filter(|&&is_header| is_header).count(), 1);
    let iterator = code.first_temporary().0;
    // xs, k, s, x: the loop reads k and s.
    assert_eq!(alive(&code, header, 0), [1, 2, iterator]);
    let before = predecessors(&code);
    assert_eq!(before[header as usize].len(), 2);
    // The iterator is dead behind the loop and was not read there.
    let done = before.iter().position(|b| b == &[BlockId(header)] && b.len() == 1);
    assert!(done.is_some());
    let dead: Vec<_> = (0..code.blocks.len() as u32)
        .filter(|&block| code.liveness().dead_on_entry(BlockId(block)).contains(&Reg(iterator)))
        .collect();
    assert_eq!(dead.len(), 1);
    assert_eq!(alive(&code, dead[0], 0), [2]);
}

#[test]
fn what_a_handler_reads_is_alive_in_all_that_it_protects() {
    let source = "def f(a, b):\n    x = b\n    try:\n        x = a()\n        a = x()\n    \
                  except:\n        return x\n    return a\n";
    let code = function(source);
    let protected = code.blocks.iter().position(|block| block.handler.is_some());
    let protected = protected.expect("a protected block") as u32;
    // Before `x = a()` the old x is alive: the call may raise.
    assert_eq!(alive(&code, protected, 0), [0, 2]);
    let handler = code.block(BlockId(protected)).handler.expect("a handler");
    assert!(predecessors(&code)[handler.block.0 as usize].contains(&BlockId(protected)));
    let on_entry = code.liveness().on_entry(handler.block);
    assert!(on_entry.contains(Reg(2)) && on_entry.contains(handler.exception));
}

#[test]
fn sets_of_registers() {
    let mut set = RegisterSet::empty(130);
    for register in [0, 63, 64, 129] {
        set.insert(Reg(register));
    }
    set.remove(Reg(63));
    assert_eq!(set.iter().collect::<Vec<_>>(), [Reg(0), Reg(64), Reg(129)]);
    let mut all = RegisterSet::full(130);
    assert!(!all.union(&set));
    assert!(all.intersect(&set));
    assert_eq!(all, set);
    assert!(set.contains(Reg(129)) && !set.contains(Reg(128)));
}
