//! Plain code as text, for people and for tests.

use super::{
    Argument, Binary, Code, Compare, Constant, Conversion, Instruction, Reg, Special, Terminator,
    Unary,
};
use core::fmt::{self, Display, Formatter};

impl Unary {
    /// As it is written.
    pub fn text(self) -> &'static str {
        match self {
            Unary::Negative => "-",
            Unary::Positive => "+",
            Unary::Invert => "~",
            Unary::Not => "not ",
        }
    }
}

impl Binary {
    /// As it is written.
    pub fn text(self) -> &'static str {
        match self {
            Binary::Add => "+",
            Binary::Subtract => "-",
            Binary::Multiply => "*",
            Binary::MatrixMultiply => "@",
            Binary::Divide => "/",
            Binary::FloorDivide => "//",
            Binary::Remainder => "%",
            Binary::Power => "**",
            Binary::ShiftLeft => "<<",
            Binary::ShiftRight => ">>",
            Binary::And => "&",
            Binary::Or => "|",
            Binary::Xor => "^",
        }
    }
}

impl Compare {
    /// As it is written.
    pub fn text(self) -> &'static str {
        match self {
            Compare::Less => "<",
            Compare::LessEqual => "<=",
            Compare::Equal => "==",
            Compare::NotEqual => "!=",
            Compare::Greater => ">",
            Compare::GreaterEqual => ">=",
            Compare::Is => "is",
            Compare::IsNot => "is not",
            Compare::In => "in",
            Compare::NotIn => "not in",
        }
    }
}

impl Display for Constant {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Constant::None => f.write_str("None"),
            Constant::Ellipsis => f.write_str("..."),
            Constant::Bool(true) => f.write_str("True"),
            Constant::Bool(false) => f.write_str("False"),
            Constant::Int(value) => write!(f, "{value}"),
            Constant::BigInt(digits) => f.write_str(digits),
            Constant::Float(value) => write!(f, "{value:?}"),
            Constant::Imaginary(value) => write!(f, "{value:?}j"),
            Constant::Str(text) => write!(f, "{text:?}"),
            Constant::Bytes(bytes) => write!(f, "b\"{}\"", bytes.escape_ascii()),
            Constant::Tuple(items) => {
                f.write_str("(")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str(if items.len() == 1 { ",)" } else { ")" })
            }
        }
    }
}

/// A register: a variable by its name, a variable of a comprehension by its name and number, others by
/// their numbers.
struct Register<'a>(&'a Code, Reg);

impl Display for Register<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Register(code, Reg(number)) = *self;
        let free = number as usize;
        match (code.locals.get(free), free.checked_sub(code.locals.len())) {
            (Some(name), _) if number < code.variables => f.write_str(name),
            (Some(name), _) => write!(f, "{name}%{number}"),
            (None, Some(index)) if index < code.free.len() => f.write_str(&code.free[index]),
            _ => write!(f, "%{number}"),
        }
    }
}

/// Registers with commas between.
struct List<'a>(&'a Code, &'a [Reg]);

impl Display for List<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, &register) in self.1.iter().enumerate() {
            write!(f, "{}{}", if index == 0 { "" } else { ", " }, Register(self.0, register))?;
        }
        Ok(())
    }
}

/// An instruction of a function.
struct Line<'a>(&'a Code, &'a Instruction);

impl Display for Line<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Line(code, instruction) = *self;
        let r = |register: Reg| Register(code, register);
        let n = |name| code.name(name);
        if let Some(to) = instruction.result() {
            write!(f, "{} = ", r(to))?;
        }
        match instruction {
            Instruction::Constant { constant, .. } => {
                write!(f, "{}", code.constants[*constant as usize])
            }
            Instruction::Move { from, .. } => write!(f, "{}", r(*from)),
            Instruction::CheckBound { local } => write!(f, "check {}", r(*local)),
            Instruction::Unbind { register } => write!(f, "unbind {}", r(*register)),
            Instruction::LoadGlobal { name, .. } => write!(f, "global {}", n(*name)),
            Instruction::StoreGlobal { name, value } => {
                write!(f, "global {} = {}", n(*name), r(*value))
            }
            Instruction::DeleteGlobal { name } => write!(f, "delete global {}", n(*name)),
            Instruction::LoadBuiltin { name, .. } => write!(f, "builtin {}", n(*name)),
            Instruction::MakeCell { register } => write!(f, "cell {}", r(*register)),
            Instruction::LoadCell { cell, .. } => write!(f, "[{}]", r(*cell)),
            Instruction::StoreCell { cell, value } => write!(f, "[{}] = {}", r(*cell), r(*value)),
            Instruction::DeleteCell { cell } => write!(f, "delete [{}]", r(*cell)),
            Instruction::LoadAttribute { object, name, .. } => {
                write!(f, "{}.{}", r(*object), n(*name))
            }
            Instruction::StoreAttribute { object, name, value } => {
                write!(f, "{}.{} = {}", r(*object), n(*name), r(*value))
            }
            Instruction::DeleteAttribute { object, name } => {
                write!(f, "delete {}.{}", r(*object), n(*name))
            }
            Instruction::LoadItem { object, key, .. } => write!(f, "{}[{}]", r(*object), r(*key)),
            Instruction::StoreItem { object, key, value } => {
                write!(f, "{}[{}] = {}", r(*object), r(*key), r(*value))
            }
            Instruction::DeleteItem { object, key } => {
                write!(f, "delete {}[{}]", r(*object), r(*key))
            }
            Instruction::EnterHandler { exception } => write!(f, "enter handler {}", r(*exception)),
            Instruction::LeaveHandler { exception } => write!(f, "leave handler {}", r(*exception)),
            _ => self.computed(f),
        }
    }
}

