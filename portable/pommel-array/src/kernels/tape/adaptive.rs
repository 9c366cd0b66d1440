//! Plans of methods that choose their steps. Each member is at its own time, with its own size of step:
//! a block of members tries a step for all of them, takes it for those for which it was small enough,
//! and goes on with the next member in the lane of one that has reached the end.
//!
//! The state of such a plan is the time, the size of the next step, whether the last one was too large
//! (not zero), the components, and their derivatives. What it computes at the end, for those who want
//! states within the step, are the columns of a polynomial between its ends.

use super::machine::{FEW, MANY, WORTH_A_THREAD, execute};
use super::plan::{Plan, TROUBLE};
use crate::kernels::isa::Isa;
use crate::threads;
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Where in a state is what.
const TIME: usize = 0;
const REJECTED: usize = 2;
/// The first component.
pub(super) const FIRST: usize = 3;

/// What is known of a member before its state: [`RUNNING`] or how it ended, how many of the times at
/// which states are wanted were reached, how many steps were tried, and how many of them were made.
pub(super) const HEAD: usize = 4;
const STATUS: usize = 0;
const REACHED: usize = 1;
const TRIES: usize = 2;
const STEPS: usize = 3;

const RUNNING: f64 = 0.0;
const FINISHED: f64 = 1.0;
const TROUBLED: f64 = -1.0;

/// What is to be done: steps until the end, or so many.
#[derive(Clone, Copy, Debug)]
pub struct Course<'a> {
    /// Points in time at which states are wanted, in the order in which they come: the first is where
    /// members begin.
    pub times: &'a [f64],
    /// Where members end.
    pub end: f64,
    /// No block tries more steps at once.
    pub most: usize,
    /// A row for each member: whether it is done (1, and -1 if it is to be solved in another way), how
    /// many of the times, tries and steps are behind it, and the state of the plan.
    pub rows: &'a [f64],
    /// Parameters, a row for each member.
    pub parameters: &'a [f64],
    /// How many members there are.
    pub members: usize,
}

impl Course<'_> {
    fn width(&self) -> usize {
        self.rows.len() / self.members
    }

    fn row(&self, member: usize) -> &[f64] {
        &self.rows[member * self.width()..][..self.width()]
    }
}

/// How far members have come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reached {
    /// As in [`Course::rows`].
    pub rows: Vec<f64>,
    /// For each member and component the states at all times that were reached now; the others are none.
    pub states: Vec<f64>,
}

/// Members that nobody has begun with.
struct Queue<'a> {
    members: &'a [usize],
    next: AtomicUsize,
}

impl Queue<'_> {
    fn take(&self) -> Option<usize> {
        self.members.get(self.next.fetch_add(1, Ordering::Relaxed)).copied()
    }
}

/// A member in its lane, or after it.
struct Member {
    number: usize,
    row: Vec<f64>,
    /// What the block had tried when it began with this one.
    since: usize,
    states: Vec<f64>,
}

/// Goes on with all members that are not done.
pub(super) fn run(plan: &Plan, course: Course<'_>) -> Reached {
    let size = plan.components() * course.times.len();
    let mut reached =
        Reached { rows: course.rows.to_vec(), states: vec![f64::NAN; course.members * size] };
    let is_running = |member: &usize| course.row(*member)[STATUS] == RUNNING;
    let mut left: Vec<usize> = (0..course.members).filter(is_running).collect();
    if left.len() > FEW {
        left = phase(plan, course, &left, MANY, &mut reached);
    }
    // There are more if they were not to come to the end now.
    if left.len() <= FEW * threads::number_of_threads() {
        let rows = reached.rows.clone();
        phase(plan, Course { rows: &rows, ..course }, &left, FEW, &mut reached);
    }
    reached
}

/// Blocks at work, as many as there are threads. Gives the members that are not done.
fn phase(
    plan: &Plan,
    course: Course<'_>,
    members: &[usize],
    lanes: usize,
    reached: &mut Reached,
) -> Vec<usize> {
    let queue = Queue { members, next: AtomicUsize::new(0) };
    let blocks = members.len().div_ceil(lanes).min(threads::number_of_threads());
    let work = |_: usize| {
        let block = Block { plan, course, queue: &queue };
        if lanes == MANY { block.run_as::<MANY>(FEW) } else { block.run_as::<FEW>(0) }
    };
    // A member takes at least some steps.
    let done: Vec<Member> = if blocks > 1 && plan.insts.len() * members.len() * 16 > WORTH_A_THREAD
    {
        threads::install(|| (0..blocks).into_par_iter().flat_map_iter(work).collect())
    } else {
        work(0)
    };
    let (width, size) = (course.width(), plan.components() * course.times.len());
    for member in &done {
        reached.rows[member.number * width..][..width].copy_from_slice(&member.row);
        let states = &mut reached.states[member.number * size..][..size];
        let new = states.iter_mut().zip(&member.states).filter(|(_, new)| !new.is_nan());
        new.for_each(|(place, new)| *place = *new);
    }
    // Those that no block has begun with are not done, either.
    let is_running = |member: &usize| reached.rows[member * width + STATUS] == RUNNING;
    members.iter().copied().filter(is_running).collect()
}

