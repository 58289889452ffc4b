//! Deterministic vendors and engines that sign as real ones do, for tests and benchmarks.
//!
//! Private keys follow from small numbers, so nothing of this is ever part of a chain's runtime.

use alloc::vec::Vec;
use ark_bls12_381::{Fr, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::PrimeField;
use ark_serialize::CanonicalSerialize;
use codec::Encode;
use frame::prelude::{blake2_256, sha2_256, BlakeTwo256, H256};
use p256::ecdsa::{signature::hazmat::PrehashSigner, Signature, SigningKey};
use utnet_primitives_security_engine::{
	bls::{hash_to_g1, POSSESSION_DST},
	certificate::{batch_root_message, CERTIFICATE_VERSION},
	BatchId, CatKey, CatSignature, Certificate, ChipSignature, Claim, IdentityKey, Serial,
};

use crate::types::{CertificateProof, CertifiedRoot, SignedClaim, SignedRoot};

/// A chip's security engine.
pub(crate) struct Engine {
	identity: SigningKey,
	cat: Fr,
	serial: Serial,
}

impl Engine {
	pub(crate) fn new(number: u32) -> Self {
		Self {
			identity: signing_key(b"identity", number),
			cat: Fr::from_be_bytes_mod_order(&(b"cat", number).using_encoded(blake2_256)),
			serial: (b"serial", number).using_encoded(blake2_256),
		}
	}

	pub(crate) fn identity_key(&self) -> IdentityKey {
		IdentityKey::P256(compressed(&self.identity))
	}

	pub(crate) fn cat_key(&self) -> CatKey {
		let mut key = CatKey([0; 96]);
		(G2Affine::generator() * self.cat)
			.into_affine()
			.serialize_compressed(key.0.as_mut_slice())
			.expect("a compressed point of G2 has 96 bytes");
		key
	}

	pub(crate) fn possession(&self) -> CatSignature {
		let hash = hash_to_g1(POSSESSION_DST, &self.cat_key().0);
		let mut signature = CatSignature([0; 48]);
		(hash * self.cat)
			.into_affine()
			.serialize_compressed(signature.0.as_mut_slice())
			.expect("a compressed point of G1 has 48 bytes");
		signature
	}

	pub(crate) fn certificate(&self, batch: BatchId) -> Certificate {
		Certificate {
			version: CERTIFICATE_VERSION,
			vendor: batch.vendor,
			batch: batch.number,
			serial: self.serial,
			identity_key: self.identity_key(),
			cat_key: self.cat_key(),
		}
	}

	pub(crate) fn sign(&self, claim: Claim) -> SignedClaim {
		let signature = ChipSignature::P256(sign(&self.identity, &claim.message()));
		SignedClaim { claim, signature }
	}
}

/// A vendor's root key.
pub(crate) struct Root(SigningKey);

impl Root {
	pub(crate) fn new(number: u32) -> Self {
		Self(signing_key(b"vendor", number))
	}

	pub(crate) fn public_key(&self) -> [u8; 33] {
		compressed(&self.0)
	}

	pub(crate) fn certify(&self, certificate: &Certificate) -> [u8; 64] {
		sign(&self.0, &certificate.message())
	}

	/// A root over certificates, and the proof of each.
	#[cfg_attr(not(test), allow(dead_code, reason = "the benchmarks need one certificate a root"))]
	pub(crate) fn certify_all(
		&self,
		batch: BatchId,
		certificates: &[Certificate],
	) -> (SignedRoot, Vec<CertificateProof>) {
		let leaves: Vec<_> = certificates.iter().map(Encode::encode).collect();
		let count = u32::try_from(leaves.len()).expect("a tree of few leaves");
		let proofs: Vec<_> = (0..count)
			.map(|index| {
				let tree =
					binary_merkle_tree::merkle_proof::<BlakeTwo256, _, _>(leaves.clone(), index);
				let proof = tree.proof.try_into().expect("a proof of few hashes");
				CertificateProof::Merkle { index, proof }
			})
			.collect();
		let root = binary_merkle_tree::merkle_root::<BlakeTwo256, _>(leaves);
		(self.sign_root(batch, CertifiedRoot { root, count }), proofs)
	}

	pub(crate) fn sign_root(&self, batch: BatchId, certified: CertifiedRoot) -> SignedRoot {
		let CertifiedRoot { root, count } = certified;
		let signature = sign(&self.0, &batch_root_message(batch, count, root));
		SignedRoot { certified, signature }
	}
}

/// What a chip claims of an owner, by a block.
pub(crate) fn claim(
	genesis_hash: H256,
	certificate: &Certificate,
	owner: [u8; 32],
	claim_counter: u32,
	block: (u32, H256),
) -> Claim {
	let chip = certificate.chip_id();
	let (block_number, block_hash) = block;
	Claim { genesis_hash, chip, owner, claim_counter, block_number, block_hash }
}

fn signing_key(purpose: &[u8], number: u32) -> SigningKey {
	let seed = (purpose, number).using_encoded(sha2_256);
	SigningKey::from_slice(&seed).expect("all but one in 2^32 draws are a private key")
}

fn compressed(key: &SigningKey) -> [u8; 33] {
	let point = key.verifying_key().to_encoded_point(true);
	point.as_bytes().try_into().expect("a compressed P-256 point has 33 bytes")
}

fn sign(key: &SigningKey, message: &[u8]) -> [u8; 64] {
	let signature: Signature =
		key.sign_prehash(&sha2_256(message)).expect("a SHA-256 digest is a valid prehash");
	signature.normalize_s().unwrap_or(signature).to_bytes().into()
}
