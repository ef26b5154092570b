use tracing::{debug, info, instrument, trace, warn};

pub struct Principal {
    pub id: Uuid,
    pub email: String,
    pub api_secret: Secret<String>,
    pub display_name: String,
}

#[derive(Debug)]
pub struct LoginForm {
    pub login: String,
    pub password: String,
}

impl AuthService {
    #[instrument(level = "debug", skip(self))] //~ yes secret
    pub async fn verify(&self, bearer: &str, ip: IpAddr) -> Result<Principal, AuthError> {
        println!("verify called from {ip}"); //~ yes print
        let claims = decode(bearer, &self.decoding_key).map_err(|err| {
            info!("jwt rejected: {err}"); //~ no print, yes unstructured
            AuthError::Invalid
        })?;
        trace!(?claims, "claims decoded"); //~ no unstructured
        debug!("authenticated {} <{}>", claims.sub, claims.email); //~ yes secret, yes unstructured
        debug!(principal = %claims.sub, "authenticated"); //~ no secret, no unstructured
        Ok(self.load(claims.sub).await?)
    }

    #[instrument(skip_all)] //~ no secret
    pub async fn change_password(&self, who: &Principal, old: String, new_password: String) {
        if old == new_password {
            warn!("{} tried to reuse the old password", who.id); //~ no secret, yes unstructured
        }
        info!("password of {} set to {:?}", who.id, new_password); //~ yes secret
        debug!("principal secret {:?}", who.api_secret); //~ no secret
        info!(who.id = %who.id, strength = zxcvbn(&new_password).score(), "password.changed"); //~ no secret
    }

    #[instrument(skip(self, form), fields(login = %form.login))] //~ no secret
    pub async fn login(&self, form: LoginForm) -> Result<String, AuthError> {
        let user = self.repo.by_login(&form.login).await?;
        let ok = argon2::verify(&user.hash, form.password.as_bytes());
        debug!("checking {} against {}", form.password, user.hash); //~ yes secret
        debug!("password_ok={}", ok); //~ no secret
        let refresh = self.issue_refresh(user.id);
        let session_token = self.sign(&user)?;
        trace!("session_token={session_token}"); //~ yes secret
        trace!("session_token={}...", &session_token[..8]); //~ no secret
        trace!(session_token = %redacted(&session_token), "issued"); //~ no secret
        info!(user = %user.id, refresh_token = refresh.as_str(), "login.ok"); //~ yes secret
        info!(user = %user.id, refresh_token_ttl = refresh.ttl(), "login.ok"); //~ no secret
        info!("cookie: {}", cookie.value()); //~ yes secret
        info!("cookie path {}", cookie.path()); //~ no secret
        Ok(session_token)
    }

    async fn oauth(&self, provider: &Provider, code: &str) -> Result<(), AuthError> {
        debug!("exchanging code at {}", provider.token_endpoint); //~ no secret
        debug!(token_endpoint = %provider.token_endpoint, "oauth.exchange"); //~ no secret
        debug!("client_id={} client_secret={}", provider.client_id, provider.client_secret); //~ yes secret
        let tokens: Tokens = self.http.post(&provider.token_endpoint).send().await?.json().await?;
        debug!("got access token {}", tokens.access_token); //~ yes secret
        debug!("got token of type {} valid for {}s", tokens.token_type, tokens.expires_in); //~ no secret
        debug!("id token: {:?}", tokens.id_token.as_ref().map(|t| t.to_string())); //~ yes secret
        debug!("id token present: {}", tokens.id_token.is_some()); //~ no secret
        debug!("scopes {:?}", tokens.scope); //~ no secret
        let profile = self.profile(&tokens).await?;
        info!("linked {} ({})", profile.id, profile.email); //~ yes secret
        info!("email verified: {}", profile.email_verified); //~ no secret
        info!("linked account", ); //~ no unstructured
        Ok(())
    }

    fn misc(&self, req: &Request, key: &ApiKey, limits: &Limits) {
        warn!("rejecting api key {}", key.secret); //~ yes secret
        warn!("rejecting api key {}", key.name); //~ no secret
        warn!("rejecting api key {}", key.id()); //~ no secret
        warn!(x_api_key = ?req.headers().get("x-api-key"), "rejected"); //~ yes secret
        warn!(user_agent = ?req.headers().get("user-agent"), "rejected"); //~ no secret
        info!("prompt tokens {} completion tokens {}", limits.prompt_tokens, limits.completion_tokens); //~ no secret
        info!("token bucket has {}", limits.bucket.tokens()); //~ no secret
        info!("sync token {}", self.sync_token); //~ no secret
        info!("continuation: {:?}", self.list.next_continuation_token); //~ no secret
        info!("signing key rotated at {}", self.signing_key_rotated_at); //~ no secret
        info!("loaded signing key {}", self.signing_key); //~ yes secret
        info!("loaded key from {}", self.private_key_path.display()); //~ no secret
        info!("using private key {:?}", self.tls.private_key); //~ yes secret
        info!("ssh passphrase is {:?}", opts.passphrase); //~ yes secret
        info!("smtp {}:{}", opts.smtp_user, opts.smtp_password); //~ yes secret
        info!("smtp host {}", opts.smtp_host); //~ no secret
        info!("database {}", redact_url(&opts.database_url)); //~ no secret
        info!("invitation for {}", invite.email); //~ yes secret
        info!("invitation {} created", invite.id); //~ no secret
        info!("dispatching email {} of type {}", mail.id, mail.email_type); //~ no secret
        info!("sms for {}", contact.phone_number); //~ yes secret
        info!(phone = %contact.phone, "contact.updated"); //~ yes secret
        info!(phone_type = %contact.phone_type, "contact.updated"); //~ no secret
        info!("otp {otp_code} sent"); //~ yes secret
        info!("otp length {}", otp_code.len()); //~ no secret
        info!("recovery code used: {}", recovery_code); //~ yes secret
        info!("pan {}", card.card_number); //~ yes secret
        info!("pan {}", card.masked_card_number); //~ no secret
        info!("authorization: {}", authorization); //~ yes secret
        info!("authorization required"); //~ no secret, no unstructured
        info!("csrf {}", form.csrf_token); //~ yes secret
        info!("webhook signed with {}", webhook.secret); //~ yes secret
        info!("secret {} rotated", secret.metadata.name); //~ no secret
        info!("secret count {}", secrets.len()); //~ no secret
        info!("k8s secret {}/{}", secret.namespace, secret_name); //~ no secret
        info!("basic auth user {}", credentials.username); //~ no secret
        info!("basic auth {:?}", credentials); //~ yes secret
    }
}
