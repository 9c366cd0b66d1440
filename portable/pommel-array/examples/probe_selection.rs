//! Times indexing, sorting and searching: a probe for those who change their kernels.
use pommel_array::indexing::{Mode, get, set, take};
use pommel_array::*;
use std::time::Instant;

fn time(name: &str, n: usize, mut f: impl FnMut()) {
    f();
    let reps = (5_000_000 / n.max(50)).clamp(1, 20_000);
    let mut best = f64::MAX;
    for _ in 0..9 {
        let start = Instant::now();
        for _ in 0..reps {
            f();
        }
        best = best.min(start.elapsed().as_secs_f64() / reps as f64);
    }
    println!("{name:24} n={n:9} {:10.1} us", best * 1e6);
}

/// Numbers that look random: xorshift.
fn random(n: usize) -> Vec<u64> {
    let mut x = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = || {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x
    };
    (0..n).map(|_| next()).collect()
}

fn main() {
    for n in [4usize, 10_000, 1_000_000] {
        let shape = [n as isize];
        let numbers = random(n);
        let values: Vec<f64> = numbers.iter().map(|&x| (x >> 11) as f64).collect();
        let a = Array::from_slice(&values, &shape).unwrap();
        let singles: Vec<f32> = values.iter().map(|&x| x as f32).collect();
        let s = Array::from_slice(&singles, &shape).unwrap();
        let indices: Vec<i64> = numbers.iter().map(|x| (x >> 20) as i64 % n as i64).collect();
        let i = Array::from_slice(&indices, &shape).unwrap();
        let truths: Vec<bool> = numbers.iter().map(|x| x >> 40 & 1 == 1).collect();
        let m = Array::from_slice(&truths, &shape).unwrap();
        time("a[mask] f64", n, || drop(get(&a, &[m.clone().into()]).unwrap()));
        time("a[mask] f32", n, || drop(get(&s, &[m.clone().into()]).unwrap()));
        time("nonzero(mask)", n, || drop(indexing::nonzero(&m).unwrap()));
        let one = Array::scalar(1.0).unwrap();
        let b = a.copied(Order::C).unwrap();
        time("a[mask] = 1", n, || set(&b, &[m.clone().into()], &one, Casting::Safe).unwrap());
        time("a[i] f64", n, || drop(get(&a, &[i.clone().into()]).unwrap()));
        time("take(a, i) f64", n, || drop(take(&a, &i, None, Mode::Raise).unwrap()));
        sorting(n, &a, &s, &numbers);
        time("a[i] = a", n, || set(&b, &[i.clone().into()], &a, Casting::Safe).unwrap());
    }
}

fn sorting(n: usize, a: &Array, s: &Array, numbers: &[u64]) {
    use pommel_array::sorting::{
        Side, argsort, isin, partition, searchsorted, sort, unique_all, unique_values,
    };
    let shape = [n as isize];
    let wide: Vec<i64> = numbers.iter().map(|x| (x >> 4) as i64).collect();
    let wide = Array::from_slice(&wide, &shape).unwrap();
    let half = wide.cast(DType::Int32, Casting::Unsafe).unwrap().copied(Order::C).unwrap();
    let byte = wide.cast(DType::Int8, Casting::Unsafe).unwrap().copied(Order::C).unwrap();
    let few: Vec<i64> = numbers.iter().map(|x| (x >> 20) as i64 % 1000).collect();
    let few = Array::from_slice(&few, &shape).unwrap();
    for (name, array) in
        [("f64", a), ("f32", s), ("i64", &wide), ("i32", &half), ("i8", &byte), ("few i64", &few)]
    {
        time(&format!("sort {name}"), n, || drop(sort(array, 0, false).unwrap()));
        time(&format!("argsort {name}"), n, || drop(argsort(array, 0, false).unwrap()));
    }
    time("unique f64", n, || drop(unique_values(a, true).unwrap()));
    time("unique few i64", n, || drop(unique_values(&few, true).unwrap()));
    time("unique_all f64", n, || drop(unique_all(a, true).unwrap()));
    let sorted = sort(a, 0, false).unwrap();
    time("searchsorted f64", n, || drop(searchsorted(&sorted, a, Side::Left, None).unwrap()));
    time("searchsorted sorted", n, || {
        drop(searchsorted(&sorted, &sorted, Side::Left, None).unwrap());
    });
    let some = few.select(&[Index::Slice(None, Some(1000), 1)]).unwrap();
    time("isin i64", n, || drop(isin(&few, &some, false).unwrap()));
    time("bincount", n, || drop(pommel_array::sorting::bincount(&few, None, 0).unwrap()));
    time("histogram", n, || {
        use pommel_array::sorting::{Bins, histogram};
        drop(histogram(a, Bins::Count(100, None)).unwrap());
    });
    time("partition f64", n, || drop(partition(a, n as isize / 2, 0).unwrap()));
}
