//! Choices from bytes. Each takes what it needs from the front; when nothing is left every choice
//! is the first one, so that fewer and smaller bytes make simpler cases.

/// The bytes that are left.
pub struct Input<'a> {
    bytes: &'a [u8],
}

impl<'a> Input<'a> {
    pub fn new(bytes: &'a [u8]) -> Input<'a> {
        Input { bytes }
    }

    pub fn byte(&mut self) -> u8 {
        match self.bytes.split_first() {
            Some((first, rest)) => {
                self.bytes = rest;
                *first
            }
            None => 0,
        }
    }

    /// A number below `limit`, which is 256 at most.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::from(self.byte()) % limit
    }

    /// True once in `n` times, and not when nothing is left.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// A character of a text in ASCII.
    pub fn letter(&mut self, choices: &str) -> char {
        char::from(self.pick(choices.as_bytes()))
    }

    /// Several of something, up to `most`.
    pub fn several<T>(&mut self, most: usize, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| one(self)).collect()
    }

    /// A number of as many bits as fit into bytes that are left.
    pub fn bits(&mut self) -> u128 {
        (0..16).fold(0, |bits, _| bits << 8 | u128::from(self.byte()))
    }

    /// A whole number, most of the time one beside the end of a C type.
    pub fn integer(&mut self) -> i128 {
        if self.once_in(8) {
            return self.bits() as i128;
        }
        let edge = match self.pick(&[0, 7, 8, 15, 16, 31, 32, 63, 64, 100]) {
            0 => 0,
            bits => 1i128 << bits,
        };
        let edge = if self.once_in(2) { -edge } else { edge };
        edge + i128::from(self.pick(&[0i8, 1, -1, 2, -2, 17]))
    }

    /// A number whose text is the same in Rust and in Python.
    pub fn float(&mut self) -> f64 {
        let eighths = i32::from(self.byte()) * 256 + i32::from(self.byte()) - 0x8000;
        f64::from(if eighths == -0x8000 { 0 } else { eighths }) / 8.0
    }

    /// A short text. It has a NUL in it once in eight times if it may.
    pub fn text(&mut self, may_have_nul: bool) -> String {
        let mut text = String::new();
        for _ in 0..self.below(6) {
            text.push_str(self.pick(&["a", "b", "xyz", " ", "é", "€", "𝄞"]));
        }
        if may_have_nul && self.once_in(8) {
            text.push('\0');
            text.push_str(self.pick(&["", "a", "\0"]));
        }
        text
    }
}
