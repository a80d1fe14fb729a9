//! What the edge makes of messages and documents, held against what others make of them: the message library and
//! Python's own implementation. The fuzz targets share the checks, and what they have found is replayed here.

mod checks;
mod corpus;
mod dice;
mod differences;
mod mirror;
mod properties;
mod python;
mod python_table;
mod same;
mod scramble;
