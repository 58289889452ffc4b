//! What a leader adds to a header: the pre-digest before it is built, two seals after.

use sp_application_crypto::{AppCrypto, ByteArray};
use sp_core::{sr25519, H256};
use sp_keystore::KeystorePtr;
use sp_runtime::{traits::Header as HeaderT, DigestItem};
use std::time::Duration;
use utnet_client_chip_signer::SignerError;
use utnet_primitives_consensus_poci::{
	author_message, author_seal, chip_seal, pre_runtime, vrf_sign_data, AuthorityId,
	AuthoritySignature, PreDigest, Slot, Vacancy, VacancyReason, POCI_KEY_TYPE,
};
use utnet_primitives_core::AccountId;
use utnet_primitives_security_engine::{
	identity::SignatureError, seal::seal_message, ChipId, IdentityKey,
};

use crate::{clock::millis, election::Duty};

/// Why a slot was lost, in words for the operator.
#[derive(Debug, thiserror::Error)]
pub enum LostSlot {
	/// A chip of this node was drawn, but the session key that was frozen with its owner is not in
	/// the keystore. Keep old keys for four epochs after a rotation.
	#[error(
		"its chip {chip:?} is here, but the session key {key} of its owner {miner} is not in this \
		 node's keystore. Insert the key (`utnet-node key insert --key-type poci`), or register \
		 the keys this node has (`author_rotateKeys`, then `session.setKeys`); old keys are needed \
		 for four epochs after a change"
	)]
	KeyMissing {
		/// The chip that was drawn.
		chip: ChipId,
		/// The key that is missing.
		key: AuthorityId,
		/// The chip's owner.
		miner: AccountId,
	},
	/// The drawn miner is this node's and disabled.
	#[error(
		"its miner {0} is disabled for sealing or voting twice. Set new session keys \
		 (`author_rotateKeys`, then `session.setKeys`) and wait for one full epoch"
	)]
	Disabled(AccountId),
	/// The drawn chip is this node's and may not seal: the chain does not count it as live.
	#[error(
		"the chip that was drawn for its miner {0} is not live: moved or retired since the list was \
		 made, suspended, revoked or past its certificate's expiry. See `chips` in the chain state"
	)]
	ChipNotLive(AccountId),
	/// The keystore failed or lost the key in mid-slot.
	#[error("the keystore does not sign: {0}")]
	Keystore(String),
	/// The signer cannot be reached. Start it, or check `--chip-signer`.
	#[error(
		"the chip signer is down: {0}. Start it and check that `--chip-signer` names its socket"
	)]
	SignerDown(SignerError),
	/// The signer does not hold the drawn chip: it is unplugged, dead or in another machine.
	#[error(
		"the chip signer does not hold chip {0:?}. Plug it in again, or retire it: a claimed chip \
		 that does not answer costs slots"
	)]
	ChipNotHeld(ChipId),
	/// The signer refuses to seal, for a reason of its own.
	#[error("the chip signer refuses to seal: {0}")]
	SignerRefused(SignerError),
	/// The signer did not answer before the slot was over.
	#[error("the chip signer did not answer within {} ms, the rest of the slot", millis(*.0))]
	SignerSlow(Duration),
	/// The signer answered with something else than the chip's seal.
	#[error(
		"the chip signer's answer is not a seal of chip {chip:?}: {source}. It holds another key \
		 than the one certified for this chip, or is set up for another chain"
	)]
	WrongSeal {
		/// The chip that was drawn.
		chip: ChipId,
		/// What is wrong with the signature.
		source: SignatureError,
	},
	/// Building the block took until the end of the slot.
	#[error("the block was not ready before the end of the slot; is this machine fast enough?")]
	TooLate,
	/// A block for this slot or a later one was sealed before, perhaps before a restart or before
	/// the clock was set back. A second one would be an equivocation and cost 5 % of the pledge.
	#[error(
		"this node has sealed a block for slot {0} already, and a second one would be punished. \
		 Was the clock set back?"
	)]
	AlreadySealed(Slot),
	/// The database failed.
	#[error("the database failed: {0}")]
	Database(#[from] sp_blockchain::Error),
}

impl LostSlot {
	/// The name of the variant for the metrics.
	pub fn reason(&self) -> &'static str {
		match self {
			Self::KeyMissing { .. } => "key_missing",
			Self::Keystore(_) => "keystore",
			Self::SignerDown(_) => "signer_down",
			Self::Disabled(_) => "disabled",
			Self::ChipNotLive(_) => "chip_not_live",
			Self::ChipNotHeld(_) => "chip_not_held",
			Self::SignerRefused(_) => "signer_refused",
			Self::SignerSlow(_) => "signer_slow",
			Self::WrongSeal { .. } => "wrong_seal",
			Self::TooLate => "too_late",
			Self::AlreadySealed(_) => "already_sealed",
			Self::Database(_) => "database",
		}
	}
}

