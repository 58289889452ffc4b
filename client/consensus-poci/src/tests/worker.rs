use super::*;
use crate::{worker::Prospect, LostSlot, PociWorker, WorkerParams};
use futures::future::{ready, Ready};
use sc_consensus::{
	BlockCheckParams, BlockImport, ForkChoiceStrategy, ImportResult, ImportedAux, StateAction,
};
use sc_consensus_slots::{
	BackoffAuthoringBlocksStrategy, SimpleSlotWorker, SlotInfo, SlotProportion,
};
use sp_consensus::{
	Environment, Error as ConsensusError, Proposal, ProposeArgs, Proposer, SyncOracle,
};
use sp_runtime::traits::Block as _;
use std::time::Instant;
use utnet_client_chip_signer::{
	ChipInfo, ChipSigner, ClaimRequest, Health, SignedClaim, SignerError,
};
use utnet_primitives_consensus_poci::{find_pre_digest, take_seals, VacancyReason};

const NEXT: u64 = HEAD + 1;

/// How the signer behaves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Mood {
	Works,
	Down,
	/// Never answers.
	Silent,
	/// Answers after so many milliseconds.
	Slow(u64),
	/// Seals with another chip.
	WrongChip,
	/// Lists no chip and knows none.
	Empty,
	/// Lists its chips and fails to seal.
	Refuses,
}

struct FakeSigner {
	inner: Arc<EmbeddedSigner>,
	other: ChipId,
	mood: Mutex<Mood>,
	clock: Arc<TestClock>,
	asked: Mutex<u32>,
}

impl FakeSigner {
	fn down() -> SignerError {
		SignerError::Unreachable { path: "/run/signer".into(), reason: "refused".into() }
	}
}

#[async_trait]
impl ChipSigner for FakeSigner {
	async fn chips(&self) -> Result<Vec<ChipInfo>, SignerError> {
		let mood = *self.mood.lock();
		match mood {
			Mood::Down => Err(Self::down()),
			Mood::Silent => futures::future::pending().await,
			Mood::Empty => Ok(Vec::new()),
			_ => Ok(self.inner.chips_now()),
		}
	}

	async fn sign_seal(&self, mut request: SealRequest) -> Result<Vec<u8>, SignerError> {
		*self.asked.lock() += 1;
		let mood = *self.mood.lock();
		match mood {
			Mood::Works => {}
			Mood::Down => return Err(Self::down()),
			Mood::Silent => futures::future::pending().await,
			Mood::Slow(millis) => self.clock.sleep(Duration::from_millis(millis)).await,
			Mood::WrongChip => request.chip = self.other,
			Mood::Empty => return Err(SignerError::UnknownChip(request.chip)),
			Mood::Refuses => return Err(SignerError::Engine("the fuse is blown".into())),
		}
		self.inner.sign_seal_now(&request)
	}

	async fn sign_claim(&self, request: ClaimRequest) -> Result<SignedClaim, SignerError> {
		self.inner.sign_claim_now(&request)
	}

	async fn health(&self) -> Result<Health, SignerError> {
		Ok(self.inner.health_now())
	}
}

/// Builds empty blocks.
struct Builder;

struct Draft(Header);

impl Environment<Block> for Builder {
	type Proposer = Draft;
	type CreateProposer = Ready<Result<Draft, ConsensusError>>;
	type Error = ConsensusError;

	fn init(&mut self, parent: &Header) -> Self::CreateProposer {
		ready(Ok(Draft(parent.clone())))
	}
}

impl Proposer<Block> for Draft {
	type Error = ConsensusError;
	type Proposal = Ready<Result<Proposal<Block>, ConsensusError>>;

	fn propose(self, args: ProposeArgs<Block>) -> Self::Proposal {
		let Self(parent) = self;
		let header = Header::new(
			parent.number() + 1,
			H256::random(),
			H256::zero(),
			parent.hash(),
			args.inherent_digests,
		);
		let block = Block::new(header, Vec::new());
		ready(Ok(Proposal { block, storage_changes: Default::default() }))
	}
}

