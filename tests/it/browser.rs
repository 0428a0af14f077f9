//! Pages of HTML in a real browser: they open from a disk without a network, run nothing that strangers wrote, sort,
//! unfold, are painted in both colour schemes, and print.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod client;
mod documents;
mod page;

use std::path::PathBuf;

use arrow::array::*;
use arrow::datatypes::*;
use chrono_tz::Tz;
use serde_json::json;
use smsql::output::RenderOptions;
use smsql::output::sanitize::sanitize;

use client::{Browser, color, folder};
use documents::{Filled, HOSTILE, contacts_batch, hostile, report};

fn berlin() -> RenderOptions {
    RenderOptions { time_zone: Tz::Europe__Berlin, ..RenderOptions::default() }
}

fn write(name: &str, filled: &Filled) -> PathBuf {
    let path = folder().join(format!("{name}.html"));
    std::fs::write(&path, filled.html(&berlin())).unwrap();
    path
}

#[test]
fn a_page_opens_without_a_network_and_asks_nobody() {
    let path = write("offline", &report());
    let mut browser = Browser::start();
    browser.open(&path);
    assert_eq!(browser.complaints(), [""; 0]);
    assert_eq!(browser.requests(), [format!("file://{}", path.display())]);
    assert_eq!(browser.eval("document.querySelector('h1').textContent"), "Campaign report: spring sale");
    // Every link of the page leads to a place on it.
    let links = "[...document.querySelectorAll('a')].every(a => document.querySelector(a.getAttribute('href')))";
    assert_eq!(browser.eval(links), true);
    // Opening what is closed, and every button once, brings no complaint either.
    browser.eval("document.querySelectorAll('summary, button').forEach(e => e.click())");
    browser.settle();
    assert_eq!(browser.complaints(), [""; 0]);
    assert_eq!(browser.requests().len(), 1);
}

#[test]
fn nothing_that_strangers_wrote_is_run() {
    let path = write("hostile", &hostile());
    let mut browser = Browser::start();
    browser.open(&path);
    // Whatever waits for a pointer or the focus gets it.
    browser.eval(
        "document.querySelectorAll('*').forEach(e => { for (const kind of ['mouseover', 'focus', 'click', 'error', \
         'load']) { if (!e.closest('a')) e.dispatchEvent(new Event(kind)); } })",
    );
    browser.settle();
    assert_eq!(browser.eval("typeof window.hacked"), "undefined");
    assert_eq!(browser.complaints(), [""; 0]);
    assert_eq!(browser.requests().len(), 1);
    let scripts = "[document.scripts.length, document.styleSheets.length, document.querySelectorAll('img, iframe, \
                   object, embed, b b, base, form, input, link').length]";
    assert_eq!(browser.eval(scripts), json!([1, 1, 0]));
    let handlers = "[...document.querySelectorAll('*')].flatMap(e => [...e.attributes]).filter(a => \
                    /^on|^style$/.test(a.name) || /^javascript:/.test(a.value) && a.name != 'title').map(a => a.name)";
    assert_eq!(browser.strings(handlers), [""; 0]);

    // It is all there to read, and what is invisible is spelt out.
    let cells =
        browser.strings("[...document.querySelectorAll('#s-bodies tbody tr')].map(r => r.cells[0].textContent)");
    let shown: Vec<String> = HOSTILE.iter().map(|text| sanitize(text).into_owned()).collect();
    assert_eq!(cells[..HOSTILE.len()], shown);
    assert_eq!(browser.eval("document.title"), shown[2]);
    for place in ["dt", "dd", "h2", "thead th", ".chart text", ".about", ".help"] {
        let text = format!("[...document.querySelectorAll('{place}')].map(e => e.textContent).join(' ')");
        let text = browser.eval(&text);
        assert!(text.as_str().unwrap().contains("script>"), "{place} shows {text}");
    }
    let all = browser.eval("document.documentElement.textContent");
    assert!(!all.as_str().unwrap().contains(['\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}']));

    // The policy holds by itself: even with markup in the page, no script of it would run.
    browser.eval("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hacked = 1\">')");
    browser.eval("document.body.append(Object.assign(document.createElement('script'), {text: 'window.hacked = 1'}))");
    browser.settle();
    assert_eq!(browser.eval("typeof window.hacked"), "undefined");
    assert!(browser.complaints().iter().any(|text| text.contains("Content Security Policy")));
}

/// The texts of a column of the contacts, row by row; none where there is no value.
const COLUMN: &str = "(column => [...document.querySelectorAll('#s-contacts tbody tr')].map(r => \
                      r.cells[column].classList.contains('null') ? '-' : r.cells[column].textContent))";

