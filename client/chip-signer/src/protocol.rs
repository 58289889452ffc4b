//! The signer protocol, version 1.
//!
//! The node connects to the signer's Unix socket. Both sides send *frames*: the length of the
//! payload as `u32` in little endian, then the payload in SCALE, at most [`MAX_FRAME`] bytes, with
//! nothing behind it.
//!
//! ```text
//! node                                     signer
//!  │ ── Hello {magic, version, network} ──► │   within HELLO_LIMIT of connecting
//!  │ ◄───────────────────── HelloAnswer ─── │   Welcome, or the version the signer speaks
//!  │ ── Request {id, body} ───────────────► │
//!  │ ◄────────────── Response {id, result}─ │   same id, in the order of the requests
//!  │                  …                     │
//! ```
//!
//! - A hello begins with [`MAGIC`] and the version (`u16`) in every version to come; what follows
//!   may change with the version. The signer answers a version it does not speak with
//!   [`HelloAnswer::OtherVersion`] and closes.
//! - The hello names the network the node is on, if it is on one yet. Without it only `List` and
//!   `Health` are answered. The slot duration in it lets the signer compare slots with its clock:
//!   slot number = milliseconds since the Unix epoch / slot duration.
//! - A request for another genesis hash than the hello's, or for a network that the signer is not
//!   meant for, gets [`Refusal::ForeignNetwork`].
//! - A frame that is too long, does not decode, or stops for longer than [`FRAME_LIMIT`] ends the
//!   connection. Idle connections are kept.
//! - The node closes a connection on which a request timed out: a late answer cannot be taken for
//!   the answer to the next request.
//! - `List` gives at most [`LIST_PAGE`] chips from the given place on, in ascending order of
//!   identifiers; a shorter page is the last one.

use crate::{ChipInfo, ClaimRequest, Health, SealRequest, SignedClaim, SignerError};
use codec::{Decode, DecodeAll, Encode};
use sp_core::H256;
use std::{io, time::Duration};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use utnet_primitives_security_engine::ChipId;

/// Begins every hello.
pub const MAGIC: [u8; 4] = *b"utsg";

/// The version described here.
pub const VERSION: u16 = 1;

/// The longest payload of a frame in bytes.
pub const MAX_FRAME: u32 = 256 * 1024;

/// The most chips in one answer to [`RequestBody::List`].
pub const LIST_PAGE: u32 = 1_024;

/// How long the signer waits for the hello.
pub const HELLO_LIMIT: Duration = Duration::from_secs(5);

/// How long either side waits for the rest of a frame that has begun, and for a frame to be taken.
pub const FRAME_LIMIT: Duration = Duration::from_secs(5);

/// What a node says of the network it is on.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Network {
	/// The hash of the genesis block.
	pub genesis_hash: H256,
	/// What the chain specification calls the network.
	pub kind: NetworkKind,
	/// In milliseconds, above 0.
	pub slot_duration: u64,
}

/// What a chain specification calls its network.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub enum NetworkKind {
	/// One developer's chain.
	#[codec(index = 0)]
	Development,
	/// A network on one machine.
	#[codec(index = 1)]
	Local,
	/// Everything else.
	#[codec(index = 2)]
	Live,
}

/// The node's first frame, behind [`MAGIC`] and the version.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Hello {
	/// The network the node is on; absent until it knows.
	pub network: Option<Network>,
}

impl Hello {
	/// The payload of the node's first frame.
	pub fn to_payload(&self) -> Vec<u8> {
		(MAGIC, VERSION, self).encode()
	}

	/// Reads the node's first frame; `Err` holds the answer to send before closing.
	pub fn from_payload(payload: &[u8]) -> Result<Self, HelloAnswer> {
		let mut rest = payload;
		match <([u8; 4], u16)>::decode(&mut rest) {
			Ok((MAGIC, VERSION)) => {
				Self::decode_all(&mut rest).map_err(|_| HelloAnswer::NotUnderstood)
			}
			Ok((MAGIC, _)) => Err(HelloAnswer::OtherVersion { version: VERSION }),
			_ => Err(HelloAnswer::NotUnderstood),
		}
	}
}

/// The signer's first frame.
// The derived encoder casts the variant's constant index.
#[allow(clippy::cast_possible_truncation)]
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub enum HelloAnswer {
	/// Requests may follow.
	#[codec(index = 0)]
	Welcome {
		/// The signer's version of the protocol.
		version: u16,
	},
	/// The signer does not speak the node's version; it closes.
	#[codec(index = 1)]
	OtherVersion {
		/// The version the signer speaks.
		version: u16,
	},
	/// The frame was no hello; the signer closes.
	#[codec(index = 2)]
	NotUnderstood,
}

/// What the node asks.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Request {
	/// Chosen by the node, repeated in the answer.
	pub id: u64,
	/// The question.
	pub body: RequestBody,
}

/// The questions.
// The derived encoder casts the variant's constant index.
#[allow(clippy::cast_possible_truncation)]
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub enum RequestBody {
	/// Which chips are there? Answered by [`ResponseBody::Chips`].
	#[codec(index = 0)]
	List {
		/// How many chips to leave out at the beginning.
		first: u32,
	},
	/// Seal a block. Answered by [`ResponseBody::Seal`].
	#[codec(index = 1)]
	SignSeal(SealRequest),
	/// Sign a claim. Answered by [`ResponseBody::Claim`].
	#[codec(index = 2)]
	SignClaim(ClaimRequest),
	/// How are you? Answered by [`ResponseBody::Health`].
	#[codec(index = 3)]
	Health,
}

/// What the signer answers.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Response {
	/// That of the request.
	pub id: u64,
	/// The answer.
	pub result: Result<ResponseBody, Refusal>,
}

