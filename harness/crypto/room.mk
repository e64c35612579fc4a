room := crypto
sees := base
owns := babe blake2 blake2b ecdsa ed25519 keccak marked merlin point scalar secret sha2 sodium sr25519 twox vrf
