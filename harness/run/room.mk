room := run
sees := base scale crypto state wasm host chain event claim preflight sim protocol node population
