room := backing
sees := base crypto chain event sim protocol world
