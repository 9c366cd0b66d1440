#[pommel::module]
mod elsewhere;

fn main() {}
