room := bundle
sees := base crypto snapshot wasm source plan outcome
