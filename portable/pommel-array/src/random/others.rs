//! The generators of random bits that are asked for by name: SFC64, Philox and PCG64DXSM, seeded and
//! stepped as in NumPy.
//!
//! They are one kind of source, so that the distributions are compiled once for all three.

use super::pcg::{MULTIPLIER, Source, stride};
use super::seed::SeedSequence;

/// A generator, and the half of a word that may be left.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Other {
    /// What makes words.
    pub engine: Engine,
    /// Whether half of a word is left for the next request for 32 bits.
    pub has_uint32: bool,
    /// That half, or the one that was left last.
    pub uinteger: u32,
}

/// What makes words.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Engine {
    /// C. Doty-Humphrey's Small Fast Chaotic generator: three words and a counter.
    Sfc64([u64; 4]),
    /// Philox 4x64 of ten rounds (J. Salmon and others, "Parallel Random Numbers: As Easy as 1, 2, 3",
    /// 2011).
    Philox {
        /// How many blocks have been made, the lowest word first.
        counter: [u64; 4],
        /// What tells streams apart.
        key: [u64; 2],
        /// The last block, of which `position` words are read.
        buffer: [u64; 4],
        /// See `buffer`.
        position: usize,
    },
    /// PCG64 with a cheaper multiplier and a stronger output (`DXSM`).
    Dxsm {
        /// The state of the congruence.
        state: u128,
        /// Its increment, an odd number.
        inc: u128,
    },
}

/// The multiplier of PCG64DXSM, for its steps and its output.
const CHEAP: u64 = 0xda94_2042_e4dd_58b5;

/// The words of a block of Philox.
const BLOCK: usize = 4;

impl Other {
    fn new(engine: Engine) -> Other {
        Other { engine, has_uint32: false, uinteger: 0 }
    }

    /// SFC64 with the state that a seed gives.
    pub fn sfc64(seed: &SeedSequence) -> Other {
        let mut state = [0, 0, 0, 1];
        seed.state_u64(&mut state[..3]);
        for _ in 0..12 {
            next_sfc64(&mut state);
        }
        Other::new(Engine::Sfc64(state))
    }

    /// Philox with the key that a seed gives.
    pub fn philox(seed: &SeedSequence) -> Other {
        let mut key = [0; 2];
        seed.state_u64(&mut key);
        let (counter, buffer) = ([0; 4], [0; BLOCK]);
        Other::new(Engine::Philox { counter, key, buffer, position: BLOCK })
    }

    /// PCG64DXSM with the state that a seed gives.
    pub fn dxsm(seed: &SeedSequence) -> Other {
        let mut words = [0_u64; 4];
        seed.state_u64(&mut words);
        let [start, stream] = [0, 2].map(|i| u128::from(words[i]) << 64 | u128::from(words[i + 1]));
        let inc = stream << 1 | 1;
        // A step from 0 is the increment; the second one, which in NumPy is one of PCG64, spreads the
        // seed.
        let state = inc.wrapping_add(start).wrapping_mul(MULTIPLIER).wrapping_add(inc);
        Other::new(Engine::Dxsm { state, inc })
    }

    /// Goes on as if so many words of PCG64DXSM, or blocks of Philox, had been drawn; what is left of a
    /// word or a block is gone. `false` if the generator cannot.
    pub fn advance(&mut self, steps: u128) -> bool {
        match &mut self.engine {
            Engine::Sfc64(_) => return false,
            Engine::Philox { counter, buffer, position, .. } => {
                add(counter, [steps as u64, (steps >> 64) as u64, 0, 0]);
                (*buffer, *position) = ([0; BLOCK], BLOCK);
            }
            Engine::Dxsm { state, inc } => {
                let (multiplier, plus) = stride(CHEAP.into(), *inc, steps);
                *state = state.wrapping_mul(multiplier).wrapping_add(plus);
            }
        }
        (self.has_uint32, self.uinteger) = (false, 0);
        true
    }
}

/// Adds to a number of four words.
fn add(number: &mut [u64; 4], more: [u64; 4]) {
    let mut carry = false;
    for (word, more) in number.iter_mut().zip(more) {
        let (sum, over) = word.overflowing_add(more);
        let (sum, again) = sum.overflowing_add(carry.into());
        (*word, carry) = (sum, over || again);
    }
}

fn next_sfc64(state: &mut [u64; 4]) -> u64 {
    let [a, b, c, count] = *state;
    let word = a.wrapping_add(b).wrapping_add(count);
    *state = [
        b ^ b >> 11,
        c.wrapping_add(c << 3),
        c.rotate_left(24).wrapping_add(word),
        count.wrapping_add(1),
    ];
    word
}

/// The block of a counter and a key.
fn philox(counter: [u64; 4], key: [u64; 2]) -> [u64; BLOCK] {
    let wide = |factor: u64, word: u64| {
        let product = u128::from(factor) * u128::from(word);
        ((product >> 64) as u64, product as u64)
    };
    let (mut block, mut key) = (counter, key);
    for _ in 0..10 {
        let (high0, low0) = wide(0xd2e7_470e_e14c_6c93, block[0]);
        let (high1, low1) = wide(0xca5a_8263_9512_1157, block[2]);
        block = [high1 ^ block[1] ^ key[0], low1, high0 ^ block[3] ^ key[1], low0];
        key[0] = key[0].wrapping_add(0x9e37_79b9_7f4a_7c15);
        key[1] = key[1].wrapping_add(0xbb67_ae85_84ca_a73b);
    }
    block
}

fn next_dxsm(state: &mut u128, inc: u128) -> u64 {
    let (mut high, low) = ((*state >> 64) as u64, *state as u64 | 1);
    high ^= high >> 32;
    high = high.wrapping_mul(CHEAP);
    high ^= high >> 48;
    *state = state.wrapping_mul(CHEAP.into()).wrapping_add(inc);
    high.wrapping_mul(low)
}

impl Source for Other {
    #[inline(never)]
    fn next_u64(&mut self) -> u64 {
        match &mut self.engine {
            Engine::Sfc64(state) => next_sfc64(state),
            Engine::Philox { counter, key, buffer, position } => {
                if *position >= BLOCK {
                    add(counter, [1, 0, 0, 0]);
                    (*buffer, *position) = (philox(*counter, *key), 0);
                }
                *position += 1;
                buffer[*position - 1]
            }
            Engine::Dxsm { state, inc } => next_dxsm(state, *inc),
        }
    }

    #[inline(always)]
    fn next_u32(&mut self) -> u32 {
        if self.has_uint32 {
            self.has_uint32 = false;
            return self.uinteger;
        }
        let word = self.next_u64();
        (self.has_uint32, self.uinteger) = (true, (word >> 32) as u32);
        word as u32
    }
}
