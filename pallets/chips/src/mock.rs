//! A runtime of the registry alone, with an election and session keys that only take notes.

use alloc::{string::ToString, vec, vec::Vec};
use codec::Encode;
use frame::{
	deps::{
		frame_support::storage::unhashed,
		sp_core::{sr25519, Bytes, Pair},
		sp_runtime::{AccountId32, MultiSignature},
	},
	testing_prelude::*,
	traits::fungible::{Inspect, Mutate},
};
use std::cell::{Cell, RefCell};
use utnet_primitives_consensus_poci::{CandidateSink, EpochIndex};
use utnet_primitives_core::{Balance, Moment, UNC};
use utnet_primitives_security_engine::{BatchId, Certificate, ChipId, ModelId, VendorId};

use crate::{
	genesis::{Amount, GenesisBatch, GenesisChip, GenesisModel, GenesisVendor},
	signing::{self, Engine, Root},
	*,
};

pub(crate) type AccountId = AccountId32;

#[frame_construct_runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeHoldReason,
		RuntimeFreezeReason,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(3)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(7)]
	pub type Registry = crate;
}

parameter_types! {
	pub BlockWeights: frame_system::limits::BlockWeights =
		frame_system::limits::BlockWeights::with_sensible_defaults(
			Weight::from_parts(1_000_000_000_000, u64::MAX),
			Perbill::from_percent(75),
		);
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountData = pallet_balances::AccountData<Balance>;
	type AccountId = AccountId;
	type Block = MockBlockU32<Test>;
	type BlockHashCount = ConstU32<256>;
	type BlockWeights = BlockWeights;
	type Lookup = IdentityLookup<AccountId>;
	type Nonce = u32;
}

#[derive_impl(pallet_timestamp::config_preludes::TestDefaultConfig)]
impl pallet_timestamp::Config for Test {}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
}

pub(crate) const EXISTENTIAL_DEPOSIT: Balance = UNC / 100;

impl Config for Test {
	type AdminOrigin = EnsureRoot<AccountId>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Helper;
	type Currency = Balances;
	type Election = Election;
	type KeySetter = Keys;
	type OnSlash = Slashes;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SessionKeys = u64;
	type WeightInfo = crate::weights::SubstrateWeight<Test>;
}

#[cfg(feature = "runtime-benchmarks")]
pub struct Helper;

#[cfg(feature = "runtime-benchmarks")]
impl BenchmarkHelper<AccountId, u64> for Helper {
	fn session_keys(_: &AccountId) -> (u64, Vec<u8>) {
		(1, GOOD_PROOF.to_vec())
	}

	fn set_epoch(epoch: EpochIndex) {
		Election::set_epoch(epoch);
	}
}

std::thread_local! {
	static EPOCH: Cell<EpochIndex> = const { Cell::new(0) };
	static CHANGED: RefCell<Vec<AccountId>> = const { RefCell::new(Vec::new()) };
	static SEEDED: RefCell<Option<Vec<AccountId>>> = const { RefCell::new(None) };
	static SLASHED: Cell<Balance> = const { Cell::new(0) };
}

/// An election that notes what it is told.
pub struct Election;

impl Election {
	pub(crate) fn set_epoch(epoch: EpochIndex) {
		EPOCH.set(epoch);
	}

	/// Whose chips changed since the last look.
	pub(crate) fn changed() -> Vec<AccountId> {
		CHANGED.take()
	}

	/// Who was in the genesis list.
	pub(crate) fn seeded() -> Option<Vec<AccountId>> {
		SEEDED.take()
	}
}

impl CandidateSink<AccountId> for Election {
	fn current_epoch() -> EpochIndex {
		EPOCH.get()
	}

	fn chips_changed(who: &AccountId) {
		CHANGED.with_borrow_mut(|changed| changed.push(who.clone()));
	}

	fn seed_genesis(miners: Vec<AccountId>) {
		SEEDED.set(Some(miners));
	}

	fn max_weight_of_change() -> Weight {
		Weight::from_parts(1_000_000_000, 10_000)
	}
}

