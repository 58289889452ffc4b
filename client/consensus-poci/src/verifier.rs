//! The checks that a foreign header passes before its block is executed.
//!
//! ```text
//!  header as received
//!    │  Unsealed::take          one pre-digest, two seals in order          bytes only
//!    ▼
//!  Unsealed
//!    │  Unsealed::timely        slot after the parent's, not too early      + parent's header
//!    ▼
//!  Timely
//!    │  Timely::elected         leader and chip are the drawn ones          + runtime at parent
//!    ▼
//!  Elected
//!    │  Elected::authenticate   author's seal, VRF, chip's seal             three signatures
//!    ▼
//!  Authentic ── equivocations ── inherents ── wait for the slot ──▶ import
//! ```
//!
//! Each state is reached only through the one before it, and the cheapest checks come first, so
//! that junk costs next to nothing. A refused header costs the peer that sent it the connection.
//!
//! Blocks that are imported with their state or without execution (warp sync, state sync, gap
//! sync) skip all this: finality vouches for them, and the state to check against is not there.

use async_trait::async_trait;
use codec::Encode;
use log::{debug, trace};
use sc_client_api::AuxStore;
use sc_consensus::{BlockImportParams, ForkChoiceStrategy, Verifier};
use sp_api::{ApiError, ProvideRuntimeApi};
use sp_application_crypto::RuntimeAppPublic;
use sp_block_builder::{check_inherents_with_data, BlockBuilder, CheckInherentsError};
use sp_blockchain::HeaderBackend;
use sp_consensus::BlockOrigin;
use sp_core::H256;
use sp_inherents::{CreateInherentDataProviders, InherentDataProvider};
use sp_runtime::{
	traits::{Block as BlockT, Header as HeaderT, Zero},
	DigestItem,
};
use sp_timestamp::Timestamp;
use std::{sync::Arc, time::Duration};
use utnet_primitives_consensus_poci::{
	author_message, author_seal, chip_seal, find_pre_digest, take_seals, vrf_verify,
	AuthoritySignature, DigestError, PreDigest, Slot,
};
use utnet_primitives_security_engine::{identity::SignatureError, seal::seal_message, ChipId};

use crate::{
	clock::{millis, Clock, SkewWatch, SlotTime, LIGHT_BODY},
	election::Duty,
	equivocation::EquivocationWatch,
	Poci, LOG_TARGET,
};

