//! Prints in library code, and prints that are right where they are.
use std::process;

pub fn compute(x: u32) -> u32 {
    println!("compute {}", x); //~ yes print
    print!("partial {}", x); //~ yes print
    eprint!("partial {}", x); //~ yes print
    std::println!("std path {}", x); //~ yes print
    dbg!(x); //~ yes print
    writeln!(std::io::stderr(), "failed {}", x).ok(); //~ yes print
    writeln!(io::stdout(), "value {}", x).ok(); //~ yes print
    write!(buffer, "value {}", x).ok(); //~ no print
    writeln!(f, "value {}", x).ok(); //~ no print
    let s = format!("value {}", x); //~ no print
    defmt::println!("embedded {}", x); //~ no print
    if x > 3 {
        println!("large"); //~ yes print
    }
    x
}

impl Worker {
    async fn run(&self) {
        println!("worker {} started", self.id); //~ yes print
        match self.step().await {
            Ok(_) => println!("step done"), //~ yes print
            Err(e) => eprintln!("step failed: {e}"), //~ yes print
        }
        self.tasks.iter().for_each(|t| println!("task {t}")); //~ yes print
        tokio::spawn(async move { println!("spawned"); }); //~ yes print
        tokio::select! { _ = self.stop() => println!("stopped") } //~ yes print
        let r = self.go().map_err(|e| eprintln!("go: {e}")); //~ yes print
        unsafe { println!("unsafe"); } //~ yes print
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        println!("dropping worker"); //~ yes print
    }
}

async fn handler(req: Request) -> Response {
    println!("{:?}", req); //~ yes print
    println!("--> {} {}", req.method(), req.uri()); //~ yes print
    eprintln!("DEBUG handler called"); //~ yes print
    let user = load().await.unwrap_or_else(|e| { println!("load: {e}"); User::guest() }); //~ yes print
    Response::ok()
}

fn on_connect(peer: Peer) {
    println!("Connected: {peer}"); //~ yes print
}

fn cache_stats(cache: &Cache) {
    println!("cache hits {}", cache.hits); //~ yes print
}

fn migrate(db: &Db) {
    println!("Running migrations..."); //~ yes print
    println!("Migrations done"); //~ yes print
}

fn reload(config: &Config) {
    eprintln!("reloading config from {}", config.path); //~ yes print
    println!("reloaded"); //~ yes print
}

fn poll(&mut self) -> Poll<()> {
    println!("poll"); //~ yes print
    Poll::Pending
}

fn retry_payment(p: &Payment) {
    println!("retrying payment {}", p.id); //~ yes print
    eprintln!("Payment gateway timeout"); //~ yes print
}

fn load_config(path: &str) -> Config {
    match read(path) {
        Ok(c) => c,
        Err(e) => {
            eprintln!("cannot read {path}: {e}"); //~ no print
            process::exit(2);
        }
    }
}

fn fatal(message: &str) -> ! {
    eprintln!("fatal: {message}"); //~ no print
    std::process::abort()
}

fn main() {
    if let Err(e) = run() {
        eprintln!("error: {e}"); //~ no print
        std::process::exit(1);
    }
    let Some(home) = home() else {
        eprintln!("no home directory"); //~ no print
        return;
    };
}

struct ConsoleLogger;
impl log::Log for ConsoleLogger {
    fn log(&self, record: &Record) {
        println!("{} {}", record.level(), record.args()); //~ no print
    }
    fn flush(&self) {}
}
impl<S: Subscriber> Layer<S> for Console {
    fn on_event(&self, event: &Event<'_>) {
        eprintln!("{}", event.metadata().name()); //~ no print
    }
}
impl std::io::Write for Tee {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        print!("{}", String::from_utf8_lossy(buf)); //~ no print
        Ok(buf.len())
    }
}

fn init_logging(level: &str) {
    if let Err(e) = setup(level) {
        eprintln!("logging could not be set up: {e}"); //~ no print
    }
}

fn hook() {
    std::panic::set_hook(Box::new(|info| {
        eprintln!("panic: {info}"); //~ no print
    }));
}

macro_rules! log_line {
    ($($arg:tt)*) => { println!($($arg)*) }; //~ no print
}

#[allow(clippy::print_stdout)]
fn agreed() {
    println!("agreed"); //~ no print
}

#[expect(clippy::print_stderr, reason = "before the logger")]
fn agreed_too() {
    eprintln!("agreed"); //~ no print
}

fn print_help() {
    println!("usage: service [options]"); //~ no print
}
fn usage() {
    println!("usage: service"); //~ no print
}
fn show_banner() {
    println!("service"); //~ no print
}
fn export(report: &Report) -> Result<()> {
    println!("{}", serde_json::to_string_pretty(report)?); //~ no print
    println!("{}", toml::to_string(report)?); //~ no print
    Ok(())
}
fn version() {
    println!("{} {}", NAME, env!("CARGO_PKG_VERSION")); //~ no print
}
fn run_with(args: &Args) {
    println!("{} entries", args.entries); //~ no print
}
fn sub(matches: &ArgMatches) {
    println!("done"); //~ no print
}
fn dispatch(cli: Cli) {
    match cli.command {
        Command::List => println!("a\nb"), //~ no print
        Command::Check => println!("ok"), //~ no print
    }
}
fn quiet(&self) {
    if self.verbose {
        println!("verbose"); //~ no print
    }
    if args.json {
        println!("json"); //~ no print
    }
}
fn ask() -> String {
    print!("Name: "); //~ no print
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    line
}
fn colored() {
    println!("{}", "done".green()); //~ no print
    println!("\x1b[1mdone\x1b[0m"); //~ no print
    println!("========================================"); //~ no print
    println!(); //~ no print
    print!("\r{}%", 3); //~ no print
    println!("cargo:rerun-if-changed=x"); //~ no print
}

fn genkey(pair: &Pair) {
    println!("Private Key:\n{}", pair.secret); //~ no print
}

fn stats(stats: &Stats, width: usize) {
    println!("{:<width$} {}", "Requests", stats.requests); //~ no print
}
