//! Blocks on demand, in virtual time, with real seals.
//!
//! For development and tests: `sc-consensus-manual-seal` makes a block per transaction or per call,
//! and this provider gives it a slot, a leader and both seals. Time is virtual: each block takes
//! the next slot that one of this node's chips leads, and carries the timestamp of that slot. So an
//! epoch of 20 slots passes as fast as blocks can be made.

use async_trait::async_trait;
use sc_consensus::BlockImportParams;
use sc_consensus_manual_seal::{ConsensusDataProvider, Error};
use sp_api::StorageProof;
use sp_blockchain::HeaderBackend;
use sp_core::H256;
use sp_inherents::{CreateInherentDataProviders, InherentData};
use sp_keystore::KeystorePtr;
use sp_runtime::{
	traits::{Block as BlockT, Header as HeaderT},
	Digest,
};
use sp_timestamp::TimestampInherentData;
use std::{
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc,
	},
	time::Duration,
};
use utnet_client_chip_signer::{EmbeddedSigner, SealRequest};
use utnet_primitives_consensus_poci::{
	find_pre_digest, inherents::InherentDataProvider as SlotProvider, Slot,
};
use utnet_primitives_security_engine::ChipId;

use crate::{
	claim::{holds_key, Claim, LostSlot},
	election::Duty,
	verifier::slot_of,
	Poci,
};

/// How many slots are searched for one that this node leads.
pub const MAX_SEARCH: u64 = 2_000;

/// What is given to each block: its slot and its timestamp.
pub type Providers = (SlotProvider, sp_timestamp::InherentDataProvider);

