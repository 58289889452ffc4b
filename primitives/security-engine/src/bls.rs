//! BLS12-381 with public keys in G2 and signatures in G1: the key of availability proofs (CAT).
//!
//! Keys and signatures travel in the compressed encoding of the IETF drafts (the one of ZCash and
//! blst). A key is checked once, on entry, and kept uncompressed: sums of keys are then read
//! without checks. Pairings and multiplications run in the host, which is given nothing that was
//! not checked here.

use alloc::vec::Vec;
use ark_bls12_381::{g1, Fq, Fq2, G1Affine, G1Projective, G2Affine};
use ark_ec::{
	hashing::{curve_maps::wb::WBMap, map_to_curve_hasher::MapToCurveBasedHasher, HashToCurve},
	AffineRepr, CurveGroup,
};
use ark_ff::{field_hashers::DefaultFieldHasher, BigInt, PrimeField};
use ark_serialize::CanonicalSerialize;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sha2::Sha256;
use sp_core::hexdisplay::HexDisplay;
use sp_crypto_ec_utils::bls12_381::host_calls;
use sp_crypto_hashing::blake2_256;

/// Separates proofs of possession (draft-irtf-cfrg-bls-signature, 4.2.3).
pub const POSSESSION_DST: &[u8] = b"BLS_POP_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_";

/// Separates signatures of availability (draft-irtf-cfrg-bls-signature, 4.2.3).
pub const AVAILABILITY_DST: &[u8] = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_";

/// Begins the hash that gives the weights of a batch of proofs of possession.
pub const BATCH_TAG: &[u8] = b"utnet:pop-batch:v1";

/// Set in the first byte of a compressed point.
const COMPRESSED: u8 = 0x80;
/// Set in the first byte of the point at infinity.
const INFINITY: u8 = 0x40;
/// Set in the first byte of a compressed point whose y is the larger of the two.
const LARGER_Y: u8 = 0x20;
/// The bits of the first byte that belong to x.
const X_BITS: u8 = 0x1f;

/// Bytes of an element of the base field.
const FIELD: usize = 48;
/// Bytes of an element of the target group, uncompressed.
const TARGET: usize = 12 * FIELD;

/// A public key: a point of G2 in compressed form.
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
pub struct CatKey(pub [u8; 96]);

/// A signature, or a sum of signatures: a point of G1 in compressed form.
#[derive(
	Clone, Copy, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct CatSignature(pub [u8; 48]);

/// A checked public key, or a sum of them: x and y of a point of G2, or the point at infinity.
///
/// Comes only from [`CatKey::decompress`] and from sums; one read from elsewhere must be trusted.
#[derive(
	Clone, Copy, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct UncompressedCatKey(pub [u8; 192]);

/// Why a key or a signature is refused.
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
pub enum CatError {
	/// The key is not in the canonical compressed form. Send the 96 bytes the engine gives.
	MalformedKey,
	/// No point of the curve has the key's x. Send the 96 bytes the engine gives.
	NotOnCurve,
	/// The key lies outside the subgroup of prime order. Use a key made by a sound engine.
	NotInSubgroup,
	/// The key is the point at infinity, which signs anything. Use a key made by a sound engine.
	IdentityKey,
	/// The signature is not the canonical compressed form of a point of the curve. Send the 48
	/// bytes the engine gives.
	MalformedSignature,
	/// The signature lies outside the subgroup of prime order. Sign again by a sound engine.
	SignatureNotInSubgroup,
	/// The signature is the point at infinity. Sign again by a sound engine.
	IdentitySignature,
	/// The signature is not this key's signature over this message. Check what was signed, the
	/// domain tag and, for sums, which chips signed.
	Mismatch,
}

impl core::fmt::Display for CatError {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str(match self {
			Self::MalformedKey => "the BLS key is not in canonical compressed form",
			Self::NotOnCurve => "the BLS key is not a point of the curve",
			Self::NotInSubgroup => "the BLS key is outside the subgroup",
			Self::IdentityKey => "the BLS key is the point at infinity",
			Self::MalformedSignature => "the BLS signature is not a compressed point of the curve",
			Self::SignatureNotInSubgroup => "the BLS signature is outside the subgroup",
			Self::IdentitySignature => "the BLS signature is the point at infinity",
			Self::Mismatch => "the BLS signature is not of this key over this message",
		})
	}
}