/// Keeps what is imported.
#[derive(Clone, Default)]
struct Imports(Arc<Mutex<Vec<BlockImportParams<Block>>>>);

#[async_trait]
impl BlockImport<Block> for Imports {
	type Error = ConsensusError;

	async fn check_block(
		&self,
		_block: BlockCheckParams<Block>,
	) -> Result<ImportResult, ConsensusError> {
		Ok(ImportResult::Imported(ImportedAux::default()))
	}

	async fn import_block(
		&self,
		block: BlockImportParams<Block>,
	) -> Result<ImportResult, ConsensusError> {
		self.0.lock().push(block);
		Ok(ImportResult::imported(true))
	}
}

/// A network with or without peers.
#[derive(Clone, Copy)]
struct Network {
	is_offline: bool,
}

impl SyncOracle for Network {
	fn is_major_syncing(&self) -> bool {
		false
	}

	fn is_offline(&self) -> bool {
		self.is_offline
	}
}

/// Always or never backs off.
struct Backoff(bool);

impl BackoffAuthoringBlocksStrategy<u32> for Backoff {
	fn should_backoff(&self, number: u32, head: Slot, _: u32, now: Slot, _: &str) -> bool {
		assert_eq!((number, head), (1, Slot::from(HEAD)));
		assert!(now > head);
		self.0
	}
}

type TestWorker = PociWorker<Block, Chain, Imports, Builder, Network, (), Backoff>;

struct Setup {
	world: World,
	signer: Arc<FakeSigner>,
	imports: Imports,
	keystore: KeystorePtr,
	is_offline: bool,
	force_authoring: bool,
	backs_off: bool,
}

impl Setup {
	fn new() -> Self {
		let world = World::new();
		let signer = Arc::new(FakeSigner {
			inner: world.alice.signer.clone(),
			other: world.alice.chips[1].0,
			mood: Mutex::new(Mood::Works),
			clock: world.clock.clone(),
			asked: Mutex::new(0),
		});
		Self {
			signer,
			imports: Imports::default(),
			keystore: world.alice.keystore.clone(),
			is_offline: false,
			force_authoring: false,
			backs_off: false,
			world,
		}
	}

	fn mood(&self, mood: Mood) {
		*self.signer.mood.lock() = mood;
	}

	fn worker(&self) -> TestWorker {
		PociWorker::new(WorkerParams {
			client: self.world.chain.clone(),
			poci: self.world.poci.clone(),
			block_import: self.imports.clone(),
			proposer_factory: Builder,
			keystore: self.keystore.clone(),
			signer: self.signer.clone(),
			sync_oracle: Network { is_offline: self.is_offline },
			justification_sync_link: (),
			force_authoring: self.force_authoring,
			backoff: Some(Backoff(self.backs_off)),
			proposal_share: SlotProportion::new(2.0 / 3.0),
			telemetry: None,
		})
	}

	fn slot_info(&self, slot: u64) -> SlotInfo<Block> {
		SlotInfo {
			slot: slot.into(),
			ends_at: Instant::now() + Duration::from_secs(60),
			create_inherent_data: Box::new(()),
			duration: Duration::from_secs(60),
			chain_head: self.world.chain.best(),
			block_size_limit: None,
			storage_proof_recorder: None,
		}
	}

	/// Lets `worker` work on `slot`, the clock standing 100 ms after its start.
	async fn run(&self, worker: &mut TestWorker, slot: u64) -> bool {
		self.world.clock.set(self.world.start_of(slot) + Duration::from_millis(100));
		SimpleSlotWorker::on_slot(worker, self.slot_info(slot)).await.is_some()
	}

	fn missed(&self, reason: &str) -> u64 {
		self.world.poci.metrics.slots_missed.with_label_values(&[reason]).get()
	}

