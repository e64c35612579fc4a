room := plan
owns := plan keys
sees := base scale chain event claim sim protocol node population
