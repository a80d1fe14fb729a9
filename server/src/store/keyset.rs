//! Where the next page of a list begins. What comes after a position by two columns is written so that the first of them
//! bounds a range of the index: a page far down then reads no rows above it, which an OR alone would.

use sea_orm::{ColumnTrait, Condition, Value};

/// The rows after a position, where both columns ascend.
pub fn after<C: ColumnTrait>(first: (C, impl Into<Value>), last: (C, impl Into<Value>)) -> Condition {
    let value = first.1.into();
    Condition::all().add(first.0.gte(value.clone())).add(Condition::any().add(first.0.gt(value)).add(last.0.gt(last.1)))
}

/// The rows after a position, where both columns descend.
pub fn before<C: ColumnTrait>(first: (C, impl Into<Value>), last: (C, impl Into<Value>)) -> Condition {
    let value = first.1.into();
    Condition::all().add(first.0.lte(value.clone())).add(Condition::any().add(first.0.lt(value)).add(last.0.lt(last.1)))
}
