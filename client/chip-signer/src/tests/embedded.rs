use super::{assert_sealed, certified, claim, engine, seal, GENESIS, OTHER_GENESIS};
use crate::{clock, development, ChipSigner, EmbeddedSigner, SealRequest, SignerError};
use sp_core::H256;
use std::{sync::Arc, thread};
use utnet_primitives_security_engine::ChipId;

fn signer() -> (EmbeddedSigner, ChipId) {
	let (certificate, _) = certified(1);
	(EmbeddedSigner::new([(certificate, engine(1))]).unwrap(), certificate.chip_id())
}

#[test]
fn seal_verifies_under_the_chips_key() {
	let (signer, chip) = signer();
	let request = seal(chip, 10);
	let raw = signer.sign_seal_now(&request).unwrap();
	assert_sealed(&engine(1).identity_key(), &request, &raw);
	assert_eq!(signer.health_now().seals, 1);
}

#[test]
fn slot_is_sealed_once_and_never_backwards() {
	let (signer, chip) = signer();
	signer.sign_seal_now(&seal(chip, 10)).unwrap();
	for slot in [10, 9, 0] {
		assert_eq!(
			signer.sign_seal_now(&seal(chip, slot)),
			Err(SignerError::SlotNotAfterLast { slot, last: 10 })
		);
	}
	assert!(signer.sign_seal_now(&seal(chip, 11)).is_ok());
}

#[test]
fn other_header_in_the_same_slot_is_refused() {
	let (signer, chip) = signer();
	signer.sign_seal_now(&seal(chip, 10)).unwrap();
	let other = SealRequest { pre_hash: H256([9; 32]), ..seal(chip, 10) };
	assert!(matches!(
		signer.sign_seal_now(&other),
		Err(SignerError::SlotNotAfterLast { slot: 10, last: 10 })
	));
}

#[test]
fn slots_are_kept_per_chain_and_per_chip() {
	let chips = [1, 2].map(|number| (certified(number).0, engine(number)));
	let [first, second] = [certified(1).0.chip_id(), certified(2).0.chip_id()];
	let signer = EmbeddedSigner::new(chips).unwrap();
	assert!(signer.sign_seal_now(&seal(first, 10)).is_ok());
	assert!(signer.sign_seal_now(&seal(second, 10)).is_ok());
	let foreign = SealRequest { genesis_hash: OTHER_GENESIS, ..seal(first, 3) };
	assert!(signer.sign_seal_now(&foreign).is_ok());
	assert!(signer.sign_seal_now(&foreign).is_err());
}

#[test]
fn chip_seals_on_64_chains_at_most() {
	let (signer, chip) = signer();
	let on = |network: u8| SealRequest { genesis_hash: H256([network; 32]), ..seal(chip, 1) };
	for network in 0..64 {
		assert!(signer.sign_seal_now(&on(network)).is_ok());
	}
	assert!(matches!(signer.sign_seal_now(&on(64)), Err(SignerError::Engine(_))));
	assert!(signer.sign_seal_now(&SealRequest { slot: 2, ..on(63) }).is_ok());
}

#[test]
fn one_of_many_threads_seals_a_slot() {
	let (signer, chip) = signer();
	let signer = Arc::new(signer);
	let threads: Vec<_> = (0..8)
		.map(|_| {
			let signer = signer.clone();
			thread::spawn(move || {
				(1..=50).filter(|slot| signer.sign_seal_now(&seal(chip, *slot)).is_ok()).count()
			})
		})
		.collect();
	let sealed: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
	assert!((1..=50).contains(&sealed), "{sealed} seals for 50 slots");
	assert_eq!(signer.health_now().seals, u64::try_from(sealed).unwrap());
}

#[test]
fn slot_ahead_of_the_clock_is_refused_once_the_clock_counts() {
	let (signer, chip) = signer();
	signer.compare_with_clock(1_000);
	let now = clock() / 1_000;
	assert!(matches!(
		signer.sign_seal_now(&seal(chip, now + 60)),
		Err(SignerError::SlotInFuture { .. })
	));
	assert!(signer.sign_seal_now(&seal(chip, now + 1)).is_ok());
}

