//! Functions are found and lowered: names, lines, scopes, spans, what is refused; and nothing makes the
//! lowering panic.

use pommel_jit::code::{Code, Constant, Instruction, Span};
use pommel_jit::syntax::{Module, Position};
use proptest::prelude::*;
use std::sync::Arc;

fn parse(source: &str) -> Module {
    Module::parse(source).unwrap_or_else(|unsupported| panic!("{unsupported}:\n{source}"))
}

fn function(source: &str, name: &str, line: u32) -> Arc<Code> {
    let found = parse(source).function(name, line);
    found.unwrap_or_else(|unsupported| panic!("{unsupported}:\n{source}"))
}

/// Why a function `f` at the first line is refused.
fn refused(source: &str) -> String {
    match parse(source).function("f", 1) {
        Ok(code) => panic!("it is not refused:\n{source}{code}"),
        Err(unsupported) => {
            let Span { start, end } = unsupported.span;
            assert!(start <= end && end as usize <= source.len());
            unsupported.reason
        }
    }
}

/// The sources of all instructions of a kind.
fn places<'a>(source: &'a str, code: &Code, of: fn(&Instruction) -> bool) -> Vec<&'a str> {
    let all = code.blocks.iter().flat_map(|block| &block.instructions);
    let found = all.filter(|(instruction, _)| of(instruction));
    found.map(|(_, span)| &source[span.start as usize..span.end as usize]).collect()
}

#[test]
fn functions_are_found_by_name_and_line() {
    let source = "\
import x

@x.a
@x.b(lambda: 1)
def f(): return 1

class C:
    def f(self): return 2
    @property
    def g(self): return (lambda: 3)

if x:
    def f(): return lambda: (lambda: 4)
";
    for (name, line) in [("f", 3), ("<lambda>", 4), ("f", 8), ("g", 9), ("<lambda>", 10), ("f", 13)]
    {
        let code = function(source, name, line);
        assert_eq!((&*code.name, code.first_line), (name, line));
    }
    let module = parse(source);
    for (name, line, reason) in [
        ("f", 5, "the source has no f at line 5"),
        ("h", 1, "the source has no h at line 1"),
        ("<lambda>", 13, "more than one <lambda> begins at line 13"),
    ] {
        assert_eq!(module.function(name, line).expect_err("it is refused").reason, reason);
    }
}

#[test]
fn snippets_may_be_indented() {
    let source = "    # a method\n    def f(self):\n        return self.x\n";
    let code = function(source, "f", 2);
    let attribute = |i: &Instruction| matches!(i, Instruction::LoadAttribute { .. });
    assert_eq!(places(source, &code, attribute), ["self.x"]);
    assert_eq!(&source[code.span.start as usize..][..5], "def f");
    let position = parse(source).lines().position(code.span);
    assert_eq!(position, Position { line: 2, column: 4, end_line: 3, end_column: 21 });
}

#[test]
fn a_private_name_needs_its_class() {
    let source = "    def f(self):\n        return lambda: self.__x\n";
    let refused = parse(source).function("f", 1).expect_err("it is refused");
    assert_eq!(refused.reason, "a private name in a snippet without its class");
    let whole = format!("class C:\n{source}");
    assert_eq!(&*function(&whole, "f", 2).nested[0].names[0], "_C__x");
}

#[test]
fn spans_are_those_of_tracebacks() {
    let source = "def f(a, b):\n    (a + b).c(\n        b[1], (x for x in a)\n    ).d(*b)\n    g((y\n      ).z)\n";
    let code = function(source, "f", 1);
    let call = |i: &Instruction| matches!(i, Instruction::Call { .. });
    let calls = places(source, &code, call);
    assert_eq!(calls[0], "(x for x in a)");
    assert_eq!(calls[1], "(a + b).c(\n        b[1], (x for x in a)\n    )");
    assert_eq!(calls[2], "d(*b)");
    assert_eq!(calls[3], "g((y\n      ).z)");
    let attribute = |i: &Instruction| matches!(i, Instruction::LoadAttribute { .. });
    assert_eq!(places(source, &code, attribute), ["(a + b).c", "d", "z"]);
    let binary = |i: &Instruction| matches!(i, Instruction::Binary { .. });
    assert_eq!(places(source, &code, binary), ["a + b"]);
}

#[test]
fn a_generator_has_the_parentheses_of_its_call() {
    let source = "def f(a):\n    return sum(\n        x for x in a)\n";
    let code = function(source, "f", 1);
    assert_eq!(code.nested[0].first_line, 2);
    let span = code.nested[0].span;
    assert_eq!(&source[span.start as usize..span.end as usize], "(\n        x for x in a)");
}

