//! What the contract says of itself: who may call each RPC, how large its request and how long its call may be, and which
//! rules its fields obey. Read once from the descriptors at start; a contract with a gap is refused, with every gap named.

mod check;
mod email;
mod file;
mod method;
mod names;
mod rules;

use std::{collections::HashMap, sync::Arc};

use anyhow::Context as _;
use prost_reflect::DescriptorPool;

pub use check::Malformed;
pub use email::email_fault;
pub use method::{Method, access, limits, media_types};

use crate::problem::{Problem, Violation};
use rules::Rules;

/// The contract as it was compiled, with its options.
pub fn descriptors() -> anyhow::Result<DescriptorPool> {
    DescriptorPool::decode(rollcall_proto::DESCRIPTORS).context("the descriptors are unreadable")
}

/// The same with comments.
pub fn commented() -> DescriptorPool {
    // They were compiled together with those that the server has read by then.
    DescriptorPool::decode(rollcall_proto::COMMENTED_DESCRIPTORS).unwrap_or_default()
}

/// Every RPC of the contract, by its path.
pub struct Contract {
    methods: HashMap<String, Arc<Method>>,
    rules: Rules,
    pool: DescriptorPool,
}

impl Contract {
    pub fn read(descriptors: &[u8]) -> Result<Self, Vec<String>> {
        let pool = DescriptorPool::decode(descriptors).map_err(|error| vec![format!("the descriptors: {error}")])?;
        let mut faults = Vec::new();
        let mut rules = Rules::default();
        let mut methods = HashMap::new();
        for service in pool.services().filter(|service| service.package_name() == "rollcall.v1") {
            for descriptor in service.methods() {
                let input = rules.compile(&descriptor.input(), &mut faults);
                match Method::read(&descriptor, input) {
                    Ok(method) => {
                        let path = format!("/{}/{}", service.full_name(), descriptor.name());
                        methods.insert(path, Arc::new(method));
                    }
                    Err(gaps) => faults.extend(gaps),
                }
            }
        }
        rules.mark_names();
        if faults.is_empty() { Ok(Self { methods, rules, pool }) } else { Err(faults) }
    }

    /// The RPC at a path such as `/rollcall.v1.CheckInService/CheckIn`.
    pub fn method(&self, path: &str) -> Option<&Arc<Method>> {
        self.methods.get(path)
    }

    /// Holds a request, as it came over the wire, against the rules of its fields.
    pub fn check(&self, method: &Method, message: &[u8]) -> Result<Vec<(Violation, String)>, Malformed> {
        check::check(&self.rules, method.input, message)
    }

    /// A request with its names in their form; None where they are so already.
    pub fn normalise(&self, method: &Method, message: &[u8]) -> Option<Vec<u8>> {
        names::normalise(&self.rules, method.input, message)
    }

    /// Holds what came in a file against the rules of the RPC at a path, which are those of its request: gives it with its
    /// names in their form, and what breaks a rule. Fails where there is no such RPC, so that nothing passes unchecked.
    pub fn hold<M: prost::Message + Default>(&self, path: &str, request: &M) -> Result<(M, Vec<Violation>), Problem> {
        let unheld = |cause: &dyn std::fmt::Display| Problem::internal(format!("{path}: {cause}"));
        let method = self.method(path).ok_or_else(|| unheld(&"the contract has no such RPC"))?;
        let sent = request.encode_to_vec();
        let normal = self.normalise(method, &sent).unwrap_or(sent);
        let found = self.check(method, &normal).map_err(|malformed| unheld(&malformed.0))?;
        let request = M::decode(&*normal).map_err(|cause| unheld(&cause))?;
        Ok((request, found.into_iter().map(|(violation, _)| violation).collect()))
    }

    pub const fn descriptors(&self) -> &DescriptorPool {
        &self.pool
    }
}

#[cfg(test)]
mod names_tests;
#[cfg(test)]
mod tests;
