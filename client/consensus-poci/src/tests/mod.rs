//! A chain of headers, an election, chips and a clock to test the engine with.

mod claim;
mod clock;
mod early;
mod equivocation;
mod manual_seal;
mod metrics;
mod monitor;
mod rpc;
mod verifier;
mod worker;

use crate::{
	clock::Clock, equivocation::ReportError, verifier::CheckInherents, Claim, Duty, Election,
	EquivocationWatch, Metrics, Poci, PociVerifier, ReportEquivocation, SlotTime, VerifierParams,
};
use async_trait::async_trait;
use futures::channel::oneshot;
use parking_lot::Mutex;
use sc_client_api::AuxStore;
use sc_consensus::BlockImportParams;
use sc_keystore::LocalKeystore;
use sp_api::ApiError;
use sp_blockchain::{BlockStatus, HeaderBackend, Info};
use sp_consensus::BlockOrigin;
use sp_core::{sr25519, H256};
use sp_keystore::{Keystore, KeystorePtr};
use sp_runtime::{
	generic,
	traits::{BlakeTwo256, Header as _},
	Digest, DigestItem, OpaqueExtrinsic,
};
use sp_timestamp::Timestamp;
use std::{
	collections::{BTreeMap, HashMap},
	num::NonZeroU64,
	sync::Arc,
	time::Duration,
};
use utnet_client_chip_signer::{development, EmbeddedSigner, SealRequest};
use utnet_primitives_consensus_poci::{
	AuthorityId, Configuration, EquivocationProof, Leader, Slot, Status, Vacancy, VacancyReason,
	POCI_KEY_TYPE,
};
use utnet_primitives_core::AccountId;
use utnet_primitives_security_engine::{Certificate, ChipId, IdentityKey};

pub(crate) type Header = generic::Header<u32, BlakeTwo256>;
pub(crate) type Block = generic::Block<Header, OpaqueExtrinsic>;

/// Milliseconds in a slot.
pub(crate) const SLOT: u64 = 1_000;
/// The slot of the best block.
pub(crate) const HEAD: u64 = 1_000_000;
/// Slots in an epoch.
pub(crate) const EPOCH: u32 = 20;
/// The index of the drawn miner.
pub(crate) const INDEX: u32 = 3;

/// A clock that only moves when it is told to.
#[derive(Default)]
pub(crate) struct TestClock {
	state: Mutex<TestClockState>,
}

#[derive(Default)]
struct TestClockState {
	now: Duration,
	sleepers: Vec<(Duration, oneshot::Sender<()>)>,
}

impl TestClock {
	pub(crate) fn set(&self, now: Duration) {
		let due = {
			let mut state = self.state.lock();
			state.now = now;
			let (due, later) =
				std::mem::take(&mut state.sleepers).into_iter().partition(|(at, _)| *at <= now);
			state.sleepers = later;
			let due: Vec<(Duration, oneshot::Sender<()>)> = due;
			due
		};
		for (_, sleeper) in due {
			let _ = sleeper.send(());
		}
	}

	pub(crate) fn advance(&self, by: Duration) {
		self.set(self.now() + by);
	}

	/// Those who still wait.
	pub(crate) fn sleepers(&self) -> usize {
		let mut state = self.state.lock();
		state.sleepers.retain(|(_, sleeper)| !sleeper.is_canceled());
		state.sleepers.len()
	}
}

#[async_trait]
impl Clock for TestClock {
	fn now(&self) -> Duration {
		self.state.lock().now
	}

	async fn sleep(&self, duration: Duration) {
		let (sender, receiver) = oneshot::channel();
		{
			let mut state = self.state.lock();
			let at = state.now + duration;
			state.sleepers.push((at, sender));
		}
		let _ = receiver.await;
	}
}

/// Lets other tasks run until `condition` holds.
pub(crate) async fn eventually(condition: impl Fn() -> bool) {
	for _ in 0..10_000 {
		if condition() {
			return;
		}
		tokio::task::yield_now().await;
	}
	panic!("the condition does not come true");
}

