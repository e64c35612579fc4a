room := forecast
sees := base
