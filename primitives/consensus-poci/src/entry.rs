//! What a miner brings into a list.

use alloc::vec::Vec;
use codec::{Decode, DecodeAll, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{bounded::BoundedVec, ConstU32, H256};
use sp_crypto_hashing::blake2_256;
use sp_runtime::traits::BlakeTwo256;
use utnet_primitives_security_engine::BatchId;

use crate::{AuthorityId, EpochIndex, MAX_GROUPS, MAX_MISSING, MAX_PROOF, MAX_SKIPPED, PAGE_SIZE};

/// The session keys of a miner, frozen with its entry.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct MinerKeys {
	/// Makes and seals blocks.
	pub poci: AuthorityId,
	/// Votes for finality.
	pub gran: sp_consensus_grandpa::AuthorityId,
}

/// The chips of one batch in a miner's answer.
///
/// Places are numbered from 0. A place is *proven* when neither its page is skipped nor the place
/// itself is missing; only proven places have power.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct GroupEntry {
	/// Which batch.
	pub batch: BatchId,
	/// The power of one chip in GOPS.
	pub unit_power: u64,
	/// Places in the group when the miner answered, proven or not.
	pub count: u32,
	/// Pages of [`PAGE_SIZE`] places that the answer leaves out, strictly increasing.
	pub skipped: BoundedVec<u32, ConstU32<MAX_SKIPPED>>,
	/// Places that the answer leaves out, strictly increasing.
	pub missing: BoundedVec<u32, ConstU32<MAX_MISSING>>,
}

impl GroupEntry {
	/// A group all of whose places are proven.
	pub fn full(batch: BatchId, unit_power: u64, count: u32) -> Self {
		Self { batch, unit_power, count, skipped: BoundedVec::new(), missing: BoundedVec::new() }
	}

	/// Whether the left-out pages and places are strictly increasing, exist and do not overlap.
	pub fn is_well_formed(&self) -> bool {
		let increasing = |list: &[u32]| list.windows(2).all(|pair| pair.first() < pair.last());
		let page_of = |place: &u32| place.checked_div(PAGE_SIZE).unwrap_or(0);
		increasing(&self.skipped)
			&& increasing(&self.missing)
			&& self.skipped.iter().all(|page| page_start(*page) < self.count)
			&& self.missing.iter().all(|place| {
				*place < self.count && self.skipped.binary_search(&page_of(place)).is_err()
			})
	}

	/// How many places are proven.
	pub fn proven(&self) -> u32 {
		self.gaps()
			.fold(self.count, |left, (start, end)| left.saturating_sub(end.saturating_sub(start)))
	}

	/// The power of the proven places in GOPS.
	pub fn power(&self) -> u128 {
		u128::from(self.proven()).saturating_mul(u128::from(self.unit_power))
	}

	/// The `n`-th proven place, from 0.
	pub fn proven_place(&self, n: u32) -> Option<u32> {
		let mut place = n;
		for (start, end) in self.gaps() {
			if place < start {
				break;
			}
			place = place.checked_add(end.saturating_sub(start))?;
		}
		(place < self.count).then_some(place)
	}

	/// Left-out places as ranges, in order and without overlap whatever the lists hold.
	fn gaps(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
		let mut pages = self
			.skipped
			.iter()
			.map(|page| (page_start(*page), page_start(*page).saturating_add(PAGE_SIZE)));
		let mut places = self.missing.iter().map(|place| (*place, place.saturating_add(1)));
		let mut page = pages.next();
		let mut place = places.next();
		let mut reached = 0;
		core::iter::from_fn(move || loop {
			let (start, end) = match (page, place) {
				(Some(whole), Some(single)) if whole.0 > single.0 => {
					place = places.next();
					single
				}
				(Some(whole), _) => {
					page = pages.next();
					whole
				}
				(None, Some(single)) => {
					place = places.next();
					single
				}
				(None, None) => return None,
			};
			let (start, end) = (start.max(reached), end.min(self.count));
			if start < end {
				reached = end;
				return Some((start, end));
			}
		})
	}
}

/// The first place of a page.
fn page_start(page: u32) -> u32 {
	page.saturating_mul(PAGE_SIZE)
}

/// A miner in a list.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct MinerEntry {
	/// The session keys.
	pub keys: MinerKeys,
	/// The proven power in GOPS: the length of the miner's part of the segment.
	pub power: u128,
	/// The version of the miner's set of chips that the entry describes.
	pub set_version: u64,
	/// The chips, by batch ascending.
	pub groups: BoundedVec<GroupEntry, ConstU32<MAX_GROUPS>>,
}

