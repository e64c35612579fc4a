room := run
sees := base scale crypto state wasm host chain event source survey claim sim protocol node population plan outcome
