room := sim
sees := base
