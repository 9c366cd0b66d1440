//! The operations on the objects of the small world.

use super::{Exception, Function, Object, Raised, World, is_subclass};
use pommel_jit::code::{Binary, Code, Compare, Constant, Conversion, Span, Special, Unary};
use pommel_jit::objects::{Objects, Passed};
use std::cell::RefCell;
use std::rc::Rc;

type Result<T> = core::result::Result<T, Raised>;

impl Objects for World {
    type Object = Object;
    type Error = Raised;
    type Home = ();

    fn constant(&self, constant: &Constant) -> Result<Object> {
        Ok(match constant {
            Constant::None => Object::None,
            Constant::Bool(value) => Object::Bool(*value),
            Constant::Int(value) => Object::Int(*value),
            Constant::Str(text) => Object::Str((**text).into()),
            Constant::Tuple(items) => {
                let items: Result<Vec<_>> = items.iter().map(|item| self.constant(item)).collect();
                Object::Tuple(items?.into())
            }
            _ => return Err(self.error("TypeError", "no such objects here")),
        })
    }

    fn builtin(&self, (): &(), name: &str) -> Result<Object> {
        self.find_builtin(name)
    }

    fn load_global(&self, (): &(), name: &str) -> Result<Object> {
        let known = self.globals.borrow().get(name).cloned();
        known.map_or_else(|| self.find_builtin(name), Ok)
    }

    fn store_global(&self, (): &(), name: &str, value: &Object) -> Result<()> {
        self.globals.borrow_mut().insert(name.into(), value.clone());
        Ok(())
    }

    fn delete_global(&self, (): &(), name: &str) -> Result<()> {
        let removed = self.globals.borrow_mut().remove(name);
        let error = || self.error("NameError", format!("name '{name}' is not defined"));
        removed.map(|_| ()).ok_or_else(error)
    }

    fn load_attribute(&self, object: &Object, name: &str) -> Result<Object> {
        let known = match object {
            Object::Thing(thing) => thing.attributes.borrow().get(name).cloned(),
            Object::Exception(exception) if name == "__context__" => {
                Some(exception.context.borrow().clone().unwrap_or(Object::None))
            }
            _ => None,
        };
        let class = object.class();
        let text = format!("'{class}' object has no attribute '{name}'");
        known.ok_or_else(|| self.error("AttributeError", text))
    }

    fn store_attribute(&self, object: &Object, name: &str, value: &Object) -> Result<()> {
        let Object::Thing(thing) = object else {
            return Err(self.error("AttributeError", "no attributes"));
        };
        thing.attributes.borrow_mut().insert(name.into(), value.clone());
        Ok(())
    }

    fn delete_attribute(&self, object: &Object, name: &str) -> Result<()> {
        self.load_attribute(object, name)?;
        if let Object::Thing(thing) = object {
            thing.attributes.borrow_mut().remove(name);
        }
        Ok(())
    }

    fn load_item(&self, object: &Object, key: &Object) -> Result<Object> {
        match (object, key) {
            (Object::Dict(items), _) => {
                let items = items.borrow();
                let found = items.iter().find(|(known, _)| known.is_equal(key));
                found.map(|(_, v)| v.clone()).ok_or_else(|| self.error("KeyError", key.repr()))
            }
            (Object::List(_) | Object::Tuple(_), Object::Int(index)) => {
                let items = self.items(object)?;
                let class = object.class();
                let from_end = items.len() as i64 + index;
                let place = if *index < 0 { from_end } else { *index };
                let item = usize::try_from(place).ok().and_then(|place| items.get(place));
                let text = format!("{class} index out of range");
                item.cloned().ok_or_else(|| self.error("IndexError", text))
            }
            _ => Err(self.error("TypeError", "no items")),
        }
    }

    fn store_item(&self, object: &Object, key: &Object, value: &Object) -> Result<()> {
        match (object, key) {
            (Object::Dict(_), _) => self.dict_insert(object, key, value),
            (Object::List(items), Object::Int(index)) => {
                let mut items = items.borrow_mut();
                let item = usize::try_from(*index).ok().and_then(|index| items.get_mut(index));
                let text = "list assignment index out of range";
                *item.ok_or_else(|| self.error("IndexError", text))? = value.clone();
                Ok(())
            }
            _ => Err(self.error("TypeError", "no items")),
        }
    }

    fn delete_item(&self, object: &Object, key: &Object) -> Result<()> {
        self.load_item(object, key)?;
        match (object, key) {
            (Object::List(items), Object::Int(index)) => {
                items.borrow_mut().remove(*index as usize);
            }
            (Object::Dict(items), _) => {
                items.borrow_mut().retain(|(known, _)| !known.is_equal(key))
            }
            _ => {}
        }
        Ok(())
    }

