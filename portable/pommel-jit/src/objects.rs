//! What plain code asks of an interpreter: the operations on objects, as a trait.
//!
//! Whoever implements it has Python's meaning in everything, errors with their texts included; the
//! interpreter of plain code ([`crate::plain`]) has the order in which they are done.

use crate::code::{Binary, BlockId, Code, Compare, Constant, Conversion, Span, Special, Unary};
use crate::plain::{Frame, Taken};

/// An argument of a call.
#[derive(Clone, Copy, Debug)]
pub enum Passed<'a, O> {
    /// `f(x)`
    Positional(&'a O),
    /// `f(*x)`
    Starred(&'a O),
    /// `f(name=x)`
    Keyword(&'a str, &'a O),
    /// `f(**x)`
    DoubleStarred(&'a O),
}

/// The operations on objects.
pub trait Objects {
    /// A handle of an object. A clone is another handle of the same object.
    type Object: Clone;
    /// An exception on its way.
    type Error;
    /// What a frame needs of the function object that it runs: its globals and builtins, its code object.
    type Home;

    /// The object of a constant.
    fn constant(&self, constant: &Constant) -> Result<Self::Object, Self::Error>;
    /// A builtin, by its name, whatever globals say.
    fn builtin(&self, home: &Self::Home, name: &str) -> Result<Self::Object, Self::Error>;
    /// A global, else a builtin, else `NameError`.
    fn load_global(&self, home: &Self::Home, name: &str) -> Result<Self::Object, Self::Error>;
    /// Binds a global.
    fn store_global(
        &self,
        home: &Self::Home,
        name: &str,
        value: &Self::Object,
    ) -> Result<(), Self::Error>;
    /// `del` of a global.
    fn delete_global(&self, home: &Self::Home, name: &str) -> Result<(), Self::Error>;

    /// `object.name`
    fn load_attribute(
        &self,
        object: &Self::Object,
        name: &str,
    ) -> Result<Self::Object, Self::Error>;
    /// `object.name = value`
    fn store_attribute(
        &self,
        object: &Self::Object,
        name: &str,
        value: &Self::Object,
    ) -> Result<(), Self::Error>;
    /// `del object.name`
    fn delete_attribute(&self, object: &Self::Object, name: &str) -> Result<(), Self::Error>;
    /// `object[key]`
    fn load_item(
        &self,
        object: &Self::Object,
        key: &Self::Object,
    ) -> Result<Self::Object, Self::Error>;
    /// `object[key] = value`
    fn store_item(
        &self,
        object: &Self::Object,
        key: &Self::Object,
        value: &Self::Object,
    ) -> Result<(), Self::Error>;
    /// `del object[key]`
    fn delete_item(&self, object: &Self::Object, key: &Self::Object) -> Result<(), Self::Error>;

    /// An operator with one operand; `not` gives a truth value.
    fn unary(&self, operator: Unary, operand: &Self::Object) -> Result<Self::Object, Self::Error>;
    /// An operator with two operands, or the augmented assignment of it.
    fn binary(
        &self,
        operator: Binary,
        in_place: bool,
        left: &Self::Object,
        right: &Self::Object,
    ) -> Result<Self::Object, Self::Error>;
    /// A comparison.
    fn compare(
        &self,
        operator: Compare,
        left: &Self::Object,
        right: &Self::Object,
    ) -> Result<Self::Object, Self::Error>;
    /// Whether an object is true.
    fn truth(&self, object: &Self::Object) -> Result<bool, Self::Error>;
    /// A call.
    fn call(
        &self,
        callee: &Self::Object,
        arguments: &[Passed<'_, Self::Object>],
    ) -> Result<Self::Object, Self::Error>;

    /// `slice(start, stop, step)`
    fn slice(&self, parts: [&Self::Object; 3]) -> Result<Self::Object, Self::Error>;
    /// A new tuple.
    fn tuple(&self, items: &[Self::Object]) -> Result<Self::Object, Self::Error>;
    /// A new list.
    fn list(&self, items: &[Self::Object]) -> Result<Self::Object, Self::Error>;
    /// A new set.
    fn set(&self, items: &[Self::Object]) -> Result<Self::Object, Self::Error>;
    /// A new dict.
    fn dict(&self, items: &[(Self::Object, Self::Object)]) -> Result<Self::Object, Self::Error>;
    /// Adds an item to a list.
    fn list_append(&self, list: &Self::Object, item: &Self::Object) -> Result<(), Self::Error>;
    /// Adds items to a list.
    fn list_extend(&self, list: &Self::Object, items: &Self::Object) -> Result<(), Self::Error>;
    /// `tuple(list)`
    fn list_to_tuple(&self, list: &Self::Object) -> Result<Self::Object, Self::Error>;
    /// Adds an item to a set.
    fn set_add(&self, set: &Self::Object, item: &Self::Object) -> Result<(), Self::Error>;
    /// Adds items to a set.
    fn set_update(&self, set: &Self::Object, items: &Self::Object) -> Result<(), Self::Error>;
    /// Adds an item to a dict.
    fn dict_insert(
        &self,
        dict: &Self::Object,
        key: &Self::Object,
        value: &Self::Object,
    ) -> Result<(), Self::Error>;
    /// Adds the items of a mapping to a dict.
    fn dict_update(&self, dict: &Self::Object, items: &Self::Object) -> Result<(), Self::Error>;
    /// Just so many items of an iterable.
    fn unpack(&self, from: &Self::Object, count: usize) -> Result<Vec<Self::Object>, Self::Error>;
    /// Items of an iterable: the first ones, a list, and the last ones.
    fn unpack_starred(
        &self,
        from: &Self::Object,
        before: usize,
        after: usize,
    ) -> Result<Vec<Self::Object>, Self::Error>;
    /// `iter(object)`
    fn iterate(&self, object: &Self::Object) -> Result<Self::Object, Self::Error>;
    /// The next item of an iterator.
    fn next(&self, iterator: &Self::Object) -> Result<Option<Self::Object>, Self::Error>;

    /// `format(value, spec)` after a conversion.
    fn format(
        &self,
        value: &Self::Object,
        conversion: Option<Conversion>,
        spec: Option<&Self::Object>,
    ) -> Result<Self::Object, Self::Error>;
    /// Strings, one after the other.
    fn join(&self, parts: &[Self::Object]) -> Result<Self::Object, Self::Error>;

    /// A new cell.
    fn cell(&self, content: Option<&Self::Object>) -> Result<Self::Object, Self::Error>;
    /// What is in a cell.
    fn load_cell(&self, cell: &Self::Object) -> Result<Option<Self::Object>, Self::Error>;
    /// Puts an object into a cell, or empties it.
    fn store_cell(
        &self,
        cell: &Self::Object,
        value: Option<&Self::Object>,
    ) -> Result<(), Self::Error>;
    /// A function of the code at an index of [`Code::nested`].
    fn function(
        &self,
        home: &Self::Home,
        code: &Code,
        nested: usize,
        defaults: &[Self::Object],
        keyword_defaults: &[(&str, Self::Object)],
        cells: &[Self::Object],
    ) -> Result<Self::Object, Self::Error>;
    /// `__import__`
    fn import(
        &self,
        home: &Self::Home,
        name: &str,
        wanted: &[&str],
        level: u32,
    ) -> Result<Self::Object, Self::Error>;
    /// A name of a module, as `from module import name` gets it.
    fn import_from(&self, module: &Self::Object, name: &str) -> Result<Self::Object, Self::Error>;

    /// An operation that has no instruction of its own.
    fn special(
        &self,
        operation: Special,
        operands: &[Self::Object],
    ) -> Result<Self::Object, Self::Error>;

    /// Whether an object is the generator function of the code, which stands in the same text as another
    /// function.
    fn is_generator(
        &self,
        home: &Self::Home,
        code: &Code,
        object: &Self::Object,
    ) -> Result<bool, Self::Error> {
        let _ = (home, code, object);
        Ok(false)
    }

    /// Whether an exception is of a class, or of one in a tuple of classes.
    fn matches(&self, exception: &Self::Object, class: &Self::Object) -> Result<bool, Self::Error>;
    /// What `raise` raises, with its context set; the error if it cannot.
    fn raise(&self, exception: Option<&Self::Object>, cause: Option<&Self::Object>) -> Self::Error;
    /// `UnboundLocalError`, or `NameError` for a variable of a function around this one.
    fn unbound(&self, name: &str, is_free: bool) -> Self::Error;
    /// An error as an object.
    fn caught(&self, error: Self::Error) -> Result<Self::Object, Self::Error>;
    /// An exception that goes on its way as it is.
    fn thrown(&self, exception: &Self::Object) -> Self::Error;
    /// An exception is handled from here on.
    fn enter_handler(&self, exception: &Self::Object);
    /// The last one that was entered is not handled any more.
    fn leave_handler(&self);
    /// Nothing if an error is the `StopIteration` that ends a loop; else the error.
    ///
    /// # Errors
    /// It.
    fn ends_iteration(&self, error: Self::Error) -> Result<(), Self::Error> {
        Err(error)
    }
    /// Adds to an error's traceback that it came through a function, at a place.
    fn trace(&self, error: Self::Error, home: &Self::Home, code: &Code, at: Span) -> Self::Error;
    /// Adds to an error's traceback that it came through a generator expression, one of [`Code::nested`],
    /// at a place. `StopIteration` becomes a `RuntimeError` there.
    fn trace_inside(
        &self,
        error: Self::Error,
        home: &Self::Home,
        code: &Code,
        nested: usize,
        at: Span,
    ) -> Self::Error;
    /// Called at every jump backwards: where interrupts are noticed.
    fn poll(&self) -> Result<(), Self::Error>;
    /// Called at every jump backwards, at the beginning of the block that the function goes on with:
    /// whether machine code goes on in place of the interpreter.
    fn take_over(&self, frame: &Frame<Self>, at: BlockId) -> Option<Taken<Self>> {
        let _ = (frame, at);
        None
    }
}
