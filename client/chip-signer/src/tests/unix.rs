use super::{
	add, assert_sealed, certified, claim, engine, folder_with, seal, GENESIS, OTHER_GENESIS,
};
use crate::{
	clock,
	protocol::{
		read_frame, write_frame, Hello, HelloAnswer, Network, NetworkKind, Request, RequestBody,
		Response, ResponseBody, LIST_PAGE, MAX_FRAME, VERSION,
	},
	unix::{serve, Networks, Server, UnixSigner},
	ChipInfo, ChipSigner, ClaimRequest, EmbeddedSigner, Health, SealRequest, SignedClaim,
	SignerError,
};
use codec::{DecodeAll, Encode};
use sp_core::H256;
use std::{
	fs,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
	sync::Arc,
	time::Duration,
};
use tempfile::TempDir;
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::{UnixListener, UnixStream},
	task::JoinHandle,
	time::sleep,
};
use utnet_primitives_security_engine::ChipId;

const SLOT: u64 = 1_000;

fn network(kind: NetworkKind) -> Network {
	Network { genesis_hash: GENESIS, kind, slot_duration: SLOT }
}

fn socket() -> (TempDir, PathBuf) {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("signer.sock");
	(dir, path)
}

fn one_chip() -> (Arc<EmbeddedSigner>, ChipId) {
	let (certificate, _) = certified(1);
	let signer = EmbeddedSigner::new([(certificate, engine(1))]).unwrap();
	(Arc::new(signer), certificate.chip_id())
}

/// Serves for development networks; the task ends with its handle.
fn start(path: &Path, signer: Arc<dyn ChipSigner>) -> Running {
	let networks = Networks { listed: vec![], development: true };
	Running(tokio::spawn(Server::bind(path, signer, networks).unwrap().run()))
}

struct Running(JoinHandle<Result<(), SignerError>>);

impl Running {
	async fn stop(mut self) {
		self.0.abort();
		assert!((&mut self.0).await.unwrap_err().is_cancelled());
	}
}

impl Drop for Running {
	fn drop(&mut self) {
		self.0.abort();
	}
}

fn client(path: &Path) -> UnixSigner {
	let client = UnixSigner::new(path);
	client.announce(network(NetworkKind::Development));
	client
}

fn now() -> u64 {
	clock() / SLOT
}

/// Accepts one connection, answers its hello, and hands it over.
async fn fake_server(listener: &UnixListener) -> UnixStream {
	let (mut stream, _) = listener.accept().await.unwrap();
	Hello::from_payload(&read_frame(&mut stream).await.unwrap()).unwrap();
	let welcome = HelloAnswer::Welcome { version: VERSION }.encode();
	write_frame(&mut stream, &welcome).await.unwrap();
	stream
}

/// Connects without the client and says hello.
async fn by_hand(path: &Path) -> UnixStream {
	let mut stream = UnixStream::connect(path).await.unwrap();
	let hello = Hello { network: Some(network(NetworkKind::Development)) };
	write_frame(&mut stream, &hello.to_payload()).await.unwrap();
	let answer = read_frame(&mut stream).await.unwrap();
	assert_eq!(answer, HelloAnswer::Welcome { version: VERSION }.encode());
	stream
}

async fn assert_closed(mut stream: UnixStream) {
	let mut rest = Vec::new();
	let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut rest));
	// A reset tells of unread input; either way the connection is over.
	let _ = read.await.expect("the signer closes the connection");
	assert!(rest.is_empty());
}

#[tokio::test]
async fn signs_as_the_signer_behind_the_socket_does() {
	let (_dir, path) = socket();
	let (signer, chip) = one_chip();
	let _server = start(&path, signer.clone());
	let client = client(&path);
	assert_eq!(client.chips().await, Ok(signer.chips_now()));
	let request = seal(chip, now());
	let raw = client.sign_seal(request).await.unwrap();
	assert_sealed(&engine(1).identity_key(), &request, &raw);
	let request = claim(chip);
	assert_eq!(client.sign_claim(request).await, signer.sign_claim_now(&request));
	let health = client.health().await.unwrap();
	assert_eq!((health.chips, health.seals), (1, 1));
}

#[tokio::test]
async fn serve_signs_for_development_networks() {
	let (_dir, path) = socket();
	let (signer, chip) = one_chip();
	let task = {
		let path = path.clone();
		Running(tokio::spawn(async move { serve(path, signer).await }))
	};
	while !path.exists() {
		sleep(Duration::from_millis(1)).await;
	}
	assert!(client(&path).sign_claim(claim(chip)).await.is_ok());
	task.stop().await;
}

