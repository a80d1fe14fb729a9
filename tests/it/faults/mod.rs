//! What happens when something dies. Whatever it is, what was acknowledged is there, once.

mod cancelled_begin;
mod drain;
mod journal;
mod kill_server;
mod postgres_restarts;
mod redis_dies;
mod replicas;
