//! RFC 5356 §7.1: policy types that the RFC does not define.

use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[PRIVATE_POLICY_IS_GRANTED_OR_REFUSED];

const PRIVATE_POLICY_IS_GRANTED_OR_REFUSED: Case = registrar(
    "rfc5356/7.1/private-policy-is-granted-or-refused",
    "A PE with a private policy is rejected, or listed with the policy that it registered.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5352_3_3_23,   // A policy other than Round Robin is in the response.
        R5352_3_3_24,   // The policy in the response has the pool's policy type.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
        R5356_7_1_5,    // Policy types from 0x80000000 are for private use.
    ],
    private_policy_is_granted_or_refused,
);

fn private_policy_is_granted_or_refused(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let private = Policy::Other {
        kind: 0xb000_7e57,
        data: vec![0, 0, 0, 7, 0x80, 0, 0, 1],
    };
    let pe = t.pool_element(&pool).policy(private);
    let pu = t.pool_user();

    let registered = t.register_response(&pe)?; // Checks R5352_3_1_53.
    if registered.flag('R') {
        t.permitted(R5356_7_1_5, format!("rejected: {}", registered.summary()));
        return Ok(());
    }
    let response = t.resolve(&pu, &pool)?;
    t.carries(R5352_3_3_23, &response, "policy");
    t.field(R5352_3_3_24, &response, "policy/type", 0xb000_7e57_u32);
    let kind = "pool-element/policy/type";
    t.field(R5356_7_1_5, &response, kind, 0xb000_7e57_u32);
    let listed = response.octets_of("pool-element/policy");
    let registered = Parameter::policy(&pe.element.policy).octets();
    let registered = Some(&registered[..]);
    t.check_eq(R5352_2_2_6_11, "policy of the PE", listed, registered);
    Ok(())
}
