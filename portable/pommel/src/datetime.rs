//! Dates and times as plain structs, which are read from and become the objects of Python's module
//! `datetime`.
//!
//! They hold what those objects consist of and calculate nothing: crates that do can be fed from
//! the fields. A time zone travels as its offset from UTC at that time, so that a `zoneinfo` zone
//! comes back as a `timezone` of a fixed offset. Values that no calendar has become a `ValueError`
//! when the object is made.
//!
//! ```
//! #[pommel::module]
//! mod days {
//!     use pommel::datetime::{Date, TimeDelta};
//!     use pommel::prelude::*;
//!
//!     /// The first day of the month.
//!     #[function]
//!     fn first(date: Date) -> Date {
//!         Date { day: 1, ..date }
//!     }
//!
//!     #[function]
//!     fn twice(span: TimeDelta) -> TimeDelta {
//!         TimeDelta::from_microseconds(2 * span.as_microseconds())
//!     }
//! }
//! ```

use crate::{Annotation, Ctx, FromPython, IntoPython, Object, Result, Type};
use core::ffi::CStr;
use std::borrow::Cow;

/// `datetime.date`: a day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// From 1 to 9999.
    pub year: u16,
    /// From 1 to 12.
    pub month: u8,
    /// From 1 to 31.
    pub day: u8,
}

/// `datetime.time`: a time of day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Time {
    /// From 0 to 23.
    pub hour: u8,
    /// From 0 to 59.
    pub minute: u8,
    /// From 0 to 59.
    pub second: u8,
    /// From 0 to 999,999.
    pub microsecond: u32,
    /// Whether it is the later one of two that look alike when clocks are set back.
    pub fold: bool,
    /// The time zone; `None` if it does not say.
    pub zone: Option<TimeZone>,
}

/// `datetime.datetime`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DateTime {
    /// The day.
    pub date: Date,
    /// The time of that day, and the time zone.
    pub time: Time,
}

/// `datetime.timedelta`: a duration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeDelta {
    /// Full days, rounded down: -1 for a second before.
    pub days: i32,
    /// What is left in seconds, from 0 to 86,399.
    pub seconds: u32,
    /// What is left in microseconds, from 0 to 999,999.
    pub microseconds: u32,
}

/// `datetime.timezone`: a fixed offset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeZone {
    /// How far it is ahead of UTC.
    pub offset: TimeDelta,
}

impl TimeZone {
    /// `timezone.utc`
    pub const UTC: TimeZone =
        TimeZone { offset: TimeDelta { days: 0, seconds: 0, microseconds: 0 } };
}

const DAY: i128 = 86_400_000_000;

impl TimeDelta {
    /// The whole duration in microseconds.
    pub fn as_microseconds(self) -> i128 {
        i128::from(self.days) * DAY
            + i128::from(self.seconds) * 1_000_000
            + i128::from(self.microseconds)
    }

    /// A duration of so many microseconds.
    ///
    /// # Panics
    /// If it has more days than an `i32`, which is more than Python allows.
    pub fn from_microseconds(microseconds: i128) -> TimeDelta {
        let rest = microseconds.rem_euclid(DAY);
        TimeDelta {
            days: i32::try_from(microseconds.div_euclid(DAY)).expect("fewer than 2^31 days"),
            seconds: (rest / 1_000_000) as u32,
            microseconds: (rest % 1_000_000) as u32,
        }
    }
}

/// A type of the module `datetime`.
fn class<'c>(ctx: Ctx<'c>, name: &CStr) -> Result<Object<'c>> {
    ctx.import(c"datetime")?.get_attr(name)
}

/// Checks that an object is of a type of the module.
fn check(object: &Object<'_>, name: &CStr, expected: &str) -> Result<()> {
    match object.is_instance(class(object.ctx(), name)?.cast::<Type>()?) {
        true => Ok(()),
        false => Err(crate::convert::wrong_type(expected, object)),
    }
}

/// An attribute as a number.
fn part<T: FromPython>(object: &Object<'_>, name: &CStr) -> Result<T> {
    object.get_attr(name)?.extract()
}

