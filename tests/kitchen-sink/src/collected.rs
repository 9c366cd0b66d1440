//! Classes that refer to Python objects, and their garbage collection.

use pommel::prelude::*;
use pommel::{Field, Traverse, Visitor};
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

static NODES: AtomicI64 = AtomicI64::new(0);

/// A node of a graph of any objects.
#[class]
pub struct Node {
    left: Field,
    right: Field,
    name: String,
}

#[methods]
impl Node {
    #[new]
    fn new(name: String) -> Node {
        NODES.fetch_add(1, Relaxed);
        Node { left: Field::empty(), right: Field::empty(), name }
    }

    #[getter]
    fn name(&self) -> String {
        self.name.clone()
    }

    #[getter]
    fn left<'c>(this: &Instance<'c, Self>) -> Result<Option<Object<'c>>> {
        this.borrow()?.left.load(this)
    }

    #[setter]
    fn set_left(this: &Instance<'_, Self>, value: Option<&Object<'_>>) -> Result<()> {
        this.borrow()?.left.store(this, value)
    }

    #[getter]
    fn right<'c>(this: &Instance<'c, Self>) -> Result<Option<Object<'c>>> {
        this.borrow()?.right.load(this)
    }

    #[setter]
    fn set_right(this: &Instance<'_, Self>, value: Option<&Object<'_>>) -> Result<()> {
        this.borrow()?.right.store(this, value)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        NODES.fetch_sub(1, Relaxed);
    }
}

/// How many nodes there are.
#[function]
pub fn live_nodes() -> i64 {
    NODES.load(Relaxed)
}

/// A struct with a field inside, which shows it to the collector itself.
struct Link {
    target: Field,
    weight: f64,
}

impl Traverse for Link {
    fn traverse(&self, visitor: &mut Visitor) {
        self.target.traverse(visitor);
    }
}

/// Any number of fields, which Python code may subclass.
#[class(subclass)]
pub struct Ring {
    #[traverse]
    links: Vec<Link>,
    spare: [Option<Box<Field>>; 2],
}

#[methods]
impl Ring {
    #[new]
    fn new() -> Ring {
        NODES.fetch_add(1, Relaxed);
        Ring { links: Vec::new(), spare: [None, Some(Box::new(Field::empty()))] }
    }

    #[signature(target, weight = 1.0)]
    fn append(this: &Instance<'_, Self>, target: &Object<'_>, weight: f64) -> Result<()> {
        let mut own = this.borrow_mut()?;
        own.links.push(Link { target: Field::empty(), weight });
        own.links[own.links.len() - 1].target.store(this, Some(target))
    }

    /// Removes the last link and gives what it referred to.
    fn pop<'c>(this: &Instance<'c, Self>) -> Result<Option<Object<'c>>> {
        let mut own = this.borrow_mut()?;
        let Some(last) = own.links.last() else { return Ok(None) };
        let target = last.target.load(this)?;
        last.target.store(this, None)?;
        own.links.pop();
        Ok(target)
    }

    fn targets<'c>(this: &Instance<'c, Self>) -> Result<Vec<Option<Object<'c>>>> {
        this.borrow()?.links.iter().map(|link| link.target.load(this)).collect()
    }

    fn weight(&self) -> f64 {
        self.links.iter().map(|link| link.weight).sum()
    }

    #[setter]
    fn set_spare(this: &Instance<'_, Self>, value: &Object<'_>) -> Result<()> {
        let own = this.borrow()?;
        own.spare.iter().flatten().try_for_each(|field| field.store(this, Some(value)))
    }

    /// Collects garbage, by way of the callback, while the ring is being changed.
    fn change_and_call<'c>(&mut self, callback: &Object<'c>) -> Result<Object<'c>> {
        self.links.reserve(100);
        callback.call(())
    }

    fn __len__(&self) -> usize {
        self.links.len()
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        NODES.fetch_sub(1, Relaxed);
    }
}

/// Panics when it is dropped, which nobody can be told.
#[class]
pub struct Watcher {
    panics: bool,
}

#[methods]
impl Watcher {
    #[new]
    fn new(panics: bool) -> Watcher {
        Watcher { panics }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        assert!(!self.panics, "the watcher is gone");
    }
}
