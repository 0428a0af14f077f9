//! Reports on their way out: to standard output, to a file, or to a folder with a file per section. What goes to disk
//! appears when all of it is complete.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::results::by_suffix;
use super::{Console, Settings, Watch};
use crate::clock::Stopwatch;
use crate::output::document::{Chart, ChartKind, Document, DocumentParameter, DocumentSection, Target, document_sink};
use crate::output::{AtomicFile, Format, RenderOptions};
use crate::report::{Report, Section};
use crate::session::{Parameters, Session};
use crate::store::Snapshot;
use crate::{Error, Result};

/// Rows of a long section shown on screen; files hold all.
const ROWS_SHOWN: usize = 25;

/// Where a report goes. It is made before the work, so a place that cannot be written fails first.
pub struct Documents<'c> {
    console: &'c dyn Console,
    settings: &'c Settings,
    format: Format,
    rendering: RenderOptions,
    place: Place,
}

enum Place {
    Output,
    File(AtomicFile),
    Folder(PathBuf, Arc<Mutex<Vec<AtomicFile>>>),
}

impl<'c> Documents<'c> {
    /// Opens the file or makes the folder, if it is one.
    ///
    /// # Errors
    /// [`Error::Usage`] where the format and the place do not go together.
    pub fn new(console: &'c dyn Console, settings: &'c Settings, target: &super::Target, name: &str) -> Result<Self> {
        let format = match (target.format, &target.output) {
            (Some(format), _) => format,
            (None, None) => settings.format,
            (None, Some(path)) => by_suffix(path)?,
        };
        let place = match &target.output {
            Some(folder) if !format.holds_sections() => {
                let files = Arc::default();
                make_folder(folder, format)?;
                Place::Folder(folder.clone(), files)
            }
            Some(path) => Place::File(AtomicFile::create(path)?),
            None if !format.holds_sections() => {
                return Err(Error::Usage(format!(
                    "a {format} file holds one table: name one section with --section, or a folder for all of them with \
                     -o, such as -o {name}/"
                )));
            }
            None if !format.is_text() && console.output_is_terminal() => {
                return Err(Error::Usage(format!(
                    "{format} is not text and not for a terminal; write it to a file with -o"
                )));
            }
            None => Place::Output,
        };
        let mut rendering = match place {
            Place::Output => on_screen(console.rendering(settings.tz)),
            _ => RenderOptions { time_zone: settings.tz, ..RenderOptions::default() },
        };
        if format == Format::Table {
            rendering.null_text = Some(settings.null_text.clone());
        }
        target.apply(&mut rendering);
        Ok(Self { console, settings, format, rendering, place })
    }

    /// Standard output, looking as on a terminal.
    pub fn on_screen(console: &'c dyn Console, settings: &'c Settings) -> Self {
        let rendering = console.rendering(settings.tz);
        let rendering = on_screen(RenderOptions { terminal: true, bars: true, whole_with: None, ..rendering });
        Self { console, settings, format: Format::Table, rendering, place: Place::Output }
    }