#[tokio::test]
async fn refusals_arrive_as_they_are() {
	let (_dir, path) = socket();
	let (signer, chip) = one_chip();
	let _server = start(&path, signer);
	let client = client(&path);
	let stranger = H256([9; 32]);
	assert_eq!(client.sign_claim(claim(stranger)).await, Err(SignerError::UnknownChip(stranger)));
	let slot = now();
	assert!(client.sign_seal(seal(chip, slot)).await.is_ok());
	assert_eq!(
		client.sign_seal(seal(chip, slot)).await,
		Err(SignerError::SlotNotAfterLast { slot, last: slot })
	);
}

#[tokio::test]
async fn slot_ahead_of_the_signers_clock_is_refused() {
	let (_dir, path) = socket();
	let (signer, chip) = one_chip();
	let _server = start(&path, signer);
	let client = client(&path);
	for slot in [now() + 60, u64::MAX] {
		let outcome = client.sign_seal(seal(chip, slot)).await;
		assert!(matches!(outcome, Err(SignerError::SlotInFuture { .. })), "{outcome:?}");
	}
	assert!(client.sign_seal(seal(chip, now() + 1)).await.is_ok());
}

#[tokio::test]
async fn slot_duration_of_zero_is_refused() {
	let (_dir, path) = socket();
	let (signer, chip) = one_chip();
	let _server = start(&path, signer);
	let client = UnixSigner::new(&path);
	client.announce(Network { slot_duration: 0, ..network(NetworkKind::Development) });
	assert!(matches!(client.sign_seal(seal(chip, 1)).await, Err(SignerError::Protocol(_))));
}

#[tokio::test]
async fn foreign_genesis_is_refused() {
	let (_dir, path) = socket();
	let (signer, chip) = one_chip();
	let _server = start(&path, signer);
	let client = client(&path);
	let foreign = SealRequest { genesis_hash: OTHER_GENESIS, ..seal(chip, now()) };
	assert_eq!(client.sign_seal(foreign).await, Err(SignerError::ForeignNetwork(OTHER_GENESIS)));
	let mut foreign = claim(chip);
	foreign.claim.genesis_hash = OTHER_GENESIS;
	assert_eq!(client.sign_claim(foreign).await, Err(SignerError::ForeignNetwork(OTHER_GENESIS)));
}

#[tokio::test]
async fn live_network_must_be_listed() {
	let (_dir, path) = socket();
	let (signer, chip) = one_chip();
	let server = start(&path, signer.clone());
	let live = UnixSigner::new(&path);
	live.announce(network(NetworkKind::Live));
	let refused = Err(SignerError::ForeignNetwork(GENESIS));
	assert_eq!(live.sign_seal(seal(chip, now())).await, refused);
	server.stop().await;

	let networks = Networks { listed: vec![GENESIS], development: false };
	let _server = Running(tokio::spawn(Server::bind(&path, signer, networks).unwrap().run()));
	assert!(live.sign_seal(seal(chip, now())).await.is_ok());
	let development = UnixSigner::new(&path);
	development
		.announce(Network { genesis_hash: OTHER_GENESIS, ..network(NetworkKind::Development) });
	let mut request = claim(chip);
	request.claim.genesis_hash = OTHER_GENESIS;
	assert_eq!(
		development.sign_claim(request).await,
		Err(SignerError::ForeignNetwork(OTHER_GENESIS))
	);
}

#[tokio::test]
async fn network_must_be_named_before_anything_is_signed() {
	let (_dir, path) = socket();
	let (signer, chip) = one_chip();
	let _server = start(&path, signer);
	let client = UnixSigner::new(&path);
	assert_eq!(client.chips().await.unwrap().len(), 1);
	assert_eq!(client.health().await.unwrap().chips, 1);
	assert!(matches!(client.sign_seal(seal(chip, now())).await, Err(SignerError::Protocol(_))));
	client.announce(network(NetworkKind::Local));
	assert!(client.sign_seal(seal(chip, now())).await.is_ok());
}

