//! The typed form as text, to be read and written by people and by tests.
//!
//! ```text
//! b0(v0: i64, v1: obj):
//!   v2 = int 1
//!   v3 = iadd v0, v2 else 7(v0, v1)
//!   v4 = ilt v3, v2
//!   branch v4, b1(v3), b2()
//! ```
//!
//! What an instruction has besides operands comes first among them. Behind `else` is its exit: the number,
//! what is saved, and behind a semicolon the handles that are owned. Blocks end with `jump b(…)`,
//! `branch v, b(…), b(…)`, `return v, …`, `exit 7(…)` or `unreachable`. `#` begins a comment.

use super::op::Math;
use super::{Block, End, Exit, Function, Immediate, Inst, Op, Target, Type, Value};
use core::fmt;

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b{}", self.0)
    }
}

impl Type {
    const ALL: [Type; 6] = [Type::I64, Type::F64, Type::Bool, Type::Obj, Type::I64x2, Type::F64x2];
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::I64 => "i64",
            Type::F64 => "f64",
            Type::Bool => "bool",
            Type::Obj => "obj",
            Type::I64x2 => "i64x2",
            Type::F64x2 => "f64x2",
        })
    }
}

impl fmt::Display for Immediate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Immediate::None => Ok(()),
            Immediate::Int(value) => write!(f, "{value}"),
            Immediate::Float(value) => write!(f, "{value:?}"),
            Immediate::Bool(value) => write!(f, "{value}"),
            Immediate::Math(function) => f.write_str(function.text()),
        }
    }
}

/// Things with commas between them.
fn list<T: fmt::Display>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(T::to_string).collect();
    items.join(", ")
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({}", self.id, list(&self.saved))?;
        if !self.owned.is_empty() {
            write!(f, "; {}", list(&self.owned))?;
        }
        f.write_str(")")
    }
}

impl fmt::Display for Inst {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.results.is_empty() {
            write!(f, "{} = ", list(&self.results))?;
        }
        f.write_str(self.op.text())?;
        let mut operands: Vec<String> = self.args.iter().map(Value::to_string).collect();
        if self.immediate != Immediate::None {
            operands.insert(0, self.immediate.to_string());
        }
        if !operands.is_empty() {
            write!(f, " {}", operands.join(", "))?;
        }
        match &self.exit {
            Some(exit) => write!(f, " else {exit}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.block, list(&self.args))
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Jump(target) => write!(f, "jump {target}"),
            End::Branch { condition, then, otherwise } => {
                write!(f, "branch {condition}, {then}, {otherwise}")
            }
            End::Return(values) if values.is_empty() => f.write_str("return"),
            End::Return(values) => write!(f, "return {}", list(values)),
            End::Exit(exit) => write!(f, "exit {exit}"),
            End::Unreachable => f.write_str("unreachable"),
        }
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for block in self.ids() {
            let data = &self[block];
            let param = |value: &Value| format!("{value}: {}", self.type_of(*value));
            let params: Vec<String> = data.params.iter().map(param).collect();
            writeln!(f, "{block}({}):", params.join(", "))?;
            for inst in &data.insts {
                writeln!(f, "  {inst}")?;
            }
            writeln!(f, "  {}", data.end)?;
        }
        Ok(())
    }
}

impl core::str::FromStr for Function {
    type Err = String;

    /// Reads a function; the error says in which line what was wrong.
    fn from_str(text: &str) -> Result<Function, String> {
        let mut reader = Reader::default();
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or("").trim();
            if !line.is_empty() {
                reader.line(line).map_err(|error| format!("line {}: {error}", number + 1))?;
            }
        }
        reader.finish()
    }
}

