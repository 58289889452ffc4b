use super::{claim, efuse, engine, seal};
use crate::{EfuseKey, EngineError, SoftwareEngine};
use sp_core::H256;
use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt};
use utnet_primitives_security_engine::{bls::verify_possession, seal::seal_message, ChipSignature};

#[test]
fn keys_follow_from_the_seed_alone() {
	let other_efuse = SoftwareEngine::from_seed(&EfuseKey::from_bytes([8; 16]), [1; 32]);
	assert_eq!(engine(1).identity_key(), other_efuse.identity_key());
	assert_eq!(engine(1).cat_key(), other_efuse.cat_key());
	assert_ne!(engine(1).wrapped_key(), other_efuse.wrapped_key());
	assert_ne!(engine(1).identity_key(), engine(2).identity_key());
	assert_ne!(engine(1).cat_key(), engine(2).cat_key());
}

/// The expected values were computed without this crate: the seed's HKDF, the P-256 point and the
/// AES-GCM box in Python, the BLS key by blst.
#[test]
fn derivation_is_what_others_compute() {
	let engine = engine(1);
	assert_eq!(
		hex::encode(engine.wrapped_key()),
		"a49f62fef41be6333fe20ddaefb88dc76d5a1cc69e0ecf4cca6b105c5732d3ab06a60b43a223dd821ba52351\
		 d8a8a89e7af24c07d5661c196ddbfa65"
	);
	assert_eq!(
		format!("{:?}", engine.identity_key()),
		"P256(038f201e7f953c698b31618806139c8d4805ec726b8bad0238f95e0f034bdbdece)"
	);
	assert_eq!(
		format!("{:?}", engine.cat_key()),
		"CatKey(93d626f9961c82c911b555688f957daf1456bb89ff50edfeb99d1c57b1e046628743faaa55d66427\
		 81aee975f45728a2034185b7e677ea56ab0eae35dfc675697df65cec2792c08244176fb5459e47edb4dca6d3\
		 eaf36b25b1531292b4e1a2fc)"
	);
}

#[test]
fn public_keys_are_valid() {
	let engine = engine(1);
	assert_eq!(engine.identity_key().check(), Ok(()));
	assert!(engine.cat_key().decompress().is_ok());
}

#[test]
fn generated_engines_differ() {
	let a = SoftwareEngine::generate(&efuse()).unwrap();
	let b = SoftwareEngine::generate(&efuse()).unwrap();
	assert_ne!(a.identity_key(), b.identity_key());
	assert_ne!(a.wrapped_key(), b.wrapped_key());
}

#[test]
fn wrapped_key_opens_to_the_same_engine() {
	let engine = SoftwareEngine::generate(&efuse()).unwrap();
	let again = SoftwareEngine::unwrap(&efuse(), &engine.wrapped_key()).unwrap();
	assert_eq!(engine.identity_key(), again.identity_key());
	assert_eq!(engine.cat_key(), again.cat_key());
	assert_eq!(engine.wrapped_key(), again.wrapped_key());
	assert_eq!(engine.possession(), again.possession());
}

#[test]
fn wrapped_key_does_not_open_under_another_efuse_key() {
	let other = EfuseKey::from_bytes([8; 16]);
	let outcome = SoftwareEngine::unwrap(&other, &engine(1).wrapped_key());
	assert_eq!(outcome.err(), Some(EngineError::WrongEfuseKey));
}

#[test]
fn changed_wrapped_key_does_not_open() {
	let wrapped = engine(1).wrapped_key();
	for index in 0..wrapped.len() {
		let mut changed = wrapped.clone();
		changed[index] ^= 1;
		let outcome = SoftwareEngine::unwrap(&efuse(), &changed);
		assert_eq!(outcome.err(), Some(EngineError::WrongEfuseKey), "byte {index}");
	}
}

#[test]
fn wrapped_key_of_another_length_is_refused() {
	for length in [0, 12, 59, 61, 2_048] {
		let outcome = SoftwareEngine::unwrap(&efuse(), &vec![0; length]);
		assert_eq!(outcome.err(), Some(EngineError::WrappedKeyLength(length)));
	}
}

#[test]
fn different_seeds_get_different_nonces() {
	let nonces: BTreeSet<_> =
		(0..=u8::MAX).map(|number| engine(number).wrapped_key()[..12].to_vec()).collect();
	assert_eq!(nonces.len(), 256);
}

#[test]
fn claim_and_possession_verify() {
	let engine = engine(1);
	let claim = claim(H256([9; 32])).claim;
	let signed = engine.sign_claim(&claim);
	assert_eq!(engine.identity_key().verify(&claim.message(), &signed.signature), Ok(()));
	let key = engine.cat_key();
	assert_eq!(verify_possession(&key, &key.decompress().unwrap(), &signed.possession), Ok(()));
}

#[test]
fn signatures_are_low_s_whatever_the_message() {
	let engine = engine(1);
	for slot in 0..64 {
		let request = seal(H256([9; 32]), slot);
		let signature: ChipSignature = engine.sign_seal(&request);
		let message = seal_message(&request.genesis_hash, slot, &request.pre_hash);
		assert_eq!(engine.identity_key().verify(&message, &signature), Ok(()), "slot {slot}");
	}
}

#[test]
fn debug_output_shows_no_secret() {
	let shown = format!("{:?} {:?}", efuse(), engine(1));
	assert!(shown.starts_with("EfuseKey SoftwareEngine { identity_key: P256("), "{shown}");
	assert!(!shown.contains(&hex::encode([7; 16])) && !shown.contains(&hex::encode([1; 32])));
}

#[test]
fn efuse_key_is_stored_for_its_owner_only_and_read_back() {
	let dir = tempfile::tempdir().unwrap();
	let file = dir.path().join("efuse.key");
	efuse().store(&file).unwrap();
	assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
	let read = EfuseKey::load(&file).unwrap();
	assert!(SoftwareEngine::unwrap(&read, &engine(1).wrapped_key()).is_ok());
}

#[test]
fn stored_efuse_key_is_never_overwritten() {
	let dir = tempfile::tempdir().unwrap();
	let file = dir.path().join("efuse.key");
	efuse().store(&file).unwrap();
	let text = fs::read_to_string(&file).unwrap();
	assert!(EfuseKey::generate().unwrap().store(&file).is_err());
	assert_eq!(fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn efuse_key_that_others_may_read_is_refused() {
	let dir = tempfile::tempdir().unwrap();
	let file = dir.path().join("efuse.key");
	efuse().store(&file).unwrap();
	for mode in [0o640, 0o604, 0o660, 0o644] {
		fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
		let error = EfuseKey::load(&file).unwrap_err().to_string();
		assert!(error.contains("chmod 600"), "{error}");
	}
}

#[test]
fn efuse_file_that_is_no_key_is_refused() {
	let dir = tempfile::tempdir().unwrap();
	let file = dir.path().join("efuse.key");
	assert!(EfuseKey::load(&file).unwrap_err().to_string().contains("efuse.key"));
	for text in ["", "0707", "zz070707070707070707070707070707", &"07".repeat(17)] {
		let _ = fs::remove_file(&file);
		crate::folder::write_secret(&file, text).unwrap();
		let error = EfuseKey::load(&file).unwrap_err().to_string();
		assert!(error.contains("not 32 hex digits"), "{error}");
	}
}
