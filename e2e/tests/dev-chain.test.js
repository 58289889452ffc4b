// A development node: what wallets, dApps and explorers see of it.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Keyring } from '@polkadot/keyring';
import {
	connect,
	headers,
	isSealedByAuthor,
	isSealedByChip,
	readDigest,
	readPreDigest,
	sendAndFinalize,
} from '../lib/chain.js';
import { TestNode } from '../lib/node.js';

const OWN_PALLETS = ['poci', 'chips'];

describe('a development chain', { timeout: 180_000 }, () => {
	let node;
	let api;
	const keyring = new Keyring({ type: 'sr25519' });
	const alice = keyring.addFromUri('//Alice');
	const bob = keyring.addFromUri('//Bob');

	before(async () => {
		node = await TestNode.create('dev', { args: ['--dev'] });
		await node.start();
		api = await connect(node);
	});

	after(async () => {
		await api?.disconnect();
		await node?.stop();
	});

	it('has metadata whose every type decodes without custom types', () => {
		const { lookup } = api.registry;
		const { types } = api.runtimeMetadata.asLatest.lookup;
		assert.ok(types.length > 100);
		for (const { id } of types) {
			const definition = lookup.getTypeDef(id);
			assert.ok(definition.type, `type ${id} has no definition`);
			// Building the class resolves every type that it refers to.
			assert.equal(typeof api.registry.createClass(definition.lookupName ?? definition.type), 'function');
		}
		assert.ok(api.tx.chips.registerChips, 'the calls of the chips pallet are there');
	});

	it('documents every call, event, error and constant of its own pallets', () => {
		const undocumented = [];
		let examined = 0;
		const { pallets } = api.runtimeMetadata.asLatest;
		for (const pallet of pallets) {
			const name = pallet.name.toString();
			if (!OWN_PALLETS.includes(name.toLowerCase())) {
				continue;
			}
			for (const kind of ['calls', 'events', 'errors']) {
				if (pallet[kind].isNone) {
					continue;
				}
				const { def } = api.registry.lookup.getSiType(pallet[kind].unwrap().type);
				for (const variant of def.asVariant.variants) {
					examined += 1;
					if (variant.docs.length === 0) {
						undocumented.push(`${name}.${kind}.${variant.name}`);
					}
				}
			}
			for (const constant of pallet.constants) {
				examined += 1;
				if (constant.docs.length === 0) {
					undocumented.push(`${name}.constants.${constant.name}`);
				}
			}
		}
		assert.deepEqual(undocumented, []);
		assert.ok(examined > 50, `only ${examined} items were examined`);
	});

	it('has blocks that are declared, sealed by the drawn chip and sealed by the author', async () => {
		await node.waitForFinalized(5, 60);
		const list = await headers(api, 1, 5);
		let lastSlot = 0n;
		for (const header of list) {
			const { preRuntime, seals } = readDigest(header);
			assert.deepEqual(preRuntime.map(({ engine }) => engine), ['poci']);
			assert.deepEqual(seals.map(({ engine }) => engine), ['chip', 'poci']);

			const { slot, leader, chip } = readPreDigest(header);
			assert.ok(slot > lastSlot, 'slots increase');
			lastSlot = slot;

			const parent = await api.at(header.parentHash);
			const expected = (await parent.call.pociApi.slotLeader(slot)).unwrap();
			assert.equal(leader, expected.index.toNumber());
			const [chipId, identityKey] = expected.chip.unwrap();
			assert.equal(chip, chipId.toHex());
			assert.ok(isSealedByChip(api, header, identityKey.asP256.toU8a()), 'the chip sealed');
			assert.ok(isSealedByAuthor(api, header, expected.sessionKey.toU8a()), 'the author sealed');
			assert.equal(expected.miner.toString(), alice.address);
		}
		const chips = new Set(list.map((header) => readPreDigest(header).chip));
		assert.ok(chips.size > 1, 'the draw falls on different chips');
	});

	it('refuses to call another key the author', async () => {
		const [header] = await headers(api, 1, 1);
		assert.equal(isSealedByAuthor(api, header, bob.publicKey), false);
	});

	it('executes a transfer and finalizes it', async () => {
		const amount = 123_456_789_012n;
		const before = (await api.query.system.account(bob.address)).data.free.toBigInt();
		const { blockHash, events } = await sendAndFinalize(
			api,
			api.tx.balances.transferKeepAlive(bob.address, amount),
			alice,
		);
		assert.ok(events.some(({ event }) => api.events.balances.Transfer.is(event)));
		const after = (await (await api.at(blockHash)).query.system.account(bob.address)).data.free;
		assert.equal(after.toBigInt() - before, amount);
	});

	it('says by RPC who leads and how the election stands', async () => {
		const status = await node.call('poci_status');
		assert.equal(status.miners, 1);
		const header = await api.rpc.chain.getHeader();
		const { slot, chip } = readPreDigest(header);
		const leader = await node.call('poci_slotLeader', Number(slot), header.parentHash.toHex());
		assert.ok(JSON.stringify(leader).includes(chip.slice(2)), JSON.stringify(leader));
	});
});
