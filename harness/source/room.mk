room := source
sees := base git crypto event scale snapshot rpc fetch state wasm host
owns := chopsticks
