print("helper")  #~ no print
logging.info(f"x {x}")  #~ no unstructured
