use crate::{
	protocol::{
		read_frame, write_frame, FrameError, Hello, HelloAnswer, Network, Request, RequestBody,
		Response, ResponseBody, LIST_PAGE, VERSION,
	},
	ChipInfo, ChipSigner, ClaimRequest, Health, SealRequest, SignedClaim, SignerError,
};
use codec::{DecodeAll, Encode};
use parking_lot::Mutex;
use std::{path::PathBuf, time::Duration};
use tokio::{net::UnixStream, time::timeout};

/// How long an answer may take.
const DEFAULT_TIME_LIMIT: Duration = Duration::from_secs(5);

/// The most connections kept for later requests.
const MAX_IDLE: usize = 4;

/// A signer in another process, reached through its Unix socket.
///
/// Connects when it is first asked something and again whenever the connection is gone, so that
/// node and signer start and stop in any order. Must be used within a Tokio runtime.
#[derive(Debug)]
pub struct UnixSigner {
	path: PathBuf,
	time_limit: Duration,
	state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
	network: Option<Network>,
	idle: Vec<UnixStream>,
	next_id: u64,
}

impl UnixSigner {
	/// A signer at the socket `path`, which is not opened yet.
	///
	/// It lists chips at once, and signs when [`announce`](Self::announce) has named the network.
	pub fn new(path: impl Into<PathBuf>) -> Self {
		Self { path: path.into(), time_limit: DEFAULT_TIME_LIMIT, state: Mutex::default() }
	}

	/// The same, with another limit than five seconds for each answer.
	pub fn with_time_limit(mut self, time_limit: Duration) -> Self {
		self.time_limit = time_limit;
		self
	}

	/// Names the network the node is on to the signer, in all connections from now on.
	pub fn announce(&self, network: Network) {
		let mut state = self.state.lock();
		state.network = Some(network);
		state.idle.clear();
	}

	async fn ask(&self, body: RequestBody) -> Result<ResponseBody, SignerError> {
		timeout(self.time_limit, self.ask_patiently(body))
			.await
			.map_err(|_| SignerError::Timeout)?
	}

	async fn ask_patiently(&self, body: RequestBody) -> Result<ResponseBody, SignerError> {
		let (idle, network, id) = {
			let mut state = self.state.lock();
			state.next_id = state.next_id.wrapping_add(1);
			(state.idle.pop(), state.network, state.next_id)
		};
		let request = Request { id, body }.encode();

		// An idle connection may be that of a signer which has restarted since.
		if let Some(mut stream) = idle {
			match self.exchange(&mut stream, &request).await {
				Err(SignerError::Unreachable { .. }) => {}
				outcome => return self.finish(stream, network, id, outcome),
			}
		}
		let mut stream = self.connect(network).await?;
		let outcome = self.exchange(&mut stream, &request).await;
		self.finish(stream, network, id, outcome)
	}

	async fn connect(&self, network: Option<Network>) -> Result<UnixStream, SignerError> {
		let mut stream = UnixStream::connect(&self.path).await.map_err(|error| self.lost(error))?;
		let hello = Hello { network }.to_payload();
		write_frame(&mut stream, &hello).await.map_err(|error| self.broken(error))?;
		let answer = read_frame(&mut stream).await.map_err(|error| self.broken(error))?;
		match HelloAnswer::decode_all(&mut answer.as_slice()) {
			Ok(HelloAnswer::Welcome { version: VERSION }) => Ok(stream),
			Ok(HelloAnswer::Welcome { version } | HelloAnswer::OtherVersion { version }) => {
				Err(SignerError::Protocol(format!(
					"the signer speaks version {version}, this node speaks version {VERSION}"
				)))
			}
			Ok(HelloAnswer::NotUnderstood) => {
				Err(SignerError::Protocol("the signer did not understand the hello".into()))
			}
			Err(error) => Err(SignerError::Protocol(format!("not an answer to a hello: {error}"))),
		}
	}

	async fn exchange(
		&self,
		stream: &mut UnixStream,
		request: &[u8],
	) -> Result<Response, SignerError> {
		write_frame(stream, request).await.map_err(|error| self.broken(error))?;
		let response = read_frame(stream).await.map_err(|error| self.broken(error))?;
		Response::decode_all(&mut response.as_slice())
			.map_err(|error| SignerError::Protocol(format!("not an answer: {error}")))
	}

	/// Keeps the connection if all is well with it and it still names the right network.
	fn finish(
		&self,
		stream: UnixStream,
		network: Option<Network>,
		id: u64,
		outcome: Result<Response, SignerError>,
	) -> Result<ResponseBody, SignerError> {
		let response = outcome?;
		if response.id != id {
			return Err(SignerError::Protocol(format!(
				"answer {} came to request {id}",
				response.id
			)));
		}
		let mut state = self.state.lock();
		if state.network == network && state.idle.len() < MAX_IDLE {
			state.idle.push(stream);
		}
		response.result.map_err(SignerError::from)
	}

	fn lost(&self, reason: impl ToString) -> SignerError {
		SignerError::Unreachable { path: self.path.clone(), reason: reason.to_string() }
	}

	fn broken(&self, error: FrameError) -> SignerError {
		match error {
			FrameError::Closed | FrameError::Io(_) => self.lost(error),
			FrameError::Stalled => SignerError::Timeout,
			FrameError::TooLong(_) => SignerError::Protocol(error.to_string()),
		}
	}
}

fn unexpected(question: &str) -> SignerError {
	SignerError::Protocol(format!("the answer does not fit the question {question}"))
}

#[async_trait::async_trait]
impl ChipSigner for UnixSigner {
	async fn chips(&self) -> Result<Vec<ChipInfo>, SignerError> {
		let mut chips = Vec::new();
		let mut first = 0u32;
		loop {
			let ResponseBody::Chips(page) = self.ask(RequestBody::List { first }).await? else {
				return Err(unexpected("list"));
			};
			let length = u32::try_from(page.len()).unwrap_or(u32::MAX);
			chips.extend(page);
			if length < LIST_PAGE {
				return Ok(chips);
			}
			first = first.saturating_add(length);
		}
	}

	async fn sign_seal(&self, request: SealRequest) -> Result<Vec<u8>, SignerError> {
		match self.ask(RequestBody::SignSeal(request)).await? {
			ResponseBody::Seal(signature) => Ok(signature),
			_ => Err(unexpected("sign_seal")),
		}
	}

	async fn sign_claim(&self, request: ClaimRequest) -> Result<SignedClaim, SignerError> {
		match self.ask(RequestBody::SignClaim(request)).await? {
			ResponseBody::Claim(claim) => Ok(claim),
			_ => Err(unexpected("sign_claim")),
		}
	}

	async fn health(&self) -> Result<Health, SignerError> {
		match self.ask(RequestBody::Health).await? {
			ResponseBody::Health(health) => Ok(health),
			_ => Err(unexpected("health")),
		}
	}
}
