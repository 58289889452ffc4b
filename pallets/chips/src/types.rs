//! What the registry stores, what its calls take and what its view functions answer.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame::prelude::{BoundedVec, ConstU32, TypeInfo, H256};
use serde::{Deserialize, Serialize};
use utnet_primitives_consensus_poci::{EpochIndex, PAGE_SIZE};
use utnet_primitives_core::{Balance, Moment, Power, GOPS_PER_TERA, UNC};
use utnet_primitives_security_engine::{
	BatchId, CatKey, CatSignature, Certificate, ChipId, ChipSignature, Claim, IdentityKey, ModelId,
	Serial, UncompressedCatKey, VendorId,
};

/// Chips that one call handles.
pub const MAX_ITEMS: u32 = 32;
/// Chips that one free registration handles.
pub const MAX_FREE_ITEMS: u32 = 4;
/// Bytes of a vendor's or model's name.
pub const MAX_NAME: u32 = 64;
/// Bytes of a wrapped private key (`PriKEnc`).
pub const MAX_WRAPPED_KEY: u32 = 2_048;
/// Bytes of the proof of ownership that comes with session keys.
pub const MAX_KEYS_PROOF: u32 = 512;
/// Hashes of a certificate's Merkle proof: enough for 2^32 certificates.
pub const MAX_MERKLE_PROOF: u32 = 32;

/// Vendors that can be admitted.
pub const MAX_VENDORS: u32 = 256;
/// Models that can be admitted. With [`MAX_MODEL_CAP`] it keeps the power of all chips below
/// 2^12 · 2^20 · 2^64 = 2^96 GOPS, which is what the draw of an author relies on.
pub const MAX_MODELS: u32 = 4_095;
/// Batches that a vendor can have.
pub const MAX_BATCHES: u32 = 65_536;
/// The most chips of one model that can stand at once.
pub const MAX_MODEL_CAP: u32 = 1 << 20;
/// The most power, in GOPS, that a model may reach whose CAT key lives in host firmware: 2^20 chips
/// of 32 T.
pub const MAX_FIRMWARE_POWER: u128 = (1 << 20) * 32_000;
/// The highest pledge of a chip, in base units: the cap of all UNC.
pub const MAX_PLEDGE: Balance = 10_000_000_000 * UNC;
/// What a chip's pledge is for each T when its model does not say otherwise, in base units.
pub const PLEDGE_PER_TERA: Balance = 10 * UNC;

/// Pages of a group. A group has at most `MAX_PAGES · PAGE_SIZE` = 16 384 places.
pub const MAX_PAGES: u32 = 64;
/// Places of a group.
pub const MAX_PLACES: u32 = MAX_PAGES * PAGE_SIZE;
/// Uses that can share one chip.
pub const MAX_LOCKS: u32 = 8;
/// A whole chip, per mille.
pub const WHOLE_CHIP: u16 = 1_000;

/// A day in milliseconds.
pub const DAY: Moment = 86_400_000;
/// How long a pledge stays slashable after its chip has left, in milliseconds.
pub const UNBONDING: Moment = 28 * DAY;
/// How long a vendor's notice of release runs, in milliseconds.
pub const RELEASE_NOTICE: Moment = 28 * DAY;
/// How long a pledge may be owed, in milliseconds; afterwards no chip of the owner is live.
pub const DEBT_TERM: Moment = 90 * DAY;
/// Entries of pledges on their way out: one for each day of [`UNBONDING`], the day that has begun,
/// the day they are rounded up to, and one for all that are due.
pub const MAX_UNBONDING: u32 = 32;
/// Blocks within which the next owner claims a chip it was given or has bought.
pub const HANDOVER_BLOCKS: u32 = 1_200;
/// Blocks back from which a claim is too old.
pub const CLAIM_BLOCKS: u32 = 256;
/// Epochs that a chip suspended for missed availability waits before it can come back.
pub const SUSPENSION_EPOCHS: EpochIndex = 2;

