//! The cases of the test vectors. Every secret follows from its name.

use ark_bls12_381::{Fq, Fq2, Fr, G1Affine, G1Projective, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{Field, PrimeField};
use ark_serialize::CanonicalSerialize;
use codec::Encode;
use p256::{
	ecdsa::{signature::hazmat::PrehashSigner, Signature, SigningKey},
	Scalar,
};
use serde_json::{json, Value};
use sp_core::H256;
use sp_crypto_hashing::{blake2_256, sha2_256};
use utnet_primitives_security_engine::{
	bls::{hash_to_g1, AVAILABILITY_DST, POSSESSION_DST},
	certificate::{batch_root_message, BATCH_ROOT_TAG, CERTIFICATE_TAG, CERTIFICATE_VERSION},
	claim::CLAIM_TAG,
	seal::{seal_message, SEAL_TAG},
	BatchId, CatKey, Certificate, Claim, IdentityKey, VendorId,
};

/// The names and texts of all generated files.
pub(crate) fn files() -> Vec<(&'static str, String)> {
	[
		("availability.json", availability()),
		("batch-root.json", batch_root()),
		("certificate.json", certificate()),
		("claim.json", claim()),
		("possession-batch.json", possession_batch()),
		("possession.json", possession()),
		("seal.json", seal()),
	]
	.into_iter()
	.map(|(name, value)| {
		let mut text = serde_json::to_string_pretty(&value).expect("a value is JSON");
		text.push('\n');
		(name, text)
	})
	.collect()
}

fn file(description: &str, cases: Vec<Value>) -> Value {
	json!({ "description": description, "cases": cases })
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
	format!("0x{}", ::hex::encode(bytes))
}

fn p256(name: &str) -> SigningKey {
	SigningKey::from_slice(&sha2_256(name.as_bytes())).expect("a hash is a private key")
}

fn public(key: &SigningKey) -> [u8; 33] {
	let point = key.verifying_key().to_encoded_point(true);
	point.as_bytes().try_into().expect("a compressed point has 33 bytes")
}

fn sign(key: &SigningKey, message: &[u8]) -> [u8; 64] {
	let signature: Signature = key.sign_prehash(&sha2_256(message)).expect("a digest is signed");
	signature.normalize_s().unwrap_or(signature).to_bytes().into()
}

/// The other signature that holds where low-s is not asked for.
fn high_s(signature: [u8; 64]) -> [u8; 64] {
	let signature = Signature::from_slice(&signature).expect("a signature");
	let s: Scalar = -*signature.s().as_ref();
	Signature::from_scalars(signature.r().to_bytes(), s.to_bytes())
		.expect("the negated s is not zero")
		.to_bytes()
		.into()
}

/// `signature` with its first half, r, replaced by zeros.
fn zero_r(mut signature: [u8; 64]) -> [u8; 64] {
	signature[..32].fill(0);
	signature
}

/// `signature` with its second half, s, replaced by the order of the group.
fn s_of_order(mut signature: [u8; 64]) -> [u8; 64] {
	let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
	::hex::decode_to_slice(order, &mut signature[32..]).expect("32 bytes");
	signature
}

fn bls(name: &str) -> Fr {
	Fr::from_be_bytes_mod_order(&sha2_256(name.as_bytes()))
}

fn compressed<const N: usize>(point: &impl CanonicalSerialize) -> [u8; N] {
	let mut bytes = [0; N];
	point.serialize_compressed(bytes.as_mut_slice()).expect("the point fits");
	bytes
}

fn cat_public(secret: Fr) -> CatKey {
	CatKey(compressed(&(G2Affine::generator() * secret).into_affine()))
}

fn cat_sign(secret: Fr, dst: &[u8], message: &[u8]) -> [u8; 48] {
	compressed(&(hash_to_g1(dst, message) * secret).into_affine())
}

/// A point of the curve over the quadratic field that is not in the subgroup.
fn g2_outside() -> [u8; 96] {
	(1u64..)
		.find_map(|x| {
			let x = Fq2::new(Fq::from(x), Fq::from(0u64));
			let point = G2Affine::get_point_from_x_unchecked(x, false)?;
			(!point.is_in_correct_subgroup_assuming_on_curve()).then(|| compressed(&point))
		})
		.expect("most points are outside")
}

/// A point of the curve over the base field that is not in the subgroup.
fn g1_outside() -> [u8; 48] {
	(1u64..)
		.find_map(|x| {
			let point = G1Affine::get_point_from_x_unchecked(Fq::from(x), false)?;
			(!point.is_in_correct_subgroup_assuming_on_curve()).then(|| compressed(&point))
		})
		.expect("most points are outside")
}

/// The encoding of an x to which no point of the curve over the quadratic field belongs.
fn g2_off_curve() -> [u8; 96] {
	(1u8..)
		.find_map(|x| {
			let field = Fq2::new(Fq::from(x), Fq::from(0u64));
			let right = field * field * field + Fq2::new(Fq::from(4u64), Fq::from(4u64));
			right.sqrt().is_none().then(|| {
				let mut bytes = [0; 96];
				(bytes[0], bytes[95]) = (0x80, x);
				bytes
			})
		})
		.expect("half of all x have no point")
}

/// The encoding of an x to which no point of the curve over the base field belongs.
fn g1_off_curve() -> [u8; 48] {
	(1u8..)
		.find_map(|x| {
			let field = Fq::from(x);
			(field * field * field + Fq::from(4u64)).sqrt().is_none().then(|| {
				let mut bytes = [0; 48];
				(bytes[0], bytes[47]) = (0x80, x);
				bytes
			})
		})
		.expect("half of all x have no point")
}

/// The modulus of the base field in big endian with the compression flag set.
fn modulus() -> [u8; 48] {
	let modulus = "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f624\
		1eabfffeb153ffffb9feffffffffaaab";
	let mut bytes = [0; 48];
	::hex::decode_to_slice(modulus, &mut bytes).expect("48 bytes");
	bytes[0] |= 0x80;
	bytes
}

fn with<const N: usize>(mut bytes: [u8; N], set: u8, clear: u8) -> [u8; N] {
	bytes[0] = bytes[0] & !clear | set;
	bytes
}

fn infinity<const N: usize>(first: u8) -> [u8; N] {
	let mut bytes = [0; N];
	bytes[0] = first;
	bytes
}

fn sample_certificate(number: u8) -> Certificate {
	Certificate {
		version: CERTIFICATE_VERSION,
		vendor: VendorId(7),
		batch: 0x0102_0304,
		serial: [number; 32],
		identity_key: IdentityKey::P256(public(&p256(&format!("chip {number}")))),
		cat_key: cat_public(bls(&format!("cat {number}"))),
	}
}

fn certificate() -> Value {
	let vendor = p256("vendor");
	let base = sample_certificate(1);
	let good = sign(&vendor, &base.message());
	let case =
		|name: &str, root: &[u8], certificate: &Certificate, signature: &[u8], expect: &str| {
			let IdentityKey::P256(identity_key) = certificate.identity_key;
			json!({
				"name": name,
				"vendor_root": hex(root),
				"version": certificate.version,
				"vendor": certificate.vendor.0,
				"batch": certificate.batch,
				"serial": hex(certificate.serial),
				"identity_key": hex(identity_key),
				"cat_key": hex(certificate.cat_key.0),
				"encoded": hex(certificate.encode()),
				"message": hex(certificate.message()),
				"chip_id": hex(certificate.chip_id()),
				"signature": hex(signature),
				"expect": expect,
			})
		};
	let root = public(&vendor);
	let other_serial = Certificate { serial: [2; 32], ..base };
	let other_cat_key = Certificate { cat_key: cat_public(bls("cat 2")), ..base };
	let version_2 = Certificate { version: 2, ..base };
	let untagged = sign(&vendor, &base.encode());
	let as_claim = sign(&vendor, &[CLAIM_TAG, &base.encode()].concat());
	let mut x_only = root;
	x_only[0] = 0x05;
	let mut uncompressed_tag = root;
	uncompressed_tag[0] = 0x04;
	let mut off_curve = [0; 33];
	(off_curve[0], off_curve[32]) = (0x02, 1);
	let mut above_field = [0xff; 33];
	above_field[0] = 0x02;
	file(
		"Certificates: message = tag \"utnet:chip-certificate:v1\" + SCALE(version u8, vendor u32, \
		 batch u32, serial, identity key enum, cat key); P-256 over SHA-256, r + s in big endian, \
		 low s; chip_id = blake2_256(SCALE(vendor, batch, serial)).",
		vec![
			case("good", &root, &base, &good, "Ok"),
			case("another chip", &root, &sample_certificate(3), &sign(&vendor, &sample_certificate(3).message()), "Ok"),
			case("unknown version", &root, &version_2, &sign(&vendor, &version_2.message()), "UnknownVersion"),
			case("high s", &root, &base, &high_s(good), "HighS"),
			case("r is zero", &root, &base, &zero_r(good), "MalformedSignature"),
			case("s is the order", &root, &base, &s_of_order(good), "MalformedSignature"),
			case("signature of zeros", &root, &base, &[0; 64], "MalformedSignature"),
			case("another serial", &root, &other_serial, &good, "Mismatch"),
			case("another cat key", &root, &other_cat_key, &good, "Mismatch"),
			case("another vendor's signature", &root, &base, &sign(&p256("stranger"), &base.message()), "Mismatch"),
			case("no tag", &root, &base, &untagged, "Mismatch"),
			case("tag of a claim", &root, &base, &as_claim, "Mismatch"),
			case("root key by x alone", &x_only, &base, &good, "MalformedKey"),
			case("root key with the tag of an uncompressed point", &uncompressed_tag, &base, &good, "MalformedKey"),
			case("root key of zeros", &[0; 33], &base, &good, "MalformedKey"),
			case("root key off the curve", &off_curve, &base, &good, "MalformedKey"),
			case("root key above the field", &above_field, &base, &good, "MalformedKey"),
		],
	)
}

fn batch_root() -> Value {
	let vendor = p256("vendor");
	let key = public(&vendor);
	let batch = BatchId { vendor: VendorId(7), number: 3 };
	let root = H256(blake2_256(b"root"));
	let good = sign(&vendor, &batch_root_message(batch, 1_000, root));
	let case =
		|name: &str, batch: BatchId, count: u32, root: H256, signature: &[u8], expect: &str| {
			json!({
				"name": name,
				"vendor_root": hex(key),
				"vendor": batch.vendor.0,
				"batch": batch.number,
				"count": count,
				"root": hex(root),
				"message": hex(batch_root_message(batch, count, root)),
				"signature": hex(signature),
				"expect": expect,
			})
		};
	let other_batch = BatchId { number: 4, ..batch };
	let untagged = sign(&vendor, &(batch, 1_000u32, root).encode());
	let as_certificate =
		sign(&vendor, &[CERTIFICATE_TAG, &(batch, 1_000u32, root).encode()].concat());
	file(
		"Batches certified by one signature: message = tag \"utnet:chip-batch:v1\" + SCALE(vendor \
		 u32, batch u32, count u32, root).",
		vec![
			case("good", batch, 1_000, root, &good, "Ok"),
			case("another batch", other_batch, 1_000, root, &good, "Mismatch"),
			case("another count", batch, 1_001, root, &good, "Mismatch"),
			case("another root", batch, 1_000, H256(blake2_256(b"other")), &good, "Mismatch"),
			case("no tag", batch, 1_000, root, &untagged, "Mismatch"),
			case("tag of a certificate", batch, 1_000, root, &as_certificate, "Mismatch"),
			case("high s", batch, 1_000, root, &high_s(good), "HighS"),
			case("signature of zeros", batch, 1_000, root, &[0; 64], "MalformedSignature"),
		],
	)
}

fn claim() -> Value {
	let chip = p256("chip 1");
	let base = Claim {
		genesis_hash: H256(blake2_256(b"genesis")),
		chip: sample_certificate(1).chip_id(),
		owner: blake2_256(b"owner"),
		claim_counter: 1,
		block_number: 0x0a0b_0c0d,
		block_hash: H256(blake2_256(b"block")),
	};
	let good = sign(&chip, &base.message());
	let case = |name: &str, key: &[u8], claim: &Claim, signature: &[u8], expect: &str| {
		json!({
			"name": name,
			"identity_key": hex(key),
			"genesis_hash": hex(claim.genesis_hash),
			"chip": hex(claim.chip),
			"owner": hex(claim.owner),
			"claim_counter": claim.claim_counter,
			"block_number": claim.block_number,
			"block_hash": hex(claim.block_hash),
			"message": hex(claim.message()),
			"signature": hex(signature),
			"expect": expect,
		})
	};
	let key = public(&chip);
	let other = H256(blake2_256(b"other"));
	let untagged = sign(&chip, &base.encode());
	let as_seal = sign(&chip, &[SEAL_TAG, &base.encode()].concat());
	let mut off_curve = [0; 33];
	(off_curve[0], off_curve[32]) = (0x02, 1);
	file(
		"Claims: message = tag \"utnet:poci-claim:v1\" + genesis hash + chip id + owner + claim \
		 counter u32 LE + block number u32 LE + block hash.",
		vec![
			case("good", &key, &base, &good, "Ok"),
			case(
				"foreign genesis",
				&key,
				&Claim { genesis_hash: other, ..base },
				&good,
				"Mismatch",
			),
			case("another chip", &key, &Claim { chip: other, ..base }, &good, "Mismatch"),
			case("another owner", &key, &Claim { owner: other.0, ..base }, &good, "Mismatch"),
			case("another counter", &key, &Claim { claim_counter: 2, ..base }, &good, "Mismatch"),
			case(
				"another block number",
				&key,
				&Claim { block_number: 1, ..base },
				&good,
				"Mismatch",
			),
			case(
				"another block hash",
				&key,
				&Claim { block_hash: other, ..base },
				&good,
				"Mismatch",
			),
			case("another chip's key", &public(&p256("chip 2")), &base, &good, "Mismatch"),
			case("no tag", &key, &base, &untagged, "Mismatch"),
			case("tag of a seal", &key, &base, &as_seal, "Mismatch"),
			case("high s", &key, &base, &high_s(good), "HighS"),
			case("r is zero", &key, &base, &zero_r(good), "MalformedSignature"),
			case("key off the curve", &off_curve, &base, &good, "MalformedKey"),
			case("63 bytes", &key, &base, &good[..63], "MalformedSignature"),
			case("65 bytes", &key, &base, &[good.as_slice(), &[0]].concat(), "MalformedSignature"),
			case("no bytes", &key, &base, &[], "MalformedSignature"),
		],
	)
}

fn seal() -> Value {
	let chip = p256("chip 1");
	let genesis = H256(blake2_256(b"genesis"));
	let pre_hash = H256(blake2_256(b"header"));
	let slot = 0x0102_0304_0506_0708;
	let good = sign(&chip, &seal_message(&genesis, slot, &pre_hash));
	let key = public(&chip);
	let case =
		|name: &str, genesis: H256, slot: u64, pre_hash: H256, signature: &[u8], expect: &str| {
			json!({
				"name": name,
				"identity_key": hex(key),
				"genesis_hash": hex(genesis),
				"slot": slot.to_string(),
				"pre_hash": hex(pre_hash),
				"message": hex(seal_message(&genesis, slot, &pre_hash)),
				"signature": hex(signature),
				"expect": expect,
			})
		};
	let other = H256(blake2_256(b"other"));
	let fields = (genesis, slot, pre_hash).encode();
	let as_batch = sign(&chip, &[BATCH_ROOT_TAG, &fields].concat());
	file(
		"Seals: message = tag \"utnet:poci-seal:v1\" + genesis hash + slot u64 LE + hash of the \
		 header without its seals. The slot is a decimal string.",
		vec![
			case("good", genesis, slot, pre_hash, &good, "Ok"),
			case(
				"slot zero",
				genesis,
				0,
				pre_hash,
				&sign(&chip, &seal_message(&genesis, 0, &pre_hash)),
				"Ok",
			),
			case("foreign genesis", other, slot, pre_hash, &good, "Mismatch"),
			case("another slot", genesis, slot + 1, pre_hash, &good, "Mismatch"),
			case("another header", genesis, slot, other, &good, "Mismatch"),
			case("no tag", genesis, slot, pre_hash, &sign(&chip, &fields), "Mismatch"),
			case("tag of a batch", genesis, slot, pre_hash, &as_batch, "Mismatch"),
			case(
				"another chip",
				genesis,
				slot,
				pre_hash,
				&sign(&p256("chip 2"), &seal_message(&genesis, slot, &pre_hash)),
				"Mismatch",
			),
			case("high s", genesis, slot, pre_hash, &high_s(good), "HighS"),
			case("empty", genesis, slot, pre_hash, &[], "MalformedSignature"),
			case("63 bytes", genesis, slot, pre_hash, &good[..63], "MalformedSignature"),
			case("256 bytes", genesis, slot, pre_hash, &[1; 256], "MalformedSignature"),
		],
	)
}

fn possession() -> Value {
	let secret = bls("cat 1");
	let key = cat_public(secret).0;
	let good = cat_sign(secret, POSSESSION_DST, &key);
	let case = |name: &str, key: &[u8; 96], signature: &[u8; 48], expect: &str| {
		json!({
			"name": name,
			"cat_key": hex(key),
			"uncompressed": CatKey(*key).decompress().map(|key| hex(key.0)).ok(),
			"signature": hex(signature),
			"expect": expect,
		})
	};
	let mut above_field = key;
	above_field[..48].copy_from_slice(&modulus());
	let mut second_above_field = key;
	second_above_field[48..].copy_from_slice(&with(modulus(), 0, 0x80));
	let mut infinity_with_x = infinity::<96>(0xc0);
	infinity_with_x[95] = 1;
	let mut signature_infinity_with_x = infinity::<48>(0xc0);
	signature_infinity_with_x[47] = 1;
	let negative = with(key, !key[0] & 0x20, key[0] & 0x20);
	let generator = compressed(&G2Affine::generator());
	let one = Fr::from(1u64);
	let stranger = bls("cat 2");
	file(
		"Proofs of possession: cat_key in G2, compressed as in the IETF drafts (96 bytes); \
		 signature in G1 (48 bytes) over the 96 bytes of the key under \
		 \"BLS_POP_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_\"; uncompressed is the stored form, null \
		 where the key is refused.",
		vec![
			case("good", &key, &good, "Ok"),
			case("the generator", &generator, &cat_sign(one, POSSESSION_DST, &generator), "Ok"),
			case("key without the compression flag", &with(key, 0, 0x80), &good, "MalformedKey"),
			case("x of the key is the modulus", &above_field, &good, "MalformedKey"),
			case("second half of x is the modulus", &second_above_field, &good, "MalformedKey"),
			case("key of zeros", &[0; 96], &good, "MalformedKey"),
			case("infinity with an x", &infinity_with_x, &good, "MalformedKey"),
			case("infinity with a sign", &infinity(0xe0), &good, "MalformedKey"),
			case("infinity without the compression flag", &infinity(0x40), &good, "MalformedKey"),
			case("infinity", &infinity(0xc0), &infinity(0xc0), "IdentityKey"),
			case("key off the curve", &g2_off_curve(), &good, "NotOnCurve"),
			case("key outside the subgroup", &g2_outside(), &good, "NotInSubgroup"),
			case(
				"signature without the compression flag",
				&key,
				&with(good, 0, 0x80),
				"MalformedSignature",
			),
			case("x of the signature is the modulus", &key, &modulus(), "MalformedSignature"),
			case("signature off the curve", &key, &g1_off_curve(), "MalformedSignature"),
			case("signature of zeros", &key, &[0; 48], "MalformedSignature"),
			case(
				"signature at infinity with an x",
				&key,
				&signature_infinity_with_x,
				"MalformedSignature",
			),
			case("signature at infinity with a sign", &key, &infinity(0xe0), "MalformedSignature"),
			case("signature at infinity", &key, &infinity(0xc0), "IdentitySignature"),
			case("signature outside the subgroup", &key, &g1_outside(), "SignatureNotInSubgroup"),
			case("the negative key", &negative, &good, "Mismatch"),
			case(
				"another key's proof",
				&key,
				&cat_sign(stranger, POSSESSION_DST, &cat_public(stranger).0),
				"Mismatch",
			),
			case(
				"made by another key",
				&key,
				&cat_sign(stranger, POSSESSION_DST, &key),
				"Mismatch",
			),
			case(
				"tag of availability",
				&key,
				&cat_sign(secret, AVAILABILITY_DST, &key),
				"Mismatch",
			),
		],
	)
}

fn possession_batch() -> Value {
	let proof = |number: u32| {
		let secret = bls(&format!("cat {number}"));
		let key = cat_public(secret).0;
		(key, cat_sign(secret, POSSESSION_DST, &key))
	};
	let case = |name: &str, items: &[([u8; 96], [u8; 48])], expect: &str| {
		let items: Vec<_> = items
			.iter()
			.map(|(key, signature)| json!({ "cat_key": hex(key), "signature": hex(signature) }))
			.collect();
		json!({ "name": name, "items": items, "expect": expect })
	};
	let good: Vec<_> = (1..=4).map(proof).collect();
	let many: Vec<_> = (1..=32).map(proof).collect();
	let mut swapped = good.clone();
	(swapped[0].1, swapped[1].1) = (good[1].1, good[0].1);
	let mut last_bad = many.clone();
	last_bad[31].1 = proof(33).1;

	// Two bad proofs whose errors would cancel out if they were only added.
	let error = G1Projective::from(hash_to_g1(b"error", b"error"));
	let shifted = |number: u32, by: G1Projective| {
		let secret = bls(&format!("cat {number}"));
		let key = cat_public(secret).0;
		let point = hash_to_g1(POSSESSION_DST, &key) * secret + by;
		(key, compressed(&point.into_affine()))
	};
	let cancelling = [shifted(1, error), shifted(2, -error)];
	let mut infinite = good.clone();
	infinite[2].1 = infinity(0xc0);
	let mut outside = good.clone();
	outside[3].1 = g1_outside();
	let mut malformed = good.clone();
	malformed[1].1 = [0; 48];
	file(
		"Batches of proofs of possession, checked as one product of pairings with weights = first \
		 128 bits, little endian, of blake2_256(\"utnet:pop-batch:v1\" + SCALE(Vec of (key, \
		 signature)) + index u32 LE).",
		vec![
			case("none", &[], "Ok"),
			case("one", &good[..1], "Ok"),
			case("four", &good, "Ok"),
			case("thirty-two", &many, "Ok"),
			case("the same proof twice", &[good[0], good[0]], "Ok"),
			case("two proofs swapped", &swapped, "Mismatch"),
			case("the last of thirty-two is bad", &last_bad, "Mismatch"),
			case("errors that cancel out without weights", &cancelling, "Mismatch"),
			case("one of one is bad", &[(good[0].0, good[1].1)], "Mismatch"),
			case("a signature at infinity", &infinite, "IdentitySignature"),
			case("a signature outside the subgroup", &outside, "SignatureNotInSubgroup"),
			case("a malformed signature", &malformed, "MalformedSignature"),
		],
	)
}

fn availability() -> Value {
	let secrets: Vec<_> = (1..=5).map(|number| bls(&format!("cat {number}"))).collect();
	let message = b"one round of availability".as_slice();
	let aggregate = |dst: &[u8], secrets: &[Fr], message: &[u8]| -> [u8; 48] {
		cat_sign(secrets.iter().copied().sum(), dst, message)
	};
	let case = |name: &str, secrets: &[Fr], message: &[u8], signature: [u8; 48], expect: &str| {
		let sum: Fr = secrets.iter().copied().sum();
		let mut uncompressed = [0; 192];
		(G2Affine::generator() * sum)
			.into_affine()
			.serialize_uncompressed(uncompressed.as_mut_slice())
			.expect("192 bytes");
		json!({
			"name": name,
			"cat_keys": secrets.iter().map(|secret| hex(cat_public(*secret).0)).collect::<Vec<_>>(),
			"sum": hex(uncompressed),
			"message": hex(message),
			"aggregate": hex(signature),
			"expect": expect,
		})
	};
	let good = aggregate(AVAILABILITY_DST, &secrets, message);
	let one = aggregate(AVAILABILITY_DST, &secrets[..1], message);
	let cancelling = [secrets[0], -secrets[0]];
	file(
		"Aggregated availability: the sum of the keys in stored form (192 bytes) and the sum of \
		 the signatures over one message under \"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_\".",
		vec![
			case("one chip", &secrets[..1], message, one, "Ok"),
			case("five chips", &secrets, message, good, "Ok"),
			case(
				"an empty message",
				&secrets[..2],
				b"",
				aggregate(AVAILABILITY_DST, &secrets[..2], b""),
				"Ok",
			),
			case(
				"one chip counted twice",
				&[secrets[0], secrets[0]],
				message,
				aggregate(AVAILABILITY_DST, &[secrets[0], secrets[0]], message),
				"Ok",
			),
			case(
				"one chip did not sign",
				&secrets,
				message,
				aggregate(AVAILABILITY_DST, &secrets[1..], message),
				"Mismatch",
			),
			case("one chip too many signed", &secrets[..4], message, good, "Mismatch"),
			case("another message", &secrets, b"another round", good, "Mismatch"),
			case(
				"tag of possession",
				&secrets,
				message,
				aggregate(POSSESSION_DST, &secrets, message),
				"Mismatch",
			),
			case("no chips", &[], message, good, "IdentityKey"),
			case("keys that cancel out", &cancelling, message, infinity(0xc0), "IdentityKey"),
			case("aggregate at infinity", &secrets, message, infinity(0xc0), "IdentitySignature"),
			case(
				"aggregate outside the subgroup",
				&secrets,
				message,
				g1_outside(),
				"SignatureNotInSubgroup",
			),
			case("malformed aggregate", &secrets, message, [0xff; 48], "MalformedSignature"),
		],
	)
}
