//! The folder of a signer with software engines.
//!
//! ```text
//! efuse.key        the efuse key S: 32 hex digits, readable by its owner only (0600)
//! chips/*.json     one chip each: certificate, certificate_signature, wrapped_key, all in hex
//! slots/*.json     which slot a chip sealed last, written by the signer
//! lock             held by the signer that uses the folder
//! ```

use crate::{EfuseKey, SignerError, SoftwareEngine};
use codec::{DecodeAll, Encode};
use serde::{Deserialize, Serialize};
use std::{
	fmt::Display,
	fs::{self, File, OpenOptions},
	io::{ErrorKind, Read, Write},
	os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
	path::{Path, PathBuf},
};
use utnet_primitives_security_engine::{Certificate, ChipId};

/// A folder of chips.
#[derive(Clone, Debug)]
pub struct ChipFolder {
	path: PathBuf,
}

/// What a file in `chips/` holds.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ChipFile {
	certificate: String,
	certificate_signature: String,
	wrapped_key: String,
}

/// A chip as it lies in a folder.
#[derive(Debug)]
pub struct FolderChip {
	/// What the vendor certified.
	pub certificate: Certificate,
	/// The vendor's signature, which the chip needs to be claimed.
	pub certificate_signature: [u8; 64],
	/// The chip's engine, opened with the folder's efuse key.
	pub engine: SoftwareEngine,
}

impl ChipFolder {
	/// The folder at `path`; nothing is read yet.
	pub fn new(path: impl Into<PathBuf>) -> Self {
		Self { path: path.into() }
	}

	/// Makes the folder with a new efuse key; a key that is already there is kept.
	pub fn create(path: impl Into<PathBuf>) -> Result<Self, SignerError> {
		let folder = Self::new(path);
		make_dir(&folder.chips())?;
		let efuse = folder.efuse_file();
		if !efuse.exists() {
			EfuseKey::generate()?.store(&efuse)?;
		}
		Ok(folder)
	}

	/// The efuse key of all chips in the folder.
	pub fn efuse_key(&self) -> Result<EfuseKey, SignerError> {
		EfuseKey::load(&self.efuse_file())
	}

	/// Writes a chip into the folder; a running signer finds it when it is first asked for it.
	pub fn add(
		&self,
		certificate: &Certificate,
		certificate_signature: &[u8; 64],
		wrapped_key: &[u8],
	) -> Result<(), SignerError> {
		make_dir(&self.chips())?;
		let chip = ChipFile {
			certificate: to_hex(&certificate.encode()),
			certificate_signature: to_hex(certificate_signature),
			wrapped_key: to_hex(wrapped_key),
		};
		let text = serde_json::to_string_pretty(&chip).expect("a struct of strings is JSON");
		let name = hex::encode(certificate.chip_id());
		write_atomically(&self.chips().join(format!("{name}.json")), &text)
	}

	/// Reads all chips, the file names in order; each file that cannot be used is an error of its
	/// own.
	pub fn read(
		&self,
		efuse: &EfuseKey,
	) -> Result<Vec<Result<FolderChip, SignerError>>, SignerError> {
		let chips = self.chips();
		let mut files = Vec::new();
		for entry in fs::read_dir(&chips).map_err(|error| failed(&chips, error))? {
			let file = entry.map_err(|error| failed(&chips, error))?.path();
			if file.extension().is_some_and(|extension| extension == "json") {
				files.push(file);
			}
		}
		files.sort();
		Ok(files.iter().map(|file| read_chip(file, efuse)).collect())
	}

	/// Takes the folder for one signer, until the returned file is dropped: two signers with the
	/// same chips would seal the same slot twice.
	pub(crate) fn lock(&self) -> Result<File, SignerError> {
		let path = self.path.join("lock");
		let file = OpenOptions::new()
			.create(true)
			.truncate(false)
			.write(true)
			.mode(0o600)
			.open(&path)
			.map_err(|error| failed(&path, error))?;
		file.try_lock().map_err(|error| match error {
			fs::TryLockError::WouldBlock => failed(&path, "another signer uses this folder"),
			fs::TryLockError::Error(error) => failed(&path, error),
		})?;
		Ok(file)
	}

