def status():
    print("ok")  #~ no print
