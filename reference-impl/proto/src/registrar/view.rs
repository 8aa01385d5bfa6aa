//! Views of a registrar for the caller: numbers, and limits with their use.

use super::{Counters, Kind, Limit, LimitUse, Registrar};

/// Numbers of associations by their purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Associations {
    /// Of PEs and PUs, over SCTP.
    pub sctp: usize,
    /// Of PUs, over TCP.
    pub tcp: usize,
    /// Of peers.
    pub enrp: usize,
}

impl Registrar {
    /// Returns its counters.
    pub fn counters(&self) -> &Counters {
        &self.core.counters
    }

    /// Returns the numbers of associations that are up, in time proportional to them.
    pub fn association_counts(&self) -> Associations {
        let mut counts = Associations::default();
        for association in self.core.assocs.values() {
            match association.kind {
                Kind::Sctp => counts.sctp += 1,
                Kind::Tcp => counts.tcp += 1,
                Kind::Enrp => counts.enrp += 1,
            }
        }
        counts
    }

    /// Returns the number of associations that PEs and PUs set up, which `max-associations` limits.
    pub fn callers(&self) -> usize {
        self.core.room.callers()
    }

    /// Returns the number of PEs watched by ENDPOINT_KEEP_ALIVE: this registrar's own.
    pub fn watched(&self) -> usize {
        self.core.watches.len()
    }

    /// Returns the number of subscriptions to pools.
    pub fn subscriptions(&self) -> usize {
        self.core.subscriptions.count()
    }

    /// Returns the largest number of subscriptions of one association, in time proportional to all of them.
    pub fn most_subscriptions(&self) -> usize {
        let counts = self.core.assocs.values().map(|a| a.subscriptions.len());
        counts.max().unwrap_or(0)
    }

    /// Returns every limit with its use, except for the backlogs of sending, which the engine does not see.
    pub fn limits(&self) -> impl Iterator<Item = LimitUse> + '_ {
        Limit::ALL.into_iter().filter_map(|limit| {
            let (used, max) = self.limit(limit)?;
            Some(LimitUse {
                limit,
                used: used.map(|used| used as u64),
                max: max.map(|max| max as u64),
                hits: self.core.counters.hits(limit),
            })
        })
    }

    fn limit(&self, limit: Limit) -> Option<(Option<usize>, Option<usize>)> {
        let config = &self.core.config;
        let enrp = self.enrp.as_ref();
        let [peers, sessions, adoptions] = enrp.map_or([0; 3], |enrp| enrp.in_use());
        let announcer = self.core.announcer.as_ref();
        let rate = |rate: u32| (None, usize::try_from(rate).ok().filter(|&rate| rate > 0));
        let counted = |used: usize, max: usize| (Some(used), Some(max));
        let each = |max: usize| (None, Some(max));
        Some(match limit {
            Limit::Pools => counted(self.core.space.pool_count(), config.max_pools),
            Limit::PoolElements => counted(self.core.space.len(), config.max_pool_elements),
            Limit::PoolElementsPerPool => each(config.max_pool_elements_per_pool),
            Limit::HandleLength => each(config.max_handle_length),
            Limit::ElementLength => each(config.max_element_length),
            Limit::Message => each(config.max_message),
            Limit::Associations => counted(self.core.room.callers(), config.max_associations),
            Limit::AssociationsPerAddress => each(config.associations_per_address()),
            Limit::Subscriptions => {
                counted(self.core.subscriptions.count(), config.max_subscriptions)
            }
            Limit::SubscriptionsPerAssociation => each(config.max_subscriptions_per_association),
            Limit::MessageRate => rate(config.max_message_rate),
            Limit::RegistrationRate => rate(config.max_registration_rate),
            Limit::ReportRate => rate(config.max_report_rate),
            Limit::PeerMessageRate => rate(config.max_peer_message_rate),
            Limit::KeepAliveGap => (None, None),
            Limit::Servers => counted(announcer.map_or(0, |a| a.heard()), config.max_servers),
            Limit::Peers => counted(peers, config.enrp.max_peers),
            Limit::PeerAddresses => each(config.enrp.max_peer_addresses),
            Limit::TableSessions => counted(sessions, config.enrp.max_table_sessions),
            Limit::WaitingMessages => each(config.enrp.max_waiting_messages),
            Limit::Adoptions => counted(adoptions, config.enrp.max_adoptions),
            Limit::TableParts => each(config.enrp.max_table_parts),
            Limit::Backlog | Limit::PeerBacklog => return None,
        })
    }
}
