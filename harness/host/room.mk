room := host
sees := base scale crypto trie snapshot wasm state
