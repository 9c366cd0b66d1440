//! Who asks: the garbage collector, or `gc.get_referents`?
//!
//! An instance holds a reference to its class, and the collector has to be shown it, or a class
//! that can be reached from its own instance would live for ever.
//! `gc.get_referents`, on the other hand, is specified by HPy to give what the extension's own
//! traversal visits.
//! Both come as a `visitproc`, which nobody exports; so the one of `gc.get_referents` is learnt
//! once, from a call for an object whose traversal notes who called.

use crate::capi::*;
use crate::layout::{Layout, flag};
use core::ffi::c_void;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

/// The visitor of `gc.get_referents`; 0 if it is not known.
static VISITOR: AtomicUsize = AtomicUsize::new(0);

const TRAVERSE: i32 = 71;

/// Whether this visitor wants to see what the extension visits, and nothing else.
#[inline(always)]
pub(crate) fn asks_for_fields(visit: VisitProc) -> bool {
    visit as *const () as usize == VISITOR.load(Relaxed)
}

/// Learns the visitor, once per process. What goes wrong here is of no consequence: the visitor is
/// then treated as the collector's.
///
/// # Safety
/// The thread is attached to the interpreter, and no exception is set.
pub(crate) unsafe fn learn<L: Layout>() {
    static LEARNT: AtomicBool = AtomicBool::new(false);
    if LEARNT.swap(true, Relaxed) {
        return;
    }
    let mut slots = [
        PySlot { slot: TRAVERSE, value: note_visitor::<L> as *const () as *mut c_void },
        PySlot { slot: 0, value: null_mut() },
    ];
    let mut spec = PyTypeSpec {
        name: c"hpy.referents".as_ptr(),
        basicsize: L::HEADER as i32,
        itemsize: 0,
        flags: (hpy_abi::tpflags::DEFAULT | flag::HEAPTYPE | flag::HAVE_GC) as u32,
        slots: slots.as_mut_ptr(),
    };
    // SAFETY: documented functions on new references that are checked for null and given up again.
    unsafe {
        let gc = PyImport_ImportModule(c"gc".as_ptr());
        let ask = if gc.is_null() {
            null_mut()
        } else {
            PyObject_GetAttrString(gc, c"get_referents".as_ptr())
        };
        let t = PyType_FromSpecWithBases(&mut spec, null_mut());
        let sample = if t.is_null() { null_mut() } else { L::alloc(t) };
        if !ask.is_null() && !sample.is_null() {
            let answer = L::vectorcall(ask, &raw const sample, 1, null_mut());
            crate::host::xdecref::<L>(answer);
        }
        [sample, t, ask, gc].iter().for_each(|o| crate::host::xdecref::<L>(*o));
        PyErr_Clear();
    }
}

/// The traversal of the sample.
///
/// # Safety
/// The interpreter calls it as a `traverseproc`.
unsafe extern "C" fn note_visitor<L: Layout>(_: Obj, visit: VisitProc, arg: *mut c_void) -> i32 {
    let list: Obj = arg.cast();
    // SAFETY: `gc.get_referents` passes the list that it fills, and the collector an object or a
    // record of its own that is no shorter than an object's header, if it comes here at all.
    unsafe {
        if !list.is_null() && L::type_of(list) == api().PyList_Type {
            VISITOR.store(visit as *const () as usize, Relaxed);
        }
    }
    0
}
