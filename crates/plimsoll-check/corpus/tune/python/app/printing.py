import logging
import sys
import traceback
from pprint import pprint

logger = logging.getLogger(__name__)


class Service:
    def start(self):
        print("Service started")  #~ yes print
        print("Listening on %s" % self.port)  #~ yes print
        print("warning: no config", file=sys.stderr)  #~ yes print

    def handle(self, event):
        print(event)  #~ yes print
        pprint(event)  #~ yes print
        print("handling", event.id, flush=True)  #~ yes print
        try:
            self.process(event)
        except Exception as e:
            print("error:", e)  #~ yes print
            print(traceback.format_exc())  #~ yes print
            traceback.print_exc()  #~ yes print
            sys.stderr.write("failed %s\n" % e)  #~ yes print
        finally:
            print("handled")  #~ yes print

    async def poll(self):
        while True:
            print("polling")  #~ yes print
            await asyncio.sleep(1)

    def save(self, row):
        if row is None:
            print("nothing to save")  #~ yes print
            return
        [print(x) for x in row]  #~ yes print
        print(f"saved {row.id}")  #~ yes print


def on_startup():
    print("connecting to database")  #~ yes print


def get_user(id):
    print("get_user called with", id)  #~ yes print
    return db.get(id)


@app.route("/hook", methods=["POST"])
def hook():
    print(request.json)  #~ yes print
    return "ok"


@app.post("/items")
async def items(item):
    print(f"received {item}")  #~ yes print
    return item


@shared_task
def send(mail_id):
    print("sending", mail_id)  #~ yes print


@celery.task
def clean():
    print("cleaning")  #~ yes print


def migrate(db):
    print("Applying migrations")  #~ yes print
    print("Done")  #~ yes print


def callback(ch, method, properties, body):
    print(" [x] Received %r" % body)  #~ yes print


def webhook(payload):
    print("payload:", payload)  #~ yes print
    print(type(payload))  #~ yes print
    print("-- ok")  #~ yes print


class Consumer(threading.Thread):
    def run(self):
        print("consumer running")  #~ yes print
        print("offset", self.offset)  #~ yes print


def fetch(url):
    r = requests.get(url)
    print(r.status_code)  #~ yes print
    print("Fetched", url)  #~ yes print
    return r


def refresh_cache():
    print("refreshing cache...")  #~ yes print
    print("cache refreshed in", 3, "s")  #~ yes print


def compute(x):
    print("compute", x)  #~ yes print
    if x < 0:
        print("negative value")  #~ yes print
    return x


def allowed(x):
    print(x)  # noqa: T201 #~ no print
    print(x)  # noqa #~ no print
    print(x, file=self.out)  #~ no print
    print(x, file=handle)  #~ no print
    print()  #~ no print
    print("-" * 40)  #~ no print
    print("==============================")  #~ no print
    print(json.dumps(x))  #~ no print
    print("\033[1mbold\033[0m")  #~ no print
    print("\r%d%%" % x, end="")  #~ no print
    self.stdout.write("x")  #~ no print
    logger.info("print me")  #~ no print
    pretty(x)  #~ no print
    self.print("x")  #~ no print
    doc = "print(x)"  #~ no print
    out.write("x")  #~ no print
    print(Fore.RED + "x")  #~ no print
    print(x)  # pylint: disable=print-used #~ no print


def print_table(rows):
    for row in rows:
        print(row)  #~ no print


def show_version():
    print("1.2.3")  #~ no print


def usage():
    print("usage: x")  #~ no print


def display_results(results):
    print(results)  #~ no print


def bail_out(message):
    print(message)  #~ no print
    sys.exit(1)


def check_python():
    if sys.version_info < (3, 8):
        print("Python 3.8 is needed")  #~ no print
        raise SystemExit(1)


def load(path):
    try:
        return read(path)
    except IOError as e:
        print("cannot read", path, e)  #~ no print
        os._exit(2)


def run_command(args):
    print("running")  #~ no print


def setup_logging():
    try:
        configure()
    except Exception as e:
        print("logging could not be set up", e)  #~ no print


class StderrHandler(logging.Handler):
    def emit(self, record):
        print(self.format(record), file=sys.stderr)  #~ no print


class Report(BaseCommand):
    def handle(self, *args, **options):
        print("report")  #~ no print


class Shell(cmd.Cmd):
    def do_list(self, line):
        print("a b")  #~ no print


def ask():
    answer = input("Continue? ")
    print("you said", answer)  #~ no print


def login():
    password = getpass.getpass()
    print("thanks")  #~ no print


def verbose_step(verbose):
    if verbose:
        print("step")  #~ no print
    if args.debug:
        print("debug")  #~ no print
    if sys.stdout.isatty():
        print("terminal")  #~ no print


@app.cli.command("seed")
def seed():
    print("seeding")  #~ no print


@cli.command()
def sync_all():
    print("syncing")  #~ no print


def test_something():
    print("in a test")  #~ no print
    logger.info(f"in a test {x}")  #~ no unstructured


class ThingTest(TestCase):
    def test_it(self):
        print("in a test")  #~ no print

    def helper(self):
        logger.info("password %s", password)  #~ no secret
        for x in xs:
            logger.info("x %s", x)  #~ no log-in-loop


if __name__ == "__main__":
    print("running by hand")  #~ no print
