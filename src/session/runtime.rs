//! The engine a session runs on: bounded memory that spills to disk, and no storage but what was handed to it.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

use datafusion::common::config::Dialect;
use datafusion::common::{DataFusionError, exec_datafusion_err};
use datafusion::execution::disk_manager::{DiskManager, DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{FairSpillPool, TrackConsumersPool};
use datafusion::execution::object_store::ObjectStoreRegistry;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::prelude::SessionConfig;
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use url::Url;

use super::aggregates::{PARTIAL_BYTES, PartialPool};
use super::options::SessionOptions;
use crate::limits::{MEMORY_BYTES_DEFAULT, MEMORY_PERCENT_DEFAULT, SPILL_BYTES_MAX, STATEMENT_NESTING_MAX};
use crate::{Result, error::Error};

/// The catalogue and schema in which everything lives: a table is `events`, `main.events` or `smsql.main.events`.
pub(super) const CATALOG: &str = "smsql";
pub(super) const SCHEMA: &str = "main";

/// How many of the greediest operators an out-of-memory error names.
const CONSUMERS_NAMED: NonZeroUsize = NonZeroUsize::new(3).unwrap();

/// What sessions of this process have spilled to, as long as one of them or a statement of theirs lives.
static SPILLED: Mutex<Vec<Weak<DiskManager>>> = Mutex::new(Vec::new());

/// Removes what statements that are still on their way to an end have spilled: for the end of a process that does not wait
/// for them. Nothing that is run afterwards can spill.
pub fn discard_spilled() {
    for disk in SPILLED.lock().unwrap_or_else(PoisonError::into_inner).drain(..).filter_map(|disk| disk.upgrade()) {
        for folder in disk.temp_dir_paths() {
            // Nobody is left to tell, and the system empties its folder of temporary files.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// Memory, disk and storage of one session.
pub(super) fn runtime(options: &SessionOptions) -> Result<Arc<RuntimeEnv>> {
    let spill = options
        .spill_dir
        .clone()
        .map_or(DiskManagerMode::OsTmpDirectory, |dir| DiskManagerMode::Directories(vec![dir]));
    let pool = TrackConsumersPool::new(FairSpillPool::new(options.memory_limit_bytes), CONSUMERS_NAMED);
    let pool = PartialPool::new(Arc::new(pool), PARTIAL_BYTES);
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(pool))
        .with_disk_manager_builder(
            DiskManagerBuilder::default().with_mode(spill).with_max_temp_directory_size(SPILL_BYTES_MAX),
        )
        .with_object_store_registry(Arc::new(Storage::new(options.allow_write)))
        .build_arc();
    let runtime = runtime.map_err(Error::from)?;
    let mut spilled = SPILLED.lock().unwrap_or_else(PoisonError::into_inner);
    spilled.retain(|disk| disk.strong_count() > 0);
    spilled.push(Arc::downgrade(&runtime.disk_manager));
    Ok(runtime)
}

/// How SQL is read and planned.
pub(super) fn config(options: &SessionOptions) -> SessionConfig {
    let mut config = SessionConfig::new()
        .with_target_partitions(options.threads)
        .with_default_catalog_and_schema(CATALOG, SCHEMA)
        .with_create_default_catalog_and_schema(true)
        .with_information_schema(true);
    let settings = config.options_mut();
    settings.execution.time_zone = Some(options.time_zone.name().to_owned());
    settings.sql_parser.dialect = Dialect::DuckDB;
    settings.sql_parser.collect_spans = true;
    // 0.1 is exactly a tenth: no float decides what a report says.
    settings.sql_parser.parse_float_as_decimal = true;
    if let Ok(nesting) = STATEMENT_NESTING_MAX.to_string().parse() {
        settings.sql_parser.recursion_limit = nesting;
    }
    config
}

/// The object stores that a session's tables read, and no other: a path in SQL leads nowhere.
///
/// The registry DataFusion has by default knows the local file system from the start.
#[derive(Debug)]
struct Storage {
    stores: RwLock<HashMap<String, Arc<dyn ObjectStore>>>,
}

impl Storage {
    fn new(local_files: bool) -> Self {
        let mut stores: HashMap<String, Arc<dyn ObjectStore>> = HashMap::new();
        if local_files {
            stores.insert("file://".to_owned(), Arc::new(LocalFileSystem::new()));
        }
        Self { stores: RwLock::new(stores) }
    }
}

fn key(url: &Url) -> String {
    url[url::Position::BeforeScheme..url::Position::BeforePath].to_owned()
}

impl ObjectStoreRegistry for Storage {
    fn register_store(&self, url: &Url, store: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        self.stores.write().unwrap_or_else(PoisonError::into_inner).insert(key(url), store)
    }

    fn deregister_store(&self, url: &Url) -> Result<Arc<dyn ObjectStore>, DataFusionError> {
        let store = self.stores.write().unwrap_or_else(PoisonError::into_inner).remove(&key(url));
        store.ok_or_else(|| exec_datafusion_err!("no storage is registered for {}", key(url)))
    }

    fn get_store(&self, url: &Url) -> Result<Arc<dyn ObjectStore>, DataFusionError> {
        let store = self.stores.read().unwrap_or_else(PoisonError::into_inner).get(&key(url)).cloned();
        store.ok_or_else(|| exec_datafusion_err!("this session has no access to {}: it reads its store only", key(url)))
    }
}

/// 60 % of what the machine, or the container, has.
pub(super) fn memory_bytes_default() -> usize {
    memory_bytes(MEMORY_PERCENT_DEFAULT)
}

/// A share of the memory of the machine, or of the container where that has less.
pub fn memory_bytes(percent: u64) -> usize {
    let machine = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
    });
    let container = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|text| text.trim().parse().ok());
    machine
        .into_iter()
        .chain(container)
        .min()
        .and_then(|bytes: u64| usize::try_from(bytes / 100 * percent).ok())
        .unwrap_or(MEMORY_BYTES_DEFAULT)
}
