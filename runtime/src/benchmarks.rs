//! Which pallets are measured, and how the benchmark tool reaches them.

#![allow(clippy::expect_used, reason = "benchmarks are tests, and never part of a chain's runtime")]

use alloc::{string::String, vec::Vec};

use codec::Encode;
use frame_benchmarking::{
	baseline::Pallet as BaselineBench, BenchmarkBatch, BenchmarkConfig, BenchmarkList,
};
use frame_support::traits::{StorageInfo, StorageInfoTrait, WhitelistedStorageKeys};
use frame_system_benchmarking::{
	extensions::Pallet as SystemExtensionsBench, Pallet as SystemBench,
};
use sp_consensus_slots::Slot;
use sp_core::H256;
use sp_storage::TrackedStorageKey;
use utnet_primitives_consensus_poci::{
	ElectionState, ElectionStateVersions, EpochIndex, GENESIS_LIST,
};
use utnet_primitives_security_engine::BatchId;

use crate::{
	AccountId, AllPalletsWithSystem, Balances, Chips, Grandpa, Migrations, Multisig, Parameters,
	Poci, Preimage, Proxy, Runtime, RuntimeOrigin, Scheduler, Session, SessionKeys, Sudo,
	Timestamp, TransactionPayment, Utility,
};

frame_benchmarking::define_benchmarks!(
	[frame_benchmarking, BaselineBench::<Runtime>]
	[frame_system, SystemBench::<Runtime>]
	[frame_system_extensions, SystemExtensionsBench::<Runtime>]
	[pallet_balances, Balances]
	[pallet_chips, Chips]
	[pallet_grandpa, Grandpa]
	[pallet_migrations, Migrations]
	[pallet_multisig, Multisig]
	[pallet_parameters, Parameters]
	[pallet_poci, Poci]
	[pallet_preimage, Preimage]
	[pallet_proxy, Proxy]
	[pallet_scheduler, Scheduler]
	[pallet_sudo, Sudo]
	[pallet_timestamp, Timestamp]
	[pallet_transaction_payment, TransactionPayment]
	[pallet_utility, Utility]
);

impl frame_system_benchmarking::Config for Runtime {}
impl frame_benchmarking::baseline::Config for Runtime {}
impl pallet_transaction_payment::BenchmarkConfig for Runtime {}

/// What can be measured, and the storage that proofs are counted against.
pub(crate) fn metadata(extra: bool) -> (Vec<BenchmarkList>, Vec<StorageInfo>) {
	let mut list = Vec::<BenchmarkList>::new();
	list_benchmarks!(list, extra);
	(list, AllPalletsWithSystem::storage_info())
}

/// Runs one benchmark.
pub(crate) fn dispatch(config: BenchmarkConfig) -> Result<Vec<BenchmarkBatch>, String> {
	let whitelist: Vec<TrackedStorageKey> = AllPalletsWithSystem::whitelisted_storage_keys();
	let mut batches = Vec::<BenchmarkBatch>::new();
	let params = (&config, &whitelist);
	add_benchmarks!(params, batches);
	Ok(batches)
}

/// Makes keys and miners for the benchmarks of our own pallets.
pub struct Helper;

impl Helper {
	/// New keys in the keystore, and the proof that they are `owner`'s.
	fn keys_of(owner: &AccountId) -> (SessionKeys, Vec<u8>) {
		let generated = SessionKeys::generate(&owner.encode(), None);
		(generated.keys, generated.proof.encode())
	}
}

impl pallet_chips::BenchmarkHelper<AccountId, SessionKeys> for Helper {
	fn session_keys(owner: &AccountId) -> (SessionKeys, Vec<u8>) {
		Self::keys_of(owner)
	}

	fn set_epoch(epoch: EpochIndex) {
		const LENGTH: u32 = 1_200;
		let first = Slot::from(1_000_000);
		let slot = first.saturating_add(epoch.saturating_mul(LENGTH.into()));
		let mut state = ElectionState::new(3_000, LENGTH, &H256::zero());
		state.open_epoch_if_new(first, GENESIS_LIST);
		state.open_epoch_if_new(slot, GENESIS_LIST);
		pallet_poci::Election::<Runtime>::put(ElectionStateVersions::from(state));
	}
}

impl pallet_poci::BenchmarkHelper<AccountId> for Helper {
	fn seat(seed: u32) -> (AccountId, BatchId) {
		let who: AccountId = frame_benchmarking::account("seat", seed, 0);
		let batch = Chips::seat_for_benchmarks(&who, seed);
		let (keys, proof) = Self::keys_of(&who);
		Session::set_keys(RuntimeOrigin::signed(who.clone()), keys, proof)
			.expect("the miner has a live chip");
		(who, batch)
	}
}
