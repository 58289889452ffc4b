//! How a chip comes to its owner: certificate, claim and proof of possession.
//!
//! A registration passes three stages, each a type of its own:
//!
//! ```text
//! Registration ──admit──▶ Admitted ──verify──▶ Vec<UncompressedCatKey> ──enter──▶ Chips, Places
//!              reads only           signatures                         writes
//! ```

use alloc::{collections::BTreeSet, vec::Vec};
use codec::Encode;
use frame::{
	deps::{
		frame_support::storage::{with_transaction, TransactionOutcome},
		sp_runtime::{
			transaction_validity::{
				InvalidTransaction, TransactionSource, TransactionValidityError,
				TransactionValidityWithRefund, ValidTransaction,
			},
			AccountId32, MultiSignature,
		},
	},
	prelude::*,
	traits::Verify,
};
use utnet_primitives_consensus_poci::CandidateSink;
use utnet_primitives_core::{tx_priority, Balance, Moment};
use utnet_primitives_security_engine::{
	bls::{verify_possessions, CatError},
	certificate::CERTIFICATE_VERSION,
	identity::SignatureError,
	BatchId, CatKey, CatSignature, Certificate, ChipId, Claim, UncompressedCatKey,
};

use crate::{
	registry::SetSessionKeys, types::*, Batches, CatKeys, Chips, Config, Error, Event,
	FreeRegistrations, IdentityKeys, KeysWithProof, Pallet, Serials, WrappedKeys,
};

/// Begins what a newcomer signs to have its first chips registered without a fee.
pub const FREE_REGISTRATION_TAG: &[u8] = b"utnet:free-registration:v1";

/// Puts wallets' raw signatures apart from transactions.
const WALLET_PREFIX: &[u8] = b"<Bytes>";
const WALLET_SUFFIX: &[u8] = b"</Bytes>";

/// A registration all of whose conditions hold that can be read from storage.
pub(crate) struct Admitted<'a, T: Config> {
	item: &'a Registration,
	id: ChipId,
	/// The record of a chip that was on the chain before.
	former: Option<Chip<T::AccountId>>,
	pledge: Balance,
	vendor_root: [u8; 33],
}

/// Owners whose chips changed.
pub(crate) type Changed<T> = BTreeSet<<T as frame_system::Config>::AccountId>;

impl<T: Config> Pallet<T> {
	/// What the owner signs in a free registration:
	/// tag ‖ genesis hash ‖ blake2_256(SCALE(owner, valid_until, items, keys)).
	pub fn free_registration_message(
		owner: &T::AccountId,
		valid_until: BlockNumberFor<T>,
		items: &BoundedVec<Registration, ConstU32<MAX_FREE_ITEMS>>,
		keys: &Option<KeysWithProof<T>>,
	) -> Vec<u8> {
		let body = (owner, valid_until, items, keys).using_encoded(blake2_256);
		[FREE_REGISTRATION_TAG, Self::genesis_hash().as_bytes(), &body].concat()
	}

