//! Every bound in one place, with its unit. A limit that is met is named in the error.

/// The longest record (a line, a JSON value, a form body) of a feed, in bytes. A longer one is rejected.
pub const RECORD_BYTES_MAX: usize = 1 << 20;
/// The longest message body, in bytes of UTF-8: 255 parts of the longest encoding, rounded up. A longer one is rejected.
pub const BODY_BYTES_MAX: usize = 64 << 10;
/// The most bytes one file may hold after decompression.
pub const FILE_BYTES_MAX: u64 = 1 << 40;
/// How many times larger than its compressed form a file may grow; a plain-text feed compresses less than 100-fold.
pub const DECOMPRESSION_RATIO_MAX: u64 = 1_000;
/// The most events one landed file may hold: the identities of all of them stay in memory (about 64 bytes each).
pub const FILE_EVENTS_MAX: u64 = 100_000_000;
/// The most files one `land` command takes.
pub const LAND_FILES_MAX: usize = 1_000_000;
/// How often a commit is tried again after another writer's.
pub const COMMIT_RETRIES_MAX: u32 = 200;
/// The longest file of settings, in bytes.
pub const CONFIG_BYTES_MAX: usize = 1 << 20;
/// How often a statement that cannot be planned is planned again, in parts, to find the place that is wrong. When that is
/// not enough, the error names no place.
pub const DIAGNOSIS_TRIES_MAX: usize = 200;
/// How long that may take, in milliseconds; when that is not enough, the error names no place either.
pub const DIAGNOSIS_MILLISECONDS_MAX: u128 = 250;
/// The most expressions and queries of a statement in which a place is looked for so.
pub const DIAGNOSIS_EXPRESSIONS_MAX: usize = 2_000;
/// The most threads that can be asked for; none of the machines that there are has as many cores.
pub const THREADS_MAX: usize = 1_024;
/// The longest SQL text, in bytes.
pub const STATEMENT_BYTES_MAX: usize = 1 << 20;
/// How deep a statement may nest: brackets, subqueries, CASE in CASE.
pub const STATEMENT_NESTING_MAX: usize = 64;
/// The most operators (`+`, `AND`, `OR`, `UNION`, ...) in one statement: a chain of them nests as deep as it is long.
pub const STATEMENT_OPERATORS_MAX: usize = 1_000;
/// The stack of every thread that plans or runs SQL, in bytes: room for a statement of the greatest depth allowed.
pub const STACK_BYTES: usize = 16 << 20;
/// The most statements in one script.
pub const SCRIPT_STATEMENTS_MAX: usize = 10_000;
/// The most disk that sorts, joins and aggregations of one process may spill to, in bytes.
pub const SPILL_BYTES_MAX: u64 = 100 << 30;
/// What a query may hold in memory where nothing says otherwise and the size of the machine is unknown, in bytes.
pub const MEMORY_BYTES_DEFAULT: usize = 4 << 30;
/// The share of the machine's memory that queries may hold where nothing says otherwise, in percent.
pub const MEMORY_PERCENT_DEFAULT: u64 = 60;
/// The share of the memory limit that definitions may hold which a report reads more than once, in percent. One that needs
/// more is computed whenever it is read.
pub const REPORT_ROWS_KEPT_PERCENT_MAX: usize = 30;
/// How many record batches a query may be ahead of whoever reads its result.
pub const BATCHES_AHEAD_MAX: usize = 4;
/// The most values of a parameter that are looked up, to suggest near ones or to complete: campaigns, lists, accounts.
pub const PARAMETER_VALUES_MAX: usize = 100_000;
/// The rows of one sheet of a workbook, with the header; more go on in a sheet `name (2)`. Excel's own limit.
pub const XLSX_SHEET_ROWS_MAX: u32 = 1_048_576;
/// The columns of one sheet of a workbook. Excel's own limit.
pub const XLSX_SHEET_COLUMNS_MAX: usize = 16_384;
/// The longest text in a cell of a workbook, in UTF-16 units; of a longer one the cell has the start and says so, and so
/// does the sheet `about`. Excel's own limit.
pub const XLSX_CELL_CHARS_MAX: usize = 32_767;
/// The longest name of a sheet, in UTF-16 units; a longer one is cut. Excel's own limit.
pub const XLSX_SHEET_NAME_CHARS_MAX: usize = 31;
/// The most rows that a chart of a workbook is drawn from; a longer section has none, and the sheet `about` says so.
pub const XLSX_CHART_ROWS_MAX: usize = 10_000;
/// The most series in one chart of a workbook. Excel's own limit.
pub const XLSX_CHART_SERIES_MAX: usize = 255;
/// The most recipients one segment may have: about 50 bytes each stay in memory while it is made, 30 while it is read.
pub const SEGMENT_RECIPIENTS_MAX: u64 = 10_000_000;
/// The longest recipient that a segment may have, in bytes.
pub const SEGMENT_RECIPIENT_BYTES_MAX: usize = 1 << 10;
/// The longest name of a segment, in characters: lower-case letters, digits, `_` and `-`.
pub const SEGMENT_NAME_BYTES_MAX: usize = 64;
/// The longest definition of a segment, its SQL and the values of its parameters, in bytes of JSON.
pub const SEGMENT_DEFINITION_BYTES_MAX: usize = 4 << 20;
/// The most rows of a section that a page of HTML holds; it says how many it leaves out. The other formats hold all.
pub const HTML_ROWS_MAX: u64 = 100_000;
/// The most rows that a chart is drawn from, the first ones; it says so.
pub const CHART_POINTS_MAX: usize = 1_000;
/// The most rows that a chart with a bar for each shows, the first ones; it says so.
pub const CHART_BARS_MAX: usize = 40;
/// The largest result that the shell keeps to show it again, in bytes of its temporary file; a larger one is computed
/// again.
pub const LAST_RESULT_BYTES_MAX: u64 = 1 << 30;
/// How many entries the shell's history holds; the oldest go.
pub const HISTORY_ENTRIES_MAX: usize = 10_000;
/// The longest entry of the shell's history, in bytes; a longer one is not kept.
pub const HISTORY_ENTRY_BYTES_MAX: usize = 64 << 10;
/// How many files `\i` reads one inside the other.
pub const INCLUDED_FILES_MAX: usize = 16;
/// The most suggestions that the shell offers at once; more typing narrows them down.
pub const SUGGESTIONS_MAX: usize = 500;
/// The most entries of a folder that the shell looks at to complete a path.
pub const FOLDER_ENTRIES_MAX: usize = 10_000;
/// The longest text, in bytes, that the shell colours and completes while it is typed; a longer one is edited without.
pub const ASSISTED_BYTES_MAX: usize = 256 << 10;
