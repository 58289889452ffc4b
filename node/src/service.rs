//! Puts the node together.

use std::{
	io::ErrorKind,
	net::{IpAddr, SocketAddr, TcpListener},
	path::PathBuf,
	sync::Arc,
	time::Duration,
};

use codec::Decode;
use futures::{FutureExt, StreamExt};
use log::{info, warn};
use sc_chain_spec::{ChainType, GenesisBlockBuilder};
use sc_client_api::{Backend, StorageProvider};
use sc_consensus_grandpa::{
	BeforeBestBlockBy, FinalityProofProvider, SharedVoterState, ThreeQuartersOfTheUnfinalizedChain,
	VotingRulesBuilder,
};
use sc_consensus_manual_seal::EngineCommand;
use sc_consensus_slots::{BackoffAuthoringOnFinalizedHeadLagging, SlotProportion};
use sc_network::{
	multiaddr::{Multiaddr, Protocol},
	NetworkBackend,
};
use sc_service::{error::Error as ServiceError, Configuration, TaskManager, WarpSyncConfig};
use sc_telemetry::{Telemetry, TelemetryWorker};
use sc_transaction_pool_api::{OffchainTransactionPoolFactory, TransactionPool};
use sp_blockchain::HeaderBackend;
use sp_keystore::{Keystore, KeystorePtr};
use sp_storage::StorageKey;
use utnet_client_chip_signer::protocol::{Network, NetworkKind};
use utnet_client_consensus_poci::{
	watch_chain, ImportQueueParams, ManualSealParams, ManualSealer, MonitorParams, Poci,
	PociImportQueue, WorkerParams,
};
use utnet_primitives_consensus_poci::POCI_KEY_TYPE;
use utnet_primitives_core::{BlockNumber, Hash};
use utnet_primitives_security_engine::BatchId;
use utnet_runtime::{apis::RuntimeApi, opaque::Block, Runtime};

use crate::{
	chain_spec::{is_for_development, voter_hard_forks, HostFunctions},
	chip::{describe, Signer},
	cli::{Sealing, SignerChoice},
	errors::NodeError,
	genesis, rpc,
};

/// Runs the runtime.
pub(crate) type Executor = sc_executor::WasmExecutor<HostFunctions>;
/// Reads and writes the chain.
pub(crate) type FullClient = sc_service::TFullClient<Block, RuntimeApi, Executor>;
/// Where the chain is kept.
pub(crate) type FullBackend = sc_service::TFullBackend<Block>;
/// Transactions that wait.
pub(crate) type FullPool = sc_transaction_pool::TransactionPoolHandle<Block, FullClient>;
/// The longest chain is the best one.
type SelectChain = sc_consensus::LongestChain<FullBackend, Block>;
type GrandpaImport =
	sc_consensus_grandpa::GrandpaBlockImport<FullBackend, Block, FullClient, SelectChain>;
type GrandpaLink = sc_consensus_grandpa::LinkHalf<Block, FullClient, SelectChain>;

/// Every so many blocks finality is proven even if nothing else asks for it.
const JUSTIFICATION_PERIOD: u32 = 512;

/// Votes go out this often.
const GOSSIP_PERIOD: Duration = Duration::from_millis(333);

/// What the command line says beyond the options of every node.
#[derive(Debug)]
pub(crate) struct Options {
	/// Where the chips are.
	pub(crate) signer: SignerChoice,
	/// What makes blocks.
	pub(crate) sealing: Sealing,
	/// The well-known miner that this node is, such as `Alice`.
	pub(crate) owner: Option<String>,
}

/// What the parts of a node besides the usual ones are.
pub(crate) struct Parts {
	/// The block import, which knows of finality.
	pub(crate) block_import: GrandpaImport,
	/// Leads from the import to the voter.
	pub(crate) grandpa_link: GrandpaLink,
	/// The election, the clock and the figures.
	pub(crate) poci: Poci<Block>,
	/// Telemetry, if there is any.
	pub(crate) telemetry: Option<Telemetry>,
}

