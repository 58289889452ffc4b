//! A runtime with the real timestamp and GRANDPA, and a registry of chips and keys in thread-local
//! variables.

use crate as pallet_poci;
use crate::{
	CandidateSink, ChipRegistry, GrandpaReports, GrandpaWeights, KeyRegistry, ListProof, MinerKeys,
	MinimumPeriod,
};
use core::cell::RefCell;
use frame::{
	deps::{
		sp_core::{ed25519, sr25519, Pair},
		sp_runtime::{generic, testing::TestXt, Digest},
	},
	runtime::prelude::*,
	testing_prelude::*,
	traits::{OnFinalize, OnInitialize},
};
use std::collections::{BTreeMap, BTreeSet};
use utnet_primitives_consensus_poci::{
	pre_runtime, vrf_sign_data, EpochIndex, GroupEntry, Leader, PreDigest, SeatedChip, Slot,
	Standing, TooMuchPower,
};
use utnet_primitives_security_engine::{BatchId, ChipId, IdentityKey, VendorId};

pub(crate) type AccountId = u64;
pub(crate) type Extension = frame_system::AuthorizeCall<Runtime>;
pub(crate) type Extrinsic = TestXt<RuntimeCall, Extension>;
pub(crate) type Header = generic::Header<u64, BlakeTwo256>;
pub(crate) type Block = generic::Block<Header, Extrinsic>;

#[frame_construct_runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Runtime;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(2)]
	pub type Poci = pallet_poci;
	#[runtime::pallet_index(3)]
	pub type Grandpa = pallet_grandpa;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Runtime {
	type Block = Block;
	type BlockHashCount = ConstU64<256>;
}

impl pallet_timestamp::Config for Runtime {
	type Moment = u64;
	type OnTimestampSet = Poci;
	type MinimumPeriod = MinimumPeriod<Runtime>;
	type WeightInfo = ();
}

impl pallet_grandpa::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = GrandpaWeights<Runtime>;
	type MaxAuthorities = ConstU32<100>;
	type MaxNominators = ConstU32<0>;
	type MaxSetIdSessionEntries = ConstU64<2_000>;
	type KeyOwnerProof = ListProof;
	type EquivocationReportSystem = GrandpaReports<Runtime>;
}

impl pallet_poci::Config for Runtime {
	type Chips = FakeChips;
	type Keys = FakeKeys;
	type AdminOrigin = EnsureRoot<AccountId>;
	type WeightInfo = pallet_poci::weights::EstimatedWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = BenchmarkChips;
}

impl frame_system::offchain::CreateTransactionBase<pallet_poci::Call<Runtime>> for Runtime {
	type Extrinsic = Extrinsic;
	type RuntimeCall = RuntimeCall;
}

impl frame_system::offchain::CreateTransaction<pallet_poci::Call<Runtime>> for Runtime {
	type Extension = Extension;

	fn create_transaction(call: RuntimeCall, extension: Extension) -> Extrinsic {
		Extrinsic::new_transaction(call, extension)
	}
}

impl frame_system::offchain::CreateAuthorizedTransaction<pallet_poci::Call<Runtime>> for Runtime {
	fn create_extension() -> Extension {
		Extension::new()
	}
}

/// A chip of the fake registry.
#[derive(Clone)]
pub(crate) struct FakeChip {
	pub(crate) id: ChipId,
	pub(crate) since: EpochIndex,
	pub(crate) claimed: bool,
}

/// The fake registry.
#[derive(Clone, Default)]
pub(crate) struct Registry {
	/// Chips by owner and batch, with the power of one.
	pub(crate) chips: BTreeMap<AccountId, BTreeMap<BatchId, (u64, Vec<FakeChip>)>>,
	pub(crate) versions: BTreeMap<AccountId, u64>,
	/// Batches that are not live.
	pub(crate) dead: BTreeSet<BatchId>,
	pub(crate) keys: BTreeMap<AccountId, MinerKeys>,
	/// Who was penalised by how much, in the order it happened.
	pub(crate) penalties: Vec<(AccountId, Perbill)>,
	/// Power counted as removed, and how much may be without force.
	pub(crate) removed: u128,
	pub(crate) removable: u128,
	next_chip: u64,
}

thread_local! {
	static REGISTRY: RefCell<Registry> = RefCell::new(Registry::default());
}

/// Reads or changes the fake registry.
pub(crate) fn registry<R>(with: impl FnOnce(&mut Registry) -> R) -> R {
	REGISTRY.with(|registry| with(&mut registry.borrow_mut()))
}

pub struct FakeChips;

