//! Sections that show the same quantity agree, within a report and between reports, over the demo and over generated
//! messages of every outcome.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Map, Value};

use crate::workspace::Workspace;

type Row = Map<String, Value>;

/// The reports over one store with some flags, each run once.
struct Reports<'w> {
    work: &'w Workspace,
    flags: Vec<&'static str>,
    run: RefCell<BTreeMap<String, BTreeMap<String, Vec<Row>>>>,
    breaches: RefCell<String>,
}

impl<'w> Reports<'w> {
    fn new(work: &'w Workspace, flags: &[&'static str]) -> Self {
        Self { work, flags: flags.to_vec(), run: RefCell::default(), breaches: RefCell::default() }
    }

    fn rows(&self, report: &str, section: &str) -> Vec<Row> {
        let mut run = self.run.borrow_mut();
        let sections = run.entry(report.to_owned()).or_insert_with(|| {
            let said = self.work.run(&[&["report", report, "--format", "json"], &self.flags[..]].concat()).ok();
            let document: Value = serde_json::from_str(&said).unwrap();
            let sections = document["sections"].as_array().unwrap().iter().map(|section| {
                let rows = section["rows"].as_array().unwrap().iter().map(|row| row.as_object().unwrap().clone());
                (section["name"].as_str().unwrap().to_owned(), rows.collect())
            });
            sections.collect()
        });
        sections.get(section).unwrap_or_else(|| panic!("{report} has no section {section}")).clone()
    }

    /// The sum of columns over the rows of a section, `report.section.column+column`; only rows with `key=value` where
    /// the path ends in `[key=value]`.
    fn sum(&self, path: &str) -> i128 {
        let (path, only) = match path.split_once('[') {
            Some((path, only)) => (path, only.trim_end_matches(']').split_once('=')),
            None => (path, None),
        };
        let [report, section, columns] = path.split('.').collect::<Vec<_>>().try_into().unwrap();
        let rows = self.rows(report, section);
        let rows = rows.iter().filter(|row| only.is_none_or(|(key, value)| text(&row[key]) == value));
        rows.map(|row| columns.split('+').map(|column| integer(&row[column])).sum::<i128>()).sum()
    }

    fn expect(&self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            writeln!(self.breaches.borrow_mut(), "{:?}: {}", self.flags, what()).unwrap();
        }
    }

    /// All of these sums are the same.
    fn same(&self, paths: &[&str]) {
        let sums: Vec<i128> = paths.iter().map(|path| self.sum(path)).collect();
        self.expect(sums.windows(2).all(|pair| pair[0] == pair[1]), || format!("{paths:?} are {sums:?}"));
    }

    /// No sum is greater than the one before it.
    fn falling(&self, paths: &[&str]) {
        let sums: Vec<i128> = paths.iter().map(|path| self.sum(path)).collect();
        self.expect(sums.windows(2).all(|pair| pair[0] >= pair[1]), || format!("{paths:?} are {sums:?}"));
    }

    /// The rows of a section per value of a column, each column summed.
    fn by(&self, report: &str, section: &str, key: &str, column: &str) -> BTreeMap<String, String> {
        let mut sums: BTreeMap<String, i128> = BTreeMap::new();
        for row in self.rows(report, section) {
            *sums.entry(text(&row[key])).or_default() += scaled(&row[column]);
        }
        sums.into_iter().map(|(key, sum)| (key, sum.to_string())).collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn integer(value: &Value) -> i128 {
    if value.is_null() { 0 } else { value.to_string().parse().unwrap_or_else(|_| panic!("{value} is no integer")) }
}

/// A decimal as so many hundred-millionths, exactly.
fn scaled(value: &Value) -> i128 {
    let text = text(value);
    if value.is_null() {
        return 0;
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    assert!(fraction.len() <= 12, "{text}");
    format!("{whole}{fraction:0<12}").parse().unwrap()
}

fn check(reports: &Reports<'_>) {
    whole_and_parts(reports);
    outcomes(reports);
    engagement(reports);
    money(reports);
    people(reports);
    receipts(reports);
    let breaches = reports.breaches.borrow();
    assert!(breaches.is_empty(), "\n{breaches}");
}

/// Countries, carriers, days, hours, campaigns, providers: each is a cut of the same messages.
fn whole_and_parts(reports: &Reports<'_>) {
    for column in ["messages", "sent", "delivered"] {
        reports.same(
            &[
                "delivery_by_country.countries",
                "delivery_by_country.total",
                "delivery_by_carrier.carriers",
                "delivery_by_carrier.total",
                "daily_summary.days",
                "daily_summary.total",
                "daily_summary.providers",
                "provider_comparison.countries",
                "provider_comparison.providers",
                "message_report.blasts",
                "message_report.campaigns",
            ]
            .map(|section| format!("{section}.{column}"))
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
        );
    }
    for column in ["submitted", "sent", "delivered", "failed"] {
        let paths = ["hours", "total", "by_hour_of_day", "by_weekday"];
        let paths = paths.map(|section| format!("hourly_timeline.{section}.{column}"));
        reports.same(&paths.each_ref().map(String::as_str));
    }
    reports.same(&[
        "status_summary.days.activity",
        "status_summary.campaigns.activity",
        "daily_summary.total.messages",
    ]);
    reports.same(&["hourly_timeline.total.messages", "daily_summary.total.messages"]);
    reports.same(&["campaign_report.lists.messages[line=total]", "daily_summary.total.messages"]);
    let carriers = reports.by("delivery_by_carrier", "carriers", "country", "delivered");
    let countries = reports.by("delivery_by_country", "countries", "country", "delivered");
    reports.expect(carriers == countries, || format!("carriers {carriers:?}, countries {countries:?}"));
}

/// Every message is in one bucket.
fn outcomes(reports: &Reports<'_>) {
    let summary = |status: &str| reports.sum(&format!("status_summary.summary.messages[status={status}]"));
    let all = reports.sum("daily_summary.total.messages");
    reports.expect(summary("sent") + summary("refused") + summary("pending") == all, || "all activity".to_owned());
    let parts = summary("delivered") + summary("failed") + summary("unconfirmed");
    reports.expect(parts == summary("sent"), || format!("sent {} is not {parts}", summary("sent")));
    reports.same(&["daily_summary.total.messages", "daily_summary.total.sent+refused+pending"]);
    reports.same(&["status_summary.summary.messages[status=failed]", "daily_summary.total.failed"]);
    reports.same(&["campaign_overview.totals.number[measure=delivered]", "daily_summary.total.delivered"]);
    let results = |result: &str| reports.sum(&format!("campaign_report.results.messages[result={result}]"));
    let seven = ["delivered", "soft bounces", "hard bounces", "processing", "unknown", "rejected", "blocked"];
    reports.expect(seven.map(results).iter().sum::<i128>() == all, || "the results of campaign_report".to_owned());
    reports.same(&["reception_statistics.rates.contacts", "daily_summary.total.messages"]);
    let percents: i128 = reports.rows("reception_statistics", "rates").iter().map(|row| scaled(&row["percent"])).sum();
    // Five rates rounded to hundredths: at most two and a half of those away from the whole.
    reports.expect(all == 0 || (percents - 100 * 10_i128.pow(12)).abs() <= 25 * 10_i128.pow(9), || {
        format!("the five rates add up to {percents}")
    });
    reports.same(&["error_breakdown.buckets.messages", "error_breakdown.errors.messages"]);
    reports.same(&["error_breakdown.buckets.messages", "error_breakdown.by_reason.messages"]);
    reports.same(&["error_breakdown.buckets.messages", "daily_summary.total.failed+refused"]);
    reports.same(&["campaign_report.bounce_reasons.messages", "daily_summary.total.failed"]);
}

/// A funnel only gets narrower, and clicks are counted alike everywhere.
fn engagement(reports: &Reports<'_>) {
    let funnel = ["messages", "sent", "delivered", "clicked"];
    let funnel = funnel.map(|step| format!("message_report.totals.messages[step={step}]"));
    reports.falling(&funnel.each_ref().map(String::as_str));
    reports.same(&["link_tracking.links.clicks", "link_tracking.clicks_by_hour.clicks"]);
    reports.same(&["link_tracking.links.clicks", "link_tracking.clickers.clicks"]);
    reports.same(&["link_tracking.links.clicks", "campaign_overview.links.clicks"]);
    reports.same(&["link_tracking.links.clicks", "campaign_overview.clicks.clicks"]);
    reports.same(&["link_tracking.links.clicks", "campaign_overview.totals.number[measure=clicks]"]);
    reports.same(&["campaign_report.activity.clicks", "link_tracking.links.clicks"]);
    reports.same(&["daily_summary.days.replies", "daily_summary.total.replies", "hourly_timeline.total.replies"]);
    reports.same(&[
        "daily_summary.total.opt_outs",
        "hourly_timeline.total.opt_outs",
        "campaign_report.activity.unsubscribes",
    ]);
    reports.falling(&["link_tracking.links.clicks", "link_tracking.links.unique"]);
}

/// Per currency; what has no cost is counted apart.
fn money(reports: &Reports<'_>) {
    let whole = reports.by("cost_and_credits", "currencies", "currency", "cost");
    for section in ["providers", "countries", "campaigns", "days"] {
        let parts = reports.by("cost_and_credits", section, "currency", "cost");
        reports.expect(parts == whole, || format!("{section} cost {parts:?}, all {whole:?}"));
    }
    let days = reports.by("daily_summary", "costs", "currency", "cost");
    reports.expect(days == whole, || format!("daily costs {days:?}, all {whole:?}"));
    let [days, total] = ["days", "total"]
        .map(|section| reports.rows("daily_summary", section).iter().map(|row| scaled(&row["credits"])).sum::<i128>());
    reports.expect(days == total, || format!("credits of days {days}, total {total}"));
}

/// Lists of people are as long as their counts say.
fn people(reports: &Reports<'_>) {
    let suppressed = reports.rows("suppression_list", "recipients").len() as i128;
    reports.expect(suppressed == reports.sum("suppression_list.reasons.recipients"), || "suppressed".to_owned());
    reports.same(&["opt_out_violations.campaigns.violations", "opt_out_violations.users.violations"]);
    reports.same(&["opt_out_violations.campaigns.violations", "opt_out_violations.summary.violations"]);
    let names = |section: &str| -> BTreeSet<String> {
        reports.rows("campaign_overview", section).iter().map(|row| text(&row["recipient"])).collect()
    };
    let (delivered, not_clicked, clicks) = (names("delivered"), names("not_clicked"), names("clicks"));
    reports.expect(not_clicked.is_subset(&delivered), || "who did not click got the message".to_owned());
    let missed: Vec<_> = delivered.difference(&not_clicked).filter(|name| !clicks.contains(*name)).collect();
    reports.expect(missed.is_empty(), || format!("{missed:?} neither clicked nor did not"));
}

/// What came and what did not.
fn receipts(reports: &Reports<'_>) {
    for section in ["days", "providers", "total"] {
        for sum in ["submitted+not_submitted", "with_report+missing"] {
            let section = format!("receipt_reconciliation.{section}");
            reports.same(&[&format!("{section}.messages"), &format!("{section}.{sum}")]);
        }
        reports.same(&[&format!("receipt_reconciliation.{section}.messages"), "daily_summary.total.messages"]);
    }
    reports.same(&["delivery_latency.overall.delivered", "daily_summary.total.delivered"]);
    for section in ["providers", "countries"] {
        reports.same(&["delivery_latency.overall.timed", &format!("delivery_latency.{section}.timed")]);
    }
    for row in reports.rows("delivery_latency", "providers") {
        let [p50, p90, p99, most] = ["p50_ms", "p90_ms", "p99_ms", "max_ms"].map(|column| integer(&row[column]));
        reports.expect(p50 <= p90 && p90 <= p99 && p99 <= most, || format!("percentiles of {row:?}"));
    }
    for row in reports.rows("provider_comparison", "providers") {
        let [lower, rate, upper] = ["rate_lower", "delivery_rate", "rate_upper"].map(|column| scaled(&row[column]));
        reports.expect(lower <= rate && rate <= upper, || format!("interval of {row:?}"));
    }
}

#[test]
fn sections_agree_over_the_demo() {
    let work = Workspace::demo();
    check(&Reports::new(&work, &[]));
}

#[test]
fn sections_agree_over_generated_messages() {
    let work = Workspace::empty();
    work.run(&["generate", "--events", "4000", "--campaigns", "4", "--out", "feeds"]);
    let landed = work.run(&["land", "smsql/event", "feeds"]);
    assert_eq!(landed.code, 0, "{}", landed.err);
    check(&Reports::new(&work, &["--count", "segments", "--bots", "include", "--tz", "Asia/Kolkata"]));
}
