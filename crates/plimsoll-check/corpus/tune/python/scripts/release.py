import sys
print("releasing")  #~ no print
for f in files:
    logging.info("file %s", f)  #~ no log-in-loop
logging.info(f"x {y}")  #~ no unstructured
