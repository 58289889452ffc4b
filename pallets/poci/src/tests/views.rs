//! What dApps and operators read.

use crate::{mock::*, MinerKeys, OffenceKind, SHARES_PER_PAGE};
use frame::testing_prelude::*;
use utnet_primitives_consensus_poci::{Slot, Vacancy, VacancyReason, MAX_SCHEDULE, RECOVERY_GAP};

#[test]
fn views_tell_epoch_leaders_and_the_last_author() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(Poci::last_author(), None);
		run_to_epoch(3);
		assert_eq!(Poci::current_epoch(), 3);
		let expected = Poci::leader_of(last_slot() + 1).unwrap();
		let leader = block(last_slot() + 1);
		assert_eq!(expected, (leader.miner, leader.chip.map(|(chip, _)| chip)));
		assert_eq!(Poci::last_author(), Some(expected));
		assert_eq!(Poci::leader_of(last_slot()), None);
	});
}

#[test]
fn shares_are_paged_the_strongest_first() {
	let miners: Vec<_> = (1..=250).map(|who| (who, 300 - u32::try_from(who).unwrap())).collect();
	ExtBuilder::default().miners(&miners).build_and_execute(|| {
		let pages: Vec<_> = (0..4).map(Poci::shares).collect();
		let lengths: Vec<_> = pages.iter().map(Vec::len).collect();
		assert_eq!(lengths, [100, 100, 50, 0]);
		assert_eq!(SHARES_PER_PAGE, 100);
		let expected: Vec<_> =
			miners.iter().map(|(who, power)| (*who, u128::from(*power))).collect();
		assert_eq!(pages.concat(), expected);
		assert!(Poci::shares(u32::MAX).is_empty());
	});
}

#[test]
fn the_status_is_of_the_list_that_elects() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(2);
		set_keys(4, 0);
		give(4, 100);
		let status = Poci::status();
		assert_eq!((status.epoch, u64::from(status.slot)), (2, last_slot()));
		assert_eq!((status.miners, status.total_power), (3, 20));
		assert_eq!(status.strongest, Some((1, 10)));
		assert!(!status.recovery);
		run_to_epoch(5);
		let status = Poci::status();
		assert_eq!((status.miners, status.total_power), (4, 120));
		assert_eq!(status.strongest, Some((4, 100)));
		assert_eq!(status.set_id, 1);
	});
}

#[test]
fn without_genesis_views_are_empty() {
	ExtBuilder::default().build_and_execute(|| {
		crate::Election::<Runtime>::kill();
		assert_eq!(Poci::current_epoch(), 0);
		assert_eq!(Poci::status().miners, 0);
		assert_eq!(Poci::configuration().slot_duration, 3_000);
		assert!(Poci::shares(0).is_empty());
		assert!(Poci::epoch_schedule(Slot::from(1), 9).is_empty());
	});
}

#[test]
fn the_schedule_of_this_epoch_and_the_next_comes_true() {
	ExtBuilder::default().build_and_execute(|| {
		assert!(Poci::epoch_schedule(Slot::from(FIRST), 9).is_empty());
		run_to_epoch(3);
		let first = last_slot() + 1;
		let schedule = Poci::epoch_schedule(Slot::from(first), u32::MAX);
		assert!(schedule.len() <= usize::try_from(MAX_SCHEDULE).unwrap());
		assert_eq!(schedule.last().unwrap().0, Slot::from(slot_of(5) - 1));
		assert_eq!(schedule.len(), usize::try_from(slot_of(5) - first).unwrap());
		for (slot, leader) in schedule {
			let made = try_block(slot.into()).map(|(_, leader)| leader);
			let made = made.map(|made| (made.miner, made.chip.unwrap().0));
			assert_eq!(made, leader);
		}
	});
}

#[test]
fn the_schedule_tells_of_slots_that_nobody_leads() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(1);
		set_all_dead(true);
		let schedule = Poci::epoch_schedule(Slot::from(last_slot() + 1), 3);
		assert_eq!(schedule.len(), 3);
		assert!(schedule.iter().all(|(_, leader)| leader.is_none()));
		assert!(Poci::epoch_schedule(Slot::from(slot_of(3)), 9).is_empty());
		assert!(Poci::epoch_schedule(Slot::from(slot_of(1) - 1), 1).is_empty());
	});
}

#[test]
fn a_slot_without_a_leader_names_the_drawn_miner_and_the_reason() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(1);
		let slot = Slot::from(last_slot() + 1);
		let leader = Poci::slot_leader(slot).unwrap();
		assert_eq!(Poci::slot_vacancy(slot), None);
		let vacancy = |reason| {
			Some(Vacancy { miner: leader.miner, session_key: leader.session_key.clone(), reason })
		};
		set_all_dead(true);
		assert_eq!(Poci::slot_leader(slot), None);
		assert_eq!(Poci::slot_vacancy(slot), vacancy(VacancyReason::ChipNotLive));
		assert_ok!(Poci::disable(RuntimeOrigin::root(), leader.miner, true));
		assert_eq!(Poci::slot_vacancy(slot), vacancy(VacancyReason::Disabled));
		assert_eq!(Poci::slot_vacancy(Slot::from(last_slot())), None);
		// In recovery the miner leads all the same.
		assert_eq!(Poci::slot_vacancy(Slot::from(last_slot() + RECOVERY_GAP)), None);
	});
}

#[test]
fn the_view_of_a_disabled_miner_ends_with_its_term() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(1);
		assert_eq!(Poci::disabled(2), None);
		assert_ok!(Poci::disable(RuntimeOrigin::root(), 2, false));
		assert_eq!(Poci::disabled(2).unwrap().since, 1);
		set_keys(2, 1);
		assert!(Poci::disabled(2).is_some());
		run_to_epoch(3);
		assert_eq!(Poci::disabled(2), None);
		// One old key is enough to be the old miner.
		let mixed = MinerKeys { gran: keys(2, 0).gran, ..keys(2, 1) };
		registry(|all| all.keys.insert(2, mixed));
		assert!(Poci::disabled(2).is_some());
	});
}

#[test]
fn penalties_are_those_of_the_specification() {
	assert_eq!(OffenceKind::Authoring.share(), Perbill::from_percent(5));
	assert_eq!(OffenceKind::Voting.share(), Perbill::from_percent(10));
}
