#[macro_use]
extern crate log;

pub mod migrate;

pub fn open(path: &Path) -> Result<Store> {
    println!("opening store at {}", path.display()); //~ yes print
    let store = Store::new(path).map_err(|e| {
        eprintln!("could not open store: {}", e); //~ yes print
        e
    })?;
    info!("store open at {}", path.display()); //~ yes unstructured
    info!("store open"); //~ no unstructured
    if store.dirty() {
        print!("recovering..."); //~ yes print
        store.recover()?;
        println!(" done in {:?}", store.elapsed()); //~ yes print
    }
    Ok(store)
}

impl Store {
    pub fn compact(&mut self) -> Result<()> {
        let segments = self.segments()?;
        for segment in segments.iter() {
            debug!("compacting segment {}", segment.id); //~ yes log-in-loop, yes unstructured
            self.rewrite(segment)?;
        }
        info!("compacted {} segments", segments.len()); //~ no log-in-loop, yes unstructured
        for (id, segment) in &mut self.live {
            if segment.refs == 0 {
                info!("dropping segment {id}"); //~ yes log-in-loop
                segment.close();
            }
        }
        let victims: Vec<Id> = self.live.iter().filter(|(_, s)| s.cold()).map(|(id, _)| { trace!("cold {id}"); *id }).collect(); //~ yes log-in-loop
        for victim in victims {
            match self.evict(victim) {
                Ok(bytes) => debug!("evicted {victim}: {bytes} bytes"), //~ yes log-in-loop
                Err(Error::Busy) => debug!("{victim} is busy"), //~ no log-in-loop
                Err(e) => info!("evicting {victim} failed: {e}"), //~ no log-in-loop, yes wrong-level
            }
        }
        Ok(())
    }

    pub fn scan(&self, cursor: &mut Cursor) -> Result<u64> {
        let mut n = 0u64;
        while let Some(entry) = cursor.next()? {
            n += 1;
            trace!("entry {:?}", entry.key); //~ yes log-in-loop
            if n % 10_000 == 0 {
                info!("scanned {n}"); //~ no log-in-loop
            }
        }
        for k in self.keys() {
            if k == needle {
                debug!("key found: {k}"); //~ no log-in-loop
                return Ok(n);
            }
        }
        for w in self.index.chunks(64) {
            if w.is_empty() { break; }
            debug!("chunk of {}", w.len()); //~ yes log-in-loop
        }
        self.replicas.iter().enumerate().for_each(|(i, r)| info!("replica {i}: {}", r.addr)); //~ yes log-in-loop
        for col in ["id", "name", "created"] { debug!("column {col}"); } //~ no log-in-loop
        for r in 0..REPLICAS { debug!("replica {r}"); } //~ no log-in-loop
        for (table, rows) in dump { info!("{table}: {} rows", rows.len()); } //~ yes log-in-loop
        for row in &rows { self.put(row).unwrap_or_else(|e| warn!("put: {e}")); } //~ no log-in-loop
        for f in std::fs::read_dir(dir)?.flatten() { warn!("stray file {:?}", f.path()); } //~ yes log-in-loop
        Ok(n)
    }

    pub fn connect(&self) -> Result<Conn> {
        for attempt in 0..self.options.attempts {
            info!("connecting, attempt {attempt}"); //~ no log-in-loop
            match Conn::new(&self.options) {
                Ok(c) => return Ok(c),
                Err(e) => info!("connect failed, will retry: {e}"), //~ no log-in-loop, no wrong-level
            }
        }
        let mut delay = 1;
        loop {
            match Conn::new(&self.options) {
                Ok(conn) => break Ok(conn),
                Err(_) => { debug!("database not ready"); std::thread::sleep(Duration::from_secs(delay)); } //~ no log-in-loop
            }
            delay *= 2;
        }
    }

