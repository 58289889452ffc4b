//! Does what the command line says.

use sc_cli::SubstrateCli;
use sc_network::config::NetworkBackendType;
use sc_service::{DatabaseSource, PartialComponents};
use sp_keyring::Sr25519Keyring;
use utnet_runtime::opaque::Block;

use crate::{
	chain_spec, chip,
	cli::{Cli, RunCmd, Subcommand},
	service,
};

impl SubstrateCli for Cli {
	fn impl_name() -> String {
		"UtilityNet Node".into()
	}

	fn impl_version() -> String {
		env!("SUBSTRATE_CLI_IMPL_VERSION").into()
	}

	fn description() -> String {
		env!("CARGO_PKG_DESCRIPTION").into()
	}

	fn author() -> String {
		env!("CARGO_PKG_AUTHORS").into()
	}

	fn support_url() -> String {
		env!("CARGO_PKG_HOMEPAGE").into()
	}

	fn copyright_start_year() -> i32 {
		2025
	}

	fn load_spec(&self, id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
		// Keys are made for a folder, whichever the chain.
		let is_for_keys = matches!(self.subcommand, Some(Subcommand::Key(_)));
		let id = if id.is_empty() && is_for_keys { "local" } else { id };
		Ok(Box::new(chain_spec::load(id)?))
	}
}

/// Reads the command line and does what it says.
pub(crate) fn run() -> sc_cli::Result<()> {
	let cli = Cli::from_args();

	match &cli.subcommand {
		None => run_node(&cli, &cli.run),
		Some(Subcommand::Run(cmd)) => run_node(&cli, cmd),
		Some(Subcommand::Chip(cmd)) => chip::run(&cli, cmd),
		Some(Subcommand::Key(cmd)) => cmd.run(&cli),
		Some(Subcommand::ExportChainSpec(cmd)) => cmd.run(cli.load_spec(&cmd.chain)?),
		#[allow(deprecated)]
		Some(Subcommand::BuildSpec(cmd)) => {
			cli.create_runner(cmd)?.sync_run(|config| cmd.run(config.chain_spec, config.network))
		}
		Some(Subcommand::CheckBlock(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
			let PartialComponents { client, task_manager, import_queue, .. } =
				service::new_partial(&config)?;
			Ok((cmd.run(client, import_queue), task_manager))
		}),
		Some(Subcommand::ExportBlocks(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
			let PartialComponents { client, task_manager, .. } = service::new_partial(&config)?;
			Ok((cmd.run(client, config.database), task_manager))
		}),
		Some(Subcommand::ExportState(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
			let PartialComponents { client, task_manager, .. } = service::new_partial(&config)?;
			Ok((cmd.run(client, config.chain_spec), task_manager))
		}),
		Some(Subcommand::ImportBlocks(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
			let PartialComponents { client, task_manager, import_queue, .. } =
				service::new_partial(&config)?;
			Ok((cmd.run(client, import_queue), task_manager))
		}),
		Some(Subcommand::PurgeChain(cmd)) => {
			cli.create_runner(cmd)?.sync_run(|config| cmd.run(config.database))
		}
		Some(Subcommand::Revert(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
			let PartialComponents { client, task_manager, backend, .. } =
				service::new_partial(&config)?;
			let revert_finality = Box::new(|client, _, blocks| {
				sc_consensus_grandpa::revert(client, blocks)?;
				Ok(())
			});
			Ok((cmd.run(client, backend, Some(revert_finality)), task_manager))
		}),
		Some(Subcommand::ChainInfo(cmd)) => cli.create_runner(cmd)?.sync_run(|config| {
			// A database is made where there is none, which is not what was asked for.
			if config.database.path().is_some_and(|path| !path.exists()) {
				let path = database_path(&config.database);
				return Err(sc_cli::Error::Input(format!("there is no database at {path}")));
			}
			cmd.run::<Block>(&config)
		}),
		#[cfg(feature = "benchmark")]
		Some(Subcommand::Benchmark(cmd)) => run_benchmark(cmd),
	}
}

/// Runs the node until it is told to stop.
fn run_node(cli: &Cli, cmd: &RunCmd) -> sc_cli::Result<()> {
	let runner = cli.create_runner(&cmd.base)?;
	let options = service::Options {
		signer: cmd.chip_signer.clone(),
		sealing: cmd.sealing,
		owner: cmd
			.base
			.get_keyring()
			.or(cmd.base.shared_params.is_dev().then_some(Sr25519Keyring::Alice))
			.map(|key| key.to_string()),
	};
	runner.run_node_until_exit(|config| async {
		let tasks = match config.network.network_backend {
			NetworkBackendType::Libp2p => {
				type Network = sc_network::NetworkWorker<Block, utnet_runtime::Hash>;
				service::new_full::<Network>(config, options).await?
			}
			NetworkBackendType::Litep2p => {
				service::new_full::<sc_network::Litep2pNetworkBackend>(config, options).await?
			}
		};
		Ok::<_, sc_cli::Error>(tasks)
	})
}

/// Where a database is, for people.
fn database_path(database: &DatabaseSource) -> String {
	database.path().map_or_else(|| "?".into(), |path| path.display().to_string())
}

/// Measures on a file given by `--runtime` or `--chain`, never on this binary's own runtime, which
/// is built without benchmarks.
#[cfg(feature = "benchmark")]
fn run_benchmark(cmd: &crate::cli::BenchmarkCmd) -> sc_cli::Result<()> {
	use crate::cli::BenchmarkCmd;

	// The tool brings the stock host functions itself.
	match cmd {
		BenchmarkCmd::Pallet(cmd) => cmd
			.run_with_spec::<sp_runtime::traits::HashingFor<Block>, chain_spec::CurveFunctions>(
				None,
			),
		BenchmarkCmd::Overhead(cmd) => {
			sc_cli::LoggerBuilder::new("info").init()?;
			cmd.run_with_default_builder_and_spec::<Block, chain_spec::CurveFunctions>(None)
		}
	}
}
