//! What truth values say is wanted: elements of an array, or the places themselves, without gaps.
//!
//! First the true ones are counted, chunk by chunk, then each chunk goes to its place in the result.
//! Vectors of elements are moved together by a table that the truth values index, and stored whole:
//! what is stored too much is overwritten by the next vector, so that no branch depends on a truth
//! value.

use crate::array::Array;
use crate::dtype::DType;
use crate::error::Result;
use crate::kernels::copy;
use crate::kernels::isa::{Isa, versions};
use crate::kernels::walk::Walk;
use crate::layout::{Layout, Order};
use crate::raw::memory::Memory;
use crate::threads;
use core::sync::atomic::{AtomicUsize, Ordering};

/// How many truth values a chunk has.
const CHUNK: usize = 1 << 15;

/// Moves what the truth values name (source, truth values, how many, results, how many are true). Of
/// places there is no source, and the last parameter is the first place.
type Move = unsafe fn(*const u8, *const u8, usize, *mut u8, usize, usize);

/// The elements at which truth values are true. Both arrays have as many elements, in C order.
///
/// # Errors
/// There is not enough memory.
pub(crate) fn selected(elements: &Array, mask: &Array) -> Result<Array> {
    assert!(elements.layout().is_contiguous(Order::C) && elements.size() == mask.size());
    let size = elements.dtype().size();
    let (from, avx2) = (elements.address()?, Isa::best() >= Isa::Avx2);
    let run: Move = match (size, avx2) {
        #[cfg(target_arch = "x86_64")]
        (4, true) => x86::four,
        #[cfg(target_arch = "x86_64")]
        (8, true) => x86::eight::<false>,
        (1, _) => one_by_one::<u8>,
        (2, _) => one_by_one::<u16>,
        (4, _) => one_by_one::<u32>,
        (8, _) => one_by_one::<u64>,
        (16, _) => one_by_one::<[u64; 2]>,
        _ => unreachable!("no element type has another size"),
    };
    // SAFETY: there is an element for each truth value.
    unsafe { compress(from, mask, elements.dtype(), run) }
}

/// The places, in C order, at which truth values are true.
///
/// # Errors
/// There is not enough memory.
pub(crate) fn places(mask: &Array) -> Result<Array> {
    let run: Move = match Isa::best() {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 | Isa::Avx512 => x86::eight::<true>,
        _ => places_one_by_one,
    };
    // SAFETY: the function does not look at elements.
    unsafe { compress(core::ptr::null(), mask, DType::Int64, run) }
}

/// Memory from several threads, which write different parts of it.
#[derive(Clone, Copy)]
struct Shared(*const u8, *const u8, *mut u8);
// SAFETY: two are read, and each thread writes a part of its own.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

/// # Safety
/// There is an element of the type at `from` for each truth value, unless the function does not look
/// at them.
unsafe fn compress(from: *const u8, mask: &Array, dtype: DType, run: Move) -> Result<Array> {
    assert!(mask.dtype() == DType::Bool && mask.layout().is_contiguous(Order::C));
    let (n, size) = (mask.size(), dtype.size());
    let shared = mask.address()?;
    if n <= CHUNK {
        let mut total = 0;
        // SAFETY: as many truth values, and elements; the results that the count makes room for.
        unsafe {
            count()(shared, n, &mut total);
            let memory = Memory::uninit(total * size)?;
            run(from, shared, n, memory.start(), total, 0);
            let layout = Layout::contiguous(&[total as isize], size, Order::C)?;
            return Ok(Array::over(memory, dtype, layout));
        }
    }
    let chunks = n.div_ceil(CHUNK);
    let ends: Vec<AtomicUsize> = (0..chunks).map(|_| AtomicUsize::new(0)).collect();
    let within = |chunk: usize| (chunk * CHUNK, CHUNK.min(n - chunk * CHUNK));
    let count = count();
    let shared = Shared(from, shared, core::ptr::null_mut());
    for_each_chunk(chunks, |chunk| {
        let Shared(_, mask, _) = { shared };
        let (start, len) = within(chunk);
        let mut found = 0;
        // SAFETY: truth values of the chunk.
        unsafe { count(mask.add(start), len, &mut found) };
        ends[chunk].store(found, Ordering::Relaxed);
    });
    let mut total = 0;
    for end in &ends {
        total += end.load(Ordering::Relaxed);
        end.store(total, Ordering::Relaxed);
    }
    let memory = Memory::uninit(total * size)?;
    let shared = Shared(shared.0, shared.1, memory.start());
    for_each_chunk(chunks, |chunk| {
        let Shared(from, mask, out) = { shared };
        let (start, len) = within(chunk);
        let begin = if chunk == 0 { 0 } else { ends[chunk - 1].load(Ordering::Relaxed) };
        let kept = ends[chunk].load(Ordering::Relaxed) - begin;
        // SAFETY: elements and truth values of the chunk, and the results that the count made room
        // for, which are this chunk's alone.
        unsafe {
            let from = from.wrapping_add(start * size);
            run(from, mask.add(start), len, out.add(begin * size), kept, start);
        }
    });
    let layout = Layout::contiguous(&[total as isize], size, Order::C)?;
    Ok(Array::over(memory, dtype, layout))
}

