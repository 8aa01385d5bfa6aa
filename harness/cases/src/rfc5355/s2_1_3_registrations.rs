//! RFC 5355 §2.1.3: floods of registrations and de-registrations.

use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[FLOOD_OF_REGISTRATIONS];

/// Number of PEs that one sender registers and de-registers without waiting for the answers.
const FLOOD: usize = 100;

const FLOOD_OF_REGISTRATIONS: Case = registrar(
    "rfc5355/2.1.3/flood-of-registrations",
    "A sender that registers and de-registers 100 PEs without waiting does not keep others from it.",
    &[
        R5355_2_1_3_2, // A flood of registrations does not end the service.
    ],
    flood_of_registrations,
);

fn flood_of_registrations(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let (first, second) = (t.pool_element(&pool), t.pool_element(&pool));
    let pu = t.pool_user();
    let other = t.unused_pool_handle();
    let sender = t.pool_element(&other);
    t.preamble(|t| {
        t.register(&first)?;
        t.probe(&pu)
    })?;
    let flood: Vec<_> = (0..FLOOD)
        .map(|_| t.pool_element_beside(&sender, &other))
        .collect();
    for pe in &flood {
        t.send_registration(pe)?;
        t.send(pe, forge::deregistration(&pe.handle.0, pe.pe_identifier()))?;
    }

    let response = t.answered(R5355_2_1_3_2, |t| t.register_response(&second))?;
    t.granted(&[R5355_2_1_3_2], &response);
    t.lists(R5355_2_1_3_2, &pu, &pool, &[&first, &second])
}