/// The answers.
// The derived encoder casts the variant's constant index.
#[allow(clippy::cast_possible_truncation)]
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub enum ResponseBody {
	/// A page of chips.
	#[codec(index = 0)]
	Chips(Vec<ChipInfo>),
	/// The bare signature of a seal.
	#[codec(index = 1)]
	Seal(Vec<u8>),
	/// A signed claim.
	#[codec(index = 2)]
	Claim(SignedClaim),
	/// How the signer is.
	#[codec(index = 3)]
	Health(Health),
}

/// Why the signer does not sign; each is the [`SignerError`] of the same name.
// The derived encoder casts the variant's constant index.
#[allow(clippy::cast_possible_truncation)]
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub enum Refusal {
	/// The signer does not hold the chip.
	#[codec(index = 0)]
	UnknownChip(ChipId),
	/// The chip has sealed this slot or a later one.
	#[codec(index = 1)]
	SlotNotAfterLast {
		/// The slot asked for.
		slot: u64,
		/// The last slot sealed.
		last: u64,
	},
	/// The slot is more than one ahead of the signer's clock.
	#[codec(index = 2)]
	SlotInFuture {
		/// The slot asked for.
		slot: u64,
		/// The current slot by the signer's clock.
		now: u64,
	},
	/// The signer does not sign for this genesis hash.
	#[codec(index = 3)]
	ForeignNetwork(H256),
	/// The request is not in order.
	#[codec(index = 4)]
	Protocol(String),
	/// The engine failed, or the signer cannot reach it.
	#[codec(index = 5)]
	Engine(String),
}

impl From<SignerError> for Refusal {
	fn from(error: SignerError) -> Self {
		match error {
			SignerError::UnknownChip(chip) => Self::UnknownChip(chip),
			SignerError::SlotNotAfterLast { slot, last } => Self::SlotNotAfterLast { slot, last },
			SignerError::SlotInFuture { slot, now } => Self::SlotInFuture { slot, now },
			SignerError::ForeignNetwork(genesis) => Self::ForeignNetwork(genesis),
			SignerError::Protocol(reason) => Self::Protocol(reason),
			SignerError::Engine(reason) => Self::Engine(reason),
			SignerError::Unreachable { .. } | SignerError::Timeout => {
				Self::Engine(error.to_string())
			}
		}
	}
}

impl From<Refusal> for SignerError {
	fn from(refusal: Refusal) -> Self {
		match refusal {
			Refusal::UnknownChip(chip) => Self::UnknownChip(chip),
			Refusal::SlotNotAfterLast { slot, last } => Self::SlotNotAfterLast { slot, last },
			Refusal::SlotInFuture { slot, now } => Self::SlotInFuture { slot, now },
			Refusal::ForeignNetwork(genesis) => Self::ForeignNetwork(genesis),
			Refusal::Protocol(reason) => Self::Protocol(reason),
			Refusal::Engine(reason) => Self::Engine(reason),
		}
	}
}

/// Why a frame did not come or go.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
	/// The other side closed the connection between two frames.
	#[error("the connection was closed")]
	Closed,
	/// The connection broke.
	#[error(transparent)]
	Io(#[from] io::Error),
	/// The frame announces more than [`MAX_FRAME`] bytes.
	#[error("a frame of {0} bytes is longer than {MAX_FRAME}")]
	TooLong(u64),
	/// The frame did not come or go whole within [`FRAME_LIMIT`].
	#[error("a frame stopped in the middle")]
	Stalled,
}

/// Waits for a frame and gives its payload; once it has begun it must come whole in
/// [`FRAME_LIMIT`].
pub async fn read_frame<R: AsyncRead + Unpin>(reader: &mut R) -> Result<Vec<u8>, FrameError> {
	read_frame_within(reader, FRAME_LIMIT).await
}

/// [`read_frame`] with another limit.
pub(crate) async fn read_frame_within<R: AsyncRead + Unpin>(
	reader: &mut R,
	limit: Duration,
) -> Result<Vec<u8>, FrameError> {
	let mut length = [0; 4];
	if reader.read(&mut length[..1]).await? == 0 {
		return Err(FrameError::Closed);
	}
	let body = async {
		reader.read_exact(&mut length[1..]).await?;
		let length = u32::from_le_bytes(length);
		if length > MAX_FRAME {
			return Err(FrameError::TooLong(length.into()));
		}
		let mut payload = Vec::new();
		let read = reader.take(length.into()).read_to_end(&mut payload).await?;
		if u32::try_from(read) != Ok(length) {
			return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
		}
		Ok(payload)
	};
	tokio::time::timeout(limit, body).await.unwrap_or(Err(FrameError::Stalled))
}

/// Sends a frame; it must be taken whole in [`FRAME_LIMIT`].
pub async fn write_frame<W: AsyncWrite + Unpin>(
	writer: &mut W,
	payload: &[u8],
) -> Result<(), FrameError> {
	write_frame_within(writer, payload, FRAME_LIMIT).await
}

/// [`write_frame`] with another limit.
pub(crate) async fn write_frame_within<W: AsyncWrite + Unpin>(
	writer: &mut W,
	payload: &[u8],
	limit: Duration,
) -> Result<(), FrameError> {
	let length = u32::try_from(payload.len())
		.ok()
		.filter(|length| *length <= MAX_FRAME)
		.ok_or_else(|| FrameError::TooLong(u64::try_from(payload.len()).unwrap_or(u64::MAX)))?;
	let frame = [length.to_le_bytes().as_slice(), payload].concat();
	let write = async {
		writer.write_all(&frame).await?;
		writer.flush().await
	};
	match tokio::time::timeout(limit, write).await {
		Ok(written) => Ok(written?),
		Err(_) => Err(FrameError::Stalled),
	}
}
