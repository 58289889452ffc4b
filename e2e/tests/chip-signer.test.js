// A node whose chips are behind a Unix socket, with a signer written in another language; the
// signer stops answering, goes away and comes back.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { run, temporaryFolder, TestNode, until } from '../lib/node.js';
import { developmentChip, JavaScriptSigner } from '../lib/signer.js';

const CHIPS = 8;

describe('a signer behind a Unix socket', { timeout: 180_000 }, () => {
	let node;
	let signer;
	const path = join(temporaryFolder(), 'signer.sock');

	before(async () => {
		const chips = Array.from({ length: CHIPS }, (_, index) => developmentChip('Alice', index));
		signer = new JavaScriptSigner(path, chips);
		await signer.start();
		node = await TestNode.create('with-signer', {
			args: ['--dev', '--chip-signer', `unix:${path}`],
		});
		await node.start();
	});

	after(async () => {
		await node?.stop();
		await signer?.stop();
	});

	const standsStill = async (seconds) => {
		// What was signed before may still be on its way.
		await sleep(2_000);
		const number = await node.bestNumber();
		await sleep(seconds * 1_000);
		assert.equal(await node.bestNumber(), number, 'no blocks without the chips');
		return number;
	};

	it('seals blocks', async () => {
		await until('five blocks', 30, async () => (await node.bestNumber()) >= 5);
		assert.ok(signer.seals >= 5);
	});

	it('costs slots, not the node, when it does not answer', async () => {
		signer.silent = true;
		const number = await standsStill(3);
		await node.waitForLog(/Slot \d+ is lost: the chip signer did not answer/, 10);
		signer.silent = false;
		await until('blocks again', 30, async () => (await node.bestNumber()) > number);
	});

	it('costs slots, not the node, when it goes away', async () => {
		await signer.stop();
		const number = await standsStill(3);
		await node.waitForLog(/Slot \d+ is lost: the chip signer is down/, 10);
		await signer.start();
		await until('blocks again', 30, async () => (await node.bestNumber()) > number);
	});
});

describe('a signer that is not there', { timeout: 90_000 }, () => {
	it('is named when the node starts', async () => {
		const path = join(temporaryFolder(), 'nobody.sock');
		const { code, stderr } = await run(
			['--dev', '--chip-signer', `unix:${path}`, '--rpc-port', '0', '--port', '0', '--no-prometheus'],
			{ seconds: 60 },
		);
		assert.notEqual(code, 0);
		assert.match(stderr, /nobody\.sock cannot be reached/);
	});
});
