//! Knowledge of the registered PEs, from the messages that passed: it decides which requirement demands the
//! answer to a handle resolution.

use crate::kind::{
    DEREGISTRATION, DEREGISTRATION_RESPONSE, ENDPOINT_UNREACHABLE, REGISTRATION,
    REGISTRATION_RESPONSE,
};
use crate::player::{Player, PoolHandle};
use rspcheck_dissect::{Dissection, Value};
use std::collections::BTreeSet;
use std::time::Duration;

/// Existence of a pool in the target's handlespace, as far as the messages show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Existence {
    /// A registration was granted, and nothing happened since then that can end it.
    Exists,
    /// No PE was ever registered, or every one was de-registered.
    Unknown,
    /// A registration is not answered yet, or may have ended.
    Uncertain,
}

/// A PE that was registered, or for which a registration was sent.
#[derive(Debug)]
struct Member {
    player: Player,
    handle: PoolHandle,
    id: u32,
    /// Registration life; `None` is unlimited.
    life: Option<Duration>,
    /// Time of the registration's grant; `None` while it is uncertain.
    granted: Option<Duration>,
    /// Player that received a grant, until a de-registration is answered.
    registrant: Option<Player>,
}

/// The PEs of one case.
#[derive(Debug, Default)]
pub(super) struct Pools {
    members: Vec<Member>,
    /// Handles that the tester has made or sent.
    named: BTreeSet<PoolHandle>,
}

impl Pools {
    /// Notes a handle that the case uses.
    pub(super) fn named(&mut self, handle: &PoolHandle) {
        self.named.insert(handle.clone());
    }

    /// Returns the handles that the case uses.
    pub(super) fn all_named(&self) -> BTreeSet<PoolHandle> {
        self.named.clone()
    }

    /// Notes a message to the target. Membership is uncertain from now on until the answer.
    pub(super) fn sent(&mut self, player: Player, octets: &[u8], message: &Dissection) {
        self.named.extend(handle_of(message));
        match octets.first() {
            Some(kind) if *kind == REGISTRATION.code => {
                let (Some(handle), Some(id)) = (
                    handle_of(message),
                    number(message, "pool-element/pe-identifier"),
                ) else {
                    return;
                };
                let life = message
                    .number("pool-element/registration-life")
                    .filter(|seconds| *seconds != -1)
                    .map(|seconds| Duration::from_secs(seconds.max(0) as u64));
                self.doubt(|member| member.id == id);
                match self.member(&handle, id) {
                    Some(member) => (member.player, member.life) = (player, life),
                    None => self.members.push(Member {
                        player,
                        handle,
                        id,
                        life,
                        granted: None,
                        registrant: None,
                    }),
                }
            }
            Some(kind) if [DEREGISTRATION.code, ENDPOINT_UNREACHABLE.code].contains(kind) => {
                // A wrong registrar may take the PE from another pool than the one that is named.
                let id = number(message, "pe-identifier");
                self.doubt(|member| id.is_none_or(|id| member.id == id));
            }
            _ => {}
        }
    }

    /// Notes a message of the target to a player.
    pub(super) fn received(
        &mut self,
        player: Player,
        octets: &[u8],
        message: &Dissection,
        now: Duration,
    ) {
        let (Some(handle), Some(id)) = (handle_of(message), number(message, "pe-identifier"))
        else {
            return;
        };
        match octets.first() {
            Some(kind) if *kind == REGISTRATION_RESPONSE.code && !message.flag('R') => {
                if let Some(member) = self.member(&handle, id) {
                    member.granted = Some(now);
                    member.registrant = Some(player);
                }
            }
            Some(kind)
                if *kind == DEREGISTRATION_RESPONSE.code && !message.has("operation-error") =>
            {
                self.members
                    .retain(|member| member.handle != handle || member.id != id);
            }
            Some(kind) if *kind == DEREGISTRATION_RESPONSE.code => {
                if let Some(member) = self.member(&handle, id) {
                    member.registrant = None;
                }
            }
            _ => {}
        }
    }

    /// Notes that the target may drop the PEs of this player: it lost its association, or it does not
    /// acknowledge keep-alives.
    pub(super) fn abandoned(&mut self, player: Player) {
        self.doubt(|member| member.player == player);
    }

    /// Returns the PEs that may still be registered, with the player that received the grant.
    pub(super) fn registered(&self) -> Vec<(Player, PoolHandle, u32)> {
        let registered = self.members.iter().filter_map(|member| {
            let player = member.registrant?;
            Some((player, member.handle.clone(), member.id))
        });
        registered.collect()
    }

