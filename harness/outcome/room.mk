room := outcome
sees := base scale crypto snapshot wasm host chain event claim source plan survey sim bft protocol node population
