//! A signer behind a Unix socket: both ends of [`crate::protocol`].

mod client;
mod server;

pub use client::UnixSigner;
pub use server::{serve, Networks, Server};
