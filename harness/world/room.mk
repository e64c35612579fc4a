room := world
sees := base crypto chain sim protocol
owns := world record
