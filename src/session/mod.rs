//! SQL over one version of the store.

pub mod feed;
pub mod landing;
pub mod table;
pub mod functions;
