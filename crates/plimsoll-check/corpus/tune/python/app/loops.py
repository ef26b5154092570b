import logging
import time

logger = logging.getLogger(__name__)


async def data(self, users, rows, queue, session):
    for user in users:
        logger.info("syncing %s", user.id)  #~ yes log-in-loop
        sync(user)
    for i, row in enumerate(rows):
        logger.debug(f"row {i}")  #~ yes log-in-loop
    for row in cursor.fetchall():
        logger.info("row %s", row)  #~ yes log-in-loop
    for obj in Model.objects.filter(active=True):
        logger.info("updating %s", obj.pk)  #~ yes log-in-loop
        obj.save()
    for line in open(path):
        logger.debug(line)  #~ yes log-in-loop
    for key, value in data.items():
        logger.debug("%s=%s", key, value)  #~ yes log-in-loop
    for n in range(len(rows)):
        logger.info("row %d", n)  #~ yes log-in-loop
    for path in glob("*.csv"):
        logger.info("importing %s", path)  #~ yes log-in-loop
    while stack:
        node = stack.pop()
        logger.debug("node %s", node)  #~ yes log-in-loop
    while offset < total:
        logger.info("offset %d", offset)  #~ yes log-in-loop
        offset += 100
    [logger.info("item %s", item) for item in items]  #~ yes log-in-loop
    async for row in session.stream(query).rows():
        logger.info("row %s", row.id)  #~ yes log-in-loop
    for user in users:
        if user.stale:
            logger.info("removing %s", user.id)  #~ yes log-in-loop
            user.delete()
    for user in users:
        with lock:
            logger.info("locked %s", user.id)  #~ yes log-in-loop
    for user in users:
        try:
            sync(user)
            logger.info("synced %s", user.id)  #~ yes log-in-loop
        except Exception as e:
            logger.exception("sync of %s failed", user.id)  #~ no log-in-loop
    for page in range(pages):
        for item in fetch(page):
            logger.info("item %s", item)  #~ yes log-in-loop
    for kind in ("a", "b"):
        for item in fetch(kind):
            logger.info("item %s", item)  #~ yes log-in-loop
    for message in batch: logger.info("message %s", message.id)  #~ yes log-in-loop
    for f in os.listdir(folder): logger.debug("file %s", f)  #~ yes log-in-loop
    for root, dirs, files in os.walk(folder): logger.info("folder %s", root)  #~ yes log-in-loop
    for device in devices: logger.info("found %s", device)  #~ yes log-in-loop
    for event in events: logger.info("event %s", event["id"])  #~ yes log-in-loop
    for chunk in response.iter_content(): logger.debug("chunk %d", len(chunk))  #~ yes log-in-loop
    for record in reader: logger.debug("record %s", record)  #~ yes log-in-loop
    for task in done: logger.info("task %s", task)  #~ yes log-in-loop
    for name in sorted(names): logger.info("name %s", name)  #~ yes log-in-loop
    for a, b in zip(xs, ys): logger.debug("%s %s", a, b)  #~ yes log-in-loop
    for member in room.members: logger.info("member %s", member)  #~ yes log-in-loop
    for p in Product.objects.all().iterator(): logger.info("product %s", p.pk)  #~ yes log-in-loop
    for x in results: logger.warning("result %s", x)  #~ yes log-in-loop
    for url in urls: logger.info("crawling %s", url); crawl(url)  #~ yes log-in-loop
    for host in hosts: logger.info(f"host {host}")  #~ yes log-in-loop
    for w in words: logger.debug(w)  #~ yes log-in-loop
    for idx in range(0, len(ids), 100): logger.info("batch %d", idx)  #~ yes log-in-loop
    for order in orders: logger.info("order %s", order.id)  #~ yes log-in-loop
    for step in plan.steps: logger.info("step %s", step)  #~ yes log-in-loop
    for k in list(cache): logger.debug("evict %s", k)  #~ yes log-in-loop
    for node in tree.iter(): logger.debug("node %s", node.tag)  #~ yes log-in-loop
    for u in session.query(User).all(): logger.info("user %s", u.id)  #~ yes log-in-loop


