room := run
sees := base scale crypto state wasm host chain claim preflight sim protocol node population