    fn unary(&self, operator: Unary, operand: &Object) -> Result<Object> {
        match (operator, operand) {
            (Unary::Not, _) => Ok(Object::Bool(!operand.is_true())),
            (Unary::Negative, Object::Int(value)) => Ok(Object::Int(-value)),
            (Unary::Positive, Object::Int(value)) => Ok(Object::Int(*value)),
            (Unary::Invert, Object::Int(value)) => Ok(Object::Int(!value)),
            _ => Err(self.error("TypeError", "bad operand")),
        }
    }

    fn binary(
        &self,
        operator: Binary,
        in_place: bool,
        left: &Object,
        right: &Object,
    ) -> Result<Object> {
        match (operator, left, right) {
            (Binary::Add, Object::List(_), _) if in_place => {
                self.list_extend(left, right)?;
                Ok(left.clone())
            }
            (Binary::Add, Object::List(a), Object::List(b)) => {
                let items = a.borrow().iter().chain(b.borrow().iter()).cloned().collect();
                Ok(Object::List(Rc::new(RefCell::new(items))))
            }
            (Binary::Add, Object::Str(a), Object::Str(b)) => {
                Ok(Object::Str(format!("{a}{b}").into()))
            }
            (_, Object::Int(a), Object::Int(b)) => {
                let zero = matches!(operator, Binary::FloorDivide | Binary::Remainder) && *b == 0;
                if zero {
                    return Err(
                        self.error("ZeroDivisionError", "integer division or modulo by zero")
                    );
                }
                Ok(Object::Int(match operator {
                    Binary::Add => a + b,
                    Binary::Subtract => a - b,
                    Binary::Multiply => a * b,
                    Binary::FloorDivide => a.div_euclid(*b),
                    Binary::Remainder => a.rem_euclid(*b),
                    _ => return Err(self.error("TypeError", "no such operator here")),
                }))
            }
            _ => {
                let (text, a, b) = (operator.text(), left.class(), right.class());
                let equals = if in_place { "=" } else { "" };
                let text =
                    format!("unsupported operand type(s) for {text}{equals}: '{a}' and '{b}'");
                Err(self.error("TypeError", text))
            }
        }
    }

    fn compare(&self, operator: Compare, left: &Object, right: &Object) -> Result<Object> {
        let order = |decide: fn(&i64, &i64) -> bool| match (left, right) {
            (Object::Int(a), Object::Int(b)) => Ok(decide(a, b)),
            _ => Err(self.error("TypeError", "not in order")),
        };
        let is_in = || Ok(self.items(right)?.iter().any(|item| item.is_equal(left)));
        let is_same = matches!((left, right), (Object::None, Object::None));
        Ok(Object::Bool(match operator {
            Compare::Less => order(i64::lt)?,
            Compare::LessEqual => order(i64::le)?,
            Compare::Greater => order(i64::gt)?,
            Compare::GreaterEqual => order(i64::ge)?,
            Compare::Equal => left.is_equal(right),
            Compare::NotEqual => !left.is_equal(right),
            Compare::Is => is_same,
            Compare::IsNot => !is_same,
            Compare::In => is_in()?,
            Compare::NotIn => !is_in()?,
        }))
    }

    fn truth(&self, object: &Object) -> Result<bool> {
        Ok(object.is_true())
    }

