#[pommel::module]
mod text {
    use pommel::prelude::*;

    /// A greeting, and its length in bytes of UTF-8.
    #[function]
    fn greet(name: &str) -> (String, usize) {
        let greeting = format!("Hello, {name}!");
        let size = greeting.len();
        (greeting, size)
    }
}
