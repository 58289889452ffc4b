//! Writes `vectors/*.json`, which other implementations of the election are tested against.
//!
//! ```text
//! cargo run --release --example election-vectors
//! ```
//!
//! Signatures and proofs are randomised: those of the files are kept as long as they hold, so that
//! a second run changes nothing. Numbers that need more than 53 bits are decimal strings.

use codec::Encode;
use serde_json::{json, Value};
use sp_core::{
	crypto::VrfSecret,
	sr25519::{self, vrf::VrfSignature},
	Pair, H256,
};
use sp_crypto_hashing::blake2_256;
use std::{error::Error, fs, path::PathBuf};
use utnet_primitives_consensus_poci::{
	author_message, epoch_seed, epochs::mix, genesis_randomness, kappa, leaf, list_root,
	permutation, slot_random, vrf_sign_data, AuthorityPair, MinerKeys, PreDigest, Slot,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn hex<T: AsRef<[u8]>>(bytes: T) -> String {
	format!("0x{}", hex::encode(bytes))
}

/// A hash that stands for anything, by name.
fn named(name: &str) -> H256 {
	blake2_256(name.as_bytes()).into()
}

fn author() -> AuthorityPair {
	AuthorityPair::from_seed(&named("author").0)
}

fn path(name: &str) -> PathBuf {
	PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors").join(format!("{name}.json"))
}

/// The bytes of a field of the first case of a file that is there already.
fn kept(name: &str, field: &str) -> Option<Vec<u8>> {
	let file: Value = serde_json::from_str(&fs::read_to_string(path(name)).ok()?).ok()?;
	hex::decode(file["cases"][0][field].as_str()?.strip_prefix("0x")?).ok()
}

fn write(name: &str, description: &str, cases: Vec<Value>) -> Outcome<()> {
	// A case a line keeps differences readable.
	let lines: Vec<String> = cases.iter().map(|case| format!("\t\t{case}")).collect();
	let text = format!(
		"{{\n\t\"description\": {},\n\t\"cases\": [\n{}\n\t]\n}}\n",
		json!(description),
		lines.join(",\n")
	);
	fs::write(path(name), text)?;
	println!("{}: {} cases", path(name).display(), cases.len());
	Ok(())
}

fn main() -> Outcome<()> {
	write(
		"permutation",
		"stratum of each slot of an epoch of `length` slots",
		[1, 2, 20, 21, 1_200]
			.into_iter()
			.flat_map(|length| [("a", length), ("b", length)])
			.map(|(name, length)| {
				let seed = named(name);
				json!({ "seed": seed, "length": length, "strata": permutation(&seed, length) })
			})
			.collect(),
	)?;
	write(
		"slot_random",
		"first 16 bytes, little endian, of blake2_256(\"utnet:poci-slot:v1\" ‖ seed ‖ u64_le(slot))",
		[0, 1, 588_000_000, u64::MAX]
			.into_iter()
			.flat_map(|slot| [("a", slot), ("b", slot)])
			.map(|(name, slot)| {
				let seed = named(name);
				let random = slot_random(&seed, Slot::from(slot));
				json!({ "seed": seed, "slot": slot.to_string(), "random": random.to_string() })
			})
			.collect(),
	)?;
	write("kappa", "point of the segment 0..total that a slot hits; null where it hits none", {
		let mut cases = Vec::new();
		for (length, indices) in [
			(1, vec![0, 1]),
			(2, vec![0, 1]),
			(20, vec![0, 7, 19, 20]),
			(1_200, vec![0, 599, 1_199]),
		] {
			for index in indices {
				for total in [0, 1, 7, 256_000, 17_600 * 1_000_003, (1 << 96) - 1, 1 << 96] {
					let seed = named("kappa");
					let slot = 588_000_000 + u64::from(index);
					let kappa = kappa(&seed, Slot::from(slot), index, length, total);
					cases.push(json!({
						"seed": seed,
						"slot": slot.to_string(),
						"index": index,
						"length": length,
						"total": total.to_string(),
						"kappa": kappa.map(|kappa| kappa.to_string()),
					}));
				}
			}
		}
		cases
	})?;
	write(
		"seeds",
		"randomness before block 1 and after each block, and seeds of epochs made from the last",
		["", "entropy", "more"]
			.into_iter()
			.zip([0, 1, 5])
			.map(|(name, blocks)| {
				let entropy = named(name);
				let mut randomness = genesis_randomness(&entropy);
				let mut after = vec![randomness];
				let outputs: Vec<H256> =
					(0..blocks).map(|block| named(&format!("{name} {block}"))).collect();
				for output in &outputs {
					randomness = mix(&randomness, &output.0);
					after.push(randomness);
				}
				let seeds: Vec<Value> = [0, 1, 2, 52, u64::MAX]
					.into_iter()
					.map(
						|epoch| json!({ "epoch": epoch.to_string(), "seed": epoch_seed(epoch, &randomness) }),
					)
					.collect();
				json!({
					"entropy": entropy,
					"pre_outputs": outputs,
					"randomness": after,
					"seeds": seeds,
				})
			})
			.collect(),
	)?;
	write(
		"list",
		"leaves of a list's Merkle tree and its root; the miner's account is 32 bytes",
		{
			let mut cases = Vec::new();
			for count in [0u8, 1, 2, 3, 5, 8, 21] {
				let mut leaves = Vec::new();
				let mut miners = Vec::new();
				for n in 0..count {
					let miner = named(&format!("miner {n}"));
					let power = if n == 4 { u128::from(u64::MAX) } else { 17_600 * u128::from(n) };
					let gran = sp_core::ed25519::Pair::from_seed(&[n; 32]).public();
					let keys = MinerKeys {
						poci: AuthorityPair::from_seed(&[n; 32]).public(),
						gran: gran.into(),
					};
					let leaf = leaf(&miner, power, &keys);
					miners.push(json!({
						"miner": miner,
						"power": power.to_string(),
						"poci": hex(&keys.poci),
						"gran": hex(&keys.gran),
						"leaf": leaf,
					}));
					leaves.push(leaf);
				}
				cases.push(json!({ "miners": miners, "root": list_root(&leaves) }));
			}
			cases
		},
	)?;
	let pre_digest = vrf_cases()?;
	write("pre_digest", "SCALE encoding of a pre-digest, with a chip and without", {
		[Some(named("chip")), None]
			.into_iter()
			.map(|chip| {
				let pre_digest = PreDigest { chip, ..pre_digest.clone() };
				json!({
					"slot": u64::from(pre_digest.slot).to_string(),
					"leader": pre_digest.leader,
					"chip": pre_digest.chip,
					"pre_output": hex(pre_digest.pre_output()),
					"proof": hex(pre_digest.vrf.proof.encode()),
					"encoded": hex(pre_digest.encode()),
				})
			})
			.collect()
	})?;
	author_cases()
}

/// One good output, then the same with one thing changed.
fn vrf_cases() -> Outcome<PreDigest> {
	let (seed, slot, epoch) = (named("vrf"), Slot::from(588_000_123), 77);
	let challenge = |seed: &H256, slot: Slot, epoch: u64| {
		let mut challenge = [0u8; 32];
		let data = vrf_sign_data(seed, slot, epoch);
		data.as_ref().0.clone().challenge_bytes(b"vector", &mut challenge);
		hex(challenge)
	};
	let data = vrf_sign_data(&seed, slot, epoch);
	let secret = sr25519::Pair::from(author());
	let fresh = secret.vrf_sign(&data);
	let proof = kept("vrf", "proof")
		.and_then(|bytes| codec::DecodeAll::decode_all(&mut &bytes[..]).ok())
		.filter(|proof: &sr25519::vrf::VrfProof| {
			let signature =
				VrfSignature { pre_output: fresh.pre_output.clone(), proof: proof.clone() };
			utnet_primitives_consensus_poci::vrf_verify(
				&author().public(),
				&seed,
				slot,
				epoch,
				&signature,
			)
		})
		.unwrap_or_else(|| fresh.proof.clone());
	let pre_output = fresh.pre_output.encode();
	let other_slot = Slot::from(588_000_124);
	let other_output = secret.vrf_sign(&vrf_sign_data(&seed, other_slot, epoch)).pre_output;
	let other_key = AuthorityPair::from_seed(&named("other").0).public();
	let case = |public: &[u8], seed: &H256, slot: Slot, epoch: u64, output: &[u8], valid: bool| {
		json!({
			"public": hex(public),
			"seed": seed,
			"slot": u64::from(slot).to_string(),
			"epoch": epoch.to_string(),
			"challenge": challenge(seed, slot, epoch),
			"pre_output": hex(output),
			"proof": hex(proof.encode()),
			"valid": valid,
		})
	};
	let own = author().public();
	write(
		"vrf",
		"output and proof of a slot's author; `challenge` is 32 challenge bytes under the label \"vector\" of the transcript that is signed",
		vec![
			case(own.as_ref(), &seed, slot, epoch, &pre_output, true),
			case(other_key.as_ref(), &seed, slot, epoch, &pre_output, false),
			case(own.as_ref(), &named("other"), slot, epoch, &pre_output, false),
			case(own.as_ref(), &seed, other_slot, epoch, &pre_output, false),
			case(own.as_ref(), &seed, slot, epoch + 1, &pre_output, false),
			case(own.as_ref(), &seed, slot, epoch, &other_output.encode(), false),
		],
	)?;
	let vrf = VrfSignature { pre_output: fresh.pre_output, proof };
	Ok(PreDigest { slot, leader: 999, chip: None, vrf })
}

/// One good signature, then the same with one thing changed.
fn author_cases() -> Outcome<()> {
	let hash = named("header with the chip's seal");
	let message = author_message(&hash);
	let public = author().public();
	let signature = kept("author", "signature")
		.and_then(|bytes| sr25519::Signature::try_from(&bytes[..]).ok())
		.filter(|signature| sr25519::Pair::verify(signature, &message, public.as_ref()))
		.unwrap_or_else(|| sr25519::Pair::from(author()).sign(&message));
	let mut broken = signature;
	broken.0[0] ^= 1;
	let case = |public: &[u8], hash: &H256, signature: &sr25519::Signature, valid: bool| {
		json!({
			"public": hex(public),
			"hash": hash,
			"message": hex(author_message(hash)),
			"signature": hex(signature),
			"valid": valid,
		})
	};
	let other_key = AuthorityPair::from_seed(&named("other").0).public();
	write(
		"author",
		"sr25519 signature (context \"substrate\") of an author over \"utnet:poci-author:v1\" ‖ hash of the header with the chip's seal",
		vec![
			case(public.as_ref(), &hash, &signature, true),
			case(other_key.as_ref(), &hash, &signature, false),
			case(public.as_ref(), &named("another header"), &signature, false),
			case(public.as_ref(), &hash, &broken, false),
		],
	)
}
