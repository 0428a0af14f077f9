//! Documents to open in a browser: one as reports are, one as an attacker would wish it, one that prints on many pages.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write;
use std::sync::{Arc, Mutex};

use arrow::array::*;
use arrow::datatypes::{Field, Schema};
use smsql::output::RenderOptions;
use smsql::output::document::{
    Chart, ChartKind, Document, DocumentParameter, DocumentSection, DocumentSink, Target, document_sink,
};

/// A document with the rows of its sections, in batches.
pub(super) struct Filled {
    pub(super) document: Document,
    pub(super) rows: Vec<Vec<RecordBatch>>,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Filled {
    pub(super) fn new(name: &str, title: &str, description: &str) -> Self {
        let document =
            Document { name: name.into(), title: title.into(), description: description.into(), ..Document::default() };
        Self { document, rows: Vec::new() }
    }

    fn section(&mut self, name: &str, title: &str, chart: Option<Chart>, batch: RecordBatch) -> &mut DocumentSection {
        self.rows.push(vec![batch]);
        self.document.sections.push(DocumentSection {
            name: name.into(),
            title: title.into(),
            chart,
            ..DocumentSection::default()
        });
        self.document.sections.last_mut().unwrap()
    }

    /// The page.
    pub(super) fn html(&self, options: &RenderOptions) -> String {
        let out = Shared::default();
        let mut sink = html(Box::new(out.clone()), self.document.clone(), options.clone());
        for batches in &self.rows {
            sink.begin_section(&batches[0].schema()).unwrap();
            batches.iter().for_each(|batch| sink.batch(batch).unwrap());
            sink.end_section().unwrap();
        }
        sink.finish().unwrap();
        let bytes = out.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    /// The same rows in batches of `size`.
    pub(super) fn in_batches_of(&self, size: usize) -> Self {
        let cut = |batch: &RecordBatch| {
            let starts = (0..batch.num_rows()).step_by(size);
            let mut cut: Vec<_> = starts.map(|at| batch.slice(at, size.min(batch.num_rows() - at))).collect();
            // An empty batch changes nothing either.
            cut.push(batch.slice(0, 0));
            cut
        };
        let rows = self.rows.iter().map(|batches| batches.iter().flat_map(cut).collect()).collect();
        Self { document: self.document.clone(), rows }
    }
}

pub(super) fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let fields = columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true));
    let schema = Schema::new(fields.collect::<Vec<_>>());
    RecordBatch::try_new(Arc::new(schema), columns.into_iter().map(|(_, array)| array).collect()).unwrap()
}

pub(super) fn texts<'a>(values: impl IntoIterator<Item = &'a str>) -> ArrayRef {
    Arc::new(StringArray::from(values.into_iter().collect::<Vec<_>>()))
}

pub(super) fn integers(values: impl IntoIterator<Item = i64>) -> ArrayRef {
    Arc::new(Int64Array::from(values.into_iter().collect::<Vec<_>>()))
}

/// Numbers with two digits after the point, given in hundredths.
pub(super) fn hundredths(values: impl IntoIterator<Item = Option<i128>>) -> ArrayRef {
    let values: Vec<_> = values.into_iter().collect();
    Arc::new(Decimal128Array::from(values).with_precision_and_scale(18, 2).unwrap())
}

/// Instants, given in minutes after 2025-03-24T00:00Z.
pub(super) fn minutes(values: impl IntoIterator<Item = Option<i64>>) -> ArrayRef {
    let start = 1_742_774_400_000_000;
    let values: Vec<_> = values.into_iter().map(|v| v.map(|v| start + v * 60_000_000)).collect();
    Arc::new(TimestampMicrosecondArray::from(values).with_timezone("UTC"))
}

fn chart(kind: ChartKind, label: &str, values: &[&str]) -> Option<Chart> {
    Some(Chart { kind, label: label.into(), values: values.iter().map(|v| (*v).to_owned()).collect() })
}

fn parameter(name: &str, type_name: &str, value: Option<&str>, help: &str) -> DocumentParameter {
    DocumentParameter {
        name: name.into(),
        type_name: type_name.into(),
        value: value.map(str::to_owned),
        help: help.into(),
    }
}

