//! What a vendor does at the factory: certify the keys born in its engines.

use crate::{engine::sign_p256, SoftwareEngine};
use codec::Encode;
use p256::ecdsa::SigningKey;
use sha2::{Digest, Sha256};
use sp_core::H256;
use sp_runtime::traits::BlakeTwo256;
use std::fmt;
use utnet_primitives_security_engine::{
	certificate::{batch_root_message, CERTIFICATE_VERSION},
	BatchId, Certificate, Serial,
};
use zeroize::Zeroizing;

/// A vendor's root key.
pub struct VendorRoot(SigningKey);

impl fmt::Debug for VendorRoot {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "VendorRoot({})", hex::encode(self.public_key()))
	}
}

/// A batch certified by one signature.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BatchCertificates {
	/// The root of the Merkle tree whose leaves are the certificates in SCALE.
	pub root: H256,
	/// The vendor's signature over the batch, the number of certificates and the root.
	pub signature: [u8; 64],
	/// The certificates; a certificate's place here is its leaf's number.
	pub certificates: Vec<Certificate>,
	/// The Merkle proof of each certificate, as `binary-merkle-tree` checks it.
	pub proofs: Vec<Vec<H256>>,
}

impl VendorRoot {
	/// The root key that follows from a seed.
	pub fn from_seed(seed: [u8; 32]) -> Self {
		let mut candidate = Zeroizing::new(seed);
		loop {
			if let Ok(key) = SigningKey::from_slice(candidate.as_ref()) {
				return Self(key);
			}
			*candidate = Sha256::digest(candidate.as_ref()).into();
		}
	}

	/// The compressed P-256 point that chains are told.
	pub fn public_key(&self) -> [u8; 33] {
		let point = self.0.verifying_key().to_encoded_point(true);
		point.as_bytes().try_into().expect("a compressed P-256 point has 33 bytes")
	}

	/// Certifies the keys of one engine.
	pub fn certify(
		&self,
		batch: BatchId,
		serial: Serial,
		engine: &SoftwareEngine,
	) -> (Certificate, [u8; 64]) {
		let certificate = certificate(batch, serial, engine);
		(certificate, self.sign_certificate(&certificate))
	}

	/// Signs a certificate as it stands.
	pub fn sign_certificate(&self, certificate: &Certificate) -> [u8; 64] {
		sign_p256(&self.0, &certificate.message())
	}

	/// Certifies the keys of many engines by one signature over the root of their certificates.
	pub fn certify_batch<'a>(
		&self,
		batch: BatchId,
		engines: impl IntoIterator<Item = (Serial, &'a SoftwareEngine)>,
	) -> BatchCertificates {
		let certificates: Vec<_> = engines
			.into_iter()
			.map(|(serial, engine)| certificate(batch, serial, engine))
			.collect();
		let leaves: Vec<_> = certificates.iter().map(Encode::encode).collect();
		let count = u32::try_from(leaves.len()).unwrap_or(u32::MAX);
		let root = binary_merkle_tree::merkle_root::<BlakeTwo256, _>(&leaves);
		let proofs = (0..count)
			.map(|index| {
				binary_merkle_tree::merkle_proof::<BlakeTwo256, _, _>(&leaves, index).proof
			})
			.collect();
		let signature = sign_p256(&self.0, &batch_root_message(batch, count, root));
		BatchCertificates { root, signature, certificates, proofs }
	}
}

fn certificate(batch: BatchId, serial: Serial, engine: &SoftwareEngine) -> Certificate {
	Certificate {
		version: CERTIFICATE_VERSION,
		vendor: batch.vendor,
		batch: batch.number,
		serial,
		identity_key: engine.identity_key(),
		cat_key: engine.cat_key(),
	}
}
