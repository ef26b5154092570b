import argparse


def main():
    parser = argparse.ArgumentParser()
    args = parser.parse_args()
    print("working on", args.path)  #~ no print
    step()


def step():
    print("step")  #~ no print


if __name__ == "__main__":
    main()
