use pommel::prelude::*;
use std::time::Duration;

#[function]
fn timeout() -> Duration {
    Duration::from_secs(1)
}

fn main() {}
