//! The generator of Python's `random`, the Mersenne twister MT19937, stepped where its state lies.

/// The words of the state.
const WORDS: usize = 624;
/// A word is mixed with the one so many behind it.
const AWAY: usize = 397;
/// The bits of a word that come from the one at its own place; the others come from the next.
const UPPER: u32 = 0x8000_0000;

/// The state, as it lies in an object.
#[repr(C)]
pub(crate) struct State {
    /// The word that is used next.
    next: i32,
    words: [u32; WORDS],
}

impl State {
    /// 32 bits.
    fn step(&mut self) -> u32 {
        if self.next < 0 || self.next as usize >= WORDS {
            self.twist();
            self.next = 0;
        }
        let mut bits = self.words[self.next as usize];
        self.next += 1;
        bits ^= bits >> 11;
        bits ^= (bits << 7) & 0x9d2c_5680;
        bits ^= (bits << 15) & 0xefc6_0000;
        bits ^ (bits >> 18)
    }

    /// Makes all words anew.
    #[cold]
    fn twist(&mut self) {
        for at in 0..WORDS {
            let (next, away) = ((at + 1) % WORDS, (at + AWAY) % WORDS);
            let mixed = (self.words[at] & UPPER) | (self.words[next] & !UPPER);
            let odd = if mixed & 1 == 1 { 0x9908_b0df } else { 0 };
            self.words[at] = self.words[away] ^ (mixed >> 1) ^ odd;
        }
    }

    fn bits(&mut self, count: u32) -> u64 {
        if count <= 32 {
            return u64::from(self.step() >> (32 - count));
        }
        let low = u64::from(self.step());
        low | u64::from(self.step() >> (64 - count)) << 32
    }
}

/// What [`pommel_jit::ir::Op::Random`] is.
pub(crate) extern "C" fn random(state: &mut State) -> f64 {
    let (high, low) = (state.step() >> 5, state.step() >> 6);
    (f64::from(high) * 67_108_864.0 + f64::from(low)) * (1.0 / 9_007_199_254_740_992.0)
}

/// What [`pommel_jit::ir::Op::RandomBits`] is.
pub(crate) extern "C" fn random_bits(state: &mut State, count: i64) -> i64 {
    state.bits(count as u32) as i64
}

/// What [`pommel_jit::ir::Op::RandomBelow`] is.
pub(crate) extern "C" fn random_below(state: &mut State, end: i64) -> i64 {
    let count = 64 - end.leading_zeros();
    loop {
        let number = state.bits(count) as i64;
        if number < end {
            return number;
        }
    }
}
