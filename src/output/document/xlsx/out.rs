//! The stream a workbook goes to, which keeps the reason why it failed.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Once a write has failed, later ones do nothing: what writes a ZIP archive would wrap the cause and go on trying.
pub(super) struct Failing {
    out: Box<dyn Write + Send>,
    failure: Arc<Mutex<Option<io::Error>>>,
}

/// Why the stream failed, if it did.
pub(super) struct Failure(Arc<Mutex<Option<io::Error>>>);

impl Failing {
    pub(super) fn new(out: Box<dyn Write + Send>) -> (Self, Failure) {
        let failure = Arc::new(Mutex::new(None));
        (Self { out, failure: failure.clone() }, Failure(failure))
    }

    fn unless_failed(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        if failure.is_none() {
            *failure = write(self.out.as_mut()).err();
        }
    }
}

impl Failure {
    pub(super) fn take(&self) -> Option<io::Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Write for Failing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unless_failed(|out| out.write_all(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_failed(|out| out.flush());
        Ok(())
    }
}
