//! The chains that the binary knows by name, and those that come from a file.

use std::path::PathBuf;

use sc_chain_spec::{ChainSpecExtension, ChainType, Properties};
use sc_client_api::{BadBlocks, ForkBlocks};
use sc_consensus_grandpa::AuthoritySetHardFork;
use serde::{Deserialize, Serialize};
use sp_consensus_grandpa::{AuthorityList, SetId};
use utnet_primitives_core::{BlockNumber, Hash};
use utnet_runtime::{genesis, opaque::Block, WASM_BINARY};

/// The host functions beyond the stock ones that the runtime needs: pairings on BLS12-381.
pub(crate) type CurveFunctions = sp_crypto_ec_utils::HostFunctionsRfc163;

/// Everything that the runtime may call in the node. Standard benchmark tools offer exactly the
/// same, so they run this runtime.
pub(crate) type HostFunctions = (sp_io::SubstrateHostFunctions, CurveFunctions);

/// A chain specification.
pub(crate) type ChainSpec = sc_service::GenericChainSpec<Extensions, CurveFunctions>;

/// What a chain specification may say to the node besides the genesis state.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ChainSpecExtension)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Extensions {
	/// Blocks that must be in the chain.
	pub(crate) fork_blocks: ForkBlocks<Block>,
	/// Blocks that must not be in the chain.
	pub(crate) bad_blocks: BadBlocks<Block>,
	/// Changes of the finality voters that were forced because too many of them were gone: a node
	/// that warp-syncs across one cannot prove it.
	pub(crate) voter_hard_forks: VoterHardForks,
}

/// Forced changes of the finality voters, the oldest first.
pub(crate) type VoterHardForks = Option<Vec<VoterHardFork>>;

/// A forced change of the finality voters.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VoterHardFork {
	/// The number of the new set of voters.
	pub(crate) set_id: SetId,
	/// The block that forced the change.
	pub(crate) block_number: BlockNumber,
	/// Its hash.
	pub(crate) block_hash: Hash,
	/// The new voters and their weights.
	pub(crate) voters: AuthorityList,
	/// The last block that was final before.
	pub(crate) last_finalized: Option<BlockNumber>,
}

impl From<VoterHardFork> for AuthoritySetHardFork<Block> {
	fn from(fork: VoterHardFork) -> Self {
		Self {
			set_id: fork.set_id,
			block: (fork.block_hash, fork.block_number),
			authorities: fork.voters,
			last_finalized: fork.last_finalized,
		}
	}
}

/// The forced changes of voters that a specification names.
pub(crate) fn voter_hard_forks(
	spec: &dyn sc_service::ChainSpec,
) -> Vec<AuthoritySetHardFork<Block>> {
	sc_chain_spec::get_extension::<VoterHardForks>(spec.extensions())
		.cloned()
		.flatten()
		.unwrap_or_default()
		.into_iter()
		.map(Into::into)
		.collect()
}

/// The chain called `id`, or the one in the file of that name.
///
/// # Errors
///
/// Without a name, with a file that is not a specification, and for a name when the binary was
/// built without a runtime.
pub(crate) fn load(id: &str) -> Result<ChainSpec, String> {
	match id {
		"" => Err("say which chain: --dev, --chain local or --chain FILE".into()),
		"dev" => {
			named("UtilityNet Development", "dev", ChainType::Development, genesis::DEVELOPMENT)
		}
		"local" => named(
			"UtilityNet Local Testnet",
			"local_testnet",
			ChainType::Local,
			genesis::LOCAL_TESTNET,
		),
		"production-like" => named(
			"UtilityNet Production-like",
			"production_like",
			ChainType::Live,
			genesis::PRODUCTION_LIKE,
		),
		file if !std::path::Path::new(file).exists() => Err(format!(
			"there is no chain called '{file}' and no such file: give dev, local, production-like \
			 or the path of a chain specification"
		)),
		file => ChainSpec::from_json_file(PathBuf::from(file)),
	}
}

/// A chain whose genesis is a preset of the runtime.
fn named(name: &str, id: &str, kind: ChainType, preset: &str) -> Result<ChainSpec, String> {
	let code = WASM_BINARY.ok_or(
		"this binary was built without a runtime (SKIP_WASM_BUILD was set): give --chain FILE",
	)?;
	// Asking the preset of the runtime's native form spares compiling the other one.
	let patch = genesis::preset(&preset.into()).ok_or("the preset is broken")?;
	let patch = serde_json::from_slice(&patch).map_err(|error| error.to_string())?;
	Ok(ChainSpec::builder(code, Extensions::default())
		.with_name(name)
		.with_id(id)
		.with_chain_type(kind)
		.with_protocol_id(&format!("utnet-{id}"))
		.with_properties(properties())
		.with_genesis_config_patch(patch)
		.build())
}

/// What wallets show of the currency.
fn properties() -> Properties {
	[
		("tokenSymbol".to_string(), "UNC".into()),
		("tokenDecimals".to_string(), 18.into()),
		("ss58Format".to_string(), 42.into()),
	]
	.into_iter()
	.collect()
}

/// Whether a chain trusts chips that anybody can make.
pub(crate) fn is_for_development(spec: &dyn sc_service::ChainSpec) -> bool {
	matches!(spec.chain_type(), ChainType::Development | ChainType::Local)
}
