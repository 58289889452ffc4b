use super::{claim, seal, GENESIS};
use crate::{
	development,
	protocol::{
		read_frame, read_frame_within, write_frame, write_frame_within, FrameError, Hello,
		HelloAnswer, Network, NetworkKind, Refusal, Request, RequestBody, Response, ResponseBody,
		MAGIC, MAX_FRAME, VERSION,
	},
	EmbeddedSigner, Health, SignerError,
};
use codec::{DecodeAll, Encode};
use sp_core::H256;
use std::{path::PathBuf, time::Duration};
use tokio::io::{duplex, AsyncWriteExt};

#[test]
fn layout_of_the_frames_does_not_change() {
	let network =
		Network { genesis_hash: GENESIS, kind: NetworkKind::Local, slot_duration: 0x0102 };
	let hello = Hello { network: Some(network) };
	assert_eq!(
		hex::encode(hello.to_payload()),
		format!("757473670100{}{}{}{}", "01", "01".repeat(32), "01", "0201000000000000")
	);
	assert_eq!(Hello { network: None }.to_payload(), [0x75, 0x74, 0x73, 0x67, 1, 0, 0]);
	assert_eq!(HelloAnswer::Welcome { version: 1 }.encode(), [0, 1, 0]);
	assert_eq!(HelloAnswer::OtherVersion { version: 1 }.encode(), [1, 1, 0]);
	assert_eq!(HelloAnswer::NotUnderstood.encode(), [2]);
	let request = |body| hex::encode(Request { id: 7, body }.encode());
	assert_eq!(request(RequestBody::List { first: 2 }), "07000000000000000002000000");
	assert_eq!(
		request(RequestBody::SignSeal(seal(H256([9; 32]), 5))),
		format!(
			"070000000000000001{}{}0500000000000000{}",
			"09".repeat(32),
			"01".repeat(32),
			"03".repeat(32)
		)
	);
	assert_eq!(
		request(RequestBody::SignClaim(claim(H256([9; 32])))),
		format!(
			"070000000000000002{}{}{}0100000005000000{}",
			"01".repeat(32),
			"09".repeat(32),
			"04".repeat(32),
			"06".repeat(32)
		)
	);
	assert_eq!(request(RequestBody::Health), "070000000000000003");
	let refused = Response { id: 7, result: Err(Refusal::SlotNotAfterLast { slot: 1, last: 2 }) };
	assert_eq!(
		hex::encode(refused.encode()),
		"0700000000000000010101000000000000000200000000000000"
	);
}

