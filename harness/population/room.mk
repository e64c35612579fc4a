room := population
sees := base scale crypto state host chain
owns := growth
