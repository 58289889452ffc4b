//! Serves the development chips of the named owners at a Unix socket until it is killed, for nodes
//! started with `--chip-signer unix:<socket>`: `development-signer <socket> <owner>…`

use std::{process::ExitCode, sync::Arc};
use utnet_client_chip_signer::{unix, EmbeddedSigner};

#[tokio::main]
async fn main() -> ExitCode {
	let arguments: Vec<String> = std::env::args().skip(1).collect();
	let [socket, owners @ ..] = arguments.as_slice() else {
		eprintln!("arguments: <socket> <owner>…");
		return ExitCode::FAILURE;
	};
	let owners: Vec<_> = owners.iter().map(String::as_str).collect();
	let signer = Arc::new(EmbeddedSigner::development(&owners));
	eprintln!("Serving {} chips at {socket}", signer.chips_now().len());
	match unix::serve(socket, signer).await {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("{error}");
			ExitCode::FAILURE
		}
	}
}
