//! The open list, adoption and copy.

use crate::{lists::ring, mock::*, Entries, FrozenMiners, FrozenPowers, OpenIndex, OpenList, Seat};
use frame::testing_prelude::*;
use utnet_primitives_consensus_poci::{
	leaf, CandidateSink, GroupEntry, MinerEntry, Slot, MAX_MINERS,
};

fn frozen(list: u64) -> Vec<(u64, u128)> {
	Poci::seats_of_list(list, 0, usize::MAX)
}

/// The list that the current epoch's first block adopted.
fn adopted() -> u64 {
	OpenIndex::<Runtime>::get() - 1
}

#[test]
fn the_genesis_list_is_frozen_and_copied() {
	ExtBuilder::default().build_and_execute(|| {
		let seats = [(1, 10), (2, 6), (3, 4)];
		assert_eq!(frozen(0), seats);
		assert_eq!(FrozenPowers::<Runtime>::get(0).into_inner(), [10, 16, 20]);
		assert_eq!(OpenIndex::<Runtime>::get(), 1);
		assert_eq!(open_list(), seats);
	});
}

#[test]
fn an_epochs_first_block_adopts_the_open_list_and_copies_it() {
	ExtBuilder::default().build_and_execute(|| {
		for epoch in 0..9 {
			run_to_epoch(epoch);
			assert_eq!(adopted(), epoch + 1);
			assert_eq!(frozen(adopted()), open_list());
			run_to(last_slot() + 3);
			assert_eq!(adopted(), epoch + 1);
		}
	});
}

#[test]
fn the_open_list_is_sorted_by_power_and_of_equals_by_account() {
	ExtBuilder::default().miners(&[(5, 4)]).build_and_execute(|| {
		for (who, chips) in [(9, 4), (2, 4), (7, 9), (3, 1)] {
			set_keys(who, 0);
			give(who, chips);
		}
		assert_eq!(open_list(), [(7, 9), (2, 4), (5, 4), (9, 4), (3, 1)]);
		give(3, 7);
		assert_eq!(open_list(), [(7, 9), (3, 8), (2, 4), (5, 4), (9, 4)]);
	});
}

#[test]
fn a_change_of_chips_rewrites_the_entry() {
	ExtBuilder::default().build_and_execute(|| {
		give_quietly(1, OTHER_BATCH, 100, 3);
		Poci::chips_changed(&1);
		let entry = Entries::<Runtime>::get(ring(1), 1).unwrap();
		assert_eq!(entry.power, 310);
		assert_eq!(entry.set_version, 2);
		let groups = [GroupEntry::full(BATCH, 1, 10), GroupEntry::full(OTHER_BATCH, 100, 3)];
		assert_eq!(entry.groups.into_inner(), groups);
		assert_eq!(open_list()[0], (1, 310));
	});
}

#[test]
fn only_live_groups_count() {
	ExtBuilder::default().build_and_execute(|| {
		give_quietly(1, OTHER_BATCH, 100, 3);
		registry(|all| all.dead.insert(OTHER_BATCH));
		Poci::chips_changed(&1);
		assert_eq!(open_list()[0], (1, 10));
	});
}

#[test]
fn who_has_no_chips_or_no_keys_is_taken_out() {
	ExtBuilder::default().build_and_execute(|| {
		take_all(1);
		assert_eq!(open_list(), [(2, 6), (3, 4)]);
		assert!(!Entries::<Runtime>::contains_key(ring(1), 1));
		registry(|all| all.keys.remove(&2));
		Poci::chips_changed(&2);
		assert_eq!(open_list(), [(3, 4)]);
		// Power of nothing is no power.
		give_quietly(4, OTHER_BATCH, 0, 3);
		set_keys(4, 0);
		Poci::chips_changed(&4);
		assert_eq!(open_list(), [(3, 4)]);
		// Nobody is surprised to be taken out twice.
		Poci::chips_changed(&1);
		assert_eq!(open_list(), [(3, 4)]);
	});
}

#[test]
fn a_full_list_evicts_the_weakest_and_of_equals_the_higher_account() {
	ExtBuilder::default().miners(&[]).build_and_execute(|| {
		let admit = |who: u64, chips: u32| {
			set_keys(who, 0);
			give(who, chips);
		};
		for who in 1..=u64::from(MAX_MINERS) {
			admit(who * 2, 2);
		}
		let is_in = |who: u64| open_list().iter().any(|(miner, _)| *miner == who);
		let has_entry = |who: u64| Entries::<Runtime>::contains_key(ring(1), who);
		assert_eq!(open_list().len(), 1_000);

		// Weaker than all, or as strong as the last with a higher account: not admitted.
		admit(3_000, 1);
		admit(3_001, 2);
		assert!(!is_in(3_000) && !has_entry(3_000));
		assert!(!is_in(3_001) && !has_entry(3_001));

		// As strong with a lower account: the last gives way.
		admit(3, 2);
		assert!(is_in(3) && has_entry(3));
		assert!(!is_in(2_000) && !has_entry(2_000));

		// Stronger: the last gives way.
		admit(3_002, 3);
		assert_eq!(open_list()[0], (3_002, 3));
		assert!(!is_in(1_998) && !has_entry(1_998));
		assert_eq!(open_list().len(), 1_000);

		// Who sits already does not push anybody out.
		admit(4, 1);
		assert!(is_in(4) && is_in(1_996));
		assert_eq!(open_list().len(), 1_000);

		// And a full list is adopted as it is.
		Poci::adopt();
		assert_eq!(frozen(1).len(), 1_000);
		assert_eq!(frozen(1), open_list());
	});
}

