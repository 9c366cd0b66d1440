//! Prints nanoseconds per number for fills of a million; `random_speed.py` prints NumPy's.

use pommel_array::random::distributions::*;
use pommel_array::random::{Choice, Distribution, Generator, SeedSequence};
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

fn report_distribution<D: Distribution + Copy>(rng: &mut Generator, distribution: D) {
    report::<D::Value>(D::NAME, |out| rng.fill(&distribution, out));
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut rng = Generator::from_seed(&SeedSequence::new(&[1]));
    report::<f64>("random", |out| rng.fill_random(out));
    report::<f32>("random_f32", |out| rng.fill_random(out));
    report::<f64>("standard_normal", |out| rng.fill_standard_normal(out));
    report::<f32>("standard_normal_f32", |out| rng.fill_standard_normal(out));
    report::<f64>("standard_exponential", |out| rng.fill_standard_exponential(out));
    report::<f32>("standard_exponential_f32", |out| rng.fill_standard_exponential(out));
    report::<i64>("integers_i64_1000", |out| rng.integers(0, 999, out).expect("bounds"));
    report::<i64>("integers_i64_big", |out| rng.integers(0, 1 << 40, out).expect("bounds"));
    report::<u8>("integers_u8_100", |out| rng.integers(0, 99, out).expect("bounds"));
    report::<bool>("integers_bool", |out| rng.integers(false, true, out).expect("bounds"));
    report_distribution(&mut rng, Normal::new(1.0, 2.0)?);
    report_distribution(&mut rng, Uniform::new(1.0, 2.0)?);
    report_distribution(&mut rng, Gamma::new(3.0, 1.0)?);
    report_distribution(&mut rng, Poisson::new(4.0)?);
    report_distribution(&mut rng, Poisson::new(40.0)?);
    report_distribution(&mut rng, Binomial::new(100, 0.4)?);
    report_distribution(&mut rng, Beta::new(2.0, 3.0)?);
    report_distribution(&mut rng, Lognormal::new(0.0, 1.0)?);
    report::<u8>("permutation", |_| drop(black_box(rng.permutation(N))));
    report::<f64>("shuffle", |out| rng.shuffle(out));
    let wanted = Choice {
        population: N,
        count: N / 100,
        replace: false,
        probabilities: None,
        shuffle: true,
    };
    report::<u8>("choice_of_a_hundredth", |_| drop(black_box(rng.choice(wanted))));
    Ok(())
}
