room := world
sees := base crypto chain event sim protocol
owns := world record
