#![no_main]

use codec::{DecodeAll, Encode};
use libfuzzer_sys::fuzz_target;
use utnet_primitives_security_engine::{certificate::CERTIFICATE_VERSION, Certificate};

fuzz_target!(|data: &[u8]| {
	let mut rest = data;
	let Ok(input) = <(Certificate, [u8; 33], [u8; 64])>::decode_all(&mut rest) else {
		return;
	};
	assert_eq!(input.encode(), data, "one certificate has one encoding");
	let (certificate, root, signature) = input;
	let certified = certificate.verify(&root, &signature);
	if certified.is_ok() {
		assert_eq!(certificate.version, CERTIFICATE_VERSION);
		let mut other = certificate;
		other.serial[0] ^= 1;
		assert!(other.verify(&root, &signature).is_err());
		assert_ne!(other.chip_id(), certificate.chip_id());
	}
	let _ = certificate.identity_key.check();
	if let Ok(key) = certificate.cat_key.decompress() {
		assert!(!key.is_identity());
		assert!(key.sub(&key).is_ok_and(|difference| difference.is_identity()));
	}
});
