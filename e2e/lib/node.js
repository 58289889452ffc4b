// Runs utnet-node processes for a test and cleans up after them.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const targetFolder = process.env.CARGO_TARGET_DIR ?? join(homedir(), '.cache', 'utnet-target');

/** The node binary under test. */
export const BINARY = process.env.UTNET_NODE ?? join(targetFolder, 'release', 'utnet-node');

if (!existsSync(BINARY)) {
	throw new Error(`there is no ${BINARY}: run scripts/build first, or set UTNET_NODE`);
}

const running = new Set();
const folders = new Set();

process.on('exit', () => {
	for (const child of running) {
		child.kill('SIGKILL');
	}
	for (const folder of folders) {
		rmSync(folder, { recursive: true, force: true });
	}
});
for (const signal of ['SIGINT', 'SIGTERM']) {
	process.on(signal, () => process.exit(1));
}

/** A folder that goes when the test process ends. */
export function temporaryFolder() {
	const folder = mkdtempSync(join(tmpdir(), 'utnet-e2e-'));
	folders.add(folder);
	return folder;
}

/** Ports of the loopback interface that nobody listened on a moment ago. */
export async function freePorts(count) {
	const servers = await Promise.all(
		Array.from({ length: count }, async () => {
			const server = createServer();
			server.listen(0, '127.0.0.1');
			await once(server, 'listening');
			return server;
		}),
	);
	const ports = servers.map((server) => server.address().port);
	await Promise.all(servers.map((server) => once(server.close(), 'close')));
	return ports;
}

/** Polls `check` until it gives a truthy value, and returns that. */
export async function until(what, seconds, check, stepMs = 250) {
	const deadline = Date.now() + seconds * 1_000;
	let last;
	while (Date.now() < deadline) {
		try {
			const value = await check();
			if (value) {
				return value;
			}
		} catch (error) {
			last = error;
		}
		await sleep(stepMs);
	}
	throw new Error(`waited ${seconds} s in vain: ${what}${last ? ` (${last.message})` : ''}`);
}

/** Starts the binary; the output is kept in `output`. */
function start(args, environment = {}) {
	const child = spawn(BINARY, args, {
		stdio: ['ignore', 'pipe', 'pipe'],
		env: { ...process.env, RUST_BACKTRACE: '0', ...environment },
	});
	const record = { child, stdout: '', stderr: '', exit: undefined };
	running.add(child);
	child.stdout.on('data', (data) => {
		record.stdout += data;
	});
	child.stderr.on('data', (data) => {
		record.stderr += data;
	});
	record.ended = new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('close', (code, signal) => {
			running.delete(child);
			record.exit = { code, signal };
			resolve(record.exit);
		});
	});
	return record;
}

/** Runs the binary to its end. Fails if that takes longer than `seconds`. */
export async function run(args, { seconds = 30, environment = {} } = {}) {
	const record = start(args, environment);
	const timer = setTimeout(() => record.child.kill('SIGKILL'), seconds * 1_000);
	const { code, signal } = await record.ended;
	clearTimeout(timer);
	if (signal === 'SIGKILL') {
		throw new Error(`utnet-node ${args.join(' ')} did not end within ${seconds} s:\n${record.stderr}`);
	}
	return { code, stdout: record.stdout, stderr: record.stderr };
}

/** Runs a subcommand that prints JSON. */
export async function runForJson(args) {
	const { code, stdout, stderr } = await run(args);
	if (code !== 0) {
		throw new Error(`utnet-node ${args.join(' ')} failed:\n${stderr}`);
	}
	return JSON.parse(stdout);
}

/** One node: its data folder and network key outlive its processes. */
export class TestNode {
	static async create(name, { args = [], bootnodes = [], basePath } = {}) {
		const node = new TestNode();
		node.name = name;
		node.args = args;
		node.bootnodes = bootnodes;
		node.basePath = basePath ?? join(temporaryFolder(), name);
		[node.rpcPort, node.p2pPort] = await freePorts(2);
		node.keyFile = join(temporaryFolder(), 'node.key');
		const { stdout, stderr } = await run(['key', 'generate-node-key', '--chain', 'dev', '--file', node.keyFile]);
		node.peerId = /12D3\w+/.exec(stdout + stderr)?.[0];
		if (!node.peerId) {
			throw new Error(`no peer id in: ${stdout}${stderr}`);
		}
		return node;
	}

	get url() {
		return `ws://127.0.0.1:${this.rpcPort}`;
	}

	get address() {
		return `/ip4/127.0.0.1/tcp/${this.p2pPort}/p2p/${this.peerId}`;
	}

	/** All that the current process has written. */
	get log() {
		return this.record ? this.record.stdout + this.record.stderr : '';
	}

	get arguments() {
		return [
			...['--base-path', this.basePath],
			...['--node-key-file', this.keyFile],
			...['--listen-addr', `/ip4/127.0.0.1/tcp/${this.p2pPort}`],
			...['--rpc-port', String(this.rpcPort)],
			...['--no-prometheus', '--no-telemetry'],
			...this.bootnodes.flatMap((address) => ['--bootnodes', address]),
			...this.args,
		];
	}

	/** Starts the process and waits until it answers. */
	async start() {
		this.record = start(this.arguments);
		await until(`${this.name} answers`, 60, async () => {
			if (this.record.exit) {
				throw new Error(`${this.name} stopped:\n${this.log}`);
			}
			return this.call('system_health');
		}).catch((error) => {
			throw new Error(`${error.message}\n${this.log.slice(-4_000)}`);
		});
		return this;
	}

	/** One JSON-RPC call over HTTP. */
	async call(method, ...params) {
		const answer = await fetch(`http://127.0.0.1:${this.rpcPort}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ id: 1, jsonrpc: '2.0', method, params }),
			signal: AbortSignal.timeout(5_000),
		});
		const { result, error } = await answer.json();
		if (error) {
			throw new Error(`${method}: ${error.message} ${error.data ?? ''}`);
		}
		return result;
	}

	async bestNumber() {
		return Number((await this.call('chain_getHeader')).number);
	}

	async finalizedNumber() {
		const hash = await this.call('chain_getFinalizedHead');
		return Number((await this.call('chain_getHeader', hash)).number);
	}

	async waitForFinalized(number, seconds) {
		return until(
			`${this.name} finalizes block ${number}`,
			seconds,
			async () => (await this.finalizedNumber()) >= number,
			500,
		).catch((error) => {
			throw new Error(`${error.message}\n${this.log.slice(-4_000)}`);
		});
	}

	async waitForLog(pattern, seconds) {
		return until(`${this.name} logs ${pattern}`, seconds, () => pattern.exec(this.log)).catch(
			(error) => {
				throw new Error(`${error.message}\n${this.log.slice(-4_000)}`);
			},
		);
	}

	/** Ends the process: SIGTERM shuts down, SIGKILL is a crash. */
	async stop(signal = 'SIGTERM') {
		if (!this.record || this.record.exit) {
			return;
		}
		this.record.child.kill(signal);
		const timer = setTimeout(() => this.record.child.kill('SIGKILL'), 15_000);
		await this.record.ended;
		clearTimeout(timer);
	}
}
