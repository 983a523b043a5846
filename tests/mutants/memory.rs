//! An allocator that says no, and where, when more is asked for than a document may need.

use std::alloc::{GlobalAlloc, Layout, System};
use std::backtrace::Backtrace;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that are held at most while a document is drawn: pictures, fonts and caches take some 100 MB.
pub const LIMIT: usize = 1 << 30;

static HELD: AtomicUsize = AtomicUsize::new(0);
static ALLOWED: AtomicUsize = AtomicUsize::new(usize::MAX);

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

/// The limit, while it lives.
pub struct AtMost;

impl AtMost {
    pub fn new(bytes: usize) -> Self {
        ALLOWED.store(bytes, Ordering::Relaxed);
        Self
    }
}

impl Drop for AtMost {
    fn drop(&mut self) {
        ALLOWED.store(usize::MAX, Ordering::Relaxed);
    }
}

/// Whether so many more bytes may be held. If not, it says who asks.
fn take(bytes: usize) -> bool {
    let held = HELD.fetch_add(bytes, Ordering::Relaxed) + bytes;
    if held <= ALLOWED.load(Ordering::Relaxed) {
        return true;
    }
    // To say so takes memory; after that, the process ends.
    ALLOWED.store(usize::MAX, Ordering::Relaxed);
    eprintln!("{bytes} bytes are asked for, and {held} would be held:\n{}", Backtrace::force_capture());
    HELD.fetch_sub(bytes, Ordering::Relaxed);
    false
}

// SAFETY: every call is handed on to the system's allocator as it came, or answered with null, which says
// that there is no memory. What is counted beside that touches no memory that is handed out.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !take(layout.size()) {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's promises about `layout` are the ones asked for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if !take(layout.size()) {
            return std::ptr::null_mut();
        }
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: what `alloc` handed out came from the system's allocator with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !take(size) {
            return std::ptr::null_mut();
        }
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}
