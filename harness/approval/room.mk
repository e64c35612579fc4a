room := approval
sees := base crypto chain sim protocol world backing statements
