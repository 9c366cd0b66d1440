//! What methods of strings do, for characters that are ASCII: nothing but bytes.

use pommel_jit::ir::texts::{CHANGES, FILLS, SEARCHES, TESTS};

/// The digits of a number to a base. The upper half of the word is 1 for a prefix as `bin` has it.
pub(super) fn digits(number: i64, how: u64) -> String {
    let size = number.unsigned_abs();
    let sign = if number < 0 { "-" } else { "" };
    match (how & 0xff, how >> 8) {
        (2, 0) => format!("{sign}{size:b}"),
        (8, 0) => format!("{sign}{size:o}"),
        (16, 0) => format!("{sign}{size:x}"),
        (2, _) => format!("{sign}{size:#b}"),
        (8, _) => format!("{sign}{size:#o}"),
        (16, _) => format!("{sign}{size:#x}"),
        _ => format!("{sign}{size}"),
    }
}

/// A float as `repr` has it: the fewest digits that mean just it. Nothing if two such texts may be as near to
/// it, of which Python takes the even one.
pub(super) fn float(number: f64) -> Option<String> {
    if !number.is_finite() {
        let text = if number.is_nan() { "nan" } else { "inf" };
        return Some(if number == f64::NEG_INFINITY { "-inf".into() } else { text.into() });
    }
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    let count = digits.bytes().filter(u8::is_ascii_digit).count() as i32;
    if count > MOST_CERTAIN && is_perhaps_between(number, count - 1 - exponent) {
        return None;
    }
    if (-4..16).contains(&exponent) {
        let text = format!("{number}");
        return Some(if text.contains('.') { text } else { text + ".0" });
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    Some(format!("{digits}e{sign}{:02}", exponent.unsigned_abs()))
}

/// No two texts of so many digits mean one float.
const MOST_CERTAIN: i32 = 15;

/// Whether a float may be as near to one number with so many digits behind the point as to the next one.
fn is_perhaps_between(number: f64, behind: i32) -> bool {
    let (whole, shift) = parts(number);
    // It is an odd number of halves of the last digit's unit, and so an odd multiple of this power of 2.
    behind <= 0 || shift - whole.trailing_zeros() as i32 == behind + 1
}

/// A float without its sign: it is the first times 2 to the power of minus the second.
fn parts(number: f64) -> (u64, i32) {
    let bits = number.abs().to_bits();
    let (exponent, fraction) = ((bits >> 52) as i32, bits & ((1 << 52) - 1));
    match exponent {
        0 => (fraction, 1074),
        exponent => (fraction | 1 << 52, 1075 - exponent),
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, 9..=13 | 28..=32)
}

/// A text without characters at its ends: 1 for the left one, 2 for the right one, 3 for both.
pub(super) fn stripped(text: &[u8], ends: u64, goes: impl Fn(u8) -> bool) -> &[u8] {
    let mut text = text;
    if ends & 1 != 0 {
        let first = text.iter().position(|byte| !goes(*byte)).unwrap_or(text.len());
        text = &text[first..];
    }
    if ends & 2 != 0 {
        let end = text.iter().rposition(|byte| !goes(*byte)).map_or(0, |last| last + 1);
        text = &text[..end];
    }
    text
}

/// What one of [`CHANGES`] gives.
pub(super) fn changed(text: &[u8], which: u64) -> Option<Vec<u8>> {
    Some(match *CHANGES.get(which as usize)? {
        "upper" => text.to_ascii_uppercase(),
        "lower" => text.to_ascii_lowercase(),
        "strip" => stripped(text, 3, is_space).to_vec(),
        "lstrip" => stripped(text, 1, is_space).to_vec(),
        "rstrip" => stripped(text, 2, is_space).to_vec(),
        "swapcase" => {
            let swapped = |byte: &u8| byte ^ if byte.is_ascii_alphabetic() { 32 } else { 0 };
            text.iter().map(swapped).collect()
        }
        "capitalize" => {
            let mut made = text.to_ascii_lowercase();
            made[..text.len().min(1)].make_ascii_uppercase();
            made
        }
        _ => {
            let mut is_within = false;
            let titled = |byte: &u8| {
                let made = match is_within {
                    true => byte.to_ascii_lowercase(),
                    false => byte.to_ascii_uppercase(),
                };
                is_within = byte.is_ascii_alphabetic();
                made
            };
            text.iter().map(titled).collect()
        }
    })
}

/// What one of [`FILLS`] gives: width, character, which.
pub(super) fn filled(text: &[u8], [width, by, which]: [u64; 3]) -> Option<Vec<u8>> {
    let (width, by) = (width as i64, u8::try_from(by).ok()?);
    let missing = usize::try_from(width.saturating_sub(text.len() as i64)).unwrap_or(0);
    if missing > 1 << 32 {
        return None;
    }
    let left = match *FILLS.get(which as usize)? {
        "ljust" => 0,
        "center" => missing / 2 + (missing & width as usize & 1),
        _ => missing,
    };
    let mut made = vec![by; missing + text.len()];
    made[left..left + text.len()].copy_from_slice(text);
    if FILLS[which as usize] == "zfill"
        && let Some(sign @ (b'+' | b'-')) = text.first()
    {
        made[left] = b'0';
        made[0] = *sign;
    }
    Some(made)
}

fn place_of(text: &[u8], part: &[u8]) -> Option<usize> {
    match part {
        [] => Some(0),
        [byte] => text.iter().position(|other| other == byte),
        _ => core::str::from_utf8(text).ok()?.find(core::str::from_utf8(part).ok()?),
    }
}

/// A text with a part of it replaced wherever it is.
pub(super) fn replaced(text: &[u8], old: &[u8], new: &[u8]) -> Option<Vec<u8>> {
    if old.is_empty() {
        return None;
    }
    let mut made = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = place_of(rest, old) {
        made.extend_from_slice(&rest[..at]);
        made.extend_from_slice(new);
        if made.len() > 1 << 32 {
            return None;
        }
        rest = &rest[at + old.len()..];
    }
    made.extend_from_slice(rest);
    Some(made)
}

/// What one of [`SEARCHES`] finds between two positions, of which may be meant: 1 for the first, 2 for the
/// second.
pub(super) fn searched(text: &[u8], part: &[u8], which: u64, place: [u64; 3]) -> Option<i64> {
    let [start, stop, meant] = place;
    let length = text.len() as i64;
    let from_end = |given: i64| if given < 0 { given.saturating_add(length).max(0) } else { given };
    let start = if meant & 1 != 0 { from_end(start as i64) } else { 0 };
    let stop = if meant & 2 != 0 { from_end(stop as i64).min(length) } else { length };
    let is_whether = matches!(SEARCHES[which as usize], "startswith" | "endswith" | "count");
    if stop.saturating_sub(start) < part.len() as i64 {
        return Some(if is_whether { 0 } else { -1 });
    }
    let within = &text[start as usize..stop as usize];
    let place = |at: Option<usize>| at.map_or(-1, |at| at as i64 + start);
    Some(match SEARCHES[which as usize] {
        "find" | "index" => place(place_of(within, part)),
        "rfind" | "rindex" => {
            place((0..=within.len() - part.len()).rev().find(|at| within[*at..].starts_with(part)))
        }
        "startswith" => within.starts_with(part).into(),
        "endswith" => within.ends_with(part).into(),
        _ if part.is_empty() => within.len() as i64 + 1,
        _ => {
            let (mut rest, mut found) = (within, 0);
            while let Some(at) = place_of(rest, part) {
                found += 1;
                rest = &rest[at + part.len()..];
            }
            found
        }
    })
}

/// What one of [`TESTS`] says.
pub(super) fn tested(text: &[u8], which: u64) -> Option<bool> {
    let all = |holds: fn(&u8) -> bool| !text.is_empty() && text.iter().all(holds);
    let any = |holds: fn(&u8) -> bool| text.iter().any(holds);
    Some(match *TESTS.get(which as usize)? {
        "isdigit" | "isdecimal" | "isnumeric" => all(u8::is_ascii_digit),
        "isalpha" => all(u8::is_ascii_alphabetic),
        "isalnum" => all(u8::is_ascii_alphanumeric),
        "isupper" => any(u8::is_ascii_uppercase) && !any(u8::is_ascii_lowercase),
        "islower" => any(u8::is_ascii_lowercase) && !any(u8::is_ascii_uppercase),
        "isspace" => all(|byte| is_space(*byte)),
        "isascii" => true,
        "isidentifier" => {
            all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') && !text[0].is_ascii_digit()
        }
        "istitle" => any(u8::is_ascii_alphabetic) && changed(text, 7)? == text,
        _ => return None,
    })
}

/// The number that a text spells to a base, if it does so with a sign and digits only and fits.
pub(super) fn parsed(text: &[u8], base: u64) -> Option<i64> {
    let text = core::str::from_utf8(stripped(text, 3, is_space)).ok()?;
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let prefixes = match base {
        2 => ["0b", "0B"],
        8 => ["0o", "0O"],
        16 => ["0x", "0X"],
        3..=36 => return parsed_digits(text, digits, base),
        _ => return None,
    };
    match prefixes.iter().find_map(|prefix| digits.strip_prefix(prefix)) {
        Some(bare) => {
            let sign = &text[..text.len() - digits.len()];
            parsed_digits(&format!("{sign}{bare}"), bare, base)
        }
        None => parsed_digits(text, digits, base),
    }
}

/// Whether a text may spell an integer to the base 10, or a float: not so if it is empty, or has a character
/// in it that no such number has.
pub(super) fn may_spell(text: &[u8], is_float: bool) -> bool {
    let of_floats = b".eE+-infatyINFATY";
    let fits = |byte: &u8| {
        let is_common = byte.is_ascii_digit() || b"+-_".contains(byte) || is_space(*byte);
        is_common || is_float && of_floats.contains(byte)
    };
    !text.is_empty() && text.iter().all(fits)
}

/// The number that digits are, with a sign before them or without.
fn parsed_digits(text: &str, digits: &str, base: u64) -> Option<i64> {
    let is_bare = digits.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    is_bare.then(|| i64::from_str_radix(text, base as u32).ok())?
}

/// The float that a text spells with digits.
pub(super) fn parsed_float(text: &[u8]) -> Option<f64> {
    let text = stripped(text, 3, is_space);
    let is_plain =
        text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'+' | b'-' | b'e' | b'E'));
    is_plain.then(|| core::str::from_utf8(text).ok()?.parse().ok())?
}

