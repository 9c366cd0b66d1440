//! What arrays share: memory, or the expression that will fill it.
//!
//! An element-wise function of large arrays makes data that is *pending*: an expression over other
//! data. It is evaluated once, when somebody asks for its memory. From then on it is *ready*, and
//! stays so. Whoever writes memory first lets everything pending that reads it become ready, so that
//! nobody can tell when an expression was evaluated. Memory that code outside of the engine may write
//! at any time is never read later than asked for.

use crate::error::Result;
use crate::lazy::Expr;
use crate::raw::memory::{INLINE, Memory};
use crate::raw::share::{Share, built};
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use smallvec::SmallVec;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

/// Memory of arrays, now or when it is needed. What is asked of a little memory lies together.
#[repr(C)]
pub struct Data {
    /// How many others hold the address and may write there.
    exports: AtomicU32,
    /// Whether there are readers, so that a write need not take the lock to see that there are none.
    is_read_later: AtomicBool,
    /// How many nodes the graph of the expression has, each counted as often as it is used.
    nodes: u32,
    memory: Held,
    /// The expression, until it has been evaluated.
    pending: Mutex<Option<Arc<Expr>>>,
    /// What is pending and reads this.
    readers: Mutex<SmallVec<[Weak<Data>; 2]>>,
}

/// Memory that was there from the start, or came later.
enum Held {
    Now(Memory),
    Later(OnceLock<Memory>),
}

/// An export that never ends.
const FOREVER: u32 = 1 << 30;

impl Data {
    /// Memory that is there.
    pub fn ready(memory: Memory) -> Share {
        let exports = if memory.is_foreign() && memory.is_writable() { FOREVER } else { 0 };
        Share::from(Arc::new(Data {
            memory: Held::Now(memory),
            pending: Mutex::new(None),
            readers: Mutex::new(SmallVec::new()),
            is_read_later: AtomicBool::new(false),
            nodes: 0,
            exports: AtomicU32::new(exports),
        }))
    }

    /// Memory that is to be filled, and where it starts; `None` if there is not so much. A little memory
    /// is filled where it stays: no byte is moved.
    #[inline(always)]
    pub(crate) fn room(len: usize) -> Option<(Share, *mut u8)> {
        if len > INLINE {
            return Data::block(len);
        }
        let data = Share::little(len);
        // SAFETY: that is what it has.
        let start = unsafe { data.little_start() };
        Some((data, start))
    }

    #[inline(never)]
    fn block(len: usize) -> Option<(Share, *mut u8)> {
        let data = Data::ready(Memory::uninit(len).ok()?);
        let start = data.memory()?.start();
        Some((data, start))
    }

    /// Where a little memory starts.
    ///
    /// # Safety
    /// It is one, which was there from the start.
    #[inline(always)]
    pub(super) unsafe fn little_start(&self) -> *mut u8 {
        match &self.memory {
            // SAFETY: the caller's promise.
            Held::Now(memory) => unsafe { memory.inline_start() },
            // SAFETY: as above.
            Held::Later(_) => unsafe { core::hint::unreachable_unchecked() },
        }
    }

    /// Whether this is a little memory of which nobody else makes use, if nobody else has a share.
    #[inline(always)]
    pub(super) fn is_little_and_free(&self) -> bool {
        matches!(&self.memory, Held::Now(memory) if memory.is_inline())
            && !self.is_read_later.load(Ordering::Relaxed)
            && self.exports.load(Ordering::Relaxed) == 0
    }

    /// Gives a little memory another length.
    ///
    /// # Safety
    /// As for [`Data::little_start`].
    #[inline(always)]
    pub(super) unsafe fn set_little(&mut self, len: usize) {
        match &mut self.memory {
            Held::Now(memory) => memory.set_inline(len),
            // SAFETY: the caller's promise.
            Held::Later(_) => unsafe { core::hint::unreachable_unchecked() },
        }
    }

