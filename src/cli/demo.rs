//! `smsql demo`: a store from the bundled samples, its first reports, and what to type next.

use std::collections::BTreeMap;

use bytes::Bytes;
use include_dir::{Dir, include_dir};

use super::args::DemoArgs;
use super::context::Context;
use crate::repl::Documents;
use crate::report::Catalogue;
use crate::session::Session;
use crate::session::functions::scalar_functions;
use crate::session::landing::{LandOptions, Lander};
use crate::source::Input;
use crate::store::{AsOf, Store};
use crate::{Error, Result};

static SAMPLES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/feeds/demo");

/// The files of the demo in the order they reach us: the last one is late.
const LANDINGS: [(&str, &str); 8] = [
    ("smsql/campaign", "campaigns.ndjson"),
    ("smsql/message", "messages.ndjson"),
    ("twilio/status_callback", "twilio_status_callback.ndjson"),
    ("infobip/delivery_report", "infobip_delivery_report.json"),
    ("smpp/receipt", "smpp_receipt.txt"),
    ("smsql/click", "clicks.ndjson"),
    ("smsql/event", "events.ndjson"),
    ("infobip/delivery_report", "infobip_delivery_report_late.json"),
];

/// What the five systems that smsql reproduces would show.
const REPORTS: [&str; 7] = [
    "status_summary",
    "campaign_overview",
    "campaign_report",
    "reception_statistics",
    "message_report",
    "conversations",
    "link_tracking",
];

pub(super) async fn run(context: &Context<'_>, args: DemoArgs) -> Result<()> {
    let location = args.dir.to_string_lossy().into_owned();
    let store = Store::open_or_create(&location).await?;
    let catalogue = context.settings.feeds(Some(&store)).await?;
    let functions = scalar_functions(&context.settings.status_table(Some(&store)).await?);
    let (mut files, mut landed, mut duplicate) = (0, 0, 0);
    for (feed, name) in LANDINGS {
        let sample = SAMPLES.get_file(name).ok_or_else(|| Error::Internal(format!("no sample {name}")))?;
        let bytes = Bytes::from_static(sample.contents());
        let lander = Lander::new(&store, catalogue.get(feed)?, &functions, LandOptions::default()).await?;
        let one = lander.land(&Input::Bytes { name: format!("demo/{name}"), bytes }).await?;
        files += usize::from(!one.already_landed);
        landed += one.rows_landed;
        duplicate += one.rows_duplicate;
    }
    context.console.note(&match files {
        0 => format!("{location} has the samples already"),
        _ => format!("landed {landed} events of {files} feeds into {location}; {duplicate} came twice and count once"),
    });
    let snapshot = store.snapshot(&AsOf::Latest).await?;
    let session = Session::at(&snapshot, &context.settings.options()).await?;
    let reports = Catalogue::new([])?;
    for (at, name) in REPORTS.into_iter().enumerate() {
        if at > 0 {
            context.console.text("\n")?;
        }
        let report = reports.get(name)?;
        let parameters = report.bind(&BTreeMap::new(), context.settings.tz)?;
        Documents::on_screen(context.console, context.settings).write(report, &session, parameters, &snapshot).await?;
    }
    context.console.note(&next(&location));
    Ok(())
}

fn next(location: &str) -> String {
    format!(
        "
What to type next:
  smsql --store {location}                 (the shell: \\? lists its commands)
  smsql --store {location} sql \"SELECT campaign_id, bucket, count(*) FROM messages WHERE direction = 'outbound' GROUP BY 1, 2 ORDER BY 1, 2\"
  smsql --store {location} reports
  smsql --store {location} report campaign_report --campaign spring-sale-1 -o campaign.html
  smsql --store {location} segment create no_click --report campaign_overview --section delivered --not clicks
  smsql --store {location} log
  smsql providers
  smsql --help"
    )
}
