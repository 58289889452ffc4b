// Three miners with different power on one machine: finality, a new chip, a crash, a newcomer.
// The tests build on each other: they share one network.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Keyring } from '@polkadot/keyring';
import { connect, headers, readPreDigest, sendAndFinalize, view } from '../lib/chain.js';
import { startFollower } from '../lib/network.js';
import { runForJson, temporaryFolder, TestNode, until } from '../lib/node.js';

const BM1684X = 32_000n;

describe('a network of three miners', { timeout: 420_000 }, () => {
	let alice;
	let bob;
	let charlie;
	let api;
	let chip;
	let claimedIn;
	const folder = temporaryFolder();
	const bobsFolder = ['--base-path', join(folder, 'bob'), '--chain', 'local'];
	const keyring = new Keyring({ type: 'sr25519' });
	const account = Object.fromEntries(
		['Alice', 'Bob', 'Charlie'].map((name) => [name, keyring.addFromUri(`//${name}`)]),
	);

	const powerOfBob = async () =>
		(await view(api, 'Chips', 'power_of', account.Bob.address)).toBigInt();

	const epochAt = async (at) => (await at.call.pociApi.status()).epoch.toNumber();

	const minerOf = async (header) => {
		const parent = await api.at(header.parentHash);
		const leader = await parent.call.pociApi.slotLeader(readPreDigest(header).slot);
		return leader.unwrap().miner.toString();
	};

	before(async () => {
		[chip] = await runForJson(['chip', 'new', ...bobsFolder, '--model', 'bm1684x']);
		alice = await TestNode.create('alice', { args: ['--chain', 'local', '--alice'] });
		await alice.start();
		[bob, charlie] = await Promise.all(
			['bob', 'charlie'].map((name) =>
				TestNode.create(name, {
					args: ['--chain', 'local', `--${name}`],
					bootnodes: [alice.address],
					basePath: join(folder, name),
				}),
			),
		);
		await Promise.all([bob.start(), charlie.start()]);
		api = await connect(alice);
	});

	after(async () => {
		await api?.disconnect();
		await Promise.all([alice, bob, charlie].map((node) => node?.stop()));
	});

	it('finalizes the same blocks everywhere, and all three make some', async () => {
		await Promise.all([alice, bob, charlie].map((node) => node.waitForFinalized(20, 90)));
		const number = 20;
		const hashes = await Promise.all(
			[alice, bob, charlie].map((node) => node.call('chain_getBlockHash', number)),
		);
		assert.equal(new Set(hashes).size, 1, 'all nodes agree');

		const leaders = (await headers(api, 1, number)).map((header) => readPreDigest(header).leader);
		assert.deepEqual([...new Set(leaders)].sort(), [0, 1, 2]);
	});

	it('lets Bob claim a new chip that the vendor has certified', async () => {
		const before = await powerOfBob();
		const header = await api.rpc.chain.getHeader(await api.rpc.chain.getFinalizedHead());
		const items = await runForJson([
			'chip',
			'claim',
			...bobsFolder,
			...['--chip', chip.chip],
			...['--owner', account.Bob.address],
			...['--block-number', header.number.toString()],
			...['--block-hash', header.hash.toHex()],
		]);
		assert.equal(items.length, 1);

		const { blockHash } = await sendAndFinalize(
			api,
			api.tx.chips.registerChips(items, null),
			account.Bob,
		);
		claimedIn = await epochAt(await api.at(blockHash));
		assert.equal((await powerOfBob()) - before, BM1684X, 'its power shows');

		await assert.rejects(
			sendAndFinalize(api, api.tx.chips.registerChips(items, null), account.Bob),
			/chips\./,
			'a claim is good once',
		);
	});

	it('has Bob make blocks with the new chip from the third epoch after the claim', async () => {
		let number = await alice.finalizedNumber();
		// Block by block, so that one before its time would be found too.
		const sealedByNewChip = async () => {
			const last = await alice.finalizedNumber();
			for (; number <= last; number += 1) {
				const [header] = await headers(api, number, number);
				if (readPreDigest(header).chip === chip.chip) {
					return header;
				}
			}
			return undefined;
		};
		const header = await until('the new chip seals a block', 150, sealedByNewChip, 1_000);
		const epoch = await epochAt(await api.at(header.hash));
		// One chip in 12.75 and 20 slots an epoch: almost certain in each epoch, not quite.
		assert.ok(
			epoch >= claimedIn + 3 && epoch <= claimedIn + 5,
			`claimed in epoch ${claimedIn}, sealed in epoch ${epoch}`,
		);
		assert.equal(await minerOf(header), account.Bob.address);
	});

	it('goes on and finalizes when a third miner crashes, which then comes back', async () => {
		await charlie.stop('SIGKILL');
		const crashedAt = await alice.finalizedNumber();
		await Promise.all([alice, bob].map((node) => node.waitForFinalized(crashedAt + 10, 60)));

		await charlie.start();
		const goal = (await alice.finalizedNumber()) + 3;
		await charlie.waitForFinalized(goal, 60);
		const hashes = await Promise.all(
			[alice, charlie].map((node) => node.call('chain_getBlockHash', goal)),
		);
		assert.equal(hashes[0], hashes[1]);
		let number = goal;
		await until(
			'Charlie makes a block again',
			60,
			async () => {
				const last = await alice.bestNumber();
				for (; number <= last; number += 1) {
					const [header] = await headers(api, number, number);
					if ((await minerOf(header)) === account.Charlie.address) {
						return true;
					}
				}
				return false;
			},
			1_000,
		);
	});

	it('lets a newcomer in by warp sync', async () => {
		const newcomer = await startFollower('newcomer', alice, ['--sync', 'warp']);
		try {
			const goal = (await alice.finalizedNumber()) + 5;
			await newcomer.waitForFinalized(goal, 90);
			assert.equal(
				await newcomer.call('chain_getBlockHash', goal),
				await alice.call('chain_getBlockHash', goal),
			);
			// Whoever had executed the chain from the start would have the state of block 1.
			const early = await alice.call('chain_getBlockHash', 1);
			await assert.rejects(newcomer.call('state_getRuntimeVersion', early));
		} finally {
			await newcomer.stop();
		}
	});
});
