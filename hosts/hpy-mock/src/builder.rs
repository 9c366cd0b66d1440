//! Builders and trackers: the context's tools for many handles at once.

use crate::object::*;
use crate::state::{Owner, State, fresh_id};
use hpy_abi::*;

#[allow(non_snake_case)]
impl State {
    fn new_builder(&self, size: Len) -> isize {
        let id = fresh_id();
        self.builders.borrow_mut().insert(id, vec![None; size.0.max(0) as usize]);
        id
    }
    fn builder_set(&self, id: isize, index: Len, item: Obj) {
        let mut builders = self.builders.borrow_mut();
        let place = builders.get_mut(&id).and_then(|b| b.get_mut(index.0 as usize));
        let Some(place) = place else {
            drop(builders);
            self.fault(format!("a builder was set at {} or is not open", index.0));
            return;
        };
        let old = place.replace(item);
        drop((builders, old));
    }
    fn build(&self, id: isize, member: &str, make: impl FnOnce(Vec<Obj>) -> Obj) -> HPy {
        let Some(items) = self.builders.borrow_mut().remove(&id) else {
            self.fault(format!("{member} was called with a builder that is not open"));
            return HPy::NULL;
        };
        // The builder is gone whatever happens, so that this is not a `Result`.
        let complete = self.admit(member).and_then(|()| {
            let items: Option<Vec<Obj>> = items.into_iter().collect();
            items.ok_or_else(|| self.fault(format!("{member} before every item was set")))
        });
        match complete {
            Ok(items) => self.open(make(items), Owner::Extension, member),
            Err(exception) => {
                self.pending.replace(Some(exception));
                HPy::NULL
            }
        }
    }
    fn cancel(&self, id: isize) {
        let items = self.builders.borrow_mut().remove(&id);
        if items.is_none() {
            self.fault("a builder was cancelled that is not open".into());
        }
    }
    pub(crate) fn ctx_ListBuilder_New(&self, size: Len) -> isize {
        self.new_builder(size)
    }
    pub(crate) fn ctx_ListBuilder_Set(&self, builder: HPyListBuilder, index: Len, item: Obj) {
        self.builder_set(builder.0, index, item);
    }
    pub(crate) fn ctx_ListBuilder_Build(&self, builder: HPyListBuilder) -> HPy {
        self.build(builder.0, "ctx_ListBuilder_Build", |items| self.list(items))
    }
    pub(crate) fn ctx_ListBuilder_Cancel(&self, builder: HPyListBuilder) {
        self.cancel(builder.0);
    }
    pub(crate) fn ctx_TupleBuilder_New(&self, size: Len) -> isize {
        self.new_builder(size)
    }
    pub(crate) fn ctx_TupleBuilder_Set(&self, builder: HPyTupleBuilder, index: Len, item: Obj) {
        self.builder_set(builder.0, index, item);
    }
    pub(crate) fn ctx_TupleBuilder_Build(&self, builder: HPyTupleBuilder) -> HPy {
        self.build(builder.0, "ctx_TupleBuilder_Build", |items| self.tuple(items))
    }
    pub(crate) fn ctx_TupleBuilder_Cancel(&self, builder: HPyTupleBuilder) {
        self.cancel(builder.0);
    }

    pub(crate) fn ctx_Tracker_New(&self, _: Len) -> Res<isize> {
        let id = fresh_id();
        self.trackers.borrow_mut().insert(id, vec![]);
        Ok(id)
    }
    pub(crate) fn ctx_Tracker_Add(&self, tracker: HPyTracker, h: HPy) -> Status {
        // The handle is tracked even if the call fails, so that this is not a `Result`.
        let tracked = match self.trackers.borrow_mut().get_mut(&tracker.0) {
            Some(handles) => {
                handles.push(h);
                Ok(())
            }
            None => Err(self.fault("ctx_Tracker_Add was given a tracker that is not open".into())),
        };
        match tracked.and_then(|()| self.admit("ctx_Tracker_Add")) {
            Ok(()) => Status::OK,
            Err(exception) => {
                self.pending.replace(Some(exception));
                Status::ERR
            }
        }
    }
    pub(crate) fn ctx_Tracker_ForgetAll(&self, tracker: HPyTracker) {
        match self.trackers.borrow_mut().get_mut(&tracker.0) {
            Some(handles) => handles.clear(),
            None => {
                self.fault("ctx_Tracker_ForgetAll was given a tracker that is not open".into());
            }
        }
    }
    pub(crate) fn ctx_Tracker_Close(&self, tracker: HPyTracker) {
        match self.trackers.borrow_mut().remove(&tracker.0) {
            Some(handles) => handles.into_iter().for_each(|h| self.ctx_Close(h)),
            None => {
                self.fault("ctx_Tracker_Close was given a tracker that is not open".into());
            }
        }
    }
}
