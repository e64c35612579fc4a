room := claim
sees := base event
