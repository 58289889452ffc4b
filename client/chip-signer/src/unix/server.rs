use crate::{
	check_clock, clock,
	folder::failed,
	protocol::{
		read_frame, write_frame, FrameError, Hello, HelloAnswer, Network, NetworkKind, Request,
		RequestBody, Response, ResponseBody, HELLO_LIMIT, LIST_PAGE, VERSION,
	},
	ChipSigner, SignerError,
};
use codec::{DecodeAll, Encode};
use sp_core::H256;
use std::{
	fs,
	os::unix::{
		fs::{FileTypeExt, PermissionsExt},
		net::UnixStream as BlockingStream,
	},
	path::{Path, PathBuf},
	sync::Arc,
};
use tokio::{
	net::{UnixListener, UnixStream},
	sync::Semaphore,
	task::JoinSet,
	time::timeout,
};

/// The most connections served at a time; further ones wait.
const MAX_CONNECTIONS: usize = 64;

/// For which networks a signer signs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Networks {
	/// These genesis hashes, whatever the node calls the network.
	pub listed: Vec<H256>,
	/// Also what the node's hello calls Development or Local.
	pub development: bool,
}

impl Networks {
	fn admit(&self, network: &Network) -> bool {
		self.listed.contains(&network.genesis_hash)
			|| (self.development && network.kind != NetworkKind::Live)
	}
}

/// Serves a signer at a Unix socket.
pub struct Server {
	listener: UnixListener,
	signer: Arc<dyn ChipSigner>,
	networks: Networks,
	_socket: SocketFile,
}

/// Serves `signer` at the socket `path`, for development and local networks only, until the future
/// is dropped. [`Server`] has the choice of networks.
pub async fn serve(path: impl AsRef<Path>, signer: Arc<dyn ChipSigner>) -> Result<(), SignerError> {
	let networks = Networks { listed: Vec::new(), development: true };
	Server::bind(path.as_ref(), signer, networks)?.run().await
}

impl Server {
	/// Opens the socket, which only the signer's own user may use.
	///
	/// A socket that a dead signer left behind is replaced. Fails where another signer listens,
	/// where something else than a socket is in the way, and outside a Tokio runtime.
	pub fn bind(
		path: &Path,
		signer: Arc<dyn ChipSigner>,
		networks: Networks,
	) -> Result<Self, SignerError> {
		make_way(path)?;
		let listener = UnixListener::bind(path).map_err(|error| failed(path, error))?;
		let socket = SocketFile(path.to_path_buf());
		fs::set_permissions(path, fs::Permissions::from_mode(0o600))
			.map_err(|error| failed(path, error))?;
		Ok(Self { listener, signer, networks, _socket: socket })
	}

	/// Serves until the future is dropped; all connections end with it.
	pub async fn run(self) -> Result<(), SignerError> {
		let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
		let mut connections = JoinSet::new();
		loop {
			let Ok(slot) = slots.clone().acquire_owned().await else {
				return Ok(());
			};
			let stream = match self.listener.accept().await {
				Ok((stream, _)) => stream,
				Err(error) => {
					// Such as too many open files: others may still be served.
					log::warn!("A connection to the chip signer failed: {error}");
					tokio::time::sleep(std::time::Duration::from_millis(100)).await;
					continue;
				}
			};
			while connections.try_join_next().is_some() {}
			let (signer, networks) = (self.signer.clone(), self.networks.clone());
			connections.spawn(async move {
				let _slot = slot;
				if let Err(error) = converse(stream, signer, networks).await {
					log::debug!("A connection to the chip signer ended: {error}");
				}
			});
		}
	}
}

/// Removes the socket of a signer that is gone.
fn make_way(path: &Path) -> Result<(), SignerError> {
	let Ok(metadata) = fs::symlink_metadata(path) else {
		return Ok(());
	};
	if !metadata.file_type().is_socket() {
		return Err(failed(path, "there is a file that is not a socket"));
	}
	if BlockingStream::connect(path).is_ok() {
		return Err(failed(path, "another signer listens there"));
	}
	fs::remove_file(path).map_err(|error| failed(path, error))
}

/// Removes the socket when the server stops.
struct SocketFile(PathBuf);

impl Drop for SocketFile {
	fn drop(&mut self) {
		let _ = fs::remove_file(&self.0);
	}
}

async fn converse(
	mut stream: UnixStream,
	signer: Arc<dyn ChipSigner>,
	networks: Networks,
) -> Result<(), FrameError> {
	let hello =
		timeout(HELLO_LIMIT, read_frame(&mut stream)).await.unwrap_or(Err(FrameError::Stalled))?;
	let network = match Hello::from_payload(&hello) {
		Ok(hello) => {
			let welcome = HelloAnswer::Welcome { version: VERSION };
			write_frame(&mut stream, &welcome.encode()).await?;
			hello.network
		}
		Err(answer) => return write_frame(&mut stream, &answer.encode()).await,
	};
	loop {
		let payload = match read_frame(&mut stream).await {
			Err(FrameError::Closed) => return Ok(()),
			payload => payload?,
		};
		let Ok(request) = Request::decode_all(&mut payload.as_slice()) else {
			return Err(std::io::Error::other("a frame that is not a request").into());
		};
		let result = answer(request.body, &*signer, network.as_ref(), &networks).await;
		let response = Response { id: request.id, result: result.map_err(Into::into) };
		write_frame(&mut stream, &response.encode()).await?;
	}
}

async fn answer(
	body: RequestBody,
	signer: &dyn ChipSigner,
	network: Option<&Network>,
	networks: &Networks,
) -> Result<ResponseBody, SignerError> {
	match body {
		RequestBody::List { first } => {
			let place = |number| usize::try_from(number).unwrap_or(usize::MAX);
			let mut chips = signer.chips().await?;
			chips.sort_by_key(|chip| chip.id);
			let page = chips.into_iter().skip(place(first)).take(place(LIST_PAGE)).collect();
			Ok(ResponseBody::Chips(page))
		}
		RequestBody::SignSeal(request) => {
			let network = admitted(network, request.genesis_hash, networks)?;
			check_clock(request.slot, network.slot_duration, clock())?;
			signer.sign_seal(request).await.map(ResponseBody::Seal)
		}
		RequestBody::SignClaim(request) => {
			admitted(network, request.claim.genesis_hash, networks)?;
			signer.sign_claim(request).await.map(ResponseBody::Claim)
		}
		RequestBody::Health => signer.health().await.map(ResponseBody::Health),
	}
}

/// The network of the hello, if the signer is meant for it and the request is for it.
fn admitted<'a>(
	network: Option<&'a Network>,
	genesis_hash: H256,
	networks: &Networks,
) -> Result<&'a Network, SignerError> {
	let network = network
		.ok_or_else(|| SignerError::Protocol("the hello of the node named no network".into()))?;
	if network.genesis_hash != genesis_hash || !networks.admit(network) {
		return Err(SignerError::ForeignNetwork(genesis_hash));
	}
	Ok(network)
}
