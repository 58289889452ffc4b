//! Reports of two votes of one round, by our call and by `pallet_grandpa`'s.

use crate::{mock::*, Call, Disabled, Error, Event, OffenceKind, REPORT_MILLIS};
use frame::{
	deps::sp_core::offchain::{testing::TestTransactionPoolExt, TransactionPoolExt},
	testing_prelude::*,
};
use pallet_grandpa::{CurrentSetId, SetIdSession};
use utnet_primitives_consensus_poci::{ListProof, Slot};

const PREVOTE: u8 = 0;
const PRECOMMIT: u8 = 1;

fn call(proof: VoteProof, ownership: ListProof) -> Call<Runtime> {
	Call::report_voting_equivocation {
		equivocation_proof: Box::new(proof),
		key_owner_proof: ownership,
	}
}

/// A good report about miner 2 in the set of voters in office.
fn case() -> (VoteProof, ListProof) {
	run_to_epoch(3);
	let set_id = CurrentSetId::<Runtime>::get();
	let proof = two_votes(set_id, &pairs(2, 0).1, PREVOTE, [1, 2]);
	(proof, Poci::generate_voter_proof(set_id, keys(2, 0).gran).unwrap())
}

/// Runs `change` over a good report; what the pool says of it then.
fn refused(change: impl FnOnce(&mut VoteProof, &mut ListProof)) -> InvalidTransaction {
	let mut why = None;
	ExtBuilder::default().build_and_execute(|| {
		let (mut proof, mut ownership) = case();
		assert!(authorize(call(proof.clone(), ownership.clone())).is_ok());
		change(&mut proof, &mut ownership);
		why = authorize(call(proof.clone(), ownership.clone())).err();
		// `pallet_grandpa`'s calls say the same.
		let theirs = pallet_grandpa::Call::<Runtime>::report_equivocation_unsigned {
			equivocation_proof: Box::new(proof.clone()),
			key_owner_proof: ownership.clone(),
		};
		assert_eq!(
			Grandpa::validate_unsigned(TransactionSource::Local, &theirs),
			Err(why.unwrap().into()),
		);
		assert!(
			Grandpa::report_equivocation(RuntimeOrigin::signed(9), Box::new(proof), ownership,)
				.is_err()
		);
		assert!(registry(|all| all.penalties.is_empty()));
	});
	why.expect("the report is refused")
}

#[test]
fn costs_ten_per_cent_and_disables() {
	for kind in [PREVOTE, PRECOMMIT] {
		ExtBuilder::default().build_and_execute(|| {
			let (_, ownership) = case();
			let proof = two_votes(0, &pairs(2, 0).1, kind, [1, 2]);
			assert_eq!(submit(call(proof, ownership)), Ok(()));
			assert_eq!(registry(|all| all.penalties.clone()), [(2, Perbill::from_percent(10))],);
			let reported = Event::EquivocationReported {
				kind: OffenceKind::Voting,
				miner: 2,
				epoch: 3,
				slashed: 100,
			};
			assert!(events().contains(&reported));
			assert!(Disabled::<Runtime>::contains_key(2));
		});
	}
}

#[test]
fn is_valid_once_for_a_miner_and_a_set_of_voters() {
	ExtBuilder::default().build_and_execute(|| {
		let (proof, ownership) = case();
		assert_eq!(submit(call(proof.clone(), ownership.clone())), Ok(()));
		let stale = Err(InvalidTransaction::Stale);
		assert_eq!(submit(call(proof.clone(), ownership)), stale);

		// The same votes again, proven for a later epoch of the same voters.
		run_to_epoch(4);
		let later = Poci::generate_voter_proof(0, keys(2, 0).gran).unwrap();
		assert_eq!(later.epoch, 4);
		assert_eq!(submit(call(proof, later.clone())), stale);
		let other = two_votes(0, &pairs(2, 0).1, PRECOMMIT, [8, 9]);
		assert_eq!(submit(call(other, later)), stale);
		assert_eq!(registry(|all| all.penalties.len()), 1);

		// Another miner is another case, and so is what miner 2 does at making blocks.
		let other = two_votes(0, &pairs(3, 0).1, PREVOTE, [1, 2]);
		let proof = Poci::generate_voter_proof(0, keys(3, 0).gran).unwrap();
		assert_eq!(submit(call(other, proof)), Ok(()));
		let leader = (slot_of(4)..)
			.find_map(|slot| {
				let slot = Slot::from(slot);
				Poci::generate_key_ownership_proof(slot, keys(2, 0).poci)
			})
			.unwrap();
		let slot = last_slot();
		let pair = pairs(2, 0).0;
		let report = Call::report_equivocation {
			equivocation_proof: Box::new(utnet_primitives_consensus_poci::EquivocationProof {
				offender: keys(2, 0).poci,
				slot: Slot::from(slot),
				first_header: sealed_header(slot, leader.index, &pair, 1),
				second_header: sealed_header(slot, leader.index, &pair, 2),
			}),
			key_owner_proof: leader,
		};
		assert_eq!(submit(report), Ok(()));
		assert_eq!(registry(|all| all.penalties.len()), 3);
	});
}