/// Lets other tasks run as far as they get.
pub(crate) async fn settle() {
	for _ in 0..100 {
		tokio::task::yield_now().await;
	}
}

/// A chain of headers with an auxiliary store.
pub(crate) struct Chain {
	headers: Mutex<HashMap<H256, Header>>,
	best: Mutex<Header>,
	pub(crate) finalized: Mutex<u32>,
	genesis: H256,
	pub(crate) aux: Mutex<HashMap<Vec<u8>, Vec<u8>>>,
	pub(crate) is_broken: Mutex<bool>,
	pub(crate) read_time: Mutex<Duration>,
}

impl Chain {
	fn new() -> Self {
		let genesis = Header::new(0, H256::zero(), H256::zero(), H256::zero(), Digest::default());
		Self {
			genesis: genesis.hash(),
			headers: Mutex::new([(genesis.hash(), genesis.clone())].into()),
			best: Mutex::new(genesis),
			finalized: Mutex::new(0),
			aux: Mutex::default(),
			is_broken: Mutex::new(false),
			read_time: Mutex::default(),
		}
	}

	pub(crate) fn import(&self, header: Header) {
		self.headers.lock().insert(header.hash(), header.clone());
		*self.best.lock() = header;
	}

	pub(crate) fn best(&self) -> Header {
		self.best.lock().clone()
	}

	fn fail(&self) -> sp_blockchain::Result<()> {
		if *self.is_broken.lock() {
			return Err(sp_blockchain::Error::Backend("the disk is full".into()));
		}
		Ok(())
	}
}

impl HeaderBackend<Block> for Chain {
	fn header(&self, hash: H256) -> sp_blockchain::Result<Option<Header>> {
		self.fail()?;
		Ok(self.headers.lock().get(&hash).cloned())
	}

	fn info(&self) -> Info<Block> {
		let best = self.best();
		Info {
			best_hash: best.hash(),
			best_number: *best.number(),
			genesis_hash: self.genesis,
			finalized_hash: self.genesis,
			finalized_number: *self.finalized.lock(),
			finalized_state: Some((self.genesis, 0)),
			number_leaves: 1,
			block_gap: None,
		}
	}

	fn status(&self, hash: H256) -> sp_blockchain::Result<BlockStatus> {
		Ok(if self.headers.lock().contains_key(&hash) {
			BlockStatus::InChain
		} else {
			BlockStatus::Unknown
		})
	}

	fn number(&self, hash: H256) -> sp_blockchain::Result<Option<u32>> {
		Ok(self.headers.lock().get(&hash).map(|header| *header.number()))
	}

	fn hash(&self, number: u32) -> sp_blockchain::Result<Option<H256>> {
		Ok(self.headers.lock().values().find(|h| *h.number() == number).map(Header::hash))
	}
}

impl AuxStore for Chain {
	fn insert_aux<
		'a,
		'b: 'a,
		'c: 'a,
		I: IntoIterator<Item = &'a (&'c [u8], &'c [u8])>,
		D: IntoIterator<Item = &'a &'b [u8]>,
	>(
		&self,
		insert: I,
		delete: D,
	) -> sp_blockchain::Result<()> {
		self.fail()?;
		let mut aux = self.aux.lock();
		for (key, value) in insert {
			aux.insert(key.to_vec(), value.to_vec());
		}
		for key in delete {
			aux.remove(*key);
		}
		Ok(())
	}

	fn get_aux(&self, key: &[u8]) -> sp_blockchain::Result<Option<Vec<u8>>> {
		self.fail()?;
		let value = self.aux.lock().get(key).cloned();
		// Whoever reads without a lock around reading and writing shall be caught.
		std::thread::sleep(*self.read_time.lock());
		Ok(value)
	}
}

