//! The chips of this node: which signer holds them, and the commands that make and claim them.

use std::{
	path::{Path, PathBuf},
	sync::Arc,
};

use codec::Encode;
use sc_cli::SubstrateCli;
use serde_json::{json, Value};
use utnet_client_chip_signer::{
	development,
	folder::{ChipFolder, FolderChip},
	protocol::Network,
	unix::UnixSigner,
	ChipInfo, ChipSigner, ClaimRequest, EmbeddedSigner, Health, SealRequest, SignedClaim,
	SignerError, SoftwareEngine,
};
use utnet_primitives_security_engine::{
	BatchId, CatSignature, Certificate, ChipId, ChipSignature, Claim, IdentityKey, Serial,
};

use crate::{
	chain_spec,
	cli::{ChipCmd, ChipFolderArgs, ClaimChipCmd, Cli, ModelChoice, NewChipCmd, SignerChoice},
	errors::NodeError,
	genesis,
};

/// The folder of chips within a chain's folder.
const FOLDER: &str = "chips";

/// Where the software chips of a chain are kept.
pub(crate) fn folder_of(config_dir: &Path) -> PathBuf {
	config_dir.join(FOLDER)
}

/// The signer that a node uses.
pub(crate) struct Signer {
	/// All chips.
	pub(crate) chips: Arc<dyn ChipSigner>,
	/// Those that sign without waiting, which is what virtual time needs.
	pub(crate) development: Option<Arc<EmbeddedSigner>>,
	/// What it is, for people.
	pub(crate) name: String,
}

impl Signer {
	/// A daemon's, which seals for the network that the node names and for no other.
	pub(crate) fn on_network(path: &Path, network: Network) -> Self {
		let signer = UnixSigner::new(path);
		signer.announce(network);
		Self::at_socket(signer, path)
	}

	fn at_socket(signer: UnixSigner, path: &Path) -> Self {
		let name = format!("the signer at {}", path.display());
		Self { chips: Arc::new(signer), development: None, name }
	}

	/// The signer that the command line asks for.
	///
	/// `owner` is the well-known miner whose chips a development chain has in its genesis;
	/// `folder` is where further software chips are.
	pub(crate) fn open(
		choice: &SignerChoice,
		owner: Option<&str>,
		folder: PathBuf,
		slot_duration: Option<u64>,
	) -> Result<Self, NodeError> {
		if let SignerChoice::Unix(path) = choice {
			return Ok(Self::at_socket(UnixSigner::new(path), path));
		}
		let development = owner.map(|owner| Arc::new(EmbeddedSigner::development(&[owner])));
		let kept =
			folder.exists().then(|| EmbeddedSigner::open(&folder).map(Arc::new)).transpose()?;
		let members: Vec<_> = development.iter().chain(&kept).cloned().collect();
		if let Some(slot_duration) = slot_duration {
			for member in &members {
				member.compare_with_clock(slot_duration);
			}
		}
		let name = format!("the folder {}", folder.display());
		Ok(Self { chips: Arc::new(Embedded { members }), development, name })
	}
}

/// Software chips from several places.
struct Embedded {
	members: Vec<Arc<EmbeddedSigner>>,
}

impl Embedded {
	/// Asks one after the other; the first who holds the chip answers.
	fn ask<A>(
		&self,
		chip: ChipId,
		ask: impl Fn(&EmbeddedSigner) -> Result<A, SignerError>,
	) -> Result<A, SignerError> {
		for member in &self.members {
			match ask(member) {
				Err(SignerError::UnknownChip(_)) => {}
				answer => return answer,
			}
		}
		Err(SignerError::UnknownChip(chip))
	}
}

#[async_trait::async_trait]
impl ChipSigner for Embedded {
	async fn chips(&self) -> Result<Vec<ChipInfo>, SignerError> {
		let mut chips: Vec<_> = self.members.iter().flat_map(|member| member.chips_now()).collect();
		chips.sort_by_key(|chip| chip.id);
		chips.dedup_by_key(|chip| chip.id);
		Ok(chips)
	}

