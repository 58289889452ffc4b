//! The registry of vendors, models, batches and chips.

use frame_system::EnsureRoot;

use crate::{AccountId, Balances, Poci, Runtime, RuntimeHoldReason, SessionKeys};

impl pallet_chips::Config for Runtime {
	type AdminOrigin = EnsureRoot<AccountId>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
	type Currency = Balances;
	type Election = Poci;
	type KeySetter = pallet_chips::SessionKeySetter<Runtime>;
	// What is slashed burns: a credit that nobody takes reduces the issuance.
	type OnSlash = ();
	type RuntimeHoldReason = RuntimeHoldReason;
	type SessionKeys = SessionKeys;
	type WeightInfo = pallet_chips::weights::SubstrateWeight<Runtime>;
}
