//! CodeService: what the wall shows.

mod current;
mod image;
mod verify;
mod watch;
