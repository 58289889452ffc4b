//! Makes the chips of the production-like chain.
//!
//! Without arguments it prints what is committed as
//! `runtime/src/genesis/production-like-chips.json`. With `OWNER FOLDER` it fills the folder of
//! chips of that owner's node, so that the chain can be run with software chips:
//!
//! ```text
//! cargo run --release -p utnet-client-chip-signer --example production-like-chips -- \
//!     Alice DATA/chains/production_like/chips
//! ```

use codec::Encode;
use serde_json::{json, Value};
use sha2::{Digest, Sha256};
use utnet_client_chip_signer::{
	folder::ChipFolder, vendor::VendorRoot, EfuseKey, SignerError, SoftwareEngine,
};
use utnet_primitives_security_engine::{BatchId, Serial, VendorId};

/// Who mines there.
const OWNERS: [&str; 4] = ["Alice", "Bob", "Charlie", "Dave"];

/// How many chips each has.
const CHIPS: u32 = 4;

/// BM1684X is the second model, and batches are numbered as models are.
const BATCH: BatchId = BatchId { vendor: VendorId(0), number: 1 };

/// The test vendor: clearly not one to trust, for its key follows from this name.
fn vendor() -> VendorRoot {
	VendorRoot::from_seed(Sha256::digest(b"utnet:production-like-test-vendor").into())
}

fn derive(tag: &str, owner: &str, index: u32) -> [u8; 32] {
	Sha256::digest([tag.as_bytes(), owner.as_bytes(), &index.to_le_bytes()].concat()).into()
}

fn serial(owner: &str, index: u32) -> Serial {
	derive("utnet:production-like-serial:", owner, index)
}

fn engine(efuse: &EfuseKey, owner: &str, index: u32) -> SoftwareEngine {
	SoftwareEngine::from_seed(efuse, derive("utnet:production-like-chip:", owner, index))
}

fn hex(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

/// The list for the preset.
fn list() -> Value {
	let efuse = EfuseKey::from_bytes(*b"production-like!");
	let chips = OWNERS.iter().flat_map(|owner| (0..CHIPS).map(move |index| (*owner, index)));
	let items = chips.map(|(owner, index)| {
		let engine = engine(&efuse, owner, index);
		let (certificate, signature) = vendor().certify(BATCH, serial(owner, index), &engine);
		json!({
			"owner": owner,
			"certificate": hex(&certificate.encode()),
			"signature": hex(&signature),
			"possession": hex(&engine.possession().0),
		})
	});
	items.collect()
}

/// Fills the folder of an owner's node.
fn fill(owner: &str, path: &str) -> Result<(), SignerError> {
	let folder = ChipFolder::create(path)?;
	let efuse = folder.efuse_key()?;
	for index in 0..CHIPS {
		let engine = engine(&efuse, owner, index);
		let (certificate, signature) = vendor().certify(BATCH, serial(owner, index), &engine);
		folder.add(&certificate, &signature, &engine.wrapped_key())?;
	}
	Ok(())
}

fn main() -> Result<(), SignerError> {
	let arguments: Vec<_> = std::env::args().skip(1).collect();
	match arguments.as_slice() {
		[] => println!("{:#}", list()),
		[owner, path] => fill(owner, path)?,
		_ => eprintln!("usage: production-like-chips [OWNER FOLDER]"),
	}
	eprintln!("the test vendor's root key is {}", hex(&vendor().public_key()));
	Ok(())
}
