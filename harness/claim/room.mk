room := claim
sees := base event trend
owns := verdict figure figures
