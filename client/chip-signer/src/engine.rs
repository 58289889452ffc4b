//! A security engine in software.
//!
//! It emulates the two parts of the real one. SPACC keeps the efuse key S and opens
//! `PriKEnc = AES-128-GCM(S, seed)`; PKA holds the private keys derived from the seed and signs.
//! Nothing here returns a seed or a private key, and all of them are wiped from memory on drop.

use crate::{SealRequest, SignedClaim};
use aes_gcm::{
	aead::{Aead, Payload},
	Aes128Gcm, KeyInit, Nonce,
};
use ark_bls12_381::{Fr, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{PrimeField, Zero};
use ark_serialize::CanonicalSerialize;
use hkdf::Hkdf;
use p256::ecdsa::{signature::hazmat::PrehashSigner, Signature, SigningKey};
use sha2::{Digest, Sha256};
use std::{fmt, path::Path};
use utnet_primitives_security_engine::{
	bls::{hash_to_g1, POSSESSION_DST},
	seal::seal_message,
	CatKey, CatSignature, ChipSignature, Claim, IdentityKey,
};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Salts the derivation of keys from a seed.
const DERIVATION_SALT: &[u8] = b"utnet:software-engine:v1";
/// Is authenticated, not encrypted, with a wrapped key.
const WRAP_CONTEXT: &[u8] = b"utnet:wrapped-key:v1";

const NONCE: usize = 12;
const SEED: usize = 32;
const TAG: usize = 16;

/// What can go wrong inside an engine.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EngineError {
	/// The system gives no random bytes. Nothing was made; try again.
	#[error("the system's random number generator failed")]
	Randomness,
	/// The wrapped key is not 60 bytes long. Take the wrapped key the engine gave.
	#[error("a wrapped key has {expected} bytes, not {0}", expected = NONCE + SEED + TAG)]
	WrappedKeyLength(usize),
	/// The wrapped key does not open under this efuse key. It belongs to another engine, or it was
	/// changed.
	#[error("the wrapped key does not open under this efuse key")]
	WrongEfuseKey,
}

/// The 128-bit key S that a real chip has burnt into its efuses.
#[derive(Clone, ZeroizeOnDrop)]
pub struct EfuseKey([u8; 16]);

impl EfuseKey {
	/// A new random key.
	pub fn generate() -> Result<Self, EngineError> {
		let mut key = Self([0; 16]);
		getrandom::fill(&mut key.0).map_err(|_| EngineError::Randomness)?;
		Ok(key)
	}

	/// A key from its bytes.
	pub const fn from_bytes(bytes: [u8; 16]) -> Self {
		Self(bytes)
	}

	/// Reads the key from a file that only its owner may read: 32 hex digits.
	pub fn load(path: &Path) -> Result<Self, crate::SignerError> {
		let text = Zeroizing::new(crate::folder::read_secret(path)?);
		let mut key = Self([0; 16]);
		hex::decode_to_slice(text.trim(), &mut key.0).map_err(|error| {
			crate::folder::failed(path, format_args!("not 32 hex digits: {error}"))
		})?;
		Ok(key)
	}

	/// Writes the key to a new file that only its owner may read; an existing file is kept.
	pub fn store(&self, path: &Path) -> Result<(), crate::SignerError> {
		let mut text = Zeroizing::new(hex::encode(self.0));
		text.push('\n');
		crate::folder::write_secret(path, &text)
	}

	fn cipher(&self) -> Aes128Gcm {
		Aes128Gcm::new(&self.0.into())
	}
}

impl fmt::Debug for EfuseKey {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("EfuseKey")
	}
}

/// One chip's security engine.
pub struct SoftwareEngine {
	wrapped_key: Vec<u8>,
	identity: SigningKey,
	identity_key: IdentityKey,
	cat: CatSecret,
	cat_key: CatKey,
}

impl fmt::Debug for SoftwareEngine {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_struct("SoftwareEngine").field("identity_key", &self.identity_key).finish()
	}
}

impl SoftwareEngine {
	/// An engine whose keys are born in it.
	pub fn generate(efuse: &EfuseKey) -> Result<Self, EngineError> {
		let mut seed = Zeroizing::new([0; SEED]);
		getrandom::fill(seed.as_mut()).map_err(|_| EngineError::Randomness)?;
		Ok(Self::derive(efuse, &seed))
	}

	/// An engine whose key seed is injected; for development and tests.
	pub fn from_seed(efuse: &EfuseKey, seed: [u8; 32]) -> Self {
		Self::derive(efuse, &Zeroizing::new(seed))
	}