#[test]
fn a_click_on_a_header_sorts_exactly_and_a_third_one_undoes_it() {
    let path = write("sort", &report());
    let rows = 1_234;
    let batch = contacts_batch(rows);
    let mut browser = Browser::start();
    browser.open(&path);
    let ids = batch.column(7).as_string::<i32>();
    let original: Vec<&str> = ids.iter().flatten().collect();
    let expected = |order: &[usize]| order.iter().map(|row| ids.value(*row)).collect::<Vec<_>>();

    // Numbers that a float cannot tell apart; numbers with NULLs and negative ones; moments.
    let total = batch.column(6).as_primitive::<Decimal128Type>();
    let cost = batch.column(5).as_primitive::<Decimal128Type>();
    let segments = batch.column(4).as_primitive::<Int64Type>();
    let time = batch.column(3).as_primitive::<TimestampMicrosecondType>();
    let keys: [(usize, Vec<Option<i128>>); 4] = [
        (6, total.iter().collect()),
        (5, cost.iter().collect()),
        (4, segments.iter().map(|v| v.map(i128::from)).collect()),
        (3, time.iter().map(|v| v.map(i128::from)).collect()),
    ];
    for (column, keys) in keys {
        let head = format!("#s-contacts thead th:nth-child({})", column + 1);
        for direction in ["ascending", "descending"] {
            browser.click(&format!("{head} button"));
            let mut order: Vec<usize> = (0..rows as usize).collect();
            // NULL comes last either way, and equal values keep the order they had.
            order.sort_by(|a, b| match (keys[*a], keys[*b]) {
                (Some(a), Some(b)) if direction == "ascending" => a.cmp(&b),
                (Some(a), Some(b)) => b.cmp(&a),
                (a, b) => a.is_none().cmp(&b.is_none()),
            });
            assert_eq!(browser.strings(&format!("{COLUMN}(7)")), expected(&order), "column {column} {direction}");
            let sorted = browser.strings(
                "[...document.querySelectorAll('#s-contacts th[aria-sort]')].map(h => h.cellIndex + h.ariaSort)",
            );
            assert_eq!(sorted, [format!("{column}{direction}")]);
        }
        browser.click(&format!("{head} button"));
        assert_eq!(browser.strings(&format!("{COLUMN}(7)")), original);
        assert_eq!(browser.eval("document.querySelectorAll('th[aria-sort]').length"), 0);
    }

    // By keyboard too.
    browser.eval("document.querySelector('#s-contacts thead th:nth-child(7) button').focus()");
    browser.press("Enter", 13, "\r");
    let first = browser.strings(&format!("{COLUMN}(6)"))[0].clone();
    assert_eq!(first, "9007199254740992");
    assert_eq!(browser.complaints(), [""; 0]);
}

const VISIBLE_ROWS: &str =
    "[...document.querySelectorAll('#s-contacts tbody tr')].filter(r => r.getClientRects().length).length";

#[test]
fn a_long_table_shows_its_start_until_all_of_it_is_asked_for() {
    let path = write("unfold", &report());
    let mut browser = Browser::start();
    browser.open(&path);
    let count = "document.querySelector('#s-contacts .rows').innerText";
    assert_eq!(browser.eval(VISIBLE_ROWS), 25);
    assert_eq!(browser.eval(count), "25 of 1,234 rows");
    assert_eq!(browser.eval("document.querySelector('#s-contacts .count button').textContent"), "Show all 1,234 rows");
    browser.click("#s-contacts .count button");
    assert_eq!(browser.eval(VISIBLE_ROWS), 1_234);
    assert_eq!(browser.eval(count), "1,234 rows");
    browser.click("#s-contacts .count button");
    assert_eq!(browser.eval(VISIBLE_ROWS), 25);
    // A short table has nothing to unfold.
    assert_eq!(browser.eval("document.querySelectorAll('#s-days .count button').length"), 0);

    // Numbers are grouped for the eye only: their text is the exact value.
    browser.eval("document.querySelector('#s-contacts').scrollIntoView()");
    let cell = "document.querySelector('#s-contacts tbody tr').cells[6]";
    assert_eq!(browser.eval(&format!("{cell}.textContent")), "9007199254740992");
    assert_eq!(browser.eval(&format!("getComputedStyle({cell}.querySelector('i'), '::before').content")), "\",\"");
}

/// The charts that are drawn, with how many series or parts each has.
const CHARTS: [(&str, usize); 6] =
    [("funnel", 1), ("rates", 5), ("timeline", 3), ("days", 4), ("links", 2), ("countries", 1)];

