//! The life of an instance: allocation, the garbage collector's questions, the end.
//!
//! Laws:
//!
//! 1. A class of ours may inherit from others of ours, each with its own `tp_traverse` and
//!    `tp_destroy`; every function here walks the whole chain of bases, nearest first.
//! 2. A subclass written in Python comes to [`dealloc`] through the interpreter's own function for
//!    such classes, which has already run the finalizer. So the finalizer is run here only if the
//!    type of the object itself has our `tp_dealloc`.
//! 3. What precedes the native struct of a class with a shape other than `object` is ended by its
//!    built-in type, whose functions want the object as their own kind of object: tracked.
//! 4. The reference to its type that every instance holds is given up by the last function for a
//!    heap type in the chain, and visited by exactly one.

use super::facts::{self, TypeFacts};
use super::referents;
use crate::capi::*;
use crate::host::xdecref;
use crate::layout::{Layout, TypeField, flag, payload};
use core::cell::Cell;
use core::ffi::{c_int, c_void};
use hpy_abi::{HPyField, func};

/// Makes an instance with a zeroed native struct, and gives the struct.
///
/// # Safety
/// `t` is an object; the thread is attached to the interpreter.
#[inline(always)]
pub(crate) unsafe fn new<L: Layout>(t: Obj) -> Option<(Obj, *mut c_void)> {
    // SAFETY: a key in the table belongs to a type; the fast path knows that the instance is
    // nothing but header and struct.
    unsafe {
        if !L::is_type(t) {
            raise("PyExc_TypeError", "HPy_New arg 1 must be a type");
            return None;
        }
        if let Some(facts) = facts::of::<L>(t)
            && facts.is_plain::<L>(t)
        {
            let o = _PyObject_New(t);
            if o.is_null() {
                return None;
            }
            let data = payload::<L>(o, facts.shape);
            data.write_bytes(0, L::basic_size(t) - L::head());
            facts.init_call(o);
            return Some((o, data));
        }
        new_general::<L>(t)
    }
}

/// See [`hpy_abi::ext::Extensions::allocator`]: for a class whose instances are only a header and a
/// struct it is the C API's own function, because a handle is a reference.
///
/// # Safety
/// The contract of the ABI; the handle is that of a type.
pub(crate) unsafe extern "C" fn allocator<L: Layout>(
    _ctx: *mut hpy_abi::HPyContext,
    type_: hpy_abi::HPy,
) -> Option<hpy_abi::ext::Allocate> {
    type New = unsafe extern "C" fn(Obj) -> Obj;
    let t = crate::host::obj(type_);
    // SAFETY: the caller's promise; a function from a type to a new reference, whose bits are those
    // of handles.
    unsafe {
        let facts = facts::of::<L>(t)?;
        let plain = facts.is_plain::<L>(t) && facts.call.is_none();
        plain.then(|| core::mem::transmute::<New, hpy_abi::ext::Allocate>(api()._PyObject_New))
    }
}

impl TypeFacts {
    /// Whether instances of a type are only a header and a struct.
    #[inline(always)]
    unsafe fn is_plain<L: Layout>(&self, t: Obj) -> bool {
        // SAFETY: the caller gives the type of this entry.
        L::HEADER != 0
            && self.shape == hpy_abi::BuiltinShape::OBJECT
            && unsafe { L::type_flags(t) } & flag::HAVE_GC == 0
    }

    /// Whether the end of an instance is only its `tp_destroy` and its memory: the usual case, as
    /// [`end`] would find out step by step.
    #[inline(always)]
    unsafe fn ends_plainly<L: Layout>(&self, t: Obj) -> bool {
        // SAFETY: the caller gives the type of this entry.
        unsafe {
            self.is_plain::<L>(t)
                && self.owns_dealloc
                && self.traverse.is_none()
                && L::type_base(t) == api().PyBaseObject_Type
                && L::type_field(t, TypeField::Finalize) == 0
        }
    }

    /// Stores the function that runs when an instance is called.
    #[inline(always)]
    unsafe fn init_call(&self, o: Obj) {
        if let (Some(call), 1..) = (self.call, self.call_offset) {
            // SAFETY: the field lies inside the instances of this class.
            unsafe { o.byte_add(self.call_offset).cast::<Vectorcall>().write(call) }
        }
    }
}

