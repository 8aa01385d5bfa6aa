//! RFC 5352 §5: transfer of messages over SCTP.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    RESPONSES_CARRY_THE_PPID_OF_ASAP,
    ONE_MESSAGE_IS_ONE_USER_MESSAGE,
    OTHER_PPIDS_DO_NO_HARM,
    TWO_MESSAGES_IN_ONE_USER_MESSAGE_DO_NO_HARM,
];

const RESPONSES_CARRY_THE_PPID_OF_ASAP: Case = registrar(
    "rfc5352/5/responses-carry-the-ppid-of-asap",
    "Responses to registration, resolution and de-registration have PPID 11.",
    &[
        R5352_5_2, // ASAP messages over SCTP have PPID 11.
    ],
    responses_carry_the_ppid_of_asap,
);

fn responses_carry_the_ppid_of_asap(t: &mut Tester) -> Outcome {
    let (pool, unknown) = (t.unused_pool_handle(), t.unused_pool_handle());
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();

    let responses = [
        t.register_response(&pe)?,
        t.resolve(&pu, &pool)?,
        t.resolve(&pu, &unknown)?,
        t.deregister_response(&pe)?,
    ];
    for response in responses {
        t.check_that(R5352_5_2, response.ppid == Some(11), response.summary());
    }
    Ok(())
}

const ONE_MESSAGE_IS_ONE_USER_MESSAGE: Case = registrar(
    "rfc5352/5/one-message-is-one-user-message",
    "Each user message holds exactly one response, even when many follow each other.",
    &[
        R5352_5_1, // One ASAP message is one SCTP user message.
    ],
    one_message_is_one_user_message,
);

fn one_message_is_one_user_message(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    for nth in 0..30 {
        let handle = match nth % 2 {
            0 => pool.clone(),
            _ => t.unused_pool_handle(),
        };
        t.send(&pu, forge::handle_resolution(&handle.0, false))?;
    }
    for _ in 0..30 {
        let response = t.resolution_response(R5352_3_3_25, &pu)?;
        let length = response.number("length").unwrap_or_default() as usize;
        // Padding at the end may be there or not: other requirements are about it and its size.
        let rest = response.octets.get(length..);
        let alone = rest.is_some_and(|rest| rest.iter().all(|octet| *octet == 0));
        let octets = response.octets.len();
        let note = format!("Length {length} in {octets} octets");
        t.check_that(R5352_5_1, alone, note);
    }
    Ok(())
}

const OTHER_PPIDS_DO_NO_HARM: Case = registrar(
    "rfc5352/5/other-ppids-do-no-harm",
    "The registrar serves the next PU after requests with other PPIDs than 11.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
    ],
    other_ppids_do_no_harm,
);

fn other_ppids_do_no_harm(t: &mut Tester) -> Outcome {
    t.control(next_pu_is_served)?;
    // Unspecified, ENRP's, and ASAP's in the wrong byte order.
    for ppid in [0, 12, 0x0b00_0000] {
        let pool = t.unused_pool_handle();
        let odd = t.pool_user();
        let request = forge::handle_resolution(&pool.0, false);
        t.send_with_ppid(&odd, ppid, &request.octets())?;
        next_pu_is_served(t)?;
        let count = t.take_all(&odd, HANDLE_RESOLUTION_RESPONSE).len();
        t.observe(format!("PPID {ppid:#010x}: {count} responses"));
    }
    Ok(())
}

const TWO_MESSAGES_IN_ONE_USER_MESSAGE_DO_NO_HARM: Case = registrar(
    "rfc5352/5/two-messages-in-one-user-message-do-no-harm",
    "The registrar serves the next PU after two requests in one user message.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
    ],
    two_messages_in_one_user_message_do_no_harm,
);

fn two_messages_in_one_user_message_do_no_harm(t: &mut Tester) -> Outcome {
    let handles = [t.unused_pool_handle(), t.unused_pool_handle()];
    let odd = t.pool_user();
    t.control(next_pu_is_served)?;
    let requests = handles.map(|handle| forge::handle_resolution(&handle.0, false).octets());

    t.send_octets(&odd, &requests.concat())?;
    next_pu_is_served(t)?;
    let count = t.take_all(&odd, HANDLE_RESOLUTION_RESPONSE).len();
    let note = format!("two requests in one user message: {count} responses");
    t.observe(note);
    Ok(())
}
