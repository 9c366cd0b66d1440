//! The generator of random bits: PCG64, that is a linear congruence on 128 bits whose state is
//! folded into 64 bits (`XSL-RR`; M. O'Neill, "PCG: A Family of Simple Fast Space-Efficient
//! Statistically Good Algorithms for Random Number Generation", 2014), seeded and stepped as in
//! NumPy.
//!
//! A congruence waits for the product of its last step. [`Words`] therefore computes four streams,
//! each four steps ahead of itself, which are the words of one in turn; it knows at any time which
//! state its reader has come to.

use super::seed::SeedSequence;

/// The multiplier of the congruence, by P. L'Ecuyer.
pub(super) const MULTIPLIER: u128 = 0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645;

/// A jump's length: 2^128 divided by the golden ratio, so that jumps never meet.
const JUMP: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;

/// Where random words come from.
pub trait Source {
    /// 64 random bits.
    fn next_u64(&mut self) -> u64;

    /// 32 random bits: the lower half of a word, then its upper half.
    fn next_u32(&mut self) -> u32;

    /// A number at least 0 and below 1, a multiple of 2^-53.
    #[inline(always)]
    fn next_f64(&mut self) -> f64 {
        unit_f64(self.next_u64())
    }

    /// A number at least 0 and below 1, a multiple of 2^-24.
    #[inline(always)]
    fn next_f32(&mut self) -> f32 {
        unit_f32(self.next_u32())
    }
}

/// A word as a number at least 0 and below 1.
#[inline(always)]
pub fn unit_f64(word: u64) -> f64 {
    // The detour by a signed integer is one instruction; the number is below 2^53.
    (word >> 11) as i64 as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// Half a word as a number at least 0 and below 1.
#[inline(always)]
pub fn unit_f32(half: u32) -> f32 {
    (half >> 8) as i32 as f32 * (1.0 / 16_777_216.0)
}

/// All that a [`Pcg64`] remembers, as NumPy's `bit_generator.state` names it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct State {
    /// The state of the congruence.
    pub state: u128,
    /// Its increment, an odd number.
    pub inc: u128,
    /// Whether half of a word is left for the next request for 32 bits.
    pub has_uint32: bool,
    /// That half, or the one that was left last.
    pub uinteger: u32,
}

/// A generator of random bits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pcg64 {
    state: State,
}

#[inline(always)]
fn output(state: u128) -> u64 {
    let high = (state >> 64) as u64;
    (high ^ state as u64).rotate_right((high >> 58) as u32)
}

/// `steps` steps of a congruence as one: its multiplier and its increment (F. Brown, "Random Number
/// Generation with Arbitrary Stride", 1994).
pub(super) fn stride(mut multiplier: u128, inc: u128, mut steps: u128) -> (u128, u128) {
    let mut plus = inc;
    let (mut whole, mut whole_plus) = (1_u128, 0_u128);
    while steps > 0 {
        if steps & 1 == 1 {
            whole = whole.wrapping_mul(multiplier);
            whole_plus = whole_plus.wrapping_mul(multiplier).wrapping_add(plus);
        }
        plus = multiplier.wrapping_add(1).wrapping_mul(plus);
        multiplier = multiplier.wrapping_mul(multiplier);
        steps >>= 1;
    }
    (whole, whole_plus)
}

impl Pcg64 {
    /// A generator with the state that a seed gives.
    pub fn new(seed: &SeedSequence) -> Pcg64 {
        let mut words = [0_u64; 4];
        seed.state_u64(&mut words);
        let [state, stream] = [0, 2].map(|i| u128::from(words[i]) << 64 | u128::from(words[i + 1]));
        let inc = stream << 1 | 1;
        // A step from 0 is the increment; the second one spreads the seed.
        let mut new = Pcg64 {
            state: State { state: inc.wrapping_add(state), inc, has_uint32: false, uinteger: 0 },
        };
        new.step();
        new
    }

    /// A generator that goes on where another one was.
    pub fn from_state(state: State) -> Pcg64 {
        Pcg64 { state }
    }

    /// What [`Pcg64::from_state`] goes on from.
    pub fn state(&self) -> State {
        self.state
    }

    #[inline(always)]
    fn step(&mut self) {
        self.state.state = self.state.state.wrapping_mul(MULTIPLIER).wrapping_add(self.state.inc);
    }

    /// Goes on as if so many words had been drawn; the half of a word that may be left is gone.
    pub fn advance(&mut self, steps: u128) {
        let (multiplier, plus) = stride(MULTIPLIER, self.state.inc, steps);
        self.state.state = self.state.state.wrapping_mul(multiplier).wrapping_add(plus);
        (self.state.has_uint32, self.state.uinteger) = (false, 0);
    }

    /// The generator after so many jumps, each longer than any program draws words.
    pub fn jumped(&self, jumps: u128) -> Pcg64 {
        let mut other = self.clone();
        other.advance(JUMP.wrapping_mul(jumps));
        other
    }
}

impl Source for Pcg64 {
    #[inline(always)]
    fn next_u64(&mut self) -> u64 {
        self.step();
        output(self.state.state)
    }

    #[inline(always)]
    fn next_u32(&mut self) -> u32 {
        if self.state.has_uint32 {
            self.state.has_uint32 = false;
            return self.state.uinteger;
        }
        let word = self.next_u64();
        (self.state.has_uint32, self.state.uinteger) = (true, (word >> 32) as u32);
        word as u32
    }
}

/// Streams that are computed side by side.
const LANES: usize = 4;

/// Words that are computed at once: as many as fit a corner of the first cache.
const BATCH: usize = 64;

