room := report
sees := base
