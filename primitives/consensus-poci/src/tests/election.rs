//! The election state against a naive recomputation from the whole chain.

use codec::{Decode, Encode, MaxEncodedLen};
use proptest::prelude::*;
use sp_core::H256;
use sp_crypto_hashing::blake2_256;

use crate::{
	epoch_seed, genesis_randomness, ElectionState, ElectionStateVersions, Elector, Slot,
	GENESIS_LIST, RECOVERY_GAP,
};

const LENGTH: u32 = 6;

fn entropy() -> H256 {
	H256::repeat_byte(0xe7)
}

fn state() -> ElectionState {
	ElectionState::new(1_000, LENGTH, &entropy())
}

/// A block of the model: everything that the election depends on.
#[derive(Clone, Debug)]
struct Block {
	slot: u64,
	pre_output: [u8; 32],
	/// Whether the open list may be adopted if the block is the first of its epoch.
	adopts: bool,
}

/// Executes a block as the pallet does: open, elect, mix, note.
fn execute(state: &mut ElectionState, block: &Block, adopted: &mut u64) -> Elector {
	let slot = Slot::from(block.slot);
	let virtually = state.elector(slot);
	if state.opens_epoch(slot).is_some() {
		if block.adopts {
			*adopted += 1;
		}
		assert!(state.open_epoch_if_new(slot, *adopted).is_some());
	}
	assert_eq!(state.open_epoch_if_new(slot, *adopted), None);
	let elector = state.elector(slot);
	assert_eq!(elector, virtually);
	state.mix(&block.pre_output);
	state.note_block(slot, false);
	elector
}

/// The same from the definitions of the specification, looking at the whole chain each time.
struct Naive<'a>(&'a [Block]);

impl Naive<'_> {
	fn epoch(&self, slot: u64) -> i64 {
		let genesis = self.0.first().map_or(slot, |block| block.slot);
		i64::try_from((slot - genesis) / u64::from(LENGTH)).unwrap()
	}

	fn index(&self, slot: u64) -> u32 {
		let genesis = self.0.first().map_or(slot, |block| block.slot);
		u32::try_from((slot - genesis) % u64::from(LENGTH)).unwrap()
	}

	/// First blocks of epochs up to `x`, in order.
	fn openers(&self, x: i64) -> impl Iterator<Item = &Block> {
		self.0
			.iter()
			.enumerate()
			.filter(|(n, block)| {
				n.checked_sub(1)
					.is_none_or(|before| self.epoch(self.0[before].slot) < self.epoch(block.slot))
			})
			.map(|(_, block)| block)
			.filter(move |block| self.epoch(block.slot) <= x)
	}

	fn list(&self, x: i64) -> u64 {
		GENESIS_LIST + self.openers(x).filter(|block| block.adopts).count() as u64
	}

	fn freeze_epoch(&self, x: i64) -> u64 {
		let last = self.openers(x).filter(|block| block.adopts).last();
		last.map_or(0, |block| u64::try_from(self.epoch(block.slot)).unwrap())
	}

	fn randomness(&self, x: i64) -> H256 {
		let genesis = [&b"utnet:poci-genesis:v1"[..], entropy().as_bytes()].concat();
		self.0.iter().filter(|block| self.epoch(block.slot) <= x).fold(
			blake2_256(&genesis).into(),
			|mixed: H256, block| {
				blake2_256(&[mixed.as_bytes(), &block.pre_output[..]].concat()).into()
			},
		)
	}

	fn elector(&self, slot: u64) -> Elector {
		let epoch = self.epoch(slot);
		let number = u64::try_from(epoch).unwrap();
		let preimage = [
			&b"utnet:poci-seed:v1"[..],
			&number.to_le_bytes(),
			self.randomness(epoch - 2).as_bytes(),
		]
		.concat();
		Elector {
			epoch: number,
			index_in_epoch: self.index(slot),
			seed: blake2_256(&preimage).into(),
			list: self.list(epoch - 2),
			freeze_epoch: self.freeze_epoch(epoch - 2),
		}
	}
}

/// Every slot of the epochs ahead that matter, from the slot after the last block.
fn slots_ahead(last: u64) -> impl Iterator<Item = u64> {
	let length = u64::from(LENGTH);
	(1..4 * length + 2)
		.chain([10 * length, 50 * length, 50 * length + 3, 51 * length, 1_000 * length])
		.map(move |ahead| last + ahead)
}

#[test]
fn before_block_1_any_slot_is_the_first() {
	let state = state();
	for slot in [0, 1, 1_000_000, u64::MAX] {
		let elector = state.elector(Slot::from(slot));
		let seed = epoch_seed(0, &genesis_randomness(&entropy()));
		let first =
			Elector { epoch: 0, index_in_epoch: 0, seed, list: GENESIS_LIST, freeze_epoch: 0 };
		assert_eq!(elector, first);
		assert!(!state.is_recovery(Slot::from(slot)));
	}
	assert_eq!(state.first_slot(0), None);
}