#[test]
fn refused_slot_does_not_count_as_sealed() {
	let (signer, chip) = signer();
	signer.compare_with_clock(1_000);
	assert!(signer.sign_seal_now(&seal(chip, u64::MAX)).is_err());
	assert!(signer.sign_seal_now(&seal(chip, 1)).is_ok());
}

#[test]
fn clock_check_allows_one_slot_ahead() {
	assert_eq!(crate::check_clock(11, 1_000, 10_999), Ok(()));
	assert_eq!(
		crate::check_clock(12, 1_000, 10_999),
		Err(SignerError::SlotInFuture { slot: 12, now: 10 })
	);
	assert_eq!(crate::check_clock(u64::MAX, 1, u64::MAX), Ok(()));
	assert!(matches!(crate::check_clock(1, 0, 10_999), Err(SignerError::Protocol(_))));
}

#[test]
fn virtual_time_needs_no_clock() {
	let (signer, chip) = signer();
	assert!(signer.sign_seal_now(&seal(chip, u64::MAX)).is_ok());
}

#[test]
fn claim_verifies_under_the_chips_key() {
	let (signer, chip) = signer();
	let request = claim(chip);
	let signed = signer.sign_claim_now(&request).unwrap();
	let key = engine(1).identity_key();
	assert_eq!(key.verify(&request.claim.message(), &signed.signature), Ok(()));
	assert_eq!(signed.possession, engine(1).possession());
}

#[test]
fn unknown_chip_is_named() {
	let (signer, _) = signer();
	let stranger = H256([9; 32]);
	let expected = SignerError::UnknownChip(stranger);
	assert_eq!(signer.sign_seal_now(&seal(stranger, 1)), Err(expected.clone()));
	assert_eq!(signer.sign_claim_now(&claim(stranger)), Err(expected));
}

#[test]
fn certificate_of_another_engine_is_refused() {
	let outcome = EmbeddedSigner::new([(certified(1).0, engine(2))]);
	assert!(matches!(outcome, Err(SignerError::Engine(_))));
}

#[test]
fn development_signer_holds_the_chips_of_genesis() {
	let signer = EmbeddedSigner::development(&["Alice", "Charlie"]);
	let chips = signer.chips_now();
	assert_eq!(chips.len(), 13);
	assert!(chips.is_sorted_by_key(|chip| chip.id));
	for owner in ["Alice", "Charlie"] {
		for chip in development::chips(owner) {
			let id = chip.certificate.chip_id();
			let held = chips.iter().find(|held| held.id == id).unwrap();
			assert_eq!(held.identity_key, chip.certificate.identity_key);
			assert_eq!(held.cat_key, chip.certificate.cat_key);
			assert_eq!(held.batch, chip.certificate.batch_id());
			assert_eq!(held.serial, chip.certificate.serial);
		}
	}
}

#[test]
fn development_signer_takes_up_spare_chips_when_asked() {
	let signer = EmbeddedSigner::development(&["Bob"]);
	let spare = development::chip("Bob", 4).certificate;
	let request = SealRequest { genesis_hash: GENESIS, ..seal(spare.chip_id(), 1) };
	assert_sealed(&spare.identity_key, &request, &signer.sign_seal_now(&request).unwrap());
	assert_eq!(signer.chips_now().len(), 5);
	assert!(signer.sign_seal_now(&request).is_err());

	let not_spare = development::chip_id("Bob", 4 + 16);
	assert_eq!(signer.sign_claim_now(&claim(not_spare)), Err(SignerError::UnknownChip(not_spare)));
	let alices = development::chip_id("Alice", 0);
	assert_eq!(signer.sign_claim_now(&claim(alices)), Err(SignerError::UnknownChip(alices)));
}

#[tokio::test]
async fn trait_and_direct_calls_share_their_state() {
	let (signer, chip) = signer();
	assert_eq!(signer.chips().await, Ok(signer.chips_now()));
	assert!(signer.sign_seal(seal(chip, 5)).await.is_ok());
	assert!(signer.sign_seal_now(&seal(chip, 5)).is_err());
	assert!(signer.sign_claim(claim(chip)).await.is_ok());
	let health = signer.health().await.unwrap();
	assert_eq!((health.chips, health.seals), (1, 1));
	assert!(health.clock.abs_diff(clock()) < 60_000);
}
