//! Loops of all kinds.
use tracing::{debug, error, info, trace, warn};

async fn data(&self, users: Vec<User>, path: &Path) -> Result<(), Error> {
    for user in &users {
        info!(id = user.id, "user.synced"); //~ yes log-in-loop
    }
    for (i, user) in users.iter().enumerate() {
        debug!("{i}: {}", user.id); //~ yes log-in-loop
        self.store(user).await?;
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        info!(path = ?entry.path(), "file.found"); //~ yes log-in-loop
    }
    for line in reader.lines() {
        trace!("line {}", line?); //~ yes log-in-loop
    }
    while let Some(row) = rows.try_next().await? {
        info!(row = row.id, "row.imported"); //~ yes log-in-loop
    }
    while let Some(node) = stack.pop() {
        debug!("visiting {}", node.id); //~ yes log-in-loop
        stack.extend(node.children);
    }
    let mut i = 0;
    while i < users.len() {
        info!("user {}", users[i].id); //~ yes log-in-loop
        i += 1;
    }
    users.iter().for_each(|user| info!("user {}", user.id)); //~ yes log-in-loop
    users.into_iter().for_each(|user| {
        info!(id = user.id, "user"); //~ yes log-in-loop
    });
    let names: Vec<_> = users.iter().map(|user| { debug!("name {}", user.id); user.name() }).collect(); //~ yes log-in-loop
    let good: Vec<_> = users.iter().filter(|user| { trace!("check {}", user.id); user.ok }).collect(); //~ yes log-in-loop
    users.retain(|user| { info!("checking {}", user.id); user.ok }); //~ yes log-in-loop
    let total = orders.iter().fold(0, |sum, order| { debug!("order {}", order.id); sum + order.total }); //~ yes log-in-loop
    let parsed: Vec<_> = lines.filter_map(|line| { debug!("parsing {line}"); parse(line) }).collect(); //~ yes log-in-loop
    for page in 0..pages {
        for item in self.page(page).await? {
            info!("item {}", item.id); //~ yes log-in-loop
        }
    }
    for n in 0..count {
        info!("processing {n} of {count}"); //~ yes log-in-loop
    }
    for user in users.iter().filter(|user| user.active) {
        if user.stale {
            info!(id = user.id, "user.removed"); //~ yes log-in-loop
            self.remove(user).await;
        }
    }
    for key in keys {
        match self.cache.get(&key) {
            Some(value) => debug!("hit {key}"), //~ yes log-in-loop
            None => debug!("miss {key}"), //~ yes log-in-loop
        }
    }
    for chunk in data.chunks(1024) {
        tokio::spawn(async move { info!("sending {}", chunk.len()); }); //~ yes log-in-loop
    }
    for (key, value) in headers.iter() {
        trace!("header {key}: {value:?}"); //~ yes log-in-loop
    }
    for block in blocks { self.apply(&block)?; info!(height = block.height, "block.applied"); } //~ yes log-in-loop
    for kind in [Kind::A, Kind::B] {
        for item in self.items(kind) {
            info!("item {}", item); //~ yes log-in-loop
        }
    }
    for device in devices { vec![{ info!("device {}", device); }]; } //~ yes log-in-loop
    let mut cursor = collection.find(filter).await?;
    while let Some(document) = cursor.next().await {
        debug!("document {:?}", document?); //~ yes log-in-loop
    }
    for sig in signatures { warn!("signature {}", sig); } //~ yes log-in-loop
    for user in self.users.values() { info!(user = user.id, "expired"); self.expire(user); } //~ yes log-in-loop
    for user in self.users.values_mut() { user.touch(); debug!(user = user.id, "touched"); } //~ yes log-in-loop
    for file in glob("*.csv")? { info!("importing {}", file?.display()); } //~ yes log-in-loop
    for record in csv.records() { let record = record?; debug!("record {record:?}"); } //~ yes log-in-loop
    for job in queue.drain(..) { info!(job = job.id, "job.dropped"); } //~ yes log-in-loop
    for peer in peers.iter() { info!("ping {}", peer); peer.ping().await?; } //~ yes log-in-loop
    for tx in block.transactions() { trace!(hash = ?tx.hash(), "tx"); } //~ yes log-in-loop
    for c in text.chars() { trace!("{c}"); } //~ yes log-in-loop
    for task in tasks { info!("task {}", task.name); task.await; } //~ yes log-in-loop
    for row in sqlx::query("select").fetch_all(&pool).await? { info!("row {}", row.id); } //~ yes log-in-loop
    items.par_iter().for_each(|item| debug!("{}", item)); //~ yes log-in-loop
    for window in samples.windows(2) { debug!("delta {}", window[1] - window[0]); } //~ yes log-in-loop
    for (shard, rows) in grouped { info!(shard, rows = rows.len(), "shard.written"); } //~ yes log-in-loop
    Ok(())
}

