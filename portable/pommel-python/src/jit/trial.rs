//! Whether machine code is quicker than the function as it is, found out with the first calls of a function
//! that nobody asked to compile.
//!
//! Calls go to either in turns that nobody can foresee, since a program's own turns may be even, and what they
//! take is added up. What takes long is not tried: it would be done as slowly as it can be.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// Calls before anything is measured: it is compiled then, and its data come into caches.
const BEFORE: u32 = 12;
/// Measured calls of both together.
const MEASURED: u32 = 64;
/// It may end earlier, after so many of each, if one is so many times as quick as the other.
const CLEAR: (u64, u64) = (4, 3);
/// Machine code whose call takes so long is taken for worth it.
const LONG: Duration = Duration::from_micros(300);
/// Machine code has to be quicker by one in so many,
const MARGIN: u64 = 16;
/// and a call of it by so much more: what is before and behind is not measured, and the interpreter calls its own
/// functions more quickly than we do.
const AROUND: Duration = Duration::from_nanos(100);

/// Which of both a call goes to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Machine,
    Plain,
}

/// What is known so far. Calls of other threads may get lost in it.
#[derive(Default)]
pub(super) struct Trial {
    /// The number of the next call, from 1 on; 0 if nothing is tried.
    turn: AtomicU32,
    /// Calls and nanoseconds of each.
    calls: [AtomicU64; 2],
    nanoseconds: [AtomicU64; 2],
}

/// How a trial ends.
pub(super) enum Verdict {
    /// It goes on.
    Open,
    /// Machine code is quicker.
    Worth,
    /// It is not.
    NotWorth,
}

impl Trial {
    /// Begins to try.
    pub(super) fn begin(&self) {
        self.turn.store(1, Ordering::Relaxed);
    }

    /// Nothing is tried any more.
    pub(super) fn stop(&self) {
        self.turn.store(0, Ordering::Relaxed);
    }

    /// Whether something is tried.
    #[inline]
    pub(super) fn is_on(&self) -> bool {
        self.turn.load(Ordering::Relaxed) != 0
    }

    /// Where the next call goes, and whether it is measured.
    pub(super) fn next(&self) -> (Side, bool) {
        let turn = self.turn.load(Ordering::Relaxed);
        if turn == 0 {
            // Another thread has ended it.
            return (Side::Machine, false);
        }
        self.turn.store(turn.saturating_add(1), Ordering::Relaxed);
        // The first bit of a product with a large odd number.
        let is_plain = turn.wrapping_mul(0x9e37_79b9) >> 31 == 1;
        // The interpreter adapts code that has run some times, too.
        let side = if is_plain && turn > BEFORE / 2 { Side::Plain } else { Side::Machine };
        (side, turn > BEFORE)
    }

    /// Notes what a call took, and says whether that is enough.
    pub(super) fn took(&self, side: Side, time: Duration) -> Verdict {
        if side == Side::Machine && time > LONG {
            return self.end(Verdict::Worth);
        }
        let place = side as usize;
        let add =
            |to: &AtomicU64, more| to.store(to.load(Ordering::Relaxed) + more, Ordering::Relaxed);
        add(&self.calls[place], 1);
        let time = if side == Side::Machine { time + AROUND } else { time };
        add(&self.nanoseconds[place], time.as_nanos() as u64);
        let [machine, plain] = [0, 1].map(|side: usize| {
            let calls = self.calls[side].load(Ordering::Relaxed);
            (calls, self.nanoseconds[side].load(Ordering::Relaxed))
        });
        // Means, brought to the same denominator.
        let (a, b) = (machine.1 * plain.0, plain.1 * machine.0);
        let (enough, times) = CLEAR;
        let is_clear = machine.0.min(plain.0) >= enough && (a > times * b || b > times * a);
        if is_clear || machine.0 + plain.0 >= u64::from(MEASURED) {
            return self.end(if a + a / MARGIN < b { Verdict::Worth } else { Verdict::NotWorth });
        }
        Verdict::Open
    }

    fn end(&self, verdict: Verdict) -> Verdict {
        self.stop();
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(machine: u64, plain: u64) -> (Verdict, [u64; 2]) {
        let trial = Trial::default();
        trial.begin();
        loop {
            let (side, is_measured) = trial.next();
            if !is_measured {
                continue;
            }
            let time = Duration::from_nanos(if side == Side::Machine { machine } else { plain });
            match trial.took(side, time) {
                Verdict::Open => {}
                verdict => {
                    assert!(!trial.is_on());
                    return (verdict, trial.calls.map(AtomicU64::into_inner));
                }
            }
        }
    }

    #[test]
    fn the_quicker_one_is_found() {
        let (found, calls) = verdict(900, 1000);
        assert!(matches!(found, Verdict::NotWorth) && calls.iter().sum::<u64>() == 64);
        assert!(calls.iter().all(|calls| *calls > 20), "{calls:?}");
        assert!(matches!(verdict(800, 1000).0, Verdict::Worth));
        assert!(matches!(verdict(1000, 1000).0, Verdict::NotWorth));
    }

    #[test]
    fn what_is_clear_takes_few_calls() {
        let (found, calls) = verdict(100, 1000);
        assert!(matches!(found, Verdict::Worth) && calls.iter().sum::<u64>() < 16, "{calls:?}");
        let (found, calls) = verdict(1000, 200);
        assert!(matches!(found, Verdict::NotWorth) && calls.iter().sum::<u64>() < 16, "{calls:?}");
    }

    #[test]
    fn what_takes_long_is_not_tried() {
        let (found, calls) = verdict(1_000_000, 2_000_000);
        assert!(matches!(found, Verdict::Worth) && calls[1] < 3, "{calls:?}");
    }
}
