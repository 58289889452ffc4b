#![no_main]

use codec::{DecodeAll, Encode};
use libfuzzer_sys::fuzz_target;
use utnet_primitives_security_engine::{Claim, IdentityKey};

fuzz_target!(|data: &[u8]| {
	let mut rest = data;
	let Ok((claim, key, raw)) = <(Claim, IdentityKey, Vec<u8>)>::decode_all(&mut rest) else {
		return;
	};
	assert_eq!((&claim, &key, &raw).encode(), data, "one claim has one encoding");
	let Ok(signature) = key.decode_signature(&raw) else {
		return;
	};
	assert_eq!(signature.to_raw(), raw);
	if key.verify(&claim.message(), &signature).is_ok() {
		assert!(key.check().is_ok());
		let mut other = claim;
		other.genesis_hash.0[0] ^= 1;
		assert!(key.verify(&other.message(), &signature).is_err());
	}
});
