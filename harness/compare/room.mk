room := compare
sees := base
