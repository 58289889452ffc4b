//! A later version of this runtime, for rehearsing upgrades: the same code under a higher version,
//! with migrations that rewrite the storage of the election and of the registry of chips.
//!
//! `scripts/rehearsal-runtime` builds it; no network runs it.

use alloc::{borrow::Cow, vec::Vec};

use frame_support::{
	traits::{GetStorageVersion, OnRuntimeUpgrade, StorageVersion},
	weights::Weight,
};
use pallet_poci::{Election, OpenList};
use sp_version::RuntimeVersion;
use utnet_primitives_consensus_poci::ElectionStateVersions;

use crate::{apis, Chips, Poci, Runtime};

/// Higher than the version of any runtime that will be.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
	spec_name: Cow::Borrowed("utilitynet"),
	impl_name: Cow::Borrowed("utilitynet"),
	authoring_version: 1,
	spec_version: 4_000_000_000,
	impl_version: 1,
	apis: apis::RUNTIME_API_VERSIONS,
	transaction_version: 1,
	system_version: 3,
};

/// What the first block under the new code does.
pub type Migrations = (RewriteElection, RewriteChips);

/// Takes the election's state out of storage and writes it back in its newest layout.
pub struct RewriteElection;

impl OnRuntimeUpgrade for RewriteElection {
	fn on_runtime_upgrade() -> Weight {
		let Some(state) = Election::<Runtime>::take() else { return Weight::zero() };
		Election::<Runtime>::put(ElectionStateVersions::from(state.into_latest()));
		let seats = OpenList::<Runtime>::take();
		OpenList::<Runtime>::put(seats);
		next_version::<Poci>();
		<Runtime as frame_system::Config>::DbWeight::get().reads_writes(3, 3)
	}
}

/// Takes every batch and every chip out of storage and writes it back.
///
/// A network's migration of chips goes in steps (`pallet_migrations`); the rehearsal's chain has a
/// handful.
pub struct RewriteChips;

impl OnRuntimeUpgrade for RewriteChips {
	fn on_runtime_upgrade() -> Weight {
		let batches: Vec<_> = pallet_chips::Batches::<Runtime>::drain().collect();
		let chips: Vec<_> = pallet_chips::Chips::<Runtime>::drain().collect();
		let count = u64::try_from(batches.len().saturating_add(chips.len())).unwrap_or(u64::MAX);
		for (vendor, number, batch) in batches {
			pallet_chips::Batches::<Runtime>::insert(vendor, number, batch);
		}
		for (id, chip) in chips {
			pallet_chips::Chips::<Runtime>::insert(id, chip);
		}
		next_version::<Chips>();
		let count = count.saturating_add(1);
		<Runtime as frame_system::Config>::DbWeight::get().reads_writes(count, count)
	}
}

/// Raises a pallet's stored version by one.
fn next_version<P: GetStorageVersion + frame_support::traits::PalletInfoAccess>() {
	let stored = P::on_chain_storage_version();
	if stored == StorageVersion::new(1) {
		StorageVersion::new(2).put::<P>();
	}
}
