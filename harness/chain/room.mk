room := chain
sees := base scale crypto trie snapshot state wasm host
