//! `HPy_BuildValue`, and the model of formats for objects.

use crate::input::Input;
use crate::shim::{Values, c_string, check_object, failure, hpy_fuzz_build_value};
use crate::value::{Value, call};
use hpy_abi::{HPy, HPyContext};
use hpy_mock::Interpreter;
use std::ffi::CString;

const UNITS: &str = "iIlLkKnfdsOS";

/// A value for one unit, as C passes it and as Python has it. `None` is a null handle.
#[derive(Debug)]
struct Item {
    unit: char,
    value: Option<Value>,
    /// What stands in the upper half of the register for a value that has 32 bits.
    upper: u32,
}

impl Item {
    fn any(input: &mut Input, unit: char) -> Item {
        let x = input.integer();
        let value = match unit {
            'i' => Value::Int((x as i32).into()),
            'I' => Value::Int((x as u32).into()),
            'l' | 'L' | 'n' => Value::Int((x as i64).into()),
            'k' | 'K' => Value::Int((x as u64).into()),
            'f' | 'd' => Value::Float(input.float()),
            's' => Value::Str(input.text(false)),
            _ => Value::any(input),
        };
        let is_null = matches!(unit, 'O' | 'S') && input.once_in(16);
        Item { unit, value: (!is_null).then_some(value), upper: input.byte().into() }
    }
}

/// A call of `HPy_BuildValue`.
#[derive(Debug)]
struct Case {
    format: String,
    items: Vec<Item>,
    failure: usize,
}

/// A row of units, with what may stand between them.
fn write_row(input: &mut Input, format: &mut String, depth: usize) {
    for _ in 0..input.below(4) {
        write_unit(input, format, depth);
        format.push_str(input.pick(&["", "", ",", ", ", " ,"]));
    }
}

fn write_unit(input: &mut Input, format: &mut String, depth: usize) {
    match input.below(12) {
        0 | 1 if depth < 3 => {
            let brackets = input.pick(&["()", "[]"]);
            format.push_str(&brackets[..1]);
            write_row(input, format, depth + 1);
            format.push_str(&brackets[1..]);
        }
        2 if depth < 3 => {
            format.push('{');
            for _ in 0..input.below(3) {
                write_unit(input, format, 2);
                format.push_str(input.pick(&[":", " : "]));
                write_unit(input, format, depth + 1);
                format.push_str(input.pick(&[",", ", ", " , "]));
            }
            format.push('}');
        }
        _ => format.push(input.letter(UNITS)),
    }
}

impl Case {
    fn any(input: &mut Input) -> Case {
        let failure = failure(input);
        let mut format = String::new();
        write_row(input, &mut format, 0);
        if input.once_in(4) {
            let noise = |input: &mut Input| input.letter("()[]{}:, NiOsz%").to_string();
            for _ in 0..=input.below(2) {
                let place = input.below(format.len() + 1);
                let end = (place + input.below(2)).min(format.len());
                let new = noise(input);
                format.replace_range(place..end, &new);
            }
        }
        let units: Vec<_> = format.chars().filter(|c| UNITS.contains(*c)).collect();
        let items = units.iter().take(Values::MOST).map(|unit| Item::any(input, *unit)).collect();
        // The rest of a format that has more units than the shim has values is left out.
        if units.len() > Values::MOST {
            format.clear();
        }
        Case { format, items, failure }
    }

    /// The values for C; what they point to must live until the call is over.
    fn values(&self, ctx: *mut HPyContext) -> (Values, Vec<CString>, Vec<HPy>) {
        let (mut values, mut texts, mut handles) = (Values::default(), Vec::new(), Vec::new());
        for item in &self.items {
            match (item.unit, &item.value) {
                ('i' | 'I', Some(Value::Int(x))) => {
                    let upper = u64::from(item.upper) << 32;
                    values.push_whole((upper | u64::from(*x as u32)) as i64);
                }
                ('f' | 'd', Some(Value::Float(x))) => values.push_real(*x),
                ('s', Some(Value::Str(text))) => {
                    texts.push(c_string(text));
                    values.push_whole(texts.last().expect("just added").as_ptr().addr() as i64);
                }
                ('O' | 'S', value) => {
                    let object = value.as_ref().map_or(HPy::NULL, |value| value.object(ctx));
                    handles.push(object);
                    values.push_whole(object.0 as i64);
                }
                (_, value) => {
                    let x = value.as_ref().and_then(Value::integer).expect("an int");
                    values.push_whole(x as i64);
                }
            }
        }
        (values, texts, handles)
    }

