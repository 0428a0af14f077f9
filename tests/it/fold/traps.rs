//! The traps of delivery reporting, by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::prelude::SessionConfig;

use super::events::{Event, batch, other, report};
use super::{rows, session};

/// The only row of `messages`, by column.
async fn message(events: &[Event]) -> BTreeMap<String, String> {
    let mut all = messages(events).await;
    assert_eq!(all.len(), 1, "one message");
    all.remove(0)
}

async fn messages(events: &[Event]) -> Vec<BTreeMap<String, String>> {
    let ctx = session(SessionConfig::new(), Arc::default(), vec![vec![batch(events)]]).await;
    let names: Vec<String> =
        ctx.table("messages").await.unwrap().schema().fields().iter().map(|field| field.name().clone()).collect();
    let rows = rows(&ctx, "SELECT * FROM messages ORDER BY provider, account, message_id").await;
    rows.into_iter().map(|row| names.iter().cloned().zip(row).collect()).collect()
}

macro_rules! assert_message {
    ($events:expr, $($column:ident: $value:expr),+ $(,)?) => {
        let row = message(&$events[..]).await;
        $(assert_eq!(row[stringify!($column)], $value, "{} of {row:#?}", stringify!($column));)+
    };
}

#[tokio::test]
async fn a_late_failure_after_delivery_is_a_conflict_not_a_failure() {
    let events = [report("sent", 1), report("delivered", 5), report("hard", 9)];
    assert_message!(
        events,
        bucket: "delivered",
        status: "delivered",
        status_at: "5",
        conflict: "true",
        failed_at: "9",
        delivered_at: "5",
        failed_attempts: "1",
    );
}

#[tokio::test]
async fn a_failure_before_delivery_is_no_conflict() {
    assert_message!([report("hard", 3), report("delivered", 5)], bucket: "delivered", conflict: "false");
}

#[tokio::test]
async fn a_soft_bounce_then_delivery_is_delivered() {
    let events = [report("soft", 3), report("soft", 4), report("delivered", 8)];
    assert_message!(events, bucket: "delivered", failed_attempts: "2", failed_at: "3", conflict: "false");
}

#[tokio::test]
async fn delivered_to_the_operator_then_a_hard_bounce_is_a_hard_bounce() {
    let operator = Event { level: Some("operator"), ..report("delivered", 3) };
    assert_message!(std::slice::from_ref(&operator), bucket: "delivered", level: "operator");
    assert_message!([operator, report("hard", 5)], bucket: "hard_bounce", conflict: "false", level: "-");
}

#[tokio::test]
async fn between_the_operator_and_a_soft_bounce_the_later_decides() {
    let operator = |time| Event { level: Some("operator"), ..report("delivered", time) };
    assert_message!([operator(3), report("soft", 5)], bucket: "soft_bounce");
    assert_message!([operator(7), report("soft", 5)], bucket: "delivered");
}

#[tokio::test]
async fn a_delivery_that_is_not_final_is_sent() {
    let intermediate = Event { provider_final: Some(false), ..report("delivered", 3) };
    assert_message!([intermediate], bucket: "sent", is_final: "false", delivered_at: "-", sent_at: "3");
}

#[tokio::test]
async fn a_soft_bounce_says_more_than_an_earlier_or_later_unknown() {
    assert_message!([report("soft", 3), report("unclear", 9)], bucket: "soft_bounce", status: "soft");
    assert_message!([report("sent", 3), report("unclear", 1)], bucket: "unknown", status: "unclear");
}

#[tokio::test]
async fn a_click_without_a_status_is_a_pending_message() {
    let click = |time| other("click", time);
    assert_message!(
        [click(4), click(6), click(4)],
        bucket: "pending",
        status: "-",
        status_at: "-",
        clicks: "2",
        first_clicked_at: "4",
        is_final: "false",
    );
}

#[tokio::test]
async fn engagement_never_moves_delivery_nor_replaces_what_the_message_says_of_itself() {
    let sent =
        Event { body: Some("hello"), sender: Some("shop"), recipient: Some("+33612345678"), ..report("sent", 1) };
    let reply = Event {
        direction: "inbound",
        status: Some("hard"),
        body: Some("STOP"),
        sender: Some("+33612345678"),
        recipient: Some("shop"),
        ..other("reply", 9)
    };
    assert_message!(
        [reply, sent],
        bucket: "sent",
        direction: "outbound",
        body: "hello",
        sender: "shop",
        recipient: "+33612345678",
        country: "FR",
        replies: "1",
        first_replied_at: "9",
        last_event_at: "9",
    );
}

