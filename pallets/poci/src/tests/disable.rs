//! Disabling by governance, and what ends it.

use crate::{mock::*, Disabled, Disablement, Error, Event};
use frame::testing_prelude::*;
use utnet_primitives_consensus_poci::Slot;

/// Whether `who` leads in the epoch that begins at or after the last block.
fn leads_in(epoch: u64, who: u64) -> bool {
	run_to(slot_of(epoch) - 1);
	(slot_of(epoch)..slot_of(epoch + 1))
		.any(|slot| try_block(slot).is_some_and(|(_, leader)| leader.miner == who))
}

#[test]
fn works_at_once_and_counts_the_power_as_removed() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(1);
		assert_ok!(Poci::disable(RuntimeOrigin::root(), 2, false));
		assert!(events().contains(&Event::LeaderDisabled { miner: 2, epoch: 1 }));
		assert_eq!(registry(|all| all.removed), 6);
		let empty = (last_slot() + 1..slot_of(2))
			.filter(|slot| Poci::slot_leader(Slot::from(*slot)).is_none())
			.count();
		assert!(empty > 0);
		assert!(!leads_in(2, 2));
	});
}

#[test]
fn fails_for_others_than_governance() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(Poci::disable(RuntimeOrigin::signed(1), 2, false), DispatchError::BadOrigin);
	});
}

#[test]
fn fails_where_too_much_power_would_go_unless_forced() {
	ExtBuilder::default().build_and_execute(|| {
		registry(|all| all.removable = 9);
		assert_ok!(Poci::disable(RuntimeOrigin::root(), 2, false));
		assert_noop!(
			Poci::disable(RuntimeOrigin::root(), 3, false),
			Error::<Runtime>::TooMuchPower
		);
		assert_ok!(Poci::disable(RuntimeOrigin::root(), 3, true));
		assert_eq!(registry(|all| all.removed), 10);
	});
}

#[test]
fn counts_power_once() {
	ExtBuilder::default().build_and_execute(|| {
		for _ in 0..3 {
			assert_ok!(Poci::disable(RuntimeOrigin::root(), 2, false));
		}
		assert_eq!(registry(|all| all.removed), 6);
	});
}

#[test]
fn who_has_nothing_can_be_disabled_too() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(Poci::disable(RuntimeOrigin::root(), 77, false));
		assert_eq!(registry(|all| all.removed), 0);
		assert_eq!(Disabled::<Runtime>::get(77), Some(Disablement::new(0)));
	});
}

#[test]
fn without_new_keys_it_lasts() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(1);
		assert_ok!(Poci::disable(RuntimeOrigin::root(), 2, false));
		for epoch in 2..12 {
			assert!(!leads_in(epoch, 2), "{epoch}");
		}
	});
}

#[test]
fn new_keys_end_it_as_soon_as_their_list_elects() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(1);
		assert_ok!(Poci::disable(RuntimeOrigin::root(), 2, false));
		set_keys(2, 1);
		for epoch in 2..5 {
			assert!(!leads_in(epoch, 2), "{epoch}");
		}
		assert!(leads_in(5, 2));
		assert!(!Disabled::<Runtime>::contains_key(2));
	});
}

#[test]
fn new_keys_do_not_shorten_the_one_full_epoch() {
	let record = Disablement::new(7);
	let keys = keys(1, 0);
	assert!(record.applies(&keys, 7));
	assert!(record.applies(&keys, 8));
	assert!(!record.applies(&keys, 9));
}

#[test]
fn the_oldest_retired_keys_are_forgotten_when_there_is_no_room() {
	let mut record = Disablement::new(0);
	for generation in [0, 1, 1, 2, 3, 4] {
		record.retire(keys(1, generation));
	}
	assert!(!record.applies(&keys(1, 0), 2));
	for generation in 1..5 {
		assert!(record.applies(&keys(1, generation), 2));
	}
}
