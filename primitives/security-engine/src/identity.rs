//! The key by which a chip is known, and what it signs with it.
//!
//! P-256 with SHA-256 (FIPS 186-5), signatures as `r ‖ s` in big endian. Of the two signatures
//! `(r, s)` and `(r, n − s)` that hold for the same message only the one with the lower `s` is
//! accepted, so that nobody can change a signature without the key.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use p256::ecdsa::{signature::hazmat::PrehashVerifier, Signature, VerifyingKey};
use scale_info::TypeInfo;
use sp_core::hexdisplay::HexDisplay;
use sp_crypto_hashing::sha2_256;

/// The public key a chip signs claims and seals with.
///
/// Index 0 is P-256, index 1 is kept for RSA-2048.
// The derived encoder casts the variant's constant index.
#[allow(clippy::cast_possible_truncation)]
#[derive(
	Clone,
	Copy,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	Hash,
	MaxEncodedLen,
	Ord,
	PartialEq,
	PartialOrd,
	TypeInfo,
)]
pub enum IdentityKey {
	/// A P-256 point in the compressed form of SEC 1: 0x02 or 0x03, then x in big endian.
	#[codec(index = 0)]
	P256([u8; 33]),
}

/// A signature by an [`IdentityKey`], of the same kind as the key.
// The derived encoder casts the variant's constant index.
#[allow(clippy::cast_possible_truncation)]
#[derive(
	Clone, Copy, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub enum ChipSignature {
	/// `r ‖ s`, 32 bytes each in big endian, `s` not above half the order of the group.
	#[codec(index = 0)]
	P256([u8; 64]),
}

/// Why a signature by an identity key or by a vendor's root key is refused.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub enum SignatureError {
	/// The public key is not a compressed point of the curve. Take the key from the certificate.
	MalformedKey,
	/// The signature has the wrong length, or `r` or `s` is zero or not below the group's order.
	/// Sign again; a signature in DER must first be unpacked to `r ‖ s`.
	MalformedSignature,
	/// `s` is above half the group's order. Replace `s` by `n − s`.
	HighS,
	/// The signature is not this key's signature over this message. Check the genesis hash, the
	/// tag and every field of what was signed.
	Mismatch,
	/// The certificate is of a version this chain does not know. Ask the vendor for a certificate
	/// of version [`CERTIFICATE_VERSION`](crate::certificate::CERTIFICATE_VERSION).
	UnknownVersion,
}

impl core::fmt::Display for SignatureError {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str(match self {
			Self::MalformedKey => "the public key is not a compressed point of P-256",
			Self::MalformedSignature => "the signature is not two 32-byte numbers below the order",
			Self::HighS => "the signature has a high s",
			Self::Mismatch => "the signature is not of this key over this message",
			Self::UnknownVersion => "the certificate is of an unknown version",
		})
	}
}

impl core::error::Error for SignatureError {}

impl core::fmt::Debug for IdentityKey {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		match self {
			Self::P256(key) => write!(f, "P256({})", HexDisplay::from(&key.as_slice())),
		}
	}
}

impl core::fmt::Debug for ChipSignature {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		match self {
			Self::P256(signature) => write!(f, "P256({})", HexDisplay::from(&signature.as_slice())),
		}
	}
}

impl IdentityKey {
	/// Checks that the key is a point of its curve in its only accepted encoding.
	pub fn check(&self) -> Result<(), SignatureError> {
		match self {
			Self::P256(key) => read_p256_key(key).map(|_| ()),
		}
	}

	/// Checks `signature` over SHA-256 of `message`.
	pub fn verify(&self, message: &[u8], signature: &ChipSignature) -> Result<(), SignatureError> {
		match (self, signature) {
			(Self::P256(key), ChipSignature::P256(signature)) => {
				verify_p256(key, message, signature)
			}
		}
	}

	/// Reads the bare signature bytes of a seal: 64 bytes under a P-256 key.
	pub fn decode_signature(&self, raw: &[u8]) -> Result<ChipSignature, SignatureError> {
		match self {
			Self::P256(_) => raw
				.try_into()
				.map(ChipSignature::P256)
				.map_err(|_| SignatureError::MalformedSignature),
		}
	}
}

impl ChipSignature {
	/// The bare signature bytes, as a seal carries them.
	pub fn to_raw(&self) -> Vec<u8> {
		match self {
			Self::P256(signature) => signature.to_vec(),
		}
	}
}

fn read_p256_key(key: &[u8; 33]) -> Result<VerifyingKey, SignatureError> {
	// SEC 1 knows another 33-byte form (tag 0x05, x alone): one key must have one encoding.
	if !matches!(key.first(), Some(0x02 | 0x03)) {
		return Err(SignatureError::MalformedKey);
	}
	VerifyingKey::from_sec1_bytes(key).map_err(|_| SignatureError::MalformedKey)
}

/// Checks a low-s P-256 signature over SHA-256 of `message`.
pub(crate) fn verify_p256(
	key: &[u8; 33],
	message: &[u8],
	signature: &[u8; 64],
) -> Result<(), SignatureError> {
	let key = read_p256_key(key)?;
	let signature =
		Signature::from_slice(signature).map_err(|_| SignatureError::MalformedSignature)?;
	if signature.normalize_s().is_some() {
		return Err(SignatureError::HighS);
	}
	key.verify_prehash(&sha2_256(message), &signature).map_err(|_| SignatureError::Mismatch)
}
