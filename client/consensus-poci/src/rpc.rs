//! JSON-RPC: who leads, the schedule, the state of the election.
//!
//! Powers are decimal strings, because they exceed what a JSON number holds exactly.

use jsonrpsee::{
	core::async_trait,
	proc_macros::rpc,
	types::{ErrorObject, ErrorObjectOwned},
	Extensions,
};
use sc_rpc_api::check_if_safe;
use serde::{Deserialize, Serialize};
use sp_application_crypto::ByteArray;
use sp_blockchain::HeaderBackend;
use sp_core::{Bytes, H256};
use sp_runtime::{
	traits::{BlakeTwo256, Block as BlockT, Hash as _, Header as HeaderT},
	SaturatedConversion,
};
use std::sync::Arc;
use utnet_primitives_consensus_poci::{
	find_pre_digest, take_seals, EpochIndex, Slot, MAX_SCHEDULE,
};
use utnet_primitives_core::AccountId;
use utnet_primitives_security_engine::ChipId;

use crate::{
	clock::{millis, SlotTime},
	manual_seal::SlotSkip,
	monitor::{finality_lag, has_too_strong_miner, strongest_share},
	verifier::slot_of,
	Poci,
};

/// The error codes of this API.
pub mod codes {
	/// The runtime could not be asked at the block in question.
	pub const RUNTIME: i32 = 18_001;
	/// The database failed, or the block in question is unknown.
	pub const DATABASE: i32 = 18_002;
	/// The schedule of the epoch is not known yet, or no longer.
	pub const UNKNOWN_EPOCH: i32 = 18_003;
}

/// Why a call fails.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// The state of the block is pruned, or the runtime lacks the API. Ask at a newer block.
	#[error("the runtime did not answer: {0}")]
	Runtime(#[from] sp_api::ApiError),
	/// The database failed. See the node's log.
	#[error("the database failed: {0}")]
	Database(#[from] sp_blockchain::Error),
	/// The block is unknown here. Ask at a block of this chain.
	#[error("block {0:?} is unknown or of another engine")]
	UnknownBlock(H256),
	/// The seed of the epoch is fixed one epoch ahead, and passed epochs are not kept. Ask for the
	/// current epoch or the next one.
	#[error("the schedule of epoch {asked} is not known; epochs {current} and {next} are")]
	UnknownEpoch {
		/// The epoch that was asked for.
		asked: EpochIndex,
		/// The current epoch.
		current: EpochIndex,
		/// The epoch after it.
		next: EpochIndex,
	},
	/// The call is not for everybody. Start the node with `--rpc-methods unsafe`, or call it over a
	/// connection from the same machine.
	#[error(transparent)]
	Unsafe(#[from] sc_rpc_api::UnsafeRpcError),
}

impl From<Error> for ErrorObjectOwned {
	fn from(error: Error) -> Self {
		let code = match error {
			Error::Unsafe(error) => return error.into(),
			Error::Runtime(_) => codes::RUNTIME,
			Error::Database(_) | Error::UnknownBlock(_) => codes::DATABASE,
			Error::UnknownEpoch { .. } => codes::UNKNOWN_EPOCH,
		};
		ErrorObject::owned(code, error.to_string(), None::<()>)
	}
}

/// Who leads a slot.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SlotLeader {
	/// The slot.
	pub slot: u64,
	/// Its epoch.
	pub epoch: EpochIndex,
	/// When it begins, in milliseconds since the Unix epoch.
	pub starts_at: u64,
	/// Who leads it; `null` where nobody may make a block.
	pub leader: Option<LeaderInfo>,
}

/// A leader.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeaderInfo {
	/// The miner's index in the list that elects the slot.
	pub index: u32,
	/// The miner's account.
	pub miner: AccountId,
	/// The sr25519 session key that must seal.
	pub session_key: Bytes,
	/// The chip that must seal; `null` where only a recovery block is valid.
	pub chip: Option<ChipId>,
	/// Whether a block without a chip's seal is valid too.
	pub recovery: bool,
}

/// The rest of an epoch, slot by slot.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EpochSchedule {
	/// The epoch.
	pub epoch: EpochIndex,
	/// Its slots from the next one on.
	pub slots: Vec<ScheduledSlot>,
}

/// A slot of a schedule.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduledSlot {
	/// The slot.
	pub slot: u64,
	/// The miner that leads it; `null` where nobody does as things stand.
	pub miner: Option<AccountId>,
	/// The chip that must seal it.
	pub chip: Option<ChipId>,
}

