room := backing
sees := base crypto chain event sim protocol world
owns := artifact attempt author code_upgrade collators pvf
