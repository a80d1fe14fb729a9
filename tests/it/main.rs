//! The black-box tests. Folders mirror the services of the contract, files their RPCs; what concerns all of them stands
//! beside.

mod audit;
mod auth;
mod browser;
mod check_in;
mod cli;
mod clients;
mod code;
mod connections;
mod edge_alone;
mod faults;
mod geofence;
mod health;
mod limits;
mod live;
mod openapi;
mod permissions;
mod record;
mod rest;
mod session;
mod telemetry;
mod tokens;
mod web;
mod websocket;
mod wire;