#[test]
fn numbers_of_the_variants_do_not_change() {
	let kinds = [NetworkKind::Development, NetworkKind::Local, NetworkKind::Live];
	assert_eq!(kinds.map(|kind| kind.encode()), [[0], [1], [2]]);
	let chip = H256([9; 32]);
	let signed = EmbeddedSigner::development(&["Alice"])
		.sign_claim_now(&claim(development::chip_id("Alice", 0)))
		.unwrap();
	let bodies = [
		ResponseBody::Chips(vec![]),
		ResponseBody::Seal(vec![]),
		ResponseBody::Claim(signed),
		ResponseBody::Health(Health { chips: 1, seals: 2, clock: 3 }),
	];
	assert_eq!(bodies.map(|body| body.encode()[0]), [0, 1, 2, 3]);
	let refusals = [
		Refusal::UnknownChip(chip),
		Refusal::SlotNotAfterLast { slot: 1, last: 2 },
		Refusal::SlotInFuture { slot: 1, now: 2 },
		Refusal::ForeignNetwork(chip),
		Refusal::Protocol(String::new()),
		Refusal::Engine(String::new()),
	];
	assert_eq!(refusals.map(|refusal| refusal.encode()[0]), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn hello_of_this_version_is_read() {
	let hello = Hello { network: None };
	assert_eq!(Hello::from_payload(&hello.to_payload()), Ok(hello));
}

#[test]
fn hello_of_another_version_is_told_ours() {
	for rest in [vec![], vec![1; 100]] {
		let payload = [MAGIC.to_vec(), (VERSION + 1).encode(), rest].concat();
		assert_eq!(
			Hello::from_payload(&payload),
			Err(HelloAnswer::OtherVersion { version: VERSION })
		);
	}
}

#[test]
fn anything_else_is_no_hello() {
	let good = Hello { network: None }.to_payload();
	for payload in [
		b"".as_slice(),
		b"GET / HTTP/1.1\r\n",
		&good[..good.len() - 1],
		&[good.as_slice(), &[0]].concat(),
	] {
		assert_eq!(Hello::from_payload(payload), Err(HelloAnswer::NotUnderstood));
	}
}

#[test]
fn errors_keep_their_meaning_over_the_wire() {
	for error in [
		SignerError::UnknownChip(H256([1; 32])),
		SignerError::SlotNotAfterLast { slot: 1, last: 2 },
		SignerError::SlotInFuture { slot: 3, now: 1 },
		SignerError::ForeignNetwork(H256([2; 32])),
		SignerError::Protocol("why".into()),
		SignerError::Engine("why".into()),
	] {
		let bytes = Refusal::from(error.clone()).encode();
		let refusal = Refusal::decode_all(&mut bytes.as_slice()).unwrap();
		assert_eq!(SignerError::from(refusal), error);
		assert!(error.to_string().contains(' '), "{error:?}");
	}
	let lost = SignerError::Unreachable { path: PathBuf::from("/a"), reason: "gone".into() };
	for error in [lost, SignerError::Timeout] {
		let told = SignerError::from(Refusal::from(error.clone()));
		assert_eq!(told, SignerError::Engine(error.to_string()));
	}
}

#[tokio::test]
async fn frames_survive_the_round_trip() {
	let (mut here, mut there) = duplex(1_000);
	for length in [0, 1, 500] {
		let payload = vec![5; length];
		write_frame(&mut here, &payload).await.unwrap();
		assert_eq!(read_frame(&mut there).await.unwrap(), payload);
	}
	drop(here);
	assert!(matches!(read_frame(&mut there).await, Err(FrameError::Closed)));
}

#[tokio::test]
async fn longest_frame_passes_and_a_longer_one_does_not() {
	let longest = usize::try_from(MAX_FRAME).unwrap();
	let (mut here, mut there) = duplex(2 * longest);
	write_frame(&mut here, &vec![0; longest]).await.unwrap();
	assert_eq!(read_frame(&mut there).await.unwrap().len(), longest);
	assert!(matches!(
		write_frame(&mut here, &vec![0; longest + 1]).await,
		Err(FrameError::TooLong(_))
	));
	here.write_all(&(MAX_FRAME + 1).to_le_bytes()).await.unwrap();
	assert!(matches!(read_frame(&mut there).await, Err(FrameError::TooLong(_))));
}

#[tokio::test]
async fn frame_cut_short_is_an_error() {
	for sent in [[3, 0].as_slice(), &[3, 0, 0, 0, 1, 2]] {
		let (mut here, mut there) = duplex(100);
		here.write_all(sent).await.unwrap();
		drop(here);
		assert!(matches!(read_frame(&mut there).await, Err(FrameError::Io(_))));
	}
}

#[tokio::test]
async fn frame_that_stops_in_the_middle_is_given_up() {
	let (mut here, mut there) = duplex(100);
	here.write_all(&[3, 0, 0, 0, 1]).await.unwrap();
	let outcome = read_frame_within(&mut there, Duration::from_millis(20)).await;
	assert!(matches!(outcome, Err(FrameError::Stalled)));
}

#[tokio::test]
async fn frame_that_is_not_taken_is_given_up() {
	let (mut here, _there) = duplex(2);
	let outcome = write_frame_within(&mut here, &[0; 10], Duration::from_millis(20)).await;
	assert!(matches!(outcome, Err(FrameError::Stalled)));
}