impl Line<'_> {
    /// Instructions that compute something.
    fn computed(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Line(code, instruction) = *self;
        let r = |register: Reg| Register(code, register);
        let list = |registers| List(code, registers);
        match instruction {
            Instruction::MakeSlice { parts, .. } => write!(f, "slice {}", list(parts)),
            Instruction::Unary { operator, operand, .. } => {
                write!(f, "{}{}", operator.text(), r(*operand))
            }
            Instruction::Binary { operator, left, right, in_place, .. } => {
                let equals = if *in_place { "=" } else { "" };
                write!(f, "{} {}{equals} {}", r(*left), operator.text(), r(*right))
            }
            Instruction::Compare { operator, left, right, .. } => {
                write!(f, "{} {} {}", r(*left), operator.text(), r(*right))
            }
            Instruction::Call { callee, arguments, .. } => self.call(f, *callee, arguments),
            Instruction::MakeTuple { items, .. } => self.items(f, "tuple", items),
            Instruction::MakeList { items, .. } => self.items(f, "list", items),
            Instruction::MakeSet { items, .. } => self.items(f, "set", items),
            Instruction::MakeDict { items, .. } => {
                f.write_str("dict")?;
                for (index, &(key, value)) in items.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(f, "{comma} {}: {}", r(key), r(value))?;
                }
                Ok(())
            }
            Instruction::ListAppend { list, item } => {
                write!(f, "append {}, {}", r(*list), r(*item))
            }
            Instruction::ListExtend { list, items } => {
                write!(f, "extend {}, {}", r(*list), r(*items))
            }
            Instruction::ListToTuple { list, .. } => write!(f, "to tuple {}", r(*list)),
            Instruction::SetAdd { set, item } => write!(f, "add {}, {}", r(*set), r(*item)),
            Instruction::SetUpdate { set, items } => write!(f, "update {}, {}", r(*set), r(*items)),
            Instruction::DictInsert { dict, key, value } => {
                write!(f, "insert {}, {}: {}", r(*dict), r(*key), r(*value))
            }
            Instruction::DictUpdate { dict, items } => {
                write!(f, "update {}, {}", r(*dict), r(*items))
            }
            Instruction::Unpack { to, from } => write!(f, "{} = unpack {}", list(to), r(*from)),
            Instruction::UnpackStarred { before, starred, after, from } => {
                before.iter().try_for_each(|&to| write!(f, "{}, ", r(to)))?;
                write!(f, "*{}", r(*starred))?;
                after.iter().try_for_each(|&to| write!(f, ", {}", r(to)))?;
                write!(f, " = unpack {}", r(*from))
            }
            Instruction::Iterate { from, .. } => write!(f, "iterate {}", r(*from)),
            _ => self.rarer(f),
        }
    }

    fn items(&self, f: &mut Formatter<'_>, what: &str, items: &[Reg]) -> fmt::Result {
        let blank = if items.is_empty() { "" } else { " " };
        write!(f, "{what}{blank}{}", List(self.0, items))
    }

    fn call(&self, f: &mut Formatter<'_>, callee: Reg, arguments: &[Argument]) -> fmt::Result {
        let Line(code, _) = *self;
        let r = |register: Reg| Register(code, register);
        write!(f, "{}(", r(callee))?;
        for (index, argument) in arguments.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { ", " })?;
            match *argument {
                Argument::Positional(value) => write!(f, "{}", r(value))?,
                Argument::Starred(value) => write!(f, "*{}", r(value))?,
                Argument::Keyword(name, value) => write!(f, "{}={}", code.name(name), r(value))?,
                Argument::DoubleStarred(value) => write!(f, "**{}", r(value))?,
            }
        }
        f.write_str(")")
    }

    /// Strings, functions, modules, exceptions.
    fn rarer(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Line(code, instruction) = *self;
        let r = |register: Reg| Register(code, register);
        match instruction {
            Instruction::Format { value, conversion, spec, .. } => {
                let conversion = match conversion {
                    None => "",
                    Some(Conversion::Str) => "!s",
                    Some(Conversion::Repr) => "!r",
                    Some(Conversion::Ascii) => "!a",
                };
                write!(f, "format {}{conversion}", r(*value))?;
                spec.iter().try_for_each(|&spec| write!(f, ":{}", r(spec)))
            }
            Instruction::Join { parts, .. } => write!(f, "join {}", List(code, parts)),
            Instruction::MakeFunction { nested, defaults, keyword_defaults, cells, .. } => {
                write!(f, "function {nested} {}", code.nested[*nested as usize].name)?;
                if !defaults.is_empty() {
                    write!(f, ", defaults {}", List(code, defaults))?;
                }
                for &(name, value) in keyword_defaults {
                    write!(f, ", {}={}", code.name(name), r(value))?;
                }
                if !cells.is_empty() {
                    write!(f, ", cells {}", List(code, cells))?;
                }
                Ok(())
            }
            Instruction::Import { name, wanted, level, .. } => {
                write!(f, "import {}{}", ".".repeat(*level as usize), code.name(*name))?;
                wanted.iter().enumerate().try_for_each(|(index, &name)| {
                    write!(f, "{} {}", if index == 0 { ":" } else { "," }, code.name(name))
                })
            }
            Instruction::ImportFrom { module, name, .. } => {
                write!(f, "import {} of {}", code.name(*name), r(*module))
            }
            Instruction::MatchException { exception, class, .. } => {
                write!(f, "{} matches {}", r(*exception), r(*class))
            }
            Instruction::Special { operation, operands, .. } => {
                let of = match operation {
                    Special::Is(consumer) => consumer.name(),
                    Special::IsTool(tool) => tool.place().1,
                    other => other.text(),
                };
                let is = if matches!(operation, Special::Is(_) | Special::IsTool(_)) {
                    "is "
                } else {
                    ""
                };
                write!(f, "{is}{of} {}", List(code, operands))
            }
            _ => Ok(()),
        }
    }
}

