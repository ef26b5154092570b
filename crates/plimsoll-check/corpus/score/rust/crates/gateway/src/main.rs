use clap::Parser;
use tracing::{debug, error, info, warn};

#[derive(Parser)]
struct Opt {
    #[clap(long)]
    config: PathBuf,
    #[clap(long)]
    check: bool,
}

#[tokio::main]
async fn main() {
    let opt = Opt::parse();
    let config = match Config::load(&opt.config) {
        Ok(config) => config,
        Err(e) => {
            eprintln!("Configuration error in {}: {e}", opt.config.display()); //~ no print
            std::process::exit(78);
        }
    };
    if opt.check {
        println!("configuration is valid"); //~ no print
        return;
    }
    telemetry::install(&config.log);
    info!("gateway {} starting", config.version); //~ yes unstructured, no wrong-level
    let app = routes::build(&config);
    let listener = tokio::net::TcpListener::bind(config.bind).await.unwrap();
    println!("🚀 gateway up on http://{}", config.bind); //~ yes print
    if let Err(err) = axum::serve(listener, app).await {
        eprintln!("server exited: {err:#}"); //~ yes print
        info!("server stopped: {err:#}"); //~ yes wrong-level, yes unstructured
    }
    println!("bye"); //~ yes print
}

async fn shutdown_signal() {
    tokio::signal::ctrl_c().await.ok();
    println!("signal received, starting graceful shutdown"); //~ yes print
}
