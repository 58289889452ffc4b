#!/usr/bin/env python3
"""An implementation of the election from the specification alone, checked against vectors/*.json.

Needs nothing but Python 3.8. It shares no code with the Rust implementation: hashing by hashlib,
whole-number arithmetic by Python, Merlin transcripts (STROBE-128 over Keccak-f[1600]) below.

    python3 primitives/consensus-poci/vectors/reference.py

Signatures and VRF proofs over ristretto255 are not verified here, only what is signed.
"""

import hashlib
import json
import pathlib
import sys


def blake2_256(*parts):
    return hashlib.blake2b(b"".join(parts), digest_size=32).digest()


def le(number, size):
    return number.to_bytes(size, "little")


# The draw.

def permute(seed, index, length):
    half = max(1, -(-(length - 1).bit_length() // 2))
    side = 1 << half
    at = index
    while True:
        left, right = divmod(at, side)
        for k in range(4):
            digest = blake2_256(b"utnet:poci-permutation:v1", seed, bytes([k]), le(right, 4))
            left, right = right, left ^ (int.from_bytes(digest[:4], "little") % side)
        at = left * side + right
        if at < length:
            return at


def slot_random(seed, slot):
    return int.from_bytes(blake2_256(b"utnet:poci-slot:v1", seed, le(slot, 8))[:16], "little")


def kappa(seed, slot, index, length, total):
    if index >= length or not 0 < total < 1 << 96:
        return None
    stratum = permute(seed, index, length)
    return ((stratum << 128) + slot_random(seed, slot)) * total // (length << 128)


# Randomness and seeds.

def genesis_randomness(entropy):
    return blake2_256(b"utnet:poci-genesis:v1", entropy)


def mix(randomness, pre_output):
    return blake2_256(randomness, pre_output)


def epoch_seed(epoch, randomness):
    return blake2_256(b"utnet:poci-seed:v1", le(epoch, 8), randomness)


# Lists.

def leaf(miner, power, poci, gran):
    return blake2_256(miner, le(power, 16), poci, gran)


def list_root(row):
    if not row:
        return bytes(32)
    while len(row) > 1:
        pairs = [row[n:n + 2] for n in range(0, len(row), 2)]
        row = [blake2_256(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return row[0]


# Merlin.

MASK = (1 << 64) - 1


def rotate(lane, by):
    by %= 64
    return ((lane << by) | (lane >> (64 - by))) & MASK if by else lane


def keccak_f(state):
    lanes = [[int.from_bytes(state[8 * (x + 5 * y):][:8], "little") for y in range(5)]
             for x in range(5)]
    register = 1
    for _ in range(24):
        column = [lanes[x][0] ^ lanes[x][1] ^ lanes[x][2] ^ lanes[x][3] ^ lanes[x][4]
                  for x in range(5)]
        for x in range(5):
            effect = column[(x + 4) % 5] ^ rotate(column[(x + 1) % 5], 1)
            for y in range(5):
                lanes[x][y] ^= effect
        x, y, current = 1, 0, lanes[1][0]
        for t in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            current, lanes[x][y] = lanes[x][y], rotate(current, (t + 1) * (t + 2) // 2)
        for y in range(5):
            row = [lanes[x][y] for x in range(5)]
            for x in range(5):
                lanes[x][y] = row[x] ^ (~row[(x + 1) % 5] & MASK & row[(x + 2) % 5])
        for j in range(7):
            register = ((register << 1) ^ ((register >> 7) * 0x71)) % 256
            if register & 2:
                lanes[0][0] ^= 1 << ((1 << j) - 1)
    for x in range(5):
        for y in range(5):
            state[8 * (x + 5 * y):8 * (x + 5 * y) + 8] = le(lanes[x][y], 8)


class Transcript:
    RATE = 166
    INBOUND, DATA, CIPHER, META, KEYED = 1, 2, 4, 16, 32

    def __init__(self, label):
        self.state = bytearray(200)
        self.state[:6] = bytes([1, self.RATE + 2, 1, 0, 1, 96])
        self.state[6:18] = b"STROBEv1.0.2"
        keccak_f(self.state)
        self.at = self.begin = 0
        self.operate(self.META | self.DATA, b"Merlin v1.0")
        self.append(b"dom-sep", label)

    def run(self):
        self.state[self.at] ^= self.begin
        self.state[self.at + 1] ^= 0x04
        self.state[self.RATE + 1] ^= 0x80
        keccak_f(self.state)
        self.at = self.begin = 0

    def absorb(self, data):
        for byte in data:
            self.state[self.at] ^= byte
            self.at += 1
            if self.at == self.RATE:
                self.run()

    def operate(self, flags, data):
        begin, self.begin = self.begin, self.at + 1
        self.absorb(bytes([begin, flags]))
        if flags & (self.CIPHER | self.KEYED) and self.at:
            self.run()
        self.absorb(data)

    def append(self, label, message):
        self.operate(self.META | self.DATA, label + le(len(message), 4))
        self.operate(self.DATA, message)

    def challenge(self, label, size):
        self.operate(self.META | self.DATA, label + le(size, 4))
        self.operate(self.INBOUND | self.DATA | self.CIPHER, b"")
        out = bytearray()
        for _ in range(size):
            out.append(self.state[self.at])
            self.state[self.at] = 0
            self.at += 1
            if self.at == self.RATE:
                self.run()
        return bytes(out)


def vrf_transcript(seed, slot, epoch):
    transcript = Transcript(b"utnet:poci-vrf:v1")
    transcript.append(b"slot", le(slot, 8))
    transcript.append(b"epoch", le(epoch, 8))
    transcript.append(b"seed", seed)
    return transcript


# The files.

def raw(text):
    assert text.startswith("0x")
    return bytes.fromhex(text[2:])


def check_permutation(case):
    seed, length = raw(case["seed"]), case["length"]
    assert [permute(seed, index, length) for index in range(length)] == case["strata"]
    assert sorted(case["strata"]) == list(range(length))


def check_slot_random(case):
    assert slot_random(raw(case["seed"]), int(case["slot"])) == int(case["random"])


def check_kappa(case):
    drawn = kappa(raw(case["seed"]), int(case["slot"]), case["index"], case["length"],
                  int(case["total"]))
    assert drawn == (None if case["kappa"] is None else int(case["kappa"]))


def check_seeds(case):
    randomness = genesis_randomness(raw(case["entropy"]))
    assert randomness == raw(case["randomness"][0])
    assert len(case["randomness"]) == len(case["pre_outputs"]) + 1
    for output, after in zip(case["pre_outputs"], case["randomness"][1:]):
        randomness = mix(randomness, raw(output))
        assert randomness == raw(after)
    for seed in case["seeds"]:
        assert epoch_seed(int(seed["epoch"]), randomness) == raw(seed["seed"])


def check_list(case):
    row = []
    for miner in case["miners"]:
        row.append(leaf(raw(miner["miner"]), int(miner["power"]), raw(miner["poci"]),
                        raw(miner["gran"])))
        assert row[-1] == raw(miner["leaf"])
    assert list_root(row) == raw(case["root"])


def check_vrf(case):
    transcript = vrf_transcript(raw(case["seed"]), int(case["slot"]), int(case["epoch"]))
    assert transcript.challenge(b"vector", 32) == raw(case["challenge"])


def check_pre_digest(case):
    chip = b"\0" if case["chip"] is None else b"\1" + raw(case["chip"])
    encoded = (le(int(case["slot"]), 8) + le(case["leader"], 4) + chip + raw(case["pre_output"])
               + raw(case["proof"]))
    assert encoded == raw(case["encoded"])


def check_author(case):
    assert b"utnet:poci-author:v1" + raw(case["hash"]) == raw(case["message"])


def main():
    folder = pathlib.Path(__file__).resolve().parent
    files = sorted(folder.glob("*.json"))
    checks = {name[6:]: check for name, check in globals().items() if name.startswith("check_")}
    if {file.stem for file in files} != set(checks):
        sys.exit("the files in %s are not those that are checked: %s" % (folder, sorted(checks)))
    for file in files:
        cases = json.loads(file.read_text(encoding="utf-8"))["cases"]
        if not cases:
            sys.exit("%s has no cases" % file.name)
        for number, case in enumerate(cases):
            try:
                checks[file.stem](case)
            except AssertionError:
                sys.exit("%s: case %d does not hold: %.300s" % (file.name, number, case))
        print("%s: %d cases hold" % (file.name, len(cases)))


if __name__ == "__main__":
    main()
