//! Roots and offences are kept as long as they may be needed, and forgotten a few at a time.

use crate::{
	mock::*, ListRoot, OffenceKind, Offences, OldestRoot, OldestVoters, Roots, KEEP_EPOCHS,
	KEEP_MILLIS,
};
use frame::testing_prelude::*;
use utnet_primitives_consensus_poci::Slot;

fn roots() -> Vec<u64> {
	let mut epochs: Vec<_> = Roots::<Runtime>::iter_keys().collect();
	epochs.sort_unstable();
	epochs
}

/// Makes a block in the first led slot from `slot` on.
fn block_from(slot: u64) {
	block((slot..).find(|slot| Poci::slot_leader(Slot::from(*slot)).is_some()).unwrap());
}

#[test]
fn the_root_is_that_of_the_list_that_elects() {
	ExtBuilder::default().build_and_execute(|| {
		for epoch in [0, 1, 2, 5, 6] {
			run_to(last_slot().max(FIRST));
			block_from(slot_of(epoch).max(last_slot() + 1));
		}
		assert_eq!(roots(), [0, 1, 2, 5, 6]);
		let list = |epoch| Roots::<Runtime>::get(epoch).unwrap().list;
		assert_eq!([0, 1, 2, 5, 6].map(list), [0, 0, 1, 3, 3]);
		let next = |epoch: u64| Roots::<Runtime>::get(epoch).unwrap().next;
		assert_eq!([0, 1, 2, 5, 6].map(next), [Some(1), Some(2), Some(5), Some(6), None]);
		assert_eq!(Roots::<Runtime>::get(0).unwrap().leaf_count, 3);
	});
}

#[test]
fn two_roots_go_with_an_epoch_once_they_are_too_old() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(5);
		block_from(slot_of(KEEP_EPOCHS + 1));
		// Epoch 0 is 2 001 epochs old, epoch 1 just 2 000.
		assert_eq!(OldestRoot::<Runtime>::get(), Some(1));
		assert_eq!(roots(), [1, 2, 3, 4, 5, 2_001]);
		block_from(slot_of(KEEP_EPOCHS + 9));
		assert_eq!(roots(), [3, 4, 5, 2_001, 2_009]);
		block_from(slot_of(KEEP_EPOCHS + 10));
		assert_eq!(roots(), [5, 2_001, 2_009, 2_010]);
		block_from(slot_of(KEEP_EPOCHS + 11));
		assert_eq!(roots(), [2_001, 2_009, 2_010, 2_011]);
	});
}

#[test]
fn roots_go_after_28_days_though_few_epochs_passed() {
	ExtBuilder::default().miners(&[(1, 1)]).epoch_length(65_536).build_and_execute(|| {
		block(FIRST);
		// Epoch 0 ends with slot 65 535; 28 days later it is kept, a slot later it is not.
		let end = FIRST + 65_536;
		let epochs = KEEP_MILLIS / SLOT / 65_536;
		let opening = FIRST + (epochs + 1) * 65_536;
		assert!(opening < end + KEEP_MILLIS / SLOT);
		block(opening);
		assert_eq!(OldestRoot::<Runtime>::get(), Some(0));
		let next = opening + 65_536;
		assert!(next > end + KEEP_MILLIS / SLOT);
		block(next);
		assert_eq!(OldestRoot::<Runtime>::get(), Some(epochs + 1));
	});
}

#[test]
fn offences_go_before_their_root_does() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(2);
		for who in 0..40 {
			Offences::<Runtime>::insert((OffenceKind::Authoring, 0), who, ());
		}
		Offences::<Runtime>::insert((OffenceKind::Authoring, 2), 7, ());
		// Entries that only the overlay holds are not counted against the limit.
		block_from(slot_of(KEEP_EPOCHS + 1));
		let left =
			|epoch| Offences::<Runtime>::iter_key_prefix((OffenceKind::Authoring, epoch)).count();
		assert_eq!(left(0), 0);
		assert_eq!(left(2), 1);
		block_from(slot_of(KEEP_EPOCHS + 5));
		assert_eq!(left(2), 0);
	});
}

#[test]
fn a_long_prefix_of_offences_takes_several_epochs() {
	let mut state = ExtBuilder::default().build();
	state.execute_with(|| {
		run_to_epoch(2);
		for who in 0..40 {
			Offences::<Runtime>::insert((OffenceKind::Authoring, 0), who, ());
		}
	});
	state.commit_all().unwrap();
	let left = |state: &mut TestState, epoch: u64| {
		state.execute_with(|| {
			block_from(slot_of(KEEP_EPOCHS + epoch));
			let left = Offences::<Runtime>::iter().count();
			(left, OldestRoot::<Runtime>::get())
		})
	};
	for (epoch, expected) in
		[(1, (24, Some(0))), (2, (8, Some(0))), (3, (0, Some(2))), (4, (0, Some(2_001)))]
	{
		assert_eq!(left(&mut state, epoch), expected, "{epoch}");
		state.commit_all().unwrap();
	}
}

#[test]
fn offences_of_voters_go_when_no_epoch_of_theirs_is_known() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(1);
		Offences::<Runtime>::insert((OffenceKind::Voting, 0), 7, ());
		set_keys(4, 0);
		give(4, 100);
		run_to_epoch(5);
		assert_eq!(pallet_grandpa::CurrentSetId::<Runtime>::get(), 1);
		Offences::<Runtime>::insert((OffenceKind::Voting, 1), 7, ());
		// Set 0 was in office up to epoch 3.
		assert_eq!(pallet_grandpa::SetIdSession::<Runtime>::get(0), Some(3));
		block_from(slot_of(KEEP_EPOCHS + 1));
		block_from(slot_of(KEEP_EPOCHS + 2));
		assert_eq!(OldestRoot::<Runtime>::get(), Some(2));
		assert_eq!(OldestVoters::<Runtime>::get(), 0);
		block_from(slot_of(KEEP_EPOCHS + 5));
		assert_eq!(OldestRoot::<Runtime>::get(), Some(4));
		// Set 1 is in office for as long as nothing changes.
		assert_eq!(OldestVoters::<Runtime>::get(), 1);
		let left: Vec<_> = Offences::<Runtime>::iter_keys().collect();
		assert_eq!(left, [((OffenceKind::Voting, 1), 7)]);
		block_from(slot_of(3 * KEEP_EPOCHS));
		assert_eq!(OldestVoters::<Runtime>::get(), 1);
	});
}

#[test]
fn a_root_that_is_not_there_is_not_followed() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(1);
		let unlinked = ListRoot { next: None, ..Roots::<Runtime>::get(0).unwrap() };
		Roots::<Runtime>::insert(0, unlinked.clone());
		let state = Poci::state().unwrap();
		Poci::prune(&state, 9_999, Slot::from(slot_of(9_999)));
		assert_eq!(OldestRoot::<Runtime>::get(), Some(0));
		Roots::<Runtime>::insert(0, ListRoot { next: Some(1), ..unlinked });
	});
}