#[test]
fn parameters_are_in_the_order_of_their_registers() {
    let source = "def f(a, /, b, *c, d, e=1, **g):\n    x = 1\n";
    let code = function(source, "f", 1);
    let names: Vec<_> = code.locals.iter().map(|name| &**name).collect();
    assert_eq!(names, ["a", "b", "d", "e", "c", "g", "x"]);
    let p = &code.parameters;
    assert_eq!((p.positional, p.positional_only, p.keyword_only), (2, 1, 2));
    assert!(p.variadic && p.keywords);
}

#[test]
fn free_variables_pass_through_functions_and_past_classes() {
    let source = "\
def outer(z, y):
    x = 1
    class C:
        x = 2
        def f(self):
            return lambda: (x, z, w, __class__)
";
    let code = function(source, "f", 5);
    let free: Vec<_> = code.free.iter().map(|name| &**name).collect();
    assert_eq!(free, ["__class__", "x", "z"]);
    assert_eq!(code.nested[0].free, code.free);
}

#[test]
fn private_names_are_those_of_the_class() {
    let source = "\
class _C:
    def f(self, __a):
        self.__b = __a + __c + __d__
        return lambda __e: self.__b(__x=__e)
";
    let code = function(source, "f", 2);
    assert_eq!(&*code.locals[1], "_C__a");
    let names: Vec<_> = code.names.iter().map(|name| &**name).collect();
    assert_eq!(names, ["_C__c", "__d__", "_C__b"]);
    assert!(code.nested[0].names.iter().any(|name| &**name == "_C__x"));
}

#[test]
fn constants_are_python_s() {
    let source = "def f():\n    return (0x_ffff_ffff_ffff_ffff_ffff, 18446744073709551616, \
                  0o7, 1_0, 1e400, -0.0, 0.0, 3j, b'a\\x00' b'b', 'a' \"\\N{BULLET}\", -7, ..., None)\n";
    let code = function(source, "f", 1);
    let expected = Constant::Tuple(vec![
        Constant::BigInt("1208925819614629174706175".into()),
        Constant::BigInt("18446744073709551616".into()),
        Constant::Int(7),
        Constant::Int(10),
        Constant::Float(f64::INFINITY),
        Constant::Float(-0.0),
        Constant::Float(0.0),
        Constant::Imaginary(3.0),
        Constant::Bytes((*b"a\0b").into()),
        Constant::Str("a\u{2022}".into()),
        Constant::Int(-7),
        Constant::Ellipsis,
        Constant::None,
    ]);
    assert_eq!(code.constants[0], expected);
}

#[test]
fn zeros_are_different_constants() {
    let source = "def f():\n    return [0, 0.0, -0.0, False, (0,), (0.0,), (-0.0,), 0.0]\n";
    // And the `None` at the end.
    assert_eq!(function(source, "f", 1).constants.len(), 8);
}

#[test]
fn what_plain_code_cannot_say_is_refused() {
    for (body, reason) in [
        ("yield 1", "yield"),
        ("x = yield", "yield"),
        ("if 0: yield", "yield"),
        ("yield from a", "yield"),
        ("class C[T]: pass", "type parameters"),
        ("import a\n    locals()", "a call of locals, which looks at the frame"),
        ("super().f()", "a call of super, which looks at the frame"),
        ("sys._getframe(1)", "a call of _getframe, which looks at the frame"),
        ("vars()", "a call of vars, which looks at the frame"),
        ("return '\\ud800'", "a string with a lone surrogate"),
        ("type X = int", "a type alias"),
        ("try: pass\n    except* ValueError: pass", "except*"),
        ("def g[T](x): pass", "type parameters"),
        ("g(**a, b=a.c)", "an argument that is computed behind `**`"),
        ("return t'{a}'", "a template string"),
    ] {
        assert_eq!(refused(&format!("def f(a):\n    {body}\n")), reason, "{body}");
    }
    assert_eq!(refused("async def f(): pass\n"), "an asynchronous function");
    assert_eq!(refused("def f[T](): pass\n"), "type parameters");
}

#[test]
fn a_function_of_that_name_is_called_like_others() {
    let source = "def f(locals, vars):\n    return locals(), vars(), dir(locals)\n";
    let code = function(source, "f", 1);
    let call = |i: &Instruction| matches!(i, Instruction::Call { .. });
    assert_eq!(places(source, &code, call).len(), 3);
}

