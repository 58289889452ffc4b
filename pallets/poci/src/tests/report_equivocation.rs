//! Reports of two headers of one slot.

use crate::{mock::*, Call, Disabled, Error, Event, OffenceKind, ReportError, REPORT_MILLIS};
use frame::{
	deps::{
		sp_core::offchain::{testing::TestTransactionPoolExt, TransactionPoolExt},
		sp_runtime::DigestItem,
	},
	testing_prelude::*,
	traits::{Dispatchable, Header as _},
};
use utnet_primitives_consensus_poci::{EquivocationProof, Leader, ListProof, Slot};
use utnet_primitives_core::tx_priority::PROTOCOL_LIVENESS;

type Proof = EquivocationProof<Header>;

fn call(proof: Proof, ownership: ListProof) -> Call<Runtime> {
	Call::report_equivocation { equivocation_proof: Box::new(proof), key_owner_proof: ownership }
}

fn ownership_of(slot: u64, leader: &Leader<u64>) -> ListProof {
	Poci::generate_key_ownership_proof(Slot::from(slot), leader.session_key.clone()).unwrap()
}

/// A good report about the leader of the last block.
fn case() -> (u64, Leader<u64>, Proof, ListProof) {
	case_in(3)
}

fn case_in(epoch: u64) -> (u64, Leader<u64>, Proof, ListProof) {
	run_to_epoch(epoch);
	let slot = last_slot() + 1;
	let leader = block(slot);
	let (proof, ownership) = (two_headers(slot, &leader), ownership_of(slot, &leader));
	(slot, leader, proof, ownership)
}

/// Runs `change` over a good report; what the pool says of it then.
fn refused(change: impl FnOnce(&mut Proof, &mut ListProof)) -> InvalidTransaction {
	let mut why = None;
	ExtBuilder::default().build_and_execute(|| {
		let (_, _, mut proof, mut ownership) = case();
		assert!(authorize(call(proof.clone(), ownership.clone())).is_ok());
		change(&mut proof, &mut ownership);
		let call = call(proof, ownership);
		why = authorize(call.clone()).err();
		// And a block that holds it all the same changes nothing.
		assert!(assert_storage_noop_of(call).is_err());
	});
	why.expect("the report is refused")
}

fn assert_storage_noop_of(call: Call<Runtime>) -> DispatchResultWithPostInfo {
	let before = frame::deps::sp_io::storage::root(StateVersion::V1);
	let result = RuntimeCall::Poci(call).dispatch(frame_system::RawOrigin::Authorized.into());
	assert_eq!(before, frame::deps::sp_io::storage::root(StateVersion::V1));
	result
}

#[test]
fn costs_five_per_cent_and_disables() {
	ExtBuilder::default().build_and_execute(|| {
		let (slot, leader, proof, ownership) = case();
		let epoch = Poci::current_epoch();
		assert_eq!(submit(call(proof, ownership)), Ok(()));
		assert_eq!(
			registry(|all| all.penalties.clone()),
			[(leader.miner, Perbill::from_percent(5))],
		);
		let reported = Event::EquivocationReported {
			kind: OffenceKind::Authoring,
			miner: leader.miner,
			epoch,
			slashed: 50,
		};
		assert!(events().contains(&reported));
		assert!(events().contains(&Event::LeaderDisabled { miner: leader.miner, epoch }));
		assert!(Disabled::<Runtime>::contains_key(leader.miner));
		let leads = |slot| {
			Poci::slot_leader(Slot::from(slot)).is_some_and(|next| next.miner == leader.miner)
		};
		assert!(!(slot + 1..slot + EPOCH).any(leads));
	});
}

#[test]
fn is_valid_once_for_a_miner_and_an_epoch() {
	ExtBuilder::default().miners(&[(1, 10)]).build_and_execute(|| {
		let (_, _, earlier, earlier_ownership) = case_in(2);
		let (slot, leader, proof, ownership) = case();
		assert_eq!(submit(call(proof.clone(), ownership.clone())), Ok(()));
		assert_eq!(submit(call(proof, ownership.clone())), Err(InvalidTransaction::Stale));
		// Nor for another slot of the epoch.
		let other = two_headers(slot - 1, &leader);
		assert_eq!(submit(call(other, ownership)), Err(InvalidTransaction::Stale));
		// But for another epoch.
		assert_eq!(submit(call(earlier, earlier_ownership)), Ok(()));
		assert_eq!(registry(|all| all.penalties.len()), 2);
		assert_eq!(registry(|all| all.removed), 10);
	});
}

#[test]
fn the_pool_knows_it_by_miner_and_epoch() {
	ExtBuilder::default().miners(&[(1, 10)]).build_and_execute(|| {
		let (_, _, earlier, earlier_ownership) = case_in(2);
		let (slot, leader, proof, ownership) = case();
		let valid = authorize(call(proof, ownership.clone())).unwrap();
		assert_eq!(valid.priority, PROTOCOL_LIVENESS);
		assert!(valid.propagate);
		let other = authorize(call(two_headers(slot - 1, &leader), ownership)).unwrap();
		assert_eq!(valid.provides, other.provides);
		let earlier = authorize(call(earlier, earlier_ownership)).unwrap();
		assert_ne!(valid.provides, earlier.provides);
	});
}

