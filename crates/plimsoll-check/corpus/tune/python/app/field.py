"""What services out there taught: forms that the first collection had not thought of."""
import click
import logging

LOG = logging.getLogger(__name__)
accesslog = logging.getLogger("access")


def start(settings, app):
    print("the archive is being built, please wait")  #~ yes print
    click.secho("version check failed", fg="red")
    print(constants.READY_MARKER, flush=True)  #~ no print
    names = as_list(settings["plugins"])
    for name in names:
        LOG.info("Setting up %s", name)  #~ no log-in-loop
    phases = (("found", 1), ("moved", 2))
    for phase, count in phases:
        LOG.info("phase %s: %s", phase, count)  #~ no log-in-loop
    removed = []
    for row in rows:
        removed.append(row)
    for row in removed:
        LOG.info("removed %s", row.id)  #~ yes log-in-loop
    for period in ReportPeriods:
        LOG.info("report of %s", period)  #~ no log-in-loop
    for record in queue.pending_records():
        accesslog.info("record %s", record.id)  #~ yes log-in-loop
        if gate.is_due():
            LOG.info("so far %s", record.id)  #~ no log-in-loop
        if record.kind not in KINDS:
            LOG.debug("found an invalid kind: %s", record.kind)  #~ no log-in-loop


def relay(child):
    for line in child.stdout:
        sys.stdout.write(line)  #~ no print


def texts(broker, node):
    accesslog.warning("unknown kind %r" % node)  #~ yes unstructured
    LOG.info(_LI("Node %s is back"), node)  #~ no unstructured
    LOG.info(_LI("loaded"))  #~ no unstructured
    LOG.info("=" * 60)  #~ no unstructured
    LOG.error(broker, "cannot reach %s", node)  #~ no unstructured


def secrets(request, grant, recipients):
    LOG.debug("environment: %s", request.environ)  #~ yes secret
    LOG.debug("mail to %s", mail["address"])  #~ yes secret
    LOG.info("smtp to %s", ", ".join(recipients))  #~ yes secret
    LOG.debug("connecting with %s", connection_args)  #~ yes secret
    LOG.info("synced", fingerprint=fingerprint_token(api_key))  #~ no secret
    LOG.info("loading secret %s", secret_ref)  #~ no secret


def objects(token, grants):
    if token.expires_at < now():
        LOG.warning("deleting %s", token)  #~ no secret
    shown = dict(grants)
    shown["access"] = "REDACTED"
    LOG.debug("bearer token %s", shown)  #~ no secret


def levels(client, task):
    if client.reply.is_error:
        LOG.info("prediction not made: %s", client.reply.error_message)  #~ yes wrong-level
    try:
        client.close()
    except Exception as e:
        LOG.info("error cleaning up %s: %s", client, e)  #~ yes wrong-level
    try:
        client.send(task)
    except Fault as e:
        LOG.info("error sending %s: %s", task, e)  #~ no wrong-level
        raise HTTPBadRequest()
    LOG.info("Exception occurred during task %s", task)  #~ yes wrong-level
