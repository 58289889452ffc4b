//! What hooks and calls cost: reads and writes counted, execution estimated for the reference
//! machine. A runtime supplies the measured weights of `benchmarking`.

#![allow(missing_docs, reason = "the benchmarks of the same names document them")]

use frame::weights_prelude::*;

use crate::offences::PRUNED_OFFENCES;

/// The weights of the pallet.
pub trait WeightInfo {
	fn on_initialize_without_digest() -> Weight;
	fn on_initialize_block() -> Weight;
	fn on_initialize_epoch(m: u32) -> Weight;
	fn chips_changed() -> Weight;
	fn report_equivocation() -> Weight;
	fn authorize_report_equivocation() -> Weight;
	fn report_voting_equivocation() -> Weight;
	fn authorize_report_voting_equivocation() -> Weight;
	fn disable() -> Weight;
	fn enable() -> Weight;
	fn note_stalled() -> Weight;
}

/// Estimated weights on a database that costs `T::DbWeight`.
pub struct EstimatedWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for EstimatedWeight<T> {
	// The digest.
	fn on_initialize_without_digest() -> Weight {
		Weight::from_parts(3_000_000, 0).saturating_add(T::DbWeight::get().reads(1))
	}

	// Election, miners, powers, entry, disablement, time; group, page, place, chip, batch, model,
	// vendor. Written: election, author, disablement.
	fn on_initialize_block() -> Weight {
		Weight::from_parts(250_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(13))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// A block; two lists of three values, the open list and its number, five values of GRANDPA,
	// two roots, four cursors. For each miner its entry and its keys, and its entry and a stale one
	// written. Offences of two epochs and two sets of voters forgotten.
	fn on_initialize_epoch(m: u32) -> Weight {
		Weight::from_parts(1_500_000_000, 0)
			.saturating_add(Weight::from_parts(25_000_000, 0).saturating_mul(m.into()))
			.saturating_add(T::DbWeight::get().reads(30))
			.saturating_add(T::DbWeight::get().reads(2).saturating_mul(m.into()))
			.saturating_add(T::DbWeight::get().writes(22))
			.saturating_add(T::DbWeight::get().writes(2).saturating_mul(m.into()))
			.saturating_add(T::DbWeight::get().writes(4).saturating_mul(PRUNED_OFFENCES.into()))
	}

	// The number of the open list and the list of 1 000; the standing of 16 groups (group, batch,
	// model, vendor each) and the keys. Written: the list, the entry, the entry of who gave way.
	fn chips_changed() -> Weight {
		Weight::from_parts(600_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(69))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// What `authorize` does, and: the standing of 16 groups, the keys, the removals, the pledges of
	// 16 groups. Written: offence, disablement, removals, pledges, balance.
	fn report_equivocation() -> Weight {
		Self::authorize_report_equivocation()
			.saturating_add(Weight::from_parts(200_000_000, 0))
			.saturating_add(T::DbWeight::get().reads(90))
			.saturating_add(T::DbWeight::get().writes(24))
	}

	// Two sr25519 signatures, two headers of 16 KiB hashed twice, a Merkle proof; election, root,
	// offence.
	fn authorize_report_equivocation() -> Weight {
		Weight::from_parts(700_000_000, 0).saturating_add(T::DbWeight::get().reads(3))
	}

	fn report_voting_equivocation() -> Weight {
		Self::authorize_report_voting_equivocation()
			.saturating_add(Weight::from_parts(200_000_000, 0))
			.saturating_add(T::DbWeight::get().reads(90))
			.saturating_add(T::DbWeight::get().writes(24))
	}

	// Two ed25519 signatures, a Merkle proof; election, three values of GRANDPA, root, offence.
	fn authorize_report_voting_equivocation() -> Weight {
		Weight::from_parts(450_000_000, 0).saturating_add(T::DbWeight::get().reads(6))
	}

	// The standing of 16 groups, the keys, the removals, the election, the disablement.
	fn disable() -> Weight {
		Weight::from_parts(150_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(70))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	fn enable() -> Weight {
		Weight::from_parts(15_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	fn note_stalled() -> Weight {
		Weight::from_parts(5_000_000, 0).saturating_add(T::DbWeight::get().writes(1))
	}
}
