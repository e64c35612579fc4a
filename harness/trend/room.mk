room := trend
sees := base