#[tokio::test]
async fn signer_that_is_not_there_is_named() {
	let (_dir, path) = socket();
	let outcome = client(&path).chips().await;
	let Err(SignerError::Unreachable { path: named, .. }) = &outcome else {
		panic!("{outcome:?}");
	};
	assert_eq!(*named, path);
	assert!(outcome.unwrap_err().to_string().contains("signer.sock"));
}

#[tokio::test]
async fn node_goes_on_when_the_signer_comes_back() {
	let (_dir, path) = socket();
	let (signer, chip) = one_chip();
	let server = start(&path, signer.clone());
	let client = client(&path);
	let slot = now() - 10;
	assert!(client.sign_seal(seal(chip, slot)).await.is_ok());
	server.stop().await;
	assert!(!path.exists());
	assert!(matches!(
		client.sign_seal(seal(chip, slot + 1)).await,
		Err(SignerError::Unreachable { .. })
	));
	let _server = start(&path, signer);
	assert!(client.sign_seal(seal(chip, slot + 2)).await.is_ok());
}

#[tokio::test]
async fn signer_that_stops_in_the_middle_of_an_answer_is_unreachable() {
	let (_dir, path) = socket();
	let listener = UnixListener::bind(&path).unwrap();
	let server = tokio::spawn(async move {
		let mut stream = fake_server(&listener).await;
		read_frame(&mut stream).await.unwrap();
		stream.write_all(&[200, 0, 0, 0, 1, 2, 3]).await.unwrap();
	});
	let outcome = client(&path).health().await;
	assert!(matches!(outcome, Err(SignerError::Unreachable { .. })), "{outcome:?}");
	server.await.unwrap();
}

#[tokio::test]
async fn signer_that_stops_before_the_welcome_is_unreachable() {
	let (_dir, path) = socket();
	let listener = UnixListener::bind(&path).unwrap();
	let server = tokio::spawn(async move { drop(listener.accept().await.unwrap()) });
	let outcome = client(&path).health().await;
	assert!(matches!(outcome, Err(SignerError::Unreachable { .. })), "{outcome:?}");
	server.await.unwrap();
}

/// Takes its time for a seal.
struct Slow(Duration);

#[async_trait::async_trait]
impl ChipSigner for Slow {
	async fn chips(&self) -> Result<Vec<ChipInfo>, SignerError> {
		Ok(Vec::new())
	}

	async fn sign_seal(&self, request: SealRequest) -> Result<Vec<u8>, SignerError> {
		sleep(self.0).await;
		Ok(request.slot.encode())
	}

	async fn sign_claim(&self, request: ClaimRequest) -> Result<SignedClaim, SignerError> {
		Err(SignerError::UnknownChip(request.claim.chip))
	}

	async fn health(&self) -> Result<Health, SignerError> {
		Err(SignerError::Timeout)
	}
}

#[tokio::test]
async fn slow_signer_is_a_timeout_and_its_late_answer_is_not_taken_for_another() {
	let (_dir, path) = socket();
	let _server = start(&path, Arc::new(Slow(Duration::from_millis(300))));
	let client = UnixSigner::new(&path).with_time_limit(Duration::from_millis(100));
	client.announce(network(NetworkKind::Development));
	assert_eq!(client.sign_seal(seal(H256::zero(), 1)).await, Err(SignerError::Timeout));
	sleep(Duration::from_millis(400)).await;
	assert_eq!(client.chips().await, Ok(Vec::new()));
	let patient = super::unix::client(&path);
	assert_eq!(patient.sign_seal(seal(H256::zero(), 2)).await, Ok(2u64.encode()));
}

#[tokio::test]
async fn slow_seal_does_not_hold_up_other_requests() {
	let (_dir, path) = socket();
	let _server = start(&path, Arc::new(Slow(Duration::from_secs(60))));
	let client = Arc::new(client(&path));
	let waiting = {
		let client = client.clone();
		Running(tokio::spawn(
			async move { client.sign_seal(seal(H256::zero(), 1)).await.map(|_| ()) },
		))
	};
	sleep(Duration::from_millis(20)).await;
	assert_eq!(client.chips().await, Ok(Vec::new()));
	assert!(matches!(client.health().await, Err(SignerError::Engine(_))));
	waiting.stop().await;
}

#[tokio::test]
async fn signer_that_never_answers_is_a_timeout() {
	let (_dir, path) = socket();
	let _listener = UnixListener::bind(&path).unwrap();
	let client = UnixSigner::new(&path).with_time_limit(Duration::from_millis(50));
	assert_eq!(client.chips().await, Err(SignerError::Timeout));
}