    /// Returns the existence of a pool.
    pub(super) fn existence(&self, handle: &PoolHandle, now: Duration) -> Existence {
        let mut members = self
            .members
            .iter()
            .filter(|member| member.handle == *handle);
        let mut any = false;
        let lives = members.any(|member| {
            any = true;
            let Some(granted) = member.granted else {
                return false;
            };
            member.life.is_none_or(|life| now < granted + life)
        });
        match (lives, any) {
            (true, _) => Existence::Exists,
            (false, true) => Existence::Uncertain,
            (false, false) => Existence::Unknown,
        }
    }

    /// Returns the shortest limited registration life of the PEs.
    pub(super) fn shortest_life(&self) -> Option<Duration> {
        self.members.iter().filter_map(|member| member.life).min()
    }

    fn doubt(&mut self, which: impl Fn(&Member) -> bool) {
        let doubtful = self.members.iter_mut().filter(|member| which(member));
        doubtful.for_each(|member| member.granted = None);
    }

    fn member(&mut self, handle: &PoolHandle, id: u32) -> Option<&mut Member> {
        let mut members = self.members.iter_mut();
        members.find(|member| member.handle == *handle && member.id == id)
    }
}

fn handle_of(message: &Dissection) -> Option<PoolHandle> {
    match message.value("pool-handle")? {
        Value::Opaque(octets) => Some(PoolHandle(octets.to_vec())),
        _ => None,
    }
}

fn number(message: &Dissection, path: &str) -> Option<u32> {
    u32::try_from(message.number(path)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::{self, Cause, Forge, Policy, Transport};
    use rspcheck_dissect::{Protocol, dissect};

    const PE: Player = Player(0);

    fn pool() -> PoolHandle {
        PoolHandle(b"pool".to_vec())
    }

    fn registration(life: i32) -> Forge {
        let user_transport = Transport::Sctp {
            port: 7,
            transport_use: 0,
            addrs: vec![[192, 0, 2, 1].into()],
        };
        let element = forge::PoolElement {
            id: 7,
            home: 0,
            life,
            user_transport,
            policy: Policy::RoundRobin,
            asap_transport: None,
        };
        forge::registration(b"pool", &element)
    }

    fn send(pools: &mut Pools, message: Forge) {
        let octets = message.octets();
        pools.sent(PE, &octets, &dissect(Protocol::Asap, &octets));
    }

    fn receive(pools: &mut Pools, message: Forge) {
        let octets = message.octets();
        let message = dissect(Protocol::Asap, &octets);
        pools.received(PE, &octets, &message, Duration::from_secs(1));
    }

    fn granted(life: i32) -> Pools {
        let mut pools = Pools::default();
        send(&mut pools, registration(life));
        receive(
            &mut pools,
            forge::registration_response(b"pool", 7, false, &[]),
        );
        pools
    }

    fn existence(pools: &Pools, seconds: u64) -> Existence {
        pools.existence(&pool(), Duration::from_secs(seconds))
    }

    #[test]
    fn pool_exists_from_the_grant_to_the_end_of_the_life() {
        let mut pools = Pools::default();
        assert_eq!(existence(&pools, 1), Existence::Unknown);
        send(&mut pools, registration(2));
        assert_eq!(existence(&pools, 1), Existence::Uncertain);
        let rejected = forge::registration_response(b"pool", 7, true, &[]);
        receive(&mut pools, rejected);
        assert_eq!(existence(&pools, 1), Existence::Uncertain);

        let pools = granted(2);
        assert_eq!(existence(&pools, 2), Existence::Exists);
        assert_eq!(existence(&pools, 3), Existence::Uncertain);
        assert_eq!(existence(&granted(-1), 1000), Existence::Exists);
    }

    #[test]
    fn membership_is_uncertain_until_the_de_registration_is_granted() {
        let mut pools = granted(300);
        send(&mut pools, forge::deregistration(b"other", 7));
        assert_eq!(existence(&pools, 1), Existence::Uncertain);
        let refused = forge::deregistration_response(b"pool", 7, &[Cause::new(0x9)]);
        receive(&mut pools, refused);
        assert_eq!(existence(&pools, 1), Existence::Uncertain);
        receive(&mut pools, forge::deregistration_response(b"pool", 7, &[]));
        assert_eq!(existence(&pools, 1), Existence::Unknown);
    }

    #[test]
    fn reports_and_lost_associations_leave_membership_uncertain() {
        let mut reported = granted(300);
        send(&mut reported, forge::endpoint_unreachable(b"pool", 7));
        assert_eq!(existence(&reported, 1), Existence::Uncertain);
        let mut lost = granted(300);
        lost.abandoned(Player(1));
        assert_eq!(existence(&lost, 1), Existence::Exists);
        lost.abandoned(PE);
        assert_eq!(existence(&lost, 1), Existence::Uncertain);
    }
}
