//! Turns the test vectors into the first inputs of the fuzz targets, one file a case, named by the
//! hash of its content: `cargo run --release -p utnet-primitives-security-engine --example corpus`

use codec::Encode;
use serde_json::Value;
use sp_core::H256;
use std::{fs, io};
use utnet_primitives_security_engine::{CatKey, Claim, IdentityKey, UncompressedCatKey};

const CRATE: &str = env!("CARGO_MANIFEST_DIR");

fn main() -> io::Result<()> {
	for case in cases("certificate.json")? {
		let parts =
			[bytes(&case["encoded"]), bytes(&case["vendor_root"]), bytes(&case["signature"])];
		write("certificate", &parts.concat())?;
	}
	for case in cases("claim.json")? {
		let claim = Claim {
			genesis_hash: H256(array(&case["genesis_hash"])),
			chip: H256(array(&case["chip"])),
			owner: array(&case["owner"]),
			claim_counter: number(&case["claim_counter"]),
			block_number: number(&case["block_number"]),
			block_hash: H256(array(&case["block_hash"])),
		};
		let key = IdentityKey::P256(array(&case["identity_key"]));
		write("claim", &(claim, key, bytes(&case["signature"])).encode())?;
	}
	for case in cases("possession.json")? {
		let key = CatKey(array(&case["cat_key"]));
		let stored = key.decompress().unwrap_or_else(|_| UncompressedCatKey::identity());
		let signature: [u8; 48] = array(&case["signature"]);
		write("availability", &(key, stored, signature, key.0.to_vec()).encode())?;
	}
	for case in cases("availability.json")? {
		let Some(key) = case["cat_keys"].get(0) else {
			continue;
		};
		let key: [u8; 96] = array(key);
		let sum: [u8; 192] = array(&case["sum"]);
		let signature: [u8; 48] = array(&case["aggregate"]);
		write("availability", &(key, sum, signature, bytes(&case["message"])).encode())?;
	}
	Ok(())
}

fn cases(file: &str) -> io::Result<Vec<Value>> {
	let text = fs::read_to_string(format!("{CRATE}/vectors/{file}"))?;
	let mut file: Value = serde_json::from_str(&text)?;
	match file["cases"].take() {
		Value::Array(cases) => Ok(cases),
		_ => Err(io::Error::other("a file of vectors without cases")),
	}
}

fn bytes(value: &Value) -> Vec<u8> {
	let text = value.as_str().expect("a vector's bytes are a string");
	hex::decode(text.trim_start_matches("0x")).expect("a vector's bytes are hex")
}

fn array<const N: usize>(value: &Value) -> [u8; N] {
	bytes(value).try_into().expect("a vector's field has its length")
}

fn number(value: &Value) -> u32 {
	value.as_u64().and_then(|number| number.try_into().ok()).expect("a vector's number is a u32")
}

fn write(target: &str, input: &[u8]) -> io::Result<()> {
	let folder = format!("{CRATE}/fuzz/corpus/{target}");
	fs::create_dir_all(&folder)?;
	let name = hex::encode(sp_crypto_hashing::blake2_128(input));
	fs::write(format!("{folder}/{name}"), input)
}