/// The end of a block.
struct End<'a>(&'a Code, &'a Terminator);

impl Display for End<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let End(code, terminator) = *self;
        let r = |register: Reg| Register(code, register);
        match terminator {
            Terminator::Jump(target) => write!(f, "jump {}", target.0),
            Terminator::Branch { condition, then, otherwise } => {
                write!(f, "if {} then {} else {}", r(*condition), then.0, otherwise.0)
            }
            Terminator::Next { iterator, to, body, done } => {
                write!(f, "{} = next {} then {} else {}", r(*to), r(*iterator), body.0, done.0)
            }
            Terminator::Return(value) => write!(f, "return {}", r(*value)),
            Terminator::Raise { exception, cause } => {
                f.write_str("raise")?;
                exception.iter().try_for_each(|&exception| write!(f, " {}", r(exception)))?;
                cause.iter().try_for_each(|&cause| write!(f, " from {}", r(cause)))
            }
            Terminator::Reraise { exception } => write!(f, "reraise {}", r(*exception)),
        }
    }
}

impl Code {
    /// The parameters, as they are written.
    fn signature(&self) -> String {
        let parameters = &self.parameters;
        let mut names = self.locals.iter();
        let mut parts = vec![];
        for (index, name) in names.by_ref().take(parameters.positional as usize).enumerate() {
            parts.push(name.to_string());
            if index as u32 + 1 == parameters.positional_only {
                parts.push("/".into());
            }
        }
        let by_keyword: Vec<_> = names.by_ref().take(parameters.keyword_only as usize).collect();
        if parameters.variadic {
            parts.extend(names.next().map(|name| format!("*{name}")));
        } else if !by_keyword.is_empty() {
            parts.push("*".into());
        }
        parts.extend(by_keyword.into_iter().map(|name| name.to_string()));
        if parameters.keywords {
            parts.extend(names.next().map(|name| format!("**{name}")));
        }
        parts.join(", ")
    }

    fn write(&self, f: &mut Formatter<'_>, indent: &str) -> fmt::Result {
        writeln!(f, "{indent}{}({})", self.name, self.signature())?;
        if let Some(unsupported) = &self.unsupported {
            writeln!(f, "{indent}    unsupported: {}", unsupported.reason)?;
        }
        for (index, block) in self.blocks.iter().enumerate() {
            write!(f, "{indent}  {index}:")?;
            if let Some(inside) = block.inside {
                write!(f, " (inside {})", self.inlined[inside as usize].nested)?;
            }
            if let Some(handler) = block.handler {
                let exception = Register(self, handler.exception);
                write!(f, " (exceptions: {exception} to {})", handler.block.0)?;
            }
            writeln!(f)?;
            for (instruction, _) in &block.instructions {
                writeln!(f, "{indent}    {}", Line(self, instruction))?;
            }
            writeln!(f, "{indent}    {}", End(self, &block.terminator))?;
        }
        let deeper = format!("{indent}  ");
        self.nested.iter().try_for_each(|nested| nested.write(f, &deeper))
    }
}

impl Display for Code {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.write(f, "")
    }
}
