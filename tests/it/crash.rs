//! The binary killed while it lands a file: nothing of the file is in the store or all of it, and landing it again
//! makes the store what it is without the kill.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use smsql::store::Store;

use crate::place::{Contents, Place, finish, text};

/// When to kill.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// After this time.
    After(Duration),
    /// As soon as there is a file in this folder of the store, written or being written.
    FileIn(&'static str),
    /// As soon as there is this file.
    File(&'static str),
}

/// Kills the process at the moment, or lets it end if it does before. Whether it was killed.
fn kill(mut process: Child, store: &Path, moment: Moment) -> bool {
    let started = Instant::now();
    loop {
        let reached = match moment {
            Moment::After(time) => started.elapsed() >= time,
            Moment::FileIn(folder) => store.join(folder).read_dir().is_ok_and(|mut files| files.next().is_some()),
            Moment::File(path) => store.join(path).exists(),
        };
        if reached || process.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::sleep(Duration::from_micros(200));
    }
    // SIGKILL on Unix: it gets no chance to clean up.
    let _ = process.kill();
    !process.wait().unwrap().success()
}

/// What the store holds; nothing where there is none yet.
fn contents(store: &Path) -> Contents {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        match Store::open(store.to_str().unwrap()).await {
            Ok(store) => Contents::of(&store).await,
            Err(smsql::Error::NotFound { .. }) => Contents::default(),
            Err(error) => panic!("the store cannot be opened: {error}"),
        }
    })
}

#[test]
fn a_killed_landing_left_nothing_or_everything() {
    let undisturbed = Place::local();
    let file = undisturbed.file("file.ndjson", text(0..2000, Some(100)));
    let started = Instant::now();
    undisturbed.land(&[&file]);
    let took = started.elapsed();
    let whole = contents(Path::new(&undisturbed.store));
    assert_eq!(whole.counts(), "2000 events, 20 rejects, 1 landings");

    // Three times in a row each, at random, and at what a landing does in its order.
    let mut random = ChaCha8Rng::seed_from_u64(20250304);
    let mut attempts: Vec<Vec<Moment>> =
        (0..3).map(|_| (0..3).map(|_| Moment::After(took.mul_f64(random.random_range(0.0..1.1)))).collect()).collect();
    attempts.push(vec![
        Moment::After(Duration::ZERO),
        Moment::FileIn("events/_delta_log"),
        Moment::File("events/_delta_log/00000000000000000000.json"),
    ]);
    attempts.push(vec![Moment::FileIn("raw"), Moment::FileIn("events/record=event")]);
    attempts.push(vec![Moment::FileIn("events/record=reject")]);
    attempts.push(vec![Moment::FileIn("events/record=landing")]);
    attempts.push(vec![Moment::File("events/_delta_log/00000000000000000001.json")]);

    let attempt = |moments: &[Moment]| {
        let place = Place::local();
        let store = Path::new(&place.store);
        let mut kills = 0;
        for moment in moments {
            kills += usize::from(kill(place.start(&[&file]), store, *moment));
            let left = contents(store);
            assert!(left == Contents::default() || left == whole, "{moment:?}: {} are left", left.counts());
        }
        let was_there = contents(store) == whole;
        let said = finish(place.start(&[&file]));
        assert_eq!(said.contains("landed before"), was_there, "{said}");
        assert!(contents(store) == whole, "{moments:?}: another store than without a kill");
        kills
    };
    let kills: usize = std::thread::scope(|scope| {
        let attempts: Vec<_> = attempts.iter().map(|moments| scope.spawn(move || attempt(moments))).collect();
        attempts.into_iter().map(|attempt| attempt.join().unwrap()).sum()
    });
    assert!(kills >= 6, "only {kills} were killed before they ended");
}
