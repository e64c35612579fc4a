room := approval
sees := base crypto chain event sim protocol world backing statements