    fn check(&self) {
        let interpreter = Interpreter::new();
        let ctx = interpreter.context();
        let (values, texts, handles) = self.values(ctx);
        let expected = Model::of(self).whole();
        let fmt = c_string(&self.format);
        interpreter.fail_at(self.failure);
        // SAFETY: every unit of the format has a value of its type.
        let result = unsafe { hpy_fuzz_build_value(ctx, fmt.as_ptr(), &raw const values) };
        let expected = expected.map(|value| value.repr());
        let expected = expected.ok_or(vec!["SystemError", "TypeError"]);
        check_object(&interpreter, result, &expected, self.failure > 0, |h| interpreter.repr(h));
        drop(texts);
        handles.into_iter().for_each(|h| call!(ctx.ctx_Close(h)));
        interpreter.finish();
    }
}

/// The rules of formats. Nothing but `None` is said of what is wrong with one.
struct Model<'a> {
    rest: &'a [u8],
    items: std::slice::Iter<'a, Item>,
}

impl<'a> Model<'a> {
    fn of(case: &'a Case) -> Model<'a> {
        Model { rest: case.format.as_bytes(), items: case.items.iter() }
    }

    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn skip(&mut self, what: &[u8]) {
        while self.rest.first().is_some_and(|byte| what.contains(byte)) {
            self.next();
        }
    }

    fn whole(mut self) -> Option<Value> {
        let mut values = self.row(None)?;
        Some(match values.len() {
            0 => Value::None,
            1 => values.remove(0),
            _ => Value::Tuple(values),
        })
    }

    /// Units up to a bracket, or up to the end.
    fn row(&mut self, end: Option<u8>) -> Option<Vec<Value>> {
        let mut values = Vec::new();
        loop {
            self.skip(b", ");
            if self.rest.first().copied() == end {
                self.next();
                return Some(values);
            }
            values.push(self.unit()?);
        }
    }

    fn unit(&mut self) -> Option<Value> {
        match self.next()? {
            b'(' => self.row(Some(b')')).map(Value::Tuple),
            b'[' => self.row(Some(b']')).map(Value::List),
            b'{' => self.entries().map(Value::Dict),
            unit if UNITS.as_bytes().contains(&unit) => {
                let item = self.items.next().expect("there is one for each unit");
                item.value.clone()
            }
            _ => None,
        }
    }

    fn entries(&mut self) -> Option<Vec<(Value, Value)>> {
        let mut entries: Vec<(Value, Value)> = Vec::new();
        loop {
            self.skip(b" ");
            if self.rest.first() == Some(&b'}') {
                self.next();
                return Some(entries);
            }
            let key = self.unit()?;
            self.skip(b" ");
            (self.next()? == b':').then_some(())?;
            self.skip(b" ");
            let value = self.unit()?;
            is_hashable(&key).then_some(())?;
            match entries.iter_mut().find(|(known, _)| is_equal(known, &key)) {
                Some((_, known)) => *known = value,
                None => entries.push((key, value)),
            }
            self.skip(b" ");
            match self.rest.first()? {
                b',' => self.next(),
                b'}' => continue,
                _ => return None,
            };
        }
    }
}

fn is_hashable(value: &Value) -> bool {
    match value {
        Value::List(_) | Value::Dict(_) => false,
        Value::Tuple(items) => items.iter().all(is_hashable),
        _ => true,
    }
}

/// `a == b` for keys.
fn is_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Tuple(a), Value::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_equal(a, b))
        }
        _ => match (a.integer(), b.integer(), a.number(), b.number()) {
            (Some(a), Some(b), ..) => a == b,
            (.., Some(a), Some(b)) => a == b,
            _ => a.repr() == b.repr(),
        },
    }
}

pub fn fuzz(input: &mut Input) {
    let case = Case::any(input);
    crate::run(&case, || case.check());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(format: &str) -> Option<String> {
        let units = format.chars().filter(|c| UNITS.contains(*c));
        let item = |unit| Item { unit, value: Some(Value::Int(7)), upper: 0xDEAD };
        let case = Case { format: format.into(), items: units.map(item).collect(), failure: 0 };
        case.check();
        Model::of(&case).whole().map(|value| value.repr())
    }

    #[test]
    fn a_bracket_that_closes_nothing_is_an_error() {
        for format in [")", ")(", "i)(", "}i[", "(i)]", "[i)]", "{i:i)}"] {
            assert_eq!(check(format), None, "{format}");
        }
    }

    #[test]
    fn what_stands_between_units_has_no_meaning() {
        assert_eq!(check(" ,").as_deref(), Some("None"));
        assert_eq!(check(",i ").as_deref(), Some("7"));
        assert_eq!(check("i,,[ ii]{}").as_deref(), Some("(7, [7, 7], {})"));
        assert_eq!(check("{ i : (i) , }").as_deref(), Some("{7: (7,)}"));
        assert_eq!(check("{i:i,,i:i}"), None);
    }
}
