//! Segments in SQL: the table `segments` of definitions, the table `segment_members` of lists, and `segment('name')`.
//!
//! Nothing is read to plan. A scan of `segment_members` reads the lists that its filter on `segment` names, and no
//! other; `segment(x)` is `SELECT recipient FROM segment_members WHERE segment = x` but for one thing: a name that does
//! not exist is an error there. It is put in place as that plan, so `x` may be a parameter.
//!
//! A list is resolved once: from then on a name means the same list in every statement of the session, also where
//! somebody replaces the segment meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{
    Array, ArrayRef, Int64Array, MapBuilder, RecordBatch, StringBuilder, StringViewArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use async_trait::async_trait;
use chrono_tz::Tz;
use datafusion::catalog::{Session, TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::common::{DataFusionError, Result as DfResult, ScalarValue, plan_err};
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::{TableType, provider_as_source};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryPool};
use datafusion::logical_expr::{
    Expr, LogicalPlan, LogicalPlanBuilder, Operator, TableProviderFilterPushDown, cast, col,
};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::SessionContext;

use super::super::describe::Words;
use crate::store::{Recipients, Segment, SegmentSource, Store};
use crate::{Error, Result};

/// Rows of a batch that a scan gives.
const BATCH_ROWS: usize = 8_192;

/// The segments that a session sees; none without a store.
#[derive(Default)]
pub(in crate::session) struct Segments {
    store: Option<Store>,
    /// The hash of the list that each name was found to mean.
    resolved: Mutex<BTreeMap<String, String>>,
    /// The list that was read last: a report scans one segment once per section and more.
    last: tokio::sync::Mutex<Option<Recipients>>,
}

impl fmt::Debug for Segments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Segments of {:?}", self.store)
    }
}

impl Segments {
    pub(in crate::session) fn of(store: Option<&Store>) -> Self {
        Self { store: store.cloned(), ..Self::default() }
    }

