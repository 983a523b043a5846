//! Panics caught: a defect of ours or of an engine below us costs one record (or one command) and is
//! told like any other problem.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use crate::diagnostic::{Diagnostic, Result};

/// What the first panic said that nobody has told yet.
static SAID: Mutex<Option<String>> = Mutex::new(None);

/// Keeps panics off the terminal; what they say goes into the diagnostics. For the binary only: the
/// hook is the whole process's.
pub(crate) fn keep_quiet() {
    std::panic::set_hook(Box::new(|panic| {
        let said = panic.payload_as_str().unwrap_or("a panic without words");
        let place = panic.location().map_or(String::new(), |place| {
            let file = place.file().rsplit(['/', '\\']).next().unwrap_or_default();
            format!(" ({file}:{})", place.line())
        });
        let said = format!("{}{place}", said.lines().next().unwrap_or_default());
        SAID.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(said);
    }));
}

/// Runs `work`; when it panics, a diagnostic of what `could_not` be done: "this page could not be drawn".
pub(crate) fn guarded<T>(could_not: &str, work: impl FnOnce() -> T) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        let said = SAID.lock().unwrap_or_else(PoisonError::into_inner).take();
        let said = said.map_or(String::new(), |said| format!(": {said}"));
        let message = format!("{could_not}: an internal error{said}");
        let hint = "please report it, with the template and this record; very large sizes can be the cause";
        Box::new(Diagnostic::error("internal-error", message).with_hint(hint))
    })
}