/// A function of which some lines were read.
#[derive(Default)]
struct Reader {
    function: Function,
    types: Vec<Option<Type>>,
    /// Whether the last block has its end.
    is_ended: bool,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), String> {
        let mut words = Words::of(line);
        if line.starts_with('b') && line.ends_with(':') {
            return self.header(&mut words);
        }
        if self.function.blocks.is_empty() || self.is_ended {
            return Err("an instruction outside of a block".into());
        }
        if let Some(end) = words.end()? {
            words.nothing_more()?;
            self.function.blocks.last_mut().ok_or("no block")?.end = end;
            self.is_ended = true;
            return Ok(());
        }
        let inst = words.inst()?;
        words.nothing_more()?;
        self.results(&inst)?;
        self.function.blocks.last_mut().ok_or("no block")?.insts.push(inst);
        Ok(())
    }

    fn header(&mut self, words: &mut Words<'_>) -> Result<(), String> {
        if !self.function.blocks.is_empty() && !self.is_ended {
            return Err("the block before has no end".into());
        }
        let block = words.block()?;
        if block.0 as usize != self.function.blocks.len() {
            return Err(format!("{block} where b{} comes next", self.function.blocks.len()));
        }
        self.function.block();
        self.is_ended = false;
        words.expect("(")?;
        while !words.take(")") {
            let value = words.value()?;
            words.expect(":")?;
            let name = words.next("a type")?;
            let of = Type::ALL.into_iter().find(|of| of.to_string() == name);
            self.define(value, of.ok_or_else(|| format!("`{name}` is no type"))?)?;
            self.function[block].params.push(value);
            words.take(",");
        }
        words.expect(":")?;
        words.nothing_more()
    }

    fn results(&mut self, inst: &Inst) -> Result<(), String> {
        let types = inst.op.signature().results;
        if inst.op == Op::Select {
            if let [result] = inst.results[..] {
                self.room(result);
                return Ok(());
            }
        } else if types.len() == inst.results.len() {
            let pairs = inst.results.iter().zip(types);
            return pairs.into_iter().try_for_each(|(value, of)| self.define(*value, *of));
        }
        Err(format!("`{}` does not give {} results", inst.op.text(), inst.results.len()))
    }

    fn room(&mut self, value: Value) {
        let wanted = value.0 as usize + 1;
        if self.types.len() < wanted {
            self.types.resize(wanted, None);
        }
    }

    fn define(&mut self, value: Value, of: Type) -> Result<(), String> {
        self.room(value);
        match self.types[value.0 as usize].replace(of) {
            Some(_) => Err(format!("{value} is defined twice")),
            None => Ok(()),
        }
    }

    /// The function, when all lines are read: what a choice gives has the type of what it chooses from,
    /// which may stand further down.
    fn finish(mut self) -> Result<Function, String> {
        if !self.is_ended {
            return Err("the last block has no end".into());
        }
        let mut changed = true;
        while changed {
            changed = false;
            for inst in self.function.blocks.iter().flat_map(|block| &block.insts) {
                let (Op::Select, [_, from, _], [to]) = (inst.op, &inst.args[..], &inst.results[..])
                else {
                    continue;
                };
                let of = self.types.get(from.0 as usize).copied().flatten();
                if self.types[to.0 as usize].is_none() && of.is_some() {
                    self.types[to.0 as usize] = of;
                    changed = true;
                }
            }
        }
        let types = self.types.into_iter().map(|of| of.unwrap_or(Type::I64));
        self.function.types = types.collect();
        Ok(self.function)
    }
}

/// The words of a line: names, numbers, and marks, one by one.
struct Words<'a> {
    words: Vec<&'a str>,
    at: usize,
}

impl<'a> Words<'a> {
    fn of(line: &'a str) -> Words<'a> {
        let is_mark = |c: char| "(),;:=".contains(c);
        let mut words = vec![];
        for part in line.split_whitespace() {
            let mut rest = part;
            while let Some(first) = rest.chars().next() {
                let length = match is_mark(first) {
                    true => 1,
                    false => rest.find(is_mark).unwrap_or(rest.len()),
                };
                words.push(&rest[..length]);
                rest = &rest[length..];
            }
        }
        Words { words, at: 0 }
    }

    fn peek(&self) -> Option<&'a str> {
        self.words.get(self.at).copied()
    }

