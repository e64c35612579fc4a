room := event
sees := base crypto
