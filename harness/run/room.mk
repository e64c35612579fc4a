room := run
sees := base scale crypto state wasm host chain event source claim preflight sim protocol node population plan