#[test]
fn penalises_also_where_disabling_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let (_, leader, proof, ownership) = case();
		registry(|all| all.removable = 3);
		assert_eq!(submit(call(proof, ownership)), Ok(()));
		assert_eq!(registry(|all| all.penalties.len()), 1);
		assert!(events().contains(&Event::DisablingRefused { miner: leader.miner }));
		assert!(!Disabled::<Runtime>::contains_key(leader.miner));
		// Governance repeats it.
		assert_ok!(Poci::disable(RuntimeOrigin::root(), leader.miner, true));
	});
}

#[test]
fn keys_rotated_before_the_report_are_retired_too() {
	ExtBuilder::default().build_and_execute(|| {
		let (_, leader, proof, ownership) = case();
		set_keys(leader.miner, 1);
		assert_eq!(submit(call(proof, ownership)), Ok(()));
		let record = Disabled::<Runtime>::get(leader.miner).unwrap();
		let expected = [keys(leader.miner, 0), keys(leader.miner, 1)];
		assert_eq!(record.retired.into_inner(), expected);
	});
}

#[test]
fn is_submitted_as_a_general_transaction() {
	let mut state = ExtBuilder::default().build();
	let (pool, transactions) = TestTransactionPoolExt::new();
	state.register_extension(TransactionPoolExt::new(pool));
	state.execute_with(|| {
		let (_, _, proof, ownership) = case();
		assert_eq!(Poci::submit_report_equivocation(proof.clone(), ownership.clone()), Some(()));
		let bytes = transactions.write().transactions.pop().unwrap();
		let extrinsic: Extrinsic = codec::Decode::decode(&mut &bytes[..]).unwrap();
		assert_eq!(extrinsic.function, RuntimeCall::Poci(call(proof, ownership)));
	});
}

