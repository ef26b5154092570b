def handle(self):
    print("loading")  #~ no print
