//! The command line.

use std::{path::PathBuf, str::FromStr};

use sp_core::H256;
use utnet_primitives_core::AccountId;

/// The UtilityNet node.
#[derive(Debug, clap::Parser)]
pub(crate) struct Cli {
	/// What to do; without it the node runs.
	#[command(subcommand)]
	pub(crate) subcommand: Option<Subcommand>,

	/// How the node runs.
	#[command(flatten)]
	pub(crate) run: RunCmd,
}

/// What the binary does besides running the node.
#[derive(Debug, clap::Subcommand)]
#[allow(clippy::large_enum_variant)]
pub(crate) enum Subcommand {
	/// Run the node; the same as no subcommand
	Run(RunCmd),

	/// Make, list and claim chips
	#[command(subcommand)]
	Chip(ChipCmd),

	/// Make and inspect keys
	#[command(subcommand)]
	Key(sc_cli::KeySubcommand),

	/// Print the chain specification, plain or raw
	ExportChainSpec(sc_cli::ExportChainSpecCmd),

	/// Print the chain specification (the old name of export-chain-spec)
	#[allow(deprecated)]
	BuildSpec(sc_cli::BuildSpecCmd),

	/// Check a block again
	CheckBlock(sc_cli::CheckBlockCmd),

	/// Write blocks to a file
	ExportBlocks(sc_cli::ExportBlocksCmd),

	/// Write the state of a block into a chain specification
	ExportState(sc_cli::ExportStateCmd),

	/// Read blocks from a file
	ImportBlocks(sc_cli::ImportBlocksCmd),

	/// Remove the database of a chain
	PurgeChain(sc_cli::PurgeChainCmd),

	/// Go back by some blocks that are not final
	Revert(sc_cli::RevertCmd),

	/// Show what the database holds
	ChainInfo(sc_cli::ChainInfoCmd),

	/// Measure weights
	#[cfg(feature = "benchmark")]
	#[command(subcommand)]
	Benchmark(BenchmarkCmd),
}

/// How the node runs.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct RunCmd {
	/// The options of every Substrate node.
	#[command(flatten)]
	pub(crate) base: sc_cli::RunCmd,

	/// Where the chips are that sign for this node
	///
	/// `embedded`: software chips in this process, those of --alice, --bob and --charlie on the
	/// development chains and those in the folder that `chip new` fills. `unix:PATH`: a signer
	/// daemon that listens at the socket.
	#[arg(long, value_name = "embedded|unix:PATH", default_value = "embedded")]
	pub(crate) chip_signer: SignerChoice,

	/// What makes blocks
	///
	/// `slots`: time and the draw, as on every real chain. `instant`: each transaction; `manual`:
	/// the RPC engine_createBlock. The last two run in virtual time, alone, on a development chain
	/// with embedded chips.
	#[arg(long, value_enum, default_value_t = Sealing::Slots)]
	pub(crate) sealing: Sealing,
}

/// Where the chips are.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum SignerChoice {
	/// Software chips in this process.
	Embedded,
	/// A signer behind a Unix socket.
	Unix(PathBuf),
}

impl FromStr for SignerChoice {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		match text.split_once(':') {
			None if text == "embedded" => Ok(Self::Embedded),
			Some(("unix", path)) if !path.is_empty() => Ok(Self::Unix(path.into())),
			_ => Err("give `embedded` or `unix:` and the path of a socket".into()),
		}
	}
}

/// What makes blocks.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum Sealing {
	/// Time and the draw.
	Slots,
	/// Each transaction in the pool.
	Instant,
	/// The RPC.
	Manual,
}

/// What can be done with chips.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum ChipCmd {
	/// Make a software chip and have the development vendor certify it
	///
	/// Only for development and local chains: no other trusts that vendor. Prints the chip as
	/// JSON.
	New(NewChipCmd),

	/// List the chips in the folder as JSON
	List(ListChipsCmd),

	/// Have a chip sign the claim of an owner
	///
	/// Prints as JSON what the call chips.registerChips takes.
	Claim(ClaimChipCmd),
}

/// Where the folder of chips is, and whose chain it belongs to.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ChipFolderArgs {
	/// The options of every command.
	#[command(flatten)]
	pub(crate) shared: sc_cli::SharedParams,
}

/// Makes a chip.
#[derive(Debug, clap::Args)]
pub(crate) struct NewChipCmd {
	/// Where.
	#[command(flatten)]
	pub(crate) folder: ChipFolderArgs,

	/// The model, which says how fast the chip is
	#[arg(long, value_enum, default_value_t = ModelChoice::Bm1684x)]
	pub(crate) model: ModelChoice,

	/// How many chips
	#[arg(long, default_value_t = 1)]
	pub(crate) count: u32,
}

/// The models that the development vendor certifies.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum ModelChoice {
	/// 17.6 T.
	Bm1684,
	/// 32 T.
	Bm1684x,
}

/// Lists chips.
#[derive(Debug, clap::Args)]
pub(crate) struct ListChipsCmd {
	/// Where.
	#[command(flatten)]
	pub(crate) folder: ChipFolderArgs,
}

/// Signs a claim.
#[derive(Debug, clap::Args)]
pub(crate) struct ClaimChipCmd {
	/// Where.
	#[command(flatten)]
	pub(crate) folder: ChipFolderArgs,

	/// The chip, by its identifier; without it all chips in the folder
	#[arg(long, value_name = "HASH")]
	pub(crate) chip: Option<H256>,

	/// Who is to own the chip, as an SS58 address
	#[arg(long, value_name = "ADDRESS")]
	pub(crate) owner: AccountId,

	/// How many times the chip has been claimed on this chain before
	#[arg(long, default_value_t = 0)]
	pub(crate) counter: u32,

	/// A recent block; the claim is good for 256 blocks after it
	#[arg(long, value_name = "NUMBER")]
	pub(crate) block_number: u32,

	/// The hash of that block
	#[arg(long, value_name = "HASH")]
	pub(crate) block_hash: H256,

	/// The hash of block 0; without it that of the chain specification
	#[arg(long, value_name = "HASH")]
	pub(crate) genesis_hash: Option<H256>,
}

/// What can be measured; all of it on a runtime or a chain specification given as a file.
#[cfg(feature = "benchmark")]
#[derive(Debug, clap::Subcommand)]
#[allow(clippy::large_enum_variant)]
pub(crate) enum BenchmarkCmd {
	/// Measure the calls and extensions of pallets
	Pallet(frame_benchmarking_cli::PalletCmd),

	/// Measure an empty block and an empty transaction
	Overhead(frame_benchmarking_cli::OverheadCmd),
}
