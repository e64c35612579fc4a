room := suspect
sees := base chain event claim sim protocol node population plan
owns := suspects trial trials tried proof proving role
