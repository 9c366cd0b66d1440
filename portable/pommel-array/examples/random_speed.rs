//! Prints nanoseconds per number for the fills of `random`: beside it, `random_speed.py` prints
//! NumPy's.

use pommel_array::random::{Generator, SeedSequence};
use std::hint::black_box;
use std::time::Instant;

const N: usize = 1_000_000;

fn report<T: Copy + Default>(name: &str, mut fill: impl FnMut(&mut [T])) {
    let mut out = vec![T::default(); N];
    let time = |_| {
        let start = Instant::now();
        fill(black_box(&mut out));
        start.elapsed().as_nanos() as f64 / N as f64
    };
    let best = (0..9).map(time).fold(f64::INFINITY, f64::min);
    println!("{name} {best:.2}");
}

fn main() {
    let mut rng = Generator::from_seed(&SeedSequence::new(&[1]));
    report::<f64>("random", |out| rng.fill_random(out));
    report::<f32>("random_f32", |out| rng.fill_random(out));
    report::<f64>("standard_normal", |out| rng.fill_standard_normal(out));
    report::<f32>("standard_normal_f32", |out| rng.fill_standard_normal(out));
    report::<f64>("standard_exponential", |out| rng.fill_standard_exponential(out));
    report::<f32>("standard_exponential_f32", |out| rng.fill_standard_exponential(out));
}
