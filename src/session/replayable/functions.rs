//! Scalar functions: those that give the same whenever and wherever they are called.

use std::ops::ControlFlow;

use datafusion::execution::SessionState;
use datafusion::logical_expr::{Expr, Volatility};
use datafusion::sql::parser::Statement as DfStatement;
use datafusion::sql::sqlparser::ast::{Expr as SqlExpr, TableFactor, Visit, Visitor};

use super::{Breach, Place};

/// Immutable as far as the engine knows, but they tell of it, not of the data.
const OF_THE_ENGINE: [&str; 6] =
    ["version", "arrow_typeof", "arrow_field", "arrow_metadata", "input_file_name", "file_row_index"];

/// Looks at one call; its arguments are looked at by themselves.
pub(super) fn check(expr: &Expr) -> Option<Breach> {
    let (name, args, volatility) = match expr {
        Expr::ScalarFunction(call) => (call.name(), call.args.len(), call.func.signature().volatility),
        Expr::HigherOrderFunction(call) => (call.name(), call.args.len(), call.func.signature().volatility),
        Expr::ScalarVariable(_, names) => {
            let name = names.join(".");
            let what = format!("`{name}` is a setting of the session, which no receipt keeps");
            return Some(Breach::new(Place::Word(name), what, ["use a parameter"]));
        }
        _ => return None,
    };
    let place = || Place::Call(name.to_owned(), args);
    if OF_THE_ENGINE.contains(&name) {
        let what = format!("`{name}` tells of the engine, not of the data: another release gives another value");
        return Some(Breach::new(place(), what, ["leave it out: a receipt names the versions of the software"]));
    }
    (volatility != Volatility::Immutable).then(|| another_every_time(name, place()))
}

fn another_every_time(name: &str, place: Place) -> Breach {
    let instead = match name {
        "now" | "current_date" | "current_time" | "current_timestamp" | "today" => {
            "use a parameter such as $to: what it was is part of the receipt"
        }
        "random" | "uuid" => "use what the rows have: message_key and event_key are as good as random, and stay",
        _ => "use a parameter, or a column",
    };
    Breach::new(place, format!("`{name}` gives another value every time"), [instead])
}

/// Looks at the arguments of table functions, such as `generate_series(...)`: in the plan they are values already.
pub(super) fn check_tables(statement: &DfStatement, state: &SessionState) -> Option<Breach> {
    let DfStatement::Statement(sql) = statement else { return None };
    match sql.visit(&mut TableArguments { state, inside: false }) {
        ControlFlow::Break(breach) => Some(breach),
        ControlFlow::Continue(()) => None,
    }
}

struct TableArguments<'s> {
    state: &'s SessionState,
    inside: bool,
}

impl Visitor for TableArguments<'_> {
    type Break = Breach;

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> ControlFlow<Breach> {
        let mut inside = TableArguments { state: self.state, inside: true };
        match table {
            TableFactor::Table { args: Some(args), .. } => args.visit(&mut inside),
            TableFactor::Function { args, .. } => args.visit(&mut inside),
            _ => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_expr(&mut self, expr: &SqlExpr) -> ControlFlow<Breach> {
        let SqlExpr::Function(call) = expr else { return ControlFlow::Continue(()) };
        let name = call.name.to_string().to_lowercase();
        match self.state.scalar_functions().get(&name).filter(|_| self.inside) {
            Some(function) if function.signature().volatility != Volatility::Immutable => {
                ControlFlow::Break(another_every_time(&name, Place::Word(name.clone())))
            }
            _ => ControlFlow::Continue(()),
        }
    }
}