    fn call(&self, callee: &Object, arguments: &[Passed<'_, Object>]) -> Result<Object> {
        let mut given = vec![];
        for argument in arguments {
            match argument {
                Passed::Positional(value) => given.push((*value).clone()),
                Passed::Starred(values) => given.extend(self.items(values)?),
                _ => return Err(self.error("TypeError", "no keywords here")),
            }
        }
        match callee {
            Object::Builtin(name) => self.call_builtin(name, &given),
            Object::Class(class) => {
                let text = given.first().map(Object::text).unwrap_or_default();
                let Raised(exception) = self.error(class, text);
                exception.context.replace(None);
                Ok(Object::Exception(exception))
            }
            Object::Function(function) => {
                let count = function.code.parameters.positional as usize;
                let missing = count.saturating_sub(given.len()).min(function.defaults.len());
                let from = function.defaults.len() - missing;
                given.extend(function.defaults[from..].iter().cloned());
                self.call_code(&function.code, &given, &function.cells)
            }
            _ => {
                let class = callee.class();
                Err(self.error("TypeError", format!("'{class}' object is not callable")))
            }
        }
    }

    fn slice(&self, parts: [&Object; 3]) -> Result<Object> {
        Ok(Object::Slice(Rc::new(parts.map(Object::clone))))
    }

    fn tuple(&self, items: &[Object]) -> Result<Object> {
        Ok(Object::Tuple(items.into()))
    }

    fn list(&self, items: &[Object]) -> Result<Object> {
        Ok(Object::List(Rc::new(RefCell::new(items.to_vec()))))
    }

    fn set(&self, items: &[Object]) -> Result<Object> {
        let set = Object::Set(Rc::default());
        items.iter().try_for_each(|item| self.set_add(&set, item))?;
        Ok(set)
    }

    fn dict(&self, items: &[(Object, Object)]) -> Result<Object> {
        let dict = Object::Dict(Rc::default());
        items.iter().try_for_each(|(key, value)| self.dict_insert(&dict, key, value))?;
        Ok(dict)
    }

    fn list_append(&self, list: &Object, item: &Object) -> Result<()> {
        self.list_extend(list, &Object::Tuple([item.clone()].into()))
    }

    fn list_extend(&self, list: &Object, items: &Object) -> Result<()> {
        let items = self.items(items)?;
        let Object::List(list) = list else { return Err(self.error("TypeError", "no list")) };
        list.borrow_mut().extend(items);
        Ok(())
    }

    fn list_to_tuple(&self, list: &Object) -> Result<Object> {
        Ok(Object::Tuple(self.items(list)?.into()))
    }

    fn set_add(&self, set: &Object, item: &Object) -> Result<()> {
        let Object::Set(set) = set else { return Err(self.error("TypeError", "no set")) };
        let is_there = set.borrow().iter().any(|known| known.is_equal(item));
        if !is_there {
            set.borrow_mut().push(item.clone());
        }
        Ok(())
    }

    fn set_update(&self, set: &Object, items: &Object) -> Result<()> {
        self.items(items)?.iter().try_for_each(|item| self.set_add(set, item))
    }

    fn dict_insert(&self, dict: &Object, key: &Object, value: &Object) -> Result<()> {
        let Object::Dict(dict) = dict else { return Err(self.error("TypeError", "no dict")) };
        let mut items = dict.borrow_mut();
        match items.iter_mut().find(|(known, _)| known.is_equal(key)) {
            Some((_, known)) => *known = value.clone(),
            None => items.push((key.clone(), value.clone())),
        }
        Ok(())
    }

    fn dict_update(&self, dict: &Object, items: &Object) -> Result<()> {
        let Object::Dict(items) = items else { return Err(self.error("TypeError", "no dict")) };
        let items = items.borrow().clone();
        items.iter().try_for_each(|(key, value)| self.dict_insert(dict, key, value))
    }

    fn unpack(&self, from: &Object, count: usize) -> Result<Vec<Object>> {
        let items = self.items(from)?;
        if items.len() == count {
            return Ok(items);
        }
        Err(self.error("ValueError", format!("{} values, not {count}", items.len())))
    }

    fn unpack_starred(&self, from: &Object, before: usize, after: usize) -> Result<Vec<Object>> {
        let mut items = self.items(from)?;
        if items.len() < before + after {
            return Err(self.error("ValueError", "not enough values to unpack"));
        }
        let last = items.split_off(items.len() - after);
        let rest = items.split_off(before);
        items.push(self.list(&rest)?);
        items.extend(last);
        Ok(items)
    }

    fn iterate(&self, object: &Object) -> Result<Object> {
        match object {
            Object::Iterator(_) => Ok(object.clone()),
            _ => {
                let items = self.items(object)?;
                Ok(Object::Iterator(Rc::new(RefCell::new(items.into_iter()))))
            }
        }
    }

    fn next(&self, iterator: &Object) -> Result<Option<Object>> {
        match iterator {
            Object::Iterator(rest) => Ok(rest.borrow_mut().next()),
            _ => Err(self.error("TypeError", "no iterator")),
        }
    }

    fn format(
        &self,
        value: &Object,
        conversion: Option<Conversion>,
        spec: Option<&Object>,
    ) -> Result<Object> {
        let text = match conversion {
            Some(Conversion::Repr | Conversion::Ascii) => value.repr(),
            _ => value.text(),
        };
        let width = spec.and_then(|spec| spec.text().parse::<usize>().ok()).unwrap_or(0);
        let text = match value {
            Object::Int(_) if conversion.is_none() => format!("{text:>width$}"),
            _ => format!("{text:<width$}"),
        };
        Ok(Object::Str(text.into()))
    }

    fn join(&self, parts: &[Object]) -> Result<Object> {
        Ok(Object::Str(parts.iter().map(Object::text).collect::<String>().into()))
    }

    fn cell(&self, content: Option<&Object>) -> Result<Object> {
        Ok(Object::Cell(Rc::new(RefCell::new(content.cloned()))))
    }

    fn load_cell(&self, cell: &Object) -> Result<Option<Object>> {
        match cell {
            Object::Cell(content) => Ok(content.borrow().clone()),
            _ => Err(self.error("TypeError", "no cell")),
        }
    }

    fn store_cell(&self, cell: &Object, value: Option<&Object>) -> Result<()> {
        let Object::Cell(content) = cell else { return Err(self.error("TypeError", "no cell")) };
        content.replace(value.cloned());
        Ok(())
    }

    fn function(
        &self,
        (): &(),
        code: &Code,
        nested: usize,
        defaults: &[Object],
        _keyword_defaults: &[(&str, Object)],
        cells: &[Object],
    ) -> Result<Object> {
        let code = code.nested[nested].clone();
        Ok(Object::Function(Rc::new(Function {
            code,
            defaults: defaults.to_vec(),
            cells: cells.to_vec(),
        })))
    }

    fn import(&self, (): &(), name: &str, _wanted: &[&str], _level: u32) -> Result<Object> {
        self.call_builtin("thing", &[Object::Str(name.into())])
    }

    fn import_from(&self, module: &Object, name: &str) -> Result<Object> {
        self.load_attribute(module, name)
    }

    fn special(&self, operation: Special, operands: &[Object]) -> Result<Object> {
        match (operation, operands) {
            // Builtins of this world take no generator expressions.
            (Special::Is(_) | Special::IsTool(_), _) => Ok(Object::Bool(false)),
            (Special::ToStr, [value]) => self.format(value, Some(Conversion::Str), None),
            (Special::ToRepr, [value]) => self.format(value, Some(Conversion::Repr), None),
            (Special::ToAscii, [value]) => self.format(value, Some(Conversion::Ascii), None),
            _ => Err(self.error("TypeError", format!("no `{}` here", operation.text()))),
        }
    }

    fn matches(&self, exception: &Object, class: &Object) -> Result<bool> {
        match class {
            Object::Class(class) => Ok(is_subclass(exception.class(), class)),
            Object::Tuple(classes) => {
                let mut matches = false;
                for class in classes.iter() {
                    matches |= self.matches(exception, class)?;
                }
                Ok(matches)
            }
            _ => Err(self.error(
                "TypeError",
                "catching classes that do not inherit from BaseException is not allowed",
            )),
        }
    }

    fn raise(&self, exception: Option<&Object>, _cause: Option<&Object>) -> Raised {
        match exception {
            Some(Object::Exception(exception)) => {
                let handled = self.handled.borrow().last().cloned();
                let is_itself = matches!(
                    &handled, Some(Object::Exception(handled)) if Rc::ptr_eq(handled, exception)
                );
                if !is_itself {
                    exception.context.replace(handled);
                }
                Raised(exception.clone())
            }
            Some(Object::Class(class)) => self.error(class, ""),
            Some(_) => self.error("TypeError", "exceptions must derive from BaseException"),
            None => match self.handled.borrow().last() {
                Some(Object::Exception(exception)) => Raised(exception.clone()),
                _ => self.error("RuntimeError", "No active exception to reraise"),
            },
        }
    }

    fn unbound(&self, name: &str, is_free: bool) -> Raised {
        if is_free {
            let text = format!(
                "cannot access free variable '{name}' where it is not associated with a value \
                 in enclosing scope"
            );
            return self.error("NameError", text);
        }
        let text = format!(
            "cannot access local variable '{name}' where it is not associated with a value"
        );
        self.error("UnboundLocalError", text)
    }

    fn caught(&self, Raised(exception): Raised) -> Result<Object> {
        Ok(Object::Exception(exception))
    }

    fn thrown(&self, exception: &Object) -> Raised {
        match exception {
            Object::Exception(exception) => Raised(Rc::<Exception>::clone(exception)),
            _ => self.error("TypeError", "no exception"),
        }
    }

    fn enter_handler(&self, exception: &Object) {
        self.handled.borrow_mut().push(exception.clone());
    }

    fn leave_handler(&self) {
        self.handled.borrow_mut().pop().expect("a handler was entered");
    }

    fn trace(&self, error: Raised, (): &(), _code: &Code, at: Span) -> Raised {
        error.0.lines.borrow_mut().push(self.line(at));
        error
    }

    fn trace_inside(
        &self,
        error: Raised,
        (): &(),
        code: &Code,
        _nested: usize,
        at: Span,
    ) -> Raised {
        self.trace(error, &(), code, at)
    }

    fn poll(&self) -> Result<()> {
        self.polls.set(self.polls.get() + 1);
        match self.interrupt == Some(self.polls.get()) {
            true => Err(self.error("KeyboardInterrupt", "")),
            false => Ok(()),
        }
    }
}