/// [`new`] for a type that is collected, has another shape, or is a subclass written in Python.
///
/// # Safety
/// `t` is a type.
unsafe fn new_general<L: Layout>(t: Obj) -> Option<(Obj, *mut c_void)> {
    // SAFETY: `tp_alloc` gives zeroed memory of the right size.
    unsafe {
        let Some(owner) = facts::owner::<L>(t) else {
            raise("PyExc_TypeError", "HPy_New was given a type that no extension type precedes");
            return None;
        };
        let o = L::alloc(t);
        if o.is_null() {
            return None;
        }
        init_calls::<L>(t, o);
        Some((o, payload::<L>(o, owner.shape)))
    }
}

/// Makes an instance without looking at arguments.
///
/// # Safety
/// `t` is an object; the thread is attached to the interpreter.
pub(crate) unsafe fn generic_new<L: Layout>(t: Obj) -> Obj {
    // SAFETY: only a type is asked for its allocator.
    unsafe {
        if !L::is_type(t) {
            raise("PyExc_TypeError", "HPyType_GenericNew arg 1 must be a type");
            return core::ptr::null_mut();
        }
        let o = L::alloc(t);
        if !o.is_null() {
            init_calls::<L>(t, o);
        }
        o
    }
}

/// Stores the call function of the nearest class with the call protocol.
///
/// # Safety
/// `o` is a new instance of `t`.
unsafe fn init_calls<L: Layout>(t: Obj, o: Obj) {
    // SAFETY: the caller's promise.
    unsafe {
        if let Some((_, facts)) = facts::chain::<L>(t).find(|(_, f)| f.call.is_some()) {
            facts.init_call(o);
        }
    }
}

/// `tp_new` of a class with the call protocol and no `__new__` of its own: the inherited one, and
/// then the function that runs when the instance is called.
///
/// # Safety
/// The interpreter calls it as a `newfunc`.
pub(crate) unsafe extern "C" fn new_callable<L: Layout>(t: Obj, args: Obj, kw: Obj) -> Obj {
    // SAFETY: some ancestor of `t` has another `tp_new`, at the latest `object`.
    unsafe {
        let Some((mut base, _)) = facts::chain::<L>(t).find(|(_, f)| f.owns_new) else {
            raise("PyExc_TypeError", "this type has no __new__");
            return core::ptr::null_mut();
        };
        let mine = L::type_field(base, TypeField::New);
        while L::type_field(base, TypeField::New) == mine {
            base = L::type_base(base);
        }
        let new: NewFunc = core::mem::transmute(L::type_field(base, TypeField::New));
        let o = new(t, args, kw);
        if !o.is_null() {
            init_calls::<L>(t, o);
        }
        o
    }
}

/// Replaces the function that runs when an instance is called; false if its type has no such
/// field.
///
/// # Safety
/// `o` is an object.
pub(crate) unsafe fn set_call<L: Layout>(o: Obj, call: Vectorcall) -> bool {
    // SAFETY: the field lies inside the instances of this class.
    unsafe {
        match facts::chain::<L>(L::type_of(o)).find(|(_, f)| f.call_offset != 0) {
            Some((_, facts)) => {
                o.byte_add(facts.call_offset).cast::<Vectorcall>().write(call);
                true
            }
            None => false,
        }
    }
}

/// The interpreter's visitor, behind ours.
struct Visit {
    visit: VisitProc,
    arg: *mut c_void,
}

/// Shows the interpreter what a field holds.
unsafe extern "C" fn visit_field(field: *mut HPyField, arg: *mut c_void) -> c_int {
    // SAFETY: `traverse` and `traverse_with` pass a `Visit`.
    unsafe {
        let Visit { visit, arg } = *arg.cast::<Visit>();
        let o = (*field).0 as Obj;
        if o.is_null() { 0 } else { visit(o, arg) }
    }
}

/// Empties a field.
unsafe extern "C" fn clear_field<L: Layout>(field: *mut HPyField, _: *mut c_void) -> c_int {
    // SAFETY: the field owns its reference; it is empty before the object's end runs any code.
    unsafe { xdecref::<L>(field.replace(HPyField::NULL).0 as Obj) };
    0
}