#[test]
fn a_set_that_left_office_can_be_reported_for_its_epochs_only() {
	ExtBuilder::default().build_and_execute(|| {
		let (proof, ownership) = case();
		set_keys(4, 0);
		give(4, 100);
		run_to_epoch(6);
		assert_eq!(CurrentSetId::<Runtime>::get(), 1);
		assert_eq!(SetIdSession::<Runtime>::get(0), Some(5));
		let later = Poci::generate_voter_proof(1, keys(2, 0).gran).unwrap();
		assert_eq!(later.epoch, 6);
		let wrong = Some(InvalidTransaction::Custom(1));
		assert_eq!(authorize(call(proof.clone(), later.clone())).err(), wrong);
		let new = two_votes(1, &pairs(2, 0).1, PREVOTE, [1, 2]);
		assert_eq!(authorize(call(new.clone(), ownership.clone())).err(), wrong);
		assert_eq!(submit(call(proof, ownership)), Ok(()));
		assert_eq!(submit(call(new, later)), Ok(()));
	});
}

#[test]
fn grandpas_own_calls_punish_the_same_and_once() {
	ExtBuilder::default().build_and_execute(|| {
		let (proof, ownership) = case();
		let report = || {
			Grandpa::report_equivocation(
				RuntimeOrigin::signed(9),
				Box::new(proof.clone()),
				ownership.clone(),
			)
		};
		assert_eq!(report().unwrap().pays_fee, Pays::No);
		assert_eq!(registry(|all| all.penalties.clone()), [(2, Perbill::from_percent(10))]);
		let again = report().unwrap_err().error;
		assert_eq!(again, Error::<Runtime>::AlreadyReported.into());
		assert_eq!(
			authorize(call(proof.clone(), ownership.clone())).err(),
			Some(InvalidTransaction::Stale),
		);
	});
}

#[test]
fn is_published_as_our_call() {
	let mut state = ExtBuilder::default().build();
	let (pool, transactions) = TestTransactionPoolExt::new();
	state.register_extension(TransactionPoolExt::new(pool));
	state.execute_with(|| {
		let (proof, ownership) = case();
		let submitted =
			Grandpa::submit_unsigned_equivocation_report(proof.clone(), ownership.clone());
		assert_eq!(submitted, Some(()));
		let bytes = transactions.write().transactions.pop().unwrap();
		let extrinsic: Extrinsic = codec::Decode::decode(&mut &bytes[..]).unwrap();
		assert_eq!(extrinsic.function, RuntimeCall::Poci(call(proof, ownership)));
	});
}

