use pommel::prelude::*;
use std::cell::RefCell;

thread_local! {
    static LAST: RefCell<Option<Object<'static>>> = const { RefCell::new(None) };
}

#[function]
fn remember(object: &Object<'_>) {
    LAST.set(Some(object.clone()));
}

fn main() {}
