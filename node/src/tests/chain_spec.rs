use crate::chain_spec::{is_for_development, load, voter_hard_forks, Extensions};

#[test]
fn a_chain_must_be_named() {
	let error = load("").err().expect("nothing is named");
	assert!(error.contains("--dev"), "{error}");
}

#[test]
fn unknown_chains_are_refused_with_the_known_ones() {
	let error = load("staging").err().expect("there is no such chain");
	assert!(error.contains("staging") && error.contains("local"), "{error}");
}

#[test]
fn a_file_that_is_no_specification_is_refused() {
	let file = tempfile::NamedTempFile::new().expect("a temporary file");
	std::fs::write(file.path(), "{}").expect("it is writable");
	assert!(load(file.path().to_str().expect("a plain path")).is_err());
}

#[test]
fn forced_changes_of_voters_are_read_from_the_specification() {
	let text = serde_json::json!({
		"voterHardForks": [{
			"setId": 3,
			"blockNumber": 1_000,
			"blockHash": format!("0x{}", "22".repeat(32)),
			"voters": [["5FA9nQDVg267DEd8m1ZypXLBnvN7SFxYwV7ndqSYGiN9TTpu", 160_000]],
			"lastFinalized": 900,
		}],
	});
	let extensions: Extensions = serde_json::from_value(text).expect("it is well formed");
	let spec = sc_service::GenericChainSpec::<Extensions>::builder(b"", extensions)
		.with_name("test")
		.with_id("test")
		.with_chain_type(sc_chain_spec::ChainType::Live)
		.with_genesis_config_patch(serde_json::json!({}))
		.build();
	let forks = voter_hard_forks(&spec);
	assert_eq!(forks.len(), 1);
	assert_eq!((forks[0].set_id, forks[0].block.1), (3, 1_000));
	assert_eq!(forks[0].last_finalized, Some(900));
	assert_eq!(forks[0].authorities[0].1, 160_000);
	assert!(!is_for_development(&spec));
}

#[test]
fn a_specification_without_extensions_has_none() {
	let extensions: Extensions = serde_json::from_str("{}").expect("all are optional");
	assert_eq!(extensions.voter_hard_forks, None);
}
