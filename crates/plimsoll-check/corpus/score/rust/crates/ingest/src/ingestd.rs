use tracing::{debug, error, event, info, info_span, trace, warn, Level};

async fn consume(consumer: &StreamConsumer, sinks: &mut [Sink]) -> anyhow::Result<()> {
    let mut stream = consumer.stream();
    while let Some(message) = stream.next().await {
        trace!("got message at {}", message.offset()); //~ no log-in-loop
        let batch = decode(message.payload())?;
        for record in batch.records {
            trace!(?record, "record"); //~ yes log-in-loop, no unstructured
            println!("record {:?}", record); //~ yes print
        }
        for sink in sinks.iter_mut() {
            if let Err(err) = sink.write(&batch).await {
                error!("sink {} failed: {err:#}", sink.name); //~ no log-in-loop, yes unstructured
                continue;
            }
            debug!(sink = %sink.name, rows = batch.len(), "sink.written"); //~ yes log-in-loop, no unstructured
        }
    }
    Ok(())
}

async fn run(mut shutdown: watch::Receiver<bool>, mut rx: mpsc::UnboundedReceiver<Command>) {
    let mut ticker = tokio::time::interval(PERIOD);
    loop {
        tokio::select! {
            _ = shutdown.changed() => {
                println!("ingestd: shutdown"); //~ yes print
                info!("shutting down"); //~ no log-in-loop, no unstructured
                break;
            }
            Some(command) = rx.recv() => {
                info!("command {:?}", command); //~ no log-in-loop, yes unstructured
                for target in command.targets() {
                    info!("target {}", target); //~ yes log-in-loop, yes unstructured
                }
            }
            _ = ticker.tick() => debug!("flush of {} rows", buffer.len()), //~ no log-in-loop, yes unstructured
        }
    }
    while let Ok(job) = queue.try_recv() { debug!("dropping {}", job.id); } //~ no log-in-loop
    while let Some(Ok(frame)) = ws.next().await { debug!("frame {:?}", frame); } //~ no log-in-loop
    while let Some(res) = set.join_next().await { debug!("task ended: {:?}", res); } //~ no log-in-loop
    for conn in listener.incoming() { debug!("conn {:?}", conn); } //~ no log-in-loop
    while !done.load(Ordering::SeqCst) { debug!("spinning"); } //~ no log-in-loop
    for n in 1..=5 { info!("warm-up {n}"); } //~ no log-in-loop
    for phase in Phase::iter() { info!("phase {phase}"); } //~ no log-in-loop
    for delay in ExponentialBackoff::default() { info!("next attempt in {delay:?}"); sleep(delay).await; } //~ no log-in-loop
    for p in partitions { if p.lag() < 10 { continue; } warn!("lagging {}", p.id); } //~ yes log-in-loop
    for p in partitions { if p.gone() { warn!("partition {} gone", p.id); } } //~ no log-in-loop
    for p in partitions { if p.id == own { info!("owning {}", p.id); break; } } //~ no log-in-loop
    for p in partitions { let Ok(o) = p.offset() else { info!("no offset for {}", p.id); continue }; } //~ no log-in-loop
    for (i, p) in partitions.iter().enumerate() { if last_log.elapsed() > EVERY { info!("{i} done"); } } //~ no log-in-loop
    let lag = partitions.first().map(|p| { debug!("first {}", p.id); p.lag() }); //~ no log-in-loop
    let own = current.and_then(|c| { trace!("current {c}"); c.owner() }); //~ no log-in-loop
    let fetched = client.get(url).send().await.map(|r| { debug!("status {}", r.status()); r }); //~ no log-in-loop
    let ids = partitions.iter().filter_map(|p| { debug!("seen {}", p.id); p.id() }).collect::<Vec<_>>(); //~ yes log-in-loop
    partitions.iter().for_each(|p| trace!(id = p.id, "partition")); //~ yes log-in-loop
    for p in &partitions { p.pause()?; info!("paused {}", p.id); } //~ yes log-in-loop
    for entry in WalkDir::new(root) { debug!("walking {}", entry?.path().display()); } //~ yes log-in-loop
    for id in ids { tokio::spawn(async move { info!("job {id} started"); }); } //~ yes log-in-loop
    for line in text.split('\n') { debug!("line: {line}"); } //~ yes log-in-loop
    for url in &config.urls { info!("fetching {url}"); fetch(url).await?; } //~ yes log-in-loop
    let mut at = 0; while at < data.len() { trace!("at {at}"); at += step(&data[at..]); } //~ yes log-in-loop
    for row in client.query(SQL, &[]).await? { info!("row {:?}", row); } //~ yes log-in-loop
    for task in batch.into_iter().rev() { info!("undo {}", task.name); task.undo().await?; } //~ yes log-in-loop
}

