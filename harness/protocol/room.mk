room := protocol
sees := base scale crypto trie snapshot state wasm host chain sim
owns := agent answers approval_rules ask askers assume assumption bitfield candidate chacha chunks class core core_ix cores \
        descriptor discovery_ix dispute_told early endless entry events executor grid group group_ix groups lasts leaf \
        leaves loss losses mode new_leaf no node_class none para_id parent people person release repair request \
        rotation route session session_answers session_value sessions signal signer statement supermajority topologies unused validator_ix validators \
        view vote waiting