impl ChipRegistry<AccountId> for FakeChips {
	fn standing(who: &AccountId) -> Option<Standing> {
		registry(|all| {
			let groups: Vec<_> = all
				.chips
				.get(who)?
				.iter()
				.filter(|(batch, (_, chips))| !all.dead.contains(batch) && !chips.is_empty())
				.map(|(batch, (unit, chips))| {
					GroupEntry::full(*batch, *unit, u32::try_from(chips.len()).unwrap())
				})
				.collect();
			(!groups.is_empty()).then(|| Standing {
				set_version: all.versions.get(who).copied().unwrap_or(0),
				groups: groups.try_into().unwrap(),
			})
		})
	}

	fn chip_at(who: &AccountId, batch: BatchId, place: u32) -> Option<SeatedChip> {
		registry(|all| {
			let (_, chips) = all.chips.get(who)?.get(&batch)?;
			let chip = chips.get(usize::try_from(place).unwrap())?;
			Some(SeatedChip {
				id: chip.id,
				identity_key: IdentityKey::P256([2; 33]),
				since_epoch: chip.since,
				may_seal: chip.claimed && !all.dead.contains(&batch),
			})
		})
	}

	fn has_live_chip(who: &AccountId) -> bool {
		Self::standing(who).is_some()
	}

	fn penalise(who: &AccountId, share: Perbill) -> u128 {
		registry(|all| all.penalties.push((*who, share)));
		share * 1_000u128
	}

	fn note_removal(power: u128, force: bool) -> Result<(), TooMuchPower> {
		registry(|all| {
			if !force && all.removed + power > all.removable {
				return Err(TooMuchPower);
			}
			all.removed += power;
			Ok(())
		})
	}
}

pub struct FakeKeys;

impl KeyRegistry<AccountId> for FakeKeys {
	fn keys_of(who: &AccountId) -> Option<MinerKeys> {
		registry(|all| all.keys.get(who).cloned())
	}
}

/// The batch that most tests use.
pub(crate) const BATCH: BatchId = BatchId { vendor: VendorId(0), number: 0 };

/// A second batch, of other chips.
pub(crate) const OTHER_BATCH: BatchId = BatchId { vendor: VendorId(0), number: 1 };

/// Milliseconds of a slot.
pub(crate) const SLOT: u64 = 1_000;

/// Slots of an epoch.
pub(crate) const EPOCH: u64 = 20;

/// The slot of block 1.
pub(crate) const FIRST: u64 = 1_000_000;

/// The pairs of the session keys that `who` makes the `generation`-th time.
pub(crate) fn pairs(who: AccountId, generation: u8) -> (sr25519::Pair, ed25519::Pair) {
	let mut seed = [generation; 32];
	seed[..8].copy_from_slice(&who.to_le_bytes());
	(sr25519::Pair::from_seed(&seed), ed25519::Pair::from_seed(&seed))
}

/// The public keys of [`pairs`].
pub(crate) fn keys(who: AccountId, generation: u8) -> MinerKeys {
	let (poci, gran) = pairs(who, generation);
	MinerKeys { poci: poci.public().into(), gran: gran.public().into() }
}

/// The pair behind an author's public key.
fn author_pair(leader: &Leader<AccountId>) -> sr25519::Pair {
	(0..5)
		.map(|generation| pairs(leader.miner, generation).0)
		.find(|pair| leader.session_key == pair.public().into())
		.expect("miners of the mock have keys of the first generations")
}

/// Gives `who` chips without telling the election.
pub(crate) fn give_quietly(who: AccountId, batch: BatchId, unit: u64, count: u32) {
	let since = <Poci as CandidateSink<AccountId>>::current_epoch();
	registry(|all| {
		let group = all.chips.entry(who).or_default().entry(batch).or_insert((unit, vec![]));
		for _ in 0..count {
			all.next_chip += 1;
			let id = H256::from_low_u64_be(all.next_chip);
			group.1.push(FakeChip { id, since, claimed: true });
		}
		*all.versions.entry(who).or_default() += 1;
	});
}

/// Gives `who` chips of [`BATCH`] with 1 GOPS each.
pub(crate) fn give(who: AccountId, count: u32) {
	give_quietly(who, BATCH, 1, count);
	Poci::chips_changed(&who);
}

/// Takes all chips of `who`.
pub(crate) fn take_all(who: AccountId) {
	registry(|all| all.chips.remove(&who));
	Poci::chips_changed(&who);
}

/// Sets the session keys of `who`.
pub(crate) fn set_keys(who: AccountId, generation: u8) {
	registry(|all| all.keys.insert(who, keys(who, generation)));
}

/// Makes every chip of [`BATCH`] and [`OTHER_BATCH`] dead or live.
pub(crate) fn set_all_dead(dead: bool) {
	registry(|all| {
		all.dead = if dead { BTreeSet::from([BATCH, OTHER_BATCH]) } else { BTreeSet::new() };
	});
}

