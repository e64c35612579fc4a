room := host
sees := base scale crypto trie snapshot wasm state
owns := api runtime version
