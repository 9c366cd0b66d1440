//! Functions of numbers, from source through specialisation and passes, by the reference executor: the
//! results are those of Python.

use pommel_jit::code::Code;
use pommel_jit::ir::Op;
use pommel_jit::ir::compute::Datum;
use pommel_jit::ir::lists::ListCall;
use pommel_jit::ir::run::{NumbersOnly, Outcome as Ended, run};
use pommel_jit::ir::verify::verify;
use pommel_jit::passes::optimise;
use pommel_jit::specialise::{
    Builtin, Contents, Description, Element, Experience, FunctionObject, Known, Outcome, Owner,
    Recipe, Shape, Specialisation, Summing, Tag, Val, View, World, specialise,
};
use pommel_jit::syntax::Module;
use std::sync::Arc;

/// A module: its functions, builtins, and `math`.
struct Program {
    functions: Vec<Arc<Code>>,
    objects: Vec<Thing>,
}

#[derive(Clone, PartialEq)]
enum Thing {
    Function(usize),
    Builtin(Builtin),
    Math,
    Pi,
}

impl Program {
    fn new(source: &str) -> Program {
        let module = Module::parse(source).unwrap();
        let lines = source.lines().enumerate();
        let heads = lines.filter_map(|(i, line)| {
            let name = line.strip_prefix("def ")?.split('(').next()?;
            Some(module.function(name, i as u32 + 1).unwrap())
        });
        Program { functions: heads.collect(), objects: vec![] }
    }

    fn know(&mut self, thing: Thing) -> Known {
        let place = self.objects.iter().position(|known| *known == thing).unwrap_or_else(|| {
            self.objects.push(thing);
            self.objects.len() - 1
        });
        Known(place as u32)
    }

    fn function(&mut self, name: &str) -> Option<Known> {
        let place = self.functions.iter().position(|code| &*code.name == name)?;
        Some(self.know(Thing::Function(place)))
    }

    fn builtin_of(&mut self, module: &str, name: &str) -> Option<Known> {
        let found = Builtin::ALL.iter().find(|builtin| builtin.place() == (module, name))?;
        Some(self.know(Thing::Builtin(*found)))
    }
}

impl World for Program {
    fn global(&mut self, _: Known, name: &str) -> Option<Known> {
        match name {
            "math" => Some(self.know(Thing::Math)),
            "array" => self.builtin_of("pommel", name),
            "pi" => Some(self.know(Thing::Pi)),
            "sin" | "cos" => self.builtin_of("math", name),
            _ => self.function(name).or_else(|| self.builtin_of("builtins", name)),
        }
    }

    fn builtin(&mut self, name: &str) -> Option<Known> {
        self.builtin_of("builtins", name)
    }

    fn attribute(&mut self, _: Known, name: &str) -> Option<Known> {
        if name == "pi" { Some(self.know(Thing::Pi)) } else { self.builtin_of("math", name) }
    }

    fn cell(&mut self, _: Known) -> Option<Known> {
        None
    }

    fn summing(&mut self) -> Summing {
        Summing::Compensated
    }

    fn describe(&mut self, known: Known) -> Description {
        match self.objects[known.0 as usize].clone() {
            Thing::Math => Description::Module,
            Thing::Pi => Description::Float(core::f64::consts::PI),
            Thing::Builtin(builtin) => Description::Builtin(builtin),
            Thing::Function(place) => Description::Function(Arc::new(FunctionObject {
                home: known,
                code: Arc::clone(&self.functions[place]),
                defaults: vec![],
                keyword_defaults: vec![],
                cells: vec![],
            })),
        }
    }
}

fn shape_of(datum: &Datum) -> Shape {
    match datum {
        Datum::Int(_) => Val::Int(()),
        Datum::Float(_) => Val::Float(()),
        Datum::Bool(_) => Val::Bool(()),
        Datum::Object(_) => Val::Object((), None),
        Datum::Ints(_) | Datum::Floats(_) => panic!("no argument"),
    }
}

