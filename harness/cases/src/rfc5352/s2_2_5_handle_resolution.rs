//! RFC 5352 §2.2.5: requests of PEs, and updates requested with the S flag.
//!
//! Answers to requests are in `s3_3_handle_resolution.rs`.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// Time limit for an update after a change. The RFC gives none and lets a registrar combine several
/// changes in one update, so this is generous (ambiguity T13).
const UPDATE: Duration = Duration::from_secs(5);

/// Note of a check on the update after a PE has joined.
const NO_UPDATE: &str = "no update after a PE has joined";

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    PE_IS_ANSWERED_OVER_ITS_REGISTRATION_ASSOCIATION,
    PE_CAN_ASK_FOR_ANOTHER_POOL,
    PE_CAN_ASK_BEFORE_AND_AFTER_ITS_MEMBERSHIP,
    REGISTRATION_BRINGS_AN_UPDATE,
    DEREGISTRATION_BRINGS_AN_UPDATE,
    EXPIRY_BRINGS_AN_UPDATE,
    RENEWAL_BRINGS_AN_UPDATE,
    UPDATES_KEEP_COMING,
    MANY_SUBSCRIBERS_GET_MANY_UPDATES,
    TWO_POOLS_OF_ONE_SUBSCRIBER,
    EVERY_SUBSCRIBER_GETS_THE_UPDATE,
    UPDATES_ARE_FOR_THE_POOL_ASKED_FOR,
    NO_UPDATES_WITHOUT_S,
    NEGATIVE_RESPONSE_BRINGS_NO_UPDATES,
    END_OF_THE_POOL_BRINGS_NO_POSITIVE_UPDATE,
];

const PE_IS_ANSWERED_OVER_ITS_REGISTRATION_ASSOCIATION: Case = registrar(
    "rfc5352/2.2.5/pe-is-answered-over-its-registration-association",
    "A PE that resolves its own pool over its association is answered like a PU.",
    &[
        R5352_2_2_5_3,  // The registrar answers handle resolutions from PEs too.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    pe_is_answered_over_its_registration_association,
);

fn pe_is_answered_over_its_registration_association(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    t.preamble(|t| t.register(&pe))?;

    let response = t.resolve(&pe, &pool)?;
    t.carries(R5352_2_2_5_3, &response, "pool-element");
    t.members(R5352_2_2_6_11, &response, &[&pe]);
    Ok(())
}

const PE_CAN_ASK_FOR_ANOTHER_POOL: Case = registrar(
    "rfc5352/2.2.5/pe-can-ask-for-another-pool",
    "A PE that resolves a pool of other PEs is answered like a PU.",
    &[
        R5352_2_2_5_3,  // The registrar answers handle resolutions from PEs too.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    pe_can_ask_for_another_pool,
);

fn pe_can_ask_for_another_pool(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let other_pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let other = t.pool_element(&other_pool);
    t.preamble(|t| t.register(&pe))?;
    t.preamble(|t| t.register(&other))?;

    let response = t.resolve(&pe, &other_pool)?;
    t.carries(R5352_2_2_5_3, &response, "pool-element");
    t.members(R5352_2_2_6_11, &response, &[&other]);
    Ok(())
}

const PE_CAN_ASK_BEFORE_AND_AFTER_ITS_MEMBERSHIP: Case = registrar(
    "rfc5352/2.2.5/pe-can-ask-before-and-after-its-membership",
    "An endpoint is answered before it registers and after it has de-registered.",
    &[
        R5352_2_2_5_3, // The registrar answers handle resolutions from PEs too.
        R5352_3_3_26,  // The rejection carries cause Unknown Pool Handle.
    ],
    pe_can_ask_before_and_after_its_membership,
);

fn pe_can_ask_before_and_after_its_membership(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.probe(&pu))?;

    let before = t.answered(R5352_2_2_5_3, |t| t.resolve(&pe, &pool))?;
    t.cause(R5352_3_3_26, &before, 0x9);

    t.preamble(|t| t.register(&pe))?;
    leave(t, &pe)?;
    let after = t.answered(R5352_2_2_5_3, |t| t.resolve(&pe, &pool))?;
    t.cause(R5352_3_3_26, &after, 0x9);
    Ok(())
}

const REGISTRATION_BRINGS_AN_UPDATE: Case = registrar(
    "rfc5352/2.2.5/registration-brings-an-update",
    "A PU whose request for updates was accepted gets an update when a PE joins the pool.",
    &[
        R5352_2_2_5_4, // After accepting S, the registrar sends updates.
        R5352_2_2_5_5, // An update is an unsolicited handle resolution response.
    ],
    registration_brings_an_update,
)
.needs(&[Ics::Subscription]);

fn registration_brings_an_update(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let second = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;
    t.preamble(|t| subscribe(t, &pu, &pool))?;

    // The update need not list the new PE: a response may list some PEs only (ambiguity T35).
    t.preamble(|t| t.register(&second))?;
    let update = update_where(t, &pu, &pool, |_| true)?;
    t.check_that(R5352_2_2_5_4, update.is_some(), NO_UPDATE);
    let positive = update.is_some_and(|m| m.has("pool-element") && !m.has("operation-error"));
    t.check_that(R5352_2_2_5_5, positive, "no positive update");
    Ok(())
}

const DEREGISTRATION_BRINGS_AN_UPDATE: Case = registrar(
    "rfc5352/2.2.5/deregistration-brings-an-update",
    "A PU whose request for updates was accepted gets an update when a PE leaves the pool.",
    &[
        R5352_2_2_5_4, // After accepting S, the registrar sends updates.
        R5352_2_2_5_5, // An update is an unsolicited handle resolution response.
    ],
    deregistration_brings_an_update,
)
.needs(&[Ics::Subscription]);

fn deregistration_brings_an_update(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let stays = t.pool_element(&pool);
    let leaves = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&stays))?;
    t.preamble(|t| t.register(&leaves))?;
    t.preamble(|t| subscribe(t, &pu, &pool))?;

    leave(t, &leaves)?;
    let update = update_where(t, &pu, &pool, |listed| {
        !listed.contains(&leaves.pe_identifier())
    })?;
    let note = "no update without the PE that has left";
    t.check_that(R5352_2_2_5_4, update.is_some(), note);
    let stayed = update.is_some_and(|m| m.pool_elements() == [stays.pe_identifier()]);
    t.check_that(R5352_2_2_5_5, stayed, "no update with the other PE alone");
    Ok(())
}

