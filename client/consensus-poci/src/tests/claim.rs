use super::*;
use crate::LostSlot;
use utnet_client_chip_signer::SignerError;

const NEXT: u64 = HEAD + 1;

#[test]
fn without_the_key_nothing_is_claimed() {
	let world = World::new();
	let duty = world.draw_alice(NEXT);
	let claim = Claim::new(&empty_keystore(), NEXT.into(), duty, None);
	assert!(matches!(claim, Err(LostSlot::Keystore(_))));
}

#[test]
fn without_the_key_nothing_is_sealed() {
	let world = World::new();
	world.draw_alice(NEXT);
	let claim = world.claim(NEXT);
	let header = world.header(vec![claim.pre_runtime()]);
	let seals = claim.seals(&empty_keystore(), header, Vec::new());
	assert!(matches!(seals, Err(LostSlot::Keystore(_))));
}

#[test]
fn recovery_needs_no_chips_seal() {
	let world = World::new();
	world.draw(NEXT, &world.alice, Some(world.alice.chips[0]), true);
	let duty = world.election.duties.lock()[&NEXT].clone();
	let claim = Claim::new(&world.alice.keystore, NEXT.into(), duty, None).unwrap();
	assert_eq!(claim.chip(), None);
	assert!(claim.check_chip_seal(&H256::zero(), &H256::zero(), &[]).is_ok());
}

#[test]
fn signer_errors_are_sorted_by_what_to_do() {
	let reasons = [
		(SignerError::UnknownChip(H256::zero()), "chip_not_held"),
		(SignerError::Unreachable { path: "/x".into(), reason: "gone".into() }, "signer_down"),
		(SignerError::Timeout, "signer_down"),
		(SignerError::SlotNotAfterLast { slot: 1, last: 1 }, "signer_refused"),
		(SignerError::SlotInFuture { slot: 3, now: 1 }, "signer_refused"),
		(SignerError::ForeignNetwork(H256::zero()), "signer_refused"),
		(SignerError::Protocol("version".into()), "signer_refused"),
		(SignerError::Engine("fuse".into()), "signer_refused"),
	];
	for (error, reason) in reasons {
		assert_eq!(LostSlot::from(error).reason(), reason);
	}
}
