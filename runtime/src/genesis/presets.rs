//! The presets.
//!
//! All keys here are well-known: a real chain takes the production-like preset as its template and
//! puts its own vendor, chips, keys and accounts in their place.

use alloc::{format, string::String, vec, vec::Vec};

use codec::DecodeAll;
use frame_support::{build_struct_json_patch, PalletId};
use pallet_chips::{
	genesis::{Amount, GenesisBatch, GenesisChip, GenesisModel, GenesisVendor},
	CatKeyHome, ModelKind, DEVELOPMENT_VENDOR_KEY,
};
use serde_json::Value;
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::traits::AccountIdConversion;
use utnet_primitives_core::{AccountId, Balance, Moment, Power, GOPS_PER_TERA, UNC};
use utnet_primitives_security_engine::Certificate;

use crate::{
	BalancesConfig, ChipsConfig, GrandpaConfig, Multisig, PociConfig, RuntimeGenesisConfig,
	SessionConfig, SessionKeys, SudoConfig,
};

/// All UNC that exist at genesis, in base units: 3 % of what can ever exist.
pub const ISSUANCE: Balance = 300_000_000 * UNC;

/// The fewest slots in an epoch of a chain that holds value: with shorter epochs a miner gains more
/// by withholding blocks.
pub const EPOCH_MINIMUM: u32 = 600;

/// What each of the three named accounts has before anything is taken from it: 1 % of what can ever
/// exist.
const SHARE: Balance = 100_000_000 * UNC;

/// What each well-known account has on the development chains.
const DEVELOPMENT_ENDOWMENT: Balance = 1_000_000 * UNC;

/// What each well-known account has on the production-like chain: enough for pledges and fees.
const PRODUCTION_ENDOWMENT: Balance = 10_000 * UNC;

/// The start of the year 2100, when the batches in genesis expire: milliseconds since 1970.
const EXPIRY: Moment = 4_102_444_800_000;

/// How many chips of a model or batch there can be.
const CAP: u32 = 1 << 20;

/// The pledge of a chip for each T, in base units.
const PLEDGE_PER_TERA: Balance = 10 * UNC;

/// The same on the development chains.
const DEVELOPMENT_PLEDGE_PER_TERA: Balance = UNC;

/// The models: their names and powers. The index in this list is that of the model and of its batch.
const MODELS: [(&str, Power); 2] = [("BM1684", 17_600), ("BM1684X", 32_000)];

/// The root key of the vendor in the production-like preset. Its private key is as well-known as
/// that of the development vendor: `cargo run -p utnet-client-chip-signer --example production-like-chips`.
pub const TEST_VENDOR_KEY: [u8; 33] =
	hex_literal::hex!("02ae63f0ee5df09ecd40482856b2d51373804d92bc9e8053ff5ba05e00c19a6711");

/// The chips that the development vendor certified, as its library makes them.
const DEVELOPMENT_CHIPS: &str = include_str!("development-chips.json");

/// The chips that the test vendor certified, as the example makes them.
const PRODUCTION_LIKE_CHIPS: &str = include_str!("production-like-chips.json");

/// Why a preset is refused.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PresetError {
	/// The epoch has fewer slots than [`EPOCH_MINIMUM`]. Take longer epochs.
	EpochTooShort,
	/// A list of chips that is built in cannot be read, or is of an owner that nobody knows. Make
	/// it again with the example that its constant names.
	Chips(String),
}

/// An account without a key, which only governance can spend from.
fn named(id: &[u8; 8]) -> AccountId {
	PalletId(*id).into_account_truncating()
}

/// The account of technology and nodes.
pub fn technology_and_nodes() -> AccountId {
	named(b"utnet/tn")
}

/// The account of the DAO.
pub fn dao() -> AccountId {
	named(b"utnet/da")
}

/// The account that newcomers' first fuel comes from.
pub fn initial_fuel() -> AccountId {
	named(b"utnet/fu")
}

/// The account that three of Alice, Bob, Charlie, Dave and Eve speak for.
pub fn three_of_five() -> AccountId {
	let mut signatories: Vec<_> =
		Sr25519Keyring::invulnerable().take(5).map(Sr25519Keyring::to_account_id).collect();
	signatories.sort();
	Multisig::multi_account_id(&signatories, 3)
}

