//! Every file in `vectors/` is read, every case in it, and every field of the case.

use crate::{
	bls::{
		hash_to_g1, verify_availability, verify_possession, verify_possessions, CatError, CatKey,
		CatSignature, UncompressedCatKey,
	},
	certificate::{batch_root_message, verify_batch_root},
	identity::SignatureError,
	seal::seal_message,
	BatchId, Certificate, Claim, IdentityKey, VendorId,
};
use ark_serialize::CanonicalSerialize;
use codec::{DecodeAll, Encode};
use serde::{de::DeserializeOwned, Deserialize};
use serde_json::Value;
use sp_core::H256;
use std::{collections::BTreeSet, fs};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors");

/// Bytes in hex behind 0x.
#[derive(Debug)]
struct Hex(Vec<u8>);

impl<'de> Deserialize<'de> for Hex {
	fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		let text = String::deserialize(deserializer)?;
		let digits = text.strip_prefix("0x").ok_or_else(|| serde::de::Error::custom("no 0x"))?;
		hex::decode(digits).map(Self).map_err(serde::de::Error::custom)
	}
}

impl Hex {
	fn array<const N: usize>(&self) -> [u8; N] {
		self.0.as_slice().try_into().unwrap_or_else(|_| panic!("not {N} bytes: {self:?}"))
	}

