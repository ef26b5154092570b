//! A service's start, its handlers, its errors.
use tracing::{debug, error, info, instrument, trace, warn};

async fn serve(addr: SocketAddr, state: AppState) -> anyhow::Result<()> {
    println!("listening on {}", addr); //~ yes print
    eprintln!("warning: no TLS configured"); //~ yes print
    let listener = TcpListener::bind(addr).await?;
    println!("Server started with {} workers", state.workers); //~ yes print
    axum::serve(listener, router(state)).await?;
    println!("shutting down"); //~ yes print
    Ok(())
}

async fn create(Json(body): Json<CreateUser>, state: State) -> Result<Json<User>, ApiError> {
    println!("create user {:?}", body); //~ yes print
    dbg!(&body.plan); //~ yes print
    info!("creating user {}", body.name); //~ yes unstructured
    info!("signup for {}", body.email); //~ yes secret, yes unstructured
    debug!(email = %body.email, "signup"); //~ yes secret, no unstructured
    info!(plan = %body.plan, "user.creating"); //~ no unstructured, no secret
    let user = match state.store.insert(&body).await {
        Ok(user) => user,
        Err(err) => {
            info!("failed to insert user: {err}"); //~ yes wrong-level, yes unstructured
            eprintln!("insert failed: {err}"); //~ yes print
            return Err(err.into());
        }
    };
    info!("created user {user:?} in {}ms", 3); //~ yes unstructured
    error!(error = %"x", "user.create.failed"); //~ no unstructured, no wrong-level
    Ok(Json(user))
}

#[instrument] //~ yes secret
async fn login(username: &str, password: &str, state: &AppState) -> Result<Session, Error> {
    debug!("login attempt for {username} with {password}"); //~ yes secret, yes unstructured
    let token = state.tokens.issue(username)?;
    info!("issued token {}", token); //~ yes secret, yes unstructured
    info!(token_len = token.len(), "token.issued"); //~ no secret, no unstructured
    info!("token has {} characters", token.len()); //~ no secret, yes unstructured
    trace!(access_token = ?token, "token"); //~ yes secret, no unstructured
    info!(token.id = %token.id, "token.issued"); //~ no secret, no unstructured
    debug!(has_password = password.is_empty(), "login"); //~ no secret
    debug!(password = "***", "login"); //~ no secret
    warn!(user = username, "login.password.rejected"); //~ no secret, no unstructured
    Ok(Session::new(token))
}

#[instrument(skip(password, state))] //~ no secret
async fn relogin(username: &str, password: &str, state: &AppState) -> Result<Session, Error> {
    todo()
}

#[instrument(skip_all, fields(user = %username))] //~ no secret
async fn login_third(username: &str, secret: &str) {}

#[tracing::instrument(level = "debug", fields(email = %request.email))] //~ yes secret
async fn invite(request: Invite) {}

#[tracing::instrument(err)] //~ yes secret
async fn refresh(&self, refresh_token: String) -> Result<(), Error> {
    info!(refresh_token_id = %self.id, "refresh"); //~ no secret
    info!("refresh at {}", self.token_url); //~ no secret
    info!("token expires at {}", self.token_expires_at); //~ no secret
    info!("{} tokens left of {}", self.tokens_left, self.max_tokens); //~ no secret
    debug!("next page {:?}", self.next_token); //~ no secret
    debug!(page_token = %self.page_token, "page"); //~ no secret
    debug!("continuation {}", self.continuation_token); //~ no secret
    debug!("password hash {}", self.password_hash); //~ no secret
    debug!("reset mail sent to mailbox {}", self.mailbox_id); //~ no secret
    debug!("api key prefix {}", &self.api_key[..4]); //~ no secret
    debug!("api key {}", mask(&self.api_key)); //~ no secret
    debug!("api key {}", self.api_key); //~ yes secret
    debug!("api key {}", redact(&self.api_key)); //~ no secret
    debug!("secret matches: {}", self.secret == other); //~ no secret
    debug!(secret_present = self.secret.is_some(), "config"); //~ no secret
    debug!("client secret: {:?}", self.client_secret); //~ yes secret
    info!("connecting with password {}", config.database.password); //~ yes secret
    info!("sending otp {} to {}", otp, user.id); //~ yes secret
    info!("verification code {}", self.verification_code); //~ yes secret
    info!("calling {} with {}", url, headers.get("authorization").unwrap()); //~ yes secret
    info!("cookie: {:?}", request.headers().get(COOKIE)); //~ yes secret
    info!("auth header {}", auth_header); //~ yes secret
    warn!("invalid bearer token: {}", bearer_token); //~ yes secret
    warn!(?private_key, "loaded key"); //~ yes secret
    warn!("phone {} is not verified", user.phone_number); //~ yes secret
    info!("sms to {}", user.phone()); //~ yes secret
    info!("user {} has ssn {}", user.id, user.ssn); //~ yes secret
    info!("charged card {}", payment.card_number); //~ yes secret
    info!("mail to {}", format!("<{}>", user.email)); //~ yes secret
    info!("credentials: {credentials:?}"); //~ yes secret
    info!("session key {}", hex::encode(session_key)); //~ no secret
    info!("jwt = {}", jwt); //~ yes secret
    info!("new password for {}: {}", user.id, generated_password); //~ yes secret
    info!("admin password: {}", env::var("ADMIN_PASSWORD").unwrap_or_default()); //~ no secret
    info!("refresh token: {}", tokens.refresh_token.secret()); //~ yes secret
    info!("user email changed {} -> {}", old_email, new_email); //~ yes secret
    info!("contact: {}", account.contact.email_address); //~ yes secret
    info!("signing with {}", self.signing_key.to_string()); //~ yes secret
    info!("webhook secret is {}", hook.secret.clone()); //~ yes secret
    info!("passphrase {passphrase}"); //~ yes secret
    info!(csrf_token = %form.csrf_token, "form"); //~ yes secret
    info!("mnemonic: {}", wallet.mnemonic()); //~ yes secret
    info!("token: {}", env::var("API_TOKEN")?); //~ no secret
    info!("header name {}", AUTH_TOKEN_HEADER); //~ no secret, no unstructured
    info!("secret name {}", secret_name); //~ no secret
    info!("secret version {}", secret.version()); //~ no secret
    info!("key id {}", key.id); //~ no secret
    info!("public key {}", public_key); //~ no secret
    info!("partition key {}", partition_key); //~ no secret
    info!("primary key {:?}", primary_key); //~ no secret
    info!("password reset requested for {}", user.id); //~ no secret
    info!("token type {}", response.token_type); //~ no secret
    info!("credential source {}", credential_source); //~ no secret
    info!("email sent {}", email_sent); //~ no secret
    info!("emails queued: {}", emails.len()); //~ no secret
    info!("email template {}", email_template); //~ no secret
    info!("cookie name {}", self.cookie_name); //~ no secret
    info!("cookie max age {}", cookie.max_age()); //~ no secret
    info!("cancel token {:?}", cancellation_token); //~ no secret
    info!("auth method {}", auth_method); //~ no secret
    info!("hashed {}", hash_password(&password)); //~ no secret
    info!("valid: {}", verify_token(&token)); //~ no secret
    Ok(())
}

