use pommel::prelude::*;

#[function]
async fn fetch(url: &str) -> usize {
    url.len()
}

fn main() {}
