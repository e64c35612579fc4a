room := source
sees := base git crypto event snapshot rpc fetch state wasm host
