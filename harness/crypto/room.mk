room := crypto
sees := base
