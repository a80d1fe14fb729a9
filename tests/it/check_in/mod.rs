//! CheckInService: from the code on the wall to a row.

mod accepts;
mod access_points;
mod attempts;
mod code;
mod late;
mod membership;
mod network;
mod parallel;
mod position;
mod race_with_end;
mod replay;
mod session_left_out;
mod travel;
