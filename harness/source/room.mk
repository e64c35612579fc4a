room := source
sees := base crypto event snapshot state wasm host
