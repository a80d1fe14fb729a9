//! The audit: what leaves a row, and AuditService, which shows them.

mod deeds;
mod denials;
mod list;
