//! What the server sets, nobody else does: for every RPC that makes or changes something, every field that it may not write,
//! in every spelling, by everyone who may call. The RPCs and the fields come from the descriptors, so that a new one that is
//! not listed here fails.

mod attempts;
mod creation;
mod oneself;
mod scene;
mod update;

use rollcall_tests::on_both_stores;

use creation::no_creation_takes_what_the_server_sets;
use oneself::the_name_is_all_of_oneself;
use update::no_update_writes_more_than_its_list;

on_both_stores!(
    no_update_writes_more_than_its_list,
    no_creation_takes_what_the_server_sets,
    the_name_is_all_of_oneself
);

/// What some table has, and no message: no spelling of them is a way in.
const UNKNOWN: [&str; 10] = [
    "college_id",
    "tenant_id",
    "password_hash",
    "is_admin",
    "created_by",
    "updated_at",
    "deleted_at",
    "secret_hash",
    "event_seq",
    "token_hash",
];

/// As the contract has it, and as JSON may have it too.
fn spellings(field: &str) -> Vec<String> {
    let mut camel = String::new();
    for (number, word) in field.split('_').enumerate() {
        let (first, rest) = word.split_at(usize::from(number > 0).min(word.len()));
        camel.push_str(&first.to_uppercase());
        camel.push_str(rest);
    }
    let mut spellings = vec![field.to_owned(), camel];
    spellings.dedup();
    spellings
}
