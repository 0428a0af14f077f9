//! A scan of one kind of record over the file list of one snapshot.
//!
//! It is DataFusion's own Parquet scan, given its files and their statistics by the log. So nothing is listed, no
//! footer is read to plan, and everything the engine knows works: pruning, dynamic filters, limits, ranges of files.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, UInt64Array};
use arrow::datatypes::{DataType, SchemaRef};
use async_trait::async_trait;
use chrono_tz::Tz;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::pruning::PruningStatistics;
use datafusion::common::stats::Precision;
use datafusion::common::{Column, ColumnStatistics, DFSchema, Result, ScalarValue, Statistics};
use datafusion::datasource::TableType;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_optimizer::pruning::PruningPredicateBuilder;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion_datasource::compute_all_files_statistics;
use datafusion_datasource::table_schema::TableSchema;
use object_store::{ObjectMeta, ObjectStore};

use super::reader::LogReaderFactory;
use super::zone;
use crate::store::{Bounds, LogFile, Record, Snapshot, Store};

/// The records of one kind in one snapshot, as a table. Read only.
pub struct LogTable {
    snapshot: Snapshot,
    record: Record,
    schema: SchemaRef,
    url: ObjectStoreUrl,
    objects: Arc<dyn ObjectStore>,
}

impl std::fmt::Debug for LogTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LogTable({} of {:?})", self.record.name(), self.snapshot)
    }
}

impl LogTable {
    /// The table of these records. Its columns are those of [`Record::columns`], in that order; a column that a file
    /// does not have is null.
    #[expect(clippy::new_ret_no_self, reason = "a table is used as a provider and as nothing else")]
    pub fn new(store: &Store, snapshot: &Snapshot, record: Record) -> Arc<dyn TableProvider> {
        Self::in_zone(store, snapshot, record, Tz::UTC)
    }

    /// The same with its times in a zone: equal instants, whose days and hours functions cut by the clock there.
    pub fn in_zone(store: &Store, snapshot: &Snapshot, record: Record, zone: Tz) -> Arc<dyn TableProvider> {
        Arc::new(Self {
            snapshot: snapshot.clone(),
            record,
            schema: zone::schema_in(&record.schema(), zone),
            url: store.object_store_url(),
            objects: store.object_store(),
        })
    }

    /// How many files it has.
    pub(in crate::session) fn files(&self) -> usize {
        self.snapshot.files(self.record).len()
    }

    /// Statistics of a file for the plan: of the columns it reads. Of thousands of files the others are most of the work.
    fn statistics(&self, file: &LogFile, read: &[bool]) -> Statistics {
        let stats = read.contains(&true).then(|| file.stats());
        let count = |count: u64| Precision::Exact(usize::try_from(count).unwrap_or(usize::MAX));
        let columns = self.schema.fields().iter().zip(read).map(|(field, read)| {
            let Some(bounds) = stats.filter(|_| *read).and_then(|stats| stats.column(field.name())) else {
                return ColumnStatistics::new_unknown();
            };
            // Exact bounds may answer min() and max() without a scan. The plan wants them in the column's own type,
            // which for a dictionary nothing downstream agrees on.
            let exact = bounds.exact && !matches!(field.data_type(), DataType::Dictionary(..));
            let bound = |value: &Option<_>| match value.clone().map(|value| zone::scalar_as(value, field.data_type())) {
                Some(value) if exact => Precision::Exact(value),
                Some(value) => Precision::Inexact(value),
                None => Precision::Absent,
            };
            ColumnStatistics {
                null_count: bounds.null_count.map_or(Precision::Absent, count),
                min_value: bound(&bounds.min),
                max_value: bound(&bounds.max),
                ..ColumnStatistics::new_unknown()
            }
        });
        Statistics {
            num_rows: count(file.rows),
            total_byte_size: Precision::Absent,
            column_statistics: columns.collect(),
        }
    }

    /// The files that may hold rows which pass the filters.
    fn prune(&self, state: &dyn Session, filters: &[Expr]) -> Result<Vec<&LogFile>> {
        let files = self.snapshot.files(self.record);
        let Some(filter) = conjunction(filters.iter().cloned()) else {
            return Ok(files.iter().collect());
        };
        let filter = state.create_physical_expr(filter, &DFSchema::try_from(self.schema.clone())?)?;
        let Some(predicate) = PruningPredicateBuilder::new().with_file_schema(self.schema.clone()).build(filter) else {
            return Ok(files.iter().collect());
        };
        let keep = predicate.prune(&Pruning { files, schema: &self.schema })?;
        Ok(files.iter().zip(keep).filter_map(|(file, keep)| keep.then_some(file)).collect())
    }

    fn partitioned_file(&self, file: &LogFile, read: &[bool]) -> PartitionedFile {
        PartitionedFile::new_from_meta(ObjectMeta {
            location: file.object_path(),
            // Files never change, so what the log says of them is what a cache may compare.
            last_modified: file.modified_at,
            size: file.size_bytes,
            e_tag: None,
            version: None,
        })
        .with_statistics(Arc::new(self.statistics(file, read)))
    }
}

