//! `smsql completions`: what a shell needs to complete the command line. The shell asks smsql itself at every TAB, so it
//! knows what is in the store: reports, campaigns, lists.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use clap_complete::CompleteEnv;
use clap_complete::engine::CompletionCandidate;
use clap_complete::env::Shells;

use super::args::{self, CompletionsArgs};
use super::context::Context;
use crate::repl::own_reports::{self, Reports};
use crate::session::{Session, SessionOptions};
use crate::store::{AsOf, Store};
use crate::{Error, Result};

/// The variable by which the scripts of shells ask for completions.
const VARIABLE: &str = "SMSQL_COMPLETE";

/// How long a store may take to name its values.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) fn run(context: &Context<'_>, args: CompletionsArgs) -> Result<()> {
    let name = args.shell.to_string();
    let shells = Shells::builtins();
    let shell = shells.completer(&name).ok_or_else(|| Error::not_found("shell", &name, shells.names()))?;
    let mut script = Vec::new();
    let written = shell.write_registration(VARIABLE, "smsql", "smsql", "smsql", &mut script);
    written.map_err(|error| Error::Internal(error.to_string()))?;
    context.console.text(&String::from_utf8_lossy(&script))
}

/// Answers and ends the process, if a shell asks for completions.
pub(super) fn answer_shell() {
    if std::env::var_os(VARIABLE).is_none() {
        return;
    }
    let with_reports = || {
        let reports = ask(|store| async move { Reports::load(store.as_ref().ok(), folder().as_deref()).await });
        let command = reports.and_then(|reports| args::command(reports.catalogue.reports()));
        command.unwrap_or_else(|_| args::without_reports())
    };
    CompleteEnv::with_factory(with_reports).var(VARIABLE).complete();
}

/// The values of a report's parameter that begin with what is typed.
pub(super) fn candidates(report: &str, parameter: &str, current: &OsStr) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy().into_owned();
    let values = ask(|store| async move {
        let store = store?;
        let report = own_reports::find(report, Some(&store), folder().as_deref()).await?;
        let session = Session::open(&store, &AsOf::Latest, &SessionOptions::default()).await?;
        report.values(&session, report.parameter(parameter)?).await
    });
    let values = values.unwrap_or_default().into_iter().filter(|value| value.starts_with(&current));
    values.map(CompletionCandidate::new).collect()
}

/// The folder of reports that the line at hand names.
fn folder() -> Option<PathBuf> {
    args::typed("--reports").map(PathBuf::from)
}

/// Asks the store that the line at hand names; a completion that takes too long is none.
fn ask<T, F: Future<Output = Result<T>>>(question: impl FnOnce(Result<Store>) -> F) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::storage("cannot start threads", error))?;
    let location = args::typed("--store").or_else(|| std::env::var("SMSQL_STORE").ok());
    let asked = async {
        let store = Store::open(location.as_deref().unwrap_or("./smsql-store")).await;
        question(store).await
    };
    let answer = runtime.block_on(async { tokio::time::timeout(PATIENCE, asked).await });
    // The process ends right after it, as after a command.
    std::mem::forget(runtime);
    answer.map_err(|_| Error::Cancelled)?
}