fn made(source: &str, name: &str, args: &[Datum]) -> Specialisation {
    let mut program = Program::new(source);
    let known = program.function(name).unwrap();
    let Description::Function(function) = program.describe(known) else { panic!("a function") };
    let shapes: Vec<Shape> = args.iter().map(shape_of).collect();
    let mut made = specialise(&mut program, &function, &shapes, &Experience::default()).unwrap();
    if std::env::var_os("POMMEL_SHOW").is_some() {
        eprintln!("{}\n{}", function.code, made.function);
    }
    verify(&made.function).unwrap();
    optimise(&mut made.function);
    if std::env::var_os("POMMEL_SHOW").is_some() {
        eprintln!("{}", made.function);
    }
    made
}

/// What Python's `repr` says of the result, or where the function goes on on objects.
fn call(source: &str, name: &str, args: &[Datum]) -> String {
    let made = made(source, name, args);
    let ended = run(&made.function, args, &mut NumbersOnly, 10_000_000).unwrap();
    let Ended::Left { id, saved, .. } = ended else { panic!("functions leave by exits") };
    let plan = &made.exits[id as usize];
    match &plan.outcome {
        Outcome::Returned(recipe) => shown(recipe, &saved, &plan.heap),
        Outcome::GoesOn { frames, .. } => {
            let last = frames.last().unwrap();
            format!("{} of {}", last.point.index, last.code.name)
        }
    }
}

fn shown(recipe: &Recipe, words: &[Datum], heap: &[Option<Contents<u32>>]) -> String {
    let word = |at: &u32| words[*at as usize];
    let number = |datum: Datum| match datum {
        Datum::Int(number) => number.to_string(),
        Datum::Float(number) => format!("{number:?}"),
        Datum::Bool(truth) => if truth { "True" } else { "False" }.to_owned(),
        Datum::Object(handle) => format!("<{handle}>"),
        Datum::Ints(_) | Datum::Floats(_) => panic!("no result"),
    };
    match recipe {
        Val::None => "None".to_owned(),
        Val::Bool(at) | Val::Int(at) | Val::Float(at) => number(word(at)),
        Val::Number(tag, bits, _) => {
            let (Datum::Int(tag), bits) = (word(tag), word(bits).word() as i64) else {
                panic!("a tag")
            };
            match Tag::of_number(tag).unwrap() {
                Tag::None => "None".to_owned(),
                Tag::Bool => number(Datum::Bool(bits != 0)),
                Tag::Int => number(Datum::Int(bits)),
                Tag::Float | Tag::Scalar(_) => number(Datum::Float(f64::from_bits(bits as u64))),
            }
        }
        Val::Tuple(items) => {
            let items: Vec<String> = items.iter().map(|item| shown(item, words, heap)).collect();
            format!("({})", items.join(", "))
        }
        Val::Thing(thing) => match heap[thing.0 as usize].as_ref().unwrap() {
            Contents::Vector(_, items) => {
                let items: Vec<String> = items.iter().map(|at| number(word(at))).collect();
                format!("array([{}])", items.join(", "))
            }
            Contents::List(items) => {
                let items: Vec<String> =
                    items.iter().map(|item| shown(item, words, heap)).collect();
                format!("[{}]", items.join(", "))
            }
            other => format!("{other:?}"),
        },
        other => format!("{other:?}"),
    }
}

fn int(number: i64) -> Datum {
    Datum::Int(number)
}

fn float(number: f64) -> Datum {
    Datum::Float(number)
}

#[test]
fn arithmetic() {
    let source = "\
def f(a, b):
    return a + b * 2 - (a - b) / 4, a // b, a % b, -a, a < b <= 9
";
    assert_eq!(call(source, "f", &[int(7), int(-2)]), "(0.75, -4, -1, -7, False)");
    assert_eq!(call(source, "f", &[int(-7), int(2)]), "(-0.75, -4, 1, 7, True)");
    assert_eq!(call(source, "f", &[float(7.5), int(-2)]), "(1.125, -4.0, -0.5, -7.5, False)");
    assert_eq!(call(source, "f", &[float(-0.0), float(2.0)]), "(4.5, -0.0, 0.0, 0.0, True)");
}

