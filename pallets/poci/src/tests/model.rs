//! The pallet against a naive model that remembers the whole chain, over random patterns of blocks,
//! skipped epochs, forks, claims and rotations.

use crate::mock::*;
use frame::testing_prelude::*;
use proptest::prelude::*;
use utnet_primitives_consensus_poci::{epoch_seed, epochs::mix, genesis_randomness, kappa, Slot};

/// A block as the model remembers it.
#[derive(Clone)]
struct Block {
	slot: u64,
	pre_output: [u8; 32],
	/// The open list when the block began.
	open: Vec<(u64, u128)>,
}

/// The whole chain.
#[derive(Clone)]
struct Model {
	genesis: Vec<(u64, u128)>,
	entropy: H256,
	blocks: Vec<Block>,
}

impl Model {
	fn new(genesis: Vec<(u64, u128)>) -> Self {
		Self { genesis, entropy: genesis_randomness(&H256::repeat_byte(9)), blocks: vec![] }
	}

	fn epoch_of(&self, slot: u64) -> u64 {
		self.blocks.first().map_or(0, |first| (slot - first.slot) / EPOCH)
	}

	/// The list and the randomness that elect `epoch`.
	fn electing(&self, epoch: u64) -> (Vec<(u64, u128)>, H256) {
		let Some(latest) = epoch.checked_sub(2) else {
			return (self.genesis.clone(), self.entropy);
		};
		let until: Vec<_> =
			self.blocks.iter().filter(|block| self.epoch_of(block.slot) <= latest).collect();
		let Some(last) = until.last() else { return (self.genesis.clone(), self.entropy) };
		let last_epoch = self.epoch_of(last.slot);
		let first = until.iter().find(|block| self.epoch_of(block.slot) == last_epoch).unwrap();
		let randomness =
			until.iter().fold(self.entropy, |before, block| mix(&before, &block.pre_output));
		(first.open.clone(), randomness)
	}

	/// Who is drawn for `slot`.
	fn drawn(&self, slot: u64) -> u64 {
		let epoch = self.epoch_of(slot);
		let (list, randomness) = self.electing(epoch);
		let first = self.blocks.first().map_or(slot, |first| first.slot);
		let total = list.iter().map(|(_, power)| power).sum();
		let mut point = kappa(
			&epoch_seed(epoch, &randomness),
			Slot::from(slot),
			u32::try_from((slot - first) % EPOCH).unwrap(),
			u32::try_from(EPOCH).unwrap(),
			total,
		)
		.unwrap();
		for (miner, power) in list {
			if point < power {
				return miner;
			}
			point -= power;
		}
		unreachable!("the point is below the total")
	}

	/// Makes the block of `slot` on chain and model and compares their authors.
	fn block(&mut self, slot: u64) -> Result<(), TestCaseError> {
		let leader = Poci::slot_leader(Slot::from(slot));
		let leader = leader.expect("all chips of the model seal");
		prop_assert_eq!(leader.miner, self.drawn(slot));
		let open = open_list();
		let pre_digest = pre_digest(slot, &leader);
		// The hook asserts that it derives the leader that the API told.
		begin_with(&pre_digest);
		end(slot * SLOT);
		prop_assert_eq!(Poci::author().map(|author| author.miner), Some(leader.miner));
		self.blocks.push(Block { slot, pre_output: pre_digest.pre_output(), open });
		Ok(())
	}
}

#[derive(Clone, Debug)]
enum Step {
	/// A block after so many slots.
	Block(u64),
	/// A block after so many epochs and slots.
	Skip(u64, u64),
	/// Blocks after these gaps on a fork that loses.
	Fork(Vec<u64>),
	/// So many new chips for a miner.
	Claim(u64, u32),
	/// New session keys for a miner.
	Rotate(u64, u8),
}

fn step() -> impl Strategy<Value = Step> {
	prop_oneof![
		8 => (1u64..8).prop_map(Step::Block),
		2 => (1u64..5, 0u64..EPOCH).prop_map(|(epochs, slots)| Step::Skip(epochs, slots)),
		1 => (48u64..53, 0u64..EPOCH).prop_map(|(epochs, slots)| Step::Skip(epochs, slots)),
		1 => proptest::collection::vec(1u64..30, 1..4).prop_map(Step::Fork),
		2 => (1u64..6, 1u32..9).prop_map(|(who, count)| Step::Claim(who, count)),
		1 => (1u64..6, 0u8..5).prop_map(|(who, generation)| Step::Rotate(who, generation)),
	]
}

fn run(steps: Vec<Step>) -> Result<(), TestCaseError> {
	let mut model = Model::new(vec![(1, 10), (2, 6), (3, 4)]);
	model.block(FIRST)?;
	for step in steps {
		let last = last_slot();
		match step {
			Step::Block(gap) => model.block(last + gap)?,
			Step::Skip(epochs, slots) => model.block(last + epochs * EPOCH + slots)?,
			Step::Fork(gaps) => {
				let mut fork = model.clone();
				frame::testing_prelude::hypothetically!({
					gaps.into_iter().try_for_each(|gap| fork.block(last_slot() + gap))
				})?;
			}
			Step::Claim(who, count) => {
				if registry(|all| !all.keys.contains_key(&who)) {
					set_keys(who, 0);
				}
				give(who, count);
			}
			Step::Rotate(who, generation) => {
				if registry(|all| all.keys.contains_key(&who)) {
					set_keys(who, generation);
				}
			}
		}
	}
	Ok(())
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn api_hook_and_model_agree_on_random_chains(
		steps in proptest::collection::vec(step(), 1..60)
	) {
		let mut outcome = Ok(());
		ExtBuilder::default().build_and_execute(|| outcome = run(steps));
		outcome?;
	}
}
