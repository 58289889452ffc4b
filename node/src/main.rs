//! The UtilityNet node: follows the chain and, with chips at hand, makes its blocks.

mod chain_spec;
mod chip;
mod cli;
mod command;
mod errors;
mod genesis;
mod rpc;
mod service;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

fn main() -> ExitCode {
	match command::run() {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("Error: {}", errors::explain(&error));
			ExitCode::FAILURE
		}
	}
}