/// The parts between separators: white space for 0, a text for 1, ends of lines for 2.
pub(super) fn split<'t>(text: &'t [u8], by: &[u8], how: u64) -> Option<Vec<&'t [u8]>> {
    let mut parts = Vec::new();
    let mut rest = text;
    match how {
        0 => parts.extend(text.split(|byte| is_space(*byte)).filter(|part| !part.is_empty())),
        1 if by.is_empty() => return None,
        1 => {
            while let Some(at) = place_of(rest, by) {
                parts.push(&rest[..at]);
                rest = &rest[at + by.len()..];
            }
            parts.push(rest);
        }
        _ => {
            while !rest.is_empty() {
                let end = rest.iter().position(|byte| matches!(byte, 10..=13 | 28..=30));
                let end = end.unwrap_or(rest.len());
                parts.push(&rest[..end]);
                let is_pair = rest[end..].starts_with(b"\r\n");
                rest = rest.get(end + if is_pair { 2 } else { 1 }..).unwrap_or_default();
            }
        }
    }
    Some(parts)
}

/// What a format says of a number.
#[derive(Default)]
struct Format {
    fill: Option<u8>,
    align: Option<u8>,
    sign: u8,
    width: usize,
    group: Option<u8>,
    precision: Option<usize>,
    of: u8,
}