#[test]
fn epochs_0_and_1_use_genesis_whatever_their_blocks_do() {
	let (mut state, mut adopted) = (state(), GENESIS_LIST);
	for slot in 100..100 + 2 * u64::from(LENGTH) {
		let block = Block { slot, pre_output: [1; 32], adopts: true };
		let elector = execute(&mut state, &block, &mut adopted);
		assert_eq!(elector.list, GENESIS_LIST);
		assert_eq!(elector.seed, epoch_seed(elector.epoch, &genesis_randomness(&entropy())));
	}
	let third = state.elector(Slot::from(100 + 2 * u64::from(LENGTH)));
	assert_eq!((third.list, third.freeze_epoch), (GENESIS_LIST + 1, 0));
}

#[test]
fn the_seed_of_the_next_epoch_is_fixed_and_of_the_one_after_is_not() {
	let (mut state, mut adopted) = (state(), GENESIS_LIST);
	let at = |epoch: u64| Slot::from(100 + epoch * u64::from(LENGTH));
	let block = |slot| Block { slot, pre_output: [7; 32], adopts: true };
	execute(&mut state, &block(100), &mut adopted);
	execute(&mut state, &block(*at(1)), &mut adopted);
	let before = (state.elector(at(2)), state.elector(at(3)));
	assert!(state.is_seed_fixed(at(2)) && !state.is_seed_fixed(at(3)));
	execute(&mut state, &block(*at(1) + 1), &mut adopted);
	let after = (state.elector(at(2)), state.elector(at(3)));
	assert_eq!(before.0, after.0);
	assert_ne!(before.1.seed, after.1.seed);
	assert_eq!(before.1.list, after.1.list);
}

#[test]
fn a_list_that_is_not_replaced_keeps_its_freeze_epoch() {
	let (mut state, mut adopted) = (state(), GENESIS_LIST);
	for epoch in 0..6u64 {
		let slot = 100 + epoch * u64::from(LENGTH);
		let block = Block { slot, pre_output: [1; 32], adopts: epoch == 1 };
		execute(&mut state, &block, &mut adopted);
	}
	let last = state.records.last().unwrap();
	assert_eq!((last.epoch, last.list, last.freeze_epoch), (5, GENESIS_LIST + 1, 1));
}

#[test]
fn slots_before_genesis_and_at_the_end_of_time_do_no_harm() {
	let (mut state, mut adopted) = (state(), GENESIS_LIST);
	execute(&mut state, &Block { slot: 100, pre_output: [1; 32], adopts: true }, &mut adopted);
	assert_eq!(state.elector(Slot::from(5)).index_in_epoch, 0);
	assert_eq!(state.elector(Slot::from(u64::MAX)).epoch, (u64::MAX - 100) / u64::from(LENGTH));
	assert_eq!(state.first_slot(2), Some(Slot::from(100 + 2 * u64::from(LENGTH))));
	assert_eq!(state.first_slot(u64::MAX), None);
	let mut broken = ElectionState { epoch_length: 0, ..state };
	assert_eq!(broken.elector(Slot::from(103)).epoch, 3);
	broken.note_block(Slot::from(u64::MAX), false);
	assert!(broken.is_recovery(Slot::from(u64::MAX)));
}

#[test]
fn slots_of_epochs_that_are_over_are_not_covered() {
	let (mut state, mut adopted) = (state(), GENESIS_LIST);
	for slot in [100, 100 + u64::from(LENGTH) + 2] {
		execute(&mut state, &Block { slot, pre_output: [1; 32], adopts: true }, &mut adopted);
	}
	assert!(!state.covers(Slot::from(100)));
	assert!(state.covers(Slot::from(100 + u64::from(LENGTH))));
}

#[test]
fn recovery_opens_200_slots_after_the_parent() {
	let (mut state, mut adopted) = (state(), GENESIS_LIST);
	execute(&mut state, &Block { slot: 100, pre_output: [1; 32], adopts: true }, &mut adopted);
	assert!(!state.is_recovery(Slot::from(100 + RECOVERY_GAP - 1)));
	assert!(state.is_recovery(Slot::from(100 + RECOVERY_GAP)));
}

#[test]
fn a_recovery_block_waives_the_chip_until_its_epoch_ends() {
	let mut state = state();
	state.open_epoch_if_new(Slot::from(100), GENESIS_LIST);
	state.note_block(Slot::from(100), false);
	// 312 is the third slot of epoch 35.
	state.open_epoch_if_new(Slot::from(312), GENESIS_LIST);
	state.note_block(Slot::from(312), true);
	assert!(state.is_recovery(Slot::from(313)));
	// A normally sealed block does not end it.
	state.note_block(Slot::from(314), false);
	assert!(state.is_recovery(Slot::from(315)));
	assert!(!state.is_recovery(Slot::from(316)));
	assert!(state.is_recovery(Slot::from(314 + RECOVERY_GAP)));
}

