//! Two headers of one leader in one slot.

use sp_application_crypto::RuntimeAppPublic;
use sp_core::H256;
use sp_runtime::traits::Header;

use crate::{author_message, chip_seal, find_pre_digest, take_seals, AuthorityId};

/// Two headers that the same author sealed for the same slot.
pub type EquivocationProof<H> = sp_consensus_slots::EquivocationProof<H, AuthorityId>;

/// Whether `proof` shows what it claims: different headers with the proof's slot and one leader,
/// each with one pre-digest and two final seals, both sealed by the offender.
///
/// That the offender was the leader of the slot is another question, answered by a
/// [`ListProof`](crate::ListProof).
pub fn check_equivocation<H: Header<Hash = H256>>(proof: EquivocationProof<H>) -> bool {
	leader_of_pair(proof).is_some()
}

/// As [`check_equivocation`]; the leader index that both headers name.
pub fn leader_of_pair<H: Header<Hash = H256>>(proof: EquivocationProof<H>) -> Option<u32> {
	let EquivocationProof { offender, slot, first_header, second_header } = proof;
	if first_header.hash() == second_header.hash() {
		return None;
	}
	let first = find_pre_digest(&first_header).ok()?;
	let second = find_pre_digest(&second_header).ok()?;
	let same = first.slot == slot && second.slot == slot && first.leader == second.leader;
	let sealed =
		same && is_sealed_by(first_header, &offender) && is_sealed_by(second_header, &offender);
	sealed.then_some(first.leader)
}

/// Whether `header` ends with two seals and the last is `author`'s.
pub fn is_sealed_by<H: Header<Hash = H256>>(mut header: H, author: &AuthorityId) -> bool {
	let Ok((chip, signature)) = take_seals(&mut header) else { return false };
	header.digest_mut().push(chip_seal(chip));
	author.verify(&author_message(&header.hash()), &signature)
}
