import logging
import time

LOG = logging.getLogger(__name__)


class Sync:
    def __init__(self, client, password, access_key):
        self.log = LOG
        LOG.debug("client %r password %s", client, password)  #~ yes secret
        LOG.debug("client %r", client)  #~ no secret, no unstructured
        LOG.debug("access key %(key)s", {"key": access_key})  #~ yes secret
        LOG.debug("access key id %s", self.access_key_id)  #~ no secret
        print("Sync ready")  #~ yes print

    def run(self):
        print("sync run", time.time())  #~ yes print
        for account in self.client.accounts():
            self.log.info("account %s", account.id)  #~ yes log-in-loop
            for tx in account.transactions:
                self.log.debug("tx %s", tx.id)  #~ yes log-in-loop
                if tx.seen:
                    continue
                self.log.info("new tx %s", tx.id)  #~ yes log-in-loop
                if tx.amount < 0:
                    self.log.warning("negative amount in %s", tx.id)  #~ no log-in-loop
            try:
                account.close()
            except ApiError as exc:
                self.log.info("closing %s failed: %s", account.id, exc)  #~ no log-in-loop, yes wrong-level
        pending = [a for a in self.accounts if a.pending]
        self.log.info("%d pending", len(pending))  #~ no log-in-loop
        for account in pending:
            if account.id == self.last:
                self.log.info("resuming at %s", account.id)  #~ no log-in-loop
                break
        else:
            self.log.info("nothing to resume")  #~ no log-in-loop
        for n, account in enumerate(pending, 1):
            if not n % 50:
                self.log.info("%d done", n)  #~ no log-in-loop
        for account in pending:
            if account.blocked:
                LOG.info("Ignoring blocked account %s", account.id)  #~ no log-in-loop
                continue
            account.sync()
        return [self.one(a) for a in pending]

    def listen(self):
        for note in self.pubsub.listen():
            LOG.info("note %s", note)  #~ no log-in-loop
        for msg in KafkaConsumer("topic"):
            LOG.info("msg %s", msg.offset)  #~ no log-in-loop
        while not self._stop.is_set():
            LOG.debug("waiting")  #~ no log-in-loop
            self._stop.wait(5)
        while True:
            job = self.queue.get()
            LOG.info("job %s", job.id)  #~ no log-in-loop
            for part in job.parts:
                LOG.info("part %s", part)  #~ yes log-in-loop
        for attempt in range(1, self.max_attempts + 1):
            LOG.info("attempt %d", attempt)  #~ no log-in-loop
            if self.once():
                return
        for _ in range(60):
            LOG.info("waiting for db")  #~ no log-in-loop
            time.sleep(1)
        for env in ["dev", "prod"]:
            LOG.info("env %s", env)  #~ no log-in-loop
        for setting in REQUIRED_SETTINGS:
            LOG.info("setting %s", setting)  #~ no log-in-loop
        for key in {"a", "b"}:
            LOG.info("key %s", key)  #~ no log-in-loop
        for i in range(5):
            LOG.info("thread %d", i)  #~ no log-in-loop

    def loops(self, df, tree, folder):
        for _, row in df.iterrows():
            LOG.info("row %s", row["id"])  #~ yes log-in-loop
        for child in tree.children:
            LOG.debug("child %s", child)  #~ yes log-in-loop
        for file in folder.iterdir():
            LOG.info("uploading %s", file)  #~ yes log-in-loop
            upload(file)
        for blob in bucket.list_blobs(): LOG.info("blob %s", blob.name)  #~ yes log-in-loop
        for batch in chunks(ids, 100): LOG.info("batch of %d", len(batch))  #~ yes log-in-loop
        for user in User.objects.all(): LOG.info("user %s", user.pk)  #~ yes log-in-loop
        for result in session.execute(stmt): LOG.debug("result %s", result)  #~ yes log-in-loop
        for u, perms in grants.items(): LOG.info("granting %s", u)  #~ yes log-in-loop
        for email in emails: LOG.info("queued mail")  #~ yes log-in-loop
        for i in range(n): LOG.info("i %d", i)  #~ yes log-in-loop
        for i in range(0, total, step): LOG.info("i %d", i)  #~ yes log-in-loop
        for line in f.readlines(): LOG.debug("line %s", line.strip())  #~ yes log-in-loop
        for line in output.splitlines(): LOG.info(line)  #~ yes log-in-loop
        for t in threads: t.join(); LOG.info("joined %s", t.name)  #~ yes log-in-loop
        for e in entries: LOG.warning("entry %s", e)  #~ yes log-in-loop
        while index < len(data): LOG.debug("index %d", index); index += 1  #~ yes log-in-loop
        while todo: item = todo.pop(); LOG.debug("todo %s", item)  #~ yes log-in-loop
        any(LOG.info("x %s", x) for x in xs)  #~ yes log-in-loop
        for a in xs:
            for b in ys:
                if a == b: LOG.debug("match %s", a)  #~ yes log-in-loop
        for member in team:
            if member.active: LOG.info("notifying %s", member.id); notify(member)  #~ yes log-in-loop
            else: LOG.debug("inactive %s", member.id)  #~ yes log-in-loop
        for x in xs:
            def cb(): LOG.info("callback")  #~ no log-in-loop
        for x in xs:
            if bad(x): LOG.error("bad %s", x); raise Bad(x)  #~ no log-in-loop
        for x in xs:
            if x.failed: LOG.info("%s failed", x)  #~ no log-in-loop
        for x in xs:
            if x.error is not None: LOG.info("x has error %s", x.error)  #~ no log-in-loop
        for proc in procs:
            if proc.dead: LOG.info("dead, leaving"); sys.exit(1)  #~ no log-in-loop
        for server in servers:
            try: connect(server)
            except OSError: LOG.info("cannot connect to %s", server)  #~ no log-in-loop
            else: LOG.info("connected to %s", server); return server  #~ no log-in-loop
        async def stream(self):
            async for event in self.client.subscribe(): LOG.info("event %s", event)  #~ no log-in-loop
            async for doc in self.db.find({}): LOG.info("doc %s", doc)  #~ yes log-in-loop


