room := run
sees := base scale crypto snapshot state wasm host chain event source survey claim sim protocol node population plan suspect outcome
