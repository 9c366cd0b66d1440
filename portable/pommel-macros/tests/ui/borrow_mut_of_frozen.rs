#[pommel::module]
mod frozen {
    use pommel::prelude::*;

    #[class]
    pub struct Constant {
        value: i64,
    }

    #[methods]
    impl Constant {
        fn set(this: &Instance<'_, Self>, value: i64) -> Result<()> {
            this.borrow_mut()?.value = value;
            Ok(())
        }
    }
}

fn main() {}
