//! Tapes beside ordinary arithmetic.

use super::{Course, Functions, Listing, Tape, Task};
use crate::kernels::isa::Isa;
use crate::kernels::math::{self, Unary};
use proptest::prelude::*;

/// `y' = sin(y) * cos(y) - p / (y * y + 1)`, by Euler's method.
const TAPE: &str = "state 0\nstep\nparameter 0\nnumber 1.0\nsin 0\ncos 0\nmul 4 5\nmul 0 0\nadd 7 3\n\
                    div 2 8\ncheck 9\nsub 6 9\nmul 1 11\nadd 0 12\nreturn 13";

fn by_hand(mut y: f64, p: f64, times: &[f64]) -> f64 {
    for ends in times.windows(2) {
        y += (ends[1] - ends[0]) * (y.sin() * y.cos() - p / (y * y + 1.0));
    }
    y
}

#[test]
fn members_have_the_bits_of_single_steps() {
    let tape = Tape::parse(TAPE, Functions::Library).unwrap();
    let times: Vec<f64> = (0..9).map(|i| f64::from(i) / 8.0).collect();
    for members in [1, 7, 16, 17, 64, 65, 200] {
        let states: Vec<f64> = (0..members).map(|i| i as f64 / 10.0 - 2.0).collect();
        let parameters: Vec<f64> = (0..members).map(|i| i as f64).collect();
        let task =
            Task { times: &times, every: 4, states: &states, parameters: &parameters, members };
        let solved = tape.run(task);
        assert!(solved.is_troubled.iter().all(|is| !is));
        for (i, kept) in solved.states.chunks(2).enumerate() {
            assert_eq!(kept[0], by_hand(states[i], parameters[i], &times[..5]));
            assert_eq!(kept[1], by_hand(states[i], parameters[i], &times));
        }
    }
}

#[test]
fn trouble_is_of_the_member() {
    let tape = Tape::parse("state 0\nnumber 1.0\ndiv 1 0\ncheck 2\nreturn 2", Functions::Vector);
    let states = [1.0, 0.0, f64::INFINITY, f64::NAN, -2.0];
    let task = Task { times: &[0.0, 1.0], every: 1, states: &states, parameters: &[], members: 5 };
    let solved = tape.unwrap().run(task);
    assert_eq!(solved.is_troubled, [false, true, false, true, false]);
    assert_eq!((solved.states[0], solved.states[4]), (1.0, -0.5));
}

#[test]
fn trouble_is_found_where_it_ends() {
    // The root is checked by what becomes of it, the divisor is not.
    let text = "state 0\nsqrt 0\ncheck 1\nmul 1 0\nadd 3 1\ncheck 4\nreturn 4";
    let tape = Tape::parse(text, Functions::Vector).unwrap();
    assert_eq!(tape.plan.insts.len(), 4);
    let text = "state 0\nmul 0 0\ncheck 1\ndiv 0 1\ncheck 3\nreturn 3";
    assert_eq!(Tape::parse(text, Functions::Vector).unwrap().plan.insts.len(), 4);
    let task =
        Task { times: &[0.0, 1.0], every: 1, states: &[-1.0, 4.0], parameters: &[], members: 2 };
    assert_eq!(tape.run(task).is_troubled, [true, false]);
}

#[test]
fn remainders_are_those_of_python() {
    let tape = Tape::parse("state 0\nstate 1\nmod 0 1\nreturn 2 1", Functions::Library).unwrap();
    for (x, y, wanted) in
        [(5.5, 2.0, 1.5), (-5.5, 2.0, 0.5), (5.5, -2.0, -0.5), (-4.0, 2.0, 0.0), (4.0, -2.0, -0.0)]
    {
        let task =
            Task { times: &[0.0, 1.0], every: 1, states: &[x, y], parameters: &[], members: 1 };
        assert_eq!(tape.run(task).states[0].to_bits(), f64::to_bits(wanted));
    }
}

/// `y' = -p y` by Euler's method, with steps that are refused if they are longer than the parameter says.
const STEPS: &str = "state 0\nstate 1\nstate 3\nstate 4\nparameter 0\nless_equal 1 4\nnumber 0.5\n\
                     mul 1 6\nadd 0 1\nmul 1 3\nadd 2 9\nnumber 1.0\nsub 11 5\nchoose 5 8 0\n\
                     choose 5 1 7\nchoose 5 10 2\nneg 15\nmul 1 3\nbetween 17 17\nreturn 13 14 12 15 16";