/// Every kind of chart, long and wide tables, NULLs: what a campaign's report looks like.
pub(super) fn report() -> Filled {
    let mut report = Filled::new(
        "campaign_report",
        "Campaign report: spring sale",
        "What became of the messages of a campaign. `delivered`, `clicked` and `failed` are shares of sent; the five \
         rates are shares of all contacts and add up to 100 %.",
    );
    report.document.version = 1284;
    report.document.facts = vec![
        ("store".into(), "s3://acme-messaging/history".into()),
        ("as of".into(), "2025-04-01T06:00:00+02:00".into()),
        ("time zone".into(), "Europe/Berlin".into()),
    ];
    report.document.parameters = vec![
        parameter("from", "timestamp", Some("2025-03-24T00:00:00+01:00"), "Messages sent at or after this moment."),
        parameter("to", "timestamp", Some("2025-03-31T00:00:00+02:00"), "Messages sent before this moment."),
        parameter("campaign", "text", Some("spring-sale"), "One campaign; all where not given."),
        parameter("provider", "text", None, "One provider; all where not given."),
        parameter("bots", "text", Some("exclude"), "Whether clicks of `bots` count."),
    ];

    let stages = ["all activity", "sent", "delivered", "clicked", "replied", "bought"];
    let counts = [128_450, 125_912, 118_207, 23_918, 4_120, 611];
    let funnel = batch(vec![
        ("stage", texts(stages)),
        ("messages", integers(counts)),
        ("percent", hundredths(counts.map(|n| Some((i128::from(n) * 20_000 + 128_450) / 256_900)))),
    ]);
    let section = report.section(
        "funnel",
        "From all activity to clicks",
        chart(ChartKind::Funnel, "stage", &["messages"]),
        funnel,
    );
    section.description = "Each stage is a part of the one above it.".into();
    section.columns = vec![
        ("stage".into(), "How far the message came.".into()),
        ("messages".into(), "Messages that came at least so far.".into()),
        ("percent".into(), "`messages` of this stage / `messages` of all activity.".into()),
    ];

    let rates = ["receipt", "pending", "temporary error", "permanent error", "unsubscribe"];
    let contacts = [118_207, 2_538, 4_401, 2_893, 411];
    let shares = batch(vec![
        ("rate", texts(rates)),
        ("contacts", integers(contacts)),
        ("percent", hundredths(contacts.map(|n| Some((i128::from(n) * 20_000 + 128_450) / 256_900)))),
    ]);
    let section = report.section("rates", "Reception rates", chart(ChartKind::Shares, "rate", &["contacts"]), shares);
    section.columns = vec![
        ("rate".into(), "One of five; each contact has exactly one.".into()),
        ("contacts".into(), "Contacts whose last message ended so.".into()),
        ("percent".into(), "`contacts` of this rate / all contacts.".into()),
    ];

    // A week by the hour over the change of the clocks, with a night without a word.
    let hours = 0..168_i64;
    let wave = |h: i64, size: i64| {
        let day =
            [1, 2, 2, 1, 1, 2, 4, 9, 30, 62, 80, 71, 55, 60, 66, 58, 44, 39, 33, 25, 16, 9, 5, 2][(h % 24) as usize];
        day * size * (10 - (h / 24)) / 10 + (h * 7919 % 13) * size / 10
    };
    let quiet = |h: i64| (74..81).contains(&h);
    let line =
        |size| Arc::new(Int64Array::from_iter(hours.clone().map(|h| (!quiet(h)).then(|| wave(h, size))))) as ArrayRef;
    let timeline = batch(vec![
        ("hour", minutes(hours.clone().map(|h| Some(h * 60)))),
        ("delivered", line(31)),
        ("clicked", line(7)),
        ("opted_out", line(1)),
    ]);
    report.section(
        "timeline",
        "Hour by hour",
        chart(ChartKind::Timeline, "hour", &["delivered", "clicked", "opted_out"]),
        timeline,
    );

    let days: ArrayRef = Arc::new(Date32Array::from((20_171..20_178).collect::<Vec<_>>()));
    let stacked = batch(vec![
        ("day", days),
        ("delivered", integers([38_120, 29_400, 21_007, 14_220, 9_100, 3_980, 2_380])),
        ("soft_bounce", integers([1_400, 1_010, 820, 510, 380, 180, 101])),
        ("hard_bounce", integers([1_120, 760, 450, 260, 170, 80, 53])),
        ("pending", integers([0, 0, 0, 14, 120, 410, 1_994])),
    ]);
    let values = ["delivered", "soft_bounce", "hard_bounce", "pending"];
    report.section("days", "Day by day", chart(ChartKind::Stacked, "day", &values), stacked);

    let links = batch(vec![
        (
            "link_url",
            texts([
                "https://shop.example/spring",
                "https://shop.example/spring/shoes?utm_source=sms&utm_campaign=spring-sale-2025",
                "https://shop.example/stop",
                "https://shop.example/imprint",
            ]),
        ),
        ("clicks", integers([19_204, 8_211, 640, 3])),
        ("unique_clicks", integers([16_822, 6_993, 611, 3])),
        ("clicked_percent", hundredths([Some(1423), Some(592), Some(52), Some(0)])),
    ]);
    report.section("links", "Links", chart(ChartKind::Bars, "link_url", &["clicks", "unique_clicks"]), links);

    let countries = ["Germany", "Austria", "Switzerland", "France", "Italy", "Côte d’Ivoire", "日本"];
    let section = batch(vec![
        ("country", texts(countries)),
        ("delivered_percent", hundredths([Some(9871), Some(9713), Some(9655), Some(8820), Some(6402), None, Some(0)])),
        ("cost", hundredths([Some(4_812_034), Some(612_011), Some(330_020), Some(9_120), Some(412), Some(-20), None])),
    ]);
    report.section("countries", "Countries", chart(ChartKind::Bars, "country", &["delivered_percent"]), section);
    report.section(
        "replies",
        "Replies",
        chart(ChartKind::Timeline, "day", &["replies"]),
        batch(vec![("day", Arc::new(Date32Array::from(Vec::<i32>::new()))), ("replies", integers([]))]),
    );

    report.section("contacts", "Contacts", None, contacts_batch(1_234));
    report
}