#[test]
fn a_claim_elects_from_the_third_epoch_after_its_own() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(2);
		set_keys(4, 0);
		give(4, 100);
		let leads = |epoch: u64| {
			run_to_epoch(epoch);
			let mut leads = Poci::author().unwrap().miner == 4;
			for slot in last_slot() + 1..slot_of(epoch + 1) {
				leads |= try_block(slot).is_some_and(|(_, leader)| leader.miner == 4);
			}
			leads
		};
		assert!(!leads(3));
		assert!(!leads(4));
		assert!(leads(5));
		assert!(leads(6));
	});
}

#[test]
fn rotated_keys_count_from_the_next_copy() {
	ExtBuilder::default().miners(&[(1, 10)]).build_and_execute(|| {
		run_to_epoch(2);
		set_keys(1, 1);
		let key_of = |list: u64| Entries::<Runtime>::get(ring(list), 1).unwrap().keys;
		run_to_epoch(3);
		assert_eq!(key_of(adopted()), keys(1, 0));
		assert_eq!(key_of(adopted() + 1), keys(1, 1));
		// The keys of epoch 2 are needed up to epoch 5: for four epochs.
		for (epoch, generation) in [(3, 0), (4, 0), (5, 0), (6, 1), (7, 1)] {
			run_to_epoch(epoch);
			let leader = Poci::slot_leader(Slot::from(last_slot() + 1)).unwrap();
			assert_eq!(leader.session_key, keys(1, generation).poci, "epoch {epoch}");
		}
	});
}

#[test]
fn a_change_of_chips_takes_new_keys_along() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(2);
		set_keys(1, 1);
		give(1, 1);
		run_to_epoch(3);
		assert_eq!(Entries::<Runtime>::get(ring(adopted()), 1).unwrap().keys, keys(1, 1));
	});
}

#[test]
fn who_purged_its_keys_is_not_copied() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(2);
		registry(|all| all.keys.remove(&2));
		run_to_epoch(3);
		assert_eq!(frozen(adopted()), [(1, 10), (2, 6), (3, 4)]);
		assert_eq!(open_list(), [(1, 10), (3, 4)]);
	});
}

#[test]
fn an_empty_open_list_is_not_adopted() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(3);
		for who in [1, 2, 3] {
			take_all(who);
		}
		assert!(open_list().is_empty());
		let last = adopted();
		// Nobody's chip can seal now; the open list stays empty and the last list goes on.
		let slot = (last_slot() + 200..)
			.find(|slot| Poci::slot_leader(Slot::from(*slot)).is_some())
			.unwrap();
		block(slot);
		assert_eq!(adopted(), last);
		let record = Poci::state().unwrap().records.last().cloned().unwrap();
		assert_eq!((record.list, record.freeze_epoch), (last, 3));

		// Who comes back is adopted again.
		give(2, 1);
		let next = slot_of(Poci::current_epoch() + 1);
		run_to(next - 1);
		block((next..).find(|slot| Poci::slot_leader(Slot::from(*slot)).is_some()).unwrap());
		assert_eq!(frozen(adopted()), [(2, 1)]);
		assert_eq!(adopted(), last + 1);
	});
}

#[test]
fn entries_of_forgotten_lists_are_removed() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(1);
		take_all(3);
		for epoch in 2..4 {
			run_to_epoch(epoch);
			assert!(Entries::<Runtime>::iter_keys().any(|(_, miner)| miner == 3), "{epoch}");
		}
		run_to_epoch(4);
		assert_eq!(Entries::<Runtime>::iter_keys().count(), 8);
	});
}

#[test]
fn seats_beyond_the_range_of_the_draw_are_not_frozen() {
	ExtBuilder::default().miners(&[]).build_and_execute(|| {
		let group = GroupEntry::full(BATCH, u64::MAX, u32::MAX);
		let power = group.power();
		let mut seats = vec![];
		for who in [1, 2] {
			set_keys(who, 0);
			let keys = keys(who, 0);
			let leaf = leaf(&who, power, &keys);
			let groups = BoundedVec::truncate_from(vec![group.clone()]);
			let entry = MinerEntry { keys, power, set_version: 1, groups };
			Entries::<Runtime>::insert(ring(1), who, entry);
			seats.push(Seat { miner: who, power, leaf });
		}
		OpenList::<Runtime>::put(BoundedVec::truncate_from(seats));
		assert!(power < 1 << 96 && power * 2 > 1 << 96);
		Poci::adopt();
		assert_eq!(FrozenMiners::<Runtime>::get(ring(1)).into_inner(), [1]);
		assert_eq!(FrozenPowers::<Runtime>::get(ring(1)).into_inner(), [power]);
		// The second sits in the copy and waits for the first to go.
		assert_eq!(open_list().len(), 2);
		// A list of this test only: its second entry is in no frozen list.
		Entries::<Runtime>::remove(ring(1), 2);
	});
}

#[test]
fn the_sink_tells_the_epoch_and_the_cost_of_a_change() {
	use crate::{weights::EstimatedWeight, WeightInfo};
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(<Poci as CandidateSink<u64>>::current_epoch(), 0);
		run_to_epoch(2);
		assert_eq!(<Poci as CandidateSink<u64>>::current_epoch(), 2);
		assert_eq!(
			<Poci as CandidateSink<u64>>::max_weight_of_change(),
			EstimatedWeight::<Runtime>::chips_changed(),
		);
	});
}
