//! The switch that the sources with mutants ask: at most one mutant is on in a process.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

/// Number of the mutant that is on; 0 if none is.
static CHOSEN: AtomicU32 = AtomicU32::new(0);

thread_local! {
    static REACHED: RefCell<BTreeSet<u32>> = const { RefCell::new(BTreeSet::new()) };
}

/// Turns a mutant on. Number 0 turns all off.
pub fn choose(mutant: u32) {
    CHOSEN.store(mutant, Ordering::Relaxed);
}

/// Returns true if this mutant is on, and records that its place was reached.
pub fn is(mutant: u32) -> bool {
    let chosen = CHOSEN.load(Ordering::Relaxed);
    if chosen == 0 {
        // No place is reached while a thread ends.
        let _ = REACHED.try_with(|reached| reached.borrow_mut().insert(mutant));
    }
    chosen == mutant
}

/// Returns the mutants whose places this thread reached since the last call, while all were off.
pub fn take_reached() -> BTreeSet<u32> {
    REACHED.with(|reached| reached.take())
}