#[test]
fn what_does_not_fit_goes_on_on_objects() {
    let source = "def f(a, b):\n    return a * b\n";
    assert_eq!(call(source, "f", &[int(1 << 31), int(1 << 31)]), (1i64 << 62).to_string());
    assert_eq!(call(source, "f", &[int(1 << 32), int(1 << 31)]), "0 of f");
    let source = "def f(a, b):\n    return a / b\n";
    assert_eq!(call(source, "f", &[float(1.0), float(0.0)]), "0 of f");
    assert_eq!(call(source, "f", &[int(1), int(3)]), "0.3333333333333333");
}

#[test]
fn loops() {
    let source = "\
def f(n):
    total = 0
    for i in range(n):
        if i % 3 == 0:
            continue
        total += i
    return total
def g(n):
    a, b = 0, 1
    while n > 0:
        a, b = b, a + b
        n -= 1
    else:
        a = -a
    return a
def h(n):
    total = 0
    for i in range(n, 0, -2):
        total = total + 0.5 * i
    return total
def last(n):
    for i in range(n):
        j = i
    return j
";
    assert_eq!(call(source, "f", &[int(10)]), "27");
    assert_eq!(call(source, "g", &[int(50)]), "-12586269025");
    assert_eq!(call(source, "g", &[int(93)]).split_once(' ').unwrap().1, "of g");
    // The type of `total` depends on whether the loop was entered.
    assert_eq!(call(source, "h", &[int(7)]), "8.0");
    assert_eq!(call(source, "h", &[int(0)]), "0");
    assert_eq!(call(source, "last", &[int(4)]), "3");
    assert!(call(source, "last", &[int(0)]).contains("of last"));
}

/// Both operands may be numbers of several kinds, and the variable is shared with a function.
#[test]
fn kinds_of_several_operands() {
    let source = "\
def f(a, n):
    for i in range(n):
        a -= a if a < 7 else 2
    return a, (lambda: a)()
def g(a, b, n):
    for i in range(n):
        a, b = a * b, b - 0.5 if i else a
    return a, b
";
    assert_eq!(call(source, "f", &[Datum::Bool(true), int(2)]), "(0, 0)");
    assert_eq!(call(source, "f", &[Datum::Bool(true), int(0)]), "(True, True)");
    assert_eq!(call(source, "g", &[Datum::Bool(true), int(3), int(1)]), "(3, True)");
    assert_eq!(call(source, "g", &[int(4), int(3), int(3)]), "(168.0, 3.0)");
}

#[test]
fn calls_are_followed() {
    let source = "\
def twice(f, x):
    return f(f(x))
def square(x):
    return x * x
def g(x):
    y = twice(square, x)
    return y + twice(lambda z: z + x, 1)
def h(a, b):
    def inner(c, d=3):
        return a + c * d
    return inner(b), inner(d=b, c=1)
";
    assert_eq!(call(source, "g", &[int(3)]), "88");
    assert_eq!(call(source, "g", &[float(0.5)]), "2.0625");
    assert_eq!(call(source, "h", &[int(1), int(5)]), "(16, 6)");
}

#[test]
fn functions_of_the_c_library() {
    let source = "\
def f(x):
    return math.sqrt(x) + math.exp(0.0) * math.floor(x) + abs(-x) + max(x, 2.0), math.pi
def g(x):
    return x ** 2 + x ** 0.5
";
    assert_eq!(call(source, "f", &[float(6.25)]), "(21.0, 3.141592653589793)");
    assert_eq!(call(source, "f", &[float(-1.0)]).split_once(' ').unwrap().1, "of f");
    assert_eq!(call(source, "g", &[float(4.0)]), "18.0");
    assert_eq!(call(source, "g", &[float(-4.0)]).split_once(' ').unwrap().1, "of g");
}

