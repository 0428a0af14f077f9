//! x
use crate::support::*;
#[tokio::test]
async fn explore() {
    let s = empty_session(&Default::default()).await;
    for q in std::fs::read_to_string("/tmp/q.sql").unwrap().lines() {
        println!("=== {q}");
        match rows(&s, q, &Default::default()).await {
            Ok(b) => println!("OK {}", b.len()),
            Err(e) => println!("error: {e}\n{e:?}"),
        }
    }
}
