room := plan
owns := plan keys
sees := base git fetch scale chain event claim sim bft protocol node population
