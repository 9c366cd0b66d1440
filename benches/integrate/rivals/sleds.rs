//! Many sleds by hand in Rust, one after the other: the program of `../../sleds/rivals/sleds.rs`, each
//! sine and cosine computed once. A worker of its own: see `../../protocol.py`.

use std::f64::consts::PI;
use std::hint::black_box;
use std::io::{BufRead, Write};
use std::time::Instant;

const SLEDS: usize = 1000;
const STEPS: usize = 200;
const DT: f64 = 0.01;

/// x, y, u, v.
type State = [f64; 4];

fn slide([x, y, u, v]: State) -> State {
    let (gravity, friction, tilt, bump) = (9.81, 0.5, 0.25, 0.5);
    let (p, q) = (2.0 * PI / 10.0, 2.0 * PI / 4.0);
    let (sin_x, cos_x) = (p * x).sin_cos();
    let (sin_y, cos_y) = (q * y).sin_cos();
    let h_x = -tilt + bump * p * sin_x * cos_y;
    let h_xx = bump * p * p * cos_x * cos_y;
    let h_y = bump * q * cos_x * sin_y;
    let h_yy = bump * q * q * cos_x * cos_y;
    let h_xy = -bump * q * p * sin_x * sin_y;
    let force = (gravity + h_xx * u * u + 2.0 * h_xy * u * v + h_yy * v * v)
        / (1.0 + h_x * h_x + h_y * h_y);
    [u, v, -force * h_x - friction * u, -force * h_y - friction * v]
}

fn plus(state: State, slope: State, factor: f64) -> State {
    std::array::from_fn(|i| state[i] + slope[i] * factor)
}

fn step(state: State) -> State {
    let k1 = slide(state);
    let k2 = slide(plus(state, k1, DT / 2.0));
    let k3 = slide(plus(state, k2, DT / 2.0));
    let k4 = slide(plus(state, k3, DT));
    std::array::from_fn(|i| state[i] + DT / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]))
}

fn start(sled: usize) -> State {
    [0.0, sled as f64 / SLEDS as f64, 3.5, 0.0]
}

fn ride(steps: usize) -> Vec<State> {
    (0..SLEDS).map(|sled| (0..steps).fold(start(sled), |state, _| step(state))).collect()
}

fn result() -> String {
    let numbers = ride(STEPS).into_iter().flatten().map(|number| format!(" {number:e}"));
    std::iter::once("ok".to_owned()).chain(numbers).collect()
}

fn answer(request: &str) -> String {
    let mut words = request.split_whitespace();
    match (words.next(), words.nth(1).and_then(|runs| runs.parse::<u64>().ok())) {
        (Some("time"), Some(runs)) => {
            let begin = Instant::now();
            for _ in 0..runs {
                black_box(ride(black_box(STEPS)));
            }
            format!("ok {:e}", begin.elapsed().as_secs_f64())
        }
        (Some("result"), _) => result(),
        _ => "err unknown request".into(),
    }
}

fn main() -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    for request in std::io::stdin().lock().lines() {
        writeln!(stdout, "{}", answer(&request?))?;
        stdout.flush()?;
    }
    Ok(())
}