    /// Memory that an expression, whose graph has so many nodes, will fill. All that the expression reads
    /// knows it as a reader.
    #[inline]
    pub(crate) fn pending<'a>(
        expr: Arc<Expr>,
        nodes: u32,
        reads: impl Iterator<Item = &'a Arc<Data>>,
    ) -> Share {
        let data = built(|| Data {
            memory: Held::Later(OnceLock::new()),
            pending: Mutex::new(Some(expr)),
            readers: Mutex::new(SmallVec::new()),
            is_read_later: AtomicBool::new(false),
            nodes,
            exports: AtomicU32::new(0),
        });
        for read in reads {
            read.is_read_by(&data);
        }
        Share::from(data)
    }

    /// Notes that something pending reads this.
    fn is_read_by(&self, reader: &Arc<Data>) {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        // In a loop the last ones are mostly gone, and their room is of use to the next ones.
        while readers.last().is_some_and(|last| last.strong_count() == 0) {
            readers.pop();
        }
        if readers.last().is_some_and(|last| core::ptr::eq(last.as_ptr(), Arc::as_ptr(reader))) {
            return;
        }
        if readers.len() >= 16 && readers.len() == readers.capacity() {
            // The list grows only when it has been gone through, so that long ones are gone through
            // seldom.
            readers.retain(|reader| reader.upgrade().is_some_and(|data| !data.is_ready()));
            let most = 2 * readers.len().max(8);
            readers.shrink_to_fit();
            readers.grow(most);
        }
        readers.push(Arc::downgrade(reader));
        self.is_read_later.store(true, Ordering::Release);
    }

    /// How many nodes a graph has that begins here: none, if the memory is there.
    #[inline]
    pub(crate) fn nodes(&self) -> u32 {
        if self.is_ready() { 0 } else { self.nodes }
    }

    /// Whether the memory is there.
    pub fn is_ready(&self) -> bool {
        self.memory().is_some()
    }

    /// The memory, if it is there.
    #[inline]
    pub fn memory(&self) -> Option<&Memory> {
        match &self.memory {
            Held::Now(memory) => Some(memory),
            Held::Later(memory) => memory.get(),
        }
    }

    /// The memory, if it is there and nothing pending reads it, so that it may be written.
    #[inline]
    pub fn memory_to_write(&self) -> Option<&Memory> {
        self.memory().filter(|_| !self.is_read_later.load(Ordering::Acquire))
    }

    /// The expression, unless the memory is there.
    pub fn expr(&self) -> Option<Arc<Expr>> {
        if self.is_ready() {
            return None;
        }
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The memory, which is computed if it is not there.
    ///
    /// # Errors
    /// There is not so much memory. The data stays pending then.
    pub fn force(&self) -> Result<&Memory> {
        if let Some(memory) = self.memory() {
            return Ok(memory);
        }
        if let Some(expr) = self.expr() {
            let memory = expr.evaluate()?;
            self.fulfil(memory);
        }
        Ok(self.memory().expect("data without an expression has memory"))
    }

    /// Takes what its expression gave. If another thread was faster, that stays: it is the same.
    pub(crate) fn fulfil(&self, memory: Memory) {
        if let Held::Later(place) = &self.memory {
            let _ = place.set(memory);
        }
        // The operands are let go behind the lock: that may drop other data.
        let expr = self.pending.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(expr);
    }

    /// The memory, to write: everything pending that reads it has been computed.
    ///
    /// # Errors
    /// There is not enough memory for that.
    pub fn force_for_writing(&self) -> Result<&Memory> {
        if let Some(memory) = self.memory_to_write() {
            return Ok(memory);
        }
        let lock = || self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        // A reader stays in the list until it has been computed, also if there is no memory for it.
        loop {
            let Some(reader) = lock().last().cloned() else { break };
            if let Some(data) = reader.upgrade() {
                data.force()?;
            }
            lock().retain(|other| !other.ptr_eq(&reader));
        }
        let readers = lock();
        self.is_read_later.store(!readers.is_empty(), Ordering::Release);
        drop(readers);
        self.force()
    }

    /// Whether others may write the memory at any time, so that it must be read at once.
    pub fn is_exported(&self) -> bool {
        self.exports.load(Ordering::Acquire) > 0
    }

    /// Others may write the memory from now on: it is no longer read later than asked for.
    ///
    /// # Errors
    /// There is not enough memory to compute what reads it.
    pub fn begin_export(&self) -> Result<&Memory> {
        self.exports.fetch_add(1, Ordering::AcqRel);
        self.force_for_writing()
    }

    /// One of the others will not write any more.
    pub fn end_export(&self) {
        self.exports.fetch_sub(1, Ordering::AcqRel);
    }

    /// Others may write the memory from now on, and nobody will say when they are done.
    ///
    /// # Errors
    /// As [`Data::begin_export`].
    pub fn export_forever(&self) -> Result<&Memory> {
        self.exports.fetch_or(FOREVER, Ordering::AcqRel);
        self.force_for_writing()
    }
}
