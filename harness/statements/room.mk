room := statements
sees := base crypto chain event sim protocol world backing