/// Session keys that anybody with a live chip and [`GOOD_PROOF`] can set.
pub struct Keys;

pub(crate) const GOOD_PROOF: &[u8] = b"good";

impl Keys {
	pub(crate) fn of(who: &AccountId) -> Option<u64> {
		unhashed::get(&(b"keys", who).encode())
	}
}

impl SetSessionKeys<AccountId, u64> for Keys {
	fn set_keys(who: &AccountId, keys: u64, proof: Vec<u8>) -> DispatchResult {
		use utnet_primitives_consensus_poci::ChipRegistry;
		ensure!(proof == GOOD_PROOF, "the proof of ownership is wrong");
		ensure!(Registry::has_live_chip(who), "no live chip");
		unhashed::put(&(b"keys", who).encode(), &keys);
		Ok(())
	}

	fn weight() -> Weight {
		Weight::from_parts(100_000_000, 1_000)
	}
}

/// Counts what is slashed.
pub struct Slashes;

impl Slashes {
	/// What was slashed since the last look.
	pub(crate) fn taken() -> Balance {
		SLASHED.take()
	}
}

impl frame::traits::OnUnbalanced<frame::traits::fungible::Credit<AccountId, Balances>> for Slashes {
	fn on_nonzero_unbalanced(credit: frame::traits::fungible::Credit<AccountId, Balances>) {
		SLASHED.set(SLASHED.get() + frame::traits::Imbalance::peek(&credit));
	}
}

pub(crate) const START: Moment = 1_800_000_000_000;
pub(crate) const SLOT: Moment = 3_000;
pub(crate) const VENDOR: VendorId = VendorId(0);
/// Two models of the first vendor: 1 T and 2 T, with pledges of 10 and 20 UNC.
pub(crate) const SMALL: BatchId = BatchId { vendor: VENDOR, number: 0 };
pub(crate) const LARGE: BatchId = BatchId { vendor: VENDOR, number: 1 };
/// A batch of the second vendor's only model: 4 T, 40 UNC.
pub(crate) const OTHER: BatchId = BatchId { vendor: VendorId(1), number: 7 };
pub(crate) const EXPIRY: Moment = START + 1_000 * DAY;
pub(crate) const ENDOWMENT: Balance = 10_000 * UNC;

pub(crate) fn account(number: u8) -> AccountId {
	AccountId::new([number; 32])
}

pub(crate) fn alice() -> AccountId {
	account(1)
}

pub(crate) fn bob() -> AccountId {
	account(2)
}

pub(crate) fn carol() -> AccountId {
	account(3)
}

/// The controller of the first vendor.
pub(crate) fn controller() -> AccountId {
	account(9)
}

/// A newcomer's key; its account has nothing.
pub(crate) fn newcomer(number: u8) -> sr25519::Pair {
	sr25519::Pair::from_seed(&[number; 32])
}

pub(crate) fn account_of(pair: &sr25519::Pair) -> AccountId {
	AccountId::new(pair.public().0)
}

pub(crate) fn signed(who: &AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.clone())
}

pub(crate) fn root_of(vendor: VendorId) -> Root {
	Root::new(vendor.0)
}

pub(crate) fn certificate(number: u32, batch: BatchId) -> Certificate {
	Engine::new(number).certificate(batch)
}

pub(crate) fn id(number: u32, batch: BatchId) -> ChipId {
	certificate(number, batch).chip_id()
}

pub(crate) fn pledge_of(batch: BatchId) -> Balance {
	match batch {
		SMALL => 10 * UNC,
		LARGE => 20 * UNC,
		_ => 40 * UNC,
	}
}

/// The claim of a chip for `owner`, by the parent block, with the chip's next counter.
pub(crate) fn claim_for(number: u32, batch: BatchId, owner: &AccountId) -> SignedClaim {
	let counter = crate::Chips::<Test>::get(id(number, batch)).map_or(0, |chip| chip.claim_counter);
	let parent = System::block_number() - 1;
	let claim = signing::claim(
		System::block_hash(0),
		&certificate(number, batch),
		owner.clone().into(),
		counter,
		(parent, System::block_hash(parent)),
	);
	Engine::new(number).sign(claim)
}

