//! Random numbers against NumPy's: `golden/random/make.py` writes what its `default_rng` draws, and
//! every value, and every state of the generator, must be the same to the last bit.

use pommel_array::random::distributions::*;
use pommel_array::random::{Choice, Generator, Integer, Pcg64, Real, SeedSequence, State, words};
use proptest::prelude::*;

fn hexes(text: &str) -> Vec<u64> {
    text.split(',').map(|word| u64::from_str_radix(word, 16).expect(word)).collect()
}

fn words_of(text: &str) -> Vec<u32> {
    hexes(text).into_iter().map(|word| word as u32).collect()
}

fn state_of(text: &str) -> State {
    let parts: Vec<u128> =
        text.split(',').map(|part| u128::from_str_radix(part, 16).expect(part)).collect();
    let [state, inc, has_uint32, uinteger] = parts[..] else { panic!("{text}") };
    State { state, inc, has_uint32: has_uint32 == 1, uinteger: uinteger as u32 }
}

fn state_of_bits(rng: &Generator) -> State {
    rng.bits().pcg64().expect("that of default_rng").state()
}

#[test]
fn seeds_and_states_are_numpys() {
    for line in include_str!("golden/random/seeds.txt").lines() {
        let [entropy, name, narrow, wide, state, jumped, advanced] =
            line.split(' ').collect::<Vec<_>>()[..]
        else {
            panic!("{line}");
        };
        let entropy = words_of(entropy);
        let mut whole = SeedSequence::new(&entropy);
        let mut child = whole.spawn(3).pop().unwrap();
        let seed = match name {
            "whole" => whole,
            "child" => child,
            "grandchild" => child.spawn(2).pop().unwrap(),
            _ => SeedSequence::with_key(&entropy, &[&[7][..], &words(1 << 33)].concat(), 8, 0),
        };
        let (mut narrow_found, mut wide_found) = ([0; 9], [0; 5]);
        seed.state_u32(&mut narrow_found);
        seed.state_u64(&mut wide_found);
        assert_eq!(narrow_found[..], words_of(narrow)[..], "{line}");
        assert_eq!(wide_found[..], hexes(wide)[..], "{line}");
        let mut bits = Pcg64::new(&seed);
        assert_eq!(bits.state(), state_of(state), "{line}");
        assert_eq!(bits.jumped(3).state(), state_of(jumped), "{line}");
        bits.advance(10_u128.pow(30) + 1);
        assert_eq!(bits.state(), state_of(advanced), "{line}");
    }
}

/// The bits of values, as the golden files have them.
trait Bits {
    fn bits(&self) -> u64;
}

macro_rules! impl_bits {
    ($($ty:ident: |$value:ident| $bits:expr;)*) => {
        $(impl Bits for $ty {
            fn bits(&self) -> u64 {
                let $value = *self;
                $bits
            }
        })*
    };
}
impl_bits! {
    bool: |x| x.into();
    i8: |x| (x as u8).into();
    i16: |x| (x as u16).into();
    i32: |x| (x as u32).into();
    i64: |x| x as u64;
    u8: |x| x.into();
    u16: |x| x.into();
    u32: |x| x.into();
    u64: |x| x;
    f32: |x| x.to_bits().into();
    f64: |x| x.to_bits();
}

/// The first values' bits, and the sum over all.
type Summary = (Vec<u64>, u64);

fn summary<T: Bits>(values: &[T]) -> Summary {
    let bits = values.iter().map(Bits::bits);
    let sum = bits
        .clone()
        .zip(1..)
        .fold(0_u64, |sum, (bits, number)| sum.wrapping_add(bits.wrapping_mul(number)));
    (bits.take(5).collect(), sum)
}

fn filled<T: Bits + Default + Clone>(count: usize, fill: impl FnOnce(&mut [T])) -> Summary {
    let mut out = vec![T::default(); count];
    fill(&mut out);
    summary(&out)
}

fn real<T: Real + Bits>(rng: &mut Generator, name: &str, count: usize) -> Summary {
    filled(count, |out: &mut [T]| match name {
        "random" => rng.fill_random(out),
        "standard_normal" => rng.fill_standard_normal(out),
        _ => rng.fill_standard_exponential(out),
    })
}

