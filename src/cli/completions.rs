//! `smsql completions`: what a shell needs to complete the command line. The shell asks smsql itself at every TAB, so it
//! knows what is in the store: reports, campaigns, lists.

use std::ffi::OsStr;
use std::time::Duration;

use clap_complete::CompleteEnv;
use clap_complete::engine::CompletionCandidate;
use clap_complete::env::Shells;

use super::args::{self, CompletionsArgs, Global};
use crate::repl::config::{Config, Environment, PROFILE};
use crate::repl::own_reports::{self, Reports};
use crate::repl::{Console, Settings};
use crate::session::Session;
use crate::store::{AsOf, Store};
use crate::{Error, Result};

/// The variable by which the scripts of shells ask for completions.
const VARIABLE: &str = "SMSQL_COMPLETE";

/// How long a store may take to name its values.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) fn run(console: &dyn Console, args: &CompletionsArgs) -> Result<()> {
    let name = args.shell.to_string();
    let shells = Shells::builtins();
    let shell = shells.completer(&name).ok_or_else(|| Error::not_found("shell", &name, shells.names()))?;
    let mut script = Vec::new();
    let written = shell.write_registration(VARIABLE, "smsql", "smsql", "smsql", &mut script);
    written.map_err(|error| Error::Internal(error.to_string()))?;
    console.text(&String::from_utf8_lossy(&script))
}

/// Answers and ends the process, if a shell asks for completions.
pub(super) fn answer_shell() {
    if std::env::var_os(VARIABLE).is_none() {
        return;
    }
    let with_reports = || {
        let reports = ask(|store, settings| async move {
            Reports::load(store.as_ref().ok(), settings.reports.as_deref()).await //
        });
        let command = reports.and_then(|reports| args::command(reports.catalogue.reports()));
        command.unwrap_or_else(|_| args::without_reports())
    };
    CompleteEnv::with_factory(with_reports).var(VARIABLE).complete();
}

/// The values of a report's parameter that begin with what is typed.
pub(super) fn candidates(report: &str, parameter: &str, current: &OsStr) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy().into_owned();
    let values = ask(|store, settings| async move {
        let store = store?;
        let report = own_reports::find(report, Some(&store), settings.reports.as_deref()).await?;
        let session = Session::open(&store, &AsOf::Latest, &settings.options()).await?;
        report.values(&session, report.parameter(parameter)?).await
    });
    let values = values.unwrap_or_default().into_iter().filter(|value| value.starts_with(&current));
    values.map(CompletionCandidate::new).collect()
}

/// The profiles of the configuration file that begin with what is typed.
pub(super) fn profiles(current: &OsStr) -> Vec<CompletionCandidate> {
    let mut flags = Global::typed().flags;
    // The one that is being typed is none yet.
    flags.insert(PROFILE.key, String::new());
    let file = Config::load(&flags, &Environment::of_process()).ok().and_then(|config| config.file);
    let names = file.into_iter().flat_map(|file| file.profiles.into_keys());
    names.filter(|name| name.starts_with(&*current.to_string_lossy())).map(CompletionCandidate::new).collect()
}

/// Asks the store that the line at hand names, or the settings; a completion that takes too long is none.
fn ask<T, F: Future<Output = Result<T>>>(question: impl FnOnce(Result<Store>, Settings) -> F) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::storage("cannot start threads", error))?;
    let settings = Config::load(&Global::typed().flags, &Environment::of_process())?.settings;
    let asked = async {
        let store = settings.open_store().await;
        question(store, settings).await
    };
    let answer = runtime.block_on(async { tokio::time::timeout(PATIENCE, asked).await });
    // The process ends right after it, as after a command.
    std::mem::forget(runtime);
    answer.map_err(|_| Error::Cancelled)?
}
