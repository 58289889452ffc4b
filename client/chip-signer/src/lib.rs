//! Signs for chips.
//!
//! A node never holds a chip's private key. It asks a [`ChipSigner`], which either lives in the
//! same process ([`EmbeddedSigner`], software engines only) or behind a Unix socket
//! ([`unix::UnixSigner`] talks to what [`unix::serve`] offers). Requests are typed: a signer builds
//! the message and its digest itself, so that no request can make a chip sign anything else.
//!
//! Whatever the form, a signer never seals two blocks of one chain with one chip in one slot.

pub mod development;
mod embedded;
mod engine;
pub mod folder;
pub mod protocol;
mod slots;
pub mod unix;
pub mod vendor;

#[cfg(test)]
mod tests;

pub use embedded::EmbeddedSigner;
pub use engine::{EfuseKey, EngineError, SoftwareEngine};

use codec::{Decode, Encode};
use sp_core::H256;
use std::path::PathBuf;
use utnet_primitives_security_engine::{
	BatchId, CatKey, CatSignature, Certificate, ChipId, ChipSignature, Claim, IdentityKey, Serial,
};

/// Holds chips and signs with them.
#[async_trait::async_trait]
pub trait ChipSigner: Send + Sync {
	/// The chips held, by identifier in ascending order.
	async fn chips(&self) -> Result<Vec<ChipInfo>, SignerError>;

	/// Seals a block: the bare signature over
	/// [`seal_message`](utnet_primitives_security_engine::seal::seal_message).
	///
	/// A chip seals each slot of a chain at most once and never goes back.
	async fn sign_seal(&self, request: SealRequest) -> Result<Vec<u8>, SignerError>;

	/// Signs a claim and proves that the chip holds its CAT key.
	async fn sign_claim(&self, request: ClaimRequest) -> Result<SignedClaim, SignerError>;

	/// How the signer is.
	async fn health(&self) -> Result<Health, SignerError>;
}

/// What is public about a chip.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct ChipInfo {
	/// The chip's identifier.
	pub id: ChipId,
	/// Verifies the chip's seals and claims.
	pub identity_key: IdentityKey,
	/// Verifies the chip's availability.
	pub cat_key: CatKey,
	/// The production batch.
	pub batch: BatchId,
	/// Unique within the vendor.
	pub serial: Serial,
}

impl From<&Certificate> for ChipInfo {
	fn from(certificate: &Certificate) -> Self {
		Self {
			id: certificate.chip_id(),
			identity_key: certificate.identity_key,
			cat_key: certificate.cat_key,
			batch: certificate.batch_id(),
			serial: certificate.serial,
		}
	}
}

/// A block to be sealed.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub struct SealRequest {
	/// The chip that won the slot.
	pub chip: ChipId,
	/// The hash of the chain's genesis block.
	pub genesis_hash: H256,
	/// The slot won.
	pub slot: u64,
	/// The hash of the header without its seals.
	pub pre_hash: H256,
}

/// A claim to be signed by the chip that it names.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub struct ClaimRequest {
	/// What the chip is to say.
	pub claim: Claim,
}

/// What a chip brings to be registered.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub struct SignedClaim {
	/// By the identity key, over [`Claim::message`].
	pub signature: ChipSignature,
	/// By the CAT key, over itself.
	pub possession: CatSignature,
}

/// How a signer is.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Health {
	/// How many chips it can sign with.
	pub chips: u32,
	/// How many blocks it has sealed since it started.
	pub seals: u64,
	/// Its clock in milliseconds since the Unix epoch.
	pub clock: u64,
}

/// Why a signer did not sign.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignerError {
	/// The signer does not hold the chip. Add the chip to its folder, or start the node beside the
	/// signer that holds it.
	#[error("the signer does not hold chip {0:?}")]
	UnknownChip(ChipId),
	/// Nobody listens at the socket, or the connection broke. Start the signer, check the path and
	/// that the node may write to the socket.
	#[error("the chip signer at {} cannot be reached: {reason}", path.display())]
	Unreachable {
		/// The socket.
		path: PathBuf,
		/// What the system said.
		reason: String,
	},
	/// The signer did not answer in time. Look at its load; the slot is lost.
	#[error("the chip signer did not answer in time")]
	Timeout,
	/// The chip has already sealed this slot or a later one of this chain. Harmless after a
	/// restart within one slot; else another node uses the same chip.
	#[error("the chip has already sealed slot {last}, it does not seal slot {slot}")]
	SlotNotAfterLast {
		/// The slot asked for.
		slot: u64,
		/// The last slot sealed.
		last: u64,
	},
	/// The slot has not come by the signer's clock. Set the clocks of node and signer.
	#[error(
		"slot {slot} is more than one slot ahead of the signer's clock, which is in slot {now}"
	)]
	SlotInFuture {
		/// The slot asked for.
		slot: u64,
		/// The current slot by the signer's clock.
		now: u64,
	},
	/// The signer does not sign for the chain with this genesis hash. Start it with the hash in its
	/// list of networks.
	#[error("the signer does not sign for the network with genesis {0:?}")]
	ForeignNetwork(H256),
	/// The other side does not speak the signer protocol as it should. Run node and signer of the
	/// same release.
	#[error("signer protocol: {0}")]
	Protocol(String),
	/// The security engine or its folder failed; the text says where.
	#[error("security engine: {0}")]
	Engine(String),
}

impl From<EngineError> for SignerError {
	fn from(error: EngineError) -> Self {
		Self::Engine(error.to_string())
	}
}

/// Milliseconds since the Unix epoch; 0 before it.
pub(crate) fn clock() -> u64 {
	std::time::SystemTime::now()
		.duration_since(std::time::UNIX_EPOCH)
		.map(|elapsed| u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX))
		.unwrap_or_default()
}

/// Refuses a slot that is more than one ahead of the clock; `slot_duration` in milliseconds.
pub(crate) fn check_clock(slot: u64, slot_duration: u64, clock: u64) -> Result<(), SignerError> {
	let now = clock
		.checked_div(slot_duration)
		.ok_or_else(|| SignerError::Protocol("the slot duration is zero".into()))?;
	if slot > now.saturating_add(1) {
		return Err(SignerError::SlotInFuture { slot, now });
	}
	Ok(())
}