/// A miner of a preset.
struct Miner {
	account: AccountId,
	keys: SessionKeys,
	chips: Vec<GenesisChip<AccountId>>,
	power: Power,
}

impl Miner {
	/// The well-known miner `name` with its first `count` chips in `list`.
	fn new(name: &str, count: usize, list: &[GenesisChip<String>]) -> Result<Self, PresetError> {
		let unknown = || PresetError::Chips(format!("nobody is called {name}"));
		let account: Sr25519Keyring = name.parse().map_err(|_| unknown())?;
		let voter: Ed25519Keyring = name.parse().map_err(|_| unknown())?;
		let chips: Vec<_> = list
			.iter()
			.filter(|chip| chip.owner == name)
			.take(count)
			.map(|chip| GenesisChip {
				owner: account.to_account_id(),
				certificate: chip.certificate.clone(),
				signature: chip.signature.clone(),
				possession: chip.possession.clone(),
			})
			.collect();
		if chips.len() != count {
			return Err(PresetError::Chips(format!("{name} has fewer than {count} chips")));
		}
		let power = chips.iter().map(power_of).try_fold(0, |sum: Power, power| {
			sum.checked_add(power?).ok_or_else(|| PresetError::Chips("too much power".into()))
		})?;
		let keys = SessionKeys { poci: account.public().into(), gran: voter.public().into() };
		Ok(Self { account: account.to_account_id(), keys, chips, power })
	}
}

/// The power of a chip, by the batch in its certificate.
fn power_of(chip: &GenesisChip<AccountId>) -> Result<Power, PresetError> {
	let certificate = Certificate::decode_all(&mut chip.certificate.0.as_slice())
		.map_err(|error| PresetError::Chips(format!("{error}")))?;
	usize::try_from(certificate.batch)
		.ok()
		.and_then(|index| MODELS.get(index))
		.map(|(_, power)| *power)
		.ok_or_else(|| PresetError::Chips(format!("there is no batch {}", certificate.batch)))
}

/// Reads a list of chips.
fn read_chips(text: &str) -> Result<Vec<GenesisChip<String>>, PresetError> {
	serde_json::from_str(text).map_err(|error| PresetError::Chips(format!("{error}")))
}

/// What presets differ in.
struct Preset {
	slot_duration: u64,
	epoch_length: u32,
	allow_development_vendor: bool,
	vendor: GenesisVendor<AccountId>,
	pledge_per_tera: Balance,
	miners: Vec<Miner>,
	endowment: Balance,
	sudo: AccountId,
	entropy: &'static [u8],
}

impl Preset {
	/// What is merged into the default genesis.
	fn patch(self) -> Value {
		let models = MODELS
			.iter()
			.map(|(name, power)| GenesisModel {
				vendor: 0,
				name: (*name).into(),
				kind: ModelKind::Tpu,
				// Neither model's security engine signs BLS.
				cat_key_home: CatKeyHome::Firmware,
				power: *power,
				pledge: Some(Amount(pledge(*power, self.pledge_per_tera))),
				cap: CAP,
			})
			.collect::<Vec<_>>();
		let batches = (0u32..)
			.take(MODELS.len())
			.map(|index| GenesisBatch {
				vendor: 0,
				number: index,
				model: index,
				expires_at: EXPIRY,
				max_count: CAP,
			})
			.collect::<Vec<_>>();
		let voters = self
			.miners
			.iter()
			.map(|miner| (miner.keys.gran.clone(), miner.power))
			.collect::<Vec<_>>();
		let keys = self
			.miners
			.iter()
			.map(|miner| (miner.account.clone(), miner.account.clone(), miner.keys.clone()))
			.collect::<Vec<_>>();
		let chips = self.miners.into_iter().flat_map(|miner| miner.chips).collect::<Vec<_>>();
		build_struct_json_patch!(RuntimeGenesisConfig {
			poci: PociConfig {
				slot_duration: self.slot_duration,
				epoch_length: self.epoch_length,
				genesis_entropy: H256(blake2_256(self.entropy)),
			},
			balances: BalancesConfig { balances: balances(self.endowment) },
			session: SessionConfig { non_authority_keys: keys },
			grandpa: GrandpaConfig { authorities: voters },
			chips: ChipsConfig {
				allow_development_vendor: self.allow_development_vendor,
				vendors: vec![self.vendor],
				models,
				batches,
				chips,
			},
			sudo: SudoConfig { key: Some(self.sudo) },
		})
	}
}

