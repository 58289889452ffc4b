//! What hooks and calls cost at worst.

#![allow(
	clippy::arithmetic_side_effects,
	clippy::expect_used,
	clippy::indexing_slicing,
	clippy::unwrap_used,
	reason = "benchmarks are tests"
)]

use super::{lists::ring, offences::PRUNED_OFFENCES, *};
use alloc::vec;
use codec::{Decode, Encode};
use frame::{
	benchmarking::prelude::*,
	deps::sp_runtime::{Digest, DigestItem},
};
use sp_application_crypto::RuntimeAppPublic;
use utnet_primitives_consensus_poci::{
	author_message, author_seal, chip_seal, leaf, pre_runtime, AuthorityId, GroupEntry,
};

/// The slot of block 1; not 0, so that gaps can be told.
const GENESIS_SLOT: u64 = 1_000_000;

/// An account without keys or chips.
fn nobody<T: Config>(seed: u32) -> T::AccountId {
	account("miner", seed, 0)
}

/// Keys that the benchmark can sign with.
fn signing_keys() -> MinerKeys {
	MinerKeys {
		poci: AuthorityId::generate_pair(None),
		gran: pallet_grandpa::AuthorityId::generate_pair(None),
	}
}

/// A genesis list of `m` miners with keys and a chip; the first has nearly all power. Its keys are
/// `keys`, where they are given.
fn plant<T: Config>(m: u32, keys: Option<MinerKeys>) -> T::AccountId {
	Pallet::<T>::put_state(ElectionState::new(3_000, 1_200, &H256::repeat_byte(7)));
	OpenIndex::<T>::put(0);
	OpenList::<T>::kill();
	let mut first = None;
	let mut seats = Vec::new();
	for seed in 0..m {
		let (miner, batch) = T::BenchmarkHelper::seat(seed);
		let keys = match (seed, &keys) {
			(0, Some(keys)) => keys.clone(),
			_ => T::Keys::keys_of(&miner).expect("the helper sets keys"),
		};
		let unit_power = if seed == 0 { u64::MAX } else { u64::from(m - seed) };
		let power = u128::from(unit_power);
		let groups = BoundedVec::truncate_from(vec![GroupEntry::full(batch, unit_power, 1)]);
		let leaf = leaf(&miner, power, &keys);
		Entries::<T>::insert(ring(0), &miner, MinerEntry { keys, power, set_version: 0, groups });
		first.get_or_insert(miner.clone());
		seats.push(Seat { miner, power, leaf });
	}
	OpenList::<T>::put(BoundedVec::truncate_from(seats));
	let (genesis, _) = Pallet::<T>::adopt();
	assert_eq!(genesis, 0);
	first.expect("there is a miner")
}

/// A pre-digest of `slot` by whoever leads it.
fn pre_digest<T: Config>(slot: u64) -> PreDigest {
	let leader = Pallet::<T>::slot_leader(Slot::from(slot)).expect("the first miner leads");
	PreDigest {
		slot: Slot::from(slot),
		leader: leader.index,
		chip: leader.chip.map(|(chip, _)| chip),
		vrf: Decode::decode(&mut &[0u8; 96][..]).expect("96 bytes of zeros decode"),
	}
}

/// Puts the node's part of the header of a block in `slot` into place.
fn initialize<T: Config>(slot: u64) -> BlockNumberFor<T> {
	let digest = Digest { logs: vec![pre_runtime(&pre_digest::<T>(slot))] };
	let block = frame_system::Pallet::<T>::block_number() + 1u32.into();
	let parent = frame_system::Pallet::<T>::parent_hash();
	frame_system::Pallet::<T>::initialize(&block, &parent, &digest);
	block
}

/// Makes a block in `slot`.
fn make_block<T: Config>(slot: u64) {
	let block = initialize::<T>(slot);
	Pallet::<T>::on_initialize(block);
}

/// Two headers of 16 KiB that `keys` sealed for one slot.
fn two_headers<T: Config>(slot: u64, keys: &MinerKeys) -> EquivocationProof<HeaderFor<T>> {
	let header = |root: u8| {
		let mut digest = Digest { logs: vec![pre_runtime(&pre_digest_of_first(slot))] };
		digest.push(DigestItem::Other(vec![root; MAX_HEADER_SIZE - 1_024]));
		digest.push(chip_seal(vec![0; 64]));
		let mut header = HeaderFor::<T>::new(
			1u32.into(),
			H256::zero(),
			H256::repeat_byte(root),
			H256::zero(),
			digest,
		);
		let seal = keys.poci.sign(&author_message(&header.hash())).expect("the key signs");
		header.digest_mut().push(author_seal(&seal));
		header
	};
	EquivocationProof {
		offender: keys.poci.clone(),
		slot: Slot::from(slot),
		first_header: header(1),
		second_header: header(2),
	}
}

fn pre_digest_of_first(slot: u64) -> PreDigest {
	PreDigest {
		slot: Slot::from(slot),
		leader: 0,
		chip: Some(H256::zero()),
		vrf: Decode::decode(&mut &[0u8; 96][..]).expect("96 bytes of zeros decode"),
	}
}