	/// Checks all that storage can tell of a registration.
	pub(crate) fn admit<'a>(
		who: &T::AccountId,
		item: &'a Registration,
		now: Moment,
	) -> Result<Admitted<'a, T>, Error<T>> {
		let certificate = &item.certificate;
		let (batch, model, vendor) = Self::live_batch(certificate.batch_id(), now)?;
		let id = certificate.chip_id();
		let former = Chips::<T>::get(id);
		let counter = match &former {
			Some(chip) => {
				Self::ensure_free(&id, chip, now)?;
				let is_same = chip.identity_key == certificate.identity_key
					&& chip.cat_key == certificate.cat_key;
				ensure!(is_same, Error::<T>::CertifiedTwice);
				chip.claim_counter
			}
			None => {
				ensure!(batch.registered < batch.max_count, Error::<T>::BatchFull);
				Self::ensure_unique(certificate)?;
				0
			}
		};
		if matches!(item.proof, CertificateProof::Merkle { .. }) {
			ensure!(batch.certified.is_some(), Error::<T>::NoCertifiedRoot);
		}
		Self::check_claim(&item.claim.claim, &id, who, counter)?;
		Ok(Admitted { item, id, former, pledge: model.pledge, vendor_root: vendor.root_key })
	}

	/// Checks every signature of admitted registrations; the CAT keys, uncompressed.
	///
	/// Cheapest first: what an outsider can make up fails at its first signature.
	pub(crate) fn verify(
		admitted: &[Admitted<'_, T>],
	) -> Result<Vec<UncompressedCatKey>, Error<T>> {
		for entry in admitted {
			Self::verify_certificate(entry)?;
		}
		for entry in admitted {
			let SignedClaim { claim, signature } = &entry.item.claim;
			entry
				.item
				.certificate
				.identity_key
				.verify(&claim.message(), signature)
				.map_err(Error::<T>::of_claim)?;
		}
		let keys = Self::decompress(admitted)?;
		let items: Vec<(CatKey, UncompressedCatKey, CatSignature)> = admitted
			.iter()
			.zip(&keys)
			.map(|(entry, key)| (entry.item.certificate.cat_key, *key, entry.item.possession))
			.collect();
		verify_possessions(&items).map_err(Error::<T>::of_possession)?;
		Ok(keys)
	}

	/// Checks that the vendor vouches for a certificate.
	fn verify_certificate(entry: &Admitted<'_, T>) -> Result<(), Error<T>> {
		let certificate = &entry.item.certificate;
		match &entry.item.proof {
			CertificateProof::Signature(signature) => certificate
				.verify(&entry.vendor_root, signature)
				.map_err(Error::<T>::of_certificate)?,
			CertificateProof::Merkle { index, proof } => {
				ensure!(
					certificate.version == CERTIFICATE_VERSION,
					Error::<T>::UnknownCertificateVersion
				);
				Self::verify_membership(certificate, *index, proof)?;
			}
		}
		certificate.identity_key.check().map_err(|_| Error::<T>::MalformedIdentityKey)
	}

	/// The CAT keys of admitted registrations, checked and uncompressed.
	pub(crate) fn decompress(
		admitted: &[Admitted<'_, T>],
	) -> Result<Vec<UncompressedCatKey>, Error<T>> {
		admitted
			.iter()
			.map(|entry| entry.item.certificate.cat_key.decompress())
			.collect::<Result<_, _>>()
			.map_err(Error::<T>::of_cat_key)
	}

	/// Gives verified chips to `who` and sets its session keys; how many of them stood with a
	/// former owner.
	///
	/// # Errors
	///
	/// When the owner's groups, the batch or the model are full, when a chip comes twice, and when
	/// the keys are refused. Everything is undone by the caller's storage layer then.
	pub(crate) fn enter(
		who: &T::AccountId,
		admitted: Vec<Admitted<'_, T>>,
		cat_keys: &[UncompressedCatKey],
		keys: Option<KeysWithProof<T>>,
		now: Moment,
	) -> Result<usize, DispatchError> {
		let mut changed = Changed::<T>::new();
		let mut released = 0usize;
		let mut pledges: Balance = 0;
		let mut count = 0u32;
		for (entry, cat_key) in admitted.into_iter().zip(cat_keys) {
			let Admitted { item, id, former, pledge, .. } = entry;
			// The same chip may have come earlier in this very call.
			ensure!(Chips::<T>::get(id) == former, Error::<T>::ChipNotFree);
			if let Some(former) = former.as_ref().filter(|chip| chip.is_bonded()) {
				Self::leave(&id, former, now)?;
				Self::deposit_event(Event::ChipReleased { chip: id, owner: former.owner.clone() });
				changed.insert(former.owner.clone());
				released = released.saturating_add(1);
			}
			let counters = former.map_or((0, 0), |chip| (chip.claim_counter, chip.lease_counter));
			Self::enter_one(who, &item.certificate, &item.wrapped_key, cat_key, counters, pledge)?;
			pledges = pledges.checked_add(pledge).ok_or(ArithmeticError::Overflow)?;
			count = count.saturating_add(1);
		}
		Self::bond(who, count, pledges, now)?;
		changed.insert(who.clone());
		Self::finish(who, keys, &changed)?;
		Ok(released)
	}

	/// Seats a verified chip that nobody owns, and enters it where it is new.
	///
	/// `counters` are those of its next claim and its next lease.
	pub(crate) fn enter_one(
		who: &T::AccountId,
		certificate: &Certificate,
		wrapped_key: &WrappedKey,
		cat_key: &UncompressedCatKey,
		counters: (u32, u32),
		pledge: Balance,
	) -> Result<(), Error<T>> {
		let id = certificate.chip_id();
		let batch = certificate.batch_id();
		let (claim_counter, lease_counter) = counters;
		if !Chips::<T>::contains_key(id) {
			Self::ensure_unique(certificate)?;
			Self::count_registered(batch)?;
			Serials::<T>::insert(certificate.vendor, certificate.serial, id);
			IdentityKeys::<T>::insert(certificate.identity_key, id);
			CatKeys::<T>::insert(certificate.cat_key, id);
		}
		let place = Self::seat(who, batch, id, *cat_key)?;
		Chips::<T>::insert(
			id,
			Chip {
				owner: who.clone(),
				batch,
				serial: certificate.serial,
				identity_key: certificate.identity_key,
				cat_key: certificate.cat_key,
				status: ChipStatus::Claimed { place },
				claim_counter: claim_counter.saturating_add(1),
				lease_counter,
				pledge,
				release_at: None,
			},
		);
		// A key that is known already stays: whoever holds the chip can only use it with this.
		if !wrapped_key.is_empty() {
			WrappedKeys::<T>::insert(id, wrapped_key);
		}
		Self::deposit_event(Event::ChipClaimed { chip: id, owner: who.clone(), batch, place });
		Ok(())
	}

	/// Sets the session keys that came along and tells the election whose chips changed.
	pub(crate) fn finish(
		who: &T::AccountId,
		keys: Option<KeysWithProof<T>>,
		changed: &Changed<T>,
	) -> DispatchResult {
		if let Some((keys, proof)) = keys {
			T::KeySetter::set_keys(who, keys, proof.into_inner())?;
		}
		changed.iter().for_each(T::Election::chips_changed);
		Ok(())
	}

	/// Gives chips that are promised to `who` to it, by their fresh claims; of how many owners the
	/// chips changed.
	pub(crate) fn take_over(
		who: &T::AccountId,
		items: &[SignedClaim],
		keys: Option<KeysWithProof<T>>,
		now: Moment,
	) -> Result<usize, DispatchError> {
		let mut changed = Changed::<T>::new();
		let mut pledges: Balance = 0;
		let mut count = 0u32;
		for item in items {
			let id = item.claim.chip;
			let chip = Chips::<T>::get(id).ok_or(Error::<T>::UnknownChip)?;
			ensure!(chip.is_bonded(), Error::<T>::NotBonded);
			let handover = Self::handover_to(&id, &chip, who)?;
			Self::ensure_unlocked(&id)?;
			Self::ensure_no_debt(&chip.owner)?;
			Self::ensure_waited(&chip)?;
			let (_, model, _) = Self::live_batch(chip.batch, now)?;
			let cat_key = Self::claim_again(&id, &chip, item, who)?;

			Self::unseat_if_claimed(&id, &chip)?;
			Self::unbond(&chip.owner, chip.pledge, now)?;
			Self::complete_handover(&id, &handover)?;
			let place = Self::seat(who, chip.batch, id, cat_key)?;
			changed.insert(chip.owner.clone());
			Self::deposit_event(Event::ChipTransferred {
				chip: id,
				from: chip.owner.clone(),
				to: who.clone(),
			});
			Chips::<T>::insert(
				id,
				Chip {
					owner: who.clone(),
					status: ChipStatus::Claimed { place },
					claim_counter: chip.claim_counter.saturating_add(1),
					pledge: model.pledge,
					release_at: None,
					..chip
				},
			);
			pledges = pledges.checked_add(model.pledge).ok_or(ArithmeticError::Overflow)?;
			count = count.saturating_add(1);
		}
		Self::bond(who, count, pledges, now)?;
		changed.insert(who.clone());
		Self::finish(who, keys, &changed)?;
		Ok(changed.len())
	}

	/// Brings suspended chips of `who` back, by their fresh claims.
	pub(crate) fn reactivate(
		who: &T::AccountId,
		items: &[SignedClaim],
		now: Moment,
	) -> DispatchResult {
		for item in items {
			let id = item.claim.chip;
			let chip = Self::owned(who, &id)?;
			let ChipStatus::Suspended { .. } = chip.status else {
				return Err(Error::<T>::NotSuspended.into());
			};
			Self::ensure_waited(&chip)?;
			Self::live_batch(chip.batch, now)?;
			let cat_key = Self::claim_again(&id, &chip, item, who)?;
			let place = Self::seat(who, chip.batch, id, cat_key)?;
			Chips::<T>::insert(
				id,
				Chip {
					status: ChipStatus::Claimed { place },
					claim_counter: chip.claim_counter.saturating_add(1),
					release_at: None,
					..chip
				},
			);
			Self::deposit_event(Event::ChipReactivated { chip: id, owner: who.clone(), place });
		}
		T::Election::chips_changed(who);
		Ok(())
	}

	/// Checks a claim of a chip that is known already; its CAT key, uncompressed.
	fn claim_again(
		id: &ChipId,
		chip: &Chip<T::AccountId>,
		item: &SignedClaim,
		who: &T::AccountId,
	) -> Result<UncompressedCatKey, Error<T>> {
		Self::check_claim(&item.claim, id, who, chip.claim_counter)?;
		chip.identity_key
			.verify(&item.claim.message(), &item.signature)
			.map_err(Error::<T>::of_claim)?;
		chip.cat_key.decompress().map_err(Error::<T>::of_cat_key)
	}

	/// Checks the fields of a claim against the chain.
	pub(crate) fn check_claim(
		claim: &Claim,
		id: &ChipId,
		who: &T::AccountId,
		counter: u32,
	) -> Result<(), Error<T>> {
		ensure!(claim.genesis_hash == Self::genesis_hash(), Error::<T>::ForeignGenesis);
		ensure!(claim.chip == *id, Error::<T>::ForeignChip);
		let owner: [u8; 32] = who.clone().into();
		ensure!(claim.owner == owner, Error::<T>::ForeignOwner);
		ensure!(claim.claim_counter == counter, Error::<T>::WrongClaimCounter);
		let block = BlockNumberFor::<T>::from(claim.block_number);
		let current = frame_system::Pallet::<T>::block_number();
		ensure!(block < current, Error::<T>::ClaimFromFuture);
		ensure!(
			current.saturating_sub(block) < BlockNumberFor::<T>::from(CLAIM_BLOCKS),
			Error::<T>::ClaimTooOld
		);
		ensure!(
			frame_system::Pallet::<T>::block_hash(block) == claim.block_hash,
			Error::<T>::ForeignBlock
		);
		Ok(())
	}

	fn verify_membership(
		certificate: &Certificate,
		index: u32,
		proof: &[H256],
	) -> Result<(), Error<T>> {
		let id = certificate.batch_id();
		let CertifiedRoot { root, count } = Batches::<T>::get(id.vendor, id.number)
			.and_then(|batch| batch.certified)
			.ok_or(Error::<T>::NoCertifiedRoot)?;
		let leaf = certificate.encode();
		let is_member = binary_merkle_tree::verify_proof::<BlakeTwo256, _, _>(
			&root,
			proof.iter().copied(),
			count,
			index,
			&leaf,
		);
		ensure!(is_member, Error::<T>::BadMerkleProof);
		Ok(())
	}

	/// Checks that no other chip has the serial number or a key of a new chip.
	fn ensure_unique(certificate: &Certificate) -> Result<(), Error<T>> {
		ensure!(
			!Serials::<T>::contains_key(certificate.vendor, certificate.serial),
			Error::<T>::SerialTaken
		);
		ensure!(
			!IdentityKeys::<T>::contains_key(certificate.identity_key),
			Error::<T>::IdentityKeyTaken
		);
		ensure!(!CatKeys::<T>::contains_key(certificate.cat_key), Error::<T>::CatKeyTaken);
		Ok(())
	}

	/// Checks that a registered chip can be claimed anew: it is retired, or its vendor has released
	/// it and it still does not prove.
	fn ensure_free(id: &ChipId, chip: &Chip<T::AccountId>, now: Moment) -> Result<(), Error<T>> {
		match chip.status {
			ChipStatus::Revoked => Err(Error::<T>::ChipRevoked),
			ChipStatus::Retiring { until } => {
				ensure!(until <= now, Error::<T>::ChipNotFree);
				Ok(())
			}
			ChipStatus::Claimed { .. } | ChipStatus::Suspended { .. } => {
				let is_released =
					chip.release_at.is_some_and(|at| at <= now) && !Self::proves(chip, now);
				ensure!(is_released, Error::<T>::ChipNotFree);
				Self::ensure_unlocked(id)
			}
		}
	}

	/// Checks that a suspended chip has waited long enough.
	fn ensure_waited(chip: &Chip<T::AccountId>) -> Result<(), Error<T>> {
		if let ChipStatus::Suspended { since_epoch } = chip.status {
			let first = since_epoch.saturating_add(SUSPENSION_EPOCHS);
			ensure!(T::Election::current_epoch() >= first, Error::<T>::TooSoon);
		}
		Ok(())
	}

	fn count_registered(id: BatchId) -> Result<(), Error<T>> {
		Batches::<T>::try_mutate(id.vendor, id.number, |batch| {
			let batch = batch.as_mut().ok_or(Error::<T>::UnknownBatch)?;
			ensure!(batch.registered < batch.max_count, Error::<T>::BatchFull);
			batch.registered = batch.registered.saturating_add(1);
			Ok(())
		})
	}

	/// Whether a free registration may enter a block.
	pub(crate) fn authorize_free_registration(
		_source: TransactionSource,
		owner: &T::AccountId,
		items: &BoundedVec<Registration, ConstU32<MAX_FREE_ITEMS>>,
		keys: &Option<KeysWithProof<T>>,
		valid_until: &BlockNumberFor<T>,
		signature: &MultiSignature,
	) -> TransactionValidityWithRefund {
		Self::check_free_registration(owner, items, keys, *valid_until, signature)
			.map_err(Self::as_invalid)?;
		let current = frame_system::Pallet::<T>::block_number();
		let left = items
			.iter()
			.map(|item| {
				BlockNumberFor::<T>::from(item.claim.claim.block_number)
					.saturating_add(CLAIM_BLOCKS.into())
			})
			.fold(*valid_until, Ord::min)
			.saturating_sub(current);
		ValidTransaction::with_tag_prefix("ChipsFreeRegistration")
			.and_provides(owner)
			.priority(tx_priority::USER_DEFAULT)
			.longevity(left.saturated_into::<u64>().max(1))
			.propagate(true)
			.build()
			.map(|valid| (valid, Weight::zero()))
	}

	/// Everything a free registration needs, cheapest first. The last step does what the call will
	/// do and takes it back, so that the call cannot fail.
	fn check_free_registration(
		owner: &T::AccountId,
		items: &BoundedVec<Registration, ConstU32<MAX_FREE_ITEMS>>,
		keys: &Option<KeysWithProof<T>>,
		valid_until: BlockNumberFor<T>,
		signature: &MultiSignature,
	) -> DispatchResult {
		let now = Self::now();
		ensure!(!items.is_empty(), Error::<T>::NoItems);
		ensure!(
			frame_system::Pallet::<T>::block_number() <= valid_until,
			Error::<T>::FreeRegistrationExpired
		);
		ensure!(
			FreeRegistrations::<T>::get(owner) != Some(T::Election::current_epoch()),
			Error::<T>::FreeRegistrationSpent
		);
		let admitted = Self::admit_new(owner, items, now)?;
		ensure!(
			Self::is_signed_by(
				owner,
				&Self::free_registration_message(owner, valid_until, items, keys),
				signature,
			),
			Error::<T>::BadOwnerSignature
		);
		let cat_keys = Self::verify(&admitted)?;
		with_transaction(|| {
			TransactionOutcome::Rollback(Self::enter_free(
				owner,
				admitted,
				&cat_keys,
				keys.clone(),
				now,
			))
		})
	}

	/// Admits certificates that were never on the chain, each once.
	pub(crate) fn admit_new<'a>(
		owner: &T::AccountId,
		items: &'a [Registration],
		now: Moment,
	) -> Result<Vec<Admitted<'a, T>>, Error<T>> {
		let mut seen = BTreeSet::new();
		items
			.iter()
			.map(|item| {
				let admitted = Self::admit(owner, item, now)?;
				ensure!(admitted.former.is_none(), Error::<T>::RegisteredBefore);
				ensure!(seen.insert(admitted.id), Error::<T>::ChipNotFree);
				Ok(admitted)
			})
			.collect()
	}

	/// What a free registration does, once everything is checked.
	pub(crate) fn enter_free(
		owner: &T::AccountId,
		admitted: Vec<Admitted<'_, T>>,
		cat_keys: &[UncompressedCatKey],
		keys: Option<KeysWithProof<T>>,
		now: Moment,
	) -> DispatchResult {
		FreeRegistrations::<T>::insert(owner, T::Election::current_epoch());
		Self::provide_for(owner);
		Self::enter(owner, admitted, cat_keys, keys, now).map(|_| ())
	}

	/// Whether `who` signed a message, as it is or as wallets wrap it.
	fn is_signed_by(who: &T::AccountId, message: &[u8], signature: &MultiSignature) -> bool {
		let signer = AccountId32::new(who.clone().into());
		let wrapped = [WALLET_PREFIX, message, WALLET_SUFFIX].concat();
		signature.verify(message, &signer) || signature.verify(wrapped.as_slice(), &signer)
	}

	/// A refused free call, named by the number of this pallet's error.
	fn as_invalid(error: DispatchError) -> TransactionValidityError {
		let own = u8::try_from(Self::index()).ok();
		match error {
			DispatchError::Module(module) if Some(module.index) == own => {
				let [code, ..] = module.error;
				InvalidTransaction::Custom(code).into()
			}
			_ => InvalidTransaction::BadProof.into(),
		}
	}
}