/// Runs one class's traversal for the interpreter's visitor.
///
/// # Safety
/// `o` is an instance of the class that `function` belongs to; `visit` is a `visitproc`.
#[inline(never)]
pub(crate) unsafe fn traverse_with<L: Layout>(
    o: Obj,
    function: func::TRAVERSEPROC,
    visit: *mut c_void,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let mut chain = facts::chain::<L>(L::type_of(o));
        let belongs = |f: &TypeFacts| f.traverse.is_some_and(|t| t as usize == function as usize);
        let Some((_, facts)) = chain.find(|(_, f)| belongs(f)) else { return 0 };
        let mut visit = Visit { visit: core::mem::transmute::<*mut c_void, VisitProc>(visit), arg };
        function(payload::<L>(o, facts.shape), visit_field, (&raw mut visit).cast())
    }
}

/// `tp_traverse` of every collected class.
///
/// # Safety
/// The interpreter calls it as a `traverseproc`.
pub(crate) unsafe extern "C" fn traverse<L: Layout>(
    o: Obj,
    visit: VisitProc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: law 4 decides who visits the type.
    unsafe {
        let t = L::type_of(o);
        let base = facts::foreign_base::<L>(t);
        if L::type_flags(base) & flag::HEAPTYPE == 0 && !referents::asks_for_fields(visit) {
            let status = visit(t, arg);
            if status != 0 {
                return status;
            }
        }
        let mut ours = Visit { visit, arg };
        for (_, facts) in facts::chain::<L>(t) {
            if let Some(function) = facts.traverse {
                let data = payload::<L>(o, facts.shape);
                let status = function(data, visit_field, (&raw mut ours).cast());
                if status != 0 {
                    return status;
                }
            }
        }
        match L::type_field(base, TypeField::Traverse) {
            0 => 0,
            inherited => core::mem::transmute::<usize, TraverseProc>(inherited)(o, visit, arg),
        }
    }
}

/// Empties the fields of the native structs.
///
/// # Safety
/// `o` is an instance of a class of ours.
unsafe fn clear_fields<L: Layout>(o: Obj) {
    // SAFETY: the caller's promise.
    unsafe {
        for (_, facts) in facts::chain::<L>(L::type_of(o)) {
            if let Some(function) = facts.traverse {
                function(payload::<L>(o, facts.shape), clear_field::<L>, core::ptr::null_mut());
            }
        }
    }
}

/// `tp_clear` of every collected class.
///
/// # Safety
/// The interpreter calls it as an `inquiry`.
pub(crate) unsafe extern "C" fn clear<L: Layout>(o: Obj) -> c_int {
    // SAFETY: as in `traverse`.
    unsafe {
        clear_fields::<L>(o);
        match L::type_field(facts::foreign_base::<L>(L::type_of(o)), TypeField::Clear) {
            0 => 0,
            inherited => core::mem::transmute::<usize, Inquiry>(inherited)(o),
        }
    }
}

/// How deep deallocations of objects with fields may nest: a long chain of them must not use up
/// the C stack.
const MAX_NESTING: usize = 64;

/// The deallocations that one thread is in; lives in the stack frame of the outermost one.
struct Nesting {
    depth: usize,
    /// Objects whose end waits for the outermost one.
    waiting: Vec<Obj>,
}

thread_local! {
    static NESTING: Cell<*mut Nesting> = const { Cell::new(core::ptr::null_mut()) };
}

/// `tp_dealloc` of every class with `tp_destroy` or `tp_traverse`, and of every simple one, because
/// the interpreter's own function for classes is a slow one.
///
/// # Safety
/// The interpreter calls it as a `destructor`, when the last reference is gone.
pub(crate) unsafe extern "C" fn dealloc<L: Layout>(o: Obj) {
    // SAFETY: nobody else has a reference; see the laws of the module.
    unsafe {
        let t = L::type_of(o);
        match facts::of::<L>(t) {
            Some(facts) if facts.ends_plainly::<L>(t) => {
                if let Some(destroy) = facts.destroy {
                    destroy(payload::<L>(o, hpy_abi::BuiltinShape::OBJECT));
                }
                free::<L>(o, t);
            }
            facts => dealloc_general::<L>(o, t, facts),
        }
    }
}

