//! The feeds there are: the built-in ones, and those a store adds or overrides.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};

use super::feed::Feed;
use crate::error::{Error, Result};

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/queries/providers");

/// All feeds by name.
#[derive(Debug, Clone)]
pub struct Catalogue {
    feeds: BTreeMap<String, Feed>,
}

impl Catalogue {
    /// The built-in feeds, with `own` (path and text of each file in a store's `providers/` folder) added or put in
    /// their place.
    pub fn new<'a>(own: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self> {
        let mut feeds = BTreeMap::new();
        for file in BUILT_IN.dirs().flat_map(Dir::files) {
            let path = file.path().display().to_string();
            let text = file.contents_utf8().ok_or_else(|| Error::invalid(&path, "not UTF-8 text"))?;
            let mut feed = Feed::parse(&format!("queries/providers/{path}"), text)?;
            "built-in".clone_into(&mut feed.origin);
            insert(&mut feeds, &path, feed)?;
        }
        for (path, text) in own {
            let feed = Feed::parse(path, text)?;
            insert(&mut feeds, path.trim_start_matches("providers/"), feed)?;
        }
        Ok(Self { feeds })
    }

    /// The feed of this name, or an error that suggests near ones.
    pub fn get(&self, name: &str) -> Result<&Feed> {
        self.feeds.get(name).ok_or_else(|| Error::not_found("feed", name, self.feeds.keys().map(String::as_str)))
    }

    /// All feeds, ordered by name.
    pub fn iter(&self) -> impl Iterator<Item = &Feed> {
        self.feeds.values()
    }
}

fn insert(feeds: &mut BTreeMap<String, Feed>, path: &str, feed: Feed) -> Result<()> {
    if path != format!("{}.sql", feed.name) {
        return Err(Error::invalid(
            path,
            format!("its header says `-- feed: {}`, which belongs in {0}.sql", feed.name),
        ));
    }
    feeds.insert(feed.name.clone(), feed);
    Ok(())
}
