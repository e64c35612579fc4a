room := approval
sees := base crypto chain event sim protocol world backing statements
owns := assignment candidate_entry checker dispute moment protocol_reach required stance vote_sent wakeup