/// An election whose outcome the test decides, the same at every parent.
pub(crate) struct FakeElection {
	pub(crate) duties: Mutex<BTreeMap<u64, Duty>>,
	pub(crate) vacancies: Mutex<BTreeMap<u64, Vacancy<AccountId>>>,
	pub(crate) status: Mutex<Status<AccountId>>,
	pub(crate) genesis_slot: Mutex<Option<Slot>>,
	pub(crate) is_broken: Mutex<bool>,
}

impl FakeElection {
	fn fail(&self) -> Result<(), ApiError> {
		if *self.is_broken.lock() {
			return Err(ApiError::UnknownBlock("the state is pruned".into()));
		}
		Ok(())
	}
}

impl Election<Block> for FakeElection {
	fn duty(&self, _parent: H256, slot: Slot) -> Result<Option<Duty>, ApiError> {
		self.fail()?;
		Ok(self.duties.lock().get(&u64::from(slot)).cloned())
	}

	fn vacancy(&self, _parent: H256, slot: Slot) -> Result<Option<Vacancy<AccountId>>, ApiError> {
		self.fail()?;
		Ok(self.vacancies.lock().get(&u64::from(slot)).cloned())
	}

	fn epoch_of(&self, at: H256, slot: Slot) -> Result<u64, ApiError> {
		let genesis = self.configuration(at)?.genesis_slot.unwrap_or(slot);
		Ok((u64::from(slot) - u64::from(genesis)) / u64::from(EPOCH))
	}

	fn configuration(&self, _at: H256) -> Result<Configuration, ApiError> {
		self.fail()?;
		Ok(Configuration {
			slot_duration: SLOT,
			epoch_length: EPOCH,
			genesis_slot: *self.genesis_slot.lock(),
		})
	}

	fn schedule(
		&self,
		at: H256,
		first: Slot,
		count: u32,
	) -> Result<crate::election::Schedule, ApiError> {
		// Pages shorter than asked for are the runtime's right.
		(u64::from(first)..)
			.take(count.min(8) as usize)
			.map(|slot| {
				let leader = self
					.duty(at, slot.into())?
					.map(|duty| (duty.leader.miner, duty.leader.chip.expect("tests draw chips").0));
				Ok((slot.into(), leader))
			})
			.collect()
	}

	fn status(&self, _at: H256) -> Result<Status<AccountId>, ApiError> {
		self.fail()?;
		Ok(self.status.lock().clone())
	}
}

/// Inherents that are as good as the test says.
#[derive(Default)]
pub(crate) struct FakeInherents {
	pub(crate) error: Mutex<Option<String>>,
	pub(crate) checked: Mutex<Vec<(Block, Timestamp)>>,
}

#[async_trait]
impl CheckInherents<Block> for FakeInherents {
	async fn check(&self, block: Block, time: Timestamp) -> Result<(), String> {
		self.checked.lock().push((block, time));
		self.error.lock().clone().map_or(Ok(()), Err)
	}
}

/// Keeps the proofs.
#[derive(Default)]
pub(crate) struct FakeReporter {
	pub(crate) proofs: Mutex<Vec<EquivocationProof<Header>>>,
	pub(crate) refuses: Mutex<bool>,
}

impl ReportEquivocation<Block> for FakeReporter {
	fn report(&self, proof: EquivocationProof<Header>) -> Result<(), ReportError> {
		self.proofs.lock().push(proof);
		if *self.refuses.lock() {
			return Err(ReportError::Refused);
		}
		Ok(())
	}
}

/// A miner of the development chain: its account, its session key, its chips.
pub(crate) struct Miner {
	pub(crate) account: AccountId,
	pub(crate) key: AuthorityId,
	pub(crate) keystore: KeystorePtr,
	pub(crate) signer: Arc<EmbeddedSigner>,
	pub(crate) chips: Vec<(ChipId, IdentityKey)>,
}

