//! A signer with software engines in the same process.

use crate::{
	check_clock, clock, development, folder::ChipFolder, slots::SlotRecord, ChipInfo, ChipSigner,
	ClaimRequest, EfuseKey, Health, SealRequest, SignedClaim, SignerError, SoftwareEngine,
};
use parking_lot::{Mutex, RwLock};
use std::{
	collections::BTreeMap,
	fs::File,
	path::Path,
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc,
	},
};
use utnet_primitives_security_engine::{Certificate, ChipId, ChipSignature};

/// Holds software engines, and keeps for each the last slot that it sealed on each chain.
///
/// Signing blocks the caller: well under a millisecond, plus one write to the disk per seal where
/// the engines come from a folder.
#[derive(Debug)]
pub struct EmbeddedSigner {
	chips: RwLock<BTreeMap<ChipId, Arc<HeldChip>>>,
	source: Source,
	/// In milliseconds; 0 while slots are not compared with the clock.
	slot_duration: AtomicU64,
	seals: AtomicU64,
}

#[derive(Debug)]
struct HeldChip {
	info: ChipInfo,
	engine: SoftwareEngine,
	slots: Mutex<SlotRecord>,
}

/// Where a chip that is not held yet may come from.
#[derive(Debug)]
enum Source {
	Nowhere,
	/// Chips of these owners that are not in genesis.
	Development(Vec<String>),
	Folder {
		folder: ChipFolder,
		efuse: EfuseKey,
		_lock: File,
	},
}

impl EmbeddedSigner {
	/// A signer with these chips, which forgets the slots it sealed when it is dropped.
	///
	/// Fails if a certificate is not of the engine beside it.
	pub fn new(
		chips: impl IntoIterator<Item = (Certificate, SoftwareEngine)>,
	) -> Result<Self, SignerError> {
		let signer = Self::with_source(Source::Nowhere);
		for (certificate, engine) in chips {
			if engine.identity_key() != certificate.identity_key
				|| engine.cat_key() != certificate.cat_key
			{
				return Err(SignerError::Engine(format!(
					"the certificate of chip {:?} is not of its engine",
					certificate.chip_id()
				)));
			}
			signer.hold(&certificate, engine, SlotRecord::default());
		}
		Ok(signer)
	}

	/// A signer with the chips that these owners have in the genesis of a development chain.
	///
	/// Their further development chips (up to [`development::SPARE_CHIPS`]) are taken up when they
	/// are first asked for.
	pub fn development(names: &[&str]) -> Self {
		let owners = names.iter().map(ToString::to_string).collect();
		let signer = Self::with_source(Source::Development(owners));
		for owner in names {
			for index in 0..development::genesis_chips(owner) {
				let chip = development::chip(owner, index);
				let engine = development::engine(owner, index);
				signer.hold(&chip.certificate, engine, SlotRecord::default());
			}
		}
		signer
	}

	/// A signer with the chips of a folder (see [`crate::folder`]), which it alone uses until it
	/// is dropped. The slots it sealed are kept in the folder.
	///
	/// A chip that is put into the folder later is found when it is first asked for.
	pub fn open(dir: &Path) -> Result<Self, SignerError> {
		let folder = ChipFolder::new(dir);
		let efuse = folder.efuse_key()?;
		let lock = folder.lock()?;
		let signer = Self::with_source(Source::Folder {
			folder: folder.clone(),
			efuse: efuse.clone(),
			_lock: lock,
		});
		for chip in folder.read(&efuse)? {
			let chip = chip?;
			let slots = SlotRecord::open(folder.slots_file(chip.certificate.chip_id())?)?;
			signer.hold(&chip.certificate, chip.engine, slots);
		}
		Ok(signer)
	}

	fn with_source(source: Source) -> Self {
		Self {
			chips: RwLock::default(),
			source,
			slot_duration: AtomicU64::new(0),
			seals: AtomicU64::new(0),
		}
	}

	/// From now on refuses slots more than one ahead of the clock; `slot_duration` in milliseconds,
	/// 0 for no such check, which is what virtual time needs and how a signer starts.
	pub fn compare_with_clock(&self, slot_duration: u64) {
		self.slot_duration.store(slot_duration, Ordering::Relaxed);
	}

