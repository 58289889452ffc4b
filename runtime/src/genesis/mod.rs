//! The states that a chain can start from.

pub mod presets;

use alloc::{vec, vec::Vec};
use sp_genesis_builder::PresetId;

pub use presets::{EPOCH_MINIMUM, ISSUANCE};

/// One miner, slots of one second: what `--dev` runs.
pub const DEVELOPMENT: &str = sp_genesis_builder::DEV_RUNTIME_PRESET;

/// Three miners of different power, slots of one second.
pub const LOCAL_TESTNET: &str = sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET;

/// Everything as in production but the keys, which are well-known: the template of a real chain.
pub const PRODUCTION_LIKE: &str = "production-like";

/// The names of all presets.
pub fn preset_names() -> Vec<PresetId> {
	vec![
		PresetId::from(DEVELOPMENT),
		PresetId::from(LOCAL_TESTNET),
		PresetId::from(PRODUCTION_LIKE),
	]
}

/// The preset called `id` as JSON, to be merged into the defaults.
pub fn preset(id: &PresetId) -> Option<Vec<u8>> {
	let preset = match id.as_ref() {
		DEVELOPMENT => presets::development(),
		LOCAL_TESTNET => presets::local_testnet(),
		PRODUCTION_LIKE => presets::production_like(3_000, 1_200),
		_ => return None,
	};
	let text = serde_json::to_vec(&preset.ok()?);
	text.ok()
}
