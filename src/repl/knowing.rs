//! What completion and highlighting know is brought up to date here, beside the prompt: it may ask the store.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use chrono_tz::Tz;
use tokio::runtime::Handle;

use super::commands::DESCRIPTIONS;
use super::complete::{Knowledge, Moments, ReportDescription, SharedKnowledge};
use super::lock::lock;
use super::own_reports::{self, Reports};
use super::shell::Shell;
use crate::session::Session;
use crate::store::{AsOf, Snapshot, Store};

/// How long a completion waits for values that stand in the data; it offers none where that takes longer.
const VALUES_WAIT: Duration = Duration::from_millis(800);

/// Knowledge of nothing but the commands.
pub(super) fn new() -> SharedKnowledge {
    Arc::new(RwLock::new(Knowledge { commands: &DESCRIPTIONS, ..Knowledge::default() }))
}

/// What was looked at: a version of a store, and a folder of reports.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Known {
    store: String,
    version: u64,
    reports: Option<PathBuf>,
}

/// Learns what the shell has now, while the prompt is there already. What is in the store is looked at where that is
/// another than `known`, which is what this gives.
pub(super) fn update(knowledge: &SharedKnowledge, shell: &Shell<'_>, known: Option<Known>) -> Option<Known> {
    let parameters = shell.parameters.iter().map(|parameter| {
        let (name, value) = parameter.written();
        (name.to_owned(), value.to_owned())
    });
    let columns = shell.last.iter().flat_map(|last| last.schema().fields().iter().map(|field| field.name().clone()));
    write(knowledge, |knowledge| {
        (knowledge.parameters, knowledge.columns) = (parameters.collect(), columns.collect());
    });
    let now = Some(Known {
        store: shell.store.url().to_string(),
        version: shell.snapshot.version(),
        reports: shell.settings().reports.clone(),
    });
    if now == known {
        return now;
    }
    let (knowledge, session, store) = (Arc::clone(knowledge), shell.session.clone(), shell.store.clone());
    let (folder, tz) = (shell.settings().reports.clone(), shell.settings().tz);
    tokio::spawn(async move {
        let description = session.describe().await;
        let values = values_of(session, store.clone(), folder.clone());
        let moments = moments_of(store.clone(), tz);
        write(&knowledge, |knowledge| {
            (knowledge.description, knowledge.values, knowledge.moments) = (description, values, moments);
        });
        // What cannot be read is told by whoever asks for it, not while somebody types.
        if let Ok(reports) = Reports::load(Some(&store), folder.as_deref()).await {
            let reports = reports.catalogue.reports().map(ReportDescription::from).collect();
            write(&knowledge, |knowledge| knowledge.reports = reports);
        }
        if let Ok(segments) = store.segment_names().await {
            write(&knowledge, |knowledge| knowledge.segments = segments);
        }
    });
    now
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

/// How many versions are offered to go to.
const MOMENTS: u64 = 10;

/// Looks up the newest versions of a store: when each was committed, and what landed.
fn moments_of(store: Store, tz: Tz) -> Arc<Moments> {
    let runtime = Handle::current();
    let known = Arc::new(Mutex::new(Vec::<(u64, String)>::new()));
    Arc::new(move || {
        let (sender, receiver) = std::sync::mpsc::channel();
        let (store, known, found) = (store.clone(), Arc::clone(&known), Arc::clone(&known));
        runtime.spawn(async move {
            if let Ok(newest) = store.snapshot(&AsOf::Latest).await {
                let newest = newest.version();
                let mut versions = lock(&known).clone();
                versions.retain(|(version, _)| newest.saturating_sub(*version) < MOMENTS);
                // A version never changes, so each is read once.
                for version in (newest.saturating_sub(MOMENTS - 1)..=newest).rev() {
                    if versions.iter().all(|(known, _)| *known != version)
                        && let Ok(snapshot) = store.snapshot(&AsOf::Version(version)).await
                    {
                        versions.push((version, what_landed(&snapshot, tz)));
                        versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
                        lock(&known).clone_from(&versions);
                    }
                }
            }
            let _ = sender.send(());
        });
        // What is found by then is offered.
        let _ = receiver.recv_timeout(VALUES_WAIT);
        lock(&found).iter().map(|(version, about)| (version.to_string(), about.clone())).collect()
    })
}

/// When a version was committed, the feed that landed then, and the name of the file.
fn what_landed(snapshot: &Snapshot, tz: Tz) -> String {
    let noted = |key: &str| snapshot.info().get(key).and_then(|value| value.as_str()).unwrap_or_default();
    let file = noted("source_name").rsplit(['/', '\\']).next().unwrap_or_default();
    let time = snapshot.committed_at().with_timezone(&tz).format("%Y-%m-%d %H:%M:%S %Z");
    format!("{time} {} {file}", noted("feed")).trim_end().to_owned()
}