    /// Runs a report and writes its sections as they come.
    pub async fn write(
        &mut self,
        report: &Report,
        session: &Session,
        parameters: Parameters,
        snapshot: &Snapshot,
    ) -> Result<()> {
        let target = match &self.place {
            Place::Output => Target::Stream(self.console.output()),
            Place::File(file) => Target::Stream(file.writer()?),
            Place::Folder(folder, files) => {
                let (folder, files) = (folder.clone(), Arc::clone(files));
                Target::Folder(Box::new(move |name| {
                    let file = AtomicFile::create(folder.join(name))?;
                    let writer = file.writer();
                    files.lock().unwrap_or_else(PoisonError::into_inner).push(file);
                    writer
                }))
            }
        };
        let document = self.describe(report, &parameters, snapshot);
        let mut sink = document_sink(self.format, target, document, self.rendering.clone())?;
        let is_shown = matches!(self.place, Place::Output);
        let mut watch = Watch::new(self.console, is_shown && self.console.output_is_terminal());
        watch.begin(session.progress(), Stopwatch::start());
        let run = watch.during(report.start(session, parameters)).await?;
        let sections = report.sections.len();
        for (at, section) in report.sections.iter().enumerate() {
            watch.label(format!("section {} of {sections}", at + 1));
            let mut answer = watch.during(run.section(section)).await?;
            watch.before_rows();
            if self.format == Format::Json && is_shown {
                // From here on the last line is open.
                watch.end();
            }
            sink.begin_section(answer.schema())?;
            while let Some(batch) =
                watch.during_or(answer.next(), || if is_shown { sink.show() } else { Ok(()) }).await?
            {
                watch.before_rows();
                sink.batch(&batch)?;
                self.leave_to_pager(&mut watch);
            }
            watch.before_rows();
            sink.end_section()?;
            self.leave_to_pager(&mut watch);
        }
        watch.end();
        sink.finish()
    }

    /// Draws no more once a pager has the terminal.
    fn leave_to_pager(&self, watch: &mut Watch) {
        if !self.console.messages_are_watched() {
            watch.end();
        }
    }

    /// Makes the files appear.
    pub fn finish(self) -> Result<()> {
        match self.place {
            Place::Output => Ok(()),
            Place::File(file) => file.commit(),
            Place::Folder(_, files) => {
                let files = std::mem::take(&mut *files.lock().unwrap_or_else(PoisonError::into_inner));
                files.into_iter().try_for_each(AtomicFile::commit)
            }
        }
    }

    fn describe(&self, report: &Report, parameters: &Parameters, snapshot: &Snapshot) -> Document {
        let settings = self.settings;
        let values = parameters.texts(settings.tz);
        let parameters = report.parameters.iter().map(|parameter| DocumentParameter {
            name: parameter.name.clone(),
            type_name: parameter.parameter_type.name().to_owned(),
            value: values.get(&parameter.name).cloned().flatten(),
            help: parameter.help.clone(),
        });
        let committed_at = snapshot.committed_at().with_timezone(&settings.tz).to_rfc3339();
        Document {
            name: report.name.clone(),
            title: report.title.clone(),
            description: report.description.clone(),
            parameters: parameters.collect(),
            version: snapshot.version(),
            facts: vec![
                ("store".to_owned(), settings.store.clone()),
                ("data as of".to_owned(), committed_at),
                ("time zone".to_owned(), settings.tz.name().to_owned()),
            ],
            sections: report.sections.iter().map(describe_section).collect(),
        }
    }
}

fn describe_section(section: &Section) -> DocumentSection {
    let chart = section.chart.as_ref().and_then(|chart| {
        let kind = ChartKind::ALL.iter().find(|(name, _)| *name == chart.kind)?.1;
        Some(Chart { kind, label: chart.label.clone(), values: chart.values.clone() })
    });
    DocumentSection {
        name: section.name.clone(),
        title: section.title.clone(),
        description: section.description.clone(),
        chart,
        columns: section.columns.clone(),
    }
}

/// How a section looks on screen.
fn on_screen(rendering: RenderOptions) -> RenderOptions {
    RenderOptions { rows_max: Some(ROWS_SHOWN), ..rendering }
}

fn make_folder(folder: &Path, format: Format) -> Result<()> {
    if folder.is_file() || Format::from_path(&folder.to_string_lossy()).is_some() {
        return Err(Error::Usage(format!(
            "a {format} file holds one table, and `{}` is to hold several: name one section with --section, or a folder",
            folder.display()
        )));
    }
    std::fs::create_dir_all(folder).map_err(|error| Error::storage(format!("cannot make {}", folder.display()), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chart_a_report_can_ask_for_can_be_drawn() {
        let drawn: Vec<&str> = ChartKind::ALL.iter().map(|(name, _)| *name).collect();
        assert_eq!(drawn, crate::report::Chart::KINDS);
    }
}
