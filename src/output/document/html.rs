//! A document as one page of HTML that needs nothing else: it opens from a disk, asks nobody for anything, and prints.
//!
//! Whatever comes from a result is text on it and nothing more. Every value is escaped, the page's policy lets no
//! script or style run but the page's own (by their hashes), and characters that are invisible or turn text around
//! are spelt out. Cells hold the text that every other format has; commas between thousands are the style sheet's.
//!
//! Rows are written as they come. Only those a chart may need stay in memory until it is drawn, as it stands above
//! its table.

mod cell;
mod page;
mod policy;

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::super::out::{TextOut, not_begun};
use super::super::value::{self, Escape};
use super::svg::{self, Points};
use super::{Chart, Document, DocumentSink, RenderOptions};
use crate::limits::{CHART_POINTS_MAX, HTML_ROWS_MAX};
use crate::{Error, Result};

use cell::CellStyle;
use page::{Page, RowCount};

/// Rows that a table shows before somebody asks for the others; `style.css` and `script.js` say the same.
const ROWS_SHOWN: u64 = 25;

/// Writes a document as one page.
pub(super) struct HtmlSink {
    out: TextOut,
    document: Document,
    options: RenderOptions,
    /// None until the page has begun.
    page: Option<Page>,
    /// How many sections have begun.
    begun: usize,
    section: Option<Section>,
}

/// The section whose rows come.
struct Section {
    columns: Vec<CellStyle>,
    rows: u64,
    chart: Option<PendingChart>,
}

/// A chart whose rows come.
struct PendingChart {
    chart: Chart,
    points: Points,
    /// Where it stands in the text not handed on yet.
    place: usize,
    /// The columns of its label and its values in the result.
    label: usize,
    values: Vec<usize>,
}

impl HtmlSink {
    pub(super) fn new(out: Box<dyn Write + Send>, document: Document, options: RenderOptions) -> Self {
        Self { out: TextOut::new(out), document, options, page: None, begun: 0, section: None }
    }

    /// Writes the head of the page, once.
    fn begin_page(&mut self) -> Result<()> {
        if self.page.is_none() {
            let page = Page::new()?;
            page.head(&self.document, &mut self.out.text)?;
            self.page = Some(page);
        }
        Ok(())
    }

    /// Draws the chart into the place that was kept for it.
    fn draw_chart(&mut self) -> Result<()> {
        let (Some(page), Some(section)) = (&self.page, &mut self.section) else { return Err(not_begun()) };
        let Some(pending) = section.chart.take() else { return Ok(()) };
        let title = &self.document.sections[self.begun - 1].title;
        let drawing = svg::draw(&pending.chart, pending.points, title, self.options.time_zone);
        let mut html = String::new();
        page.chart(pending.chart.kind, &drawing, &mut html)?;
        self.out.text.insert_str(pending.place, &html);
        Ok(())
    }
}

impl DocumentSink for HtmlSink {
    fn begin_section(&mut self, schema: &SchemaRef) -> Result<()> {
        self.begin_page()?;
        let Some(page) = &self.page else { return Err(not_begun()) };
        let Some(described) = self.document.sections.get(self.begun) else {
            return Err(Error::Internal("a document has more results than sections".to_owned()));
        };
        let id = page::section_id(described, self.begun);
        let columns: Vec<CellStyle> = schema.fields().iter().map(|field| CellStyle::new(field)).collect();
        page.section(&id, described, columns.len(), &mut self.out.text)?;
        let chart = match &described.chart {
            Some(chart) => {
                let column = |name: &String| Ok::<_, Error>(schema.index_of(name)?);
                let label = column(&chart.label)?;
                let values = chart.values.iter().map(column).collect::<Result<Vec<_>>>()?;
                let points = Points::new(schema.field(label).data_type(), &chart.values);
                Some(PendingChart { chart: chart.clone(), points, place: self.out.text.len(), label, values })
            }
            None => None,
        };
        page.table(&id, described, schema, &columns, &mut self.out.text)?;
        self.section = Some(Section { columns, rows: 0, chart });
        self.begun += 1;
        if self.section.as_ref().is_some_and(|section| section.chart.is_none()) { self.out.hand_on() } else { Ok(()) }
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<()> {
        let values = value::columns(batch, &self.options, Escape::Hazards)?;
        let null = self.options.null_text.clone();
        for row in 0..batch.num_rows() {
            let section = self.section.as_mut().ok_or_else(not_begun)?;
            section.rows += 1;
            if section.rows > HTML_ROWS_MAX {
                section.rows += (batch.num_rows() - row - 1) as u64;
                break;
            }
            cell::row(&section.columns, &values, row, null.as_deref(), batch, &mut self.out.text)?;
            if let Some(pending) = &mut section.chart {
                if pending.points.labels.len() < CHART_POINTS_MAX {
                    pending.take(&values, row)?;
                    continue;
                }
                pending.points.cut = true;
                self.draw_chart()?;
            }
            self.out.end_row()?;
        }
        if self.section.as_ref().is_some_and(|section| section.chart.is_none()) { self.out.hand_on() } else { Ok(()) }
    }

    fn end_section(&mut self) -> Result<()> {
        self.draw_chart()?;
        let (Some(page), Some(section)) = (&self.page, self.section.take()) else { return Err(not_begun()) };
        let count = RowCount::new(section.rows, HTML_ROWS_MAX, ROWS_SHOWN);
        page.end(&self.document.sections[self.begun - 1], &count, &mut self.out.text)?;
        self.out.hand_on()
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        if let Some(section) = self.document.sections.get(self.begun) {
            return Err(Error::Internal(format!("the document ended before its section `{}`", section.name)));
        }
        self.begin_page()?;
        let Some(page) = &self.page else { return Err(not_begun()) };
        page.foot(&self.document, &self.options, &mut self.out.text)?;
        self.out.finish()
    }
}

impl PendingChart {
    fn take(&mut self, values: &[value::Column<'_>], row: usize) -> Result<()> {
        let text = |column: usize| {
            if values[column].is_null(row) {
                return Ok(None);
            }
            let mut text = String::new();
            values[column].text(row, &mut text)?;
            Ok::<_, Error>(Some(text))
        };
        self.points.labels.push(text(self.label)?);
        for (column, (_, series)) in self.values.iter().zip(&mut self.points.series) {
            series.push(text(*column)?);
        }
        Ok(())
    }
}
