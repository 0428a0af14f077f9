//! What is in force, as rows.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, StringArray};

use super::definitions::PROFILE;
use super::{Config, secrets};
use crate::Result;

impl Config {
    /// One row per setting: its name, its value, and where that was said. What could be secret is not in it.
    pub fn rows(&self) -> Result<RecordBatch> {
        let mut rows = vec![(PROFILE.key, self.profile.clone(), self.place(&self.profile_origin))];
        for entry in &self.entries {
            let value = secrets::without(&entry.value).into_owned();
            let value = Some(value).filter(|value| !value.is_empty() || entry.definition.key == "null");
            rows.push((entry.definition.key, value, self.place(&entry.origin)));
        }
        let column = |values: StringArray| -> ArrayRef { Arc::new(values) };
        let batch = RecordBatch::try_from_iter_with_nullable([
            ("setting", column(rows.iter().map(|row| Some(row.0)).collect()), false),
            ("value", column(rows.iter().map(|row| row.1.as_deref()).collect()), true),
            ("source", column(rows.iter().map(|row| Some(row.2.as_str())).collect()), false),
        ])?;
        Ok(batch)
    }

    /// One row per profile: its name, whether it is in force, what it sets, and where it stands.
    pub fn profile_rows(&self) -> Result<RecordBatch> {
        let profiles = self.file.iter().flat_map(|file| &file.profiles).collect::<Vec<_>>();
        let names = profiles.iter().map(|(name, _)| Some(name.as_str())).collect::<StringArray>();
        let forces =
            profiles.iter().map(|(name, _)| Some(self.profile.as_ref() == Some(*name))).collect::<BooleanArray>();
        let sets = profiles.iter().map(|(_, profile)| {
            let sets = |(key, written): (&&str, &super::file::Written)| format!("{key} = {}", written.text);
            profile.values.iter().map(sets).collect::<Vec<_>>().join(", ")
        });
        let sets = StringArray::from_iter_values(sets);
        let file = self.path.as_deref().map(|path| self.short(path)).unwrap_or_default();
        let places = profiles.iter().map(|(_, profile)| format!("{file}:{}", profile.line));
        let places = StringArray::from_iter_values(places);
        let batch = RecordBatch::try_from_iter([
            ("profile", Arc::new(names) as ArrayRef),
            ("in_force", Arc::new(forces)),
            ("settings", Arc::new(sets)),
            ("source", Arc::new(places)),
        ])?;
        Ok(batch)
    }
}