#[tokio::test]
async fn oversized_answer_is_refused() {
	let (_dir, path) = socket();
	let listener = UnixListener::bind(&path).unwrap();
	let server = tokio::spawn(async move {
		let mut stream = fake_server(&listener).await;
		read_frame(&mut stream).await.unwrap();
		stream.write_all(&(MAX_FRAME + 1).to_le_bytes()).await.unwrap();
		stream
	});
	let outcome = client(&path).health().await;
	assert!(matches!(outcome, Err(SignerError::Protocol(_))), "{outcome:?}");
	drop(server.await.unwrap());
}

#[tokio::test]
async fn garbage_and_answers_to_other_questions_are_refused() {
	let other_id = Response { id: 99, result: Ok(ResponseBody::Chips(vec![])) };
	let other_kind = Response { id: 1, result: Ok(ResponseBody::Seal(vec![1])) };
	let followed = [other_kind.encode(), vec![0]].concat();
	for answer in [vec![], vec![0xff; 40], other_id.encode(), other_kind.encode(), followed] {
		let (_dir, path) = socket();
		let listener = UnixListener::bind(&path).unwrap();
		let server = tokio::spawn({
			let answer = answer.clone();
			async move {
				let mut stream = fake_server(&listener).await;
				read_frame(&mut stream).await.unwrap();
				write_frame(&mut stream, &answer).await.unwrap();
				stream
			}
		});
		let outcome = client(&path).health().await;
		assert!(matches!(outcome, Err(SignerError::Protocol(_))), "{answer:?}: {outcome:?}");
		drop(server.await.unwrap());
	}
}

#[tokio::test]
async fn signer_of_another_version_is_refused() {
	for answer in [
		HelloAnswer::OtherVersion { version: 9 }.encode(),
		HelloAnswer::Welcome { version: 9 }.encode(),
		HelloAnswer::NotUnderstood.encode(),
		vec![9],
	] {
		let (_dir, path) = socket();
		let listener = UnixListener::bind(&path).unwrap();
		let server = tokio::spawn({
			let answer = answer.clone();
			async move {
				let (mut stream, _) = listener.accept().await.unwrap();
				read_frame(&mut stream).await.unwrap();
				write_frame(&mut stream, &answer).await.unwrap();
				stream
			}
		});
		let outcome = client(&path).health().await;
		let Err(SignerError::Protocol(reason)) = outcome else {
			panic!("{answer:?}: {outcome:?}");
		};
		assert_eq!(reason.contains("version 9"), answer.contains(&9) && answer.len() > 1);
		drop(server.await.unwrap());
	}
}

#[tokio::test]
async fn server_answers_another_version_and_closes() {
	let (_dir, path) = socket();
	let _server = start(&path, one_chip().0);
	let mut hello = Hello { network: None }.to_payload();
	hello[4] = 9;
	for (hello, expected) in [
		(hello, HelloAnswer::OtherVersion { version: VERSION }),
		(b"hello".to_vec(), HelloAnswer::NotUnderstood),
	] {
		let mut stream = UnixStream::connect(&path).await.unwrap();
		write_frame(&mut stream, &hello).await.unwrap();
		let answer = read_frame(&mut stream).await.unwrap();
		assert_eq!(HelloAnswer::decode_all(&mut answer.as_slice()), Ok(expected));
		assert_closed(stream).await;
	}
}

#[tokio::test]
async fn server_closes_on_garbage_and_serves_others() {
	let (_dir, path) = socket();
	let (signer, chip) = one_chip();
	let _server = start(&path, signer);
	let good = Request { id: 1, body: RequestBody::Health }.encode();
	let followed = [good.clone(), vec![0]].concat();
	for garbage in [vec![], vec![0xff; 30], good[..8].to_vec(), followed] {
		let mut stream = by_hand(&path).await;
		write_frame(&mut stream, &garbage).await.unwrap();
		assert_closed(stream).await;
	}
	let mut stream = by_hand(&path).await;
	stream.write_all(&u32::MAX.to_le_bytes()).await.unwrap();
	assert_closed(stream).await;
	assert!(client(&path).sign_claim(claim(chip)).await.is_ok());
}