/// A pre-digest of `slot` as the leader makes it; with the chip's seal where there is one.
pub(crate) fn pre_digest(slot: u64, leader: &Leader<AccountId>) -> PreDigest {
	use frame::deps::sp_core::crypto::VrfSecret;
	let slot = Slot::from(slot);
	let data = vrf_sign_data(&leader.seed, slot, Poci::epoch_of(slot));
	PreDigest {
		slot,
		leader: leader.index,
		chip: leader.chip.as_ref().map(|(chip, _)| *chip),
		vrf: author_pair(leader).vrf_sign(&data),
	}
}

/// Begins a block with `digest`.
pub(crate) fn begin(digest: Digest) {
	let block = System::block_number() + 1;
	let parent = if block == 1 { H256::zero() } else { System::block_hash(block - 1) };
	System::reset_events();
	System::initialize(&block, &parent, &digest);
	AllPalletsWithSystem::on_initialize(block);
}

/// Begins the block of `pre_digest`.
pub(crate) fn begin_with(pre_digest: &PreDigest) {
	begin(Digest { logs: vec![pre_runtime(pre_digest)] });
}

/// Ends a block whose timestamp is `moment`; its header.
pub(crate) fn end(moment: u64) -> Header {
	Timestamp::set(RuntimeOrigin::none(), moment).unwrap();
	AllPalletsWithSystem::on_finalize(System::block_number());
	let header = System::finalize();
	frame_system::BlockHash::<Runtime>::insert(System::block_number(), header.hash());
	Poci::do_try_state().unwrap();
	header
}

/// Makes the block of `slot` if it has a leader: its header and its author.
pub(crate) fn try_block(slot: u64) -> Option<(Header, Leader<AccountId>)> {
	let leader = Poci::slot_leader(Slot::from(slot))?;
	begin_with(&pre_digest(slot, &leader));
	Some((end(slot * SLOT + SLOT / 3), leader))
}

/// Makes the block of `slot`, which has a leader.
pub(crate) fn block(slot: u64) -> Leader<AccountId> {
	try_block(slot).expect("the slot has a leader").1
}

/// The slot of the last block.
pub(crate) fn last_slot() -> u64 {
	Poci::state().unwrap().parent_slot.into()
}

/// Makes blocks in all slots up to `slot` that have a leader.
pub(crate) fn run_to(slot: u64) {
	let next = Poci::state().unwrap().genesis_slot.map_or(FIRST, |_| last_slot() + 1);
	for slot in next..=slot {
		try_block(slot);
	}
}

/// The first slot of `epoch`.
pub(crate) fn slot_of(epoch: u64) -> u64 {
	FIRST + epoch * EPOCH
}

/// Makes blocks up to the first one of `epoch`.
pub(crate) fn run_to_epoch(epoch: u64) {
	run_to(slot_of(epoch) - 1);
	let mut slot = slot_of(epoch);
	while try_block(slot).is_none() {
		slot += 1;
	}
}

/// The events of the pallet in this block.
pub(crate) fn events() -> Vec<pallet_poci::Event<Runtime>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Poci(event) => Some(event),
			_ => None,
		})
		.collect()
}

/// The miners of the open list with their powers.
pub(crate) fn open_list() -> Vec<(AccountId, u128)> {
	crate::OpenList::<Runtime>::get().iter().map(|seat| (seat.miner, seat.power)).collect()
}

/// Builds a chain's genesis.
pub(crate) struct ExtBuilder {
	miners: Vec<(AccountId, u32)>,
	epoch_length: u32,
	entropy: H256,
	voters: bool,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self {
			miners: vec![(1, 10), (2, 6), (3, 4)],
			epoch_length: u32::try_from(EPOCH).unwrap(),
			entropy: H256::repeat_byte(9),
			voters: true,
		}
	}
}

impl ExtBuilder {
	/// Miners, each with its number of chips of 1 GOPS.
	pub(crate) fn miners(mut self, miners: &[(AccountId, u32)]) -> Self {
		self.miners = miners.to_vec();
		self
	}

	pub(crate) fn epoch_length(mut self, slots: u32) -> Self {
		self.epoch_length = slots;
		self
	}

	pub(crate) fn entropy(mut self, byte: u8) -> Self {
		self.entropy = H256::repeat_byte(byte);
		self
	}

	/// Leaves the voters of genesis out.
	pub(crate) fn without_voters(mut self) -> Self {
		self.voters = false;
		self
	}

