//! Python's operations, as the interpreter of plain code asks for them.
//!
//! What the context of HPy offers is taken from there. What it does not, and whatever has errors that
//! differ from one version of Python to the next, is done by Python code ([`super::in_python`]). So is all
//! that has to see the exception that is being handled: the context cannot say that one is.

use super::function::{JitFunction, wrapped};
use super::in_python::InPython;
use super::native::Going;
use super::source::Source;
use pommel::CmpOp;
use pommel::prelude::*;
use pommel_jit::code::{
    Binary, BlockId, Code, Compare, Constant, Conversion, Span, Special, Unary,
};
use pommel_jit::objects::{Objects, Passed};
use pommel_jit::plain::{Frame, Taken};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::ffi::CStr;
use std::sync::Arc;

/// Interrupts are looked for once in so many jumps backwards.
const POLLS: u32 = 256;

/// What a function is at home in: its object, whose code object and globals are used.
pub(crate) struct Home<'c> {
    pub(super) function: Object<'c>,
    globals: Dict<'c>,
    builtins: OnceCell<Dict<'c>>,
    pub(super) source: Arc<Source>,
}

impl<'c> Home<'c> {
    /// Of a function and the text that it stands in.
    pub(super) fn new(function: Object<'c>, source: Arc<Source>) -> Result<Home<'c>> {
        let globals = function.get_attr(c"__globals__")?.cast::<Dict<'_>>()?.clone();
        Ok(Home { function, globals, builtins: OnceCell::new(), source })
    }

    /// The code object of a function that stands in the same text; `None` as an object if there is none.
    pub(super) fn own_function(
        &self,
        ctx: Ctx<'c>,
        (name, line): (&str, u32),
        in_python: &InPython<'c>,
    ) -> Result<Object<'c>> {
        let text = ctx.object(self.source.text())?;
        in_python.get(c"code_in")?.call((text, &self.function, name, line))
    }

    /// The same of another function in the same text.
    pub(super) fn of(&self, function: Object<'c>) -> Result<Home<'c>> {
        Home::new(function, self.source.clone())
    }
}

/// Python, during one call of a compiled function.
pub(crate) struct Python<'c> {
    ctx: Ctx<'c>,
    /// The function, where it is compiled.
    function: OnceCell<Instance<'c, JitFunction>>,
    in_python: InPython<'c>,
    /// The exceptions that are being handled, the latest last.
    handled: RefCell<Vec<Object<'c>>>,
    polls: Cell<u32>,
    /// Names as objects, by where the code has them. (A hash map begins with random numbers, which cost more
    /// than a short call.)
    names: RefCell<BTreeMap<*const u8, Object<'c>>>,
    /// What the builtin `next` gives at the end.
    end: OnceCell<Object<'c>>,
    /// The error on its way goes through this function without a trace, as one that is raised again.
    leaves_no_trace: Cell<bool>,
}

impl<'c> Python<'c> {
    /// For a call.
    pub(super) fn new(ctx: Ctx<'c>) -> Python<'c> {
        Python {
            ctx,
            function: OnceCell::new(),
            in_python: InPython::new(ctx),
            handled: RefCell::default(),
            polls: Cell::new(0),
            names: RefCell::default(),
            end: OnceCell::new(),
            leaves_no_trace: Cell::new(false),
        }
    }

    /// Does something as if no exception was handled in this call.
    pub(super) fn aside<R>(&self, act: impl FnOnce() -> R) -> R {
        let handled = self.handled.take();
        let result = act();
        self.handled.replace(handled);
        result
    }

    /// From now on machine code of a function may go on in place of the interpreter.
    pub(super) fn lets_machine_code_take_over(&self, function: &Instance<'c, JitFunction>) {
        self.function.get_or_init(|| function.clone());
    }

    /// What Python code gives as "nothing".
    fn end(&self) -> Result<&Object<'c>> {
        if let Some(end) = self.end.get() {
            return Ok(end);
        }
        let end = self.in_python.get(c"END")?;
        Ok(self.end.get_or_init(|| end))
    }

