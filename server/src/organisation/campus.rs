//! The networks that colleges have declared as theirs, and those that the operator has: behind one address of such a network
//! are many people, so limits that count by address allow there several times as much.
//!
//! Every replica keeps the whole list in memory; a call costs no look-up anywhere else. News come over the bus, and from the
//! table every 5 s.

use std::{
    collections::{BTreeSet, HashSet},
    net::IpAddr,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use ipnet::IpNet;
use tokio::{sync::broadcast::error::RecvError, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::{
    entity::college,
    problem::Problem,
    store::{Notice, Store},
};

const POLL: Duration = Duration::from_secs(5);

/// The list.
#[derive(Clone)]
pub struct CampusNetworks {
    declared: Arc<RwLock<Networks>>,
    operators: Arc<[IpNet]>,
    factor: u32,
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
        let list = Self { declared: Arc::default(), operators: operators.into(), factor };
        list.read(&store).await?;
        tokio::spawn(list.clone().run(store, stop));
        Ok(list)
    }

    /// What a limit of so many calls is for an address.
    pub fn scale(&self, calls: u32, address: IpAddr) -> u32 {
        let declared = self.declared.read().unwrap_or_else(PoisonError::into_inner);
        if declared.hold(address) { calls.saturating_mul(self.factor) } else { calls }
    }

    async fn read(&self, store: &Store) -> Result<(), Problem> {
        let colleges = college::every().all(store.database.reader()).await?;
        let declared = colleges.into_iter().flat_map(|college| college.campus_networks.0);
        let networks = declared.chain(self.operators.iter().copied()).collect();
        *self.declared.write().unwrap_or_else(PoisonError::into_inner) = networks;
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
