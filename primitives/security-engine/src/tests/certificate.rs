use crate::{
	certificate::{chip_id, CERTIFICATE_VERSION},
	BatchId, CatKey, Certificate, IdentityKey, VendorId,
};
use codec::{DecodeAll, Encode, MaxEncodedLen};
use proptest::prelude::*;

fn certificate() -> Certificate {
	Certificate {
		version: CERTIFICATE_VERSION,
		vendor: VendorId(1),
		batch: 2,
		serial: [3; 32],
		identity_key: IdentityKey::P256([4; 33]),
		cat_key: CatKey([5; 96]),
	}
}

#[test]
fn identifier_depends_on_vendor_batch_and_serial_only() {
	let base = certificate();
	let id = base.chip_id();
	assert_eq!(id, chip_id(BatchId { vendor: VendorId(1), number: 2 }, &[3; 32]));
	assert_eq!(id, Certificate { version: 9, ..base }.chip_id());
	assert_eq!(id, Certificate { cat_key: CatKey([0; 96]), ..base }.chip_id());
	assert_eq!(id, Certificate { identity_key: IdentityKey::P256([0; 33]), ..base }.chip_id());
	assert_ne!(id, Certificate { vendor: VendorId(9), ..base }.chip_id());
	assert_ne!(id, Certificate { batch: 9, ..base }.chip_id());
	assert_ne!(id, Certificate { serial: [9; 32], ..base }.chip_id());
}

#[test]
fn encoding_has_171_bytes() {
	assert_eq!(certificate().encode().len(), 171);
	assert_eq!(Certificate::max_encoded_len(), 171);
}

#[test]
fn truncated_or_extended_certificate_does_not_decode() {
	let encoded = certificate().encode();
	for length in 0..encoded.len() {
		assert!(Certificate::decode_all(&mut &encoded[..length]).is_err(), "{length} bytes");
	}
	let longer = [encoded.as_slice(), &[0]].concat();
	assert!(Certificate::decode_all(&mut longer.as_slice()).is_err());
}

proptest! {
	#[test]
	fn whatever_decodes_encodes_to_the_same_bytes(
		bytes in prop::collection::vec(any::<u8>(), 171),
		kind in 0u8..3,
	) {
		let mut bytes = bytes;
		bytes[41] = kind;
		match Certificate::decode_all(&mut bytes.as_slice()) {
			Ok(certificate) => prop_assert_eq!(certificate.encode(), bytes),
			Err(_) => prop_assert_ne!(kind, 0),
		}
	}
}
