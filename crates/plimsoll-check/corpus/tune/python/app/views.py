import logging
import sys
import traceback

logger = logging.getLogger(__name__)
log = logging.getLogger("audit")


def create(request, user, settings):
    print("creating", user)  #~ yes print
    print(f"request {request.path}")  #~ yes print
    print("DEBUG", request.data, file=sys.stderr)  #~ yes print
    sys.stderr.write("something odd\n")  #~ yes print
    logger.info(f"creating user {user.id}")  #~ yes unstructured, no secret
    logger.info("creating user %s" % user.id)  #~ yes unstructured
    logger.info("creating user {}".format(user.id))  #~ yes unstructured
    logger.info("creating user " + str(user.id))  #~ yes unstructured
    logger.info("creating user %s", user.id)  #~ no unstructured
    logger.info("user.creating", extra={"user_id": user.id})  #~ no unstructured, no secret
    logger.info("signup of %s", user.email)  #~ yes secret
    logger.debug("login with %s / %s", user.name, password)  #~ yes secret
    logger.info(f"token is {token}")  #~ yes secret, yes unstructured
    logger.info("login", extra={"password": password})  #~ yes secret
    logger.info("api key %s", settings.API_KEY)  #~ yes secret
    logger.info("api key %s", os.environ["API_KEY"])  #~ yes secret
    logger.info("api key %s", os.getenv("SECRET_KEY"))  #~ yes secret
    logger.warning("bad cookie %r", request.COOKIES.get("session_cookie"))  #~ yes secret
    logger.info("header %s", request.headers["Authorization"])  #~ yes secret
    logger.info("header %s", request.headers.get("Authorization"))  #~ yes secret
    logger.debug("request headers: %s", request.headers)  #~ yes secret
    logger.info("sending mail to %s", recipient.email_address)  #~ yes secret
    logger.info("sms to %s", user.phone_number)  #~ yes secret
    logger.info("phone %s", user.phone)  #~ yes secret
    logger.info("ssn %s", form["ssn"])  #~ yes secret
    logger.info("otp for %s is %s", user.id, otp)  #~ yes secret
    logger.info("reset token: {}".format(reset_token))  #~ yes secret
    logger.info("user %s", {"email": user.email, "id": user.id})  #~ yes secret
    logger.info("credentials %s", credentials)  #~ yes secret
    logger.info("creds %r", self.creds)  #~ yes secret
    logger.info("private key %s", private_key)  #~ yes secret
    logger.info("secret=%s", client_secret)  #~ yes secret
    logger.info("jwt %s", jwt)  #~ yes secret
    logger.info("access_token %s", data.get("access_token"))  #~ yes secret
    logger.info("refresh %s", session.refresh_token)  #~ yes secret
    logger.info("card %s", payment.card_number)  #~ yes secret
    logger.info("passphrase %s", passphrase.strip())  #~ yes secret
    logger.info("pw %s", str(pwd))  #~ yes secret
    logger.info("bearer %s", bearer_token.decode())  #~ yes secret
    logger.info("new password %s", new_password)  #~ yes secret
    logger.info("user %s", getattr(user, "email"))  #~ yes secret
    logger.info("token %s", token.key)  #~ yes secret
    logger.info("invited %s", invite.to_email)  #~ yes secret
    logger.info("emails %s", emails)  #~ yes secret
    logger.info("auth %s", json.dumps({"token": token}))  #~ yes secret
    logger.info("authorization %s", authorization)  #~ yes secret
    logger.info("smtp password %s", config.smtp_password)  #~ yes secret
    logger.info("encryption key %s", encryption_key)  #~ yes secret
    logger.info("session key %s", request.session.session_key)  #~ yes secret
    logger.info("iban %s", account.iban)  #~ yes secret
    logger.info("verification code %s", user.verification_code)  #~ yes secret
    logger.info("dob %s", person.dob)  #~ yes secret
    logger.info("token %s...", token[:5])  #~ no secret
    logger.info("password set: %s", bool(password))  #~ no secret
    logger.info("password length %d", len(password))  #~ no secret
    logger.info("has token %s", token is not None)  #~ no secret
    logger.info("same %s", token == other)  #~ no secret
    logger.info("password %s", "*" * len(password))  #~ no secret
    logger.info("masked %s", mask(token))  #~ no secret
    logger.info("masked %s", mask_email(user.email))  #~ no secret
    logger.info("hash %s", hashlib.sha256(token).hexdigest())  #~ no secret
    logger.info("token id %s", token_id)  #~ no secret
    logger.info("token id %s", token.id)  #~ no secret
    logger.info("token type %s", token_type)  #~ no secret
    logger.info("tokens %d", max_tokens)  #~ no secret
    logger.info("usage %s", response.usage.total_tokens)  #~ no secret
    logger.info("next %s", next_page_token)  #~ no secret
    logger.info("since %s", since_token)  #~ no secret
    logger.info("url %s", token_url)  #~ no secret
    logger.info("path %s", secret_path)  #~ no secret
    logger.info("file %s", secrets_file)  #~ no secret
    logger.info("name %s", secret_name)  #~ no secret
    logger.info("name %s", cookie_name)  #~ no secret
    logger.info("expires %s", token.expires_at)  #~ no secret
    logger.info("expires %s", token_expiry)  #~ no secret
    logger.info("count %s", email_count)  #~ no secret
    logger.info("count %s", len(emails))  #~ no secret
    logger.info("subject %s", email_subject)  #~ no secret
    logger.info("template %s", email_template)  #~ no secret
    logger.info("backend %s", email_backend)  #~ no secret
    logger.info("public %s", public_key)  #~ no secret
    logger.info("cache key %s", cache_key)  #~ no secret
    logger.info("key %s", key)  #~ no secret
    logger.info("sort %s", sort_key)  #~ no secret
    logger.info("primary %s", primary_key)  #~ no secret
    logger.info("author %s", author)  #~ no secret
    logger.info("password changed for %s", user.id)  #~ no secret
    logger.info("password reset mail sent")  #~ no secret, no unstructured
    logger.info("api key %s", api_key_id)  #~ no secret
    logger.info("policy %s", password_policy)  #~ no secret
    logger.info("validator %s", password_validators)  #~ no secret
    logger.info("token %s", "present" if token else "missing")  #~ no secret
    logger.info("ok %s", verify_password(password))  #~ no secret
    logger.info("hidden %s", redact(headers))  #~ no secret
    logger.info("mailbox %s", mailbox)  #~ no secret
    logger.info("scopes %s", token.scopes)  #~ no secret
    logger.info("user %s", user.username)  #~ no secret
    logger.info("email verified %s", email_verified)  #~ no secret
    logger.info("is email %s", is_email)  #~ no secret
    logger.info("content type %s", request.headers["Content-Type"])  #~ no secret


