//! ctrl-C: the first asks the run to end well, the second ends it at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::diagnostic::tell;

/// The exit code of a run that was interrupted.
pub const EXIT_INTERRUPTED: i32 = 130;

/// Says that the run shall end after what is in flight. Clones share one state.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// A stop that ctrl-C (and SIGTERM, SIGHUP) sets. Only for the binary: one a process.
    pub fn on_interrupt() -> Self {
        let stop = Self::default();
        let shared = stop.clone();
        // Without a handler the signal ends the process: files are whole even then.
        let _ = ctrlc::set_handler(move || {
            if shared.0.swap(true, Ordering::Relaxed) {
                std::process::exit(EXIT_INTERRUPTED);
            }
            tell("\nfinishing what is in flight; press ctrl-C again to stop at once");
        });
        stop
    }
}