def failures(response, job, exc):
    try:
        work()
    except HTTPError as e:
        LOG.info("Upload failed with %s", e)  #~ yes wrong-level
    except ValidationError as e:
        LOG.warning("invalid: %s", e)  #~ no wrong-level
    except FileNotFoundError:
        LOG.info("no state file, starting fresh")  #~ no wrong-level
    except StopIteration:
        LOG.info("stream ended")  #~ no wrong-level
    except ImportError:
        LOG.info("uvloop is not installed")  #~ no wrong-level
    except Exception:
        LOG.info("Something went wrong while syncing")  #~ yes wrong-level
    try:
        work()
    except Exception as error:
        LOG.info("sync", extra={"error": error})  #~ yes wrong-level
    try:
        work()
    except DatabaseError as ex:
        LOG.info("Database error: {}".format(ex))  #~ yes wrong-level
        LOG.debug("Database error: {}".format(ex))  #~ no wrong-level
    try:
        work()
    except (TypeError, ValueError) as e:
        LOG.info(f"Couldn't decode payload: {e}")  #~ yes wrong-level
    try:
        work()
    except SMTPException as e:
        LOG.info("unable to send mail: %s", e)  #~ yes wrong-level
    try:
        work()
    except BrokenPipeError:
        LOG.info("client went away")  #~ no wrong-level
    try:
        work()
    except Conflict:
        LOG.info("already exists, skipping")  #~ no wrong-level
    try:
        work()
    except Throttled as e:
        LOG.info("rate limited, will retry in %s", e.wait)  #~ no wrong-level
    try:
        work()
    except Exception as e:
        LOG.info("Exception in worker thread: %s", e)  #~ yes wrong-level
    if response.status_code >= 500:
        LOG.info("Gateway error %s", response.status_code)  #~ yes wrong-level
    if exc:
        LOG.info("Task failed: %s", exc)  #~ yes wrong-level
    if job.failed:
        LOG.info("Job %s failed", job.id)  #~ yes wrong-level
    LOG.info("Failed to rotate keys")  #~ yes wrong-level
    LOG.info("Could not reach %s", job.host)  #~ yes wrong-level
    LOG.info("failed=%d ok=%d", job.failed, job.ok)  #~ no wrong-level
    LOG.info("Finished with 0 errors")  #~ no wrong-level
    LOG.info("Cleared error state")  #~ no wrong-level
    LOG.info("error_handler registered")  #~ no wrong-level
    LOG.info("Reprocessing failed events")  #~ no wrong-level
    LOG.info("Password check failed for user %s", job.user)  #~ no wrong-level
    LOG.info("Authentication failed")  #~ no wrong-level
    LOG.info("circuit breaker closed after failures")  #~ no wrong-level
    LOG.info("exceptions are reported to %s", job.dsn)  #~ no wrong-level
    LOG.info("fail fast mode on")  #~ no wrong-level
    LOG.info("no failures in the last hour")  #~ no wrong-level
    LOG.error("Failed to start")  #~ no wrong-level
    LOG.critical("unable to start")  #~ no wrong-level
    LOG.warning("error in hook")  #~ no wrong-level


