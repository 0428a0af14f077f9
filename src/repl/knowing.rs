//! What completion and highlighting know is brought up to date here, beside the prompt: it may ask the store.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use tokio::runtime::Handle;

use super::commands::DESCRIPTIONS;
use super::complete::{Knowledge, ReportDescription, SharedKnowledge};
use super::own_reports::{self, Reports};
use super::shell::Shell;
use crate::session::Session;
use crate::store::Store;

/// How long a completion waits for values that stand in the data; it offers none where that takes longer.
const VALUES_WAIT: Duration = Duration::from_millis(800);

/// Knowledge of nothing but the commands.
pub(super) fn new() -> SharedKnowledge {
    Arc::new(RwLock::new(Knowledge { commands: &DESCRIPTIONS, ..Knowledge::default() }))
}

/// Learns what the shell has now, while the prompt is there already. What is in the store is looked at where its version
/// is another than `known`, which is what this gives.
pub(super) fn update(knowledge: &SharedKnowledge, shell: &Shell<'_>, known: Option<u64>) -> Option<u64> {
    let parameters = shell.parameters.iter().map(|parameter| {
        let (name, value) = parameter.written();
        (name.to_owned(), value.to_owned())
    });
    write(knowledge, |knowledge| knowledge.parameters = parameters.collect());
    let version = Some(shell.snapshot.version());
    if version == known {
        return version;
    }
    let (knowledge, session, store) = (Arc::clone(knowledge), shell.session.clone(), shell.store.clone());
    let folder = shell.settings().reports.clone();
    tokio::spawn(async move {
        let description = session.describe().await;
        let values = values_of(session, store.clone(), folder.clone());
        write(&knowledge, |knowledge| (knowledge.description, knowledge.values) = (description, values));
        // What cannot be read is told by whoever asks for it, not while somebody types.
        if let Ok(reports) = Reports::load(Some(&store), folder.as_deref()).await {
            let reports = reports.catalogue.reports().map(ReportDescription::from).collect();
            write(&knowledge, |knowledge| knowledge.reports = reports);
        }
        if let Ok(segments) = store.segment_names().await {
            write(&knowledge, |knowledge| knowledge.segments = segments);
        }
    });
    version
}

fn write(knowledge: &SharedKnowledge, change: impl FnOnce(&mut Knowledge)) {
    change(&mut knowledge.write().unwrap_or_else(PoisonError::into_inner));
}

/// Looks up the values of a report's parameter in the data. The editor is not asynchronous, so it waits for another
/// thread, but not for long.
fn values_of(session: Session, store: Store, folder: Option<PathBuf>) -> Arc<super::complete::Values> {
    let runtime = Handle::current();
    // They are those of one version of the store, which does not change.
    let known = Mutex::new(HashMap::<(String, String), Vec<String>>::new());
    Arc::new(move |report, parameter| {
        let asked = (report.to_owned(), parameter.to_owned());
        if let Some(values) = lock(&known).get(&asked) {
            return values.clone();
        }
        let (sender, receiver) = std::sync::mpsc::channel();
        let (session, store, folder) = (session.clone(), store.clone(), folder.clone());
        let (report, parameter) = (report.to_owned(), parameter.to_owned());
        runtime.spawn(async move {
            let values = async {
                let report = own_reports::find(&report, Some(&store), folder.as_deref()).await?;
                report.values(&session, report.parameter(&parameter)?).await
            };
            let _ = sender.send(values.await.unwrap_or_default());
        });
        let values = receiver.recv_timeout(VALUES_WAIT);
        if let Ok(values) = &values {
            lock(&known).insert(asked, values.clone());
        }
        values.unwrap_or_default()
    })
}

/// Who panicked with it has lost nothing of ours.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