	fn hash(&self) -> H256 {
		H256(self.array())
	}
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VectorFile {
	description: String,
	cases: Vec<Value>,
}

/// Reads a case; a field that this test does not know fails it.
fn fields<T: DeserializeOwned>(file: &str, case: &Value) -> T {
	serde_json::from_value(case.clone()).unwrap_or_else(|error| panic!("{file}: {error}: {case}"))
}

fn named<E: core::fmt::Debug>(outcome: Result<(), E>) -> String {
	outcome.map_or_else(|error| format!("{error:?}"), |()| "Ok".into())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CertificateCase {
	name: String,
	vendor_root: Hex,
	version: u8,
	vendor: u32,
	batch: u32,
	serial: Hex,
	identity_key: Hex,
	cat_key: Hex,
	encoded: Hex,
	message: Hex,
	chip_id: Hex,
	signature: Hex,
	expect: String,
}

fn certificate(case: CertificateCase) {
	let certificate = Certificate {
		version: case.version,
		vendor: VendorId(case.vendor),
		batch: case.batch,
		serial: case.serial.array(),
		identity_key: IdentityKey::P256(case.identity_key.array()),
		cat_key: CatKey(case.cat_key.array()),
	};
	assert_eq!(certificate.encode(), case.encoded.0, "{}", case.name);
	assert_eq!(Certificate::decode_all(&mut case.encoded.0.as_slice()), Ok(certificate));
	assert_eq!(certificate.message(), case.message.0, "{}", case.name);
	assert_eq!(certificate.chip_id(), case.chip_id.hash(), "{}", case.name);
	assert_eq!(
		named(certificate.verify(&case.vendor_root.array(), &case.signature.array())),
		case.expect,
		"{}",
		case.name
	);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BatchRootCase {
	name: String,
	vendor_root: Hex,
	vendor: u32,
	batch: u32,
	count: u32,
	root: Hex,
	message: Hex,
	signature: Hex,
	expect: String,
}

fn batch_root(case: BatchRootCase) {
	let batch = BatchId { vendor: VendorId(case.vendor), number: case.batch };
	let root = case.root.hash();
	assert_eq!(batch_root_message(batch, case.count, root), case.message.0, "{}", case.name);
	let (key, signature) = (case.vendor_root.array(), case.signature.array());
	let outcome = verify_batch_root(batch, case.count, root, &key, &signature);
	assert_eq!(named(outcome), case.expect, "{}", case.name);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimCase {
	name: String,
	identity_key: Hex,
	genesis_hash: Hex,
	chip: Hex,
	owner: Hex,
	claim_counter: u32,
	block_number: u32,
	block_hash: Hex,
	message: Hex,
	signature: Hex,
	expect: String,
}

fn claim(case: ClaimCase) {
	let claim = Claim {
		genesis_hash: case.genesis_hash.hash(),
		chip: case.chip.hash(),
		owner: case.owner.array(),
		claim_counter: case.claim_counter,
		block_number: case.block_number,
		block_hash: case.block_hash.hash(),
	};
	assert_eq!(claim.message(), case.message.0, "{}", case.name);
	assert_eq!(Claim::decode_all(&mut claim.encode().as_slice()), Ok(claim));
	assert_eq!(
		named(verify_raw(&case.identity_key, &claim.message(), &case.signature)),
		case.expect,
		"{}",
		case.name
	);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SealCase {
	name: String,
	identity_key: Hex,
	genesis_hash: Hex,
	slot: String,
	pre_hash: Hex,
	message: Hex,
	signature: Hex,
	expect: String,
}

fn seal(case: SealCase) {
	let slot = case.slot.parse().unwrap();
	let message = seal_message(&case.genesis_hash.hash(), slot, &case.pre_hash.hash());
	assert_eq!(message, case.message.0, "{}", case.name);
	assert_eq!(
		named(verify_raw(&case.identity_key, &message, &case.signature)),
		case.expect,
		"{}",
		case.name
	);
}

fn verify_raw(key: &Hex, message: &[u8], signature: &Hex) -> Result<(), SignatureError> {
	let key = IdentityKey::P256(key.array());
	key.verify(message, &key.decode_signature(&signature.0)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PossessionCase {
	name: String,
	cat_key: Hex,
	uncompressed: Option<Hex>,
	signature: Hex,
	expect: String,
}

fn possession(case: PossessionCase) {
	let key = CatKey(case.cat_key.array());
	let signature = CatSignature(case.signature.array());
	let decompressed = key.decompress();
	assert_eq!(
		decompressed.ok().map(|key| key.0.to_vec()),
		case.uncompressed.map(|key| key.0),
		"{}",
		case.name
	);
	let outcome = decompressed.and_then(|read| {
		// A batch of one and a batch of two give the same verdict.
		let one = verify_possession(&key, &read, &signature);
		assert_eq!(verify_possessions(&[(key, read, signature)]), one, "{}", case.name);
		assert_eq!(verify_possessions(&[(key, read, signature); 2]), one, "{}", case.name);
		one
	});
	assert_eq!(named(outcome), case.expect, "{}", case.name);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PossessionBatchCase {
	name: String,
	items: Vec<PossessionItem>,
	expect: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PossessionItem {
	cat_key: Hex,
	signature: Hex,
}

fn possession_batch(case: PossessionBatchCase) {
	let items: Vec<_> = case
		.items
		.iter()
		.map(|item| {
			let key = CatKey(item.cat_key.array());
			(key, key.decompress().unwrap(), CatSignature(item.signature.array()))
		})
		.collect();
	assert_eq!(named(verify_possessions(&items)), case.expect, "{}", case.name);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AvailabilityCase {
	name: String,
	cat_keys: Vec<Hex>,
	sum: Hex,
	message: Hex,
	aggregate: Hex,
	expect: String,
}

fn availability(case: AvailabilityCase) {
	let sum = sum_of(&case.cat_keys);
	assert_eq!(sum.0.as_slice(), case.sum.0, "{}", case.name);
	let aggregate = CatSignature(case.aggregate.array());
	assert_eq!(
		named(verify_availability(&sum, &case.message.0, &aggregate)),
		case.expect,
		"{}",
		case.name
	);
}

fn sum_of(keys: &[Hex]) -> UncompressedCatKey {
	keys.iter().fold(UncompressedCatKey::identity(), |sum, key| {
		sum.add(&CatKey(key.array()).decompress().unwrap()).unwrap()
	})
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum ExternalCase {
	Key { cat_key: Hex, uncompressed: Hex },
	Hash { dst: String, message: Hex, point: Hex },
	Possession { cat_key: Hex, signature: Hex },
	Availability { cat_keys: Vec<Hex>, sum: Hex, message: Hex, aggregate: Hex },
	Identity { identity_key: Hex, message: Hex, signature: Hex, expect: String },
}

fn external(case: &mut Value) {
	let object = case.as_object_mut().unwrap();
	let name = object.remove("name").unwrap();
	assert!(object.remove("source").is_some_and(|source| source.is_string()), "{name}");
	match fields("external.json", case) {
		ExternalCase::Key { cat_key, uncompressed } => {
			let read = CatKey(cat_key.array()).decompress().unwrap();
			assert_eq!(read.0.as_slice(), uncompressed.0, "{name}");
		}
		ExternalCase::Hash { dst, message, point } => {
			let mut bytes = Vec::new();
			hash_to_g1(dst.as_bytes(), &message.0).serialize_uncompressed(&mut bytes).unwrap();
			assert_eq!(bytes, point.0, "{name}");
		}
		ExternalCase::Possession { cat_key, signature } => {
			let key = CatKey(cat_key.array());
			let signature = CatSignature(signature.array());
			let outcome = verify_possession(&key, &key.decompress().unwrap(), &signature);
			assert_eq!(outcome, Ok(()), "{name}");
		}
		ExternalCase::Availability { cat_keys, sum, message, aggregate } => {
			assert_eq!(sum_of(&cat_keys).0.as_slice(), sum.0, "{name}");
			let aggregate = CatSignature(aggregate.array());
			let outcome = verify_availability(&sum_of(&cat_keys), &message.0, &aggregate);
			assert_eq!(outcome, Ok::<_, CatError>(()), "{name}");
		}
		ExternalCase::Identity { identity_key, message, signature, expect } => {
			let outcome = verify_raw(&identity_key, &message.0, &signature);
			assert_eq!(named(outcome), expect, "{name}");
		}
	}
}

#[test]
fn every_case_of_every_file_holds() {
	let mut files = 0;
	for entry in fs::read_dir(FOLDER).unwrap() {
		let path = entry.unwrap().path();
		let name = path.file_name().unwrap().to_str().unwrap().to_owned();
		let text = fs::read_to_string(&path).unwrap();
		let file: VectorFile = serde_json::from_str(&text).unwrap();
		assert!(!file.description.is_empty(), "{name}");
		assert!(!file.cases.is_empty(), "{name}");
		let mut names = BTreeSet::new();
		for mut case in file.cases {
			assert!(names.insert(case["name"].as_str().unwrap().to_owned()), "{name}: {case}");
			match name.as_str() {
				"availability.json" => availability(fields(&name, &case)),
				"batch-root.json" => batch_root(fields(&name, &case)),
				"certificate.json" => certificate(fields(&name, &case)),
				"claim.json" => claim(fields(&name, &case)),
				"external.json" => external(&mut case),
				"possession-batch.json" => possession_batch(fields(&name, &case)),
				"possession.json" => possession(fields(&name, &case)),
				"seal.json" => seal(fields(&name, &case)),
				_ => panic!("{name} is not read by any test"),
			}
		}
		files += 1;
	}
	assert_eq!(files, 8, "a file of vectors is missing");
}

#[test]
fn the_files_are_what_the_generator_writes() {
	for (name, text) in super::cases::files() {
		let file = fs::read_to_string(format!("{FOLDER}/{name}")).unwrap();
		assert!(file == text, "{name} is out of date; run the example `vectors`");
	}
}