/// The registration of a chip by `owner`, as it should be.
pub(crate) fn registration(number: u32, batch: BatchId, owner: &AccountId) -> Registration {
	let engine = Engine::new(number);
	let certificate = engine.certificate(batch);
	Registration {
		proof: CertificateProof::Signature(root_of(batch.vendor).certify(&certificate)),
		certificate,
		claim: claim_for(number, batch, owner),
		possession: engine.possession(),
		wrapped_key: WrappedKey::default(),
	}
}

/// Registers chips of a batch.
pub(crate) fn register(who: &AccountId, batch: BatchId, numbers: impl IntoIterator<Item = u32>) {
	let items: Vec<_> =
		numbers.into_iter().map(|number| registration(number, batch, who)).collect();
	for some in items.chunks(MAX_ITEMS as usize) {
		assert_ok!(Registry::register_chips(signed(who), some.to_vec().try_into().unwrap(), None));
	}
}

pub(crate) fn ids(numbers: &[u32], batch: BatchId) -> BoundedVec<ChipId, ConstU32<MAX_ITEMS>> {
	numbers.iter().map(|number| id(*number, batch)).collect::<Vec<_>>().try_into().unwrap()
}

pub(crate) fn chip(number: u32, batch: BatchId) -> Chip<AccountId> {
	crate::Chips::<Test>::get(id(number, batch)).expect("the chip is registered")
}

/// The place of a chip that stands.
pub(crate) fn place_of(number: u32, batch: BatchId) -> u32 {
	match chip(number, batch).status {
		ChipStatus::Claimed { place } => place,
		status => panic!("{status:?}"),
	}
}

pub(crate) fn free(who: &AccountId) -> Balance {
	<Balances as Inspect<_>>::balance(who)
}

pub(crate) fn pledge(who: &AccountId) -> Pledge {
	Pledges::<Test>::get(who)
}

pub(crate) fn give(who: &AccountId, amount: Balance) {
	Balances::mint_into(who, amount).unwrap();
}

/// Lets chips stand for an owner without their signatures, as in a genesis.
pub(crate) fn stand(who: &AccountId, batch: BatchId, numbers: core::ops::Range<u32>) {
	for number in numbers {
		let certificate = certificate(number, batch);
		let cat_key = certificate.cat_key.decompress().unwrap();
		let none = WrappedKey::default();
		let pledge = pledge_of(batch);
		Registry::enter_one(who, &certificate, &none, &cat_key, (0, 0), pledge).unwrap();
		Registry::bond(who, 1, pledge, Registry::now()).unwrap();
	}
}

/// A P-256 signature with the other of the two possible `s`.
pub(crate) fn high_s(signature: [u8; 64]) -> [u8; 64] {
	let (r, s) = p256::ecdsa::Signature::from_slice(&signature).unwrap().split_scalars();
	p256::ecdsa::Signature::from_scalars(r.to_bytes(), (-*s).to_bytes()).unwrap().to_bytes().into()
}

/// Goes on by so many blocks of three seconds.
pub(crate) fn blocks(count: u32) {
	for _ in 0..count {
		let number = System::block_number();
		frame_system::BlockHash::<Test>::insert(number, block_hash(number));
		let horizon = number.saturating_sub(256);
		if horizon > 0 {
			frame_system::BlockHash::<Test>::remove(horizon);
		}
		System::set_block_number(number + 1);
		wait(SLOT);
	}
}

fn block_hash(number: u32) -> H256 {
	H256(("block", number).using_encoded(blake2_256))
}

/// Lets time pass without a block.
pub(crate) fn wait(time: Moment) {
	pallet_timestamp::Now::<Test>::mutate(|now| *now += time);
}

pub(crate) fn last_event() -> Event<Test> {
	System::events()
		.into_iter()
		.rev()
		.find_map(|record| match record.event {
			RuntimeEvent::Registry(event) => Some(event),
			_ => None,
		})
		.expect("there is an event of the registry")
}

pub(crate) fn has_event(event: Event<Test>) -> bool {
	let event = RuntimeEvent::Registry(event);
	System::events().iter().any(|record| record.event == event)
}

