//! Plans at work: blocks of members, each for all steps, on several threads.

use super::plan::{Inst, Op, Plan, Row, TROUBLE};
use super::{Solved, Task};
use crate::kernels::isa::Isa;
use crate::threads;
use rayon::prelude::*;

/// The members of a block: enough that an instruction costs little, and rows stay in the first-level
/// cache; less where there are few.
pub(super) const MANY: usize = 64;
pub(super) const FEW: usize = 16;

/// A block of less work, in operations on members, is not worth another thread.
pub(super) const WORTH_A_THREAD: usize = 1 << 17;

/// Does the steps of a task.
pub(super) fn run(plan: &Plan, task: Task<'_>) -> Solved {
    let members = task.members;
    let columns = (task.times.len() - 1) / task.every;
    let row = plan.state.len() * columns;
    let mut solved = Solved { states: vec![0.0; members * row], is_troubled: vec![false; members] };
    let lanes = if members <= FEW { FEW } else { MANY };
    let work = plan.insts.len() * task.times.len() * members;
    let parts: Vec<_> = solved
        .states
        .chunks_mut((lanes * row).max(1))
        .zip(solved.is_troubled.chunks_mut(lanes))
        .enumerate()
        .collect();
    let one = |(i, (states, is_troubled)): (usize, (&mut [f64], &mut [bool]))| {
        let block = Block { plan, task, first: i * lanes, columns };
        block.run(lanes, states, is_troubled);
    };
    if parts.len() > 1 && work > WORTH_A_THREAD && threads::number_of_threads() > 1 {
        threads::install(|| parts.into_par_iter().for_each(one));
    } else {
        parts.into_iter().for_each(one);
    }
    solved
}

/// A block of members.
#[derive(Clone, Copy)]
struct Block<'a> {
    plan: &'a Plan,
    task: Task<'a>,
    /// The first member.
    first: usize,
    /// How many states are kept of each.
    columns: usize,
}

impl Block<'_> {
    fn run(self, lanes: usize, states: &mut [f64], is_troubled: &mut [bool]) {
        match lanes {
            FEW => self.run_as::<FEW>(states, is_troubled),
            _ => self.run_as::<MANY>(states, is_troubled),
        }
    }

    fn run_as<const L: usize>(self, states: &mut [f64], is_troubled: &mut [bool]) {
        let steps = steps_for::<L>(Isa::best());
        // SAFETY: the processor has the instruction set.
        unsafe { steps(self, states, is_troubled) }
    }

    /// All steps.
    #[inline(always)]
    fn steps<const L: usize>(self, states: &mut [f64], is_troubled: &mut [bool]) {
        let Block { plan, task, .. } = self;
        let mut rows = self.filled::<L>(is_troubled.len());
        let mut next = Vec::new();
        for (i, ends) in task.times.windows(2).enumerate() {
            if let Some(row) = plan.time {
                rows[row] = [ends[0]; L];
            }
            if let Some(row) = plan.step {
                rows[row] = [ends[1] - ends[0]; L];
            }
            // A closure would not be compiled for the instruction set.
            for inst in &plan.insts {
                execute(&mut rows, inst);
            }
            // A component may become what another one was.
            next.clear();
            next.extend(plan.next.iter().map(|row| rows[*row]));
            plan.state.iter().zip(&next).for_each(|(row, next)| rows[*row] = *next);
            if (i + 1) % task.every == 0 {
                self.keep(&rows, i / task.every, states);
            }
        }
        is_troubled.iter_mut().zip(rows[TROUBLE]).for_each(|(is, x)| *is = x != 0.0);
    }

    /// The rows at the beginning. Lanes without a member do what the last one does.
    fn filled<const L: usize>(self, members: usize) -> Vec<[f64; L]> {
        let Block { plan, task, first, .. } = self;
        let mut rows = vec![[0.0; L]; plan.rows];
        plan.numbers.iter().for_each(|(row, number)| rows[*row] = [*number; L]);
        let member = |lane: usize| first + lane.min(members - 1);
        let n = plan.state.len();
        for (i, row) in plan.state.iter().enumerate() {
            rows[*row] = std::array::from_fn(|lane| task.states[member(lane) * n + i]);
        }
        let count = task.parameters.len() / task.members;
        for (i, row) in &plan.parameters {
            rows[*row] = std::array::from_fn(|lane| task.parameters[member(lane) * count + i]);
        }
        rows
    }

    /// Keeps the state.
    fn keep<const L: usize>(self, rows: &[[f64; L]], column: usize, states: &mut [f64]) {
        let n = self.plan.state.len();
        for (i, row) in self.plan.state.iter().enumerate() {
            let places = states.iter_mut().skip(i * self.columns + column);
            let places = places.step_by(n * self.columns);
            places.zip(rows[*row]).for_each(|(place, number)| *place = number);
        }
    }
}

