room := node
sees := base scale crypto trie snapshot state wasm host chain sim protocol