/// The root key of the development vendor, whose private key everybody knows: compressed P-256.
#[rustfmt::skip]
pub const DEVELOPMENT_VENDOR_KEY: [u8; 33] = [
	0x03, 0xfe, 0x61, 0xb8, 0x18, 0x4d, 0x3e, 0x29, 0x91, 0x3b, 0x8c,
	0xbe, 0x0d, 0xdd, 0x15, 0xee, 0xe4, 0x26, 0xc9, 0x53, 0x89, 0x85,
	0x57, 0x92, 0x13, 0x88, 0x41, 0x43, 0x7b, 0x81, 0x7f, 0xa1, 0x2b,
];

/// A name that people read: UTF-8.
pub type Name = BoundedVec<u8, ConstU32<MAX_NAME>>;
/// A private key encrypted with the chip's efuse key, opaque to the chain.
pub type WrappedKey = BoundedVec<u8, ConstU32<MAX_WRAPPED_KEY>>;

/// Chips that stand at a place, and what they add up to.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Default,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct Tally {
	/// How many chips.
	pub chips: u32,
	/// Their power in GOPS.
	pub power: u128,
}

impl Tally {
	/// The sum of both.
	#[must_use]
	pub fn plus(self, other: Self) -> Self {
		Self {
			chips: self.chips.saturating_add(other.chips),
			power: self.power.saturating_add(other.power),
		}
	}

	/// What is left of this one without the other.
	#[must_use]
	pub fn minus(self, other: Self) -> Self {
		Self {
			chips: self.chips.saturating_sub(other.chips),
			power: self.power.saturating_sub(other.power),
		}
	}
}

/// Who makes chips and certifies them.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Vendor<AccountId> {
	/// Its name.
	pub name: Name,
	/// Signs certificates: compressed P-256.
	pub root_key: [u8; 33],
	/// Adds batches and releases chips for it.
	pub controller: AccountId,
	/// Whether its chips count.
	pub status: VendorStatus,
	/// Batches it has.
	pub batches: u32,
	/// What stands of its models that are not revoked.
	pub tally: Tally,
}

/// Whether a vendor's chips count.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub enum VendorStatus {
	/// They do.
	#[codec(index = 0)]
	Active,
	/// None of them is live until governance resumes the vendor.
	#[codec(index = 1)]
	Suspended,
}

/// What a model is.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Deserialize,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	Serialize,
	TypeInfo,
)]
pub enum ModelKind {
	/// A tensor processor.
	#[codec(index = 0)]
	Tpu,
	/// A graphics processor.
	#[codec(index = 1)]
	Gpu,
	/// A neural processor.
	#[codec(index = 2)]
	Npu,
	/// A graphics processor for general computing.
	#[codec(index = 3)]
	Gpgpu,
	/// A field-programmable gate array.
	#[codec(index = 4)]
	Fpga,
	/// A general processor.
	#[codec(index = 5)]
	Cpu,
	/// A store.
	#[codec(index = 6)]
	Storage,
	/// A network device.
	#[codec(index = 7)]
	Network,
}

/// Where a model keeps the BLS key that availability proofs are signed with.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Deserialize,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	Serialize,
	TypeInfo,
)]
pub enum CatKeyHome {
	/// Inside the security engine, which signs with it: a proof shows that the chip answers.
	#[codec(index = 0)]
	Engine,
	/// In host firmware, wrapped by the security engine's efuse key: a proof shows that the
	/// wrapping engine answers, which is less. Such a model's power is capped
	/// ([`MAX_FIRMWARE_POWER`]).
	#[codec(index = 1)]
	Firmware,
}

/// A model of chip; none of its figures ever changes.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Model {
	/// Who makes it.
	pub vendor: VendorId,
	/// Its name.
	pub name: Name,
	/// What it is.
	pub kind: ModelKind,
	/// Where its CAT key lives.
	pub cat_key_home: CatKeyHome,
	/// The power of one chip in GOPS, above 0: the length of its part of the segment.
	pub power: Power,
	/// The pledge of one chip in base units.
	pub pledge: Balance,
	/// The most chips of it that can stand at once.
	pub cap: u32,
	/// Whether governance has revoked it.
	pub revoked: bool,
	/// What stands of its batches that are counted.
	pub tally: Tally,
}

