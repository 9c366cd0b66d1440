//! Dicts: a vector of entries, found by hash and then by identity or equality.

use crate::errors::raise;
use crate::object::*;
use crate::state::State;
use std::rc::Rc;

impl State {
    fn dict_find(&self, dict: &Obj, key: &Obj) -> Res<(isize, Option<usize>)> {
        let Kind::Dict(entries) = &dict.kind else {
            return Err(self.fault(format!("{} is not a dict", self.describe(dict))));
        };
        let hash = self.hash(key)?;
        let entries_now = entries.borrow();
        let alike = entries_now.iter().filter(|entry| entry.hash == hash);
        let alike: Vec<Obj> = alike.map(|entry| entry.key.clone()).collect();
        drop(entries_now);
        for candidate in alike {
            if self.equal(&candidate, key)? {
                // Comparing may have run code that changed the dict.
                let is_it = |entry: &Entry| Rc::ptr_eq(&entry.key, &candidate);
                return Ok((hash, entries.borrow().iter().position(is_it)));
            }
        }
        Ok((hash, None))
    }

    pub fn dict_get(&self, dict: &Obj, key: &Obj) -> Res<Option<Obj>> {
        let (_, place) = self.dict_find(dict, key)?;
        let Kind::Dict(entries) = &dict.kind else { unreachable!("found in a dict") };
        Ok(place.map(|i| entries.borrow()[i].value.clone()))
    }

    pub fn dict_set(&self, dict: &Obj, key: &Obj, value: Obj) -> Res<()> {
        let (hash, place) = self.dict_find(dict, key)?;
        let Kind::Dict(entries) = &dict.kind else { unreachable!("found in a dict") };
        let mut entries = entries.borrow_mut();
        let old = match place {
            Some(i) => Some(std::mem::replace(&mut entries[i].value, value)),
            None => {
                entries.push(Entry { hash, key: key.clone(), value });
                None
            }
        };
        drop((entries, old));
        Ok(())
    }

    pub fn dict_remove(&self, dict: &Obj, key: &Obj) -> Res<bool> {
        let (_, place) = self.dict_find(dict, key)?;
        let Kind::Dict(entries) = &dict.kind else { unreachable!("found in a dict") };
        let old = place.map(|i| entries.borrow_mut().remove(i));
        Ok(old.is_some())
    }

    pub fn dict_entries(&self, dict: &Obj) -> Vec<(Obj, Obj)> {
        match &dict.kind {
            Kind::Dict(entries) => {
                entries.borrow().iter().map(|e| (e.key.clone(), e.value.clone())).collect()
            }
            _ => vec![],
        }
    }
}

#[allow(non_snake_case)]
impl State {
    pub(crate) fn ctx_Dict_Check(&self, object: Obj) -> bool {
        matches!(object.kind, Kind::Dict(_))
    }
    pub(crate) fn ctx_Dict_New(&self) -> Res<Obj> {
        Ok(self.dict())
    }
    pub(crate) fn ctx_Dict_Keys(&self, dict: Obj) -> Res<Obj> {
        let Kind::Dict(_) = dict.kind else {
            return raise!(self, SystemError, "bad argument to internal function");
        };
        Ok(self.list(self.dict_entries(&dict).into_iter().map(|(key, _)| key).collect()))
    }
    pub(crate) fn ctx_Dict_Copy(&self, dict: Obj) -> Res<Obj> {
        let Kind::Dict(_) = dict.kind else {
            return raise!(self, SystemError, "bad argument to internal function");
        };
        let copy = self.dict();
        for (key, value) in self.dict_entries(&dict) {
            self.dict_set(&copy, &key, value)?;
        }
        Ok(copy)
    }
}