impl core::error::Error for CatError {}

impl core::fmt::Debug for CatKey {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		write!(f, "CatKey({})", HexDisplay::from(&self.0.as_slice()))
	}
}

impl core::fmt::Debug for CatSignature {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		write!(f, "CatSignature({})", HexDisplay::from(&self.0.as_slice()))
	}
}

impl core::fmt::Debug for UncompressedCatKey {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		write!(f, "UncompressedCatKey({})", HexDisplay::from(&self.0.as_slice()))
	}
}

impl CatKey {
	/// Checks everything there is to check about a key and gives the form that is stored.
	pub fn decompress(&self) -> Result<UncompressedCatKey, CatError> {
		let (x_c1, x_c0) = self.0.split_at(FIELD);
		let (flags, x_c1) = take_flags(x_c1).ok_or(CatError::MalformedKey)?;
		if flags & COMPRESSED == 0 {
			return Err(CatError::MalformedKey);
		}
		let x_c1 = read_field(&x_c1).ok_or(CatError::MalformedKey)?;
		let x_c0 = read_field(x_c0).ok_or(CatError::MalformedKey)?;
		let x = Fq2::new(x_c0, x_c1);
		if flags & INFINITY != 0 {
			let canonical = flags & LARGER_Y == 0 && x == Fq2::default();
			return Err(if canonical { CatError::IdentityKey } else { CatError::MalformedKey });
		}
		let point = G2Affine::get_point_from_x_unchecked(x, flags & LARGER_Y != 0)
			.ok_or(CatError::NotOnCurve)?;
		if !point.is_in_correct_subgroup_assuming_on_curve() {
			return Err(CatError::NotInSubgroup);
		}
		UncompressedCatKey::write(&point)
	}
}

impl UncompressedCatKey {
	/// The empty sum: the point at infinity.
	pub fn identity() -> Self {
		let mut bytes = [0; 192];
		bytes[0] = INFINITY;
		Self(bytes)
	}

	/// Whether this is the empty sum.
	pub fn is_identity(&self) -> bool {
		*self == Self::identity()
	}

	/// The sum of two keys or sums.
	///
	/// Fails with [`CatError::MalformedKey`] where one of them is not two canonical coordinates;
	/// that it is a point of the subgroup is not checked again.
	pub fn add(&self, other: &Self) -> Result<Self, CatError> {
		Self::write(&sum(self.read()?, other.read()?))
	}

	/// This sum without `other`; fails as [`Self::add`] does.
	pub fn sub(&self, other: &Self) -> Result<Self, CatError> {
		Self::write(&sum(self.read()?, negated(other.read()?)))
	}

	fn read(&self) -> Result<G2Affine, CatError> {
		if self.is_identity() {
			return Ok(G2Affine::zero());
		}
		let mut coordinates = self.0.chunks_exact(FIELD).map(read_field);
		let mut next = || coordinates.next().flatten().ok_or(CatError::MalformedKey);
		// Any flag makes the first coordinate too large to be canonical.
		let (x_c1, x_c0, y_c1, y_c0) = (next()?, next()?, next()?, next()?);
		Ok(G2Affine::new_unchecked(Fq2::new(x_c0, x_c1), Fq2::new(y_c0, y_c1)))
	}

	fn write(point: &G2Affine) -> Result<Self, CatError> {
		let mut bytes = [0; 192];
		point.serialize_uncompressed(bytes.as_mut_slice()).map_err(|_| CatError::MalformedKey)?;
		Ok(Self(bytes))
	}
}

