//! `\set`: values for parameters.

use datafusion::common::ScalarValue;

use super::{Command, Flow};
use crate::repl::complete::ArgumentKind;
use crate::repl::shell::Shell;
use crate::session::{Parameter, Parameters};
use crate::{Error, Result};

pub(super) const COMMAND: Command = Command {
    name: "set",
    aliases: &[],
    arguments: "[NAME[:TYPE]=VALUE]",
    completes: &[ArgumentKind::Parameter],
    summary: "Give the parameter $NAME a value; without an argument, list those that have one",
    details: "A value is the first of: integer (42), decimal (0.5), boolean (true), date (2025-03-04), timestamp \
              (2025-03-04 09:00), text. Digits behind a 0 or + are text, like every phone number. `id:text=42` says \
              otherwise.",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    if arguments.is_empty() {
        if shell.parameters.is_empty() {
            shell.console.note("no parameter has a value; \\set name=value gives $name one");
        }
        for parameter in &shell.parameters {
            let (name, value) = parameter.written();
            let typed = Parameters::new([parameter.clone()], shell.settings().tz)?;
            let kind = typed.iter().next().map_or("text", |(_, value)| type_of(value));
            shell.console.note(&format!("{name} = {value} ({kind})"));
        }
        return Ok(Flow::Next);
    }
    let parameter: Parameter = unquoted(arguments).parse().map_err(|error| match error {
        Error::Invalid { message, .. } => Error::Usage(format!("\\set {arguments}: {message}")),
        error => error,
    })?;
    // A value that is not of its type is refused here, and not in every statement.
    Parameters::new([parameter.clone()], shell.settings().tz)?;
    let name = parameter.written().0.to_owned();
    shell.parameters.retain(|known| known.written().0 != name);
    shell.parameters.push(parameter);
    Ok(Flow::Next)
}

/// What `\set NAME:TYPE` calls the type of a value.
fn type_of(value: &ScalarValue) -> &'static str {
    match value {
        ScalarValue::Int64(_) => "integer",
        ScalarValue::Decimal128(..) => "decimal",
        ScalarValue::Boolean(_) => "boolean",
        ScalarValue::Date32(_) => "date",
        ScalarValue::TimestampMicrosecond(..) => "timestamp",
        _ => "text",
    }
}

/// `name = 'value'` as psql and SQL have it, as `name=value`.
fn unquoted(arguments: &str) -> String {
    let Some((name, value)) = arguments.split_once('=') else { return arguments.to_owned() };
    let value = value.trim();
    let inner = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).map(|inner| inner.replace("''", "'"));
    format!("{}={}", name.trim(), inner.as_deref().unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::{type_of, unquoted};
    use crate::session::{Parameter, Parameters};

    #[test]
    fn a_value_may_be_quoted_as_in_sql() {
        assert_eq!(unquoted("to = '+44 ''1'"), "to=+44 '1");
        assert_eq!(unquoted("a=b c"), "a=b c");
        assert_eq!(unquoted("a:text=42"), "a:text=42");
        assert_eq!(unquoted("nothing"), "nothing");
    }

    #[test]
    #[allow(clippy::unwrap_used)]
    fn the_type_of_a_value_is_called_as_it_is_declared() {
        for (kind, value) in [
            ("text", "a"),
            ("integer", "1"),
            ("decimal", "0.5"),
            ("boolean", "true"),
            ("date", "2025-03-04"),
            ("timestamp", "2025-03-04 09:00:00"),
        ] {
            for written in [format!("p={value}"), format!("p:{kind}={value}")] {
                let parameter: Parameter = written.parse().unwrap();
                let read = Parameters::new([parameter], chrono_tz::UTC).unwrap();
                assert_eq!(read.iter().map(|(_, value)| type_of(value)).collect::<Vec<_>>(), [kind], "{written}");
            }
        }
    }
}
