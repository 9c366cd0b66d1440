#[pommel::module]
mod configured {
    use pommel::prelude::*;

    #[init]
    fn first(_module: &Module<'_>) -> Result<()> {
        Ok(())
    }

    #[init]
    fn second(_module: &Module<'_>) -> Result<()> {
        Ok(())
    }
}

fn main() {}