	/// The engine that gave `wrapped` as its [`wrapped_key`](Self::wrapped_key).
	pub fn unwrap(efuse: &EfuseKey, wrapped: &[u8]) -> Result<Self, EngineError> {
		if wrapped.len() != NONCE + SEED + TAG {
			return Err(EngineError::WrappedKeyLength(wrapped.len()));
		}
		let (nonce, sealed) = wrapped.split_at(NONCE);
		let opened = efuse
			.cipher()
			.decrypt(Nonce::from_slice(nonce), Payload { msg: sealed, aad: WRAP_CONTEXT })
			.map(Zeroizing::new)
			.map_err(|_| EngineError::WrongEfuseKey)?;
		let mut seed = Zeroizing::new([0; SEED]);
		seed.copy_from_slice(&opened);
		Ok(Self::derive(efuse, &seed))
	}

	fn derive(efuse: &EfuseKey, seed: &[u8; SEED]) -> Self {
		let keys = Hkdf::<Sha256>::new(Some(DERIVATION_SALT), seed);

		// The nonce follows from the seed: one efuse key never meets one nonce with two seeds.
		let mut nonce = [0; NONCE];
		expand(&keys, b"nonce", 0, &mut nonce);
		let sealed = efuse
			.cipher()
			.encrypt(Nonce::from_slice(&nonce), Payload { msg: seed, aad: WRAP_CONTEXT })
			.expect("32 bytes are far below the limit of AES-GCM");
		let wrapped_key = [nonce.as_slice(), &sealed].concat();

		let identity = (0u32..)
			.find_map(|counter| {
				let mut bytes = Zeroizing::new([0; 32]);
				expand(&keys, b"identity", counter, bytes.as_mut());
				SigningKey::from_slice(bytes.as_ref()).ok()
			})
			.expect("all but one in 2^32 draws are a private key");
		let point = identity.verifying_key().to_encoded_point(true);
		let identity_key = IdentityKey::P256(
			point.as_bytes().try_into().expect("a compressed P-256 point has 33 bytes"),
		);

		let cat = (0u32..)
			.find_map(|counter| {
				let mut bytes = Zeroizing::new([0; 48]);
				expand(&keys, b"cat", counter, bytes.as_mut());
				let secret = Fr::from_be_bytes_mod_order(bytes.as_ref());
				(!secret.is_zero()).then_some(CatSecret(secret))
			})
			.expect("all but one in 2^255 draws are a private key");
		let mut cat_key = CatKey([0; 96]);
		(G2Affine::generator() * cat.0)
			.into_affine()
			.serialize_compressed(cat_key.0.as_mut_slice())
			.expect("a compressed point of G2 has 96 bytes");

		Self { wrapped_key, identity, identity_key, cat, cat_key }
	}

	/// Verifies claims and seals.
	pub fn identity_key(&self) -> IdentityKey {
		self.identity_key
	}

	/// Verifies availability.
	pub fn cat_key(&self) -> CatKey {
		self.cat_key
	}

	/// `PriKEnc`: nonce, encrypted seed, authentication tag; of no use without the efuse key.
	pub fn wrapped_key(&self) -> Vec<u8> {
		self.wrapped_key.clone()
	}

	/// Proves that the engine holds the private key of [`cat_key`](Self::cat_key).
	pub fn possession(&self) -> CatSignature {
		let hash = hash_to_g1(POSSESSION_DST, &self.cat_key.0);
		let mut signature = CatSignature([0; 48]);
		(hash * self.cat.0)
			.into_affine()
			.serialize_compressed(signature.0.as_mut_slice())
			.expect("a compressed point of G1 has 48 bytes");
		signature
	}

	/// Signs a claim, whichever chip it names.
	pub fn sign_claim(&self, claim: &Claim) -> SignedClaim {
		SignedClaim { signature: self.sign(&claim.message()), possession: self.possession() }
	}

	/// Seals a block without looking at the slot; a signer does that.
	pub fn sign_seal(&self, request: &SealRequest) -> ChipSignature {
		self.sign(&seal_message(&request.genesis_hash, request.slot, &request.pre_hash))
	}

	fn sign(&self, message: &[u8]) -> ChipSignature {
		ChipSignature::P256(sign_p256(&self.identity, message))
	}
}

/// A BLS private key.
struct CatSecret(Fr);

impl Drop for CatSecret {
	fn drop(&mut self) {
		self.0.zeroize();
	}
}

impl ZeroizeOnDrop for CatSecret {}

/// Signs SHA-256 of `message` with a low s; the nonce is that of RFC 6979.
pub(crate) fn sign_p256(key: &SigningKey, message: &[u8]) -> [u8; 64] {
	let signature: Signature =
		key.sign_prehash(&Sha256::digest(message)).expect("a SHA-256 digest is a valid prehash");
	signature.normalize_s().unwrap_or(signature).to_bytes().into()
}

fn expand(keys: &Hkdf<Sha256>, purpose: &[u8], counter: u32, out: &mut [u8]) {
	keys.expand_multi_info(&[purpose, &counter.to_le_bytes()], out)
		.expect("HKDF-SHA256 gives up to 8 160 bytes");
}
