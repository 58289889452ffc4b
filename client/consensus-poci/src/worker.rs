//! Making blocks: asks each slot whether it is ours, builds on the best block, has it sealed.

use async_trait::async_trait;
use codec::{Decode, Encode};
use futures::{
	future::{select, BoxFuture, Either},
	FutureExt, TryFutureExt,
};
use log::{debug, info, warn};
use parking_lot::Mutex;
use sc_client_api::AuxStore;
use sc_consensus::{
	BlockImport, BlockImportParams, ForkChoiceStrategy, JustificationSyncLink, StateAction,
	StorageChanges as ImportedChanges,
};
use sc_consensus_slots::{
	BackoffAuthoringBlocksStrategy, SimpleSlotWorker, SlotInfo, SlotLenienceType, SlotProportion,
	StorageChanges,
};
use sc_telemetry::TelemetryHandle;
use sp_blockchain::HeaderBackend;
use sp_consensus::{BlockOrigin, Environment, Error as ConsensusError, Proposer, SyncOracle};
use sp_core::H256;
use sp_keystore::KeystorePtr;
use sp_runtime::{
	traits::{Block as BlockT, Header as HeaderT, NumberFor},
	DigestItem,
};
use std::{collections::HashSet, sync::Arc, time::Duration};
use utnet_client_chip_signer::{ChipSigner, SealRequest};
use utnet_primitives_consensus_poci::{Slot, Vacancy};
use utnet_primitives_core::AccountId;
use utnet_primitives_security_engine::ChipId;

use crate::{
	claim::{holds_key, Claim, LostSlot},
	election::Duty,
	verifier::slot_of,
	Poci, LOG_TARGET,
};

/// Where the last sealed slot is kept across restarts.
const LAST_SEALED_KEY: &[u8] = b"poci_last_sealed_slot";

/// The list of the signer's chips is asked for again after this time.
const CHIP_LIST_AGE: Duration = Duration::from_secs(60);

/// What a [`PociWorker`] is made of.
pub struct WorkerParams<B: BlockT, C, I, PF, SO, L, BS> {
	/// Headers and the auxiliary store.
	pub client: Arc<C>,
	/// The election, the clock and the figures.
	pub poci: Poci<B>,
	/// Where own blocks go: once, and past the verifier.
	pub block_import: I,
	/// What builds blocks.
	pub proposer_factory: PF,
	/// Where the session keys are.
	pub keystore: KeystorePtr,
	/// Where the chips are.
	pub signer: Arc<dyn ChipSigner>,
	/// Tells whether the node has peers and is in step with them.
	pub sync_oracle: SO,
	/// Hears of justifications that own blocks need.
	pub justification_sync_link: L,
	/// Makes blocks without peers too.
	pub force_authoring: bool,
	/// When to make fewer blocks because finality lags.
	pub backoff: Option<BS>,
	/// The share of a slot that may be spent on building.
	pub proposal_share: SlotProportion,
	/// Telemetry, if there is any.
	pub telemetry: Option<TelemetryHandle>,
}

/// Makes the blocks of the slots that this node's miners lead.
pub struct PociWorker<B: BlockT, C, I, PF, SO, L, BS> {
	params: WorkerParams<B, C, I, PF, SO, L, BS>,
	memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
	/// Chips whose last seal failed: in recovery they are not waited for again.
	failed: HashSet<ChipId>,
	/// The signer's chips and when they were asked for.
	own: Option<(Duration, HashSet<ChipId>)>,
}

/// What the worker knows about a slot before it claims it.
#[derive(Clone, Debug)]
pub struct Prospect {
	/// Who leads the slot.
	pub duty: Option<Duty>,
	/// Why nobody leads the slot, if it was drawn for a miner of this node.
	pub vacancy: Option<Vacancy<AccountId>>,
	/// Whether this node has the leader's key.
	pub is_ours: bool,
	/// How many miners share the epoch; asked only where it matters.
	pub miners: Option<u32>,
}