    /// The exception that is being handled in this call.
    fn latest(&self) -> Option<Object<'c>> {
        self.handled.borrow().last().cloned()
    }

    /// Calls a function with positional arguments, which sees the exception that is being handled.
    fn call_plainly(&self, callee: &Object<'c>, values: &[&Object<'c>]) -> Result<Object<'c>> {
        match self.latest() {
            None => callee.call(values),
            Some(handled) => {
                let under = self.in_python.get(c"under")?;
                under.call((&handled, callee, self.ctx.tuple(values)?, self.ctx.dict()?))
            }
        }
    }

    /// A function of `pommel._compiled` called with arguments.
    fn help(&self, name: &CStr, values: &[&Object<'c>]) -> Result<Object<'c>> {
        self.in_python.get(name)?.call(values)
    }

    fn builtins<'h>(&self, home: &'h Home<'c>) -> Result<&'h Dict<'c>> {
        if let Some(found) = home.builtins.get() {
            return Ok(found);
        }
        let found = self.help(c"builtins_of", &[&home.function])?.cast::<Dict<'_>>()?.clone();
        Ok(home.builtins.get_or_init(|| found))
    }

    /// It is looked for interrupts at the next poll.
    pub(super) fn polls_next_time(&self) {
        self.polls.set(u32::MAX);
    }

    /// A name of the code as an object. The code is there as long as the call.
    fn name(&self, name: &str) -> Result<Object<'c>> {
        if let Some(known) = self.names.borrow().get(&name.as_ptr()) {
            return Ok(known.clone());
        }
        let made = self.ctx.object(name)?;
        self.names.borrow_mut().insert(name.as_ptr(), made.clone());
        Ok(made)
    }

    fn number(&self, number: usize) -> Result<Object<'c>> {
        self.ctx.object(number)
    }

    /// The items of a list that Python code gave.
    fn items(&self, list: &Object<'c>) -> Result<Vec<Object<'c>>> {
        list.iter()?.collect()
    }

    /// An iterator of a list that has given so many items, more than the list has now if it got shorter.
    pub(super) fn list_iterator(&self, list: &Object<'c>, next: i64) -> Result<Object<'c>> {
        self.in_python.get(c"list_iterator")?.call((list, next))
    }

    /// The code object of a function within another one.
    fn nested_code(&self, home: &Home<'c>, code: &Code, nested: usize) -> Result<Object<'c>> {
        let wanted = &code.nested[nested];
        let is_alike = |other: &&Arc<Code>| {
            (&other.name, other.first_line) == (&wanted.name, wanted.first_line)
        };
        let number = code.nested[..nested].iter().filter(is_alike).count();
        let outer = home.function.get_attr(c"__code__")?;
        let find = self.in_python.get(c"nested_code")?;
        find.call((&outer, &*wanted.name, wanted.first_line, number))
    }
}

fn references<'a, 'c>(items: &'a [Object<'c>]) -> Vec<&'a Object<'c>> {
    items.iter().collect()
}

/// How a call is spelled by the Python code that does it, for each argument.
fn spelled(argument: &Passed<'_, Object<'_>>) -> String {
    match argument {
        Passed::Positional(_) => String::new(),
        Passed::Starred(_) => "*".to_owned(),
        Passed::Keyword(name, _) => format!("{name}="),
        Passed::DoubleStarred(_) => "**".to_owned(),
    }
}

/// The names of arguments, if they stand behind positional ones and there are no others.
fn names<'a>(arguments: &'a [Passed<'a, Object<'_>>]) -> Option<impl Iterator<Item = &'a str>> {
    let name = |argument: &Passed<'a, Object<'_>>| match argument {
        Passed::Keyword(name, _) => Some(*name),
        _ => None,
    };
    let plain = |argument: &Passed<'_, _>| matches!(argument, Passed::Positional(_));
    let positional = arguments.iter().take_while(|argument| plain(argument)).count();
    let rest = &arguments[positional..];
    rest.iter().all(|argument| name(argument).is_some()).then(|| rest.iter().filter_map(name))
}

