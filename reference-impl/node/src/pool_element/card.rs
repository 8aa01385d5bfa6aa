//! The business card that a pool element gives by itself (RFC 5352 §3.9).
//!
//! ```text
//!              registered                     another identifier, transport, policy, life
//!   no card ──────────────► its pool, and itself ─┐
//!                                  ▲              │ a new one
//!                                  └──────────────┘
//! ```
//!
//! It stands on it alone: which other pool element is to be next is the pool's policy's business, and a pool user
//! learns that from its registrar. A new load is no new card, for it does not change whom to go to.

use rsp_proto::pool_element::Element;
use rsp_wire::asap::BusinessCard;
use rsp_wire::{PoolElement, ServerId, UnknownParameters};
use serde::Deserialize;

use crate::policy::with_load;

/// Which business card pool users are given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Card {
    /// Its pool and itself, once it is registered.
    #[default]
    Own,
    /// None but what its owner sets.
    None,
}

/// The card that is given, if one is.
#[derive(Debug)]
pub(super) struct OwnCard {
    card: Card,
    /// Who stands on the last one, without a load.
    given: Option<PoolElement>,
}

impl OwnCard {
    pub(super) fn new(card: Card) -> Self {
        Self { card, given: None }
    }

    /// The owner decides on the card from now on.
    pub(super) fn leave_to_owner(&mut self) {
        self.card = Card::None;
    }

    /// The card to give from now on, if it is another one.
    pub(super) fn renewed(&mut self, engine: &Element) -> Option<BusinessCard> {
        let is_due = match self.card {
            Card::Own => engine.is_registered() && engine.has_control_channel(),
            Card::None => false,
        };
        if !is_due {
            return None;
        }
        let config = engine.config();
        let element = PoolElement {
            identifier: engine.id(),
            home: engine.home_id().unwrap_or(ServerId::UNDETERMINED),
            life: config.life,
            user_transport: config.user_transport.clone(),
            policy: config.policy.clone(),
            asap_transport: config.asap_transport.clone(),
            unknown: UnknownParameters::NONE,
        };
        let lasting = PoolElement {
            home: ServerId::UNDETERMINED,
            policy: with_load(&config.policy, 0).unwrap_or_else(|| config.policy.clone()),
            ..element.clone()
        };
        if self.given.as_ref() == Some(&lasting) {
            return None;
        }
        self.given = Some(lasting);
        Some(BusinessCard::new(config.pool.clone(), vec![element]))
    }
}
