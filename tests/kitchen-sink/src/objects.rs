//! Classes: constructors, receivers, properties, protocols of containers, subclassing.

use pommel::prelude::*;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

static COUNTERS: AtomicI64 = AtomicI64::new(0);

/// Counts.
///
/// The text behind the first paragraph.
#[class]
pub struct Counter {
    value: i64,
    step: i64,
    label: String,
}

#[methods]
impl Counter {
    #[new]
    #[signature(value = 0, *, step = 1, label = "counter".to_owned())]
    fn new(value: i64, step: i64, label: String) -> Counter {
        COUNTERS.fetch_add(1, Relaxed);
        Counter { value, step, label }
    }

    /// One step, or several.
    #[signature(times = 1)]
    fn count(&mut self, times: i64) -> i64 {
        self.value += times * self.step;
        self.value
    }

    /// The value.
    #[getter]
    fn value(&self) -> i64 {
        self.value
    }

    #[setter]
    fn set_value(&mut self, value: i64) -> Result<()> {
        if value < 0 {
            return Err(Error::value_error("a counter does not go below 0"));
        }
        self.value = value;
        Ok(())
    }

    #[getter]
    fn get_label(&self) -> &str {
        &self.label
    }

    #[getter]
    #[name = "class"]
    fn own_class<'c>(this: &Instance<'c, Self>) -> String {
        this.type_name()
    }

    #[setter]
    fn set_secret(&mut self, value: i64) {
        self.value = -value;
    }

    #[staticmethod]
    #[signature(a, b = 10)]
    fn product(a: i64, b: i64) -> i64 {
        a * b
    }

    /// Another constructor.
    #[classmethod]
    #[signature(text, *, step = 1)]
    fn parse<'c>(cls: &Type<'c>, text: &str, step: i64) -> Result<Object<'c>> {
        let (value, step) = (cls.ctx().object(text.parse::<i64>()?)?, cls.ctx().object(step)?);
        cls.call_with((value,), &[("step", &step)])
    }

    #[classmethod]
    fn class_name(cls: &Type<'_>) -> String {
        cls.name()
    }

    /// Calls `callback` with the counter while it is being changed.
    fn while_changing<'c>(&mut self, callback: &Object<'c>) -> Result<Object<'c>> {
        self.value += 1;
        callback.call(())
    }

    /// Calls `callback` while the counter is being looked at.
    fn while_looking<'c>(&self, callback: &Object<'c>) -> Result<(Object<'c>, i64)> {
        Ok((callback.call(())?, self.value))
    }

    /// Calls `callback` between two changes, each of which borrows the struct for itself.
    fn between<'c>(this: &Instance<'c, Self>, callback: &Object<'c>) -> Result<i64> {
        this.borrow_mut()?.value += 1;
        callback.call((this,))?;
        this.borrow_mut()?.value += 1;
        Ok(this.borrow()?.value)
    }

    /// Adds another counter, which may be the same.
    fn absorb(&mut self, other: &Counter) {
        self.value += other.value;
    }

    /// The same with the borrows the other way round.
    fn pour_into(&self, other: &mut Counter) {
        other.value += self.value;
    }

    fn __iadd__(&mut self, other: &Counter) {
        self.value += other.value;
    }

    fn __eq__(&self, other: &Counter) -> bool {
        self.value == other.value
    }

    fn __bool__(&self) -> bool {
        self.value != 0
    }

    fn __repr__(&self) -> String {
        format!("Counter({}, step={}, label={:?})", self.value, self.step, self.label)
    }

    /// Not for Python.
    #[skip]
    #[allow(dead_code)]
    fn hidden(&self) {}
}

impl Drop for Counter {
    fn drop(&mut self) {
        COUNTERS.fetch_sub(1, Relaxed);
    }
}

/// How many counters there are.
#[function]
pub fn live_counters() -> i64 {
    COUNTERS.load(Relaxed)
}

/// Only Rust makes instances.
#[class]
pub struct Sealed {
    number: i64,
}

#[methods]
impl Sealed {
    #[staticmethod]
    fn make(number: i64) -> Sealed {
        Sealed { number }
    }

    fn number(&self) -> i64 {
        self.number
    }
}

/// A class without anything.
#[class]
pub struct Unit;

#[methods]
impl Unit {
    #[new]
    fn new() -> Unit {
        Unit
    }
}

/// For Python to inherit from.
#[class(subclass)]
pub struct Base {
    number: i64,
    words: Vec<String>,
}

#[methods]
impl Base {
    #[new]
    #[signature(number = 7, words = Vec::new())]
    fn new(number: i64, words: Vec<String>) -> Base {
        Base { number, words }
    }

