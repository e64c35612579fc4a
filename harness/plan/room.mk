room := plan
owns := plan keys
sees := base git scale chain event claim sim bft protocol node population
