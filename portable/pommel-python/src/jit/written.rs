//! What undoes what a function in C has written, so that it can be done again: a copy of the line that it
//! writes to, from before.

use pommel_jit::callable::Undo;

/// For a function whose parameters are a line and its length, and the line to write to and its length.
pub(super) const LINES: Undo = Undo { begin, end };

/// What was in the line that is written to.
struct Before(Vec<u64>);

/// Copies the second line, unless it is a part of the first one.
unsafe extern "C" fn begin(words: *const u64) -> u64 {
    // SAFETY: the parameters, each in a word.
    let [line, length, output, room] = unsafe { *words.cast::<[u64; 4]>() };
    let ends = [(line, length), (output, room)].map(|(at, count)| at.saturating_add(8 * count));
    if line < ends[1] && output < ends[0] {
        return 0;
    }
    // SAFETY: the signature says that so many words are there for the call.
    let before = Before(unsafe { words_at(output, room) }.to_vec());
    Box::into_raw(Box::new(before)).expose_provenance() as u64
}

/// Forgets the copy.
unsafe extern "C" fn end(kept: u64) {
    // SAFETY: what `begin` has given, once.
    drop(unsafe { taken(kept) });
}

/// Writes what was there before the call, if anything was kept.
///
/// # Safety
/// The parameters are those of `begin`, and behind them is what it gave, which was not taken yet.
pub(super) unsafe fn undo(words: &[u64]) {
    let [_, _, output, _, kept] = *words else { return };
    if kept == 0 {
        return;
    }
    // SAFETY: as the caller says.
    let Before(before) = *unsafe { taken(kept) };
    let place: *mut u64 = core::ptr::with_exposed_provenance_mut(output as usize);
    // SAFETY: there is room for what was there.
    unsafe { place.copy_from_nonoverlapping(before.as_ptr(), before.len()) }
}

unsafe fn taken(kept: u64) -> Box<Before> {
    // SAFETY: the caller has it from `begin`.
    unsafe { Box::from_raw(core::ptr::with_exposed_provenance_mut(kept as usize)) }
}

unsafe fn words_at<'a>(address: u64, count: u64) -> &'a [u64] {
    if count == 0 {
        return &[];
    }
    let place = core::ptr::with_exposed_provenance(address as usize);
    // SAFETY: as the caller says.
    unsafe { core::slice::from_raw_parts(place, count as usize) }
}
