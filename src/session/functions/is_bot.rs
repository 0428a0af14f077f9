//! `is_bot(user_agent)`

use std::sync::LazyLock;

use arrow::array::BooleanArray;
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion_macros::user_doc;

use super::args::{Kind, Params, described_by, first};
use super::text::map_text;

const PARAMS: Params = Params { function: "is_bot", required: &[("user_agent", Kind::Text)], optional: &[] };

/// What names a program that follows links by itself and that woothee does not call a crawler, in lower case.
const MARKS: &[&str] = &[
    // Previews that messengers fetch for their users, before anybody clicks.
    "google-pagerenderer",
    "googlemessages",
    "facebookexternalhit",
    "facebookcatalog",
    "facebot",
    "meta-externalagent",
    "meta-externalfetcher",
    "skypeuripreview",
    "slack-imgproxy",
    "snap url preview",
    "bingpreview",
    "microsoftpreview",
    "vkshare",
    "embedly",
    "iframely",
    "line-poker",
    "telegrambot",
    // Other fetchers of Google, and the image proxies of mail programs.
    "googleother",
    "google-safety",
    "google-inspectiontool",
    "google-read-aloud",
    "googleimageproxy",
    "ggpht.com",
    "yahoomailproxy",
    // Browsers without a person.
    "headlesschrome",
    "phantomjs",
    "puppeteer",
    "playwright",
    "selenium",
    "chrome-lighthouse",
    // Programming libraries and command line tools.
    "python-requests",
    "python-urllib",
    "python-httpx",
    "aiohttp/",
    "go-http-client",
    "okhttp/",
    "axios/",
    "node-fetch",
    "guzzlehttp",
    "libwww-perl",
    "apache-httpclient",
    "postmanruntime",
    "curl/",
    "wget/",
    // Monitors.
    "pingdom",
    "statuscake",
    "newrelicpinger",
    "datadog",
    // The address at which a robot explains itself; browsers have none.
    "+http://",
    "+https://",
];

#[user_doc(
    doc_section(label = "Message Functions"),
    description = "Whether a click comes from a program: a search engine's crawler, the preview that a messenger \
        fetches before anybody clicks (Google Messages, WhatsApp, Facebook, Slack, Skype, Apple), a \
        security scanner or a programming library that names itself. Known are the crawlers of woothee and \
        a list of more recent ones. A program that calls itself a plain browser cannot be told. An empty \
        text is false; NULL gives NULL: where no user agent was recorded, nothing is known.",
    syntax_example = "is_bot(user_agent)",
    sql_example = r#"```sql
> select is_bot('WhatsApp/2.23.20.0 A') as bot;
+------+
| bot  |
+------+
| true |
+------+
```"#,
    argument(name = "user_agent", description = "The browser or program that followed the link, as it named itself.")
)]
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct IsBot;

impl ScalarUDFImpl for IsBot {
    described_by!(PARAMS);

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        map_text::<_, BooleanArray>(first(&args)?, |user_agent| Ok(Some(is_bot(user_agent))))
    }
}

fn is_bot(user_agent: &str) -> bool {
    let lower = user_agent.to_ascii_lowercase();
    MARKS.iter().any(|mark| lower.contains(mark))
        // In a browser's user agent the word names the app that shows the page to a person.
        || lower.starts_with("whatsapp/")
        || lower.starts_with("java/")
        || calls_itself_one(&lower)
        || woothee::parser::Parser::new().parse(user_agent).is_some_and(|agent| agent.category == "crawler")
}

/// Whether a word of it ends in bot, crawler or spider, other than the phones of CUBOT.
fn calls_itself_one(lower: &str) -> bool {
    lower
        .split(|c: char| !c.is_ascii_alphabetic())
        .any(|word| (word.ends_with("bot") && word != "cubot") || word.ends_with("crawler") || word.ends_with("spider"))
}
