room := source
sees := base git crypto event snapshot state wasm host
