//! The voters of GRANDPA.

use crate::{finality::differ, mock::*, voters, Event};
use codec::Decode;
use frame::{deps::sp_runtime::DigestItem, testing_prelude::*};
use pallet_grandpa::{Authorities, AuthorityId, CurrentSetId, SetIdSession, Stalled};
use sp_consensus_grandpa::{ConsensusLog, GRANDPA_ENGINE_ID};

fn key(who: u64) -> AuthorityId {
	keys(who, 0).gran
}

/// The change digests of a header: the new voters, and the median where it is forced.
fn changes(header: &Header) -> Vec<(usize, Option<u64>)> {
	header
		.digest
		.logs()
		.iter()
		.filter_map(|item| match item {
			DigestItem::Consensus(GRANDPA_ENGINE_ID, data) => {
				match ConsensusLog::<u64>::decode(&mut &data[..]).unwrap() {
					ConsensusLog::ScheduledChange(change) => {
						Some((change.next_authorities.len(), None))
					}
					ConsensusLog::ForcedChange(median, change) => {
						Some((change.next_authorities.len(), Some(median)))
					}
					_ => None,
				}
			}
			_ => None,
		})
		.collect()
}

/// The weights of the voters in office by miner.
fn weights() -> Vec<(u64, u64)> {
	let voters = Authorities::<Runtime>::get();
	let miner = |id: &AuthorityId| (1..2_000).find(|who| key(*who) == *id).unwrap();
	voters.iter().map(|(id, weight)| (miner(id), *weight)).collect()
}

#[test]
fn weights_are_powers() {
	let list = voters([(key(1), 500), (key(2), 20)]);
	assert_eq!(list, [(key(1), 500), (key(2), 20)]);
}

#[test]
fn voters_have_power_and_one_key_each() {
	let list = voters([(key(1), 9), (key(2), 8), (key(1), 7), (key(3), 0), (key(4), 1)]);
	assert_eq!(list, [(key(1), 9), (key(2), 8), (key(4), 1)]);
}

#[test]
fn there_are_at_most_100_voters_the_strongest() {
	let list = voters((0..150u64).map(|who| (key(who), u128::from(1_000 - who))));
	assert_eq!(list.len(), 100);
	assert_eq!(list[99], (key(99), 901));
}

#[test]
fn weights_that_do_not_fit_are_shifted_and_stay_above_0() {
	let huge = 1u128 << 80;
	let list = voters([(key(1), huge), (key(2), huge / 2), (key(3), 1)]);
	let sum = list.iter().map(|(_, weight)| u128::from(*weight)).sum::<u128>();
	assert!(sum <= u128::from(u64::MAX), "{sum}");
	assert!(sum > u128::from(u64::MAX) / 3, "{sum}");
	assert_eq!(list[0].1, list[1].1 * 2);
	assert_eq!(list[2].1, 1);

	// A hundred that all must be raised to 1 beside one that fills the range.
	let list = voters((0..100u64).map(|who| (key(who), if who == 0 { u128::MAX } else { 1 })));
	let sum = list.iter().try_fold(0u64, |sum, (_, weight)| sum.checked_add(*weight));
	assert!(sum.is_some());
	assert!(list.iter().all(|(_, weight)| *weight > 0));
}

#[test]
fn a_weight_may_move_by_a_sixteenth() {
	let with = |weight| [(key(1), weight), (key(2), 160)];
	let old = with(1_600);
	for (weight, differs) in
		[(1_600, false), (1_700, false), (1_701, true), (1_500, false), (1_499, true)]
	{
		assert_eq!(differ(&old, &with(weight)), differs, "{weight}");
	}
}

#[test]
fn another_voter_is_a_difference_and_another_order_is_none() {
	let old = [(key(1), 10), (key(2), 10)];
	assert!(!differ(&old, &[(key(2), 10), (key(1), 10)]));
	assert!(differ(&old, &[(key(1), 10)]));
	assert!(differ(&old, &[(key(1), 10), (key(3), 10)]));
	assert!(differ(&old, &[(key(1), 10), (key(2), 10), (key(3), 10)]));
	assert!(differ(&[], &old));
}

#[test]
fn the_voters_of_genesis_are_those_of_the_genesis_list() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(weights(), [(1, 10), (2, 6), (3, 4)]);
		run_to_epoch(5);
		assert_eq!(CurrentSetId::<Runtime>::get(), 0);
		assert_eq!(SetIdSession::<Runtime>::get(0), Some(5));
	});
}

#[test]
fn without_voters_in_genesis_the_first_block_brings_them() {
	ExtBuilder::default().without_voters().build_and_execute(|| {
		let (header, _) = try_block(FIRST).unwrap();
		assert_eq!(changes(&header), [(3, None)]);
		assert_eq!(weights(), [(1, 10), (2, 6), (3, 4)]);
	});
}

#[test]
fn voters_change_with_the_list_that_elects() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(2);
		set_keys(4, 0);
		give(4, 100);
		run_to_epoch(4);
		assert_eq!(CurrentSetId::<Runtime>::get(), 0);
		run_to(slot_of(5) - 1);
		let (header, _) = try_block(slot_of(5)).unwrap();
		assert_eq!(changes(&header), [(4, None)]);
		assert!(events().contains(&Event::VotersChanged { set_id: 1, voters: 4 }));
		assert_eq!(weights(), [(4, 100), (1, 10), (2, 6), (3, 4)]);
		assert_eq!(CurrentSetId::<Runtime>::get(), 1);
		assert_eq!(SetIdSession::<Runtime>::get(0), Some(4));
		assert_eq!(SetIdSession::<Runtime>::get(1), Some(5));
		run_to_epoch(7);
		assert_eq!(SetIdSession::<Runtime>::get(1), Some(7));
	});
}