/// One row for each contact: nine columns, numbers far beyond what a float holds.
pub(super) fn contacts_batch(rows: i64) -> RecordBatch {
    let buckets = ["delivered", "soft_bounce", "hard_bounce", "pending"];
    let bucket = |n: i64| buckets[if n % 11 < 8 { 0 } else { (n % 11 - 7) as usize }];
    let of = |text: &dyn Fn(i64) -> String| Arc::new(StringArray::from_iter_values((0..rows).map(text))) as ArrayRef;
    batch(vec![
        ("recipient", of(&|n| format!("+4915{:08}", (n * 7_919_317) % 100_000_000))),
        ("bucket", of(&|n| bucket(n).to_owned())),
        ("status", of(&|n| bucket(n).to_uppercase())),
        ("status_at", minutes((0..rows).map(|n| (bucket(n) != "pending").then_some(n * 37 % 9_000)))),
        ("segments", integers((0..rows).map(|n| n * n % 97 * 131))),
        ("cost", hundredths((0..rows).map(|n| (n % 9 != 4).then_some(i128::from(n * 7919 % 100_000) - 50)))),
        (
            "total",
            Arc::new(
                Decimal128Array::from_iter_values(
                    (0..rows).map(|n| 9_007_199_254_740_992 + i128::from(n * 613 % rows)),
                )
                .with_precision_and_scale(38, 0)
                .unwrap(),
            ),
        ),
        ("message_id", of(&|n| format!("3f1c9a70-5d2e-4b8a-9c61-{:012}", n * 7_919))),
        (
            "text",
            of(&|n| {
                if n % 5 == 0 {
                    "Spring sale: 20 % off all shoes until Sunday.\nshop.example/spring Reply STOP to opt out".into()
                } else {
                    "مرحبا، خصم ٢٠٪ حتى الأحد".into()
                }
            }),
        ),
    ])
}

/// What strangers write, in every place a document has.
pub(super) const HOSTILE: [&str; 9] = [
    "<script>window.hacked = 1</script>",
    "</script><script>window.hacked = 1</script>",
    "</style></title></textarea><img src=x onerror=\"window.hacked = 1\">",
    "\"><svg onload=window.hacked=1>",
    "' onmouseover='window.hacked=1' autofocus onfocus='window.hacked=1' x='",
    "javascript:window.hacked=1",
    "{{ 7 * 7 }}{% raw %}<b>x</b>{# no #}",
    "\u{202e}gpj.exe\u{2066}\u{200b}\u{feff}",
    "<!--<script>]]>&lt;b&gt;&#60;script&#62;",
];

/// A document that tries to be more than text.
pub(super) fn hostile() -> Filled {
    let mut all = Filled::new(HOSTILE[0], HOSTILE[2], &format!("`{}` {}", HOSTILE[1], HOSTILE.join(" ")));
    all.document.facts = HOSTILE.iter().map(|text| ((*text).to_owned(), (*text).to_owned())).collect();
    all.document.parameters = HOSTILE.iter().map(|text| parameter(text, text, Some(text), text)).collect();
    for (kind, label) in [
        (ChartKind::Bars, "label"),
        (ChartKind::Funnel, "label"),
        (ChartKind::Shares, "label"),
        (ChartKind::Timeline, "label"),
        (ChartKind::Stacked, "label"),
    ] {
        let mut columns: Vec<(&str, ArrayRef)> = vec![("label", texts(HOSTILE))];
        columns.extend(HOSTILE.iter().skip(1).map(|name| (*name, integers((1..=HOSTILE.len() as i64).rev()))));
        let hostile = chart(kind, label, &HOSTILE[1..]);
        let section = all.section(HOSTILE[3], HOSTILE[1], hostile, batch(columns));
        section.description = HOSTILE.join("`");
        section.columns = HOSTILE.iter().map(|text| ((*text).to_owned(), HOSTILE.join(" "))).collect();
    }
    let long = HOSTILE.join("\n").repeat(20);
    all.section("bodies", "Bodies", None, batch(vec![("body", texts(HOSTILE.into_iter().chain([long.as_str()])))]));
    all
}

/// The sink of a page.
pub(crate) fn html(
    out: Box<dyn std::io::Write + Send>,
    document: Document,
    options: RenderOptions,
) -> Box<dyn DocumentSink> {
    document_sink(smsql::output::Format::Html, Target::Stream(out), document, options).unwrap()
}
