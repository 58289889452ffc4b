//! Slots and timestamps agree.

use crate::{mock::*, Election, MinimumPeriod, DEFAULT_MINIMUM_PERIOD};
use frame::{deps::sp_runtime::Digest, testing_prelude::*};
use utnet_primitives_consensus_poci::{ElectionState, Slot};

fn begin_block(slot: u64) {
	let leader = Poci::slot_leader(Slot::from(slot)).unwrap();
	begin_with(&pre_digest(slot, &leader));
}

#[test]
fn a_timestamp_may_be_anywhere_in_its_slot() {
	for offset in [0, 1, SLOT - 1] {
		ExtBuilder::default().build_and_execute(|| {
			begin_block(FIRST);
			end(FIRST * SLOT + offset);
		});
	}
}

#[test]
#[should_panic(expected = "its timestamp is of another slot")]
fn a_timestamp_before_its_slot_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		begin_block(FIRST);
		end(FIRST * SLOT - 1);
	});
}

#[test]
#[should_panic(expected = "its timestamp is of another slot")]
fn a_timestamp_after_its_slot_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		begin_block(FIRST);
		end((FIRST + 1) * SLOT);
	});
}

#[test]
fn a_block_without_a_digest_has_no_slot_to_agree_with() {
	ExtBuilder::default().build_and_execute(|| {
		block(FIRST);
		begin(Digest::default());
		end((FIRST + 77) * SLOT);
	});
}

#[test]
fn the_minimum_period_is_half_a_slot() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(MinimumPeriod::<Runtime>::get(), SLOT / 2);
		Poci::put_state(ElectionState::new(3_000, 20, &H256::zero()));
		assert_eq!(MinimumPeriod::<Runtime>::get(), 1_500);
		Election::<Runtime>::kill();
		assert_eq!(MinimumPeriod::<Runtime>::get(), DEFAULT_MINIMUM_PERIOD);
	});
}

#[test]
fn the_minimum_period_has_a_value_outside_of_any_state() {
	assert_eq!(MinimumPeriod::<Runtime>::get(), DEFAULT_MINIMUM_PERIOD);
}
