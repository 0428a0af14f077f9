//! Statements nobody thought of: whatever of them is allowed must give the same bytes however the data is cut.

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::check;
use super::same_bytes::{bytes, cuts};

/// How many are tried; more with `STATEMENTS`.
const STATEMENTS: u64 = 150;

/// A query in brackets, with its columns: their names say what they hold.
#[derive(Clone)]
struct Query {
    sql: String,
    columns: Vec<String>,
}

/// The kind of a column is the first letter of its name: `k` a key of any kind, `t` a text, `n` a number.
fn kind(column: &str) -> char {
    column.chars().next().unwrap()
}

struct Writer {
    random: ChaCha8Rng,
    names: usize,
}

impl Writer {
    fn chance(&mut self, of: f64) -> bool {
        self.random.random_bool(of)
    }

    fn name(&mut self, kind: char) -> String {
        self.names += 1;
        format!("{kind}{}", self.names)
    }

    fn pick<'c>(&mut self, columns: &'c [String]) -> &'c str {
        columns.choose(&mut self.random).unwrap()
    }

    fn some(&mut self, columns: &[String], at_most: usize) -> Vec<String> {
        let count = self.random.random_range(1..=at_most.min(columns.len()));
        columns.sample(&mut self.random, count).cloned().collect()
    }

    /// `SELECT list FROM from` with new names for the columns.
    fn select(&mut self, list: &[(String, char)], rest: &str) -> Query {
        let columns: Vec<String> = list.iter().map(|(_, kind)| self.name(*kind)).collect();
        let list: Vec<String> =
            list.iter().zip(&columns).map(|((expr, _), name)| format!("{expr} AS {name}")).collect();
        Query { sql: format!("(SELECT {} {rest})", list.join(", ")), columns }
    }

    fn leaf(&mut self) -> Query {
        let columns = |list: &[(&str, char)]| list.iter().map(|(c, k)| ((*c).to_owned(), *k)).collect::<Vec<_>>();
        match self.random.random_range(0..6) {
            0 => self.select(&columns(&[("event_key", 'k'), ("account", 't'), ("segments", 'n')]), "FROM events"),
            1 => self.select(&columns(&[("message_key", 'k'), ("count(*)", 'n')]), "FROM events GROUP BY message_key"),
            2 => self.select(
                &columns(&[("account", 't'), ("kind", 't'), ("max(segments)", 'n')]),
                "FROM events GROUP BY account, kind",
            ),
            3 => self.select(
                &columns(&[("campaign_id", 't'), ("count(*)", 'n')]),
                "FROM events WHERE campaign_id IS NOT NULL GROUP BY campaign_id",
            ),
            4 => self
                .select(&columns(&[("a", 't'), ("b", 'n')]), "FROM (VALUES ('a', 1), ('b', 1), (NULL, 2)) AS v(a, b)"),
            _ => self.select(&columns(&[("message_key", 'k'), ("account", 't'), ("provider", 't')]), "FROM events"),
        }
    }

    /// A condition on columns of one query, or of two.
    fn condition(&mut self, one: &[String], other: &[String]) -> String {
        let left = self.pick(one).to_owned();
        let alike: Vec<String> = other.iter().filter(|c| kind(c) == kind(&left) && **c != left).cloned().collect();
        if !alike.is_empty() && self.chance(0.7) {
            let right = self.pick(&alike).to_owned();
            return match self.random.random_range(0..6) {
                0 => format!("{left} IS NOT DISTINCT FROM {right}"),
                1 => format!("{left} <= {right}"),
                _ => format!("{left} = {right}"),
            };
        }
        match (kind(&left), self.random.random_range(0..4)) {
            (_, 0) => format!("{left} IS NOT NULL"),
            (_, 1) => format!("{left} IS NULL"),
            ('t', 2) => format!("lower({left}) = 'a'"),
            ('t', _) => format!("{left} = 'a'"),
            ('n', 2) => format!("{left} % 2 = 1"),
            (_, _) => format!("{left} IN (1, 2)"),
        }
    }

    fn query(&mut self, depth: usize) -> Query {
        if depth == 0 {
            return self.leaf();
        }
        let input = self.query(depth - 1);
        let from = format!("FROM {} AS x", input.sql);
        let all = |columns: &[String]| columns.iter().map(|c| (c.clone(), kind(c))).collect::<Vec<_>>();
        match self.random.random_range(0..10) {
            0..4 => {
                let other = self.query(depth - 1);
                let join = ["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "FULL JOIN"];
                let join = *join.choose(&mut self.random).unwrap();
                let mut on = vec![self.condition(&input.columns, &other.columns)];
                if self.chance(0.3) {
                    on.push(self.condition(&other.columns, &input.columns));
                }
                let mut list = all(&input.columns);
                list.extend(all(&other.columns));
                if let [left, "=", right] = on[0].split(' ').collect::<Vec<_>>().as_slice()
                    && self.chance(0.7)
                {
                    // Often in place of both, as full joins are written.
                    let merged = (format!("coalesce({left}, {right})"), kind(left));
                    list.retain(|(column, _)| column != left && column != right);
                    list.push(merged);
                }
                self.select(&list, &format!("{from} {join} {} AS y ON {}", other.sql, on.join(" AND ")))
            }
            4 => {
                let condition = self.condition(&input.columns, &input.columns);
                self.select(&all(&input.columns), &format!("{from} WHERE {condition}"))
            }
            5 => {
                let groups = self.some(&input.columns, 2);
                let mut list = all(&groups);
                list.push((format!("min({})", self.pick(&input.columns)), 'm'));
                list.push(("count(*)".to_owned(), 'n'));
                self.select(&list, &format!("{from} GROUP BY {}", groups.join(", ")))
            }
            6 => {
                let kept = self.some(&input.columns, 3);
                let mut query = self.select(&all(&kept), &from);
                query.sql = query.sql.replacen("SELECT", "SELECT DISTINCT", 1);
                query
            }
            7 => {
                let tags = if self.chance(0.6) { (1, 2) } else { (1, 1) };
                let branch = |tag: i32| {
                    let mut list = all(&input.columns);
                    list.push((tag.to_string(), 'n'));
                    list
                };
                let (first, condition) = (branch(tags.0), self.condition(&input.columns, &input.columns));
                let one = self.select(&first, &from);
                let list: Vec<String> = branch(tags.1).into_iter().map(|(column, _)| column).collect();
                let sql = format!("({} UNION ALL SELECT {} {from} WHERE {condition})", one.sql, list.join(", "));
                Query { sql, columns: one.columns }
            }
            8 => {
                let (partition, order) = (self.some(&input.columns, 2), self.some(&input.columns, 3));
                let function = *["row_number()", "rank()", "count(*)"].choose(&mut self.random).unwrap();
                let mut list = all(&input.columns);
                let over = format!("PARTITION BY {} ORDER BY {}", partition.join(", "), order.join(", "));
                list.push((format!("{function} OVER ({over})"), 'n'));
                let windowed = self.select(&list, &from);
                let last = windowed.columns.last().unwrap().clone();
                let first = if self.chance(0.5) { format!("WHERE {last} = 1") } else { String::new() };
                self.select(&all(&windowed.columns), &format!("FROM {} AS x {first}", windowed.sql))
            }
            _ => {
                let order = self.some(&input.columns, 3).join(", ");
                self.select(&all(&input.columns), &format!("{from} ORDER BY {order} LIMIT 7"))
            }
        }
    }

    fn statement(&mut self) -> String {
        let depth = self.random.random_range(1..=3);
        let query = self.query(depth);
        let order = self.some(&query.columns, 2).join(", ");
        let list: Vec<String> = query.columns.iter().map(|c| format!("q.{c}")).collect();
        format!("SELECT {} FROM {} AS q ORDER BY {order}", list.join(", "), query.sql)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_is_allowed_is_the_same_however_it_is_cut() {
    let sessions = cuts(60).await;
    let (mut allowed, mut tell) = (0, 0);
    let count = std::env::var("STATEMENTS").map_or(STATEMENTS, |count| count.parse().unwrap());
    for seed in 0..count {
        let mut writer = Writer { random: ChaCha8Rng::seed_from_u64(seed), names: 0 };
        let sql = writer.statement();
        match check(&sessions[0], &sql).await {
            Err(error) => assert!(error.to_string().contains("not replayable"), "{sql}\n{error}"),
            Ok(_) => {
                let first = bytes(&sessions[0], &sql).await;
                allowed += 1;
                tell += usize::from(first.lines().count() > 6);
                for session in &sessions[1..] {
                    assert!(bytes(session, &sql).await == first, "seed {seed}: {sql}");
                }
            }
        }
    }
    println!("{allowed} of {count} are allowed, {tell} of them have rows to tell");
    assert!(tell as u64 * 20 > count, "{allowed} of {count} are allowed, {tell} of them have rows to tell");
}
