room := consensus
sees := base crypto chain event sim protocol scale world backing statements approval
owns := grandpa heartbeats kept provider provision rejection voter
