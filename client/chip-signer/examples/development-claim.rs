//! Prints what a development chip brings to be registered by an account, as JSON: certificate,
//! vendor's signature, wrapped key, signed claim and proof of possession. For tests from outside:
//!
//! `development-claim <owner> <index> <account> <genesis hash> <counter> <block number> <block hash>`
//!
//! Owner is the name in the chip's derivation (`Bob`), account and hashes are 32 bytes in hex.

use codec::Encode;
use serde_json::json;
use std::{error::Error, process::ExitCode};
use utnet_client_chip_signer::development;
use utnet_primitives_security_engine::{ChipSignature, Claim};

fn main() -> ExitCode {
	let arguments: Vec<String> = std::env::args().skip(1).collect();
	match print(&arguments) {
		Ok(text) => {
			println!("{text}");
			ExitCode::SUCCESS
		}
		Err(error) => {
			eprintln!("{error}");
			ExitCode::FAILURE
		}
	}
}

fn print(arguments: &[String]) -> Result<String, Box<dyn Error>> {
	let [owner, index, account, genesis, counter, number, hash] = arguments else {
		return Err("arguments: <owner> <index> <account> <genesis hash> <counter> \
			<block number> <block hash>"
			.into());
	};
	let index = index.parse()?;
	let engine = development::engine(owner, index);
	let chip = development::chip(owner, index);
	let claim = Claim {
		genesis_hash: bytes(genesis)?.into(),
		chip: chip.certificate.chip_id(),
		owner: bytes(account)?,
		claim_counter: counter.parse()?,
		block_number: number.parse()?,
		block_hash: bytes(hash)?.into(),
	};
	let signed = engine.sign_claim(&claim);
	let ChipSignature::P256(signature) = signed.signature;
	Ok(serde_json::to_string_pretty(&json!({
		"chip": hex(claim.chip),
		"certificate": hex(chip.certificate.encode()),
		"certificate_signature": hex(chip.signature),
		"wrapped_key": hex(engine.wrapped_key()),
		"claim": hex(claim.encode()),
		"claim_signature": hex(signature),
		"possession": hex(signed.possession.0),
	}))?)
}

fn bytes(text: &str) -> Result<[u8; 32], hex::FromHexError> {
	let mut bytes = [0; 32];
	hex::decode_to_slice(text.trim_start_matches("0x"), &mut bytes)?;
	Ok(bytes)
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
	format!("0x{}", hex::encode(bytes))
}
