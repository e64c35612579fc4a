room := rpc
sees := base
