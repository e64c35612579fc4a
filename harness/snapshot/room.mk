room := snapshot
sees := base scale crypto trie
