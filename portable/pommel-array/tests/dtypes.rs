//! Element types meet and convert as NumPy's do: `golden/dtypes.txt` is what NumPy 2 answers, and
//! `golden/make.py` asked it.

use pommel_array::{Casting, DType};

#[test]
fn every_pair_is_numpys() {
    let rows: Vec<&str> = include_str!("golden/dtypes.txt").lines().collect();
    assert_eq!(rows.len(), DType::ALL.len() * DType::ALL.len());
    for row in rows {
        let [from, to, meet, rules] = row.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{row}");
        };
        let [from, to, meet] = [from, to, meet].map(|name| DType::from_name(name).expect(name));
        assert_eq!(from.promote(to), meet, "{row}");
        let all = [Casting::No, Casting::Safe, Casting::SameKind, Casting::Unsafe];
        let allowed: Vec<_> = all.into_iter().filter(|&rule| from.can_cast(to, rule)).collect();
        let allowed: Vec<_> = allowed.into_iter().map(Casting::name).collect();
        assert_eq!(allowed.join(","), rules, "{row}");
    }
}

#[test]
fn promotion_is_a_lattice() {
    for &a in DType::ALL {
        assert_eq!(a.promote(a), a);
        for &b in DType::ALL {
            assert_eq!(a.promote(b), b.promote(a));
            assert!(a.can_cast(a.promote(b), Casting::Safe));
        }
    }
}

#[test]
fn several_types_meet_in_no_more_digits_than_they_need() {
    use DType::*;
    // Together the integers would need more than a `float32` has.
    for types in [[Int8, UInt16, Float32], [Float32, UInt16, Int8], [UInt16, Float32, Int8]] {
        assert_eq!(DType::common(types), Some(Float32));
    }
    assert_eq!(DType::common([Int16, UInt16, Complex64]), Some(Complex64));
    assert_eq!(DType::common([Int32, Float16, UInt8]), Some(Float64));
    assert_eq!(DType::common([]), None);
}

#[test]
fn names_and_codes_find_their_type() {
    for &dtype in DType::ALL {
        assert_eq!(DType::from_name(dtype.name()), Some(dtype));
        assert_eq!(DType::from_name(dtype.code()), Some(dtype));
    }
    assert_eq!(DType::from_name("int128"), None);
    assert_eq!(DType::Complex128.real(), DType::Float64);
    assert_eq!(DType::Complex64.size(), 8);
}

#[test]
fn a_refused_conversion_names_both_types() {
    let error = DType::Float64.check_cast(DType::Int32, Casting::SameKind).unwrap_err();
    assert_eq!(
        error.to_string(),
        "float64 cannot be converted to int32 by the rule 'same_kind': ask for the conversion with \
         astype"
    );
}

#[test]
fn a_half_is_rounded_once() {
    use pommel_array::{Array, Scalar};
    let halved = |value: f64| {
        let cast = Array::scalar(value).unwrap().cast(DType::Float16, Casting::Unsafe).unwrap();
        cast.item(&[]).unwrap()
    };
    for bits in (0..0x7bff).step_by(7) {
        let [low, high] = [bits, bits + 1].map(|bits| half::f16::from_bits(bits).to_f64());
        let middle = (low + high) / 2.0;
        let even = if bits % 2 == 0 { low } else { high };
        assert_eq!(halved(middle), Scalar::Float(even));
        assert_eq!(halved(-middle.next_down()), Scalar::Float(-low));
        assert_eq!(halved(middle.next_up()), Scalar::Float(high));
    }
    assert_eq!(halved(65520.0), Scalar::Float(f64::INFINITY));
    assert_eq!(halved(1e300), Scalar::Float(f64::INFINITY));
    assert_eq!(halved(65519.99), Scalar::Float(65504.0));
}
