//! What `data/status_codes.csv` must say, whatever else it says: the collisions and contradictions of the providers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashSet;

use smsql::event::status::{Bucket, StatusTable};

fn table() -> StatusTable {
    StatusTable::new(None).expect("the built-in table parses")
}

fn bucket(provider: &str, status: &str, code: Option<&str>) -> Option<Bucket> {
    table().lookup(provider, status, code).map(|mapping| mapping.bucket)
}

#[test]
fn no_value_is_mapped_twice_and_rows_are_sorted() {
    let text = include_str!("../../data/status_codes.csv");
    let mut keys = HashSet::new();
    let mut previous = None;
    for record in csv::Reader::from_reader(text.as_bytes()).records() {
        let record = record.unwrap();
        let key = (record[0].to_owned(), record[1].to_owned(), record[2].to_owned());
        assert!(previous.as_ref() < Some(&key), "{key:?} is out of order");
        assert!(keys.insert((key.0.clone(), key.1.clone(), key.2.to_ascii_lowercase())), "{key:?} is there twice");
        assert_eq!(record[2].trim(), &record[2], "{key:?} could never match");
        assert!(!record[5].is_empty(), "{key:?} has no meaning");
        previous = Some(key);
    }
    assert_eq!(table().rows().len(), keys.len());
}

#[test]
fn final_and_open_buckets_are_marked_so() {
    for row in table().rows() {
        let open = matches!(row.mapping.bucket, Bucket::Pending | Bucket::Sent);
        assert!(!(open && row.mapping.is_final), "{row:?} is open and final");
        let concluded = !open && row.mapping.bucket != Bucket::Unknown;
        assert!(!concluded || row.mapping.is_final, "{row:?} concludes and is not final");
    }
}

/// One spelling, another meaning: the key needs the provider.
#[test]
fn equal_codes_of_different_providers_keep_their_own_meaning() {
    use Bucket::{Delivered, HardBounce, Pending, Sent, SoftBounce};
    let cases = [
        ("kannel", "1", None, Delivered),
        ("kpn", "1", None, Delivered),
        ("lox24", "1", None, Delivered),
        ("budgetsms", "1", None, Delivered),
        ("firetext", "1", None, HardBounce),
        ("infobip", "UNDELIVERABLE_NOT_DELIVERED", Some("1"), HardBounce),
        ("messagebird", "delivery_failed", Some("1"), HardBounce),
        ("8x8", "undelivered", Some("1"), SoftBounce),
        ("twilio_smpp", "UNDELIV", Some("001"), SoftBounce),
        ("vonage", "failed", Some("1"), SoftBounce),
        ("smsmode", "1", None, Pending),
        ("textme", "1", None, SoftBounce),
        ("smpp", "1", None, Pending),
        ("kannel", "8", None, Sent),
        ("lox24", "8", None, SoftBounce),
        ("firetext", "0", None, Delivered),
        ("textme", "0", None, Delivered),
        ("smsmode", "0", None, Sent),
        ("budgetsms", "0", None, Sent),
        ("vonage", "delivered", Some("0"), Delivered),
        ("sinch", "Delivered", Some("0"), Delivered),
    ];
    for (provider, status, code, expected) in cases {
        assert_eq!(bucket(provider, status, code), Some(expected), "{provider} {status} {code:?}");
    }
}

#[test]
fn the_status_decides_and_a_code_only_refines_a_failure() {
    assert_eq!(bucket("vonage", "expired", Some("0")), Some(Bucket::SoftBounce));
    assert_eq!(bucket("twilio", "delivered", Some("30003")), Some(Bucket::Delivered));
    assert_eq!(bucket("twilio", "sent", Some("30005")), Some(Bucket::Sent));
    assert_eq!(bucket("sinch", "Failed", Some("401")), Some(Bucket::SoftBounce));
    assert_eq!(bucket("sinch", "Failed", Some("0")), Some(Bucket::SoftBounce));
    assert_eq!(bucket("twilio", "undelivered", Some("30005")), Some(Bucket::HardBounce));
    assert_eq!(bucket("twilio", "undelivered", Some("21610")), Some(Bucket::Unsubscribed));
    assert_eq!(bucket("twilio", "failed", Some("30001")), Some(Bucket::SoftBounce));
}

/// "Failed, cause unknown" is a soft bounce; "refused, cause unknown" stays a refusal.
#[test]
fn an_unknown_cause_refines_nothing() {
    for (provider, failed, refused, code) in [
        ("vonage", "failed", "rejected", "1"),
        ("vonage", "failed", "rejected", "99"),
        ("plivo", "undelivered", "rejected", "1000"),
        ("kpn", "4", "5", "001"),
        ("sinch", "Failed", "Rejected", "399"),
        ("8x8", "undelivered", "rejected", "0"),
        ("infobip", "UNDELIVERABLE_NOT_DELIVERED", "UNDELIVERABLE_REJECTED_OPERATOR", "EC_UNKNOWN_ERROR"),
        ("messagebird", "delivery_failed", "sending_failed", "generic delivery failure"),
    ] {
        assert_eq!(bucket(provider, failed, Some(code)), Some(Bucket::SoftBounce), "{provider} {failed} {code}");
        assert_eq!(bucket(provider, refused, Some(code)), Some(Bucket::Rejected), "{provider} {refused} {code}");
    }
}

