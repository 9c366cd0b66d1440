//! Orders and choices: shuffled positions, permutations, and draws from a population with or without
//! replacement, with or without probabilities.
//!
//! What is drawn are positions; to move elements of arrays to them is left to who has arrays.

use super::Generator;
use super::bits::with_source;
use super::integers::{Pieces, masked_up_to, up_to_u64};
use super::parameter::{Invalid, Result};
use std::collections::HashSet;

/// How far probabilities may sum to something else than 1: the root of the `f64` next to 1, as in
/// NumPy.
const SUM_TOLERANCE: f64 = 1.490_116_119_384_765_6e-8;

/// What is chosen.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    /// How many there are to choose from.
    pub population: usize,
    /// How many are chosen.
    pub count: usize,
    /// Whether the same may be chosen again.
    pub replace: bool,
    /// The probability of each; all alike if there are none.
    pub probabilities: Option<&'a [f64]>,
    /// Whether the order of the chosen is random too, where nothing can be chosen again.
    pub shuffle: bool,
}

impl Generator {
    /// Swaps pairs of `count` things such that each order of them is as likely: `swap` is called
    /// with two positions, which may be equal.
    pub fn shuffle_by(&mut self, count: usize, mut swap: impl FnMut(usize, usize)) {
        with_source!(&mut self.bits, count, |source| {
            for i in (1..count).rev() {
                swap(i, masked_up_to(source, i as u64) as usize);
            }
        });
    }

    /// Puts a slice in a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        self.shuffle_by(items.len(), |i, j| items.swap(i, j));
    }

    /// The numbers below `count` in a random order.
    pub fn permutation(&mut self, count: usize) -> Vec<i64> {
        let mut order: Vec<i64> = (0..count as i64).collect();
        self.shuffle(&mut order);
        order
    }

    /// Puts positions from `first` on to the end in a random order, each with one from before it.
    fn shuffle_tail(&mut self, positions: &mut [i64], first: usize) {
        let mut pieces = Pieces::default();
        for i in (first..positions.len()).rev() {
            let j = up_to_u64(&mut self.bits, &mut pieces, i as u64) as usize;
            positions.swap(i, j);
        }
    }

    /// Positions in a population.
    ///
    /// # Errors
    /// The population is empty or, without replacement, smaller than the choice; there is not a
    /// probability for each, one is negative or NaN, they do not sum to 1, or too few are above 0.
    pub fn choice(&mut self, wanted: Choice) -> Result<Vec<i64>> {
        let Choice { population, count, replace, probabilities, shuffle } = wanted;
        if population == 0 && count > 0 {
            return Err(Invalid::new("population", 0, "there must be something to choose from"));
        }
        if let Some(p) = probabilities {
            check_probabilities(p, population)?;
        }
        if !replace && count > population {
            let remedy = format!(
                "without replacement it can be at most {population}, which is all there are"
            );
            return Err(Invalid::new("count", count, remedy));
        }
        match (replace, probabilities) {
            (true, Some(p)) => {
                let sums = cumulated(p);
                let mut draws = vec![0.0_f64; count];
                self.fill_random(&mut draws);
                Ok(draws.iter().map(|&x| position(&sums, x)).collect())
            }
            (true, None) => {
                let mut chosen = vec![0; count];
                self.integers(0, (population as i64 - 1).max(0), &mut chosen)?;
                Ok(chosen)
            }
            (false, Some(p)) => self.choose_by_probability(p, count),
            (false, None) => Ok(self.choose_distinct(population, count, shuffle)),
        }
    }

    /// Draws until enough different ones are found; those found are not drawn again.
    fn choose_by_probability(&mut self, p: &[f64], count: usize) -> Result<Vec<i64>> {
        let possible = p.iter().filter(|&&p| p > 0.0).count();
        if possible < count {
            let remedy =
                format!("only {possible} have a probability above 0: choose no more than these");
            return Err(Invalid::new("count", count, remedy));
        }
        let mut left = p.to_vec();
        let mut chosen: Vec<i64> = Vec::with_capacity(count);
        while chosen.len() < count {
            let mut draws = vec![0.0_f64; count - chosen.len()];
            self.fill_random(&mut draws);
            chosen.iter().for_each(|&i| left[i as usize] = 0.0);
            let sums = cumulated(&left);
            let mut known = HashSet::new();
            let found = draws.iter().map(|&x| position(&sums, x));
            chosen.extend(found.filter(|&i| known.insert(i)));
        }
        Ok(chosen)
    }

    /// Different positions, all as likely. Of a large population much is shuffled, and what is at
    /// the end taken; else R. Floyd's method takes one number after the other, and the largest
    /// possible one where that is taken already (J. Bentley, "Programming Pearls", 1987).
    fn choose_distinct(&mut self, population: usize, count: usize, shuffle: bool) -> Vec<i64> {
        let cutoff = if shuffle { 50 } else { 20 };
        if population > 10_000 && count > population / cutoff {
            let mut all: Vec<i64> = (0..population as i64).collect();
            self.shuffle_tail(&mut all, (population - count).max(1));
            return all.split_off(population - count);
        }
        let mut pieces = Pieces::default();
        let mut chosen = Vec::with_capacity(count);
        let mut taken = Taken::new(count);
        for most in population - count..population {
            let drawn = up_to_u64(&mut self.bits, &mut pieces, most as u64) as i64;
            let value = if taken.insert(drawn) {
                drawn
            } else {
                taken.insert(most as i64);
                most as i64
            };
            chosen.push(value);
        }
        if shuffle {
            self.shuffle_tail(&mut chosen, 1);
        }
        chosen
    }
}

