//! No signed message can be taken for another kind of message.

use crate::{
	bls::{AVAILABILITY_DST, BATCH_TAG, POSSESSION_DST},
	certificate::{BATCH_ROOT_TAG, CERTIFICATE_TAG},
	claim::CLAIM_TAG,
	seal::{seal_message, SEAL_TAG},
	Claim,
};
use sp_core::H256;

const TAGS: [&[u8]; 7] = [
	AVAILABILITY_DST,
	BATCH_ROOT_TAG,
	BATCH_TAG,
	CERTIFICATE_TAG,
	CLAIM_TAG,
	POSSESSION_DST,
	SEAL_TAG,
];

#[test]
fn no_tag_begins_another_tag() {
	for (index, tag) in TAGS.iter().enumerate() {
		for (other_index, other) in TAGS.iter().enumerate() {
			assert!(index == other_index || !other.starts_with(tag), "{index} {other_index}");
		}
	}
}

#[test]
fn claim_is_the_tag_and_the_fields_in_order() {
	let claim = Claim {
		genesis_hash: H256([1; 32]),
		chip: H256([2; 32]),
		owner: [3; 32],
		claim_counter: 0x0403_0201,
		block_number: 0x0807_0605,
		block_hash: H256([4; 32]),
	};
	let expected = [
		b"utnet:poci-claim:v1".as_slice(),
		&[1; 32],
		&[2; 32],
		&[3; 32],
		&[1, 2, 3, 4],
		&[5, 6, 7, 8],
		&[4; 32],
	]
	.concat();
	assert_eq!(claim.message(), expected);
}

#[test]
fn seal_is_the_tag_and_the_fields_in_order() {
	let expected =
		[b"utnet:poci-seal:v1".as_slice(), &[1; 32], &[8, 7, 6, 5, 4, 3, 2, 1], &[2; 32]].concat();
	assert_eq!(seal_message(&H256([1; 32]), 0x0102_0304_0506_0708, &H256([2; 32])), expected);
}
