//! What services out there taught: forms that the first collection had not thought of.

pub const LIMIT: usize = OTHER_LIMIT;
pub(crate) static NAMES: &[&str] = &["a", "b"];
pub type Handler = Box<dyn Fn(u8) -> u8>;

pub fn after_public_items(n: usize) {
    info!("seen {n}"); //~ yes unstructured
}

fn refuse(path: &Path) -> Settings {
    let Ok(text) = read(path) else {
        eprintln!("cannot read {}", path.display()); //~ no print
        ::std::process::exit(1);
    };
    let mut old = false;
    if text.contains("timestamps") {
        eprintln!("error: `timestamps` is deprecated, remove it"); //~ no print
        old = true;
    }
    if old {
        std::process::exit(2);
    }
    println!("settings read from {}", path.display()); //~ yes print
    parse(&text)
}

fn hold(path: &Path) -> io::Result<()> {
    let mut err = io::stderr();
    writeln!(&mut err, "store {} is held by another process", path.display())?; //~ yes print
    Ok(())
}

fn ready() {
    println!("{}", READY_FOR_PARENT); //~ no print
    println!("READY {}", port()); //~ no print
}

macro_rules! trace_state {
    ($state:expr) => {
        dbg!($state) //~ yes print
    };
}

fn guard(header: &HeaderMap, token: Token, creds: Credentials) {
    debug!("{:?} came", request.headers()); //~ yes secret
    warn!("cookie {cookie_header_value} does not parse"); //~ yes secret
    info!("signing in with code {}", authorization_code.code); //~ yes secret
    warn!("not accepted, proxy-authorization: {}", text); //~ yes secret
    warn!("not accepted, proxy-authorization: {}", error); //~ no secret
    debug!(%token_to_use, "portal.opened"); //~ yes secret
    let _ = span!(Level::INFO, "call", headers = ?request.headers()); //~ yes secret
    info!(secret_ref = %secret_ref, "secret.loaded"); //~ no secret
}

#[tracing_attributes::instrument] //~ yes secret
fn check(creds: &Credentials) {}

fn moving(event: Event, registry: &Registry) {
    trace!("lock {} taken, token {token}", event.name); //~ no secret
}

async fn follow(mut friend_list_stream: Stream, socket: TcpStream) {
    while friend_list_stream.next().await.is_some() {
        info!("friends.changed"); //~ no log-in-loop
    }
    for line in BufReader::new(&socket).lines() {
        debug!(?line, "line.received"); //~ no log-in-loop
    }
    let gone: Vec<_> = entries
        .into_iter()
        .filter(|entry| {
            if entry.idle() {
                info!(id = entry.id, "entry.removed"); //~ yes log-in-loop
                return false;
            }
            true
        })
        .collect();
    for (peer, why) in failures {
        info!(%peer, %why, "peer.dropped"); //~ no log-in-loop
    }
}

async fn answers(store: &Store) -> Result<Page, Refusal> {
    if let Err(e) = store.touch().await {
        info!("{:?} touch error, {:?}", store.name, e); //~ yes wrong-level
    }
    if store.sweep().await.is_err() {
        info!("Could not sweep. This is fine, the next round will."); //~ no wrong-level
    }
    store.page().await.map_err(|e| {
        info!("error reading the page: {e}"); //~ no wrong-level
        Refusal::NotFound
    })
}