const EXPIRY_BRINGS_AN_UPDATE: Case = registrar(
    "rfc5352/2.2.5/expiry-brings-an-update",
    "A PU whose request for updates was accepted gets an update when a registration life ends.",
    &[
        R5352_2_2_5_4, // After accepting S, the registrar sends updates.
    ],
    expiry_brings_an_update,
)
.needs(&[Ics::Subscription, Ics::ShortLife]);

fn expiry_brings_an_update(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let stays = t.pool_element(&pool);
    let expires = t.pool_element(&pool).life(2);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&stays))?;
    t.preamble(|t| t.register(&expires))?;
    t.preamble(|t| subscribe(t, &pu, &pool))?;

    t.pass_time(t.latest(Duration::from_secs(2)))?;
    let update = update_where(t, &pu, &pool, |listed| listed == [stays.pe_identifier()])?;
    let note = "no update without the PE whose life has ended";
    t.check_that(R5352_2_2_5_4, update.is_some(), note);
    Ok(())
}

const RENEWAL_BRINGS_AN_UPDATE: Case = registrar(
    "rfc5352/2.2.5/renewal-brings-an-update",
    "A PU whose request for updates was accepted gets an update when a PE registers again with another port.",
    &[
        R5352_2_2_5_4, // After accepting S, the registrar sends updates.
    ],
    renewal_brings_an_update,
)
.needs(&[Ics::Subscription]);

fn renewal_brings_an_update(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    let at = t.address(&pe)?;
    let port = at.port() ^ 0x0100;
    t.preamble(|t| t.register(&pe))?;
    t.preamble(|t| subscribe(t, &pu, &pool))?;

    let moved = pe.user_transport(Transport::Sctp {
        port,
        transport_use: 0,
        addrs: vec![at.ip()],
    });
    t.preamble(|t| t.register(&moved))?;
    let until = t.now() + t.latest(UPDATE);
    let update = t.next_of(&pu, until, |m| {
        is_about(m, &pool) && m.number(PORT) == Some(port.into())
    })?;
    let note = "no update with the new port of the PE";
    t.check_that(R5352_2_2_5_4, update.is_some(), note);
    Ok(())
}

/// Subscribers, and changes of their pool: with 32 PEs in each of the updates, these have more than 256 KiB together.
const SUBSCRIBERS: usize = 16;
const CHANGES: usize = 5;

const MANY_SUBSCRIBERS_GET_MANY_UPDATES: Case = registrar(
    "rfc5352/2.2.5/many-subscribers-get-many-updates",
    "16 PUs that requested updates of a pool of 100 PEs get updates of ten changes, one after the other.",
    &[
        R5352_2_2_5_4, // After accepting S, the registrar sends updates.
    ],
    many_subscribers_get_many_updates,
)
.needs(&[Ics::Subscription]);

