pub fn list(entries: &[Entry]) {
    for entry in entries {
        println!("{}", entry.name); //~ no print
    }
    println!("{} entries", entries.len()); //~ no print
}

async fn handle(config: Config, request: Request<Body>) -> Response<Body> {
    if !config.silent {
        println!("{} {}", request.method(), request.uri()); //~ yes print
    }
    Response::default()
}