def forms(x, y, exc, message, resp):
    LOG.info("%s" % x)  #~ yes unstructured
    LOG.info("a %d b %d" % (x, y))  #~ yes unstructured
    LOG.info("a {x}".format(x=x))  #~ yes unstructured
    LOG.info(f"a {x.y.z}")  #~ yes unstructured
    LOG.info(f"a {x:>10}")  #~ yes unstructured
    LOG.info(f"{x=}")  #~ yes unstructured
    LOG.info("a" f"{x}")  #~ yes unstructured
    LOG.info("a: " + x + ".")  #~ yes unstructured
    LOG.info(x.name + " joined")  #~ yes unstructured
    LOG.info(", ".join(x))  #~ yes unstructured
    LOG.info(str(x))  #~ yes unstructured
    LOG.info(exc)  #~ yes unstructured
    LOG.info(resp.text)  #~ no unstructured
    LOG.info(resp.json())  #~ yes unstructured
    LOG.info([x, y])  #~ yes unstructured
    LOG.info(msg=f"kw {x}")  #~ yes unstructured
    LOG.log(10, f"lvl {x}")  #~ yes unstructured
    LOG.warn("old %s" % x)  #~ yes unstructured
    LOG.exception(f"boom {x}")  #~ yes unstructured
    LOG.error("boom: {}".format(exc), exc_info=exc)  #~ yes unstructured
    logging.error(f"root {x}")  #~ yes unstructured
    self._logger.info(f"private {x}")  #~ yes unstructured
    cls.logger.info(f"class {x}")  #~ yes unstructured
    get_logger().info(f"made {x}")  #~ yes unstructured
    self.get_logger().info(f"made {x}")  #~ yes unstructured
    access_log.info(f"named {x}")  #~ yes unstructured
    err = "x is %s" % x
    LOG.error(err)  #~ yes unstructured
    info = "constant text"
    LOG.info(info)  #~ no unstructured
    LOG.info(message)  #~ no unstructured
    LOG.info("a %s b %d", x, y)  #~ no unstructured
    LOG.info("a", extra={"x": x})  #~ no unstructured
    LOG.info("a", extra=dict(x=x))  #~ no unstructured
    LOG.info("100% sure")  #~ no unstructured
    LOG.info("{} placeholders")  #~ no unstructured
    LOG.info(f"no holes")  #~ no unstructured
    LOG.info("a"
             "b")  #~ no unstructured
    LOG.info(START_MESSAGE)  #~ no unstructured
    LOG.info(Messages.STARTED)  #~ no unstructured
    LOG.info("""text
    over lines""")  #~ no unstructured
    LOG.info(gettext("translated"))  #~ no unstructured
    LOG.setLevel(x)  #~ no unstructured
    LOG.addHandler(x)  #~ no unstructured
    LOG.isEnabledFor(x)  #~ no unstructured
    messages.error(resp, f"flash {x}")  #~ no unstructured
    flash(f"flash {x}")  #~ no unstructured
    numpy.log(x)  #~ no unstructured
    span.log(f"x {x}")  #~ no unstructured
    dialog.info(f"x {x}")  #~ no unstructured
    changelog.info(f"x {x}")  #~ no unstructured
    st.error(f"x {x}")  #~ no unstructured
    raise ValueError(f"x {x}")  #~ no unstructured