#[test]
fn arrays_and_lists_in_registers() {
    let source = "\
def step(f, state, dt):
    k = f(state) * dt
    return state + k / 2
def oscillator(state):
    x = state[0]
    v = state[1]
    return array([v, -x])
def run(n):
    state = array([1.0, 0.0])
    for _ in range(n):
        state = step(oscillator, state, 0.5)
    return state
def lists(a):
    items = [a, 2]
    items.append(a * 3)
    items[0] = 9
    other = items
    other[1] = 7
    return items[0] + items[-1], len(items), items[1]
def swap(a, b):
    a, b = b, a
    return a, (b, a)
";
    assert_eq!(call(source, "run", &[int(1)]), "array([1.0, -0.25])");
    assert_eq!(call(source, "run", &[int(2)]), "array([0.9375, -0.5])");
    assert_eq!(call(source, "lists", &[int(5)]), "(24, 3, 7)");
    assert_eq!(call(source, "swap", &[int(5), float(1.5)]), "(1.5, (5, 1.5))");
}

#[test]
fn iterators_in_registers() {
    let source = "\
def f(a, b):
    total = 0
    for i, x in enumerate((a, b, 10)):
        total += i * x
    for x, y in zip((a, b), range(5)):
        total += x * y
    return total
";
    assert_eq!(call(source, "f", &[int(3), int(4)]), "28");
    assert_eq!(call(source, "f", &[float(3.0), int(4)]), "28.0");
}

/// PicoNumpy's program: all that its steps compute is in registers, with one call of the C library for a
/// sine and the cosine of the same number.
#[test]
fn sleds() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../benches/sleds/sleds.py");
    let mut program = Program::new(&std::fs::read_to_string(path).unwrap());
    let slide = program.function("slide").unwrap();
    let known = program.function("solve").unwrap();
    let Description::Function(function) = program.describe(known) else { panic!("a function") };
    let view = View { owner: Owner::Pommel, element: Element::Float64, rank: 1, packed: true };
    let array: Shape = Val::Array((), view, vec![(); 4].into());
    let arrays = [array.clone(), array.clone(), array.clone(), array];
    let shapes = [&[Val::Known(slide)], &arrays[..], &[Val::Float(()), Val::Int(())]].concat();
    let experience = Experience::default();
    let mut made = specialise(&mut program, &function, &shapes, &experience).unwrap();
    optimise(&mut made.function);
    let count = |op| {
        let insts = made.function.blocks.iter().flat_map(|block| &block.insts);
        insts.filter(|inst| inst.op == op).count()
    };
    assert_eq!((count(Op::SinCos), count(Op::Math1)), (8, 0));
    // The list, and at the end of each sled its array and that it joins the list.
    assert_eq!(count(Op::Perform), 3);
}

/// A list whose length is known only when it runs is in memory: the only calls make it, and make an object
/// of it at the end.
#[test]
fn lists_in_memory() {
    let source = "\
def f(n):
    items = [0] * n
    for i in range(n):
        items[i] = items[i - 1] + i
    return len(items)

def g(n):
    rows = []
    for i in range(n):
        rows.append([i] * n)
    rows[0][0] = 0.5
    return rows
";
    let calls = |name: &str| -> Vec<(Op, Option<i64>)> {
        let made = made(source, name, &[int(3)]);
        let insts = made.function.blocks.iter().flat_map(|block| &block.insts);
        let ops = [Op::List, Op::ListObject, Op::ListCopy, Op::Perform];
        insts.filter(|inst| ops.contains(&inst.op)).map(|inst| (inst.op, inst.int())).collect()
    };
    let call = |call: ListCall| (Op::List, Some(call as i64));
    assert_eq!(calls("f"), [call(ListCall::New)]);
    // What a row holds is of two kinds in the end, which rows become when they are looked at.
    let found = calls("g");
    let count = |wanted| found.iter().filter(|one| **one == call(wanted)).count();
    assert_eq!((count(ListCall::New), count(ListCall::Grow)), (2, 1), "{found:?}");
    assert!(!found.iter().any(|(op, _)| *op != Op::List), "{found:?}");
}
