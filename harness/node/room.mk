room := node
sees := base crypto chain event sim protocol world backing statements approval consensus
owns := fault faults network node planned_fault planned_rollout rollout who