impl From<SignerError> for LostSlot {
	fn from(error: SignerError) -> Self {
		match error {
			SignerError::UnknownChip(chip) => Self::ChipNotHeld(chip),
			error @ (SignerError::Unreachable { .. } | SignerError::Timeout) => {
				Self::SignerDown(error)
			}
			error => Self::SignerRefused(error),
		}
	}
}

impl From<Vacancy<AccountId>> for LostSlot {
	fn from(vacancy: Vacancy<AccountId>) -> Self {
		match vacancy.reason {
			VacancyReason::Disabled => Self::Disabled(vacancy.miner),
			VacancyReason::ChipNotLive => Self::ChipNotLive(vacancy.miner),
		}
	}
}

impl From<sp_keystore::Error> for LostSlot {
	fn from(error: sp_keystore::Error) -> Self {
		Self::Keystore(error.to_string())
	}
}

/// Whether `keystore` holds the private half of `key`.
pub fn holds_key(keystore: &KeystorePtr, key: &AuthorityId) -> bool {
	keystore.has_keys(&[(key.to_raw_vec(), POCI_KEY_TYPE)])
}

/// A slot that this node leads, with all that opens its header.
#[derive(Clone, Debug)]
pub struct Claim {
	duty: Duty,
	pre_digest: PreDigest,
}

impl Claim {
	/// Claims `slot` for `duty`, with the chip that was drawn or, as recovery, with `None`.
	///
	/// # Errors
	///
	/// [`LostSlot::Keystore`].
	pub fn new(
		keystore: &KeystorePtr,
		slot: Slot,
		duty: Duty,
		chip: Option<ChipId>,
	) -> Result<Self, LostSlot> {
		let key: &sr25519::Public = duty.leader.session_key.as_ref();
		let data = vrf_sign_data(&duty.leader.seed, slot, duty.epoch);
		let vrf = keystore
			.sr25519_vrf_sign(POCI_KEY_TYPE, key, &data)?
			.ok_or_else(|| LostSlot::Keystore("the session key is gone".into()))?;
		let pre_digest = PreDigest { slot, leader: duty.leader.index, chip, vrf };
		Ok(Self { duty, pre_digest })
	}

	/// The slot.
	pub fn slot(&self) -> Slot {
		self.pre_digest.slot
	}

	/// Who leads it.
	pub fn duty(&self) -> &Duty {
		&self.duty
	}

	/// The digest item that opens the header.
	pub fn pre_runtime(&self) -> DigestItem {
		pre_runtime(&self.pre_digest)
	}

	/// The chip that must seal; `None` for a recovery block.
	pub fn chip(&self) -> Option<(ChipId, IdentityKey)> {
		self.pre_digest.chip.and(self.duty.leader.chip)
	}

	/// Checks that `seal` is the drawn chip's over the header with `pre_hash`: peers would cut the
	/// connection for less.
	///
	/// # Errors
	///
	/// [`LostSlot::WrongSeal`].
	pub fn check_chip_seal(
		&self,
		genesis_hash: &H256,
		pre_hash: &H256,
		seal: &[u8],
	) -> Result<(), LostSlot> {
		let Some((chip, identity_key)) = self.chip() else { return Ok(()) };
		let message = seal_message(genesis_hash, self.slot().into(), pre_hash);
		identity_key
			.decode_signature(seal)
			.and_then(|signature| identity_key.verify(&message, &signature))
			.map_err(|source| LostSlot::WrongSeal { chip, source })
	}

	/// Both seals for `header`, which has none yet; `chip` is the chip's signature, empty for a
	/// recovery block.
	///
	/// # Errors
	///
	/// [`LostSlot::Keystore`].
	pub fn seals<H: HeaderT<Hash = H256>>(
		&self,
		keystore: &KeystorePtr,
		mut header: H,
		chip: Vec<u8>,
	) -> Result<[DigestItem; 2], LostSlot> {
		let chip = chip_seal(chip);
		header.digest_mut().push(chip.clone());
		let key: &sr25519::Public = self.duty.leader.session_key.as_ref();
		let signature: AuthoritySignature = keystore
			.sr25519_sign(<AuthorityId as AppCrypto>::ID, key, &author_message(&header.hash()))?
			.ok_or_else(|| LostSlot::Keystore("the session key is gone".into()))?
			.into();
		Ok([chip, author_seal(&signature)])
	}
}
