mod development;
mod embedded;
mod engine;
mod folder;
mod protocol;
mod unix;
mod vendor;

use crate::{
	development::{vendor_root, BM1684X_BATCH},
	folder::ChipFolder,
	ClaimRequest, EfuseKey, SealRequest, SoftwareEngine,
};
use sp_core::H256;
use std::path::Path;
use utnet_primitives_security_engine::{
	seal::seal_message, Certificate, ChipId, Claim, IdentityKey,
};

const GENESIS: H256 = H256([1; 32]);
const OTHER_GENESIS: H256 = H256([2; 32]);

fn efuse() -> EfuseKey {
	EfuseKey::from_bytes([7; 16])
}

fn engine(number: u8) -> SoftwareEngine {
	SoftwareEngine::from_seed(&efuse(), [number; 32])
}

fn certified(number: u8) -> (Certificate, [u8; 64]) {
	vendor_root().certify(BM1684X_BATCH, [number; 32], &engine(number))
}

fn seal(chip: ChipId, slot: u64) -> SealRequest {
	SealRequest { chip, genesis_hash: GENESIS, slot, pre_hash: H256([3; 32]) }
}

fn claim(chip: ChipId) -> ClaimRequest {
	ClaimRequest {
		claim: Claim {
			genesis_hash: GENESIS,
			chip,
			owner: [4; 32],
			claim_counter: 1,
			block_number: 5,
			block_hash: H256([6; 32]),
		},
	}
}

fn assert_sealed(key: &IdentityKey, request: &SealRequest, raw: &[u8]) {
	let message = seal_message(&request.genesis_hash, request.slot, &request.pre_hash);
	assert_eq!(key.verify(&message, &key.decode_signature(raw).unwrap()), Ok(()));
}

/// A folder with the chips of these numbers.
fn folder_with(path: &Path, numbers: &[u8]) -> ChipFolder {
	let folder = ChipFolder::create(path).unwrap();
	for number in numbers {
		add(&folder, *number);
	}
	folder
}

/// Puts a chip into a folder and gives its identifier.
fn add(folder: &ChipFolder, number: u8) -> ChipId {
	let engine = SoftwareEngine::from_seed(&folder.efuse_key().unwrap(), [number; 32]);
	let (certificate, signature) = vendor_root().certify(BM1684X_BATCH, [number; 32], &engine);
	folder.add(&certificate, &signature, &engine.wrapped_key()).unwrap();
	certificate.chip_id()
}
