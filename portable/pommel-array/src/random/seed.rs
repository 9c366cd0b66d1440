//! Seeds of any length, spread over the state of a generator, and independent seeds derived from
//! them: the hash of `numpy.random.SeedSequence` (after M. O'Neill's `randutils::seed_seq_fe`), word
//! for word.

const INIT_A: u32 = 0x43b0_d7e5;
const MULT_A: u32 = 0x931e_8875;
const INIT_B: u32 = 0x8b51_f9dd;
const MULT_B: u32 = 0x58f3_8ded;
const MIX_LEFT: u32 = 0xca01_f9dd;
const MIX_RIGHT: u32 = 0x4973_f715;

/// The words of a pool unless another number is asked for.
pub const POOL_SIZE: usize = 4;

/// Entropy that seeds generators, and from which further seeds are spawned.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SeedSequence {
    entropy: Vec<u32>,
    spawn_key: Vec<u32>,
    children_spawned: u32,
    pool: Vec<u32>,
}

/// The words of an integer, the least significant first: as many as it has, and one for 0.
pub fn words(mut integer: u128) -> Vec<u32> {
    let mut found = vec![integer as u32];
    integer >>= 32;
    while integer > 0 {
        found.push(integer as u32);
        integer >>= 32;
    }
    found
}

/// Hashes one word, with a constant that changes from word to word.
fn hash(value: u32, constant: &mut u32) -> u32 {
    let value = value ^ *constant;
    *constant = constant.wrapping_mul(MULT_A);
    let value = value.wrapping_mul(*constant);
    value ^ (value >> 16)
}

fn mix(x: u32, y: u32) -> u32 {
    let mixed = x.wrapping_mul(MIX_LEFT).wrapping_sub(y.wrapping_mul(MIX_RIGHT));
    mixed ^ (mixed >> 16)
}

impl SeedSequence {
    /// A sequence from entropy in words of 32 bits.
    ///
    /// NumPy's words of an integer are given by [`words`], and those of a sequence of integers by
    /// the words of each, one after the other.
    pub fn new(entropy: &[u32]) -> SeedSequence {
        SeedSequence::with_key(entropy, &[], POOL_SIZE, 0)
    }

    /// A sequence as it is after it, or one that it descends from, has spawned others.
    ///
    /// `spawn_key` is in words as the entropy is; `pool_size` is 4 or more, or taken as 4.
    pub fn with_key(
        entropy: &[u32],
        spawn_key: &[u32],
        pool_size: usize,
        children_spawned: u32,
    ) -> SeedSequence {
        let mut assembled = entropy.to_vec();
        let pool_size = pool_size.max(POOL_SIZE);
        if !spawn_key.is_empty() && assembled.len() < pool_size {
            // Else a short seed with a key would equal a longer seed without one.
            assembled.resize(pool_size, 0);
        }
        assembled.extend_from_slice(spawn_key);
        SeedSequence {
            entropy: entropy.to_vec(),
            spawn_key: spawn_key.to_vec(),
            children_spawned,
            pool: mixed_pool(&assembled, pool_size),
        }
    }

    /// The entropy it was made from.
    pub fn entropy(&self) -> &[u32] {
        &self.entropy
    }

    /// The numbers of its ancestors among their siblings.
    pub fn spawn_key(&self) -> &[u32] {
        &self.spawn_key
    }

    /// How many words its pool has.
    pub fn pool_size(&self) -> usize {
        self.pool.len()
    }

    /// How many sequences it has spawned.
    pub fn children_spawned(&self) -> u32 {
        self.children_spawned
    }

    /// Words for the state of a generator.
    pub fn state_u32(&self, out: &mut [u32]) {
        let mut constant = INIT_B;
        for (word, source) in out.iter_mut().zip(self.pool.iter().cycle()) {
            let value = source ^ constant;
            constant = constant.wrapping_mul(MULT_B);
            let value = value.wrapping_mul(constant);
            *word = value ^ (value >> 16);
        }
    }

    /// The same in words of 64 bits, each made of two, the lower half first.
    pub fn state_u64(&self, out: &mut [u64]) {
        let mut halves = vec![0; out.len() * 2];
        self.state_u32(&mut halves);
        for (word, pair) in out.iter_mut().zip(halves.chunks_exact(2)) {
            *word = u64::from(pair[0]) | u64::from(pair[1]) << 32;
        }
    }

    /// New sequences, independent of this one, of each other and of all spawned before.
    pub fn spawn(&mut self, count: u32) -> Vec<SeedSequence> {
        let first = self.children_spawned;
        self.children_spawned = first.wrapping_add(count);
        let child = |i: u32| {
            let key = [&self.spawn_key[..], &[first.wrapping_add(i)]].concat();
            SeedSequence::with_key(&self.entropy, &key, self.pool.len(), 0)
        };
        (0..count).map(child).collect()
    }
}

/// A pool in which every word of the entropy has changed every bit.
fn mixed_pool(entropy: &[u32], size: usize) -> Vec<u32> {
    let mut constant = INIT_A;
    let first = entropy.iter().copied().chain(std::iter::repeat(0)).take(size);
    let mut pool: Vec<u32> = first.map(|word| hash(word, &mut constant)).collect();
    for from in 0..size {
        for to in (0..size).filter(|&to| to != from) {
            pool[to] = mix(pool[to], hash(pool[from], &mut constant));
        }
    }
    for &word in entropy.iter().skip(size) {
        for slot in &mut pool {
            *slot = mix(*slot, hash(word, &mut constant));
        }
    }
    pool
}
