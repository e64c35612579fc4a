room := process
sees := base
