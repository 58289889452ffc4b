# shellcheck shell=bash
# Shared by the scripts of this folder. Source it, do not run it.
#
# Results go to stdout, everything else to stderr.
set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

# Outside the checkout, so that a second checkout reuses the compiled dependencies.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/utnet-target}"

# What setup installs for this project alone.
TOOLS_DIR="${UTNET_TOOLS_DIR:-$HOME/.cache/utnet-tools}"

# The Rust that rust-toolchain.toml asks for.
RUST_VERSION="$(sed -n 's/^channel = "\(.*\)"$/\1/p' "$ROOT/rust-toolchain.toml")"

WASM_TARGET="wasm32v1-none"

# The name under which rustup knows the Debian toolchain that stands in for a missing target.
WASM_FALLBACK_TOOLCHAIN="utnet-wasm"

# The oldest Node.js major version that runs the end-to-end tests.
NODE_MAJOR=20

say() {
	printf '==> %s\n' "$*" >&2
}

die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

have() {
	command -v "$1" >/dev/null 2>&1
}

prepend_path() {
	[[ ":$PATH:" == *":$1:"* ]] || export PATH="$1:$PATH"
}

# Whether the rustup toolchain $1 exists and is exactly the wanted version.
is_wanted_rust() {
	local version
	version="$(RUSTUP_AUTO_INSTALL=0 RUSTUP_TOOLCHAIN="$1" rustc --version 2>/dev/null)" || return 1
	[[ "$version" == "rustc $RUST_VERSION "* ]]
}

# Prints the name of an installed toolchain of the wanted version; fails if there is none.
find_rust() {
	local name
	if is_wanted_rust "$RUST_VERSION"; then
		echo "$RUST_VERSION"
		return
	fi
	while read -r name _; do
		if [[ "$name" != "$WASM_FALLBACK_TOOLCHAIN" ]] && is_wanted_rust "$name"; then
			echo "$name"
			return
		fi
	done < <(rustup toolchain list 2>/dev/null)
	return 1
}

# Whether the rustup toolchain $1 has the standard library of the WASM target.
has_wasm_target() {
	local sysroot
	sysroot="$(RUSTUP_TOOLCHAIN="$1" rustc --print sysroot 2>/dev/null)" || return 1
	compgen -G "$sysroot/lib/rustlib/$WASM_TARGET/lib/libcore-*.rlib" >/dev/null
}

has_linked_toolchain() {
	rustup toolchain list 2>/dev/null | grep -qE "^$1( |\$)"
}

has_node() {
	local version
	version="$(node --version 2>/dev/null)" || return 1
	version="${version#v}"
	[[ "${version%%.*}" -ge "$NODE_MAJOR" ]] && have npm
}

# Makes what setup has installed usable by the calling script.
load_tools() {
	local rust
	prepend_path "$HOME/.cargo/bin"
	if ! has_node && [[ -x "$TOOLS_DIR/node/bin/node" ]]; then
		prepend_path "$TOOLS_DIR/node/bin"
	fi
	have rustup || return 0
	rust="$(find_rust)" || return 0
	# Overrides rust-toolchain.toml: rustup would otherwise try to fetch a target that it lacks.
	export RUSTUP_TOOLCHAIN="$rust"
	if ! has_wasm_target "$rust" && has_linked_toolchain "$WASM_FALLBACK_TOOLCHAIN"; then
		export WASM_BUILD_TOOLCHAIN="$WASM_FALLBACK_TOOLCHAIN"
	fi
}

# Installs what is missing, then makes it usable here. Takes what setup takes.
run_setup() {
	"$ROOT/scripts/setup" "$@"
	load_tools
}

# Prints the path of an up-to-date node binary: $UTNET_NODE if it is set, else a fresh build.
built_node() {
	if [[ -n "${UTNET_NODE:-}" ]]; then
		[[ -x "$UTNET_NODE" ]] || die "UTNET_NODE is $UTNET_NODE, which cannot be run"
		echo "$UTNET_NODE"
	else
		"$ROOT/scripts/build" | tail -n 1
	fi
}

# Prints the path of the node binary; it need not exist yet.
node_path() {
	echo "${UTNET_NODE:-$CARGO_TARGET_DIR/release/utnet-node}"
}

# Fails with one line if nobody may listen on TCP port $1 of the loopback interface.
need_free_port() {
	python3 - "$1" <<'PY' || die "port $1 is taken: stop what uses it, or choose another (see --help)"
import socket, sys
with socket.socket() as s:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        s.bind(("127.0.0.1", int(sys.argv[1])))
    except (OSError, OverflowError, ValueError):
        sys.exit(1)
PY
}

# Calls method $2 (parameters $3, a JSON list) of the node on port $1; prints the answer.
rpc() {
	curl -sf -m 5 -H 'content-type: application/json' \
		-d "{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":\"$2\",\"params\":${3:-[]}}" \
		"http://127.0.0.1:$1"
}
