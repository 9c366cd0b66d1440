#[pommel::module]
mod buttons {
    use pommel::prelude::*;

    #[class]
    pub struct Button {
        callback: Field,
    }

    #[methods]
    impl Button {
        #[new]
        fn new() -> Button {
            Button { callback: Field::empty() }
        }

        fn bind(this: &Instance<'_, Self>, callback: &Object<'_>) -> Result<()> {
            this.borrow()?.callback.store(this, Some(callback))
        }

        fn click(this: &Instance<'_, Self>) -> Result<()> {
            let callback = this.borrow()?.callback.load(this)?;
            callback.map_or(Ok(()), |callback| callback.call(()).map(drop))
        }
    }
}
