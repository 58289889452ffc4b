use clap::{CommandFactory, Parser};

use crate::cli::{Cli, Sealing, SignerChoice, Subcommand};

fn parse(line: &str) -> Result<Cli, clap::Error> {
	Cli::try_parse_from(std::iter::once("utnet-node").chain(line.split_whitespace()))
}

#[test]
fn the_command_line_is_consistent() {
	Cli::command().debug_assert();
}

#[test]
fn a_signer_is_embedded_by_default() {
	let cli = parse("--dev").expect("it is enough");
	assert_eq!(cli.run.chip_signer, SignerChoice::Embedded);
	assert_eq!(cli.run.sealing, Sealing::Slots);
}

#[test]
fn a_signer_behind_a_socket_is_named_by_its_path() {
	let cli = parse("--chain local --chip-signer unix:/run/utnet/signer.sock").expect("it is");
	assert_eq!(cli.run.chip_signer, SignerChoice::Unix("/run/utnet/signer.sock".into()));
}

#[test]
fn other_signers_are_refused() {
	for choice in ["unix:", "unix", "tcp:127.0.0.1", "", "Embedded"] {
		let error = choice.parse::<SignerChoice>().expect_err(choice);
		assert!(error.contains("unix:"), "{error}");
	}
	assert!(parse("--chip-signer tcp:x").is_err());
}

#[test]
fn sealing_is_one_of_three() {
	for (text, sealing) in
		[("slots", Sealing::Slots), ("instant", Sealing::Instant), ("manual", Sealing::Manual)]
	{
		let cli = parse(&format!("--dev --sealing {text}")).expect(text);
		assert_eq!(cli.run.sealing, sealing);
	}
	assert!(parse("--dev --sealing never").is_err());
}

#[test]
fn run_is_the_same_as_no_subcommand() {
	let cli = parse("run --dev --sealing instant").expect("it runs");
	let Some(Subcommand::Run(run)) = cli.subcommand else { panic!("it is `run`") };
	assert_eq!(run.sealing, Sealing::Instant);
	assert!(run.base.shared_params.dev);
}

#[test]
fn the_usual_subcommands_are_there() {
	let names: Vec<_> =
		Cli::command().get_subcommands().map(|command| command.get_name().to_string()).collect();
	for name in [
		"run",
		"chip",
		"key",
		"export-chain-spec",
		"build-spec",
		"check-block",
		"export-blocks",
		"export-state",
		"import-blocks",
		"purge-chain",
		"revert",
		"chain-info",
	] {
		assert!(names.iter().any(|found| found == name), "{name}");
	}
}

#[test]
fn a_claim_names_owner_and_block() {
	let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
	let hash = format!("0x{}", "11".repeat(32));
	let line = format!(
		"chip claim --chain local --owner {alice} --block-number 7 --block-hash {hash} \
		 --genesis-hash {hash}"
	);
	assert!(parse(&line).is_ok());
	assert!(parse(&line.replace(alice, "Alice")).is_err());
	assert!(parse("chip claim --chain local").is_err());
}