/// The law behind the cases above, over the whole table: status and code meet in any combination.
#[test]
fn no_code_turns_a_non_failure_into_anything() {
    let table = table();
    let pairs: HashSet<_> = table.rows().iter().filter(|row| row.field == "status/error_code").map(pair_key).collect();
    for status in table.rows().iter().filter(|row| row.field == "status") {
        for code in table.rows().iter().filter(|row| row.field == "error_code" && row.provider == status.provider) {
            if pairs.contains(&(status.provider.clone(), format!("{}/{}", status.value, code.value))) {
                continue;
            }
            let found = table.lookup(&status.provider, &status.value, Some(&code.value)).expect("the status is known");
            if status.mapping.bucket.is_failure() {
                assert!(found.bucket.is_failure() || found.bucket == Bucket::Unknown, "{status:?} {code:?}");
            } else {
                assert_eq!(found, status.mapping, "{status:?} {code:?}");
            }
        }
    }
}

fn pair_key(row: &smsql::event::status::StatusCode) -> (String, String) {
    (row.provider.clone(), row.value.clone())
}

#[test]
fn a_positive_name_can_be_a_step_on_the_way() {
    assert_eq!(bucket("infobip", "DELIVERED_TO_OPERATOR", Some("NO_ERROR")), Some(Bucket::Sent));
    assert_eq!(bucket("infobip", "DELIVERED_TO_HANDSET", Some("NO_ERROR")), Some(Bucket::Delivered));
    assert_eq!(bucket("infobip", "2", None), Some(Bucket::Sent));
    assert_eq!(bucket("mmg", "3", Some("2")), Some(Bucket::Sent));
    assert_eq!(bucket("mmg", "3", Some("5")), Some(Bucket::Delivered));
    assert_eq!(bucket("smsmode", "13", None), Some(Bucket::Sent));
    assert_eq!(bucket("aws", "SUCCESSFUL", None), Some(Bucket::Sent));
    assert_eq!(bucket("aws", "TEXT_SUCCESSFUL", None), Some(Bucket::Delivered), "provider_final settles it");
}

#[test]
fn no_information_is_no_bounce() {
    let cases = [
        ("bandwidth", "message-failed", Some("9902")),
        ("azure", "Failed", Some("5002")),
        ("telnyx", "delivery_unconfirmed", None),
        ("telnyx", "dlr_timeout", None),
        ("messagebird", "expired", Some("DLR not received")),
        ("infobip", "EXPIRED_DLR_UNKNOWN", Some("EC_ABSENT_SUBSCRIBER")),
        ("mmg", "4", Some("29")),
        ("vonage", "unknown", Some("99")),
        ("aws", "TEXT_UNKNOWN", None),
    ];
    for (provider, status, code) in cases {
        assert_eq!(bucket(provider, status, code), Some(Bucket::Unknown), "{provider} {status} {code:?}");
    }
}

/// Permanent says that the same message fails again, not that the number is bad.
#[test]
fn permanent_is_not_a_hard_bounce() {
    let failed = "UNDELIVERABLE_NOT_DELIVERED";
    assert_eq!(bucket("infobip", failed, Some("EC_VALIDITY_EXPIRED")), Some(Bucket::SoftBounce));
    assert_eq!(bucket("infobip", failed, Some("628")), Some(Bucket::SoftBounce));
    assert_eq!(bucket("infobip", failed, Some("EC_REJECTED_SPAM_BY_OPERATOR")), Some(Bucket::Rejected));
    assert_eq!(bucket("infobip", failed, None), Some(Bucket::SoftBounce), "no cause, no suppression");
    assert_eq!(bucket("smpp", "UNDELIV", Some("00B")), Some(Bucket::SoftBounce));
}

#[test]
fn the_code_space_two_providers_share_is_mapped_for_both() {
    assert_eq!(bucket("mmg", "2", Some("1")), Some(Bucket::HardBounce));
    assert_eq!(bucket("mmg", "2", Some("2050")), Some(Bucket::Unsubscribed));
    assert_eq!(bucket("mmg", "5", Some("52")), Some(Bucket::HardBounce));
    for (id, name) in [("9", "UNDELIVERABLE_NOT_DELIVERED"), ("14", "REJECTED_DESTINATION_BLOCKLISTED")] {
        assert_eq!(bucket("infobip", id, None), bucket("infobip", name, None));
    }
    assert_eq!(bucket("infobip", "9", Some("603")), bucket("infobip", "9", Some("EC_CONTENT_BLOCKED")));
}

#[test]
fn case_does_not_matter_and_the_unknown_stays_unmapped() {
    assert_eq!(bucket("twilio", "DELIVERED", None), Some(Bucket::Delivered));
    assert_eq!(bucket("kannel", "7", None), None);
    assert_eq!(bucket("twilio", "teleported", Some("30003")), None);
    assert_eq!(bucket("nobody", "delivered", None), None);
    assert_eq!(bucket("twilio", "undelivered", Some("99999")), Some(Bucket::SoftBounce), "the status still decides");
}