#[derive(Clone, Copy)]
struct Block<'a> {
    plan: &'a Plan,
    course: Course<'a>,
    queue: &'a Queue<'a>,
}

impl Block<'_> {
    fn run_as<const L: usize>(self, least: usize) -> Vec<Member> {
        let work = work_for::<L>(Isa::best());
        // SAFETY: the processor has the instruction set.
        unsafe { work(self, least) }
    }
}

type Work = unsafe fn(Block<'_>, usize) -> Vec<Member>;

/// The work of a block, compiled for an instruction set that the processor has.
fn work_for<const L: usize>(set: Isa) -> Work {
    fn baseline<const L: usize>(block: Block<'_>, least: usize) -> Vec<Member> {
        Lanes::<L>::new(block).work(least)
    }
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn avx2<const L: usize>(block: Block<'_>, least: usize) -> Vec<Member> {
        Lanes::<L>::new(block).work(least)
    }
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma,avx512f,avx512dq,avx512vl,avx512bw")]
    fn avx512<const L: usize>(block: Block<'_>, least: usize) -> Vec<Member> {
        Lanes::<L>::new(block).work(least)
    }
    match set {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => avx512::<L>,
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => avx2::<L>,
        _ => baseline::<L>,
    }
}

/// A block of members, each in its lane.
struct Lanes<'a, const L: usize> {
    block: Block<'a>,
    rows: Vec<[f64; L]>,
    next: Vec<[f64; L]>,
    lanes: Vec<Option<Member>>,
    /// How many steps each has made here.
    steps: [f64; L],
    /// When each is to be looked at: at the next time at which its state is wanted, or at the end.
    due: [f64; L],
    /// Times grow, or fall if this is negative.
    sign: f64,
    tries: usize,
    /// Those that have left.
    gone: Vec<Member>,
}

