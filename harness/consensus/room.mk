room := consensus
sees := base crypto chain sim protocol scale world backing statements approval
