room := statements
sees := base crypto chain sim protocol world backing