async def none(self, users, queue, ws):
    while True:
        message = await queue.get()
        logger.info("message %s", message)  #~ no log-in-loop
    while True:
        logger.info("tick")  #~ no log-in-loop
        time.sleep(1)
    while not self.stopped:
        logger.info("working")  #~ no log-in-loop
    while self.running:
        logger.debug("cycle")  #~ no log-in-loop
    async for message in ws:
        logger.info("message %s", message)  #~ no log-in-loop
    async for message in pubsub.listen():
        logger.info("message %s", message)  #~ no log-in-loop
    for message in consumer:
        logger.info("message %s", message)  #~ no log-in-loop
    for attempt in range(3):
        logger.info("attempt %d", attempt)  #~ no log-in-loop
    for attempt in range(max_retries):
        logger.info("attempt %d", attempt)  #~ no log-in-loop
    for _ in range(retries):
        logger.info("trying")  #~ no log-in-loop
    for name in ("a", "b", "c"):
        logger.info("creating %s", name)  #~ no log-in-loop
    for name in ["a", "b"]:
        logger.info("creating %s", name)  #~ no log-in-loop
    for name in TABLES:
        logger.info("creating %s", name)  #~ no log-in-loop
    for sig in (signal.SIGINT, signal.SIGTERM):
        logger.info("handling %s", sig)  #~ no log-in-loop
    for user in users:
        if user.id == wanted:
            logger.info("found %s", user.id)  #~ no log-in-loop
            break
    for user in users:
        if user.name == name:
            logger.info("found %s", user.id)  #~ no log-in-loop
            return user
    for user in users:
        if user.bad:
            logger.error("bad user %s", user.id)  #~ no log-in-loop
            raise ValueError(user)
    for user in users:
        if not user.email:
            logger.warning("user %s has no address", user.id)  #~ no log-in-loop
            continue
    for user in users:
        try:
            sync(user)
        except Exception:
            logger.info("could not sync %s", user.id)  #~ no log-in-loop
    for user in users:
        try:
            sync(user)
        except Exception as e:
            logger.error("sync failed: %s", e)  #~ no log-in-loop
            continue
    for i, user in enumerate(users):
        if i % 100 == 0:
            logger.info("%d users", i)  #~ no log-in-loop
    for user in users:
        if user.locked:
            logger.info("skipping locked user %s", user.id)  #~ no log-in-loop
            continue
    for user in users:
        if user.status_code != 200:
            logger.info("unexpected status of %s", user.id)  #~ no log-in-loop
    for user in users:
        count += 1
    logger.info("synced %d", count)  #~ no log-in-loop
    for user in users:
        pass
    else:
        logger.info("done")  #~ no log-in-loop
    while time.time() < deadline:
        logger.debug("waiting")  #~ no log-in-loop
    while retries > 0:
        logger.info("trying")  #~ no log-in-loop
    while not task.done():
        logger.info("waiting for the task")  #~ no log-in-loop
        await asyncio.sleep(1)
    for event in watch.stream(api.list_pods):
        logger.info("event %s", event)  #~ no log-in-loop
    for line in iter(queue.get, None):
        logger.info("line %s", line)  #~ no log-in-loop
    for line in sys.stdin:
        logger.info("line %s", line)  #~ no log-in-loop
    total = sum(x for x in users)
    logger.info("total %d", total)  #~ no log-in-loop
    while 1:
        logger.info("polling")  #~ no log-in-loop
        poll()
    for i in range(10):
        logger.info("round %d", i)  #~ no log-in-loop
    for i in range(MAX_WORKERS):
        logger.info("worker %d", i)  #~ no log-in-loop
    for message in self.subscriber:
        logger.info("message %s", message)  #~ no log-in-loop
    while True:
        try:
            connect()
            break
        except OSError:
            logger.info("not up yet")  #~ no log-in-loop
    for job in jobs:
        if job.error:
            logger.info("job %s failed", job.id)  #~ no log-in-loop
    async for event in client.events():
        logger.info("event %s", event)  #~ no log-in-loop
    for delay in backoff():
        logger.info("waiting %s", delay)  #~ no log-in-loop
    async for change in collection.watch():
        logger.info("change %s", change)  #~ no log-in-loop
    def helper(user):
        logger.info("helping %s", user.id)  #~ no log-in-loop
    while not ready:
        logger.debug("not ready")  #~ no log-in-loop
        time.sleep(0.1)
    for x in users:
        if x.quit:
            logger.info("quitting")  #~ no log-in-loop
            sys.exit(0)


def explain(hint, store, chunks, projects, failed):
    if not store.ready:
        for line in hint.split("\n"):
            logger.error("upgrade: %s", line)  #~ no log-in-loop
        raise RuntimeError("not ready")
    for chunk in chunks:
        logger.info("retrying download of %s", chunk)  #~ no log-in-loop
        store.fetch(chunk)
    rows = (store.projects.values("id", "title"))
    for row in rows:
        logger.debug("project %s", row)  #~ yes log-in-loop
        store.touch(row)
    try:
        store.send(projects)
    except OSError:
        for project in projects:
            logger.info("not sent: %s", project)  #~ no log-in-loop
    for missing in store.missing_parts():
        logger.info("asking for %s", missing)  #~ yes log-in-loop
        store.ask(missing)
