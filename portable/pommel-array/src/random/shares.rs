//! Distributions of a whole into shares: counts (multinomial) and fractions (Dirichlet). Each draw is
//! a row of as many numbers as there are shares.

use super::Generator;
use super::distributions::{Beta, Binomial, Draw};
use super::parameter::{Invalid, Result, Rule};
use super::selection::compensated_sum;
use super::ziggurat::Real;

/// The sum of all probabilities but the last may be above 1 by so much.
const SUM_TOLERANCE: f64 = 1e-12;

/// If no parameter of a Dirichlet distribution is this large, all gamma numbers of a row may be 0.
const SMALL_ALPHA: f64 = 0.1;

impl Generator {
    /// How many of `n` fall to each share, by its probability; the last one's is what is left.
    ///
    /// # Errors
    /// `n` is negative, there is no probability, one is not from 0 to 1, or they sum to more than 1.
    ///
    /// # Panics
    /// If `out` is not made of whole rows.
    pub fn multinomial(&mut self, n: i64, pvals: &[f64], out: &mut [i64]) -> Result<()> {
        if n < 0 {
            return Err(Invalid::new("n", n, "it must be 0 or a positive number"));
        }
        let [first @ .., _] = pvals else {
            return Err(Invalid::new("the number of pvals", 0, "there must be at least one"));
        };
        pvals.iter().try_for_each(|&p| Rule::Probability.check("one of pvals", p))?;
        let sum = compensated_sum(first);
        if sum > 1.0 + SUM_TOLERANCE {
            let remedy = "it must be at most 1: divide them by their sum";
            return Err(Invalid::new("the sum of pvals but the last", sum, remedy));
        }
        assert_eq!(out.len() % pvals.len(), 0, "whole rows");
        for row in out.chunks_exact_mut(pvals.len()) {
            row.fill(0);
            let (mut left, mut probability) = (n, 1.0);
            for (count, p) in row.iter_mut().zip(first) {
                let share = Binomial { n: left, p: p / probability };
                *count = Draw::draw(&share, &mut self.bits);
                left -= *count;
                if left <= 0 {
                    break;
                }
                probability -= p;
            }
            if let Some(last) = row.last_mut().filter(|_| left > 0) {
                *last = left;
            }
        }
        Ok(())
    }

    /// Fractions that sum to 1.
    ///
    /// # Errors
    /// One of `alpha` is negative.
    ///
    /// # Panics
    /// If `out` is not made of whole rows.
    pub fn dirichlet(&mut self, alpha: &[f64], out: &mut [f64]) -> Result<()> {
        if let Some(wrong) = alpha.iter().find(|alpha| **alpha < 0.0) {
            let remedy = "it must be 0 or a positive number";
            return Err(Invalid::new("one of alpha", wrong, remedy));
        }
        if alpha.is_empty() {
            return Ok(());
        }
        assert_eq!(out.len() % alpha.len(), 0, "whole rows");
        if alpha.iter().all(|alpha| *alpha < SMALL_ALPHA) {
            self.break_stick(alpha, out);
            return Ok(());
        }
        for row in out.chunks_exact_mut(alpha.len()) {
            let mut sum = 0.0;
            for (value, alpha) in row.iter_mut().zip(alpha) {
                *value = f64::standard_gamma(&mut self.bits, *alpha);
                sum += *value;
            }
            let scale = 1.0 / sum;
            row.iter_mut().for_each(|value| *value *= scale);
        }
        Ok(())
    }

    /// Breaks a piece off what is left, again and again: how small parameters do not give 0 by 0.
    fn break_stick(&mut self, alpha: &[f64], out: &mut [f64]) {
        let mut behind = vec![0.0; alpha.len()];
        let mut sum = 0.0;
        for (behind, alpha) in behind.iter_mut().zip(alpha).rev() {
            sum += alpha;
            *behind = sum;
        }
        out.fill(0.0);
        if sum <= 0.0 {
            return;
        }
        for row in out.chunks_exact_mut(alpha.len()) {
            let mut left = 1.0;
            let last = row.len() - 1;
            for j in 0..last {
                let piece = Beta { a: alpha[j], b: behind[j + 1] };
                let piece = Draw::draw(&piece, &mut self.bits);
                row[j] = left * piece;
                left *= 1.0 - piece;
                if behind[j + 1] == 0.0 {
                    break;
                }
            }
            row[last] = left;
        }
    }
}
