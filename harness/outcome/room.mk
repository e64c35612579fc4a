room := outcome
sees := base scale crypto snapshot wasm host chain event claim source plan preflight sim protocol node population