/// What the object says its offset from UTC is.
fn zone_of(object: &Object<'_>) -> Result<Option<TimeZone>> {
    let offset: Option<TimeDelta> = object.call_method(c"utcoffset", ())?.extract()?;
    Ok(offset.map(|offset| TimeZone { offset }))
}

/// The day of a `date`.
fn read_date(object: &Object<'_>) -> Result<Date> {
    Ok(Date {
        year: part(object, c"year")?,
        month: part(object, c"month")?,
        day: part(object, c"day")?,
    })
}

/// The time of day of a `time` or `datetime`.
fn read_time(object: &Object<'_>) -> Result<Time> {
    Ok(Time {
        hour: part(object, c"hour")?,
        minute: part(object, c"minute")?,
        second: part(object, c"second")?,
        microsecond: part(object, c"microsecond")?,
        fold: part::<u8>(object, c"fold")? != 0,
        zone: zone_of(object)?,
    })
}

/// Sets the fold of a new `time` or `datetime`, which the constructors take by name only.
fn folded<'c>(object: Object<'c>, fold: bool) -> Result<Object<'c>> {
    if !fold {
        return Ok(object);
    }
    let one = object.ctx().object(1)?;
    object.get_attr(c"replace")?.call_with((), &[("fold", &one)])
}

macro_rules! conversions {
    ($($ty:ident $class:literal $annotation:literal $expected:literal
       |$object:ident| $read:expr, |$value:ident, $ctx:ident, $type_:ident| $make:expr;)*) => {$(
        impl FromPython for $ty {
            const TAKES: Annotation = Annotation::Name($annotation);
            fn expected() -> Cow<'static, str> {
                $expected.into()
            }
            fn from_python($object: &Object<'_>) -> Result<$ty> {
                check($object, $class, $expected)?;
                $read
            }
        }
        impl IntoPython for $ty {
            const GIVES: Annotation = Annotation::Name($annotation);
            fn into_python(self, $ctx: Ctx<'_>) -> Result<Object<'_>> {
                let ($value, $type_) = (self, class($ctx, $class)?);
                $make
            }
        }
    )*};
}
conversions! {
    Date c"date" "datetime.date" "a date"
        |object| read_date(object),
        |date, ctx, type_| type_.call((date.year, date.month, date.day));
    Time c"time" "datetime.time" "a time"
        |object| read_time(object),
        |time, ctx, type_| {
            let clock = (time.hour, time.minute, time.second, time.microsecond, time.zone);
            folded(type_.call(clock)?, time.fold)
        };
    DateTime c"datetime" "datetime.datetime" "a datetime"
        |object| Ok(DateTime { date: read_date(object)?, time: read_time(object)? }),
        |moment, ctx, type_| {
            let DateTime { date, time } = moment;
            let numbers = [
                u32::from(date.year),
                date.month.into(),
                date.day.into(),
                time.hour.into(),
                time.minute.into(),
                time.second.into(),
                time.microsecond,
            ];
            let mut parts = Vec::with_capacity(8);
            for number in numbers {
                parts.push(ctx.object(number)?);
            }
            parts.push(ctx.object(time.zone)?);
            let parts: Vec<&Object<'_>> = parts.iter().collect();
            folded(type_.call(parts.as_slice())?, time.fold)
        };
    TimeDelta c"timedelta" "datetime.timedelta" "a timedelta"
        |object| Ok(TimeDelta {
            days: part(object, c"days")?,
            seconds: part(object, c"seconds")?,
            microseconds: part(object, c"microseconds")?,
        }),
        |span, ctx, type_| type_.call((span.days, span.seconds, span.microseconds));
    TimeZone c"timezone" "datetime.timezone" "a timezone"
        |object| {
            let offset = object.call_method(c"utcoffset", (object.ctx().none(),))?.extract()?;
            Ok(TimeZone { offset })
        },
        |zone, ctx, type_| match zone == TimeZone::UTC {
            true => type_.get_attr(c"utc"),
            false => type_.call((zone.offset,)),
        };
}
crate::argument!(Date, Time, DateTime, TimeDelta, TimeZone);