	pub(crate) fn build(self) -> TestState {
		registry(|all| *all = Registry { removable: u128::MAX / 2, ..Default::default() });
		let authorities = if self.voters {
			crate::voters(
				self.miners.iter().map(|(who, count)| (keys(*who, 0).gran, u128::from(*count))),
			)
		} else {
			vec![]
		};
		let storage = RuntimeGenesisConfig {
			poci: crate::GenesisConfig {
				slot_duration: SLOT,
				epoch_length: self.epoch_length,
				genesis_entropy: self.entropy,
				_config: Default::default(),
			},
			grandpa: pallet_grandpa::GenesisConfig { authorities, _config: Default::default() },
			system: Default::default(),
		}
		.build_storage()
		.unwrap();
		let mut state = TestState::new(storage);
		state.execute_with(|| {
			// As the registry of chips does in its genesis build.
			for (who, count) in &self.miners {
				set_keys(*who, 0);
				give_quietly(*who, BATCH, 1, *count);
			}
			let miners = self.miners.iter().map(|(who, _)| *who).collect();
			<Poci as CandidateSink<AccountId>>::seed_genesis(miners);
			Poci::do_try_state().unwrap();
		});
		state
	}

	pub(crate) fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			Poci::do_try_state().unwrap();
		});
	}
}

#[cfg(feature = "runtime-benchmarks")]
pub struct BenchmarkChips;

/// A state in which benchmarks can make keys and sign.
#[cfg(feature = "runtime-benchmarks")]
pub(crate) fn benchmark_state() -> TestState {
	use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
	let mut state = ExtBuilder::default().miners(&[]).build();
	state.register_extension(KeystoreExt::new(MemoryKeystore::new()));
	state
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper<AccountId> for BenchmarkChips {
	fn seat(seed: u32) -> (AccountId, BatchId) {
		let who = 1_000_000 + u64::from(seed);
		set_keys(who, 0);
		give_quietly(who, BATCH, 100, 1);
		(who, BATCH)
	}
}

/// A header of `slot` with both seals, the author's by `pair`; `salt` tells headers apart.
pub(crate) fn sealed_header(slot: u64, leader: u32, pair: &sr25519::Pair, salt: u8) -> Header {
	use codec::Decode;
	use frame::traits::Header as _;
	use utnet_primitives_consensus_poci::{author_message, author_seal, chip_seal};
	let pre_digest = PreDigest {
		slot: Slot::from(slot),
		leader,
		chip: Some(H256::repeat_byte(3)),
		vrf: Decode::decode(&mut &[0u8; 96][..]).unwrap(),
	};
	let digest = Digest { logs: vec![pre_runtime(&pre_digest), chip_seal(vec![salt; 64])] };
	let root = H256::repeat_byte(salt);
	let mut header = Header::new(7, root, root, H256::zero(), digest);
	let seal = pair.sign(&author_message(&header.hash()));
	header.digest_mut().push(author_seal(&seal.into()));
	header
}

/// Two headers of `slot` that its leader sealed.
pub(crate) fn two_headers(
	slot: u64,
	leader: &Leader<AccountId>,
) -> utnet_primitives_consensus_poci::EquivocationProof<Header> {
	let pair = author_pair(leader);
	utnet_primitives_consensus_poci::EquivocationProof {
		offender: leader.session_key.clone(),
		slot: Slot::from(slot),
		first_header: sealed_header(slot, leader.index, &pair, 1),
		second_header: sealed_header(slot, leader.index, &pair, 2),
	}
}

pub(crate) type VoteProof = sp_consensus_grandpa::EquivocationProof<H256, u64>;

/// Two votes of `kind`, 0 for prevotes and 1 for precommits, for the blocks with the hashes `of`,
/// signed by `pair` in round 5 of set `set_id`.
pub(crate) fn two_votes(set_id: u64, pair: &ed25519::Pair, kind: u8, of: [u8; 2]) -> VoteProof {
	use codec::{Decode, Encode};
	let round = 5u64;
	let signed = |hash: u8| {
		let vote = (H256::repeat_byte(hash), 7u64);
		let payload = sp_consensus_grandpa::localized_payload(round, set_id, &(kind, vote));
		(vote, pair.sign(&payload))
	};
	let encoded = (set_id, kind, round, pair.public(), signed(of[0]), signed(of[1])).encode();
	Decode::decode(&mut encoded.as_slice()).unwrap()
}

/// What the pool says of a free call.
pub(crate) fn authorize(
	call: pallet_poci::Call<Runtime>,
) -> Result<ValidTransaction, InvalidTransaction> {
	match RuntimeCall::Poci(call).authorize(TransactionSource::External).unwrap() {
		Ok((valid, _)) => Ok(valid),
		Err(TransactionValidityError::Invalid(why)) => Err(why),
		Err(other) => panic!("{other:?}"),
	}
}

/// Checks a free call as the pool does and dispatches it as the block does.
pub(crate) fn submit(call: pallet_poci::Call<Runtime>) -> Result<(), InvalidTransaction> {
	use frame::traits::Dispatchable;
	authorize(call.clone())?;
	RuntimeCall::Poci(call)
		.dispatch(frame_system::RawOrigin::Authorized.into())
		.expect("what is authorized does not fail");
	Ok(())
}
