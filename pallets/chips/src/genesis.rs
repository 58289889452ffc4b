//! What the chain knows of vendors and chips before its first block.
//!
//! A genesis that is wrong stops the build of the chain spec, so everything here panics with a
//! sentence that says what to repair.

use alloc::{
	format,
	string::{String, ToString},
	vec::Vec,
};
use codec::DecodeAll;
use frame::{deps::sp_core::Bytes, prelude::*};
use serde::{de, Deserialize, Deserializer, Serialize, Serializer};
use utnet_primitives_consensus_poci::CandidateSink;
use utnet_primitives_core::{Balance, Moment, Power};
use utnet_primitives_security_engine::{
	bls::verify_possessions, BatchId, CatSignature, Certificate, ModelId, VendorId,
};

use crate::{
	types::*, AllowDevelopmentVendor, Chips, Config, Error, GenesisConfig, Pallet, Pledges,
};

/// A vendor in the genesis; its id is its index.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisVendor<AccountId> {
	/// Its name.
	pub name: String,
	/// Its root key: 33 bytes, compressed P-256.
	pub root_key: Bytes,
	/// Adds batches and releases chips for it.
	pub controller: AccountId,
}

/// A model in the genesis; its id is its index.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisModel {
	/// The vendor's index.
	pub vendor: u32,
	/// Its name.
	pub name: String,
	/// What it is.
	pub kind: ModelKind,
	/// Where its CAT key lives.
	pub cat_key_home: CatKeyHome,
	/// The power of one chip in GOPS.
	pub power: Power,
	/// The pledge of one chip in base units; 10 UNC for each T where there is none.
	#[serde(default)]
	pub pledge: Option<Amount>,
	/// The most chips of it that can stand at once.
	pub cap: u32,
}

/// A batch in the genesis.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisBatch {
	/// The vendor's index.
	pub vendor: u32,
	/// The vendor's number for it.
	pub number: u32,
	/// The model's index.
	pub model: u32,
	/// In milliseconds since the Unix epoch.
	pub expires_at: Moment,
	/// The most chips of it that can ever be registered.
	pub max_count: u32,
}

/// A chip in the genesis.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisChip<AccountId> {
	/// Who owns it; must be endowed with its pledge.
	pub owner: AccountId,
	/// The certificate in SCALE.
	pub certificate: Bytes,
	/// The vendor's signature over it: 64 bytes.
	pub signature: Bytes,
	/// The CAT key's signature over itself: 48 bytes.
	pub possession: Bytes,
}

/// An amount of base units: a string of decimal digits, for JSON's numbers end at 2^53 in many
/// tools. A number is read too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Amount(pub Balance);

impl Serialize for Amount {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.serialize_str(&self.0.to_string())
	}
}

impl<'de> Deserialize<'de> for Amount {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		struct Visitor;

		impl de::Visitor<'_> for Visitor {
			type Value = Amount;

			fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
				f.write_str("an amount of base units in decimal digits")
			}

			fn visit_u64<E: de::Error>(self, value: u64) -> Result<Amount, E> {
				Ok(Amount(value.into()))
			}

			fn visit_u128<E: de::Error>(self, value: u128) -> Result<Amount, E> {
				Ok(Amount(value))
			}

			fn visit_str<E: de::Error>(self, value: &str) -> Result<Amount, E> {
				value.parse().map(Amount).map_err(E::custom)
			}
		}

		deserializer.deserialize_any(Visitor)
	}
}