	fn imported(&self) -> usize {
		self.imports.0.lock().len()
	}
}

mod leads {
	use super::*;

	#[tokio::test]
	async fn and_imports_its_block_once_with_both_seals() {
		let setup = Setup::new();
		let duty = setup.world.draw_alice(NEXT);
		assert!(setup.run(&mut setup.worker(), NEXT).await);
		let mut imports = setup.imports.0.lock();
		assert_eq!(imports.len(), 1);
		let block = imports.remove(0);
		assert_eq!(block.origin, BlockOrigin::Own);
		assert_eq!(block.fork_choice, Some(ForkChoiceStrategy::LongestChain));
		assert!(matches!(block.state_action, StateAction::ApplyChanges(_)));
		assert_eq!(block.header.digest().logs().len(), 1);
		let mut sealed = block.post_header();
		let pre_digest = find_pre_digest(&sealed).unwrap();
		assert_eq!(pre_digest.slot, Slot::from(NEXT));
		assert_eq!(pre_digest.leader, INDEX);
		assert_eq!(pre_digest.chip, duty.leader.chip.map(|(chip, _)| chip));
		assert!(take_seals(&mut sealed).is_ok());
		assert_eq!(sealed, block.header);
		let metrics = &setup.world.poci.metrics;
		assert_eq!((metrics.slots_led.get(), metrics.slots_sealed.get()), (1, 1));
		assert_eq!(metrics.recovery_blocks.get(), 0);
		assert_eq!(metrics.signer_latency.get_sample_count(), 1);
	}

	#[tokio::test]
	async fn and_the_verifier_takes_its_block() {
		let setup = Setup::new();
		setup.world.draw_alice(NEXT);
		assert!(setup.run(&mut setup.worker(), NEXT).await);
		let sealed = setup.imports.0.lock()[0].post_header();
		assert!(setup.world.verifier().check(broadcast(sealed)).await.is_ok());
	}

	#[tokio::test]
	async fn with_a_signer_that_answers_just_in_time() {
		let setup = Setup::new();
		setup.world.draw_alice(NEXT);
		// The slot has 900 ms left when the worker starts.
		setup.mood(Mood::Slow(899));
		let mut worker = setup.worker();
		let clock = setup.world.clock.clone();
		let (made, ()) = futures::join!(setup.run(&mut worker, NEXT), async move {
			eventually(|| clock.sleepers() == 2).await;
			clock.advance(Duration::from_millis(899));
		});
		assert!(made);
		assert_eq!(setup.imported(), 1);
	}

	#[tokio::test]
	async fn not_where_nobody_does() {
		let setup = Setup::new();
		assert!(!setup.run(&mut setup.worker(), NEXT).await);
		assert_eq!(setup.world.poci.metrics.slots_led.get(), 0);
	}

	#[tokio::test]
	async fn not_where_another_miner_does() {
		let setup = Setup::new();
		let bob = &setup.world.bob;
		setup.world.draw(NEXT, bob, Some(bob.chips[0]), false);
		assert!(!setup.run(&mut setup.worker(), NEXT).await);
		assert_eq!(setup.world.poci.metrics.slots_led.get(), 0);
		assert_eq!(setup.missed("key_missing"), 0);
		assert_eq!(*setup.signer.asked.lock(), 0);
	}
}

mod loses_its_slot {
	use super::*;

	#[tokio::test]
	async fn when_the_signer_is_down() {
		let setup = Setup::new();
		setup.world.draw_alice(NEXT);
		setup.mood(Mood::Down);
		assert!(!setup.run(&mut setup.worker(), NEXT).await);
		assert_eq!(setup.missed("signer_down"), 1);
		assert_eq!(setup.imported(), 0);
	}

