//! What HPy 0.9 lacks: sets, weak references, memory of other objects, dates and times.

use pommel::datetime::{Date, DateTime, Time, TimeDelta, TimeZone};
use pommel::prelude::*;

#[function]
pub fn set_of<'c>(items: &List<'c>) -> Result<Set<'c>> {
    Set::from_items(items.ctx(), items.iter()?.collect::<Result<Vec<_>>>()?)
}

#[function]
pub fn frozen_of<'c>(ctx: Ctx<'c>, items: Vec<i64>) -> Result<FrozenSet<'c>> {
    FrozenSet::from_items(ctx, items)
}

/// The number of items, whether the key is one of them, and their sum.
#[function]
pub fn set_facts(set: &Object<'_>, key: i64) -> Result<(usize, bool, i64)> {
    let items = match set.cast::<FrozenSet>() {
        Ok(frozen) => frozen.iter_as::<i64>()?,
        Err(_) => set.cast::<Set>()?.iter_as::<i64>()?,
    };
    Ok((set.len()?, set.contains(key)?, items.sum::<Result<i64>>()?))
}

/// Adds a key and discards another; whether that was there.
#[function]
pub fn set_change(set: &Set<'_>, added: &Object<'_>, discarded: &Object<'_>) -> Result<bool> {
    set.add(added)?;
    set.discard(discarded)
}

#[function]
pub fn weak<'c>(object: &Object<'c>, callback: Option<Object<'c>>) -> Result<WeakRef<'c>> {
    match callback {
        Some(callback) => WeakRef::with_callback(object, &callback),
        None => WeakRef::new(object),
    }
}

#[function]
pub fn strong<'c>(reference: &WeakRef<'c>) -> Result<Option<Object<'c>>> {
    reference.get()
}

#[function]
pub fn view_sum(view: View<'_, f64>) -> f64 {
    view.iter().sum()
}

#[function]
pub fn shape_of(view: View<'_, i64>) -> (Vec<usize>, Vec<i64>, Option<i64>) {
    (view.shape().to_vec(), view.to_vec(), view.get(view.len()))
}

#[function]
pub fn bytes_of<'c>(ctx: Ctx<'c>, view: View<'_, u8>) -> Result<Bytes<'c>> {
    // SAFETY: making a `bytes` runs no Python code, and the tests share no memory among threads.
    ctx.bytes(unsafe { view.as_slice() })
}

/// Multiplies each number in place.
#[function]
pub fn scale(view: ViewMut<'_, f64>, factor: f64) {
    let mut view = view;
    for i in 0..view.len() {
        let x = view.get(i).unwrap_or_default();
        view.set(i, x * factor);
    }
}

/// Calls Python while the memory is looked at.
#[function]
pub fn view_and_call(view: View<'_, f64>, function: &Object<'_>) -> Result<Vec<f64>> {
    function.call(())?;
    Ok(view.to_vec())
}

#[function]
pub fn same_date(date: Date) -> Date {
    date
}

#[function]
pub fn same_time(time: Time) -> Time {
    time
}

#[function]
pub fn same_moment(moment: DateTime) -> DateTime {
    moment
}

#[function]
pub fn same_span(span: TimeDelta) -> TimeDelta {
    span
}

#[function]
pub fn same_zone(zone: TimeZone) -> TimeZone {
    zone
}

#[function]
pub fn moment_text(moment: DateTime) -> String {
    let DateTime { date, time } = moment;
    let zone = time.zone.map(|zone| zone.offset.as_microseconds() / 60_000_000);
    format!(
        "{}-{}-{} {}:{}:{} {} {} {zone:?}",
        date.year,
        date.month,
        date.day,
        time.hour,
        time.minute,
        time.second,
        time.microsecond,
        time.fold
    )
}

/// There and back.
#[function]
pub fn span_microseconds(span: TimeDelta) -> (i64, TimeDelta) {
    let microseconds = span.as_microseconds();
    (microseconds as i64, TimeDelta::from_microseconds(microseconds))
}