def errors(self, job):
    try:
        job.run()
    except Exception as e:
        logger.info("job failed: %s", e)  #~ yes wrong-level
        logger.info(e)  #~ yes wrong-level, yes unstructured
        logger.error(e)  #~ no wrong-level, yes unstructured
        logger.exception(str(e))  #~ no wrong-level, yes unstructured
        logger.warning("job failed: %s", e)  #~ no wrong-level
        print(e)  #~ yes print
        traceback.print_exc()  #~ yes print
    try:
        job.load()
    except KeyError:
        logger.info("not cached, loading")  #~ no wrong-level
    except ValueError:
        logger.info("could not parse the job")  #~ yes wrong-level
    except (IOError, OSError) as exc:
        logger.info("Error reading %s: %s", job.path, exc)  #~ yes wrong-level
    except TimeoutError:
        logger.info("request failed, retrying")  #~ no wrong-level
    except Job.DoesNotExist:
        logger.info("job does not exist")  #~ no wrong-level
    except ConnectionError as err:
        logger.info("Unable to connect: %r", err)  #~ yes wrong-level
    except asyncio.CancelledError:
        logger.info("cancelled")  #~ no wrong-level
    except KeyboardInterrupt:
        logger.info("interrupted")  #~ no wrong-level
    except RuntimeError as error:
        logger.info("worker crashed", exc_info=error)  #~ yes wrong-level
    if response.status_code != 200:
        logger.info("webhook failed with %s", response.status_code)  #~ yes wrong-level
    if error:
        logger.info("Error: %s", error)  #~ yes wrong-level
    if not ok:
        logger.info("Failed to send notification")  #~ yes wrong-level
    if result.returncode != 0:
        logger.info("backup failed: %s", result.stderr)  #~ yes wrong-level
    logger.info("Failed to acquire the lock")  #~ yes wrong-level
    logger.info("An error occurred during sync")  #~ yes wrong-level
    logger.info("Could not find the template %s", name)  #~ yes wrong-level
    logger.info("%d failed, %d succeeded", failed, done)  #~ no wrong-level
    logger.info("no errors")  #~ no wrong-level
    logger.info("error handlers installed")  #~ no wrong-level
    logger.info("retrying failed job %s", job.id)  #~ no wrong-level
    logger.info("skipping failed job %s", job.id)  #~ no wrong-level
    logger.info("login failed for %s", user.id)  #~ no wrong-level
    logger.info("recovered from failure")  #~ no wrong-level
    logger.info("deleted failed jobs")  #~ no wrong-level
    logger.info("exception page rendered")  #~ no wrong-level
    logger.debug("failed to parse, using default")  #~ no wrong-level
    logger.info("ignoring error %s", code)  #~ no wrong-level
    logger.info("starting without errors")  #~ no wrong-level
    logger.info("finished: 0 errors")  #~ no wrong-level
    logger.info("failover done")  #~ no wrong-level
    logger.info("error budget left %s", budget)  #~ no wrong-level