/// The root of a tree of certificates, signed once by the vendor.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct CertifiedRoot {
	/// The root of a `binary-merkle-tree` over BLAKE2b-256; its leaves are certificates in SCALE.
	pub root: H256,
	/// How many certificates.
	pub count: u32,
}

/// A [`CertifiedRoot`] and the vendor's signature over it.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct SignedRoot {
	/// What is signed.
	pub certified: CertifiedRoot,
	/// By the vendor's root key over `utnet:chip-batch:v1`, P-256 with SHA-256, low s.
	pub signature: [u8; 64],
}

/// A production batch.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Batch {
	/// The model of all its chips.
	pub model: ModelId,
	/// From when on its chips are not live any more: milliseconds since the Unix epoch.
	pub expires_at: Moment,
	/// Whether governance has revoked it.
	pub revoked: bool,
	/// The most chips of it that can ever be registered.
	pub max_count: u32,
	/// Chips of it registered so far, those included that have left.
	pub registered: u32,
	/// Certifies all its chips at once.
	pub certified: Option<CertifiedRoot>,
	/// Whether its chips are in the tally of its model: not once it is revoked or noted as expired.
	pub counted: bool,
	/// What stands of it.
	pub tally: Tally,
}

/// How a vendor vouches for a certificate.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub enum CertificateProof {
	/// By a signature of its root key over `utnet:chip-certificate:v1` and the certificate.
	#[codec(index = 0)]
	Signature([u8; 64]),
	/// By a tree of certificates whose root the batch holds.
	#[codec(index = 1)]
	Merkle {
		/// The certificate's index in the tree.
		index: u32,
		/// The neighbours on the way to the root, from below.
		proof: BoundedVec<H256, ConstU32<MAX_MERKLE_PROOF>>,
	},
}

/// What a chip has signed inside its security engine.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct SignedClaim {
	/// Who owns the chip from now on.
	pub claim: Claim,
	/// By the chip's identity key.
	pub signature: ChipSignature,
}

/// A chip that is brought to the chain.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Registration {
	/// What the vendor says of the chip.
	pub certificate: Certificate,
	/// How the vendor vouches for it.
	pub proof: CertificateProof,
	/// What the chip says of its owner.
	pub claim: SignedClaim,
	/// The CAT key's signature over itself.
	pub possession: CatSignature,
	/// The private key wrapped by the efuse key (`PriKEnc`), kept for whoever owns the chip. Empty
	/// where the engine keeps it itself, or where the chain has it already.
	pub wrapped_key: WrappedKey,
}

/// Where a chip is in its life.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub enum ChipStatus {
	/// It stands at a place of its owner's group.
	#[codec(index = 0)]
	Claimed {
		/// Which place, from 0.
		place: u32,
	},
	/// It missed availability rounds and stands nowhere; its owner can bring it back.
	#[codec(index = 1)]
	Suspended {
		/// The epoch in which it was suspended.
		since_epoch: EpochIndex,
	},
	/// Its owner let it go; it counts as retired, and can be claimed by anybody who holds it, once
	/// the time is over.
	#[codec(index = 2)]
	Retiring {
		/// In milliseconds since the Unix epoch.
		until: Moment,
	},
	/// Governance took it out for ever.
	#[codec(index = 3)]
	Revoked,
}

/// A registered chip.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Chip<AccountId> {
	/// Who owns it, or owned it last.
	pub owner: AccountId,
	/// The batch it was made in.
	pub batch: BatchId,
	/// Its serial number.
	pub serial: Serial,
	/// Signs claims and seals.
	pub identity_key: IdentityKey,
	/// Signs availability proofs.
	pub cat_key: CatKey,
	/// Where it is in its life.
	pub status: ChipStatus,
	/// What the next claim must count.
	pub claim_counter: u32,
	/// What the next lease must count.
	pub lease_counter: u32,
	/// Its part of its owner's pledge in base units; 0 once it has left.
	pub pledge: Balance,
	/// When the vendor's notice of release is over, in milliseconds since the Unix epoch.
	pub release_at: Option<Moment>,
}

