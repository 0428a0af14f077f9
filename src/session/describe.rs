//! What there is to ask for, described: tables with their columns, functions with their arguments. The shell shows it and
//! completes from it, and the README's reference is written from it.
//!
//! The words stand where the thing is defined: columns of the log in `event::schema`, those of views at the head of their
//! files, those of other tables beside their schema, functions in their own documentation. They are Markdown.

mod functions;
mod tables;

use super::Session;

pub(super) use tables::Words;

/// The tables and functions of a session.
#[derive(Debug, Clone, Default)]
pub struct Description {
    /// In order of name.
    pub tables: Vec<TableDescription>,
    /// In order of name.
    pub functions: Vec<FunctionDescription>,
}

/// A table or view.
#[derive(Debug, Clone, Default)]
pub struct TableDescription {
    /// Its name.
    pub name: String,
    /// `table`, `view`, or `temporary` for what a script has made.
    pub kind: &'static str,
    /// What a row is, in a sentence of Markdown; empty where nobody said.
    pub description: String,
    /// In their order.
    pub columns: Vec<ColumnDescription>,
    /// The SELECT of a view, as it was written where that is known.
    pub sql: Option<String>,
}

/// A column of a table.
#[derive(Debug, Clone, Default)]
pub struct ColumnDescription {
    /// Its name.
    pub name: String,
    /// Its type as SQL has it, such as `text` or `decimal(18, 8)`.
    pub data_type: String,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// What it means, as Markdown; empty where nobody said.
    pub description: String,
}

/// A function. What is both an aggregate and a window function, or both scalar and a table, is described for each.
#[derive(Debug, Clone, Default)]
pub struct FunctionDescription {
    /// Its name.
    pub name: String,
    /// `scalar`, `aggregate`, `window` or `table`.
    pub kind: &'static str,
    /// Whether it is smsql's own, and not the engine's.
    pub is_own: bool,
    /// How a call is written, such as `percent(part, whole)`.
    pub syntax: String,
    /// Other ways to write it.
    pub other_syntax: Vec<String>,
    /// What it gives, as Markdown; empty where nobody said.
    pub description: String,
    /// Name and meaning of each argument.
    pub arguments: Vec<(String, String)>,
    /// An example, SQL and what it gives, as Markdown.
    pub example: Option<String>,
    /// Its other names, in order.
    pub aliases: Vec<String>,
    /// Functions that people who read about this one may look for.
    pub related: Vec<String>,
}

impl Description {
    /// The table of this name.
    pub fn table(&self, name: &str) -> Option<&TableDescription> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The function of this name, or with this other name; the first, where there is one of each kind.
    pub fn function(&self, name: &str) -> Option<&FunctionDescription> {
        self.functions_named(name).next()
    }

    /// The functions of this name, or with this other name.
    pub fn functions_named<'d>(&'d self, name: &str) -> impl Iterator<Item = &'d FunctionDescription> {
        self.functions
            .iter()
            .filter(move |function| function.name == name || function.aliases.iter().any(|a| a == name))
    }
}

impl Session {
    /// The tables and functions that SQL can name now, described. Nothing is read from the store.
    pub async fn describe(&self) -> Description {
        Description {
            tables: tables::describe(&self.context, &self.policy.built_in).await,
            functions: functions::describe(&self.context.state()),
        }
    }
}
