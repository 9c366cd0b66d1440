use pommel::prelude::*;

#[class]
struct Record;

#[methods]
impl Record {
    fn __getattr__(&self, name: &str) -> Result<String> {
        Ok(name.to_owned())
    }
}

fn main() {}