#[async_trait]
impl TableProvider for LogTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        // They leave out files, row groups and pages, not rows.
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut files = self.prune(state, filters)?;
        if let (Some(limit), []) = (limit, filters) {
            let mut rows = 0;
            let enough = files.iter().take_while(|file| {
                let more = rows < limit as u64;
                rows += file.rows;
                more
            });
            let enough = enough.count();
            files.truncate(enough);
        }
        if files.is_empty() {
            let schema = match projection {
                Some(indices) => Arc::new(self.schema.project(indices)?),
                None => self.schema.clone(),
            };
            return Ok(Arc::new(EmptyExec::new(schema)));
        }
        let runtime = state.runtime_env();
        if runtime.object_store(&self.url).is_err() {
            runtime.register_object_store(self.url.as_ref(), Arc::clone(&self.objects));
        }
        let read = self.columns_read(projection, filters);
        let groups = self.groups(&files, &read, state.config().target_partitions());
        let (groups, statistics) = compute_all_files_statistics(groups, self.schema.clone(), true, false)?;
        let reader = LogReaderFactory(CachedParquetFileReaderFactory::new(
            runtime.object_store(&self.url)?,
            runtime.cache_manager.get_file_metadata_cache(),
        ));
        let source = ParquetSource::new(TableSchema::from(self.schema.clone()))
            .with_table_parquet_options(state.table_options().parquet.clone())
            .with_parquet_file_reader_factory(Arc::new(reader));
        let config = FileScanConfigBuilder::new(self.url.clone(), Arc::new(source))
            .with_file_groups(groups)
            .with_statistics(statistics)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

impl LogTable {
    /// Which columns a scan reads or filters by.
    fn columns_read(&self, projection: Option<&Vec<usize>>, filters: &[Expr]) -> Vec<bool> {
        let mut read = vec![projection.is_none(); self.schema.fields().len()];
        projection.into_iter().flatten().for_each(|column| read[*column] = true);
        for column in filters.iter().flat_map(Expr::column_refs) {
            if let Ok(column) = self.schema.index_of(column.name()) {
                read[column] = true;
            }
        }
        read
    }

    /// The files in at most `count` groups of about equal size, each newest first.
    fn groups(&self, files: &[&LogFile], read: &[bool], count: usize) -> Vec<FileGroup> {
        let mut groups: Vec<(u64, Vec<PartitionedFile>)> = vec![(0, Vec::new()); count.clamp(1, files.len())];
        for file in files {
            if let Some((bytes, group)) = groups.iter_mut().min_by_key(|(bytes, _)| *bytes) {
                *bytes += file.size_bytes;
                group.push(self.partitioned_file(file, read));
            }
        }
        groups.into_iter().map(|(_, files)| FileGroup::new(files)).collect()
    }
}

/// The statistics of a list of files as pruning asks for them: of the filtered columns only, and bounds are enough.
struct Pruning<'a> {
    files: &'a [LogFile],
    schema: &'a SchemaRef,
}

impl Pruning<'_> {
    fn bounds(&self, column: &Column, bound: impl Fn(&Bounds) -> Option<&ScalarValue>) -> Option<ArrayRef> {
        let value_type = match self.schema.field_with_name(column.name()).ok()?.data_type() {
            DataType::Dictionary(_, value) => value.as_ref(),
            other => other,
        };
        let unknown = ScalarValue::try_from(value_type).ok()?;
        let of = |file: &LogFile| {
            let value = file.stats().column(column.name()).and_then(&bound).cloned();
            value.map(|value| zone::scalar_as(value, value_type))
        };
        let mut known = false;
        let values = self.files.iter().map(|file| {
            let value = of(file);
            known |= value.is_some();
            value.unwrap_or_else(|| unknown.clone())
        });
        let values = ScalarValue::iter_to_array(values).ok()?;
        known.then_some(values)
    }
}

impl PruningStatistics for Pruning<'_> {
    fn min_values(&self, column: &Column) -> Option<ArrayRef> {
        self.bounds(column, |bounds| bounds.min.as_ref())
    }

    fn max_values(&self, column: &Column) -> Option<ArrayRef> {
        self.bounds(column, |bounds| bounds.max.as_ref())
    }

    fn num_containers(&self) -> usize {
        self.files.len()
    }

    fn null_counts(&self, column: &Column) -> Option<ArrayRef> {
        let counts = self.files.iter().map(|file| file.stats().column(column.name())?.null_count);
        Some(Arc::new(counts.collect::<UInt64Array>()))
    }

    fn row_counts(&self) -> Option<ArrayRef> {
        Some(Arc::new(UInt64Array::from_iter_values(self.files.iter().map(|file| file.rows))))
    }

    fn contained(&self, _: &Column, _: &HashSet<ScalarValue>) -> Option<BooleanArray> {
        None
    }
}