#[test]
fn a_function_within_may_be_one_that_is_not_lowered() {
    let source = "def f(a):\n    def g(b):\n        yield a\n    return g\n";
    let code = function(source, "f", 1);
    let nested = &code.nested[0];
    assert!(nested.blocks.is_empty());
    assert_eq!(nested.unsupported.as_ref().map(|u| &*u.reason), Some("yield"));
    assert_eq!((nested.parameters.positional, &*nested.free[0]), (1, "a"));
}

#[test]
fn deep_nesting_is_refused() {
    let nested = format!("def f(a):\n    return {}a{}\n", "(a, ".repeat(500), ")".repeat(500));
    assert_eq!(refused(&nested), "the function is too large or nested too deeply");
    let long = format!("def f(a):\n    return {}a\n", "a + ".repeat(5000));
    assert_eq!(refused(&long), "the function is too large or nested too deeply");
    let other = format!("{nested}def g(a):\n    return a\n");
    assert_eq!(&*function(&other, "g", 3).name, "g");
}

/// Every jump goes to a block that is there, every register is one of the frame, and the first block is
/// not gone back to.
fn check(code: &Code) {
    let count = code.blocks.len() as u32;
    for block in &code.blocks {
        for target in block.terminator.targets().chain(block.handler.map(|handler| handler.block)) {
            assert!(target.0 > 0 && target.0 < count);
        }
        for (instruction, _) in &block.instructions {
            instruction.reads(&mut |register| assert!(register.0 < code.registers));
            instruction.writes(&mut |register| assert!(register.0 < code.registers));
        }
        block.terminator.reads(&mut |register| assert!(register.0 < code.registers));
    }
    if count > 0 {
        let alive = code.liveness().on_entry(pommel_jit::code::BlockId(0));
        let temporary = alive.iter().find(|&r| r >= code.first_temporary());
        assert_eq!(temporary, None, "a temporary is read that nobody wrote:\n{code}");
    }
    assert!(!code.to_string().is_empty());
    code.nested.iter().for_each(|nested| check(nested));
}

/// Lowers every function of a text that can be parsed.
fn lower_all(source: &str) {
    let Ok(module) = Module::parse(source) else { return };
    for line in 1..=source.lines().count() as u32 + 1 {
        for name in ["f", "g", "h", "<lambda>"] {
            if let Ok(code) = module.function(name, line) {
                check(&code);
            }
        }
    }
}

/// A program with much in it.
const PROGRAM: &str = include_str!("syntax/everything.py");

#[test]
fn everything_is_lowered() {
    let module = parse(PROGRAM);
    let mut count = 0;
    for (line, text) in PROGRAM.lines().enumerate() {
        let is_function = text.starts_with("def f(");
        if is_function {
            let code = module.function("f", line as u32 + 1);
            check(&code.unwrap_or_else(|unsupported| panic!("{unsupported} at line {}", line + 1)));
            count += 1;
        }
    }
    assert!(count > 20);
}

/// Words that programs are made of.
const WORDS: [&str; 60] = [
    "def f(",
    "a",
    "b",
    "c",
    ")",
    "(",
    "[",
    "]",
    "{",
    "}",
    ":",
    "\n",
    "\n    ",
    "\n        ",
    "return ",
    "if ",
    "else",
    "elif ",
    "for ",
    " in ",
    "while ",
    "try",
    "except ",
    "finally",
    " as ",
    "raise ",
    " from ",
    "lambda ",
    "=",
    ":=",
    "+=",
    ",",
    "*",
    "**",
    ".",
    "not ",
    " and ",
    " or ",
    " is ",
    "1",
    "2.0",
    "'s'",
    "f'{a}'",
    "f\"{a!r:>{b}}\"",
    "global ",
    "nonlocal ",
    "del ",
    "assert ",
    "import ",
    "break",
    "continue",
    "pass",
    "yield ",
    "class C",
    "@",
    "with ",
    "match ",
    "case ",
    "None",
    "->",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn words_in_any_order_do_no_harm(words in prop::collection::vec(0..WORDS.len(), 0..40)) {
        let body: String = words.iter().map(|&word| WORDS[word]).collect();
        lower_all(&body);
        lower_all(&format!("def f(a):\n    {body}\n"));
    }

    #[test]
    fn a_program_with_faults_does_no_harm(
        changes in prop::collection::vec((0..PROGRAM.len(), 0..4usize, 0..WORDS.len()), 1..6),
    ) {
        let mut text: Vec<u8> = PROGRAM.into();
        for (at, remove, word) in changes {
            let at = at.min(text.len());
            let end = (at + remove).min(text.len());
            text.splice(at..end, WORDS[word].bytes());
        }
        lower_all(&String::from_utf8_lossy(&text));
    }
}