/// The genesis most tests start from: two vendors, three models, three batches, no chips.
pub(crate) fn genesis() -> GenesisConfig<Test> {
	let vendor = |name: &str, vendor: VendorId, controller| GenesisVendor {
		name: name.to_string(),
		root_key: Bytes(root_of(vendor).public_key().to_vec()),
		controller,
	};
	let model = |vendor, name: &str, power, pledge: Option<Balance>| GenesisModel {
		vendor,
		name: name.to_string(),
		kind: ModelKind::Tpu,
		cat_key_home: CatKeyHome::Engine,
		power,
		pledge: pledge.map(Amount),
		cap: 1_000,
	};
	let batch = |id: BatchId, model| GenesisBatch {
		vendor: id.vendor.0,
		number: id.number,
		model,
		expires_at: EXPIRY,
		max_count: 900,
	};
	GenesisConfig {
		allow_development_vendor: false,
		vendors: vec![
			vendor("Sophon", VENDOR, controller()),
			vendor("Other", VendorId(1), account(8)),
		],
		models: vec![
			model(0, "Small", 1_000, None),
			model(0, "Large", 2_000, Some(20 * UNC)),
			model(1, "Other", 4_000, None),
		],
		batches: vec![batch(SMALL, 0), batch(LARGE, 1), batch(OTHER, 2)],
		chips: vec![],
	}
}

/// A chip as the genesis names it.
pub(crate) fn genesis_chip(
	number: u32,
	batch: BatchId,
	owner: AccountId,
) -> GenesisChip<AccountId> {
	let engine = Engine::new(number);
	let certificate = engine.certificate(batch);
	GenesisChip {
		owner,
		certificate: Bytes(certificate.encode()),
		signature: Bytes(root_of(batch.vendor).certify(&certificate).to_vec()),
		possession: Bytes(engine.possession().0.to_vec()),
	}
}

pub(crate) struct ExtBuilder {
	pub(crate) chips: GenesisConfig<Test>,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self { chips: genesis() }
	}
}

impl ExtBuilder {
	pub(crate) fn build(self) -> TestState {
		EPOCH.set(0);
		CHANGED.take();
		SEEDED.take();
		SLASHED.take();
		let balances = (1..=9).map(|number| (account(number), ENDOWMENT)).collect();
		let storage = RuntimeGenesisConfig {
			balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
			registry: self.chips,
			..Default::default()
		}
		.build_storage()
		.expect("a genesis that is in order");
		let mut state: TestState = storage.into();
		state.execute_with(|| {
			frame_system::BlockHash::<Test>::insert(0, block_hash(0));
			System::set_block_number(1);
			pallet_timestamp::Now::<Test>::put(START);
			blocks(1);
			System::reset_events();
		});
		state
	}

	/// Runs a test and checks all invariants after it.
	pub(crate) fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			Registry::do_try_state().expect("the registry is in order");
		});
	}
}

/// Runs a test from the usual genesis and checks all invariants after it.
pub(crate) fn run(test: impl FnOnce()) {
	ExtBuilder::default().build_and_execute(test);
}

/// What a newcomer signs.
pub(crate) fn sign_free(
	pair: &sr25519::Pair,
	items: &BoundedVec<Registration, ConstU32<MAX_FREE_ITEMS>>,
	keys: &Option<KeysWithProof<Test>>,
	valid_until: u32,
) -> MultiSignature {
	let message = Registry::free_registration_message(&account_of(pair), valid_until, items, keys);
	MultiSignature::Sr25519(pair.sign(&message))
}

/// The models in the order of the genesis.
pub(crate) const SMALL_MODEL: ModelId = ModelId(0);
pub(crate) const LARGE_MODEL: ModelId = ModelId(1);

#[cfg(feature = "runtime-benchmarks")]
pub(crate) fn bench_ext() -> TestState {
	use sp_keystore::testing::MemoryKeystore;
	let mut state = ExtBuilder::default().build();
	state.register_extension(sp_keystore::KeystoreExt::new(MemoryKeystore::new()));
	state
}