/// The parts that every command on a chain needs.
pub(crate) type Partial = sc_service::PartialComponents<
	FullClient,
	FullBackend,
	SelectChain,
	PociImportQueue<Block>,
	FullPool,
	Parts,
>;

/// Opens the chain and prepares everything that needs no network.
///
/// # Errors
///
/// [`NodeError`] for a database of another chain or a corrupt one, and whatever the parts say.
pub(crate) fn new_partial(config: &Configuration) -> Result<Partial, ServiceError> {
	let telemetry = config
		.telemetry_endpoints
		.clone()
		.filter(|endpoints| !endpoints.is_empty())
		.map(|endpoints| -> Result<_, sc_telemetry::Error> {
			let worker = TelemetryWorker::new(16)?;
			let telemetry = worker.handle().new_telemetry(endpoints);
			Ok((worker, telemetry))
		})
		.transpose()?;
	let telemetry_handle = telemetry.as_ref().map(|(_, telemetry)| telemetry.handle());

	let executor = sc_service::new_wasm_executor::<HostFunctions>(&config.executor);
	let genesis_state = genesis::storage(config.chain_spec.as_ref(), &executor)?;
	let genesis_hash = genesis::hash(&genesis_state, &executor)?;
	let backend = open_database(config)?;
	let genesis_builder = GenesisBlockBuilder::new_with_storage(
		genesis_state,
		!config.no_genesis(),
		backend.clone(),
		executor.clone(),
	)?;
	let (client, backend, keystore_container, task_manager) =
		sc_service::new_full_parts_with_genesis_builder::<Block, RuntimeApi, _, _>(
			config,
			telemetry_handle.clone(),
			executor,
			backend,
			genesis_builder,
			false,
		)?;
	let client = Arc::new(client);
	let found = client.info().genesis_hash;
	if found != genesis_hash {
		let path = database_path(config);
		return Err(NodeError::ForeignGenesis { path, found, expected: genesis_hash }.into());
	}

	let telemetry = telemetry.map(|(worker, telemetry)| {
		task_manager.spawn_handle().spawn("telemetry", None, worker.run());
		telemetry
	});
	let select_chain = SelectChain::new(backend.clone());
	let transaction_pool = Arc::from(
		sc_transaction_pool::Builder::new(
			task_manager.spawn_essential_handle(),
			client.clone(),
			config.role.is_authority().into(),
		)
		.with_options(config.transaction_pool.clone())
		.with_prometheus(config.prometheus_registry())
		.build(),
	);

	let (block_import, grandpa_link) =
		sc_consensus_grandpa::block_import_with_authority_set_hard_forks(
			client.clone(),
			JUSTIFICATION_PERIOD,
			&client,
			select_chain.clone(),
			voter_hard_forks(config.chain_spec.as_ref()),
			telemetry_handle,
		)?;
	let poci = Poci::new(client.clone(), config.prometheus_registry())
		.map_err(|error| ServiceError::Other(error.to_string()))?;
	let providers = poci.clone();
	let import_queue = utnet_client_consensus_poci::import_queue(ImportQueueParams {
		poci: poci.clone(),
		client: client.clone(),
		block_import: block_import.clone(),
		justification_import: Some(Box::new(block_import.clone())),
		create_inherent_data_providers: move |_, ()| {
			let now = providers.providers_now();
			async move { Ok(now) }
		},
		pool: OffchainTransactionPoolFactory::new(transaction_pool.clone()),
		spawner: &task_manager.spawn_essential_handle(),
		registry: config.prometheus_registry(),
	});

	Ok(sc_service::PartialComponents {
		client,
		backend,
		task_manager,
		import_queue,
		keystore_container,
		select_chain,
		transaction_pool,
		other: Parts { block_import, grandpa_link, poci, telemetry },
	})
}

