//! `smsql segment`: named lists of recipients.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};

use super::args::{ResultArgs, SegmentArgs, SegmentCommand, SegmentCreateArgs};
use super::context::Context;
use super::sql::script_text;
use crate::output::Format;
use crate::repl::own_reports;
use crate::session::{Parameter, Parameters, RecipientRows, Session, segment_parameters, split};
use crate::store::{NewSegment, RecipientSet, SegmentParameter, SegmentSource, Store, segment_exists};
use crate::{Error, Result};

const LIST: &str = "SELECT name, recipients, version, created_at, source FROM segments ORDER BY name";

pub(super) async fn run(context: &Context<'_>, args: SegmentArgs) -> Result<()> {
    match args.command {
        SegmentCommand::Create(args) => create(context, *args).await,
        SegmentCommand::List { result } => list(context, &result).await,
        SegmentCommand::Show { name } => show(context, &name).await,
        SegmentCommand::Export { name, result } => export(context, &name, result).await,
        SegmentCommand::Drop { name } => {
            context.settings.open_store().await?.drop_segment(&name).await?;
            context.console.note(&format!("segment {name}: dropped"));
            Ok(())
        }
    }
}

/// What a segment is about to have.
struct Content {
    source: SegmentSource,
    parameters: Vec<SegmentParameter>,
    recipients: RecipientSet,
    counted: RecipientRows,
}

async fn create(context: &Context<'_>, args: SegmentCreateArgs) -> Result<()> {
    let store = context.settings.open_store().await?;
    let revision = store.segment_revision(&args.name).await?;
    if revision.is_some() && !args.replace {
        return Err(segment_exists(&args.name));
    }
    let snapshot = store.snapshot(&context.settings.as_of()?).await?;
    let session = Session::at(&snapshot, &context.settings.options()).await?;
    let (name, replace) = (args.name.clone(), args.replace);
    let content = match args.report {
        Some(_) => from_report(context, &store, &session, args).await?,
        None => from_sql(context, &session, args).await?,
    };
    let recipients = content.recipients.sorted();
    let new = NewSegment {
        name,
        version: snapshot.version(),
        time_zone: context.settings.tz.name().to_owned(),
        source: content.source,
        parameters: content.parameters,
    };
    let segment = store.create_segment(new, &recipients, revision.filter(|_| replace)).await?;
    let (name, count, version, hash) = (segment.name, segment.recipients, segment.version, segment.members);
    let noun = if count == 1 { "recipient" } else { "recipients" };
    let mut said = format!("segment {name}: {count} {noun} at version {version}, SHA-256 {hash}");
    match content.counted.nobody {
        0 => {}
        1 => said.push_str("\n1 row has no recipient and was left out"),
        nobody => said.push_str(&format!("\n{nobody} rows have no recipient and were left out")),
    }
    context.console.note(&said);
    Ok(())
}

/// The recipients that one statement gives.
async fn from_sql(context: &Context<'_>, session: &Session, args: SegmentCreateArgs) -> Result<Content> {
    let (place, text) = script_text(context, args.sql, args.file.as_deref())?;
    let script = split(&place, &text)?;
    let parameters = Parameters::new(args.parameters, context.settings.tz)?;
    parameters.check(&script)?;
    let [statement] = script.as_slice() else {
        let message = format!("a segment is made from one statement, {place} has {}", script.len());
        return Err(Error::Usage(message));
    };
    let mut recipients = RecipientSet::default();
    let mut answer = session.run(statement, &parameters).await?;
    let counted = answer.add_recipients(&place, &mut recipients).await?;
    let source = SegmentSource::Sql(text.trim().to_owned());
    Ok(Content { source, parameters: segment_parameters(&parameters)?, recipients, counted })
}

/// The recipients in some sections of a report, but for those in others.
async fn from_report(
    context: &Context<'_>,
    store: &Store,
    session: &Session,
    args: SegmentCreateArgs,
) -> Result<Content> {
    let name = args.report.as_deref().unwrap_or_default();
    let report = own_reports::find(name, Some(store), context.settings.reports.as_deref()).await?;
    let common = args.common.given().map(|(name, value)| (name.to_owned(), value.clone()));
    let own = args.parameters.iter().map(Parameter::written).map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut given = BTreeMap::new();
    for (name, value) in common.chain(own) {
        if given.insert(name.clone(), value).is_some() {
            return Err(Error::Usage(format!("the parameter `{name}` is given twice")));
        }
    }
    let parameters = report.bind(&given, context.settings.tz)?;
    let section = |name: &String| report.section(name);
    let wanted = args.sections.iter().map(section).collect::<Result<Vec<_>>>()?;
    let unwanted = args.not.iter().map(section).collect::<Result<Vec<_>>>()?;
    report.ready(session, &given).await?;
    let asked = wanted.iter().chain(&unwanted).copied();
    let run = report.start_sections(session, parameters, asked).await?;
    let mut recipients = RecipientSet::default();
    let mut counted = RecipientRows::default();
    for (section, wanted) in wanted.into_iter().map(|s| (s, true)).chain(unwanted.into_iter().map(|s| (s, false))) {
        let place = format!("report {}, section {}", report.name, section.name);
        let mut answer = run.section(section).await?;
        if wanted {
            let more = answer.add_recipients(&place, &mut recipients).await?;
            counted.rows += more.rows;
            counted.nobody += more.nobody;
        } else {
            answer.remove_recipients(&place, &mut recipients).await?;
        }
    }
    let parameters = segment_parameters(run.parameters())?;
    let source = SegmentSource::Report { name: report.name.clone(), sections: args.sections, not: args.not };
    Ok(Content { source, parameters, recipients, counted })
}

async fn list(context: &Context<'_>, result: &ResultArgs) -> Result<()> {
    let mut results = context.results(result)?;
    let session = context.settings.session(&context.settings.options()).await?;
    for statement in &split("<segments>", LIST)? {
        results.run(&session, statement, &Parameters::default()).await?;
    }
    results.finish()
}

async fn show(context: &Context<'_>, name: &str) -> Result<()> {
    let segment = context.settings.open_store().await?.segment(name).await?;
    let text = serde_json::to_string_pretty(&segment).map_err(|error| Error::Internal(error.to_string()))?;
    // What a terminal would obey may stand in what somebody's query looks for.
    context.listing(&text)
}

async fn export(context: &Context<'_>, name: &str, mut result: ResultArgs) -> Result<()> {
    if result.output.is_none() {
        result.format = result.format.or(Some(Format::Csv));
    }
    let mut results = context.results(&result)?;
    let store = context.settings.open_store().await?;
    let recipients = store.recipients(&store.segment(name).await?.members).await?;
    let list: ArrayRef = Arc::new(recipients.list().clone());
    results.batch(&RecordBatch::try_from_iter([("recipient", list)])?)?;
    results.finish()
}
