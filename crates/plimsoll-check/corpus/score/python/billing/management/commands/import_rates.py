def handle(self):
    print("importing rates")  #~ no print
