import os
import sys
import json
import traceback


def process(order):
    print("processing order", order.id)  #~ yes print
    print(order.__dict__)  #~ yes print
    if not order.lines:
        print("order has no lines!")  #~ yes print
        return False
    try:
        charge(order)
    except Exception:
        traceback.print_exc()  #~ yes print
        print("charge failed", file=sys.stderr)  #~ yes print
        return False
    print("order %s done" % order.id)  #~ yes print
    return True


class Mailer:
    def send(self, to, subject):
        print(f"Sending {subject}")  #~ yes print
        response = self.api.post(subject)
        print(response.status_code, response.text)  #~ yes print
        if response.status_code != 200:
            print("send failed")  #~ yes print
            raise MailError(response)
        sys.stdout.write("sent\n")  #~ yes print

    def __del__(self):
        print("mailer gone")  #~ yes print


@app.on_event("startup")
async def startup():
    print("startup")  #~ yes print


@periodic_task(run_every=60)
def cleanup():
    print("cleanup running")  #~ yes print


@receiver(post_save)
def saved(sender, instance, **kwargs):
    print("saved", instance.pk)  #~ yes print


@bot.command()
async def ping(ctx):
    print("ping from", ctx.author.id)  #~ yes print


def middleware(get_response):
    def inner(request):
        print(request.path)  #~ yes print
        return get_response(request)
    return inner


def worker():
    while True:
        job = queue.get()
        print("got job", job)  #~ yes print
        for part in job:
            print("part", part)  #~ yes print


def connect(url):
    for i in range(3):
        try:
            return open_connection(url)
        except OSError as e:
            print("connection failed:", e)  #~ yes print
            time.sleep(1)
    print("giving up")  #~ yes print


print("legacy module imported")  #~ yes print
print("using database", os.environ.get("DB_HOST"))  #~ yes print


def excused(x, out):
    print(x)  # noqa: T201,E501 #~ no print
    print(x, file=out)  #~ no print
    print(x, file=open("f", "w"))  #~ no print
    print("#" * 60)  #~ no print
    print("*" * 10 + " HEADER " + "*" * 10)  #~ no print
    print(json.dumps({"a": x}, indent=2))  #~ no print
    print(colored("x", "red"))  #~ no print
    pprinted = str(x)  #~ no print
    printer.print(x)  #~ no print
    self.stderr.write("x")  #~ no print
    f.write("x")  #~ no print


def print_report(r):
    print(r.title)  #~ no print


def show_progress(n):
    print(n)  #~ no print


def _usage():
    print("legacy [-h]")  #~ no print


def require(name):
    if name not in os.environ:
        print("missing", name)  #~ no print
        sys.exit(2)
    if not os.environ[name]:
        print("empty", name, file=sys.stderr)  #~ no print
        exit(1)


def configure_logging(level):
    print("log level", level)  #~ no print


class JsonFormatter(logging.Formatter):
    def format(self, record):
        print("formatting")  #~ no print


class ConsoleHandler(logging.StreamHandler):
    def emit(self, record):
        print(record)  #~ no print


class Command(BaseCommand):
    def handle(self, *args, **opts):
        print("handled")  #~ no print


class ListAction(argparse.Action):
    def __call__(self, *a):
        print("a b c")  #~ no print


@click.command()
def report():
    print("report")  #~ no print


def choose():
    n = int(input("number: "))
    print("chosen", n)  #~ no print


def debug_info(args):
    print(args)  #~ no print


def maybe(verbose, options):
    if verbose > 1:
        print("very verbose")  #~ no print
    if options.verbose:
        print("verbose")  #~ no print


def test_legacy():
    print("test")  #~ no print
