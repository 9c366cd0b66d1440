//! The interpreter of plain code runs programs: what they do is what Python does with them. The programs
//! and what Python printed are in the Markdown files of `runs/`.

mod objects;

use objects::{Object, Raised, World, frame};
use pommel_jit::code::{BlockId, Code, Instruction, Point};
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

/// Wherever a function is left, going on there with its registers gives the same.
#[test]
fn going_on_at_any_point_is_the_same() {
    let source =
        "def f():\n    s = 0\n    for i in range(4):\n        s = s * 2 + i\n    return s\n";
    let code = function(source);
    for (block, data) in code.blocks.iter().enumerate() {
        for stop in 0..data.instructions.len() {
            let world = World::new(source);
            let mut first = frame(&code, &[], &[]);
            let point = Point { block: BlockId(0), index: 0 };
            let entry = &code.block(point.block).instructions;
            if block != 0 {
                continue;
            }
            for (instruction, _) in &entry[..stop] {
                let done = plain::perform(&world, &code, &(), instruction, &mut first.registers);
                assert!(done.is_ok());
            }
            let alive = code.liveness().at(&code, Point { block: BlockId(0), index: stop as u32 });
            for (register, held) in first.registers.iter_mut().enumerate() {
                if !alive.contains(pommel_jit::code::Reg(register as u32)) {
                    *held = None;
                }
            }
            let from = Point { index: stop as u32, ..point };
            let result = plain::run(&world, first, from);
            assert_eq!(report(&world, result), "returned 11\n");
        }
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
