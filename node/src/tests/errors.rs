use std::net::TcpListener;

use utnet_primitives_core::Hash;

use crate::{errors::NodeError, service::check_port};

/// Errors are read in a terminal: one line, and what to do about it.
fn assert_helps(error: &NodeError, advice: &str) {
	let text = error.to_string();
	assert!(!text.contains('\n'), "{text}");
	assert!(text.contains(advice), "{text}");
}

#[test]
fn every_error_is_one_line_with_advice() {
	let path = || "/data/chains/local_testnet".into();
	let chain = || "Some chain".into();
	assert_helps(&NodeError::NoChipsInGenesis { chain: chain() }, "chain specification");
	assert_helps(&NodeError::NoChips { signer: "the folder x".into() }, "chip new");
	let (found, expected) = (Hash::repeat_byte(1), Hash::repeat_byte(2));
	assert_helps(&NodeError::ForeignGenesis { path: path(), found, expected }, "purge-chain");
	assert_helps(&NodeError::Database { path: path(), reason: "bad".into() }, "purge-chain");
	assert_helps(&NodeError::DevelopmentVendorOnLive { chain: chain() }, "allowDevelopmentVendor");
	assert_helps(&NodeError::VirtualTime { sealing: "instant" }, "--chip-signer embedded");
	assert_helps(&NodeError::NotForDevelopment { chain: chain() }, "Some chain");
	assert_helps(&NodeError::TemporaryFolder, "--base-path");
	assert_helps(&NodeError::UnknownChip { path: path(), chip: found }, "holds no chip");
}

#[test]
fn a_database_in_use_is_told_from_a_corrupt_one() {
	let of = |reason: &str| NodeError::of_database("/data".into(), reason.into());
	let in_use = of("Backend error: Database file is in use. (os error 11)");
	assert_helps(&in_use, "stop the other node");
	assert_helps(&of("Backend error: IO Error: stream did not contain valid UTF-8"), "corrupt");
}

#[test]
fn a_taken_port_is_named() {
	let taken = TcpListener::bind("127.0.0.1:0").expect("some port is free");
	let address = taken.local_addr().expect("it has an address");
	let error = check_port("RPC", address, "--rpc-port").expect_err("it is taken");
	assert_helps(&error, "--rpc-port");
	assert!(error.to_string().contains(&address.port().to_string()));
	drop(taken);
	assert!(check_port("RPC", address, "--rpc-port").is_ok());
}
