//! Every file in `vectors/` is read, and every case of it.

use codec::{DecodeAll, Encode};
use serde_json::Value;
use sp_application_crypto::RuntimeAppPublic;
use sp_core::H256;
use std::{collections::BTreeMap, fs, path::PathBuf, str::FromStr};

use crate::{
	author_message, epoch_seed, epochs::mix, genesis_randomness, kappa, leaf, list_root,
	permutation, permute, slot_random, vrf_sign_data, vrf_verify, AuthorityId, AuthoritySignature,
	MinerKeys, PreDigest, Slot,
};

/// Panics when a case does not hold.
type Check = fn(&Value);

/// A field that is a string.
fn text<'a>(case: &'a Value, field: &str) -> &'a str {
	case[field].as_str().unwrap_or_else(|| panic!("{field} of {case}"))
}

fn number<T: FromStr<Err: std::fmt::Debug>>(case: &Value, field: &str) -> T {
	text(case, field).parse().unwrap()
}

fn small(case: &Value, field: &str) -> u32 {
	u32::try_from(case[field].as_u64().unwrap()).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
	hex::decode(value.as_str().unwrap().strip_prefix("0x").unwrap()).unwrap()
}

fn hash(value: &Value) -> H256 {
	H256::from_slice(&bytes(value))
}

fn key<T: DecodeAll>(value: &Value) -> T {
	T::decode_all(&mut &bytes(value)[..]).unwrap()
}

fn list(value: &Value) -> &[Value] {
	value.as_array().unwrap()
}

fn check_permutation(case: &Value) {
	let (seed, length) = (hash(&case["seed"]), small(case, "length"));
	let strata: Vec<u32> = list(&case["strata"])
		.iter()
		.map(|stratum| u32::try_from(stratum.as_u64().unwrap()).unwrap())
		.collect();
	assert_eq!(permutation(&seed, length), strata);
	for (index, stratum) in (0..).zip(strata) {
		assert_eq!(permute(&seed, index, length), stratum);
	}
}

fn check_slot_random(case: &Value) {
	let slot = Slot::from(number::<u64>(case, "slot"));
	assert_eq!(slot_random(&hash(&case["seed"]), slot), number::<u128>(case, "random"));
}

fn check_kappa(case: &Value) {
	let slot = Slot::from(number::<u64>(case, "slot"));
	let (index, length) = (small(case, "index"), small(case, "length"));
	let drawn = kappa(&hash(&case["seed"]), slot, index, length, number(case, "total"));
	let expected = (!case["kappa"].is_null()).then(|| number::<u128>(case, "kappa"));
	assert_eq!(drawn, expected, "{case}");
}

fn check_seeds(case: &Value) {
	let mut randomness = genesis_randomness(&hash(&case["entropy"]));
	let after = list(&case["randomness"]);
	assert_eq!(randomness, hash(&after[0]));
	let outputs = list(&case["pre_outputs"]);
	assert_eq!(after.len(), outputs.len() + 1);
	for (output, after) in outputs.iter().zip(&after[1..]) {
		randomness = mix(&randomness, &hash(output).0);
		assert_eq!(randomness, hash(after));
	}
	for seed in list(&case["seeds"]) {
		assert_eq!(epoch_seed(number(seed, "epoch"), &randomness), hash(&seed["seed"]));
	}
}

fn check_list(case: &Value) {
	let leaves: Vec<H256> = list(&case["miners"])
		.iter()
		.map(|miner| {
			let keys = MinerKeys { poci: key(&miner["poci"]), gran: key(&miner["gran"]) };
			let leaf = leaf(&hash(&miner["miner"]), number(miner, "power"), &keys);
			assert_eq!(leaf, hash(&miner["leaf"]));
			leaf
		})
		.collect();
	assert_eq!(list_root(&leaves), hash(&case["root"]));
}

fn check_vrf(case: &Value) {
	let (seed, slot) = (hash(&case["seed"]), Slot::from(number::<u64>(case, "slot")));
	let epoch = number(case, "epoch");
	let mut challenge = [0; 32];
	let data = vrf_sign_data(&seed, slot, epoch);
	data.as_ref().0.clone().challenge_bytes(b"vector", &mut challenge);
	assert_eq!(challenge.to_vec(), bytes(&case["challenge"]));
	let signature = [bytes(&case["pre_output"]), bytes(&case["proof"])].concat();
	let signature = DecodeAll::decode_all(&mut &signature[..]).unwrap();
	let holds = vrf_verify(&key(&case["public"]), &seed, slot, epoch, &signature);
	assert_eq!(Some(holds), case["valid"].as_bool(), "{case}");
}

fn check_pre_digest(case: &Value) {
	let encoded = bytes(&case["encoded"]);
	let pre_digest = PreDigest::decode_all(&mut &encoded[..]).unwrap();
	assert_eq!(u64::from(pre_digest.slot), number::<u64>(case, "slot"));
	assert_eq!(pre_digest.leader, small(case, "leader"));
	assert_eq!(pre_digest.chip, (!case["chip"].is_null()).then(|| hash(&case["chip"])));
	assert_eq!(pre_digest.pre_output().to_vec(), bytes(&case["pre_output"]));
	assert_eq!(pre_digest.vrf.proof.encode(), bytes(&case["proof"]));
	assert_eq!(pre_digest.encode(), encoded);
}

fn check_author(case: &Value) {
	let message = author_message(&hash(&case["hash"]));
	assert_eq!(message, bytes(&case["message"]));
	let signature: AuthoritySignature = key(&case["signature"]);
	let holds = key::<AuthorityId>(&case["public"]).verify(&message, &signature);
	assert_eq!(Some(holds), case["valid"].as_bool(), "{case}");
}

#[test]
fn every_case_of_every_file_holds() {
	let checks: BTreeMap<&str, (Check, usize)> = [
		("author", (check_author as Check, 4)),
		("kappa", (check_kappa, 77)),
		("list", (check_list, 7)),
		("permutation", (check_permutation, 10)),
		("pre_digest", (check_pre_digest, 2)),
		("seeds", (check_seeds, 3)),
		("slot_random", (check_slot_random, 8)),
		("vrf", (check_vrf, 6)),
	]
	.into();
	let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors");
	let mut read = 0;
	for file in fs::read_dir(folder).unwrap() {
		let path = file.unwrap().path();
		if path.extension().is_none_or(|extension| extension != "json") {
			continue;
		}
		let name = path.file_stem().unwrap().to_str().unwrap();
		let (check, count) = checks.get(name).unwrap_or_else(|| panic!("nothing reads {name}"));
		let file: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
		let cases = list(&file["cases"]);
		assert_eq!(cases.len(), *count, "{name}");
		cases.iter().for_each(check);
		read += 1;
	}
	assert_eq!(read, checks.len());
}
