room := run
sees := base scale crypto state wasm host chain event source claim sim protocol node population plan outcome
