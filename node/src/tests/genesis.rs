use sp_runtime::BuildStorage;

use crate::{chain_spec::load, genesis, service::Executor};

/// What the node builds must be what every other tool builds from the same specification.
#[test]
fn a_plain_specification_makes_the_state_that_the_sdk_makes_of_it() {
	let spec = load("local").expect("the binary has a runtime");
	let executor = Executor::builder().build();
	let ours = genesis::storage(&spec, &executor).expect("the preset is good");
	let theirs = spec.build_storage().expect("the preset is good");
	assert!(ours.top == theirs.top);
	let hash = genesis::hash(&ours, &executor).expect("the runtime starts");
	assert_eq!(hash, genesis::hash(&theirs, &executor).expect("the runtime starts"));
}

#[test]
fn a_broken_genesis_is_refused_with_the_runtimes_own_words() {
	let good = load("dev").expect("the binary has a runtime");
	let mut text: serde_json::Value =
		serde_json::from_str(&good.as_json(false).expect("it is JSON")).expect("it is JSON");
	text["genesis"]["runtimeGenesis"]["patch"]["poci"]["epochLength"] = "twenty".into();
	let broken = crate::chain_spec::ChainSpec::from_json_bytes(text.to_string().into_bytes())
		.expect("it is still a specification");
	let Err(error) = genesis::storage(&broken, &Executor::builder().build()) else {
		panic!("an epoch length that is no number was accepted");
	};
	assert!(error.contains("twenty"), "{error}");
}
