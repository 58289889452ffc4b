//! # Chips
//!
//! The registry of AI chips: who made them, who owns them, and which of them count.
//!
//! ## Pallet API
//!
//! See the [`pallet`] module for calls, storage, events, errors and view functions. Other pallets
//! use the traits [`ChipRegistry`](utnet_primitives_consensus_poci::ChipRegistry) (election),
//! [`ChipLocks`] (leases and orders), [`PledgeDebt`] (rewards) and the functions
//! [`Pallet::is_live`], [`Pallet::suspend_at`], [`Pallet::note_misses`] and [`Pallet::slash`].
//!
//! ## Overview
//!
//! A *vendor*, admitted by governance, certifies chips at the factory. Each chip is of a *batch*,
//! each batch of a *model*, and a model's chips all have the same power. A chip comes to its owner
//! by a *claim* that its own security engine signs, so that nobody owns a chip that does not answer.
//! The owner *pledges* UNC for each chip; a newcomer may owe the pledge and pay it from rewards.
//!
//! ```text
//!                 register ┌─────────┐ missed rounds   ┌───────────┐
//!   certificate ──────────▶│ Claimed │────────────────▶│ Suspended │
//!        ▲                 │         │◀────────────────│           │
//!        │                 └────┬────┘   reactivate    └─────┬─────┘
//!        │ register             │ ▲ transfer, sale           │
//!        │                      │ └── accept                 │
//!        │               retire └─────────────┬──────────────┘
//!   ┌────┴────┐  28 days   ┌──────────┐       │        revoke, from anywhere
//!   │ Retired │◀───────────│ Retiring │◀──────┘        ─────────────────────▶ Revoked
//!   └─────────┘            └──────────┘
//! ```
//!
//! Whether a chip counts is decided where it is used, by [`Pallet::is_live`]: nothing is ever swept
//! when a batch expires or a vendor is suspended.
//!
//! ### Terminology
//!
//! - **Group**: the chips of one owner and batch, with the sum of their BLS keys. An owner has at
//!   most 16.
//! - **Page**: 256 places of a group, with their sum.
//! - **Place**: where a chip stands in its group; what the election draws.
//! - **Identity key**: P-256; signs claims and the seals of blocks.
//! - **CAT key**: BLS12-381; signs availability proofs, which add up.
//!
//! ## Low Level / Implementation Details
//!
//! `DESIGN.md` beside this crate tells the reasons, the attacks considered and what is out of scope.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
	not(test),
	deny(
		clippy::arithmetic_side_effects,
		clippy::expect_used,
		clippy::indexing_slicing,
		clippy::panic,
		clippy::unwrap_used
	)
)]

extern crate alloc;

mod admission;
#[cfg(feature = "runtime-benchmarks")]
#[allow(
	clippy::arithmetic_side_effects,
	clippy::cast_possible_truncation,
	clippy::expect_used,
	clippy::indexing_slicing
)]
mod benchmarking;
mod claims;
pub mod genesis;
mod groups;
mod life;
mod locks;
mod market;
#[cfg(test)]
mod mock;
mod pledge;
mod registry;
mod removal;
#[cfg(any(test, feature = "runtime-benchmarks"))]
#[allow(clippy::arithmetic_side_effects, clippy::expect_used)]
mod signing;
#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "try-runtime"))]
mod try_state;
#[allow(clippy::cast_possible_truncation, reason = "the codec's derive numbers variants by a cast")]
pub mod types;
mod views;
pub mod weights;

pub use claims::FREE_REGISTRATION_TAG;
pub use locks::ChipLocks;
pub use pallet::*;
pub use pledge::PledgeDebt;
pub use registry::{SessionKeySetter, SetSessionKeys};
pub use types::*;
pub use weights::WeightInfo;

use frame::prelude::{BoundedVec, ConstU32};

/// Session keys and the proof that their sender holds the private parts.
pub type KeysWithProof<T> = (<T as Config>::SessionKeys, BoundedVec<u8, ConstU32<MAX_KEYS_PROOF>>);

/// What benchmarks need of the runtime.
#[cfg(feature = "runtime-benchmarks")]
pub trait BenchmarkHelper<AccountId, SessionKeys> {
	/// New session keys of `owner`, with a valid proof of ownership.
	fn session_keys(owner: &AccountId) -> (SessionKeys, alloc::vec::Vec<u8>);

	/// Makes `epoch` the election's current epoch.
	fn set_epoch(epoch: utnet_primitives_consensus_poci::EpochIndex);
}

#[cfg(feature = "runtime-benchmarks")]
impl<T: Config> Pallet<T> {
	/// Endows `who` and lets chip `number` stand for it in a batch made for the purpose; for
	/// benchmarks of other pallets.
	pub fn seat_for_benchmarks(
		who: &T::AccountId,
		number: u32,
	) -> utnet_primitives_security_engine::BatchId {
		benchmarking::seat::<T>(who, number)
	}
}

#[allow(
	clippy::cast_possible_truncation,
	clippy::expect_used,
	clippy::type_complexity,
	reason = "what FRAME's macros and the codec's derive write"
)]
#[frame::pallet]
pub mod pallet {
	use alloc::vec::Vec;
	use frame::{
		deps::sp_runtime::MultiSignature,
		prelude::*,
		traits::{
			fungible::{Balanced, BalancedHold, Credit, Inspect, Mutate, MutateHold},
			OnUnbalanced,
		},
	};
	use utnet_primitives_consensus_poci::{CandidateSink, EpochIndex};
	use utnet_primitives_core::{Balance, Moment, Power};
	use utnet_primitives_security_engine::{
		BatchId, CatKey, ChipId, IdentityKey, ModelId, Serial, VendorId,
	};

	use crate::{
		genesis::{GenesisBatch, GenesisChip, GenesisModel, GenesisVendor},
		registry::SetSessionKeys,
		types::*,
		KeysWithProof, WeightInfo,
	};