/// The words of a [`Pcg64`], computed in batches.
pub struct Words<'a> {
    owner: &'a mut Pcg64,
    batch: [u64; BATCH],
    /// How many of the batch are read.
    read: usize,
    /// The states of the words that come after the batch.
    lanes: [u128; LANES],
    /// `LANES` steps as one.
    stride: (u128, u128),
    /// The state before the batch, and that of its last word.
    ends: (u128, u128),
}

impl<'a> Words<'a> {
    /// The words of a generator, whose state is that of the reader when this is dropped.
    pub fn new(owner: &'a mut Pcg64) -> Words<'a> {
        let (inc, start) = (owner.state.inc, owner.state.state);
        let mut lanes = [start; LANES];
        let mut last = start;
        for lane in &mut lanes {
            last = last.wrapping_mul(MULTIPLIER).wrapping_add(inc);
            *lane = last;
        }
        let stride = stride(MULTIPLIER, inc, LANES as u128);
        Words { owner, batch: [0; BATCH], read: BATCH, lanes, stride, ends: (start, start) }
    }

    /// The next batch, none of which is read.
    #[inline(never)]
    fn refill(&mut self) {
        let (multiplier, plus) = self.stride;
        let mut lanes = self.lanes;
        let mut last = 0;
        for words in self.batch.chunks_exact_mut(LANES) {
            last = lanes[LANES - 1];
            for (word, lane) in words.iter_mut().zip(&mut lanes) {
                *word = output(*lane);
                *lane = lane.wrapping_mul(multiplier).wrapping_add(plus);
            }
        }
        self.lanes = lanes;
        self.ends = (self.ends.1, last);
        self.read = 0;
    }

    /// Fills a slice with numbers of which nearly every one takes one word, or half of one.
    ///
    /// The loop works on a batch, so that nothing it counts has to go through memory.
    #[inline(always)]
    pub fn fill<T: Copy, Q: Quick<T>>(&mut self, numbers: Q, out: &mut [T]) {
        let mut filled = 0;
        while filled < out.len() {
            if Q::Word::IN_WORD == 2 && self.owner.state.has_uint32 {
                let half = Q::Word::next(self);
                out[filled] = numbers.number(half, self);
                filled += 1;
                continue;
            }
            if self.read >= BATCH {
                self.refill();
            }
            let start = self.read * Q::Word::IN_WORD;
            let mut done = 0;
            let mut unsure = None;
            for value in &mut out[filled..] {
                if start + done == BATCH * Q::Word::IN_WORD {
                    break;
                }
                let word = Q::Word::at(&self.batch, start + done);
                done += 1;
                let (number, sure) = numbers.quick(word);
                *value = number;
                if !sure {
                    unsure = Some(word);
                    break;
                }
            }
            self.have_read(start + done, Q::Word::IN_WORD);
            filled += done;
            if let Some(word) = unsure {
                out[filled - 1] = numbers.number(word, self);
            }
        }
    }

    /// Notes how many words, or halves of words, of the batch have been read.
    #[inline(always)]
    fn have_read(&mut self, count: usize, in_word: usize) {
        self.read = count.div_ceil(in_word);
        if in_word == 2 {
            let state = &mut self.owner.state;
            state.has_uint32 = count % 2 == 1;
            state.uinteger = (self.batch[self.read - 1] >> 32) as u32;
        }
    }
}

/// A word, or half of one.
pub trait Word: Copy {
    /// How many are in a word.
    const IN_WORD: usize;
    /// The one of this number in some words.
    fn at(words: &[u64; BATCH], index: usize) -> Self;
    /// The next one of a source.
    fn next<S: Source>(source: &mut S) -> Self;
}

impl Word for u64 {
    const IN_WORD: usize = 1;

    #[inline(always)]
    fn at(words: &[u64; BATCH], index: usize) -> u64 {
        words[index]
    }

    #[inline(always)]
    fn next<S: Source>(source: &mut S) -> u64 {
        source.next_u64()
    }
}

impl Word for u32 {
    const IN_WORD: usize = 2;

    #[inline(always)]
    fn at(words: &[u64; BATCH], index: usize) -> u32 {
        (words[index / 2] >> (index % 2 * 32)) as u32
    }

    #[inline(always)]
    fn next<S: Source>(source: &mut S) -> u32 {
        source.next_u32()
    }
}

/// A number that one word gives nearly always.
pub trait Quick<T> {
    /// What it takes.
    type Word: Word;

    /// The number, and whether it is one.
    fn quick(&self, word: Self::Word) -> (T, bool);

    /// The number that begins with a word and takes more if that does not do.
    fn number<S: Source>(&self, word: Self::Word, source: &mut S) -> T;
}

impl Drop for Words<'_> {
    fn drop(&mut self) {
        self.owner.state.state = if self.read == BATCH {
            self.ends.1
        } else {
            let (multiplier, plus) = stride(MULTIPLIER, self.owner.state.inc, self.read as u128);
            self.ends.0.wrapping_mul(multiplier).wrapping_add(plus)
        };
    }
}

impl Source for Words<'_> {
    #[inline(always)]
    fn next_u64(&mut self) -> u64 {
        if self.read >= BATCH {
            self.refill();
        }
        let word = self.batch[self.read];
        self.read += 1;
        word
    }

    #[inline(always)]
    fn next_u32(&mut self) -> u32 {
        if self.owner.state.has_uint32 {
            self.owner.state.has_uint32 = false;
            return self.owner.state.uinteger;
        }
        let word = self.next_u64();
        (self.owner.state.has_uint32, self.owner.state.uinteger) = (true, (word >> 32) as u32);
        word as u32
    }
}

/// Fewer words than this are drawn one by one.
pub const FEW: usize = 32;
