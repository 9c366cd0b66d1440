//! `HPyArg_ParseKeywords` and `HPyArg_ParseKeywordsDict`: one model, two ways to pass keyword
//! arguments.

use crate::input::Input;
use crate::parse::{Expected, Format, Units, Variables, argument, convert};
use crate::shim::{
    Raised, VARIABLES, c_string, failure, hpy_fuzz_parse_keywords, hpy_fuzz_parse_keywords_dict,
};
use crate::value::{Value, call};
use hpy_abi::{HPy, HPyContext, HPyTracker};
use hpy_mock::Interpreter;
use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr::{null, null_mut};

/// How keyword arguments are passed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// A tuple of names, whose values stand behind the positional arguments.
    Tuple,
    Dict,
    /// A null handle: there are none.
    Null,
}

/// A call of one of the two functions.
#[derive(Debug)]
struct Case {
    format: Format,
    /// The names of the parameters.
    names: Vec<String>,
    positional: Vec<Option<Value>>,
    given: Vec<(String, Value)>,
    way: Way,
    tracker: bool,
    failure: usize,
}

/// The name of the n-th parameter; those for positional arguments only have none.
fn name(i: usize, nameless: usize) -> String {
    let name = ["a", "b", "self", "é", "a1", "x", "y", "z"][i % 8];
    if i < nameless { String::new() } else { name.into() }
}

impl Case {
    fn any(input: &mut Input) -> Case {
        let mut format = Format::any(input);
        let failure = failure(input);
        let tracker = !input.once_in(8);
        if !tracker {
            format.units = format.units.replace('O', input.pick(&["i", "O"]));
        }
        let units: Vec<char> = Units::new(&format, true).collect();
        let nameless = if input.once_in(3) { input.below(3) } else { 0 };
        let mut names: Vec<_> = (0..units.len()).map(|i| name(i, nameless)).collect();
        match input.below(24) {
            0 => names.truncate(units.len().saturating_sub(1)),
            1 => names.push("more".into()),
            2 => names.push(String::new()),
            _ => {}
        }
        let way = input.pick(&[Way::Tuple, Way::Dict, Way::Tuple, Way::Dict, Way::Null]);
        let by_position = if way == Way::Null { units.len() } else { input.below(4) };
        let by_position = by_position.min(units.len());
        let mut positional: Vec<_> =
            units[..by_position].iter().map(|unit| argument(input, *unit)).collect();
        let mut given = Vec::new();
        for (i, unit) in units.iter().enumerate().skip(by_position) {
            // What is missing most of the time may be missing.
            let unnamed = names.get(i).is_none_or(String::is_empty);
            if way == Way::Null || unnamed || input.once_in(6) {
                continue;
            }
            let value = argument(input, *unit).unwrap_or(Value::None);
            given.push((names[i].clone(), value));
        }
        match input.below(16) {
            0 => positional.push(Some(Value::None)),
            1 => given.push(("unknown".into(), Value::None)),
            2 => given.push((name(input.below(8), 0) + "\0", Value::Int(1))),
            3 => given.push((name(input.below(8), 0), Value::Int(1))),
            4 => given.reverse(),
            5 => given.push((String::new(), Value::Int(1))),
            _ => {}
        }
        // Python passes no name twice.
        let mut known = Vec::new();
        given.retain(|(name, _)| !known.contains(name) && (known.push(name.clone()), true).1);
        if way == Way::Null {
            given.clear();
        }
        Case { format, names, positional, given, way, tracker, failure }
    }

    /// What the C function must do, and the arguments of the units so far.
    fn model(&self) -> (Expected, Vec<Option<Value>>) {
        let (mut variables, mut args) = (Vec::new(), Vec::new());
        let raised = self.try_model(&mut variables, &mut args).err();
        (Expected { variables, raised }, args)
    }

    fn try_model(
        &self,
        variables: &mut Vec<Option<crate::parse::Out>>,
        args: &mut Vec<Option<Value>>,
    ) -> Result<(), Raised> {
        let fail = |ty, message| Err(self.format.raised(ty, message));
        if self.names.iter().skip_while(|name| name.is_empty()).any(String::is_empty) {
            return fail("SystemError", "empty keyword parameter name");
        }
        let mut units = Units::new(&self.format, true);
        let mut taken = 0;
        while let Some(unit) = units.next() {
            let i = variables.len();
            let Some(name) = self.names.get(i) else {
                return fail("TypeError", "mismatched args (too few keywords for fmt)");
            };
            if unit == 'O' && !self.tracker {
                return fail(
                    "SystemError",
                    "HPyArg_ParseKeywords cannot use the format character 'O' unless an \
                     HPyTracker is provided. Please supply an HPyTracker.",
                );
            }
            let arg = if let Some(arg) = self.positional.get(i) {
                if units.keyword_only {
                    return fail(
                        "TypeError",
                        "keyword only argument passed as positional argument",
                    );
                }
                arg.as_ref()
            } else {
                let found = self.given.iter().find(|(given, _)| given == name && !name.is_empty());
                taken += usize::from(found.is_some());
                found.map(|(_, value)| value)
            };
            if arg.is_none() && !units.optional {
                return fail("TypeError", "no value for required argument");
            }
            variables.push(convert(&self.format, unit, arg)?);
            args.push(arg.cloned());
        }
        match () {
            _ if self.names.len() > variables.len() => {
                fail("TypeError", "mismatched args (too many keywords for fmt)")
            }
            _ if self.positional.len() > self.names.len() => {
                fail("TypeError", "mismatched args (too many arguments for fmt)")
            }
            _ if taken < self.given.len() => fail(
                "TypeError",
                "got a keyword argument that is unexpected or was also given by position",
            ),
            _ => Ok(()),
        }
    }