fn passed<'a, 'c>(argument: &Passed<'a, Object<'c>>) -> &'a Object<'c> {
    match argument {
        Passed::Positional(value)
        | Passed::Starred(value)
        | Passed::Keyword(_, value)
        | Passed::DoubleStarred(value) => value,
    }
}

impl<'c> Objects for Python<'c> {
    type Object = Object<'c>;
    type Error = Error;
    type Home = Home<'c>;

    fn constant(&self, constant: &Constant) -> Result<Object<'c>> {
        let ctx = self.ctx;
        match constant {
            Constant::None => Ok(ctx.none()),
            Constant::Ellipsis => ctx.builtin(c"Ellipsis"),
            Constant::Bool(value) => ctx.object(*value),
            Constant::Int(value) => ctx.object(*value),
            Constant::BigInt(digits) => ctx.builtin(c"int")?.call((&**digits,)),
            Constant::Float(value) => ctx.object(*value),
            Constant::Imaginary(value) => ctx.builtin(c"complex")?.call((0.0, *value)),
            Constant::Str(text) => ctx.object(&**text),
            Constant::Bytes(data) => ctx.bytes(data).map(Object::from),
            Constant::Tuple(items) => {
                let items: Result<Vec<_>> = items.iter().map(|item| self.constant(item)).collect();
                self.tuple(&items?)
            }
        }
    }

    fn builtin(&self, home: &Home<'c>, name: &str) -> Result<Object<'c>> {
        match self.builtins(home)?.get(&self.name(name)?)? {
            Some(found) => Ok(found),
            None => Err(self.in_python.error(c"undefined", &[&self.ctx.object(name)?])),
        }
    }

    fn load_global(&self, home: &Home<'c>, name: &str) -> Result<Object<'c>> {
        match home.globals.get(&self.name(name)?)? {
            Some(found) => Ok(found),
            None => self.builtin(home, name),
        }
    }

    fn store_global(&self, home: &Home<'c>, name: &str, value: &Object<'c>) -> Result<()> {
        home.globals.set_item(name, value)
    }

    fn delete_global(&self, home: &Home<'c>, name: &str) -> Result<()> {
        self.help(c"delete_global", &[&home.globals, &self.ctx.object(name)?]).map(drop)
    }

    fn load_attribute(&self, object: &Object<'c>, name: &str) -> Result<Object<'c>> {
        object.get_attr(&self.name(name)?)
    }

    fn store_attribute(&self, object: &Object<'c>, name: &str, value: &Object<'c>) -> Result<()> {
        object.set_attr(&self.name(name)?, value)
    }

    fn delete_attribute(&self, object: &Object<'c>, name: &str) -> Result<()> {
        object.del_attr(name)
    }

    fn load_item(&self, object: &Object<'c>, key: &Object<'c>) -> Result<Object<'c>> {
        object.get_item(key)
    }

    fn store_item(&self, object: &Object<'c>, key: &Object<'c>, value: &Object<'c>) -> Result<()> {
        object.set_item(key, value)
    }

    fn delete_item(&self, object: &Object<'c>, key: &Object<'c>) -> Result<()> {
        object.del_item(key)
    }

    fn unary(&self, operator: Unary, operand: &Object<'c>) -> Result<Object<'c>> {
        match operator {
            Unary::Negative => operand.neg(),
            Unary::Positive => operand.pos(),
            Unary::Invert => operand.invert(),
            Unary::Not => self.ctx.object(!operand.is_true()?),
        }
    }

    fn binary(
        &self,
        operator: Binary,
        in_place: bool,
        left: &Object<'c>,
        right: &Object<'c>,
    ) -> Result<Object<'c>> {
        match (operator, in_place) {
            (Binary::Add, false) => left.add(right),
            (Binary::Add, true) => left.iadd(right),
            (Binary::Subtract, false) => left.sub(right),
            (Binary::Subtract, true) => left.isub(right),
            (Binary::Multiply, false) => left.mul(right),
            (Binary::Multiply, true) => left.imul(right),
            (Binary::MatrixMultiply, false) => left.matmul(right),
            (Binary::MatrixMultiply, true) => left.imatmul(right),
            (Binary::Divide, false) => left.true_div(right),
            (Binary::Divide, true) => left.itrue_div(right),
            (Binary::FloorDivide, false) => left.floor_div(right),
            (Binary::FloorDivide, true) => left.ifloor_div(right),
            (Binary::Remainder, false) => left.rem(right),
            (Binary::Remainder, true) => left.irem(right),
            (Binary::Power, false) => left.pow(right),
            (Binary::Power, true) => left.ipow(right),
            (Binary::ShiftLeft, false) => left.lshift(right),
            (Binary::ShiftLeft, true) => left.ilshift(right),
            (Binary::ShiftRight, false) => left.rshift(right),
            (Binary::ShiftRight, true) => left.irshift(right),
            (Binary::And, false) => left.bit_and(right),
            (Binary::And, true) => left.ibit_and(right),
            (Binary::Or, false) => left.bit_or(right),
            (Binary::Or, true) => left.ibit_or(right),
            (Binary::Xor, false) => left.bit_xor(right),
            (Binary::Xor, true) => left.ibit_xor(right),
        }
    }

    fn compare(
        &self,
        operator: Compare,
        left: &Object<'c>,
        right: &Object<'c>,
    ) -> Result<Object<'c>> {
        let name = match operator {
            // Handles do not know that numbers of PyPy are one object if they are equal.
            Compare::Is if left.is(right) || left.is_none() || right.is_none() => {
                return self.ctx.object(left.is(right));
            }
            Compare::IsNot if left.is(right) || left.is_none() || right.is_none() => {
                return self.ctx.object(!left.is(right));
            }
            Compare::Is => c"is_",
            Compare::IsNot => c"is_not",
            Compare::In => return self.ctx.object(right.contains(left)?),
            Compare::NotIn => return self.ctx.object(!right.contains(left)?),
            Compare::Less => return left.rich_compare(CmpOp::LT, right),
            Compare::LessEqual => return left.rich_compare(CmpOp::LE, right),
            Compare::Equal => return left.rich_compare(CmpOp::EQ, right),
            Compare::NotEqual => return left.rich_compare(CmpOp::NE, right),
            Compare::Greater => return left.rich_compare(CmpOp::GT, right),
            Compare::GreaterEqual => return left.rich_compare(CmpOp::GE, right),
        };
        self.in_python.operator(name)?.call((left, right))
    }

    fn truth(&self, object: &Object<'c>) -> Result<bool> {
        object.is_true()
    }

    fn call(
        &self,
        callee: &Object<'c>,
        arguments: &[Passed<'_, Object<'c>>],
    ) -> Result<Object<'c>> {
        let values: Vec<&Object<'c>> = arguments.iter().map(passed).collect();
        if arguments.iter().all(|argument| matches!(argument, Passed::Positional(_))) {
            return self.call_plainly(callee, &values);
        }
        if let Some(names) = names(arguments)
            && self.handled.borrow().is_empty()
        {
            let names: Result<Vec<_>> = names.map(|name| self.name(name)).collect();
            let names = self.ctx.tuple(&references(&names?))?;
            return callee.call_named(&values, &names);
        }
        let kinds: Vec<_> =
            arguments.iter().map(|argument| self.ctx.object(spelled(argument))).collect();
        let kinds = kinds.into_iter().collect::<Result<Vec<_>>>()?;
        let shaped = self.help(c"shaped", &references(&kinds))?;
        let all: Vec<&Object<'c>> = core::iter::once(callee).chain(values).collect();
        self.call_plainly(&shaped, &all)
    }

    fn slice(&self, parts: [&Object<'c>; 3]) -> Result<Object<'c>> {
        self.ctx.builtin(c"slice")?.call(&parts[..])
    }

    fn tuple(&self, items: &[Object<'c>]) -> Result<Object<'c>> {
        self.ctx.tuple(&references(items)).map(Object::from)
    }

    fn list(&self, items: &[Object<'c>]) -> Result<Object<'c>> {
        self.ctx.list(items).map(Object::from)
    }

    fn set(&self, items: &[Object<'c>]) -> Result<Object<'c>> {
        Set::from_items(self.ctx, items).map(Object::from)
    }

    fn dict(&self, items: &[(Object<'c>, Object<'c>)]) -> Result<Object<'c>> {
        let dict = self.ctx.dict()?;
        for (key, value) in items {
            dict.set_item(key, value)?;
        }
        Ok(dict.into())
    }

    fn list_append(&self, list: &Object<'c>, item: &Object<'c>) -> Result<()> {
        list.cast::<List<'_>>()?.append(item)
    }

    fn list_extend(&self, list: &Object<'c>, items: &Object<'c>) -> Result<()> {
        self.help(c"list_extend", &[list, items]).map(drop)
    }

    fn list_to_tuple(&self, list: &Object<'c>) -> Result<Object<'c>> {
        self.tuple(&self.items(list)?)
    }

    fn set_add(&self, set: &Object<'c>, item: &Object<'c>) -> Result<()> {
        set.call_method(c"add", (item,)).map(drop)
    }

    fn set_update(&self, set: &Object<'c>, items: &Object<'c>) -> Result<()> {
        set.call_method(c"update", (items,)).map(drop)
    }

    fn dict_insert(&self, dict: &Object<'c>, key: &Object<'c>, value: &Object<'c>) -> Result<()> {
        dict.set_item(key, value)
    }

    fn dict_update(&self, dict: &Object<'c>, items: &Object<'c>) -> Result<()> {
        self.help(c"dict_update", &[dict, items]).map(drop)
    }

    fn unpack(&self, from: &Object<'c>, count: usize) -> Result<Vec<Object<'c>>> {
        self.items(&self.help(c"unpack", &[from, &self.number(count)?])?)
    }

    fn unpack_starred(
        &self,
        from: &Object<'c>,
        before: usize,
        after: usize,
    ) -> Result<Vec<Object<'c>>> {
        let counts = [self.number(before)?, self.number(after)?];
        self.items(&self.help(c"unpack_starred", &[from, &counts[0], &counts[1]])?)
    }

    fn iterate(&self, object: &Object<'c>) -> Result<Object<'c>> {
        object.iterator()
    }

    fn next(&self, iterator: &Object<'c>) -> Result<Option<Object<'c>>> {
        if self.handled.borrow().is_empty() {
            return iterator.next_item();
        }
        let end = self.end()?;
        let next = self.ctx.builtin(c"next")?;
        let item = self.call_plainly(&next, &[iterator, end])?;
        Ok(if item.is(end) { None } else { Some(item) })
    }

    fn format(
        &self,
        value: &Object<'c>,
        conversion: Option<Conversion>,
        spec: Option<&Object<'c>>,
    ) -> Result<Object<'c>> {
        let ctx = self.ctx;
        let value = match conversion {
            None => value.clone(),
            Some(Conversion::Str) => ctx.builtin(c"str")?.call((value,))?,
            Some(Conversion::Repr) => ctx.builtin(c"repr")?.call((value,))?,
            Some(Conversion::Ascii) => ctx.builtin(c"ascii")?.call((value,))?,
        };
        let format = ctx.builtin(c"format")?;
        match spec {
            None => format.call((&value,)),
            Some(spec) => format.call((&value, spec)),
        }
    }

    fn join(&self, parts: &[Object<'c>]) -> Result<Object<'c>> {
        self.ctx.str("")?.call_method(c"join", (self.tuple(parts)?,))
    }

    fn cell(&self, content: Option<&Object<'c>>) -> Result<Object<'c>> {
        let content: Vec<_> = content.into_iter().collect();
        self.help(c"cell", &content)
    }

    fn load_cell(&self, cell: &Object<'c>) -> Result<Option<Object<'c>>> {
        let found = self.help(c"cell_content", &[cell])?;
        Ok(if found.is(self.end()?) { None } else { Some(found) })
    }

    fn store_cell(&self, cell: &Object<'c>, value: Option<&Object<'c>>) -> Result<()> {
        match value {
            Some(value) => cell.set_attr(c"cell_contents", value),
            None => self.help(c"empty_cell", &[cell]).map(drop),
        }
    }

    fn function(
        &self,
        home: &Home<'c>,
        code: &Code,
        nested: usize,
        defaults: &[Object<'c>],
        keyword_defaults: &[(&str, Object<'c>)],
        cells: &[Object<'c>],
    ) -> Result<Object<'c>> {
        let made = self.nested_code(home, code, nested)?;
        let by_name = self.ctx.dict()?;
        for (name, value) in keyword_defaults {
            by_name.set_item(*name, value)?;
        }
        let (defaults, cells) = (self.tuple(defaults)?, self.tuple(cells)?);
        self.help(c"new_function", &[&home.function, &made, &defaults, &by_name, &cells])
    }

    fn import(
        &self,
        home: &Home<'c>,
        name: &str,
        wanted: &[&str],
        level: u32,
    ) -> Result<Object<'c>> {
        let ctx = self.ctx;
        let import = match self.builtins(home)?.get("__import__")? {
            Some(import) => import,
            None => return Err(Error::import_error("__import__ not found")),
        };
        let names: Result<Vec<_>> = wanted.iter().map(|name| ctx.object(*name)).collect();
        let names = match wanted.is_empty() {
            true => ctx.none(),
            false => self.tuple(&names?)?,
        };
        let (name, level) = (ctx.object(name)?, ctx.object(level)?);
        self.call_plainly(&import, &[&name, &home.globals, &ctx.none(), &names, &level])
    }

    fn import_from(&self, module: &Object<'c>, name: &str) -> Result<Object<'c>> {
        self.help(c"import_from", &[module, &self.ctx.object(name)?])
    }

    fn special(&self, operation: Special, operands: &[Object<'c>]) -> Result<Object<'c>> {
        let name =
            std::ffi::CString::new(operation.text()).map_err(|_| Error::runtime_error("a name"))?;
        let function = self.in_python.get(&name)?;
        match operation {
            Special::Is(consumer) => {
                let name = self.ctx.object(consumer.name())?;
                function.call((&operands[0], name))
            }
            Special::IsTool(tool) => {
                let name = self.ctx.object(tool.place().1)?;
                function.call((&operands[0], name))
            }
            _ => self.call_plainly(&function, &references(operands)),
        }
    }

    fn is_generator(&self, home: &Home<'c>, code: &Code, object: &Object<'c>) -> Result<bool> {
        let plain = wrapped(object)?;
        let place = (&*code.name, code.first_line);
        let own = home.own_function(self.ctx, place, &self.in_python)?;
        let defaults = code.constants.iter().map(|default| self.constant(default));
        let defaults = self.tuple(&defaults.collect::<Result<Vec<_>>>()?)?;
        let is_it = self.in_python.get(c"is_function")?;
        let object = plain.as_ref().unwrap_or(object);
        is_it.call((object, &home.function, &own, &defaults))?.is_true()
    }

    fn matches(&self, exception: &Object<'c>, class: &Object<'c>) -> Result<bool> {
        self.help(c"matches", &[exception, class])?.is_true()
    }

    fn raise(&self, exception: Option<&Object<'c>>, cause: Option<&Object<'c>>) -> Error {
        let name = match exception {
            Some(_) => c"raising",
            None => c"raising_again",
        };
        let values: Vec<_> = exception.into_iter().chain(cause).collect();
        let outside = self.in_python.get(c"being_handled").and_then(|handled| handled.call(()));
        let raised = self.in_python.get(name).and_then(|raise| self.call_plainly(&raise, &values));
        match raised {
            Ok(raised) => {
                // What is handled already, here or by a caller, goes on as it is.
                let is_outside = outside.is_ok_and(|outside| outside.is(&raised));
                let is_handled = is_outside || !self.handled.borrow().is_empty();
                let is_again = exception.is_none() && is_handled;
                self.leaves_no_trace.set(is_again);
                Error::from_value(&raised)
            }
            Err(error) => error,
        }
    }

    fn unbound(&self, name: &str, is_free: bool) -> Error {
        match (self.ctx.object(name), self.ctx.object(is_free)) {
            (Ok(name), Ok(is_free)) => self.in_python.error(c"unbound", &[&name, &is_free]),
            (Err(error), _) | (_, Err(error)) => error,
        }
    }

    fn caught(&self, error: Error) -> Result<Object<'c>> {
        self.leaves_no_trace.set(false);
        let lost = || Error::system_error("an exception was lost: this interpreter keeps it");
        error.into_value(self.ctx).ok_or_else(lost)
    }

    fn thrown(&self, exception: &Object<'c>) -> Error {
        Error::from_value(exception)
    }

    fn ends_iteration(&self, error: Error) -> Result<()> {
        if error.is(self.ctx, exception::StopIteration) { Ok(()) } else { Err(error) }
    }

    fn enter_handler(&self, exception: &Object<'c>) {
        self.handled.borrow_mut().push(exception.clone());
    }

    fn leave_handler(&self) {
        let left = self.handled.borrow_mut().pop();
        // The exception may go now, and with it objects that call Python.
        drop(left);
    }

    fn trace(&self, error: Error, home: &Home<'c>, _code: &Code, at: Span) -> Error {
        if self.leaves_no_trace.take() {
            return error;
        }
        let value = match self.caught(error) {
            Ok(value) => value,
            Err(error) => return error,
        };
        let place = home.source.position(at);
        let place = (place.line, place.column, place.end_line, place.end_column);
        let handled = self.latest().unwrap_or_else(|| self.ctx.none());
        let add = self.in_python.get(c"traced");
        match add.and_then(|add| add.call((&value, &home.function, place, &handled))) {
            Err(error) if error.is(self.ctx, exception::KeyboardInterrupt) => error,
            // Where there is no room for it, the traceback has to do without this function.
            Ok(_) | Err(_) => Error::from_value(&value),
        }
    }

    fn trace_inside(
        &self,
        error: Error,
        home: &Home<'c>,
        code: &Code,
        nested: usize,
        at: Span,
    ) -> Error {
        let value = match self.caught(error) {
            Ok(value) => value,
            Err(error) => return error,
        };
        let place = home.source.position(at);
        let place = (place.line, place.column, place.end_line, place.end_column);
        let handled = self.latest().unwrap_or_else(|| self.ctx.none());
        let add = self.in_python.get(c"traced_inside");
        let inside = match &code.nested[nested] {
            of if of.is_outside => {
                home.own_function(self.ctx, (&of.name, of.first_line), &self.in_python)
            }
            _ => self.nested_code(home, code, nested),
        };
        let added =
            add.and_then(|add| add.call((&value, &home.function, &inside?, place, &handled)));
        match added {
            Ok(value) => Error::from_value(&value),
            Err(error) if error.is(self.ctx, exception::KeyboardInterrupt) => error,
            Err(_) => Error::from_value(&value),
        }
    }

    fn poll(&self) -> Result<()> {
        self.polls.set(self.polls.get().wrapping_add(1));
        match self.polls.get() % POLLS {
            0 => self.help(c"poll", &[]).map(drop),
            _ => Ok(()),
        }
    }

    fn take_over(&self, frame: &Frame<Self>, at: BlockId) -> Option<Taken<Self>> {
        // Machine code does not know of exceptions that are being handled.
        if !self.handled.borrow().is_empty() {
            return None;
        }
        let function = self.function.get()?;
        let own = function.borrow().ok()?;
        match own.continuations.enter((function, &own), self, frame, at) {
            Ok(going) => going.map(|going| match going {
                Going::Ended(result) => Taken::Ended(result),
                Going::On(frames, raised) => Taken::Left { frames, raised },
            }),
            Err(error) => Some(Taken::Ended(Err(error))),
        }
    }
}
