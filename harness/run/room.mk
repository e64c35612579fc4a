room := run
sees := base scale crypto trie snapshot state wasm host chain claim preflight
