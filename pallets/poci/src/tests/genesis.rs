//! What genesis fixes.

use crate::{mock::*, GenesisConfig};
use frame::testing_prelude::*;
use utnet_primitives_consensus_poci::{genesis_randomness, Slot};

fn build(slot_duration: u64, epoch_length: u32) {
	GenesisConfig::<Runtime> { slot_duration, epoch_length, ..Default::default() }
		.build_storage()
		.unwrap();
}

#[test]
fn durations_and_entropy_are_stored() {
	ExtBuilder::default().entropy(7).epoch_length(21).build_and_execute(|| {
		let configuration = Poci::configuration();
		assert_eq!((configuration.slot_duration, configuration.epoch_length), (SLOT, 21));
		assert_eq!(configuration.genesis_slot, None);
		let state = Poci::state().unwrap();
		assert_eq!(state.genesis_randomness, genesis_randomness(&H256::repeat_byte(7)));
	});
}

#[test]
fn the_default_is_the_production_form() {
	let mut state: TestState = GenesisConfig::<Runtime>::default().build_storage().unwrap().into();
	state.execute_with(|| {
		let configuration = Poci::configuration();
		assert_eq!((configuration.slot_duration, configuration.epoch_length), (3_000, 1_200));
	});
}

#[test]
fn the_longest_and_the_shortest_epoch_are_accepted() {
	build(2, 1);
	build(3_000, 65_536);
	ExtBuilder::default().epoch_length(1).build_and_execute(|| {
		run_to(FIRST + 9);
		assert_eq!(Poci::current_epoch(), 9);
	});
}

#[test]
#[should_panic(expected = "an epoch must have 1 to 65 536 slots")]
fn an_empty_epoch_is_refused() {
	build(3_000, 0);
}

#[test]
#[should_panic(expected = "an epoch must have 1 to 65 536 slots")]
fn an_epoch_that_the_draw_cannot_permute_is_refused() {
	build(3_000, 65_537);
}

#[test]
#[should_panic(expected = "a slot must last 2 ms at least")]
fn a_slot_without_a_half_is_refused() {
	build(1, 20);
}

#[test]
fn an_empty_genesis_list_has_no_miners_and_no_leaders() {
	ExtBuilder::default().miners(&[]).build_and_execute(|| {
		let status = Poci::status();
		assert_eq!((status.miners, status.total_power, status.strongest), (0, 0, None));
		assert_eq!(Poci::slot_leader(Slot::from(FIRST)), None);
	});
}

#[test]
fn miners_without_keys_are_not_in_the_genesis_list() {
	ExtBuilder::default().build_and_execute(|| {
		use utnet_primitives_consensus_poci::CandidateSink;
		give_quietly(9, BATCH, 1, 5);
		<Poci as CandidateSink<u64>>::seed_genesis(vec![1, 9]);
		assert_eq!(Poci::seats_of_list(0, 0, 9), [(1, 10)]);
		assert_eq!(Poci::status().miners, 1);
	});
}

#[test]
fn the_genesis_list_elects_epochs_0_and_1() {
	ExtBuilder::default().build_and_execute(|| {
		set_keys(4, 0);
		give(4, 100);
		run_to_epoch(1);
		assert_eq!(Poci::state().unwrap().elector(Slot::from(last_slot())).list, 0);
		run_to_epoch(2);
		assert_eq!(Poci::state().unwrap().elector(Slot::from(last_slot())).list, 1);
	});
}

#[test]
fn other_entropy_gives_other_leaders() {
	let leaders = |entropy| {
		let mut leaders = vec![];
		ExtBuilder::default().entropy(entropy).build_and_execute(|| {
			for slot in FIRST..FIRST + EPOCH {
				leaders.push(block(slot).miner);
			}
		});
		leaders
	};
	assert_eq!(leaders(1), leaders(1));
	assert_ne!(leaders(1), leaders(2));
}
