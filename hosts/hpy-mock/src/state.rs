//! The interpreter's state: open handles and all that is kept beside the objects.
//!
//! A handle is a number from a counter that the whole process shares and that never goes back.
//! A number that is not in the table of handles was closed, belongs to another interpreter, or
//! never was a handle; whoever uses it is told so.
//! Misuse does not end the process. It is noted as a *fault* and answered with SystemError, and
//! the test that caused it fails when the interpreter finishes.

use crate::context::constant_name;
use crate::object::*;
use hpy_abi::*;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};
use std::sync::atomic::{AtomicIsize, Ordering};

/// Everything that an interpreter knows.
pub(crate) struct State {
    me: Weak<State>,
    pub context: Cell<*mut HPyContext>,
    /// Whether the interpreter announces the extensions of our hosts.
    pub ours: bool,
    /// Built-in objects by name; more than Python's `builtins` has.
    pub named: RefCell<BTreeMap<String, Obj>>,
    pub modules: Attributes,
    pub pending: RefCell<Option<Obj>>,
    pub globals: RefCell<BTreeMap<isize, Obj>>,
    pub builders: RefCell<BTreeMap<isize, Vec<Option<Obj>>>>,
    pub trackers: RefCell<BTreeMap<isize, Vec<HPy>>>,
    pub warnings: RefCell<Vec<String>>,
    pub unraisable: RefCell<Vec<String>>,
    pub faults: RefCell<Vec<String>>,
    pub calls: Cell<usize>,
    /// The value of `calls` at which the next failure is injected.
    pub fail_at: Cell<Option<usize>>,
    /// Between `ctx_LeavePythonExecution` and `ctx_ReenterPythonExecution`.
    pub left: Cell<bool>,
    handles: RefCell<BTreeMap<isize, Handle>>,
    heap: RefCell<Vec<Weak<Object>>>,
}

struct Handle {
    object: Obj,
    owner: Owner,
    origin: String,
}

/// Who has to close a handle.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Owner {
    /// The extension.
    Extension,
    /// The interpreter, when the call for which it was opened returns.
    Caller,
}

/// A number that no handle, field, global, builder or tracker ever had.
pub(crate) fn fresh_id() -> isize {
    static NEXT: AtomicIsize = AtomicIsize::new(0x1000);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The member of the context whose handle this is; such a handle is the member's index plus one,
/// and its object is made when it is first used.
fn constant(h: HPy) -> Option<&'static str> {
    let index = usize::try_from(h.0).ok()?.checked_sub(1)?;
    reflect::MEMBERS.get(index).filter(|member| member.function.is_none()).map(|m| m.name)
}

impl State {
    pub fn new(ours: bool) -> Rc<State> {
        Rc::new_cyclic(|me| State {
            me: me.clone(),
            context: Cell::new(std::ptr::null_mut()),
            ours,
            named: RefCell::default(),
            modules: Attributes::default(),
            pending: RefCell::default(),
            globals: RefCell::default(),
            builders: RefCell::default(),
            trackers: RefCell::default(),
            warnings: RefCell::default(),
            unraisable: RefCell::default(),
            faults: RefCell::default(),
            calls: Cell::new(0),
            fail_at: Cell::new(None),
            left: Cell::new(false),
            handles: RefCell::default(),
            heap: RefCell::default(),
        })
    }

    pub fn weak(&self) -> Weak<State> {
        self.me.clone()
    }

    /// Makes an object and remembers it for the end.
    pub fn alloc(&self, object: Object) -> Obj {
        let object = Rc::new(object);
        let mut heap = self.heap.borrow_mut();
        if heap.len() == heap.capacity() {
            heap.retain(|weak| weak.strong_count() > 0);
            let live = heap.len();
            heap.reserve(live + 1024);
        }
        heap.push(Rc::downgrade(&object));
        object
    }

    /// Notes misuse; the result is the exception to answer it with.
    pub fn fault(&self, message: String) -> Obj {
        self.faults.borrow_mut().push(message.clone());
        self.error("SystemError", message)
    }

