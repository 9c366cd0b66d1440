//! Trackers: a vector of handles on the heap.
//!
//! Room for one more handle is reserved ahead, so that a failing `ctx_Tracker_Add` has tracked the
//! handle all the same, as upstream's does.
//! A tracker belongs to the thread that made it.

use crate::capi::*;
use crate::host::{members, obj, xdecref};
use hpy_abi::*;

/// Capacity of a tracker that was asked for none.
const DEFAULT_CAPACITY: usize = 5;

members! {
    fn ctx_Tracker_New(ctx, size: Len) -> HPyTracker {
        let capacity = if size.0 <= 0 { DEFAULT_CAPACITY } else { size.0 as usize };
        let mut handles: Vec<HPy> = Vec::new();
        if handles.try_reserve(capacity.saturating_add(1)).is_err() {
            PyErr_NoMemory();
            return HPyTracker(0);
        }
        HPyTracker(Box::into_raw(Box::new(handles)) as isize)
    }
    fn ctx_Tracker_Add(ctx, ht: HPyTracker, h: HPy) -> Status {
        let handles = &mut *(ht.0 as *mut Vec<HPy>);
        handles.push(h);
        if handles.try_reserve(1).is_err() {
            PyErr_NoMemory();
            return Status::ERR;
        }
        Status::OK
    }
    fn ctx_Tracker_ForgetAll(ctx, ht: HPyTracker) { (*(ht.0 as *mut Vec<HPy>)).clear() }
    fn ctx_Tracker_Close(ctx, ht: HPyTracker) {
        for h in *Box::from_raw(ht.0 as *mut Vec<HPy>) {
            xdecref::<L>(obj(h));
        }
    }
}