    #[getter]
    fn number(&self) -> i64 {
        self.number
    }

    #[setter]
    fn set_number(&mut self, number: i64) {
        self.number = number;
    }

    fn words(&self) -> Vec<String> {
        self.words.clone()
    }

    /// For subclasses to override.
    fn name(&self) -> &'static str {
        "base"
    }

    /// Calls `name` the way Python does, so that the override is found.
    fn greet(this: &Instance<'_, Self>) -> Result<String> {
        let name: String = this.call_method(c"name", ())?.extract()?;
        Ok(format!("I am {name} number {}", this.borrow()?.number))
    }

    fn __len__(&self) -> usize {
        self.words.len()
    }

    fn __repr__(this: &Instance<'_, Self>) -> Result<String> {
        Ok(format!("{}({})", this.type_name(), this.borrow()?.number))
    }
}

/// Called like a function.
#[class]
pub struct Greeter {
    greeting: String,
}

#[methods]
impl Greeter {
    #[new]
    fn new(greeting: String) -> Greeter {
        Greeter { greeting }
    }

    #[signature(name, /, *more, mark = "!", **rest)]
    fn __call__(
        &self,
        name: &str,
        more: pommel::Args<'_, '_>,
        mark: &str,
        rest: Option<Dict<'_>>,
    ) -> Result<String> {
        let rest = rest.map_or(Ok(0), |rest| rest.len())?;
        Ok(format!("{} {name}{mark} {} {rest}", self.greeting, more.len()))
    }

    fn __str__(&self) -> &str {
        &self.greeting
    }

    fn __repr__(&self) -> String {
        format!("<{}>", self.greeting)
    }

    fn __hash__(&self) -> u64 {
        u64::MAX
    }
}

/// A sequence: an index is a position.
#[class]
pub struct Sequence {
    items: Vec<i64>,
}

impl Sequence {
    fn position(&self, index: isize) -> Result<usize> {
        let len = self.items.len();
        let found = if index < 0 { index.checked_add_unsigned(len) } else { Some(index) };
        found
            .and_then(|index| usize::try_from(index).ok())
            .filter(|index| *index < len)
            .ok_or_else(|| Error::index_error(format!("index {index} is out of range")))
    }
}

#[methods]
impl Sequence {
    #[new]
    fn new(items: Vec<i64>) -> Sequence {
        Sequence { items }
    }

    fn __len__(&self) -> usize {
        self.items.len()
    }

    fn __getitem__(&self, index: isize) -> Result<i64> {
        Ok(self.items[self.position(index)?])
    }

    fn __setitem__(&mut self, index: isize, value: i64) -> Result<()> {
        let position = self.position(index)?;
        self.items[position] = value;
        Ok(())
    }

    fn __delitem__(&mut self, index: isize) -> Result<()> {
        let position = self.position(index)?;
        self.items.remove(position);
        Ok(())
    }

    fn __contains__(&self, value: i64) -> bool {
        self.items.contains(&value)
    }
}

/// A mapping, with keys of any kind.
#[class]
pub struct Registry {
    entries: Vec<(String, i64)>,
}

#[methods]
impl Registry {
    #[new]
    fn new() -> Registry {
        Registry { entries: Vec::new() }
    }

    fn __len__(&self) -> usize {
        self.entries.len()
    }

    fn __getitem__(&self, key: &str) -> Result<i64> {
        let found = self.entries.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| *value).ok_or_else(|| Error::key_error(key))
    }

    fn __setitem__(&mut self, key: String, value: i64) {
        self.entries.retain(|(name, _)| *name != key);
        self.entries.push((key, value));
    }

    fn __delitem__(&mut self, key: &str) -> Result<()> {
        let before = self.entries.len();
        self.entries.retain(|(name, _)| name != key);
        if self.entries.len() == before { Err(Error::key_error(key)) } else { Ok(()) }
    }

    fn __contains__(&self, key: &Object<'_>) -> Result<bool> {
        let Ok(key) = key.extract::<String>() else { return Ok(false) };
        Ok(self.entries.iter().any(|(name, _)| *name == key))
    }

    fn __iter__(&self) -> Words {
        Words { rest: self.entries.iter().map(|(name, _)| name.clone()).rev().collect() }
    }
}

/// A read-only container that says how it is empty.
#[class]
pub struct Stack {
    items: i64,
}

#[methods]
impl Stack {
    #[new]
    fn new(items: i64) -> Stack {
        Stack { items }
    }

    fn __getitem__(&self, index: usize) -> Result<usize> {
        if (index as i64) < self.items {
            return Ok(index * 10);
        }
        Err(Error::index_error("no such item"))
    }

