// A node that makes blocks on demand: what would take hours takes seconds.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Keyring } from '@polkadot/keyring';
import { connect, sendAndFinalize } from '../lib/chain.js';
import { TestNode } from '../lib/node.js';

const EPOCH = 20;

describe('virtual time', { timeout: 120_000 }, () => {
	let node;
	let api;

	const createBlock = () => node.call('engine_createBlock', true, true);

	before(async () => {
		node = await TestNode.create('manual', { args: ['--dev', '--sealing', 'manual'] });
		await node.start();
		api = await connect(node);
	});

	after(async () => {
		await api?.disconnect();
		await node?.stop();
	});

	it('stands still until a block is asked for', async () => {
		assert.equal(await node.bestNumber(), 0);
		await createBlock();
		assert.equal(await node.bestNumber(), 1);
		assert.equal(await node.finalizedNumber(), 1);
	});

	it('passes several epochs in seconds', async () => {
		const before = await node.call('poci_status');
		for (let count = 0; count < 3 * EPOCH; count += 1) {
			await createBlock();
		}
		const after = await node.call('poci_status');
		assert.equal(after.epoch, before.epoch + 3);
		assert.equal(after.bestBlock, before.bestBlock + 3 * EPOCH);
	});

	it('goes on after 50 epochs without a block', async () => {
		const before = await node.call('poci_status');
		await node.call('poci_skipSlots', 50 * EPOCH);
		await createBlock();
		const after = await node.call('poci_status');
		assert.equal(after.bestBlock, before.bestBlock + 1);
		assert.ok(after.epoch >= before.epoch + 50, `${before.epoch} to ${after.epoch}`);
		assert.equal(after.miners, 1, 'the list of miners is still there');
		await createBlock();
		assert.equal(await node.bestNumber(), after.bestBlock + 1);
	});

	it('executes transactions', async () => {
		const alice = new Keyring({ type: 'sr25519' }).addFromUri('//Alice');
		const sent = sendAndFinalize(api, api.tx.system.remark('0x00'), alice, 30);
		const timer = setInterval(() => createBlock().catch(() => {}), 500);
		await sent.finally(() => clearInterval(timer));
	});
});
