room := backing
sees := base crypto chain sim protocol world
