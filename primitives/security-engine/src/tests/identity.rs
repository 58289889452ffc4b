use crate::identity::{ChipSignature, IdentityKey, SignatureError};
use codec::{Decode, Encode, MaxEncodedLen};
use p256::ecdsa::{signature::hazmat::PrehashSigner, Signature, SigningKey};
use proptest::prelude::*;
use sp_crypto_hashing::sha2_256;

fn key_pair(seed: [u8; 32]) -> (SigningKey, IdentityKey) {
	let secret = SigningKey::from_slice(&sha2_256(&seed)).unwrap();
	let point = secret.verifying_key().to_encoded_point(true);
	let public = IdentityKey::P256(point.as_bytes().try_into().unwrap());
	(secret, public)
}

fn sign(secret: &SigningKey, message: &[u8]) -> ChipSignature {
	let signature: Signature = secret.sign_prehash(&sha2_256(message)).unwrap();
	ChipSignature::P256(signature.normalize_s().unwrap_or(signature).to_bytes().into())
}

#[test]
fn key_of_the_curve_passes_the_check() {
	assert_eq!(key_pair([1; 32]).1.check(), Ok(()));
}

#[test]
fn key_off_the_curve_fails_the_check() {
	let mut off_curve = [0; 33];
	(off_curve[0], off_curve[32]) = (2, 1);
	assert_eq!(IdentityKey::P256(off_curve).check(), Err(SignatureError::MalformedKey));
}

#[test]
fn only_the_two_compressed_tags_are_keys() {
	let IdentityKey::P256(mut key) = key_pair([1; 32]).1;
	for tag in 0..=u8::MAX {
		key[0] = tag;
		let expected =
			if tag == 2 || tag == 3 { Ok(()) } else { Err(SignatureError::MalformedKey) };
		assert_eq!(IdentityKey::P256(key).check(), expected, "tag {tag}");
	}
}

#[test]
fn raw_signature_survives_the_round_trip() {
	let (secret, key) = key_pair([1; 32]);
	let signature = sign(&secret, b"message");
	assert_eq!(signature.to_raw().len(), 64);
	assert_eq!(key.decode_signature(&signature.to_raw()), Ok(signature));
}

#[test]
fn raw_signature_of_another_length_is_malformed() {
	let key = key_pair([1; 32]).1;
	for length in [0, 1, 63, 65, 128, 256] {
		assert_eq!(
			key.decode_signature(&vec![1; length]),
			Err(SignatureError::MalformedSignature),
			"{length} bytes"
		);
	}
}

#[test]
fn index_one_is_free_for_another_kind_of_key() {
	let (secret, key) = key_pair([1; 32]);
	assert_eq!(key.encode().first(), Some(&0));
	assert_eq!(sign(&secret, b"").encode().first(), Some(&0));
	assert_eq!(IdentityKey::max_encoded_len(), 34);
	assert_eq!(ChipSignature::max_encoded_len(), 65);
	assert!(IdentityKey::decode(&mut [1; 34].as_slice()).is_err());
}

#[test]
fn every_error_says_what_is_wrong() {
	for error in [
		SignatureError::MalformedKey,
		SignatureError::MalformedSignature,
		SignatureError::HighS,
		SignatureError::Mismatch,
		SignatureError::UnknownVersion,
	] {
		assert!(error.to_string().contains(' '), "{error:?}");
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn only_the_signed_message_verifies(
		seed: [u8; 32],
		message in prop::collection::vec(any::<u8>(), 0..100),
		other in prop::collection::vec(any::<u8>(), 0..100),
	) {
		let (secret, key) = key_pair(seed);
		let signature = sign(&secret, &message);
		prop_assert_eq!(key.verify(&message, &signature), Ok(()));
		if message != other {
			prop_assert_eq!(key.verify(&other, &signature), Err(SignatureError::Mismatch));
		}
	}

	#[test]
	fn no_bytes_make_the_verifier_panic(key: [u8; 33], low: [u8; 32], high: [u8; 32]) {
		let mut signature = [0; 64];
		signature[..32].copy_from_slice(&low);
		signature[32..].copy_from_slice(&high);
		let verdict = IdentityKey::P256(key).verify(b"", &ChipSignature::P256(signature));
		prop_assert!(verdict.is_err());
	}
}