/// Why a block cannot be made on demand.
#[derive(Debug, thiserror::Error)]
pub enum ManualSealError {
	/// None of the next slots is led by a chip and a key of this node. Wait for its miner to be in
	/// an elected list, or start the node with the keys and chips of one that is.
	#[error(
		"none of the {MAX_SEARCH} slots from {first} on is led by a chip and a session key of this \
		 node; is its miner in the list that elects this epoch?"
	)]
	NoOwnSlot {
		/// The first slot searched.
		first: Slot,
	},
	/// The slot that the timestamp names is not led by this node. The inherents of the block must
	/// come from the same provider.
	#[error("slot {0} of the block's timestamp is not led by this node")]
	ForeignSlot(Slot),
	/// The block has no timestamp. The inherents of the block must come from the same provider.
	#[error("the block has no timestamp to tell its slot by")]
	NoTimestamp,
	/// The block's header was not opened by this provider.
	#[error("the header was not opened by this provider: {0}")]
	ForeignHeader(utnet_primitives_consensus_poci::DigestError),
	/// The runtime could not be asked.
	#[error("the runtime did not tell the leader: {0}")]
	Election(#[from] sp_api::ApiError),
	/// The parent is not in the database.
	#[error("the parent {0:?} is unknown")]
	UnknownParent(H256),
	/// The database failed.
	#[error("the database failed: {0}")]
	Database(#[from] sp_blockchain::Error),
	/// The chip or the session key did not seal.
	#[error("the block cannot be sealed: {0}")]
	Seal(#[from] LostSlot),
}

impl From<ManualSealError> for Error {
	fn from(error: ManualSealError) -> Self {
		Self::StringError(error.to_string())
	}
}

/// What a [`ManualSealer`] is made of.
pub struct ManualSealParams<B: BlockT> {
	/// The headers of the chain.
	pub chain: Arc<dyn HeaderBackend<B>>,
	/// The election, and the clock that tells the slot of block 1; after that time is virtual.
	pub poci: Poci<B>,
	/// Where the session keys are.
	pub keystore: KeystorePtr,
	/// The chips; manual seal is synchronous, so only embedded ones will do.
	pub signer: Arc<EmbeddedSigner>,
}

/// Gives blocks made on demand their slots, timestamps, leaders and seals. Clones share the
/// virtual time.
pub struct ManualSealer<B: BlockT> {
	params: Arc<ManualSealParams<B>>,
	skip: SlotSkip,
}

impl<B: BlockT> Clone for ManualSealer<B> {
	fn clone(&self) -> Self {
		Self { params: Arc::clone(&self.params), skip: self.skip.clone() }
	}
}

/// Slots that the next block leaves empty. Clones share the count.
#[derive(Clone, Debug, Default)]
pub struct SlotSkip(Arc<AtomicU64>);

impl SlotSkip {
	/// Lets `slots` more slots pass before the next block; returns how many are waiting now.
	pub fn add(&self, slots: u64) -> u64 {
		let add = |waiting: u64| Some(waiting.saturating_add(slots));
		match self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add) {
			Ok(waiting) | Err(waiting) => waiting.saturating_add(slots),
		}
	}

	fn take(&self) -> u64 {
		self.0.swap(0, Ordering::Relaxed)
	}
}

impl<B: BlockT<Hash = H256>> ManualSealer<B> {
	/// A sealer of the given parts.
	pub fn new(params: ManualSealParams<B>) -> Self {
		Self { params: Arc::new(params), skip: SlotSkip::default() }
	}

	/// The handle by which slots are left empty.
	pub fn skip(&self) -> SlotSkip {
		self.skip.clone()
	}

	/// The first slot after `parent`'s, and after those to be skipped, that this node can seal.
	fn next_slot(&self, parent: H256) -> Result<Slot, ManualSealError> {
		let ManualSealParams { chain, signer, poci, .. } = &*self.params;
		let header = chain.header(parent)?.ok_or(ManualSealError::UnknownParent(parent))?;
		let parent_slot = slot_of(&header).map_err(ManualSealError::ForeignHeader)?;
		let skipped = self.skip.take();
		let first = match parent_slot {
			Some(slot) => slot.saturating_add(1u64),
			None => poci.time.slot_at(poci.clock.now()),
		}
		.saturating_add(skipped);
		for ahead in 0..MAX_SEARCH {
			let slot = first.saturating_add(ahead);
			let duty = self.own_duty(parent, slot)?;
			if duty.is_some_and(|duty| choose_chip(&duty, signer).is_some()) {
				return Ok(slot);
			}
		}
		self.skip.add(skipped);
		Err(ManualSealError::NoOwnSlot { first })
	}

	/// Who leads `slot`, if this node has the key.
	fn own_duty(&self, parent: H256, slot: Slot) -> Result<Option<Duty>, ManualSealError> {
		let duty = self.params.poci.election.duty(parent, slot)?;
		Ok(duty.filter(|duty| holds_key(&self.params.keystore, &duty.leader.session_key)))
	}

	fn claim(&self, parent: H256, slot: Slot) -> Result<Claim, ManualSealError> {
		let duty = self.own_duty(parent, slot)?.ok_or(ManualSealError::ForeignSlot(slot))?;
		let chip =
			choose_chip(&duty, &self.params.signer).ok_or(ManualSealError::ForeignSlot(slot))?;
		Ok(Claim::new(&self.params.keystore, slot, duty, chip)?)
	}

	fn seal(&self, parent: H256, import: &mut BlockImportParams<B>) -> Result<(), ManualSealError> {
		let ManualSealParams { keystore, signer, poci, .. } = &*self.params;
		let genesis_hash = &poci.genesis_hash;
		let slot = find_pre_digest(&import.header).map_err(ManualSealError::ForeignHeader)?.slot;
		let claim = self.claim(parent, slot)?;
		let pre_hash = import.header.hash();
		let seal = match claim.chip() {
			Some((chip, _)) => {
				let request =
					SealRequest { chip, genesis_hash: *genesis_hash, slot: slot.into(), pre_hash };
				signer.sign_seal_now(&request).map_err(LostSlot::from)?
			}
			None => Vec::new(),
		};
		claim.check_chip_seal(genesis_hash, &pre_hash, &seal)?;
		import.post_digests.extend(claim.seals(keystore, import.header.clone(), seal)?);
		Ok(())
	}
}

/// The chip to name in the header of `duty`'s slot, `Some(None)` for recovery; `None` where `signer`
/// cannot seal it.
fn choose_chip(duty: &Duty, signer: &EmbeddedSigner) -> Option<Option<ChipId>> {
	match duty.leader.chip {
		Some((chip, _)) if signer.holds(chip) => Some(Some(chip)),
		_ => duty.leader.recovery.then_some(None),
	}
}

#[async_trait]
impl<B: BlockT<Hash = H256>> CreateInherentDataProviders<B, ()> for ManualSealer<B> {
	type InherentDataProviders = Providers;

	async fn create_inherent_data_providers(
		&self,
		parent: H256,
		(): (),
	) -> Result<Providers, Box<dyn std::error::Error + Send + Sync>> {
		let slot = self.next_slot(parent).map_err(Box::new)?;
		let timestamp = self.params.poci.time.start_of(slot);
		Ok((SlotProvider::new(slot), sp_timestamp::InherentDataProvider::new(timestamp.into())))
	}
}

impl<B: BlockT<Hash = H256>> ConsensusDataProvider<B> for ManualSealer<B> {
	fn create_digest(&self, parent: &B::Header, inherents: &InherentData) -> Result<Digest, Error> {
		let timestamp = inherents.timestamp_inherent_data()?.ok_or(ManualSealError::NoTimestamp)?;
		let slot = self.params.poci.time.slot_at(Duration::from_millis(timestamp.as_millis()));
		let claim = self.claim(parent.hash(), slot)?;
		Ok(Digest { logs: vec![claim.pre_runtime()] })
	}

	fn append_block_import(
		&self,
		parent: &B::Header,
		import: &mut BlockImportParams<B>,
		_inherents: &InherentData,
		_proof: StorageProof,
	) -> Result<(), Error> {
		Ok(self.seal(parent.hash(), import)?)
	}
}
