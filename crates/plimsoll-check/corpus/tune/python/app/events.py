import structlog

log = structlog.get_logger()


def submit(job, user, exc, items):
    log.info("job.submitted", job_id=str(job.id), user_id=user.id)  #~ no unstructured, no secret
    log.info(f"job {job.id} submitted")  #~ yes unstructured
    log.info("job submitted", email=user.email)  #~ yes secret, no unstructured
    log.bind(job=job.id).info("bound")  #~ no unstructured
    log.bind(job=job.id).info(f"bound {job}")  #~ yes unstructured
    log.error("job.failed", error=str(exc))  #~ no unstructured, no wrong-level
    log.info("job.tokens", tokens=job.max_tokens)  #~ no secret
    log.info("job.auth", token=job.token)  #~ yes secret
    log.info("job.auth", token=mask(job.token))  #~ no secret
    log.info("job.auth", token_id=job.token_id)  #~ no secret
    log.info("job.auth", password=None)  #~ no secret
    log.info("job.auth", **fields)  #~ no unstructured
    log.info("a" + job.name)  #~ yes unstructured
    log.info("a", a=f"{job.id}-x")  #~ no unstructured
    log.ainfo(f"async {job.id}")  #~ yes unstructured
    log.warning("%s jobs" % len(items))  #~ yes unstructured
    log.info("done", duration=3.0)  #~ no unstructured