/// The first two chips of an owner. Certifying one takes milliseconds, and each test makes a world.
fn certificates(name: &'static str) -> Vec<Certificate> {
	static CERTIFICATES: Mutex<BTreeMap<&'static str, Vec<Certificate>>> =
		Mutex::new(BTreeMap::new());
	let certify = || (0..2).map(|index| development::chip(name, index).certificate).collect();
	CERTIFICATES.lock().entry(name).or_insert_with(certify).clone()
}

/// A signer with these chips that has sealed nothing.
pub(crate) fn signer(name: &'static str) -> EmbeddedSigner {
	let engines = (0..).map(|index| development::engine(name, index));
	EmbeddedSigner::new(certificates(name).into_iter().zip(engines))
		.expect("the engines are those certified")
}

pub(crate) fn miner(name: &'static str) -> Miner {
	let keystore = LocalKeystore::in_memory();
	let key = keystore
		.sr25519_generate_new(POCI_KEY_TYPE, Some(&format!("//{name}")))
		.expect("an in-memory keystore takes keys");
	let public =
		certificates(name).iter().map(|chip| (chip.chip_id(), chip.identity_key)).collect();
	Miner {
		account: AccountId::new(key.0),
		key: key.into(),
		keystore: Arc::new(keystore),
		signer: Arc::new(signer(name)),
		chips: public,
	}
}

/// A keystore without keys.
pub(crate) fn empty_keystore() -> KeystorePtr {
	Arc::new(LocalKeystore::in_memory())
}

/// A chain with one block, in slot [`HEAD`], and the clock 100 ms into the slot after it.
pub(crate) struct World {
	pub(crate) clock: Arc<TestClock>,
	pub(crate) chain: Arc<Chain>,
	pub(crate) election: Arc<FakeElection>,
	pub(crate) inherents: Arc<FakeInherents>,
	pub(crate) reporter: Arc<FakeReporter>,
	pub(crate) poci: Poci<Block>,
	pub(crate) alice: Miner,
	pub(crate) bob: Miner,
}

impl World {
	/// At genesis.
	pub(crate) fn at_genesis() -> Self {
		let clock = Arc::new(TestClock::default());
		let chain = Arc::new(Chain::new());
		let election = Arc::new(FakeElection {
			duties: Mutex::default(),
			vacancies: Mutex::default(),
			status: Mutex::new(Status {
				epoch: 0,
				slot: Slot::from(0),
				miners: 2,
				total_power: 0,
				strongest: None,
				recovery: false,
				set_id: 0,
			}),
			genesis_slot: Mutex::new(None),
			is_broken: Mutex::new(false),
		});
		let poci = Poci {
			election: election.clone(),
			genesis_hash: chain.genesis,
			time: SlotTime::new(NonZeroU64::new(SLOT).expect("not zero")),
			clock: clock.clone(),
			metrics: Metrics::new(None).expect("the descriptions are valid"),
		};
		clock.set(poci.time.start_of((HEAD + 1).into()) + Duration::from_millis(100));
		Self {
			clock,
			chain,
			election,
			inherents: Arc::default(),
			reporter: Arc::default(),
			poci,
			alice: miner("Alice"),
			bob: miner("Bob"),
		}
	}

	/// With one block.
	pub(crate) fn new() -> Self {
		let world = Self::at_genesis();
		world.draw_alice(HEAD);
		let header = world.sealed(HEAD);
		world.chain.import(header);
		*world.election.genesis_slot.lock() = Some(Slot::from(HEAD));
		world
	}

	/// When `slot` begins.
	pub(crate) fn start_of(&self, slot: u64) -> Duration {
		self.poci.time.start_of(slot.into())
	}

