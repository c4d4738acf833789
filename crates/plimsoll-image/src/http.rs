//! What anything of ours that speaks HTTP has in common with registries: whom to believe, where to
//! be led, when to come back.

pub use crate::registry::{
    RetryPolicy, innermost, is_definite, is_loopback, is_transient, may_follow, retry_after,
    tls_config,
};
