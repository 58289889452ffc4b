// What a node says when it cannot start: one line that names the reason and the way out.

import assert from 'node:assert/strict';
import { cpSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { freePorts, run, runForJson, temporaryFolder, TestNode } from '../lib/node.js';
import { changedSpec } from '../lib/spec.js';

const OTHER_SLOTS = [/("slotDuration":\s*)\d+/, (_, key) => `${key}2345`];

let original;

/** Starts a node that is expected to stop by itself, and gives what it said. */
async function failingStart(args, basePath = temporaryFolder()) {
	const [rpcPort, p2pPort] = await freePorts(2);
	const defaults = [
		...['--base-path', basePath],
		...(args.includes('--rpc-port') ? [] : ['--rpc-port', String(rpcPort)]),
		...(args.includes('--listen-addr')
			? []
			: ['--listen-addr', `/ip4/127.0.0.1/tcp/${p2pPort}`]),
		...['--unsafe-force-node-key-generation', '--no-prometheus', '--no-telemetry'],
	];
	const { code, stderr } = await run([...args, ...defaults], { seconds: 60 });
	assert.notEqual(code, 0, `the node ended as if all were well:\n${stderr}`);
	assert.doesNotMatch(stderr, /panicked/, stderr);
	return stderr;
}

/** A copy of a data folder that a node has used. */
async function usedFolder() {
	original ??= await (async () => {
		const node = await TestNode.create('before', { args: ['--chain', 'local'] });
		await node.start();
		await node.stop();
		return node.basePath;
	})();
	const copy = temporaryFolder();
	cpSync(original, copy, { recursive: true });
	return copy;
}

function filesBelow(folder) {
	return readdirSync(folder, { recursive: true })
		.map((name) => join(folder, name))
		.filter((path) => statSync(path).isFile());
}

describe('a node that cannot start says why', { timeout: 240_000 }, () => {
	let running;

	before(async () => {
		running = await TestNode.create('running', { args: ['--dev'] });
		await running.start();
	});

	after(async () => {
		await running?.stop();
	});

	it('names the chains it knows when it is asked for another', async () => {
		assert.match(await failingStart(['--chain', 'nowhere']), /no chain called 'nowhere'/);
	});

	it('no chips', async () => {
		assert.match(await failingStart(['--chain', 'local', '--validator']), /holds no chips/);
	});

	it('no chips in the genesis', async () => {
		const spec = await changedSpec('local', [[/("chips":\s*)\[[^\]]*\]/, '$1[]']]);
		assert.match(await failingStart(['--chain', spec]), /genesis of .* has no chips/);
	});

	it('the session keys are missing: it follows the chain and says what to do', async () => {
		const basePath = temporaryFolder();
		await runForJson(['chip', 'new', '--base-path', basePath, '--chain', 'local']);
		const node = await TestNode.create('without-keys', {
			args: ['--chain', 'local', '--validator'],
			basePath,
		});
		await node.start();
		await node.waitForLog(/has no session keys.*author_rotateKeysWithOwner/, 10);
		await node.stop();
	});

	it('the database is of another chain', async () => {
		const basePath = await usedFolder();
		const spec = await changedSpec('local', [OTHER_SLOTS]);
		assert.match(
			await failingStart(['--chain', spec], basePath),
			/belongs to another chain .* --base-path/,
		);
	});

	it('the database is damaged', async () => {
		const basePath = await usedFolder();
		const files = filesBelow(join(basePath, 'chains'));
		const metadata = files.filter((path) => path.endsWith('metadata'));
		assert.ok(metadata.length > 0, `no metadata file among ${files}`);
		for (const path of metadata) {
			writeFileSync(path, 'not what a database writes');
		}
		assert.match(await failingStart(['--chain', 'local'], basePath), /cannot be opened .* corrupt/);
	});

	it('the RPC port is taken', async () => {
		const args = ['--chain', 'local', '--rpc-port', String(running.rpcPort)];
		assert.match(
			await failingStart(args),
			new RegExp(`port .*${running.rpcPort} is taken .* --rpc-port`),
		);
	});

	it('the peer-to-peer port is taken', async () => {
		const args = ['--chain', 'local', '--listen-addr', `/ip4/127.0.0.1/tcp/${running.p2pPort}`];
		assert.match(await failingStart(args), new RegExp(`port .*${running.p2pPort} is taken`));
	});

	it('a live chain trusts the development vendor', async () => {
		const spec = await changedSpec('local', [[/("chainType":\s*)"Local"/, '$1"Live"']]);
		assert.match(await failingStart(['--chain', spec]), /allows the development vendor/);
	});

	it('and leaves the node alone that was running', async () => {
		const number = await running.bestNumber();
		await running.waitForFinalized(number + 2, 30);
	});
});
