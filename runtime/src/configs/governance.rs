//! Calls at a later block, large calls by hash, numbers that governance tunes, migrations, and
//! the key that governs until governance by vote lands.

#![allow(
	clippy::cast_possible_truncation,
	reason = "the macro of parameters casts indices to bytes"
)]

use frame_support::{
	dynamic_params::{dynamic_pallet_params, dynamic_params},
	parameter_types,
	traits::{
		fungible::HoldConsideration, ConstU32, EnsureOriginWithArg, EqualPrivilegeOnly,
		LinearStoragePrice,
	},
	weights::Weight,
};
use frame_system::EnsureRoot;

use crate::{
	configs::system::RuntimeBlockWeights, AccountId, Balance, Balances, OriginCaller, Preimage,
	Runtime, RuntimeCall, RuntimeEvent, RuntimeHoldReason, RuntimeOrigin, System, MILLI_UNC,
};

/// What scheduled calls and migrations may take of a block.
fn four_fifths_of_a_block() -> Weight {
	RuntimeBlockWeights::get().max_block.saturating_div(5).saturating_mul(4)
}

/// The numbers that governance may tune without an upgrade, and where each starts.
#[dynamic_params(RuntimeParameters, pallet_parameters::Parameters::<Runtime>)]
pub mod dynamic_params {
	#![allow(missing_docs, reason = "the macro generates items without docs")]

	use super::*;

	/// What is held while a preimage is kept.
	#[dynamic_pallet_params]
	#[codec(index = 0)]
	pub mod preimage {
		/// For the entry, in base units.
		#[codec(index = 0)]
		pub static DepositBase: Balance = 100 * MILLI_UNC;
		/// For each byte, in base units.
		#[codec(index = 1)]
		pub static DepositPerByte: Balance = MILLI_UNC / 10;
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl Default for RuntimeParameters {
	fn default() -> Self {
		RuntimeParameters::Preimage(dynamic_params::preimage::Parameters::DepositBase(
			dynamic_params::preimage::DepositBase,
			Some(100 * MILLI_UNC),
		))
	}
}

/// Only governance sets parameters, whichever they are.
pub struct ParametersOrigin;

impl EnsureOriginWithArg<RuntimeOrigin, RuntimeParametersKey> for ParametersOrigin {
	type Success = ();

	fn try_origin(
		origin: RuntimeOrigin,
		_key: &RuntimeParametersKey,
	) -> Result<Self::Success, RuntimeOrigin> {
		frame_system::ensure_root(origin.clone()).map_err(|_| origin)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn try_successful_origin(_key: &RuntimeParametersKey) -> Result<RuntimeOrigin, ()> {
		Ok(RuntimeOrigin::root())
	}
}

impl pallet_parameters::Config for Runtime {
	type AdminOrigin = ParametersOrigin;
	type RuntimeEvent = RuntimeEvent;
	type RuntimeParameters = RuntimeParameters;
	type WeightInfo = ();
}

parameter_types! {
	/// Scheduled calls leave a fifth of a block to everything else.
	pub MaximumSchedulerWeight: Weight = four_fifths_of_a_block();
	/// The reason shown for what a preimage holds.
	pub const PreimageHoldReason: RuntimeHoldReason =
		RuntimeHoldReason::Preimage(pallet_preimage::HoldReason::Preimage);
}

impl pallet_scheduler::Config for Runtime {
	type BlockNumberProvider = System;
	type MaxScheduledPerBlock = ConstU32<512>;
	type MaximumWeight = MaximumSchedulerWeight;
	type OriginPrivilegeCmp = EqualPrivilegeOnly;
	type PalletsOrigin = OriginCaller;
	type Preimages = Preimage;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type RuntimeOrigin = RuntimeOrigin;
	type ScheduleOrigin = EnsureRoot<AccountId>;
	type WeightInfo = pallet_scheduler::weights::SubstrateWeight<Runtime>;
}

impl pallet_preimage::Config for Runtime {
	type Consideration = HoldConsideration<
		AccountId,
		Balances,
		PreimageHoldReason,
		LinearStoragePrice<
			dynamic_params::preimage::DepositBase,
			dynamic_params::preimage::DepositPerByte,
			Balance,
		>,
	>;
	type Currency = Balances;
	type ManagerOrigin = EnsureRoot<AccountId>;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_preimage::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
	/// Migrations leave a fifth of a block to what a block must do.
	pub MaxMigrationWeight: Weight = four_fifths_of_a_block();
}

impl pallet_migrations::Config for Runtime {
	type CursorMaxLen = ConstU32<65_536>;
	// A chain that stops is repaired by its operators; one that goes on with half-migrated state
	// may not be.
	type FailedMigrationHandler = frame_support::migrations::FreezeChainOnFailedMigration;
	type IdentifierMaxLen = ConstU32<256>;
	type MaxServiceWeight = MaxMigrationWeight;
	type MigrationStatusHandler = ();
	#[cfg(not(feature = "runtime-benchmarks"))]
	type Migrations = ();
	#[cfg(feature = "runtime-benchmarks")]
	type Migrations = pallet_migrations::mock_helpers::MockedMigrations;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_migrations::weights::SubstrateWeight<Runtime>;
}

impl pallet_sudo::Config for Runtime {
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_sudo::weights::SubstrateWeight<Runtime>;
}
