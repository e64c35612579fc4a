room := bft
sees := base sim event
