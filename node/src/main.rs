//! The UtilityNet node: follows the chain and, with chips at hand, makes its blocks.

mod chain_spec;
mod chip;
mod cli;
mod command;
mod errors;
mod rpc;
mod service;
#[cfg(test)]
mod tests;

fn main() -> sc_cli::Result<()> {
	command::run()
}
