room := chain
sees := base scale crypto trie snapshot state wasm host
owns := authority block build client clock digest enact enactment epoch exec header how memory position slot transition
