room := trie
sees := base scale crypto
