// Upgrades of the runtime, and decisions that stop every chip, in virtual time.
// UTNET_REHEARSAL_WASM names the later runtime that scripts/rehearsal-runtime builds.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Keyring } from '@polkadot/keyring';
import { u8aConcat, u8aToHex } from '@polkadot/util';
import { xxhashAsU8a } from '@polkadot/util-crypto';
import { connect, headers, readPreDigest, view } from '../lib/chain.js';
import { TestNode } from '../lib/node.js';

const EPOCH = 20;
const RECOVERY_GAP = 200n;
const DEVELOPMENT_VENDOR = 0;
const alice = new Keyring({ type: 'sr25519' }).addFromUri('//Alice');

/** A development chain whose blocks are made by `createBlock`. */
async function manualChain() {
	const node = await TestNode.create('manual', { args: ['--dev', '--sealing', 'manual'] });
	await node.start();
	const api = await connect(node);
	// Over the WebSocket, which waits: the first block under new code compiles it.
	const createBlock = () => api.rpc.engine.createBlock(true, true);

	/** Has the root origin make a call, in the next block. */
	const asRoot = async (call) => {
		const before = await node.bestNumber();
		const sudo = api.tx.sudo.sudoUncheckedWeight(call, { refTime: 0, proofSize: 0 });
		await sudo.signAndSend(alice, { nonce: -1 });
		for (let tries = 0; tries < 20; tries += 1) {
			await sleep(100);
			await createBlock();
			const hash = await api.rpc.chain.getBlockHash(await node.bestNumber());
			const events = await (await api.at(hash)).query.system.events();
			const done = events.find(({ event }) => api.events.sudo.Sudid.is(event));
			if (done) {
				assert.ok(done.event.data[0].isOk, done.event.data[0].toString());
				return hash;
			}
		}
		throw new Error(`${call.method.section} was not executed after block ${before}`);
	};
	return { node, api, createBlock, asRoot };
}

/** The storage version that a pallet's storage has. */
async function storageVersion(node, pallet) {
	const key = u8aConcat(xxhashAsU8a(pallet, 128), xxhashAsU8a(':__STORAGE_VERSION__:', 128));
	const value = await node.call('state_getStorage', u8aToHex(key));
	return Buffer.from(value.slice(2), 'hex').readUInt16LE(0);
}

describe('an upgrade that migrates the election and the chips', { timeout: 180_000 }, () => {
	let chain;

	before(async () => {
		assert.ok(
			process.env.UTNET_REHEARSAL_WASM,
			'run scripts/rehearsal-runtime and set UTNET_REHEARSAL_WASM to what it prints',
		);
		chain = await manualChain();
	});

	after(async () => {
		await chain?.api.disconnect();
		await chain?.node.stop();
	});

	it('goes on for two epochs without an empty slot, and loses no chip', async () => {
		const { node, api, createBlock, asRoot } = chain;
		for (let count = 0; count < EPOCH + 3; count += 1) {
			await createBlock();
		}
		const power = (await view(api, 'Chips', 'power_of', alice.address)).toString();
		const version = (await node.call('state_getRuntimeVersion')).specVersion;
		assert.equal(await storageVersion(node, 'Poci'), 1);
		assert.equal(await storageVersion(node, 'Chips'), 1);

		const code = u8aToHex(readFileSync(process.env.UTNET_REHEARSAL_WASM));
		await asRoot(api.tx.system.setCode(code));
		const first = await node.bestNumber();
		for (let count = 0; count < 2 * EPOCH + 5; count += 1) {
			await createBlock();
		}
		const last = await node.bestNumber();
		assert.equal(last, first + 2 * EPOCH + 5);
		assert.ok((await node.call('state_getRuntimeVersion')).specVersion > version);
		assert.equal(await storageVersion(node, 'Poci'), 2);
		assert.equal(await storageVersion(node, 'Chips'), 2);
		// A new connection: the library reads view functions at its start only.
		const later = await connect(node);
		assert.equal((await view(later, 'Chips', 'power_of', alice.address)).toString(), power);
		await later.disconnect();

		const slots = (await headers(api, first, last)).map((header) => readPreDigest(header).slot);
		for (const [index, slot] of slots.entries()) {
			assert.equal(slot, slots[0] + BigInt(index), 'every slot has its block');
		}
	});
});

describe('a vendor suspended by the scheduler', { timeout: 180_000 }, () => {
	let chain;

	before(async () => {
		chain = await manualChain();
	});

	after(async () => {
		await chain?.api.disconnect();
		await chain?.node.stop();
	});

	it('stops its chips in the next block; recovery and a vote repair the chain', async () => {
		const { node, api, createBlock, asRoot } = chain;
		await createBlock();
		const when = (await node.bestNumber()) + 4;
		const suspend = api.tx.chips.suspendVendor(DEVELOPMENT_VENDOR, true);
		await asRoot(api.tx.scheduler.schedule(when, null, 0, suspend));
		while ((await node.bestNumber()) < when) {
			await createBlock();
		}
		const [sealed] = await headers(api, when, when);
		assert.ok(readPreDigest(sealed).chip, 'the block of the decision is sealed by a chip');

		await createBlock();
		const [recovered] = await headers(api, when + 1, when + 1);
		assert.equal(readPreDigest(recovered).chip, null, 'no chip may seal any more');
		assert.equal(
			readPreDigest(recovered).slot,
			readPreDigest(sealed).slot + RECOVERY_GAP,
			'a recovery block comes when the gap is over, without a manual step',
		);

		const resumed = await asRoot(api.tx.chips.resumeVendor(DEVELOPMENT_VENDOR));
		const repaired = (await api.rpc.chain.getHeader(resumed)).number.toNumber();
		await createBlock();
		const [after] = await headers(api, repaired + 1, repaired + 1);
		assert.ok(readPreDigest(after).chip, 'chips seal again');
	});
});