fn integers<T: Integer + Bits>(
    rng: &mut Generator,
    low: &str,
    high: &str,
    count: usize,
    parse: impl Fn(&str) -> T,
) -> Summary {
    filled(count, |out| rng.integers(parse(low), parse(high), out).unwrap())
}

fn integers_of(rng: &mut Generator, dtype: &str, low: &str, high: &str, count: usize) -> Summary {
    macro_rules! by_name {
        ($($ty:ident $name:literal)*) => {
            match dtype {
                $($name => integers::<$ty>(rng, low, high, count, |text| text.parse().unwrap()),)*
                _ => integers::<bool>(rng, low, high, count, |text| text == "1"),
            }
        };
    }
    by_name!(i8 "int8" i16 "int16" i32 "int32" i64 "int64"
        u8 "uint8" u16 "uint16" u32 "uint32" u64 "uint64")
}

fn numbers(text: &str) -> Vec<f64> {
    text.split(',').filter_map(|text| text.parse().ok()).collect()
}

macro_rules! define_distribution {
    ($($name:ident $text:literal $value:ident
        ($($parameter:ident: $ty:ident $rule:ident),*);)*) => {
        /// Fills a slice with numbers of the distribution of a name.
        fn distribution(rng: &mut Generator, name: &str, arguments: &str, count: usize) -> Summary {
            let numbers = numbers(arguments);
            match name {
                $($text => {
                    let mut numbers = numbers.iter();
                    $(let $parameter = *numbers.next().unwrap() as $ty;)*
                    assert_eq!(numbers.next(), None);
                    let distribution = $name::new($($parameter),*).unwrap();
                    filled(count, |out: &mut [$value]| rng.fill(&distribution, out))
                })*
                _ => panic!("{name} is no distribution"),
            }
        }
    };
}
pommel_array::for_each_distribution!(define_distribution);

fn choice(rng: &mut Generator, arguments: &[&str]) -> Summary {
    let numbers: Vec<usize> = arguments.iter().map(|text| text.parse().unwrap()).collect();
    let [population, count, replace, weighted, shuffle] = numbers[..] else { panic!() };
    let weights: Vec<f64> = (0..population).map(|i| (i % 3) as f64).collect();
    let sum: f64 = weights.iter().sum();
    let weights: Vec<f64> = weights.iter().map(|weight| weight / sum).collect();
    let wanted = Choice {
        population,
        count,
        replace: replace == 1,
        probabilities: (weighted == 1).then_some(&weights[..]),
        shuffle: shuffle == 1,
    };
    summary(&rng.choice(wanted).unwrap())
}

fn integers_between(rng: &mut Generator) -> Summary {
    let low: Vec<i8> = (-20..30).collect();
    let high: Vec<i8> = low.iter().zip(0..).map(|(low, i)| low + (i * 2 % 90) as i8).collect();
    filled(50, |out| rng.integers_between(&low, &high, out).unwrap())
}

/// Calls what a line of the golden file names.
fn call(rng: &mut Generator, parts: &[&str]) -> Summary {
    let count = || parts[parts.len() - 1].parse().unwrap();
    match *parts {
        [name @ ("random" | "standard_normal" | "standard_exponential"), "float64", _] => {
            real::<f64>(rng, name, count())
        }
        [name @ ("random" | "standard_normal" | "standard_exponential"), _, _] => {
            real::<f32>(rng, name, count())
        }
        ["standard_gamma", "float64", shape, _] => filled(count(), |out: &mut [f64]| {
            rng.fill_standard_gamma(shape.parse().unwrap(), out).unwrap();
        }),
        ["standard_gamma", _, shape, _] => filled(count(), |out: &mut [f32]| {
            rng.fill_standard_gamma(shape.parse().unwrap(), out).unwrap();
        }),
        ["integers", dtype, low, high, _] => integers_of(rng, dtype, low, high, count()),
        ["distribution", name, arguments, _] => distribution(rng, name, arguments, count()),
        ["choice", ref arguments @ ..] => choice(rng, arguments),
        ["multinomial", n, pvals, _] => {
            let pvals = numbers(pvals);
            filled(count() * pvals.len(), |out: &mut [i64]| {
                rng.multinomial(n.parse().unwrap(), &pvals, out).unwrap();
            })
        }
        ["dirichlet", alpha, _] => {
            let alpha = numbers(alpha);
            filled(count() * alpha.len(), |out: &mut [f64]| rng.dirichlet(&alpha, out).unwrap())
        }
        ["permuted", _] => {
            let mut table: Vec<i64> = (0..3 * count() as i64).collect();
            table.chunks_mut(count()).for_each(|row| rng.shuffle(row));
            summary(&table)
        }
        ["permutation", _] => summary(&rng.permutation(count())),
        ["bytes", _] => filled(count(), |out| rng.bytes(out)),
        ["integers_between"] => integers_between(rng),
        _ => panic!("{parts:?}"),
    }
}