	async fn sign_seal(&self, request: SealRequest) -> Result<Vec<u8>, SignerError> {
		self.ask(request.chip, |member| member.sign_seal_now(&request))
	}

	async fn sign_claim(&self, request: ClaimRequest) -> Result<SignedClaim, SignerError> {
		self.ask(request.claim.chip, |member| member.sign_claim_now(&request))
	}

	async fn health(&self) -> Result<Health, SignerError> {
		let mut sum = Health { chips: 0, seals: 0, clock: 0 };
		for health in self.members.iter().map(|member| member.health_now()) {
			sum.chips = sum.chips.saturating_add(health.chips);
			sum.seals = sum.seals.saturating_add(health.seals);
			sum.clock = sum.clock.max(health.clock);
		}
		Ok(sum)
	}
}

/// The chips that a node has, in words: how many of which batch.
pub(crate) fn describe(
	chips: &[ChipInfo],
	name_batch: impl Fn(BatchId) -> Option<(String, u64)>,
) -> String {
	let mut batches: Vec<(BatchId, u64)> = Vec::new();
	for chip in chips {
		match batches.iter_mut().find(|(batch, _)| *batch == chip.batch) {
			Some((_, count)) => *count = count.saturating_add(1),
			None => batches.push((chip.batch, 1)),
		}
	}
	batches.sort();
	let parts: Vec<_> = batches
		.into_iter()
		.map(|(batch, count)| match name_batch(batch) {
			Some((model, power)) => {
				let tenths = power.saturating_mul(count) / 100;
				format!("{count} × {model} ({}.{} T)", tenths / 10, tenths % 10)
			}
			None => format!(
				"{count} of a batch this chain does not know (vendor {}, number {})",
				batch.vendor.0, batch.number
			),
		})
		.collect();
	parts.join(", ")
}

/// Does what `utnet-node chip` says; prints JSON.
pub(crate) fn run(cli: &Cli, command: &ChipCmd) -> sc_cli::Result<()> {
	let answer = match command {
		ChipCmd::New(cmd) => new(cli, cmd)?,
		ChipCmd::List(cmd) => {
			let folder = Folder::of(cli, &cmd.folder)?;
			folder.read()?.iter().map(|chip| describe_chip(&chip.certificate)).collect()
		}
		ChipCmd::Claim(cmd) => claim(cli, cmd)?,
	};
	println!("{:#}", Value::Array(answer));
	Ok(())
}

/// A chain's folder of chips.
struct Folder {
	spec: Box<dyn sc_service::ChainSpec>,
	path: PathBuf,
}

impl Folder {
	fn of(cli: &Cli, args: &ChipFolderArgs) -> sc_cli::Result<Self> {
		let shared = &args.shared;
		let spec = cli.load_spec(&shared.chain_id(shared.is_dev()))?;
		if shared.is_dev() && shared.base_path.is_none() {
			return Err(NodeError::TemporaryFolder.into());
		}
		let base = match shared.base_path()? {
			Some(base) => base,
			None => sc_service::BasePath::from_project("", "", &Cli::executable_name()),
		};
		let path = folder_of(&base.config_dir(spec.id()));
		Ok(Self { spec, path })
	}

	/// All chips in the folder; none if there is no folder.
	fn read(&self) -> Result<Vec<FolderChip>, NodeError> {
		if !self.path.exists() {
			return Ok(Vec::new());
		}
		let folder = ChipFolder::new(&self.path);
		let efuse = folder.efuse_key()?;
		Ok(folder.read(&efuse)?.into_iter().collect::<Result<_, _>>()?)
	}
}

