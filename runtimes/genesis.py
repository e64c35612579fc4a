#!/usr/bin/env python3
"""genesis.py CODE OUT - a raw chain spec for one of the small relay runtimes.

Four validators with the development keys, two parachains, an epoch of ten slots
(which the code knows, not the spec), and two calls in the scheduler's agenda:
one that runs during a test, one far away that every upgrade has to leave valid.
Standard library only; the layout is that of runtimes/mini.
"""
import hashlib
import json
import sys

MASK = (1 << 64) - 1
P1, P2, P3, P4, P5 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9,
                      0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)


def rotl(v, n):
    return ((v << n) | (v >> (64 - n))) & MASK


def xxh64(data, seed):
    """xxHash64; storage names are short, but the long path is here all the same."""
    at, size = 0, len(data)

    def lane(acc, v):
        return rotl((acc + v * P2) & MASK, 31) * P1 & MASK

    if size >= 32:
        accs = [(seed + P1 + P2) & MASK, (seed + P2) & MASK, seed, (seed - P1) & MASK]
        while at + 32 <= size:
            for i in range(4):
                accs[i] = lane(accs[i], int.from_bytes(data[at + 8 * i:at + 8 * i + 8], "little"))
            at += 32
        h = sum(rotl(a, n) for a, n in zip(accs, (1, 7, 12, 18))) & MASK
        for a in accs:
            h = ((h ^ lane(0, a)) * P1 + P4) & MASK
    else:
        h = (seed + P5) & MASK
    h = (h + size) & MASK
    while at + 8 <= size:
        h = (rotl(h ^ lane(0, int.from_bytes(data[at:at + 8], "little")), 27) * P1 + P4) & MASK
        at += 8
    if at + 4 <= size:
        h = (rotl(h ^ int.from_bytes(data[at:at + 4], "little") * P1 & MASK, 23) * P2 + P3) & MASK
        at += 4
    for byte in data[at:]:
        h = rotl(h ^ byte * P5 & MASK, 11) * P1 & MASK
    h = (h ^ h >> 33) * P2 & MASK
    h = (h ^ h >> 29) * P3 & MASK
    return h ^ h >> 32