    fn __bool__(&self) -> Result<bool> {
        match self.items {
            ..0 => Err(Error::value_error("a stack of negative size is neither")),
            items => Ok(items > 0),
        }
    }

    fn __len__(&self) -> Result<usize> {
        Ok(usize::try_from(self.items)?)
    }
}

/// An iterator of its own.
#[class]
pub struct Words {
    rest: Vec<String>,
}

#[methods]
impl Words {
    #[new]
    fn new(text: &str) -> Words {
        Words { rest: text.split_whitespace().map(str::to_owned).rev().collect() }
    }

    fn __iter__<'c>(this: &Instance<'c, Self>) -> Instance<'c, Self> {
        this.clone()
    }

    fn __next__(&mut self) -> Option<String> {
        self.rest.pop()
    }
}

/// An iterator of numbers.
#[class]
pub struct Countdown {
    next: u32,
}

#[methods]
impl Countdown {
    #[new]
    fn new(next: u32) -> Countdown {
        Countdown { next }
    }

    fn __iter__(this: &Instance<'_, Self>) -> Result<Countdown> {
        Ok(Countdown { next: this.borrow()?.next })
    }

    fn __next__(&mut self) -> Option<u32> {
        let next = self.next.checked_sub(1)?;
        self.next = next;
        Some(next)
    }
}

/// An iterator that fails at 13.
#[class]
pub struct Fallible {
    next: i64,
}

#[methods]
impl Fallible {
    #[new]
    fn new(next: i64) -> Fallible {
        Fallible { next }
    }

    fn __iter__<'c>(this: &Instance<'c, Self>) -> Instance<'c, Self> {
        this.clone()
    }

    fn __next__(&mut self) -> Result<Option<i64>> {
        self.next += 1;
        match self.next {
            13 => Err(Error::value_error("no thirteen")),
            next if next > 15 => Ok(None),
            next => Ok(Some(next)),
        }
    }
}

/// Copied and pickled by what it says of itself.
#[class]
pub struct Pickled {
    x: f64,
    y: f64,
}

#[methods]
impl Pickled {
    #[new]
    #[signature(x, y = 0.0)]
    fn new(x: f64, y: f64) -> Pickled {
        Pickled { x, y }
    }

    fn __reduce__<'c>(this: &Instance<'c, Self>) -> Result<(Type<'c>, (f64, f64))> {
        let own = this.borrow()?;
        Ok((this.type_(), (own.x, own.y)))
    }

    fn __eq__(&self, other: &Pickled) -> bool {
        (self.x, self.y) == (other.x, other.y)
    }
}

/// A context manager that swallows `KeyError`.
#[class]
pub struct Context {
    log: Vec<String>,
}

#[methods]
impl Context {
    #[new]
    fn new() -> Context {
        Context { log: Vec::new() }
    }

    fn __enter__<'c>(this: &Instance<'c, Self>) -> Result<Instance<'c, Self>> {
        this.borrow_mut()?.log.push("enter".to_owned());
        Ok(this.clone())
    }

    fn __exit__(
        &mut self,
        type_: Option<&Type<'_>>,
        value: &Object<'_>,
        _traceback: &Object<'_>,
    ) -> Result<bool> {
        self.log.push(match type_ {
            Some(type_) => format!("exit {} {}", type_.name(), value.to_text()?),
            None => "exit".to_owned(),
        });
        Ok(type_.is_some_and(|type_| type_.name() == "KeyError"))
    }

    fn log(&self) -> Vec<String> {
        self.log.clone()
    }
}

/// Money in an account that several threads may change.
#[class]
pub struct Account {
    balance: i64,
    transfers: AtomicI64,
}

#[methods]
impl Account {
    #[new]
    fn new(balance: i64) -> Account {
        Account { balance, transfers: AtomicI64::new(0) }
    }

    #[getter]
    fn balance(&self) -> i64 {
        self.balance
    }

    #[getter]
    fn transfers(&self) -> i64 {
        self.transfers.load(Relaxed)
    }

    fn deposit(&mut self, amount: i64) {
        self.balance += amount;
        self.transfers.fetch_add(1, Relaxed);
    }

    /// Looks at the balance for a while, without Python.
    fn inspect(&self, ctx: Ctx<'_>, milliseconds: u64) -> i64 {
        let pause = std::time::Duration::from_millis(milliseconds);
        ctx.detach(|| std::thread::sleep(pause));
        self.balance
    }

    /// Changes the balance slowly, without Python.
    fn grow(&mut self, ctx: Ctx<'_>, milliseconds: u64) -> i64 {
        let pause = std::time::Duration::from_millis(milliseconds);
        ctx.detach(|| {
            self.balance += 1;
            std::thread::sleep(pause);
        });
        self.balance
    }
}