/// Runs the node: the returned tasks are it.
///
/// # Errors
///
/// [`NodeError`] where the node could not do what it is asked to, and whatever the parts say.
pub(crate) async fn new_full<N: NetworkBackend<Block, Hash>>(
	mut config: Configuration,
	options: Options,
) -> Result<TaskManager, ServiceError> {
	let role = config.role;
	let for_development = is_for_development(config.chain_spec.as_ref());
	check_sealing(&options, for_development)?;
	check_ports(&config)?;
	if for_development {
		config.network.min_peers_to_start_warp_sync.get_or_insert(1);
	}

	let sc_service::PartialComponents {
		client,
		backend,
		mut task_manager,
		import_queue,
		keystore_container,
		select_chain,
		transaction_pool,
		other: Parts { block_import, grandpa_link, poci, mut telemetry },
	} = new_partial(&config)?;
	check_genesis(&config, &client, &poci)?;
	let signer = match role.is_authority() {
		true => Some(open_signer(&config, &options, &client, &poci).await?),
		false => None,
	};

	let metrics = N::register_notification_metrics(config.prometheus_registry());
	let mut net_config = sc_network::config::FullNetworkConfiguration::<Block, Hash, N>::new(
		&config.network,
		config.prometheus_registry().cloned(),
	);
	let grandpa_protocol_name =
		sc_consensus_grandpa::protocol_standard_name(&poci.genesis_hash, &config.chain_spec);
	let (grandpa_protocol_config, grandpa_notification_service) =
		sc_consensus_grandpa::grandpa_peers_set_config::<_, N>(
			grandpa_protocol_name.clone(),
			metrics.clone(),
			net_config.peer_store_handle(),
		);
	net_config.add_notification_protocol(grandpa_protocol_config);
	let warp_sync = Arc::new(sc_consensus_grandpa::warp_proof::NetworkProvider::new(
		backend.clone(),
		grandpa_link.shared_authority_set().clone(),
		voter_hard_forks(config.chain_spec.as_ref()),
	));
	let (network, system_rpc_tx, tx_handler_controller, sync_service, _bitswap) =
		sc_service::build_network(sc_service::BuildNetworkParams {
			config: &config,
			net_config,
			client: client.clone(),
			transaction_pool: transaction_pool.clone(),
			spawn_handle: task_manager.spawn_handle(),
			spawn_essential_handle: task_manager.spawn_essential_handle(),
			import_queue,
			block_announce_validator_builder: None,
			warp_sync_config: Some(WarpSyncConfig::WithProvider(warp_sync)),
			block_relay: None,
			metrics,
			gap_sync_body_policy: None,
		})?;

	if config.offchain_worker.enabled {
		let workers = sc_offchain::OffchainWorkers::new(sc_offchain::OffchainWorkerOptions {
			runtime_api_provider: client.clone(),
			is_validator: role.is_authority(),
			keystore: Some(keystore_container.keystore()),
			offchain_db: backend.offchain_storage(),
			transaction_pool: Some(OffchainTransactionPoolFactory::new(transaction_pool.clone())),
			network_provider: Arc::new(network.clone()),
			enable_http_requests: true,
			custom_extensions: |_| Vec::new(),
		})?;
		task_manager.spawn_handle().spawn(
			"offchain-workers-runner",
			"offchain-worker",
			workers.run(client.clone(), task_manager.spawn_handle()).boxed(),
		);
	}

	let force_authoring = config.force_authoring;
	let enable_grandpa = !config.disable_grandpa;
	let name = config.network.node_name.clone();
	let registry = config.prometheus_registry().cloned();
	let telemetry_handle = telemetry.as_ref().map(Telemetry::handle);
	let keystore = keystore_container.keystore();
	let voter_state = SharedVoterState::empty();

	let proposer_factory = sc_basic_authorship::ProposerFactory::new(
		task_manager.spawn_handle(),
		client.clone(),
		transaction_pool.clone(),
		registry.as_ref(),
		telemetry_handle.clone(),
	);
	let mut manual = None;
	match (options.sealing, signer) {
		(_, None) => {}
		(Sealing::Slots, Some(signer)) => {
			let providers = poci.clone();
			let worker = utnet_client_consensus_poci::start_poci(
				WorkerParams {
					client: client.clone(),
					poci: poci.clone(),
					block_import,
					proposer_factory,
					keystore: keystore.clone(),
					signer: signer.chips,
					sync_oracle: sync_service.clone(),
					justification_sync_link: sync_service.clone(),
					force_authoring,
					backoff: (!force_authoring)
						.then(BackoffAuthoringOnFinalizedHeadLagging::<BlockNumber>::default),
					proposal_share: SlotProportion::new(2f32 / 3f32),
					telemetry: telemetry_handle.clone(),
				},
				select_chain,
				move |_, ()| {
					let now = providers.providers_now();
					async move { Ok(now) }
				},
			);
			task_manager.spawn_essential_handle().spawn_blocking(
				"poci-worker",
				Some("block-authoring"),
				worker,
			);
		}
		(Sealing::Instant | Sealing::Manual, Some(signer)) => {
			let chips = signer.development.ok_or_else(|| NodeError::NoChips {
				signer: "the development signer (give --dev, --alice, --bob or --charlie)".into(),
			})?;
			let sealer = ManualSealer::new(ManualSealParams {
				chain: client.clone(),
				poci: poci.clone(),
				keystore: keystore.clone(),
				signer: chips,
			});
			let skip = sealer.skip();
			let (sink, orders) = futures::channel::mpsc::channel(64);
			// In both modes the RPC makes blocks; in `instant` so does each transaction.
			let orders = if options.sealing == Sealing::Instant {
				let on_transaction = transaction_pool.import_notification_stream().map(|_| {
					EngineCommand::SealNewBlock {
						create_empty: false,
						finalize: false,
						parent_hash: None,
						sender: None,
					}
				});
				futures::stream::select(orders, on_transaction).boxed()
			} else {
				orders.boxed()
			};
			manual = Some(rpc::ManualDeps { sink, skip });
			task_manager.spawn_essential_handle().spawn_blocking(
				"manual-seal",
				Some("block-authoring"),
				sc_consensus_manual_seal::run_manual_seal(
					sc_consensus_manual_seal::ManualSealParams {
						block_import,
						env: proposer_factory,
						client: client.clone(),
						pool: transaction_pool.clone(),
						commands_stream: orders,
						select_chain,
						consensus_data_provider: Some(Box::new(sealer.clone())),
						create_inherent_data_providers: sealer,
					},
				),
			);
		}
	}
	task_manager.spawn_handle().spawn(
		"poci-monitor",
		None,
		watch_chain(MonitorParams { client: client.clone(), poci: poci.clone() }),
	);

	let rpc_deps = rpc::Deps {
		client: client.clone(),
		pool: transaction_pool.clone(),
		poci,
		grandpa: rpc::GrandpaDeps {
			voter_state: voter_state.clone(),
			authority_set: grandpa_link.shared_authority_set().clone(),
			justifications: grandpa_link.justification_stream(),
			proofs: FinalityProofProvider::new_for_service(
				backend.clone(),
				Some(grandpa_link.shared_authority_set().clone()),
			),
		},
		manual,
	};
	sc_service::spawn_tasks(sc_service::SpawnTasksParams {
		network: Arc::new(network.clone()),
		client: client.clone(),
		keystore: keystore.clone(),
		task_manager: &mut task_manager,
		transaction_pool: transaction_pool.clone(),
		rpc_builder: Box::new(move |executor| {
			rpc::create(rpc_deps.clone(), executor).map_err(Into::into)
		}),
		backend,
		system_rpc_tx,
		tx_handler_controller,
		sync_service: sync_service.clone(),
		config,
		telemetry: telemetry.as_mut(),
		tracing_execute_block: None,
	})?;
	if role.is_authority() {
		warn_without_key(&keystore);
	}

	if enable_grandpa {
		let voter = sc_consensus_grandpa::run_grandpa_voter(sc_consensus_grandpa::GrandpaParams {
			config: sc_consensus_grandpa::Config {
				gossip_duration: GOSSIP_PERIOD,
				justification_generation_period: JUSTIFICATION_PERIOD,
				name: Some(name),
				observer_enabled: false,
				// A node that does not mine has no votes to sign.
				keystore: role.is_authority().then_some(keystore),
				local_role: role,
				telemetry: telemetry_handle,
				protocol_name: grandpa_protocol_name,
			},
			link: grandpa_link,
			network,
			sync: sync_service,
			notification_service: grandpa_notification_service,
			// One block behind the best is as near to it as votes can agree.
			voting_rule: VotingRulesBuilder::new()
				.add(BeforeBestBlockBy(1u32))
				.add(ThreeQuartersOfTheUnfinalizedChain)
				.build(),
			prometheus_registry: registry,
			shared_voter_state: voter_state,
			telemetry: telemetry.as_ref().map(Telemetry::handle),
			offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(transaction_pool),
		})?;
		task_manager.spawn_essential_handle().spawn_blocking("grandpa-voter", None, voter);
	}

	Ok(task_manager)
}