#[tokio::test]
async fn server_outlives_more_clients_than_it_serves_at_a_time() {
	let (_dir, path) = socket();
	let _server = start(&path, one_chip().0);
	let mut held = Vec::new();
	for _ in 0..64 {
		held.push(by_hand(&path).await);
	}
	let waiting = UnixSigner::new(&path).with_time_limit(Duration::from_millis(50));
	assert_eq!(waiting.chips().await, Err(SignerError::Timeout));
	held.clear();
	assert_eq!(client(&path).chips().await.unwrap().len(), 1);
}

#[tokio::test]
async fn answers_carry_the_number_of_their_request() {
	let (_dir, path) = socket();
	let _server = start(&path, one_chip().0);
	let mut stream = by_hand(&path).await;
	for id in [7, 0, u64::MAX] {
		let request = Request { id, body: RequestBody::Health };
		write_frame(&mut stream, &request.encode()).await.unwrap();
		let answer = read_frame(&mut stream).await.unwrap();
		assert_eq!(Response::decode_all(&mut answer.as_slice()).unwrap().id, id);
	}
}

/// Holds many chips and signs with none.
struct Many(u32);

#[async_trait::async_trait]
impl ChipSigner for Many {
	async fn chips(&self) -> Result<Vec<ChipInfo>, SignerError> {
		let template = ChipInfo::from(&certified(1).0);
		let chip = |number| ChipInfo { id: H256::from_low_u64_be(number), ..template.clone() };
		Ok((0..u64::from(self.0)).map(chip).collect())
	}

	async fn sign_seal(&self, _: SealRequest) -> Result<Vec<u8>, SignerError> {
		Err(SignerError::Timeout)
	}

	async fn sign_claim(&self, _: ClaimRequest) -> Result<SignedClaim, SignerError> {
		Err(SignerError::Timeout)
	}

	async fn health(&self) -> Result<Health, SignerError> {
		Ok(Health { chips: self.0, seals: 0, clock: 0 })
	}
}

#[tokio::test]
async fn many_chips_are_listed_page_by_page() {
	for count in [0, 1, LIST_PAGE - 1, LIST_PAGE, LIST_PAGE + 1, 3 * LIST_PAGE] {
		let (_dir, path) = socket();
		let signer = Arc::new(Many(count));
		let _server = start(&path, signer.clone());
		assert_eq!(client(&path).chips().await, signer.chips().await, "{count} chips");
	}
}

#[tokio::test]
async fn slot_is_not_sealed_again_after_a_restart_of_the_signer() {
	let (dir, path) = socket();
	let chips = dir.path().join("chips of mine");
	let chip = add(&folder_with(&chips, &[]), 1);
	let client = client(&path);
	let slot = now() - 10;

	let server = start(&path, Arc::new(EmbeddedSigner::open(&chips).unwrap()));
	assert!(client.sign_seal(seal(chip, slot)).await.is_ok());
	server.stop().await;

	let _server = start(&path, Arc::new(EmbeddedSigner::open(&chips).unwrap()));
	assert_eq!(
		client.sign_seal(seal(chip, slot)).await,
		Err(SignerError::SlotNotAfterLast { slot, last: slot })
	);
	assert!(client.sign_seal(seal(chip, slot + 1)).await.is_ok());
}

#[tokio::test]
async fn socket_is_for_its_owner_only() {
	let (_dir, path) = socket();
	let _server = start(&path, one_chip().0);
	assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn socket_of_a_dead_signer_is_replaced() {
	let (_dir, path) = socket();
	drop(UnixListener::bind(&path).unwrap());
	assert!(path.exists());
	let _server = start(&path, one_chip().0);
	assert_eq!(client(&path).chips().await.unwrap().len(), 1);
}

#[tokio::test]
async fn socket_of_a_living_signer_and_other_files_are_kept() {
	let (dir, path) = socket();
	let _server = start(&path, one_chip().0);
	let networks = Networks { listed: vec![], development: true };
	let bind = |path: &Path| match Server::bind(path, one_chip().0, networks.clone()) {
		Ok(_) => panic!("{} was taken", path.display()),
		Err(error) => error.to_string(),
	};
	assert!(bind(&path).contains("another signer listens there"));
	assert_eq!(client(&path).chips().await.unwrap().len(), 1);

	let file = dir.path().join("notes.txt");
	fs::write(&file, "keep me").unwrap();
	assert!(bind(&file).contains("not a socket"));
	assert_eq!(fs::read_to_string(&file).unwrap(), "keep me");
	assert!(bind(&dir.path().join("nowhere/signer.sock")).contains("nowhere"));
}
