//! How many connections there are, in all and from each address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// All connections of a listener.
pub(super) struct Crowd {
    places: Arc<Mutex<Places>>,
    max: usize,
    max_per_address: usize,
}

#[derive(Default)]
struct Places {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// The place of one connection. Dropping it gives the place back.
pub(super) struct Seat {
    places: Arc<Mutex<Places>>,
    address: IpAddr,
}

impl Crowd {
    /// 0 stands for no bound.
    pub(super) fn new(max: usize, max_per_address: usize) -> Crowd {
        Crowd { places: Arc::default(), max, max_per_address }
    }

    pub(super) fn enter(&self, address: IpAddr) -> Option<Seat> {
        let address = network(address);
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if self.max > 0 && places.all >= self.max {
            return None;
        }
        let own = places.by_address.entry(address).or_default();
        if self.max_per_address > 0 && *own >= self.max_per_address {
            return None;
        }
        *own += 1;
        places.all += 1;
        Some(Seat { places: self.places.clone(), address })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.all -= 1;
        let own = places.by_address.entry(self.address).or_default();
        *own = own.saturating_sub(1);
        if *own == 0 {
            places.by_address.remove(&self.address);
        }
    }
}

/// One subscriber has a whole IPv6 network of 64 bits, so that is what counts as one address.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_given_back() {
        let crowd = Crowd::new(3, 2);
        let one: IpAddr = "1.1.1.1".parse().unwrap();
        let seats = [crowd.enter(one).unwrap(), crowd.enter(one).unwrap()];
        assert!(crowd.enter(one).is_none());
        let other = crowd.enter("2001:db8::1".parse().unwrap()).unwrap();
        assert!(crowd.enter("2001:db8::2".parse().unwrap()).is_none());
        drop(seats);
        assert!(crowd.enter("2001:db8::2".parse().unwrap()).is_some());
        drop(other);
        assert_eq!(crowd.places.lock().unwrap().by_address.len(), 0);
    }

    #[test]
    fn zero_is_no_bound() {
        let crowd = Crowd::new(0, 0);
        let seats: Vec<_> = (0..100).map(|_| crowd.enter("1.1.1.1".parse().unwrap()).unwrap()).collect();
        assert_eq!(seats.len(), 100);
    }
}
