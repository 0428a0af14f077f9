//! Locks whose holders leave nothing half done: who panicked with one has lost nothing of ours.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Waits for the lock.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
