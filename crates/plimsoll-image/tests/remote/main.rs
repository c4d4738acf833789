//! Images out of real servers: a registry and the container engines, as far as they are installed.

mod engines;
mod registry;
mod support;
