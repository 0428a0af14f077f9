//! The integration tests, as one binary: each one links the whole engine.

mod fold;