def secrets(conf, user, msg, account):
    LOG.info("dsn %s", conf.database_url)  #~ yes secret
    LOG.info("amqp password %s", conf["password"])  #~ yes secret
    LOG.info("token=%s", msg.get("token"))  #~ yes secret
    LOG.info("apikey %s", conf.apikey)  #~ yes secret
    LOG.info("hmac secret %s", HMAC_SECRET)  #~ yes secret
    LOG.info("user %s %s", user.first_name, user.email)  #~ yes secret
    LOG.info("notify %s", ", ".join(user.emails))  #~ yes secret
    LOG.info("notify %s", [u.email for u in users])  #~ yes secret
    LOG.info("tel %s", account.phone_number)  #~ yes secret
    LOG.info("otp %s", generate_otp())  #~ yes secret
    LOG.info("pin code %s", account.otp_code)  #~ yes secret
    LOG.info("session %s", session_token)  #~ yes secret
    LOG.info("oauth %s", {"client_secret": conf.client_secret})  #~ yes secret
    LOG.info("ssh key %s", conf.private_key)  #~ yes secret
    LOG.info("basic %s", base64.b64encode(password))  #~ yes secret
    LOG.info("cookie %s", response.cookies["sessionid_cookie"])  #~ yes secret
    LOG.info("address %s", account.billing_address)  #~ yes secret
    LOG.info("set password to %s", new_password or default_password)  #~ yes secret
    LOG.info("jwt %s", jwt_token)  #~ yes secret
    LOG.info("auth %s", kwargs.get("auth_token"))  #~ yes secret
    LOG.info("license %s", conf.license_key)  #~ yes secret
    LOG.info("user %s", user.id)  #~ no secret
    LOG.info("user %s", user.username)  #~ no secret
    LOG.info("token %s", token_name)  #~ no secret
    LOG.info("token count %s", num_tokens)  #~ no secret
    LOG.info("completion_tokens %s", usage.completion_tokens)  #~ no secret
    LOG.info("page %s", resp.next_page_token)  #~ no secret
    LOG.info("csrf header %s", settings.CSRF_HEADER_NAME)  #~ no secret
    LOG.info("hash %s", user.password_hash)  #~ no secret
    LOG.info("hash %s", make_hash(password))  #~ no secret
    LOG.info("age %s", user.password_age)  #~ no secret
    LOG.info("file %s", conf.credentials_file)  #~ no secret
    LOG.info("path %s", conf.token_path)  #~ no secret
    LOG.info("endpoint %s", conf.token_endpoint)  #~ no secret
    LOG.info("expiry %s", token.expiry)  #~ no secret
    LOG.info("issuer %s", token["iss"])  #~ no secret
    LOG.info("email type %s", mail.email_type)  #~ no secret
    LOG.info("email id %s", mail.email_id)  #~ no secret
    LOG.info("emails sent %d", emails_sent)  #~ no secret
    LOG.info("gmail %s", gmail_enabled)  #~ no secret
    LOG.info("secret store %s", secret_store)  #~ no secret
    LOG.info("secrets loaded: %d", len(secrets))  #~ no secret
    LOG.info("masked %s", masked_token)  #~ no secret
    LOG.info("masked %s", obfuscate(api_key))  #~ no secret
    LOG.info("ends with %s", api_key[-4:])  #~ no secret
    LOG.info("password is %s", "set" if password else "unset")  #~ no secret
    LOG.info("valid %s", token_valid)  #~ no secret
    LOG.info("equal %s", password != confirmation)  #~ no secret
    LOG.info("foreign key %s", foreign_key)  #~ no secret
    LOG.info("routing key %s", routing_key)  #~ no secret
    LOG.info("idempotency key %s", idempotency_key)  #~ no secret
    LOG.info("object key %s", s3_key)  #~ no secret
    LOG.info("enter the password")  #~ no secret
    LOG.info("password: ***")  #~ no secret


def more_failures(invoice, gateway, result, errors):
    try:
        gateway.capture(invoice)
    except GatewayError as e:
        LOG.info("capture of %s failed: %s", invoice.id, e)  #~ yes wrong-level
    try:
        gateway.refund(invoice)
    except Exception as exc:
        LOG.info("refund error", exc_info=exc)  #~ yes wrong-level
    try:
        gateway.ping()
    except OSError:
        LOG.info("Unable to reach the gateway")  #~ yes wrong-level
    try:
        invoice.render()
    except RenderError as err:
        LOG.info(f"rendering {invoice.id}: {err}")  #~ yes wrong-level
    try:
        invoice.lock()
    except LockHeld:
        LOG.info("someone else works on it")  #~ no wrong-level
    if result.error:
        LOG.info("Settlement error: %s", result.error)  #~ yes wrong-level
    if errors:
        LOG.info("%d invoices could not be sent", len(errors))  #~ yes wrong-level
    if gateway.status == "down":
        LOG.info("gateway is down for maintenance")  #~ no wrong-level
    if not result.ok:
        LOG.info("charge failed for %s", invoice.id)  #~ yes wrong-level
    LOG.info("Failed to archive %s", invoice.id)  #~ yes wrong-level
    LOG.info("Exception while booking %s", invoice.id)  #~ yes wrong-level
    LOG.info("an error occurred, invoice %s is incomplete", invoice.id)  #~ yes wrong-level
    LOG.info("unable to allocate a number")  #~ yes wrong-level
    LOG.info("dunning for failed payments is off")  #~ no wrong-level
    try:
        gateway.close()
    except Exception:
        LOG.info("close crashed: %s", traceback.format_exc())  #~ yes wrong-level
    try:
        gateway.poll()
    except RuntimeError as error:
        LOG.info(error)  #~ yes wrong-level