	/// The configuration of the registry.
	#[pallet::config]
	pub trait Config:
		frame_system::Config<Hash = H256, AccountId: Into<[u8; 32]>>
		+ pallet_timestamp::Config<Moment = u64>
	{
		/// The reasons for which the runtime holds money.
		type RuntimeHoldReason: From<HoldReason>;

		/// Where pledges and prices are held.
		type Currency: Inspect<Self::AccountId, Balance = Balance>
			+ Mutate<Self::AccountId>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
			+ Balanced<Self::AccountId>
			+ BalancedHold<Self::AccountId>;

		/// Admits vendors and models, suspends and revokes.
		type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// The election of authors.
		type Election: CandidateSink<Self::AccountId>;

		/// The session keys of miners.
		type SessionKeys: Parameter;

		/// Sets session keys that come with chips; [`crate::SessionKeySetter`] does it by
		/// `pallet-session`.
		type KeySetter: SetSessionKeys<Self::AccountId, Self::SessionKeys>;

		/// Where slashed pledges go.
		type OnSlash: OnUnbalanced<Credit<Self::AccountId, Self::Currency>>;

		/// The weights of the calls.
		type WeightInfo: WeightInfo;

		/// What benchmarks need of the runtime.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::BenchmarkHelper<Self::AccountId, Self::SessionKeys>;
	}