type Steps = unsafe fn(Block<'_>, &mut [f64], &mut [bool]);

/// The steps compiled for an instruction set that the processor has.
fn steps_for<const L: usize>(set: Isa) -> Steps {
    fn baseline<const L: usize>(block: Block<'_>, states: &mut [f64], troubled: &mut [bool]) {
        block.steps::<L>(states, troubled);
    }
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn avx2<const L: usize>(block: Block<'_>, states: &mut [f64], troubled: &mut [bool]) {
        block.steps::<L>(states, troubled);
    }
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma,avx512f,avx512dq,avx512vl,avx512bw")]
    fn avx512<const L: usize>(block: Block<'_>, states: &mut [f64], troubled: &mut [bool]) {
        block.steps::<L>(states, troubled);
    }
    match set {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => avx512::<L>,
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => avx2::<L>,
        _ => baseline::<L>,
    }
}

/// Rows that are different.
#[inline(always)]
fn rows_of<const N: usize, const L: usize>(
    rows: &mut [[f64; L]],
    which: [Row; N],
) -> [&mut [f64; L]; N] {
    rows.get_disjoint_mut(which).expect("operands and results are different rows of the plan")
}

#[inline(always)]
fn one<const L: usize>(rows: &mut [[f64; L]], inst: &Inst, function: impl Fn(f64) -> f64) {
    let [to, a] = rows_of(rows, [inst.to, inst.a]);
    for i in 0..L {
        to[i] = function(a[i]);
    }
}

#[inline(always)]
fn two<const L: usize>(rows: &mut [[f64; L]], inst: &Inst, function: impl Fn(f64, f64) -> f64) {
    let [to, a, b] = rows_of(rows, [inst.to, inst.a, inst.b]);
    for i in 0..L {
        to[i] = function(a[i], b[i]);
    }
}

#[inline(always)]
fn three<const L: usize>(
    rows: &mut [[f64; L]],
    inst: &Inst,
    function: impl Fn(f64, f64, f64) -> f64,
) {
    let [to, a, b, c] = rows_of(rows, [inst.to, inst.a, inst.b, inst.c]);
    for i in 0..L {
        to[i] = function(a[i], b[i], c[i]);
    }
}

/// A truth value as a number.
#[inline(always)]
fn truth(is: bool) -> f64 {
    if is { 1.0 } else { 0.0 }
}

/// Python's `%`: the sign is that of the divisor.
fn remainder(x: f64, y: f64) -> f64 {
    let rest = x % y;
    if rest == 0.0 {
        0.0_f64.copysign(y)
    } else if (rest < 0.0) != (y < 0.0) {
        rest + y
    } else {
        rest
    }
}

#[inline(always)]
pub(super) fn execute<const L: usize>(rows: &mut [[f64; L]], inst: &Inst) {
    let number = inst.number;
    match inst.op {
        Op::Copy => one(rows, inst, |x| x),
        Op::Add => two(rows, inst, |x, y| x + y),
        Op::AddNumber => one(rows, inst, |x| x + number),
        Op::Sub => two(rows, inst, |x, y| x - y),
        Op::NumberSub => one(rows, inst, |x| number - x),
        Op::Mul => two(rows, inst, |x, y| x * y),
        Op::MulNumber => one(rows, inst, |x| x * number),
        Op::Div => two(rows, inst, |x, y| x / y),
        Op::DivNumber => one(rows, inst, |x| x / number),
        Op::NumberDiv => one(rows, inst, |x| number / x),
        Op::Mod => two(rows, inst, remainder),
        Op::Neg => one(rows, inst, |x| -x),
        Op::Abs => one(rows, inst, f64::abs),
        Op::Sqrt => one(rows, inst, f64::sqrt),
        Op::Square => one(rows, inst, |x| x * x),
        Op::MulAdd => three(rows, inst, |x, y, z| x * y + z),
        Op::MulSub => three(rows, inst, |x, y, z| x * y - z),
        Op::SubMul => three(rows, inst, |x, y, z| z - x * y),
        Op::MulMul => three(rows, inst, |x, y, z| x * y * z),
        Op::MulAddNumber => two(rows, inst, |x, y| x * y + number),
        Op::NumberSubMul => two(rows, inst, |x, y| number - x * y),
        Op::MulMulNumber => two(rows, inst, |x, y| x * y * number),
        Op::ScaleAdd => two(rows, inst, |x, z| x * number + z),
        Op::ScaleSub => two(rows, inst, |x, z| x * number - z),
        Op::SubScale => two(rows, inst, |x, z| z - x * number),
        Op::ScaleMul => two(rows, inst, |x, z| x * number * z),
        Op::SquareMul => two(rows, inst, |x, z| x * x * z),
        Op::Less => two(rows, inst, |x, y| truth(x < y)),
        Op::LessEqual => two(rows, inst, |x, y| truth(x <= y)),
        Op::Equal => two(rows, inst, |x, y| truth(x == y)),
        Op::Choose => {
            let [to, a, b, c] = rows_of(rows, [inst.to, inst.a, inst.b, inst.c]);
            for i in 0..L {
                to[i] = if a[i] != 0.0 { b[i] } else { c[i] };
            }
        }
        Op::Check => {
            let [trouble, a] = rows_of(rows, [inst.to, inst.a]);
            for i in 0..L {
                // Zero times what is not finite is no number, and remains so in a sum.
                trouble[i] += a[i] * 0.0;
            }
        }
        Op::Unary(function) => {
            let [to, a] = rows_of(rows, [inst.to, inst.a]);
            function(a, to);
        }
        Op::Binary(function) => {
            let [to, a, b] = rows_of(rows, [inst.to, inst.a, inst.b]);
            function(a, b, to);
        }
        Op::Both(function) => {
            let [sin, a, cos] = rows_of(rows, [inst.to, inst.a, inst.b]);
            function(a, sin, cos);
        }
    }
}