	#[tokio::test]
	async fn when_the_signer_is_slower_than_the_slot() {
		let setup = Setup::new();
		setup.world.draw_alice(NEXT);
		setup.mood(Mood::Silent);
		let mut worker = setup.worker();
		let clock = setup.world.clock.clone();
		let (made, ()) = futures::join!(setup.run(&mut worker, NEXT), async move {
			eventually(|| clock.sleepers() == 1).await;
			clock.advance(Duration::from_millis(899));
			settle().await;
			assert_eq!(clock.sleepers(), 1);
			clock.advance(Duration::from_millis(1));
		});
		assert!(!made);
		assert_eq!(setup.missed("signer_slow"), 1);
		assert_eq!(setup.imported(), 0);
	}

	#[tokio::test]
	async fn when_the_slot_is_over_before_the_block_is_built() {
		let setup = Setup::new();
		let duty = setup.world.draw_alice(NEXT);
		let worker = setup.worker();
		let claim = setup.world.claim(NEXT);
		let header = setup.world.header(vec![claim.pre_runtime()]);
		setup.world.clock.set(setup.world.start_of(NEXT + 1));
		let prospect = Prospect { duty: Some(duty), vacancy: None, is_ours: true, miners: None };
		let result = worker
			.block_import_params(
				header.clone(),
				&header.hash(),
				Vec::new(),
				Default::default(),
				claim,
				prospect,
			)
			.await;
		assert!(result.is_err());
		assert_eq!(setup.missed("too_late"), 1);
		assert_eq!(*setup.signer.asked.lock(), 0);
	}

	#[tokio::test]
	async fn when_the_signer_does_not_hold_the_chip() {
		let setup = Setup::new();
		setup.world.draw_alice(NEXT);
		setup.mood(Mood::Empty);
		assert!(!setup.run(&mut setup.worker(), NEXT).await);
		assert_eq!(setup.missed("chip_not_held"), 1);
	}

	#[tokio::test]
	async fn when_the_signer_refuses() {
		let setup = Setup::new();
		setup.world.draw_alice(NEXT);
		setup.mood(Mood::Refuses);
		assert!(!setup.run(&mut setup.worker(), NEXT).await);
		assert_eq!(setup.missed("signer_refused"), 1);
	}

	#[tokio::test]
	async fn when_another_chip_seals() {
		let setup = Setup::new();
		setup.world.draw_alice(NEXT);
		setup.mood(Mood::WrongChip);
		assert!(!setup.run(&mut setup.worker(), NEXT).await);
		assert_eq!(setup.missed("wrong_seal"), 1);
		assert_eq!(setup.imported(), 0);
	}

	#[tokio::test]
	async fn when_the_key_of_its_chip_is_missing() {
		let mut setup = Setup::new();
		setup.world.draw_alice(NEXT);
		setup.keystore = empty_keystore();
		assert!(!setup.run(&mut setup.worker(), NEXT).await);
		assert_eq!(setup.missed("key_missing"), 1);
	}

	#[tokio::test]
	async fn when_its_miner_is_disabled_or_its_chip_not_live() {
		for (reason, label) in
			[(VacancyReason::Disabled, "disabled"), (VacancyReason::ChipNotLive, "chip_not_live")]
		{
			let setup = Setup::new();
			setup.world.leave_vacant(NEXT, &setup.world.alice, reason);
			setup.world.leave_vacant(NEXT + 1, &setup.world.bob, reason);
			let mut worker = setup.worker();
			assert!(!setup.run(&mut worker, NEXT).await);
			assert_eq!(setup.missed(label), 1);
			assert!(!setup.run(&mut worker, NEXT + 1).await);
			assert_eq!(setup.missed(label), 1);
			assert_eq!(setup.world.poci.metrics.slots_led.get(), 0);
		}
	}

	#[tokio::test]
	async fn when_it_was_sealed_before_a_restart() {
		let setup = Setup::new();
		setup.world.draw_alice(NEXT);
		assert!(setup.run(&mut setup.worker(), NEXT).await);
		// The clock was set back; the signer forgot as well.
		assert!(!setup.run(&mut setup.worker(), NEXT).await);
		assert_eq!(setup.missed("already_sealed"), 1);
		assert_eq!(setup.imported(), 1);
	}

