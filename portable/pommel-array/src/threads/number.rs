//! How many threads the engine computes with, and who says so: the program, the environment variable
//! `POMMEL_NUM_THREADS`, or what the machine lets the process use.
//!
//! The number is found once, when it is first asked for, and changed only by [`set_num_threads`].
//! A variable that holds no such number is an error for as long as it is not put right: somebody
//! meant something by it.

use crate::error::{Error, Result};
use std::ffi::OsString;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The environment variable that says how many.
pub const VARIABLE: &str = "POMMEL_NUM_THREADS";

/// More than this is taken for a mistake.
pub const MOST: usize = 4096;

const WANTED: &str = "a whole number from 1 to 4096";

/// Calls `$callback!` with a row per source of the number: `Variant "for people";`.
macro_rules! for_each_source {
    ($callback:path) => {
        $callback! {
            Program "set by the program";
            Environment "POMMEL_NUM_THREADS";
            Quota "the limit of CPU time of the control group";
            Affinity "the CPUs that the process may use";
            Machine "the CPUs of the machine";
        }
    };
}

macro_rules! define_sources {
    ($($variant:ident $text:literal;)*) => {
        /// Where the number of threads comes from.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum Source {
            $(#[doc = concat!("Shown as: ", $text, ".")] $variant,)*
        }

        impl Source {
            const ALL: &'static [Source] = &[$(Source::$variant,)*];

            /// For people.
            pub fn text(self) -> &'static str {
                match self {
                    $(Source::$variant => $text,)*
                }
            }
        }
    };
}
for_each_source!(define_sources);

/// The number of threads, and where it comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Count {
    /// At least 1.
    pub number: usize,
    /// Who says so.
    pub source: Source,
}

/// The count that is in force as one word, so that it is read and written whole: the number times
/// eight plus the place of the source; 0 before it is known.
static IN_FORCE: AtomicUsize = AtomicUsize::new(0);

impl Count {
    fn to_word(self) -> usize {
        self.number << 3 | self.source as usize
    }

    fn of_word(word: usize) -> Option<Count> {
        let source = *Source::ALL.get(word & 7)?;
        (word >> 3 > 0).then_some(Count { number: word >> 3, source })
    }
}

/// The number of threads to compute with, and where it comes from. One load of a word, after the
/// first time.
///
/// # Errors
/// If `POMMEL_NUM_THREADS` is set to anything but a number from 1 to [`MOST`], and
/// [`set_num_threads`] has not been called.
pub fn count() -> Result<Count> {
    let word = IN_FORCE.load(Ordering::Relaxed);
    Count::of_word(word).map_or_else(find_and_keep, Ok)
}

/// The number of threads to compute with; see [`count`].
///
/// # Errors
/// As [`count`].
pub fn num_threads() -> Result<usize> {
    count().map(|count| count.number)
}

/// Computes with so many threads from now on; returns the number until then.
///
/// # Errors
/// If the number is 0 or more than [`MOST`]. A bad `POMMEL_NUM_THREADS` is none: it is overridden,
/// and the number until then is that of the machine.
pub fn set_num_threads(number: usize) -> Result<usize> {
    if !(1..=MOST).contains(&number) {
        let value = number.to_string();
        return Err(Error::Argument { name: "num_threads", value, wanted: WANTED });
    }
    let until_now = count().map_or_else(|_| of_machine().number, |count| count.number);
    let count = Count { number, source: Source::Program };
    IN_FORCE.store(count.to_word(), Ordering::Relaxed);
    Ok(until_now)
}

#[cold]
fn find_and_keep() -> Result<Count> {
    let found = found_in(std::env::var_os(VARIABLE))?;
    // Another thread may have found the same, or the program may have said another number, which
    // is the one that counts.
    let kept = IN_FORCE.compare_exchange(0, found.to_word(), Ordering::Relaxed, Ordering::Relaxed);
    Ok(kept.err().and_then(Count::of_word).unwrap_or(found))
}

/// What the variable says, or the machine where it is not set.
fn found_in(variable: Option<OsString>) -> Result<Count> {
    let Some(given) = variable else { return Ok(of_machine()) };
    let number = given.to_str().and_then(|text| text.trim().parse().ok());
    match number.filter(|number| (1..=MOST).contains(number)) {
        Some(number) => Ok(Count { number, source: Source::Environment }),
        None => {
            let value = given.to_string_lossy().into_owned();
            Err(Error::Environment { variable: VARIABLE, value, wanted: WANTED })
        }
    }
}

/// What the machine lets this process use. The standard library counts the CPUs that the process may
/// use, and on Linux also asks the control groups, of either version, for a limit of CPU time; which
/// of these it was follows from comparing.
fn of_machine() -> Count {
    let number = std::thread::available_parallelism().map_or(1, |number| number.get());
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let status = read("/proc/self/status");
    let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    let (allowed, online) =
        (allowed.map_or(0, listed), listed(&read("/sys/devices/system/cpu/online")));
    let source = match (number, allowed) {
        _ if number < allowed => Source::Quota,
        _ if allowed > 0 && allowed < online => Source::Affinity,
        _ => Source::Machine,
    };
    Count { number, source }
}

/// How many numbers a list of the kernel has, such as `0-3,8`; 0 where it is none.
fn listed(list: &str) -> usize {
    let length = |range: &str| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
        last.checked_sub(first)?.checked_add(1)
    };
    list.trim().split(',').map(length).sum::<Option<usize>>().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_counts_before_the_machine() {
        for (given, number) in [("1", 1), ("12", 12), (" 7 ", 7), ("4096", 4096)] {
            let expected = Count { number, source: Source::Environment };
            assert_eq!(found_in(Some(given.into())), Ok(expected));
        }
        let found = found_in(None).unwrap();
        assert_eq!(found, of_machine());
        assert_eq!(Some(found.number), std::thread::available_parallelism().ok().map(usize::from));
    }

    #[test]
    fn a_bad_variable_is_named_with_the_remedy() {
        for given in ["", "0", "-1", "two", "1.5", "4097", "99999999999999999999"] {
            let error = found_in(Some(given.into())).unwrap_err().to_string();
            let expected = format!(
                "POMMEL_NUM_THREADS is {given:?}: set it to a whole number from 1 to 4096, or unset it"
            );
            assert_eq!(error, expected);
        }
    }

    // One test, since it is about the whole process.
    #[test]
    fn the_program_has_the_last_word() {
        let before = num_threads().unwrap();
        assert_eq!(set_num_threads(3), Ok(before));
        assert_eq!(count(), Ok(Count { number: 3, source: Source::Program }));
        for bad in [0, MOST + 1] {
            let error = set_num_threads(bad).unwrap_err().to_string();
            let expected = format!(
                "argument 'num_threads' must be a whole number from 1 to {MOST}, not {bad}"
            );
            assert_eq!(error, expected);
        }
        assert_eq!(set_num_threads(before), Ok(3));
    }

    #[test]
    fn a_count_survives_its_word() {
        assert_eq!(Count::of_word(0), None);
        for &source in Source::ALL {
            for number in [1, 2, MOST] {
                let count = Count { number, source };
                assert_eq!(Count::of_word(count.to_word()), Some(count));
            }
        }
    }

    #[test]
    fn lists_of_the_kernel() {
        for (list, count) in [("0\n", 1), ("0-3,8", 5), ("", 0), ("3-1", 0), ("x", 0)] {
            assert_eq!(listed(list), count, "{list:?}");
        }
    }
}
