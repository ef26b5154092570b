print("bench")  #~ no print
for x in xs:
    logging.info("x %s", x)  #~ no log-in-loop
