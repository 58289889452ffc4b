//! Who leads a slot: the API and `on_initialize` agree, and what makes a slot empty.

use crate::{mock::*, Disabled, Disablement};
use std::collections::BTreeMap;
use utnet_primitives_consensus_poci::Slot;

fn leader_at(slot: u64) -> Option<u64> {
	Poci::slot_leader(Slot::from(slot)).map(|leader| leader.miner)
}

#[test]
fn an_epoch_gives_every_miner_exactly_its_share() {
	ExtBuilder::default().build_and_execute(|| {
		run_to(FIRST);
		for epoch in 0..6 {
			let mut led = BTreeMap::new();
			let first = slot_of(epoch);
			for slot in first..first + EPOCH {
				if slot > FIRST {
					*led.entry(block(slot).miner).or_insert(0) += 1;
				} else {
					*led.entry(Poci::author().unwrap().miner).or_insert(0) += 1;
				}
			}
			// Every stratum of a twentieth of the power lies within one miner's part.
			assert_eq!(led, BTreeMap::from([(1, 10), (2, 6), (3, 4)]), "epoch {epoch}");
		}
	});
}

#[test]
fn a_slot_that_has_passed_has_no_leader() {
	ExtBuilder::default().build_and_execute(|| {
		block(FIRST);
		block(FIRST + 5);
		for slot in [0, FIRST - 1, FIRST, FIRST + 4, FIRST + 5] {
			assert_eq!(leader_at(slot), None);
		}
		assert!(leader_at(FIRST + 6).is_some());
	});
}

#[test]
fn genesis_answers_for_whatever_slot_is_asked() {
	ExtBuilder::default().build_and_execute(|| {
		for slot in [1, FIRST, FIRST * 2] {
			let leader = Poci::slot_leader(Slot::from(slot)).unwrap();
			assert!(!leader.recovery);
			assert_eq!(Poci::epoch_of(Slot::from(slot)), 0);
		}
	});
}

#[test]
fn the_api_answers_for_slots_after_skipped_epochs() {
	for skipped in [0, 1, 2, 3, 50] {
		ExtBuilder::default().build_and_execute(|| {
			// Randomness and lists differ from epoch to epoch.
			for epoch in 0..5 {
				run_to_epoch(epoch);
				give(epoch + 10, 3);
				set_keys(epoch + 10, 0);
				give(epoch + 10, 1);
			}
			let jump = slot_of(5 + skipped);
			let slot = (jump..).find(|slot| leader_at(*slot).is_some()).unwrap();
			// Making the block asserts in the hook that it derives what the API said.
			let leader = block(slot);
			let author = Poci::author().unwrap();
			assert_eq!((author.miner, author.index), (leader.miner, leader.index));
			assert_eq!(Poci::current_epoch(), 5 + skipped);
			// And goes on, without a special case, until the last list from before is gone.
			run_to_epoch(9 + skipped);
		});
	}
}

#[test]
fn a_jump_is_elected_by_the_last_list_that_is_two_epochs_old() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(4);
		let records = Poci::state().unwrap().records;
		let lists: Vec<_> = records.iter().map(|record| (record.epoch, record.list)).collect();
		assert_eq!(lists, [(2, 3), (3, 4), (4, 5)]);
		let state = Poci::state().unwrap();
		for (epoch, list) in [(4, 3), (5, 4), (6, 5), (7, 5), (54, 5)] {
			assert_eq!(state.elector(Slot::from(slot_of(epoch))).list, list);
		}
	});
}

#[test]
fn a_disabled_leader_leaves_its_slots_empty() {
	ExtBuilder::default().build_and_execute(|| {
		block(FIRST);
		let before: Vec<_> = (FIRST + 1..FIRST + EPOCH).map(leader_at).collect();
		Disabled::<Runtime>::insert(2, Disablement::new(0));
		let after: Vec<_> = (FIRST + 1..FIRST + EPOCH).map(leader_at).collect();
		assert!(before.contains(&Some(2)));
		for (before, after) in before.into_iter().zip(after) {
			assert_eq!(after, before.filter(|miner| *miner != 2));
		}
	});
}

#[test]
fn a_chip_that_may_not_seal_leaves_its_slot_empty() {
	ExtBuilder::default().build_and_execute(|| {
		block(FIRST);
		let slot = FIRST + 1;
		let miner = leader_at(slot).unwrap();
		let change = |claimed: bool, since: u64| {
			registry(|all| {
				for group in all.chips.get_mut(&miner).unwrap().values_mut() {
					for chip in &mut group.1 {
						chip.claimed = claimed;
						chip.since = since;
					}
				}
			});
		};
		change(false, 0);
		assert_eq!(leader_at(slot), None);
		change(true, 0);
		assert_eq!(leader_at(slot), Some(miner));
		// Claimed after the list was frozen, so that somebody may have chosen it.
		change(true, 1);
		assert_eq!(leader_at(slot), None);
		change(true, 0);
		set_all_dead(true);
		assert_eq!(leader_at(slot), None);
	});
}

#[test]
fn a_place_without_a_chip_leaves_its_slot_empty() {
	ExtBuilder::default().miners(&[(1, 4)]).build_and_execute(|| {
		block(FIRST);
		registry(|all| all.chips.get_mut(&1).unwrap().get_mut(&BATCH).unwrap().1.truncate(1));
		let led = (FIRST + 1..FIRST + EPOCH).filter(|slot| leader_at(*slot).is_some()).count();
		// One of four places is left: a quarter of the epoch, less what block 1 took.
		assert!((4..=5).contains(&led), "{led}");
	});
}

#[test]
fn the_chip_is_the_one_that_stands_at_the_place_now() {
	ExtBuilder::default().miners(&[(1, 1)]).build_and_execute(|| {
		block(FIRST);
		let fresh = frame::testing_prelude::H256::repeat_byte(0xaa);
		registry(|all| {
			all.chips.get_mut(&1).unwrap().get_mut(&BATCH).unwrap().1[0].id = fresh;
		});
		let leader = Poci::slot_leader(Slot::from(FIRST + 1)).unwrap();
		assert_eq!(leader.chip.map(|(chip, _)| chip), Some(fresh));
		block(FIRST + 1);
	});
}

#[test]
fn nobody_leads_without_a_list_or_without_genesis() {
	ExtBuilder::default().miners(&[]).build_and_execute(|| {
		assert_eq!(leader_at(FIRST), None);
		crate::Election::<Runtime>::kill();
		assert_eq!(leader_at(FIRST), None);
	});
}