    fn next(&mut self, wanted: &str) -> Result<&'a str, String> {
        let word = self.peek().ok_or_else(|| format!("{wanted} is missing at the end"))?;
        self.at += 1;
        Ok(word)
    }

    fn take(&mut self, word: &str) -> bool {
        let is_there = self.peek() == Some(word);
        self.at += usize::from(is_there);
        is_there
    }

    fn expect(&mut self, word: &str) -> Result<(), String> {
        let found = self.next(&format!("`{word}`"))?;
        if found == word { Ok(()) } else { Err(format!("`{found}` where `{word}` was expected")) }
    }

    fn nothing_more(&self) -> Result<(), String> {
        self.peek().map_or(Ok(()), |word| Err(format!("`{word}` where the line should end")))
    }

    fn numbered(&mut self, letter: char, what: &str) -> Result<u32, String> {
        let word = self.next(what)?;
        let number = word.strip_prefix(letter).and_then(|digits| digits.parse().ok());
        number.ok_or_else(|| format!("`{word}` where {what} was expected"))
    }

    fn value(&mut self) -> Result<Value, String> {
        self.numbered('v', "a value").map(Value)
    }

    fn block(&mut self) -> Result<Block, String> {
        self.numbered('b', "a block").map(Block)
    }

    /// Values up to something else.
    fn values(&mut self) -> Result<Vec<Value>, String> {
        let mut values = vec![];
        while self.peek().is_some_and(is_value) {
            values.push(self.value()?);
            if !self.take(",") {
                break;
            }
        }
        Ok(values)
    }

    fn exit(&mut self) -> Result<Exit, String> {
        let word = self.next("the number of an exit")?;
        let id = word.parse().map_err(|_| format!("`{word}` is no number of an exit"))?;
        self.expect("(")?;
        let mut exit = Exit::new(id, self.values()?);
        if self.take(";") {
            exit.owned = self.values()?;
        }
        self.expect(")")?;
        Ok(exit)
    }

    fn target(&mut self) -> Result<Target, String> {
        let block = self.block()?;
        self.expect("(")?;
        let args = self.values()?;
        self.expect(")")?;
        Ok(Target { block, args })
    }

    /// The end of a block, if the line is one.
    fn end(&mut self) -> Result<Option<End>, String> {
        let end = match self.peek() {
            Some("jump" | "branch" | "return" | "exit" | "unreachable") => self.next("an end")?,
            _ => return Ok(None),
        };
        Ok(Some(match end {
            "jump" => End::Jump(self.target()?),
            "branch" => {
                let condition = self.value()?;
                self.expect(",")?;
                let then = self.target()?;
                self.expect(",")?;
                End::Branch { condition, then, otherwise: self.target()? }
            }
            "return" => End::Return(self.values()?),
            "exit" => End::Exit(self.exit()?),
            _ => End::Unreachable,
        }))
    }

    fn inst(&mut self) -> Result<Inst, String> {
        let results = self.values()?;
        if !results.is_empty() {
            self.expect("=")?;
        }
        let name = self.next("an operation")?;
        let op = Op::ALL.iter().copied().find(|op| op.text() == name);
        let op = op.ok_or_else(|| format!("`{name}` is no operation"))?;
        let immediate = match self.peek() {
            Some(word) if word != "else" && !is_value(word) => self.immediate(op)?,
            _ => Immediate::None,
        };
        if immediate != Immediate::None {
            self.take(",");
        }
        let args = self.values()?;
        let exit = if self.take("else") { Some(self.exit()?) } else { None };
        Ok(Inst { op, args, immediate, results, exit })
    }

    fn immediate(&mut self, op: Op) -> Result<Immediate, String> {
        let word = self.next("what the instruction needs")?;
        let read = match op {
            Op::Float => word.parse().ok().map(Immediate::Float),
            Op::Bool => word.parse().ok().map(Immediate::Bool),
            Op::Math1 | Op::Math2 => {
                let function = Math::ALL.iter().copied().find(|math| math.text() == word);
                function.map(Immediate::Math)
            }
            _ => word.parse().ok().map(Immediate::Int),
        };
        read.ok_or_else(|| format!("`{word}` is nothing for `{}`", op.text()))
    }
}

/// Whether a word names a value.
fn is_value(word: &str) -> bool {
    word.strip_prefix('v').is_some_and(|digits| digits.parse::<u32>().is_ok())
}