#[test]
fn nobody_can_call_it_with_a_signature() {
	ExtBuilder::default().build_and_execute(|| {
		let (proof, ownership) = case();
		for origin in [RuntimeOrigin::signed(1), RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(
				Poci::report_voting_equivocation(
					origin,
					Box::new(proof.clone()),
					ownership.clone()
				),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn a_set_that_is_not_in_office_yet_is_refused() {
	let why = refused(|proof, _| *proof = two_votes(1, &pairs(2, 0).1, PREVOTE, [1, 2]));
	assert_eq!(why, InvalidTransaction::Future);
}

#[test]
fn an_epoch_that_is_still_to_come_is_refused() {
	let why = refused(|_, ownership| ownership.epoch += 1);
	assert_eq!(why, InvalidTransaction::Custom(1));
}

#[test]
fn a_set_of_voters_that_is_not_known_is_refused() {
	let why = refused(|_, _| SetIdSession::<Runtime>::remove(0));
	assert_eq!(why, InvalidTransaction::Custom(2));
	let why = refused(|proof, _| {
		// The set is known, the one before it is not: nobody knows when its term began.
		CurrentSetId::<Runtime>::put(9);
		SetIdSession::<Runtime>::insert(9, 3);
		*proof = two_votes(9, &pairs(2, 0).1, PREVOTE, [1, 2]);
	});
	assert_eq!(why, InvalidTransaction::Custom(2));
}

#[test]
fn an_epoch_that_ended_more_than_21_days_ago_is_refused() {
	let why = refused(|_, _| {
		let from = slot_of(4) + REPORT_MILLIS / SLOT + 1;
		block((from..).find(|slot| Poci::slot_leader(Slot::from(*slot)).is_some()).unwrap());
	});
	assert_eq!(why, InvalidTransaction::Custom(3));
}

#[test]
fn an_epoch_whose_list_is_not_known_is_refused() {
	let why = refused(|_, ownership| {
		block(slot_of(5) + 9);
		ownership.epoch = 4;
	});
	assert_eq!(why, InvalidTransaction::Custom(4));
}

#[test]
fn the_keys_of_another_miner_are_refused() {
	let why = refused(|_, ownership| {
		*ownership = Poci::generate_voter_proof(0, keys(3, 0).gran).unwrap();
	});
	assert_eq!(why, InvalidTransaction::Custom(5));
}

#[test]
fn who_is_not_among_the_100_strongest_did_not_vote() {
	let miners: Vec<_> = (1..=101).map(|who| (who, 300 - u32::try_from(who).unwrap())).collect();
	ExtBuilder::default().miners(&miners).build_and_execute(|| {
		run_to_epoch(1);
		for (who, expected) in [(100, None), (101, Some(InvalidTransaction::Custom(5)))] {
			let proof = two_votes(0, &pairs(who, 0).1, PREVOTE, [1, 2]);
			let ownership = Poci::generate_voter_proof(0, keys(who, 0).gran).unwrap();
			assert_eq!(authorize(call(proof, ownership)).err(), expected);
		}
	});
}

#[test]
fn a_tampered_ownership_proof_is_refused() {
	let tampered: [fn(&mut ListProof); 4] = [
		|ownership| ownership.power += 1,
		|ownership| ownership.leaf_count += 1,
		|ownership| ownership.keys.poci = keys(9, 0).poci,
		|ownership| ownership.miner = BoundedVec::truncate_from(vec![1]),
	];
	for tamper in tampered {
		let why = refused(|_, ownership| tamper(ownership));
		assert_eq!(why, InvalidTransaction::BadProof);
	}
}

#[test]
fn what_is_no_equivocation_is_refused() {
	// The same vote twice.
	let why = refused(|proof, _| *proof = two_votes(0, &pairs(2, 0).1, PREVOTE, [1, 1]));
	assert_eq!(why, InvalidTransaction::Custom(6));
	// Signatures of another set: only the number of the set is changed.
	let why = refused(|proof, _| {
		let mut bytes = codec::Encode::encode(&two_votes(7, &pairs(2, 0).1, PREVOTE, [1, 2]));
		bytes[..8].copy_from_slice(&0u64.to_le_bytes());
		*proof = codec::Decode::decode(&mut &bytes[..]).unwrap();
	});
	assert_eq!(why, InvalidTransaction::Custom(6));
}

#[test]
fn without_genesis_no_list_is_known() {
	ExtBuilder::default().build_and_execute(|| {
		let (proof, ownership) = case();
		crate::Election::<Runtime>::kill();
		assert_eq!(authorize(call(proof, ownership)).err(), Some(InvalidTransaction::Custom(4)),);
	});
}

#[test]
fn a_proof_of_a_voter_is_of_the_sets_last_epoch() {
	ExtBuilder::default().build_and_execute(|| {
		run_to_epoch(7);
		assert_eq!(Poci::generate_voter_proof(0, keys(1, 0).gran).unwrap().epoch, 7);
		assert_eq!(Poci::generate_voter_proof(1, keys(1, 0).gran), None);
		assert_eq!(Poci::generate_voter_proof(0, keys(77, 0).gran), None);
	});
}