    /// The arguments as the C functions take them: the array, and what says the names.
    fn arguments(&self, ctx: *mut HPyContext) -> (Vec<HPy>, HPy) {
        let positional = self.positional.iter();
        let mut handles: Vec<HPy> =
            positional.map(|arg| arg.as_ref().map_or(HPy::NULL, |arg| arg.object(ctx))).collect();
        let named = |name: &String| Value::Str(name.clone());
        let keywords = match self.way {
            Way::Null => HPy::NULL,
            Way::Dict => {
                let entries = self.given.iter().map(|(name, value)| (named(name), value.clone()));
                Value::Dict(entries.collect()).object(ctx)
            }
            Way::Tuple => {
                handles.extend(self.given.iter().map(|(_, value)| value.object(ctx)));
                Value::Tuple(self.given.iter().map(|(name, _)| named(name)).collect()).object(ctx)
            }
        };
        (handles, keywords)
    }

    /// Calls the C function.
    fn call(
        &self,
        ctx: *mut HPyContext,
        tracker: *mut HPyTracker,
        (handles, keywords): (&[HPy], HPy),
        out: [*mut c_void; VARIABLES],
    ) -> c_int {
        let names: Vec<CString> = self.names.iter().map(|name| c_string(name)).collect();
        let names: Vec<*const c_char> =
            names.iter().map(|name| name.as_ptr()).chain([null()]).collect();
        let fmt = c_string(&(self.format.units.clone() + &self.format.tail));
        let function = match self.way {
            Way::Dict => hpy_fuzz_parse_keywords_dict,
            Way::Tuple | Way::Null => hpy_fuzz_parse_keywords,
        };
        let (args, nargs) = (handles.as_ptr(), self.positional.len());
        // SAFETY: there are as many variables as the shim passes on, each large enough for any
        // unit, and no format has more units; the names end with a null pointer.
        unsafe {
            function(
                ctx,
                tracker,
                args,
                nargs,
                keywords,
                fmt.as_ptr(),
                names.as_ptr(),
                out.as_ptr(),
            )
        }
    }

    fn check(&self) {
        let interpreter = Interpreter::new();
        let ctx = interpreter.context();
        let (handles, keywords) = self.arguments(ctx);
        let mut variables = Variables::new();
        let mut tracker = HPyTracker(0);
        let ht = if self.tracker { &raw mut tracker } else { null_mut() };
        interpreter.fail_at(self.failure);
        let done = self.call(ctx, ht, (&handles, keywords), variables.pointers());
        interpreter.fail_at(0);
        let error = interpreter.take_error();
        let (expected, args) = self.model();
        if expected.check(done, error.as_deref(), self.failure > 0) {
            // An object has a handle of its own.
            variables.check(&expected.variables, done == 0, |i, h| {
                assert!(!handles.contains(&h), "variable {i} is the caller's handle");
                let arg = args[i].as_ref().expect("it was converted");
                assert_eq!(interpreter.repr(h), arg.repr());
            });
        }
        if self.tracker && done == 1 {
            call!(ctx.ctx_Tracker_Close(tracker));
        }
        handles.into_iter().chain([keywords]).for_each(|h| call!(ctx.ctx_Close(h)));
        interpreter.finish();
    }
}

pub fn fuzz(input: &mut Input) {
    let case = Case::any(input);
    crate::run(&case, || case.check());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_nul_is_another_name() {
        for way in [Way::Tuple, Way::Dict] {
            let case = Case {
                format: Format { units: "|O".into(), tail: ":f".into() },
                names: vec!["a".into()],
                positional: Vec::new(),
                given: vec![("a\0".into(), Value::Int(1))],
                way,
                tracker: true,
                failure: 0,
            };
            let raised = case.model().0.raised.expect("nobody asked for this argument");
            assert!(raised.message.is_some_and(|message| message.contains("unexpected")));
            case.check();
        }
    }

    #[test]
    fn every_failing_call_leaves_nothing_open() {
        for n in 2..32 {
            Case {
                format: Format { units: "O|$Osi".into(), tail: String::new() },
                names: ["", "a", "b", "c"].map(String::from).into(),
                positional: vec![Some(Value::None)],
                given: ["c", "b", "a"].map(|name| (name.into(), Value::Str(name.into()))).into(),
                way: if n % 2 == 0 { Way::Tuple } else { Way::Dict },
                tracker: true,
                failure: n / 2,
            }
            .check();
        }
    }
}
