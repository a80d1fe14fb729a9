//! ReportService: attendance in figures.

mod analytics;
mod at_risk;
mod backfill;
mod history;
mod live;
mod slow;
