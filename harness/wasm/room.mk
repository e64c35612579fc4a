room := wasm
sees := base crypto
