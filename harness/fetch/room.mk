room := fetch
sees := base crypto scale trie snapshot rpc
