room := event
sees := base crypto
owns := arm