fn open_database(config: &Configuration) -> Result<Arc<FullBackend>, NodeError> {
	sc_service::new_db_backend(config.db_config())
		.map_err(|error| NodeError::of_database(database_path(config), error.to_string()))
}

fn database_path(config: &Configuration) -> PathBuf {
	config.database.path().map_or_else(|| config.data_path.clone(), Into::into)
}

/// Refuses chains that could not run or should not be trusted.
fn check_genesis(
	config: &Configuration,
	client: &FullClient,
	poci: &Poci<Block>,
) -> Result<(), ServiceError> {
	let chain = config.chain_spec.name().to_string();
	let info = client.info();
	let at = info.finalized_state.map_or(info.genesis_hash, |(hash, _)| hash);
	let status =
		poci.election.status(at).map_err(|error| ServiceError::Other(error.to_string()))?;
	if status.miners == 0 {
		return Err(NodeError::NoChipsInGenesis { chain }.into());
	}
	if config.chain_spec.chain_type() == ChainType::Live {
		let key =
			StorageKey(pallet_chips::AllowDevelopmentVendor::<Runtime>::hashed_key().to_vec());
		let allowed = client
			.storage(at, &key)?
			.and_then(|value| bool::decode(&mut value.0.as_slice()).ok())
			.unwrap_or_default();
		if allowed {
			return Err(NodeError::DevelopmentVendorOnLive { chain }.into());
		}
	}
	Ok(())
}

