//! t

mod status_codes;
