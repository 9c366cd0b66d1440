#[pommel::module]
mod graph {
    use pommel::Field as Reference;
    use pommel::prelude::*;

    #[class]
    pub struct Node {
        next: Reference,
    }

    #[methods]
    impl Node {
        fn next<'c>(this: &Instance<'c, Self>) -> Result<Option<Object<'c>>> {
            this.borrow()?.next.load(this)
        }
    }
}

fn main() {}
