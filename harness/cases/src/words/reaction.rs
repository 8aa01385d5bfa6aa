//! What the cases about odd messages say often: what is reported back, and whether the registrar serves on.
//!
//! The RFCs leave most reactions to odd octets open (T23, T50), so these words record what was seen and
//! judge little.

use rspcheck_testkit::prelude::*;

/// Cause code of Unrecognized Parameter (RFC 5354 §3.12.2).
pub(crate) const UNRECOGNIZED_PARAMETER: u16 = 0x1;
/// Cause code of Unrecognized Message (RFC 5354 §3.12.3).
pub(crate) const UNRECOGNIZED_MESSAGE: u16 = 0x2;

/// What a report or any other reaction gets on top of an answered probe: the margin for a registrar that
/// answers out of order.
const SETTLE: Duration = Duration::from_millis(300);

/// Shows that a PE can be registered as it is, and leaves it unregistered. From then on its keep-alives
/// are acknowledged, also when a spoilt registration is what brings them.
pub(crate) fn welcome(t: &mut Tester, pe: &PoolElement) -> Outcome {
    t.preamble(|t| {
        t.register(pe)?;
        t.send(pe, forge::deregistration(&pe.handle.0, pe.pe_identifier()))?;
        let within = t.timers().t3_deregistration;
        t.expect(pe, DEREGISTRATION_RESPONSE, within).map(drop)
    })
}

/// The messages with an Operation Error that came for a player, until `count` causes with this code are
/// among them or it is clear that no more will come. A response at hand is looked at first.
pub(crate) fn reports(
    t: &mut Tester,
    player: Player,
    code: u16,
    count: usize,
    response: Option<Message>,
) -> Result<Vec<Message>, Stop> {
    let mut found: Vec<Message> = response.into_iter().filter(has_error).collect();
    t.probe(player)?;
    let until = t.now() + SETTLE;
    while quoted(&found, code).len() < count {
        match t.next_of(player, until, has_error)? {
            Some(message) => found.push(message),
            None => break,
        }
    }
    Ok(found)
}

/// Judges a report: that there is one, that its cause is the right one, and what it quotes. RFC 5352
/// §2.2.14 asks for it by a SHOULD; what comes has to be right.
pub(crate) fn judge_report(
    t: &mut Tester,
    requirement: ReqId,
    quotation: ReqId,
    reports: &[Message],
    code: u16,
    expected: &[u8],
) {
    t.check_that(
        R5352_2_2_14_6,
        !reports.is_empty(),
        format!("nothing is reported; expected cause 0x{code:x}"),
    );
    let Some(first) = reports.first() else { return };
    let quotations = quoted(reports, code);
    t.check_that(requirement, !quotations.is_empty(), first.summary());
    if !quotations.is_empty() {
        let whole = quotations.iter().any(|q| quotes(q, expected));
        t.check_that(quotation, whole, format!("quoted: {quotations:02x?}"));
    }
}

/// The information of every cause with this code, in order.
pub(crate) fn quoted(messages: &[Message], code: u16) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for message in messages {
        for n in 0.. {
            let nth = if n == 0 {
                String::new()
            } else {
                format!("[{n}]")
            };
            let cause = format!("operation-error/0x{code:x}{nth}");
            if !message.has(&cause) {
                break;
            }
            let information = message.octets_of(&format!("{cause}/info"));
            found.push(information.unwrap_or_default().to_vec());
        }
    }
    found
}

/// Whether a cause's information is these octets, with or without their padding.
pub(crate) fn quotes(information: &[u8], expected: &[u8]) -> bool {
    let rest = information.strip_prefix(expected);
    rest.is_some_and(|padding| padding.len() < 4 && padding.iter().all(|octet| *octet == 0))
}

/// After octets that no rule prescribes a reaction to: records the reaction, and judges that the registrar
/// serves on. It may have closed the association, so the question comes over a new one.
pub(crate) fn serves_on(t: &mut Tester, player: impl Into<Player>) -> Outcome {
    let player = player.into();
    let reaction = next_reaction(t, player)?;
    match (reaction, t.association_end(player)) {
        (Some(message), _) => t.observe(format!("the answer is {}", message.summary())),
        (None, Some(end)) => t.observe(format!("the association is {}", end.word())),
        (None, None) => t.observe("there is no answer"),
    }
    let pu = t.pool_user();
    let unused = t.unused_pool_handle();
    let response = t.resolve(&pu, &unused)?;
    t.cause(R5352_3_3_26, &response, 0x9);
    Ok(())
}

/// After a spoilt registration: as [`serves_on`], and a PE that was told that it is rejected is not there.
pub(crate) fn serves_on_without(t: &mut Tester, pe: &PoolElement) -> Outcome {
    let reaction = next_reaction(t, pe.into())?;
    let rejected = reaction
        .as_ref()
        .is_some_and(|m| m.is(REGISTRATION_RESPONSE) && m.flag('R'));
    match reaction {
        Some(message) => t.observe(format!("the answer is {}", message.summary())),
        None => t.observe("there is no answer"),
    }
    let pu = t.pool_user();
    let listed = t.listed(&pu, &pe.handle)?.contains(&pe.pe_identifier());
    if listed {
        t.observe("the PE is registered all the same");
    }
    t.check_that(
        R5352_3_1_55,
        !(rejected && listed),
        "the registrar says that it rejects the registration, and lists the PE",
    );
    let unused = t.unused_pool_handle();
    let response = t.resolve(&pu, &unused)?;
    t.cause(R5352_3_3_26, &response, 0x9);
    Ok(())
}

/// Whatever comes for the player but keep-alives, which come by a timer.
fn next_reaction(t: &mut Tester, player: Player) -> Result<Option<Message>, Stop> {
    let until = t.now() + SETTLE;
    t.next_of(player, until, |m| !m.is(ENDPOINT_KEEP_ALIVE))
}

/// Sends octets that the registrar may answer by closing the association. What has come before is taken
/// in first, so that a closed one is set up anew.
pub(crate) fn throw(t: &mut Tester, player: impl Into<Player>, octets: &[u8]) -> Outcome {
    t.pass_time(Duration::from_millis(10))?;
    let player = player.into();
    t.send_octets(player, octets)
}

fn has_error(message: &Message) -> bool {
    message.has("operation-error")
}
