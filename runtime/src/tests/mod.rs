//! The runtime as a whole; each pallet has its own tests.

mod extensions;
mod fees;
mod filters;
mod genesis;
mod limits;
mod session;

use frame_support::traits::BuildGenesisConfig;
use serde_json::Value;
use sp_io::TestExternalities;

use crate::{genesis::preset, RuntimeGenesisConfig};

/// The state that a preset makes, as the node would make it.
fn state_of(name: &str) -> TestExternalities {
	let patch = preset(&name.into()).expect("the preset exists");
	let patch = serde_json::from_slice(&patch).expect("a preset is JSON");
	build(patch)
}

/// The state that a patch of the default genesis makes.
fn build(patch: Value) -> TestExternalities {
	let mut config =
		serde_json::to_value(RuntimeGenesisConfig::default()).expect("the defaults are JSON");
	merge(&mut config, patch);
	let config: RuntimeGenesisConfig =
		serde_json::from_value(config).expect("the preset fits the genesis");
	let mut state = TestExternalities::default();
	state.execute_with(|| config.build());
	state
}

/// Puts `patch` over `base`: objects key by key, everything else as a whole.
fn merge(base: &mut Value, patch: Value) {
	match (base, patch) {
		(Value::Object(base), Value::Object(patch)) => {
			for (key, value) in patch {
				merge(base.entry(key).or_insert(Value::Null), value);
			}
		}
		(base, patch) => *base = patch,
	}
}
