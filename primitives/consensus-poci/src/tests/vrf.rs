//! An output holds for one key, seed, slot and epoch.

use sp_core::{crypto::VrfSecret, H256};

use super::{pair, public};
use crate::{vrf_sign_data, vrf_verify, Slot};

#[test]
fn an_output_holds_for_its_key_seed_slot_and_epoch_only() {
	let (seed, slot, epoch) = (H256::repeat_byte(1), Slot::from(77), 3);
	let secret = sp_core::sr25519::Pair::from(pair(1));
	let signature = secret.vrf_sign(&vrf_sign_data(&seed, slot, epoch));
	assert!(vrf_verify(&public(1), &seed, slot, epoch, &signature));
	assert!(!vrf_verify(&public(2), &seed, slot, epoch, &signature));
	assert!(!vrf_verify(&public(1), &H256::repeat_byte(2), slot, epoch, &signature));
	assert!(!vrf_verify(&public(1), &seed, Slot::from(78), epoch, &signature));
	assert!(!vrf_verify(&public(1), &seed, slot, 4, &signature));
}

#[test]
fn a_key_has_one_output_for_a_slot() {
	let data = vrf_sign_data(&H256::zero(), Slot::from(1), 0);
	let secret = sp_core::sr25519::Pair::from(pair(1));
	let (one, other) = (secret.vrf_sign(&data), secret.vrf_sign(&data));
	// Proofs are randomised, outputs are not.
	assert_ne!(one.proof, other.proof);
	assert_eq!(one.pre_output, other.pre_output);
	let swapped = sp_core::sr25519::vrf::VrfSignature {
		pre_output: secret.vrf_sign(&vrf_sign_data(&H256::zero(), Slot::from(2), 0)).pre_output,
		proof: one.proof,
	};
	assert!(!vrf_verify(&public(1), &H256::zero(), Slot::from(1), 0, &swapped));
}
