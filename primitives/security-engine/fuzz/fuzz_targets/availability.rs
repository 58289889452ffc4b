#![no_main]

use codec::DecodeAll;
use libfuzzer_sys::fuzz_target;
use utnet_primitives_security_engine::{
	bls::{verify_availability, verify_possession},
	CatKey, CatSignature, UncompressedCatKey,
};

fuzz_target!(|data: &[u8]| {
	let mut rest = data;
	let Ok((key, stored, signature, message)) =
		<(CatKey, UncompressedCatKey, CatSignature, Vec<u8>)>::decode_all(&mut rest)
	else {
		return;
	};
	// What is stored was checked before; sums of anything else are refused or wrong, never fatal.
	let _ = stored.add(&stored);
	let _ = verify_availability(&stored, &message, &signature);
	if let Ok(read) = key.decompress() {
		let _ = verify_availability(&read, &message, &signature);
		let _ = verify_possession(&key, &read, &signature);
		if let Ok(sum) = read.add(&stored) {
			let _ = sum.sub(&stored);
		}
	}
});