fn for_each_chunk(chunks: usize, work: impl Fn(usize) + Sync) {
    // Ranges are multiples of 64.
    threads::for_each_range(chunks * 64, 64, |range| {
        (range.start / 64..range.end / 64).for_each(&work)
    });
}

/// Counts what is true.
fn count() -> unsafe fn(*const u8, usize, *mut usize) {
    let versions: [unsafe fn(*const u8, usize, *mut usize); 3] = versions!(fn(mask: *const u8, n: usize, found: *mut usize) {
        // SAFETY: the caller's truth values.
        let mask = unsafe { core::slice::from_raw_parts(mask, n) };
        let mut total = 0;
        // Bytes hold the sum of so few.
        for part in mask.chunks(128) {
            total += part.iter().fold(0u8, |sum, &byte| sum + u8::from(byte != 0)) as usize;
        }
        // SAFETY: the caller's.
        unsafe { *found = total };
    });
    versions[Isa::best() as usize]
}

/// # Safety
/// As [`Move`]: `n` elements and truth values, of which `kept` are true, and memory for these.
unsafe fn one_by_one<T: Copy>(
    from: *const u8,
    mask: *const u8,
    n: usize,
    out: *mut u8,
    kept: usize,
    _: usize,
) {
    let (from, out) = (from.cast::<T>(), out.cast::<T>());
    let mut at = 0;
    for i in 0..n {
        if at == kept {
            return;
        }
        // SAFETY: there is room for an element more, and elements of all types are aligned.
        unsafe {
            out.add(at).write_unaligned(from.add(i).read_unaligned());
            at += usize::from(*mask.add(i) != 0);
        }
    }
}

