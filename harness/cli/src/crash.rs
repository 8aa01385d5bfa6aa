//! Panics of the harness: an error of a case where a case panics, else the end of the run with exit code 5.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

/// Panics that no caller of [`caught`] has seen.
static UNSEEN: Mutex<Vec<(ThreadId, String)>> = Mutex::new(Vec::new());

/// Notes every panic from now on, also one of a thread that nothing joins.
pub(crate) fn watch() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let text = text_of(panic.payload());
        let place = panic.location().map(|place| format!(" ({place})"));
        let text = text + &place.unwrap_or_default();
        unseen().push((thread::current().id(), text));
        before(panic);
    }));
}

/// Runs `work`.
///
/// # Errors
///
/// Returns the text of the panic if it panics.
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let own = thread::current().id();
        unseen().retain(|(thread, _)| *thread != own);
        text_of(payload.as_ref())
    })
}

/// Returns the text of the first panic that no caller of [`caught`] has seen, with its place in the source.
pub(crate) fn uncaught() -> Option<String> {
    unseen().first().map(|(_, text)| text.clone())
}

fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied().map(str::to_owned);
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without text".to_owned())
}

fn unseen() -> MutexGuard<'static, Vec<(ThreadId, String)>> {
    // Every statement leaves the content valid, also where a thread panicked.
    UNSEEN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panic_of_a_thread_is_noted_and_a_caught_one_is_not() {
        watch();
        assert_eq!(caught(|| 5), Ok(5));
        let panics = || panic!("two and two are {}", 5);
        assert_eq!(caught(panics), Err("two and two are 5".to_owned()));
        let own = thread::current().id();
        assert!(unseen().iter().all(|(thread, _)| *thread != own));
        let ended = thread::spawn(|| panic!("nothing joins this thread")).join();
        assert!(ended.is_err());
        let uncaught = unseen().iter().any(|(_, text)| {
            text.starts_with("nothing joins this thread (") && text.contains("crash.rs:")
        });
        assert!(uncaught);
    }
}