impl<AccountId> Chip<AccountId> {
	/// Whether the owner still pledges for it.
	pub fn is_bonded(&self) -> bool {
		matches!(self.status, ChipStatus::Claimed { .. } | ChipStatus::Suspended { .. })
	}
}

/// The chips of an owner as a whole.
#[derive(
	Clone,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Default,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct Owner {
	/// Counts every change of what stands.
	pub set_version: u64,
	/// The batches of which chips stand, ascending.
	pub groups: BoundedVec<BatchId, ConstU32<{ utnet_primitives_consensus_poci::MAX_GROUPS }>>,
}

/// The chips of one owner and batch.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Group {
	/// The sum of their CAT keys.
	pub sum: UncompressedCatKey,
	/// How many there are.
	pub count: u32,
}

/// Up to 256 places of a group in a row.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Page {
	/// The sum of the CAT keys.
	pub sum: UncompressedCatKey,
	/// For each place the missed availability rounds that its keeper has noted.
	pub misses: BoundedVec<u8, ConstU32<PAGE_SIZE>>,
}

/// A place of a group.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Place {
	/// Who stands there.
	pub chip: ChipId,
	/// Its CAT key, checked and uncompressed.
	pub cat_key: UncompressedCatKey,
	/// The epoch in which the chip took this very place.
	pub since_epoch: EpochIndex,
}

/// A pledge on its way out.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct Unbonding {
	/// In base units.
	pub amount: Balance,
	/// From when on it can be withdrawn: milliseconds since the Unix epoch, a whole day.
	pub until: Moment,
}

/// What an owner pledges for all its chips.
///
/// The debt is `pledged − held + penalty`: what the models ask for and is not held, and what
/// slashes could not take.
#[derive(
	Clone,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Default,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct Pledge {
	/// Chips it stands for: claimed and suspended ones.
	pub bonded: u32,
	/// What the models of these chips ask for, in base units.
	pub pledged: Balance,
	/// What is held for them, in base units.
	pub held: Balance,
	/// Slashes that nothing was there for, in base units; paid before anything else.
	pub penalty: Balance,
	/// Since when there has been a debt without a break: milliseconds since the Unix epoch.
	pub debt_since: Option<Moment>,
	/// Pledges of chips that have left, by time ascending.
	pub unbonding: BoundedVec<Unbonding, ConstU32<MAX_UNBONDING>>,
	/// Whether the registry keeps the account alive, for it came without funds.
	pub provides: bool,
}

impl Pledge {
	/// What the owner owes, in base units.
	pub fn debt(&self) -> Balance {
		self.pledged.saturating_sub(self.held).saturating_add(self.penalty)
	}

	/// Whether the debt has been owed for too long.
	pub fn is_overdue(&self, now: Moment) -> bool {
		self.debt_since.is_some_and(|since| now >= since.saturating_add(DEBT_TERM))
	}

	/// Starts or ends the term of the debt.
	pub(crate) fn note_debt(&mut self, now: Moment) {
		if self.debt() == 0 {
			self.debt_since = None;
		} else {
			self.debt_since.get_or_insert(now);
		}
	}
}

/// An owner offers a chip.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Offer<AccountId> {
	/// Who sells.
	pub seller: AccountId,
	/// In base units.
	pub price: Balance,
	/// The only account that can buy it, if there is one.
	pub buyer: Option<AccountId>,
}

/// A chip is promised to its next owner, who has yet to claim it.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Handover<AccountId, BlockNumber> {
	/// Who has it.
	pub from: AccountId,
	/// Who gets it.
	pub to: AccountId,
	/// The last block in which it can be claimed.
	pub until: BlockNumber,
	/// What is held of the next owner for it, in base units; `None` for a gift.
	pub price: Option<Balance>,
}

/// What keeps a chip.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub enum LockUser {
	/// A rental order.
	#[codec(index = 0)]
	Lease(u64),
	/// An inference order.
	#[codec(index = 1)]
	Inference(u64),
}

/// A part of a chip that somebody else uses.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct Lock {
	/// For what.
	pub user: LockUser,
	/// How much of the chip, per mille; 1 000 is all of it.
	pub share: u16,
}