#[tokio::test]
async fn an_inbound_message_of_its_own_has_the_attributes_of_its_reply() {
    let reply = Event { direction: "inbound", body: Some("hi"), sender: Some("+33612345678"), ..other("reply", 9) };
    assert_message!([reply], direction: "inbound", body: "hi", sender: "+33612345678", bucket: "pending");
}

fn part(index: i32, count: Option<i32>, status: &'static str, time: i64) -> Event {
    let key = i128::from(index) << 80 | i128::from(time);
    Event { part_index: Some(index), part_count: count, key, ..report(status, time) }
}

#[tokio::test]
async fn all_parts_delivered_is_delivered_when_the_last_one_is() {
    let parts = [1, 2, 3].map(|index| part(index, Some(3), "delivered", i64::from(index)));
    assert_message!(parts, bucket: "delivered", status_at: "3", parts: "3", delivered_at: "1");
}

#[tokio::test]
async fn a_missing_part_keeps_a_message_from_being_delivered() {
    let parts = [part(1, Some(3), "delivered", 1), part(3, Some(3), "delivered", 2)];
    assert_message!(parts, bucket: "sent", status: "delivered", is_final: "false");
    let without_count = [part(1, None, "delivered", 1), part(3, None, "delivered", 2)];
    assert_message!(without_count, bucket: "sent", parts: "3");
}

#[tokio::test]
async fn the_worst_part_decides() {
    let (good, soft, hard) =
        (part(1, Some(3), "delivered", 9), part(2, Some(3), "soft", 2), part(3, Some(3), "hard", 3));
    assert_message!([good.clone(), soft.clone(), hard], bucket: "hard_bounce", status_at: "3", conflict: "false");
    assert_message!([good.clone(), soft], bucket: "soft_bounce");
    assert_message!([good, part(2, Some(3), "queued", 2), part(3, Some(3), "sent", 3)], bucket: "pending");
}

#[tokio::test]
async fn a_part_that_fails_and_is_then_delivered_is_delivered() {
    let parts = [part(1, Some(2), "hard", 1), part(1, Some(2), "delivered", 4), part(2, Some(2), "delivered", 3)];
    assert_message!(parts, bucket: "delivered", status_at: "4");
}

#[tokio::test]
async fn a_report_on_the_whole_message_of_higher_rank_beats_the_parts() {
    let hard = part(1, Some(2), "hard", 5);
    assert_message!([hard.clone(), report("delivered", 3)], bucket: "delivered", status_at: "3");
    assert_message!([hard, report("soft", 9)], bucket: "hard_bounce", status_at: "5");
}

#[tokio::test]
async fn the_same_id_at_another_provider_or_account_is_another_message() {
    let at = |provider, account, status| Event { provider, account, ..report(status, 1) };
    let rows = messages(&[at("p", None, "delivered"), at("q", None, "hard"), at("q", Some("x"), "sent")]).await;
    let seen: Vec<[&str; 3]> =
        rows.iter().map(|row| ["provider", "account", "bucket"].map(|c| row[c].as_str())).collect();
    // NULLs sort last.
    assert_eq!(seen, [["p", "-", "delivered"], ["q", "x", "sent"], ["q", "-", "hard_bounce"]]);
}

#[tokio::test]
async fn a_tie_is_decided_by_reception_then_by_status_then_by_code() {
    let at = |status, received_at| Event { received_at, ..report(status, 5) };
    assert_message!([at("rejected", 6), at("hard", 7)], bucket: "hard_bounce");
    assert_message!([at("rejected", 6), at("hard", 6)], bucket: "rejected", status: "rejected");
    let coded = |code| Event { error_code: code, ..at("hard", 6) };
    assert_message!([coded(Some("10")), coded(Some("9")), coded(None)], error_code: "9");
}

#[tokio::test]
async fn a_fact_of_a_later_report_replaces_the_earlier_and_null_never_does() {
    let with = |time, cost, currency, segments| Event { cost, currency, segments, ..report("sent", time) };
    let events =
        [with(1, None, None, Some(0)), with(2, Some(750_000), Some("EUR"), Some(2)), with(3, None, Some("USD"), None)];
    assert_message!(events, cost: "0.00750000", currency: "EUR", segments: "2");
}

#[tokio::test]
async fn a_message_is_in_lists_and_has_a_campaign() {
    let event = Event { campaign_id: Some("c1"), list_ids: Some(vec!["a", "b"]), ..report("sent", 1) };
    assert_message!([event], campaign_id: "c1", list_ids: "[a, b]", attempts: "1");
}