/// Refuses virtual time where others would see its blocks.
fn check_sealing(options: &Options, for_development: bool) -> Result<(), NodeError> {
	let sealing = match options.sealing {
		Sealing::Slots => return Ok(()),
		Sealing::Instant => "instant",
		Sealing::Manual => "manual",
	};
	if !for_development || options.signer != SignerChoice::Embedded {
		return Err(NodeError::VirtualTime { sealing });
	}
	Ok(())
}

/// Finds out whether the ports are free before anything else is done: the parts that listen say
/// less clearly what is wrong, or go on without listening.
fn check_ports(config: &Configuration) -> Result<(), NodeError> {
	let p2p = config.network.listen_addresses.iter().filter_map(tcp_address);
	let rpc = config.rpc.addr.iter().flatten();
	let rpc = rpc.filter(|endpoint| !endpoint.is_optional);
	let metrics = config.prometheus_config.iter().map(|prometheus| prometheus.port);
	let checks = p2p
		.map(|address| ("p2p", address, "--port"))
		.chain(rpc.map(|endpoint| ("RPC", endpoint.listen_addr, "--rpc-port")))
		.chain(metrics.map(|address| ("Prometheus", address, "--prometheus-port")));
	for (what, address, flag) in checks {
		check_port(what, address, flag)?;
	}
	Ok(())
}

