//! Builds the WASM form of this runtime while its native form is built.

/// Nothing to build: this is the WASM form.
#[cfg(not(feature = "std"))]
fn main() {}

#[cfg(feature = "std")]
fn main() {
	// The target folder is usually outside of the workspace; without this hint the builder does not
	// find Cargo.lock and takes whatever versions are newest.
	const HINT: &str = "WASM_BUILD_WORKSPACE_HINT";
	if std::env::var_os(HINT).is_none() {
		std::env::set_var(HINT, concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
	}
	build();
}

/// Without the metadata hash, which costs a run of the runtime at build time.
#[cfg(all(feature = "std", not(feature = "metadata-hash")))]
fn build() {
	substrate_wasm_builder::WasmBuilder::build_using_defaults();
}

/// With the metadata hash, by which an offline wallet knows that what it shows is what it signs.
#[cfg(all(feature = "std", feature = "metadata-hash"))]
fn build() {
	substrate_wasm_builder::WasmBuilder::init_with_defaults()
		.enable_metadata_hash("UNC", 18)
		.build();
}