def messages_and_objects(request, response, msg, e):
    logger.info(response)  #~ yes unstructured
    logger.info(response.json())  #~ yes unstructured
    logger.info(repr(e))  #~ yes unstructured
    logger.info({"a": 1})  #~ yes unstructured
    logger.info("a" + "b")  #~ no unstructured
    logger.info("a " "b")  #~ no unstructured
    logger.info(f"constant")  #~ no unstructured
    logger.info(MESSAGE)  #~ no unstructured
    logger.info(constants.WELCOME)  #~ no unstructured
    logger.info(msg)  #~ no unstructured
    text = f"user {request.user}"
    logger.info(text)  #~ yes unstructured
    text = "constant"
    logger.info(text)  #~ no unstructured
    logger.info(_("constant"))  #~ no unstructured
    logger.info("a %s" % "b" if request else "c")  #~ yes unstructured
    logger.info(" ".join(parts))  #~ yes unstructured
    logger.log(logging.INFO, f"x {e}")  #~ yes unstructured
    logger.log(level, "x %s" % e)  #~ yes unstructured
    logger.log(logging.INFO, "constant")  #~ no unstructured
    logging.info(f"root {e}")  #~ yes unstructured
    logging.getLogger("x").warning(f"direct {e}")  #~ yes unstructured
    self.logger.info(f"member {e}")  #~ yes unstructured
    self.log.error("member {}".format(e))  #~ yes unstructured
    current_app.logger.info(f"flask {e}")  #~ yes unstructured
    app.logger.info("flask %s" % e)  #~ yes unstructured
    messages.warning(request, f"hello {request.user}")  #~ no unstructured
    math.log(f(e))  #~ no unstructured
    warnings.warn(f"deprecated {e}")  #~ no unstructured
    raise_error(f"x {e}")  #~ no unstructured
    self.blog.info(f"x {e}")  #~ no unstructured
    console.log(f"x {e}")  #~ no unstructured
    parser.error(f"x {e}")  #~ no unstructured
    np.log(x)  #~ no unstructured
    logger.info(
        f"spread {e}"
        f" over lines"
    )
    logger.info("a", exc_info=True)  #~ no unstructured
    logger.exception("failed")  #~ no unstructured
    logger.info("%s", e)  #~ no unstructured
    logger.debug("Response: " + response.text)  #~ yes unstructured
    logger.error("Failed: {0}".format(e), exc_info=True)  #~ yes unstructured
    logger.critical(f"{e!r}")  #~ yes unstructured
    logger.warning(f"""multi {e}""")  #~ yes unstructured
    logger.info("total: %d" % len(parts))  #~ yes unstructured
    logger.info("x: %(x)s" % {"x": e})  #~ yes unstructured
    logger.info("x" + str(e) + "y")  #~ yes unstructured
    logger.info("a" if e else f"b {e}")  #~ yes unstructured
    logger.info(str(response))  #~ yes unstructured
    logger.info(f"{len(parts)} parts")  #~ yes unstructured
    logger.info(f"{request.method} {request.path}", extra={"a": 1})  #~ yes unstructured
    logger.error(exc)  #~ yes unstructured
    logger.warning(type(e))  #~ yes unstructured
    logger.getChild("x").info(f"child {e}")  #~ yes unstructured
    logger.info(f"{VERSION}")  #~ no unstructured


def stop(process, name, cache, url):
    if process.returncode:
        logger.info("Error from kill command: %s", name)  #~ yes wrong-level
    try:
        cache.fetch(url)
    except OSError as e:
        logger.info("Unable to fetch %s, proceeding without it: %s", url, e)  #~ yes wrong-level
    try:
        cache.fetch(url)
    except OSError as e:
        logger.info("Unable to fetch %s, retrying: %s", url, e)  #~ no wrong-level


class PackageHandler(BaseHTTPRequestHandler):
    def do_POST(self):
        print("package", self.path)  #~ yes print
        print("%-20s %s" % ("path", self.path))  #~ no print


def reload(log, config):
    try:
        log.setup(config)
    except Exception:
        print("reloading the logging configuration failed")  #~ no print