#[test]
fn streams_are_numpys() {
    let mut rng = Generator::from_seed(&SeedSequence::new(&[]));
    let mut wrong = Vec::new();
    for line in include_str!("golden/random/streams.txt").lines() {
        let parts: Vec<&str> = line.split(' ').collect();
        if let ["seed", words] = parts[..] {
            rng = Generator::from_seed(&SeedSequence::new(&words_of(words)));
            continue;
        }
        let (parts, expected) = parts.split_at(parts.len() - 3);
        let (first, sum) = call(&mut rng, parts);
        let state = state_of(expected[2]);
        let same = first == hexes(expected[0])
            && sum == hexes(expected[1])[0]
            && state_of_bits(&rng) == state;
        if !same {
            wrong.push(format!("{line}\n  {first:x?} {sum:x} {:x?}", state_of_bits(&rng)));
            *rng.bits_mut() = Pcg64::from_state(state).into();
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

proptest! {
    /// A fill of many, which works on batches, is many fills of few, which do not.
    #[test]
    fn a_fill_is_its_parts(counts in proptest::collection::vec(0usize..150, 1..6), seed: u32) {
        let total: usize = counts.iter().sum();
        let new = || Generator::from_seed(&SeedSequence::new(&[seed]));
        for name in ["random", "standard_normal", "standard_exponential"] {
            let (mut whole, mut parts) = (new(), new());
            let (mut double, mut single) = (vec![0.0_f64; total], vec![0.0_f32; total + 1]);
            let kinds = (|rng: &mut Generator, double: &mut [f64]| match name {
                "random" => rng.fill_random(double),
                "standard_normal" => rng.fill_standard_normal(double),
                _ => rng.fill_standard_exponential(double),
            }, |rng: &mut Generator, single: &mut [f32]| match name {
                "random" => rng.fill_random(single),
                "standard_normal" => rng.fill_standard_normal(single),
                _ => rng.fill_standard_exponential(single),
            });
            // An odd number of halves, then whole words: halves must survive these.
            kinds.1(&mut whole, &mut single);
            kinds.0(&mut whole, &mut double);
            let (mut double_parts, mut single_parts) = (double.clone(), single.clone());
            single_parts.iter_mut().for_each(|x| kinds.1(&mut parts, std::slice::from_mut(x)));
            let mut rest = &mut double_parts[..];
            for &count in &counts {
                let (now, later) = std::mem::take(&mut rest).split_at_mut(count);
                kinds.0(&mut parts, now);
                rest = later;
            }
            prop_assert_eq!(&single, &single_parts);
            prop_assert_eq!(&double, &double_parts);
            prop_assert_eq!(whole.bits(), parts.bits());
        }
    }

    #[test]
    fn integers_stay_between_their_bounds(a: i16, b: i16, seed: u32) {
        let mut rng = Generator::from_seed(&SeedSequence::new(&[seed]));
        let mut out = [0; 50];
        rng.integers(a.min(b), a.max(b), &mut out).unwrap();
        prop_assert!(out.iter().all(|x| (a.min(b)..=a.max(b)).contains(x)));
    }

    #[test]
    fn a_choice_without_replacement_is_of_different_ones(
        population in 1usize..400,
        share in 0.0..=1.0,
        shuffle: bool,
        weighted: bool,
        seed: u32,
    ) {
        let mut rng = Generator::from_seed(&SeedSequence::new(&[seed]));
        let weights = vec![1.0 / population as f64; population];
        let count = (population as f64 * share) as usize;
        let probabilities = weighted.then_some(&weights[..]);
        let wanted = Choice { population, count, replace: false, probabilities, shuffle };
        let mut chosen = rng.choice(wanted).unwrap();
        chosen.sort_unstable();
        chosen.dedup();
        prop_assert_eq!(chosen.len(), count);
        prop_assert!(chosen.iter().all(|&i| (i as usize) < population));
    }
}

#[test]
fn wrong_arguments_are_named() {
    let mut rng = Generator::from_seed(&SeedSequence::new(&[1]));
    let text = |error: pommel_array::random::Invalid| error.to_string();
    assert_eq!(
        text(Normal::new(0.0, -1.0).unwrap_err()),
        "scale is -1: it must be 0 or a positive number"
    );
    assert!(Normal::new(0.0, -0.0).is_err() && Normal::new(0.0, f64::NAN).is_ok());
    assert!(Binomial::new(-1, 0.5).is_err() && Binomial::new(1, f64::NAN).is_err());
    assert!(Poisson::new(1e19).is_err() && Poisson::new(-1.0).is_err());
    assert!(NegativeBinomial::new(1e18, 1e-9).is_err());
    assert_eq!(
        text(Triangular::new(1.0, 0.0, 2.0).unwrap_err()),
        "left is 1: it must be at most mode, which is 0"
    );
    assert!(Uniform::new(-f64::MAX, f64::MAX).is_err() && Uniform::new(1.0, 0.0).is_err());
    assert_eq!(
        text(rng.integers(3, 2, &mut [0]).unwrap_err()),
        "high is 2: it must be at least low, which is 3"
    );
    assert!(rng.multinomial(-1, &[1.0], &mut [0]).is_err());
    assert!(rng.multinomial(1, &[], &mut []).is_err());
    assert!(rng.multinomial(1, &[0.7, 0.7, 0.1], &mut [0; 3]).is_err());
    assert!(rng.dirichlet(&[-1.0, 1.0], &mut [0.0; 2]).is_err());
    let wanted =
        Choice { population: 3, count: 4, replace: false, probabilities: None, shuffle: true };
    assert_eq!(
        text(rng.choice(wanted).unwrap_err()),
        "count is 4: without replacement it can be at most 3, which is all there are"
    );
    for weights in [&[0.5, 0.4, 0.0][..], &[0.5, 0.5], &[1.5, -0.5, 0.0], &[f64::NAN, 0.5, 0.5]] {
        let wanted = Choice { count: 1, probabilities: Some(weights), ..wanted };
        assert!(rng.choice(wanted).is_err(), "{weights:?}");
    }
    let wanted = Choice { count: 3, probabilities: Some(&[0.5, 0.5, 0.0]), ..wanted };
    assert!(rng.choice(wanted).is_err());
}

#[test]
fn nothing_that_is_no_number_hangs() {
    let mut rng = Generator::from_seed(&SeedSequence::new(&[1]));
    assert!(rng.draw(&Gamma::new(f64::NAN, 1.0).unwrap()).is_nan());
    assert!(rng.draw(&Beta::new(f64::NAN, 1.0).unwrap()).is_nan());
    assert!(rng.draw(&StandardT::new(f64::NAN).unwrap()).is_nan());
    assert!(rng.draw(&Vonmises::new(0.0, f64::NAN).unwrap()).is_nan());
    assert!(rng.draw(&NoncentralChisquare::new(f64::NAN, 1.0).unwrap()).is_nan());
    assert_eq!(rng.draw(&Geometric::new(1e-300).unwrap()), i64::MAX);
    assert!((0..=i64::MAX).contains(&rng.draw(&Binomial::new(i64::MAX, 0.5).unwrap())));
}
