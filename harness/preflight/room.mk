room := preflight
sees := base scale crypto trie snapshot state wasm host chain event survey sim protocol