/// A set of positions, each of which lies near the slot of its last bits: they are random already.
struct Taken {
    slots: Vec<i64>,
}

impl Taken {
    /// A set for so many.
    fn new(count: usize) -> Taken {
        Taken { slots: vec![-1; (count + count / 4 + 1).next_power_of_two()] }
    }

    /// Whether a position is new.
    fn insert(&mut self, value: i64) -> bool {
        let mask = self.slots.len() - 1;
        let mut slot = value as usize & mask;
        while self.slots[slot] != -1 && self.slots[slot] != value {
            slot = (slot + 1) & mask;
        }
        let is_new = self.slots[slot] == -1;
        self.slots[slot] = value;
        is_new
    }
}

/// The sums of the first, of the first two ..., divided by that of all.
fn cumulated(p: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    let mut sums: Vec<f64> = p
        .iter()
        .map(|&p| {
            sum += p;
            sum
        })
        .collect();
    sums.iter_mut().for_each(|value| *value /= sum);
    sums
}

/// The first position whose sum is above a number.
fn position(sums: &[f64], x: f64) -> i64 {
    sums.partition_point(|&sum| sum <= x) as i64
}

fn check_probabilities(p: &[f64], population: usize) -> Result<()> {
    if p.len() != population {
        let remedy = format!("there must be one for each of the {population} to choose from");
        return Err(Invalid::new("the number of probabilities", p.len(), remedy));
    }
    if let Some(wrong) = p.iter().find(|p| p.is_nan() || **p < 0.0) {
        return Err(Invalid::new("a probability", wrong, "it must be 0 or a positive number"));
    }
    let sum = compensated_sum(p);
    if (sum - 1.0).abs() > SUM_TOLERANCE || sum.is_nan() {
        let remedy = "it must be 1: divide the probabilities by their sum";
        return Err(Invalid::new("the sum of the probabilities", sum, remedy));
    }
    Ok(())
}

/// A sum that keeps what each addition loses (W. Kahan, 1965).
pub fn compensated_sum(values: &[f64]) -> f64 {
    let (mut sum, mut lost) = (0.0, 0.0);
    for value in values {
        let next = value - lost;
        let new = sum + next;
        lost = (new - sum) - next;
        sum = new;
    }
    sum
}
