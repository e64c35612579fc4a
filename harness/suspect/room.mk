room := suspect
sees := base chain event claim sim protocol node population plan
owns := trial trials proof