fn forms(self: &Ingest, n: usize, topic: &str) {
    event!(Level::DEBUG, "offset {} of {}", n, topic); //~ yes unstructured
    event!(Level::DEBUG, n, topic, "offset"); //~ no unstructured
    event!(name: "ingest.offset", Level::INFO, n); //~ no unstructured
    info!(target: "ingest::audit", %topic, "subscribed"); //~ no unstructured
    info!(target: "ingest::audit", "subscribed to {topic}"); //~ yes unstructured
    info!(parent: &self.span, "subscribed to {}", topic); //~ yes unstructured
    info!(parent: &self.span, topic, "subscribed"); //~ no unstructured
    info!(n = n + 1, "advanced"); //~ no unstructured
    info!(n = n + 1, "advanced by {}", n); //~ yes unstructured
    info!("{topic}/{n}: advanced"); //~ yes unstructured
    info!(?self.options); //~ no unstructured
    info!(self.lag, topic = self.topic.as_str(), "lag"); //~ no unstructured
    info!("{}", self.describe()); //~ yes unstructured
    warn!("{:?}", self.options); //~ yes unstructured
    let _span = info_span!("ingest", topic, n).entered(); //~ no unstructured
    info!("started (pid {})", std::process::id()); //~ yes unstructured
    info!("{} {}", NAME, VERSION); //~ no unstructured
    info!("built from {}", env!("GIT_SHA")); //~ no unstructured
    info!("pattern is {{topic}}"); //~ no unstructured
    info!("100% done"); //~ no unstructured
    info!( topic = %topic , n , "spaced" , ); //~ no unstructured
    error!(err = %self.err, topic, "commit failed"); //~ no unstructured
    error!(err = %self.err, "commit of {topic} failed"); //~ yes unstructured
    log::debug!(target: "x", "n={}", n); //~ yes unstructured
    log::debug!(target: "x", n; "n"); //~ no unstructured
    info!("a"; "topic" => topic); //~ no unstructured
    info!(log, "b {}", n; "topic" => topic); //~ yes unstructured
    info!(log, "b"; "n" => n); //~ no unstructured
    error_once!("only once: {n}"); //~ yes unstructured
    my_error!("no log {}", n); //~ no unstructured
    anyhow::bail!("no log {}", n); //~ no unstructured
    ensure!(n > 3, "no log {}", n); //~ no unstructured
    panic!("no log {}", n); //~ no unstructured
    let e = anyhow!("no log {}", n); //~ no unstructured
    assert!(n > 3, "no log {}", n); //~ no unstructured
    span.record("topic", topic); //~ no unstructured
    metrics::counter!("ingest.rows", "topic" => topic.to_owned()).increment(1); //~ no unstructured
    tokio::spawn(async move { warn!("spawned {n}") }); //~ yes unstructured
    let x = match n { 0 => { debug!("zero {topic}"); 1 } _ => 2 }; //~ yes unstructured
    if n > 3 { info!("big {n}") } else { info!("small") } //~ yes unstructured
    try_join!(async { info!("left {n}"); Ok(()) }, self.right())?; //~ yes unstructured
    lazy_static! { static ref X: u32 = { info!("lazy {}", 1 + two()); 3 }; } //~ yes unstructured
    async_trait! { async fn f() { info!("in {topic}"); } } //~ yes unstructured
    let r = retry!({ info!("retrying {n}"); call() }); //~ yes unstructured
}

pub fn handle_panic(info: &PanicInfo) {
    eprintln!("worker panicked: {info}"); //~ yes print
}

fn rebalance(parts: &[i32]) {
    println!("rebalanced: {:?}", parts); //~ yes print
    eprintln!("WARN rebalance took long"); //~ yes print
}

async fn heartbeat(&self) {
    loop {
        println!("alive"); //~ yes print
        sleep(SECOND).await;
    }
}

pub fn parse(line: &str) -> Option<Record> {
    let parts: Vec<_> = line.split(',').collect();
    if parts.len() < 3 {
        println!("malformed line: {line}"); //~ yes print
        return None;
    }
    print!("."); //~ yes print
    Some(Record::new(parts))
}

impl Handler {
    async fn on_message(&self, m: Message) {
        println!("[{}] {}", m.topic, m.key); //~ yes print
        if self.opts.verbose { println!("{m:?}"); } //~ no print
    }
}

fn print_summary(stats: &Stats) {
    println!("rows: {}", stats.rows); //~ yes print
}

fn list_topics(matches: &clap::ArgMatches) {
    println!("topics:"); //~ no print
}

fn dump_config(c: &Config) {
    println!("{}", serde_yaml::to_string(c).unwrap()); //~ no print
}

#[allow(clippy::print_stdout)]
fn table(t: Table) {
    println!("{t}"); //~ no print
}

fn fail(e: Error) -> ! {
    eprintln!("ingestd: {e:?}"); //~ no print
    std::process::exit(70)
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("ingestd: {e:?}"); //~ no print
            ExitCode::FAILURE
        }
    }
}

mod console {
    pub fn confirm(question: &str) -> bool {
        print!("{question} [y/N] "); //~ no print
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer).is_ok()
    }
}

#[tokio::test]
async fn prints() {
    println!("test output"); //~ no print
    for x in 0..n { info!("x {x}"); } //~ no log-in-loop
}
