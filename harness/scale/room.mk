room := scale
sees := base crypto
owns := hasher meta storage type value variant
