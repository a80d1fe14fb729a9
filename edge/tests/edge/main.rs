//! The edge from outside: requests in, answers out, with a service behind it that answers with its request.

mod compression;
mod listener;
mod openapi;
mod pages;
mod rest;
mod sockets;
mod startup;
mod streams;
mod support;
mod table;
mod uploads;
mod web;