/// Why a header of another node is refused.
///
/// Each variant says what happened and what it means for the peer that sent the header. The import
/// queue knows one consequence for all of them: the peer's reputation falls so far that it is
/// disconnected.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
	/// The pre-digest or the seals are missing, doubled, malformed or in another order.
	///
	/// ## Peer
	///
	/// The header is not of this engine. The peer did not check it before passing it on.
	#[error(transparent)]
	Digest(#[from] DigestError),
	/// The header's parent is not in the database.
	///
	/// ## Peer
	///
	/// Innocent as a rule: the import queue asks for the parent first. Seen only when the database
	/// loses a block.
	#[error("the parent {0:?} is unknown")]
	UnknownParent(H256),
	/// The database failed.
	///
	/// ## Peer
	///
	/// Innocent; this node cannot go on.
	#[error("the database failed: {0}")]
	Database(#[from] sp_blockchain::Error),
	/// The slot is not after the slot of the parent.
	///
	/// ## Peer
	///
	/// The header can never become valid; passing it on is a fault.
	#[error("slot {slot} is not after its parent's slot {parent}")]
	SlotNotAfterParent {
		/// The header's slot.
		slot: Slot,
		/// The parent's slot.
		parent: Slot,
	},
	/// The slot begins more than two slots from now.
	///
	/// ## Peer
	///
	/// Its clock or this node's is wrong by more than two slots, or it tries to void the slots in
	/// between. Losing the connection is right in each case.
	#[error("slot {slot} begins only in {early_ms} ms, more than two slots from now")]
	TooEarly {
		/// The header's slot.
		slot: Slot,
		/// How long until it begins, in milliseconds.
		early_ms: u64,
	},
	/// The runtime could not be asked at the parent.
	///
	/// ## Peer
	///
	/// Innocent: the parent's state is missing here, or the runtime is broken for everybody.
	#[error("the runtime at the parent did not tell the leader: {0}")]
	Election(#[from] ApiError),
	/// Nobody may make a block in this slot: the drawn miner is disabled, or the drawn chip may
	/// not seal.
	///
	/// ## Peer
	///
	/// Every node computes the same; passing the header on is a fault.
	#[error("slot {0} has no leader")]
	NoLeader(Slot),
	/// Another miner was drawn.
	///
	/// ## Peer
	///
	/// As for [`Self::NoLeader`].
	#[error("slot {slot} is led by miner {drawn}, not by {claimed}")]
	WrongLeader {
		/// The header's slot.
		slot: Slot,
		/// The index that the header names.
		claimed: u32,
		/// The index that was drawn.
		drawn: u32,
	},
	/// Another chip was drawn.
	///
	/// ## Peer
	///
	/// As for [`Self::NoLeader`].
	#[error("slot {slot} must be sealed by chip {drawn:?}, not by {claimed:?}")]
	WrongChip {
		/// The header's slot.
		slot: Slot,
		/// The chip that the header names.
		claimed: ChipId,
		/// The chip that was drawn; `None` where only a recovery header is valid.
		drawn: Option<ChipId>,
	},
	/// A recovery header, which names no chip, where the chain does not stand still.
	///
	/// ## Peer
	///
	/// As for [`Self::NoLeader`].
	#[error("slot {0} needs a chip's seal: the chain is not in recovery")]
	NotInRecovery(Slot),
	/// The author's seal is not the leader's session key over this header.
	///
	/// ## Peer
	///
	/// Anybody can forge such a header, so the peer alone is to blame, not the leader.
	#[error("the author's seal does not hold")]
	BadAuthorSeal,
	/// The VRF proof is not the leader's for this slot, epoch and seed.
	///
	/// ## Peer
	///
	/// The leader runs other software, on another chain perhaps; the peer did not check.
	#[error("the author's VRF proof does not hold")]
	BadVrf,
	/// A recovery header with a chip's seal. The runtime cannot see seals: a seal under a header
	/// that declares none would be no recovery.
	///
	/// ## Peer
	///
	/// As for [`Self::BadVrf`].
	#[error("a recovery header carries a chip's seal")]
	UnexpectedChipSeal,
	/// The chip's seal is not the drawn chip's over this header: empty, malformed, with a high s,
	/// or made by another chip.
	///
	/// ## Peer
	///
	/// As for [`Self::BadVrf`].
	#[error("the seal of chip {chip:?} does not hold: {source}")]
	BadChipSeal {
		/// The chip that was drawn.
		chip: ChipId,
		/// What is wrong with the signature.
		source: SignatureError,
	},
	/// The block's inherents are refused, mostly because the timestamp is too far ahead or does
	/// not fit the parent's.
	///
	/// ## Peer
	///
	/// The block can never become valid; passing it on is a fault.
	#[error("the inherents do not hold: {0}")]
	Inherents(String),
}

impl VerifyError {
	/// The name of the variant for the metrics.
	pub fn reason(&self) -> &'static str {
		match self {
			Self::Digest(_) => "digest",
			Self::UnknownParent(_) => "unknown_parent",
			Self::Database(_) => "database",
			Self::SlotNotAfterParent { .. } => "slot_not_after_parent",
			Self::TooEarly { .. } => "too_early",
			Self::Election(_) => "runtime",
			Self::NoLeader(_) => "no_leader",
			Self::WrongLeader { .. } => "wrong_leader",
			Self::WrongChip { .. } => "wrong_chip",
			Self::NotInRecovery(_) => "not_in_recovery",
			Self::BadAuthorSeal => "author_seal",
			Self::BadVrf => "vrf",
			Self::UnexpectedChipSeal | Self::BadChipSeal { .. } => "chip_seal",
			Self::Inherents(_) => "inherents",
		}
	}
}

/// A header whose digest has the right shape, with both seals taken off.
#[derive(Clone, Debug)]
pub struct Unsealed<H> {
	header: H,
	pre_digest: PreDigest,
	chip_seal: Vec<u8>,
	author_seal: AuthoritySignature,
}

impl<H: HeaderT<Hash = H256>> Unsealed<H> {
	/// Reads the pre-digest of `header` and takes off its seals.
	///
	/// # Errors
	///
	/// [`VerifyError::Digest`].
	pub fn take(mut header: H) -> Result<Self, VerifyError> {
		let pre_digest = find_pre_digest(&header)?;
		let (chip_seal, author_seal) = take_seals(&mut header)?;
		Ok(Self { header, pre_digest, chip_seal, author_seal })
	}

	/// Checks the slot against the parent's and against the clock; genesis has no slot.
	///
	/// # Errors
	///
	/// [`VerifyError::SlotNotAfterParent`], [`VerifyError::TooEarly`].
	pub fn timely(
		self,
		parent: Option<Slot>,
		now: Duration,
		time: &SlotTime,
	) -> Result<Timely<H>, VerifyError> {
		let slot = self.pre_digest.slot;
		if let Some(parent) = parent.filter(|parent| slot <= *parent) {
			return Err(VerifyError::SlotNotAfterParent { slot, parent });
		}
		if time.is_too_early(slot, now) {
			let early_ms = millis(time.start_of(slot).saturating_sub(now));
			return Err(VerifyError::TooEarly { slot, early_ms });
		}
		Ok(Timely(self))
	}
}

/// An unsealed header whose slot lies between its parent's and the near future.
#[derive(Clone, Debug)]
pub struct Timely<H>(Unsealed<H>);

impl<H: HeaderT<Hash = H256>> Timely<H> {
	/// Compares leader and chip with `duty`, which was drawn for the header's slot at its parent.
	///
	/// # Errors
	///
	/// [`VerifyError::NoLeader`], [`VerifyError::WrongLeader`], [`VerifyError::WrongChip`],
	/// [`VerifyError::NotInRecovery`].
	pub fn elected(self, duty: Option<Duty>) -> Result<Elected<H>, VerifyError> {
		let Self(unsealed) = self;
		let PreDigest { slot, leader: claimed, chip, .. } = unsealed.pre_digest;
		let duty = duty.ok_or(VerifyError::NoLeader(slot))?;
		let drawn = duty.leader.index;
		if claimed != drawn {
			return Err(VerifyError::WrongLeader { slot, claimed, drawn });
		}
		let drawn = duty.leader.chip.as_ref().map(|(chip, _)| *chip);
		match chip {
			None if !duty.leader.recovery => Err(VerifyError::NotInRecovery(slot)),
			Some(claimed) if drawn != Some(claimed) => {
				Err(VerifyError::WrongChip { slot, claimed, drawn })
			}
			_ => Ok(Elected { unsealed, duty }),
		}
	}
}

/// A timely header that names the drawn leader and the drawn chip.
#[derive(Clone, Debug)]
pub struct Elected<H> {
	unsealed: Unsealed<H>,
	duty: Duty,
}

impl<H: HeaderT<Hash = H256>> Elected<H> {
	/// Checks the author's seal, the VRF proof and the chip's seal, in this order: the first ties
	/// the header to the leader, so that nobody else's junk gets any further.
	///
	/// # Errors
	///
	/// [`VerifyError::BadAuthorSeal`], [`VerifyError::BadVrf`],
	/// [`VerifyError::UnexpectedChipSeal`], [`VerifyError::BadChipSeal`].
	pub fn authenticate(self, genesis_hash: &H256) -> Result<Authentic<H>, VerifyError> {
		let Self { unsealed: Unsealed { header, pre_digest, chip_seal: seal, author_seal }, duty } =
			self;
		let slot = pre_digest.slot;
		let key = &duty.leader.session_key;
		let pre_hash = header.hash();

		let mut with_chip_seal = header.clone();
		with_chip_seal.digest_mut().push(chip_seal(seal.clone()));
		if !key.verify(&author_message(&with_chip_seal.hash()), &author_seal) {
			return Err(VerifyError::BadAuthorSeal);
		}
		if !vrf_verify(key, &duty.leader.seed, slot, duty.epoch, &pre_digest.vrf) {
			return Err(VerifyError::BadVrf);
		}
		match (pre_digest.chip, &duty.leader.chip) {
			(Some(_), Some((chip, identity_key))) => {
				let message = seal_message(genesis_hash, slot.into(), &pre_hash);
				identity_key
					.decode_signature(&seal)
					.and_then(|signature| identity_key.verify(&message, &signature))
					.map_err(|source| VerifyError::BadChipSeal { chip: *chip, source })?;
			}
			_ if seal.is_empty() => {}
			_ => return Err(VerifyError::UnexpectedChipSeal),
		}
		Ok(Authentic { header, pre_digest, chip_seal: seal, author_seal, duty })
	}
}

/// A header that the leader of its slot made, with the seal of the drawn chip.
#[derive(Clone, Debug)]
pub struct Authentic<H> {
	header: H,
	pre_digest: PreDigest,
	chip_seal: Vec<u8>,
	author_seal: AuthoritySignature,
	duty: Duty,
}

impl<H: HeaderT<Hash = H256>> Authentic<H> {
	/// The slot of the header.
	pub fn slot(&self) -> Slot {
		self.pre_digest.slot
	}

	/// Who was drawn.
	pub fn duty(&self) -> &Duty {
		&self.duty
	}

	/// The header as the runtime made it, without seals.
	pub fn header(&self) -> &H {
		&self.header
	}

	/// The two seals in the order of the digest.
	pub fn seals(&self) -> [DigestItem; 2] {
		[chip_seal(self.chip_seal.clone()), author_seal(&self.author_seal)]
	}
}

/// Checks what a block says about the world outside, such as the time.
#[async_trait]
pub trait CheckInherents<B: BlockT>: Send + Sync {
	/// Checks the inherents of `block`, which has no seals, as if it were `time` now.
	async fn check(&self, block: B, time: Timestamp) -> Result<(), String>;
}

/// Lets the runtime at the parent check the inherents.
pub struct RuntimeInherents<C, P> {
	client: Arc<C>,
	providers: P,
}

impl<C, P> RuntimeInherents<C, P> {
	/// Asks the runtime of `client`, with the data of `providers`.
	pub fn new(client: Arc<C>, providers: P) -> Self {
		Self { client, providers }
	}
}

#[async_trait]
impl<B, C, P> CheckInherents<B> for RuntimeInherents<C, P>
where
	B: BlockT,
	C: ProvideRuntimeApi<B> + Send + Sync,
	C::Api: BlockBuilder<B>,
	P: CreateInherentDataProviders<B, ()> + Send + Sync,
	P::InherentDataProviders: Send + Sync,
{
	async fn check(&self, block: B, time: Timestamp) -> Result<(), String> {
		let parent = *block.header().parent_hash();
		let providers = self
			.providers
			.create_inherent_data_providers(parent, ())
			.await
			.map_err(|error| error.to_string())?;
		let mut data = providers.create_inherent_data().await.map_err(|error| error.to_string())?;
		data.replace_data(sp_timestamp::INHERENT_IDENTIFIER, &time);
		check_inherents_with_data(Arc::clone(&self.client), parent, block, &providers, data)
			.await
			.map_err(|error| match error {
				CheckInherentsError::Client(error) => error.to_string(),
				CheckInherentsError::CreateInherentData(error)
				| CheckInherentsError::CheckInherents(error) => error.to_string(),
				CheckInherentsError::CheckInherentsUnknownError(id) => {
					format!("unknown error of the inherent {}", String::from_utf8_lossy(&id))
				}
			})
	}
}

/// What a [`PociVerifier`] is made of.
pub struct VerifierParams<B: BlockT, C> {
	/// Headers and the auxiliary store.
	pub client: Arc<C>,
	/// The election, the clock and the figures.
	pub poci: Poci<B>,
	/// Who checks the inherents.
	pub inherents: Arc<dyn CheckInherents<B>>,
	/// Who looks for equivocations.
	pub equivocations: EquivocationWatch<B, C>,
}

/// Verifies the blocks of others. Clones share everything.
pub struct PociVerifier<B: BlockT, C> {
	inner: Arc<Inner<B, C>>,
}

struct Inner<B: BlockT, C> {
	params: VerifierParams<B, C>,
	skew: SkewWatch,
}

impl<B: BlockT, C> Clone for PociVerifier<B, C> {
	fn clone(&self) -> Self {
		Self { inner: Arc::clone(&self.inner) }
	}
}

impl<B, C> PociVerifier<B, C>
where
	B: BlockT<Hash = H256>,
	C: AuxStore + HeaderBackend<B>,
{
	/// A verifier of the given parts.
	pub fn new(params: VerifierParams<B, C>) -> Self {
		Self { inner: Arc::new(Inner { params, skew: SkewWatch::default() }) }
	}

	/// Where slots lie in time.
	pub fn time(&self) -> SlotTime {
		self.inner.params.poci.time
	}

	/// The clock.
	pub fn clock(&self) -> Arc<dyn Clock> {
		Arc::clone(&self.inner.params.poci.clock)
	}

	/// Runs every check that needs nothing but the header, the chain and the clock.
	///
	/// # Errors
	///
	/// Every variant of [`VerifyError`] but [`VerifyError::Inherents`].
	pub fn inspect(&self, header: B::Header) -> Result<Authentic<B::Header>, VerifyError> {
		let VerifierParams { client, poci, .. } = &self.inner.params;
		let unsealed = Unsealed::take(header)?;
		let parent_hash = *unsealed.header.parent_hash();
		let parent = client.header(parent_hash)?.ok_or(VerifyError::UnknownParent(parent_hash))?;
		let parent_slot = slot_of(&parent)?;
		let timely = unsealed.timely(parent_slot, poci.clock.now(), &poci.time)?;
		let duty = poci.election.duty(parent_hash, timely.0.pre_digest.slot)?;
		timely.elected(duty)?.authenticate(&poci.genesis_hash)
	}

	/// Compares the clock with that of the author of a block that arrived just now.
	pub fn observe_arrival(&self, authentic: &Authentic<B::Header>, body: Option<&[B::Extrinsic]>) {
		let Poci { time, clock, metrics, .. } = &self.inner.params.poci;
		let is_light = body
			.is_some_and(|body| body.iter().map(Encode::encoded_size).sum::<usize>() < LIGHT_BODY);
		self.inner.skew.observe(
			&authentic.duty.leader.session_key,
			time.start_of(authentic.slot()),
			clock.now(),
			is_light,
			metrics,
		);
	}

	/// Verifies `block` and makes it ready for import; may take until its slot begins.
	///
	/// # Errors
	///
	/// Every variant of [`VerifyError`].
	pub async fn check(
		&self,
		mut block: BlockImportParams<B>,
	) -> Result<BlockImportParams<B>, VerifyError> {
		let VerifierParams { inherents, equivocations, poci, .. } = &self.inner.params;
		let Poci { time, clock, metrics, .. } = poci;
		let sealed = block.header.clone();
		let hash = sealed.hash();
		let authentic = self.inspect(sealed.clone())?;
		let slot = authentic.slot();
		if is_live(block.origin) {
			self.observe_arrival(&authentic, block.body.as_deref());
			let author = &authentic.duty.leader.session_key;
			if equivocations.observe(time.slot_at(clock.now()), slot, &sealed, author) {
				metrics.equivocations.inc();
			}
		}
		if let Some(body) = block.body.clone() {
			// A block that came early is judged as of its own slot; it waits for it below.
			let at = time.start_of(slot).max(clock.now());
			let stripped = B::new(authentic.header.clone(), body);
			let timestamp = Timestamp::new(millis(at));
			inherents.check(stripped, timestamp).await.map_err(VerifyError::Inherents)?;
		}
		let wait = time.wait_for(slot, clock.now());
		if !wait.is_zero() {
			debug!(
				target: LOG_TARGET,
				"Block {hash:?} of slot {slot} came {} ms early and waits", millis(wait),
			);
			metrics.headers_held.inc();
			clock.sleep(wait).await;
		}
		trace!(target: LOG_TARGET, "Checked block {hash:?} of slot {slot}");

		block.post_digests.extend(authentic.seals());
		block.header = authentic.header;
		block.fork_choice = Some(ForkChoiceStrategy::LongestChain);
		block.post_hash = Some(hash);
		Ok(block)
	}
}

/// Whether blocks of this origin are news: made about now by a miner that can be reported.
fn is_live(origin: BlockOrigin) -> bool {
	matches!(origin, BlockOrigin::NetworkBroadcast | BlockOrigin::ConsensusBroadcast)
}

/// The slot of a block of the chain; `None` for genesis.
///
/// # Errors
///
/// [`DigestError`], where the block is of another engine.
pub fn slot_of<H: HeaderT>(header: &H) -> Result<Option<Slot>, DigestError> {
	if header.number().is_zero() {
		return Ok(None);
	}
	find_pre_digest(header).map(|pre_digest| Some(pre_digest.slot))
}

#[async_trait]
impl<B, C> Verifier<B> for PociVerifier<B, C>
where
	B: BlockT<Hash = H256>,
	C: AuxStore + HeaderBackend<B> + Send + Sync,
{
	async fn verify(
		&self,
		mut block: BlockImportParams<B>,
	) -> Result<BlockImportParams<B>, String> {
		if block.with_state() || block.state_action.skip_execution_checks() {
			// A block that comes with its state is where warp sync ended: it becomes the best one.
			block.fork_choice = Some(ForkChoiceStrategy::Custom(block.with_state()));
			return Ok(block);
		}
		let (number, hash) = (*block.header.number(), block.header.hash());
		self.check(block).await.map_err(|error| {
			self.inner
				.params
				.poci
				.metrics
				.headers_refused
				.with_label_values(&[error.reason()])
				.inc();
			format!("block {number} ({hash:?}) refused: {error}")
		})
	}
}
