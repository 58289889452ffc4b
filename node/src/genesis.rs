//! The state and the hash of block 0.
//!
//! A plain chain specification is turned into a state by the runtime in it. This is done with the
//! executor that runs the node afterwards: compiling the runtime takes seconds, and so it is
//! compiled once.

use std::borrow::Cow;

use codec::{Decode, Encode};
use sc_chain_spec::{
	construct_genesis_block, json_patch, resolve_state_version_from_wasm, ChainSpec,
};
use serde_json::Value;
use sp_core::traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode};
use sp_runtime::traits::{Block as BlockT, HashingFor};
use sp_state_machine::{BasicExternalities, InMemoryBackend};
use sp_storage::{well_known_keys, Storage};
use utnet_primitives_core::Hash;
use utnet_runtime::opaque::Block;

use crate::service::Executor;

/// The genesis state of a specification.
///
/// # Errors
///
/// Where the specification is broken or the runtime in it refuses what it says.
pub(crate) fn storage(spec: &dyn ChainSpec, executor: &Executor) -> Result<Storage, String> {
	let spec_json: Value =
		serde_json::from_str(&spec.as_json(false)?).map_err(|error| error.to_string())?;
	let Some(plain) = spec_json.pointer("/genesis/runtimeGenesis") else {
		// The state itself is in the specification.
		return spec.as_storage_builder().build_storage();
	};
	let code = plain.get("code").and_then(Value::as_str).unwrap_or_default();
	let code = sp_core::bytes::from_hex(code).map_err(|error| format!("the code: {error}"))?;
	let runtime = Runtime { code: &code, executor };
	let config = match (plain.get("config"), plain.get("patch")) {
		(Some(config), _) => config.clone(),
		(None, Some(patch)) => {
			let mut config = runtime.default_config()?;
			json_patch::merge(&mut config, patch.clone());
			config
		}
		(None, None) => return Err("the genesis has neither a config nor a patch".into()),
	};
	let mut storage = runtime.build_state(&config)?;
	storage.top.insert(well_known_keys::CODE.to_vec(), code);
	Ok(storage)
}

/// The hash of block 0 with this state.
///
/// # Errors
///
/// Where the state has no runtime or the runtime does not start.
pub(crate) fn hash(genesis: &Storage, executor: &Executor) -> sp_blockchain::Result<Hash> {
	let version = resolve_state_version_from_wasm::<_, HashingFor<Block>>(genesis, executor)?;
	let state: InMemoryBackend<HashingFor<Block>> = (genesis.clone(), version).into();
	Ok(construct_genesis_block::<Block>(*state.root(), version).hash())
}

/// The hash of block 0 of a specification.
///
/// # Errors
///
/// Where its genesis state cannot be built.
pub(crate) fn hash_of(spec: &dyn ChainSpec) -> sc_service::Result<Hash, sc_service::Error> {
	let executor = Executor::builder().build();
	let storage = storage(spec, &executor)?;
	Ok(hash(&storage, &executor)?)
}

/// A runtime that is asked for genesis states.
struct Runtime<'a> {
	code: &'a [u8],
	executor: &'a Executor,
}

impl Runtime<'_> {
	/// What a genesis is where nothing is said.
	fn default_config(&self) -> Result<Value, String> {
		let name: Option<String> = None;
		let (answer, _): (Option<Vec<u8>>, _) =
			self.call("GenesisBuilder_get_preset", &name.encode())?;
		let config = answer.ok_or("the runtime has no default genesis")?;
		serde_json::from_slice(&config).map_err(|error| error.to_string())
	}

	fn build_state(&self, config: &Value) -> Result<Storage, String> {
		let config = serde_json::to_vec(config).map_err(|error| error.to_string())?;
		let (answer, storage): (sp_genesis_builder::Result, _) =
			self.call("GenesisBuilder_build_state", &config.encode())?;
		answer.map_err(|error| format!("the runtime refuses the genesis: {error}"))?;
		Ok(storage)
	}

	/// Calls on an empty state; the answer and the state that the call leaves.
	fn call<A: Decode>(&self, method: &str, data: &[u8]) -> Result<(A, Storage), String> {
		let mut state = BasicExternalities::new_empty();
		let fetcher = WrappedRuntimeCode(Cow::Borrowed(self.code));
		let code = RuntimeCode {
			code_fetcher: &fetcher,
			heap_pages: None,
			hash: sp_io::hashing::blake2_256(self.code).to_vec(),
		};
		let (answer, _) =
			self.executor.call(&mut state, &code, method, data, CallContext::Offchain);
		let answer = answer.map_err(|error| format!("the runtime fails in {method}: {error}"))?;
		let answer =
			A::decode(&mut answer.as_slice()).map_err(|error| format!("{method}: {error}"))?;
		Ok((answer, state.into_storages()))
	}
}
