//! Choices from bytes. Each takes what it needs from the front; when nothing is left every choice is
//! the first one, so that fewer and smaller bytes make simpler cases.

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

    /// Several of something, up to `most`.
    pub fn several<T>(&mut self, most: usize, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| one(self)).collect()
    }

    /// A whole number: small, or at one of the ends.
    pub fn number(&mut self) -> isize {
        let small = self.byte().cast_signed() as isize;
        match self.below(16) {
            15 => isize::MIN + (small & 3),
            14 => isize::MAX - (small & 3),
            13 => 1 << (small & 63),
            12 => small << 32,
            _ => small,
        }
    }

    /// Everything that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        core::mem::take(&mut self.bytes)
    }

    /// Damages a file in a few places.
    pub fn damage(&mut self, file: &mut Vec<u8>) {
        for _ in 0..self.below(5) {
            let at = (self.below(256) * 256 + self.below(256)) % file.len().max(1);
            match self.below(4) {
                0 => file.insert(at, self.byte()),
                _ if file.is_empty() => {}
                1 => drop(file.remove(at)),
                2 => file[at] ^= 1 << self.below(8),
                _ => file[at] = self.byte(),
            }
        }
    }
}
