use crate::development::{
	batch, chip, chip_id, chips, engine, genesis_chips, genesis_json, serial, vendor_root,
	BM1684X_BATCH, BM1684_BATCH, OWNERS, VENDOR,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use utnet_primitives_security_engine::bls::verify_possession;

#[test]
fn genesis_file_of_the_runtime_is_what_the_example_prints() {
	let file =
		concat!(env!("CARGO_MANIFEST_DIR"), "/../../runtime/src/genesis/development-chips.json");
	let text = std::fs::read_to_string(file).unwrap();
	assert!(text == genesis_json(), "run the example `development-chips`");
}

#[test]
fn every_chip_is_certified_and_proves_its_key() {
	let root = vendor_root().public_key();
	let mut seen = BTreeSet::new();
	for owner in OWNERS {
		let chips = chips(owner);
		assert_eq!(u32::try_from(chips.len()), Ok(genesis_chips(owner)));
		for (index, chip) in (0..).zip(&chips) {
			let certificate = &chip.certificate;
			assert_eq!(certificate.verify(&root, &chip.signature), Ok(()));
			assert_eq!(certificate.identity_key.check(), Ok(()));
			let key = certificate.cat_key;
			let read = key.decompress().unwrap();
			assert_eq!(verify_possession(&key, &read, &chip.possession), Ok(()));
			assert_eq!(certificate.identity_key, engine(owner, index).identity_key());
			assert_eq!(certificate.chip_id(), chip_id(owner, index));
			assert_eq!(certificate.batch_id(), batch(owner));
			assert!(seen.insert(certificate.chip_id()));
		}
	}
	assert_eq!(seen.len(), 17);
}

#[test]
fn owners_have_the_chips_of_the_presets() {
	assert_eq!(OWNERS.map(genesis_chips), [8, 4, 5]);
	assert_eq!(OWNERS.map(batch), [BM1684X_BATCH, BM1684X_BATCH, BM1684_BATCH]);
	assert_eq!((BM1684X_BATCH.vendor, BM1684_BATCH.vendor), (VENDOR, VENDOR));
	assert_eq!(genesis_chips("Dave"), 0);
	assert_eq!(batch("Dave"), BM1684X_BATCH);
}

#[test]
fn serial_is_a_hash_of_owner_and_index() {
	let expected: [u8; 32] = Sha256::digest(b"utnet:development-serial:Alice\x03\0\0\0").into();
	assert_eq!(serial("Alice", 3), expected);
}

#[test]
fn chips_outside_genesis_are_certified_too() {
	let chip = chip("Bob", 4);
	assert_eq!(chip.certificate.verify(&vendor_root().public_key(), &chip.signature), Ok(()));
	assert!(!genesis_json().contains(&hex::encode(chip.signature)));
}