fn many_subscribers_get_many_updates(t: &mut Tester) -> Outcome {
    let pes = large_pool(t, (0..LARGE).map(|_| Policy::RoundRobin))?;
    let guest = &pes[0];
    let pool = guest.handle.clone();
    let pus: Vec<PoolUser> = (0..SUBSCRIBERS).map(|_| t.pool_user()).collect();
    t.preamble(|t| pus.iter().try_for_each(|pu| subscribe(t, pu, &pool)))?;

    for round in 1..=CHANGES {
        leave(t, guest)?;
        all_get_an_update(
            t,
            &pus,
            &pool,
            &format!("round {round}: after a PE has left"),
        )?;
        t.preamble(|t| t.register(guest))?;
        all_get_an_update(
            t,
            &pus,
            &pool,
            &format!("round {round}: after a PE has joined"),
        )?;
    }
    Ok(())
}

/// Checks that each PU gets an update of the pool.
#[track_caller]
fn all_get_an_update(t: &mut Tester, pus: &[PoolUser], pool: &PoolHandle, when: &str) -> Outcome {
    for pu in pus {
        let update = update_where(t, pu, pool, |_| true)?;
        t.check_that(R5352_2_2_5_4, update.is_some(), format!("no update {when}"));
    }
    Ok(())
}

const TWO_POOLS_OF_ONE_SUBSCRIBER: Case = registrar(
    "rfc5352/2.2.5/two-pools-of-one-subscriber",
    "A PU that requested updates of two pools gets the updates of both.",
    &[
        R5352_2_2_5_4, // After accepting S, the registrar sends updates.
    ],
    two_pools_of_one_subscriber,
)
.needs(&[Ics::Subscription]);

fn two_pools_of_one_subscriber(t: &mut Tester) -> Outcome {
    let pools = [t.unused_pool_handle(), t.unused_pool_handle()];
    let pu = t.pool_user();
    for pool in &pools {
        let founder = t.pool_element(pool);
        t.preamble(|t| t.register(&founder))?;
        t.preamble(|t| subscribe(t, &pu, pool))?;
    }

    for pool in &pools {
        let joins = t.pool_element(pool);
        t.preamble(|t| t.register(&joins))?;
        let update = update_where(t, &pu, pool, |_| true)?;
        t.check_that(R5352_2_2_5_4, update.is_some(), NO_UPDATE);
    }
    Ok(())
}

const UPDATES_KEEP_COMING: Case = registrar(
    "rfc5352/2.2.5/updates-keep-coming",
    "One request for updates brings an update for every later change, not only for the first.",
    &[
        R5352_2_2_5_4, // After accepting S, the registrar sends updates.
    ],
    updates_keep_coming,
)
.needs(&[Ics::Subscription]);

fn updates_keep_coming(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let stays = t.pool_element(&pool);
    let guest = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&stays))?;
    t.preamble(|t| subscribe(t, &pu, &pool))?;

    for round in 1..=2 {
        t.preamble(|t| t.register(&guest))?;
        let update = update_where(t, &pu, &pool, |_| true)?;
        let note = format!("round {round}: no update after a PE has joined");
        t.check_that(R5352_2_2_5_4, update.is_some(), note);

        leave(t, &guest)?;
        let update = update_where(t, &pu, &pool, |listed| listed == [stays.pe_identifier()])?;
        let note = format!("round {round}: no update without the PE that has left");
        t.check_that(R5352_2_2_5_4, update.is_some(), note);
    }
    Ok(())
}

const EVERY_SUBSCRIBER_GETS_THE_UPDATE: Case = registrar(
    "rfc5352/2.2.5/every-subscriber-gets-the-update",
    "Two PUs that requested updates of one pool both get an update on a change.",
    &[
        R5352_2_2_5_4, // After accepting S, the registrar sends updates.
    ],
    every_subscriber_gets_the_update,
)
.needs(&[Ics::Subscription]);

fn every_subscriber_gets_the_update(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let second = t.pool_element(&pool);
    let pus = [t.pool_user(), t.pool_user()];
    t.preamble(|t| t.register(&first))?;
    for pu in &pus {
        t.preamble(|t| subscribe(t, pu, &pool))?;
    }

    t.preamble(|t| t.register(&second))?;
    for pu in &pus {
        let update = update_where(t, pu, &pool, |_| true)?;
        t.check_that(R5352_2_2_5_4, update.is_some(), NO_UPDATE);
    }
    Ok(())
}

const UPDATES_ARE_FOR_THE_POOL_ASKED_FOR: Case = registrar(
    "rfc5352/2.2.5/updates-are-for-the-pool-asked-for",
    "A request for updates of one pool brings none for another pool, resolved with S clear.",
    &[
        R5352_2_2_5_6, // A request with S clear causes no updates.
    ],
    updates_are_for_the_pool_asked_for,
)
.needs(&[Ics::Subscription]);

