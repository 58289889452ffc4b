//! Blocks again after everything that could seal is gone.

use crate::{mock::*, Event};
use frame::testing_prelude::*;
use utnet_primitives_consensus_poci::{PreDigest, Slot, RECOVERY_GAP};

fn leader_at(slot: u64) -> Option<u64> {
	Poci::slot_leader(Slot::from(slot)).map(|leader| leader.miner)
}

/// The first slot after the last block that somebody may make a block in, if it is in `within`.
fn next_led(within: u64) -> Option<u64> {
	(last_slot() + 1..=last_slot() + within).find(|slot| leader_at(*slot).is_some())
}

#[test]
fn suspending_everybody_stops_blocks_for_200_slots_and_no_longer() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(2);
		set_all_dead(true);
		let stopped = last_slot();
		assert_eq!(next_led(RECOVERY_GAP - 1), None);
		assert_eq!(next_led(400), Some(stopped + RECOVERY_GAP));

		let leader = block(stopped + RECOVERY_GAP);
		assert_eq!(leader.chip, None);
		assert!(leader.recovery);
		let author = Poci::author().unwrap();
		assert_eq!((author.miner, author.chip), (leader.miner, None));
		let event = Event::RecoveryBlock { slot: Slot::from(last_slot()), miner: leader.miner };
		assert!(events().contains(&event));
		assert!(Poci::status().recovery);
	});
}

#[test]
fn disabling_everybody_stops_blocks_for_200_slots_and_a_vote_repairs_it() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(2);
		for who in [1, 2, 3] {
			assert_ok!(Poci::disable(RuntimeOrigin::root(), who, true));
		}
		assert_eq!(next_led(RECOVERY_GAP - 1), None);
		let slot = next_led(400).unwrap();
		// The miner drawn makes the block though it is disabled.
		let leader = block(slot);
		assert!(crate::Disabled::<Runtime>::contains_key(leader.miner));
		for who in [1, 2, 3] {
			assert_ok!(Poci::enable(RuntimeOrigin::root(), who));
		}
		let leader = block(slot + 1);
		assert!(leader.chip.is_some());
		run_to_epoch(Poci::current_epoch() + 3);
	});
}

#[test]
fn certificates_that_expire_while_the_node_is_stopped_end_in_recovery() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(2);
		set_all_dead(true);
		let slot = slot_of(60) + 7;
		assert!(leader_at(slot).is_some());
		block(slot);
		// New certificates, and chips seal again in the next epoch at the latest.
		set_all_dead(false);
		run_to(last_slot() + 2 * EPOCH);
		assert_eq!(Poci::current_epoch(), 62);
		assert!(Poci::author().unwrap().chip.is_some());
	});
}

#[test]
fn the_waiver_ends_with_its_epoch() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(2);
		set_all_dead(true);
		let slot = next_led(400).unwrap();
		block(slot);
		let end = slot_of(Poci::current_epoch() + 1);
		for slot in slot + 1..end {
			assert!(block(slot).recovery);
		}
		assert_eq!(next_led(RECOVERY_GAP - 1), None);
		assert!(Poci::status().recovery);
		let again = next_led(400).unwrap();
		assert_eq!(again, end - 1 + RECOVERY_GAP);
		block(again);
	});
}

#[test]
fn with_the_waiver_chips_seal_as_ever_where_they_can() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(2);
		set_all_dead(true);
		block(next_led(400).unwrap());
		set_all_dead(false);
		let leader = block(last_slot() + 1);
		assert!(leader.recovery && leader.chip.is_some());
		assert!(Poci::author().unwrap().chip.is_some());
		assert!(events().iter().all(|event| !matches!(event, Event::RecoveryBlock { .. })));
	});
}

#[test]
fn a_sealed_block_after_a_gap_does_not_open_the_waiver() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(2);
		// Nobody made blocks, though everybody could.
		let slot = last_slot() + RECOVERY_GAP + 3;
		let leader = block(slot);
		assert!(leader.recovery && leader.chip.is_some());
		assert!(!Poci::status().recovery);
		assert!(!Poci::slot_leader(Slot::from(slot + 1)).unwrap().recovery);
		set_all_dead(true);
		assert_eq!(next_led(RECOVERY_GAP - 1), None);
	});
}

#[test]
fn after_a_gap_the_miner_may_choose_to_leave_its_chip_out() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(2);
		let slot = last_slot() + RECOVERY_GAP;
		let leader = Poci::slot_leader(Slot::from(slot)).unwrap();
		begin_with(&PreDigest { chip: None, ..pre_digest(slot, &leader) });
		assert!(Poci::status().recovery);
		end(slot * SLOT);
	});
}

#[test]
#[should_panic(expected = "poci refuses the block: Some(NoRecovery)")]
fn one_slot_before_the_gap_is_over_an_empty_seal_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(2);
		let slot = last_slot() + RECOVERY_GAP - 1;
		let leader = Poci::slot_leader(Slot::from(slot)).unwrap();
		begin_with(&PreDigest { chip: None, ..pre_digest(slot, &leader) });
	});
}

#[test]
#[should_panic(expected = "poci refuses the block: Some(WrongChip)")]
fn a_disabled_miner_cannot_seal_with_its_chip_in_recovery() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(2);
		let slot = last_slot() + RECOVERY_GAP;
		let leader = Poci::slot_leader(Slot::from(slot)).unwrap();
		let sealed = pre_digest(slot, &leader);
		assert_ok!(Poci::disable(RuntimeOrigin::root(), leader.miner, true));
		begin_with(&sealed);
	});
}

#[test]
fn there_is_no_recovery_before_block_1() {
	ExtBuilder::default().build_and_execute(|| {
		set_all_dead(true);
		assert_eq!(leader_at(FIRST), None);
		assert!(!Poci::status().recovery);
	});
}
