//! What statuses mean, row by row, as fast as the columns can be read.

use std::hash::{Hash, Hasher};
use std::sync::{Arc, RwLock};

use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::ColumnarValue;
use hashbrown::{Equivalent, HashMap};

use super::combine::{Codes, Combinations};
use crate::event::StatusTable;
use crate::event::status::Mapping;

/// The most answers to keep. A status column has few values; one that has more must not fill the memory.
const ANSWERS_MAX: usize = 1 << 16;

/// The status table, and its answers so far: every batch asks the same few questions again, and each takes the table
/// several look-ups by three texts.
#[derive(Debug)]
pub(super) struct Meanings {
    table: Arc<StatusTable>,
    answers: RwLock<HashMap<Question, Option<Mapping>>>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Question {
    provider: String,
    status: String,
    error_code: Option<String>,
}

/// A [`Question`] that need not be copied to be looked up. The fields stand in the same order, so the hash is the same.
#[derive(Hash)]
struct QuestionRef<'a> {
    provider: &'a str,
    status: &'a str,
    error_code: Option<&'a str>,
}

impl Equivalent<Question> for QuestionRef<'_> {
    fn equivalent(&self, key: &Question) -> bool {
        self.provider == key.provider && self.status == key.status && self.error_code == key.error_code.as_deref()
    }
}

impl Meanings {
    pub(super) fn new(table: Arc<StatusTable>) -> Self {
        Self { table, answers: RwLock::default() }
    }

    /// For every row, what `f` makes of its provider, status and error code: of NULL for a NULL status, else of what
    /// the table says, `None` where it does not know the status.
    pub(super) fn per_row<R: Copy + Default>(
        &self,
        args: &[ColumnarValue],
        rows: usize,
        f: impl Fn(Option<Option<Mapping>>) -> R,
    ) -> Result<Vec<R>> {
        let codes = args.iter().take(3).map(Codes::new).collect::<Result<Vec<_>>>()?;
        let [provider, status, error_code @ ..] = codes.as_slice() else {
            return exec_err!("a provider and a status are needed");
        };
        Ok(Combinations::of(&codes, rows).evaluate(|row| {
            f(status.text(row).map(|status| {
                let error_code = error_code.first().and_then(|code| code.text(row));
                self.ask(provider.text(row)?, status, error_code)
            }))
        }))
    }

    fn ask(&self, provider: &str, status: &str, error_code: Option<&str>) -> Option<Mapping> {
        let question = QuestionRef { provider, status, error_code };
        if let Ok(answers) = self.answers.read()
            && let Some(known) = answers.get(&question)
        {
            return *known;
        }
        let answer = self.table.lookup(provider, status, error_code);
        if let Ok(mut answers) = self.answers.write()
            && answers.len() < ANSWERS_MAX
        {
            let error_code = error_code.map(str::to_owned);
            answers.insert(Question { provider: provider.to_owned(), status: status.to_owned(), error_code }, answer);
        }
        answer
    }
}

/// Two are equal when they say the same of every status: so do the functions made of them.
impl PartialEq for Meanings {
    fn eq(&self, other: &Self) -> bool {
        self.table.hash() == other.table.hash()
    }
}

impl Eq for Meanings {}

impl Hash for Meanings {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.table.hash().hash(state);
    }
}
