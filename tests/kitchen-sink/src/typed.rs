//! Functions of plain numbers, which publish typed entry points, and what runs without Python.

use pommel::prelude::*;
use std::time::{Duration, Instant};

#[function]
pub fn add(a: i64, b: i64) -> i64 {
    a.wrapping_add(b)
}

#[function]
pub fn hypot(x: f64, y: f64) -> f64 {
    x.hypot(y)
}

/// Panics for a divisor of 0.
#[function]
pub fn divide(a: i32, b: i32) -> i32 {
    a / b
}

#[function]
pub fn not(value: bool) -> bool {
    !value
}

#[function]
pub fn wrap_u8(value: u8) -> u8 {
    value.wrapping_add(1)
}

#[function]
pub fn unit() {}

/// Sixteen numbers of one kind, more than there are registers.
#[function]
#[allow(clippy::too_many_arguments)]
pub fn fill(a: f32, b: f32, c: f32, d: f32, e: f32, f: f32, g: f32, h: f32, i: f32, j: f32) -> f32 {
    a + b + c + d + e + f + g + h + i + j
}

/// Lets other threads run Python until a callback of theirs is done, which `flag` says: a list that
/// becomes longer. Gives whether that happened in time.
#[function]
pub fn release_the_gil(ctx: Ctx<'_>, flag: &List<'_>, seconds: f64) -> Result<bool> {
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    while Instant::now() < end {
        ctx.detach(|| std::thread::sleep(Duration::from_millis(1)));
        if !flag.is_empty()? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The sum of the bytes, computed detached by several threads.
#[function]
pub fn detached_sum(ctx: Ctx<'_>, data: &[u8]) -> u64 {
    let sum = |part: &[u8]| part.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    ctx.detach(|| {
        let (left, right) = data.split_at(data.len() / 2);
        std::thread::scope(|scope| {
            let left = scope.spawn(move || sum(left));
            sum(right) + left.join().unwrap_or_default()
        })
    })
}