impl Format {
    /// The format that a text is, if it is one that is known here.
    fn of(spec: &[u8]) -> Option<Format> {
        let mut format = Format::default();
        let mut rest = spec;
        let is_align = |byte: u8| matches!(byte, b'<' | b'>' | b'^' | b'=');
        match rest {
            [fill, align, behind @ ..] if is_align(*align) => {
                (format.fill, format.align, rest) = (Some(*fill), Some(*align), behind);
            }
            [align, behind @ ..] if is_align(*align) => {
                (format.align, rest) = (Some(*align), behind);
            }
            _ => {}
        }
        if let [sign @ (b'+' | b'-' | b' '), behind @ ..] = rest {
            (format.sign, rest) = (*sign, behind);
        }
        if let [b'0', behind @ ..] = rest {
            format.fill = format.fill.or(Some(b'0'));
            format.align = format.align.or(Some(b'='));
            rest = behind;
        }
        (format.width, rest) = leading_number(rest)?;
        if let [group @ (b',' | b'_'), behind @ ..] = rest {
            (format.group, rest) = (Some(*group), behind);
        }
        if let [b'.', behind @ ..] = rest {
            behind.first().filter(|byte| byte.is_ascii_digit())?;
            let (precision, behind) = leading_number(behind)?;
            (format.precision, rest) = (Some(precision), behind);
        }
        match rest {
            [] => {}
            [of] => format.of = *of,
            _ => return None,
        }
        Some(format)
    }

