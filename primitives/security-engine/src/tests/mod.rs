//! The vectors are made by the generator of the `vectors` example, which is part of these tests.

mod bls;
mod certificate;
mod identity;
mod messages;
mod vectors;

#[path = "../../examples/vectors/cases.rs"]
mod cases;

use crate::{CatKey, CatSignature};
use ark_bls12_381::{Fr, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_serialize::CanonicalSerialize;

/// The public key of a BLS private key.
fn cat_key(secret: Fr) -> CatKey {
	let mut key = CatKey([0; 96]);
	(G2Affine::generator() * secret)
		.into_affine()
		.serialize_compressed(key.0.as_mut_slice())
		.unwrap();
	key
}

/// A signature by a BLS private key.
fn cat_sign(secret: Fr, dst: &[u8], message: &[u8]) -> CatSignature {
	let mut signature = CatSignature([0; 48]);
	(crate::bls::hash_to_g1(dst, message) * secret)
		.into_affine()
		.serialize_compressed(signature.0.as_mut_slice())
		.unwrap();
	signature
}
