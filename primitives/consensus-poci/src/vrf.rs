//! The verifiable random output of a slot's author.

use sp_consensus_slots::Slot;
use sp_core::{
	crypto::{VrfPublic, Wraps},
	sr25519::vrf::{VrfSignData, VrfSignature, VrfTranscript},
	H256,
};

use crate::{AuthorityId, EpochIndex};

/// The label of the transcript.
pub const VRF_LABEL: &[u8] = b"utnet:poci-vrf:v1";

/// What the author of `slot` proves its output over.
///
/// One key has one output for a slot, so an author's only choice is to withhold its block.
pub fn vrf_sign_data(seed: &H256, slot: Slot, epoch: EpochIndex) -> VrfSignData {
	VrfTranscript::new(
		VRF_LABEL,
		&[
			(b"slot", &u64::from(slot).to_le_bytes()),
			(b"epoch", &epoch.to_le_bytes()),
			(b"seed", seed.as_bytes()),
		],
	)
	.into_sign_data()
}

/// Whether `signature` is `key`'s output for `slot` of `epoch`.
pub fn vrf_verify(
	key: &AuthorityId,
	seed: &H256,
	slot: Slot,
	epoch: EpochIndex,
	signature: &VrfSignature,
) -> bool {
	key.as_inner_ref().vrf_verify(&vrf_sign_data(seed, slot, epoch), signature)
}