    /// The names that were asked for so far, each with the hash of its list.
    pub(in crate::session) fn resolved(&self) -> BTreeMap<String, String> {
        self.resolved.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes a name mean a list; the list it means from then on, which is another where it was resolved before.
    pub(in crate::session) fn resolve(&self, name: &str, sha256: &str) -> String {
        let mut resolved = self.resolved.lock().unwrap_or_else(PoisonError::into_inner);
        resolved.entry(name.to_owned()).or_insert_with(|| sha256.to_owned()).clone()
    }

    /// The hash of the list that a name means.
    pub(in crate::session) async fn hash(&self, name: &str) -> Result<Option<String>> {
        if let Some(sha256) = self.resolved().get(name) {
            return Ok(Some(sha256.clone()));
        }
        let Some(store) = &self.store else { return Ok(None) };
        let segment = store.segment_if_any(name).await?;
        Ok(segment.map(|segment| self.resolve(name, &segment.members)))
    }

    /// The error for a name that means nothing.
    pub(in crate::session) async fn not_found(&self, name: &str) -> Result<Error> {
        let names = match &self.store {
            Some(store) => store.segment_names().await?,
            None => Vec::new(),
        };
        Ok(Error::not_found("segment", name, names.iter().map(String::as_str)))
    }

    /// The names there are, and those that were resolved.
    async fn names(&self) -> Result<BTreeSet<String>> {
        let mut names: BTreeSet<String> = self.resolved().into_keys().collect();
        if let Some(store) = &self.store {
            names.extend(store.segment_names().await?);
        }
        Ok(names)
    }

    /// The list with a hash.
    async fn list(&self, store: &Store, sha256: &str) -> Result<Recipients> {
        let mut last = self.last.lock().await;
        match last.as_ref() {
            Some(recipients) if recipients.sha256() == sha256 => Ok(recipients.clone()),
            _ => Ok(last.insert(store.recipients(sha256).await?).clone()),
        }
    }

    /// The rows of some lists.
    ///
    /// They stay in memory as long as the plan. The pool is only asked whether there is room for them: a scan has no
    /// place to keep a reservation.
    async fn members(
        &self,
        names: &BTreeSet<String>,
        must_exist: bool,
        pool: &Arc<dyn MemoryPool>,
    ) -> Result<Vec<RecordBatch>> {
        let reservation = MemoryConsumer::new("segment").register(pool);
        let mut batches = Vec::new();
        for name in names {
            let Some(store) = &self.store else { break };
            let Some(sha256) = self.hash(name).await? else {
                if must_exist {
                    return Err(self.not_found(name).await?);
                }
                continue;
            };
            let recipients = self.list(store, &sha256).await?;
            let list = recipients.list();
            reservation.try_grow(list.get_array_memory_size())?;
            let segment = StringViewArray::from_iter_values(std::iter::repeat_n(name, BATCH_ROWS.min(list.len())));
            for start in (0..list.len()).step_by(BATCH_ROWS) {
                let part = list.slice(start, BATCH_ROWS.min(list.len() - start));
                let columns: Vec<ArrayRef> = vec![Arc::new(segment.slice(0, part.len())), Arc::new(part)];
                batches.push(RecordBatch::try_new(members_schema(), columns)?);
            }
        }
        Ok(batches)
    }
}

/// Makes the tables and the function known.
pub(in crate::session) fn register(context: &SessionContext, segments: &Arc<Segments>, zone: Tz) -> Result<()> {
    let table = Arc::new(SegmentsTable { segments: Arc::clone(segments), schema: segments_schema(zone) });
    context.register_table("segments", table)?;
    let members = |must_exist| Arc::new(MembersTable { segments: Arc::clone(segments), must_exist });
    context.register_table("segment_members", members(false))?;
    context.register_udtf("segment", Arc::new(SegmentFunction(members(true))));
    Ok(())
}

fn failed(error: Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// `segments`: one row per segment.
#[derive(Debug)]
struct SegmentsTable {
    segments: Arc<Segments>,
    schema: SchemaRef,
}

fn segments_schema(zone: Tz) -> SchemaRef {
    let text = |name: &str, nullable| Field::new(name, DataType::Utf8View, nullable);
    let number = |name: &str| Field::new(name, DataType::Int64, false);
    Arc::new(Schema::new(vec![
        text("name", false),
        number("recipients"),
        number("version"),
        Field::new("created_at", DataType::Timestamp(TimeUnit::Microsecond, Some(zone.name().into())), false),
        text("time_zone", false),
        text("source", false),
        Field::new("parameters", parameters(&[]).data_type().clone(), false),
        text("members", false),
    ]))
}

/// What `segments` and its columns mean.
pub(in crate::session) fn segments_words() -> Words {
    Words::new(
        "One row per segment: a named, fixed list of recipients",
        &[
            ("name", "Its name."),
            ("recipients", "How many recipients it has."),
            ("version", "The version of the store it was evaluated at."),
            ("created_at", "When it was created."),
            ("time_zone", "The time zone it was evaluated in."),
            ("source", "The SQL it was made from, or the report and its sections as on the command line."),
            ("parameters", "The values of the parameters in it."),
            ("members", "The SHA-256 of the list: of the recipients in order, one per line."),
        ],
    )
}

/// What `segment_members` and its columns mean.
pub(in crate::session) fn members_words() -> Words {
    Words::new(
        "One row per segment and recipient",
        &[
            ("segment", "The name of the segment; `segment = 'name'` reads that list only."),
            ("recipient", "A recipient in it, once."),
        ],
    )
}

/// The values of the parameters of each segment.
fn parameters(segments: &[Segment]) -> arrow::array::MapArray {
    let mut map = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    for segment in segments {
        for parameter in &segment.parameters {
            map.keys().append_value(&parameter.name);
            map.values().append_option(parameter.value.as_ref());
        }
        // Keys and values are appended in pairs, which is all that this checks.
        let _ = map.append(true);
    }
    map.finish()
}

/// What a segment was made from, in one text: the SQL, or the words of the command line.
fn source(segment: &Segment) -> String {
    match &segment.source {
        SegmentSource::Sql(sql) => sql.clone(),
        SegmentSource::Report { name, sections, not } => {
            let mut text = format!("--report {name}");
            sections.iter().for_each(|section| text.extend([" --section ", section]));
            not.iter().for_each(|section| text.extend([" --not ", section]));
            text
        }
    }
}

impl SegmentsTable {
    async fn rows(&self) -> Result<RecordBatch> {
        let segments = match &self.segments.store {
            Some(store) => store.segments().await?,
            None => Vec::new(),
        };
        let text = |of: &dyn Fn(&Segment) -> String| -> ArrayRef {
            Arc::new(StringViewArray::from_iter_values(segments.iter().map(of)))
        };
        let number = |of: fn(&Segment) -> u64| -> ArrayRef {
            let numbers = segments.iter().map(|segment| i64::try_from(of(segment)).unwrap_or(i64::MAX));
            Arc::new(Int64Array::from_iter_values(numbers))
        };
        let created = segments.iter().map(|segment| segment.created_at.timestamp_micros());
        let created = TimestampMicrosecondArray::from_iter_values(created);
        let created_at = arrow::compute::cast(&created, self.schema.field(3).data_type())?;
        let columns = vec![
            text(&|segment| segment.name.clone()),
            number(|segment| segment.recipients),
            number(|segment| segment.version),
            created_at,
            text(&|segment| segment.time_zone.clone()),
            text(&source),
            Arc::new(parameters(&segments)),
            text(&|segment| segment.members.clone()),
        ];
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }
}

#[async_trait]
impl TableProvider for SegmentsTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> DfResult<Arc<dyn ExecutionPlan>> {
        let rows = self.rows().await.map_err(failed)?;
        Ok(MemorySourceConfig::try_new_exec(&[vec![rows]], self.schema(), projection.cloned())?)
    }
}

/// `segment_members`: one row per segment and recipient.
#[derive(Debug)]
struct MembersTable {
    segments: Arc<Segments>,
    /// Whether a name without a segment is an error; otherwise it has no rows.
    must_exist: bool,
}

fn members_schema() -> SchemaRef {
    let text = |name| Field::new(name, DataType::Utf8View, false);
    Arc::new(Schema::new(vec![text("segment"), text("recipient")]))
}

/// The names that a filter lets through, where that is all it says.
fn names_in(filter: &Expr) -> Option<BTreeSet<String>> {
    let is_segment = |expr: &Expr| matches!(expr, Expr::Column(column) if column.name == "segment");
    let name = |expr: &Expr| match expr {
        Expr::Literal(ScalarValue::Utf8View(Some(name)) | ScalarValue::Utf8(Some(name)), _) => Some(name.clone()),
        _ => None,
    };
    match filter {
        Expr::BinaryExpr(binary) if binary.op == Operator::Eq => {
            let (left, right) = (&binary.left, &binary.right);
            let other = if is_segment(left) { right } else { left };
            (is_segment(left) || is_segment(right)).then(|| name(other).map(|name| [name].into())).flatten()
        }
        Expr::BinaryExpr(binary) if binary.op == Operator::Or => {
            Some(names_in(&binary.left)?.union(&names_in(&binary.right)?).cloned().collect())
        }
        Expr::InList(list) if !list.negated && is_segment(&list.expr) => list.list.iter().map(name).collect(),
        _ => None,
    }
}

#[async_trait]
impl TableProvider for MembersTable {
    fn schema(&self) -> SchemaRef {
        members_schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> DfResult<Vec<TableProviderFilterPushDown>> {
        let support = |filter: &&Expr| match names_in(filter) {
            Some(_) => TableProviderFilterPushDown::Exact,
            None => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(support).collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _: Option<usize>,
    ) -> DfResult<Arc<dyn ExecutionPlan>> {
        let wanted = filters.iter().filter_map(names_in).reduce(|a, b| a.intersection(&b).cloned().collect());
        let names = match wanted {
            Some(names) => names,
            None => self.segments.names().await.map_err(failed)?,
        };
        let pool = &state.runtime_env().memory_pool;
        let batches = self.segments.members(&names, self.must_exist, pool).await.map_err(failed)?;
        Ok(MemorySourceConfig::try_new_exec(&[batches], self.schema(), projection.cloned())?)
    }
}

/// `segment(name)`.
#[derive(Debug)]
struct SegmentFunction(Arc<MembersTable>);

impl TableFunctionImpl for SegmentFunction {
    fn call_with_args(&self, args: TableFunctionArgs<'_, '_>) -> DfResult<Arc<dyn TableProvider>> {
        let name = match args.exprs() {
            [name @ Expr::Placeholder(_)] => name.clone(),
            [name @ Expr::Literal(value, _)] if value.is_null() || value.data_type().is_string() => name.clone(),
            _ => return plan_err!("segment takes one name: segment('name') or segment($parameter)"),
        };
        let members: Arc<dyn TableProvider> = Arc::clone(&self.0) as _;
        let plan = LogicalPlanBuilder::scan("segment_members", provider_as_source(members), None)?
            .filter(col("segment").eq(cast(name, DataType::Utf8View)))?
            .project([col("recipient")])?
            .build()?;
        Ok(Arc::new(OneSegment(plan)))
    }
}

/// The recipients of one segment. The planner puts the plan in its place, so nothing scans it.
#[derive(Debug)]
struct OneSegment(LogicalPlan);

#[async_trait]
impl TableProvider for OneSegment {
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.0.schema().inner())
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    fn get_logical_plan(&self) -> Option<std::borrow::Cow<'_, LogicalPlan>> {
        Some(std::borrow::Cow::Borrowed(&self.0))
    }

    async fn scan(
        &self,
        state: &dyn Session,
        _: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> DfResult<Arc<dyn ExecutionPlan>> {
        state.create_physical_plan(&self.0).await
    }
}