impl<B, C, I, PF, SO, L, BS> PociWorker<B, C, I, PF, SO, L, BS>
where
	B: BlockT<Hash = H256>,
	C: AuxStore + HeaderBackend<B>,
{
	/// A worker of the given parts.
	pub fn new(params: WorkerParams<B, C, I, PF, SO, L, BS>) -> Self {
		Self { params, memory: Mutex::default() }
	}

	/// Tells the operator that `slot` is lost.
	fn lose(&self, slot: Slot, why: &LostSlot) {
		self.params.poci.metrics.slots_missed.with_label_values(&[why.reason()]).inc();
		warn!(target: LOG_TARGET, "💔 Slot {slot} is lost: {why}.");
	}

	/// The chips of the signer, no older than [`CHIP_LIST_AGE`] unless it does not answer within
	/// `patience`.
	async fn own_chips(&self, patience: Duration) -> HashSet<ChipId> {
		let now = self.params.poci.clock.now();
		if let Some((read_at, chips)) = &self.memory.lock().own {
			if now.saturating_sub(*read_at) < CHIP_LIST_AGE {
				return chips.clone();
			}
		}
		let chips = match self.list_chips(patience).await {
			Some(chips) => chips,
			// The old list is still the best guess.
			None => self.memory.lock().own.take().map(|(_, chips)| chips).unwrap_or_default(),
		};
		self.memory.lock().own = Some((now, chips.clone()));
		chips
	}

	/// What the signer holds right now; `None` if it does not say within `patience`.
	async fn list_chips(&self, patience: Duration) -> Option<HashSet<ChipId>> {
		match select(self.params.signer.chips(), self.params.poci.clock.sleep(patience)).await {
			Either::Left((Ok(chips), _)) => Some(chips.into_iter().map(|chip| chip.id).collect()),
			Either::Left((Err(error), _)) => {
				debug!(target: LOG_TARGET, "The chip signer does not list its chips: {error}");
				None
			}
			Either::Right(_) => None,
		}
	}

	/// The chip to name in the header: the drawn one; in recovery `None` where that chip is not
	/// there to seal.
	async fn choose_chip(&self, slot: Slot, duty: &Duty) -> Option<ChipId> {
		let (chip, _) = duty.leader.chip?;
		if !duty.leader.recovery {
			return Some(chip);
		}
		let has_failed = self.memory.lock().failed.contains(&chip);
		let is_held = !has_failed
			&& self
				.list_chips(self.params.poci.time.duration() / 8)
				.await
				.is_some_and(|chips| chips.contains(&chip));
		if is_held {
			return Some(chip);
		}
		info!(
			target: LOG_TARGET,
			"⛑️ Chip {chip:?} cannot seal slot {slot}; the chain is in recovery, so the block is made \
			 without it",
		);
		None
	}

	/// Fails if a block was sealed for `slot` or a later one, now or before a restart.
	fn check_unsealed(&self, slot: Slot) -> Result<(), LostSlot> {
		let Some(stored) = self.params.client.get_aux(LAST_SEALED_KEY)? else { return Ok(()) };
		let last = u64::decode(&mut stored.as_slice()).map_err(|error| {
			sp_blockchain::Error::Backend(format!("the last sealed slot is corrupt: {error}"))
		})?;
		if u64::from(slot) <= last {
			return Err(LostSlot::AlreadySealed(Slot::from(last)));
		}
		Ok(())
	}

	/// Remembers that `slot` is about to be sealed.
	fn note_sealed(&self, slot: Slot) -> Result<(), LostSlot> {
		let value = u64::from(slot).encode();
		self.params.client.insert_aux(&[(LAST_SEALED_KEY, value.as_slice())], &[])?;
		Ok(())
	}

	async fn try_claim(&self, slot: Slot, duty: &Duty) -> Result<Claim, LostSlot> {
		self.check_unsealed(slot)?;
		let chip = self.choose_chip(slot, duty).await;
		Claim::new(&self.params.keystore, slot, duty.clone(), chip)
	}

	/// The chip's signature under the header with `pre_hash`, checked; empty for recovery. Waits
	/// for the signer until the slot is over.
	async fn chip_seal(&self, claim: &Claim, pre_hash: H256) -> Result<Vec<u8>, LostSlot> {
		let WorkerParams { signer, poci, .. } = &self.params;
		let Poci { clock, time, genesis_hash, metrics, .. } = poci;
		let slot = claim.slot();
		let started = clock.now();
		let rest = time.end_of(slot).saturating_sub(started);
		if rest.is_zero() {
			return Err(LostSlot::TooLate);
		}
		let Some((chip, _)) = claim.chip() else { return Ok(Vec::new()) };
		let request =
			SealRequest { chip, genesis_hash: *genesis_hash, slot: slot.into(), pre_hash };
		let answer = match select(signer.sign_seal(request), clock.sleep(rest)).await {
			Either::Left((answer, _)) => answer.map_err(LostSlot::from),
			Either::Right(_) => Err(LostSlot::SignerSlow(rest)),
		};
		metrics.signer_latency.observe(clock.now().saturating_sub(started).as_secs_f64());
		let result = answer.and_then(|seal| {
			claim.check_chip_seal(genesis_hash, &pre_hash, &seal)?;
			Ok(seal)
		});
		let mut memory = self.memory.lock();
		if result.is_ok() {
			memory.failed.remove(&chip);
		} else {
			memory.failed.insert(chip);
		}
		result
	}

	async fn try_seal(
		&self,
		claim: &Claim,
		header: &B::Header,
		pre_hash: H256,
	) -> Result<[DigestItem; 2], LostSlot> {
		let chip = self.chip_seal(claim, pre_hash).await?;
		// From here on the slot counts as used, whatever happens: a lost slot is cheaper than two
		// headers.
		self.check_unsealed(claim.slot())?;
		self.note_sealed(claim.slot())?;
		claim.seals(&self.params.keystore, header.clone(), chip)
	}

	/// Warns if the slot's drawn chip is here and only the key is missing.
	async fn warn_of_missing_key(&self, slot: Slot, duty: &Duty) {
		let Some((chip, _)) = duty.leader.chip else { return };
		if self.own_chips(self.params.poci.time.duration() / 8).await.contains(&chip) {
			let key = duty.leader.session_key.clone();
			let miner = duty.leader.miner.clone();
			self.lose(slot, &LostSlot::KeyMissing { chip, key, miner });
		}
	}
}