/// [`dealloc`] of what takes more, out of the way of what does not.
///
/// # Safety
/// As [`dealloc`]; `t` is the type of `o`, and the facts are about it.
#[inline(never)]
unsafe fn dealloc_general<L: Layout>(o: Obj, t: Obj, facts: Option<&TypeFacts>) {
    // SAFETY: nobody else has a reference; see the laws of the module.
    unsafe {
        let outermost = facts.is_some_and(|f| f.owns_dealloc);
        if outermost
            && L::FINALIZE_IN_DEALLOC
            && L::type_field(t, TypeField::Finalize) != 0
            && PyObject_CallFinalizerFromDealloc(o) < 0
        {
            return;
        }
        if L::type_flags(t) & flag::HAVE_GC != 0
            && let Some(untrack) = api().PyObject_GC_UnTrack
        {
            untrack(o.cast());
        }
        if facts::chain::<L>(t).any(|(_, f)| f.traverse.is_some()) {
            end_nested::<L>(o);
        } else {
            end::<L>(o);
        }
    }
}

/// [`end`], now or when fewer of them are on the stack.
///
/// # Safety
/// As [`end`].
unsafe fn end_nested<L: Layout>(o: Obj) {
    let nesting = NESTING.get();
    // SAFETY: the pointer leads to a frame of this thread that waits for us; only raw pointers are
    // used, because calls in between reach the same struct.
    unsafe {
        if nesting.is_null() {
            let mut outermost = Nesting { depth: 1, waiting: Vec::new() };
            let nesting = &raw mut outermost;
            NESTING.set(nesting);
            end::<L>(o);
            while let Some(next) = (*nesting).waiting.pop() {
                end::<L>(next);
            }
            NESTING.set(core::ptr::null_mut());
        } else if (*nesting).depth < MAX_NESTING {
            (*nesting).depth += 1;
            end::<L>(o);
            (*nesting).depth -= 1;
        } else {
            (*nesting).waiting.push(o);
        }
    }
}

/// Gives the memory of an object back, and its reference to its type.
///
/// # Safety
/// `o` is an instance of `t` of which nothing is left but the memory.
#[inline(always)]
unsafe fn free<L: Layout>(o: Obj, t: Obj) {
    // SAFETY: every type that is ready has the function.
    unsafe {
        let free: FreeFunc = core::mem::transmute(L::type_field(t, TypeField::Free));
        free(o.cast());
        L::decref(t);
    }
}

/// Takes an object apart and gives its memory back.
///
/// # Safety
/// As [`dealloc`], after finalizer and untracking.
unsafe fn end<L: Layout>(o: Obj) {
    // SAFETY: the caller's promise.
    unsafe {
        let t = L::type_of(o);
        clear_fields::<L>(o);
        for (_, facts) in facts::chain::<L>(t) {
            if let Some(destroy) = facts.destroy {
                destroy(payload::<L>(o, facts.shape));
            }
        }
        let base = facts::foreign_base::<L>(t);
        if base == api().PyBaseObject_Type {
            return free::<L>(o, t);
        }
        let base_flags = L::type_flags(base);
        if base_flags & flag::HAVE_GC != 0
            && let Some(track) = api().PyObject_GC_Track
        {
            track(o.cast());
        }
        let inherited: Destructor = core::mem::transmute(L::type_field(base, TypeField::Dealloc));
        inherited(o);
        if base_flags & flag::HEAPTYPE == 0 {
            L::decref(t);
        }
    }
}

/// Runs a function while no other thread runs one on the same object.
///
/// # Safety
/// `o` is an object, and the function does not call back into Python.
#[inline(always)]
pub(crate) unsafe fn lock<L: Layout, T>(o: Obj, function: impl FnOnce() -> T) -> T {
    match (api().PyCriticalSection_Begin, api().PyCriticalSection_End) {
        // SAFETY: the struct has room for what the interpreter keeps in it.
        (Some(begin), Some(end)) if L::FREE_THREADED => unsafe {
            let mut section = [0_usize; 2];
            begin(section.as_mut_ptr().cast(), o);
            let value = function();
            end(section.as_mut_ptr().cast());
            value
        },
        _ => function(),
    }
}
