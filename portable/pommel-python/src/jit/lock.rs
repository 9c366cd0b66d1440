//! The interpreter's lock: machine code that touches no objects leaves it to others.
//!
//! A loop of such gives it up where it polls, which it does when it has gone round for a while, so that
//! short ones pay nothing. It has it back at the next operation of the runtime, behind the loop, and once in
//! a while to look for interrupts.

use pommel::prelude::*;
use pommel::raw::calls;
use std::time::{Duration, Instant};

/// After so long without the lock it is looked for interrupts: where others run Python all the time, it takes
/// some milliseconds to have it back.
const PATIENCE: Duration = Duration::from_millis(50);

/// Whether a call of machine code has the lock.
pub(super) struct Lock<'c> {
    ctx: Ctx<'c>,
    /// Takes it again, if it was given up, and when that was.
    away: Option<(Box<dyn FnOnce() + 'c>, Instant)>,
}

impl<'c> Lock<'c> {
    pub(super) fn new(ctx: Ctx<'c>) -> Lock<'c> {
        Lock { ctx, away: None }
    }

    /// Gives it up.
    ///
    /// # Safety
    /// Until [`Lock::take`], this thread neither uses Python nor drops what belongs to it.
    pub(super) unsafe fn give_up(&mut self) {
        let raw = self.ctx.as_raw();
        // SAFETY: this thread has the lock, as the context proves, and nothing else is done without it.
        let state = unsafe { calls::ctx_LeavePythonExecution(raw) };
        // SAFETY: the state is the one that leaving gave, used once.
        let back = move || unsafe { calls::ctx_ReenterPythonExecution(raw, state) };
        self.away = Some((Box::new(back), Instant::now()));
    }

    /// Whether it was given up a moment ago.
    pub(super) fn is_away_shortly(&self) -> bool {
        self.away.as_ref().is_some_and(|(_, since)| since.elapsed() < PATIENCE)
    }

    /// Takes it again, if it was given up.
    pub(super) fn take(&mut self) {
        if let Some((back, _)) = self.away.take() {
            back();
        }
    }
}