    /// Digits with a sign, as wide as they are to be.
    fn whole(&self, is_negative: bool, digits: &str) -> Option<String> {
        let sign = match (is_negative, self.sign) {
            (true, _) => "-",
            (_, b'+') => "+",
            (_, b' ') => " ",
            _ => "",
        };
        let missing = self.width.saturating_sub(sign.len() + digits.len());
        if missing == 0 {
            return Some(format!("{sign}{digits}"));
        }
        let fill = char::from(self.fill.unwrap_or(b' ')).to_string();
        if missing > 0 && self.group.is_some() && self.align == Some(b'=') {
            // Zeros are grouped as well.
            return None;
        }
        let (before, within, behind) = match self.align.unwrap_or(b'>') {
            b'<' => (0, 0, missing),
            b'^' => (missing / 2, 0, missing - missing / 2),
            b'=' => (0, missing, 0),
            _ => (missing, 0, 0),
        };
        let [before, within, behind] = [before, within, behind].map(|count| fill.repeat(count));
        Some(format!("{before}{sign}{within}{digits}{behind}"))
    }
}

/// The number that a text begins with, 0 if it does not, and what is behind it.
fn leading_number(text: &[u8]) -> Option<(usize, &[u8])> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end.min(5));
    if rest.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let number = core::str::from_utf8(digits).ok()?;
    Some((if number.is_empty() { 0 } else { number.parse().ok()? }, rest))
}

/// Digits in groups of three, from the right to the left.
fn grouped(digits: &str, by: Option<u8>) -> String {
    let Some(by) = by else { return digits.into() };
    let mut made = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            made.push(by.into());
        }
        made.push(digit);
    }
    made
}

/// A float that is not negative with so many digits behind the point, rounded to nearest, ties to even. Nothing
/// if there may be a tie where it is not computed here.
fn fixed(number: f64, precision: usize) -> Option<String> {
    let (whole, shift) = parts(number);
    if precision > 9 || !(1..=120).contains(&shift) {
        let is_tie = shift - whole.trailing_zeros() as i32 == precision as i32 + 1;
        return (!is_tie).then(|| format!("{number:.precision$}"));
    }
    let scale = 10_u64.pow(precision as u32);
    let scaled = u128::from(whole) * u128::from(scale);
    let (mut digits, rest) = (scaled >> shift, scaled & ((1 << shift) - 1));
    let half = 1 << (shift - 1);
    if rest > half || rest == half && digits & 1 == 1 {
        digits += 1;
    }
    let scale = u128::from(scale);
    Some(match precision {
        0 => format!("{digits}"),
        _ => format!("{}.{:0precision$}", digits / scale, digits % scale),
    })
}

/// A number as a format says: 0 for an integer, 1 for a float, and its bits.
pub(super) fn formatted(spec: &[u8], kind: u64, bits: u64) -> Option<String> {
    let format = Format::of(spec)?;
    if kind == 0 {
        let number = bits as i64;
        let size = number.unsigned_abs();
        let digits = match (format.of, format.group) {
            (b'f' | b'F', _) if size < 1 << 53 => {
                return formatted(spec, 1, (number as f64).to_bits());
            }
            _ if format.precision.is_some() => return None,
            (0 | b'd', group) => grouped(&size.to_string(), group),
            (b'x', None) => format!("{size:x}"),
            (b'X', None) => format!("{size:X}"),
            (b'o', None) => format!("{size:o}"),
            (b'b', None) => format!("{size:b}"),
            _ => return None,
        };
        return format.whole(number < 0, &digits);
    }
    let number = f64::from_bits(bits);
    if !number.is_finite() || !matches!(format.of, b'f' | b'F') {
        return None;
    }
    let precision = format.precision.unwrap_or(6);
    let text = fixed(number.abs(), precision)?;
    let digits = match text.split_once('.') {
        _ if format.group.is_none() => text,
        Some((whole, part)) => format!("{}.{part}", grouped(whole, format.group)),
        None => grouped(&text, format.group),
    };
    format.whole(number.is_sign_negative(), &digits)
}
