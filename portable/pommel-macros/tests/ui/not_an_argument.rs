use pommel::prelude::*;
use std::path::PathBuf;

#[function]
fn open(path: PathBuf) -> bool {
    path.exists()
}

fn main() {}