/// Finds out whether somebody listens at `address`.
pub(crate) fn check_port(
	what: &'static str,
	address: SocketAddr,
	flag: &'static str,
) -> Result<(), NodeError> {
	match TcpListener::bind(address) {
		Err(error) if error.kind() == ErrorKind::AddrInUse => {
			Err(NodeError::PortTaken { what, address, flag })
		}
		// Whatever else is wrong with the address is told by the part that listens there.
		_ => Ok(()),
	}
}

/// The socket of a plain TCP address.
fn tcp_address(address: &Multiaddr) -> Option<SocketAddr> {
	let mut parts = address.iter();
	let ip = match parts.next()? {
		Protocol::Ip4(ip) => IpAddr::V4(ip),
		Protocol::Ip6(ip) => IpAddr::V6(ip),
		_ => return None,
	};
	match parts.next()? {
		Protocol::Tcp(port) => Some(SocketAddr::new(ip, port)),
		_ => None,
	}
}

/// Opens the signer of a node that mines and tells which chips it has.
async fn open_signer(
	config: &Configuration,
	options: &Options,
	client: &FullClient,
	poci: &Poci<Block>,
) -> Result<Signer, NodeError> {
	let owner = is_for_development(config.chain_spec.as_ref())
		.then_some(options.owner.as_deref())
		.flatten();
	let slot_duration = u64::try_from(poci.time.duration().as_millis()).unwrap_or(u64::MAX);
	let network = Network {
		genesis_hash: poci.genesis_hash,
		kind: match config.chain_spec.chain_type() {
			ChainType::Development => NetworkKind::Development,
			ChainType::Local => NetworkKind::Local,
			ChainType::Live | ChainType::Custom(_) => NetworkKind::Live,
		},
		slot_duration,
	};
	let slots = (options.sealing == Sealing::Slots).then_some(slot_duration);
	let folder = crate::chip::folder_of(&config.data_path);
	let signer = match &options.signer {
		SignerChoice::Unix(path) => Signer::on_network(path, network),
		choice => Signer::open(choice, owner, folder, slots)?,
	};
	let chips = signer.chips.chips().await?;
	if chips.is_empty() {
		return Err(NodeError::NoChips { signer: signer.name });
	}
	let best = client.info().best_hash;
	info!("⛏️  Mining with {}", describe(&chips, |batch| model_of(client, best, batch)));
	Ok(signer)
}

/// What a batch of chips is: the name of its model and the power of one chip in GOPS.
///
/// `None` where the chain does not know the batch, or an upgrade has changed how it is stored: this
/// is for the log only.
fn model_of(client: &FullClient, at: Hash, batch: BatchId) -> Option<(String, u64)> {
	fn read<V: Decode>(client: &FullClient, at: Hash, key: Vec<u8>) -> Option<V> {
		let value = client.storage(at, &StorageKey(key)).ok()??;
		V::decode(&mut value.0.as_slice()).ok()
	}
	let key = pallet_chips::Batches::<Runtime>::hashed_key_for(batch.vendor, batch.number);
	let batch: pallet_chips::Batch = read(client, at, key)?;
	let key = pallet_chips::Models::<Runtime>::hashed_key_for(batch.model);
	let model: pallet_chips::Model = read(client, at, key)?;
	Some((String::from_utf8_lossy(&model.name).into_owned(), model.power))
}

/// Tells whoever runs a miner that it cannot make a block yet.
fn warn_without_key(keystore: &KeystorePtr) {
	if keystore.sr25519_public_keys(POCI_KEY_TYPE).is_empty() {
		warn!(
			"🔑 This node is to mine but has no session keys, so it makes no blocks. Make some with \
			 the RPC author_rotateKeysWithOwner and register them with session.setKeys"
		);
	}
}