#[test]
fn charts_are_painted_light_and_dark_wide_and_narrow() {
    let path = write("charts", &report());
    let mut browser = Browser::start();
    browser.open(&path);
    let mut palettes = Vec::new();
    for (scheme, width) in [("light", 1200), ("dark", 1200), ("light", 400), ("dark", 400)] {
        browser.size(width, 900);
        browser.media("screen", scheme);
        browser.picture(&format!("{scheme}-{width}"), None);
        // A narrow page scrolls down, never sideways.
        assert_eq!(browser.eval("document.documentElement.scrollWidth <= innerWidth"), true, "{scheme} {width}");
        let mut palette = Vec::new();
        for (section, series) in CHARTS {
            let svg = format!(
                "[...document.querySelectorAll('#s-{section} .chart svg')].filter(s => s.getClientRects().length)"
            );
            assert_eq!(browser.eval(&format!("{svg}.length")), 1, "one form of {section} is shown");
            assert_eq!(browser.eval(&format!("{svg}[0].role + !!{svg}[0].querySelector('title, desc')")), "imgtrue");
            let place = browser.eval(&format!(
                "(() => {{ const r = {svg}[0].getBoundingClientRect(); return [r.x + scrollX, r.y + scrollY, r.width, r.height]; }})()"
            ));
            let place: [f64; 4] = serde_json::from_value(place).unwrap();
            let picture = browser.picture(&format!("{section}-{scheme}-{width}"), Some(place));
            for at in 0..series {
                // Lines have the colour as their stroke, everything else as its fill.
                let used = browser.eval(&format!(
                    "(() => {{ const e = {svg}[0].querySelector('.f{at}'); return getComputedStyle(e).fill; }})()"
                ));
                let used = color(used.as_str().unwrap());
                let painted = picture.count(used);
                assert!(painted >= 12, "{section}, {scheme}, {width}: {painted} pixels of series {at}, {used:?}");
                palette.push(used);
            }
        }
        assert_eq!(
            browser.eval("document.querySelector('#s-replies .undrawn').innerText"),
            "No chart: there are no rows."
        );
        palettes.push(palette);
    }
    assert_ne!(palettes[0], palettes[1], "each scheme has colours of its own");
    assert_eq!(browser.complaints(), [""; 0]);
}

/// The contrast of two colours as WCAG 2 defines it.
fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let luminance = |color: [u8; 3]| {
        let linear = color.map(|c| match f64::from(c) / 255.0 {
            c if c <= 0.040_45 => c / 12.92,
            c => ((c + 0.055) / 1.055).powf(2.4),
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn text_and_charts_have_the_contrast_that_wcag_asks_for() {
    let path = write("contrast", &report());
    let mut browser = Browser::start();
    browser.open(&path);
    for (media, scheme) in [("screen", "light"), ("screen", "dark"), ("print", "dark")] {
        browser.media(media, scheme);
        let mut value = |name: &str| {
            let text = browser
                .eval(&format!("getComputedStyle(document.documentElement).getPropertyValue('--{name}').trim()"));
            let text = text.as_str().unwrap().trim_start_matches('#').to_owned();
            [0, 2, 4].map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        };
        for ground in ["page", "card", "tint", "hover"] {
            for (ink, least) in [("ink", 7.0), ("soft", 4.5), ("link", 4.5), ("focus", 3.0)] {
                let found = contrast(value(ink), value(ground));
                assert!(found >= least, "{media} {scheme}: {ink} on {ground} has a contrast of {found:.2}");
            }
        }
        for series in 0..8 {
            let found = contrast(value(&format!("c{series}")), value("card"));
            assert!(found >= 3.0, "{media} {scheme}: series {series} has a contrast of {found:.2}");
        }
    }
}

#[test]
fn paper_gets_all_rows_and_no_controls() {
    let path = write("print", &report());
    let mut browser = Browser::start();
    browser.open(&path);
    browser.media("print", "dark");
    browser.picture("print", None);
    assert_eq!(browser.eval(VISIBLE_ROWS), 1_234);
    assert_eq!(browser.eval("document.querySelector('#s-contacts .rows').innerText"), "1,234 rows");
    let hidden = "[...document.querySelectorAll('nav, .count button')].every(e => !e.getClientRects().length)";
    assert_eq!(browser.eval(hidden), true);
    // What is closed on the screen is open: nobody can open it on paper.
    let meanings =
        "[...document.querySelectorAll('details dd')].every(e => e.checkVisibility({contentVisibilityAuto: true}))";
    assert_eq!(browser.eval(meanings), true);
    assert_eq!(browser.eval("getComputedStyle(document.body).color"), "rgb(0, 0, 0)");
    assert_eq!(browser.eval("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)");
    assert_eq!(browser.eval("getComputedStyle(document.querySelector('thead')).display"), "table-header-group");
    assert_eq!(browser.eval("getComputedStyle(document.querySelector('.chart')).breakInside"), "avoid");

    browser.media("", "");
    let pdf = browser.pdf("print");
    assert!(pdf.starts_with(b"%PDF-"));
    let pages = pdf.windows(12).filter(|w| w.starts_with(b"/Type /Page") && w[11] != b's').count();
    assert!(pages > 10, "1,234 rows are on {pages} pages");
    // The screen is as it was.
    assert_eq!(browser.eval(VISIBLE_ROWS), 25);
    assert_eq!(browser.eval("document.querySelectorAll('details[open]').length"), 0);
    assert_eq!(browser.complaints(), [""; 0]);
}
