room := run
sees := base scale crypto snapshot state wasm host chain event source survey claim sim bft protocol node population plan suspect outcome
