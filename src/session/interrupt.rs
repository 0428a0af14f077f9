//! What ends work before its time: Ctrl-C and a deadline.
//!
//! Work gives way where it waits, and planning never does: so it runs in a task of its own, beside which somebody listens.

use std::pin::Pin;
use std::time::Duration;

use datafusion::common::runtime::SpawnedTask;

use crate::{Error, Result, clock};

/// Waits for `work`, or for Ctrl-C, which ends it. Work that computes for long without waiting must do so in a task of
/// its own, as a [`Session`](super::Session) does.
///
/// # Errors
/// [`Error::Cancelled`], and those of the work.
pub async fn interruptible<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    Deadline::after(None).race(work).await?
}

/// Runs `work` in a task of its own, so that who waits for it can give up at any moment. Nobody waiting, it is stopped
/// where it next gives way.
pub(super) async fn apart<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    match SpawnedTask::spawn(work).await {
        Ok(done) => done,
        Err(error) => Err(Error::Internal(error.to_string())),
    }
}

/// What ends a statement before its time: its deadline, or Ctrl-C.
pub(super) struct Deadline {
    timeout: Option<Duration>,
    expired: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// One listener for the whole statement, so that no signal is lost while rows are written.
    interrupted: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// What has ended it. Whoever asks for more hears it again.
    ended: Option<End>,
}

#[derive(Debug, Clone, Copy)]
enum End {
    Interrupted,
    Expired,
}

impl std::fmt::Debug for Deadline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Deadline({:?})", self.timeout)
    }
}

impl Deadline {
    pub(super) fn after(timeout: Option<Duration>) -> Self {
        let at = timeout.and_then(clock::deadline);
        let expired = async move {
            match at {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let interrupted = async {
            // Where the signal cannot be listened to, Ctrl-C ends the process the way it always did.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        Self { timeout, expired: Box::pin(expired), interrupted: Box::pin(interrupted), ended: None }
    }

    /// Waits for `work`, the deadline or Ctrl-C, whichever comes first.
    pub(super) async fn race<T>(&mut self, work: impl Future<Output = T>) -> Result<T> {
        let end = match self.ended {
            Some(end) => end,
            None => tokio::select! {
                biased;
                () = &mut self.interrupted => End::Interrupted,
                () = &mut self.expired => End::Expired,
                done = work => return Ok(done),
            },
        };
        self.ended = Some(end);
        Err(match end {
            End::Interrupted => Error::Cancelled,
            End::Expired => {
                let after = humantime::format_duration(self.timeout.unwrap_or_default());
                Error::Limit { limit: "timeout", message: format!("the statement was stopped after {after}") }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_over_stays_over() {
        let mut deadline = Deadline::after(Some(Duration::ZERO));
        for _ in 0..2 {
            let raced = deadline.race(std::future::pending::<()>()).await;
            assert!(matches!(raced, Err(Error::Limit { limit: "timeout", .. })), "{raced:?}");
        }
    }
}