	/// Draws `miner` with `chip` for `slot`.
	pub(crate) fn draw(
		&self,
		slot: u64,
		miner: &Miner,
		chip: Option<(ChipId, IdentityKey)>,
		recovery: bool,
	) -> Duty {
		let duty = Duty {
			epoch: 7,
			leader: Leader {
				index: INDEX,
				miner: miner.account.clone(),
				session_key: miner.key.clone(),
				chip,
				seed: H256::repeat_byte(0x5e),
				recovery,
			},
		};
		self.election.duties.lock().insert(slot, duty.clone());
		duty
	}

	/// Draws Alice's first chip for `slot`.
	pub(crate) fn draw_alice(&self, slot: u64) -> Duty {
		self.draw(slot, &self.alice, Some(self.alice.chips[0]), false)
	}

	/// Draws `miner` for `slot` and lets it not lead.
	pub(crate) fn leave_vacant(&self, slot: u64, miner: &Miner, reason: VacancyReason) {
		let vacancy =
			Vacancy { miner: miner.account.clone(), session_key: miner.key.clone(), reason };
		self.election.vacancies.lock().insert(slot, vacancy);
	}

	/// A header on the best block with these digest items; never the same twice.
	pub(crate) fn header(&self, logs: Vec<DigestItem>) -> Header {
		let best = self.chain.best();
		Header::new(best.number() + 1, H256::random(), H256::zero(), best.hash(), Digest { logs })
	}

	/// What Alice declares for `slot`, with the chip that was drawn for her.
	pub(crate) fn claim(&self, slot: u64) -> Claim {
		let duty = self.election.duties.lock()[&slot].clone();
		let chip = duty.leader.chip.map(|(chip, _)| chip);
		Claim::new(&self.alice.keystore, slot.into(), duty, chip).expect("Alice has her key")
	}

	/// The seal of one of Alice's chips, from a signer that has sealed nothing before.
	pub(crate) fn chip_seal(&self, chip: ChipId, slot: u64, header: &Header) -> Vec<u8> {
		let request = SealRequest {
			chip,
			genesis_hash: self.poci.genesis_hash,
			slot,
			pre_hash: header.hash(),
		};
		signer("Alice").sign_seal_now(&request).expect("a fresh signer")
	}

	/// `header` with `chip_seal` and Alice's seal.
	pub(crate) fn finish(&self, claim: &Claim, mut header: Header, chip_seal: Vec<u8>) -> Header {
		let seals = claim
			.seals(&self.alice.keystore, header.clone(), chip_seal)
			.expect("Alice has her key");
		for seal in seals {
			header.digest_mut().push(seal);
		}
		header
	}

	/// A valid header on the best block in `slot`, for which Alice has been drawn.
	pub(crate) fn sealed(&self, slot: u64) -> Header {
		let claim = self.claim(slot);
		let header = self.header(vec![claim.pre_runtime()]);
		let seal =
			claim.chip().map_or_else(Vec::new, |(chip, _)| self.chip_seal(chip, slot, &header));
		self.finish(&claim, header, seal)
	}

	pub(crate) fn verifier(&self) -> PociVerifier<Block, Chain> {
		PociVerifier::new(VerifierParams {
			client: self.chain.clone(),
			poci: self.poci.clone(),
			inherents: self.inherents.clone(),
			equivocations: EquivocationWatch::new(self.chain.clone(), self.reporter.clone()),
		})
	}
}

/// A block from the network with an empty body.
pub(crate) fn broadcast(header: Header) -> BlockImportParams<Block> {
	let mut block = BlockImportParams::new(BlockOrigin::NetworkBroadcast, header);
	block.body = Some(Vec::new());
	block
}

/// Makes sure that the fixture's own keys are the ones it says.
#[test]
fn the_worlds_best_block_is_valid() {
	let world = World::at_genesis();
	world.draw_alice(HEAD);
	let header = world.sealed(HEAD);
	let authentic = world.verifier().inspect(header).expect("the header is valid");
	assert_eq!(authentic.slot(), Slot::from(HEAD));
	let key: &sr25519::Public = world.alice.key.as_ref();
	assert_eq!(world.alice.account, AccountId::new(key.0));
}
