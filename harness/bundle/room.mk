room := bundle
sees := base git crypto snapshot wasm source plan outcome
