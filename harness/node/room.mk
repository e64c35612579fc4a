room := node
sees := base crypto chain sim protocol world backing statements approval consensus
owns := node network
