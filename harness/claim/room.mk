room := claim
sees := base
