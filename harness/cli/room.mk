room := cli
sees := base forecast scale crypto trie snapshot rpc fetch state wasm host chain event protocol claim source survey population plan preflight outcome run recover shrink bundle sweep gate bisect process observe matrix compare advise report page
owns := args cmd command option progress roff topic