impl<T: Config> GenesisConfig<T> {
	/// Enters everything, or says what is wrong with it.
	pub(crate) fn enter(&self) -> Result<(), String> {
		AllowDevelopmentVendor::<T>::put(self.allow_development_vendor);
		for (index, vendor) in self.vendors.iter().enumerate() {
			let what = || format!("vendor {index}");
			let root_key = fixed(&vendor.root_key, what(), "rootKey")?;
			let name = name(&vendor.name, what())?;
			Pallet::<T>::admit_vendor(name, root_key, vendor.controller.clone())
				.map_err(|error| refused(what(), error))?;
		}
		for (index, model) in self.models.iter().enumerate() {
			let what = || format!("model {index}");
			let spec = ModelSpec {
				vendor: VendorId(model.vendor),
				name: name(&model.name, what())?,
				kind: model.kind,
				cat_key_home: model.cat_key_home,
				power: model.power,
				pledge: model.pledge.map(|Amount(pledge)| pledge),
				cap: model.cap,
			};
			Pallet::<T>::admit_model(spec).map_err(|error| refused(what(), error))?;
		}
		for (index, batch) in self.batches.iter().enumerate() {
			Pallet::<T>::admit_batch(
				BatchId { vendor: VendorId(batch.vendor), number: batch.number },
				ModelId(batch.model),
				batch.expires_at,
				batch.max_count,
				None,
				Pallet::<T>::now(),
			)
			.map_err(|error| refused(format!("batch {index}"), error))?;
		}
		let owners = self.enter_chips()?;
		T::Election::seed_genesis(owners);
		Ok(())
	}

	/// Enters the chips; their owners, each once, in the order of the first chip.
	fn enter_chips(&self) -> Result<Vec<T::AccountId>, String> {
		let now = Pallet::<T>::now();
		let mut verified = Vec::with_capacity(self.chips.len());
		let mut possessions = Vec::with_capacity(self.chips.len());
		for (index, chip) in self.chips.iter().enumerate() {
			let what = || format!("chip {index}");
			let certificate = Certificate::decode_all(&mut chip.certificate.0.as_slice())
				.map_err(|error| refused(what(), error))?;
			let (_, model, vendor) = Pallet::<T>::live_batch(certificate.batch_id(), now)
				.map_err(|error| refused(what(), error))?;
			let signature = fixed(&chip.signature, what(), "signature")?;
			certificate
				.verify(&vendor.root_key, &signature)
				.map_err(|error| refused(what(), error))?;
			certificate.identity_key.check().map_err(|error| refused(what(), error))?;
			let cat_key =
				certificate.cat_key.decompress().map_err(|error| refused(what(), error))?;
			let possession = CatSignature(fixed(&chip.possession, what(), "possession")?);
			possessions.push((certificate.cat_key, cat_key, possession));
			verified.push((&chip.owner, certificate, cat_key, model.pledge));
		}
		verify_possessions(&possessions)
			.map_err(|error| refused("the proofs of possession".into(), error))?;

		let mut owners = Vec::new();
		for (owner, certificate, cat_key, pledge) in verified {
			let what = || format!("the chip of serial number {:?}", certificate.serial);
			if Chips::<T>::contains_key(certificate.chip_id()) {
				return Err(refused(what(), Error::<T>::ChipNotFree));
			}
			let none = WrappedKey::default();
			Pallet::<T>::enter_one(owner, &certificate, &none, &cat_key, (0, 0), pledge)
				.map_err(|error| refused(what(), error))?;
			Pallet::<T>::bond(owner, 1, pledge, now).map_err(|error| refused(what(), error))?;
			if Pledges::<T>::get(owner).debt() > 0 {
				return Err(format!(
					"chips genesis: {owner:?} cannot pledge for its chips; endow it with more"
				));
			}
			if !owners.contains(owner) {
				owners.push(owner.clone());
			}
		}
		Ok(owners)
	}
}

fn refused(what: String, error: impl core::fmt::Debug) -> String {
	format!("chips genesis: {what} is refused: {error:?}")
}

fn fixed<const N: usize>(bytes: &Bytes, what: String, field: &str) -> Result<[u8; N], String> {
	bytes
		.0
		.as_slice()
		.try_into()
		.map_err(|_| format!("chips genesis: {field} of {what} has {} bytes, not {N}", bytes.len()))
}

fn name(name: &str, what: String) -> Result<Name, String> {
	name.as_bytes()
		.to_vec()
		.try_into()
		.map_err(|_| format!("chips genesis: the name of {what} has more than {MAX_NAME} bytes"))
}
