//! The extension that the tests import: small, but with a function for every way into Rust and out.
//!
//! It has several modules, because Miri takes seconds to import a class.

use std::sync::atomic::AtomicI64;

/// How many nodes were made and not dropped.
pub static NODES: AtomicI64 = AtomicI64::new(0);

/// Things to call.
#[pommel::module]
pub mod functions {
    use pommel::prelude::*;
    use std::collections::BTreeMap;

    #[function]
    fn numbers(a: i8, b: u64, c: f64, d: bool) -> (i8, u64, f64, bool) {
        (a, b, c, d)
    }

    #[function]
    fn texts<'c>(ctx: Ctx<'c>, a: &str, b: String, c: char, d: &[u8]) -> Result<Tuple<'c>> {
        let (a, b, c) = (ctx.object(a)?, ctx.object(b)?, ctx.object(c)?);
        ctx.tuple(&[&a, &b, &c, &*ctx.bytes(d)?])
    }

    type Numbers = BTreeMap<String, Option<i64>>;

    #[function]
    fn containers(a: Vec<i64>, b: Numbers, c: (i64, String)) -> (Vec<i64>, Numbers, (i64, String)) {
        (a, b, c)
    }

    #[function]
    fn nothing() {}

    #[function]
    fn optional(a: Option<i64>) -> Option<i64> {
        a
    }

    #[function(signature = (a, /, b, c = 3, *args, d, e = 5, **kwargs))]
    #[allow(clippy::too_many_arguments)]
    fn everything<'c>(
        ctx: Ctx<'c>,
        a: i64,
        b: i64,
        c: i64,
        args: Args<'_, '_>,
        d: i64,
        e: i64,
        kwargs: Option<Dict<'_>>,
    ) -> Result<Object<'c>> {
        ctx.object(((a, b, c), args.to_tuple()?, (d, e), kwargs.as_ref()))
    }

    /// Calls back, with more than it was given.
    #[function]
    fn call<'c>(ctx: Ctx<'c>, callee: &Object<'_>, args: Args<'_, '_>) -> Result<Object<'c>> {
        let answer = ctx.object(42)?;
        let mut objects = vec![&answer];
        let args: Vec<_> = args.iter().collect();
        objects.extend(args.iter().map(|argument| &**argument));
        ctx.object(callee.call(objects.as_slice())?)
    }

    #[function]
    fn total(items: &Object<'_>) -> Result<f64> {
        items.iter()?.map(|item| item?.extract::<f64>()).sum()
    }

    #[function]
    fn parse(text: &str) -> Result<i64> {
        Ok(text.parse()?)
    }

    #[function]
    fn caused(ctx: Ctx<'_>) -> Result<()> {
        Err(Error::value_error("outer").caused_by(ctx, Error::os_error("inner")))
    }

    /// Two errors at once, the first of which is reported.
    #[function]
    fn first_of_two<'c>(a: &Object<'c>, b: &Object<'c>) -> Result<Object<'c>> {
        let (a, b) = (a.call(()), b.call(()));
        drop(b);
        a
    }

    /// Whether the callee raises an error of a kind, which is dropped.
    #[function]
    fn raises(ctx: Ctx<'_>, callee: &Object<'_>) -> bool {
        callee.call(()).is_err_and(|error| error.is(ctx, exception::ZeroDivisionError))
    }

    #[function]
    fn zero_division() -> Result<()> {
        Err(Error::zero_division_error("nothing is divided by zero"))
    }

    #[function]
    fn panic() {
        panic!("on purpose");
    }

    #[init]
    fn init(module: &Module<'_>) -> Result<()> {
        module.add(c"ANSWER", 42)
    }
}

/// A class with methods, properties and operators.
#[pommel::module]
pub mod points {
    use pommel::prelude::*;

    /// A point of the plane.
    #[class]
    pub struct Point {
        x: f64,
        y: f64,
    }

    #[methods]
    impl Point {
        #[new]
        #[signature(x, y = 0.0)]
        fn new(x: f64, y: f64) -> Result<Point> {
            match x.is_nan() {
                true => Err(Error::value_error("x must be a number")),
                false => Ok(Point { x, y }),
            }
        }

        #[getter]
        fn x(&self) -> f64 {
            self.x
        }

        #[setter]
        fn set_x(&mut self, x: f64) {
            self.x = x;
        }

        #[getter]
        fn y(&self) -> f64 {
            self.y
        }

        fn length(&self) -> f64 {
            (self.x * self.x + self.y * self.y).sqrt()
        }

        #[signature(by, *, twice = false)]
        fn scale(&mut self, by: f64, twice: bool) {
            let by = if twice { by * by } else { by };
            (self.x, self.y) = (self.x * by, self.y * by);
        }

        #[staticmethod]
        fn origin() -> Point {
            Point { x: 0.0, y: 0.0 }
        }

