//! Whether rules can be, from values alone: somebody can satisfy them, they prove something, and they do not contradict themselves.

use crate::{
    entity::{
        evidence::{Factor, Flag},
        policy_version::{CodeMode, Rules, Uncertain},
    },
    problem::{ErrorReason, Problem, Violation},
};

/// The most policies in force that a college may have: all of them are read for a check-in that finds no copy.
pub const MAX_POLICIES: u64 = 1_000;

/// What can be the whole proof: something that is shown in the room, or that only the student has. The rest is what a client says
/// of its surroundings, and anybody can say the same from anywhere.
const PROOFS: [Factor; 4] = [Factor::Code, Factor::Otp, Factor::Device, Factor::Face];

/// Every fault of some rules at once. `off` is what nobody of the college can show; `prefix` stands before the names of fields.
pub fn check(rules: &Rules, off: &[Factor], prefix: &str) -> Result<(), Problem> {
    let mut faults = Faults { prefix, found: Vec::new() };
    check_requirements(&rules.requirements, off, &mut faults);
    check_settled_by(rules, off, &mut faults);
    if rules.code_mode == CodeMode::Challenge && !rules.requires(Factor::Code) {
        faults.add("code_mode", "CHALLENGE needs CODE among the requirements");
    }
    check_refused_flags(rules, &mut faults);
    if rules.start_needs_face && off.contains(&Factor::Face) {
        faults.add("start_needs_face", why_off(Factor::Face));
    }
    match faults.found.is_empty() {
        true => Ok(()),
        false => Err(Problem::invalid(ErrorReason::PolicyUnsatisfiable, faults.found)),
    }
}

struct Faults<'p> {
    prefix: &'p str,
    found: Vec<Violation>,
}

impl Faults<'_> {
    fn add(&mut self, field: &str, description: impl Into<String>) {
        self.found.push(Violation { field: format!("{}rules.{field}", self.prefix), description: description.into() });
    }

    /// The faults of a list of factors by themselves.
    fn add_of(&mut self, field: &str, factors: &[Factor]) {
        for (place, factor) in factors.iter().enumerate() {
            let item = format!("{field}[{place}]");
            match factor {
                Factor::Travel => self.add(&item, "TRAVEL is looked at by itself and cannot be asked for"),
                Factor::Unknown => self.add(&item, "must be a factor, such as CODE"),
                _ if factors[..place].contains(factor) => self.add(&item, "is in the list already"),
                _ => {}
            }
        }
    }
}

fn check_requirements(requirements: &[Vec<Factor>], off: &[Factor], faults: &mut Faults) {
    if requirements.is_empty() {
        faults.add("requirements", "must have at least one, or everybody would be there");
        return;
    }
    for (number, factors) in requirements.iter().enumerate() {
        let field = format!("requirements[{number}].factors");
        if factors.is_empty() {
            faults.add(&field, "must name at least one factor, or nothing meets it");
        }
        faults.add_of(&field, factors);
        if !factors.is_empty() && factors.iter().all(|factor| off.contains(factor)) {
            let whys: Vec<_> = factors.iter().copied().map(why_off).collect();
            faults.add(&field, format!("{}; or name another factor beside", whys.join(", and ")));
        }
        let is_covered = |(other, narrower): &(usize, &Vec<Factor>)| {
            let is_subset = !narrower.is_empty() && narrower.iter().all(|factor| factors.contains(factor));
            // Of two that are the same the later one is at fault.
            *other != number && is_subset && (narrower.len() < factors.len() || *other < number)
        };
        if let Some((other, _)) = requirements.iter().enumerate().find(is_covered) {
            faults.add(&field, format!("whatever meets requirements[{other}] meets this one too: leave it out"));
        }
    }
    let proves = |factors: &Vec<Factor>| !factors.is_empty() && factors.iter().all(|factor| PROOFS.contains(factor));
    if !requirements.iter().any(proves) {
        let description = "one of them must be met by CODE, OTP, DEVICE and FACE alone: what else a client says, anybody \
                           can say from anywhere";
        faults.add("requirements", description);
    }
}

fn check_settled_by(rules: &Rules, off: &[Factor], faults: &mut Faults) {
    if rules.settled_by.is_empty() {
        return;
    }
    if rules.uncertain != Uncertain::AskForMore {
        faults.add("settled_by", "needs ASK_FOR_MORE as `uncertain`: nothing is settled where a doubt is accepted");
    }
    faults.add_of("settled_by", &rules.settled_by);
    for (place, factor) in rules.settled_by.iter().enumerate() {
        let field = format!("settled_by[{place}]");
        if rules.requires(*factor) {
            faults.add(&field, "is among the requirements, so it cannot settle anything besides");
        }
        if off.contains(factor) {
            faults.add(&field, format!("{}; or leave it out", why_off(*factor)));
        }
    }
}

/// Why nobody of the college can show a factor, and what to do.
const fn why_off(factor: Factor) -> &'static str {
    match factor {
        Factor::Network => "the college has declared no campus networks: declare them",
        _ => "the college does not compare faces: switch it on",
    }
}

fn check_refused_flags(rules: &Rules, faults: &mut Faults) {
    for (place, flag) in rules.refused_flags.iter().enumerate() {
        let item = format!("refused_flags[{place}]");
        match flag {
            Flag::Unknown => faults.add(&item, "must be a flag, such as MOCKED_POSITION"),
            _ if rules.refused_flags[..place].contains(flag) => faults.add(&item, "is in the list already"),
            Flag::SharedPosition => {
                faults.add(&item, "SHARED_POSITION is found when the session is over, and cannot be refused");
            }
            Flag::Uncertain if rules.uncertain == Uncertain::AcceptAndFlag => {
                faults.add(&item, "contradicts ACCEPT_AND_FLAG, which accepts what is in doubt");
            }
            _ => {}
        }
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
