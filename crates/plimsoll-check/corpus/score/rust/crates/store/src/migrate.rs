pub async fn run(pool: &Pool, migrations: &[Migration]) -> Result<()> {
    for migration in migrations {
        if migration.applied { continue; }
        log::info!("applying {}", migration.name); //~ yes log-in-loop, yes unstructured
        migration.apply(pool).await?;
    }
    println!("{} migrations applied", migrations.len()); //~ yes print
    Ok(())
}

async fn after(db: &Db, hooks: Hooks) -> Result<(), Error> {
    if let Err(e) = db.analyze().await {
        log::info!("analyze failed: {e}"); //~ yes wrong-level
    }
    let version = db.version().await.map_err(|e| {
        log::info!("could not read the schema version: {e}"); //~ yes wrong-level
        e
    })?;
    match hooks.run().await {
        Err(e) => {
            hooks.reset();
            log::info!("hook error: {e:?}"); //~ yes wrong-level
        }
        Ok(ran) => log::info!("{ran} hooks ran"), //~ no wrong-level
    }
    if !db.ping().await.is_ok() {
        log::warn!("database unreachable"); //~ no wrong-level
    }
    let Ok(lock) = db.lock().await else {
        log::info!("unable to take the migration lock"); //~ yes wrong-level
        return Ok(());
    };
    log::info!("Failed to restore the search path of {}", db.name()); //~ yes wrong-level
    log::info!("an error occurred in the cleanup of {}", db.name()); //~ yes wrong-level
    lock.release().await.unwrap_or_else(|e| log::info!("release failed: {e}")); //~ yes wrong-level
    if let Err(Error::Fatal(code)) = db.finish().await {
        log::info!("fatal database error {code}"); //~ yes wrong-level
    }
    if let Some(error) = hooks.error() {
        log::info!("hook reported {error}"); //~ yes wrong-level
    }
    db.close().await.inspect_err(|e| log::info!("closing the pool: {e}")).ok(); //~ yes wrong-level
    Ok(())
}