/// # Safety
/// As [`one_by_one`], without elements.
unsafe fn places_one_by_one(
    _: *const u8,
    mask: *const u8,
    n: usize,
    out: *mut u8,
    kept: usize,
    first: usize,
) {
    let mut at = 0;
    for i in 0..n {
        if at == kept {
            return;
        }
        // SAFETY: there is room for a place more.
        unsafe {
            out.cast::<i64>().add(at).write((first + i) as i64);
            at += usize::from(*mask.add(i) != 0);
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    //! With AVX2.

    use core::arch::x86_64::*;

    /// For each set of four: the halves of the elements in it, in front.
    const HALVES: [[i32; 8]; 16] = {
        let mut table = [[0; 8]; 16];
        let mut set = 0;
        while set < 16 {
            let (mut at, mut i) = (0, 0);
            while i < 4 {
                if set >> i & 1 == 1 {
                    table[set][at] = 2 * i;
                    table[set][at + 1] = 2 * i + 1;
                    at += 2;
                }
                i += 1;
            }
            set += 1;
        }
        table
    };

    /// For each set of eight: the elements in it, in front.
    const EIGHTS: [[u8; 8]; 256] = {
        let mut table = [[0; 8]; 256];
        let mut set = 0;
        while set < 256 {
            let (mut at, mut i) = (0, 0);
            while i < 8 {
                if set >> i & 1 == 1 {
                    table[set][at] = i;
                    at += 1;
                }
                i += 1;
            }
            set += 1;
        }
        table
    };

    /// The truth values of 32 bytes.
    ///
    /// # Safety
    /// 32 bytes can be read.
    #[target_feature(enable = "avx2")]
    unsafe fn truths(mask: *const u8) -> u32 {
        // SAFETY: the caller's.
        let bytes = unsafe { _mm256_loadu_si256(mask.cast()) };
        !(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256())) as u32)
    }

    /// Elements of eight bytes, or places.
    ///
    /// # Safety
    /// As [`super::one_by_one`], and the machine has AVX2.
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) unsafe fn eight<const PLACES: bool>(
        from: *const u8,
        mask: *const u8,
        n: usize,
        out: *mut u8,
        kept: usize,
        first: usize,
    ) {
        let (from, out) = (from.cast::<u64>(), out.cast::<u64>());
        let (mut at, mut i) = (0, 0);
        let steps = _mm256_setr_epi64x(0, 1, 2, 3);
        while i + 32 <= n {
            // SAFETY: 32 truth values are left.
            let set = unsafe { truths(mask.add(i)) };
            if at + set.count_ones() as usize + 4 > kept {
                break;
            }
            let mut rest = set;
            let end = if set == 0 { 0 } else { 32 };
            for part in (0..end).step_by(4) {
                let few = (rest & 15) as usize;
                // SAFETY: four elements are left, and results of which at least four are to come.
                unsafe {
                    let four = if PLACES {
                        _mm256_add_epi64(_mm256_set1_epi64x((first + i + part) as i64), steps)
                    } else {
                        _mm256_loadu_si256(from.add(i + part).cast())
                    };
                    let order = _mm256_loadu_si256(HALVES[few].as_ptr().cast());
                    let front = _mm256_permutevar8x32_epi32(four, order);
                    _mm256_storeu_si256(out.add(at).cast(), front);
                }
                at += few.count_ones() as usize;
                rest >>= 4;
            }
            i += 32;
        }
        // SAFETY: what is left.
        unsafe {
            let (mask, to) = (mask.add(i), out.add(at).cast());
            if PLACES {
                super::places_one_by_one(core::ptr::null(), mask, n - i, to, kept - at, first + i);
            } else {
                super::one_by_one::<u64>(from.add(i).cast(), mask, n - i, to, kept - at, 0);
            }
        }
    }

    /// Elements of four bytes.
    ///
    /// # Safety
    /// As [`super::one_by_one`], and the machine has AVX2.
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) unsafe fn four(
        from: *const u8,
        mask: *const u8,
        n: usize,
        out: *mut u8,
        kept: usize,
        _: usize,
    ) {
        let (from, out) = (from.cast::<u32>(), out.cast::<u32>());
        let (mut at, mut i) = (0, 0);
        while i + 32 <= n {
            // SAFETY: 32 truth values are left.
            let set = unsafe { truths(mask.add(i)) };
            if at + set.count_ones() as usize + 8 > kept {
                break;
            }
            let mut rest = set;
            let end = if set == 0 { 0 } else { 32 };
            for part in (0..end).step_by(8) {
                let few = (rest & 255) as usize;
                // SAFETY: eight elements are left, and results of which at least eight are to come.
                unsafe {
                    let eight = _mm256_loadu_si256(from.add(i + part).cast());
                    let order = _mm_loadl_epi64(EIGHTS[few].as_ptr().cast());
                    let order = _mm256_cvtepu8_epi32(order);
                    let front = _mm256_permutevar8x32_epi32(eight, order);
                    _mm256_storeu_si256(out.add(at).cast(), front);
                }
                at += few.count_ones() as usize;
                rest >>= 8;
            }
            i += 32;
        }
        // SAFETY: what is left.
        unsafe {
            let (from, mask, to) = (from.add(i).cast(), mask.add(i), out.add(at).cast());
            super::one_by_one::<u32>(from, mask, n - i, to, kept - at, 0);
        }
    }
}