    pub fn open(&self, object: Obj, owner: Owner, origin: &str) -> HPy {
        let id = fresh_id();
        let handle = Handle { object, owner, origin: origin.to_string() };
        self.handles.borrow_mut().insert(id, handle);
        HPy(id)
    }

    /// The object behind a handle that must be open.
    pub fn object(&self, h: HPy) -> Res<Obj> {
        if let Some(member) = constant(h) {
            return Ok(self.named(constant_name(member)));
        }
        let object = self.handles.borrow().get(&h.0).map(|handle| handle.object.clone());
        object.ok_or_else(|| self.fault(self.not_open(h)))
    }

    fn not_open(&self, h: HPy) -> String {
        match h {
            HPy::NULL => "the null handle was used where an object is needed".to_string(),
            HPy(id) => {
                format!("handle {id:#x} was used but is not open: it was closed, or made up")
            }
        }
    }

    /// `n` handles of a C array.
    pub fn objects(&self, handles: Handles, n: usize) -> Res<Vec<Obj>> {
        (0..n)
            // SAFETY: by the ABI's contract the array has the length that was passed with it.
            .map(|i| self.object(unsafe { *handles.0.add(i) }))
            .collect()
    }

    /// What the extension does to get rid of a handle.
    pub fn close(&self, h: HPy) {
        if let Some(member) = constant(h) {
            self.fault(format!("closed a borrowed handle ({member})"));
            return;
        }
        match self.handles.borrow().get(&h.0).map(|handle| (handle.owner, handle.origin.clone())) {
            Some((Owner::Extension, _)) => {}
            Some((_, origin)) => {
                self.fault(format!("closed a borrowed handle ({origin})"));
                return;
            }
            None => {
                self.fault(self.not_open(h));
                return;
            }
        }
        self.forget(h);
    }

    /// Removes a handle whoever owns it; gives its object.
    pub fn forget(&self, h: HPy) -> Option<Obj> {
        // The object outlives the borrow: its death may run code of the extension.
        let handle = self.handles.borrow_mut().remove(&h.0);
        handle.map(|handle| handle.object)
    }

    /// Takes over the handle that a function of the extension returned.
    pub fn take(&self, h: HPy, function: &str) -> Res<Obj> {
        let object = self.object(h)?;
        let owner = self.handles.borrow().get(&h.0).map(|handle| handle.owner);
        if owner != Some(Owner::Extension) {
            return Err(self.fault(format!("{function} returned a handle that it only borrowed")));
        }
        self.forget(h);
        Ok(object)
    }

    pub fn open_handles(&self) -> usize {
        self.handles.borrow().values().filter(|handle| handle.owner == Owner::Extension).count()
    }

    /// A line for everything that the extension should have given back.
    pub fn leaked(&self) -> Vec<String> {
        let handles = self.handles.borrow();
        let handles = handles.values().filter(|handle| handle.owner == Owner::Extension);
        let mut lines: Vec<String> = handles
            .map(|h| format!("handle to {} from {}", self.describe(&h.object), h.origin))
            .collect();
        let builders = self.builders.borrow();
        lines.extend(builders.values().map(|items| format!("builder for {} items", items.len())));
        let trackers = self.trackers.borrow();
        lines.extend(trackers.values().map(|items| format!("tracker of {} handles", items.len())));
        lines
    }

    /// Lets go of every object.
    pub fn shut_down(&self) {
        drop(self.pending.take());
        drop(self.globals.take());
        drop(self.builders.take());
        drop(self.handles.take());
        self.modules.clear();
        let live: Vec<Obj> = self.heap.take().iter().filter_map(Weak::upgrade).collect();
        // Types go last: a dying instance still looks at its class.
        live.iter().filter(|object| object.ty().is_none()).for_each(|object| object.clear());
        let types: Vec<Obj> = live.into_iter().filter(|object| object.ty().is_some()).collect();
        types.iter().for_each(|ty| ty.clear());
        drop(types);
        drop(self.named.take());
    }
}
