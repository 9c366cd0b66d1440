//! The generator of random bits of M. Matsumoto and T. Nishimura ("Mersenne Twister: A
//! 623-dimensionally Equidistributed Uniform Pseudo-Random Number Generator", 1998), seeded by integers
//! as its authors do, which NumPy's older functions keep, and by sequences as NumPy does.

use super::pcg::Source;
use super::seed::SeedSequence;

/// The words of the state.
pub const WORDS: usize = 624;

/// Words of which each new one depends on the one so far behind.
const MIDDLE: usize = 397;

const MATRIX: u32 = 0x9908_b0df;
const UPPER: u32 = 0x8000_0000;

/// A generator of random bits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mt19937 {
    key: Box<[u32; WORDS]>,
    /// How many words of the key have been read.
    position: usize,
}

impl Mt19937 {
    /// A generator with the state that a seed gives.
    pub fn new(seed: &SeedSequence) -> Mt19937 {
        let mut key = Box::new([0; WORDS]);
        seed.state_u32(&mut key[..]);
        // A state must not be zero everywhere.
        key[0] = UPPER;
        Mt19937 { key, position: WORDS - 1 }
    }

    /// A generator seeded by one integer.
    pub fn from_integer(mut seed: u32) -> Mt19937 {
        let mut key = Box::new([0; WORDS]);
        for (word, number) in key.iter_mut().zip(1..) {
            *word = seed;
            seed = (seed ^ seed >> 30).wrapping_mul(1_812_433_253).wrapping_add(number);
        }
        Mt19937 { key, position: WORDS }
    }

    /// A generator seeded by several integers; by 0 if there are none.
    pub fn from_integers(seed: &[u32]) -> Mt19937 {
        let seed = if seed.is_empty() { &[0] } else { seed };
        let mut new = Mt19937::from_integer(19_650_218);
        let mut at = 1;
        let numbered = || seed.iter().zip(0_u32..).cycle();
        for (&word, number) in numbered().take(seed.len().max(WORDS)) {
            let mixed = new.mixed(at, 1_664_525);
            new.key[at] = mixed.wrapping_add(word).wrapping_add(number);
            at = new.next_place(at);
        }
        for _ in 1..WORDS {
            new.key[at] = new.mixed(at, 1_566_083_941).wrapping_sub(at as u32);
            at = new.next_place(at);
        }
        new.key[0] = UPPER;
        new
    }

    /// A word of the key with the one before it.
    fn mixed(&self, at: usize, factor: u32) -> u32 {
        let before = self.key[at - 1];
        self.key[at] ^ (before ^ before >> 30).wrapping_mul(factor)
    }

    /// The place after one; the first word is the last one when a round begins anew.
    fn next_place(&mut self, at: usize) -> usize {
        if at + 1 < WORDS {
            return at + 1;
        }
        self.key[0] = self.key[WORDS - 1];
        1
    }

    /// A generator that goes on where another one was: its key, and how many words of it were read.
    pub fn from_state(key: &[u32; WORDS], position: usize) -> Mt19937 {
        Mt19937 { key: Box::new(*key), position: position.min(WORDS) }
    }

    /// What [`Mt19937::from_state`] goes on from.
    pub fn state(&self) -> (&[u32; WORDS], usize) {
        (&self.key, self.position)
    }

    /// The next key.
    #[inline(never)]
    fn renew(&mut self) {
        let key = &mut *self.key;
        for i in 0..WORDS {
            let both = key[i] & UPPER | key[(i + 1) % WORDS] & !UPPER;
            let twist = if both & 1 == 1 { MATRIX } else { 0 };
            key[i] = key[(i + MIDDLE) % WORDS] ^ both >> 1 ^ twist;
        }
        self.position = 0;
    }
}

impl Source for Mt19937 {
    #[inline(always)]
    fn next_u32(&mut self) -> u32 {
        if self.position >= WORDS {
            self.renew();
        }
        let mut word = self.key[self.position];
        self.position += 1;
        word ^= word >> 11;
        word ^= word << 7 & 0x9d2c_5680;
        word ^= word << 15 & 0xefc6_0000;
        word ^ word >> 18
    }

    #[inline(always)]
    fn next_u64(&mut self) -> u64 {
        let high = u64::from(self.next_u32());
        high << 32 | u64::from(self.next_u32())
    }

    /// From 27 bits of one word and 26 of the next.
    #[inline(always)]
    fn next_f64(&mut self) -> f64 {
        let (high, low) = (self.next_u32() >> 5, self.next_u32() >> 6);
        (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0
    }
}
