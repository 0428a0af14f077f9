//! What there is to ask for, described: tables with their columns, functions with their arguments. The shell shows it and
//! completes from it.

use super::Session;

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
    /// What a row is, in a sentence; empty where nobody said.
    pub description: String,
    /// In their order.
    pub columns: Vec<ColumnDescription>,
    /// The SELECT of a view.
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
    /// What it means; empty where nobody said.
    pub description: String,
}

/// A function.
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
    /// What it gives; empty where nobody said.
    pub description: String,
    /// Name and meaning of each argument.
    pub arguments: Vec<(String, String)>,
    /// An example, SQL and what it gives.
    pub example: Option<String>,
    /// Its other names.
    pub aliases: Vec<String>,
}

impl Description {
    /// The table of this name.
    pub fn table(&self, name: &str) -> Option<&TableDescription> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The function of this name, or with this other name.
    pub fn function(&self, name: &str) -> Option<&FunctionDescription> {
        let is_it =
            |function: &&FunctionDescription| function.name == name || function.aliases.iter().any(|a| a == name);
        self.functions.iter().find(is_it)
    }
}

impl Session {
    /// The tables and functions that SQL can name now, described.
    pub async fn describe(&self) -> Description {
        let names = self.names().await;
        let column = |name: String| ColumnDescription { name, ..Default::default() };
        let table = |(name, columns): (String, Vec<String>)| {
            let columns = columns.into_iter().map(column).collect();
            TableDescription { name, kind: "table", columns, ..Default::default() }
        };
        let function = |name: String| FunctionDescription {
            syntax: format!("{name}()"),
            name,
            kind: "scalar",
            ..Default::default()
        };
        Description {
            tables: names.tables.into_iter().map(table).collect(),
            functions: names.functions.into_iter().map(function).collect(),
        }
    }
}
