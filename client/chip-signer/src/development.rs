//! The vendor and the chips of development chains.
//!
//! Everything here follows from names that everybody knows: whoever trusts this vendor trusts
//! everybody. Chains that hold value refuse its key.

use crate::{vendor::VendorRoot, EfuseKey, SoftwareEngine};
use codec::Encode;
use serde_json::json;
use sha2::{Digest, Sha256};
use utnet_primitives_security_engine::{
	certificate, BatchId, CatSignature, Certificate, ChipId, Serial, VendorId,
};

/// The development vendor, the first of its chain.
pub const VENDOR: VendorId = VendorId(0);

/// The development batch of BM1684.
pub const BM1684_BATCH: BatchId = BatchId { vendor: VENDOR, number: 0 };

/// The development batch of BM1684X.
pub const BM1684X_BATCH: BatchId = BatchId { vendor: VENDOR, number: 1 };

/// The owners of chips in the genesis of development chains.
pub const OWNERS: [&str; 3] = ["Alice", "Bob", "Charlie"];

/// How many chips beyond those in genesis a development signer holds for each owner.
pub const SPARE_CHIPS: usize = 16;

/// A chip that the development vendor certified.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DevelopmentChip {
	/// What the vendor certified.
	pub certificate: Certificate,
	/// The vendor's signature over it.
	pub signature: [u8; 64],
	/// The chip's proof that it holds its CAT key.
	pub possession: CatSignature,
}

/// The root key of the development vendor.
pub fn vendor_root() -> VendorRoot {
	VendorRoot::from_seed(Sha256::digest(b"utnet:development-vendor").into())
}

/// How many chips an owner has in genesis, numbered from 0: Alice 8, Bob 4, Charlie 5, others none.
///
/// The preset of the single-node chain uses Alice's eight, that of the local network her first
/// five and those of the other two.
pub fn genesis_chips(owner: &str) -> u32 {
	match owner {
		"Alice" => 8,
		"Bob" => 4,
		"Charlie" => 5,
		_ => 0,
	}
}

/// The batch of an owner's chips: Charlie's are BM1684, all others BM1684X.
pub fn batch(owner: &str) -> BatchId {
	if owner == "Charlie" {
		BM1684_BATCH
	} else {
		BM1684X_BATCH
	}
}

/// The serial number of an owner's chip.
pub fn serial(owner: &str, index: u32) -> Serial {
	digest(b"utnet:development-serial:", owner, index)
}

/// The identifier of an owner's chip.
pub fn chip_id(owner: &str, index: u32) -> ChipId {
	certificate::chip_id(batch(owner), &serial(owner, index))
}

/// The engine of an owner's chip.
pub fn engine(owner: &str, index: u32) -> SoftwareEngine {
	let seed = digest(b"utnet:development-chip:", owner, index);
	SoftwareEngine::from_seed(&EfuseKey::from_bytes(*b"development-only"), seed)
}

/// An owner's chip, whether it is in genesis or not.
pub fn chip(owner: &str, index: u32) -> DevelopmentChip {
	let engine = engine(owner, index);
	let (certificate, signature) =
		vendor_root().certify(batch(owner), serial(owner, index), &engine);
	DevelopmentChip { certificate, signature, possession: engine.possession() }
}

/// The chips an owner has in genesis.
pub fn chips(owner: &str) -> Vec<DevelopmentChip> {
	(0..genesis_chips(owner)).map(|index| chip(owner, index)).collect()
}

/// All chips in genesis as the runtime's presets read them: a JSON list of
/// `{owner, certificate, signature, possession}` with a newline at the end.
pub fn genesis_json() -> String {
	let chips: Vec<_> = OWNERS
		.iter()
		.flat_map(|owner| {
			chips(owner).into_iter().map(move |chip| {
				json!({
					"owner": owner,
					"certificate": crate::folder::to_hex(&chip.certificate.encode()),
					"signature": crate::folder::to_hex(&chip.signature),
					"possession": crate::folder::to_hex(&chip.possession.0),
				})
			})
		})
		.collect();
	let mut text = serde_json::to_string_pretty(&chips).expect("a list of strings is JSON");
	text.push('\n');
	text
}

fn digest(tag: &[u8], owner: &str, index: u32) -> [u8; 32] {
	Sha256::new()
		.chain_update(tag)
		.chain_update(owner)
		.chain_update(index.to_le_bytes())
		.finalize()
		.into()
}
