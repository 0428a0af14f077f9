//! `opt_out_keyword(body)`

use std::borrow::Cow;
use std::sync::LazyLock;

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion_macros::user_doc;

use super::args::{Kind, Params, described_by, first, only};
use super::text::{map_text_to_text, text_type};

const PARAMS: Params = Params { function: "opt_out_keyword", required: &[("body", Kind::Text)], optional: &[] };

/// Messages that mean "send me no more", in upper case, sorted.
///
/// * English: the seven of 47 CFR 64.1200(a)(10) (STOP, QUIT, END, REVOKE, OPT OUT, CANCEL, UNSUBSCRIBE); Twilio's
///   default opt-out keywords (STOPALL, OPTOUT besides); Telnyx (STOP ALL); AWS End User Messaging, "Required opt-out
///   keywords" (OPT-OUT, REMOVE, TD besides).
/// * French: ARRET as AWS and the Canadian carriers require it, with the spellings that Twilio Proxy lists.
/// * The word for "stop" or "unsubscribe" of other languages, as senders in those countries ask for it: Spanish ALTO,
///   BAJA, CANCELAR, PARAR; Portuguese PARAR, SAIR; German, Swedish, Norwegian STOPP; German ABMELDEN; Dutch AFMELDEN;
///   Swedish AVREGISTRERA; Danish AFMELD; Italian CANCELLAMI.
const KEYWORDS: &[&str] = &[
    "ABMELDEN",
    "AFMELD",
    "AFMELDEN",
    "ALTO",
    "ARRET",
    "ARRETE",
    "ARRETER",
    "ARRETT",
    "ARRÊT",
    "ARRÊTE",
    "ARRÊTER",
    "AVREGISTRERA",
    "BAJA",
    "CANCEL",
    "CANCELAR",
    "CANCELLAMI",
    "END",
    "OPT OUT",
    "OPT-OUT",
    "OPTOUT",
    "PARAR",
    "QUIT",
    "REMOVE",
    "REVOKE",
    "SAIR",
    "STOP",
    "STOP ALL",
    "STOPALL",
    "STOPP",
    "TD",
    "UNSUBSCRIBE",
];
const KEYWORD_CHARS_MAX: usize = 12;

#[user_doc(
    doc_section(label = "Message Functions"),
    description = "The keyword with which a recipient asks for no more messages, in upper case; NULL where the \
        message is none. The whole message must be the keyword: case, blanks and punctuation around it do \
        not count, but `please stop` is a reply to be read by a person, as it is for the carriers. Known \
        are STOP, STOPALL, STOP ALL, UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE, REMOVE, OPTOUT, OPT OUT, \
        OPT-OUT, TD, and ARRET, ARRÊT (French), ALTO, BAJA, CANCELAR, PARAR (Spanish), PARAR, SAIR \
        (Portuguese), STOPP (German, Swedish, Norwegian), ABMELDEN, AFMELDEN, AFMELD, AVREGISTRERA, \
        CANCELLAMI.",
    syntax_example = "opt_out_keyword(body)",
    sql_example = r#"```sql
> select opt_out_keyword(' Stop! ') as keyword;
+---------+
| keyword |
+---------+
| STOP    |
+---------+
```"#,
    argument(name = "body", description = "The text of the message.")
)]
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct OptOutKeyword;

impl ScalarUDFImpl for OptOutKeyword {
    described_by!(PARAMS);

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        Ok(text_type(only(arg_types)?))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        map_text_to_text(first(&args)?, |body| keyword(body).map(Cow::Borrowed))
    }
}

fn keyword(body: &str) -> Option<&'static str> {
    let word = body.trim_matches(|c: char| !c.is_alphanumeric());
    if word.is_empty() || word.chars().nth(KEYWORD_CHARS_MAX + 8).is_some() {
        return None;
    }
    let word = word.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
    // An accent may come as a character of its own: E and U+0302.
    let word = word.replace("E\u{302}", "Ê");
    KEYWORDS.binary_search(&word.as_str()).ok().and_then(|at| KEYWORDS.get(at)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_sorted_and_found() {
        assert!(KEYWORDS.is_sorted());
        for known in KEYWORDS {
            assert_eq!(keyword(&known.to_lowercase()), Some(*known));
            assert!(known.chars().count() <= KEYWORD_CHARS_MAX);
        }
    }
}