#[test]
fn nobody_can_call_it_with_a_signature() {
	ExtBuilder::default().build_and_execute(|| {
		let (_, _, proof, ownership) = case();
		for origin in [RuntimeOrigin::signed(1), RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(
				Poci::report_equivocation(origin, Box::new(proof.clone()), ownership.clone()),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn a_long_header_is_refused() {
	let why = refused(|proof, _| {
		proof.second_header.digest.logs.insert(0, DigestItem::Other(vec![0; 17_000]));
	});
	assert_eq!(why, InvalidTransaction::ExhaustsResources);
}

#[test]
fn a_slot_that_is_still_to_come_is_refused() {
	let why = refused(|proof, ownership| {
		let slot = last_slot() + 1;
		let leader = Poci::slot_leader(Slot::from(slot)).unwrap();
		*proof = two_headers(slot, &leader);
		ownership.keys.poci = leader.session_key;
	});
	assert_eq!(why, InvalidTransaction::Future);
}

#[test]
fn a_proof_about_another_epoch_is_refused() {
	let why = refused(|_, ownership| ownership.epoch -= 1);
	assert_eq!(why, InvalidTransaction::Custom(1));
}

#[test]
fn an_offence_of_more_than_21_days_ago_is_refused() {
	let why = refused(|_, _| {
		let from = last_slot() + REPORT_MILLIS / SLOT + 1;
		block((from..).find(|slot| Poci::slot_leader(Slot::from(*slot)).is_some()).unwrap());
	});
	assert_eq!(why, InvalidTransaction::Custom(3));
}

#[test]
fn an_offence_of_just_21_days_ago_is_not_too_old() {
	// Epochs so long that fewer than 2 000 pass.
	ExtBuilder::default().miners(&[(1, 1)]).epoch_length(65_536).build_and_execute(|| {
		let leader = block(FIRST);
		let (proof, ownership) = (two_headers(FIRST, &leader), ownership_of(FIRST, &leader));
		block(FIRST + REPORT_MILLIS / SLOT);
		assert!(authorize(call(proof.clone(), ownership.clone())).is_ok());
		block(FIRST + REPORT_MILLIS / SLOT + 1);
		assert_eq!(authorize(call(proof, ownership)).err(), Some(InvalidTransaction::Custom(3)));
	});
}

#[test]
fn an_epoch_whose_list_is_not_known_is_refused() {
	let why = refused(|proof, ownership| {
		// The chain skipped epoch 4; nobody knows what would have elected it.
		block(slot_of(5) + 9);
		let slot = slot_of(4) + 3;
		let pair = pairs(1, 0).0;
		let header = |salt| sealed_header(slot, 0, &pair, salt);
		*proof = EquivocationProof {
			slot: Slot::from(slot),
			first_header: header(1),
			second_header: header(2),
			offender: keys(1, 0).poci,
		};
		ownership.epoch = 4;
		ownership.keys = keys(1, 0);
	});
	assert_eq!(why, InvalidTransaction::Custom(4));
}

#[test]
fn the_keys_of_another_miner_are_refused() {
	let why = refused(|proof, ownership| {
		let offender = proof.offender.clone();
		let other = [1, 2, 3].map(|who| keys(who, 0).poci);
		let other = other.into_iter().find(|key| *key != offender).unwrap();
		*ownership = Poci::generate_key_ownership_proof(proof.slot, other).unwrap();
	});
	assert_eq!(why, InvalidTransaction::Custom(5));
}

#[test]
fn tampered_ownership_proofs_are_refused() {
	let tampered: [fn(&mut ListProof); 7] = [
		|ownership| ownership.power += 1,
		|ownership| ownership.leaf_count += 1,
		|ownership| ownership.index ^= 1,
		|ownership| ownership.keys.gran = keys(9, 0).gran,
		|ownership| ownership.miner = BoundedVec::truncate_from(vec![9, 0, 0, 0, 0, 0, 0, 0]),
		|ownership| ownership.miner = BoundedVec::truncate_from(vec![1]),
		|ownership| ownership.proof = BoundedVec::new(),
	];
	for tamper in tampered {
		let why = refused(|_, ownership| tamper(ownership));
		assert_eq!(why, InvalidTransaction::BadProof);
	}
}

#[test]
fn what_is_no_equivocation_is_refused() {
	let changed: [fn(&mut Proof); 6] = [
		// Equal headers.
		|proof| proof.second_header = proof.first_header.clone(),
		// Another slot.
		|proof| {
			let slot = u64::from(proof.slot) - 1;
			let pair = (1..4).map(|who| pairs(who, 0).0);
			let pair = pair
				.into_iter()
				.find(|pair| proof.offender == frame::deps::sp_core::Pair::public(pair).into());
			proof.second_header = sealed_header(slot, 0, &pair.unwrap(), 2);
		},
		// Somebody else's seal.
		|proof| {
			let slot = proof.slot.into();
			proof.second_header = sealed_header(slot, 0, &pairs(77, 0).0, 2);
		},
		// A header that was changed after it was sealed.
		|proof| proof.second_header.number += 1,
		// A third seal.
		|proof| {
			let seal = DigestItem::Seal(*b"else", vec![]);
			proof.second_header.digest.logs.insert(0, seal);
		},
		// No seals.
		|proof| {
			proof.second_header.digest_mut().pop();
			proof.second_header.digest_mut().pop();
		},
	];
	for change in changed {
		let why = refused(|proof, _| change(proof));
		assert_eq!(why, InvalidTransaction::Custom(6));
	}
}

#[test]
fn headers_that_name_another_seat_are_refused() {
	let why = refused(|proof, ownership| {
		let pair = (1..4).map(|who| pairs(who, 0).0);
		let pair = pair
			.into_iter()
			.find(|pair| proof.offender == frame::deps::sp_core::Pair::public(pair).into())
			.unwrap();
		let header = |salt| sealed_header(proof.slot.into(), ownership.index + 1, &pair, salt);
		(proof.first_header, proof.second_header) = (header(1), header(2));
	});
	assert_eq!(why, InvalidTransaction::Custom(6));
}

#[test]
fn without_genesis_no_list_is_known() {
	ExtBuilder::default().build_and_execute(|| {
		let (_, _, proof, ownership) = case();
		crate::Election::<Runtime>::kill();
		let why = authorize(call(proof, ownership)).err();
		assert_eq!(why, Some(InvalidTransaction::Custom(4)));
	});
}

#[test]
fn a_proof_of_keys_is_there_from_the_parent_of_its_epoch_to_its_end() {
	ExtBuilder::default().build_and_execute(|| {
		let key = keys(1, 0).poci;
		let prove = |slot| Poci::generate_key_ownership_proof(Slot::from(slot), key.clone());
		run_to(slot_of(3) - 1);
		// The first block of an epoch may be made twice as well.
		let early = prove(slot_of(3)).unwrap();
		assert_eq!(early.epoch, 3);
		run_to(slot_of(4) - 1);
		assert_eq!(prove(slot_of(3)), Some(early));
		run_to_epoch(4);
		assert_eq!(prove(slot_of(3)), None);
		let stranger = keys(77, 0).poci;
		assert_eq!(Poci::generate_key_ownership_proof(Slot::from(last_slot()), stranger), None);
	});
}

#[test]
fn every_reason_has_its_own_error_and_invalidity() {
	let all = [
		ReportError::TooLarge,
		ReportError::Future,
		ReportError::WrongEpoch,
		ReportError::UnknownVoters,
		ReportError::TooOld,
		ReportError::UnknownList,
		ReportError::NotTheOffender,
		ReportError::AlreadyReported,
		ReportError::InvalidOwnershipProof,
		ReportError::InvalidEquivocation,
	];
	let errors: std::collections::BTreeSet<_> =
		all.iter().map(|why| format!("{:?}", Error::<Runtime>::from(*why))).collect();
	let invalidities: std::collections::BTreeSet<_> =
		all.iter().map(|why| format!("{:?}", InvalidTransaction::from(*why))).collect();
	assert_eq!(errors.len(), all.len());
	assert_eq!(invalidities.len(), all.len());
}
