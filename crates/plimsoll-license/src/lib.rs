//! Licences: from what packages write to SPDX expressions, and what they ask of their users.