	#[tokio::test]
	async fn when_the_database_fails() {
		let setup = Setup::new();
		let duty = setup.world.draw_alice(NEXT);
		let mut worker = setup.worker();
		*setup.world.chain.is_broken.lock() = true;
		let prospect = Prospect { duty: Some(duty), vacancy: None, is_ours: true, miners: None };
		let head = setup.world.chain.best();
		assert!(worker.claim_slot(&head, NEXT.into(), &prospect).await.is_none());
		assert_eq!(setup.missed("database"), 1);
	}

	#[tokio::test]
	async fn when_the_stored_slot_is_corrupt() {
		let setup = Setup::new();
		setup.world.draw_alice(NEXT);
		setup.world.chain.insert_aux(&[(&b"poci_last_sealed_slot"[..], &b"x"[..])], &[]).unwrap();
		assert!(!setup.run(&mut setup.worker(), NEXT).await);
		assert_eq!(setup.missed("database"), 1);
	}
}

mod in_recovery {
	use super::*;

	fn draw(setup: &Setup, slot: u64) {
		let alice = &setup.world.alice;
		setup.world.draw(slot, alice, Some(alice.chips[0]), true);
	}

	fn last_chip(setup: &Setup) -> Option<ChipId> {
		let sealed = setup.imports.0.lock().last().unwrap().post_header();
		find_pre_digest(&sealed).unwrap().chip
	}

	#[tokio::test]
	async fn a_chip_that_is_there_seals() {
		let setup = Setup::new();
		draw(&setup, NEXT);
		assert!(setup.run(&mut setup.worker(), NEXT).await);
		assert_eq!(last_chip(&setup), Some(setup.world.alice.chips[0].0));
		assert_eq!(setup.world.poci.metrics.recovery_blocks.get(), 0);
	}

	#[tokio::test]
	async fn a_chip_that_is_not_listed_is_done_without() {
		for mood in [Mood::Empty, Mood::Down] {
			let setup = Setup::new();
			draw(&setup, NEXT);
			setup.mood(mood);
			assert!(setup.run(&mut setup.worker(), NEXT).await);
			assert_eq!(last_chip(&setup), None);
			assert_eq!(*setup.signer.asked.lock(), 0);
			assert_eq!(setup.world.poci.metrics.recovery_blocks.get(), 1);
			let sealed = setup.imports.0.lock()[0].post_header();
			assert!(setup.world.verifier().check(broadcast(sealed)).await.is_ok());
		}
	}

	#[tokio::test]
	async fn a_signer_that_does_not_answer_is_given_an_eighth_of_the_slot() {
		let setup = Setup::new();
		draw(&setup, NEXT);
		setup.mood(Mood::Silent);
		let mut worker = setup.worker();
		let clock = setup.world.clock.clone();
		let (made, ()) = futures::join!(setup.run(&mut worker, NEXT), async move {
			eventually(|| clock.sleepers() == 1).await;
			clock.advance(Duration::from_millis(SLOT / 8));
		});
		assert!(made);
		assert_eq!(last_chip(&setup), None);
	}

	#[tokio::test]
	async fn a_chip_that_failed_once_is_not_waited_for_again() {
		let setup = Setup::new();
		draw(&setup, NEXT);
		draw(&setup, NEXT + 1);
		setup.mood(Mood::Refuses);
		let mut worker = setup.worker();
		assert!(!setup.run(&mut worker, NEXT).await);
		assert!(setup.run(&mut worker, NEXT + 1).await);
		assert_eq!(last_chip(&setup), None);
	}