#[test]
fn members_have_steps_of_their_own() {
    let tape = Tape::parse(STEPS, Functions::Library).unwrap();
    assert!(tape.is_adaptive(9) && !tape.is_adaptive(8));
    let members = 150;
    let longest: Vec<f64> = (0..members).map(|i| 0.5_f64.powi(i % 7)).collect();
    let rows = [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, -1.0].repeat(members as usize);
    let course = Course {
        times: &[0.0, 0.75, 1.0],
        end: 1.0,
        most: 1000,
        rows: &rows,
        parameters: &longest,
        members: members as usize,
    };
    let reached = tape.go(course);
    for (i, row) in reached.rows.chunks(9).enumerate() {
        let steps = 2_i32.pow(i as u32 % 7);
        let tries = steps + i as i32 % 7;
        assert_eq!(row[..5], [1.0, 3.0, f64::from(tries), f64::from(steps), 1.0]);
        let h = 1.0 / f64::from(steps);
        let states: Vec<f64> =
            (0..=steps).scan(1.0, |y, _| Some(std::mem::replace(y, *y - h * *y))).collect();
        assert_eq!(reached.states[3 * i], 1.0);
        assert_eq!(reached.states[3 * i + 2], *states.last().unwrap());
    }
    // In parts, it comes to the same.
    let mut parts = rows.clone();
    for _ in 0..200 {
        parts = tape.go(Course { most: 2, rows: &parts, ..course }).rows;
    }
    assert_eq!(parts, reached.rows);
}

#[test]
fn operands_may_be_one_value() {
    let text = "state 0\nless 0 0\nchoose 1 0 1\natan2 0 0\nadd 2 3\nmul 4 4\nstate 1\nreturn 6 5";
    let tape = Tape::parse(text, Functions::Library).unwrap();
    let states = [0.5, 3.0];
    let task = Task { times: &[0.0, 1.0], every: 1, states: &states, parameters: &[], members: 1 };
    let wanted = 0.5_f64.atan2(0.5);
    assert_eq!(tape.run(task).states, [3.0, wanted * wanted]);
}

#[test]
fn faults_of_texts_are_told() {
    for (text, fault) in [
        ("state 0\nadd 0\nreturn 0", "add 0"),
        ("state 0\nadd 0 1\nreturn 0", "add 0 1"),
        ("state x\nreturn 0", "state x"),
        ("state 0\nfly 0\nreturn 0", "fly 0"),
        ("state 0\nreturn 1", "return 1"),
        ("state 0\ncbrt 0\nreturn 0", ""),
        ("state 0", "no line 'return'"),
    ] {
        let read = Tape::parse(text, Functions::Vector).map(|_| String::new());
        assert_eq!(read.unwrap_or_else(|fault| fault), fault);
    }
    assert!(Listing::parse("state 0\nstate 1\nreturn 0 1").is_ok());
    // That of Rust is not the C library's.
    assert!(Tape::parse("state 0\nasinh 0\nreturn 1", Functions::Library).is_err());
}

proptest! {
    #[test]
    fn both_functions_are_those_alone(numbers in prop::collection::vec(any::<f64>(), 1..300)) {
        for set in Isa::ALL {
            let mut found = [(); 4].map(|()| vec![0.0; numbers.len()]);
            let [sin, cos, sine, cosine] = &mut found;
            math::sin_cos_for(set)(&numbers, sin, cos);
            math::unary_f64_for(Unary::Sin, set)(&numbers, sine);
            math::unary_f64_for(Unary::Cos, set)(&numbers, cosine);
            let bits = |row: &[f64]| row.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&found[0]), bits(&found[2]));
            prop_assert_eq!(bits(&found[1]), bits(&found[3]));
        }
    }

    #[test]
    fn squares_are_powers(numbers in prop::collection::vec(any::<f64>(), 1..300)) {
        let mut squares = vec![0.0; numbers.len()];
        super::library::square()(&numbers, &mut squares);
        for (x, square) in numbers.iter().zip(squares) {
            let power = x.powf(std::hint::black_box(2.0));
            prop_assert!(square.to_bits() == power.to_bits() || square.is_nan() && power.is_nan());
        }
    }
}