/// The election and the chain at a glance.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PociStatus {
	/// The epoch of the best block.
	pub epoch: EpochIndex,
	/// The slot of the best block; 0 at genesis.
	pub slot: u64,
	/// The slot that is running by this node's clock.
	pub current_slot: u64,
	/// Slots in an epoch.
	pub epoch_length: u32,
	/// The length of a slot in milliseconds.
	pub slot_duration: u64,
	/// Miners in the list that elects this epoch.
	pub miners: u32,
	/// The power of that list in GOPS.
	pub total_power: String,
	/// The strongest miner of that list.
	pub strongest: Option<StrongestMiner>,
	/// Whether blocks without a chip's seal are valid for the rest of this epoch.
	pub recovery: bool,
	/// The set of GRANDPA voters.
	pub set_id: u64,
	/// The number of the best block.
	pub best_block: u64,
	/// The number of the last final block.
	pub finalized_block: u64,
	/// Blocks in between.
	pub finality_lag: u64,
	/// What the operator should know: one miner can stop finality.
	pub warning: Option<String>,
}

/// The miner with the most power.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StrongestMiner {
	/// The miner's account.
	pub miner: AccountId,
	/// Its power in GOPS.
	pub power: String,
	/// Its share of the list's power in millionths.
	pub share_ppm: u32,
}

/// A header in the words of the whitepaper (2.5), for explorers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PaperHeader {
	/// The block's hash, over its seals too.
	pub hash: H256,
	/// The block's number.
	pub number: u64,
	/// The parent's hash, `prevH`.
	pub parent_hash: H256,
	/// The root of the block's transactions, `txRoot`.
	pub tx_root: H256,
	/// The output of the author's VRF that enters the randomness.
	pub nonce: H256,
	/// BLAKE2b-256 of the chip's seal followed by the author's.
	pub mix_hash: H256,
	/// The slot.
	pub slot: u64,
	/// When the slot began, in milliseconds since the Unix epoch; the exact timestamp of the block
	/// is `timestamp.now` in its state.
	pub slot_starts_at: u64,
	/// The author's index in the list that elected the slot.
	pub leader: u32,
	/// The chip that sealed; `null` in a recovery block.
	pub chip: Option<ChipId>,
}

impl PaperHeader {
	/// Reads `header`, which must have its seals; `None` for headers of others and for genesis.
	pub fn read<H: HeaderT<Hash = H256>>(header: &H, time: &SlotTime) -> Option<Self> {
		let pre_digest = find_pre_digest(header).ok()?;
		let (chip_seal, author_seal) = take_seals(&mut header.clone()).ok()?;
		let seals = [chip_seal.as_slice(), author_seal.as_ref()].concat();
		Some(Self {
			hash: header.hash(),
			number: (*header.number()).saturated_into(),
			parent_hash: *header.parent_hash(),
			tx_root: *header.extrinsics_root(),
			nonce: pre_digest.pre_output().into(),
			mix_hash: BlakeTwo256::hash(&seals),
			slot: pre_digest.slot.into(),
			slot_starts_at: millis(time.start_of(pre_digest.slot)),
			leader: pre_digest.leader,
			chip: pre_digest.chip,
		})
	}
}

/// The election, for everybody.
#[rpc(server)]
pub trait PociApi {
	/// Who leads `slot`, by default the slot that is running or the first after the best block,
	/// whichever is later; as seen from the block `at`, by default the best one.
	#[method(name = "poci_slotLeader", blocking)]
	fn slot_leader(&self, slot: Option<u64>, at: Option<H256>) -> Result<SlotLeader, Error>;

	/// Who leads the slots of `epoch` from the next slot on; the current epoch by default, the next
	/// one at most. Unsafe: a long epoch costs many runtime calls.
	#[method(name = "poci_epochSchedule", with_extensions, blocking)]
	fn epoch_schedule(&self, epoch: Option<EpochIndex>) -> Result<EpochSchedule, Error>;

	/// The header of block `at`, by default the best one, in the words of the whitepaper; `null` for
	/// genesis, which nobody sealed.
	#[method(name = "poci_header", blocking)]
	fn header(&self, at: Option<H256>) -> Result<Option<PaperHeader>, Error>;

	/// The election and the chain at a glance.
	#[method(name = "poci_status", blocking)]
	fn status(&self) -> Result<PociStatus, Error>;
}

/// Virtual time, for nodes that seal on demand.
#[rpc(server)]
pub trait PociManualApi {
	/// Leaves `slots` slots empty before the next block; returns how many are waiting. Unsafe.
	#[method(name = "poci_skipSlots", with_extensions)]
	fn skip_slots(&self, slots: u64) -> Result<u64, Error>;
}

/// Answers for [`PociApiServer`].
pub struct PociRpc<B: BlockT, C> {
	client: Arc<C>,
	poci: Poci<B>,
}

impl<B, C> PociRpc<B, C>
where
	B: BlockT<Hash = H256>,
	C: HeaderBackend<B>,
{
	/// Answers from the chain of `client`.
	pub fn new(client: Arc<C>, poci: Poci<B>) -> Self {
		Self { client, poci }
	}

	/// The slot of block `at`; `None` for genesis.
	fn slot_at(&self, at: H256) -> Result<Option<Slot>, Error> {
		let header = self.client.header(at)?.ok_or(Error::UnknownBlock(at))?;
		slot_of(&header).map_err(|_| Error::UnknownBlock(at))
	}

	/// The first slot that a block on top of `at` can still have.
	fn next_slot(&self, at: H256) -> Result<Slot, Error> {
		let now = self.poci.time.slot_at(self.poci.clock.now());
		Ok(self.slot_at(at)?.map_or(now, |slot| now.max(slot.saturating_add(1u64))))
	}
}

