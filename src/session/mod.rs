//! SQL over one version of the store.

pub mod feed;
pub mod functions;
pub mod landing;
pub mod table;
