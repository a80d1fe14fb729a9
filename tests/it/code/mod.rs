//! CodeService: what the wall shows.

mod current;
mod image;
mod modes;
mod verify;
mod watch;