fn updates_are_for_the_pool_asked_for(t: &mut Tester) -> Outcome {
    let (wanted, other) = (t.unused_pool_handle(), t.unused_pool_handle());
    let first = t.pool_element(&wanted);
    let stranger = t.pool_element(&other);
    let newcomer = t.pool_element(&other);
    let late = t.pool_element(&wanted);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;
    t.preamble(|t| t.register(&stranger))?;
    t.preamble(|t| subscribe(t, &pu, &wanted))?;
    t.preamble(|t| t.resolve(&pu, &other).map(drop))?;

    t.preamble(|t| t.register(&newcomer))?;
    t.preamble(|t| t.register(&late))?;
    // The update on the later change shows that one on the earlier change would be here by now.
    let update = update_where(t, &pu, &wanted, |_| true)?;
    if update.is_none() {
        return Err(t.inconclusive("no update came for the pool resolved with S set"));
    }
    let strangers = t.take_all(&pu, HANDLE_RESOLUTION_RESPONSE);
    let none = !strangers.iter().any(|m| is_about(m, &other));
    let note = "an update came for a pool resolved with S clear";
    t.check_that(R5352_2_2_5_6, none, note);
    Ok(())
}

const NO_UPDATES_WITHOUT_S: Case = registrar(
    "rfc5352/2.2.5/no-updates-without-s",
    "A PU that resolved a pool with S clear gets no update when the pool changes.",
    &[
        R5352_2_2_5_6, // A request with S clear causes no updates.
    ],
    no_updates_without_s,
);

fn no_updates_without_s(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let second = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&first))?;
    t.preamble(|t| t.resolve(&pu, &pool).map(drop))?;

    t.preamble(|t| t.register(&second))?;
    leave(t, &first)?;
    t.expect_none(R5352_2_2_5_6, &pu, HANDLE_RESOLUTION_RESPONSE)
}

const NEGATIVE_RESPONSE_BRINGS_NO_UPDATES: Case = registrar(
    "rfc5352/2.2.5/negative-response-brings-no-updates",
    "A PU that resolved an unknown pool with S set gets no update when the pool is created.",
    &[
        R5352_2_2_5_9, // A negative response is followed by no updates.
    ],
    negative_response_brings_no_updates,
);

fn negative_response_brings_no_updates(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.send(&pu, forge::handle_resolution(&pool.0, true))?;
    let response = t.resolution_response(R5352_3_3_25, &pu)?;
    if response.flag('A') {
        t.observe("A is set in a negative response");
    }

    t.preamble(|t| t.register(&pe))?;
    t.expect_none(R5352_2_2_5_9, &pu, HANDLE_RESOLUTION_RESPONSE)
}

const END_OF_THE_POOL_BRINGS_NO_POSITIVE_UPDATE: Case = registrar(
    "rfc5352/2.2.5/end-of-the-pool-brings-no-positive-update",
    "When the last PE leaves, a PU that requested updates gets a negative update or none.",
    &[
        R5352_2_2_6_12, // A positive response has at least one Pool Element.
    ],
    end_of_the_pool_brings_no_positive_update,
)
.needs(&[Ics::Subscription]);

fn end_of_the_pool_brings_no_positive_update(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    t.preamble(|t| subscribe(t, &pu, &pool))?;

    leave(t, &pe)?;
    let update = update_where(t, &pu, &pool, |listed| listed.is_empty())?;
    let Some(update) = update else {
        t.permitted(R5352_2_2_6_12, "no update reports the end of the pool");
        return Ok(());
    };
    t.error(R5352_2_2_6_12, &update);
    Ok(())
}

/// Resolves the pool with S set. A registrar may refuse updates at any time; then nothing can be tested.
fn subscribe(t: &mut Tester, pu: &PoolUser, pool: &PoolHandle) -> Outcome {
    t.send(pu, forge::handle_resolution(&pool.0, true))?;
    let response = t.resolution_response(R5352_3_3_21, pu)?;
    if response.flag('A') {
        return Ok(());
    }
    Err(t.inconclusive("the registrar did not accept the request for updates"))
}

/// Returns the first update whose PEs are as wanted. Updates on earlier changes can come before it.
fn update_where(
    t: &mut Tester,
    pu: &PoolUser,
    pool: &PoolHandle,
    wanted: impl Fn(&[u32]) -> bool,
) -> Result<Option<Message>, Stop> {
    let until = t.now() + t.latest(UPDATE);
    t.next_of(pu, until, |m| {
        is_about(m, pool) && wanted(&m.pool_elements())
    })
}

fn is_about(message: &Message, pool: &PoolHandle) -> bool {
    message.is(HANDLE_RESOLUTION_RESPONSE) && message.pool_handle().as_ref() == Some(pool)
}