#[test]
fn a_normal_block_opens_no_waiver() {
	let mut state = state();
	state.open_epoch_if_new(Slot::from(100), GENESIS_LIST);
	state.note_block(Slot::from(100), false);
	state.open_epoch_if_new(Slot::from(400), GENESIS_LIST);
	state.note_block(Slot::from(400), false);
	assert!(!state.is_recovery(Slot::from(401)));
}

#[test]
fn the_stored_form_has_a_version() {
	let (mut state, mut adopted) = (state(), GENESIS_LIST);
	for slot in [100, 120, 140, 160] {
		execute(&mut state, &Block { slot, pre_output: [1; 32], adopts: true }, &mut adopted);
	}
	let encoded = ElectionStateVersions::from(state.clone()).encode();
	assert_eq!(encoded.first(), Some(&1));
	assert!(encoded.len() <= ElectionStateVersions::max_encoded_len());
	let decoded = ElectionStateVersions::decode(&mut &encoded[..]).unwrap();
	assert_eq!(decoded.into_latest(), state);
	assert!(ElectionStateVersions::decode(&mut &[0u8, 1, 2][..]).is_err());
}

/// How far a block is from its parent: mostly near, sometimes 1, 2, 3 or 50 epochs.
fn any_gap() -> impl Strategy<Value = u64> {
	let length = u64::from(LENGTH);
	prop_oneof![
		8 => 1..=2u64,
		4 => 1..=length,
		1 => length..=2 * length,
		1 => 2 * length..=3 * length,
		1 => 3 * length..=4 * length,
		1 => 50 * length..=51 * length,
	]
}

prop_compose! {
	/// A block on top of an earlier one, chosen by `parent` among all so far.
	fn any_block()(
		parent in any::<prop::sample::Index>(),
		extends in prop::bool::weighted(0.8),
		gap in any_gap(),
		pre_output: [u8; 32],
		adopts in prop::bool::weighted(0.7),
	) -> (Option<prop::sample::Index>, u64, [u8; 32], bool) {
		((!extends).then_some(parent), gap, pre_output, adopts)
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(200))]

	#[test]
	fn the_state_agrees_with_the_whole_chain_on_every_fork(
		genesis in 0u64..1_000_000,
		blocks in prop::collection::vec(any_block(), 1..60),
	) {
		// Every node of the tree keeps its chain, its state and its number of adoptions.
		let mut tree: Vec<(Vec<Block>, ElectionState, u64)> = vec![(vec![], state(), GENESIS_LIST)];
		for (parent, gap, pre_output, adopts) in blocks {
			let parent = parent.map_or(tree.len() - 1, |index| index.index(tree.len()));
			let (mut chain, mut state, mut adopted) = tree[parent].clone();
			let slot = chain.last().map_or(genesis, |block| block.slot) + gap;
			let block = Block { slot, pre_output, adopts };
			let elector = execute(&mut state, &block, &mut adopted);
			// The elector of a block does not depend on the block, but for the genesis slot.
			chain.push(block);
			let naive = Naive(&chain);
			prop_assert_eq!(&elector, &naive.elector(slot));
			prop_assert_eq!(state.epoch_of(Slot::from(slot)), naive.elector(slot).epoch);
			prop_assert_eq!(state.current_epoch(), naive.elector(slot).epoch);
			prop_assert_eq!(state.randomness(), naive.randomness(i64::MAX));
			prop_assert_eq!(*state.parent_slot, slot);
			for slot in slots_ahead(slot) {
				prop_assert_eq!(state.elector(Slot::from(slot)), naive.elector(slot));
			}
			tree.push((chain, state, adopted));
		}
	}

	#[test]
	fn jumps_of_whole_epochs_agree_with_the_whole_chain(
		jumps in prop::collection::vec(prop::sample::select(vec![0u64, 1, 2, 3, 50]), 1..30),
		offsets in prop::collection::vec(0..u64::from(LENGTH), 30),
		adoptions in prop::collection::vec(any::<bool>(), 30),
	) {
		let (mut state, mut adopted, mut chain) = (state(), GENESIS_LIST, Vec::<Block>::new());
		let mut epoch = 0;
		for (n, jump) in jumps.iter().enumerate() {
			epoch += jump;
			let at = 500 + epoch * u64::from(LENGTH) + if n == 0 { 0 } else { offsets[n] };
			let first = chain.first().map_or(at, |block| block.slot);
			let next = chain.last().map_or(first, |block| block.slot + 1);
			let slot = at.max(next);
			let pre_output = blake2_256(&slot.to_le_bytes());
			let block = Block { slot, pre_output, adopts: adoptions[n] };
			let elector = execute(&mut state, &block, &mut adopted);
			chain.push(block);
			let naive = Naive(&chain);
			prop_assert_eq!(elector, naive.elector(slot));
			for slot in slots_ahead(slot) {
				prop_assert_eq!(state.elector(Slot::from(slot)), naive.elector(slot));
			}
		}
	}
}