fn typed(password: &SecretString, api_key: Secret<String>) {
    info!("{:?}", password); //~ no secret
    info!(?api_key, "config"); //~ no secret
}

async fn levels(&self) -> Result<(), Error> {
    if let Err(e) = self.flush().await {
        info!("could not flush: {e}"); //~ yes wrong-level
    }
    if let Err(error) = self.send().await {
        info!(%error, "send"); //~ yes wrong-level, no unstructured
        error!(%error, "send.failed"); //~ no wrong-level
        warn!("send failed: {error}"); //~ no wrong-level
        debug!("send failed: {error}"); //~ no wrong-level
    }
    match self.load().await {
        Ok(n) => info!("loaded {n} entries without errors"), //~ no wrong-level
        Err(e) => info!("error while loading: {e}"), //~ yes wrong-level
    }
    let x = self.get().map_err(|e| {
        info!("unable to get x: {}", e); //~ yes wrong-level
        e
    })?;
    match self.connect().await {
        Err(e) if e.is_transient() => info!("connect failed, retrying in 5s: {e}"), //~ no wrong-level
        Err(Error::Disconnected) => info!("client disconnected"), //~ no wrong-level
        Err(e) => info!("failed to connect to {}: {}", self.host, e), //~ yes wrong-level
        Ok(_) => info!("connected"), //~ no wrong-level
    }
    let Some(row) = self.row().await else {
        info!("failed to load row"); //~ yes wrong-level
        return Ok(());
    };
    info!("failed jobs: {}", self.failed_count); //~ no wrong-level
    info!("error count reset"); //~ no wrong-level
    info!("errors page rendered"); //~ no wrong-level
    info!("installed panic handler"); //~ no wrong-level
    info!("retrying after failure"); //~ no wrong-level
    info!("0 errors, 3 warnings"); //~ no wrong-level
    info!("no errors found"); //~ no wrong-level
    info!("skipping broken entry"); //~ no wrong-level
    info!("ignoring failed optional step"); //~ no wrong-level
    info!("falling back to polling since watch failed"); //~ no wrong-level
    info!("resolved previous failure"); //~ no wrong-level
    info!("error reporting enabled"); //~ no wrong-level
    info!("Failed to persist the index"); //~ yes wrong-level
    info!("Unable to reach the broker at {}", self.broker); //~ yes wrong-level
    info!("an error occurred while closing: {:?}", self.last); //~ yes wrong-level
    match self.step() {
        Err(error) => {
            self.metrics.failed.inc();
            info!(?error, "step"); //~ yes wrong-level
        }
        Ok(()) => {}
    }
    if res.is_err() {
        info!("write failed"); //~ yes wrong-level
    }
    if !response.status().is_success() {
        info!("upstream failed with {}", response.status()); //~ yes wrong-level
    }
    self.run().unwrap_or_else(|e| info!("run failed: {e}")); //~ yes wrong-level
    self.task.await.inspect_err(|err| info!("task crashed: {err:?}"))?; //~ yes wrong-level
    Ok(())
}