impl<'a, const L: usize> Lanes<'a, L> {
    fn new(block: Block<'a>) -> Lanes<'a, L> {
        let Block { plan, course, .. } = block;
        let mut rows = vec![[0.0; L]; plan.rows];
        plan.numbers.iter().for_each(|(row, number)| rows[*row] = [*number; L]);
        let falls = course.times.first().is_some_and(|first| course.end < *first);
        Lanes {
            block,
            rows,
            next: Vec::new(),
            lanes: (0..L).map(|_| None).collect(),
            steps: [0.0; L],
            due: [f64::INFINITY; L],
            sign: if falls { -1.0 } else { 1.0 },
            tries: 0,
            gone: Vec::new(),
        }
    }

    /// Steps until no more than so many members are left, and nobody waits.
    #[inline(always)]
    fn work(mut self, least: usize) -> Vec<Member> {
        let Block { plan, course, .. } = self.block;
        let mut active = (0..L).filter(|lane| self.fill(*lane)).count();
        while active > least && self.tries < course.most {
            // A closure would not be compiled for the instruction set.
            for inst in &plan.insts[..plan.between] {
                execute(&mut self.rows, inst);
            }
            let is_due = self.is_due();
            if is_due || plan.is_checked_between {
                for inst in &plan.insts[plan.between..] {
                    execute(&mut self.rows, inst);
                }
            }
            self.tries += 1;
            let is_due = is_due || plan.is_checked_between && self.is_due();
            let ended = if is_due { self.look() } else { Vec::new() };
            self.advance();
            for (lane, status) in ended {
                self.leave(lane, status);
                if !self.fill(lane) {
                    active -= 1;
                }
            }
        }
        (0..L).for_each(|lane| self.leave(lane, RUNNING));
        self.gone
    }

    /// The next member in a lane, if there is one.
    fn fill(&mut self, lane: usize) -> bool {
        let Block { plan, course, queue } = self.block;
        let Some(number) = queue.take() else {
            self.idle(lane);
            return false;
        };
        let row = course.row(number).to_vec();
        for (place, value) in plan.state.iter().zip(&row[HEAD..]) {
            self.rows[*place][lane] = *value;
        }
        let count = course.parameters.len() / course.members;
        for (i, place) in &plan.parameters {
            self.rows[*place][lane] = course.parameters[number * count + i];
        }
        self.rows[TROUBLE][lane] = 0.0;
        self.steps[lane] = row[STEPS];
        let states = vec![f64::NAN; plan.components() * course.times.len()];
        self.due[lane] = self.due_after(row[REACHED] as usize);
        self.lanes[lane] = Some(Member { number, row, since: self.tries, states });
        true
    }

    /// A lane without a member does what another one does.
    fn idle(&mut self, lane: usize) {
        let plan = self.block.plan;
        self.due[lane] = f64::INFINITY;
        self.rows[TROUBLE][lane] = 0.0;
        if let Some(other) = self.lanes.iter().position(Option::is_some) {
            for row in plan.state.iter().chain(plan.parameters.iter().map(|(_, row)| row)) {
                self.rows[*row][lane] = self.rows[*row][other];
            }
        }
    }

    fn due_after(&self, reached: usize) -> f64 {
        let Course { times, end, .. } = self.block.course;
        times.get(reached).unwrap_or(&end) * self.sign
    }

    /// Whether a member is to be looked at after this step.
    #[inline(always)]
    fn is_due(&self) -> bool {
        let next = &self.block.plan.next;
        let (time, rejected) = (&self.rows[next[TIME]], &self.rows[next[REJECTED]]);
        let trouble = &self.rows[TROUBLE];
        let mut is_due = false;
        for i in 0..L {
            let is_there = rejected[i] == 0.0 && time[i] * self.sign >= self.due[i];
            is_due |= is_there | (trouble[i] != 0.0);
        }
        is_due
    }

    /// Keeps states that are wanted. Gives the lanes whose members are done, and how they end.
    #[inline(never)]
    fn look(&mut self) -> Vec<(usize, f64)> {
        let Block { plan, course, .. } = self.block;
        let mut ended = Vec::new();
        for lane in 0..L {
            if self.lanes[lane].is_none() {
                self.rows[TROUBLE][lane] = 0.0;
            } else if self.rows[TROUBLE][lane] != 0.0 {
                ended.push((lane, TROUBLED));
            } else if self.rows[plan.next[REJECTED]][lane] == 0.0 {
                let time = self.rows[plan.next[TIME]][lane];
                if time * self.sign >= self.due[lane] {
                    self.keep(lane, time);
                }
                if time == course.end {
                    ended.push((lane, FINISHED));
                }
            }
        }
        ended
    }

    /// Keeps the states of a member at times up to the end of its step.
    fn keep(&mut self, lane: usize, end: f64) {
        let Block { plan, course, .. } = self.block;
        let times = course.times;
        let Some(member) = &mut self.lanes[lane] else { return };
        let begin = self.rows[plan.state[TIME]][lane];
        let mut reached = member.row[REACHED] as usize;
        while reached < times.len() && times[reached] * self.sign <= end * self.sign {
            let x = (times[reached] - begin) / (end - begin);
            for (i, row) in plan.state[FIRST..].iter().take(plan.components()).enumerate() {
                let columns = plan.columns.iter().enumerate().skip(i).step_by(plan.components());
                let mut total = 0.0;
                for (j, column) in columns.rev() {
                    let factor = if (j / plan.components()) % 2 == 1 { 1.0 - x } else { x };
                    total = (total + self.rows[*column][lane]) * factor;
                }
                member.states[i * times.len() + reached] = self.rows[*row][lane] + total;
            }
            reached += 1;
        }
        member.row[REACHED] = reached as f64;
        self.due[lane] = self.due_after(reached);
    }

    /// What the plan computed becomes the state.
    #[inline(always)]
    fn advance(&mut self) {
        let plan = self.block.plan;
        let rejected = self.rows[plan.next[REJECTED]];
        for (steps, rejected) in self.steps.iter_mut().zip(rejected) {
            *steps += if rejected == 0.0 { 1.0 } else { 0.0 };
        }
        // A component may become what another one was.
        self.next.clear();
        self.next.extend(plan.next.iter().map(|row| self.rows[*row]));
        plan.state.iter().zip(&self.next).for_each(|(row, next)| self.rows[*row] = *next);
    }

    /// Takes a member out of its lane.
    fn leave(&mut self, lane: usize, status: f64) {
        let Some(mut member) = self.lanes[lane].take() else { return };
        member.row[STATUS] = status;
        member.row[TRIES] += (self.tries - member.since) as f64;
        member.row[STEPS] = self.steps[lane];
        for (place, value) in self.block.plan.state.iter().zip(&mut member.row[HEAD..]) {
            *value = self.rows[*place][lane];
        }
        self.gone.push(member);
    }
}
