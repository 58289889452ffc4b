// A chip signer in JavaScript, with the development chips of one owner: the protocol of
// client/chip-signer/src/protocol.rs and the key derivation of its software engine, written down a
// second time.

import { createECDH, createHash, createPrivateKey, hkdfSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { bnToU8a, compactToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { blake2AsU8a } from '@polkadot/util-crypto';

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const VERSION = 1;
const [WELCOME, OK, ERR] = [0, 0, 1];
const [LIST, SIGN_SEAL] = [0, 1];
const [CHIPS, SEAL] = [0, 1];
const [UNKNOWN_CHIP, FOREIGN_NETWORK] = [0, 3];
/** Magic and version. */
const HELLO_HEAD = 6;

const u32 = (value) => bnToU8a(value, { bitLength: 32, isLe: true });
const u64 = (value) => bnToU8a(value, { bitLength: 64, isLe: true });

/** sha256(tag ‖ owner ‖ index): how seeds and serial numbers of development chips are made. */
function derived(tag, owner, index) {
	return createHash('sha256').update(tag).update(owner).update(u32(index)).digest();
}

/** A development chip's identity key. */
function identityOf(owner, index) {
	const seed = derived('utnet:development-chip:', owner, index);
	const secret = hkdfSync(
		'sha256',
		seed,
		'utnet:software-engine:v1',
		Buffer.concat([Buffer.from('identity'), u32(0)]),
		32,
	);
	const pair = createECDH('prime256v1');
	pair.setPrivateKey(Buffer.from(secret));
	const point = pair.getPublicKey();
	const base64 = (bytes) => bytes.toString('base64url');
	return {
		publicKey: pair.getPublicKey(null, 'compressed'),
		privateKey: createPrivateKey({
			key: {
				kty: 'EC',
				crv: 'P-256',
				d: base64(Buffer.from(secret)),
				x: base64(point.subarray(1, 33)),
				y: base64(point.subarray(33, 65)),
			},
			format: 'jwk',
		}),
	};
}

/** `owner` as in "Alice"; her chips are BM1684X of the development vendor: batch 0, 1. */
export function developmentChip(owner, index) {
	const batch = u8aConcat(u32(0), u32(1));
	const serial = derived('utnet:development-serial:', owner, index);
	const { publicKey, privateKey } = identityOf(owner, index);
	return { id: blake2AsU8a(u8aConcat(batch, serial), 256), batch, serial, publicKey, privateKey };
}

/** P-256 over SHA-256 with a low s. */
function signLow(privateKey, message) {
	const signature = sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
	const s = BigInt(u8aToHex(signature.subarray(32)));
	const low = s > P256_ORDER / 2n ? P256_ORDER - s : s;
	return u8aConcat(
		signature.subarray(0, 32),
		bnToU8a(low, { bitLength: 256, isLe: false }),
	);
}

/** Listens at a Unix socket. `seals` counts what it has signed; `silent` makes it stop answering. */
export class JavaScriptSigner {
	constructor(path, chips) {
		this.path = path;
		this.chips = [...chips].sort((left, right) => Buffer.compare(left.id, right.id));
		this.seals = 0;
		this.silent = false;
		this.sockets = new Set();
	}

	async start() {
		this.server = createServer((socket) => this.serve(socket));
		this.server.listen(this.path);
		await once(this.server, 'listening');
	}

	async stop() {
		for (const socket of this.sockets) {
			socket.destroy();
		}
		this.server.close();
		await once(this.server, 'close');
	}

	serve(socket) {
		let buffer = Buffer.alloc(0);
		/** The genesis hash that the hello named. */
		let network;
		let greeted = false;
		const send = (...parts) => {
			const payload = u8aConcat(...parts);
			socket.write(u8aConcat(u32(payload.length), payload));
		};
		this.sockets.add(socket);
		socket.on('close', () => this.sockets.delete(socket));
		socket.on('error', () => socket.destroy());
		socket.on('data', (data) => {
			buffer = Buffer.concat([buffer, data]);
			while (buffer.length >= 4 && buffer.length >= 4 + buffer.readUInt32LE(0)) {
				const end = 4 + buffer.readUInt32LE(0);
				const payload = buffer.subarray(4, end);
				buffer = buffer.subarray(end);
				if (!greeted) {
					greeted = payload.subarray(0, 4).toString() === 'utsg';
					network =
						payload[HELLO_HEAD] === 1
							? payload.subarray(HELLO_HEAD + 1, HELLO_HEAD + 33)
							: Buffer.alloc(0);
					send([WELCOME], bnToU8a(VERSION, { bitLength: 16, isLe: true }));
				} else if (!this.silent) {
					send(payload.subarray(0, 8), this.answer(payload.subarray(8), network));
				}
			}
		});
	}

	answer(body, network) {
		if (body[0] === LIST) {
			const page = this.chips.slice(body.readUInt32LE(1));
			const infos = page.map(({ id, publicKey, batch, serial }) =>
				// The CAT key is not needed for sealing.
				u8aConcat(id, [0], publicKey, new Uint8Array(96), batch, serial),
			);
			return u8aConcat([OK, CHIPS], compactToU8a(page.length), ...infos);
		}
		if (body[0] === SIGN_SEAL) {
			const id = body.subarray(1, 33);
			const chip = this.chips.find((held) => Buffer.compare(held.id, id) === 0);
			if (!chip) {
				return u8aConcat([ERR, UNKNOWN_CHIP], id);
			}
			const genesis = body.subarray(33, 65);
			if (Buffer.compare(genesis, network) !== 0) {
				return u8aConcat([ERR, FOREIGN_NETWORK], genesis);
			}
			const slot = u64(body.readBigUInt64LE(65));
			const preHash = body.subarray(73, 105);
			const message = Buffer.concat([Buffer.from('utnet:poci-seal:v1'), genesis, slot, preHash]);
			this.seals += 1;
			const signature = signLow(chip.privateKey, message);
			return u8aConcat([OK, SEAL], compactToU8a(signature.length), signature);
		}
		throw new Error(`the node asked for ${body[0]}, which this signer does not answer`);
	}
}
