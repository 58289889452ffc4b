use super::{cat_key, cat_sign};
use crate::bls::{
	hash_to_g1, verify_availability, verify_possession, verify_possessions, CatError, CatKey,
	CatSignature, UncompressedCatKey, AVAILABILITY_DST, POSSESSION_DST,
};
use ark_bls12_381::{Fq12, Fr};
use ark_ec::AffineRepr;
use ark_ff::{AdditiveGroup, One};
use ark_serialize::CanonicalSerialize;
use codec::MaxEncodedLen;
use proptest::prelude::*;

fn stored(secret: u64) -> UncompressedCatKey {
	cat_key(Fr::from(secret)).decompress().unwrap()
}

/// What [`stored`] gives, also for multiples of the group's order.
fn stored_scalar(secret: Fr) -> UncompressedCatKey {
	if secret == Fr::ZERO {
		UncompressedCatKey::identity()
	} else {
		cat_key(secret).decompress().unwrap()
	}
}

#[test]
fn sizes_are_those_of_the_encodings() {
	assert_eq!(CatKey::max_encoded_len(), 96);
	assert_eq!(CatSignature::max_encoded_len(), 48);
	assert_eq!(UncompressedCatKey::max_encoded_len(), 192);
}

#[test]
fn one_in_the_target_group_is_what_the_pairing_is_compared_with() {
	let mut bytes = Vec::new();
	Fq12::one().serialize_uncompressed(&mut bytes).unwrap();
	let mut one = vec![0; 576];
	one[0] = 1;
	assert_eq!(bytes, one);
}

#[test]
fn identity_is_neutral() {
	let identity = UncompressedCatKey::identity();
	assert!(identity.is_identity());
	assert!(!stored(1).is_identity());
	assert_eq!(identity.add(&identity), Ok(identity));
	assert_eq!(identity.sub(&identity), Ok(identity));
	assert_eq!(identity.add(&stored(1)), Ok(stored(1)));
	assert_eq!(stored(1).add(&identity), Ok(stored(1)));
	assert_eq!(stored(1).sub(&identity), Ok(stored(1)));
}

#[test]
fn key_minus_itself_is_the_identity() {
	assert_eq!(stored(7).sub(&stored(7)), Ok(UncompressedCatKey::identity()));
}

#[test]
fn sum_of_malformed_bytes_is_refused() {
	let flagged = |flag: u8| {
		let mut key = stored(1);
		key.0[0] |= flag;
		key
	};
	let mut infinity_with_y = UncompressedCatKey::identity();
	infinity_with_y.0[191] = 1;
	for bad in [
		UncompressedCatKey([0xff; 192]),
		flagged(0x20),
		flagged(0x40),
		flagged(0x80),
		infinity_with_y,
	] {
		assert_eq!(bad.add(&stored(1)), Err(CatError::MalformedKey));
		assert_eq!(stored(1).add(&bad), Err(CatError::MalformedKey));
		assert_eq!(bad.sub(&stored(1)), Err(CatError::MalformedKey));
		assert_eq!(stored(1).sub(&bad), Err(CatError::MalformedKey));
	}
}

#[test]
fn stored_key_that_the_host_cannot_read_is_malformed() {
	let key = cat_key(Fr::from(5u64));
	let proof = cat_sign(Fr::from(5u64), POSSESSION_DST, &key.0);
	let bad = UncompressedCatKey([0xff; 192]);
	assert_eq!(verify_possession(&key, &bad, &proof), Err(CatError::MalformedKey));
	let items = [(key, bad, proof), (key, bad, proof)];
	assert_eq!(verify_possessions(&items), Err(CatError::MalformedKey));
}

#[test]
fn identity_never_verifies() {
	let identity = UncompressedCatKey::identity();
	let key = cat_key(Fr::from(5u64));
	let proof = cat_sign(Fr::from(5u64), POSSESSION_DST, &key.0);
	assert_eq!(verify_availability(&identity, b"", &proof), Err(CatError::IdentityKey));
	assert_eq!(verify_possession(&key, &identity, &proof), Err(CatError::IdentityKey));
	let items = [(key, stored(5), proof), (key, identity, proof)];
	assert_eq!(verify_possessions(&items), Err(CatError::IdentityKey));
}

#[test]
fn hash_is_in_the_subgroup_and_never_the_identity() {
	for message in [b"".as_slice(), b"a", &[0xff; 1_000]] {
		let point = hash_to_g1(AVAILABILITY_DST, message);
		assert!(point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve());
		assert!(!point.is_zero());
	}
}

#[test]
fn every_error_says_what_is_wrong() {
	for error in [
		CatError::MalformedKey,
		CatError::NotOnCurve,
		CatError::NotInSubgroup,
		CatError::IdentityKey,
		CatError::MalformedSignature,
		CatError::SignatureNotInSubgroup,
		CatError::IdentitySignature,
		CatError::Mismatch,
	] {
		assert!(error.to_string().contains(' '), "{error:?}");
	}
}

fn scalar() -> impl Strategy<Value = Fr> {
	any::<[u8; 32]>().prop_map(|bytes| ark_ff::PrimeField::from_le_bytes_mod_order(&bytes))
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(32))]

	#[test]
	fn sums_of_keys_follow_sums_of_secrets(a in scalar(), b in scalar()) {
		let (x, y) = (stored_scalar(a), stored_scalar(b));
		prop_assert_eq!(x.add(&y), Ok(stored_scalar(a + b)));
		prop_assert_eq!(x.add(&y), y.add(&x));
		prop_assert_eq!(x.sub(&y), Ok(stored_scalar(a - b)));
		prop_assert_eq!(x.add(&y).unwrap().sub(&y), Ok(x));
	}

	#[test]
	fn any_order_of_joining_and_leaving_gives_the_same_sum(
		secrets in prop::collection::vec(1u64.., 1..8),
		leave: prop::sample::Index,
	) {
		let leaver = leave.index(secrets.len());
		let all = secrets.iter().try_fold(UncompressedCatKey::identity(), |sum, secret| {
			sum.add(&stored(*secret))
		}).unwrap();
		let rest = secrets.iter().enumerate().rev().filter(|(index, _)| *index != leaver).try_fold(
			UncompressedCatKey::identity(),
			|sum, (_, secret)| sum.add(&stored(*secret)),
		).unwrap();
		prop_assert_eq!(all.sub(&stored(secrets[leaver])), Ok(rest));
	}

	#[test]
	fn no_bytes_make_the_decoders_panic(
		key in prop::collection::vec(any::<u8>(), 96),
		signature in prop::collection::vec(any::<u8>(), 48),
		flags in 0u8..8,
	) {
		let mut key = CatKey(key.try_into().unwrap());
		let mut signature = CatSignature(signature.try_into().unwrap());
		// Small first bytes, or nearly all cases would end at the modulus.
		key.0[0] = flags << 5;
		key.0[48] &= 0x0f;
		signature.0[0] = flags << 5;
		prop_assert!(key.decompress().is_err());
		prop_assert!(verify_availability(&stored(1), b"", &signature).is_err());
	}
}