impl<T: Config> Error<T> {
	/// What is wrong with a certificate's signature.
	fn of_certificate(error: SignatureError) -> Self {
		match error {
			SignatureError::UnknownVersion => Self::UnknownCertificateVersion,
			SignatureError::MalformedKey => Self::MalformedRootKey,
			SignatureError::MalformedSignature => Self::MalformedSignature,
			SignatureError::HighS => Self::HighS,
			SignatureError::Mismatch => Self::NotCertified,
		}
	}

	/// What is wrong with a claim's signature.
	fn of_claim(error: SignatureError) -> Self {
		match error {
			SignatureError::MalformedKey => Self::MalformedIdentityKey,
			SignatureError::MalformedSignature => Self::MalformedSignature,
			SignatureError::HighS => Self::HighS,
			SignatureError::Mismatch | SignatureError::UnknownVersion => Self::NotClaimedByChip,
		}
	}

	/// What is wrong with a CAT key.
	fn of_cat_key(error: CatError) -> Self {
		match error {
			CatError::NotOnCurve => Self::CatKeyNotOnCurve,
			CatError::NotInSubgroup => Self::CatKeyNotInSubgroup,
			CatError::IdentityKey => Self::CatKeyIsIdentity,
			_ => Self::MalformedCatKey,
		}
	}

	/// What is wrong with a proof of possession.
	fn of_possession(error: CatError) -> Self {
		match error {
			CatError::MalformedSignature => Self::MalformedPossession,
			CatError::SignatureNotInSubgroup => Self::PossessionNotInSubgroup,
			CatError::IdentitySignature => Self::PossessionIsIdentity,
			_ => Self::NotPossessed,
		}
	}
}
