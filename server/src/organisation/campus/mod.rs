//! The networks that colleges have declared as theirs, and those that the operator has: behind one address of such a network
//! are many people, so limits that count by address allow there several times as much. What the operator says holds for
//! every call. What a college says holds for logins that name it, and they are counted by themselves: an administrator of one
//! college can give nobody more tries at the accounts of another. And it tells whose check-in came from the campus.
//!
//! Every replica keeps the whole list in memory; a call costs no look-up anywhere else. News come over the bus, and from the
//! table every 5 s.

mod declared;

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    net::IpAddr,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

pub use declared::read;
use ipnet::IpNet;
use tokio::{sync::broadcast::error::RecvError, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    entity::college,
    problem::Problem,
    store::{Notice, Store},
};

const POLL: Duration = Duration::from_secs(5);

/// The list.
#[derive(Clone)]
pub struct CampusNetworks {
    declared: Arc<RwLock<Declared>>,
    operators: Arc<Networks>,
    factor: u32,
}

/// What colleges have declared; a college that declared none is not there.
#[derive(Debug, Default)]
struct Declared {
    networks: HashMap<Uuid, Networks>,
    /// By the colleges' short names.
    ids: HashMap<String, Uuid>,
}

/// Networks by their length, so that an address is looked up once for each length that is in use, however many there are.
#[derive(Debug, Default, PartialEq, Eq)]
struct Networks {
    networks: HashSet<IpNet>,
    lengths: BTreeSet<u8>,
}

impl CampusNetworks {
    /// Reads the table, and goes on reading it.
    pub async fn follow(
        store: Store,
        operators: &[IpNet],
        factor: u32,
        stop: CancellationToken,
    ) -> Result<Self, Problem> {
        let list = Self { declared: Arc::default(), operators: Arc::new(operators.iter().copied().collect()), factor };
        list.read(&store).await?;
        tokio::spawn(list.clone().run(store, stop));
        Ok(list)
    }

    /// What a limit of so many calls is for an address.
    pub fn scale(&self, calls: u32, address: IpAddr) -> u32 {
        if self.operators.hold(address) { self.multiply(calls) } else { calls }
    }

    /// What a limit of so many logins is for those that name this college, where the address is in one of its networks.
    pub fn scale_logins(&self, calls: u32, address: IpAddr, short_name: &str) -> Option<u32> {
        let declared = self.declared.read().unwrap_or_else(PoisonError::into_inner);
        let networks = declared.ids.get(short_name).and_then(|id| declared.networks.get(id));
        networks.is_some_and(|networks| networks.hold(address)).then(|| self.multiply(calls))
    }

    /// Whether an address is in a network that the college declared; none where it declared none.
    pub fn hold(&self, college_id: Uuid, address: Option<IpAddr>) -> Option<bool> {
        let declared = self.declared.read().unwrap_or_else(PoisonError::into_inner);
        let networks = declared.networks.get(&college_id)?;
        Some(address.is_some_and(|address| networks.hold(address)))
    }

    /// Reads one college's anew, for a decision that must not rest on what was heard of it last.
    pub async fn refresh(&self, store: &Store, college_id: Uuid) -> Result<(), Problem> {
        let found = college::by_id(college_id).one(store.database.reader()).await?;
        let mut declared = self.declared.write().unwrap_or_else(PoisonError::into_inner);
        declared.networks.remove(&college_id);
        if let Some(college) = found {
            declared.add(college);
        }
        Ok(())
    }

    const fn multiply(&self, calls: u32) -> u32 {
        calls.saturating_mul(self.factor)
    }

    async fn read(&self, store: &Store) -> Result<(), Problem> {
        let colleges = college::every().all(store.database.reader()).await?;
        let mut declared = Declared::default();
        for college in colleges {
            declared.add(college);
        }
        *self.declared.write().unwrap_or_else(PoisonError::into_inner) = declared;
        Ok(())
    }

    async fn run(self, store: Store, stop: CancellationToken) {
        let mut notices = store.bus.listen();
        let mut poll = tokio::time::interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = poll.tick() => {}
                notice = notices.recv() => match notice {
                    Ok(Notice::NetworksChanged { .. } | Notice::Gap) | Err(RecvError::Lagged(_)) => {}
                    Ok(_) => continue,
                    Err(RecvError::Closed) => return,
                },
            }
            // Without an answer the list stays as it is until the next time.
            let _ = self.read(&store).await;
        }
    }
}

impl Declared {
    fn add(&mut self, college: college::Model) {
        if !college.campus_networks.0.is_empty() {
            self.networks.insert(college.id, college.campus_networks.0.into_iter().collect());
            self.ids.insert(college.short_name, college.id);
        }
    }
}

impl Networks {
    fn hold(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let within = |length: &u8| IpNet::new(address, *length).is_ok_and(|net| self.networks.contains(&net.trunc()));
        self.lengths.iter().any(within)
    }
}

impl FromIterator<IpNet> for Networks {
    fn from_iter<I: IntoIterator<Item = IpNet>>(networks: I) -> Self {
        let networks: HashSet<_> = networks.into_iter().map(|network| network.trunc()).collect();
        Self { lengths: networks.iter().map(IpNet::prefix_len).collect(), networks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_college_declares_holds_for_its_own_logins() {
        let networks = |text: &str| [text.parse::<IpNet>().expect("a network")].into_iter().collect::<Networks>();
        let (riverside, hillside) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let declared = Declared {
            networks: HashMap::from([(riverside, networks("203.0.113.0/24"))]),
            ids: HashMap::from([("riverside".to_owned(), riverside)]),
        };
        let campus = CampusNetworks {
            declared: Arc::new(RwLock::new(declared)),
            operators: Arc::new(networks("10.0.0.0/8")),
            factor: 3,
        };
        for (address, calls, riversides, hillsides) in
            [("203.0.113.7", 100, Some(300), None), ("10.1.2.3", 300, None, None), ("198.51.100.7", 100, None, None)]
        {
            let address = address.parse().expect("an address");
            assert_eq!(campus.scale(100, address), calls, "{address}");
            let logins = |college: &str| campus.scale_logins(100, address, college);
            assert_eq!(
                (logins("riverside"), logins("hillside"), logins("")),
                (riversides, hillsides, None),
                "{address}"
            );
            assert_eq!(campus.hold(riverside, Some(address)), Some(riversides.is_some()), "{address}");
            assert_eq!(campus.hold(hillside, Some(address)), None, "{address}");
        }
        assert_eq!(campus.hold(riverside, None), Some(false));
    }

    #[test]
    fn an_address_is_in_a_network_or_not() {
        let networks: Networks =
            ["203.0.113.0/24", "198.51.100.7/32", "198.51.0.0/17", "2001:db8:5::/48", "10.1.2.3/8"]
                .map(|network| network.parse::<IpNet>().expect("a network"))
                .into_iter()
                .collect();
        for (address, expected) in [
            ("203.0.113.0", true),
            ("203.0.113.255", true),
            ("203.0.114.0", false),
            ("::ffff:203.0.113.9", true),
            ("198.51.100.7", true),
            ("198.51.127.255", true),
            ("198.51.128.0", false),
            ("2001:db8:5:ffff::1", true),
            ("2001:db8:6::1", false),
            // Only the operator can declare such a one; what stands after the prefix means nothing.
            ("10.255.0.1", true),
            ("11.0.0.1", false),
            ("::", false),
        ] {
            assert_eq!(networks.hold(address.parse().expect("an address")), expected, "{address}");
        }
        assert!(!Networks::default().hold(IpAddr::from([203, 0, 113, 7])));
    }
}