	/// Where the last slot of a chip is kept.
	pub(crate) fn slots_file(&self, chip: ChipId) -> Result<PathBuf, SignerError> {
		let slots = self.path.join("slots");
		make_dir(&slots)?;
		Ok(slots.join(format!("{}.json", hex::encode(chip))))
	}

	fn chips(&self) -> PathBuf {
		self.path.join("chips")
	}

	fn efuse_file(&self) -> PathBuf {
		self.path.join("efuse.key")
	}
}

fn read_chip(file: &Path, efuse: &EfuseKey) -> Result<FolderChip, SignerError> {
	let text = fs::read_to_string(file).map_err(|error| failed(file, error))?;
	let chip: ChipFile = serde_json::from_str(&text).map_err(|error| failed(file, error))?;
	let bytes = |field: &str, text: &str| {
		hex::decode(text.strip_prefix("0x").unwrap_or(text))
			.map_err(|error| failed(file, format_args!("{field}: {error}")))
	};
	let certificate = bytes("certificate", &chip.certificate)?;
	let certificate = Certificate::decode_all(&mut certificate.as_slice())
		.map_err(|error| failed(file, format_args!("certificate: {error}")))?;
	let certificate_signature = from_hex(&chip.certificate_signature)
		.ok_or_else(|| failed(file, "certificate_signature: not 64 bytes in hex"))?;
	let wrapped_key = bytes("wrapped_key", &chip.wrapped_key)?;
	let engine =
		SoftwareEngine::unwrap(efuse, &wrapped_key).map_err(|error| failed(file, error))?;
	if engine.identity_key() != certificate.identity_key || engine.cat_key() != certificate.cat_key
	{
		return Err(failed(file, "the certificate is of another chip than the wrapped key"));
	}
	Ok(FolderChip { certificate, certificate_signature, engine })
}

pub(crate) fn failed(path: &Path, reason: impl Display) -> SignerError {
	SignerError::Engine(format!("{}: {reason}", path.display()))
}

pub(crate) fn to_hex(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

pub(crate) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
	let mut bytes = [0; N];
	hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut bytes).ok()?;
	Some(bytes)
}

/// Reads a file that nobody but its owner may read or write.
pub(crate) fn read_secret(path: &Path) -> Result<String, SignerError> {
	let mut file = File::open(path).map_err(|error| failed(path, error))?;
	let mode = file.metadata().map_err(|error| failed(path, error))?.permissions().mode() & 0o777;
	if mode & 0o077 != 0 {
		return Err(failed(
			path,
			format_args!("others may read this secret (mode {mode:04o}); run chmod 600 on it"),
		));
	}
	let mut text = String::new();
	file.read_to_string(&mut text).map_err(|error| failed(path, error))?;
	Ok(text)
}

/// Writes a new file that nobody but its owner may read.
pub(crate) fn write_secret(path: &Path, text: &str) -> Result<(), SignerError> {
	OpenOptions::new()
		.create_new(true)
		.write(true)
		.mode(0o600)
		.open(path)
		.and_then(|mut file| {
			file.write_all(text.as_bytes())?;
			file.sync_all()
		})
		.map_err(|error| failed(path, error))
}

pub(crate) fn read_if_there(path: &Path) -> Result<Option<String>, SignerError> {
	match fs::read_to_string(path) {
		Ok(text) => Ok(Some(text)),
		Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
		Err(error) => Err(failed(path, error)),
	}
}

/// Replaces a file so that after a crash either the old or the new content is there in full.
pub(crate) fn write_atomically(path: &Path, text: &str) -> Result<(), SignerError> {
	let new = path.with_extension("new");
	let write = || {
		let mut file =
			OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&new)?;
		file.write_all(text.as_bytes())?;
		file.sync_all()?;
		fs::rename(&new, path)?;
		path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
	};
	write().map_err(|error: std::io::Error| failed(path, error))
}

fn make_dir(path: &Path) -> Result<(), SignerError> {
	fs::DirBuilder::new()
		.recursive(true)
		.mode(0o700)
		.create(path)
		.map_err(|error| failed(path, error))
}
