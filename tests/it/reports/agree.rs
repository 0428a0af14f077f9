//! Sections that show the same quantity agree.
