room := sim
sees := base
owns := channel_ix link_ix never node_ix timer_id