/// Two prevotes of round 1 that `keys` signed as a voter of set `set_id`.
fn two_votes<T: Config>(
	set_id: u64,
	keys: &MinerKeys,
) -> sp_consensus_grandpa::EquivocationProof<T::Hash, BlockNumberFor<T>> {
	let round = 1u64;
	let vote = |hash: u8| (H256::repeat_byte(hash), BlockNumberFor::<T>::from(1u32));
	let signed = |hash: u8| {
		// A prevote is the first kind of message.
		let message = (0u8, vote(hash));
		let payload = sp_consensus_grandpa::localized_payload(round, set_id, &message);
		(vote(hash), keys.gran.sign(&payload).expect("the key signs"))
	};
	let encoded = (set_id, 0u8, round, &keys.gran, signed(1), signed(2)).encode();
	Decode::decode(&mut encoded.as_slice()).expect("this is how a proof is encoded")
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// A block without a pre-digest.
	#[benchmark]
	fn on_initialize_without_digest() {
		plant::<T>(1, None);
		#[block]
		{
			Pallet::<T>::on_initialize(1u32.into());
		}
		assert!(Pallet::<T>::author().is_none());
	}

	/// A block in an open epoch, with a list of 1 000, and its timestamp.
	#[benchmark]
	fn on_initialize_block() {
		let first = plant::<T>(1, None);
		widen::<T>(MAX_MINERS);
		make_block::<T>(GENESIS_SLOT);
		let block = initialize::<T>(GENESIS_SLOT + 1);
		#[block]
		{
			Pallet::<T>::on_initialize(block);
			Pallet::<T>::on_timestamp_set((GENESIS_SLOT + 1) * 3_000);
		}
		assert_eq!(Pallet::<T>::author().map(|author| author.miner), Some(first));
	}

	/// An epoch's first block with `m` miners, new voters, and two roots and sets to forget.
	#[benchmark]
	fn on_initialize_epoch(m: Linear<1, 1_000>) {
		plant::<T>(m, None);
		make_block::<T>(GENESIS_SLOT);
		// Two roots and sets of voters that are too old. They lead to the root of epoch 0, which
		// the new one follows.
		let current = KEEP_EPOCHS + 10;
		for (old, next) in [(1u64, 2u64), (2, 0)] {
			let root = ListRoot { root: H256::zero(), leaf_count: m, list: 0, next: Some(next) };
			Roots::<T>::insert(old, root);
			for seed in 0..PRUNED_OFFENCES {
				let offender = nobody::<T>(seed);
				Offences::<T>::insert((OffenceKind::Authoring, old), &offender, ());
				Offences::<T>::insert((OffenceKind::Voting, old - 1), offender, ());
			}
			pallet_grandpa::SetIdSession::<T>::remove(old - 1);
		}
		OldestRoot::<T>::put(1);
		OldestVoters::<T>::put(0);
		pallet_grandpa::CurrentSetId::<T>::put(5);
		pallet_grandpa::Authorities::<T>::kill();
		pallet_grandpa::PendingChange::<T>::kill();
		let block = initialize::<T>(GENESIS_SLOT + current * 1_200);
		#[block]
		{
			Pallet::<T>::on_initialize(block);
		}
		assert_eq!(Pallet::<T>::current_epoch(), current);
		assert_eq!(OpenList::<T>::decode_len(), usize::try_from(m).ok());
		assert_eq!(pallet_grandpa::CurrentSetId::<T>::get(), 6);
		assert_eq!(OldestRoot::<T>::get(), Some(0));
		assert_eq!(OldestVoters::<T>::get(), 2);
	}

	/// A change of an owner's chips with a full open list, whose weakest gives way.
	#[benchmark]
	fn chips_changed() {
		plant::<T>(1, None);
		widen::<T>(MAX_MINERS);
		let (newcomer, _) = T::BenchmarkHelper::seat(1);
		#[block]
		{
			Pallet::<T>::chips_changed(&newcomer);
		}
		assert!(OpenList::<T>::get().iter().any(|seat| seat.miner == newcomer));
	}

	#[benchmark]
	fn report_equivocation() {
		let keys = signing_keys();
		let (proof, ownership) = authoring_case::<T>(&keys);
		let call = Call::<T>::report_equivocation {
			equivocation_proof: Box::new(proof),
			key_owner_proof: ownership,
		};
		#[block]
		{
			call.dispatch_bypass_filter(RawOrigin::Authorized.into()).expect("the report stands");
		}
		assert_eq!(Offences::<T>::iter().count(), 1);
	}

	#[benchmark]
	fn authorize_report_equivocation() {
		let keys = signing_keys();
		let (proof, ownership) = authoring_case::<T>(&keys);
		let call = Call::<T>::report_equivocation {
			equivocation_proof: Box::new(proof),
			key_owner_proof: ownership,
		};
		#[block]
		{
			call.authorize(TransactionSource::External)
				.expect("the call authorizes")
				.expect("the report stands");
		}
	}

	#[benchmark]
	fn report_voting_equivocation() {
		let keys = signing_keys();
		let (proof, ownership) = voting_case::<T>(&keys);
		let call = Call::<T>::report_voting_equivocation {
			equivocation_proof: Box::new(proof),
			key_owner_proof: ownership,
		};
		#[block]
		{
			call.dispatch_bypass_filter(RawOrigin::Authorized.into()).expect("the report stands");
		}
		assert_eq!(Offences::<T>::iter().count(), 1);
	}

	#[benchmark]
	fn authorize_report_voting_equivocation() {
		let keys = signing_keys();
		let (proof, ownership) = voting_case::<T>(&keys);
		let call = Call::<T>::report_voting_equivocation {
			equivocation_proof: Box::new(proof),
			key_owner_proof: ownership,
		};
		#[block]
		{
			call.authorize(TransactionSource::External)
				.expect("the call authorizes")
				.expect("the report stands");
		}
	}

	#[benchmark]
	fn disable() -> Result<(), BenchmarkError> {
		let first = plant::<T>(1, None);
		make_block::<T>(GENESIS_SLOT);
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, first.clone(), true);
		assert!(Disabled::<T>::contains_key(first));
		Ok(())
	}

	#[benchmark]
	fn enable() -> Result<(), BenchmarkError> {
		let miner = nobody::<T>(0);
		Disabled::<T>::insert(&miner, Disablement::new(0));
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, miner.clone());
		assert!(!Disabled::<T>::contains_key(miner));
		Ok(())
	}

	/// GRANDPA's own call, so that one set of weights serves both pallets.
	#[benchmark]
	fn note_stalled() {
		#[block]
		{
			pallet_grandpa::Pallet::<T>::note_stalled(
				RawOrigin::Root.into(),
				1_000u32.into(),
				1u32.into(),
			)
			.expect("root may");
		}
		assert!(pallet_grandpa::Stalled::<T>::exists());
	}

	/// Fills the genesis list and its copy up to `m` with miners that have an entry only.
	fn widen<T: Config>(m: u32) {
		for list in [0, 1] {
			let strongest = OpenList::<T>::get().into_inner().remove(0);
			let entry = Entries::<T>::get(ring(list), &strongest.miner).expect("it is in both");
			let mut seats = vec![strongest];
			for seed in 1..m {
				let miner = nobody::<T>(seed);
				let seat = Seat { miner, power: 1, leaf: H256::repeat_byte(1) };
				let entry = MinerEntry { power: 1, ..entry.clone() };
				Entries::<T>::insert(ring(list), &seat.miner, entry);
				seats.push(seat);
			}
			if list == 0 {
				let ends = (0..u128::from(m)).map(|index| u128::from(u64::MAX) + index);
				let miners = seats.iter().map(|seat| seat.miner.clone()).collect();
				FrozenMiners::<T>::insert(ring(0), BoundedVec::truncate_from(miners));
				FrozenPowers::<T>::insert(ring(0), BoundedVec::truncate_from(ends.collect()));
			} else {
				OpenList::<T>::put(BoundedVec::truncate_from(seats));
			}
		}
	}

	/// A report about the first of 1 000 miners, and the proof of its keys.
	fn authoring_case<T: Config>(keys: &MinerKeys) -> (EquivocationProof<HeaderFor<T>>, ListProof) {
		plant::<T>(1, Some(keys.clone()));
		deepen::<T>();
		make_block::<T>(GENESIS_SLOT);
		let ownership =
			Pallet::<T>::generate_key_ownership_proof(Slot::from(GENESIS_SLOT), keys.poci.clone())
				.expect("the key is in the list");
		(two_headers::<T>(GENESIS_SLOT, keys), ownership)
	}

	fn voting_case<T: Config>(
		keys: &MinerKeys,
	) -> (sp_consensus_grandpa::EquivocationProof<T::Hash, BlockNumberFor<T>>, ListProof) {
		plant::<T>(1, Some(keys.clone()));
		deepen::<T>();
		// The voters of genesis are those of the list: set 0 is in office in epoch 0.
		let voters = WeakBoundedVec::force_from(Pallet::<T>::voters_of(0), None);
		pallet_grandpa::Authorities::<T>::put(voters);
		make_block::<T>(GENESIS_SLOT);
		let set_id = pallet_grandpa::CurrentSetId::<T>::get();
		let ownership = Pallet::<T>::generate_voter_proof(set_id, keys.gran.clone())
			.expect("the key is in the list");
		(two_votes::<T>(set_id, keys), ownership)
	}

	/// Gives the genesis list the leaves of 1 000 miners.
	fn deepen<T: Config>() {
		FrozenLeaves::<T>::mutate(
			ring(0),
			|leaves| {
				while leaves.try_push(H256::repeat_byte(1)).is_ok() {}
			},
		);
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::benchmark_state(), crate::mock::Runtime);
}