    fn failures(&self, batch: &[Write]) -> Result<()> {
        self.flush().map_err(|e| { info!("Flush error: {e}"); e })?; //~ yes wrong-level
        if let Err(e) = self.sync() {
            log::info!("fsync failed for {:?}: {}", self.path, e); //~ yes wrong-level
        }
        if let Err(e) = self.checkpoint() {
            log::info!("{}", e); //~ yes wrong-level
        }
        match self.verify() {
            Err(Error::Corrupt(page)) => info!("corrupt page {page}"), //~ yes wrong-level
            Err(err) => info!("verification failed: {err}"), //~ yes wrong-level
            Ok(report) => info!("verified, {} failures repaired", report.repaired), //~ no wrong-level
        }
        let Ok(meta) = self.meta() else {
            info!("Failed to read metadata of {}", self.path.display()); //~ yes wrong-level
            return Ok(());
        };
        if let Err(e) = self.gc() { warn!("gc failed: {e}"); } //~ no wrong-level
        if let Err(e) = self.vacuum() { debug!("vacuum failed: {e}"); } //~ no wrong-level
        if let Some(err) = self.last_error.take() { info!("last write failed: {err}"); } //~ yes wrong-level
        if self.replay().is_err() { info!("replay failed"); } //~ yes wrong-level
        self.tx.send(1).unwrap_or_else(|e| { info!("could not send: {e}"); 0 }); //~ yes wrong-level
        self.handle.join().map_err(|p| info!("compaction thread panicked: {p:?}")).ok(); //~ yes wrong-level
        info!("Unable to lock {}", self.path.display()); //~ yes wrong-level
        info!("Failed to open the write-ahead log"); //~ yes wrong-level
        info!("cannot fail over without quorum, skipping"); //~ no wrong-level
        info!("failpoints enabled: {}", self.failpoints); //~ no wrong-level
        info!("error log rotated"); //~ no wrong-level
        info!("checksum errors: 0"); //~ no wrong-level
        info!("replayed without errors"); //~ no wrong-level
        info!("retrying failed batch {}", batch.len()); //~ no wrong-level
        info!("resuming after crash"); //~ no wrong-level
        info!("marking {} as failed on request", self.id); //~ no wrong-level
        info!("failed node {} rejoined", self.id); //~ no wrong-level
        info!("fatal errors will stop the node: {}", self.strict); //~ no wrong-level
        info!("dead letter queue has {} failed messages", self.dead); //~ no wrong-level
        info!("default error handler registered"); //~ no wrong-level
        match self.peer() {
            Err(Error::ConnectionClosed) => info!("peer closed the connection"), //~ no wrong-level
            Err(e) if e.is_not_found() => info!("no peer yet"), //~ no wrong-level
            Err(e) => info!(error = %e, "peer.lost"), //~ yes wrong-level
            Ok(p) => info!(peer = %p, "peer.joined"), //~ no wrong-level
        }
        match res {
            Err(e) => error!("write failed: {e}"), //~ no wrong-level
            Ok(()) => info!("written"), //~ no wrong-level
        }
        Ok(())
    }
}

pub fn leftovers(x: &Row) {
    dbg!(x); //~ yes print
    let y = dbg!(x.len() + 1); //~ yes print
    println!("row = {x:#?}"); //~ yes print
    eprintln!("[store] slow query {} ms", x.ms); //~ yes print
    writeln!(std::io::stderr(), "row {}", x).unwrap(); //~ yes print
    let mut out = String::new();
    writeln!(out, "row {}", x).unwrap(); //~ no print
    write!(&mut self.file, "row {}", x).unwrap(); //~ no print
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "row {}", self.id) //~ no print
    }
}

struct StderrSink;
impl slog::Drain for StderrSink {
    fn log(&self, record: &Record, _: &OwnedKVList) -> Result<(), ()> {
        eprintln!("{}", record.msg()); //~ no print
        Ok(())
    }
}

fn setup_logger() {
    if env_logger::try_init().is_err() {
        eprintln!("logger was already set"); //~ no print
    }
}

#[cfg(test)]
mod test {
    use super::*;
    fn dump(store: &Store) {
        println!("{:?}", store); //~ no print
        for k in store.keys() { info!("key {k}"); } //~ no log-in-loop, no unstructured
        info!("failed: {}", 1); //~ no wrong-level
    }
}
