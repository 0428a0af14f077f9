//! Running a report: its parameters are read, its definitions become views of a session of their own, its sections are
//! asked one by one.

use std::collections::BTreeMap;

use arrow::array::AsArray;
use arrow::datatypes::DataType;
use chrono_tz::Tz;

use super::parameter::ReportParameter;
use super::parse::{Report, Section};
use crate::error::{Error, Result};
use crate::limits::PARAMETER_VALUES_MAX;
use crate::session::{Answer, KeptDefinition, Parameter, Parameters, Session, Statement, split};

/// A report with its parameters bound, over one version of the store.
#[derive(Debug)]
pub struct Run {
    session: Session,
    parameters: Parameters,
}

impl Report {
    /// The parameter of this name.
    pub fn parameter(&self, name: &str) -> Result<&ReportParameter> {
        if let Some(why) = self.ignores.get(name) {
            return Err(Error::Usage(format!("{} has no --{name}: {why}", self.name)));
        }
        let found = self.parameters.iter().find(|parameter| parameter.name == name);
        found.ok_or_else(|| Error::not_found("parameter", name, self.parameters.iter().map(|p| p.name.as_str())))
    }

    /// Reads the values given, by name, each as its type; times without an offset are in `zone`. What is not given has
    /// its default, else it is NULL.
    pub fn bind(&self, given: &BTreeMap<String, String>, zone: Tz) -> Result<Parameters> {
        for (name, value) in given {
            self.parameter(name)?.check_allowed(value)?;
        }
        let values = self.parameters.iter().filter_map(|parameter| {
            let value = given.get(&parameter.name).or(parameter.default.as_ref())?;
            Some(Parameter::new(&parameter.name, parameter.parameter_type, value))
        });
        let nulls = Parameters::nulls(self.parameters.iter().map(|p| (p.name.as_str(), p.parameter_type)));
        match Parameters::new(values, zone) {
            Ok(values) => Ok(values.or(nulls)),
            Err(error) => Err(Error::Usage(error.to_string())),
        }
    }

    /// Refuses a value that nothing in the store has, naming near ones: a report on a misspelt campaign is empty, and
    /// looks like an answer.
    pub async fn check_given(&self, session: &Session, given: &BTreeMap<String, String>) -> Result<()> {
        for (name, value) in given {
            let parameter = self.parameter(name)?;
            if parameter.values.is_none() {
                continue;
            }
            let values = self.values(session, parameter).await?;
            if !values.contains(value) && values.len() < PARAMETER_VALUES_MAX {
                let what = match name.as_str() {
                    "campaign" => "campaign",
                    "provider" => "provider",
                    "account" => "account",
                    "list" => "list",
                    "segment" => "segment",
                    _ => "value of that parameter",
                };
                return Err(Error::not_found(what, value, values.iter().map(String::as_str)));
            }
        }
        Ok(())
    }

    /// The values of a parameter that the store knows, as far as its `values:` query tells; at most
    /// [`PARAMETER_VALUES_MAX`].
    pub async fn values(&self, session: &Session, parameter: &ReportParameter) -> Result<Vec<String>> {
        let Some(sql) = &parameter.values else { return Ok(parameter.allowed.clone()) };
        let mut values = Vec::new();
        for statement in split(&format!("{}: values of {}", self.place, parameter.name), sql)? {
            let mut answer = session.run(&statement, &Parameters::default()).await?;
            while let Some(batch) = answer.next().await? {
                let Some(column) = batch.columns().first() else { continue };
                let texts = arrow::compute::cast(column, &DataType::Utf8)?;
                values.extend(texts.as_string::<i32>().iter().flatten().map(str::to_owned));
                if values.len() >= PARAMETER_VALUES_MAX {
                    values.truncate(PARAMETER_VALUES_MAX);
                    return Ok(values);
                }
            }
        }
        Ok(values)
    }

    /// What must hold before anything is computed: a report of the user's own can be reproduced, and what is asked for is
    /// there.
    pub async fn ready(&self, session: &Session, given: &BTreeMap<String, String>) -> Result<()> {
        if !self.is_built_in {
            self.check(session).await?;
        }
        self.check_given(session, given).await
    }

    /// Makes the report ready to be asked; nothing has been computed yet.
    pub async fn start(&self, session: &Session, parameters: Parameters) -> Result<Run> {
        self.start_sections(session, parameters, &self.sections).await
    }

    /// The same for one who asks these sections, each once. What they read more than once is computed once; other
    /// sections can be asked as well, but nothing is kept for them.
    pub async fn start_sections(
        &self,
        session: &Session,
        parameters: Parameters,
        sections: impl IntoIterator<Item = &Section>,
    ) -> Result<Run> {
        let readers: Vec<_> = sections.into_iter().map(|section| &section.statement).collect();
        Ok(Run { session: session.with_views_for(&self.views(), &readers, &parameters).await?, parameters })
    }

    fn views(&self) -> Vec<(&str, &Statement)> {
        self.definitions.iter().map(|definition| (definition.name.as_str(), &definition.statement)).collect()
    }

    /// Refuses a report whose result could differ from run to run, or whose columns are not those its header defines.
    pub async fn check(&self, session: &Session) -> Result<()> {
        let parameters = self.bind(&BTreeMap::new(), Tz::UTC)?;
        let session = session.with_views(&self.views(), &parameters).await?;
        for section in &self.sections {
            let schema = session.check_replayable(&section.statement, &parameters).await?;
            let names: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
            let defined: Vec<_> = section.columns.iter().map(|(name, _)| name.as_str()).collect();
            if names != defined {
                let message = format!(
                    "section {} has the columns {}, and its header defines {}",
                    section.name,
                    names.join(", "),
                    defined.join(", ")
                );
                return Err(Error::invalid(&self.place, message));
            }
        }
        Ok(())
    }

    /// Refuses SQL that mentions a parameter nobody declares, and a declared one that no SQL mentions.
    pub(super) fn check_parameters(&self) -> Result<()> {
        let statements =
            self.sections.iter().map(|s| &s.statement).chain(self.definitions.iter().map(|d| &d.statement));
        let mut unused: Vec<&str> = self.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        for statement in statements {
            statement.check_parameters(self.parameters.iter().map(|parameter| parameter.name.as_str()))?;
            unused.retain(|name| !statement.parameters().any(|mentioned| mentioned == *name));
        }
        if let Some(name) = unused.first() {
            return Err(Error::invalid(&self.place, format!("no SQL mentions the parameter `{name}`")));
        }
        match self.ignores.keys().find(|name| self.parameters.iter().any(|parameter| parameter.name == **name)) {
            Some(name) => Err(Error::invalid(&self.place, format!("it says it ignores `{name}`, but its SQL uses it"))),
            None => Ok(()),
        }
    }
}

impl Run {
    /// Asks one section.
    pub async fn section(&self, section: &Section) -> Result<Answer> {
        self.session.run(&section.statement, &self.parameters).await
    }

    /// The definitions that are computed once for several reads, and what is kept of them at the moment.
    pub async fn kept(&self) -> Vec<KeptDefinition> {
        self.session.kept().await
    }

    /// The values it was started with.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }
}