/// Makes chips and has the development vendor certify them.
fn new(cli: &Cli, cmd: &NewChipCmd) -> sc_cli::Result<Vec<Value>> {
	let folder = Folder::of(cli, &cmd.folder)?;
	if !chain_spec::is_for_development(folder.spec.as_ref()) {
		return Err(NodeError::NotForDevelopment { chain: folder.spec.name().into() }.into());
	}
	let batch = match cmd.model {
		ModelChoice::Bm1684 => development::BM1684_BATCH,
		ModelChoice::Bm1684x => development::BM1684X_BATCH,
	};
	let make = || -> Result<Value, SignerError> {
		let chips = ChipFolder::create(&folder.path)?;
		let engine = SoftwareEngine::generate(&chips.efuse_key()?)?;
		let (certificate, signature) =
			development::vendor_root().certify(batch, serial_of(&engine), &engine);
		chips.add(&certificate, &signature, &engine.wrapped_key())?;
		Ok(describe_chip(&certificate))
	};
	Ok((0..cmd.count).map(|_| make()).collect::<Result<_, _>>().map_err(NodeError::from)?)
}

/// A serial number that is as unique as the engine's key.
fn serial_of(engine: &SoftwareEngine) -> Serial {
	sp_io::hashing::blake2_256(&(b"utnet:software-serial:", engine.identity_key()).encode())
}

/// Has chips sign the claim of an owner.
fn claim(cli: &Cli, cmd: &ClaimChipCmd) -> sc_cli::Result<Vec<Value>> {
	let folder = Folder::of(cli, &cmd.folder)?;
	let genesis_hash = match cmd.genesis_hash {
		Some(hash) => hash,
		None => genesis::hash_of(folder.spec.as_ref())?,
	};
	let chips = folder.read()?;
	let chosen: Vec<_> = chips
		.iter()
		.filter(|chip| cmd.chip.is_none_or(|wanted| wanted == chip.certificate.chip_id()))
		.collect();
	if let (true, Some(chip)) = (chosen.is_empty(), cmd.chip) {
		return Err(NodeError::UnknownChip { path: folder.path, chip }.into());
	}
	let sign = |chip: &FolderChip| {
		let claim = Claim {
			genesis_hash,
			chip: chip.certificate.chip_id(),
			owner: cmd.owner.clone().into(),
			claim_counter: cmd.counter,
			block_number: cmd.block_number,
			block_hash: cmd.block_hash,
		};
		registration(chip, &claim, &chip.engine.sign_claim(&claim))
	};
	Ok(chosen.into_iter().map(sign).collect())
}

/// A chip for people and scripts.
fn describe_chip(certificate: &Certificate) -> Value {
	json!({
		"chip": certificate.chip_id(),
		"vendor": certificate.vendor.0,
		"batch": certificate.batch,
		"serial": hex(&certificate.serial),
		"identityKey": identity_key(&certificate.identity_key),
		"catKey": hex(&certificate.cat_key.0),
	})
}

/// One item of the call `chips.registerChips` in the form that polkadot-js takes.
fn registration(chip: &FolderChip, claim: &Claim, signed: &SignedClaim) -> Value {
	let certificate = &chip.certificate;
	let CatSignature(possession) = &signed.possession;
	let ChipSignature::P256(signature) = &signed.signature;
	json!({
		"certificate": {
			"version": certificate.version,
			"vendor": certificate.vendor.0,
			"batch": certificate.batch,
			"serial": hex(&certificate.serial),
			"identityKey": identity_key(&certificate.identity_key),
			"catKey": hex(&certificate.cat_key.0),
		},
		"proof": { "Signature": hex(&chip.certificate_signature) },
		"claim": {
			"claim": {
				"genesisHash": claim.genesis_hash,
				"chip": claim.chip,
				"owner": hex(&claim.owner),
				"claimCounter": claim.claim_counter,
				"blockNumber": claim.block_number,
				"blockHash": claim.block_hash,
			},
			"signature": { "P256": hex(signature) },
		},
		"possession": hex(possession),
		"wrappedKey": hex(&chip.engine.wrapped_key()),
	})
}

fn identity_key(key: &IdentityKey) -> Value {
	match key {
		IdentityKey::P256(key) => json!({ "P256": hex(key) }),
	}
}

fn hex(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}
