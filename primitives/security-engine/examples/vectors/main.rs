//! Writes the test vectors in `vectors/`, all but `external.json`, which comes from elsewhere:
//! `cargo run --release -p utnet-primitives-security-engine --example vectors`

mod cases;

fn main() -> std::io::Result<()> {
	let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors");
	for (name, text) in cases::files() {
		std::fs::write(format!("{folder}/{name}"), text)?;
		println!("{folder}/{name}");
	}
	Ok(())
}
