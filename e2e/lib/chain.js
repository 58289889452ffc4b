// What the tests read from the chain. Stock @polkadot/api, no custom types.

import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { ApiPromise, WsProvider } from '@polkadot/api';
import { stringToU8a, u8aConcat, u8aToHex, u8aToString } from '@polkadot/util';
import { blake2AsU8a, sr25519Verify } from '@polkadot/util-crypto';

/** P-256 keys in SubjectPublicKeyInfo form start with this; a compressed point follows. */
const P256_PREFIX = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex');

/** Half of the order of P-256: signatures with a larger s are refused. */
const P256_HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;

export async function connect(node) {
	const provider = new WsProvider(node.url, 1_000);
	const api = await ApiPromise.create({ provider, noInitWarn: true, throwOnConnect: true });
	// A node that a test kills closes the connection; the test itself reports what is wrong.
	api.on('error', () => {});
	return api;
}

/** Splits a header's digest into what the author declared and how the block was sealed. */
export function readDigest(header) {
	const digest = { preRuntime: [], consensus: [], seals: [] };
	for (const log of header.digest.logs) {
		const kind = { PreRuntime: 'preRuntime', Consensus: 'consensus', Seal: 'seals' }[log.type];
		if (kind) {
			const [engine, data] = log.value;
			digest[kind].push({ engine: u8aToString(engine.toU8a()), data: data.toU8a(true) });
		}
	}
	return digest;
}

/** Decodes the `poci` pre-runtime digest: slot, leader's index, chip, VRF output. */
export function readPreDigest(header) {
	const items = readDigest(header).preRuntime.filter(({ engine }) => engine === 'poci');
	assert.equal(items.length, 1, `block ${header.number} has ${items.length} poci pre-digests`);
	const data = items[0].data;
	const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
	const slot = view.getBigUint64(0, true);
	const leader = view.getUint32(8, true);
	const hasChip = data[12] === 1;
	const rest = data.subarray(hasChip ? 45 : 13);
	assert.equal(rest.length, 96, 'a VRF output has 32 bytes, its proof 64');
	return {
		slot,
		leader,
		chip: hasChip ? u8aToHex(data.subarray(13, 45)) : null,
		vrfOutput: rest.subarray(0, 32),
	};
}

/** The hash of `header` with its last `count` digest items taken off. */
export function hashWithoutSeals(api, header, count) {
	const logs = header.digest.logs.slice(0, header.digest.logs.length - count);
	const { parentHash, number, stateRoot, extrinsicsRoot } = header;
	const copy = api.createType('Header', {
		parentHash,
		number,
		stateRoot,
		extrinsicsRoot,
		digest: { logs },
	});
	return blake2AsU8a(copy.toU8a(), 256);
}

/** Whether the chip with this compressed P-256 key sealed the block. */
export function isSealedByChip(api, header, identityKey) {
	const { slot } = readPreDigest(header);
	const signature = readDigest(header).seals[0].data;
	if (signature.length !== 64) {
		return false;
	}
	if (BigInt(u8aToHex(signature.subarray(32))) > P256_HALF_ORDER) {
		return false;
	}
	const slotBytes = new Uint8Array(8);
	new DataView(slotBytes.buffer).setBigUint64(0, slot, true);
	const message = u8aConcat(
		stringToU8a('utnet:poci-seal:v1'),
		api.genesisHash.toU8a(),
		slotBytes,
		hashWithoutSeals(api, header, 2),
	);
	const key = createPublicKey({
		key: Buffer.concat([P256_PREFIX, Buffer.from(identityKey)]),
		format: 'der',
		type: 'spki',
	});
	return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

/** Whether the holder of this sr25519 session key sealed the block, chip seal included. */
export function isSealedByAuthor(api, header, sessionKey) {
	const signature = readDigest(header).seals[1].data;
	const message = u8aConcat(
		stringToU8a('utnet:poci-author:v1'),
		hashWithoutSeals(api, header, 1),
	);
	return sr25519Verify(message, signature, sessionKey);
}

/** Signs and sends; resolves with the block and the events once the block is finalized. */
export function sendAndFinalize(api, transaction, signer, seconds = 60) {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(
			() => reject(new Error(`not finalized within ${seconds} s: ${transaction.method}`)),
			seconds * 1_000,
		);
		const fail = (error) => {
			clearTimeout(timer);
			reject(error);
		};
		transaction
			.signAndSend(signer, ({ status, events, dispatchError, isError }) => {
				if (dispatchError) {
					fail(new Error(explain(api, dispatchError)));
				} else if (isError) {
					fail(new Error(`the transaction was dropped: ${status.type}`));
				} else if (status.isFinalized) {
					clearTimeout(timer);
					resolve({ blockHash: status.asFinalized, events });
				}
			})
			.catch(fail);
	});
}

/** A dispatch error in words: `pallet.Name: documentation`. */
export function explain(api, dispatchError) {
	if (!dispatchError.isModule) {
		return dispatchError.toString();
	}
	const { section, name, docs } = api.registry.findMetaError(dispatchError.asModule);
	return `${section}.${name}: ${docs.join(' ')}`;
}

/** Headers of blocks `first ..= last`. */
export async function headers(api, first, last) {
	const result = [];
	for (let number = first; number <= last; number += 1) {
		result.push(await api.rpc.chain.getHeader(await api.rpc.chain.getBlockHash(number)));
	}
	return result;
}

/** Calls a view function of a pallet, as the metadata (V16) describes it. */
export async function view(api, palletName, functionName, ...args) {
	const pallet = api.runtimeMetadata.asLatest.pallets.find(({ name }) => name.eq(palletName));
	const method = pallet.viewFunctions.find(({ name }) => name.eq(functionName));
	assert.ok(method, `${palletName} has no view function ${functionName}`);
	const typeOf = (id) => api.registry.createLookupType(id);
	const input = u8aConcat(
		...method.inputs.map(({ type }, index) =>
			api.createType(typeOf(type), args[index]).toU8a(),
		),
	);
	const answer = await api.call.runtimeViewFunction.executeViewFunction(
		method.id,
		u8aToHex(input),
	);
	assert.ok(answer.isOk, `${palletName}.${functionName}: ${answer.toString()}`);
	return api.createType(typeOf(method.output), answer.asOk.toU8a(true));
}