        #[classmethod]
        fn diagonal<'c>(cls: &Type<'c>, x: f64) -> Result<Object<'c>> {
            cls.call((x, x))
        }

        /// Calls back while the point is being changed.
        fn while_changing<'c>(&mut self, callee: &Object<'c>) -> Result<Object<'c>> {
            self.y += 1.0;
            callee.call(())
        }

        /// Calls back while the point is being looked at.
        fn while_looking<'c>(&self, callee: &Object<'c>) -> Result<Object<'c>> {
            callee.call(())
        }

        fn swap_with(&mut self, other: &mut Point) {
            std::mem::swap(self, other);
        }

        fn __add__(&self, other: &Point) -> Point {
            Point { x: self.x + other.x, y: self.y + other.y }
        }

        fn __radd__(&self, x: f64) -> Point {
            Point { x: x + self.x, y: self.y }
        }

        fn __mul__(&self, factor: f64) -> Point {
            Point { x: self.x * factor, y: self.y * factor }
        }

        fn __rmul__(&self, factor: f64) -> Point {
            self.__mul__(factor)
        }

        fn __iadd__(&mut self, x: f64) {
            self.x += x;
        }

        fn __neg__(&self) -> Point {
            self.__mul__(-1.0)
        }

        fn __eq__(&self, other: &Point) -> bool {
            (self.x, self.y) == (other.x, other.y)
        }

        fn __lt__(&self, other: &Point) -> bool {
            self.length() < other.length()
        }

        fn __hash__(&self) -> i64 {
            self.x as i64
        }

        fn __bool__(&self) -> bool {
            self.length() > 0.0
        }

        fn __repr__(&self) -> String {
            format!("Point({}, {})", self.x, self.y)
        }
    }
}

/// A container and its iterator.
#[pommel::module]
pub mod words {
    use pommel::prelude::*;

    /// Words, as a sequence.
    #[class]
    pub struct Words {
        words: Vec<String>,
    }

    #[methods]
    impl Words {
        #[new]
        fn new(args: Args<'_, '_>) -> Result<Words> {
            let words = args.iter().map(|word| word.extract()).collect::<Result<_>>()?;
            Ok(Words { words })
        }

        fn __len__(&self) -> usize {
            self.words.len()
        }

        fn __getitem__(&self, index: usize) -> Result<&str> {
            let word = self.words.get(index).map(String::as_str);
            word.ok_or_else(|| Error::index_error(format!("there is no word {index}")))
        }

        fn __setitem__(&mut self, index: usize, word: String) -> Result<()> {
            let slot = self.words.get_mut(index);
            *slot.ok_or_else(|| Error::index_error("there is no such word"))? = word;
            Ok(())
        }

        fn __delitem__(&mut self, index: usize) {
            self.words.remove(index);
        }

        fn __contains__(&self, word: &str) -> bool {
            self.words.iter().any(|own| own == word)
        }

        fn __iter__(&self) -> Spelling {
            Spelling { rest: self.words.concat() }
        }

        fn __call__(&self, separator: &str) -> String {
            self.words.join(separator)
        }
    }

    /// Letters, one after the other.
    #[class]
    pub struct Spelling {
        rest: String,
    }

    #[methods]
    impl Spelling {
        fn __iter__<'c>(this: &Instance<'c, Self>) -> Instance<'c, Self> {
            this.clone()
        }

        fn __next__(&mut self) -> Option<char> {
            (!self.rest.is_empty()).then(|| self.rest.remove(0))
        }
    }
}

/// A class that refers to objects.
#[pommel::module]
pub mod nodes {
    use super::NODES;
    use pommel::prelude::*;
    use std::sync::atomic::Ordering::Relaxed;

    /// A node that refers to any object.
    #[class]
    pub struct Node {
        target: Field,
        more: Vec<Field>,
    }

    #[methods]
    impl Node {
        #[new]
        fn new() -> Node {
            NODES.fetch_add(1, Relaxed);
            Node { target: Field::empty(), more: vec![Field::empty(), Field::empty()] }
        }

        #[getter]
        fn target<'c>(this: &Instance<'c, Self>) -> Result<Option<Object<'c>>> {
            this.borrow()?.target.load(this)
        }

        #[setter]
        fn set_target(this: &Instance<'_, Self>, target: Option<&Object<'_>>) -> Result<()> {
            this.borrow()?.target.store(this, target)
        }

        fn keep(this: &Instance<'_, Self>, index: usize, object: &Object<'_>) -> Result<()> {
            this.borrow()?.more[index].store(this, Some(object))
        }

        fn kept<'c>(this: &Instance<'c, Self>, index: usize) -> Result<Option<Object<'c>>> {
            this.borrow()?.more[index].load(this)
        }
    }

    impl Drop for Node {
        fn drop(&mut self) {
            NODES.fetch_sub(1, Relaxed);
        }
    }
}

/// Memory of other objects.
#[pommel::module]
pub mod memory {
    use pommel::prelude::*;

    /// Numbers that are exported.
    #[class]
    pub struct Samples {
        values: Vec<f64>,
    }

    #[methods]
    impl Samples {
        #[new]
        fn new(values: Vec<f64>) -> Samples {
            Samples { values }
        }

        fn grow(&mut self) {
            self.values.push(0.0);
        }

        fn __buffer__(&mut self) -> Buffer<'_> {
            Buffer::writable(&mut self.values)
        }
    }

    #[function]
    fn sum(values: View<'_, f64>) -> f64 {
        values.iter().sum()
    }

    #[function]
    fn double(mut values: ViewMut<'_, f64>) {
        for i in 0..values.len() {
            let value = values.get(i).unwrap_or_default();
            values.set(i, 2.0 * value);
        }
    }

    #[function]
    fn integers(values: View<'_, i64>) -> Vec<i64> {
        values.to_vec()
    }

    /// Calls a method of the exporter while its memory is looked at.
    #[function]
    fn grow_meanwhile(samples: &Object<'_>) -> Result<usize> {
        let view = View::<f64>::of(samples)?;
        samples.call_method(c"grow", ())?;
        Ok(view.len())
    }
}
