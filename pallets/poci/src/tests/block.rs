//! What `on_initialize` does with a block, and which blocks it refuses.

use crate::{mock::*, Election, Event, Pallet};
use frame::{
	deps::sp_runtime::Digest,
	testing_prelude::*,
	traits::{FindAuthor, Hooks},
};
use utnet_primitives_consensus_poci::{pre_runtime, PreDigest, Slot, POCI_ENGINE_ID};

/// A right pre-digest for the slot after a first block.
fn next_pre_digest() -> PreDigest {
	block(FIRST);
	let leader = Poci::slot_leader(Slot::from(FIRST + 1)).unwrap();
	pre_digest(FIRST + 1, &leader)
}

#[test]
fn the_first_block_fixes_the_genesis_slot_and_opens_epoch_0() {
	ExtBuilder::default().build_and_execute(|| {
		let leader = block(FIRST + 7);
		let state = Poci::state().unwrap();
		assert_eq!(state.genesis_slot, Some(Slot::from(FIRST + 7)));
		assert_eq!(Poci::configuration().genesis_slot, state.genesis_slot);
		assert_eq!(state.current_epoch(), 0);
		assert_eq!(events(), [Event::EpochOpened { epoch: 0, list: 0, miners: 3, power: 20 }],);
		let author = Poci::author().unwrap();
		assert_eq!((author.block, author.miner, author.index), (1, leader.miner, leader.index));
		assert_eq!(author.chip, leader.chip.map(|(chip, _)| chip));
	});
}

#[test]
fn every_block_mixes_its_vrf_output_into_the_randomness() {
	ExtBuilder::default().build_and_execute(|| {
		block(FIRST);
		let before = Poci::state().unwrap().randomness();
		let leader = Poci::slot_leader(Slot::from(FIRST + 1)).unwrap();
		let pre_digest = pre_digest(FIRST + 1, &leader);
		begin_with(&pre_digest);
		let expected = blake2_256(&[before.as_bytes(), &pre_digest.pre_output()[..]].concat());
		assert_eq!(Poci::state().unwrap().randomness(), H256(expected));
	});
}

#[test]
fn the_author_is_found_by_the_digest_of_its_block() {
	ExtBuilder::default().build_and_execute(|| {
		let pre_digest = next_pre_digest();
		begin_with(&pre_digest);
		let data = codec::Encode::encode(&pre_digest);
		let found = Pallet::<Runtime>::find_author([(POCI_ENGINE_ID, &data[..])]);
		assert_eq!(found, Poci::author().map(|author| author.miner));
		assert!(found.is_some());
		assert_eq!(Pallet::<Runtime>::find_author([(*b"else", &data[..])]), None);

		let other = PreDigest { slot: Slot::from(FIRST + 2), ..pre_digest };
		let data = codec::Encode::encode(&other);
		assert_eq!(Pallet::<Runtime>::find_author([(POCI_ENGINE_ID, &data[..])]), None);
	});
}

#[test]
fn a_block_without_a_digest_leaves_the_state_untouched() {
	ExtBuilder::default().build_and_execute(|| {
		run_to(FIRST + EPOCH + 3);
		let block = System::block_number() + 1;
		System::reset_events();
		System::initialize(&block, &System::block_hash(block - 1), &Digest::default());
		frame::testing_prelude::assert_storage_noop!({
			Poci::on_initialize(block);
		});
		assert_eq!(Poci::author(), None);
		assert!(events().is_empty());
		// The timestamp need not be of any slot.
		end((last_slot() + 1_000) * SLOT);
	});
}

#[test]
fn the_weight_tells_an_epoch_change_from_an_ordinary_block() {
	use crate::{weights::EstimatedWeight, WeightInfo};
	ExtBuilder::default().build_and_execute(|| {
		let weigh = |slot: u64| {
			let leader = Poci::slot_leader(Slot::from(slot)).unwrap();
			let digest = Digest { logs: vec![pre_runtime(&pre_digest(slot, &leader))] };
			let block = System::block_number() + 1;
			System::initialize(&block, &H256::zero(), &digest);
			Poci::on_initialize(block)
		};
		type Weights = EstimatedWeight<Runtime>;
		assert_eq!(weigh(FIRST), Weights::on_initialize_epoch(3));
		assert_eq!(weigh(FIRST + 1), Weights::on_initialize_block());
		assert_eq!(weigh(FIRST + EPOCH), Weights::on_initialize_epoch(3));
		System::initialize(&4, &H256::zero(), &Digest::default());
		assert_eq!(Poci::on_initialize(4), Weights::on_initialize_without_digest());
	});
}

#[test]
#[should_panic(expected = "poci refuses the block: Some(WrongLeader)")]
fn a_wrong_author_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let right = next_pre_digest();
		begin_with(&PreDigest { leader: (right.leader + 1) % 3, ..right });
	});
}

#[test]
#[should_panic(expected = "poci refuses the block: Some(WrongChip)")]
fn a_wrong_chip_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let right = next_pre_digest();
		begin_with(&PreDigest { chip: Some(H256::repeat_byte(0xcc)), ..right });
	});
}

#[test]
#[should_panic(expected = "poci refuses the block: Some(NoRecovery)")]
fn a_block_without_a_chip_is_refused_where_nothing_allows_it() {
	ExtBuilder::default().build_and_execute(|| {
		let right = next_pre_digest();
		begin_with(&PreDigest { chip: None, ..right });
	});
}

#[test]
#[should_panic(expected = "poci refuses the block: Some(NoLeader)")]
fn a_block_in_an_empty_slot_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let right = next_pre_digest();
		set_all_dead(true);
		begin_with(&right);
	});
}

#[test]
#[should_panic(expected = "poci refuses the block: Some(SlotNotAfterParent)")]
fn a_second_block_in_the_parents_slot_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let right = next_pre_digest();
		begin_with(&PreDigest { slot: Slot::from(FIRST), ..right });
	});
}

#[test]
#[should_panic(expected = "poci refuses the block: Some(SlotNotAfterParent)")]
fn a_block_in_a_slot_before_the_parents_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let right = next_pre_digest();
		begin_with(&PreDigest { slot: Slot::from(FIRST - 1), ..right });
	});
}

#[test]
#[should_panic(expected = "poci refuses the block: Some(Digest(SecondPreDigest))")]
fn two_pre_digests_are_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let right = pre_runtime(&next_pre_digest());
		begin(Digest { logs: vec![right.clone(), right] });
	});
}

#[test]
#[should_panic(expected = "poci refuses the block: Some(Digest(MalformedPreDigest))")]
fn a_malformed_pre_digest_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let mut bytes = codec::Encode::encode(&next_pre_digest());
		bytes.push(0);
		let item = frame::deps::sp_runtime::DigestItem::PreRuntime(POCI_ENGINE_ID, bytes);
		begin(Digest { logs: vec![item] });
	});
}

#[test]
#[should_panic(expected = "poci refuses the block: Some(NotConfigured)")]
fn a_block_is_refused_where_genesis_was_not_built() {
	ExtBuilder::default().build_and_execute(|| {
		let right = next_pre_digest();
		Election::<Runtime>::kill();
		begin_with(&right);
	});
}