impl CatSignature {
	/// Checks everything there is to check about a signature without its key.
	fn decompress(&self) -> Result<G1Affine, CatError> {
		let (flags, x) = take_flags(&self.0).ok_or(CatError::MalformedSignature)?;
		if flags & COMPRESSED == 0 {
			return Err(CatError::MalformedSignature);
		}
		let x = read_field(&x).ok_or(CatError::MalformedSignature)?;
		if flags & INFINITY != 0 {
			let canonical = flags & LARGER_Y == 0 && x == Fq::default();
			return Err(if canonical {
				CatError::IdentitySignature
			} else {
				CatError::MalformedSignature
			});
		}
		let point = G1Affine::get_point_from_x_unchecked(x, flags & LARGER_Y != 0)
			.ok_or(CatError::MalformedSignature)?;
		if !point.is_in_correct_subgroup_assuming_on_curve() {
			return Err(CatError::SignatureNotInSubgroup);
		}
		Ok(point)
	}
}

/// Checks that whoever made `signature` holds the private key of `key`.
///
/// `uncompressed` is what [`CatKey::decompress`] gave for `key`.
pub fn verify_possession(
	key: &CatKey,
	uncompressed: &UncompressedCatKey,
	signature: &CatSignature,
) -> Result<(), CatError> {
	verify_sum(uncompressed, POSSESSION_DST, &key.0, signature)
}

/// Checks many proofs of possession by one product of pairings.
///
/// Each proof is multiplied by a weight that its makers cannot foresee (the first 128 bits of
/// `blake2_256(tag ‖ SCALE(keys and signatures) ‖ u32_le(index))`), so that two bad proofs do not
/// cancel out. No proof at all is in order. Fails with the first bad signature's error, or with
/// [`CatError::Mismatch`] for the batch as a whole.
pub fn verify_possessions(
	items: &[(CatKey, UncompressedCatKey, CatSignature)],
) -> Result<(), CatError> {
	match items {
		[] => return Ok(()),
		[(key, uncompressed, signature)] => return verify_possession(key, uncompressed, signature),
		_ => {}
	}

	let transcript: Vec<_> = items.iter().map(|(key, _, signature)| (key, signature)).collect();
	let transcript = transcript.encode();
	let mut left = Vec::with_capacity(items.len().saturating_add(1));
	let mut right = Vec::with_capacity(items.len().saturating_add(1));
	let mut total = G1Affine::zero();
	for (index, (key, uncompressed, signature)) in (0u32..).zip(items) {
		if uncompressed.is_identity() {
			return Err(CatError::IdentityKey);
		}
		let weight = batch_weight(&transcript, index);
		let hash = hash_to_g1(POSSESSION_DST, &key.0);
		left.push(multiply(&hash, &weight)?);
		right.push(*uncompressed);
		let weighted = multiply(&signature.decompress()?, &weight)?;
		total = sum(total, weighted);
	}
	left.push(negated(total));
	right.push(generator()?);
	check_pairings(&left, &right)
}

/// Checks a sum of signatures over one message under the sum of the signers' keys.
pub fn verify_availability(
	sum: &UncompressedCatKey,
	message: &[u8],
	aggregate: &CatSignature,
) -> Result<(), CatError> {
	verify_sum(sum, AVAILABILITY_DST, message, aggregate)
}

/// Hashes a message to a point of the subgroup of G1: suite `BLS12381G1_XMD:SHA-256_SSWU_RO_` of
/// RFC 9380 under the domain tag `dst`.
pub fn hash_to_g1(dst: &[u8], message: &[u8]) -> G1Affine {
	type Hasher =
		MapToCurveBasedHasher<G1Projective, DefaultFieldHasher<Sha256, 128>, WBMap<g1::Config>>;
	// The map is total; were it to fail, the point at infinity is a hash no signature fits.
	Hasher::new(dst).and_then(|hasher| hasher.hash(message)).unwrap_or_else(|_| G1Affine::zero())
}

fn verify_sum(
	key: &UncompressedCatKey,
	dst: &[u8],
	message: &[u8],
	signature: &CatSignature,
) -> Result<(), CatError> {
	if key.is_identity() {
		return Err(CatError::IdentityKey);
	}
	let signature = signature.decompress()?;
	check_pairings(&[hash_to_g1(dst, message), negated(signature)], &[*key, generator()?])
}

