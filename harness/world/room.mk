room := world
sees := base crypto chain event sim protocol
owns := authored const constant core_turns distribution footing included kept_told leaf_id member_ix message ms msg network_options offer para_events \
        place_ix record scope search share spared support tag way withhold world
