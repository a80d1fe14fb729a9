//! RecordService: what was recorded.

mod get;
mod list;
mod list_my;
mod mark;
mod update;