	/// What is public about the chips held, by identifier in ascending order.
	pub fn chips_now(&self) -> Vec<ChipInfo> {
		self.chips.read().values().map(|chip| chip.info.clone()).collect()
	}

	/// Whether `chip` can sign here, taking it up if it was put there meanwhile.
	pub fn holds(&self, chip: ChipId) -> bool {
		self.find(chip).is_ok()
	}

	/// [`ChipSigner::sign_seal`] for callers that cannot wait.
	pub fn sign_seal_now(&self, request: &SealRequest) -> Result<Vec<u8>, SignerError> {
		let chip = self.find(request.chip)?;
		let slot_duration = self.slot_duration.load(Ordering::Relaxed);
		if slot_duration > 0 {
			check_clock(request.slot, slot_duration, clock())?;
		}
		chip.slots.lock().advance(request.genesis_hash, request.slot)?;
		self.seals.fetch_add(1, Ordering::Relaxed);
		let ChipSignature::P256(signature) = chip.engine.sign_seal(request);
		Ok(signature.to_vec())
	}

	/// [`ChipSigner::sign_claim`] for callers that cannot wait.
	pub fn sign_claim_now(&self, request: &ClaimRequest) -> Result<SignedClaim, SignerError> {
		Ok(self.find(request.claim.chip)?.engine.sign_claim(&request.claim))
	}

	/// [`ChipSigner::health`] for callers that cannot wait.
	pub fn health_now(&self) -> Health {
		Health {
			chips: u32::try_from(self.chips.read().len()).unwrap_or(u32::MAX),
			seals: self.seals.load(Ordering::Relaxed),
			clock: clock(),
		}
	}

	/// A chip that is already held keeps its slots.
	fn hold(&self, certificate: &Certificate, engine: SoftwareEngine, slots: SlotRecord) {
		let info = ChipInfo::from(certificate);
		self.chips
			.write()
			.entry(info.id)
			.or_insert_with(|| Arc::new(HeldChip { info, engine, slots: Mutex::new(slots) }));
	}

	fn held(&self, id: ChipId) -> Option<Arc<HeldChip>> {
		self.chips.read().get(&id).cloned()
	}

	fn find(&self, id: ChipId) -> Result<Arc<HeldChip>, SignerError> {
		if let Some(chip) = self.held(id) {
			return Ok(chip);
		}
		match &self.source {
			Source::Nowhere => {}
			Source::Development(owners) => {
				let spare = owners.iter().find_map(|owner| {
					(development::genesis_chips(owner)..)
						.take(development::SPARE_CHIPS)
						.find(|index| development::chip_id(owner, *index) == id)
						.map(|index| (owner, index))
				});
				if let Some((owner, index)) = spare {
					let chip = development::chip(owner, index);
					let engine = development::engine(owner, index);
					self.hold(&chip.certificate, engine, SlotRecord::default());
				}
			}
			Source::Folder { folder, efuse, .. } => {
				for chip in folder.read(efuse)? {
					match chip {
						Ok(chip) if chip.certificate.chip_id() == id => {
							let slots = SlotRecord::open(folder.slots_file(id)?)?;
							self.hold(&chip.certificate, chip.engine, slots);
						}
						Ok(_) => {}
						Err(error) => log::warn!("A chip is left out: {error}"),
					}
				}
			}
		}
		self.held(id).ok_or(SignerError::UnknownChip(id))
	}
}

#[async_trait::async_trait]
impl ChipSigner for EmbeddedSigner {
	async fn chips(&self) -> Result<Vec<ChipInfo>, SignerError> {
		Ok(self.chips_now())
	}

	async fn sign_seal(&self, request: SealRequest) -> Result<Vec<u8>, SignerError> {
		self.sign_seal_now(&request)
	}

	async fn sign_claim(&self, request: ClaimRequest) -> Result<SignedClaim, SignerError> {
		self.sign_claim_now(&request)
	}

	async fn health(&self) -> Result<Health, SignerError> {
		Ok(self.health_now())
	}
}
