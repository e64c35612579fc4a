room := claim
sees := base event
owns := verdict figure figures