/// Writes an element to the places at which truth values are true.
///
/// # Errors
/// The array is read-only, or there is not enough memory.
pub(crate) fn fill(array: &Array, mask: &Array, value: &Array) -> Result<()> {
    assert!(array.dtype() == value.dtype() && value.size() == 1 && mask.dtype() == DType::Bool);
    assert!(array.shape() == mask.shape() && !mask.may_share_memory(array));
    let (value, mask_start) = (value.address()?, mask.address()?);
    let ends = Shared(value, mask_start, array.address_for_writing()?);
    let size = array.dtype().size();
    let strides = [array.layout().strides(), mask.layout().strides()];
    let walk = Walk::new(array.shape(), &strides);
    let (n, steps) = walk.inner();
    let kernel = filler(array.dtype());
    let run = |start: usize, n: usize, places: &[isize]| {
        let Shared(value, mask, to) = { ends };
        let start = start as isize;
        // SAFETY: the walk goes to elements of both, which do not overlap; the machine has the version.
        unsafe {
            let to = to.offset(places[0] + start * steps[0]);
            let mask = mask.offset(places[1] + start * steps[1]);
            if steps[0] == size as isize && steps[1] == 1 {
                kernel(to, mask, n, value);
            } else {
                fill_with_gaps(to, steps[0], mask, steps[1], n, value, size);
            }
        }
    };
    if walk.shape().len() <= 1 && !array.layout().is_empty() {
        threads::for_each_range(n, FILLED, |range| run(range.start, range.len(), &[0, 0]));
    } else {
        walk.for_each_run(|places| run(0, n, places));
    }
    Ok(())
}

/// How many elements that may be written are worth a thread.
const FILLED: usize = 1 << 16;

/// Writes an element to places without gaps at which truth values are true (places, truth values, how
/// many, the element).
///
/// # Safety
/// `n` elements and truth values lie so, and do not overlap; the machine has the instruction set of the
/// version.
type Fill = unsafe fn(*mut u8, *const u8, usize, *const u8);

/// How many truth values are looked at together.
const GROUP: usize = 64;

/// [`Fill`] for elements of a type.
fn filler(dtype: DType) -> Fill {
    macro_rules! sized {
        ($ty:ty) => {
            versions!(fn(to: *mut u8, mask: *const u8, n: usize, value: *const u8) {
                // SAFETY: the caller's, aligned as elements of the type are.
                unsafe {
                    let (to, mask) = (to.cast::<$ty>(), core::slice::from_raw_parts(mask, n));
                    let value = value.cast::<$ty>().read();
                    fill_dense(core::slice::from_raw_parts_mut(to, n), mask, value);
                }
            })
        };
    }
    let versions: [Fill; 3] = match dtype.size() {
        1 => sized!(u8),
        2 => sized!(u16),
        4 => sized!(u32),
        // Complex numbers are aligned as their parts are.
        8 if dtype.is_complex() => sized!([u32; 2]),
        8 => sized!(u64),
        16 => sized!([u64; 2]),
        _ => unreachable!("no element type has another size"),
    };
    versions[Isa::best() as usize]
}

#[inline(always)]
fn fill_dense<T: Copy>(to: &mut [T], mask: &[u8], value: T) {
    // Without a branch for each: what is not wanted is written as it was.
    let chosen = |element: T, wanted: u8| if wanted != 0 { value } else { element };
    let (groups, rest) = mask.as_chunks::<GROUP>();
    let (places, last) = to.as_chunks_mut::<GROUP>();
    for (group, places) in groups.iter().zip(places) {
        let (words, _) = group.as_chunks::<8>();
        let any = words.iter().fold(0, |any, &word| any | u64::from_ne_bytes(word));
        // Often few are wanted, and memory that nobody wants need not come near.
        if any != 0 {
            // As a whole, which the compiler makes vectors of.
            let mut new = [value; GROUP];
            for j in 0..GROUP {
                new[j] = chosen(places[j], group[j]);
            }
            *places = new;
        }
    }
    for (element, &wanted) in last.iter_mut().zip(rest) {
        *element = chosen(*element, wanted);
    }
}

/// # Safety
/// `n` elements of a size and truth values lie so, and do not overlap.
unsafe fn fill_with_gaps(
    to: *mut u8,
    step: isize,
    mask: *const u8,
    mask_step: isize,
    n: usize,
    value: *const u8,
    size: usize,
) {
    for i in 0..n as isize {
        // SAFETY: the caller's.
        unsafe {
            if *mask.offset(i * mask_step) != 0 {
                copy::run(value, 0, to.offset(i * step), size as isize, 1, size);
            }
        }
    }
}
