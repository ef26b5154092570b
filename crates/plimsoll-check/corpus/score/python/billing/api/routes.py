from fastapi import APIRouter, Depends, Request
from loguru import logger

router = APIRouter()


@router.post("/invoices")
async def create_invoice(request: Request, body: Invoice, user: User = Depends(current_user)):
    print("create_invoice", body)  #~ yes print
    logger.info(f"invoice for {body.customer_id} by {user.id}")  #~ yes unstructured, no secret
    logger.info("invoice for {} by {}", body.customer_id, user.id)  #~ yes unstructured
    logger.bind(customer=body.customer_id).info("invoice.created")  #~ no unstructured
    logger.info("invoice.created")  #~ no unstructured
    logger.opt(exception=True).error(f"invoice {body.id}")  #~ yes unstructured
    logger.debug(body)  #~ yes unstructured
    logger.success("invoice paid")  #~ no unstructured
    logger.debug(f"auth header: {request.headers.get('authorization')}")  #~ yes secret
    logger.debug(f"user agent: {request.headers.get('user-agent')}")  #~ no secret
    logger.debug(f"cookies: {request.cookies}")  #~ yes secret
    logger.info(f"receipt mailed to {user.email}")  #~ yes secret
    logger.info(f"receipt mailed to user {user.pk}")  #~ no secret
    logger.info(f"charging {body.card.number_last4}")  #~ no secret
    logger.info(f"charging {body.card.card_number}")  #~ yes secret
    logger.trace("stripe key {}", settings.STRIPE_SECRET_KEY)  #~ yes secret
    logger.trace("stripe key set: {}", settings.STRIPE_SECRET_KEY is not None)  #~ no secret
    try:
        await store(body)
    except Exception as err:
        print(f"store failed: {err}")  #~ yes print
        logger.info(f"store failed: {err}")  #~ yes wrong-level
        logger.exception("store failed")  #~ no wrong-level, no unstructured
        raise
    return body


@router.post("/login")
async def login(form: LoginForm):
    logger.info("login of {u}", u=form.username)  #~ no secret
    logger.debug("password {}", form.password)  #~ yes secret
    logger.debug("password ok {}", check_password(form.password))  #~ no secret
    token = issue(form)
    logger.info("issued {}", token)  #~ yes secret
    logger.info("issued {}", token[:6] + "...")  #~ no secret
    logger.info("issued token #{}", token.serial)  #~ no secret
    logger.info("issued", token=token)  #~ yes secret
    logger.info("issued", token_hash=sha256(token))  #~ no secret
    return {"token": token}


@router.websocket("/feed")
async def feed(ws: WebSocket):
    await ws.accept()
    async for message in ws.iter_text():
        logger.debug("feed {}", message)  #~ no log-in-loop
    while True:
        data = await ws.receive_json()
        logger.info("feed got data")  #~ no log-in-loop
        for item in data["items"]:
            logger.info("item {}", item["id"])  #~ yes log-in-loop
