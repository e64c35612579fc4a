room := git
sees := base
