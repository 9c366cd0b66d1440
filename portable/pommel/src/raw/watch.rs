//! Whether an object was changed, without asking it.

use super::attach;
use crate::Object;
use core::sync::atomic::{AtomicU64, Ordering};
use hpy_abi::ext::{PLACE_WORDS, WATCHED_WORDS};

/// What a watched object looked like at some time.
pub type Look = [u64; WATCHED_WORDS];

/// Watches a dict for other items, a module for other attributes, a cell for another content, a function
/// for another code object or other defaults, or a class for other attributes and for other names of
/// attributes of its instances. A class has to be watched anew after each change.
///
/// A look at it is a few words, and is the same as an earlier one only if there was no such change since.
/// It begins with having seen nothing.
#[derive(Debug)]
pub struct Watch {
    words: [*const AtomicU64; WATCHED_WORDS],
    seen: [AtomicU64; WATCHED_WORDS],
}

// SAFETY: the words are read whole, and whoever reads them promises that they are there.
unsafe impl Send for Watch {}
// SAFETY: as above.
unsafe impl Sync for Watch {}

/// What stands for a word that there is none of.
static NOTHING: AtomicU64 = AtomicU64::new(0);

impl Watch {
    /// Watches an object; `None` where the host does not offer it, or not for this object.
    pub fn new(object: &Object<'_>) -> Option<Watch> {
        let watch = attach::extensions()?.watch?;
        let mut found = [core::ptr::null(); WATCHED_WORDS];
        // SAFETY: an open handle, and room for so many words.
        let count = unsafe { watch(object.ctx().as_raw(), object.as_raw(), found.as_mut_ptr()) };
        if count == 0 {
            return None;
        }
        let mut words = [&raw const NOTHING; WATCHED_WORDS];
        for (word, found) in words.iter_mut().zip(&found[..count]) {
            *word = found.cast();
        }
        // No version of a dict and no address is this.
        Some(Watch { words, seen: [const { AtomicU64::new(u64::MAX) }; WATCHED_WORDS] })
    }

    /// What the object looks like.
    ///
    /// # Safety
    /// The object is alive, and Python may be used.
    pub unsafe fn look(&self) -> Look {
        // SAFETY: the words are there as long as the object is.
        self.words.map(|word| unsafe { (*word).load(Ordering::Acquire) })
    }

    /// Remembers a look.
    pub fn remember(&self, look: Look) {
        self.seen.iter().zip(look).for_each(|(seen, word)| seen.store(word, Ordering::Release));
    }

    /// Addresses of words that are the same two by two as long as the object looks as it did at the look that
    /// was remembered last: one of each pair is there as long as the object, the other one as this.
    pub fn guards(&self) -> impl Iterator<Item = [usize; 2]> + use<'_> {
        let pairs = self.words.iter().zip(&self.seen);
        pairs.filter(|(word, _)| !core::ptr::eq(**word, &raw const NOTHING)).map(|(word, seen)| {
            [word.expose_provenance(), core::ptr::from_ref(seen).expose_provenance()]
        })
    }

    /// Whether the object looks as it did at the look that was remembered last.
    ///
    /// # Safety
    /// As for [`Watch::look`].
    #[inline]
    pub unsafe fn is_unchanged(&self) -> bool {
        let mut pairs = self.words.iter().zip(&self.seen);
        // SAFETY: as above.
        pairs.all(|(word, seen)| unsafe {
            (**word).load(Ordering::Acquire) == seen.load(Ordering::Acquire)
        })
    }
}

/// Where the instances of exactly a class have an attribute, by its name or by the descriptor of a slot: what
/// [`hpy_abi::ext::Extensions::attribute_place`] says, if the host offers it.
pub fn attribute_place(class: &Object<'_>, name: &Object<'_>) -> Option<[i64; PLACE_WORDS]> {
    let find = attach::extensions()?.attribute_place?;
    let mut place = [0; PLACE_WORDS];
    // SAFETY: open handles, and room for so many words.
    let found =
        unsafe { find(class.ctx().as_raw(), class.as_raw(), name.as_raw(), place.as_mut_ptr()) };
    (found != 0).then_some(place)
}
