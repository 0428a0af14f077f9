//! The views over messages, what a query computes of them, and what their files say.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::prelude::{SessionConfig, SessionContext};

use super::events::{Event, batch, other, report};
use super::{rows, session};

async fn over(events: &[Event]) -> SessionContext {
    session(SessionConfig::new(), Arc::default(), vec![vec![batch(events)]]).await
}

#[tokio::test]
async fn a_query_computes_only_the_columns_it_names() {
    let ctx = over(&[]).await;
    let plan = rows(&ctx, "EXPLAIN SELECT campaign_id, count(*) FROM messages GROUP BY campaign_id").await;
    let plan = plan.concat().concat();
    assert!(plan.contains("latest(events.campaign_id"), "{plan}");
    for unused in ["delivery(", "event_count(", "latest(events.body", "status_class(", "phone_country(", "received_at"]
    {
        assert!(!plan.contains(unused), "{unused} in {plan}");
    }
    let plan = rows(&ctx, "EXPLAIN SELECT bucket FROM messages").await.concat().concat();
    assert!(plan.contains("delivery(") && !plan.contains("latest("), "{plan}");
}

#[tokio::test]
async fn user_is_a_column_with_or_without_quotes() {
    let ctx = over(&[report("sent", 1)]).await;
    assert_eq!(rows(&ctx, r#"SELECT "user" FROM messages"#).await, [["-"]]);
    assert_eq!(rows(&ctx, "SELECT user FROM messages").await, [["-"]]);
}

#[tokio::test]
async fn recipients_are_suppressed_after_three_hard_bounces_or_an_opt_out() {
    let to = |recipient, id, status, time| Event {
        message_id: Some(id),
        recipient: Some(recipient),
        ..report(status, time)
    };
    let opt = |kind, sender, time| Event {
        message_id: None,
        direction: "inbound",
        sender: Some(sender),
        ..other(kind, time)
    };
    let events = [
        to("+331", "a", "hard", 1),
        to("+331", "b", "hard", 2),
        to("+331", "c", "hard", 3),
        to("+332", "d", "hard", 1),
        to("+332", "e", "delivered", 2),
        to("+332", "f", "soft", 3),
        to("+333", "g", "delivered", 5),
        opt("opt_out", "+333", 6),
        opt("opt_in", "+332", 6),
        opt("opt_out", "+332", 4),
        opt("opt_out", "+334", 9),
        opt("opt_in", "+334", 9),
        to("SHORTCODE", "h", "hard", 1),
    ];
    let got = rows(&over(&events).await, "SELECT * FROM recipients ORDER BY recipient").await;
    assert_eq!(
        got,
        [
            ["+331", "3", "0", "0", "3", "-", "-", "-", "false", "true", "hard_bounces"],
            ["+332", "3", "1", "1", "1", "2", "4", "6", "false", "false", "-"],
            ["+333", "1", "1", "0", "0", "5", "6", "-", "true", "true", "opted_out"],
            ["+334", "0", "0", "0", "0", "-", "9", "9", "true", "true", "opted_out"],
        ]
    );
}

#[tokio::test]
async fn clicks_take_campaign_and_recipient_from_their_message() {
    let sent = Event { campaign_id: Some("c1"), recipient: Some("+331"), ..report("sent", 1) };
    let click = Event { link_id: Some("l1"), user_agent: Some("a bot"), ..other("click", 4) };
    let strange = Event { message_id: None, user_agent: Some("a browser"), ..other("click", 5) };
    let query = "SELECT event_time, campaign_id, recipient, link_id, is_bot FROM clicks ORDER BY event_time";
    let got = rows(&over(&[sent, click, strange]).await, query).await;
    assert_eq!(got, [["4", "c1", "+331", "l1", "true"], ["5", "-", "-", "-", "false"]]);
}

#[tokio::test]
async fn campaigns_have_their_actions_and_messages() {
    let action = |status, time| Event {
        message_id: None,
        status: Some(status),
        campaign_id: Some("c1"),
        ..other("campaign", time)
    };
    let sent = |id, campaign| Event { message_id: Some(id), campaign_id: Some(campaign), ..report("sent", 9) };
    let events = [
        action("created", 1),
        action("scheduled", 2),
        action("Scheduled", 3),
        action("sent", 4),
        sent("a", "c1"),
        sent("b", "c1"),
        sent("c", "c2"),
    ];
    let query = "SELECT campaign_id, name, status, status_at, created_at, scheduled_at, sent_at, suspended_at, messages \
        FROM campaigns ORDER BY campaign_id";
    assert_eq!(
        rows(&over(&events).await, query).await,
        [["c1", "-", "sent", "4", "1", "3", "4", "-", "2"], ["c2", "-", "-", "-", "-", "-", "-", "-", "1"]]
    );
}

#[tokio::test]
async fn unmapped_statuses_are_counted() {
    let events = [report("?", 1), report("?", 7), report("sent", 1), other("click", 3)];
    assert_eq!(rows(&over(&events).await, "SELECT * FROM unmapped").await, [["p", "?", "-", "2", "1", "7"]]);
}

#[tokio::test]
async fn aggregates_work_without_groups_and_over_windows() {
    let ctx = over(&[report("soft", 3), report("delivered", 2), report("sent", 9)]).await;
    let plain = "SELECT latest(status, event_time), event_count(event_key), bucket_rate(b, 'delivered'), final_bucket(b, event_time)
        FROM (SELECT *, CASE status WHEN 'soft' THEN 'soft_bounce' ELSE status END AS b FROM events)";
    assert_eq!(rows(&ctx, plain).await, [["sent", "3", "0.333333", "delivered"]]);
    let nothing = "SELECT latest(status, event_time), event_count(event_key), bucket_rate(status, 'delivered'),
        final_bucket(status, event_time) FROM events WHERE status = 'nothing'";
    assert_eq!(rows(&ctx, nothing).await, [["-", "0", "-", "-"]]);
    let running = "SELECT event_time, latest(status, event_time) OVER (ORDER BY event_time), event_count(event_key) OVER (ORDER BY \
        event_time) FROM events ORDER BY event_time";
    assert_eq!(rows(&ctx, running).await, [["2", "delivered", "1"], ["3", "soft", "2"], ["9", "sent", "3"]]);
    let wrong = ctx.sql("SELECT final_bucket(status, event_time) FROM events").await.unwrap().collect().await;
    assert!(wrong.unwrap_err().to_string().contains("there is no bucket `soft`"));
}

/// The comment at the top of each file says what the view is, column by column, in order.
#[tokio::test]
async fn the_files_document_every_column() {
    let ctx = over(&[]).await;
    for (name, sql) in [
        ("messages", include_str!("../../../queries/views/messages.sql")),
        ("recipients", include_str!("../../../queries/views/recipients.sql")),
        ("clicks", include_str!("../../../queries/views/clicks.sql")),
        ("campaigns", include_str!("../../../queries/views/campaigns.sql")),
        ("unmapped", include_str!("../../../queries/views/unmapped.sql")),
    ] {
        let lines: Vec<&str> = sql.lines().map_while(|line| line.strip_prefix("--")).map(str::trim_start).collect();
        assert_eq!(lines[0], format!("view: {name}"));
        assert!(lines[1].starts_with("title: ") && lines[2] == "columns:", "{name}");
        let documented: Vec<&str> = lines[3..]
            .iter()
            .take_while(|line| !line.is_empty())
            .map(|line| line.split_once(" - ").unwrap().0)
            .collect();
        let table = ctx.table(name).await.unwrap();
        let columns: Vec<&str> = table.schema().fields().iter().map(|field| field.name().as_str()).collect();
        assert_eq!(documented, columns, "{name}");
    }
}

#[tokio::test]
async fn every_aggregate_is_documented() {
    let documented: BTreeMap<String, bool> = smsql::session::aggregates::aggregate_functions()
        .iter()
        .map(|function| (function.name().to_owned(), function.documentation().is_some()))
        .collect();
    assert!(documented.values().all(|documented| *documented), "{documented:?}");
}
