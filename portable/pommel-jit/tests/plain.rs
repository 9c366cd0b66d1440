//! The interpreter of plain code runs programs: what they do is what Python does with them. The programs
//! and what Python printed are in the Markdown files of `runs/`.

mod objects;

use objects::{Object, Raised, World, frame};
use pommel_jit::code::{BlockId, Code, Instruction, Point, Reg};
use pommel_jit::plain;
use pommel_jit::syntax::Module;
use std::path::Path;
use std::sync::Arc;

/// The function `f` of a program.
fn function(source: &str) -> Arc<Code> {
    let line = source.lines().position(|line| line.starts_with("def f(")).expect("a function f");
    Module::parse(source)
        .and_then(|module| module.function("f", line as u32 + 1))
        .unwrap_or_else(|unsupported| panic!("{unsupported}:\n{source}"))
}

/// What a program did, as text.
fn report(world: &World, result: Result<Object, Raised>) -> String {
    assert!(world.handled.borrow().is_empty(), "every handler that is entered is left");
    let end = match result {
        Ok(value) => format!("returned {}", value.repr()),
        Err(Raised(exception)) => {
            let mut lines = exception.lines.borrow().clone();
            lines.reverse();
            format!("raised {}: {} at {lines:?}", exception.class, exception.text)
        }
    };
    let mut all = world.log.borrow().clone();
    all.push(end);
    all.join("\n") + "\n"
}

/// Runs a program.
fn ran(source: &str) -> String {
    let world = World::new(source);
    let result = world.call_code(&function(source), &[], &[]);
    report(&world, result)
}

#[test]
fn programs_do_what_python_does() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runs");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a text");
        for part in text.split("```python\n").skip(1) {
            let (program, behind) = part.split_once("```\n").expect("a program has an end");
            let expected = behind.split_once("```text\n").expect("what Python printed").1;
            let expected = expected.split_once("```").expect("its end").0;
            assert_eq!(ran(program), expected, "{}:\n{program}", path.display());
            count += 1;
        }
    }
    assert!(count > 20, "there are programs");
}

/// A single instruction, with its operands in order.
#[test]
fn an_instruction_is_done_alone() {
    let source = "def f(a, b):\n    a[b] = a\n    x, y = b\n    return y\n";
    let found = Module::parse(source).and_then(|module| module.function("f", 1));
    let code = found.expect("a function");
    let world = World::new(source);
    for (instruction, _) in &code.blocks[0].instructions {
        let operands = match instruction {
            Instruction::StoreItem { .. } => vec![
                Some(Object::List(std::rc::Rc::new(vec![Object::None].into()))),
                Some(Object::Int(0)),
                Some(Object::Int(7)),
            ],
            Instruction::Unpack { .. } => {
                vec![Some(Object::Tuple([Object::Int(1), Object::Int(2)].into()))]
            }
            _ => continue,
        };
        let expected = match instruction {
            Instruction::StoreItem { .. } => vec![],
            _ => vec!["1", "2"],
        };
        let first = operands[0].clone();
        // `a[b] = a` reads one register twice: a register has one value.
        let mut operands = plain::Operands::new(instruction, operands);
        let done = plain::perform(&world, &code, &(), instruction, &mut operands);
        assert!(done.is_ok());
        let written = operands.written.iter().map(|(_, o)| o.as_ref().map(Object::repr));
        assert_eq!(written.flatten().collect::<Vec<_>>(), expected);
        if let Some(Object::List(items)) = first {
            assert_eq!(items.borrow()[0].class(), "list");
        }
    }
}

/// Wherever a function is left, going on there with its registers gives the same.
#[test]
fn going_on_at_any_point_is_the_same() {
    let source =
        "def f():\n    s = 0\n    for i in range(4):\n        s = s * 2 + i\n    return s\n";
    let code = function(source);
    let begin = Point { block: BlockId(0), index: 0 };
    let first = &code.block(begin.block).instructions;
    for stop in 0..first.len() {
        let world = World::new(source);
        let mut left = frame(&code, &[], &[]);
        for (instruction, _) in &first[..stop] {
            let done = plain::perform(&world, &code, &(), instruction, &mut left.registers);
            assert!(done.is_ok());
        }
        let from = Point { index: stop as u32, ..begin };
        let alive = code.liveness().at(&code, from);
        for (register, held) in left.registers.iter_mut().enumerate() {
            if !alive.contains(Reg(register as u32)) {
                *held = None;
            }
        }
        let result = plain::run(&world, left, from);
        assert_eq!(report(&world, result), "returned 11\n");
    }
}

/// The point of the first call in a function, and its frame there.
fn at_call(code: &Arc<Code>, world: &World) -> (plain::Frame<World>, Point) {
    let mut frame = frame(code, &[], &[]);
    for (block, data) in code.blocks.iter().enumerate() {
        for (index, (instruction, _)) in data.instructions.iter().enumerate() {
            if matches!(instruction, Instruction::Call { .. }) {
                return (frame, Point { block: BlockId(block as u32), index: index as u32 });
            }
            let done = plain::perform(world, code, &(), instruction, &mut frame.registers);
            assert!(done.is_ok());
        }
    }
    panic!("there is a call");
}

#[test]
fn functions_that_call_each_other_go_on_together() {
    for (inner, expected) in [
        ("return 5", "returned 11\n"),
        ("raise ValueError", "\nreturned 7\n"),
        ("raise KeyError", "raised KeyError:  at [3, 9]\n"),
    ] {
        let source = format!(
            "def f():\n    try:\n        x = len(()) + 6\n    except ValueError as e:\n        \
             log(handled())\n        return 7\n    return x\ndef g():\n    {inner}\n"
        );
        let world = World::new(&source);
        let module = Module::parse(&source).expect("a module");
        let outer = module.function("f", 1).expect("a function");
        let inner = module.function("g", 8).expect("a function");
        let begin = Point { block: BlockId(0), index: 0 };
        let frames = vec![at_call(&outer, &world), (frame(&inner, &[], &[]), begin)];
        let result = plain::resume(&world, frames);
        assert_eq!(report(&world, result), expected);
    }
}

#[test]
fn an_interrupt_comes_at_a_jump_backwards() {
    let source = "def f():\n    while True:\n        try:\n            log(1)\n        \
                  finally:\n            log(2)\n";
    let mut world = World::new(source);
    world.interrupt = Some(3);
    let result = world.call_code(&function(source), &[], &[]);
    assert_eq!(report(&world, result), "1\n2\n1\n2\n1\n2\nraised KeyboardInterrupt:  at [3]\n");
}