#[async_trait]
impl<B, C, I, PF, SO, L, BS, E> SimpleSlotWorker<B> for PociWorker<B, C, I, PF, SO, L, BS>
where
	B: BlockT<Hash = H256>,
	C: AuxStore + HeaderBackend<B>,
	I: BlockImport<B> + Send + Sync + 'static,
	PF: Environment<B, Error = E> + Send + Sync,
	PF::Proposer: Proposer<B, Error = E>,
	SO: SyncOracle + Send + Sync,
	L: JustificationSyncLink<B>,
	BS: BackoffAuthoringBlocksStrategy<NumberFor<B>> + Send + Sync,
	E: std::error::Error + Send + From<ConsensusError> + 'static,
{
	type BlockImport = I;
	type SyncOracle = SO;
	type JustificationSyncLink = L;
	type CreateProposer = BoxFuture<'static, Result<PF::Proposer, ConsensusError>>;
	type Proposer = PF::Proposer;
	type Claim = Claim;
	type AuxData = Prospect;

	fn logging_target(&self) -> &'static str {
		LOG_TARGET
	}

	fn block_import(&mut self) -> &mut I {
		&mut self.params.block_import
	}

	fn aux_data(&self, parent: &B::Header, slot: Slot) -> Result<Prospect, ConsensusError> {
		let other = |error| ConsensusError::Other(Box::new(error));
		let hash = parent.hash();
		let duty = self.params.poci.election.duty(hash, slot).map_err(other)?;
		let vacancy = match duty {
			Some(_) => None,
			None => self.params.poci.election.vacancy(hash, slot).map_err(other)?,
		}
		.filter(|vacancy| holds_key(&self.params.keystore, &vacancy.session_key));
		let is_ours = duty
			.as_ref()
			.is_some_and(|duty| holds_key(&self.params.keystore, &duty.leader.session_key));
		let miners = if is_ours && !self.params.force_authoring {
			Some(self.params.poci.election.status(hash).map_err(other)?.miners)
		} else {
			None
		};
		Ok(Prospect { duty, vacancy, is_ours, miners })
	}

	/// With more than one miner and no peers the node waits for the network, unless it is told to
	/// author all the same.
	fn authorities_len(&self, prospect: &Prospect) -> Option<usize> {
		prospect.miners.and_then(|miners| usize::try_from(miners).ok())
	}

	async fn claim_slot(
		&mut self,
		_parent: &B::Header,
		slot: Slot,
		prospect: &Prospect,
	) -> Option<Claim> {
		if let Some(vacancy) = &prospect.vacancy {
			self.lose(slot, &vacancy.clone().into());
		}
		let duty = prospect.duty.as_ref()?;
		if !prospect.is_ours {
			self.warn_of_missing_key(slot, duty).await;
			return None;
		}
		self.params.poci.metrics.slots_led.inc();
		match self.try_claim(slot, duty).await {
			Ok(claim) => Some(claim),
			Err(why) => {
				self.lose(slot, &why);
				None
			}
		}
	}

	fn pre_digest_data(&self, _slot: Slot, claim: &Claim) -> Vec<DigestItem> {
		vec![claim.pre_runtime()]
	}

	async fn block_import_params(
		&self,
		header: B::Header,
		header_hash: &H256,
		body: Vec<B::Extrinsic>,
		storage_changes: StorageChanges<B>,
		claim: Claim,
		_prospect: Prospect,
	) -> Result<BlockImportParams<B>, ConsensusError> {
		let seals = match self.try_seal(&claim, &header, *header_hash).await {
			Ok(seals) => seals,
			Err(why) => {
				self.lose(claim.slot(), &why);
				return Err(ConsensusError::Other(Box::new(why)));
			}
		};
		self.params.poci.metrics.slots_sealed.inc();
		if claim.chip().is_none() {
			self.params.poci.metrics.recovery_blocks.inc();
		}
		let mut import = BlockImportParams::new(BlockOrigin::Own, header);
		import.post_digests.extend(seals);
		import.body = Some(body);
		import.state_action = StateAction::ApplyChanges(ImportedChanges::Changes(storage_changes));
		import.fork_choice = Some(ForkChoiceStrategy::LongestChain);
		Ok(import)
	}

	fn force_authoring(&self) -> bool {
		self.params.force_authoring
	}

	fn should_backoff(&self, slot: Slot, head: &B::Header) -> bool {
		let Some(strategy) = &self.params.backoff else { return false };
		let Ok(Some(head_slot)) = slot_of(head) else { return false };
		let finalized = self.params.client.info().finalized_number;
		strategy.should_backoff(*head.number(), head_slot, finalized, slot, LOG_TARGET)
	}

	fn sync_oracle(&mut self) -> &mut SO {
		&mut self.params.sync_oracle
	}

	fn justification_sync_link(&mut self) -> &mut L {
		&mut self.params.justification_sync_link
	}

	fn proposer(&mut self, parent: &B::Header) -> Self::CreateProposer {
		self.params
			.proposer_factory
			.init(parent)
			.map_err(|error| ConsensusError::ClientImport(error.to_string()))
			.boxed()
	}

	fn telemetry(&self) -> Option<TelemetryHandle> {
		self.params.telemetry.clone()
	}

	/// No lenience after empty slots: the chip must seal before the slot is over.
	fn proposing_remaining_duration(&self, slot_info: &SlotInfo<B>) -> Duration {
		sc_consensus_slots::proposing_remaining_duration(
			None,
			slot_info,
			&self.params.proposal_share,
			None,
			SlotLenienceType::Linear,
			LOG_TARGET,
		)
	}
}
