//! Builds the WASM form of this runtime while its native form is built.

/// Nothing to build: this is the WASM form.
#[cfg(not(feature = "std"))]
fn main() {}

/// Without the metadata hash, which costs a run of the runtime at build time.
#[cfg(all(feature = "std", not(feature = "metadata-hash")))]
fn main() {
	substrate_wasm_builder::WasmBuilder::build_using_defaults();
}

/// With the metadata hash, by which an offline wallet knows that what it shows is what it signs.
#[cfg(all(feature = "std", feature = "metadata-hash"))]
fn main() {
	substrate_wasm_builder::WasmBuilder::init_with_defaults()
		.enable_metadata_hash("UNC", 18)
		.build();
}
