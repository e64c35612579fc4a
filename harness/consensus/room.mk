room := consensus
sees := base crypto chain event sim protocol scale world backing statements approval
