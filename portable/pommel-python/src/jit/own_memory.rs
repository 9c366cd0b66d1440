//! What a call of machine code has in memory of its own: lists, dicts and records. Most calls have none, so that
//! it is made when it is first asked for.

use super::dicts::Dicts;
use super::known::KnownObjects;
use super::lists::{InstanceClass, Lists};
use pommel_jit::specialise::RecordType;
use std::cell::{OnceCell, RefCell};
use std::sync::Arc;

/// The memory of a call, which goes with it.
pub(crate) struct OwnMemory<'a, 'c> {
    known: &'a KnownObjects<'a, 'c>,
    records: &'a [Arc<RecordType>],
    /// In boxes, since a call and what it knows are put elsewhere.
    lists: OnceCell<Box<RefCell<Lists<'c>>>>,
    dicts: OnceCell<Box<RefCell<Dicts<'c>>>>,
}

impl<'a, 'c> OwnMemory<'a, 'c> {
    pub(super) fn new(known: &'a KnownObjects<'a, 'c>, records: &'a [Arc<RecordType>]) -> Self {
        OwnMemory { known, records, lists: OnceCell::new(), dicts: OnceCell::new() }
    }

    /// The lists that machine code made and nobody else knows, with texts and records.
    pub(super) fn lists(&self) -> &RefCell<Lists<'c>> {
        self.lists.get_or_init(|| {
            let mut lists = Lists::new(self.known.ctx());
            let classes = self.records.iter().filter_map(|record| {
                let class = self.known.get(record.class.0).ok()?;
                let names = record.attributes.iter().map(|(name, _)| name.clone()).collect();
                Some(InstanceClass { class, names, kind: record.kind })
            });
            lists.classes.extend(classes);
            Box::new(RefCell::new(lists))
        })
    }

    /// The same of dicts and sets.
    pub(super) fn dicts(&self) -> &RefCell<Dicts<'c>> {
        self.dicts.get_or_init(|| Box::new(RefCell::new(Dicts::new(self.known.ctx()))))
    }
}