/// The power taken out within one epoch.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Default,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct RemovalBudget {
	/// Which epoch.
	pub epoch: EpochIndex,
	/// The registered power before the epoch's first removal, in GOPS.
	pub base: u128,
	/// What was taken out, in GOPS.
	pub removed: u128,
}

/// What governance says of a model when it admits it.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct ModelSpec {
	/// Who makes it.
	pub vendor: VendorId,
	/// Its name.
	pub name: Name,
	/// What it is.
	pub kind: ModelKind,
	/// Where its CAT key lives.
	pub cat_key_home: CatKeyHome,
	/// The power of one chip in GOPS, above 0.
	pub power: Power,
	/// The pledge of one chip in base units; `None` is [`PLEDGE_PER_TERA`] for each T.
	pub pledge: Option<Balance>,
	/// The most chips of it that can stand at once: 1 to [`MAX_MODEL_CAP`].
	pub cap: u32,
}

impl ModelSpec {
	/// The pledge of one chip in base units.
	pub fn pledge(&self) -> Balance {
		self.pledge.unwrap_or_else(|| default_pledge(self.power))
	}
}

/// The pledge of a chip of `power` GOPS whose model does not name one, in base units.
pub fn default_pledge(power: Power) -> Balance {
	PLEDGE_PER_TERA
		.saturating_mul(Balance::from(power))
		.checked_div(Balance::from(GOPS_PER_TERA))
		.unwrap_or(Balance::MAX)
}

/// Where a chip is in its life, as of now.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, TypeInfo)]
pub enum ChipStatusView {
	/// It stands at a place of its owner's group.
	#[codec(index = 0)]
	Claimed {
		/// Which place, from 0.
		place: u32,
		/// The epoch in which it took the place.
		since_epoch: EpochIndex,
	},
	/// It missed availability rounds.
	#[codec(index = 1)]
	Suspended {
		/// The epoch in which it was suspended.
		since_epoch: EpochIndex,
	},
	/// Its owner let it go; the pledge is still slashable.
	#[codec(index = 2)]
	Retiring {
		/// In milliseconds since the Unix epoch.
		until: Moment,
	},
	/// Nobody owns it; who holds it can claim it.
	#[codec(index = 3)]
	Retired,
	/// Governance took it out for ever.
	#[codec(index = 4)]
	Revoked,
}

/// A chip as a wallet shows it.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, TypeInfo)]
pub struct ChipView<AccountId> {
	/// Which chip.
	pub id: ChipId,
	/// Who owns it, or owned it last.
	pub owner: AccountId,
	/// The batch it was made in.
	pub batch: BatchId,
	/// Its model.
	pub model: ModelId,
	/// Its serial number.
	pub serial: Serial,
	/// Signs claims and seals.
	pub identity_key: IdentityKey,
	/// Signs availability proofs.
	pub cat_key: CatKey,
	/// Where it is in its life.
	pub status: ChipStatusView,
	/// Whether it counts now.
	pub live: bool,
	/// The power of its model in GOPS.
	pub power: Power,
	/// What the next claim must count.
	pub claim_counter: u32,
	/// What the next lease must count.
	pub lease_counter: u32,
	/// Its part of the pledge in base units.
	pub pledge: Balance,
	/// When the vendor's notice of release is over, in milliseconds since the Unix epoch.
	pub release_at: Option<Moment>,
	/// Who uses it.
	pub locks: Vec<Lock>,
	/// What it is offered for, in base units.
	pub offered: Option<Balance>,
	/// The private key wrapped by the efuse key; empty where none was given.
	pub wrapped_key: Vec<u8>,
}

/// A place as a wallet lists it.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, TypeInfo)]
pub struct PlaceView {
	/// The group.
	pub batch: BatchId,
	/// The place in the group, from 0.
	pub place: u32,
	/// Who stands there.
	pub chip: ChipId,
	/// The epoch in which the chip took the place.
	pub since_epoch: EpochIndex,
	/// Noted misses.
	pub misses: u8,
}