def twox(data, bits):
    return b"".join(xxh64(data, seed).to_bytes(8, "little") for seed in range(bits // 64))


def blake2(data, size=32):
    return hashlib.blake2b(data, digest_size=size).digest()


def u32(v):
    return v.to_bytes(4, "little")


def u64(v):
    return v.to_bytes(8, "little")


def compact(v):
    if v < 1 << 6:
        return bytes([v << 2])
    if v < 1 << 14:
        return (v << 2 | 1).to_bytes(2, "little")
    if v < 1 << 30:
        return (v << 2 | 2).to_bytes(4, "little")
    raw = v.to_bytes((v.bit_length() + 7) // 8, "little")
    return bytes([(len(raw) - 4) << 2 | 3]) + raw


def vec(items):
    return compact(len(items)) + b"".join(items)


def data(raw):
    return compact(len(raw)) + raw


def value(pallet, item):
    return twox(pallet.encode(), 128) + twox(item.encode(), 128)


def twox64_concat(pallet, item, key):
    return value(pallet, item) + twox(key, 64) + key


def identity(pallet, item, key):
    return value(pallet, item) + key


# Public keys of //Alice, //Bob, //Charlie, //Dave below the development phrase.
SR25519 = [bytes.fromhex(h) for h in (
    "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
    "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48",
    "90b5ab205c6974c9ea841be688864633dc9ca8a357843eeacf2314649965fe22",
    "306721211d5404bd9da88e0204360a1a9ab8b87c66c1bc2fcdd37f3c2222cc20")]
ED25519 = [bytes.fromhex(h) for h in (
    "88dc3417d5058ec4b4503e0c12ea1a0a89be200fe98922423d4334014fa6b0ee",
    "d17c2d7823ebf260fd138f2d7e27d114c0145d968b5ff5006125f2414fadae69",
    "439660b36c6c03afafca027b910b4fecf99801834c62a5e6006f27d978de234f",
    "5e639b43e0052c47447dac87d6fd2b6ec50bdd4d0f614e4299c665249bbd09d9")]
PARAS = [1000, 2000]
# In the order of enum config_field.
CONFIG = [3145728, 20480, 174762, 1048576, 65531, 16, 10, 14400, 600, 3, 2, 5242880, 14400, 10, 10, 2, 6, 2, 89, 0,
          2, 6, 2, 2]
GROUPS = vec([vec([u32(0), u32(1)]), vec([u32(2), u32(3)])])
SOON, FAR = 28, 1000000  # blocks of the two scheduled calls


def session_keys(i):
    """grandpa, babe, im_online, para_validator, para_assignment, authority_discovery"""
    return ED25519[i] + SR25519[i] * 5


def scheduled(call):
    """Some(no id, priority 63, inline call, not periodic, root) as the one task of a block."""
    return vec([bytes([1, 0, 63, 1]) + data(call) + bytes([0, 0, 0])])


def session_info():
    keys = vec(SR25519)
    return (vec([u32(i) for i in range(4)]) + bytes(32) + u32(CONFIG[16]) + keys * 3 + GROUPS + u32(len(PARAS))
            + u32(CONFIG[19]) + u32(CONFIG[21]) + u32(CONFIG[18]) + u32(CONFIG[17]) + u32(CONFIG[20]))


def genesis(code, spec_name, spec_version):
    authorities = vec([key + u64(1) for key in SR25519])
    random = blake2(b"mini genesis")
    top = {
        b":code": code,
        b":extrinsic_index": u32(0),
        b":grandpa_authorities": b"\x01" + vec([key + u64(1) for key in ED25519]),
        value("System", "LastRuntimeUpgrade"): compact(spec_version) + data(spec_name),
        twox64_concat("System", "BlockHash", u32(0)): bytes([69]) * 32,
        value("Babe", "Authorities"): authorities,
        value("Babe", "NextAuthorities"): authorities,
        value("Babe", "Randomness"): random,
        value("Babe", "NextRandomness"): random,
        value("Babe", "EpochConfig"): u64(1) + u64(4) + b"\x01",
        value("Session", "Validators"): vec(SR25519),
        value("Session", "QueuedKeys"): vec([SR25519[i] + session_keys(i) for i in range(4)]),
        value("AuthorityDiscovery", "Keys"): vec(SR25519),
        value("Grandpa", ":__STORAGE_VERSION__:"): b"\x04\x00",
        value("Configuration", ":__STORAGE_VERSION__:"): b"\x08\x00",
        value("Configuration", "ActiveConfig"): b"".join(u32(v) for v in CONFIG),
        value("ParasShared", "ActiveValidatorIndices"): vec([u32(i) for i in range(4)]),
        value("ParasShared", "ActiveValidatorKeys"): vec(SR25519),
        value("ParaScheduler", "ValidatorGroups"): GROUPS,
        value("ParaSessionInfo", "AssignmentKeysUnsafe"): vec(SR25519),
        identity("ParaSessionInfo", "Sessions", u32(0)): session_info(),
        value("Paras", "Parachains"): vec([u32(p) for p in PARAS]),
        value("Sudo", "Key"): SR25519[0],
        # System.remark_with_event("soon"); Configuration.set_max_head_data_size(40960)
        twox64_concat("Scheduler", "Agenda", u32(SOON)): scheduled(bytes([0, 7]) + data(b"soon")),
        twox64_concat("Scheduler", "Agenda", u32(FAR)): scheduled(bytes([51, 5]) + u32(40960)),
    }
    for i, key in enumerate(SR25519):
        top[twox64_concat("Session", "NextKeys", key)] = session_keys(i)
        for kind in (b"babe", b"imon", b"para", b"asgn", b"audi"):
            top[twox64_concat("Session", "KeyOwner", kind + data(key))] = key
        top[twox64_concat("Session", "KeyOwner", b"gran" + data(ED25519[i]))] = key
    for para in PARAS:
        blob = bytes.fromhex("0061736d01000000") + u32(para)
        top[twox64_concat("Paras", "Heads", u32(para))] = data(u32(para) + bytes(28))
        top[twox64_concat("Paras", "ParaLifecycles", u32(para))] = b"\x02"
        top[twox64_concat("Paras", "CurrentCodeHash", u32(para))] = blake2(blob)
        top[identity("Paras", "CodeByHash", blake2(blob))] = data(blob)
        top[twox64_concat("Paras", "MostRecentContext", u32(para))] = u32(0)
    return top


def main():
    code_path, out_path = sys.argv[1:]
    assert twox(b"System", 128).hex() == "26aa394eea5630e07c48ae0c9558cef7"
    with open(code_path, "rb") as f:
        top = genesis(f.read(), b"mini", 1)
    spec = {
        "name": "Mini relay", "id": "mini", "chainType": "Development", "bootNodes": [],
        "telemetryEndpoints": None, "protocolId": "mini", "properties": {"ss58Format": 42},
        "codeSubstitutes": {},
        "genesis": {"raw": {"top": {"0x" + k.hex(): "0x" + v.hex() for k, v in sorted(top.items())},
                            "childrenDefault": {}}},
    }
    with open(out_path, "w", encoding="ascii") as f:
        json.dump(spec, f, indent=1)
        f.write("\n")


main()