#[test]
fn small_moves_of_power_change_nothing_until_they_add_up() {
	ExtBuilder::default().miners(&[(1, 160), (2, 100)]).build_and_execute(|| {
		run_to_epoch(1);
		give(1, 10);
		run_to_epoch(5);
		assert_eq!(CurrentSetId::<Runtime>::get(), 0);
		assert_eq!(weights(), [(1, 160), (2, 100)]);
		give(1, 1);
		run_to_epoch(8);
		assert_eq!(CurrentSetId::<Runtime>::get(), 1);
		assert_eq!(weights(), [(1, 171), (2, 100)]);
	});
}

#[test]
fn a_rotated_key_changes_the_voters() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(1);
		set_keys(2, 1);
		run_to_epoch(5);
		assert_eq!(CurrentSetId::<Runtime>::get(), 1);
		let voters = Authorities::<Runtime>::get();
		assert!(voters.iter().any(|(id, weight)| *id == keys(2, 1).gran && *weight == 6));
	});
}

#[test]
fn the_set_id_is_the_number_of_change_digests() {
	ExtBuilder::default().build_and_execute(|| {
		let mut digests = 0;
		let mut epochs = 0;
		for slot in FIRST..slot_of(14) {
			let Some((header, _)) = try_block(slot) else { continue };
			let found = changes(&header);
			let opened = events().iter().any(|event| matches!(event, Event::EpochOpened { .. }));
			// Only an epoch's first block changes the voters, and once.
			assert!(found.len() <= usize::from(opened));
			digests += u64::try_from(found.len()).unwrap();
			assert_eq!(CurrentSetId::<Runtime>::get(), digests);
			if opened {
				epochs += 1;
				set_keys(50 + epochs, 0);
				give(50 + epochs, if epochs % 3 == 0 { 0 } else { 5 });
			}
		}
		assert!(digests >= 6, "{digests}");
	});
}

#[test]
fn noting_a_stall_forces_a_change_though_voters_are_the_same() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(3);
		assert_ok!(Grandpa::note_stalled(RuntimeOrigin::root(), 5, 17));
		run_to(slot_of(4) - 1);
		let (header, _) = try_block(slot_of(4)).unwrap();
		assert_eq!(changes(&header), [(3, Some(17))]);
		assert_eq!(CurrentSetId::<Runtime>::get(), 1);
		assert_eq!(SetIdSession::<Runtime>::get(1), Some(4));
		assert!(!Stalled::<Runtime>::exists());
		// In office five blocks later.
		assert!(pallet_grandpa::PendingChange::<Runtime>::exists());
		for _ in 0..5 {
			block(last_slot() + 1);
		}
		assert!(!pallet_grandpa::PendingChange::<Runtime>::exists());
		run_to_epoch(6);
		assert_eq!(CurrentSetId::<Runtime>::get(), 1);
	});
}

#[test]
fn while_a_forced_change_waits_no_other_is_made() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(1);
		set_keys(4, 0);
		give(4, 100);
		run_to_epoch(2);
		assert_ok!(Grandpa::note_stalled(RuntimeOrigin::root(), EPOCH * 3, 17));
		run_to_epoch(3);
		assert_eq!(CurrentSetId::<Runtime>::get(), 1);
		// Epochs 4 and 5 have another list; the change is refused and nothing moves.
		assert_ok!(Grandpa::note_stalled(RuntimeOrigin::root(), 5, 40));
		run_to_epoch(5);
		assert_eq!(CurrentSetId::<Runtime>::get(), 1);
		assert_eq!(SetIdSession::<Runtime>::get(1), Some(5));
		assert!(Stalled::<Runtime>::exists());
		assert_eq!(weights().len(), 3);
		// It is made up for when there is room.
		run_to_epoch(12);
		assert_eq!(CurrentSetId::<Runtime>::get(), 2);
		assert!(!Stalled::<Runtime>::exists());
	});
}

#[test]
fn the_epochs_of_old_sets_are_forgotten() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(1);
		CurrentSetId::<Runtime>::put(2_004);
		for set in 3..7 {
			SetIdSession::<Runtime>::insert(set, 0);
		}
		set_keys(4, 0);
		give(4, 100);
		run_to_epoch(4);
		assert_eq!(CurrentSetId::<Runtime>::get(), 2_005);
		assert_eq!(SetIdSession::<Runtime>::get(5), None);
		assert_eq!(SetIdSession::<Runtime>::get(6), Some(0));
	});
}

#[test]
fn an_empty_list_leaves_the_voters() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(1);
		assert_ok!(Grandpa::note_stalled(RuntimeOrigin::root(), 5, 17));
		// Where the open list will be frozen nothing lies yet.
		let open = crate::OpenIndex::<Runtime>::get();
		assert!(Poci::seats_of_list(open, 0, 9).is_empty());
		Poci::change_voters(1, open);
		assert_eq!(CurrentSetId::<Runtime>::get(), 0);
		assert_eq!(SetIdSession::<Runtime>::get(0), Some(1));
		assert!(!pallet_grandpa::PendingChange::<Runtime>::exists());
	});
}

#[test]
fn the_weights_of_grandpas_calls_are_those_of_the_reports() {
	use crate::{weights::EstimatedWeight, GrandpaWeights, WeightInfo};
	type Ours = EstimatedWeight<Runtime>;
	type Theirs = GrandpaWeights<Runtime>;
	assert_eq!(
		<Theirs as pallet_grandpa::WeightInfo>::report_equivocation(9, 9),
		Ours::authorize_report_voting_equivocation()
			.saturating_add(Ours::report_voting_equivocation()),
	);
	assert_eq!(<Theirs as pallet_grandpa::WeightInfo>::note_stalled(), Ours::note_stalled());
}