impl MinerEntry {
	/// The power of all proven places in GOPS.
	pub fn proven_power(&self) -> u128 {
		self.groups.iter().fold(0u128, |sum, group| sum.saturating_add(group.power()))
	}

	/// The batch and place of the chip that `offset`, a point of the miner's part of the segment,
	/// falls on; `None` beyond the proven power.
	pub fn locate(&self, offset: u128) -> Option<(BatchId, u32)> {
		let mut left = offset;
		for group in &self.groups {
			let power = group.power();
			if left < power {
				let n = left.checked_div(u128::from(group.unit_power))?;
				let place = group.proven_place(u32::try_from(n).ok()?)?;
				return Some((group.batch, place));
			}
			left = left.checked_sub(power)?;
		}
		None
	}
}

/// The leaf of a miner in the Merkle tree of a list:
/// BLAKE2b-256 of `SCALE(miner, power, poci key, gran key)`.
pub fn leaf<AccountId: Encode>(miner: &AccountId, power: u128, keys: &MinerKeys) -> H256 {
	blake2_256(&(miner, power, &keys.poci, &keys.gran).encode()).into()
}

/// The root of a list's Merkle tree: binary, BLAKE2b-256, an odd last node goes up unchanged.
pub fn list_root(leaves: &[H256]) -> H256 {
	binary_merkle_tree::merkle_root_raw::<BlakeTwo256, _>(leaves.iter().copied())
}

/// Proves that keys were in a frozen list; the key owner proof of both kinds of report.
#[derive(Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, PartialEq, TypeInfo)]
pub struct ListProof {
	/// An epoch that the list elected: for an author the epoch of the slot, for a voter any epoch
	/// of its set of voters.
	pub epoch: EpochIndex,
	/// The miner's index in the list.
	pub index: u32,
	/// Miners in the list.
	pub leaf_count: u32,
	/// The neighbours on the way to the root, from below.
	pub proof: BoundedVec<H256, ConstU32<MAX_PROOF>>,
	/// The miner's account, SCALE-encoded.
	pub miner: BoundedVec<u8, ConstU32<64>>,
	/// The miner's power in the list, in GOPS.
	pub power: u128,
	/// The miner's session keys in the list.
	pub keys: MinerKeys,
}

impl ListProof {
	/// A proof of the miner at `index` of the list that elected `epoch`, whose leaves are given.
	///
	/// `None` when the index is outside the list or the list is too long.
	pub fn new<AccountId: Encode>(
		epoch: EpochIndex,
		leaves: &[H256],
		index: u32,
		miner: &AccountId,
		power: u128,
		keys: MinerKeys,
	) -> Option<Self> {
		let leaf_count = u32::try_from(leaves.len()).ok()?;
		if index >= leaf_count {
			return None;
		}
		let tree = binary_merkle_tree::merkle_proof_raw::<BlakeTwo256, _>(leaves.to_vec(), index);
		Some(Self {
			epoch,
			index,
			leaf_count,
			proof: BoundedVec::try_from(tree.proof).ok()?,
			miner: BoundedVec::try_from(miner.encode()).ok()?,
			power,
			keys,
		})
	}

	/// The leaf that the proof is about.
	pub fn leaf(&self) -> H256 {
		// The account's encoding is what SCALE puts first in the tuple.
		let rest = (self.power, &self.keys.poci, &self.keys.gran).encode();
		let preimage: Vec<u8> = self.miner.iter().copied().chain(rest).collect();
		blake2_256(&preimage).into()
	}

	/// Whether the miner with these keys and this power is in the list with the given root.
	pub fn verify(&self, root: &H256) -> bool {
		binary_merkle_tree::verify_proof::<BlakeTwo256, _, _>(
			root,
			self.proof.iter().copied(),
			self.leaf_count,
			self.index,
			binary_merkle_tree::Leaf::Hash(self.leaf()),
		)
	}

	/// The miner's account, if the bytes are one.
	pub fn account<AccountId: Decode>(&self) -> Option<AccountId> {
		AccountId::decode_all(&mut self.miner.as_slice()).ok()
	}
}

/// GRANDPA counts epochs in `u32`; those beyond cannot be reported.
impl sp_session::GetSessionNumber for ListProof {
	fn session(&self) -> u32 {
		u32::try_from(self.epoch).unwrap_or(u32::MAX)
	}
}

impl sp_session::GetValidatorCount for ListProof {
	fn validator_count(&self) -> u32 {
		self.leaf_count
	}
}
