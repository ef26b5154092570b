print("manage")  #~ no print
