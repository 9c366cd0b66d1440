//! Prints the time that each function of the vector math takes for an element, over 4,096 of them:
//! `cargo run --release -p pommel-array --example math_speed`.

use pommel_array::kernels::isa::Isa;
use pommel_array::kernels::math::{
    Binary, Unary, binary_f32_for, binary_f64_for, unary_f32_for, unary_f64_for,
};
use std::hint::black_box;
use std::time::Instant;

const COUNT: usize = 4096;

/// The least time of some runs, in nanoseconds for an element.
fn measured(mut run: impl FnMut()) -> f64 {
    let least = (0..50).map(|_| {
        let start = Instant::now();
        for _ in 0..20 {
            run();
        }
        start.elapsed().as_secs_f64() / 20.0
    });
    least.fold(f64::INFINITY, f64::min) / COUNT as f64 * 1e9
}

/// Operands that the function is defined for.
fn operands(name: &str) -> Vec<f64> {
    let unit = (0..COUNT).map(|index| (index * 2_654_435_761 % COUNT) as f64 / COUNT as f64);
    let (low, high) = match name {
        "asin" | "acos" | "atanh" => (-0.99, 0.99),
        "log" | "log2" | "log10" | "pow" => (0.1, 10.0),
        "log1p" => (-0.9, 10.0),
        "acosh" => (1.0, 20.0),
        "sin" | "cos" | "tan" => (-100.0, 100.0),
        _ => (-10.0, 10.0),
    };
    unit.map(|unit| low + (high - low) * unit).collect()
}

fn main() {
    let y: Vec<f64> = operands("exp").iter().map(|y| y * 0.3).collect();
    let y32: Vec<f32> = y.iter().map(|&y| y as f32).collect();
    let (mut out, mut out32) = (vec![0.0_f64; COUNT], vec![0.0_f32; COUNT]);
    for set in Isa::ALL.into_iter().filter(|set| set.is_available()) {
        println!("{:10} {:>8} {:>8}  {set}, ns an element", "", "float64", "float32");
        for &which in Unary::ALL {
            let x = operands(which.name());
            let x32: Vec<f32> = x.iter().map(|&x| x as f32).collect();
            let double = measured(|| unary_f64_for(which, set)(black_box(&x), &mut out));
            let single = measured(|| unary_f32_for(which, set)(black_box(&x32), &mut out32));
            println!("{:10} {double:8.2} {single:8.2}", which.name());
        }
        for &which in Binary::ALL {
            let x = operands(which.name());
            let x32: Vec<f32> = x.iter().map(|&x| x as f32).collect();
            let double = measured(|| binary_f64_for(which, set)(black_box(&x), &y, &mut out));
            let single = measured(|| binary_f32_for(which, set)(black_box(&x32), &y32, &mut out32));
            println!("{:10} {double:8.2} {single:8.2}", which.name());
        }
    }
}
