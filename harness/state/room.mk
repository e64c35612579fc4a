room := state
sees := base scale crypto trie snapshot