	#[tokio::test]
	async fn a_slot_without_a_chip_needs_no_signer() {
		let setup = Setup::new();
		setup.world.draw(NEXT, &setup.world.alice, None, true);
		setup.mood(Mood::Silent);
		assert!(setup.run(&mut setup.worker(), NEXT).await);
		assert_eq!(last_chip(&setup), None);
	}

	#[tokio::test]
	async fn outside_of_it_a_dead_chip_is_never_done_without() {
		let setup = Setup::new();
		let mut worker = setup.worker();
		setup.mood(Mood::Empty);
		for slot in NEXT..NEXT + 3 {
			setup.world.draw_alice(slot);
			assert!(!setup.run(&mut worker, slot).await);
		}
		assert_eq!(setup.missed("chip_not_held"), 3);
		// Plugged in again it seals at once.
		setup.mood(Mood::Works);
		setup.world.draw_alice(NEXT + 3);
		assert!(setup.run(&mut worker, NEXT + 3).await);
		draw(&setup, NEXT + 4);
		assert!(setup.run(&mut worker, NEXT + 4).await);
		assert_eq!(last_chip(&setup), Some(setup.world.alice.chips[0].0));
	}
}

mod waits {
	use super::*;

	#[tokio::test]
	async fn for_peers_if_it_is_not_alone() {
		let mut setup = Setup::new();
		setup.is_offline = true;
		setup.world.draw_alice(NEXT);
		assert!(!setup.run(&mut setup.worker(), NEXT).await);
		assert_eq!(setup.imported(), 0);
		assert_eq!(setup.world.poci.metrics.slots_led.get(), 0);
	}

	#[tokio::test]
	async fn not_if_it_is_the_only_miner() {
		let mut setup = Setup::new();
		setup.is_offline = true;
		setup.world.election.status.lock().miners = 1;
		setup.world.draw_alice(NEXT);
		assert!(setup.run(&mut setup.worker(), NEXT).await);
	}

	#[tokio::test]
	async fn not_if_it_is_told_to_author() {
		let mut setup = Setup::new();
		setup.is_offline = true;
		setup.force_authoring = true;
		setup.world.draw_alice(NEXT);
		assert!(setup.run(&mut setup.worker(), NEXT).await);
	}

	#[tokio::test]
	async fn when_finality_lags() {
		let mut setup = Setup::new();
		setup.backs_off = true;
		setup.world.draw_alice(NEXT);
		assert!(!setup.run(&mut setup.worker(), NEXT).await);
		assert_eq!(setup.imported(), 0);
	}

	#[tokio::test]
	async fn no_longer_for_a_block_after_empty_slots() {
		let setup = Setup::new();
		let worker = setup.worker();
		let info = setup.slot_info(NEXT + 50);
		let budget = worker.proposing_remaining_duration(&info);
		assert!(budget <= Duration::from_secs(40), "{budget:?}");
	}

	#[tokio::test]
	async fn when_the_runtime_does_not_answer() {
		let setup = Setup::new();
		setup.world.draw_alice(NEXT);
		*setup.world.election.is_broken.lock() = true;
		assert!(!setup.run(&mut setup.worker(), NEXT).await);
	}
}

/// An operator reads these lines at night.
#[test]
fn a_lost_slot_is_explained() {
	let world = World::new();
	let (chip, _) = world.alice.chips[0];
	let key = world.alice.key.clone();
	let miner = world.alice.account.clone();
	let text = LostSlot::KeyMissing { chip, key, miner }.to_string();
	assert!(text.contains("keystore") && text.contains("key insert"), "{text}");
	let text = LostSlot::from(FakeSigner::down()).to_string();
	assert!(text.contains("/run/signer") && text.contains("--chip-signer"), "{text}");
	let text = LostSlot::from(SignerError::UnknownChip(chip)).to_string();
	assert!(text.contains("Plug it in"), "{text}");
	let text = LostSlot::SignerSlow(Duration::from_millis(700)).to_string();
	assert!(text.contains("700 ms"), "{text}");
}