async fn none(&self, mut rx: Receiver<Message>) -> Result<(), Error> {
    for user in &users {
        if user.id == wanted {
            info!("found {}", user.id); //~ no log-in-loop
            break;
        }
    }
    for user in &users {
        if user.name == name {
            info!("found {}", user.id); //~ no log-in-loop
            return Ok(());
        }
    }
    for user in &users {
        if let Err(e) = self.sync(user).await {
            warn!("sync of {} failed: {e}", user.id); //~ no log-in-loop
        }
    }
    for user in &users {
        match self.sync(user).await {
            Ok(()) => {}
            Err(e) => error!("sync of {} failed: {e}", user.id), //~ no log-in-loop
        }
    }
    loop {
        let message = rx.recv().await;
        info!("message {:?}", message); //~ no log-in-loop
    }
    while let Some(message) = rx.recv().await {
        info!("message {:?}", message); //~ no log-in-loop
    }
    loop {
        tokio::select! {
            _ = interval.tick() => info!("tick"), //~ no log-in-loop
            message = rx.recv() => debug!("message {message:?}"), //~ no log-in-loop
        }
    }
    loop {
        let (socket, peer) = listener.accept().await?;
        info!(%peer, "accepted"); //~ no log-in-loop
    }
    for stream in listener.incoming() {
        info!("connection"); //~ no log-in-loop
    }
    for attempt in 0..max_retries {
        match self.connect().await {
            Ok(c) => return Ok(c),
            Err(e) => warn!("attempt {attempt} failed: {e}"), //~ no log-in-loop
        }
    }
    for attempt in 1..=3 {
        info!("attempt {attempt}"); //~ no log-in-loop
    }
    let mut retries = 0;
    while retries < 5 {
        info!("trying again"); //~ no log-in-loop
        retries += 1;
    }
    loop {
        match self.try_lock() { Some(guard) => break guard, None => { debug!("waiting for lock"); sleep(SECOND).await; } } //~ no log-in-loop
    }
    for signal in [SIGINT, SIGTERM] {
        info!("handling {signal}"); //~ no log-in-loop
    }
    for table in TABLES {
        info!("creating {table}"); //~ no log-in-loop
    }
    for level in Level::iter() {
        debug!("level {level}"); //~ no log-in-loop
    }
    for i in 0..4 {
        info!("worker {i} started"); //~ no log-in-loop
    }
    while !self.shutdown.load(Ordering::Relaxed) {
        info!("working"); //~ no log-in-loop
        self.step();
    }
    while self.running {
        debug!("cycle"); //~ no log-in-loop
    }
    for (i, row) in rows.iter().enumerate() {
        if i % 1000 == 0 {
            info!("{i} rows"); //~ no log-in-loop
        }
    }
    for row in rows {
        if !row.valid {
            warn!("invalid row {}", row.id); //~ no log-in-loop
            continue;
        }
    }
    for row in rows {
        let Some(id) = row.id else {
            debug!("row without id skipped"); //~ no log-in-loop
            continue;
        };
    }
    for row in rows {
        self.parse(row).map_err(|e| { warn!("bad row: {e}"); e }).ok(); //~ no log-in-loop
    }
    for row in rows {
        self.parse(row).unwrap_or_else(|e| { info!("bad row: {e}"); Row::default() }); //~ no log-in-loop
    }
    let name = user.map(|user| { info!("user {}", user.id); user.name }); //~ no log-in-loop
    let user = find(id).and_then(|user| { debug!("found {}", user.id); user.check() }); //~ no log-in-loop
    let done = future.map(|result| info!("done {result:?}")).await; //~ no log-in-loop
    let other = option.filter(|x| { debug!("x {x}"); x > 3 }); //~ no log-in-loop
    result.inspect(|x| info!("x {x}")); //~ no log-in-loop
    let all: Vec<_> = xs.iter().map(|x| x + 1).collect();
    info!(count = all.len(), "mapped"); //~ no log-in-loop
    for x in xs { total += x; }
    info!(total, "summed"); //~ no log-in-loop
    while let Ok(message) = consumer.recv().await { trace!("got {message:?}"); } //~ no log-in-loop
    while let Some(event) = stream.next().await { info!("event {event:?}"); } //~ no log-in-loop
    while let Some(frame) = socket.next().await { debug!("frame {frame:?}"); } //~ no log-in-loop
    for event in rx.iter() { info!("event {event:?}"); } //~ no log-in-loop
    for message in receiver { info!("message {message:?}"); } //~ no log-in-loop
    while Instant::now() < deadline { debug!("still waiting"); } //~ no log-in-loop
    stream.for_each(|message| async move { info!("message {message:?}"); }).await; //~ no log-in-loop
    for user in users { if user.bad { error!("bad user {}", user.id); return Err(Error::Bad); } } //~ no log-in-loop
    for user in users { if user.quit { info!("quit"); std::process::exit(0); } } //~ no log-in-loop
    for user in users { let f = || 1; }
    info!("after"); //~ no log-in-loop
    while let Some(job) = self.queue.wait().await { info!("job {}", job.id); } //~ no log-in-loop
    loop { let n = socket.read(&mut buf).await?; trace!("read {n}"); if n == 0 { break; } } //~ no log-in-loop
    for backoff in backoffs { info!("next try in {backoff:?}"); sleep(backoff).await; } //~ no log-in-loop
    Ok(())
}