	/// The version of the storage layout.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The registry of chips.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Why the registry holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// What an owner pledges for its chips, and what of it is still unbonding.
		#[codec(index = 0)]
		ChipPledge,
		/// What a buyer pays for a chip that it has yet to claim.
		#[codec(index = 1)]
		ChipPurchase,
	}

	// Ids of vendors and models are given by governance, one after the other: no hash is needed.
	// Accounts, chips, serial numbers and keys are made by outsiders: Blake2.

	/// Whether the development vendor, whose key everybody knows, is accepted.
	#[pallet::storage]
	pub type AllowDevelopmentVendor<T: Config> = StorageValue<_, bool, ValueQuery>;

	/// The id of the next vendor.
	#[pallet::storage]
	pub type NextVendor<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// Those who make chips.
	#[pallet::storage]
	pub type Vendors<T: Config> = StorageMap<_, Twox64Concat, VendorId, Vendor<T::AccountId>>;

	/// The id of the next model.
	#[pallet::storage]
	pub type NextModel<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// What they make.
	#[pallet::storage]
	pub type Models<T: Config> = StorageMap<_, Twox64Concat, ModelId, Model>;

	/// In which batches, by vendor and the vendor's own number.
	#[pallet::storage]
	pub type Batches<T: Config> =
		StorageDoubleMap<_, Twox64Concat, VendorId, Twox64Concat, u32, Batch>;

	/// What stands of all vendors that are not suspended.
	#[pallet::storage]
	pub type Network<T: Config> = StorageValue<_, Tally, ValueQuery>;

	/// The power taken out in the epoch of the last removal.
	#[pallet::storage]
	pub type Removals<T: Config> = StorageValue<_, RemovalBudget, ValueQuery>;

	/// Every chip that was ever registered.
	#[pallet::storage]
	pub type Chips<T: Config> = StorageMap<_, Blake2_128Concat, ChipId, Chip<T::AccountId>>;

	/// The private keys of chips, wrapped by their efuse keys.
	#[pallet::storage]
	pub type WrappedKeys<T: Config> = StorageMap<_, Blake2_128Concat, ChipId, WrappedKey>;

	/// Which chip has a serial number of a vendor.
	#[pallet::storage]
	pub type Serials<T: Config> =
		StorageDoubleMap<_, Twox64Concat, VendorId, Blake2_128Concat, Serial, ChipId>;

	/// Which chip has an identity key.
	#[pallet::storage]
	pub type IdentityKeys<T: Config> = StorageMap<_, Blake2_128Concat, IdentityKey, ChipId>;

	/// Which chip has a CAT key.
	#[pallet::storage]
	pub type CatKeys<T: Config> = StorageMap<_, Blake2_128Concat, CatKey, ChipId>;

	/// What each owner has as a whole. Kept when the last chip has left: the version of the set
	/// must never start again.
	#[pallet::storage]
	pub type Owners<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Owner, ValueQuery>;

	/// The chips of an owner and batch.
	#[pallet::storage]
	pub type Groups<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, BatchId, Group>;

	/// The pages of a group.
	#[pallet::storage]
	pub type Pages<T: Config> = StorageNMap<
		_,
		(
			NMapKey<Blake2_128Concat, T::AccountId>,
			NMapKey<Twox64Concat, BatchId>,
			NMapKey<Twox64Concat, u32>,
		),
		Page,
	>;

	/// The places of a group.
	#[pallet::storage]
	pub type Places<T: Config> = StorageNMap<
		_,
		(
			NMapKey<Blake2_128Concat, T::AccountId>,
			NMapKey<Twox64Concat, BatchId>,
			NMapKey<Twox64Concat, u32>,
		),
		Place,
	>;

	/// What owners pledge and owe.
	#[pallet::storage]
	pub type Pledges<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Pledge, ValueQuery>;

	/// The epoch of an account's last free registration.
	#[pallet::storage]
	pub type FreeRegistrations<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, EpochIndex>;

	/// Chips for sale.
	#[pallet::storage]
	pub type Offers<T: Config> = StorageMap<_, Blake2_128Concat, ChipId, Offer<T::AccountId>>;

	/// Chips promised to a next owner.
	#[pallet::storage]
	pub type Handovers<T: Config> =
		StorageMap<_, Blake2_128Concat, ChipId, Handover<T::AccountId, BlockNumberFor<T>>>;

	/// Who uses a chip.
	#[pallet::storage]
	pub type Locks<T: Config> =
		StorageMap<_, Blake2_128Concat, ChipId, BoundedVec<Lock, ConstU32<MAX_LOCKS>>, ValueQuery>;

	/// What happened to vendors, chips and pledges.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A vendor was admitted.
		VendorAdded {
			/// Its id.
			vendor: VendorId,
			/// Signs its certificates: compressed P-256.
			root_key: [u8; 33],
			/// Acts for it.
			controller: T::AccountId,
		},
		/// Another account acts for a vendor.
		ControllerChanged {
			/// Which vendor.
			vendor: VendorId,
			/// Acts for it from now on.
			controller: T::AccountId,
		},
		/// None of a vendor's chips is live until it is resumed.
		VendorSuspended {
			/// Which vendor.
			vendor: VendorId,
		},
		/// A vendor's chips are live again.
		VendorResumed {
			/// Which vendor.
			vendor: VendorId,
		},
		/// A model was admitted.
		ModelAdded {
			/// Its id.
			model: ModelId,
			/// Who makes it.
			vendor: VendorId,
			/// The power of one chip in GOPS.
			power: Power,
			/// The pledge of one chip in base units.
			pledge: Balance,
			/// The most chips of it that can stand at once.
			cap: u32,
		},
		/// A model was revoked.
		ModelRevoked {
			/// Which model.
			model: ModelId,
		},
		/// A batch was admitted.
		BatchAdded {
			/// Which batch.
			batch: BatchId,
			/// Its model.
			model: ModelId,
			/// When it ends, in milliseconds since the Unix epoch.
			expires_at: Moment,
			/// The most chips of it that can ever be registered.
			max_count: u32,
		},
		/// A batch got more time.
		BatchExtended {
			/// Which batch.
			batch: BatchId,
			/// When it ends, in milliseconds since the Unix epoch.
			expires_at: Moment,
		},
		/// A batch whose time is over was taken out of the tallies.
		BatchExpired {
			/// Which batch.
			batch: BatchId,
		},
		/// A batch was revoked.
		BatchRevoked {
			/// Which batch.
			batch: BatchId,
		},
		/// Registered power was taken out.
		PowerRemoved {
			/// How much, in GOPS.
			power: u128,
			/// The sum of the epoch, in GOPS.
			removed: u128,
			/// The registered power before the epoch's first removal, in GOPS.
			base: u128,
			/// Whether governance forced it past the limit.
			forced: bool,
		},
		/// A chip came to an owner.
		ChipClaimed {
			/// Which chip.
			chip: ChipId,
			/// Its owner.
			owner: T::AccountId,
			/// Its batch.
			batch: BatchId,
			/// Its place in the owner's group.
			place: u32,
		},
		/// A suspended chip is back.
		ChipReactivated {
			/// Which chip.
			chip: ChipId,
			/// Its owner.
			owner: T::AccountId,
			/// Its place in the owner's group.
			place: u32,
		},
		/// A chip was suspended for missed availability rounds.
		ChipSuspended {
			/// Which chip.
			chip: ChipId,
			/// Its owner.
			owner: T::AccountId,
			/// The epoch it happened in; two epochs later the owner can reactivate it.
			since_epoch: EpochIndex,
		},
		/// A chip went from one owner to the next.
		ChipTransferred {
			/// Which chip.
			chip: ChipId,
			/// Who had it.
			from: T::AccountId,
			/// Who has it.
			to: T::AccountId,
		},
		/// An owner let a chip go.
		ChipRetiring {
			/// Which chip.
			chip: ChipId,
			/// Who had it.
			owner: T::AccountId,
			/// When it can be claimed anew, in milliseconds since the Unix epoch.
			until: Moment,
		},
		/// A vendor announced that a chip that does not prove will be free.
		ReleaseAnnounced {
			/// Which chip.
			chip: ChipId,
			/// Who has it.
			owner: T::AccountId,
			/// When it can be claimed anew, in milliseconds since the Unix epoch.
			at: Moment,
		},
		/// A chip left its owner because its vendor had released it.
		ChipReleased {
			/// Which chip.
			chip: ChipId,
			/// Who had it.
			owner: T::AccountId,
		},
		/// A chip was revoked.
		ChipRevoked {
			/// Which chip.
			chip: ChipId,
			/// Who had it last.
			owner: T::AccountId,
		},
		/// A chip is for sale.
		ChipOffered {
			/// Which chip.
			chip: ChipId,
			/// Who sells.
			seller: T::AccountId,
			/// In base units.
			price: Balance,
			/// The only account that can buy it, if there is one.
			buyer: Option<T::AccountId>,
		},
		/// A chip is not for sale any more.
		OfferCancelled {
			/// Which chip.
			chip: ChipId,
			/// Who sold.
			seller: T::AccountId,
		},
		/// A chip is promised to its next owner.
		HandoverOpened {
			/// Which chip.
			chip: ChipId,
			/// Who has it.
			from: T::AccountId,
			/// Who gets it.
			to: T::AccountId,
			/// What is held of the buyer, in base units; nothing for a gift.
			price: Option<Balance>,
			/// The last block in which the next owner can claim it.
			until: BlockNumberFor<T>,
		},
		/// A promise is void.
		HandoverUndone {
			/// Which chip.
			chip: ChipId,
			/// Who has it.
			from: T::AccountId,
			/// Who would have got it.
			to: T::AccountId,
			/// What the buyer got back, in base units.
			refunded: Balance,
		},
		/// A chip is in use.
		ChipLocked {
			/// Which chip.
			chip: ChipId,
			/// For what.
			user: LockUser,
			/// How much of it, per mille.
			share: u16,
		},
		/// A use of a chip is over.
		ChipUnlocked {
			/// Which chip.
			chip: ChipId,
			/// For what it was.
			user: LockUser,
		},
		/// An owner pledged for chips.
		PledgeHeld {
			/// Whose.
			who: T::AccountId,
			/// What was held, in base units.
			held: Balance,
			/// What the owner owes now, in base units.
			debt: Balance,
		},
		/// A debt of pledge was paid, in part or in full.
		DebtPaid {
			/// Whose.
			who: T::AccountId,
			/// How much, in base units.
			amount: Balance,
			/// What is left of it, in base units.
			debt: Balance,
		},
		/// The pledge of a chip that left is on its way out.
		PledgeUnbonding {
			/// Whose.
			who: T::AccountId,
			/// How much, in base units.
			amount: Balance,
			/// When it can be withdrawn, in milliseconds since the Unix epoch.
			until: Moment,
		},
		/// Unbonded pledge is free.
		PledgeWithdrawn {
			/// Whose.
			who: T::AccountId,
			/// How much, in base units.
			amount: Balance,
		},
		/// Pledge was slashed.
		PledgeSlashed {
			/// Whose.
			who: T::AccountId,
			/// How much, in base units.
			amount: Balance,
			/// What the owner owes now, in base units.
			debt: Balance,
		},
	}

	/// Why a call is refused, and what to do. A free registration that is refused names the error
	/// by its number (`InvalidTransaction::Custom`).
	#[pallet::error]
	pub enum Error<T> {
		/// The call lists no chip. Name at least one.
		NoItems,
		/// No vendor has this id. Look it up in `vendors`.
		UnknownVendor,
		/// The vendor is suspended. Wait until governance resumes it.
		VendorSuspended,
		/// The vendor is not suspended, so there is nothing to resume.
		VendorNotSuspended,
		/// All ids of vendors are given. Raise the limit in a runtime upgrade.
		TooManyVendors,
		/// This is the development vendor's key, which everybody can sign with. Make a root key of
		/// your own.
		DevelopmentVendor,
		/// The root key is not a compressed point of P-256. Take the 33 bytes the vendor tool gives.
		MalformedRootKey,
		/// Only the vendor's controller can do this. Sign with that account.
		NotController,
		/// No model has this id. Look it up in `models`.
		UnknownModel,
		/// The model is revoked; none of its chips counts any more.
		ModelRevoked,
		/// The model is another vendor's. Name one of this vendor's models.
		ForeignModel,
		/// A chip of this model would have no power. Give its power in GOPS, above 0.
		ZeroPower,
		/// The cap is not between 1 and 1 048 576 chips.
		CapOutOfRange,
		/// A model whose CAT key lives in firmware cannot reach so much power. Lower its cap.
		FirmwarePowerTooHigh,
		/// The pledge is more than all UNC there can be. Check the unit: 1 UNC is 10^18.
		PledgeTooHigh,
		/// All ids of models are given. Raise the limit in a runtime upgrade.
		TooManyModels,
		/// As many chips of this model stand as its cap allows. Wait until some have left.
		ModelFull,
		/// The vendor has no batch of this number. Its controller adds it with `add_batch`.
		UnknownBatch,
		/// The vendor has a batch of this number already. Take the next number.
		BatchExists,
		/// The batch is revoked; none of its chips counts any more.
		BatchRevoked,
		/// The time of the batch is over. Its vendor can extend it.
		BatchIsExpired,
		/// The time of the batch is not over yet.
		BatchNotExpired,
		/// The batch is not in the tallies any more.
		NotCounted,
		/// A batch can only get more time. Name a later time that is still to come.
		ExpiryNotLater,
		/// A batch has between 1 chip and as many as its model's cap; its tree has at most as many
		/// certificates.
		BatchCountOutOfRange,
		/// The root of the batch does not carry its vendor's signature. Sign vendor, number, count
		/// and root again.
		BadBatchRoot,
		/// The vendor has as many batches as one can have.
		TooManyBatches,
		/// As many chips of this batch were registered as it has. Ask its vendor: a certificate too
		/// many was signed.
		BatchFull,
		/// More than a third of the registered power would be taken out within one epoch. Repeat it
		/// in a later epoch, or force it.
		TooMuchPower,
		/// The certificate is of a version this chain does not know. Ask the vendor for another.
		UnknownCertificateVersion,
		/// The vendor did not sign this certificate. Check that every byte is as the vendor gave it.
		NotCertified,
		/// The batch has no tree of certificates. Bring the vendor's signature instead.
		NoCertifiedRoot,
		/// The certificate is not in the batch's tree at this index. Take index and proof from the
		/// vendor's batch file.
		BadMerkleProof,
		/// The chip was registered before with other keys. Use the certificate it was registered
		/// with.
		CertifiedTwice,
		/// The identity key is not a compressed point of P-256. The certificate is of no use.
		MalformedIdentityKey,
		/// A P-256 signature has a part that is zero or not below the group's order. Sign again.
		MalformedSignature,
		/// A P-256 signature has the higher of two possible `s`. Replace it by the order minus `s`.
		HighS,
		/// The claim does not carry the chip's signature. Let the chip sign exactly these fields.
		NotClaimedByChip,
		/// The claim is for another chain. Let the chip sign one with this chain's genesis hash.
		ForeignGenesis,
		/// The claim is of another chip. Put it beside that chip's certificate.
		ForeignChip,
		/// The claim names another owner. Let the chip sign one for the account that sends this.
		ForeignOwner,
		/// The claim does not carry the chip's next counter. Read `claim_counter` from `chip`, or
		/// use 0 for a new one.
		WrongClaimCounter,
		/// The claim names a block that is not there yet. Take the best block's parent.
		ClaimFromFuture,
		/// The claim names a block 256 or more back. Let the chip sign a fresh one.
		ClaimTooOld,
		/// The claim's block hash is not this chain's. The block was dropped: sign a fresh claim.
		ForeignBlock,
		/// The CAT key is not a canonical compressed point of G2.
		MalformedCatKey,
		/// The CAT key's x is not that of a point of the curve.
		CatKeyNotOnCurve,
		/// The CAT key is outside the subgroup.
		CatKeyNotInSubgroup,
		/// The CAT key is the point at infinity, which anybody could sign for.
		CatKeyIsIdentity,
		/// A proof of possession is not a canonical compressed point of G1.
		MalformedPossession,
		/// A proof of possession is outside the subgroup.
		PossessionNotInSubgroup,
		/// A proof of possession is the point at infinity.
		PossessionIsIdentity,
		/// A proof of possession is not the CAT key's signature over itself. Let the engine make it
		/// anew.
		NotPossessed,
		/// Another chip of the vendor has this serial number.
		SerialTaken,
		/// Another chip has this identity key.
		IdentityKeyTaken,
		/// Another chip has this CAT key.
		CatKeyTaken,
		/// The owner has chips of 16 batches. Use another account for this batch.
		TooManyGroups,
		/// The owner has 16 384 chips of this batch. Use another account.
		GroupFull,
		/// No chip has this id. Register it first.
		UnknownChip,
		/// The chip belongs to somebody, or comes twice in this call. Its owner transfers or retires
		/// it first; a retired one is free after 28 days.
		ChipNotFree,
		/// The chip is revoked for ever.
		ChipRevoked,
		/// The chip is neither claimed nor suspended. Register it.
		NotBonded,
		/// The chip, its offer or its handover is not yours.
		NotOwner,
		/// The chip does not count now: it is suspended, its certificate is not in order, or its
		/// owner's pledge is overdue.
		ChipNotLive,
		/// The chip is not suspended.
		NotSuspended,
		/// The chip was suspended less than two epochs ago. Wait.
		TooSoon,
		/// The owner owes a part of its pledge. Pay it with `pay_debt` first.
		InDebt,
		/// The chip is let, wholly or in so large a part. Wait until the lease or order is over.
		ChipLocked,
		/// A share of a chip is 1 to 1 000 per mille.
		BadShare,
		/// The lease does not carry the chip's next lease counter.
		WrongLeaseCounter,
		/// Nothing stands at this place.
		EmptyPlace,
		/// The chip is promised to a next owner. Wait until it is claimed or the deadline is over.
		HandoverPending,
		/// The chip is not promised to you.
		NotPromised,
		/// The time to claim the chip is over. Ask its owner to transfer it again.
		HandoverExpired,
		/// The chip is not for sale.
		NotForSale,
		/// The chip is offered to another account only.
		NotTheBuyer,
		/// The chip is offered for another price. Look again and name the price you accept.
		PriceChanged,
		/// A price below the existential deposit could not always be paid out. Ask for more, or for
		/// nothing.
		PriceTooLow,
		/// The chip is yours already.
		OwnChip,
		/// Nothing is due. Look up in `pledge_of` when the next part is.
		NothingToWithdraw,
		/// There is no debt, or nothing to pay it with.
		NothingPaid,
		/// The chip proves that it answers. Only one that does not can be released.
		ChipProves,
		/// The vendor's notice for this chip is running already.
		AlreadyReleased,
		/// The chip was registered before. Register it with `register_chips`, which has a fee.
		RegisteredBefore,
		/// The account had its free registration of this epoch. Wait for the next epoch or pay the
		/// fee.
		FreeRegistrationSpent,
		/// The owner's signature was good until an earlier block. Sign anew.
		FreeRegistrationExpired,
		/// The owner did not sign this registration.
		BadOwnerSignature,
		/// The registry contradicts itself. Report it: this is a defect.
		Inconsistent,
	}

	/// What the chain knows before its first block.
	#[pallet::genesis_config]
	#[derive(frame::prelude::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Whether the development vendor, whose key everybody knows, is accepted. Never on a live
		/// chain.
		pub allow_development_vendor: bool,
		/// Vendors, by id.
		pub vendors: Vec<GenesisVendor<T::AccountId>>,
		/// Models, by id.
		pub models: Vec<GenesisModel>,
		/// Batches.
		pub batches: Vec<GenesisBatch>,
		/// Chips; they make up the first list of candidates.
		pub chips: Vec<GenesisChip<T::AccountId>>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		#[allow(clippy::panic)] // A genesis that is wrong has no chain to stop.
		fn build(&self) {
			if let Err(reason) = self.enter() {
				panic!("{reason}");
			}
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "std")]
		#[allow(clippy::panic)] // Runs in tests and at no other time.
		fn integrity_test() {
			Self::check_configuration();
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), frame::try_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Registers chips for the sender.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the owner that the chips' claims name.
		///
		/// ## Details
		///
		/// For each chip the vendor's certificate, the chip's claim and the CAT key's proof of
		/// possession are checked. What the account can spare of the pledge is held, the rest is
		/// owed. Session keys that come along are set once the chips stand. A chip that was retired,
		/// or released by its vendor, can be registered again by whoever holds it.
		///
		/// ## Errors
		///
		/// One for each thing that can be wrong; no chip is registered then.
		///
		/// ## Events
		///
		/// [`Event::ChipClaimed`] for each chip, [`Event::PledgeHeld`].
		#[pallet::call_index(0)]
		#[pallet::weight(Pallet::<T>::registration_weight(
			items.len(),
			items.len(),
			keys.is_some(),
		))]
		pub fn register_chips(
			origin: OriginFor<T>,
			items: BoundedVec<Registration, ConstU32<MAX_ITEMS>>,
			keys: Option<KeysWithProof<T>>,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			ensure!(!items.is_empty(), Error::<T>::NoItems);
			let now = Self::now();
			let admitted = items
				.iter()
				.map(|item| Self::admit(&who, item, now))
				.collect::<Result<Vec<_>, _>>()?;
			let cat_keys = Self::verify(&admitted)?;
			let has_keys = keys.is_some();
			let released = Self::enter(&who, admitted, &cat_keys, keys, now)?;
			Ok(Some(Self::registration_weight(items.len(), released, has_keys)).into())
		}

		/// Registers the first chips of an account that has nothing to pay a fee with.
		///
		/// ## Dispatch Origin
		///
		/// Authorized: a general transaction without a signer. The owner's signature over
		/// [`Pallet::free_registration_message`] is inside, as it is or as wallets wrap it.
		///
		/// ## Details
		///
		/// Up to four chips that were never registered before, once per account and epoch. As
		/// `register_chips` otherwise; what the account cannot pledge it owes. An account that does
		/// not exist yet comes to be.
		///
		/// ## Errors
		///
		/// None: a registration that is not in order does not enter a block.
		///
		/// ## Events
		///
		/// As `register_chips`.
		#[pallet::call_index(1)]
		#[pallet::weight(Pallet::<T>::free_registration_weight(items.len(), keys.is_some()))]
		#[pallet::weight_of_authorize(
			Pallet::<T>::free_authorization_weight(items.len(), keys.is_some())
		)]
		#[pallet::authorize(Pallet::<T>::authorize_free_registration)]
		pub fn register_chips_free(
			origin: OriginFor<T>,
			owner: T::AccountId,
			items: BoundedVec<Registration, ConstU32<MAX_FREE_ITEMS>>,
			keys: Option<KeysWithProof<T>>,
			_valid_until: BlockNumberFor<T>,
			_signature: MultiSignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			let now = Self::now();
			let admitted = Self::admit_new(&owner, &items, now)?;
			// Every signature was checked to authorize the call.
			let cat_keys = Self::decompress(&admitted)?;
			Self::enter_free(&owner, admitted, &cat_keys, keys, now)
		}

		/// Consents that another account claims chips of the sender.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the owner.
		///
		/// ## Details
		///
		/// The next owner calls `accept_chips` within 1 200 blocks, or the consent is void. Until
		/// then the chips stay where they are.
		///
		/// ## Errors
		///
		/// When a chip is not the sender's, in use or promised already, or the sender is in debt.
		///
		/// ## Events
		///
		/// [`Event::HandoverOpened`] for each chip.
		#[pallet::call_index(2)]
		#[pallet::weight(<T as Config>::WeightInfo::transfer_chips(count(chips.len())))]
		pub fn transfer_chips(
			origin: OriginFor<T>,
			chips: BoundedVec<ChipId, ConstU32<MAX_ITEMS>>,
			to: T::AccountId,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			ensure!(!chips.is_empty(), Error::<T>::NoItems);
			Self::promise(&who, &chips, &to)
		}

		/// Claims chips that are promised to the sender.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the next owner, whom the chips' fresh claims name.
		///
		/// ## Details
		///
		/// The former owner's pledge unbonds, the sender pledges anew, a price is paid.
		///
		/// ## Errors
		///
		/// When a chip is not promised to the sender, the deadline is over, the chip is in use, its
		/// owner got into debt, or a claim is not in order.
		///
		/// ## Events
		///
		/// [`Event::ChipTransferred`] for each chip, [`Event::PledgeUnbonding`],
		/// [`Event::PledgeHeld`].
		#[pallet::call_index(3)]
		#[pallet::weight(Pallet::<T>::acceptance_weight(items.len(), keys.is_some()))]
		pub fn accept_chips(
			origin: OriginFor<T>,
			items: BoundedVec<SignedClaim, ConstU32<MAX_ITEMS>>,
			keys: Option<KeysWithProof<T>>,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			ensure!(!items.is_empty(), Error::<T>::NoItems);
			let has_keys = keys.is_some();
			let owners = Self::take_over(&who, &items, keys, Self::now())?;
			Ok(Some(
				<T as Config>::WeightInfo::accept_chips(count(items.len()))
					.saturating_add(Self::change_weight(owners, has_keys)),
			)
			.into())
		}

		/// Offers a chip for sale.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the owner.
		///
		/// ## Parameters
		///
		/// - `price`: in base units; 0, or at least the existential deposit.
		/// - `buyer`: the only account that can buy it, if there is to be one.
		///
		/// ## Errors
		///
		/// When the chip is not the sender's, in use or promised, or the sender is in debt.
		///
		/// ## Events
		///
		/// [`Event::ChipOffered`].
		#[pallet::call_index(4)]
		#[pallet::weight(<T as Config>::WeightInfo::offer_chip())]
		pub fn offer_chip(
			origin: OriginFor<T>,
			chip: ChipId,
			price: Balance,
			buyer: Option<T::AccountId>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::offer(&who, &chip, price, buyer)
		}

		/// Takes back an offer, a consent or a purchase.
		///
		/// ## Dispatch Origin
		///
		/// Signed: by the seller for an offer or consent that nobody has paid for, by the buyer for
		/// its purchase, by anybody once the deadline of a promise is over.
		///
		/// ## Details
		///
		/// A buyer gets its money back at once. After a purchase that was undone the offer stands
		/// again, unless the seller is who cancels.
		///
		/// ## Errors
		///
		/// When there is nothing to cancel, or not by the sender.
		///
		/// ## Events
		///
		/// [`Event::OfferCancelled`], [`Event::HandoverUndone`].
		#[pallet::call_index(5)]
		#[pallet::weight(<T as Config>::WeightInfo::cancel_offer())]
		pub fn cancel_offer(origin: OriginFor<T>, chip: ChipId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::cancel(&who, &chip)
		}

		/// Buys a chip that is offered.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the buyer.
		///
		/// ## Parameters
		///
		/// - `price`: what the buyer accepts to pay, in base units; must be what is asked.
		///
		/// ## Details
		///
		/// The price is held. The buyer claims the chip with `accept_chips` within 1 200 blocks,
		/// which pays the seller, or gets the price back.
		///
		/// ## Errors
		///
		/// When the chip is not for sale, or not to the sender, or not at this price.
		///
		/// ## Events
		///
		/// [`Event::HandoverOpened`].
		#[pallet::call_index(6)]
		#[pallet::weight(<T as Config>::WeightInfo::buy_chip())]
		pub fn buy_chip(origin: OriginFor<T>, chip: ChipId, price: Balance) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::buy(&who, &chip, price)
		}

		/// Brings back chips that were suspended for missed availability rounds.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the owner.
		///
		/// ## Details
		///
		/// Two epochs after the suspension, by a fresh claim of each chip.
		///
		/// ## Errors
		///
		/// When a chip is not suspended or it is too soon, or a claim is not in order.
		///
		/// ## Events
		///
		/// [`Event::ChipReactivated`] for each chip.
		#[pallet::call_index(7)]
		#[pallet::weight(
			<T as Config>::WeightInfo::reactivate_chips(count(items.len()))
				.saturating_add(Pallet::<T>::change_weight(1, false))
		)]
		pub fn reactivate_chips(
			origin: OriginFor<T>,
			items: BoundedVec<SignedClaim, ConstU32<MAX_ITEMS>>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			ensure!(!items.is_empty(), Error::<T>::NoItems);
			Self::reactivate(&who, &items, Self::now())
		}

		/// Lets chips go.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the owner.
		///
		/// ## Details
		///
		/// The chips leave their places at once. Their pledge stays slashable for 28 days and can
		/// then be withdrawn; from then on whoever holds a chip can register it.
		///
		/// ## Errors
		///
		/// When a chip is not the sender's, in use or promised, or the sender is in debt.
		///
		/// ## Events
		///
		/// [`Event::ChipRetiring`] and [`Event::PledgeUnbonding`] for each chip.
		#[pallet::call_index(8)]
		#[pallet::weight(
			<T as Config>::WeightInfo::retire_chips(count(chips.len()))
				.saturating_add(Pallet::<T>::change_weight(1, false))
		)]
		pub fn retire_chips(
			origin: OriginFor<T>,
			chips: BoundedVec<ChipId, ConstU32<MAX_ITEMS>>,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			ensure!(!chips.is_empty(), Error::<T>::NoItems);
			Self::retire(&who, &chips, Self::now())
		}

		/// Withdraws pledges whose 28 days are over.
		///
		/// ## Dispatch Origin
		///
		/// Signed by who pledged.
		///
		/// ## Errors
		///
		/// When nothing is due.
		///
		/// ## Events
		///
		/// [`Event::PledgeWithdrawn`].
		#[pallet::call_index(9)]
		#[pallet::weight(<T as Config>::WeightInfo::withdraw_unbonded())]
		pub fn withdraw_unbonded(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::withdraw_due(&who, Self::now()).map(|_| ())
		}

		/// Pays what the sender owes of its pledge.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the owner.
		///
		/// ## Parameters
		///
		/// - `amount`: the most to pay, in base units.
		///
		/// ## Details
		///
		/// Slashes that are still open are paid first; the rest is held as pledge.
		///
		/// ## Errors
		///
		/// When nothing is owed, or the account has nothing to spare.
		///
		/// ## Events
		///
		/// [`Event::DebtPaid`].
		#[pallet::call_index(10)]
		#[pallet::weight(
			<T as Config>::WeightInfo::pay_debt().saturating_add(Pallet::<T>::change_weight(1, false))
		)]
		pub fn pay_debt(origin: OriginFor<T>, amount: Balance) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let paid = Self::settle_debt(&who, amount, Self::now())?;
			ensure!(paid > 0, Error::<T>::NothingPaid);
			Ok(())
		}

		/// Announces that a chip that does not prove will be free.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the controller of the chip's vendor.
		///
		/// ## Details
		///
		/// After 28 days whoever holds the chip can register it, provided that it still does not
		/// prove. So no chip is lost with its first owner.
		///
		/// ## Errors
		///
		/// When the chip proves, is not claimed by anybody, or its notice is running.
		///
		/// ## Events
		///
		/// [`Event::ReleaseAnnounced`].
		#[pallet::call_index(11)]
		#[pallet::weight(<T as Config>::WeightInfo::release_chip())]
		pub fn release_chip(origin: OriginFor<T>, chip: ChipId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::announce_release(&who, &chip, Self::now())
		}

		/// Takes a chip out for ever.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::AdminOrigin`].
		///
		/// ## Details
		///
		/// The owner's pledge for it unbonds; who bought it and has not claimed it gets the price
		/// back; leases end.
		///
		/// ## Errors
		///
		/// When the chip is unknown or revoked, or too much power would be gone in this epoch.
		///
		/// ## Events
		///
		/// [`Event::ChipRevoked`], [`Event::PowerRemoved`].
		#[pallet::call_index(12)]
		#[pallet::weight(
			<T as Config>::WeightInfo::revoke_chip().saturating_add(Pallet::<T>::change_weight(1, false))
		)]
		pub fn revoke_chip(origin: OriginFor<T>, chip: ChipId, force: bool) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::revoke_one(&chip, force, Self::now())
		}

		/// Takes all chips of a batch out for ever.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::AdminOrigin`].
		///
		/// ## Errors
		///
		/// When the batch is unknown or revoked, or too much power would be gone in this epoch.
		///
		/// ## Events
		///
		/// [`Event::BatchRevoked`], [`Event::PowerRemoved`].
		#[pallet::call_index(13)]
		#[pallet::weight(<T as Config>::WeightInfo::revoke_batch())]
		pub fn revoke_batch(origin: OriginFor<T>, batch: BatchId, force: bool) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::revoke_all_in(batch, force, Self::now())
		}

		/// Takes all chips of a model out for ever.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::AdminOrigin`].
		///
		/// ## Errors
		///
		/// When the model is unknown or revoked, or too much power would be gone in this epoch.
		///
		/// ## Events
		///
		/// [`Event::ModelRevoked`], [`Event::PowerRemoved`].
		#[pallet::call_index(14)]
		#[pallet::weight(<T as Config>::WeightInfo::revoke_model())]
		pub fn revoke_model(origin: OriginFor<T>, model: ModelId, force: bool) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::revoke_all_of(model, force)
		}

		/// Takes all chips of a vendor out until it is resumed.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::AdminOrigin`].
		///
		/// ## Errors
		///
		/// When the vendor is unknown or suspended, or too much power would be gone in this epoch.
		///
		/// ## Events
		///
		/// [`Event::VendorSuspended`], [`Event::PowerRemoved`].
		#[pallet::call_index(15)]
		#[pallet::weight(<T as Config>::WeightInfo::suspend_vendor())]
		pub fn suspend_vendor(
			origin: OriginFor<T>,
			vendor: VendorId,
			force: bool,
		) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::suspend(vendor, force)
		}

		/// Brings the chips of a suspended vendor back.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::AdminOrigin`].
		///
		/// ## Errors
		///
		/// When the vendor is not suspended.
		///
		/// ## Events
		///
		/// [`Event::VendorResumed`].
		#[pallet::call_index(16)]
		#[pallet::weight(<T as Config>::WeightInfo::resume_vendor())]
		pub fn resume_vendor(origin: OriginFor<T>, vendor: VendorId) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::resume(vendor)
		}

		/// Admits a vendor, under the next id.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::AdminOrigin`].
		///
		/// ## Parameters
		///
		/// - `root_key`: signs its certificates; compressed P-256.
		/// - `controller`: adds batches and releases chips for it.
		///
		/// ## Errors
		///
		/// When the key is no point of the curve, or the development vendor's where that is not
		/// accepted.
		///
		/// ## Events
		///
		/// [`Event::VendorAdded`].
		#[pallet::call_index(17)]
		#[pallet::weight(<T as Config>::WeightInfo::add_vendor())]
		pub fn add_vendor(
			origin: OriginFor<T>,
			name: Name,
			root_key: [u8; 33],
			controller: T::AccountId,
		) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::admit_vendor(name, root_key, controller).map(|_| ())
		}

		/// Admits a model, under the next id. None of its figures ever changes: a new power is a new
		/// model.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::AdminOrigin`].
		///
		/// ## Errors
		///
		/// When a figure is out of its range.
		///
		/// ## Events
		///
		/// [`Event::ModelAdded`].
		#[pallet::call_index(18)]
		#[pallet::weight(<T as Config>::WeightInfo::add_model())]
		pub fn add_model(origin: OriginFor<T>, spec: ModelSpec) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::admit_model(spec).map(|_| ())
		}

		/// Admits a batch.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the vendor's controller, or [`Config::AdminOrigin`].
		///
		/// ## Parameters
		///
		/// - `batch`: the vendor and its own number for the batch.
		/// - `expires_at`: in milliseconds since the Unix epoch.
		/// - `max_count`: the most chips of it that can ever be registered.
		/// - `root`: certifies all its chips at once; each then brings a Merkle proof.
		///
		/// ## Errors
		///
		/// When vendor or model are not in order, a figure is out of range, or the root is not
		/// signed by the vendor.
		///
		/// ## Events
		///
		/// [`Event::BatchAdded`].
		#[pallet::call_index(19)]
		#[pallet::weight(<T as Config>::WeightInfo::add_batch())]
		pub fn add_batch(
			origin: OriginFor<T>,
			batch: BatchId,
			model: ModelId,
			expires_at: Moment,
			max_count: u32,
			root: Option<SignedRoot>,
		) -> DispatchResult {
			Self::ensure_acts_for(origin, batch.vendor)?;
			Self::admit_batch(batch, model, expires_at, max_count, root, Self::now())
		}

		/// Gives a batch more time.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the vendor's controller, or [`Config::AdminOrigin`].
		///
		/// ## Errors
		///
		/// When the batch is revoked or the time not later.
		///
		/// ## Events
		///
		/// [`Event::BatchExtended`].
		#[pallet::call_index(20)]
		#[pallet::weight(<T as Config>::WeightInfo::extend_batch())]
		pub fn extend_batch(
			origin: OriginFor<T>,
			batch: BatchId,
			expires_at: Moment,
		) -> DispatchResult {
			Self::ensure_acts_for(origin, batch.vendor)?;
			Self::prolong(batch, expires_at, Self::now())
		}

		/// Takes a batch whose time is over out of the tallies of power.
		///
		/// ## Dispatch Origin
		///
		/// Signed by anybody.
		///
		/// ## Details
		///
		/// The chips of an expired batch are not live whether or not this is called; only the
		/// network's power as it is shown, and with it the limit of removals, follows the call.
		///
		/// ## Errors
		///
		/// When the time is not over, or the batch was taken out before.
		///
		/// ## Events
		///
		/// [`Event::BatchExpired`].
		#[pallet::call_index(21)]
		#[pallet::weight(<T as Config>::WeightInfo::note_expired_batch())]
		pub fn note_expired_batch(origin: OriginFor<T>, batch: BatchId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::note_expiry(batch, Self::now())
		}

		/// Names another account that acts for a vendor.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the vendor's controller, or [`Config::AdminOrigin`].
		///
		/// ## Events
		///
		/// [`Event::ControllerChanged`].
		#[pallet::call_index(22)]
		#[pallet::weight(<T as Config>::WeightInfo::set_controller())]
		pub fn set_controller(
			origin: OriginFor<T>,
			vendor: VendorId,
			controller: T::AccountId,
		) -> DispatchResult {
			Self::ensure_acts_for(origin, vendor)?;
			Vendors::<T>::try_mutate(vendor, |slot| {
				let of = slot.as_mut().ok_or(Error::<T>::UnknownVendor)?;
				of.controller = controller.clone();
				Self::deposit_event(Event::ControllerChanged { vendor, controller });
				Ok(())
			})
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A chip, or `None` if it was never registered.
		pub fn chip(id: ChipId) -> Option<ChipView<T::AccountId>> {
			Self::view_chip(id)
		}

		/// The chips of an owner that stand, 256 a page: its groups by batch ascending, each from
		/// its first place on, each beginning a new page.
		pub fn chips_of(owner: T::AccountId, page: u32) -> Vec<PlaceView> {
			Self::view_places(&owner, page)
		}

		/// The power of an owner's live chips in GOPS.
		pub fn power_of(owner: T::AccountId) -> u128 {
			Self::view_power(&owner)
		}

		/// The chips that stand of vendors, models and batches in order, and their power.
		pub fn network_power() -> Tally {
			Network::<T>::get()
		}

		/// All vendors, by id.
		pub fn vendors() -> Vec<(VendorId, Vendor<T::AccountId>)> {
			Self::view_vendors()
		}

		/// All models, by id.
		pub fn models() -> Vec<(ModelId, Model)> {
			Self::view_models()
		}

		/// The batches of a vendor, 256 a page, in no order.
		pub fn batches(vendor: VendorId, page: u32) -> Vec<(u32, Batch)> {
			Self::view_batches(vendor, page)
		}

		/// What an owner pledges, what of it is on its way out and, with the debt in base units, what
		/// it owes.
		pub fn pledge_of(owner: T::AccountId) -> (Pledge, Balance) {
			let pledge = Pledges::<T>::get(&owner);
			let debt = pledge.debt();
			(pledge, debt)
		}

		/// Whether the development vendor, whose key everybody knows, is accepted.
		pub fn allows_development_vendor() -> bool {
			AllowDevelopmentVendor::<T>::get()
		}
	}

	impl<T: Config> Pallet<T> {
		/// Checks that the origin is the vendor's controller or governance.
		fn ensure_acts_for(origin: OriginFor<T>, vendor: VendorId) -> DispatchResult {
			let Err(origin) = T::AdminOrigin::try_origin(origin) else { return Ok(()) };
			let who = ensure_signed(origin)?;
			let vendor = Vendors::<T>::get(vendor).ok_or(Error::<T>::UnknownVendor)?;
			ensure!(vendor.controller == who, Error::<T>::NotController);
			Ok(())
		}
	}

	/// A length as weights take it.
	pub(crate) fn count(len: usize) -> u32 {
		u32::try_from(len).unwrap_or(u32::MAX)
	}
}