/// Whether the product of `e(left[i], right[i])` is one.
fn check_pairings(left: &[G1Affine], right: &[UncompressedCatKey]) -> Result<(), CatError> {
	let mut g1 = length_prefix(left.len());
	for point in left {
		point.serialize_uncompressed(&mut g1).map_err(|_| CatError::Mismatch)?;
	}
	let mut g2 = length_prefix(right.len());
	for key in right {
		g2.extend_from_slice(&key.0);
	}
	let mut target = [0; TARGET];
	// The points of G1 come from this module, so that only a stored key can fail to decode.
	host_calls::bls12_381_multi_miller_loop(&g1, &g2, &mut target)
		.map_err(|_| CatError::MalformedKey)?;
	host_calls::bls12_381_final_exponentiation(&mut target).map_err(|_| CatError::Mismatch)?;

	let mut one = [0; TARGET];
	one[0] = 1;
	if target == one {
		Ok(())
	} else {
		Err(CatError::Mismatch)
	}
}

/// The weight of a proof in a batch as two limbs, the lower one first.
fn batch_weight(transcript: &[u8], index: u32) -> [u64; 2] {
	let hash = blake2_256(&[BATCH_TAG, transcript, &index.to_le_bytes()].concat());
	let mut limbs = [0; 2];
	for (limb, bytes) in limbs.iter_mut().zip(hash.chunks_exact(8)) {
		*limb = bytes.try_into().map(u64::from_le_bytes).unwrap_or_default();
	}
	limbs
}

/// A point of G1 times a number of 128 bits, in the host.
fn multiply(point: &G1Affine, scalar: &[u64; 2]) -> Result<G1Affine, CatError> {
	let mut base = Vec::with_capacity(2 * FIELD);
	point.serialize_uncompressed(&mut base).map_err(|_| CatError::Mismatch)?;
	let mut limbs = length_prefix(scalar.len());
	for limb in scalar {
		limbs.extend_from_slice(&limb.to_le_bytes());
	}
	let mut product = [0; 2 * FIELD];
	host_calls::bls12_381_mul_g1(&base, &limbs, &mut product).map_err(|_| CatError::Mismatch)?;
	read_g1(&product).ok_or(CatError::Mismatch)
}

/// The generator of G2, as a key.
fn generator() -> Result<UncompressedCatKey, CatError> {
	UncompressedCatKey::write(&G2Affine::generator())
}

/// How arkworks begins a list: its length in eight bytes, little endian.
fn length_prefix(length: usize) -> Vec<u8> {
	u64::try_from(length).unwrap_or(u64::MAX).to_le_bytes().to_vec()
}

/// Addition in a group of prime order neither overflows nor panics.
#[allow(clippy::arithmetic_side_effects)]
fn sum<A: AffineRepr>(a: A, b: A) -> A {
	(a + b).into_affine()
}

/// Negation in a group of prime order neither overflows nor panics.
#[allow(clippy::arithmetic_side_effects)]
fn negated<A: AffineRepr>(a: A) -> A {
	(-a.into_group()).into_affine()
}

/// Splits the three flags from the first coordinate of a compressed point.
fn take_flags(coordinate: &[u8]) -> Option<(u8, [u8; FIELD])> {
	let mut coordinate: [u8; FIELD] = coordinate.try_into().ok()?;
	let flags = coordinate[0] & !X_BITS;
	coordinate[0] &= X_BITS;
	Some((flags, coordinate))
}

/// Reads a field element in big endian; `None` where it is not below the modulus.
fn read_field(bytes: &[u8]) -> Option<Fq> {
	let bytes: &[u8; FIELD] = bytes.try_into().ok()?;
	let mut limbs = [0; FIELD / 8];
	for (limb, bytes) in limbs.iter_mut().rev().zip(bytes.chunks_exact(8)) {
		*limb = u64::from_be_bytes(bytes.try_into().ok()?);
	}
	Fq::from_bigint(BigInt(limbs))
}

/// Reads an uncompressed point of G1 that the host wrote.
fn read_g1(bytes: &[u8; 2 * FIELD]) -> Option<G1Affine> {
	let (x, y) = bytes.split_at(FIELD);
	if x.first().is_some_and(|byte| byte & INFINITY != 0) {
		return Some(G1Affine::zero());
	}
	Some(G1Affine::new_unchecked(read_field(x)?, read_field(y)?))
}
