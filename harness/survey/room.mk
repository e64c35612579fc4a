room := survey
sees := base scale crypto snapshot state wasm host chain event
