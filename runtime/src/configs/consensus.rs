//! Time, the election of authors, session keys and finality.

use frame_support::{
	traits::{ConstU128, ConstU32, ConstU64},
	weights::Weight,
};
use frame_system::EnsureRoot;
use sp_core::crypto::KeyTypeId;
use sp_runtime::traits::{Convert, OpaqueKeys};
use utnet_primitives_consensus_poci::{
	ChipRegistry, KeyRegistry, ListProof, MinerKeys, MAX_GROUPS, MAX_VOTERS, POCI_KEY_TYPE,
};

use crate::{AccountId, Balances, Chips, Moment, Poci, Runtime, RuntimeEvent, SessionKeys};

impl pallet_timestamp::Config for Runtime {
	// Half a slot, read from the state: the slot's length is a choice of genesis.
	type MinimumPeriod = pallet_poci::MinimumPeriod<Runtime>;
	type Moment = Moment;
	type OnTimestampSet = Poci;
	type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}

impl pallet_poci::Config for Runtime {
	type AdminOrigin = EnsureRoot<AccountId>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
	type Chips = Chips;
	type Keys = RegisteredKeys;
	type WeightInfo = pallet_poci::weights::EstimatedWeight<Runtime>;
}

/// The session keys that miners set last.
pub struct RegisteredKeys;

impl KeyRegistry<AccountId> for RegisteredKeys {
	fn keys_of(who: &AccountId) -> Option<MinerKeys> {
		pallet_session::NextKeys::<Runtime>::get(who)
			.map(|keys| MinerKeys { poci: keys.poci, gran: keys.gran })
	}
}

/// Session keys may be set by whoever has a live chip, and by nobody else.
pub struct OwnersOfLiveChips;

impl Convert<AccountId, Option<AccountId>> for OwnersOfLiveChips {
	fn convert(who: AccountId) -> Option<AccountId> {
		Chips::has_live_chip(&who).then_some(who)
	}
}

/// Nothing listens to sessions, for none ever ends: the election reads keys from the registry.
/// What is left is to say which keys there are, in the order of [`SessionKeys`].
pub struct NoSessions;

impl pallet_session::SessionHandler<AccountId> for NoSessions {
	const KEY_TYPE_IDS: &'static [KeyTypeId] = &[POCI_KEY_TYPE, sp_consensus_grandpa::KEY_TYPE];

	fn on_genesis_session<Ks: OpaqueKeys>(_: &[(AccountId, Ks)]) {}

	fn on_new_session<Ks: OpaqueKeys>(_: bool, _: &[(AccountId, Ks)], _: &[(AccountId, Ks)]) {}

	fn on_disabled(_: u32) {}
}

/// The weights of the session pallet with what [`OwnersOfLiveChips`] reads: for each group the
/// group itself, its batch, model and vendor.
pub struct SessionWeight;

/// The weights as measured where asking for the validator's id costs one read.
type StockSessionWeight = pallet_session::weights::SubstrateWeight<Runtime>;

impl SessionWeight {
	/// What the search for a live chip reads at most.
	fn search() -> Weight {
		let reads = u64::from(MAX_GROUPS).saturating_mul(4).saturating_add(2);
		<Runtime as frame_system::Config>::DbWeight::get().reads(reads)
	}
}

impl pallet_session::WeightInfo for SessionWeight {
	fn set_keys() -> Weight {
		StockSessionWeight::set_keys().saturating_add(Self::search())
	}

	fn purge_keys() -> Weight {
		StockSessionWeight::purge_keys().saturating_add(Self::search())
	}
}

impl pallet_session::Config for Runtime {
	type Currency = Balances;
	// A newcomer owns nothing and must be able to set keys.
	type DisablingStrategy = ();
	type KeyDeposit = ConstU128<0>;
	type Keys = SessionKeys;
	type NextSessionRotation = ();
	type RuntimeEvent = RuntimeEvent;
	type SessionHandler = NoSessions;
	type SessionManager = ();
	type ShouldEndSession = pallet_poci::NeverEnds;
	type ValidatorId = AccountId;
	type ValidatorIdOf = OwnersOfLiveChips;
	type WeightInfo = SessionWeight;
}

impl pallet_grandpa::Config for Runtime {
	type EquivocationReportSystem = pallet_poci::GrandpaReports<Runtime>;
	type KeyOwnerProof = ListProof;
	type MaxAuthorities = ConstU32<MAX_VOTERS>;
	type MaxNominators = ConstU32<0>;
	// As many as the epochs whose lists stay provable.
	type MaxSetIdSessionEntries = ConstU64<{ pallet_poci::KEEP_EPOCHS }>;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_poci::GrandpaWeights<Runtime>;
}
