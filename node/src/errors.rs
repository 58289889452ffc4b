//! Why the node does not start, in one line each that says what to do.

use std::{net::SocketAddr, path::PathBuf};

use utnet_client_chip_signer::SignerError;
use utnet_primitives_core::Hash;

/// Why the node does not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NodeError {
	/// The first list of miners is written at genesis from the chips there. Add chips to the
	/// specification.
	#[error(
		"the genesis of '{chain}' has no chips, so nobody could ever make a block: put chips into \
		 the `chips` part of the chain specification"
	)]
	NoChipsInGenesis {
		/// The chain's name.
		chain: String,
	},
	/// The node is to mine but can sign with no chip.
	#[error(
		"this node is to mine but {signer} holds no chips: make one with `utnet-node chip new` \
		 (development chains), give --chip-signer unix:PATH, or run without --validator"
	)]
	NoChips {
		/// Which signer.
		signer: String,
	},
	/// The signer was asked for its chips and failed.
	#[error("the chips cannot be listed: {0}")]
	Signer(#[from] SignerError),
	/// The database was made from another specification.
	#[error(
		"the database at {} belongs to another chain (genesis {found:?}, this chain's is \
		 {expected:?}): give another --base-path, or remove it with `utnet-node purge-chain`",
		path.display()
	)]
	ForeignGenesis {
		/// Where the database is.
		path: PathBuf,
		/// The genesis in the database.
		found: Hash,
		/// The genesis of the specification.
		expected: Hash,
	},
	/// Another node writes to the database.
	#[error("the database at {} is in use: stop the other node, or give another --base-path", path.display())]
	DatabaseInUse {
		/// Where the database is.
		path: PathBuf,
	},
	/// The database cannot be read.
	#[error(
		"the database at {} cannot be opened ({reason}): it is corrupt; restore a copy, or remove it \
		 with `utnet-node purge-chain` and sync again",
		path.display()
	)]
	Database {
		/// Where the database is.
		path: PathBuf,
		/// What the database said.
		reason: String,
	},
	/// Another process listens at the port.
	#[error(
		"the {what} port {address} is taken by another process: stop that one, or give {flag} \
		 another number"
	)]
	PortTaken {
		/// What the port is for.
		what: &'static str,
		/// The address.
		address: SocketAddr,
		/// The option that changes it.
		flag: &'static str,
	},
	/// A chain that holds value must not trust chips that anybody can make.
	#[error(
		"the chain '{chain}' is of type Live but allows the development vendor, whose chips \
		 anybody can make: set chips.allowDevelopmentVendor to false in its genesis"
	)]
	DevelopmentVendorOnLive {
		/// The chain's name.
		chain: String,
	},
	/// Virtual time is for one node with its own chips.
	#[error(
		"--sealing {sealing} is for a development chain with --chip-signer embedded: blocks in \
		 virtual time are refused by every other node"
	)]
	VirtualTime {
		/// The option's value.
		sealing: &'static str,
	},
	/// The development vendor is not trusted there.
	#[error(
		"the development vendor certifies chips for development and local chains only, not for \
		 '{chain}'"
	)]
	NotForDevelopment {
		/// The chain's name.
		chain: String,
	},
	/// The chip would be deleted with the folder at once.
	#[error(
		"give --base-path: with --dev alone the folder is temporary and the chip gone at once"
	)]
	TemporaryFolder,
	/// No such chip in the folder.
	#[error("the folder {} holds no chip {chip:?}", path.display())]
	UnknownChip {
		/// The folder.
		path: PathBuf,
		/// The chip.
		chip: Hash,
	},
}

impl NodeError {
	/// What it means that a database cannot be opened for this reason.
	pub(crate) fn of_database(path: PathBuf, reason: String) -> Self {
		// The database tells a lock and damage apart in words only.
		if reason.contains("in use") {
			Self::DatabaseInUse { path }
		} else {
			Self::Database { path, reason }
		}
	}
}

impl From<NodeError> for sc_service::Error {
	fn from(error: NodeError) -> Self {
		Self::Other(error.to_string())
	}
}

impl From<NodeError> for sc_cli::Error {
	fn from(error: NodeError) -> Self {
		Self::Service(error.into())
	}
}

/// What went wrong, without the names of the layers that it went through.
pub(crate) fn explain(error: &sc_cli::Error) -> String {
	use sc_service::Error as Service;

	match error {
		sc_cli::Error::Service(Service::Other(text)) | sc_cli::Error::Input(text) => text.clone(),
		sc_cli::Error::Service(Service::Application(inner)) => inner.to_string(),
		sc_cli::Error::NetworkKeyNotFound(path) => format!(
			"this node is to mine and has no network key at {}, by which others know it: make one \
			 with `utnet-node key generate-node-key --file {}`, or give \
			 --unsafe-force-node-key-generation on a test network",
			path.display(),
			path.display()
		),
		other => other.to_string(),
	}
}
