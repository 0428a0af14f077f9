//! Bytes of a feed become raw record batches.
//!
//! An [`Input`] names one thing to land. [`Spool`] makes it readable twice. [`Feed`] is the SQL file that says how its
//! records look. [`split`] cuts the bytes into records, [`decode`] turns records into a batch with the declared schema.

pub mod catalogue;
pub mod decode;
pub mod decompress;
pub mod feed;
pub mod generate;
pub mod input;
pub mod location;
pub mod split;

pub use catalogue::Catalogue;
pub use decode::{Decoded, RejectedRecord};
pub use feed::{Feed, FeedFormat};
pub use input::{Input, Spool};
