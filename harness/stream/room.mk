room := stream
sees := base event sim