/// The pledge of a chip, in base units.
fn pledge(power: Power, per_tera: Balance) -> Balance {
	Balance::from(power)
		.saturating_mul(per_tera)
		.checked_div(GOPS_PER_TERA.into())
		.unwrap_or(Balance::MAX)
}

/// The balances: what the well-known accounts have is taken from technology and nodes, so that the
/// sum is [`ISSUANCE`] in every preset.
fn balances(endowment: Balance) -> Vec<(AccountId, Balance)> {
	let mut balances: Vec<_> =
		Sr25519Keyring::well_known().map(|account| (account.to_account_id(), endowment)).collect();
	let endowed = balances.iter().fold(0, |sum: Balance, (_, amount)| sum.saturating_add(*amount));
	balances.extend([
		(technology_and_nodes(), SHARE.saturating_sub(endowed)),
		(dao(), SHARE),
		(initial_fuel(), SHARE),
	]);
	balances
}

/// The vendor whose key everybody knows.
fn development_vendor() -> GenesisVendor<AccountId> {
	GenesisVendor {
		name: "Development vendor (anybody can sign for it)".into(),
		root_key: DEVELOPMENT_VENDOR_KEY.to_vec().into(),
		controller: Sr25519Keyring::Alice.to_account_id(),
	}
}

/// A development chain with the given miners.
fn for_development(miners: &[(&str, usize)], entropy: &'static [u8]) -> Result<Value, PresetError> {
	let list = read_chips(DEVELOPMENT_CHIPS)?;
	let miners = miners
		.iter()
		.map(|(name, count)| Miner::new(name, *count, &list))
		.collect::<Result<_, _>>()?;
	Ok(Preset {
		slot_duration: 1_000,
		epoch_length: 20,
		allow_development_vendor: true,
		vendor: development_vendor(),
		pledge_per_tera: DEVELOPMENT_PLEDGE_PER_TERA,
		miners,
		endowment: DEVELOPMENT_ENDOWMENT,
		sudo: Sr25519Keyring::Alice.to_account_id(),
		entropy,
	}
	.patch())
}

/// Alice mines with eight BM1684X.
///
/// # Errors
///
/// [`PresetError::Chips`].
pub fn development() -> Result<Value, PresetError> {
	for_development(&[("Alice", 8)], b"utnet:preset:development")
}

/// Alice mines with five BM1684X, Bob with four, Charlie with five BM1684: 43, 34 and 23 % of the
/// power. Blocks are made without any one of them; finality, which takes more than two thirds, goes
/// on without Charlie.
///
/// # Errors
///
/// [`PresetError::Chips`].
pub fn local_testnet() -> Result<Value, PresetError> {
	for_development(&[("Alice", 5), ("Bob", 4), ("Charlie", 5)], b"utnet:preset:local")
}

/// Alice, Bob, Charlie and Dave mine with four BM1684X each, on a chain that refuses the
/// development vendor and is governed by three of five.
///
/// # Errors
///
/// [`PresetError::EpochTooShort`] and [`PresetError::Chips`].
pub fn production_like(slot_duration: u64, epoch_length: u32) -> Result<Value, PresetError> {
	if epoch_length < EPOCH_MINIMUM {
		return Err(PresetError::EpochTooShort);
	}
	let list = read_chips(PRODUCTION_LIKE_CHIPS)?;
	let miners = ["Alice", "Bob", "Charlie", "Dave"]
		.iter()
		.map(|name| Miner::new(name, 4, &list))
		.collect::<Result<_, _>>()?;
	Ok(Preset {
		slot_duration,
		epoch_length,
		allow_development_vendor: false,
		vendor: GenesisVendor {
			name: "Test vendor (to be replaced)".into(),
			root_key: TEST_VENDOR_KEY.to_vec().into(),
			controller: three_of_five(),
		},
		pledge_per_tera: PLEDGE_PER_TERA,
		miners,
		endowment: PRODUCTION_ENDOWMENT,
		sudo: three_of_five(),
		entropy: b"utnet:preset:production-like",
	}
	.patch())
}