#[async_trait]
impl<B, C> PociApiServer for PociRpc<B, C>
where
	B: BlockT<Hash = H256>,
	C: HeaderBackend<B> + Send + Sync + 'static,
{
	fn slot_leader(&self, slot: Option<u64>, at: Option<H256>) -> Result<SlotLeader, Error> {
		let at = at.unwrap_or_else(|| self.client.info().best_hash);
		let slot = match slot {
			Some(slot) => Slot::from(slot),
			None => self.next_slot(at)?,
		};
		let leader = self.poci.election.duty(at, slot)?.map(|duty| LeaderInfo {
			index: duty.leader.index,
			miner: duty.leader.miner,
			session_key: Bytes(duty.leader.session_key.to_raw_vec()),
			chip: duty.leader.chip.map(|(chip, _)| chip),
			recovery: duty.leader.recovery,
		});
		Ok(SlotLeader {
			slot: slot.into(),
			epoch: self.poci.election.epoch_of(at, slot)?,
			starts_at: millis(self.poci.time.start_of(slot)),
			leader,
		})
	}

	fn epoch_schedule(
		&self,
		extensions: &Extensions,
		epoch: Option<EpochIndex>,
	) -> Result<EpochSchedule, Error> {
		check_if_safe(extensions)?;
		let at = self.client.info().best_hash;
		let next_slot = self.next_slot(at)?;
		let current = self.poci.election.epoch_of(at, next_slot)?;
		let next = current.saturating_add(1);
		let epoch = epoch.unwrap_or(current);
		if epoch != current && epoch != next {
			return Err(Error::UnknownEpoch { asked: epoch, current, next });
		}
		let configuration = self.poci.election.configuration(at)?;
		let length = u64::from(configuration.epoch_length);
		// Before block 1 the slot in question would be the first one.
		let genesis = u64::from(configuration.genesis_slot.unwrap_or(next_slot));
		let begin = genesis.saturating_add(epoch.saturating_mul(length));
		let end = begin.saturating_add(length);
		let mut first = begin.max(next_slot.into());
		let mut slots = Vec::new();
		while first < end {
			let count = u32::try_from(end.saturating_sub(first)).unwrap_or(u32::MAX);
			let page = self.poci.election.schedule(at, first.into(), count.min(MAX_SCHEDULE))?;
			let Some((last, _)) = page.last() else { break };
			first = u64::from(*last).saturating_add(1);
			slots.extend(page.into_iter().map(|(slot, leader)| {
				let (miner, chip) = leader.unzip();
				ScheduledSlot { slot: slot.into(), miner, chip }
			}));
		}
		Ok(EpochSchedule { epoch, slots })
	}

	fn header(&self, at: Option<H256>) -> Result<Option<PaperHeader>, Error> {
		let at = at.unwrap_or_else(|| self.client.info().best_hash);
		let header = self.client.header(at)?.ok_or(Error::UnknownBlock(at))?;
		Ok(PaperHeader::read(&header, &self.poci.time))
	}

	fn status(&self) -> Result<PociStatus, Error> {
		let info = self.client.info();
		let status = self.poci.election.status(info.best_hash)?;
		let configuration = self.poci.election.configuration(info.best_hash)?;
		let share_ppm = strongest_share(&status);
		let warning = has_too_strong_miner(&status).then(|| {
			format!(
				"one miner holds {}.{} % of the power: with more than a third it can stop finality \
				 alone",
				share_ppm / 10_000,
				share_ppm / 1_000 % 10,
			)
		});
		Ok(PociStatus {
			epoch: status.epoch,
			slot: status.slot.into(),
			current_slot: self.poci.time.slot_at(self.poci.clock.now()).into(),
			epoch_length: configuration.epoch_length,
			slot_duration: configuration.slot_duration,
			miners: status.miners,
			total_power: status.total_power.to_string(),
			strongest: status.strongest.map(|(miner, power)| StrongestMiner {
				miner,
				power: power.to_string(),
				share_ppm,
			}),
			recovery: status.recovery,
			set_id: status.set_id,
			best_block: info.best_number.saturated_into(),
			finalized_block: info.finalized_number.saturated_into(),
			finality_lag: finality_lag(&*self.client),
			warning,
		})
	}
}

/// Answers for [`PociManualApiServer`].
pub struct PociManualRpc {
	skip: SlotSkip,
}

impl PociManualRpc {
	/// Moves the virtual time of the sealer that `skip` belongs to.
	pub fn new(skip: SlotSkip) -> Self {
		Self { skip }
	}
}

#[async_trait]
impl PociManualApiServer for PociManualRpc {
	fn skip_slots(&self, extensions: &Extensions, slots: u64) -> Result<u64, Error> {
		check_if_safe(extensions)?;
		Ok(self.skip.add(slots))
	}
}
