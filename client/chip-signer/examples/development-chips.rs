//! Prints the chips in the genesis of development chains, as the runtime keeps them:
//! `cargo run --release -p utnet-client-chip-signer --example development-chips >
//! runtime/src/genesis/development-chips.json`

fn main() {
	print!("{}", utnet_client_chip_signer::development::genesis_json());
}
